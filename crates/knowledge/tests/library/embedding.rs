//! The embedder in its own process: the same vectors, a death that costs one request, faults in sentences.

use std::{env, fs, process::Command};

use quillhouse_knowledge::embed::EmbedWorker;
use quillhouse_llm::{EmbedError, Embedder};

use crate::{
    support::{Test, minilm, test},
    test_models::models_folder,
};

pub(crate) const TESTS: &[Test] = &[
    test!(the_child_gives_the_vectors_of_the_model_itself),
    test!(a_killed_child_costs_one_request_at_most),
    test!(models_that_are_not_there_are_said_in_a_sentence),
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
