//! The way of a batch: files are admitted, two readers work ahead, one stage embeds, the last one stores and indexes
//! while the next documents are embedded.
//!
//! Everything runs inside the caller's future: dropping it stops the children and leaves unfinished documents to
//! [`super::Ingest::resume`].

use std::{
    collections::HashSet,
    sync::{
        Mutex as StdMutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use quillhouse_domain::{DocumentId, DocumentState, ParsedDocument, Problem, Secret};
use quillhouse_llm::CancelToken;
use quillhouse_store::{DocumentRow, PassageRow, StoreError};
use tokio::sync::{Mutex, mpsc};

use super::{
    Ingest, IngestError,
    admit::{Admission, Offer},
    event::{BatchProgress, IngestEvent, IngestSummary},
    scan,
};

/// Files read at the same time; each is a child process.
const READERS: usize = 2;
/// Read documents that wait for the embedder: their text is in memory.
const READ_AHEAD: usize = 4;
/// Embedded groups that wait for the database.
const STORE_AHEAD: usize = 1;
/// Queued documents known to the readers; their content is on disk.
const QUEUE_AHEAD: usize = 64;

/// Languages of a library in which pictures of text are read when they do not tell their own.
const USUAL_LANGUAGES: usize = 2;

/// One run over files and unfinished documents.
pub(super) struct Batch<'a> {
    ingest: &'a Ingest,
    events: mpsc::Sender<IngestEvent>,
    cancel: &'a CancelToken,
    /// Opens the documents of this batch; never stored, never told.
    pub(super) password: Option<Secret<String>>,
    pub(super) summary: IngestSummary,
}

/// What the stages share.
pub(super) struct Shared<'a> {
    pub(super) ingest: &'a Ingest,
    pub(super) events: mpsc::Sender<IngestEvent>,
    pub(super) cancel: &'a CancelToken,
    pub(super) password: Option<Secret<String>>,
    /// Languages of the library's documents when the batch began, the most frequent one first.
    pub(super) languages: Vec<String>,
    counts: StdMutex<Counts>,
    stopped: AtomicBool,
}

/// What is counted.
#[derive(Default)]
struct Counts {
    summary: IngestSummary,
    progress: BatchProgress,
    /// Bytes that have to be read, and what of them has been worked through.
    bytes: f64,
    bytes_done: f64,
}

/// A document that was read and cut.
pub(super) struct Prepared {
    pub(super) row: DocumentRow,
    pub(super) parsed: ParsedDocument,
    pub(super) language: Option<String>,
    pub(super) passages: Vec<PassageRow>,
    /// Passages that have no vector although there is an embedder.
    pub(super) unembedded: u32,
    /// Share of the document's work that has been counted.
    pub(super) counted: f64,
}

impl<'a> Batch<'a> {
    pub(super) fn new(ingest: &'a Ingest, events: mpsc::Sender<IngestEvent>, cancel: &'a CancelToken) -> Self {
        Self { ingest, events, cancel, password: None, summary: IngestSummary::default() }
    }

    pub(super) async fn run(self, offers: Vec<Offer>, rows: Vec<DocumentRow>) -> Result<IngestSummary, IngestError> {
        let Self { ingest, events, cancel, password, summary } = self;
        let bytes =
            offers.iter().map(Offer::byte_count).sum::<u64>() + rows.iter().map(|row| row.byte_count).sum::<u64>();
        let files = offers.len() + rows.len() + summary.skipped.len();
        let progress =
            BatchProgress { files: files as u32, files_done: summary.skipped.len() as u32, ..BatchProgress::default() };
        let counts = Counts { summary, progress, bytes: bytes as f64, bytes_done: 0.0 };
        let mut languages = ingest.store.read(|brand| brand.documents().languages()).await?;
        languages.truncate(USUAL_LANGUAGES);
        let shared = Shared {
            ingest,
            events,
            cancel,
            password,
            languages,
            counts: StdMutex::new(counts),
            stopped: AtomicBool::new(false),
        };
        let (queue, queued) = mpsc::channel(QUEUE_AHEAD);
        let (read, prepared) = mpsc::channel(READ_AHEAD);
        let (embed, embedded) = mpsc::channel(STORE_AHEAD);
        let queued = Mutex::new(queued);
        let readers =
            futures::future::try_join_all(std::iter::repeat_n(read, READERS).map(|read| shared.read(&queued, read)));
        tokio::try_join!(
            shared.admit(offers, rows, queue),
            readers,
            shared.embed_all(prepared, embed),
            shared.finish_all(embedded)
        )?;
        let mut summary = shared.counts.into_inner().unwrap_or_else(PoisonError::into_inner).summary;
        summary.cancelled = shared.stopped.into_inner();
        Ok(summary)
    }
}

impl Shared<'_> {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut IngestSummary)) {
        change(&mut self.counts().summary);
    }

    pub(super) fn progress(&self, change: impl FnOnce(&mut BatchProgress)) {
        change(&mut self.counts().progress);
    }

    /// A file has ended in a state. One that did not have to be read counts as if it had not been given.
    fn file_done(&self, byte_count: u64, was_read: bool) {
        let mut counts = self.counts();
        counts.progress.files_done += 1;
        if !was_read {
            counts.bytes = (counts.bytes - byte_count as f64).max(0.0);
        }
    }

    /// Some more of a document's bytes have been worked through.
    pub(super) fn worked(&self, byte_count: u64, share: f64) {
        self.counts().bytes_done += byte_count as f64 * share;
    }

    pub(super) fn is_stopped(&self) -> bool {
        if self.cancel.is_cancelled() {
            self.stop();
        }
        self.stopped.load(Ordering::Relaxed)
    }

    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn with_progress(&self, event: IngestEvent) -> IngestEvent {
        let counts = self.counts();
        let share = if counts.bytes > 0.0 { (counts.bytes_done / counts.bytes).clamp(0.0, 1.0) } else { 1.0 };
        IngestEvent { batch: BatchProgress { share, ..counts.progress }, ..event }
    }

    /// Tells a state; waits until there is room.
    pub(super) async fn tell(&self, event: IngestEvent) {
        // Nobody listening is no reason to stop.
        let _ = self.events.send(self.with_progress(event)).await;
    }

    /// Tells progress, of which only the latest matters: a full channel is no reason to wait.
    pub(super) fn hint(&self, event: IngestEvent) {
        let _ = self.events.try_send(self.with_progress(event));
    }

    /// Queues unfinished documents, then copies files in and queues those that are new.
    async fn admit(
        &self,
        offers: Vec<Offer>,
        rows: Vec<DocumentRow>,
        queue: mpsc::Sender<DocumentRow>,
    ) -> Result<(), IngestError> {
        let mut taken: HashSet<DocumentId> = HashSet::new();
        let mut moved = Vec::new();
        for row in rows {
            if taken.insert(row.id) && queue.send(row).await.is_err() {
                return Ok(());
            }
        }
        for offer in offers {
            if self.is_stopped() {
                return Ok(());
            }
            let byte_count = offer.byte_count();
            match self.ingest.admit(offer).await? {
                Admission::Skipped(skipped) => {
                    self.file_done(byte_count, false);
                    self.tell(IngestEvent::skipped(scan::display_name(&skipped.path), skipped.problem.clone())).await;
                    self.count(|summary| summary.skipped.push(skipped));
                }
                Admission::New(row) => {
                    self.tell(IngestEvent::of(&row, DocumentState::Queued)).await;
                    taken.insert(row.id);
                    if queue.send(row).await.is_err() {
                        return Ok(());
                    }
                }
                Admission::Known { row, moved: has_moved } => {
                    if has_moved {
                        moved.push(row.clone());
                    }
                    let again = row.state == DocumentState::Failed || !row.state.is_final();
                    if again && taken.insert(row.id) {
                        if queue.send(row).await.is_err() {
                            return Ok(());
                        }
                        continue;
                    }
                    self.file_done(byte_count, false);
                    self.count(|summary| {
                        summary.unchanged += 1;
                        summary.moved += u32::from(has_moved);
                    });
                    let event = IngestEvent::of(&row, row.state);
                    self.tell(IngestEvent { unchanged: true, moved: has_moved, ..event }).await;
                }
            }
        }
        let displaced = self.ingest.erase_displaced(&moved).await?;
        self.count(|summary| summary.replaced += displaced);
        Ok(())
    }

    /// Moves a document to a state; false when it was erased meanwhile.
    pub(super) async fn enter(
        &self,
        row: &DocumentRow,
        state: DocumentState,
        problems: &[Problem],
    ) -> Result<bool, IngestError> {
        let (id, problems, now) = (row.id, problems.to_vec(), (self.ingest.clock)());
        let entered =
            self.ingest.store.write(move |brand| brand.documents().set_state(id, state, &problems, &now)).await;
        unless_erased(entered).map(|entered| entered.is_some())
    }

    /// The same state for several documents, in one transaction.
    pub(super) async fn enter_all(&self, rows: &[DocumentRow], state: DocumentState) -> Result<(), IngestError> {
        let ids: Vec<DocumentId> = rows.iter().map(|row| row.id).collect();
        let now = (self.ingest.clock)();
        self.ingest
            .store
            .write(move |brand| {
                for id in ids {
                    match brand.documents().set_state(id, state, &[], &now) {
                        Err(StoreError::NotFound { .. }) | Ok(()) => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// A document ends without having been read.
    pub(super) async fn give_up(
        &self,
        row: &DocumentRow,
        state: DocumentState,
        problem: Problem,
    ) -> Result<(), IngestError> {
        self.enter(row, state, std::slice::from_ref(&problem)).await?;
        self.count(|summary| match state {
            DocumentState::Rejected => summary.rejected += 1,
            _ => summary.failed += 1,
        });
        self.worked(row.byte_count, 1.0);
        self.ended(row, IngestEvent { problems: vec![problem], ..IngestEvent::of(row, state) }).await;
        Ok(())
    }

    /// Tells the last state of a document that was read.
    pub(super) async fn ended(&self, row: &DocumentRow, event: IngestEvent) {
        self.file_done(row.byte_count, true);
        self.tell(event).await;
    }
}

/// `None` when the document was erased while it was worked on, which costs only that document.
pub(super) fn unless_erased<T>(outcome: Result<T, StoreError>) -> Result<Option<T>, IngestError> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(StoreError::NotFound { noun: "document", .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
