//! The readers of a batch: a file becomes text in a child process, the text becomes passages.

use std::time::Instant;

use quillhouse_domain::{DocumentState, ParsedDocument, PassageId, Problem, ProblemKind};
use quillhouse_store::{DocumentRow, PassageRow};
use tokio::sync::{Mutex, mpsc};

use super::{
    IngestError, PASSAGE_TOKENS,
    cursor::Cursor,
    event::IngestEvent,
    on_blocking_thread,
    pipeline::{Prepared, Shared},
};
use crate::{
    busy::Work,
    chunk::{self, Chunk},
    language,
    parse::{ParseFailure, ParseOptions, ParseProgress, ParseSource},
};

impl Shared<'_> {
    /// One of the readers: takes queued documents until there are none.
    pub(super) async fn read(
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
        if !self.enter(&row, DocumentState::Reading, &[]).await? {
            return Ok(None);
        }
        self.tell(IngestEvent::of(&row, DocumentState::Reading)).await;
        let parsed = match self.parse(&row).await {
            Ok(parsed) => parsed,
            Err(ParseFailure::Rejected(problem)) => {
                self.give_up(&row, DocumentState::Rejected, problem).await?;
                return Ok(None);
            }
            Err(ParseFailure::Failed(problem)) => {
                self.give_up(&row, DocumentState::Failed, problem).await?;
                return Ok(None);
            }
            Err(ParseFailure::Cancelled) => {
                self.stop();
                self.enter(&row, DocumentState::Queued, &[]).await?;
                self.tell(IngestEvent::of(&row, DocumentState::Queued)).await;
                return Ok(None);
            }
        };
        let pages = parsed.pages.len() as u32;
        self.count(|summary| summary.pages += pages);
        if !self.enter(&row, DocumentState::Chunking, &[]).await? {
            return Ok(None);
        }
        self.tell(IngestEvent { pages, pages_read: pages, ..IngestEvent::of(&row, DocumentState::Chunking) }).await;
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
            self.give_up(&row, DocumentState::Rejected, problem).await?;
            return Ok(None);
        }
        Ok(Some(Prepared { row, parsed, language, passages, unembedded: 0, counted: 0.0 }))
    }

    async fn parse(&self, row: &DocumentRow) -> Result<ParsedDocument, ParseFailure> {
        let path = self.ingest.files.join(&row.file_name);
        let began = Instant::now();
        let mut last = ParseProgress { page: 0, pages: 0 };
        let progress = |step: ParseProgress| {
            self.progress(|progress| {
                progress.pages += step.pages.saturating_sub(last.pages);
                progress.pages_done += step.page.saturating_sub(last.page);
            });
            last = step;
            self.hint(IngestEvent {
                pages_read: step.page,
                pages: step.pages,
                ..IngestEvent::of(row, DocumentState::Reading)
            });
        };
        let busy = self.ingest.busy.as_ref().map(|busy| busy.begin(Work::Parsing));
        let options = ParseOptions {
            password: self.password.clone(),
            languages: self.languages.clone(),
            ..ParseOptions::usual()
        };
        let source = ParseSource::Path(&path);
        let parsed =
            self.ingest.worker.parse_with(&row.name, source, &options, progress, self.cancel.cancelled()).await;
        drop(busy);
        self.count(|summary| summary.timings.read += began.elapsed());
        // Formats without pages of their own tell no progress; what was opened has been read now in any case.
        let pages = parsed.as_ref().map_or(last.pages, |parsed| parsed.pages.len() as u32);
        self.progress(|progress| {
            progress.pages += pages.saturating_sub(last.pages);
            progress.pages_done += pages.saturating_sub(last.page);
        });
        parsed
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
}
