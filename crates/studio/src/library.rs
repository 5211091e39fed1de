//! The library of a brand: `adding`, `showing`, `erasing`, `watching`; `search` finds in it.

mod adding;
mod erasing;
mod page;
mod search;
mod showing;
pub(crate) mod watching;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use quillhouse_domain::{DocumentId, WatchedFolderId};
use quillhouse_knowledge::{
    embed::{MINILM_DIMENSIONS, MINILM_ID, RerankWorker},
    index::Index,
    ingest::{Ingest, IngestParts},
    parse::{ParseLimits, ParseWorker},
    retrieve::{DocumentFilter, Query, Reranker, Retriever, SearchOptions, SearchRequest},
};
use quillhouse_llm::{CancelToken, Embedder};
use quillhouse_store::{BrandRow, BrandStore, DocumentRow};
use quillhouse_workflow::RetrievedPassage;
use tokio::{sync::broadcast, task::JoinHandle};

pub(crate) use self::{
    adding::{add, resume, retry, stop},
    erasing::{CANNOT_ERASE_WHILE_READ, erase, item},
    search::search,
    showing::{file, list, show, status, tag},
};
use crate::{CommandError, Studio, views::document::IngestEventView};

/// Passages of one document in the evidence of a run: enough to carry a section, too few to carry the article.
const PER_DOCUMENT_PASSAGES: usize = 6;
/// Tokens of evidence for a run: ten times what the longest article is made of.
const EVIDENCE_TOKENS: u32 = 24_000;

/// Events that a viewer of the library may be behind before it misses some.
const EVENTS_KEPT: usize = 1_024;

/// A brand's library with its index.
pub(crate) struct BrandLibrary {
    ingest: Ingest,
    retriever: Retriever,
    index: Arc<Index>,
    events: broadcast::Sender<IngestEventView>,
    batches: Mutex<Vec<CancelToken>>,
    watched: Mutex<HashMap<WatchedFolderId, watching::Follower>>,
    healing: Mutex<Option<JoinHandle<()>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for BrandLibrary {
    fn drop(&mut self) {
        self.stop_batches();
        if let Some(healing) = locked(&self.healing).take() {
            healing.abort();
        }
    }
}

impl BrandLibrary {
    pub(crate) async fn open(studio: &Studio, row: &BrandRow) -> Result<Arc<Self>, CommandError> {
        let store = studio.data().open_brand(row.id)?;
        let index_folder = studio.data().index_folder(row.id);
        // Both take a while and neither needs the other.
        let (embedder, index) =
            tokio::join!(studio.embedder(), Index::open_or_create(&index_folder, MINILM_ID, MINILM_DIMENSIONS));
        let (embedder, index) = (embedder?, Arc::new(index?));
        let tokenizer = Arc::clone(embedder.tokenizer());
        let reranker = RerankWorker::of(&embedder, &studio.options().models_folder)
            .map(|worker| Arc::new(worker) as Arc<dyn Reranker>);
        let embedder = embedder as Arc<dyn Embedder>;
        let (clock, ids) = (Arc::clone(studio.host()), Arc::clone(studio.host()));
        let ingest = Ingest::new(IngestParts {
            store: Arc::clone(&store),
            files_folder: studio.data().files_folder(row.id),
            worker: ParseWorker {
                program: studio.options().worker_program.clone(),
                arguments: vec!["worker".into(), "parse".into()],
                limits: limits(studio).await?,
            },
            embedder: Some(Arc::clone(&embedder)),
            index: Arc::clone(&index),
            tokenizer,
            clock: Arc::new(move || clock.now()),
            ids: Arc::new(move || ids.new_id()),
        })
        .measured_by(Arc::clone(studio.busy()));
        let retriever =
            Retriever::new(Arc::clone(&store), Some(Arc::clone(&index)), Some(embedder)).reranked_by(reranker);
        let library = Arc::new(Self {
            ingest,
            retriever,
            index,
            events: broadcast::channel(EVENTS_KEPT).0,
            batches: Mutex::default(),
            watched: Mutex::default(),
            healing: Mutex::default(),
        });
        if !library.ingest.index_is_sound().await? {
            library.heal();
        }
        Ok(library)
    }

    /// The way passages are found.
    pub(crate) const fn retriever(&self) -> &Retriever {
        &self.retriever
    }

    /// Rebuilds the index in the background when it is broken; the library itself answers meanwhile.
    pub(crate) fn heal(&self) {
        let mut healing = locked(&self.healing);
        if self.index.broken_reason().is_none() || healing.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        let ingest = self.ingest.clone();
        *healing = Some(tokio::spawn(async move {
            if let Err(error) = ingest.rebuild_index().await {
                tracing::warn!(%error, "the index was not rebuilt; the library itself is searched");
            }
        }));
    }

    /// Waits until the index has been rebuilt, when it is being.
    pub(crate) async fn settle(&self) {
        let healing = locked(&self.healing).take();
        if let Some(healing) = healing {
            // A rebuild that was stopped is done at the next start.
            let _ = healing.await;
        }
    }

    /// What a search has to do without, in a sentence.
    pub(crate) fn note(&self) -> Option<String> {
        let reason = self.index.broken_reason()?;
        Some(match self.ingest.rebuild_progress() {
            Some(share) => format!(
                "The vector index is being rebuilt ({:.0} %); the library itself is searched meanwhile",
                share * 100.0
            ),
            None => format!("The vector index is not in use ({reason}); the library itself is searched"),
        })
    }

    /// A token for one batch, by which it can be stopped.
    fn batch(&self) -> CancelToken {
        let token = CancelToken::new();
        locked(&self.batches).push(token.clone());
        token
    }

    /// Stops every batch at its next step; finished documents stay, the others wait in the queue.
    pub(crate) fn stop_batches(&self) {
        for token in locked(&self.batches).drain(..) {
            token.cancel();
        }
    }

    /// Passages for a run's queries.
    pub(crate) async fn retrieve(
        &self,
        queries: Vec<Query>,
        documents: DocumentFilter,
        limit: u32,
    ) -> Result<Vec<RetrievedPassage>, CommandError> {
        let options = SearchOptions {
            limit: limit as usize,
            per_document_cap: PER_DOCUMENT_PASSAGES,
            budget_tokens: Some(EVIDENCE_TOKENS),
            expand: true,
            // The composer joins what it takes, and names sections by the headings of single passages.
            join: false,
            ..SearchOptions::default()
        };
        let request = SearchRequest { queries, documents, options, ..SearchRequest::default() };
        let found = self.retriever.find(&request).await?;
        self.heal();
        Ok(found
            .hits
            .into_iter()
            .map(|hit| RetrievedPassage {
                document: hit.document,
                document_name: hit.document_name,
                heading_path: hit.heading_path,
                start: hit.start,
                end: hit.end,
                text: hit.text,
                blocks: hit.blocks,
                relevance: hit.relevance,
            })
            .collect())
    }
}

/// Limits for reading one file, from the settings `parse.wall_s` and `parse.memory_mib`. A file has to fit into the memory
/// of its reader; no other limit is set on its size.
async fn limits(studio: &Studio) -> Result<ParseLimits, CommandError> {
    let usual = ParseLimits::default();
    let (wall, memory) = studio
        .data()
        .app()
        .read(|app| Ok((app.settings().get("parse.wall_s")?, app.settings().get("parse.memory_mib")?)))
        .await?;
    let number = |json: Option<String>| json.and_then(|json| json.parse::<u64>().ok());
    let wall = number(wall).map_or(usual.wall, |seconds| std::time::Duration::from_secs(seconds.clamp(1, 3_600)));
    let memory_bytes = number(memory).map_or(usual.memory_bytes, |mebibytes| mebibytes.clamp(64, 65_536) << 20);
    Ok(ParseLimits { wall, memory_bytes, input_bytes: memory_bytes })
}

/// A document by id or name; a name that several documents have is refused with their ids.
async fn find(store: &BrandStore, name: &str) -> Result<DocumentRow, CommandError> {
    let wanted = name.trim().to_owned();
    let id = wanted.parse::<DocumentId>().ok();
    let mut rows = store
        .read(move |brand| match id {
            Some(id) => brand.documents().get(id).map(|row| vec![row]),
            None => brand.documents().all_by_name(&wanted),
        })
        .await?;
    match rows.len() {
        0 => Err(CommandError::not_found("document", name)),
        1 => Ok(rows.remove(0)),
        _ => {
            let places: Vec<String> = rows
                .iter()
                .map(|row| format!("{} ({})", row.id, row.source_path.as_deref().unwrap_or("added without a path")))
                .collect();
            Err(CommandError::invalid_input(format!(
                "Several documents are called `{name}`; name the one you mean by its id: {}",
                places.join(", ")
            )))
        }
    }
}
