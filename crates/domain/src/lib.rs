//! The nouns of Quillhouse: ids, briefs, documents, evidence, pieces, runs, error codes, secrets, and what there is to say.
//!
//! Invariants
//! - No IO, no async, no clock, no randomness: ids and times are given from outside.
//! - A value that exists is valid: checked values have private fields and one validator.
//! - Offsets into a document's extracted text count Unicode scalar values, never bytes.

mod brief;
mod document;
mod error;
mod evidence;
mod ids;
mod kit;
mod language;
mod piece;
mod provider;
mod run;
mod said;
mod secret;

pub use brief::{Brief, BriefError, BriefRequest, ContentType, Network};
pub use document::{
    Block, BlockKind, DocumentFormat, DocumentState, MOST_TAGS, PageSpan, ParsedDocument, Problem, ProblemKind,
    TAG_CHARACTERS, TextMark, add_tag, tidy_tag,
};
pub use error::{Coded, ErrorCode};
pub use evidence::{Citation, EvidenceSentence, Support, SupportCounts, quantised_cosine};
pub use ids::{
    ActivityId, BrandId, DocumentId, IdError, KitEntryId, ModelId, PassageId, PieceId, RevisionId, RunId,
    WatchedFolderId,
};
pub use kit::{
    BrandKit, KitAuthor, KitCause, KitChange, KitKind, KitPlace, KitReason, KitState, MannerWord, TermRule, ToneBand,
    VoiceKind, VoiceMeasure, VoiceProfile,
};
pub use language::{Language, LanguageError};
pub use piece::{PieceKind, SectionOrigin, SectionRecord};
pub use provider::ProviderKind;
pub use run::{RunState, StepState, WayOfWorking};
pub use said::{ArticleNote, DraftReason, LeftOut, Measured, ProbeReason, SaidTerm, VoiceOutside};
pub use secret::Secret;
