//! Keeping the vector index in step with the library: the outbox, rebuilds, missing vectors.

use futures::{Stream, stream};
use quillhouse_llm::CancelToken;
use quillhouse_store::{IndexOperation, PassageRow, StoreError};

use super::{Ingest, IngestError};
use crate::index::{IndexChange, IndexHealth, IndexRow};

/// Entries brought into the index by one write.
const OUTBOX_ENTRIES: u32 = 4_096;
/// Passages read at once for a rebuild.
const REBUILD_PASSAGES: u32 = 2_048;
/// Passages embedded between two looks at the stop button.
const EMBED_PASSAGES: usize = 64;

impl Ingest {
    /// Brings everything that waits into the index. Answers why the index could not take it, if it could not; the
    /// entries then wait for the rebuild.
    pub async fn apply_outbox(&self) -> Result<Option<String>, IngestError> {
        loop {
            let embedder = self.index.embedder().to_owned();
            let (changes, last) = self.store.read(move |brand| next_changes(*brand, &embedder)).await?;
            let Some(last) = last else { return Ok(None) };
            if let Err(error) = self.index.apply(changes).await {
                return Ok(Some(error.to_string()));
            }
            self.store.write(move |brand| brand.outbox().acknowledge(last)).await?;
        }
    }

    /// Checks the index against the library and rebuilds it when it is broken or out of step. Answers whether it was
    /// rebuilt. Call it when a brand is opened, and after a search has fallen back.
    pub async fn reconcile_index(&self) -> Result<bool, IngestError> {
        let _turn = self.turn.lock().await;
        if self.apply_outbox().await?.is_none() {
            let Some(embedder) = &self.embedder else { return Ok(false) };
            let id = embedder.id().to_owned();
            let expected = self
                .store
                .read(move |brand| Ok(brand.passages().count()? - brand.passages().count_without(&id)?))
                .await?;
            if self.index.health(expected as usize).await == IndexHealth::Healthy {
                return Ok(false);
            }
        }
        self.rebuild().await?;
        Ok(true)
    }

    /// Makes a new index from the vectors in the library; nothing is embedded again. Answers how many passages it holds.
    pub async fn rebuild_index(&self) -> Result<usize, IngestError> {
        let _turn = self.turn.lock().await;
        self.rebuild().await
    }

    async fn rebuild(&self) -> Result<usize, IngestError> {
        // Entries up to here are contained in what is read afterwards; later ones are applied again, which changes nothing.
        let last = self.store.read(|brand| brand.outbox().last_sequence()).await?;
        let rows = self.index.rebuild(self.indexed_pages()).await?;
        self.store.write(move |brand| brand.outbox().acknowledge(last)).await?;
        self.apply_outbox().await?;
        Ok(rows)
    }

    fn indexed_pages(&self) -> impl Stream<Item = Result<Vec<IndexRow>, StoreError>> + Send {
        let store = self.store.clone();
        let embedder = self.embedder.as_ref().map(|embedder| embedder.id().to_owned());
        stream::try_unfold(Some(0_i64), move |from| {
            let (store, embedder) = (store.clone(), embedder.clone());
            async move {
                let Some(from) = from else { return Ok(None) };
                let batch = store.read(move |brand| brand.passages().batch(from, REBUILD_PASSAGES)).await?;
                let rows = batch
                    .passages
                    .into_iter()
                    .filter(|passage| embedder.is_some() && passage.embedder == embedder)
                    .filter_map(index_row)
                    .collect();
                Ok(Some((rows, batch.next)))
            }
        })
    }

    /// Embeds the passages that have no vector of the embedder in use, then rebuilds the index when it was made with
    /// another one. Answers how many were embedded. Stopping keeps what was embedded.
    pub async fn embed_missing(&self, cancel: &CancelToken) -> Result<u32, IngestError> {
        let _turn = self.turn.lock().await;
        let Some(embedder) = self.embedder.clone() else { return Ok(0) };
        let id = embedder.id().to_owned();
        let (mut from, mut done) = (Some(0_i64), 0_u32);
        while let Some(start) = from {
            let batch = self.store.read(move |brand| brand.passages().batch(start, REBUILD_PASSAGES)).await?;
            from = batch.next;
            let missing: Vec<PassageRow> =
                batch.passages.into_iter().filter(|passage| passage.embedder.as_ref() != Some(&id)).collect();
            for passages in missing.chunks(EMBED_PASSAGES) {
                if cancel.is_cancelled() {
                    return Ok(done);
                }
                let texts =
                    passages.iter().map(|passage| embedding_text(&passage.heading_path, &passage.text)).collect();
                let vectors = embedder.embed(texts).await?;
                let ids: Vec<_> = passages.iter().map(|passage| passage.id).collect();
                let embedder_id = id.clone();
                done += ids.len() as u32;
                self.store
                    .write(move |brand| {
                        for (passage, vector) in ids.into_iter().zip(vectors) {
                            brand.passages().set_vector(passage, &embedder_id, &vector)?;
                        }
                        Ok(())
                    })
                    .await?;
            }
        }
        if self.index.broken_reason().is_some() {
            self.rebuild().await?;
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
