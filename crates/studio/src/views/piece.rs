//! Views of pieces: text, sentences with their support, citations, checks.

use quillhouse_domain::{ActivityId, DocumentId, Measured, PieceId, RunId, SectionRecord, Support, SupportCounts};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names the pieces of a brand, or of one activity.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PieceListParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Only this activity.
    pub activity: Option<ActivityId>,
}

/// Names a piece; an empty brand searches all brands.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PieceParams {
    /// Id or name of the brand, or empty.
    #[serde(default)]
    pub brand: String,
    /// Id of the piece.
    pub piece: String,
}

/// A piece in a list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PieceView {
    /// Its id.
    pub id: PieceId,
    /// What it was made for.
    pub activity: ActivityId,
    /// The run that made it.
    pub run: RunId,
    /// `blog`, `social`, `audio` or `video`.
    #[serde(rename = "type")]
    pub piece_type: String,
    /// Network of a post.
    pub network: Option<String>,
    /// Its title.
    pub title: String,
    /// Its length.
    pub words: u32,
    /// 0 to 10.
    pub score: f32,
    /// ISO 639-1 code.
    pub language: String,
    /// `draft`, `in_review` or `ready`.
    pub state: String,
    /// When it was made.
    pub created_at: String,
    /// Who stands behind its sentences.
    pub support: SupportCounts,
    /// Documents it quotes that were erased since; the quotations stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub erased_sources: Option<u32>,
}

/// Pieces.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PieceListView {
    /// Newest first.
    pub pieces: Vec<PieceView>,
}

/// A sentence of a piece, where it stands and who stands behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SentenceView {
    /// The sentence.
    pub text: String,
    /// First character in the piece's text, in Unicode scalar values.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// Its label.
    pub support: Support,
}

/// A citation as it is printed and clicked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CitationView {
    /// Number of its chip, counted from 1.
    pub number: u32,
    /// The sentence it stands behind.
    pub sentence: String,
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
    /// True when the document was erased since; the quote stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub erased: Option<bool>,
}

/// One check of the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CheckView {
    /// Its name, `keyphrase_title`.
    #[ts(as = "quillhouse_quality::check::CheckId")]
    pub id: String,
    /// `seo`, `readability`, `structure`, `evidence`, `originality` or `brand`.
    pub group: String,
    /// `wrong`, `attention` or `good`.
    pub rating: String,
    /// What was measured, in words or numbers.
    pub measured: String,
    /// The same as a kind with values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub measured_said: Option<Measured>,
    /// The sentences concerned.
    pub sentences: Vec<String>,
}

/// A piece with everything about its newest revision.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PieceDetailView {
    /// The piece.
    pub piece: PieceView,
    /// Its text: Markdown, or plain text for a post.
    pub text: String,
    /// Meta description of an article.
    pub description: Option<String>,
    /// Last part of an article's address.
    pub slug: Option<String>,
    /// How its sections were made.
    pub sections: Vec<SectionRecord>,
    /// Its sentences in reading order.
    pub sentences: Vec<SentenceView>,
    /// Its citations in reading order.
    pub citations: Vec<CitationView>,
    /// The checks of its score.
    pub checks: Vec<CheckView>,
    /// Flesch reading ease, 0 to 100.
    pub reading_ease: Option<f32>,
    /// Length of a post as its network counts it, and the limit.
    pub count: Option<CountView>,
    /// Version of the brand kit that it was written with; `None` without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kit_version: Option<u32>,
}

/// A network's count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CountView {
    /// What is used.
    pub used: u32,
    /// What is allowed.
    pub limit: u32,
}

/// File formats of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// Markdown.
    Md,
    /// A self-contained web page.
    Html,
}

/// Exports a piece.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PieceExportParams {
    /// Id or name of the brand, or empty.
    #[serde(default)]
    pub brand: String,
    /// Id of the piece.
    pub piece: String,
    /// As what.
    pub format: ExportFormat,
    /// True to add the list of sources.
    pub sources: bool,
}

/// An exported file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ExportView {
    /// A file name that is safe on every system.
    pub file_name: String,
    /// Its content.
    pub content: String,
}
