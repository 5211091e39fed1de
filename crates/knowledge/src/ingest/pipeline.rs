//! The way of a batch: files are admitted, two readers work ahead, one stage embeds, the last one stores and indexes
//! while the next documents are embedded.
//!
//! Everything runs inside the caller's future: dropping it stops the children and leaves unfinished documents to
//! [`super::Ingest::resume`].

use std::{
    collections::HashSet,
    sync::{
        Mutex as StdMutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use quillhouse_domain::{DocumentId, DocumentState, PageSpan, ParsedDocument, PassageId, Problem, ProblemKind};
use quillhouse_llm::{CancelToken, EmbedError};
use quillhouse_store::{DocumentFinish, DocumentRow, PassageRow};
use tokio::sync::{Mutex, mpsc};

use super::{
    Admission, Ingest, IngestError, IngestEvent, IngestSummary, Offer, PASSAGE_TOKENS, language, on_blocking_thread,
    outbox::embedding_text, scan, skipped_event,
};
use crate::{
    busy::Work,
    chunk::{self, Chunk},
    parse::{ParseFailure, ParseSource},
};

/// Files read at the same time; each is a child process.
const READERS: usize = 2;
/// Read documents that wait for the embedder: their text is in memory.
const READ_AHEAD: usize = 2;
/// Embedded groups that wait for the database.
const STORE_AHEAD: usize = 1;
/// Queued documents known to the readers; their content is on disk.
const QUEUE_AHEAD: usize = 64;
/// Texts given to the embedder at once; it sorts them by length, and the stop button is looked at in between.
const EMBED_TEXTS: usize = 64;
/// Passages after which the index is told: each telling is a new file in it.
const INDEX_PASSAGES: u32 = 512;

/// One run over files and unfinished documents.
pub(super) struct Batch<'a> {
    ingest: &'a Ingest,
    events: mpsc::Sender<IngestEvent>,
    cancel: &'a CancelToken,
    pub(super) summary: IngestSummary,
}

/// What the stages share.
struct Shared<'a> {
    ingest: &'a Ingest,
    events: mpsc::Sender<IngestEvent>,
    cancel: &'a CancelToken,
    counts: StdMutex<IngestSummary>,
    stopped: AtomicBool,
}

/// A document that was read and cut.
struct Prepared {
    row: DocumentRow,
    parsed: ParsedDocument,
    language: Option<String>,
    passages: Vec<PassageRow>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(ingest: &'a Ingest, events: mpsc::Sender<IngestEvent>, cancel: &'a CancelToken) -> Self {
        Self { ingest, events, cancel, summary: IngestSummary::default() }
    }

    pub(super) async fn run(self, offers: Vec<Offer>, rows: Vec<DocumentRow>) -> Result<IngestSummary, IngestError> {
        let Self { ingest, events, cancel, summary } = self;
        let shared = Shared { ingest, events, cancel, counts: StdMutex::new(summary), stopped: AtomicBool::new(false) };
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
        let mut summary = shared.counts.into_inner().unwrap_or_else(PoisonError::into_inner);
        summary.cancelled = shared.stopped.into_inner();
        Ok(summary)
    }
}

impl Shared<'_> {
    fn count(&self, change: impl FnOnce(&mut IngestSummary)) {
        change(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn is_stopped(&self) -> bool {
        if self.cancel.is_cancelled() {
            self.stopped.store(true, Ordering::Relaxed);
        }
        self.stopped.load(Ordering::Relaxed)
    }

    async fn tell(&self, event: IngestEvent) {
        // Nobody listening is no reason to stop.
        let _ = self.events.send(event).await;
    }

    /// Queues unfinished documents, then copies files in and queues those that are new.
    async fn admit(
        &self,
        offers: Vec<Offer>,
        rows: Vec<DocumentRow>,
        queue: mpsc::Sender<DocumentRow>,
    ) -> Result<(), IngestError> {
        let mut taken: HashSet<DocumentId> = HashSet::new();
        for row in rows {
            if taken.insert(row.id) && queue.send(row).await.is_err() {
                return Ok(());
            }
        }
        for offer in offers {
            if self.is_stopped() {
                return Ok(());
            }
            match self.ingest.admit(offer).await? {
                Err(skipped) => {
                    self.tell(skipped_event(scan::display_name(&skipped.path), skipped.problem.clone())).await;
                    self.count(|summary| summary.skipped.push(skipped));
                }
                Ok(Admission::New(row)) => {
                    self.tell(event(&row, DocumentState::Queued)).await;
                    taken.insert(row.id);
                    if queue.send(row).await.is_err() {
                        return Ok(());
                    }
                }
                Ok(Admission::Known(row)) => {
                    let again = row.state == DocumentState::Failed || !row.state.is_final();
                    if again && taken.insert(row.id) {
                        if queue.send(row).await.is_err() {
                            return Ok(());
                        }
                        continue;
                    }
                    self.count(|summary| summary.unchanged += 1);
                    self.tell(IngestEvent { unchanged: true, ..event(&row, row.state) }).await;
                }
            }
        }
        Ok(())
    }

    /// One of the readers: takes queued documents until there are none.
    async fn read(
        &self,
        queued: &Mutex<mpsc::Receiver<DocumentRow>>,
        read: mpsc::Sender<Prepared>,
    ) -> Result<(), IngestError> {
        loop {
            let Some(row) = queued.lock().await.recv().await else { return Ok(()) };
            if self.is_stopped() {
                continue;
            }
            if let Some(prepared) = self.prepare(row).await?
                && read.send(prepared).await.is_err()
            {
                return Ok(());
            }
        }
    }

    async fn prepare(&self, row: DocumentRow) -> Result<Option<Prepared>, IngestError> {
        self.enter(&row, DocumentState::Reading, &[]).await?;
        self.tell(event(&row, DocumentState::Reading)).await;
        let path = self.ingest.files.join(&row.file_name);
        let began = Instant::now();
        let progress = |step: crate::parse::ParseProgress| {
            // Only the latest matters, so a full channel is no reason to wait.
            let _ = self.events.try_send(IngestEvent {
                pages_read: step.page,
                pages: step.pages,
                ..event(&row, DocumentState::Reading)
            });
        };
        let busy = self.ingest.busy.as_ref().map(|busy| busy.begin(Work::Parsing));
        let parsed =
            self.ingest.worker.parse(&row.name, ParseSource::Path(&path), progress, self.cancel.cancelled()).await;
        drop(busy);
        self.count(|summary| summary.timings.read += began.elapsed());
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(ParseFailure::Rejected(problem)) => {
                return self.give_up(row, DocumentState::Rejected, problem).await;
            }
            Err(ParseFailure::Failed(problem)) => return self.give_up(row, DocumentState::Failed, problem).await,
            Err(ParseFailure::Cancelled) => {
                self.stopped.store(true, Ordering::Relaxed);
                self.enter(&row, DocumentState::Queued, &[]).await?;
                self.tell(event(&row, DocumentState::Queued)).await;
                return Ok(None);
            }
        };
        self.enter(&row, DocumentState::Chunking, &[]).await?;
        self.tell(IngestEvent { pages: page_count(&parsed.pages), ..event(&row, DocumentState::Chunking) }).await;
        let began = Instant::now();
        let tokenizer = self.ingest.tokenizer.clone();
        let (parsed, chunks, language) = on_blocking_thread(move || {
            let chunks = chunk::chunk(&parsed, &tokenizer, PASSAGE_TOKENS);
            let language = language::detect(&parsed.text);
            (parsed, chunks, language)
        })
        .await;
        self.count(|summary| summary.timings.chunk += began.elapsed());
        let passages = self.passages(&row, &parsed, chunks);
        if passages.is_empty() {
            let problem = Problem {
                kind: ProblemKind::Empty,
                message: format!(
                    "`{}` holds no text that can be found. If it is a scan, run text recognition on it and add the result",
                    row.name
                ),
                pages: Vec::new(),
            };
            return self.give_up(row, DocumentState::Rejected, problem).await;
        }
        Ok(Some(Prepared { row, parsed, language, passages }))
    }

    fn passages(&self, row: &DocumentRow, parsed: &ParsedDocument, chunks: Vec<Chunk>) -> Vec<PassageRow> {
        let mut cursor = Cursor::new(&parsed.text);
        chunks
            .into_iter()
            .filter_map(|chunk| {
                let text = cursor.slice(chunk.start, chunk.end)?;
                (!text.trim().is_empty()).then(|| PassageRow {
                    id: PassageId::from_uuid((self.ingest.ids)()),
                    document_id: row.id,
                    ordinal: chunk.ordinal,
                    page: chunk.page,
                    start_character: chunk.start,
                    end_character: chunk.end,
                    heading_path: chunk.heading_path,
                    text: text.to_owned(),
                    token_count: chunk.tokens,
                    embedder: None,
                    vector: None,
                })
            })
            .collect()
    }

    async fn enter(&self, row: &DocumentRow, state: DocumentState, problems: &[Problem]) -> Result<(), IngestError> {
        let (id, problems, now) = (row.id, problems.to_vec(), (self.ingest.clock)());
        self.ingest.store.write(move |brand| brand.documents().set_state(id, state, &problems, &now)).await?;
        Ok(())
    }

    /// The same state for several documents, in one transaction.
    async fn enter_all(&self, rows: &[DocumentRow], state: DocumentState) -> Result<(), IngestError> {
        let ids: Vec<DocumentId> = rows.iter().map(|row| row.id).collect();
        let now = (self.ingest.clock)();
        self.ingest
            .store
            .write(move |brand| ids.iter().try_for_each(|id| brand.documents().set_state(*id, state, &[], &now)))
            .await?;
        Ok(())
    }

    async fn give_up(
        &self,
        row: DocumentRow,
        state: DocumentState,
        problem: Problem,
    ) -> Result<Option<Prepared>, IngestError> {
        self.enter(&row, state, std::slice::from_ref(&problem)).await?;
        self.count(|summary| match state {
            DocumentState::Rejected => summary.rejected += 1,
            _ => summary.failed += 1,
        });
        self.tell(IngestEvent { problems: vec![problem], ..event(&row, state) }).await;
        Ok(None)
    }

    /// The embedding stage: takes whatever has been read and embeds it together.
    async fn embed_all(
        &self,
        mut prepared: mpsc::Receiver<Prepared>,
        embedded: mpsc::Sender<Vec<Prepared>>,
    ) -> Result<(), IngestError> {
        while let Some(first) = prepared.recv().await {
            let mut group = vec![first];
            let mut passages = group[0].passages.len();
            while passages < EMBED_TEXTS
                && let Ok(next) = prepared.try_recv()
            {
                passages += next.passages.len();
                group.push(next);
            }
            let rows: Vec<DocumentRow> = group.iter().map(|document| document.row.clone()).collect();
            for document in &group {
                self.tell(progress_event(document)).await;
            }
            // The embedder does not wait for the disk.
            let ((), finished) =
                tokio::try_join!(self.enter_all(&rows, DocumentState::Embedding), self.embed(&mut group))?;
            if !finished {
                self.enter_all(&rows, DocumentState::Queued).await?;
                for row in &rows {
                    self.tell(event(row, DocumentState::Queued)).await;
                }
            } else if embedded.send(group).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The last stage: stores each document and tells the index.
    async fn finish_all(&self, mut embedded: mpsc::Receiver<Vec<Prepared>>) -> Result<(), IngestError> {
        let mut untold = 0;
        while let Some(group) = embedded.recv().await {
            for document in group {
                untold += document.passages.len() as u32;
                self.finish(document).await?;
            }
            if untold >= INDEX_PASSAGES {
                self.tell_index().await?;
                untold = 0;
            }
        }
        self.tell_index().await
    }

    /// Embeds the passages of all documents, texts of like length together. False when it was stopped.
    async fn embed(&self, group: &mut [Prepared]) -> Result<bool, IngestError> {
        let Some(embedder) = self.ingest.embedder.clone() else { return Ok(!self.is_stopped()) };
        let mut order: Vec<(usize, usize)> = Vec::new();
        for (document, prepared) in group.iter().enumerate() {
            order.extend((0..prepared.passages.len()).map(|passage| (document, passage)));
        }
        order.sort_by_key(|&(document, passage)| group[document].passages[passage].token_count);
        for slice in order.chunks(EMBED_TEXTS) {
            if self.is_stopped() {
                return Ok(false);
            }
            let texts: Vec<String> = slice
                .iter()
                .map(|&(document, passage)| {
                    let passage = &group[document].passages[passage];
                    embedding_text(&passage.heading_path, &passage.text)
                })
                .collect();
            let began = Instant::now();
            let vectors = match embedder.embed(texts.clone()).await {
                Ok(vectors) => vectors.into_iter().map(Some).collect(),
                Err(EmbedError::Failed { reason }) => {
                    tracing::warn!(%reason, "a batch could not be embedded; its texts are tried one by one");
                    one_by_one(embedder.as_ref(), texts).await?
                }
                Err(error @ EmbedError::Unavailable { .. }) => return Err(error.into()),
            };
            self.count(|summary| summary.timings.embed += began.elapsed());
            for (&(document, passage), vector) in slice.iter().zip(vectors) {
                let passage = &mut group[document].passages[passage];
                passage.embedder = vector.is_some().then(|| embedder.id().to_owned());
                passage.vector = vector;
            }
        }
        Ok(true)
    }

    async fn finish(&self, prepared: Prepared) -> Result<(), IngestError> {
        let Prepared { row, parsed, language, passages } = prepared;
        let mut problems = parsed.problems;
        let unembedded = passages.iter().filter(|passage| passage.vector.is_none()).count();
        if self.ingest.embedder.is_some() && unembedded > 0 {
            problems.push(Problem {
                kind: ProblemKind::TextMissing,
                message: format!(
                    "{unembedded} of {} passages of `{}` can be found by their words only. Read the document again to repair it",
                    passages.len(),
                    row.name
                ),
                pages: Vec::new(),
            });
        }
        let whole = problems.iter().all(|problem| problem.kind.is_notice());
        let state = if whole { DocumentState::Ready } else { DocumentState::Partial };
        let (pages, count) = (page_count(&parsed.pages), passages.len() as u32);
        let tokens: u64 = passages.iter().map(|passage| u64::from(passage.token_count)).sum();
        let finish = DocumentFinish {
            id: row.id,
            title: parsed.title,
            language,
            state,
            problems: problems.clone(),
            text: parsed.text,
            pages: parsed.pages,
            blocks: parsed.blocks,
            passages,
            changed_at: (self.ingest.clock)(),
        };
        let began = Instant::now();
        self.ingest.store.write(move |brand| brand.documents().finish(&finish)).await?;
        let elapsed = began.elapsed();
        self.count(|summary| {
            summary.timings.store += elapsed;
            summary.passages += count;
            summary.tokens += tokens;
            match state {
                DocumentState::Ready => summary.ready += 1,
                _ => summary.partial += 1,
            }
        });
        self.replace_older(&row).await?;
        self.tell(IngestEvent { pages_read: pages, pages, passages: count, problems, ..event(&row, state) }).await;
        Ok(())
    }

    /// A changed file from the same path takes the older document's place.
    async fn replace_older(&self, row: &DocumentRow) -> Result<(), IngestError> {
        let (id, Some(path), added) = (row.id, row.source_path.clone(), row.added_at.clone()) else { return Ok(()) };
        let older: Vec<DocumentId> = self
            .ingest
            .store
            .read(move |brand| {
                let documents = brand.documents().list()?;
                let older = documents.into_iter().filter(|document| {
                    document.id != id && document.source_path.as_ref() == Some(&path) && document.added_at <= added
                });
                Ok(older.map(|document| document.id).collect())
            })
            .await?;
        for document in older {
            self.ingest.erase(document).await?;
            self.count(|summary| summary.replaced += 1);
        }
        Ok(())
    }

    async fn tell_index(&self) -> Result<(), IngestError> {
        let began = Instant::now();
        let problem = self.ingest.apply_outbox().await?;
        let elapsed: Duration = began.elapsed();
        self.count(|summary| {
            summary.timings.index += elapsed;
            if problem.is_some() {
                summary.index_problem = problem;
            }
        });
        Ok(())
    }
}

/// Finds out which texts a failed batch failed for; the others get their vectors.
async fn one_by_one(
    embedder: &dyn quillhouse_llm::Embedder,
    texts: Vec<String>,
) -> Result<Vec<Option<Vec<f32>>>, IngestError> {
    let mut vectors = Vec::with_capacity(texts.len());
    let mut last = None;
    for text in texts {
        match embedder.embed(vec![text]).await {
            Ok(mut vector) => vectors.push(vector.pop()),
            Err(error @ EmbedError::Failed { .. }) => {
                vectors.push(None);
                last = Some(error);
            }
            Err(error @ EmbedError::Unavailable { .. }) => return Err(error.into()),
        }
    }
    match last {
        // When none succeeds the fault is not in the texts.
        Some(error) if vectors.iter().all(Option::is_none) => Err(error.into()),
        _ => Ok(vectors),
    }
}

fn page_count(pages: &[PageSpan]) -> u32 {
    pages.len() as u32
}

fn event(row: &DocumentRow, state: DocumentState) -> IngestEvent {
    IngestEvent {
        document: Some(row.id),
        name: row.name.clone(),
        state,
        pages_read: 0,
        pages: row.page_count,
        passages: row.passage_count,
        problems: if state.is_final() { row.problems.clone() } else { Vec::new() },
        unchanged: false,
    }
}

fn progress_event(prepared: &Prepared) -> IngestEvent {
    let pages = page_count(&prepared.parsed.pages);
    IngestEvent {
        pages_read: pages,
        pages,
        passages: prepared.passages.len() as u32,
        ..event(&prepared.row, DocumentState::Embedding)
    }
}

/// Cuts a text by character offsets, forward and backward, without counting from the beginning each time.
struct Cursor<'text> {
    text: &'text str,
    character: u32,
    byte: usize,
}

impl<'text> Cursor<'text> {
    const fn new(text: &'text str) -> Self {
        Self { text, character: 0, byte: 0 }
    }

    /// The text between two offsets; `None` when they are not inside it or in the wrong order.
    fn slice(&mut self, start: u32, end: u32) -> Option<&'text str> {
        if start < self.character {
            (self.character, self.byte) = (0, 0);
        }
        let from = self.seek(start)?;
        (self.character, self.byte) = (start, from);
        let to = self.seek(end)?;
        self.text.get(from..to)
    }

    fn seek(&self, character: u32) -> Option<usize> {
        let distance = character.checked_sub(self.character)? as usize;
        let rest = self.text.get(self.byte..)?;
        match rest.char_indices().nth(distance) {
            Some((offset, _)) => Some(self.byte + offset),
            None if rest.chars().count() == distance => Some(self.text.len()),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_characters_in_any_order() {
        let mut cursor = Cursor::new("Zoë naïve 東京!");
        for ((start, end), expected) in [
            ((0, 3), Some("Zoë")),
            ((4, 9), Some("naïve")),
            ((10, 13), Some("東京!")),
            ((1, 2), Some("o")),
            ((13, 13), Some("")),
            ((10, 14), None),
            ((5, 4), None),
        ] {
            assert_eq!(cursor.slice(start, end), expected, "{start}..{end}");
        }
    }
}
