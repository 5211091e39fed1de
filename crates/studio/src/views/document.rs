//! Views of the library.

use quillhouse_domain::{Block, BrandId, DocumentFormat, DocumentId, DocumentState, PageSpan, PassageId, Problem};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a document comes from.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DocumentSource {
    /// A file or folder on this computer.
    Path {
        /// Absolute path.
        path: String,
    },
    /// Bytes from a browser, which has no paths.
    Bytes {
        /// File name with its ending.
        name: String,
        /// The bytes in base64.
        base64: String,
    },
}

/// Adds documents to a brand's library.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DocumentAddParams {
    /// Id or name of the brand.
    pub brand: String,
    /// What to add.
    pub sources: Vec<DocumentSource>,
}

/// What happens while documents are added.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct IngestEventView {
    /// The document, once it is known.
    pub document: Option<DocumentId>,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: DocumentState,
    /// Pages read so far.
    pub pages: u32,
    /// Passages made.
    pub passages: u32,
    /// What is wrong, in a sentence.
    pub problem: Option<String>,
    /// Files done.
    pub done: u32,
    /// Files in this batch.
    pub total: u32,
}

/// How adding came out.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DocumentAddView {
    /// Newly readable documents.
    pub added: u32,
    /// Files that were there already.
    pub unchanged: u32,
    /// Documents of which a part is missing.
    pub partial: u32,
    /// Files that cannot be read.
    pub failed: u32,
    /// Passages made.
    pub passages: u32,
    /// Seconds it took.
    pub seconds: f64,
    /// Every file of the batch as it stands now.
    pub documents: Vec<DocumentView>,
    /// Files that are not documents and were passed over, with the reason.
    pub skipped: Vec<SkippedFileView>,
}

/// A file that was passed over.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SkippedFileView {
    /// Its name.
    pub name: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// A document of the library.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DocumentView {
    /// Its id.
    pub id: DocumentId,
    /// Its name.
    pub name: String,
    /// Its format, when it is known.
    pub format: Option<DocumentFormat>,
    /// Where it stands.
    pub state: DocumentState,
    /// Title from metadata or the first heading.
    pub title: Option<String>,
    /// ISO 639-1 code of its language, when it is known.
    pub language: Option<String>,
    /// Pages.
    pub pages: u32,
    /// Passages.
    pub passages: u32,
    /// Size of the file.
    pub byte_count: f64,
    /// What is missing or doubtful.
    pub problems: Vec<Problem>,
    /// When it was added.
    pub added_at: String,
}

/// The library of a brand.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DocumentListView {
    /// The brand.
    pub brand: BrandId,
    /// By name.
    pub documents: Vec<DocumentView>,
}

/// Names a document, by id or by name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DocumentParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Id or name of the document.
    pub document: String,
}

/// A passage as it lies in its document.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PassageView {
    /// Its id.
    pub id: PassageId,
    /// Page of its first character.
    pub page: u32,
    /// First character in the extracted text.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// Headings above it.
    pub heading_path: Vec<String>,
}

/// A document with everything that was read from it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DocumentDetailView {
    /// The document.
    pub document: DocumentView,
    /// The extracted text; all offsets count its Unicode scalar values.
    pub text: String,
    /// Its pages.
    pub pages: Vec<PageSpan>,
    /// Its structure.
    pub blocks: Vec<Block>,
    /// Its passages.
    pub passages: Vec<PassageView>,
}

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
    /// Relevance, 0 to 1.
    pub relevance: f32,
    /// The query's words that stand in it.
    pub matched_terms: Vec<String>,
    /// Why it was found, in words.
    pub why: String,
}

/// What was found.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LibrarySearchView {
    /// The query as it was searched.
    pub query: String,
    /// Best first.
    pub hits: Vec<HitView>,
    /// What the search had to do without, in a sentence.
    pub note: Option<String>,
}
