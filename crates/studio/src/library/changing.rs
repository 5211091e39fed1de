//! A library gets another embedder while it goes on answering with the one it has.

use std::sync::{Arc, Mutex};

use quillhouse_knowledge::{
    embed::{EmbedWorker, EmbedderSpec, RerankWorker},
    index::Index,
    retrieve::{Reranker, Retriever},
};
use quillhouse_llm::{CancelToken, Embedder};
use tokio::task::JoinHandle;

use super::{BrandLibrary, locked};
use crate::{CommandError, Studio};

/// A change that is under way, or how the last one ended.
pub(super) struct Change {
    to: String,
    cancel: CancelToken,
    /// False when it is the one in use and there is only something to clean up.
    exchanges: bool,
    /// `None` when it could not begin.
    task: Option<JoinHandle<()>>,
    problem: Arc<Mutex<Option<String>>>,
}

impl Change {
    fn is_under_way(&self) -> bool {
        self.task.as_ref().is_some_and(|task| !task.is_finished())
    }
}

impl BrandLibrary {
    /// Begins to bring the library over to an embedder, or goes on with it. When that is the one in use, a change to another
    /// one is stopped and what was embedded for it is forgotten.
    pub(crate) async fn change_to(&self, studio: &Studio, wanted: EmbedderSpec) {
        let to = wanted.vectors_id();
        if locked(&self.change).as_ref().is_some_and(|change| change.to == to && change.is_under_way()) {
            return;
        }
        let former = locked(&self.change).take();
        if let Some(former) = &former {
            former.cancel.cancel();
        }
        let exchanges = self.ingest.embedder().is_none_or(|embedder| embedder.id() != to);
        let (cancel, problem) = (CancelToken::new(), Arc::<Mutex<Option<String>>>::default());
        let models = studio.options().models_folder.clone();
        let task = match studio.embedder_of(&wanted).await {
            Err(error) => {
                *locked(&problem) = Some(error.message);
                None
            }
            Ok(embedder) => {
                let reranker = RerankWorker::of(&embedder, &models).map(|worker| Arc::new(worker) as Arc<dyn Reranker>);
                let (library, turn) = (self.parts(), Arc::clone(studio.change_turn()));
                let (cancelled, said) = (cancel.clone(), Arc::clone(&problem));
                Some(tokio::spawn(async move {
                    if let Some(former) = former.and_then(|former| former.task) {
                        let _ = former.await;
                    }
                    let Ok(_turn) = turn.acquire_owned().await else { return };
                    if let Err(error) = library.exchange(embedder, reranker, &cancelled).await {
                        tracing::warn!(%error, "the library keeps its embedder");
                        *locked(&said) = Some(error.message);
                    }
                }))
            }
        };
        *locked(&self.change) = Some(Change { to, cancel, exchanges, task, problem });
    }

    fn parts(&self) -> Parts {
        Parts {
            store: Arc::clone(&self.store),
            index_folder: self.index_folder.clone(),
            ingest: self.ingest.clone(),
            retriever: Arc::clone(&self.retriever),
        }
    }

    /// How much of a change is done, 0 to 1.
    pub(crate) fn change_share(&self) -> Option<f32> {
        self.changing_to()?;
        Some(self.ingest.change_progress().unwrap_or(0.0))
    }

    /// The embedder that is being prepared.
    pub(crate) fn changing_to(&self) -> Option<String> {
        let change = locked(&self.change);
        change.as_ref().filter(|change| change.exchanges && change.is_under_way()).map(|change| change.to.clone())
    }

    /// Why the last change was not finished.
    pub(crate) fn change_problem(&self) -> Option<String> {
        locked(&self.change).as_ref().and_then(|change| locked(&change.problem).clone())
    }

    /// Stops a change at its next slice of texts; it goes on when the library is next opened.
    pub(crate) fn stop_change(&self) {
        if let Some(change) = locked(&self.change).as_ref() {
            change.cancel.cancel();
        }
    }

    /// Ends a change at once, because the library goes.
    pub(crate) fn abandon(&self) {
        if let Some(change) = locked(&self.change).take() {
            change.cancel.cancel();
            if let Some(task) = change.task {
                task.abort();
            }
        }
    }
}

/// What a change needs of a library; it must not keep one alive that was let go.
struct Parts {
    store: Arc<quillhouse_store::BrandStore>,
    index_folder: std::path::PathBuf,
    ingest: quillhouse_knowledge::ingest::Ingest,
    retriever: Arc<tokio::sync::RwLock<Retriever>>,
}

impl Parts {
    async fn exchange(
        self,
        embedder: Arc<EmbedWorker>,
        reranker: Option<Arc<dyn Reranker>>,
        cancel: &CancelToken,
    ) -> Result<(), CommandError> {
        let in_use = self.ingest.embedder().map(|embedder| embedder.id().to_owned());
        if cancel.is_cancelled() {
            return Ok(());
        }
        if in_use.as_deref() != Some(embedder.id()) {
            embedder.load().await?;
            let index = Arc::new(Index::beside(&self.index_folder, embedder.id(), embedder.dimensions()));
            let embedder = embedder as Arc<dyn Embedder>;
            let searches = Arc::clone(&self.retriever).write_owned();
            let (new, built) = (Arc::clone(&embedder), Arc::clone(&index));
            let Some(mut retriever) = self.ingest.change_embedder(new, built, cancel, searches).await? else {
                return Ok(());
            };
            *retriever = Retriever::new(Arc::clone(&self.store), Some(index), Some(embedder)).reranked_by(reranker);
        }
        // Vectors of another embedder are left over from before a stop, or from just now.
        self.ingest.forget_other_embedders().await?;
        Ok(())
    }
}
