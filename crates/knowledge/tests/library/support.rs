//! A brand's library in a folder of the test's own: real SQLite, real LanceDB, real reader, real or failing embedder.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use quillhouse_domain::BrandId;
use quillhouse_knowledge::{
    embed::OnnxEmbedder,
    index::Index,
    ingest::{Ingest, IngestError, IngestEvent, IngestParts, IngestSource, IngestSummary},
    parse::{ParseLimits, ParseWorker},
    retrieve::Retriever,
};
use quillhouse_llm::{CancelToken, EmbedError, Embedder};
use quillhouse_store::{BrandRow, BrandStore, DataFolder, DocumentRow};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::test_models::models_folder;

/// A test with its name.
pub(crate) type Test = (&'static str, fn());

/// An async function as a test that has a runtime of its own.
macro_rules! test {
    ($name:ident) => {
        (stringify!($name), || crate::support::run($name()))
    };
}
pub(crate) use test;

/// Runs one test to its end.
pub(crate) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test);
}

fn parse_worker() -> ParseWorker {
    ParseWorker {
        program: std::env::current_exe().unwrap(),
        arguments: vec!["worker".into(), "parse".into()],
        limits: ParseLimits::default(),
    }
}

/// The real model, loaded once for all tests of the process.
pub(crate) fn minilm() -> OnnxEmbedder {
    static MODEL: OnceLock<OnnxEmbedder> = OnceLock::new();
    MODEL.get_or_init(|| OnnxEmbedder::shipped(&models_folder()).expect("the models are installed")).clone()
}

/// Hands texts to the real model, but fails as it is told to.
pub(crate) struct FailingEmbedder {
    pub(crate) fails: fn(&[String]) -> Option<EmbedError>,
}

#[async_trait]
impl Embedder for FailingEmbedder {
    fn id(&self) -> &'static str {
        "failing"
    }

    fn dimensions(&self) -> usize {
        384
    }

    fn max_tokens(&self) -> usize {
        256
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, EmbedError> {
        match (self.fails)(&texts) {
            Some(error) => Err(error),
            None => minilm().embed(texts).await,
        }
    }
}

/// The real model, and how many texts it was given.
pub(crate) struct CountingEmbedder {
    pub(crate) id: &'static str,
    pub(crate) texts: AtomicU64,
}

impl CountingEmbedder {
    pub(crate) fn new() -> Arc<Self> {
        Self::named("minilm-l6-v2-int8")
    }

    pub(crate) fn named(id: &'static str) -> Arc<Self> {
        Arc::new(Self { id, texts: AtomicU64::new(0) })
    }

    /// Texts embedded since it was last asked.
    pub(crate) fn taken(&self) -> u64 {
        self.texts.swap(0, Ordering::Relaxed)
    }
}

#[async_trait]
impl Embedder for CountingEmbedder {
    fn id(&self) -> &str {
        self.id
    }

    fn dimensions(&self) -> usize {
        384
    }

    fn max_tokens(&self) -> usize {
        256
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.texts.fetch_add(texts.len() as u64, Ordering::Relaxed);
        minilm().embed(texts).await
    }
}

pub(crate) struct TestLibrary {
    pub(crate) store: Arc<BrandStore>,
    pub(crate) index: Arc<Index>,
    pub(crate) ingest: Ingest,
    pub(crate) retriever: Retriever,
    pub(crate) files: PathBuf,
    pub(crate) index_folder: PathBuf,
    _data: DataFolder,
}

impl TestLibrary {
    /// A library with the real embedder.
    pub(crate) async fn open(folder: &Path) -> Self {
        Self::open_with(folder, Some(Arc::new(minilm()))).await
    }

    /// Opens the library in `folder`, making it when it is not there.
    pub(crate) async fn open_with(folder: &Path, embedder: Option<Arc<dyn Embedder>>) -> Self {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let data = DataFolder::open(folder).unwrap();
        let brand = BrandId::from_uuid(Uuid::from_u128(1));
        let store = match data.open_brand(brand) {
            Ok(store) => store,
            Err(_) => data
                .create_brand(BrandRow {
                    id: brand,
                    name: "Test".into(),
                    color: 0,
                    created_at: "2026-11-21T12:00:00Z".into(),
                    local_only: false,
                })
                .await
                .unwrap(),
        };
        let id = embedder.as_ref().map_or("minilm-l6-v2-int8", |embedder| embedder.id()).to_owned();
        let index_folder = data.index_folder(brand);
        let index = Arc::new(Index::open_or_create(&index_folder, &id, 384).await.unwrap());
        let files = data.files_folder(brand);
        let ingest = Ingest::new(IngestParts {
            store: Arc::clone(&store),
            files_folder: files.clone(),
            worker: parse_worker(),
            embedder: embedder.clone(),
            index: Arc::clone(&index),
            tokenizer: Arc::new(minilm().tokenizer().clone()),
            clock: Arc::new(|| "2026-11-21T12:00:00Z".to_owned()),
            ids: Arc::new(|| Uuid::from_u128(1_000 + u128::from(NEXT_ID.fetch_add(1, Ordering::Relaxed)))),
        });
        let retriever = Retriever::new(Arc::clone(&store), Some(Arc::clone(&index)), embedder);
        Self { store, index, ingest, retriever, files, index_folder, _data: data }
    }

    /// Adds and returns what came of it with all events.
    pub(crate) async fn try_add(
        &self,
        sources: Vec<IngestSource>,
        cancel: &CancelToken,
    ) -> (Result<IngestSummary, IngestError>, Vec<IngestEvent>) {
        let (events, mut received) = mpsc::channel(8);
        tokio::join!(self.ingest.add(sources, events, cancel), async {
            let mut all = Vec::new();
            while let Some(event) = received.recv().await {
                all.push(event);
            }
            all
        })
    }

    pub(crate) async fn add_path(&self, path: &Path) -> (IngestSummary, Vec<IngestEvent>) {
        let (summary, events) = self.try_add(vec![IngestSource::Path(path.into())], &CancelToken::new()).await;
        (summary.unwrap(), events)
    }

    pub(crate) async fn add_text(&self, name: &str, text: &str) -> IngestSummary {
        let bytes = IngestSource::Bytes { name: name.into(), bytes: text.into() };
        self.try_add(vec![bytes], &CancelToken::new()).await.0.unwrap()
    }

    /// Brings a watched folder in and marks what is gone from it.
    pub(crate) async fn follow(&self, folder: &Path) -> IngestSummary {
        let (events, received) = mpsc::channel(8);
        drop(received);
        self.ingest.follow_folder(folder.to_path_buf(), events, &CancelToken::new()).await.unwrap()
    }

    /// Texts of all passages in order, by document name.
    pub(crate) async fn passages(&self) -> Vec<(String, Vec<String>)> {
        let mut all = Vec::new();
        for document in self.documents().await {
            let rows = self.store.read(move |brand| brand.passages().by_document(document.id)).await.unwrap();
            all.push((document.name, rows.into_iter().map(|row| row.text).collect()));
        }
        all.sort();
        all
    }

    pub(crate) async fn resume(&self) -> IngestSummary {
        let (events, received) = mpsc::channel(8);
        drop(received);
        self.ingest.resume(events, &CancelToken::new()).await.unwrap()
    }

    pub(crate) async fn documents(&self) -> Vec<DocumentRow> {
        self.store.read(|brand| brand.documents().list()).await.unwrap()
    }

    pub(crate) async fn passage_count(&self) -> usize {
        self.store.read(|brand| brand.passages().count()).await.unwrap() as usize
    }
}
