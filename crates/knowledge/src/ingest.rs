//! Bringing files into a brand's library: copy, read, cut, embed, store, index.
//!
//! Invariants
//! - One file is one transaction: a document has all its passages or none.
//! - A file that cannot be read costs that file; only a full disk, a broken database or a broken embedder stops a batch,
//!   and then everything finished before is safe and [`Ingest::resume`] goes on with the rest.
//! - The same bytes are in the library once. A file whose content changed takes the place of the document that was read
//!   from the same path.
//! - Files ahead of the embedder are bounded: two are being read, two wait.
//! - Stopping leaves unfinished documents queued.

mod copy;
mod language;
mod outbox;
mod pipeline;
mod scan;

use std::{
    collections::HashSet,
    fs::File,
    io::Cursor,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use quillhouse_domain::{Coded, DocumentFormat, DocumentId, DocumentState, ErrorCode, Problem, ProblemKind};
use quillhouse_llm::{CancelToken, EmbedError, Embedder};
use quillhouse_store::{BrandStore, DocumentRow, StoreError};
use tokenizers::Tokenizer;
use tokio::sync::{Mutex, mpsc};
use uuid::Uuid;

use crate::{
    busy::Busy,
    index::{Index, IndexError},
    parse::ParseWorker,
};
use copy::{Copied, CopyError};
use scan::FoundFile;
pub use scan::SkippedFile;

/// Tokens of a passage. With its headings it stays within the 256 that MiniLM looks at.
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
    /// Passages stored, or being embedded.
    pub passages: u32,
    /// What is missing or doubtful.
    pub problems: Vec<Problem>,
    /// True when the same bytes were in the library already.
    pub unchanged: bool,
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
    /// Older documents that gave way to a changed file from the same path.
    pub replaced: u32,
    /// Files that never became documents.
    pub skipped: Vec<SkippedFile>,
    /// Passages stored.
    pub passages: u32,
    /// Tokens embedded.
    pub tokens: u64,
    /// True when it was stopped before the end.
    pub cancelled: bool,
    /// Why the vector index could not take the passages; search uses the library itself until it is rebuilt.
    pub index_problem: Option<String>,
    /// Where the time went.
    pub timings: IngestTimings,
}

/// Why a batch stopped.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Nothing that was given can be a document.
    #[error(
        "There is no file to read in {}. Quillhouse reads PDF, DOCX, HTML, Markdown and plain text; check the path or convert the files",
        list(.paths)
    )]
    NothingToRead {
        /// What was given.
        paths: Vec<PathBuf>,
        /// What was there instead.
        skipped: Vec<SkippedFile>,
    },
    /// The library's folder cannot be written.
    #[error(
        "A copy could not be written to `{}` ({source}). The files added before are safe; make room or check the folder's rights, then add the rest again",
        path.display()
    )]
    Folder {
        /// The files folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The embedder failed for reasons that are not one text's.
    #[error("{0}. The files added before are safe and the rest is kept in the queue")]
    Embed(#[from] EmbedError),
    /// The index could not be rebuilt.
    #[error(transparent)]
    Index(#[from] IndexError),
}

fn list(paths: &[PathBuf]) -> String {
    match paths {
        [] => "what was given".to_owned(),
        [path] => format!("`{}`", path.display()),
        [first, ..] => format!("`{}` and {} more", first.display(), paths.len() - 1),
    }
}

impl Coded for IngestError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NothingToRead { .. } => ErrorCode::InvalidInput,
            Self::Folder { source, .. } => match source.kind() {
                std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
                std::io::ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
                _ => ErrorCode::Internal,
            },
            Self::Store(error) => error.code(),
            Self::Embed(error) => error.code(),
            Self::Index(error) => error.code(),
        }
    }
}

/// Brings files into one brand's library. Cloning shares everything; one batch runs at a time.
#[derive(Clone)]
pub struct Ingest {
    store: Arc<BrandStore>,
    files: PathBuf,
    worker: ParseWorker,
    embedder: Option<Arc<dyn Embedder>>,
    index: Arc<Index>,
    tokenizer: Arc<Tokenizer>,
    clock: Clock,
    ids: Ids,
    turn: Arc<Mutex<()>>,
    busy: Option<Arc<Busy>>,
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

/// A file on its way from the list to the queue.
enum Offer {
    File(FoundFile),
    Bytes { name: String, bytes: Vec<u8>, format: DocumentFormat },
}

/// What became of an offered file.
enum Admission {
    New(DocumentRow),
    Known(DocumentRow),
}

impl Ingest {
    /// Puts the parts together.
    pub fn new(parts: IngestParts) -> Self {
        let IngestParts { store, files_folder, worker, embedder, index, tokenizer, clock, ids } = parts;
        Self {
            store,
            files: files_folder,
            worker,
            embedder,
            index,
            tokenizer,
            clock,
            ids,
            turn: Arc::new(Mutex::new(())),
            busy: None,
        }
    }

    /// Counts the reading of files as parsing.
    #[must_use]
    pub fn measured_by(mut self, busy: Arc<Busy>) -> Self {
        self.busy = Some(busy);
        self
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
            let event = skipped_event(scan::display_name(&skipped.path), skipped.problem.clone());
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
        let documents = self.store.read(|brand| brand.documents().list()).await?;
        let names: HashSet<String> = documents.iter().map(|document| document.file_name.clone()).collect();
        let files = self.files.clone();
        on_blocking_thread(move || copy::sweep(&files, |name| names.contains(name))).await;
        let rows = documents.into_iter().filter(|document| !document.state.is_final()).collect();
        let mut summary = pipeline::Batch::new(self, events, cancel).run(Vec::new(), rows).await?;
        summary.timings.total = began.elapsed();
        Ok(summary)
    }

    /// Reads a document again, whatever state it is in; what is found of it stays until the new reading is stored.
    pub async fn read_again(
        &self,
        document: DocumentId,
        events: mpsc::Sender<IngestEvent>,
        cancel: &CancelToken,
    ) -> Result<IngestSummary, IngestError> {
        let _turn = self.turn.lock().await;
        let began = std::time::Instant::now();
        let row = self.store.read(move |brand| brand.documents().get(document)).await?;
        let mut summary = pipeline::Batch::new(self, events, cancel).run(Vec::new(), vec![row]).await?;
        summary.timings.total = began.elapsed();
        Ok(summary)
    }

    /// Erases a document: its row, text, passages, vectors, its copy, and what the index held of it, on disk as well.
    pub async fn remove(&self, document: DocumentId) -> Result<(), IngestError> {
        let _turn = self.turn.lock().await;
        self.erase(document).await?;
        if self.apply_outbox().await?.is_none()
            && let Err(error) = self.index.optimise().await
        {
            tracing::warn!(%error, "the index keeps the erased passages until it is rebuilt");
        }
        self.store.checkpoint().await?;
        Ok(())
    }

    /// Takes a document out of the library and tells the index's outbox.
    async fn erase(&self, document: DocumentId) -> Result<(), IngestError> {
        let file_name = self
            .store
            .write(move |brand| {
                let file_name = brand.documents().get(document)?.file_name;
                brand.documents().remove(document)?;
                Ok(file_name)
            })
            .await?;
        let path = self.files.join(file_name);
        on_blocking_thread(move || copy::discard(&path)).await;
        Ok(())
    }

    async fn offers(&self, sources: Vec<IngestSource>) -> Result<(Vec<Offer>, Vec<SkippedFile>), IngestError> {
        let mut offers = Vec::new();
        let mut skipped = Vec::new();
        let mut paths = Vec::new();
        for source in sources {
            match source {
                IngestSource::Path(path) => paths.push(path),
                IngestSource::Bytes { name, bytes } => {
                    if let Some(format) = DocumentFormat::from_file_name(&name) {
                        offers.push(Offer::Bytes { name, bytes, format });
                    } else {
                        let problem = scan::unsupported(&name);
                        skipped.push(SkippedFile { path: PathBuf::from(name), problem });
                    }
                }
            }
        }
        let given = paths.clone();
        let found = on_blocking_thread(move || scan::scan(&paths)).await;
        offers.extend(found.files.into_iter().map(Offer::File));
        skipped.extend(found.skipped);
        if offers.is_empty() {
            return Err(IngestError::NothingToRead { paths: given, skipped });
        }
        Ok((offers, skipped))
    }

    /// Copies a file into the brand and queues it, unless its bytes are known.
    async fn admit(&self, offer: Offer) -> Result<Result<Admission, SkippedFile>, IngestError> {
        let id = DocumentId::from_uuid((self.ids)());
        let (path, name, format) = match &offer {
            Offer::File(file) => (Some(file.path.clone()), file.name.clone(), file.format),
            Offer::Bytes { name, format, .. } => (None, name.clone(), *format),
        };
        let shown = path.clone().unwrap_or_else(|| PathBuf::from(&name));
        let limit_bytes = self.worker.limits.input_bytes;
        let folder = self.files.clone();
        let part = id.to_string();
        let copied = on_blocking_thread(move || copy_offer(offer, &folder, &part, limit_bytes)).await;
        let copied = match copied {
            Ok(copied) => copied,
            Err(CopyFailure::Refused(problem)) => return Ok(Err(SkippedFile { path: shown, problem })),
            Err(CopyFailure::Target(source)) => {
                return Err(IngestError::Folder { path: self.files.clone(), source });
            }
        };

        let hash = copied.hash.clone();
        if let Some(known) = self.store.read(move |brand| brand.documents().find_by_hash(&hash)).await? {
            on_blocking_thread(move || copy::discard(&copied.temporary)).await;
            return Ok(Ok(Admission::Known(known)));
        }
        let extension = Path::new(&name).extension().and_then(|extension| extension.to_str());
        let extension = extension.map_or_else(|| format.word().to_owned(), str::to_ascii_lowercase);
        let file_name = format!("{id}.{extension}");
        let (folder, settled) = (self.files.clone(), file_name.clone());
        let Copied { temporary, hash, bytes } = copied;
        on_blocking_thread(move || copy::settle(&temporary, &folder, &settled))
            .await
            .map_err(|source| IngestError::Folder { path: self.files.clone(), source })?;
        let now = (self.clock)();
        let source_path = path.map(|path| std::path::absolute(&path).unwrap_or(path).to_string_lossy().into_owned());
        let row = DocumentRow {
            id,
            content_hash: hash,
            name,
            source_path,
            file_name,
            format,
            byte_count: bytes,
            state: DocumentState::Queued,
            title: None,
            language: None,
            page_count: 0,
            passage_count: 0,
            character_count: 0,
            problems: Vec::new(),
            attempt: 0,
            added_at: now.clone(),
            changed_at: now,
        };
        let inserted = row.clone();
        self.store.write(move |brand| brand.documents().insert(&inserted)).await?;
        Ok(Ok(Admission::New(row)))
    }
}

enum CopyFailure {
    Refused(Problem),
    Target(std::io::Error),
}

fn copy_offer(offer: Offer, folder: &Path, part: &str, limit_bytes: u64) -> Result<Copied, CopyFailure> {
    let too_large = |name: &str, bytes: u64| {
        CopyFailure::Refused(Problem {
            kind: ProblemKind::TooLarge,
            message: format!(
                "`{name}` has {} MB; the limit is {} MB. Split it and add the parts",
                bytes.div_ceil(1 << 20),
                limit_bytes >> 20
            ),
            pages: Vec::new(),
        })
    };
    match offer {
        Offer::File(file) => {
            let refused = |error: &std::io::Error| CopyFailure::Refused(scan::not_readable(&file.path, error));
            let source = File::open(&file.path).map_err(|error| refused(&error))?;
            let length = source.metadata().map_err(|error| refused(&error))?.len();
            if length > limit_bytes {
                return Err(too_large(&file.name, length));
            }
            copy::copy_in(source, folder, part).map_err(|error| match error {
                CopyError::Source(error) => refused(&error),
                CopyError::Target(error) => CopyFailure::Target(error),
            })
        }
        Offer::Bytes { name, bytes, .. } => {
            if bytes.len() as u64 > limit_bytes {
                return Err(too_large(&name, bytes.len() as u64));
            }
            copy::copy_in(Cursor::new(bytes), folder, part).map_err(|error| match error {
                CopyError::Source(error) | CopyError::Target(error) => CopyFailure::Target(error),
            })
        }
    }
}

fn skipped_event(name: String, problem: Problem) -> IngestEvent {
    let state = if problem.kind.is_retryable() { DocumentState::Failed } else { DocumentState::Rejected };
    IngestEvent {
        document: None,
        name,
        state,
        pages_read: 0,
        pages: 0,
        passages: 0,
        problems: vec![problem],
        unchanged: false,
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
