//! What a batch tells while it works, and what it came to.

use std::time::Duration;

use quillhouse_domain::{DocumentId, DocumentState, Problem};
use quillhouse_store::DocumentRow;

use super::scan::SkippedFile;

/// How far a batch is; it comes with every event.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct BatchProgress {
    /// Files of the batch.
    pub files: u32,
    /// Files that have ended in a state, unchanged ones included.
    pub files_done: u32,
    /// Pages of the files that have been opened so far.
    pub pages: u32,
    /// Pages read.
    pub pages_done: u32,
    /// Passages that can be found, or have their vectors.
    pub passages_done: u32,
    /// Share of the bytes that have to be read which has been worked through, 0 to 1.
    pub share: f64,
}

/// A document has come a step further.
#[derive(Debug, Clone, PartialEq)]
pub struct IngestEvent {
    /// The document; `None` for a file that never became one.
    pub document: Option<DocumentId>,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: DocumentState,
    /// Pages read so far.
    pub pages_read: u32,
    /// Pages in all, 0 while unknown.
    pub pages: u32,
    /// Passages stored, or embedded so far.
    pub passages: u32,
    /// What is missing or doubtful.
    pub problems: Vec<Problem>,
    /// True when the same bytes were in the library already.
    pub unchanged: bool,
    /// True when they were known under another path or name, which the document has taken.
    pub moved: bool,
    /// How far the batch is.
    pub batch: BatchProgress,
}

impl IngestEvent {
    /// A document enters a state.
    pub(super) fn of(row: &DocumentRow, state: DocumentState) -> Self {
        Self {
            document: Some(row.id),
            name: row.name.clone(),
            state,
            pages_read: 0,
            pages: row.page_count,
            passages: row.passage_count,
            problems: if state.is_final() { row.problems.clone() } else { Vec::new() },
            unchanged: false,
            moved: false,
            batch: BatchProgress::default(),
        }
    }

    /// A file that never became a document.
    pub(super) fn skipped(name: String, problem: Problem) -> Self {
        let state = if problem.kind.is_retryable() { DocumentState::Failed } else { DocumentState::Rejected };
        Self {
            document: None,
            name,
            state,
            pages_read: 0,
            pages: 0,
            passages: 0,
            problems: vec![problem],
            unchanged: false,
            moved: false,
            batch: BatchProgress::default(),
        }
    }
}

/// Where the time went; reading overlaps with embedding, so the parts may add up to more than the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IngestTimings {
    /// From beginning to end.
    pub total: Duration,
    /// Waiting for files to be read, by both readers together.
    pub read: Duration,
    /// Cutting into passages.
    pub chunk: Duration,
    /// Waiting for the embedder.
    pub embed: Duration,
    /// Storing finished documents.
    pub store: Duration,
    /// Bringing passages into the index.
    pub index: Duration,
}

/// What a batch came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IngestSummary {
    /// Documents that can be found completely.
    pub ready: u32,
    /// Documents of which something is missing.
    pub partial: u32,
    /// Documents that will never be readable as they are.
    pub rejected: u32,
    /// Documents whose reading may succeed another time.
    pub failed: u32,
    /// Files whose bytes were in the library already.
    pub unchanged: u32,
    /// Of those, files that were known under another path or name.
    pub moved: u32,
    /// Older editions that gave way to a changed file from the same place.
    pub replaced: u32,
    /// Files that never became documents.
    pub skipped: Vec<SkippedFile>,
    /// Pages read.
    pub pages: u32,
    /// Passages stored.
    pub passages: u32,
    /// Tokens of the passages stored.
    pub tokens: u64,
    /// Passages that were embedded.
    pub embedded: u32,
    /// Tokens that were embedded.
    pub embedded_tokens: u64,
    /// Passages whose vectors were known from equal text.
    pub reused: u32,
    /// True when it was stopped before the end.
    pub cancelled: bool,
    /// Why the vector index could not take the passages; search uses the library itself until it is rebuilt.
    pub index_problem: Option<String>,
    /// Where the time went.
    pub timings: IngestTimings,
}
