//! Providers elsewhere: agreed to before anything is sent, routed over accounts, guarded, counted, and kept out of brands that stay
//! here.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use quillhouse_domain::{ErrorCode, Secret, WayOfWorking};
use quillhouse_llm::{PROBE_VERSION, ProbeResult};
use quillhouse_store::{DataFolder, ModelProbeRow};
use quillhouse_studio::{ErrorReason, Host as _, Studio, StudioOptions, SystemHost};
use quillhouse_tests::{demo_documents, models_folder, program};
use serde_json::{Value, json};

const GOOD_KEY: &str = "sk-canary-good-51c7";
const LIMITED_KEY: &str = "sk-canary-limited-08aa";
const MODEL: &str = "openai_compatible/quill-large";
const SECRET_MAIL: &str = "zoe.lindqvist@halden-ferry.example";

/// What the server was asked: the key, and the body.
type Asked = Arc<Mutex<Vec<(String, Value)>>>;

fn key(headers: &HeaderMap) -> String {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.trim_start_matches("Bearer ").to_owned()
}

async fn completions(State(asked): State<Asked>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    asked.lock().unwrap().push((key(&headers), body));
    if key(&headers) == LIMITED_KEY {
        let error =
            json!({ "error": { "message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded" } });
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "600")], Json(error)).into_response();
    }
    let text = "The ferry crosses the fjord in winter, and the crew clears the deck of ice before each departure.";
    let first = json!({ "choices": [{ "index": 0, "delta": { "role": "assistant", "content": text } }] });
    let last = json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] });
    let usage = json!({ "choices": [], "usage": { "prompt_tokens": 900, "completion_tokens": 20 } });
    let stream = format!("data: {first}\n\ndata: {last}\n\ndata: {usage}\n\ndata: [DONE]\n\n");
    ([(header::CONTENT_TYPE, "text/event-stream")], stream).into_response()
}

async fn listed(headers: HeaderMap) -> Response {
    if key(&headers).is_empty() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(json!({ "object": "list", "data": [{ "id": "quill-large", "object": "model" }] })).into_response()
}

/// A server as OpenAI's, and what it was asked.
async fn server() -> (SocketAddr, Asked) {
    let asked = Asked::default();
    let router = Router::new()
        .route("/v1/chat/completions", post(completions))
        .route("/v1/models", get(listed))
        .with_state(Arc::clone(&asked));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, asked)
}

/// A studio in this folder. Keys are sealed under a passphrase: a test has no business in a keychain.
async fn studio(data: &Path) -> Studio {
    Studio::open(StudioOptions {
        models_folder: models_folder(),
        worker_program: program("quillhouse"),
        keychain: false,
        passphrase: Some(Secret::new("correct horse battery staple".to_owned())),
        ..quillhouse_studio::places::options(data.to_owned()).unwrap()
    })
    .await
    .unwrap()
}

/// Says that the model at this host may write whole sections, as an examination would.
async fn examined(data: &Path, host: &str) {
    let probe = ProbeResult {
        json: true,
        instructions: 1.0,
        faithful: 1.0,
        prompt_tokens_per_second: 100.0,
        completion_tokens_per_second: 50.0,
        way: WayOfWorking::Free,
        reasons: vec![quillhouse_domain::ProbeReason::Free],
        version: PROBE_VERSION,
    };
    let row = ModelProbeRow {
        model: MODEL.parse().unwrap(),
        fingerprint: format!("cloud:{host}/quill-large"),
        result_json: serde_json::to_string(&probe).unwrap(),
        probed_at: SystemHost::new().now(),
    };
    let opened = DataFolder::open(data).unwrap();
    opened.app().write(move |app| app.model_probes().put(&row)).await.unwrap();
    opened.close();
}

async fn call(studio: &Studio, command: &str, payload: Value) -> Value {
    studio.call(command, payload).await.unwrap_or_else(|error| panic!("{command}: {error}"))
}

async fn brand(studio: &Studio) {
    call(studio, "brand_create", json!({ "name": "Ferry" })).await;
    let sources = json!([{ "kind": "path", "path": demo_documents() }]);
    studio.stream("document_add", json!({ "brand": "Ferry", "sources": sources }), Arc::new(drop)).await.unwrap();
}

fn activity() -> Value {
    let brief = json!({
        "topic": "Crossing the fjord in winter",
        "keywords": ["winter crossing"],
        "content_types": ["blog"],
        "words": 400,
        "facts": [format!("Questions about winter crossings go to {SECRET_MAIL}.")],
    });
    json!({ "brand": "Ferry", "brief": brief, "model": MODEL, "use_cache": false })
}

async fn written(studio: &Studio) -> Value {
    let started = call(studio, "activity_start", activity()).await;
    studio.stream("run_watch", json!({ "run": started["id"] }), Arc::new(drop)).await.unwrap();
    call(studio, "run_show", json!({ "run": started["id"] })).await
}

/// Every file below a folder that holds the text.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if std::fs::read(&path).unwrap().windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limited_account_gives_way_to_the_next_and_every_call_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (address, asked) = server().await;
    examined(&data, "127.0.0.1").await;
    let studio = studio(&data).await;
    brand(&studio).await;
    let at = format!("http://{address}/v1");
    for (label, key) in [("First", LIMITED_KEY), ("Second", GOOD_KEY)] {
        let account = json!({ "kind": "openai_compatible", "address": at, "label": label, "key": key });
        call(&studio, "provider_add", account).await;
    }
    let test = call(&studio, "account_test", json!({ "account": "openai_compatible-2" })).await;
    assert_eq!((&test["ok"], &test["models"]), (&json!(true), &json!(1)), "{test}");
    call(&studio, "account_set", json!({ "account": "openai_compatible-2", "limit_tokens": 5_000_000 })).await;

    let run = written(&studio).await;
    assert_eq!(run["run"]["state"], "done", "{}", run["run"]);
    let asked = asked.lock().unwrap().clone();
    let (limited, good): (Vec<_>, Vec<_>) = asked.iter().partition(|(key, _)| key == LIMITED_KEY);
    assert!(!good.is_empty(), "the second account wrote");
    assert!(
        limited.len() <= 4,
        "an account that asked to be left alone for ten minutes is left alone: {}",
        limited.len()
    );
    assert!(
        good.iter().all(|(_, body)| body.to_string().contains(SECRET_MAIL) || !body.to_string().contains("EMAIL")),
        "nothing is taken out for a server on this computer"
    );

    let routed: Vec<&Value> = run["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| &step["report"]["route"])
        .filter(|route| route.is_object())
        .collect();
    assert!(!routed.is_empty(), "steps say which account did them: {}", run["steps"]);
    assert!(routed.iter().all(|route| route["account"] == "openai_compatible-2"), "{routed:?}");
    assert!(routed.iter().all(|route| route["candidates"].as_array().unwrap().len() == 2), "and why not the other");

    let usage = call(&studio, "usage_list", json!({ "by": "account" })).await;
    assert_eq!(usage["total"]["calls"], good.len() as f64, "one record a call that was answered");
    assert_eq!(usage["total"]["tokens_in"], 900.0 * good.len() as f64, "as the provider counted them");
    assert_eq!(usage["usage"][0]["name"], "Second");
    let providers = call(&studio, "provider_list", json!({})).await;
    let accounts = providers["providers"][0]["accounts"].as_array().unwrap().clone();
    assert_eq!(accounts[1]["used_tokens"], 920.0 * good.len() as f64, "the allowance knows it");
    assert!(accounts[0]["refusal"].is_string(), "the first says why it was passed over: {}", accounts[0]);
    let ledger = call(&studio, "ledger_list", json!({})).await;
    let chats: Vec<&Value> =
        ledger["entries"].as_array().unwrap().iter().filter(|entry| entry["purpose"] == "model_chat").collect();
    assert!(chats.len() >= asked.len(), "every call is in the ledger");
    assert!(chats.iter().all(|entry| entry["run"] == run["run"]["id"]), "with the run it was for: {chats:?}");

    let shown = format!("{providers} {run} {usage} {ledger}");
    studio.settle().await;
    drop(studio);
    for key in [GOOD_KEY, LIMITED_KEY] {
        assert!(!shown.contains(key), "no view holds a key");
        assert_eq!(holding(&data, key), [] as [String; 0], "no file holds a key in clear");
    }
}

/// `0.0.0.0` is no address of this computer to the program, and still leads to it on Linux.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_elsewhere_before_it_was_agreed_to_nor_for_a_brand_that_stays_here() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (address, asked) = server().await;
    examined(&data, "0.0.0.0").await;
    let studio = studio(&data).await;
    brand(&studio).await;
    let at = format!("http://0.0.0.0:{}/v1", address.port());
    let added =
        call(&studio, "provider_add", json!({ "kind": "openai_compatible", "address": at, "key": GOOD_KEY })).await;
    assert_eq!(added["providers"][0]["is_here"], false);
    assert!(added["providers"][0]["is_readable"] == true, "a key over a network in clear is said");
    let calls = || asked.lock().unwrap().len();

    let run = written(&studio).await;
    assert_eq!(run["run"]["state"], "done", "the piece is composed: {}", run["run"]);
    assert_eq!(calls(), 0, "nobody has agreed");
    call(&studio, "brand_set", json!({ "brand": "Ferry", "local_only": true })).await;
    call(&studio, "provider_set", json!({ "provider": "openai_compatible", "agreed": true })).await;
    let refused = studio.call("activity_start", activity()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidInput);
    assert_eq!(
        refused.reason,
        Some(ErrorReason::BrandLocalOnly { brand: "Ferry".to_owned(), model: MODEL.to_owned() })
    );
    call(&studio, "brand_set", json!({ "brand": "Ferry", "local_only": false })).await;
    call(&studio, "setting_set", json!({ "key": "sealed", "value": true })).await;
    written(&studio).await;
    assert_eq!(calls(), 0, "sealed mode and local-only brands send nothing");

    call(&studio, "setting_set", json!({ "key": "sealed", "value": false })).await;
    let run = written(&studio).await;
    assert_eq!(run["run"]["state"], "done");
    assert!(calls() > 0, "now it was agreed to: {}", run["steps"]);
    for (_, body) in asked.lock().unwrap().iter() {
        assert!(!body.to_string().contains(SECRET_MAIL), "the guard keeps the address here: {body}");
    }
    let before = calls();
    call(&studio, "provider_remove", json!({ "provider": "openai_compatible" })).await;
    let gone = studio.call("activity_start", activity()).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotFound, "a provider that was removed is not there any more");
    assert_eq!(calls(), before);
    assert!(!holding(&data, "openai_compatible-1").iter().any(|file| file.ends_with("keys.sealed")), "nor is its key");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_key_or_no_address_is_refused_in_a_sentence_and_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(&folder.path().join("data")).await;
    for (payload, reason) in [
        (json!({ "kind": "openai" }), ErrorReason::KeyShape),
        (json!({ "kind": "openai", "key": "  \n" }), ErrorReason::KeyShape),
        (json!({ "kind": "openai", "key": "sk with spaces" }), ErrorReason::KeyShape),
        (json!({ "kind": "openai", "key": "ключ" }), ErrorReason::KeyShape),
        (json!({ "kind": "openai", "key": "k".repeat(1_001) }), ErrorReason::KeyShape),
        (json!({ "kind": "openai_compatible", "key": GOOD_KEY }), ErrorReason::ProviderAddress),
        (json!({ "kind": "openai_compatible", "address": "file:///etc/passwd" }), ErrorReason::ProviderAddress),
        (
            json!({ "kind": "mistral", "key": GOOD_KEY, "label": "x".repeat(81) }),
            ErrorReason::LabelLength { limit: 80 },
        ),
    ] {
        let error = studio.call("provider_add", payload.clone()).await.unwrap_err();
        assert_eq!(error.reason, Some(reason), "{payload}: {error}");
        assert!(
            error.message.contains(' ') && !error.message.contains(GOOD_KEY),
            "a sentence without the key: {error}"
        );
    }
    let error = studio.call("provider_add", json!({ "kind": "nobody", "key": GOOD_KEY })).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidInput);
    assert!(!error.message.contains(GOOD_KEY), "not even a wrong payload tells it: {error}");
    let listed = call(&studio, "provider_list", json!({})).await;
    assert_eq!(listed["providers"], json!([]), "nothing was kept: {listed}");
}
