//! Views of the library: a document as it is shown; how it comes in, is found and goes stands in files of their own.

mod adding;
mod erasing;
mod searching;
mod status;

use quillhouse_domain::{Block, BrandId, DocumentFormat, DocumentId, DocumentState, PageSpan, PassageId, Problem};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use self::{
    adding::{
        DocumentAddParams, DocumentAddView, DocumentRetryParams, DocumentSource, IngestEventView, Password,
        SkippedFileView,
    },
    erasing::{DataEraseParams, ErasedItemView, ErasureNoteView, ErasureReceiptView, ErasureScope},
    searching::{HitView, LibrarySearchParams, LibrarySearchView, MarkView, NearnessView, StrengthView},
    status::{
        FolderNoteView, IndexState, LanguageCountView, LanguageGapKind, LanguageGapView, LibraryNoteView,
        LibraryStatusView, WatchState, WatchedFolderAddParams, WatchedFolderListView, WatchedFolderParams,
        WatchedFolderView,
    },
};

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
    /// Words the user sorts documents by.
    pub tags: Vec<String>,
    /// Day of the source file or page, `YYYY-MM-DD`.
    pub dated: Option<String>,
    /// Path or address it came from.
    pub source: Option<String>,
    /// True when the source file was deleted; the document stays until it is erased.
    pub source_missing: bool,
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

/// A part of a document's file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DocumentFileParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Id or name of the document.
    pub document: String,
    /// First byte.
    pub offset_bytes: f64,
    /// How many, at most 1 MiB.
    pub length_bytes: f64,
}

/// Bytes of a document's file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DocumentFileView {
    /// The bytes in base64; fewer than were asked for at the end of the file.
    pub base64: String,
    /// First byte.
    pub offset_bytes: f64,
    /// Size of the file.
    pub total_bytes: f64,
    /// Media type of the file.
    pub media_type: String,
}

/// Gives a document tags.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DocumentTagParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Id or name of the document.
    pub document: String,
    /// All its tags, at most 32 of 1 to 60 characters.
    pub tags: Vec<String>,
}
