//! Another embedder takes the place of the one in use.
//!
//! Invariants
//! - The one in use goes on answering until every passage has a vector of the new one and its index is on disk.
//! - What was embedded is kept: a stop or a kill costs one slice of texts, and the next call goes on behind it.
//! - Where the change cannot be finished, everything stays as it was.

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError},
};

use quillhouse_llm::{CancelToken, EmbedError, Embedder};
use quillhouse_store::{TextHash, UnembeddedRow, passage_hash};

use super::{Ingest, IngestError, Using, embed_stage::one_by_one, outbox::embedding_text};
use crate::index::Index;

/// Passages embedded between two looks at the stop button.
const EMBED_PASSAGES: u32 = 64;
/// Vectors deleted in one transaction: some 6 MB, so that nobody waits long for the database.
const FORGET_VECTORS: u32 = 4_096;

impl Ingest {
    /// How much has been embedded for another embedder, 0 to 1; `None` when none is being prepared.
    pub fn change_progress(&self) -> Option<f32> {
        *self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_change_progress(&self, share: Option<f32>) {
        *self.changing.lock().unwrap_or_else(PoisonError::into_inner) = share;
    }

    /// Embeds everything for another embedder and makes its index in the folder of the one in use, which goes on answering.
    /// Then both change places: `exclusive` is awaited just before and keeps searches out, and is given back for whoever
    /// has to tell them. `None` when it was stopped. [`Self::forget_other_embedders`] cleans up afterwards.
    pub async fn change_embedder<G>(
        &self,
        embedder: Arc<dyn Embedder>,
        index: Arc<Index>,
        cancel: &CancelToken,
        exclusive: impl Future<Output = G> + Send,
    ) -> Result<Option<G>, IngestError> {
        self.set_change_progress(Some(0.0));
        let changed = self.change(embedder, index, cancel, exclusive).await;
        self.set_change_progress(None);
        changed
    }

    async fn change<G>(
        &self,
        embedder: Arc<dyn Embedder>,
        index: Arc<Index>,
        cancel: &CancelToken,
        exclusive: impl Future<Output = G> + Send,
    ) -> Result<Option<G>, IngestError> {
        self.embed_beside(embedder.as_ref(), cancel).await?;
        // Nothing may come in between the last text and the change.
        let _turn = self.turn.lock().await;
        self.embed_beside(embedder.as_ref(), cancel).await?;
        if cancel.is_cancelled() {
            return Ok(None);
        }
        let _building = self.build_turn.lock().await;
        let _outbox = self.outbox_turn.lock().await;
        let (last, total) =
            self.store.read(|brand| Ok((brand.outbox().last_sequence()?, brand.passages().count()?))).await?;
        let prepared = index.prepare(self.indexed_pages(embedder.id().to_owned(), total)).await;
        self.set_rebuild_progress(None);
        let prepared = prepared?;
        let searches = exclusive.await;
        index.adopt(prepared).await?;
        let id = embedder.id().to_owned();
        self.store
            .write(move |brand| {
                brand.outbox().acknowledge(last)?;
                brand.embeddings().use_embedder(&id)
            })
            .await?;
        let mut using = self.using.write().unwrap_or_else(PoisonError::into_inner);
        *using = Using { embedder: Some(embedder), index };
        Ok(Some(searches))
    }

    /// Deletes the vectors of every embedder but the one in use, some at a time.
    pub async fn forget_other_embedders(&self) -> Result<(), IngestError> {
        // Nothing is written without need: a full disk can still be read.
        while self.store.read(|brand| brand.embeddings().has_others()).await? {
            let forgotten = self
                .store
                .write(|brand| {
                    let in_use = brand.embeddings().in_use()?;
                    in_use.map_or(Ok(0), |id| brand.embeddings().keep_only(&id, FORGET_VECTORS))
                })
                .await?;
            if forgotten < FORGET_VECTORS {
                break;
            }
        }
        Ok(())
    }

    async fn embed_beside(&self, embedder: &dyn Embedder, cancel: &CancelToken) -> Result<(), IngestError> {
        let id = embedder.id().to_owned();
        let (total, missing) =
            self.store.read(move |brand| Ok((brand.passages().count()?, brand.passages().count_without(&id)?))).await?;
        let before = total.saturating_sub(missing);
        let progress = |done: u32| {
            // Documents may come and go meanwhile.
            let share = (before + done) as f32 / total.max(before + done).max(1) as f32;
            self.set_change_progress(Some(share));
        };
        progress(0);
        self.embed_for(embedder, false, cancel, progress).await?;
        Ok(())
    }

    /// Embeds the passages without a vector of this embedder; answers how many. One whose text the embedder cannot take is
    /// passed over and can be found by its words.
    pub(super) async fn embed_for(
        &self,
        embedder: &dyn Embedder,
        tell_index: bool,
        cancel: &CancelToken,
        progress: impl Fn(u32),
    ) -> Result<u32, IngestError> {
        let (mut done, mut given_up) = (0, HashSet::<TextHash>::new());
        loop {
            let (id, limit) = (embedder.id().to_owned(), EMBED_PASSAGES + given_up.len() as u32);
            let mut missing = self.store.read(move |brand| brand.embeddings().without(&id, limit)).await?;
            missing.retain(|row| !given_up.contains(&hash_of(row)));
            if missing.is_empty() || cancel.is_cancelled() {
                return Ok(done);
            }
            let texts: Vec<String> = missing.iter().map(|row| embedding_text(&row.heading_path, &row.text)).collect();
            let vectors = match embedder.embed(texts.clone()).await {
                Ok(vectors) => vectors.into_iter().map(Some).collect(),
                Err(EmbedError::Failed { reason }) => {
                    tracing::warn!(%reason, "a batch could not be embedded; its texts are tried one by one");
                    one_by_one(embedder, texts).await?
                }
                Err(error @ EmbedError::Unavailable { .. }) => return Err(error.into()),
            };
            done += missing.len() as u32;
            let found = missing.into_iter().zip(vectors);
            let mut ready = Vec::new();
            for (row, vector) in found {
                match vector {
                    Some(vector) => ready.push((row, vector)),
                    None => drop(given_up.insert(hash_of(&row))),
                }
            }
            let id = embedder.id().to_owned();
            self.store
                .write(move |brand| {
                    for (row, vector) in ready {
                        if tell_index {
                            brand.passages().set_vector(row.passage, &id, &vector)?;
                        } else {
                            brand.embeddings().put(&id, &[(hash_of(&row), vector)])?;
                        }
                    }
                    Ok(())
                })
                .await?;
            progress(done);
        }
    }
}

fn hash_of(row: &UnembeddedRow) -> TextHash {
    passage_hash(&row.heading_path, &row.text)
}
