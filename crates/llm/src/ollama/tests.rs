//! The provider against a fake Ollama that answers like the real one, and fails in every way the real one was seen to.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use futures::{StreamExt, stream};
use quillhouse_egress::{Ledger, LedgerEntry, Outcome, Policy};

use serde_json::json;

use super::*;
use crate::{
    cancel::CancelToken,
    chat::{ChatEvent, ChatModel, ChatReply, ChatRequest, Finish, Message},
    embedder::{EmbedError, Embedder},
};

/// What happens after the prepared pieces of an answer.
#[derive(Clone, Copy)]
enum Ending {
    Close,
    Break,
    Silence,
}

#[derive(Clone)]
struct Script {
    status: u16,
    pieces: Vec<String>,
    ending: Ending,
}

struct Fake {
    script: Script,
    installed: bool,
    version: String,
    asked: Mutex<Vec<Value>>,
}

#[derive(Default)]
struct Notes(Mutex<Vec<LedgerEntry>>);

impl Ledger for Notes {
    fn record(&self, entry: LedgerEntry) {
        self.0.lock().unwrap().push(entry);
    }
}

impl Fake {
    async fn start(script: Script) -> (Arc<Self>, SocketAddr) {
        Self { script, installed: true, version: "0.17.1".to_owned(), asked: Mutex::default() }.serve().await
    }

    async fn serve(self) -> (Arc<Self>, SocketAddr) {
        let fake = Arc::new(self);
        let router = Router::new()
            .route("/api/version", get(|State(fake): State<Arc<Fake>>| async move { Json(json!({"version": fake.version})) }))
            .route("/api/tags", get(|| async { Json(json!({"models": [
                {"name": "other:1b", "model": "other:1b", "modified_at": "2026-01-01T00:00:00Z", "size": 5, "digest": "bbb"},
                {"name": "tiny:latest", "model": "tiny:latest", "modified_at": "2026-01-01T00:00:00Z", "size": 7, "digest": "aaa"},
            ]})) }))
            .route("/api/show", post(|State(fake): State<Arc<Fake>>| async move {
                if fake.installed {
                    (StatusCode::OK, Json(json!({
                        "license": "MIT", "modelfile": "", "parameters": "", "template": "",
                        "details": {"family": "llama"},
                        "model_info": {"general.architecture": "llama", "llama.context_length": 2048},
                        "capabilities": ["completion"],
                    })))
                } else {
                    (StatusCode::NOT_FOUND, Json(json!({"error": "model 'tiny' not found"})))
                }
            }))
            .route("/api/chat", post(|State(fake): State<Arc<Fake>>, Json(body): Json<Value>| async move {
                fake.asked.lock().unwrap().push(body);
                fake.answer()
            }))
            .with_state(fake.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        (fake, address)
    }

    fn answer(&self) -> Response {
        let Script { status, pieces, ending } = self.script.clone();
        // Each piece must arrive on its own, as tokens do.
        let pieces = stream::iter(pieces).then(|piece| async move {
            tokio::task::yield_now().await;
            Ok::<_, std::io::Error>(Bytes::from(piece))
        });
        let body = match ending {
            Ending::Close => Body::from_stream(pieces),
            Ending::Break => {
                Body::from_stream(pieces.chain(stream::once(async { Err(std::io::Error::other("the runner died")) })))
            }
            Ending::Silence => Body::from_stream(pieces.chain(stream::pending())),
        };
        Response::builder().status(status).header("content-type", "application/x-ndjson").body(body).unwrap()
    }
}

fn said(text: &str) -> String {
    let line = json!({"model": "tiny", "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": text}, "done": false});
    format!("{line}\n")
}

fn done(extra: Value) -> String {
    let mut line = json!({"model": "tiny", "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": ""}, "done": true, "done_reason": "stop",
        "total_duration": 9, "load_duration": 1, "prompt_eval_count": 30, "prompt_eval_duration": 2,
        "eval_count": 2, "eval_duration": 3});
    for (key, value) in extra.as_object().unwrap() {
        if value.is_null() {
            line.as_object_mut().unwrap().remove(key)
        } else {
            line.as_object_mut().unwrap().insert(key.clone(), value.clone())
        };
    }
    format!("{line}\n")
}

fn script(status: u16, pieces: &[String], ending: Ending) -> Script {
    Script { status, pieces: pieces.to_vec(), ending }
}

fn egress() -> (Egress, Arc<Notes>) {
    let notes = Arc::new(Notes::default());
    (Egress::new(notes.clone(), Policy::loopback_only(), Arc::new(|| 0)), notes)
}

async fn open(address: SocketAddr) -> (OllamaModel, Arc<Notes>) {
    let (egress, notes) = egress();
    let server = OllamaServer::find(&egress, Some(&address.to_string())).await.unwrap();
    let patience = Patience { first: Duration::from_millis(300), next: Duration::from_millis(150) };
    (
        server
            .with_patience(patience, patience.first)
            .with_retry(quillhouse_egress::Retry::NEVER, Arc::new(quillhouse_egress::SystemPauses))
            .open("tiny", 1024)
            .await
            .unwrap(),
        notes,
    )
}

/// Ten words, so that fewer than ten prompt tokens are too few.
fn request() -> ChatRequest {
    ChatRequest::new(
        vec![Message::system("Be brief and kind."), Message::user("Which bread is good today, please?")],
        64,
    )
}

async fn ask(script: Script, request: ChatRequest) -> Result<ChatReply, ChatError> {
    let (_fake, address) = Fake::start(script).await;
    let (model, _) = open(address).await;
    model.chat(request, &mut |_| {}, &CancelToken::new()).await
}

#[tokio::test]
async fn an_answer_arrives_piece_by_piece_and_the_request_says_what_it_must() {
    let (fake, address) =
        Fake::start(script(200, &[said("Rye"), said(" bread"), done(json!({}))], Ending::Close)).await;
    let (model, notes) = open(address).await;
    let mut told = Vec::new();
    let mut asked = request();
    asked.stop = vec!["\n".to_owned()];
    asked.seed = u32::MAX;
    asked.temperature = 0.5;
    let reply = model.chat(asked, &mut |event| told.push(event), &CancelToken::new()).await.unwrap();
    assert_eq!(reply.text, "Rye bread");
    assert_eq!(told, [ChatEvent::Token("Rye".to_owned()), ChatEvent::Token(" bread".to_owned())]);
    assert_eq!((reply.prompt_tokens, reply.completion_tokens, reply.finish), (30, 2, Finish::Stop));
    let body = fake.asked.lock().unwrap()[0].clone();
    let expected = json!({
        "model": "tiny", "stream": true, "truncate": false, "shift": false, "keep_alive": "30m",
        "messages": [
            {"role": "system", "content": "Be brief and kind."},
            {"role": "user", "content": "Which bread is good today, please?"},
        ],
        "options": {"num_ctx": 1024, "num_predict": 64, "temperature": 0.5, "seed": i32::MAX, "stop": ["\n"]},
    });
    assert_eq!(body, expected, "nothing more and nothing less is sent");
    let entries = notes.0.lock().unwrap();
    let chat = entries.iter().find(|entry| entry.purpose == Purpose::ModelChat).unwrap();
    assert_eq!(chat.outcome, Outcome::Answered { status: 200 });
    assert!(entries.iter().all(|entry| entry.host == "127.0.0.1"), "{entries:?}");
}

#[tokio::test]
async fn the_context_is_the_same_in_every_call_and_not_beyond_what_the_model_knows() {
    let (fake, address) = Fake::start(script(200, &[said("a"), done(json!({}))], Ending::Close)).await;
    let (egress, _) = egress();
    let server = OllamaServer::find(&egress, Some(&address.to_string())).await.unwrap();
    let model = server.open("tiny", 100_000).await.unwrap();
    assert_eq!(model.limits(), ModelLimits { context_tokens: 2048 });
    for max_tokens in [8, 500] {
        let mut request = request();
        request.max_tokens = max_tokens;
        model.chat(request, &mut |_| {}, &CancelToken::new()).await.unwrap();
    }
    let asked = fake.asked.lock().unwrap();
    assert!(asked.iter().all(|body| body["options"]["num_ctx"] == 2048), "a change would load the model again");
    assert_eq!(model.fingerprint(), "ollama:aaa", "the digest is the one of the tag `latest`");
    assert_eq!(model.id().as_str(), "ollama/tiny");
}

#[tokio::test]
async fn a_schema_is_sent_as_format_and_the_answer_must_be_json() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}}});
    let mut asked = request();
    asked.schema = Some(schema.clone());
    let (fake, address) =
        Fake::start(script(200, &[said("{\"a\":"), said(" 1}"), done(json!({}))], Ending::Close)).await;
    let (model, _) = open(address).await;
    let reply = model.chat(asked.clone(), &mut |_| {}, &CancelToken::new()).await.unwrap();
    assert_eq!(reply.text, "{\"a\": 1}");
    assert_eq!(fake.asked.lock().unwrap()[0]["format"], schema);
    let result = ask(script(200, &[said("Sure! Here it is:"), done(json!({}))], Ending::Close), asked).await;
    assert!(matches!(result, Err(ChatError::BadAnswer { .. })), "got {result:?}");
}

type Fault = (&'static str, Script, fn(&ChatError) -> bool);

/// Every way a call was seen to be refused.
fn refusals() -> Vec<Fault> {
    vec![
        (
            "the model is not there",
            script(404, &[r#"{"error":"model 'tiny' not found"}"#.to_owned()], Ending::Close),
            |error| matches!(error, ChatError::ModelMissing { model, hint } if model == "tiny" && hint.contains("ollama pull tiny")),
        ),
        (
            "the queue is full",
            script(503, &[r#"{"error":"server busy, please try again"}"#.to_owned()], Ending::Close),
            |error| *error == ChatError::Overloaded,
        ),
        ("too many requests", script(429, &[String::new()], Ending::Close), |error| *error == ChatError::Overloaded),
        (
            "the prompt does not fit",
            script(400, &[r#"{"error":"the input length exceeds the context length"}"#.to_owned()], Ending::Close),
            |error| matches!(error, ChatError::ContextOverflow { limit_tokens: 960, .. }),
        ),
        (
            "no memory",
            script(
                500,
                &[r#"{"error":"model requires more system memory (9 GiB) than is available"}"#.to_owned()],
                Ending::Close,
            ),
            |error| matches!(error, ChatError::Unavailable { reason } if reason.contains("more system memory")),
        ),
        (
            "an error page",
            script(502, &["<html>Bad gateway</html>".to_owned()], Ending::Close),
            |error| matches!(error, ChatError::Unavailable { reason } if reason.contains("502")),
        ),
        (
            "no entry",
            script(401, &["{}".to_owned()], Ending::Close),
            |error| matches!(error, ChatError::Unavailable { reason } if reason.contains("let us in")),
        ),
        ("an endless error page", script(500, &["x".repeat(5 << 20)], Ending::Close), |error| {
            matches!(error, ChatError::Unavailable { .. })
        }),
    ]
}

/// Every way an answer was seen to break.
fn breaks() -> Vec<Fault> {
    let half = [said("Rye"), said(" br")];
    vec![
        (
            "an error within the answer",
            script(
                200,
                &[said("Rye"), "{\"error\":\"llama runner process has terminated\"}\n".to_owned()],
                Ending::Close,
            ),
            |error| matches!(error, ChatError::BadAnswer { reason } if reason.contains("runner process")),
        ),
        (
            "an overflow within the answer",
            script(200, &["{\"error\":\"prompt exceeds the available context size\"}\n".to_owned()], Ending::Close),
            |error| matches!(error, ChatError::ContextOverflow { .. }),
        ),
        (
            "the model vanished within the answer",
            script(200, &["{\"error\":\"model 'tiny' not found\"}\n".to_owned()], Ending::Close),
            |error| matches!(error, ChatError::ModelMissing { .. }),
        ),
        (
            "the end without done",
            script(200, &half, Ending::Close),
            |error| matches!(error, ChatError::Cut { host } if host.contains("127.0.0.1")),
        ),
        ("nothing at all", script(200, &[], Ending::Close), |error| matches!(error, ChatError::Cut { .. })),
        ("a broken connection", script(200, &half, Ending::Break), |error| matches!(error, ChatError::Cut { .. })),
        ("silence in the middle", script(200, &half, Ending::Silence), |error| {
            matches!(error, ChatError::Stalled { .. })
        }),
        ("silence from the beginning", script(200, &[], Ending::Silence), |error| {
            matches!(error, ChatError::Stalled { .. })
        }),
        ("a line that is no JSON", script(200, &[said("Rye"), "oops\n".to_owned()], Ending::Close), |error| {
            matches!(error, ChatError::BadAnswer { .. })
        }),
        (
            "half a line at the end",
            script(200, &[said("Rye"), "{\"message\":{\"content\":\"br".to_owned()], Ending::Close),
            |error| matches!(error, ChatError::BadAnswer { .. }),
        ),
        ("a line without end", script(200, &["y".repeat(3 << 20)], Ending::Silence), |error| {
            matches!(error, ChatError::BadAnswer { .. })
        }),
        (
            "a prompt cut in half",
            script(200, &[said("Rye"), done(json!({"prompt_eval_count": 5}))], Ending::Close),
            |error| *error == ChatError::Truncated { sent_tokens: 10, seen_tokens: 5 },
        ),
        (
            "a server that does not say what it read",
            script(200, &[said("Rye"), done(json!({"prompt_eval_count": null}))], Ending::Close),
            |error| matches!(error, ChatError::BadAnswer { reason } if reason.contains("update Ollama")),
        ),
        (
            "loading instead of answering",
            script(200, &[done(json!({"done_reason": "load"}))], Ending::Close),
            |error| matches!(error, ChatError::BadAnswer { .. }),
        ),
        ("a redirect", script(307, &[], Ending::Close), |error| matches!(error, ChatError::Unavailable { .. })),
    ]
}

#[tokio::test]
async fn every_fault_has_its_own_error() {
    let faults: Vec<Fault> = refusals().into_iter().chain(breaks()).collect();
    assert!(faults.len() >= 20, "the tables are not empty");
    for (name, script, expected) in faults {
        match ask(script, request()).await {
            Ok(reply) => panic!("{name}: answered {reply:?}"),
            Err(error) => assert!(expected(&error), "{name}: {error:?}"),
        }
    }
}

#[tokio::test]
async fn an_answer_that_was_cut_at_its_length_says_so() {
    let pieces = [said("Rye"), done(json!({"done_reason": "length", "eval_count": null}))];
    let reply = ask(script(200, &pieces, Ending::Close), request()).await.unwrap();
    assert_eq!((reply.finish, reply.completion_tokens), (Finish::Length, 1), "without a count, pieces are counted");
}

#[tokio::test]
async fn a_prompt_beyond_the_context_is_not_sent() {
    let (fake, address) = Fake::start(script(200, &[done(json!({}))], Ending::Close)).await;
    let (model, _) = open(address).await;
    let long = ChatRequest::new(vec![Message::user("bread ".repeat(900))], 64);
    let counted = model.count_tokens(&long.messages).await.unwrap();
    let error = model.chat(long, &mut |_| {}, &CancelToken::new()).await.unwrap_err();
    assert_eq!(error, ChatError::ContextOverflow { prompt_tokens: counted, limit_tokens: 960 });
    assert!(fake.asked.lock().unwrap().is_empty(), "the server was asked nothing");
}

#[tokio::test]
async fn cancelling_closes_the_connection() {
    let (_fake, address) = Fake::start(script(200, &[said("Rye")], Ending::Silence)).await;
    let (model, notes) = open(address).await;
    let cancel = CancelToken::new();
    let trigger = cancel.clone();
    let result = model.chat(request(), &mut |_| trigger.cancel(), &cancel).await;
    assert_eq!(result, Err(ChatError::Cancelled));
    let last = notes.0.lock().unwrap().last().cloned().unwrap();
    assert_eq!((last.purpose, last.outcome), (Purpose::ModelChat, Outcome::Abandoned), "the connection was given up");
    let before = model.chat(request(), &mut |_| {}, &cancel).await;
    assert_eq!(before, Err(ChatError::Cancelled), "a call that was stopped before it began sends nothing");
}

#[tokio::test]
async fn a_model_that_is_not_installed_says_how_to_fetch_it() {
    let script = script(200, &[], Ending::Close);
    let (_fake, address) =
        Fake { script, installed: false, version: "0.17.1".into(), asked: Mutex::default() }.serve().await;
    let (egress, _) = egress();
    let server = OllamaServer::find(&egress, Some(&address.to_string())).await.unwrap();
    let error = server.open("tiny", 1024).await.err().unwrap();
    assert_eq!(error.to_string(), "The model `tiny` is not installed; fetch it with `ollama pull tiny`");
    assert!(matches!(server.open("a name", 1024).await.err().unwrap(), ChatError::ModelMissing { .. }));
}

#[tokio::test]
async fn a_server_is_found_at_the_second_address_and_its_models_are_listed() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = closed.local_addr().unwrap();
    drop(closed);
    let (_fake, address) = Fake::start(script(200, &[], Ending::Close)).await;
    let (egress, _) = egress();
    let url = |address: SocketAddr| Url::parse(&format!("http://{address}/")).unwrap();
    let server = OllamaServer::find_among(&egress, vec![url(nobody), url(address)]).await.unwrap();
    assert_eq!(server.address(), address.to_string());
    let names: Vec<String> = server.models().await.unwrap().into_iter().map(|model| model.name).collect();
    assert_eq!(names, ["other:1b", "tiny:latest"]);
    assert_eq!(server.version_warning(), None);

    let error = OllamaServer::find_among(&egress, vec![url(nobody)]).await.err().unwrap();
    let sentence = error.to_string();
    assert!(sentence.contains(&nobody.to_string()) && sentence.contains("ollama serve"), "{sentence}");
}

#[tokio::test]
async fn something_else_at_the_address_is_called_something_else() {
    let router: Router<()> = Router::new().fallback(|| async { Ok::<_, Infallible>("<html>My printer</html>") });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (egress, _) = egress();
    let error = OllamaServer::find(&egress, Some(&address.to_string())).await.err().unwrap();
    assert!(error.to_string().contains("is not Ollama"), "{error}");
    let error = OllamaServer::find(&egress, Some("models.example")).await.err().unwrap();
    assert!(error.to_string().contains("not among the allowed"), "the policy's sentence is kept: {error}");
}

#[tokio::test]
async fn an_old_version_is_warned_about() {
    for (version, warned) in
        [("0.9.6", true), ("0.17.0", true), ("0.17.1", false), ("0.18.0-rc2", false), ("1.0", false), ("0.0.0", false)]
    {
        let script = script(200, &[], Ending::Close);
        let (_fake, address) =
            Fake { script, installed: true, version: version.into(), asked: Mutex::default() }.serve().await;
        let (egress, _) = egress();
        let server = OllamaServer::find(&egress, Some(&address.to_string())).await.unwrap();
        assert_eq!(server.version_warning().is_some(), warned, "version {version}");
    }
}

/// A server that answers everything but the version with what it is given, by path.
async fn answering(routes: Vec<(&'static str, u16, String)>) -> (OllamaServer, Egress) {
    let mut app: Router<()> = Router::new().route("/api/version", get(|| async { Json(json!({"version": "0.17.1"})) }));
    for (path, status, body) in routes {
        let answer = move || async move { (StatusCode::from_u16(status).unwrap(), body.clone()) };
        app = app.route(path, axum::routing::any(answer));
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    let (egress, _) = egress();
    (OllamaServer::find(&egress, Some(&address.to_string())).await.unwrap(), egress)
}

fn lines(values: &[Value]) -> String {
    values.iter().map(|value| format!("{value}\n")).collect()
}

#[tokio::test]
async fn fetching_a_model_is_told_as_it_goes() {
    let body = lines(&[
        json!({"status": "pulling manifest"}),
        json!({"status": "pulling aaa", "digest": "sha256:aaa", "total": 100}),
        json!({"status": "pulling aaa", "digest": "sha256:aaa", "total": 100, "completed": 40}),
        json!({"status": "pulling aaa", "digest": "sha256:aaa", "total": 100, "completed": 900}),
        json!({"status": "verifying sha256 digest"}),
        json!({"status": "success"}),
    ]);
    let (server, _) = answering(vec![("/api/pull", 200, body)]).await;
    let mut told = Vec::new();
    let mut progress = |progress: PullProgress| told.push((progress.done_bytes, progress.total_bytes));
    server.pull("tiny", &mut progress, &CancelToken::new()).await.unwrap();
    assert_eq!(told, [(0, 0), (0, 100), (40, 100), (100, 100), (0, 0)], "never more than there is");
}

type Fetch = (&'static str, u16, String, fn(&ChatError) -> bool);

#[tokio::test]
async fn a_model_that_does_not_come_says_why() {
    let begun = json!({"status": "pulling manifest"});
    let cases: [Fetch; 7] = [
        ("cut", 200, lines(std::slice::from_ref(&begun)), |error| matches!(error, ChatError::Cut { .. })),
        ("nothing", 200, String::new(), |error| matches!(error, ChatError::Cut { .. })),
        (
            "unknown",
            200,
            lines(&[begun.clone(), json!({"error": "pull model manifest: file does not exist"})]),
            |error| matches!(error, ChatError::ModelMissing { model, .. } if model == "tiny"),
        ),
        (
            "too old",
            200,
            lines(&[
                json!({"error": "pull model manifest: 412: The model you are attempting to pull requires a newer version of Ollama."}),
            ]),
            |error| matches!(error, ChatError::Unavailable { reason } if reason.contains("0.17.1") && reason.contains("newer")),
        ),
        (
            "no network",
            200,
            lines(&[begun, json!({"error": "dial tcp: lookup registry on 127.0.0.53:53: no such host"})]),
            |error| matches!(error, ChatError::Unavailable { reason } if reason.contains("no such host")),
        ),
        (
            "refused",
            500,
            json!({"error": "disk full"}).to_string(),
            |error| matches!(error, ChatError::Unavailable { reason } if reason.contains("disk full")),
        ),
        ("nonsense", 200, "<html>".to_owned(), |error| matches!(error, ChatError::BadAnswer { .. })),
    ];
    for (name, status, body, expected) in cases {
        let (server, _) = answering(vec![("/api/pull", status, body)]).await;
        let error = server.pull("tiny", &mut |_| {}, &CancelToken::new()).await.unwrap_err();
        assert!(expected(&error), "{name}: {error:?}");
    }
}

#[tokio::test]
async fn sealed_mode_does_not_let_the_server_fetch_for_us() {
    let (server, egress) = answering(vec![("/api/pull", 200, lines(&[json!({"status": "success"})]))]).await;
    egress.set_policy(egress.policy().sealed(true));
    let error = server.pull("tiny", &mut |_| {}, &CancelToken::new()).await.unwrap_err();
    assert!(matches!(&error, ChatError::Unavailable { reason } if reason.contains("ealed")), "{error:?}");
}

#[tokio::test]
async fn a_model_that_the_server_has_elsewhere_is_never_asked() {
    let show = json!({"details": {"family": "gptoss"}, "capabilities": ["completion", "thinking", "embedding"],
        "model_info": {"gptoss.context_length": 131_072, "gptoss.embedding_length": 3},
        "remote_host": "https://models.example:443", "remote_model": "gpt-oss:120b"});
    let tags = json!({"models": [{"name": "tiny:cloud", "digest": "aaa", "size": 300, "remote_host": "https://models.example:443"}]});
    let (server, _) = answering(vec![("/api/show", 200, show.to_string()), ("/api/tags", 200, tags.to_string())]).await;
    for error in
        [server.open("tiny:cloud", 1024).await.err().unwrap(), server.embedder("tiny:cloud").await.err().unwrap()]
    {
        let sentence = error.to_string();
        assert!(sentence.contains("models.example") && sentence.contains("nothing was sent"), "{sentence}");
    }
    let listed = server.models().await.unwrap();
    assert_eq!(listed[0].remote_host.as_deref(), Some("https://models.example:443"), "a list can mark it");

    let line = json!({"message": {"content": "Rye"}, "remote_host": "https://models.example:443", "done": false});
    let error = ask(script(200, &[format!("{line}\n")], Ending::Close), request()).await.unwrap_err();
    assert!(matches!(&error, ChatError::BadAnswer { reason } if reason.contains("models.example")), "{error:?}");
}

#[tokio::test]
async fn a_model_that_thinks_is_told_not_to_and_one_that_must_gets_room() {
    let show = |family: &str, capabilities: &[&str]| {
        json!({"details": {"family": family}, "capabilities": capabilities, "model_info": {}}).to_string()
    };
    let cases = [
        ("llama", vec!["completion"], None, 64),
        ("qwen3", vec!["completion", "thinking"], Some(json!(false)), 64),
        ("gptoss", vec!["completion", "thinking"], Some(json!("low")), 64 + 2048),
    ];
    for (family, capabilities, think, length) in cases {
        let tags = json!({"models": []}).to_string();
        let shown = show(family, &capabilities);
        let (server, _) = answering(vec![("/api/show", 200, shown), ("/api/tags", 200, tags)]).await;
        let model = server.open("tiny", 8192).await.unwrap();
        let body = model.body(&request());
        assert_eq!(
            (body.get("think").cloned(), body["options"]["num_predict"].as_u64()),
            (think, Some(length)),
            "{family}"
        );
    }
}

#[tokio::test]
async fn loaded_models_are_listed_with_their_memory() {
    let body = json!({"models": [{"name": "tiny:latest", "size": 900, "size_vram": 300, "context_length": 4096}, {"name": "old"}]});
    let (server, _) = answering(vec![("/api/ps", 200, body.to_string())]).await;
    let running = server.running().await.unwrap();
    assert_eq!((running[0].size_bytes, running[0].vram_bytes, running[0].context_tokens), (900, 300, 4096));
    assert_eq!(running[1].context_tokens, 0, "old versions do not say it");
}

#[tokio::test]
async fn vectors_are_checked_and_long_texts_are_embedded_in_parts() {
    let show = json!({"details": {}, "capabilities": ["embedding"], "model_info": {"bert.context_length": 64, "bert.embedding_length": 2}});
    let seen: Arc<Mutex<Vec<Value>>> = Arc::default();
    let notes = seen.clone();
    let embed = post(move |Json(body): Json<Value>| async move {
        let texts = body["input"].as_array().unwrap().len();
        notes.lock().unwrap().push(body);
        Json(json!({"embeddings": vec![[3.0, 4.0]; texts]}))
    });
    let router: Router<()> = Router::new()
        .route("/api/version", get(|| async { Json(json!({"version": "0.17.1"})) }))
        .route("/api/show", post(|| async move { Json(show) }))
        .route(
            "/api/tags",
            get(|| async { Json(json!({"models": [{"name": "mini:latest", "digest": "abcdef0123456789"}]})) }),
        )
        .route("/api/embed", embed);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (egress, _) = egress();
    let embedder =
        OllamaServer::find(&egress, Some(&address.to_string())).await.unwrap().embedder("mini").await.unwrap();
    assert_eq!((embedder.id(), embedder.dimensions(), embedder.max_tokens()), ("ollama-mini-abcdef012345", 2, 64));
    let long = "bread and cakes ".repeat(60);
    let vectors = embedder.embed(vec!["rye".to_owned(), long.clone()]).await.unwrap();
    assert_eq!(vectors.len(), 2);
    assert!(
        vectors.iter().all(|vector| (vector[0] - 0.6).abs() < 1e-6 && (vector[1] - 0.8).abs() < 1e-6),
        "{vectors:?}"
    );
    assert!(embedder.embed(Vec::new()).await.unwrap().is_empty());
    let bodies = seen.lock().unwrap();
    assert!(bodies.iter().all(|body| body["truncate"] == false), "nothing is cut by the server");
    let parts: Vec<&str> =
        bodies.iter().flat_map(|body| body["input"].as_array().unwrap()).map(|text| text.as_str().unwrap()).collect();
    assert_eq!(parts.concat(), format!("rye{long}"), "nothing is left out");
}

#[tokio::test]
async fn vectors_that_cannot_be_used_are_refused() {
    let show =
        json!({"details": {}, "capabilities": ["embedding"], "model_info": {"bert.embedding_length": 2}}).to_string();
    let tags = json!({"models": []}).to_string();
    let cases = [
        ("too few", 200, json!({"embeddings": []}).to_string()),
        ("too long", 200, json!({"embeddings": [[1.0, 2.0, 3.0]]}).to_string()),
        ("no direction", 200, json!({"embeddings": [[0.0, 0.0]]}).to_string()),
        ("no numbers", 200, json!({"embeddings": [[null, 1.0]]}).to_string()),
        ("an error", 400, json!({"error": "the input length exceeds the context length"}).to_string()),
        ("no JSON", 200, "oops".to_owned()),
    ];
    for (name, status, body) in cases {
        let routes =
            vec![("/api/show", 200, show.clone()), ("/api/tags", 200, tags.clone()), ("/api/embed", status, body)];
        let (server, _) = answering(routes).await;
        let embedder = server.embedder("mini").await.unwrap();
        let result = embedder.embed(vec!["rye".to_owned()]).await;
        assert!(matches!(result, Err(EmbedError::Failed { .. })), "{name}: {result:?}");
    }
}
