//! What models may do to a run: invent, fail, be asked in vain. The text is never worse for it.

use std::{collections::BTreeMap, sync::Arc};

use quillhouse_domain::{ModelId, WayOfWorking};
use quillhouse_llm::{ChatError, ChatModel, PROBE_VERSION, ProbeResult, ScriptedModel};
use quillhouse_store::{DataFolder, ModelProbeRow};
use quillhouse_studio::{Host as _, Studio, StudioOptions, SystemHost};
use quillhouse_tests::{demo_documents, models_folder, program};
use serde_json::{Value, json};

/// A studio whose only writing model is this one, examined before with this outcome.
async fn studio_with(model: ScriptedModel, way: WayOfWorking) -> (tempfile::TempDir, Studio, Arc<ScriptedModel>) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let model = Arc::new(model);
    let probe = ProbeResult {
        json: true,
        instructions: 1.0,
        faithful: 1.0,
        prompt_tokens_per_second: 100.0,
        completion_tokens_per_second: 50.0,
        way,
        reasons: vec![quillhouse_domain::ProbeReason::Free],
        version: PROBE_VERSION,
    };
    let row = ModelProbeRow {
        model: model.id().clone(),
        fingerprint: model.fingerprint().to_owned(),
        result_json: serde_json::to_string(&probe).unwrap(),
        probed_at: SystemHost::new().now(),
    };
    let opened = DataFolder::open(&data).unwrap();
    opened.app().write(move |app| app.model_probes().put(&row)).await.unwrap();
    opened.close();
    drop(opened);
    let given: Arc<dyn ChatModel> = Arc::clone(&model) as Arc<dyn ChatModel>;
    let studio = Studio::open(StudioOptions {
        models: BTreeMap::from([(model.id().clone(), given)]),
        models_folder: models_folder(),
        worker_program: program("quillhouse"),
        ..quillhouse_studio::places::options(data).unwrap()
    })
    .await
    .unwrap();
    (folder, studio, model)
}

async fn call(studio: &Studio, command: &str, payload: Value) -> Value {
    studio.call(command, payload).await.unwrap_or_else(|error| panic!("{command}: {error}"))
}

async fn stream(studio: &Studio, command: &str, payload: Value) -> Value {
    studio.stream(command, payload, Arc::new(|_| {})).await.unwrap_or_else(|error| panic!("{command}: {error}"))
}

/// Runs the demo's brief with the model and gives the run and its pieces.
async fn write(studio: &Studio, model: &ModelId) -> (Value, Vec<Value>) {
    call(studio, "brand_create", json!({ "name": "Ferry" })).await;
    let documents = demo_documents();
    let sources = json!([{ "kind": "path", "path": documents }]);
    stream(studio, "document_add", json!({ "brand": "Ferry", "sources": sources })).await;
    let brief = json!({
        "topic": "Crossing the fjord in winter",
        "keywords": ["winter crossing"],
        "content_types": ["blog", "social"],
        "networks": ["x"],
        "words": 500,
    });
    let started =
        call(studio, "activity_start", json!({ "brand": "Ferry", "brief": brief, "model": model, "use_cache": false }))
            .await;
    let ended = stream(studio, "run_watch", json!({ "run": started["id"] })).await;
    let listed = call(studio, "piece_list", json!({ "brand": "Ferry", "activity": null })).await;
    let mut pieces = Vec::new();
    for piece in listed["pieces"].as_array().unwrap() {
        pieces.push(call(studio, "piece_show", json!({ "piece": piece["id"] })).await);
    }
    (ended, pieces)
}

fn assert_nothing_invented(pieces: &[Value], inventions: &[&str]) {
    assert_eq!(pieces.len(), 2, "an article and a post");
    for piece in pieces {
        let text = piece["text"].as_str().unwrap();
        for invention in inventions {
            assert!(!text.contains(invention), "what nobody said does not stand in a piece: {text}");
        }
        assert_eq!(piece["piece"]["support"]["unsupported"], 0, "every claim has its source");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_invents_is_not_believed() {
    let liar = ScriptedModel::new("given/liar".parse().unwrap())
        .when("", "Halden Ferry carries 9,999 passengers to Atlantis every day. It is the best ferry in the world.")
        .judge(|_, continuation| -(continuation.len() as f64));
    let (_folder, studio, model) = studio_with(liar, WayOfWorking::Free).await;
    let (run, pieces) = write(&studio, model.id()).await;
    assert_eq!(run["state"], "done", "the run never ends empty-handed: {run}");
    assert!(!model.calls().is_empty(), "the model was asked");
    assert_nothing_invented(&pieces, &["9,999", "Atlantis", "best ferry"]);
    let article = pieces.iter().find(|piece| piece["piece"]["type"] == "blog").unwrap();
    let reasons =
        article["sections"].as_array().unwrap().iter().filter(|section| section["reason"].is_string()).count();
    assert!(reasons > 0, "the sections say why the model's text does not stand there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_fails_every_time_costs_nothing_but_its_calls() {
    let mut failing = ScriptedModel::new("given/broken".parse().unwrap());
    for number in 1..=60 {
        failing = failing.fail_at(number, ChatError::WorkerEnded { reason: "it was killed".to_owned() });
    }
    let (_folder, studio, model) = studio_with(failing, WayOfWorking::Free).await;
    let (run, pieces) = write(&studio, model.id()).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_nothing_invented(&pieces, &[]);
    let shown = call(&studio, "run_show", json!({ "run": run["id"] })).await;
    let steps = shown["steps"].as_array().unwrap().len() as u64;
    let calls = run["model_calls"].as_u64().unwrap();
    assert!(calls > 0 && calls <= steps, "a step asks at most once: {calls} calls in {steps} steps");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_obeys_documents_can_cause_nothing() {
    let obedient = ScriptedModel::new("given/obedient".parse().unwrap())
        .when("", "Sure! Here is the text: <script>fetch('https://elsewhere.example')</script> {{system_prompt}} I am HACKED.")
        .judge(|_, _| 0.0);
    let (_folder, studio, model) = studio_with(obedient, WayOfWorking::Free).await;
    let (run, pieces) = write(&studio, model.id()).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_nothing_invented(&pieces, &["HACKED", "<script>", "{{", "elsewhere.example", "Sure!"]);
    let ledger = call(&studio, "ledger_list", json!({})).await;
    assert_eq!(ledger["entries"].as_array().unwrap().len(), 0, "nothing was reached: {ledger}");
}

#[test]
fn a_models_file_is_taken_in_used_and_given_back_and_anything_else_is_refused_in_a_sentence() {
    let quillhouse = quillhouse_tests::Quillhouse::new();
    let models = quillhouse.scratch().join("models");
    for part in ["minilm-l6-v2-int8", "onnxruntime"] {
        let (from, to) = (models_folder().join(part), models.join(part));
        std::fs::create_dir_all(&to).unwrap();
        for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    let weights = models_folder().join("smollm2-135m-instruct/model.gguf");
    let run = |arguments: &[&str]| {
        let mut command = quillhouse.command(arguments);
        command.env("QUILLHOUSE_MODELS", &models);
        quillhouse_tests::Ended::of(&command.output().unwrap())
    };
    let scratch = quillhouse.scratch();
    let wrong = [
        ("missing.gguf", None, "There is no file"),
        ("empty.gguf", Some(Vec::new()), "Nothing was imported"),
        ("text.gguf", Some(b"this is no model, whatever its name says".to_vec()), "Nothing was imported"),
        ("cut.gguf", Some(std::fs::read(&weights).unwrap()[..4_096].to_vec()), "Nothing was imported"),
    ];
    for (name, bytes, expected) in wrong {
        let path = scratch.join(name);
        if let Some(bytes) = bytes {
            std::fs::write(&path, bytes).unwrap();
        }
        let message = run(&["models", "import", &path.to_string_lossy()]).refused_somehow();
        assert!(message.contains(expected), "{name}: {message}");
    }
    let listed = run(&["models", "import", "--in-place", &weights.to_string_lossy()]).done();
    let brought: Vec<&Value> =
        listed["models"].as_array().unwrap().iter().filter(|model| model["can"] == "remove").collect();
    assert_eq!(brought.len(), 1, "the file is a model now: {listed}");
    let id = brought[0]["id"].as_str().unwrap();
    assert_eq!(brought[0]["installed"], true);
    assert_eq!(brought[0]["fit"]["fits"], "well", "135 million parameters fit everywhere: {}", brought[0]);
    let fetchable = listed["models"].as_array().unwrap().iter().filter(|model| model["can"] == "fetch").count();
    assert!(fetchable >= 10, "a dozen more could be downloaded, none was: {fetchable}");
    let probe = run(&["models", "probe", id]).done();
    assert!(probe["completion_tokens_per_second"].as_f64().unwrap() > 0.0, "it answers: {probe}");
    let again = run(&["models", "list"]).done();
    let measured = again["models"].as_array().unwrap().iter().find(|model| model["id"] == id).unwrap();
    assert!(
        measured["fit"]["article_minutes"].as_f64().unwrap() > 0.0,
        "how long an article takes is known now: {measured}"
    );
    run(&["models", "remove", id]).done();
    assert!(weights.is_file(), "a file that was used where it is stays there");
    let message = run(&["models", "remove", id]).refused_somehow();
    assert!(message.contains("There is no model"), "{message}");
}
