//! Views of the brand kit.

use quillhouse_domain::{
    DocumentId, KitAuthor, KitCause, KitChange, KitEntryId, KitKind, KitReason, KitState, MannerWord, ToneBand,
    VoiceKind,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far a build is.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct KitBuildEventView {
    /// Documents read or known.
    pub done: u32,
    /// Documents there are.
    pub total: u32,
    /// Things found so far.
    pub entries: u32,
}

/// Where an entry stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KitCitationView {
    /// The document.
    pub document: DocumentId,
    /// Its name.
    pub document_name: String,
    /// Page, counted from 1.
    pub page: u32,
    /// First character of the quote in the document's extracted text.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// The quote, verbatim.
    pub quote: String,
}

/// A fact, a claim, a product or an audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KitEntryView {
    /// Its id.
    pub id: KitEntryId,
    /// What it is; never a term.
    pub kind: KitKind,
    /// The statement.
    pub text: String,
    /// Its first place; `None` when the user wrote it or its document has gone.
    pub citation: Option<KitCitationView>,
    /// What the user made of it.
    pub state: KitState,
    /// Kept at the top and preferred in every text.
    pub pinned: bool,
    /// True when it needs a look.
    pub out_of_date: bool,
    /// Why.
    pub reason: Option<KitReason>,
    /// Whose wording it is.
    pub edited_by: KitAuthor,
    /// When its wording last changed.
    pub changed_at: String,
    /// The day on which things stood as it says, `YYYY-MM-DD`.
    pub as_of: Option<String>,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub valid_until: Option<String>,
    /// Pieces that cite it.
    pub uses: u32,
    /// What a model suggests to say instead; the user takes it or leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub suggestion: Option<String>,
}

/// A word to say, or not to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KitTermView {
    /// Its id.
    pub id: KitEntryId,
    /// What to say, the best first, joined by commas; empty when there is only something to avoid.
    pub say: String,
    /// What not to say.
    pub not: Vec<String>,
    /// The rule's own words about when and why; may be empty.
    pub because: String,
    /// Its first place.
    pub citation: Option<KitCitationView>,
    /// How often it was found; for a habit, how often it is written.
    pub count: u32,
    /// What the user made of it.
    pub state: KitState,
    /// Kept at the top.
    pub pinned: bool,
    /// True when it needs a look.
    pub out_of_date: bool,
    /// Why.
    pub reason: Option<KitReason>,
    /// Whose wording it is.
    pub edited_by: KitAuthor,
    /// When its wording last changed.
    pub changed_at: String,
}

/// One measure of the voice with the range drafts are held to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VoiceMeasureView {
    /// What is measured.
    pub measure: VoiceKind,
    /// Over all documents.
    pub value: f32,
    /// Lower end of the range.
    pub low: f32,
    /// Upper end of the range.
    pub high: f32,
    /// Left end of its chart.
    pub scale_low: f32,
    /// Right end of its chart.
    pub scale_high: f32,
    /// In plain English.
    pub words: String,
    /// Where a measure of tone stands among texts of all kinds; `None` for the other measures.
    pub band: Option<ToneBand>,
}

/// The kit of a brand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BrandKitView {
    /// Counts builds that changed something, and edits; 0 before the first build.
    pub version: u32,
    /// When it was last built.
    pub built_at: Option<String>,
    /// Documents it was built from.
    pub documents: u32,
    /// Documents that are new or have changed since.
    pub stale_documents: u32,
    /// Entries that need a look.
    pub needs_look: u32,
    /// Facts and claims, pinned ones first, then the most telling.
    pub facts: Vec<KitEntryView>,
    /// Words.
    pub terms: Vec<KitTermView>,
    /// The voice in the language of most documents; empty when they say too little.
    pub voice: Vec<VoiceMeasureView>,
    /// Documents the voice was measured over.
    pub voice_documents: u32,
    /// How the guides say that the brand sounds; a text with `not ` before it is what it does not want.
    pub tone: Vec<KitEntryView>,
    /// Words of manner that the brand uses more than general writing does, the most telling first.
    pub manner: Vec<MannerWord>,
    /// Products.
    pub products: Vec<KitEntryView>,
    /// Audiences.
    pub audiences: Vec<KitEntryView>,
}

/// Names a brand's kit, or one of its versions.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KitShowParams {
    /// Id or name of the brand.
    pub brand: String,
    /// A former version; the present one without it.
    #[serde(default)]
    #[ts(optional)]
    pub version: Option<u32>,
}

/// Asks a model for plainer wordings of a brand's facts.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KitRewordParams {
    /// Id or name of the brand.
    pub brand: String,
    /// The model; without it the one that writes.
    #[serde(default)]
    #[ts(optional)]
    pub model: Option<String>,
}

/// Names a brand's versions of the kit.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KitHistoryParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Only so many; at most 100.
    #[serde(default)]
    #[ts(optional)]
    pub limit: Option<u32>,
}

/// What a version did to one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KitChangeView {
    /// The entry.
    pub entry: KitEntryId,
    /// What happened to it.
    pub change: KitChange,
    /// What it is.
    pub kind: KitKind,
    /// What it said then, in a line; `None` when it is gone, or was erased with its document.
    pub text: Option<String>,
    /// What it said before; `None` when that is the same, unknown, or nothing.
    pub before: Option<String>,
}

/// One version of the kit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KitLogVersionView {
    /// Its number.
    pub version: u32,
    /// When; `None` where a document went.
    pub at: Option<String>,
    /// Why there is one.
    pub cause: KitCause,
    /// Entries that are new.
    pub added: u32,
    /// Entries that changed.
    pub changed: u32,
    /// Entries that went.
    pub removed: u32,
    /// True when the voice changed.
    pub voice: bool,
    /// The entries, at most 200.
    pub changes: Vec<KitChangeView>,
}

/// The versions of a kit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KitLogView {
    /// The newest first.
    pub versions: Vec<KitLogVersionView>,
}

/// Adds or changes an entry; what is left out stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KitEntrySaveParams {
    /// Id or name of the brand.
    pub brand: String,
    /// The entry to change; a new one without it.
    #[serde(default)]
    #[ts(optional)]
    pub id: Option<String>,
    /// What it is; the kind of an entry does not change, but for facts and claims.
    pub kind: KitKind,
    /// The statement; of a term when and why.
    #[serde(default)]
    pub text: String,
    /// Of a term: what to say, joined by commas.
    #[serde(default)]
    #[ts(optional)]
    pub say: Option<String>,
    /// Of a term: what not to say.
    #[serde(default)]
    #[ts(optional)]
    pub not: Option<Vec<String>>,
    /// What the user makes of it.
    #[serde(default)]
    #[ts(optional)]
    pub state: Option<KitState>,
    /// Whether it is pinned.
    #[serde(default)]
    #[ts(optional)]
    pub pinned: Option<bool>,
}

/// An entry as it now is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KitEntrySavedView {
    /// A fact, claim, product or audience.
    pub entry: Option<KitEntryView>,
    /// A term.
    pub term: Option<KitTermView>,
}

/// Names an entry.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KitEntryParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Id of the entry.
    pub id: String,
}

/// A wording an entry has or had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KitVersionView {
    /// The wording.
    pub text: String,
    /// Whose it is.
    pub edited_by: KitAuthor,
    /// Since when.
    pub at: String,
}

/// The wordings of an entry, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KitHistoryView {
    /// In order.
    pub versions: Vec<KitVersionView>,
}
