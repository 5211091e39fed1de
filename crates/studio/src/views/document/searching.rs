//! Views of a search in the library.

use quillhouse_domain::{DocumentId, PassageId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::LibraryNoteView;

/// Searches the library.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LibrarySearchParams {
    /// Id or name of the brand.
    pub brand: String,
    /// What to look for, in words.
    pub query: String,
    /// Most hits, 1 to 100.
    pub limit: u32,
    /// Only these documents, by id or name.
    #[serde(default)]
    #[ts(optional)]
    pub documents: Option<Vec<String>>,
    /// Only documents in these languages, as ISO 639-1 codes.
    #[serde(default)]
    #[ts(optional)]
    pub languages: Option<Vec<String>>,
    /// Only documents that have one of these tags.
    #[serde(default)]
    #[ts(optional)]
    pub tags: Option<Vec<String>>,
    /// Only documents added on this day or later, `YYYY-MM-DD`.
    #[serde(default)]
    #[ts(optional)]
    pub added_from: Option<String>,
    /// Only documents added on this day or earlier, `YYYY-MM-DD`.
    #[serde(default)]
    #[ts(optional)]
    pub added_to: Option<String>,
    /// Also what has nothing to do with the query but is nearest to it. Left out when absent.
    #[serde(default)]
    #[ts(optional)]
    pub unrelated: Option<bool>,
}

impl LibrarySearchParams {
    /// A search of the whole library.
    pub fn everywhere(brand: impl Into<String>, query: impl Into<String>, limit: u32) -> Self {
        Self {
            brand: brand.into(),
            query: query.into(),
            limit,
            documents: None,
            languages: None,
            tags: None,
            added_from: None,
            added_to: None,
            unrelated: None,
        }
    }
}

/// A stretch of a hit's text.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
pub struct MarkView {
    /// First character, counted from the beginning of the hit.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
}

/// What the library has to say about a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StrengthView {
    /// At least one passage answers.
    Strong,
    /// Something may help.
    Weak,
    /// Nothing.
    None,
}

/// How near a passage is to the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NearnessView {
    /// Its meaning is that of an answer.
    Close,
    /// Its meaning has to do with the query.
    Related,
    /// It is like the best hits.
    Resembles,
    /// Nothing in the library is nearer.
    Nearest,
}

/// A passage that was found.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HitView {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// Name of the document.
    pub document_name: String,
    /// Page of its first character.
    pub page: u32,
    /// First character in the extracted text.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// Headings above it.
    pub heading_path: Vec<String>,
    /// The text at `start..end`.
    pub text: String,
    /// Where the query's words stand in `text`, in any inflection.
    pub marks: Vec<MarkView>,
    /// The sentence before it; empty when there is none.
    pub before: String,
    /// The sentence after it; empty when there is none.
    pub after: String,
    /// Relevance, 0 to 1.
    pub relevance: f32,
    /// The query's words that stand in it.
    pub matched_terms: Vec<String>,
    /// How near its meaning is, when that is why it was found; otherwise its words are why.
    pub nearness: Option<NearnessView>,
    /// Why it was found, in a sentence.
    pub why: String,
}

/// What was found.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LibrarySearchView {
    /// The query as it was searched.
    pub query: String,
    /// Best first.
    pub hits: Vec<HitView>,
    /// What the library has to say about it.
    pub strength: StrengthView,
    /// What the search had to do without, in a sentence.
    pub note: Option<String>,
    /// The same as a kind with values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note_said: Option<LibraryNoteView>,
}
