//! Views of documents that come in: what is added, what happens meanwhile, how it came out.

use quillhouse_domain::{DocumentId, DocumentState, ProblemKind, Secret};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::DocumentView;

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
    /// A page or file on the web that the user named; its host may be asked for this one request.
    Url {
        /// `http` or `https`.
        url: String,
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
    /// Pages read in this batch.
    pub pages_done: u32,
    /// Pages of the files that have been opened so far.
    pub pages_total: u32,
    /// Files done in a minute.
    pub files_per_minute: f64,
    /// Passages made findable in a second.
    pub passages_per_second: f64,
    /// Seconds until the batch is done; unknown at its beginning.
    pub seconds_left: Option<f64>,
}

/// How adding came out.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DocumentAddView {
    /// Newly readable documents.
    pub added: u32,
    /// Files that were there already.
    pub unchanged: u32,
    /// Of those, files that were known under another path or name.
    pub moved: u32,
    /// Older editions that gave way to a changed file.
    pub replaced: u32,
    /// True when it was stopped before the end; the rest waits in the queue.
    pub cancelled: bool,
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
    /// Why.
    pub kind: ProblemKind,
    /// The same in a sentence.
    pub reason: String,
}

/// Reads a document again.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DocumentRetryParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Id or name of the document.
    pub document: String,
    /// Opens an encrypted document this once; kept nowhere.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub password: Option<Password>,
}

/// A password on its way in. It never prints and is never written.
#[derive(Clone)]
pub struct Password(pub(crate) Secret<String>);

impl std::fmt::Debug for Password {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}
