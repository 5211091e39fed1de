//! The last stage of a batch: each document is stored in one transaction, then the index is told.
//!
//! Invariant: an edited file takes its older edition's place, id and tags in the transaction that stores it; until then the
//! older edition is found.

use std::time::{Duration, Instant};

use quillhouse_domain::{DocumentId, DocumentState, Problem, ProblemKind};
use quillhouse_store::{BrandWriter, DocumentFinish, DocumentRow, StoreError};
use tokio::sync::mpsc;

use super::{
    IngestError, copy,
    event::IngestEvent,
    on_blocking_thread,
    pipeline::{Prepared, Shared, unless_erased},
};

/// Passages after which the index is told: each telling is a new file in it.
const INDEX_PASSAGES: u32 = 512;

/// What storing a document did beside storing it.
struct Stored {
    /// The id it has now: that of its older edition, when there was one.
    id: DocumentId,
    replaced: u32,
    /// Files that no document names any more.
    unnamed: Vec<String>,
}

impl Shared<'_> {
    /// Stores each document and tells the index.
    pub(super) async fn finish_all(&self, mut embedded: mpsc::Receiver<Vec<Prepared>>) -> Result<(), IngestError> {
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

    async fn finish(&self, prepared: Prepared) -> Result<(), IngestError> {
        let Prepared { row, parsed, language, passages, unembedded, counted } = prepared;
        let mut problems = parsed.problems;
        if unembedded > 0 {
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
        let (pages, count) = (parsed.pages.len() as u32, passages.len() as u32);
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
        let tags = parsed.tags;
        let began = Instant::now();
        let newer = row.clone();
        let stored = self.ingest.store.write(move |brand| store(brand, finish, &tags, &newer)).await;
        let Some(stored) = unless_erased(stored)? else {
            self.ended(&row, IngestEvent::of(&row, DocumentState::Failed)).await;
            return Ok(());
        };
        let elapsed = began.elapsed();
        self.count(|summary| {
            summary.timings.store += elapsed;
            summary.passages += count;
            summary.tokens += tokens;
            summary.replaced += stored.replaced;
            match state {
                DocumentState::Ready => summary.ready += 1,
                _ => summary.partial += 1,
            }
        });
        let files: Vec<_> = stored.unnamed.iter().map(|name| self.ingest.files.join(name)).collect();
        on_blocking_thread(move || files.iter().for_each(|file| copy::discard(file))).await;
        self.worked(row.byte_count, (1.0 - counted).max(0.0));
        if self.ingest.embedder().is_none() {
            self.progress(|progress| progress.passages_done += count);
        }
        let event = IngestEvent { pages_read: pages, pages, passages: count, problems, ..IngestEvent::of(&row, state) };
        self.ended(&row, IngestEvent { document: Some(stored.id), ..event }).await;
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

/// Stores what reading gave, under the id of an older edition when there is one. Its author's tags count when it has none.
fn store(
    brand: &mut BrandWriter<'_>,
    finish: DocumentFinish,
    tags: &[String],
    row: &DocumentRow,
) -> Result<Stored, StoreError> {
    let changed_at = finish.changed_at.clone();
    let stored = store_document(brand, finish, row)?;
    if !tags.is_empty() && brand.documents().get(stored.id)?.tags.is_empty() {
        brand.documents().set_tags(stored.id, tags, &changed_at)?;
    }
    Ok(stored)
}

fn store_document(
    brand: &mut BrandWriter<'_>,
    finish: DocumentFinish,
    row: &DocumentRow,
) -> Result<Stored, StoreError> {
    // Erased, or replaced by a still newer edition, while it was read.
    if brand.documents().get(row.id)?.content_hash != row.content_hash {
        return Err(StoreError::NotFound { noun: "document", name: row.name.clone() });
    }
    let mut older = older_editions(brand, row)?.into_iter();
    let Some(first) = older.next() else {
        brand.documents().finish(&finish)?;
        return Ok(Stored { id: row.id, replaced: 0, unnamed: Vec::new() });
    };
    let mut stored = Stored { id: first.id, replaced: 1, unnamed: Vec::new() };
    for extra in older {
        brand.documents().remove(extra.id)?;
        stored.unnamed.push(extra.file_name);
        stored.replaced += 1;
    }
    stored.unnamed.push(brand.documents().take_place(row.id, first.id)?);
    let mut passages = finish.passages;
    for passage in &mut passages {
        passage.document_id = first.id;
    }
    brand.documents().finish(&DocumentFinish { id: first.id, passages, ..finish })?;
    Ok(stored)
}

/// Documents that were read from the same place before this one was added.
fn older_editions(brand: &mut BrandWriter<'_>, row: &DocumentRow) -> Result<Vec<DocumentRow>, StoreError> {
    let mut editions = match (&row.source_path, &row.source_url) {
        (Some(path), _) => brand.documents().by_source_path(path)?,
        (None, Some(url)) => brand.documents().by_source_url(url)?,
        (None, None) => Vec::new(),
    };
    editions.retain(|other| other.id != row.id && (&other.added_at, other.id) < (&row.added_at, row.id));
    Ok(editions)
}
