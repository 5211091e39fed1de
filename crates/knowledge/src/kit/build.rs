//! Brings a brand's kit up to its documents: reads new and changed ones, merges, and reconciles with what the user made.
//!
//! Invariants
//! - Entries are reconciled in one transaction that sees every edit made up to it: none is lost to a build.
//! - A document that went while the kit was built leaves nothing in it.
//! - Stopped at any moment, the kit is as it was, and what was read of documents is kept for the next build.

mod reconcile;

use std::{collections::HashMap, sync::Arc};

use quillhouse_domain::{Coded, DocumentId, ErrorCode};
use quillhouse_llm::{CancelToken, Embedder};
use quillhouse_store::{BrandStore, KitExtractRow, KitRow, StoreError};
use reconcile::reconcile;

use super::{
    extract::{Extract, KitDocument, extract, extractor},
    merge::{ReadDocument, Vectors, doubtful, merge},
};
use crate::ingest::{Clock, Ids};

/// Extracts that are stored in one transaction.
const STORED_AT_ONCE: usize = 32;

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KitProgress {
    /// Documents read or known.
    pub done: u32,
    /// Documents there are.
    pub total: u32,
    /// Things found so far.
    pub entries: u32,
}

/// The kit could not be built.
#[derive(Debug, thiserror::Error)]
pub enum KitBuildError {
    /// The user stopped it.
    #[error("The brand kit was not updated. It is as it was")]
    Cancelled,
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for KitBuildError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Cancelled => ErrorCode::Cancelled,
            Self::Store(error) => error.code(),
        }
    }
}

/// Builds the kit of one brand.
pub struct KitBuilder {
    /// The brand's database.
    pub store: Arc<BrandStore>,
    /// The brand's name.
    pub brand: String,
    /// Tells which of two facts mean the same; without it words alone tell.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// Time.
    pub clock: Clock,
    /// Ids.
    pub ids: Ids,
}

impl KitBuilder {
    /// Reads what is new, and brings the kit up to it. `progress` is called after each document.
    pub async fn build(
        &self,
        progress: impl Fn(KitProgress) + Send + Sync,
        cancel: &CancelToken,
    ) -> Result<KitRow, KitBuildError> {
        let (documents, known) = self
            .store
            .read(|brand| {
                let documents = brand.documents().list()?;
                Ok((documents, brand.kit().extract_versions()?))
            })
            .await?;
        let documents: Vec<_> = documents.into_iter().filter(|document| document.state.is_searchable()).collect();
        let known: HashMap<DocumentId, (String, u32)> =
            known.into_iter().map(|(id, hash, extractor)| (id, (hash, extractor))).collect();
        let rules = extractor();
        let total = documents.len() as u32;
        let (mut done, mut entries) = (0, 0);
        let mut unstored: Vec<KitExtractRow> = Vec::new();
        for document in &documents {
            if cancel.is_cancelled() {
                return Err(KitBuildError::Cancelled);
            }
            let is_known = known
                .get(&document.id)
                .is_some_and(|(hash, version)| *hash == document.content_hash && *version == rules);
            if !is_known && let Some(row) = self.read_one(document.id).await? {
                entries += row.1;
                unstored.push(row.0);
                if unstored.len() >= STORED_AT_ONCE {
                    self.keep(std::mem::take(&mut unstored)).await?;
                }
            }
            done += 1;
            progress(KitProgress { done, total, entries });
        }
        self.keep(unstored).await?;
        if cancel.is_cancelled() {
            return Err(KitBuildError::Cancelled);
        }
        let rows = self.store.read(|brand| brand.kit().extracts()).await?;
        let current: HashMap<DocumentId, String> =
            documents.iter().map(|document| (document.id, document.content_hash.clone())).collect();
        let name = self.brand.clone();
        let (read, texts) = on_a_thread(move || {
            let read: Vec<ReadDocument> = rows
                .into_iter()
                .filter(|row| current.get(&row.document_id) == Some(&row.content_hash))
                .filter_map(|row| {
                    let extract: Extract = serde_json::from_str(&row.extract_json).ok()?;
                    Some(ReadDocument { id: row.document_id, content_hash: row.content_hash, extract })
                })
                .collect();
            let texts = doubtful(&read, &name);
            (read, texts)
        })
        .await;
        let vectors = self.vectors(texts).await;
        if cancel.is_cancelled() {
            return Err(KitBuildError::Cancelled);
        }
        let name = self.brand.clone();
        let kit = on_a_thread(move || merge(&read, &name, &vectors)).await;
        let (now, ids) = ((self.clock)(), Arc::clone(&self.ids));
        let row = self.store.write(move |brand| reconcile(brand, kit, &now, &ids)).await?;
        progress(KitProgress { done: total, total, entries });
        Ok(row)
    }

    /// Reads a document, off the threads that answer others; `None` when it has gone or has no text.
    async fn read_one(&self, id: DocumentId) -> Result<Option<(KitExtractRow, u32)>, StoreError> {
        let found = self
            .store
            .read(move |brand| match brand.documents().get(id) {
                Ok(document) => Ok(brand.documents().text(id)?.map(|text| (document, text))),
                Err(StoreError::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            })
            .await?;
        let Some((document, text)) = found else { return Ok(None) };
        let (hash, read) = on_a_thread(move || {
            let read = extract(&KitDocument {
                name: &document.name,
                title: document.title.as_deref(),
                language: document.language.as_deref(),
                text: &text.text,
                pages: &text.pages,
                blocks: &text.blocks,
            });
            (document.content_hash, read)
        })
        .await;
        let found = read.found.len() as u32;
        let Ok(extract_json) = serde_json::to_string(&read) else { return Ok(None) };
        let row = KitExtractRow { document_id: id, content_hash: hash, extractor: extractor(), extract_json };
        Ok(Some((row, found)))
    }

    /// Vectors of the texts; without an embedder, or when it fails, words alone tell.
    async fn vectors(&self, texts: Vec<String>) -> Vectors {
        let (Some(embedder), false) = (&self.embedder, texts.is_empty()) else { return Vectors::new() };
        match embedder.embed(texts.clone()).await {
            Ok(vectors) => texts.into_iter().zip(vectors).collect(),
            Err(error) => {
                tracing::warn!(%error, "facts of the brand kit are compared by their words alone");
                Vectors::new()
            }
        }
    }

    async fn keep(&self, rows: Vec<KitExtractRow>) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.store
            .write(move |brand| {
                for row in &rows {
                    brand.kit().put_extract(row)?;
                }
                Ok(())
            })
            .await
    }
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}

#[cfg(test)]
mod tests;
