//! The embedder in its own process: the same vectors, a death that costs one request, faults in sentences.

use std::{env, fs, process::Command};

use quillhouse_knowledge::{
    embed::{EmbedWorker, RERANKER_FOLDER, RerankWorker, library_path},
    retrieve::Reranker as _,
};
use quillhouse_llm::{EmbedError, Embedder};

use crate::{
    support::{Test, minilm, test},
    test_models::models_folder,
};

pub(crate) const TESTS: &[Test] = &[
    test!(the_child_gives_the_vectors_of_the_model_itself),
    test!(a_killed_child_costs_one_request_at_most),
    test!(models_that_are_not_there_are_said_in_a_sentence),
    test!(a_reranking_model_that_is_there_is_asked_in_the_same_child),
];

fn worker() -> EmbedWorker {
    EmbedWorker::open(&models_folder(), env::current_exe().unwrap(), vec!["worker".into(), "embed".into()]).unwrap()
}

fn texts() -> Vec<String> {
    (0..40).map(|number| format!("The ferry number {number} leaves the winter quay on time.")).collect()
}

async fn the_child_gives_the_vectors_of_the_model_itself() {
    let (own, child) = (minilm().embed(texts()).await.unwrap(), worker().embed(texts()).await.unwrap());
    assert_eq!(own.len(), child.len(), "one vector a text, also beyond one request");
    for (own, child) in own.iter().zip(&child) {
        let cosine: f32 = own.iter().zip(child).map(|(own, child)| own * child).sum();
        assert!(cosine > 0.999, "the pipe changes nothing: {cosine}");
    }
}

/// Children of this process that embed.
fn children() -> Vec<String> {
    let own = std::process::id().to_string();
    let listed = Command::new("pgrep").args(["-P", &own, "-f", "worker embed"]).output().unwrap();
    String::from_utf8(listed.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
}

async fn a_killed_child_costs_one_request_at_most() {
    let worker = worker();
    let before = children();
    worker.load().await.unwrap();
    let started: Vec<String> = children().into_iter().filter(|pid| !before.contains(pid)).collect();
    assert_eq!(started.len(), 1, "one child is started: {started:?}");
    assert!(Command::new("kill").args(["-9", &started[0]]).status().unwrap().success());
    let first = worker.embed(texts()).await;
    assert!(matches!(first, Err(EmbedError::Failed { .. })), "the request that met the dead child fails: {first:?}");
    assert_eq!(worker.embed(texts()).await.unwrap().len(), 40, "the next one starts it again");
}

async fn models_that_are_not_there_are_said_in_a_sentence() {
    let empty = tempfile::tempdir().unwrap();
    let refused = EmbedWorker::open(empty.path(), env::current_exe().unwrap(), Vec::new());
    assert!(matches!(refused, Err(EmbedError::Unavailable { .. })), "no tokenizer, no embedder");
    let folder = empty.path().join("minilm-l6-v2-int8");
    fs::create_dir(&folder).unwrap();
    for file in ["tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"] {
        fs::copy(models_folder().join("minilm-l6-v2-int8").join(file), folder.join(file)).unwrap();
    }
    fs::write(folder.join("model.onnx"), b"not a model").unwrap();
    let worker =
        EmbedWorker::open(empty.path(), env::current_exe().unwrap(), vec!["worker".into(), "embed".into()]).unwrap();
    let error = worker.embed(texts()).await.unwrap_err().to_string();
    assert!(error.contains("onnx") || error.contains("missing"), "the sentence names the file: {error}");
}

/// A cross-encoder whose score is the number of tokens of the passage, marks included: `Cast` and `ReduceSum` over
/// `token_type_ids`, opset 13. It shows that query and passage arrive as a pair; it knows nothing about relevance.
const COUNTING_JUDGE: &[u8] = include_bytes!("judge/model.onnx");

async fn a_reranking_model_that_is_there_is_asked_in_the_same_child() {
    let models = tempfile::tempdir().unwrap();
    let (minilm, judge) = (models.path().join("minilm-l6-v2-int8"), models.path().join(RERANKER_FOLDER));
    fs::create_dir(&minilm).unwrap();
    fs::create_dir(&judge).unwrap();
    for file in ["model.onnx", "tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"] {
        let from = models_folder().join("minilm-l6-v2-int8").join(file);
        fs::copy(&from, minilm.join(file)).unwrap();
        fs::copy(&from, judge.join(file)).unwrap();
    }
    let library = library_path(models.path());
    fs::create_dir(library.parent().unwrap()).unwrap();
    fs::copy(library_path(&models_folder()), &library).unwrap();
    let worker =
        EmbedWorker::open(models.path(), env::current_exe().unwrap(), vec!["worker".into(), "embed".into()]).unwrap();

    fs::remove_file(judge.join("model.onnx")).unwrap();
    assert!(RerankWorker::of(&worker, models.path()).is_none(), "without a model there is no reranker");
    fs::write(judge.join("model.onnx"), COUNTING_JUDGE).unwrap();
    let reranker = RerankWorker::of(&worker, models.path()).unwrap();
    let passages = ["The ferry leaves.", "Ferry", "The ferry leaves at noon and returns before dark."];
    let passages: Vec<String> = passages.iter().map(|&passage| passage.to_owned()).collect();
    let scores = reranker.scores("When does it leave?", passages).await.unwrap();
    assert_eq!(scores, [5.0, 2.0, 11.0], "tokens of each passage and its closing mark, in the order given");
    assert_eq!(worker.embed(texts()).await.unwrap().len(), 40, "the same child still embeds");

    fs::write(judge.join("model.onnx"), b"not a model").unwrap();
    let fresh =
        EmbedWorker::open(models.path(), env::current_exe().unwrap(), vec!["worker".into(), "embed".into()]).unwrap();
    let reranker = RerankWorker::of(&fresh, models.path()).unwrap();
    let error = reranker.scores("ferry", vec!["ferry".to_owned()]).await.unwrap_err().to_string();
    assert!(error.contains(RERANKER_FOLDER), "the sentence names the folder: {error}");
    assert_eq!(fresh.embed(texts()).await.unwrap().len(), 40, "a broken reranker does not keep from embedding");
}
