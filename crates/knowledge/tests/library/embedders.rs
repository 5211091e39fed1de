//! A second embedder: brought, refused when it is not one, taken into use beside the first, stopped in the middle.
//!
//! The second real model is the shipped one with another pooling, which gives other vectors.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use quillhouse_domain::{Coded as _, ErrorCode};
use quillhouse_knowledge::{
    embed::{
        Assumed, EMBEDDER_FILES, EmbedWorker, EmbedderSpec, IMPORTED_FOLDER, ImportError, ImportRequest, OnnxEmbedder,
        import_embedder, installed_embedder, known_embedders, remove_embedder,
    },
    index::{DocumentFilter, Index},
    retrieve::{Retriever, SearchOptions},
};
use quillhouse_llm::{CancelToken, EmbedError, Embedder, catalogue::Pooling};
use tokio::sync::{Notify, RwLock};

use crate::{
    support::{Test, TestLibrary, minilm, test},
    test_models::models_folder,
};

pub(crate) const TESTS: &[Test] = &[
    test!(a_folder_is_checked_copied_and_tried_before_it_is_an_embedder),
    test!(what_is_no_embedder_is_refused_in_a_sentence_and_leaves_nothing),
    test!(an_embedder_that_was_changed_on_disk_is_not_loaded),
    test!(a_change_that_is_killed_goes_on_and_ends_as_if_built_from_the_start),
    test!(a_stopped_change_keeps_the_embedder_in_use_and_searches_never_fail),
    test!(an_embedder_that_reads_few_tokens_leaves_nothing_out),
];

/// A models folder of the test's own with what is shipped in it.
fn models() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["minilm-l6-v2-int8", "onnxruntime"] {
        symlink(models_folder().join(name), folder.path().join(name)).unwrap();
    }
    folder
}

/// A copy of the shipped model as somebody might have it on disk.
fn brought(parent: &Path, name: &str) -> PathBuf {
    let folder = parent.join(name);
    fs::create_dir_all(&folder).unwrap();
    for file in EMBEDDER_FILES {
        fs::copy(models_folder().join("minilm-l6-v2-int8").join(file), folder.join(file)).unwrap();
    }
    folder
}

async fn import(models: &Path, request: ImportRequest) -> Result<EmbedderSpec, ImportError> {
    import_embedder(models, request, env::current_exe().unwrap(), vec!["worker".into(), "embed".into()]).await
}

fn with_cls(folder: PathBuf, id: &str) -> ImportRequest {
    ImportRequest { folder, id: Some(id.to_owned()), pooling: Some(Pooling::Cls), ..ImportRequest::default() }
}

fn worker(models: &Path, spec: &EmbedderSpec) -> EmbedWorker {
    let arguments = vec!["worker".into(), "embed".into()];
    EmbedWorker::open_as(models, spec.clone(), env::current_exe().unwrap(), arguments).unwrap()
}

fn cosine(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

async fn a_folder_is_checked_copied_and_tried_before_it_is_an_embedder() {
    let (models, scratch) = (models(), tempfile::tempdir().unwrap());
    let folder = brought(scratch.path(), "Some Model");
    // Caches of models hold links, and keep the weights in a folder of their own.
    fs::create_dir(folder.join("onnx")).unwrap();
    fs::rename(folder.join("model.onnx"), scratch.path().join("blob")).unwrap();
    symlink(scratch.path().join("blob"), folder.join("onnx/model.onnx")).unwrap();
    let request = ImportRequest { folder: folder.clone(), ..ImportRequest::default() };
    let spec = import(models.path(), request.clone()).await.unwrap();
    assert_eq!((&*spec.id, spec.dimensions, spec.max_tokens), ("some-model", 384, 512), "as the folder says");
    assert_eq!(spec.assumed, [Assumed::MeanPooling, Assumed::NoPrefix, Assumed::Languages], "and what it does not say");
    assert!(spec.unrelated_cosine < 0.1, "measured as the shipped one is: {}", spec.unrelated_cosine);
    assert_eq!(installed_embedder(models.path(), "some-model").as_ref(), Some(&spec), "what was made is what is read");
    let again = import(models.path(), request).await.unwrap_err();
    assert_eq!(again.code(), ErrorCode::AlreadyExists, "{again}");

    let cls = import(models.path(), with_cls(folder, "minilm-cls")).await.unwrap();
    assert_ne!(cls.vectors_id(), spec.vectors_id());
    println!("  unrelated cosine: mean {:.3}, cls {:.3}", spec.unrelated_cosine, cls.unrelated_cosine);
    let texts = || vec!["The ferry leaves the harbour at noon.".to_owned(), "Use short words.".to_owned()];
    let (mean_vectors, cls_vectors) = (
        worker(models.path(), &spec).embed(texts()).await.unwrap(),
        worker(models.path(), &cls).embed(texts()).await.unwrap(),
    );
    let shipped = minilm().embed(texts()).await.unwrap();
    assert!(cosine(&shipped[0], &mean_vectors[0]) > 0.999, "the same files and pooling give the same vectors");
    assert!(cosine(&shipped[0], &cls_vectors[0]) < 0.99, "another pooling gives others");

    assert!(remove_embedder(models.path(), "some-model").unwrap());
    assert_eq!(installed_embedder(models.path(), "some-model"), None);
    for id in ["some-model", "minilm-l6-v2-int8", "../minilm-l6-v2-int8", ""] {
        assert!(!remove_embedder(models.path(), id).unwrap(), "`{id}` is no imported embedder");
    }
}

/// What is done to a folder.
type Spoil = fn(&Path);

async fn what_is_no_embedder_is_refused_in_a_sentence_and_leaves_nothing() {
    let (models, scratch) = (models(), tempfile::tempdir().unwrap());
    let cases: [(&str, &str, Spoil); 13] = [
        ("no-folder", "There is no folder", |folder| fs::remove_dir_all(folder).unwrap()),
        ("a-file", "is not a folder", |folder| {
            fs::remove_dir_all(folder).unwrap();
            fs::write(folder, "a file").unwrap();
        }),
        ("loop", "cannot be opened", |folder| {
            fs::remove_dir_all(folder).unwrap();
            symlink(folder, folder).unwrap();
        }),
        ("no-weights", "neither `model.onnx` nor `onnx/model.onnx`", |folder| {
            fs::remove_file(folder.join("model.onnx")).unwrap();
        }),
        ("no-tokenizer", "`tokenizer.json` is missing", |folder| {
            fs::remove_file(folder.join("tokenizer.json")).unwrap();
        }),
        ("looped-weights", "cannot be read", |folder| {
            fs::remove_file(folder.join("model.onnx")).unwrap();
            symlink(folder.join("model.onnx"), folder.join("model.onnx")).unwrap();
        }),
        ("empty-weights", "is empty", |folder| fs::write(folder.join("model.onnx"), "").unwrap()),
        ("folder-as-weights", "is not a file", |folder| {
            fs::remove_file(folder.join("model.onnx")).unwrap();
            fs::create_dir(folder.join("model.onnx")).unwrap();
        }),
        ("huge", "larger than 2048 MB", |folder| {
            let file = fs::File::options().write(true).open(folder.join("model.onnx")).unwrap();
            file.set_len(3 << 30).unwrap();
        }),
        ("text", "`model.onnx` is damaged", |folder| fs::write(folder.join("model.onnx"), "I am a text file").unwrap()),
        ("broken-tokenizer", "`tokenizer.json` is damaged", |folder| {
            fs::write(folder.join("tokenizer.json"), "{}").unwrap();
        }),
        ("no-size", "how many numbers", |folder| fs::write(folder.join("config.json"), "{}").unwrap()),
        ("wrong-size", "numbers instead of 128", |folder| {
            let config = fs::read_to_string(folder.join("config.json")).unwrap();
            fs::write(folder.join("config.json"), config.replace("\"hidden_size\": 384", "\"hidden_size\": 128"))
                .unwrap();
        }),
    ];
    for (name, expected, spoil) in cases {
        let folder = brought(scratch.path(), name);
        spoil(&folder);
        let request = ImportRequest { folder, ..ImportRequest::default() };
        let error = import(models.path(), request).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
        assert!(error.contains("Nothing was imported"), "{name}: what is safe is said: {error}");
    }
    let good = brought(scratch.path(), "good");
    for (id, expected) in
        [("../up", "cannot be the name"), ("Größe", "cannot be the name"), ("minilm-l6-v2-int8", "comes with")]
    {
        let request = ImportRequest { folder: good.clone(), id: Some(id.to_owned()), ..ImportRequest::default() };
        let error = import(models.path(), request).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{id}: {error}");
    }
    let left = fs::read_dir(models.path().join(IMPORTED_FOLDER)).map_or(0, |entries| entries.flatten().count());
    assert_eq!(left, 0, "a failed import leaves nothing behind");

    // A pipe would never end, and a folder that is full takes nothing.
    let pipe = brought(scratch.path(), "pipe");
    fs::remove_file(pipe.join("config.json")).unwrap();
    assert!(Command::new("mkfifo").arg(pipe.join("config.json")).status().unwrap().success());
    let error = import(models.path(), ImportRequest { folder: pipe, ..ImportRequest::default() }).await.unwrap_err();
    assert!(error.to_string().contains("is not a file"), "{error}");
    let blocked = tempfile::tempdir().unwrap();
    symlink("/dev/full", blocked.path().join(IMPORTED_FOLDER)).unwrap();
    let error = import(blocked.path(), ImportRequest { folder: good, ..ImportRequest::default() }).await.unwrap_err();
    assert!(matches!(error, ImportError::Folder { .. }), "{error:?}");
    assert!(error.to_string().contains("make room"), "{error}");
}

async fn an_embedder_that_was_changed_on_disk_is_not_loaded() {
    let (models, scratch) = (models(), tempfile::tempdir().unwrap());
    let spec = import(models.path(), with_cls(brought(scratch.path(), "a"), "a")).await.unwrap();
    let config = models.path().join(IMPORTED_FOLDER).join("a").join("config.json");
    let changed = fs::read_to_string(&config).unwrap().replace("gelu", "relu");
    fs::write(&config, changed).unwrap();
    let error = worker(models.path(), &spec).load().await.unwrap_err().to_string();
    assert!(error.contains("checksum differs") && error.contains("models import FOLDER --as a"), "{error}");
    let error = OnnxEmbedder::open(models.path(), spec).unwrap_err().to_string();
    assert!(error.contains("config.json"), "the file is named: {error}");
    let known = known_embedders(models.path());
    assert!(
        known.iter().any(|known| known.id == "multilingual-e5-small" && known.spec.is_none()),
        "offered, not there"
    );
}

/// Embeds with another one until it was given so many texts, then waits for ever.
struct Stalling {
    inner: Arc<dyn Embedder>,
    left: AtomicU64,
    stalled: Notify,
}

#[async_trait]
impl Embedder for Stalling {
    fn id(&self) -> &str {
        self.inner.id()
    }

    fn dimensions(&self) -> usize {
        self.inner.dimensions()
    }

    fn max_tokens(&self) -> usize {
        self.inner.max_tokens()
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, EmbedError> {
        let count = texts.len() as u64;
        if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(count)).is_err() {
            self.stalled.notify_one();
            std::future::pending::<()>().await;
        }
        self.inner.embed(texts).await
    }
}

const QUERIES: [&str; 3] = ["When does the boat depart?", "short words", "winter timetable of the ferry"];

fn text(number: usize) -> String {
    let topics = ["ferries at noon", "plain words", "winter boots", "coffee and cake", "the museum's opening hours"];
    let topic = topics[number % topics.len()];
    format!("# Part {number}\n\nThis is chapter {number}, which tells everything about {topic} on day {number}.\n")
}

/// Names of the ten best documents for each query.
async fn top_ten(retriever: &Retriever) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for query in QUERIES {
        let options = SearchOptions { limit: 10, per_document_cap: 10, ..SearchOptions::default() };
        let hits = retriever.search(&[query.to_owned()], &DocumentFilter::default(), options).await.unwrap();
        assert_eq!(hits.len(), 10, "`{query}` is answered");
        all.push(hits.into_iter().map(|hit| hit.document_name).collect());
    }
    all
}

async fn filled(folder: &Path, embedder: Arc<dyn Embedder>, documents: usize) -> TestLibrary {
    let library = TestLibrary::open_with(folder, Some(embedder)).await;
    for number in 0..documents {
        library.add_text(&format!("{number}.md"), &text(number)).await;
    }
    library
}

fn generations(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten().filter(|entry| entry.path().is_dir());
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

const DOCUMENTS: usize = 150;

async fn a_change_that_is_killed_goes_on_and_ends_as_if_built_from_the_start() {
    let (models, scratch) = (models(), tempfile::tempdir().unwrap());
    let spec = import(models.path(), with_cls(brought(scratch.path(), "cls"), "minilm-cls")).await.unwrap();
    let other: Arc<dyn Embedder> = Arc::new(worker(models.path(), &spec));
    let data = tempfile::tempdir().unwrap();
    let before = {
        let library = filled(data.path(), Arc::new(minilm()), DOCUMENTS).await;
        let before = top_ten(&library.retriever).await;
        let stalling =
            Arc::new(Stalling { inner: Arc::clone(&other), left: AtomicU64::new(100), stalled: Notify::new() });
        let index = Arc::new(Index::beside(&library.index_folder, other.id(), 384));
        let (new, cancel) = (Arc::clone(&stalling) as Arc<dyn Embedder>, CancelToken::new());
        let killed = tokio::select! {
            _ = library.ingest.change_embedder(new, index, &cancel, std::future::ready(())) => false,
            () = stalling.stalled.notified() => true,
        };
        assert!(killed, "it was in the middle");
        assert_eq!(
            library.ingest.change_progress().map(|share| share > 0.3 && share < 1.0),
            Some(true),
            "and said how far"
        );
        assert_eq!(top_ten(&library.retriever).await, before, "the former embedder answers as before");
        before
    };
    let library = TestLibrary::open_with(data.path(), Some(Arc::new(minilm()))).await;
    assert!(library.ingest.index_is_sound().await.unwrap(), "the index in use was not touched");
    assert_eq!(top_ten(&library.retriever).await, before, "nor is anything different after the kill");
    let counting =
        Arc::new(Stalling { inner: Arc::clone(&other), left: AtomicU64::new(1_000), stalled: Notify::new() });
    let index = Arc::new(Index::beside(&library.index_folder, other.id(), 384));
    let (new, built, cancel) = (Arc::clone(&counting) as Arc<dyn Embedder>, Arc::clone(&index), CancelToken::new());
    let changed = library.ingest.change_embedder(new, built, &cancel, std::future::ready(())).await.unwrap();
    assert_eq!(changed, Some(()));
    let embedded = 1_000 - counting.left.load(Ordering::Relaxed) as usize;
    let passages = library.passage_count().await;
    assert!(embedded < passages && embedded >= passages - 100, "what was embedded before the kill is kept: {embedded}");
    let retriever = Retriever::new(Arc::clone(&library.store), Some(index), Some(Arc::clone(&other)));
    library.ingest.forget_other_embedders().await.unwrap();
    let (in_use, vectors) =
        library.store.read(|brand| Ok((brand.embeddings().in_use()?, brand.embeddings().count()?))).await.unwrap();
    assert_eq!((in_use.as_deref(), vectors as usize), (Some(other.id()), passages), "the former vectors are gone");
    assert_eq!(generations(&library.index_folder).len(), 1, "and so is the former generation");
    library.add_text("later.md", &text(3)).await;
    assert!(library.ingest.index_is_sound().await.unwrap(), "what comes later is embedded with the new one");

    let fresh = tempfile::tempdir().unwrap();
    let built = filled(fresh.path(), Arc::clone(&other), DOCUMENTS).await;
    built.add_text("later.md", &text(3)).await;
    let after = top_ten(&retriever).await;
    assert_eq!(after, top_ten(&built.retriever).await, "the same as a library that never had another one");
    assert_ne!(after, before, "the two embedders do not agree, or nothing would have been shown");
}

async fn a_stopped_change_keeps_the_embedder_in_use_and_searches_never_fail() {
    let (models, scratch) = (models(), tempfile::tempdir().unwrap());
    let spec = import(models.path(), with_cls(brought(scratch.path(), "cls"), "minilm-cls")).await.unwrap();
    let other: Arc<dyn Embedder> = Arc::new(worker(models.path(), &spec));
    let data = tempfile::tempdir().unwrap();
    let library = filled(data.path(), Arc::new(minilm()), 40).await;
    let stopped = CancelToken::new();
    stopped.cancel();
    let index = Arc::new(Index::beside(&library.index_folder, other.id(), 384));
    let outcome = library.ingest.change_embedder(Arc::clone(&other), index, &stopped, std::future::ready(())).await;
    assert_eq!(outcome.unwrap(), None, "a stop is no error");
    assert_eq!(library.ingest.embedder().unwrap().id(), minilm().id());

    // Searches go on while it changes; each sees one embedder from its beginning to its end.
    let searching = Arc::new(RwLock::new(library.retriever.clone()));
    let done = Arc::new(AtomicBool::new(false));
    let (lock, ended) = (Arc::clone(&searching), Arc::clone(&done));
    let asking = tokio::spawn(async move {
        let mut answers = 0;
        while !ended.load(Ordering::Relaxed) {
            let retriever = lock.read().await;
            for hits in top_ten(&retriever).await {
                assert_eq!(hits.len(), 10);
            }
            answers += 1;
        }
        answers
    });
    let index = Arc::new(Index::beside(&library.index_folder, other.id(), 384));
    let (built, cancel) = (Arc::clone(&index), CancelToken::new());
    let exclusive = Arc::clone(&searching).write_owned();
    let changed = library.ingest.change_embedder(Arc::clone(&other), built, &cancel, exclusive).await.unwrap();
    let mut retriever = changed.expect("nothing stopped it");
    *retriever = Retriever::new(Arc::clone(&library.store), Some(index), Some(Arc::clone(&other)));
    drop(retriever);
    library.ingest.forget_other_embedders().await.unwrap();
    done.store(true, Ordering::Relaxed);
    assert!(asking.await.unwrap() > 0, "it was searched meanwhile");
    let hits = searching
        .read()
        .await
        .search(&["ferry".to_owned()], &DocumentFilter::default(), SearchOptions::default())
        .await;
    assert!(hits.unwrap()[0].best_cosine.is_some(), "meaning counts with the new one too");
}

async fn an_embedder_that_reads_few_tokens_leaves_nothing_out() {
    let (models, scratch) = (models(), tempfile::tempdir().unwrap());
    let request = ImportRequest {
        folder: brought(scratch.path(), "short"),
        query_prefix: Some("query: ".to_owned()),
        passage_prefix: Some("passage: ".to_owned()),
        max_tokens: Some(48),
        ..ImportRequest::default()
    };
    let spec = import(models.path(), request).await.unwrap();
    assert_eq!((spec.max_tokens, &spec.assumed[..]), (48, &[Assumed::MeanPooling, Assumed::Languages][..]));
    let embedder = worker(models.path(), &spec);
    let padding = "Headings help people scan a page and find what they need. ".repeat(14);
    let tail = "Alpine marmots hibernate in burrows during winter. ".repeat(4);
    let passages = vec![padding.clone(), format!("{padding}{tail}")];
    let vectors = embedder.embed(passages).await.unwrap();
    let query = embedder.embed_queries(vec!["marmots hibernate in winter".to_owned()]).await.unwrap();
    let (without, with) = (cosine(&vectors[0], &query[0]), cosine(&vectors[1], &query[0]));
    assert!(with > without + 0.1, "what stands far behind the model's limit counts: {without} {with}");
    let both = ["marmots hibernate".to_owned()];
    let (as_query, as_passage) =
        (embedder.embed_queries(both.to_vec()).await.unwrap(), embedder.embed(both.to_vec()).await.unwrap());
    assert!(cosine(&as_query[0], &as_passage[0]) < 0.999, "each side has its prefix");
}
