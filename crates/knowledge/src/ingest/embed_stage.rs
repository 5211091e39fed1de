//! The embedding stage of a batch: texts without a vector, of all documents at hand, those of like length together.
//!
//! Invariants
//! - A text is embedded once for each embedder, whatever documents it stands in; a section that was there before an edit
//!   keeps its vector.
//! - Vectors are stored as they come, so that a stop or a kill costs at most one slice of them.
//! - The embedder does not wait for the disk: a slice is stored while the next one is embedded.

use std::{collections::HashMap, time::Instant};

use quillhouse_domain::DocumentState;
use quillhouse_llm::{EmbedError, Embedder};
use quillhouse_store::{DocumentRow, TextHash, passage_hash};
use tokio::sync::mpsc;

use super::{
    IngestError,
    event::IngestEvent,
    outbox::embedding_text,
    pipeline::{Prepared, Shared},
};

/// Texts given to the embedder at once; it sorts them by length, and the stop button is looked at in between.
const EMBED_TEXTS: usize = 64;
/// Passages of small documents that are put together before they are sorted by length.
const GROUP_PASSAGES: usize = 256;

/// A text that has no vector, and the passages that wait for it.
struct Wanted {
    hash: TextHash,
    /// Document of the group and its passage, for each.
    passages: Vec<(usize, usize)>,
    tokens: u32,
}

impl Shared<'_> {
    /// Takes whatever has been read and embeds it together.
    pub(super) async fn embed_all(
        &self,
        mut prepared: mpsc::Receiver<Prepared>,
        embedded: mpsc::Sender<Vec<Prepared>>,
    ) -> Result<(), IngestError> {
        while let Some(first) = prepared.recv().await {
            let mut group = vec![first];
            let mut passages = group[0].passages.len();
            while passages < GROUP_PASSAGES
                && let Ok(next) = prepared.try_recv()
            {
                passages += next.passages.len();
                group.push(next);
            }
            let rows: Vec<DocumentRow> = group.iter().map(|document| document.row.clone()).collect();
            for document in &group {
                self.tell(progress_event(document, 0)).await;
            }
            // The embedder does not wait for the disk.
            let ((), finished) =
                tokio::try_join!(self.enter_all(&rows, DocumentState::Embedding), self.embed(&mut group))?;
            if !finished {
                self.enter_all(&rows, DocumentState::Queued).await?;
                for row in &rows {
                    self.tell(IngestEvent::of(row, DocumentState::Queued)).await;
                }
            } else if embedded.send(group).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Gives every text of the group its vector. False when it was stopped.
    async fn embed(&self, group: &mut [Prepared]) -> Result<bool, IngestError> {
        let Some(embedder) = self.ingest.embedder() else { return Ok(!self.is_stopped()) };
        let wanted = self.wanted(group, embedder.id()).await?;
        let mut done = vec![0_u32; group.len()];
        let mut unsaved: Vec<(TextHash, Vec<f32>)> = Vec::new();
        for slice in wanted.chunks(EMBED_TEXTS) {
            if self.is_stopped() {
                self.save(embedder.id(), unsaved).await?;
                return Ok(false);
            }
            let texts: Vec<String> = slice
                .iter()
                .filter_map(|wanted| wanted.passages.first())
                .map(|&(document, passage)| {
                    let passage = &group[document].passages[passage];
                    embedding_text(&passage.heading_path, &passage.text)
                })
                .collect();
            let (vectors, ()) = tokio::try_join!(
                self.vectors(embedder.as_ref(), texts),
                self.save(embedder.id(), std::mem::take(&mut unsaved))
            )?;
            for (wanted, vector) in slice.iter().zip(vectors) {
                let found = vector.is_some();
                if let Some(vector) = vector {
                    unsaved.push((wanted.hash, vector));
                    self.count(|summary| {
                        summary.embedded += 1;
                        summary.embedded_tokens += u64::from(wanted.tokens);
                    });
                }
                for &(document, _) in &wanted.passages {
                    let prepared = &mut group[document];
                    prepared.unembedded += u32::from(!found);
                    done[document] += 1;
                    let share = 1.0 / prepared.passages.len().max(1) as f64;
                    prepared.counted += share;
                    self.worked(prepared.row.byte_count, share);
                    self.progress(|progress| progress.passages_done += 1);
                }
            }
            if let Some(&(document, _)) = slice.last().and_then(|wanted| wanted.passages.first()) {
                self.hint(progress_event(&group[document], done[document]));
            }
        }
        self.save(embedder.id(), unsaved).await?;
        Ok(true)
    }

    /// The texts that have no vector yet, each once, the shortest first.
    async fn wanted(&self, group: &[Prepared], embedder: &str) -> Result<Vec<Wanted>, IngestError> {
        let mut by_hash: HashMap<TextHash, Wanted> = HashMap::new();
        for (document, prepared) in group.iter().enumerate() {
            for (ordinal, passage) in prepared.passages.iter().enumerate() {
                let hash = passage_hash(&passage.heading_path, &passage.text);
                let wanted = by_hash.entry(hash).or_insert_with(|| Wanted {
                    hash,
                    passages: Vec::new(),
                    tokens: passage.token_count,
                });
                wanted.passages.push((document, ordinal));
            }
        }
        let (hashes, embedder): (Vec<TextHash>, String) = (by_hash.keys().copied().collect(), embedder.to_owned());
        let known = self.ingest.store.read(move |brand| brand.embeddings().known(&embedder, &hashes)).await?;
        let mut reused = 0;
        let mut wanted = Vec::with_capacity(by_hash.len());
        for (hash, text) in by_hash {
            if known.contains(&hash) {
                reused += text.passages.len() as u32;
            } else {
                reused += text.passages.len() as u32 - 1;
                wanted.push(text);
            }
        }
        self.count(|summary| summary.reused += reused);
        wanted.sort_unstable_by_key(|wanted| (wanted.tokens, wanted.passages[0]));
        Ok(wanted)
    }

    async fn save(&self, embedder: &str, vectors: Vec<(TextHash, Vec<f32>)>) -> Result<(), IngestError> {
        if !vectors.is_empty() {
            let embedder = embedder.to_owned();
            self.ingest.store.write(move |brand| brand.embeddings().put(&embedder, &vectors)).await?;
        }
        Ok(())
    }

    async fn vectors(&self, embedder: &dyn Embedder, texts: Vec<String>) -> Result<Vec<Option<Vec<f32>>>, IngestError> {
        let began = Instant::now();
        let vectors = match embedder.embed(texts.clone()).await {
            Ok(vectors) => vectors.into_iter().map(Some).collect(),
            Err(EmbedError::Failed { reason }) => {
                tracing::warn!(%reason, "a batch could not be embedded; its texts are tried one by one");
                one_by_one(embedder, texts).await?
            }
            Err(error @ EmbedError::Unavailable { .. }) => return Err(error.into()),
        };
        self.count(|summary| summary.timings.embed += began.elapsed());
        Ok(vectors)
    }
}

/// Finds out which texts a failed batch failed for; the others get their vectors.
pub(super) async fn one_by_one(
    embedder: &dyn Embedder,
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

fn progress_event(prepared: &Prepared, embedded: u32) -> IngestEvent {
    let pages = prepared.parsed.pages.len() as u32;
    IngestEvent {
        pages_read: pages,
        pages,
        passages: embedded,
        ..IngestEvent::of(&prepared.row, DocumentState::Embedding)
    }
}
