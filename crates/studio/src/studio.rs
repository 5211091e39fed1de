//! The studio: one open data folder with everything that works on it.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicI32, Ordering},
    },
};

use quillhouse_domain::{BrandId, ModelId, RunId, RunState, Secret};
use quillhouse_egress::{Egress, Policy};
use quillhouse_knowledge::{
    busy::Busy,
    embed::{EmbedWorker, EmbedderSpec},
};
use quillhouse_llm::{ChatModel, EmbedError, Embedder};
use quillhouse_store::{BrandRow, BrandStore, DataFolder};
use quillhouse_workflow::{PromptLibrary, WorkflowDefinition};
use tokio::sync::{OnceCell, Semaphore};

use crate::{
    CommandError, ErrorReason, Host,
    ledger::StoreLedger,
    library::BrandLibrary,
    provider::{self, UnderWay},
    run::RunHandle,
    secrets::Secrets,
};

/// What a studio needs to know before it opens.
#[derive(Clone)]
pub struct StudioOptions {
    /// Where everything lives.
    pub data_folder: PathBuf,
    /// Where the models are.
    pub models_folder: PathBuf,
    /// The program that is started as `worker parse`, `worker embed` and `worker infer`.
    pub worker_program: PathBuf,
    /// Where Ollama is, when it is not at its usual place.
    pub ollama_address: Option<String>,
    /// Models given from outside, such as the scripted one of tests.
    pub models: BTreeMap<ModelId, Arc<dyn ChatModel>>,
    /// Time and ids.
    pub host: Arc<dyn Host>,
    /// False where the system's keychain is not to be used, so that keys are sealed under a passphrase.
    pub keychain: bool,
    /// The passphrase of the sealed keys, where nobody is there to be asked.
    pub passphrase: Option<Secret<String>>,
}

/// An open studio. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Studio {
    inner: Arc<Inner>,
}

struct Inner {
    options: StudioOptions,
    data: DataFolder,
    egress: Arc<Egress>,
    /// The shipped embedder.
    embedder: OnceCell<Arc<EmbedWorker>>,
    /// The others that somebody uses, by the name of their vectors.
    embedders: tokio::sync::Mutex<HashMap<String, Weak<EmbedWorker>>>,
    /// One library at a time is brought over to another embedder.
    change_turn: Arc<Semaphore>,
    libraries: tokio::sync::Mutex<HashMap<BrandId, Arc<BrandLibrary>>>,
    models: Mutex<HashMap<ModelId, Arc<dyn ChatModel>>>,
    runs: Mutex<HashMap<RunId, Arc<RunHandle>>>,
    prompts: Arc<PromptLibrary>,
    workflow: WorkflowDefinition,
    busy: Arc<Busy>,
    /// A model takes one call at a time.
    model_turn: Semaphore,
    secrets: Secrets,
    calls_under_way: Mutex<UnderWay>,
    /// Downloads of models that are under way.
    fetching: AtomicI32,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Studio {
    /// Opens the data folder and takes it for this process. Runs that were being worked on when the last process
    /// ended are marked as interrupted; nothing is resumed without being asked.
    pub async fn open(options: StudioOptions) -> Result<Self, CommandError> {
        let folder = options.data_folder.clone();
        let data = tokio::task::spawn_blocking(move || DataFolder::open(folder))
            .await
            .map_err(|error| CommandError::internal(&error))??;
        let sealed = data.app().read(|app| app.settings().get("sealed")).await?.is_some_and(|value| value == "true");
        let host = Arc::clone(&options.host);
        let clock_host = Arc::clone(&host);
        let egress = Arc::new(Egress::new(
            Arc::new(StoreLedger::start(data.app().clone(), host)),
            Policy::loopback_only().sealed(sealed),
            Arc::new(move || clock_host.now_ms()),
        ));
        let secrets = Secrets::new(&options.data_folder, options.keychain, options.passphrase.clone());
        let studio = Self {
            inner: Arc::new(Inner {
                secrets,
                calls_under_way: Mutex::default(),
                fetching: AtomicI32::new(0),
                options,
                data,
                egress,
                embedder: OnceCell::new(),
                embedders: tokio::sync::Mutex::default(),
                change_turn: Arc::new(Semaphore::new(1)),
                libraries: tokio::sync::Mutex::default(),
                models: Mutex::default(),
                runs: Mutex::default(),
                prompts: Arc::new(PromptLibrary::builtin()),
                workflow: WorkflowDefinition::builtin(),
                busy: Arc::default(),
                model_turn: Semaphore::new(1),
            }),
        };
        provider::allow_hosts(&studio).await?;
        studio.mark_interrupted_runs().await?;
        Ok(studio)
    }

    async fn mark_interrupted_runs(&self) -> Result<(), CommandError> {
        for row in self.brands().await? {
            let Ok(store) = self.data().open_brand(row.id) else { continue };
            let unfinished = store.read(|brand| brand.runs().unfinished()).await?;
            // Nothing is written without need: a full disk can still be read.
            if unfinished.iter().all(|run| run.state != RunState::Running) {
                continue;
            }
            let at = self.host().now();
            store
                .write(move |brand| {
                    for run in brand.runs().unfinished()? {
                        if run.state == RunState::Running {
                            brand.runs().set_state(run.id, RunState::Interrupted, None, &at)?;
                        }
                    }
                    Ok(())
                })
                .await?;
        }
        Ok(())
    }

    pub(crate) fn options(&self) -> &StudioOptions {
        &self.inner.options
    }

    pub(crate) fn data(&self) -> &DataFolder {
        &self.inner.data
    }

    pub(crate) fn host(&self) -> &Arc<dyn Host> {
        &self.inner.options.host
    }

    /// How long files were read, texts embedded and models asked since it was opened.
    pub fn busy(&self) -> &Arc<Busy> {
        &self.inner.busy
    }

    pub(crate) fn egress(&self) -> &Arc<Egress> {
        &self.inner.egress
    }

    pub(crate) fn prompts(&self) -> &Arc<PromptLibrary> {
        &self.inner.prompts
    }

    pub(crate) fn workflow(&self) -> &WorkflowDefinition {
        &self.inner.workflow
    }

    pub(crate) fn known_models(&self) -> MutexGuard<'_, HashMap<ModelId, Arc<dyn ChatModel>>> {
        locked(&self.inner.models)
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.inner.secrets
    }

    pub(crate) fn calls_under_way(&self) -> MutexGuard<'_, UnderWay> {
        locked(&self.inner.calls_under_way)
    }

    /// One download more or less; gives how many there are.
    pub(crate) fn fetching(&self, change: i32) -> i32 {
        self.inner.fetching.fetch_add(change, Ordering::AcqRel) + change
    }

    pub(crate) fn active_runs(&self) -> MutexGuard<'_, HashMap<RunId, Arc<RunHandle>>> {
        locked(&self.inner.runs)
    }

    pub(crate) async fn brands(&self) -> Result<Vec<BrandRow>, CommandError> {
        Ok(self.data().app().read(|app| app.brands().list()).await?)
    }

    /// A brand by id or name.
    pub(crate) async fn brand(&self, name: &str) -> Result<(BrandRow, Arc<BrandStore>), CommandError> {
        let wanted = name.trim().to_owned();
        if wanted.is_empty() {
            return Err(CommandError::invalid_input("No brand was named").because(ErrorReason::NoBrandNamed));
        }
        let id = wanted.parse::<BrandId>().ok();
        let row = self
            .data()
            .app()
            .read(move |app| match id {
                Some(id) => app.brands().get(id).map(Some),
                None => app.brands().get_by_name(&wanted),
            })
            .await?
            .ok_or_else(|| CommandError::not_found("brand", name))?;
        let store = self.data().open_brand(row.id)?;
        Ok((row, store))
    }

    /// The shipped embedder; its process is started at its first use.
    pub(crate) async fn embedder(&self) -> Result<Arc<EmbedWorker>, CommandError> {
        let embedder = self.inner.embedder.get_or_try_init(|| self.start_embedder(EmbedderSpec::shipped())).await?;
        Ok(Arc::clone(embedder))
    }

    /// Any installed embedder; its process lives as long as somebody uses it.
    pub(crate) async fn embedder_of(&self, spec: &EmbedderSpec) -> Result<Arc<EmbedWorker>, CommandError> {
        if spec.is_shipped() {
            return self.embedder().await;
        }
        let mut embedders = self.inner.embedders.lock().await;
        embedders.retain(|_, embedder| embedder.strong_count() > 0);
        if let Some(embedder) = embedders.get(&spec.vectors_id()).and_then(Weak::upgrade) {
            return Ok(embedder);
        }
        let embedder = self.start_embedder(spec.clone()).await?;
        embedders.insert(spec.vectors_id(), Arc::downgrade(&embedder));
        Ok(embedder)
    }

    async fn start_embedder(&self, spec: EmbedderSpec) -> Result<Arc<EmbedWorker>, EmbedError> {
        let (arguments, busy) = (vec!["worker".into(), "embed".into()], Arc::clone(self.busy()));
        let options = self.options();
        let program = options.worker_program.clone();
        EmbedWorker::start(&options.models_folder, spec, program, arguments, busy).await.map(Arc::new)
    }

    /// Whose turn it is to bring a library over to another embedder.
    pub(crate) fn change_turn(&self) -> &Arc<Semaphore> {
        &self.inner.change_turn
    }

    /// Whose turn it is to ask a model.
    pub(crate) fn model_turn(&self) -> &Semaphore {
        &self.inner.model_turn
    }

    /// The library of a brand with its index, opened at its first use.
    pub(crate) async fn library(&self, row: &BrandRow) -> Result<Arc<BrandLibrary>, CommandError> {
        let mut libraries = self.inner.libraries.lock().await;
        if let Some(library) = libraries.get(&row.id) {
            return Ok(Arc::clone(library));
        }
        let library = BrandLibrary::open(self, row).await?;
        libraries.insert(row.id, Arc::clone(&library));
        Ok(library)
    }

    /// The library of a brand when it is open.
    pub(crate) async fn open_library(&self, id: BrandId) -> Option<Arc<BrandLibrary>> {
        self.inner.libraries.lock().await.get(&id).cloned()
    }

    /// Stops what is going on in a brand's library and lets go of it.
    pub(crate) async fn forget_library(&self, id: BrandId) {
        if let Some(library) = self.inner.libraries.lock().await.remove(&id) {
            library.stop_batches();
            library.abandon();
        }
    }

    /// Waits until every index that is being rebuilt is ready. For programs that end after one command.
    pub async fn settle(&self) {
        let libraries: Vec<_> = self.inner.libraries.lock().await.values().cloned().collect();
        for library in libraries {
            library.settle().await;
        }
    }

    /// The shipped embedder as the trait, or `None` with the reason when it cannot be used.
    pub(crate) async fn embedder_if_usable(&self) -> (Option<Arc<dyn Embedder>>, Option<String>) {
        match self.embedder().await {
            Ok(embedder) => (Some(embedder as Arc<dyn Embedder>), None),
            Err(error) => (None, Some(error.message)),
        }
    }
}
