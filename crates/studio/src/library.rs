//! The library of a brand: `adding`, `showing`, `erasing`, `watching`; `search` finds in it, `changing` gives it another
//! embedder.

mod adding;
mod changing;
mod erasing;
mod page;
mod search;
mod showing;
pub(crate) mod watching;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use quillhouse_domain::{DocumentId, WatchedFolderId};
use quillhouse_knowledge::{
    embed::{EmbedderSpec, RerankWorker, embedder_of_vectors},
    index::Index,
    ingest::{Ingest, IngestParts},
    parse::{ParseLimits, ParseWorker},
    retrieve::{DocumentFilter, Query, Reranker, Retriever, SearchOptions, SearchRequest},
};
use quillhouse_llm::{CancelToken, Embedder};
use quillhouse_store::{BrandRow, BrandStore, DocumentRow};
use quillhouse_workflow::RetrievedPassage;
use tokio::{
    sync::{RwLock, RwLockReadGuard, broadcast},
    task::JoinHandle,
};

pub(crate) use self::{
    adding::{add, resume, retry, stop},
    erasing::{erase, item, sentences},
    search::search,
    showing::{file, language_gap, list, show, status, tag},
};
use crate::{
    CommandError, ErrorReason, Studio, embedder,
    views::document::{IngestEventView, LibraryNoteView},
};

/// Passages of one document in the evidence of a run: enough to carry a section, too few to carry the article.
const PER_DOCUMENT_PASSAGES: usize = 6;
/// Tokens of evidence for a run: ten times what the longest article is made of.
const EVIDENCE_TOKENS: u32 = 24_000;

/// Events that a viewer of the library may be behind before it misses some.
const EVENTS_KEPT: usize = 1_024;

/// A brand's library with its index.
pub(crate) struct BrandLibrary {
    store: Arc<BrandStore>,
    index_folder: PathBuf,
    ingest: Ingest,
    /// Searches hold it to read; a change of the embedder holds it to write for the moment in which it happens.
    retriever: Arc<RwLock<Retriever>>,
    events: broadcast::Sender<IngestEventView>,
    batches: Mutex<Vec<CancelToken>>,
    watched: Mutex<HashMap<WatchedFolderId, watching::Follower>>,
    healing: Mutex<Option<JoinHandle<()>>>,
    change: Mutex<Option<changing::Change>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for BrandLibrary {
    fn drop(&mut self) {
        self.stop_batches();
        self.abandon();
        if let Some(healing) = locked(&self.healing).take() {
            healing.abort();
        }
    }
}

impl BrandLibrary {
    pub(crate) async fn open(studio: &Studio, row: &BrandRow) -> Result<Arc<Self>, CommandError> {
        let store = studio.data().open_brand(row.id)?;
        let index_folder = studio.data().index_folder(row.id);
        let wanted = embedder::wanted(studio, row.id).await?;
        let in_use = store.read(|brand| brand.embeddings().in_use()).await?;
        let spec = in_use_spec(studio, in_use.as_deref(), &wanted).await?;
        // Both take a while and neither needs the other. An embedder that is gone leaves a library that is searched by words.
        let (embedder, index) = if let Some(spec) = &spec {
            let id = spec.vectors_id();
            let (embedder, index) =
                tokio::join!(studio.embedder_of(spec), Index::open_or_create(&index_folder, &id, spec.dimensions));
            (Some(embedder?), index?)
        } else {
            let id = in_use.as_deref().unwrap_or_default();
            let index = Index::beside(&index_folder, id, wanted.dimensions);
            index.distrust(&format!("its embedder `{}` is not installed", embedder::name_of(id)));
            (None, index)
        };
        let index = Arc::new(index);
        let tokenizer = match &embedder {
            Some(embedder) => Arc::clone(embedder.tokenizer()),
            None => Arc::clone(studio.embedder().await?.tokenizer()),
        };
        let reranker = embedder
            .as_deref()
            .and_then(|embedder| RerankWorker::of(embedder, &studio.options().models_folder))
            .map(|worker| Arc::new(worker) as Arc<dyn Reranker>);
        let embedder = embedder.map(|embedder| embedder as Arc<dyn Embedder>);
        let (clock, ids) = (Arc::clone(studio.host()), Arc::clone(studio.host()));
        let ingest = Ingest::new(IngestParts {
            store: Arc::clone(&store),
            files_folder: studio.data().files_folder(row.id),
            worker: ParseWorker {
                program: studio.options().worker_program.clone(),
                arguments: vec!["worker".into(), "parse".into()],
                limits: limits(studio).await?,
            },
            embedder: embedder.clone(),
            index: Arc::clone(&index),
            tokenizer,
            clock: Arc::new(move || clock.now()),
            ids: Arc::new(move || ids.new_id()),
        })
        .measured_by(Arc::clone(studio.busy()));
        let retriever = Retriever::new(Arc::clone(&store), Some(index), embedder).reranked_by(reranker);
        let library = Arc::new(Self {
            store,
            index_folder,
            ingest,
            retriever: Arc::new(RwLock::new(retriever)),
            events: broadcast::channel(EVENTS_KEPT).0,
            batches: Mutex::default(),
            watched: Mutex::default(),
            healing: Mutex::default(),
            change: Mutex::default(),
        });
        if !library.ingest.index_is_sound().await? {
            library.heal();
        }
        library.change_to(studio, wanted).await;
        Ok(library)
    }

    /// The way passages are found; the embedder stays the same while it is held.
    pub(crate) async fn retriever(&self) -> RwLockReadGuard<'_, Retriever> {
        self.retriever.read().await
    }

    /// Rebuilds the index in the background when it is broken; the library itself answers meanwhile.
    pub(crate) fn heal(&self) {
        let mut healing = locked(&self.healing);
        if self.ingest.embedder().is_none()
            || self.ingest.index().broken_reason().is_none()
            || healing.as_ref().is_some_and(|task| !task.is_finished())
        {
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

    /// What a search has to do without.
    pub(crate) fn note(&self) -> Option<LibraryNoteView> {
        let reason = self.ingest.index().broken_reason()?;
        Some(match self.ingest.rebuild_progress() {
            Some(share) => LibraryNoteView::Rebuilding { share },
            None => LibraryNoteView::IndexOff { detail: reason },
        })
    }

    /// A token for one batch, by which it can be stopped.
    fn batch(&self) -> CancelToken {
        let token = CancelToken::new();
        locked(&self.batches).push(token.clone());
        token
    }

    /// Stops every batch and a change of the embedder at its next step; finished documents stay, the others wait in the
    /// queue.
    pub(crate) fn stop_batches(&self) {
        self.stop_change();
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
        let found = self.retriever().await.find(&request).await?;
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

/// The embedder whose vectors the library has: none when it is not installed any more.
async fn in_use_spec(
    studio: &Studio,
    in_use: Option<&str>,
    wanted: &EmbedderSpec,
) -> Result<Option<EmbedderSpec>, CommandError> {
    match in_use {
        None => Ok(Some(wanted.clone())),
        Some(id) if id == wanted.vectors_id() => Ok(Some(wanted.clone())),
        Some(id) => {
            let (models, id) = (studio.options().models_folder.clone(), id.to_owned());
            tokio::task::spawn_blocking(move || embedder_of_vectors(&models, &id))
                .await
                .map_err(|error| CommandError::internal(&error))
        }
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
            ))
            .because(ErrorReason::NameNotUnique { name: name.to_owned() }))
        }
    }
}
