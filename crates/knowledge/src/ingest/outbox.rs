//! Keeping the vector index in step with the library: the outbox, rebuilds, missing vectors. [`super::change`] puts another
//! embedder in its place.

use std::sync::PoisonError;

use futures::{Stream, stream};
use quillhouse_llm::CancelToken;
use quillhouse_store::{IndexOperation, PassageRow, StoreError};

use super::{Ingest, IngestError, Using};
use crate::index::{DocumentFilter, Index, IndexChange, IndexHealth, IndexRow};

/// Entries brought into the index by one write.
const OUTBOX_ENTRIES: u32 = 4_096;
/// Passages read at once for a rebuild.
const REBUILD_PASSAGES: u32 = 2_048;

impl Ingest {
    /// Brings everything that waits into the index. Answers why the index could not take it, if it could not; the
    /// entries then wait for the rebuild.
    pub async fn apply_outbox(&self) -> Result<Option<String>, IngestError> {
        let _turn = self.outbox_turn.lock().await;
        self.apply_waiting(&self.index()).await
    }

    /// The same for whoever has the turn.
    pub(super) async fn apply_waiting(&self, index: &Index) -> Result<Option<String>, IngestError> {
        loop {
            let embedder = index.embedder().to_owned();
            let (changes, last) = self.store.read(move |brand| next_changes(*brand, &embedder)).await?;
            let Some(last) = last else { return Ok(None) };
            if let Err(error) = index.apply(changes).await {
                return Ok(Some(error.to_string()));
            }
            self.store.write(move |brand| brand.outbox().acknowledge(last)).await?;
        }
    }

    /// True when the index opens, holds as many rows as there are vectors, and every one of them can be read. What is not
    /// sound is marked broken, so that searches compare the library's own vectors until it is rebuilt.
    pub async fn index_is_sound(&self) -> Result<bool, IngestError> {
        let Using { embedder: Some(embedder), index } = self.using() else { return Ok(true) };
        if self.apply_outbox().await?.is_some() {
            return Ok(false);
        }
        let id = embedder.id().to_owned();
        let expected =
            self.store.read(move |brand| Ok(brand.passages().count()? - brand.passages().count_without(&id)?)).await?;
        let health = index.health(expected as usize).await;
        if health != IndexHealth::Healthy {
            index.distrust(&format!("{health:?}"));
            return Ok(false);
        }
        let mut anywhere = vec![0.0; embedder.dimensions()];
        anywhere[0] = 1.0;
        // An exact search reads every vector, and a file that is damaged fails it.
        Ok(index.search_on_disk(&anywhere, 1, &DocumentFilter::default()).await.is_ok())
    }

    /// Checks the index against the library and rebuilds it when it is not sound. Answers whether it was rebuilt. Call it
    /// when a brand is opened, and after a search has fallen back.
    pub async fn reconcile_index(&self) -> Result<bool, IngestError> {
        if self.index_is_sound().await? {
            return Ok(false);
        }
        self.rebuild_index().await?;
        Ok(true)
    }

    /// How much of the index has been rebuilt, 0 to 1; `None` when it is not being rebuilt.
    pub fn rebuild_progress(&self) -> Option<f32> {
        *self.rebuilding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_rebuild_progress(&self, share: Option<f32>) {
        *self.rebuilding.lock().unwrap_or_else(PoisonError::into_inner) = share;
    }

    /// Makes a new index from the vectors in the library; nothing is embedded again. Answers how many passages it holds.
    /// Batches go on meanwhile; what they store is brought in afterwards.
    pub async fn rebuild_index(&self) -> Result<usize, IngestError> {
        self.set_rebuild_progress(Some(0.0));
        let rebuilt = self.rebuild().await;
        self.set_rebuild_progress(None);
        rebuilt
    }

    async fn rebuild(&self) -> Result<usize, IngestError> {
        let _building = self.build_turn.lock().await;
        let index = self.index();
        // Entries up to here are contained in what is read afterwards; later ones are applied again, which changes nothing.
        let (last, total) =
            self.store.read(|brand| Ok((brand.outbox().last_sequence()?, brand.passages().count()?))).await?;
        let rows = index.rebuild(self.indexed_pages(index.embedder().to_owned(), total)).await?;
        {
            let _turn = self.outbox_turn.lock().await;
            self.store.write(move |brand| brand.outbox().acknowledge(last)).await?;
            self.apply_waiting(&index).await?;
        }
        Ok(rows)
    }

    pub(super) fn indexed_pages(
        &self,
        embedder: String,
        total: u32,
    ) -> impl Stream<Item = Result<Vec<IndexRow>, StoreError>> + Send + use<> {
        let this = self.clone();
        stream::try_unfold((Some(0_i64), 0_usize), move |(from, done)| {
            let (this, embedder) = (this.clone(), embedder.clone());
            async move {
                let Some(from) = from else { return Ok(None) };
                let batch =
                    this.store.read(move |brand| brand.embeddings().batch(&embedder, from, REBUILD_PASSAGES)).await?;
                let done = done + batch.rows.len();
                this.set_rebuild_progress(Some(done as f32 / total.max(1) as f32));
                let rows = batch.rows.into_iter();
                let rows = rows
                    .map(|row| IndexRow { passage: row.passage, document: row.document, vector: row.vector })
                    .collect();
                Ok(Some((rows, (batch.next, done))))
            }
        })
    }

    /// Embeds the passages that have no vector of the embedder in use and tells the index. Answers how many were embedded.
    /// Stopping keeps what was embedded.
    pub async fn embed_missing(&self, cancel: &CancelToken) -> Result<u32, IngestError> {
        let Using { embedder: Some(embedder), index } = self.using() else { return Ok(0) };
        let done = self.embed_for(embedder.as_ref(), true, cancel, |_| {}).await?;
        if index.broken_reason().is_some() {
            self.rebuild_index().await?;
        } else {
            self.apply_outbox().await?;
        }
        Ok(done)
    }
}

/// What a passage is embedded as: its headings say what it is about when its sentences do not.
pub(crate) fn embedding_text(heading_path: &[String], text: &str) -> String {
    let mut embedded = String::new();
    for heading in heading_path {
        if !text.contains(heading.as_str()) {
            embedded.push_str(heading);
            embedded.push_str(". ");
        }
    }
    embedded.push_str(text);
    embedded
}

fn index_row(passage: PassageRow) -> Option<IndexRow> {
    Some(IndexRow { passage: passage.id, document: passage.document_id, vector: passage.vector? })
}

/// The oldest entries as changes, with the sequence of the last of them.
fn next_changes(
    brand: quillhouse_store::BrandReader<'_>,
    embedder: &str,
) -> Result<(Vec<IndexChange>, Option<i64>), StoreError> {
    let entries = brand.outbox().take(OUTBOX_ENTRIES)?;
    let last = entries.last().map(|entry| entry.sequence);
    let upserts: Vec<_> = entries
        .iter()
        .filter(|entry| entry.operation == IndexOperation::Upsert)
        .map(|entry| entry.passage_id)
        .collect();
    let removals = entries
        .iter()
        .filter(|entry| entry.operation == IndexOperation::Delete)
        .map(|entry| IndexChange::Remove(entry.passage_id));
    // Removals first: an insertion that is found has its passage now, so it is later than any removal of it.
    let mut changes: Vec<IndexChange> = removals.collect();
    let found = brand.passages().by_ids(&upserts)?;
    changes.extend(
        found
            .into_iter()
            .filter(|found| found.passage.embedder.as_deref() == Some(embedder))
            .filter_map(|found| index_row(found.passage))
            .map(IndexChange::Upsert),
    );
    Ok((changes, last))
}
