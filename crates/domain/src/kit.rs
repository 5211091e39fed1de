//! The brand kit: what the documents say about the brand, and what of it a run is held to.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{DocumentId, Language};

/// What an entry of the kit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KitKind {
    /// A statement with a number, date, price or name.
    Fact,
    /// A statement of value: a superlative, a guarantee, a promise.
    Claim,
    /// A word to say or not to say.
    Term,
    /// Something the brand offers.
    Product,
    /// Somebody the brand is for.
    Audience,
    /// A word for how the brand sounds, from a guide.
    Tone,
}

impl KitKind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Fact, Self::Claim, Self::Term, Self::Product, Self::Audience, Self::Tone];
}

/// What the user made of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KitState {
    /// Nothing yet.
    Found,
    /// Said to be right.
    Approved,
    /// Put into other words, or written by the user.
    Edited,
    /// Not to be used.
    Hidden,
}

/// Who an entry's wording is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KitAuthor {
    /// Found in a document.
    Quillhouse,
    /// The user.
    You,
}

/// Why an entry needs a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KitReason {
    /// The document has changed since the entry was found, and the kit was not built again.
    DocumentChanged,
    /// The document was read again and no longer says it.
    NoLongerSaid,
    /// The document was removed.
    DocumentGone,
    /// It says how things stood longer ago than the user wants facts to be.
    Aged,
    /// It says itself until when it holds, and that has passed.
    Expired,
}

/// Why there is a new version of the kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KitCause {
    /// It was brought up to the documents.
    Build,
    /// The user changed an entry.
    Edit,
    /// A document was removed, and what only it said went with it.
    DocumentGone,
}

/// What a version did to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KitChange {
    /// It is new.
    Added,
    /// It says something else, or stands otherwise with the user.
    Changed,
    /// It is gone.
    Removed,
}

/// A word to say and words not to say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TermRule {
    /// What may be said; the first is the best. Empty when there is only something to avoid.
    pub say: Vec<String>,
    /// What is not to be said.
    pub not: Vec<String>,
    /// The rule's own words about when and why; may be empty.
    pub because: String,
    /// True when the rule holds in some places only, so that code must not decide.
    pub conditional: bool,
}

/// What is measured of a brand's voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VoiceKind {
    /// Words of the median sentence.
    SentenceLength,
    /// Flesch reading ease, 0 to 100.
    ReadingEase,
    /// Share of sentences with `we` or `you`, 0 to 1.
    Person,
    /// Contractions a sentence.
    Contractions,
    /// Share of sentences in the passive voice, 0 to 1.
    Passive,
    /// Share of sentences with a number, 0 to 1.
    Numbers,
    /// Share of sentences that ask, 0 to 1.
    Questions,
    /// Share of sentences with an exclamation mark, 0 to 1.
    Exclamations,
    /// Plain words among plain and formal ones, 0 to 1.
    Plainness,
    /// Share of sentences with a warm word, 0 to 1.
    Warmth,
    /// Words of certainty among those and words that hedge, 0 to 1.
    Confidence,
    /// Share of sentences with a word of advertising, 0 to 1.
    Promotion,
}

impl VoiceKind {
    /// True for what is told by words and not by grammar.
    pub const fn is_tone(self) -> bool {
        matches!(self, Self::Plainness | Self::Warmth | Self::Confidence | Self::Promotion)
    }
}

/// Where a measure of tone stands among texts of all kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ToneBand {
    /// Formal, matter-of-fact, hedged, without advertising.
    Low,
    /// Neither.
    Middle,
    /// Plain, warm, confident, promotional.
    High,
}

/// A word of manner that a brand uses more than general writing does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MannerWord {
    /// The word in its base form.
    pub word: String,
    /// How often it stands in the documents.
    pub count: u32,
    /// Documents that have it.
    pub documents: u32,
}

/// One measure with the range in which half of the brand's documents lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VoiceMeasure {
    /// What was measured.
    pub kind: VoiceKind,
    /// Over all documents.
    pub value: f32,
    /// First quartile over documents.
    pub low: f32,
    /// Third quartile over documents.
    pub high: f32,
}

/// The voice of the documents of one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoiceProfile {
    /// The language.
    pub language: Language,
    /// Documents it was measured over.
    pub documents: u32,
    /// Sentences it was measured over.
    pub sentences: u32,
    /// Every kind at most once; a kind that cannot be measured in the language is missing.
    pub measures: Vec<VoiceMeasure>,
    /// The brand's words of manner, the most telling first.
    #[serde(default)]
    pub manner: Vec<MannerWord>,
}

/// A place in a document that the kit speaks for or against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KitPlace {
    /// The document.
    pub document: DocumentId,
    /// First character.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

impl KitPlace {
    /// True when the stretch shares a character with this place.
    pub fn touches(&self, document: DocumentId, start: u32, end: u32) -> bool {
        self.document == document && start < self.end && self.start < end
    }
}

/// What of the kit a run is held to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BrandKit {
    /// Version of the kit; 0 without one.
    pub version: u32,
    /// Rules for words, those the user vouches for first.
    pub terms: Vec<TermRule>,
    /// The voice in the brief's language; empty when the documents say too little.
    pub voice: Vec<VoiceMeasure>,
    /// Facts that were approved, pinned or edited.
    pub preferred: Vec<KitPlace>,
    /// Facts that were hidden.
    pub hidden: Vec<KitPlace>,
    /// Facts that are possibly out of date.
    pub aged: Vec<KitPlace>,
    /// How the brand says it sounds; a word with `not ` before it is refused.
    pub tone: Vec<String>,
}

impl BrandKit {
    /// The measure of a kind.
    pub fn measure(&self, kind: VoiceKind) -> Option<VoiceMeasure> {
        self.voice.iter().copied().find(|measure| measure.kind == kind)
    }
}
