//! Bringing files into a brand's library: copy, read, cut, embed, store, index.
//!
//! Invariants
//! - One file is one transaction: a document has all its passages or none.
//! - A file that cannot be read costs that file; only a full disk, a broken database or a broken embedder stops a batch,
//!   and then everything finished before is safe and [`Ingest::resume`] goes on with the rest.
//! - The same bytes are in the library once, whatever they are called. A file whose content changed takes the place, the id
//!   and the tags of the document that was read from the same path.
//! - The same text is embedded once.
//! - Files ahead of the embedder are bounded: two are being read, two wait.
//! - Stopping leaves unfinished documents queued.

mod admit;
mod change;
mod copy;
mod cursor;
mod embed_stage;
mod erase;
mod error;
mod event;
mod finish_stage;
mod folder;
mod outbox;
mod pipeline;
mod prepare;
mod scan;
mod source;

use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{Arc, Mutex as StdMutex, PoisonError, RwLock as StdRwLock},
};

use quillhouse_domain::{DocumentId, Secret};
use quillhouse_llm::{CancelToken, Embedder};
use quillhouse_store::{BrandStore, DocumentRow};
use tokenizers::Tokenizer;
use tokio::sync::{Mutex, mpsc};
use uuid::Uuid;

pub use erase::{ErasedDocument, find_traces};
pub use error::IngestError;
pub use event::{BatchProgress, IngestEvent, IngestSummary, IngestTimings};
pub use folder::{FolderState, FolderWatch};
pub use scan::SkippedFile;

use crate::{busy::Busy, index::Index, parse::ParseWorker};

/// Tokens of a passage, counted by the shipped model's tokenizer whichever embedder is in use, so that a change of the
/// embedder changes no passage. With its headings it stays within the 256 that MiniLM looks at; an embedder that reads
/// fewer of its own tokens together embeds it in parts.
pub const PASSAGE_TOKENS: usize = 200;

/// Time as RFC 3339 UTC, from whoever owns the clock.
pub type Clock = Arc<dyn Fn() -> String + Send + Sync>;
/// New time-ordered ids, from whoever owns the clock.
pub type Ids = Arc<dyn Fn() -> Uuid + Send + Sync>;

/// Something to add.
#[derive(Debug, Clone)]
pub enum IngestSource {
    /// A file, or a folder with everything below it.
    Path(PathBuf),
    /// Bytes with the name they go by.
    Bytes {
        /// File name with its ending.
        name: String,
        /// Content.
        bytes: Vec<u8>,
    },
    /// A page that was fetched. One from the same address takes the place of an older edition.
    Page {
        /// Address.
        url: String,
        /// File name with the ending that its content asks for.
        name: String,
        /// Content.
        bytes: Vec<u8>,
    },
}

/// Brings files into one brand's library. Cloning shares everything; one batch runs at a time.
#[derive(Clone)]
pub struct Ingest {
    store: Arc<BrandStore>,
    files: PathBuf,
    worker: ParseWorker,
    using: Arc<StdRwLock<Using>>,
    tokenizer: Arc<Tokenizer>,
    clock: Clock,
    ids: Ids,
    /// One batch at a time.
    turn: Arc<Mutex<()>>,
    /// The outbox is applied by one at a time, so that an old entry cannot come after a newer one.
    outbox_turn: Arc<Mutex<()>>,
    /// One builds a generation of the index at a time.
    build_turn: Arc<Mutex<()>>,
    /// How much of the index has been rebuilt, while it is.
    rebuilding: Arc<StdMutex<Option<f32>>>,
    /// How much has been embedded for another embedder, while it is.
    changing: Arc<StdMutex<Option<f32>>>,
    busy: Option<Arc<Busy>>,
}

/// What vectors are made with and kept in. Both change at once, when nobody adds, builds or tells the index.
#[derive(Clone)]
struct Using {
    embedder: Option<Arc<dyn Embedder>>,
    index: Arc<Index>,
}

/// What [`Ingest::new`] is made of.
pub struct IngestParts {
    /// The brand's database.
    pub store: Arc<BrandStore>,
    /// Where the brand keeps copies of its files.
    pub files_folder: PathBuf,
    /// Reads files in a child process.
    pub worker: ParseWorker,
    /// Makes vectors; without one, documents are found by their words only.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// The brand's vector index.
    pub index: Arc<Index>,
    /// Measures passages.
    pub tokenizer: Arc<Tokenizer>,
    /// Time.
    pub clock: Clock,
    /// Ids.
    pub ids: Ids,
}

impl Ingest {
    /// Puts the parts together.
    pub fn new(parts: IngestParts) -> Self {
        let IngestParts { store, files_folder, worker, embedder, index, tokenizer, clock, ids } = parts;
        Self {
            store,
            files: files_folder,
            worker,
            using: Arc::new(StdRwLock::new(Using { embedder, index })),
            tokenizer,
            clock,
            ids,
            turn: Arc::default(),
            outbox_turn: Arc::default(),
            build_turn: Arc::default(),
            rebuilding: Arc::default(),
            changing: Arc::default(),
            busy: None,
        }
    }

    /// Counts the reading of files as parsing.
    #[must_use]
    pub fn measured_by(mut self, busy: Arc<Busy>) -> Self {
        self.busy = Some(busy);
        self
    }

    fn using(&self) -> Using {
        self.using.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The embedder in use.
    pub fn embedder(&self) -> Option<Arc<dyn Embedder>> {
        self.using().embedder
    }

    /// The index in use.
    pub fn index(&self) -> Arc<Index> {
        self.using().index
    }

    /// Adds files and folders and returns when all of them have ended in a state.
    ///
    /// `events` must be read while this runs: a state is not passed over in silence, so a full channel makes the batch
    /// wait; progress within a file is left out when the channel is full. A dropped receiver is no error.
    pub async fn add(
        &self,
        sources: Vec<IngestSource>,
        events: mpsc::Sender<IngestEvent>,
        cancel: &CancelToken,
    ) -> Result<IngestSummary, IngestError> {
        let _turn = self.turn.lock().await;
        let began = std::time::Instant::now();
        let (offers, skipped) = self.offers(sources).await?;
        for skipped in &skipped {
            let event = IngestEvent::skipped(scan::display_name(&skipped.path), skipped.problem.clone());
            let _ = events.send(event).await;
        }
        let mut batch = pipeline::Batch::new(self, events, cancel);
        batch.summary.skipped = skipped;
        let mut summary = batch.run(offers, Vec::new()).await?;
        summary.timings.total = began.elapsed();
        Ok(summary)
    }

    /// Finishes the documents that a kill or a stop left unfinished; finished ones are not touched.
    pub async fn resume(
        &self,
        events: mpsc::Sender<IngestEvent>,
        cancel: &CancelToken,
    ) -> Result<IngestSummary, IngestError> {
        let _turn = self.turn.lock().await;
        let began = std::time::Instant::now();
        let documents: Vec<DocumentRow> = self.store.read(|brand| brand.documents().list()).await?;
        let names: HashSet<String> = documents.iter().map(|document| document.file_name.clone()).collect();
        let files = self.files.clone();
        on_blocking_thread(move || copy::sweep(&files, |name| names.contains(name))).await;
        let rows = documents.into_iter().filter(|document| !document.state.is_final()).collect();
        let mut summary = pipeline::Batch::new(self, events, cancel).run(Vec::new(), rows).await?;
        summary.timings.total = began.elapsed();
        Ok(summary)
    }

    /// Reads a document again, whatever state it is in; what is found of it stays until the new reading is stored. The
    /// password opens an encrypted file this once; it is kept nowhere.
    pub async fn read_again(
        &self,
        document: DocumentId,
        password: Option<Secret<String>>,
        events: mpsc::Sender<IngestEvent>,
        cancel: &CancelToken,
    ) -> Result<IngestSummary, IngestError> {
        let _turn = self.turn.lock().await;
        let began = std::time::Instant::now();
        let row = self.store.read(move |brand| brand.documents().get(document)).await?;
        let mut batch = pipeline::Batch::new(self, events, cancel);
        batch.password = password;
        let mut summary = batch.run(Vec::new(), vec![row]).await?;
        summary.timings.total = began.elapsed();
        Ok(summary)
    }

    /// True when documents wait that a kill or a stop left unfinished.
    pub async fn has_unfinished(&self) -> Result<bool, IngestError> {
        Ok(!self.store.read(|brand| brand.documents().unfinished()).await?.is_empty())
    }
}

/// Runs work that waits for the disk; a panic in it goes on in the caller.
async fn on_blocking_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}
