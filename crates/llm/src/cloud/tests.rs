//! The client end to end against a small server on this machine.

use std::net::SocketAddr;

use axum::{
    Json, Router,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response as Answered},
    routing::{get, post},
};
use quillhouse_egress::{Ledger, LedgerEntry, Outcome, Policy};
use serde_json::{Value, json};

use super::*;
use crate::chat::Finish;

#[derive(Default)]
struct Notes(Mutex<Vec<LedgerEntry>>);

impl Ledger for Notes {
    fn record(&self, entry: LedgerEntry) {
        self.0.lock().unwrap().push(entry);
    }
}

#[derive(Default)]
struct Fake {
    asked: Mutex<Vec<(Option<String>, Value)>>,
}

async fn serve() -> (Arc<Fake>, SocketAddr) {
    let fake = Arc::new(Fake::default());
    let list = get(|headers: HeaderMap| async move {
        if headers.get("authorization").is_some_and(|key| key == "Bearer sk-good") {
            Json(json!({"data": [{"id": "b"}, {"id": "a", "max_model_len": 4096}]})).into_response()
        } else {
            (axum::http::StatusCode::UNAUTHORIZED, Json(json!({"error": {"message": "no"}}))).into_response()
        }
    });
    let chat = post(|State(fake): State<Arc<Fake>>, headers: HeaderMap, Json(body): Json<Value>| async move {
        let key = headers.get("authorization").and_then(|key| key.to_str().ok()).map(str::to_owned);
        fake.asked.lock().unwrap().push((key, body));
        let piece = |delta: Value, finish: Value| {
            format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}))
        };
        let body = [
            piece(json!({"role": "assistant", "content": ""}), Value::Null),
            piece(json!({"content": "Rye"}), Value::Null),
            piece(json!({"content": " bread"}), Value::Null),
            piece(json!({}), json!("stop")),
            format!(
                "data: {}\n\n",
                json!({"choices": [], "usage": {"prompt_tokens": 21, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 16}}})
            ),
            "data: [DONE]\n\n".to_owned(),
        ];
        Answered::builder()
            .header("content-type", "text/event-stream")
            .body(axum::body::Body::from(body.concat()))
            .unwrap()
    });
    let router = Router::new().route("/v1/models", list).route("/v1/chat/completions", chat).with_state(fake.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (fake, address)
}

fn provider(address: SocketAddr, key: &str) -> (CloudProvider, Arc<Notes>) {
    let notes = Arc::new(Notes::default());
    let egress = Egress::new(notes.clone(), Policy::loopback_only(), Arc::new(|| 0));
    let kind = ProviderKind::OpenAiCompatible;
    let base = CloudProvider::address(kind, Some(&address.to_string())).unwrap();
    (CloudProvider::new(kind, base, Secret::new(key.to_owned()), &egress), notes)
}

#[tokio::test]
async fn an_account_is_tested_its_models_are_listed_and_one_of_them_answers() {
    let (fake, address) = serve().await;
    let (provider, notes) = provider(address, " sk-good\n");
    let cancel = CancelToken::new();
    assert_eq!(provider.host(), "127.0.0.1");
    let test = provider.test(&cancel).await.unwrap();
    assert_eq!((test.models, test.key_proven), (2, false));
    let models = provider.models(&cancel).await.unwrap();
    assert_eq!(models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(models[0].context_tokens, Some(4096));

    let model = provider.open("a", 4096).unwrap();
    assert_eq!(model.id().as_str(), "openai_compatible/a");
    let mut told = Vec::new();
    let request = ChatRequest::new(vec![Message::system("Be brief."), Message::user("Which bread?")], 64);
    let reply = model.chat(request, &mut |event| told.push(event), &cancel).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.finish), ("Rye bread", Finish::Stop));
    assert_eq!((reply.prompt_tokens, reply.reused_tokens, reply.completion_tokens), (21, 16, 2));
    assert_eq!(told, [ChatEvent::Token("Rye".to_owned()), ChatEvent::Token(" bread".to_owned())]);
    let (key, body) = fake.asked.lock().unwrap()[0].clone();
    assert_eq!(key.as_deref(), Some("Bearer sk-good"), "a pasted key is trimmed");
    let expected = json!({
        "model": "a", "stream": true, "max_tokens": 64, "temperature": 0.0, "seed": 0,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Which bread?"}],
        "stream_options": {"include_usage": true},
    });
    assert_eq!(body, expected, "nothing more and nothing less is sent");
    let entries = notes.0.lock().unwrap();
    assert!(entries.iter().all(|entry| entry.outcome == Outcome::Answered { status: 200 }), "{entries:?}");
    assert!(!format!("{entries:?}").contains("sk-good"), "the key is in no entry");
}

#[tokio::test]
async fn a_wrong_key_is_said_in_one_sentence_without_the_key() {
    let (_fake, address) = serve().await;
    let (provider, _) = provider(address, "sk-canary");
    let error = provider.test(&CancelToken::new()).await.unwrap_err();
    assert_eq!(error, ChatError::KeyRefused { host: "127.0.0.1".to_owned() });
    assert!(!error.to_string().contains("canary"), "{error}");
}
