//! The adapter against a real Ollama server with the real small model: what the fake server believes is compared here.
//!
//! Needs the server's program in `QUILLHOUSE_OLLAMA`; without it the story is skipped and says so. The server is started on a
//! free port with a folder of its own and is stopped by its process id. The model comes from the models folder
//! (`QUILLHOUSE_MODELS`, else `quillhouse/models` in the user's cache folder).

#![expect(clippy::unwrap_used, reason = "helpers of tests are not known to be tests")]
#![expect(clippy::print_stderr, reason = "figures and the reason for skipping are for the one who reads the run")]

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use quillhouse_domain::{ProviderKind, Secret};
use quillhouse_egress::{Egress, Ledger, LedgerEntry, Outcome, Patience, Policy, Purpose, Request};
use quillhouse_llm::{
    CancelToken, ChatError, ChatEvent, ChatModel, ChatRequest, CloudProvider, Finish, Message, OllamaServer,
};
use serde_json::json;

/// The server reads a model in a second; an unoptimised one on a loaded machine in many.
const START_LIMIT: Duration = Duration::from_mins(1);
const CONTEXT_TOKENS: u32 = 512;

#[derive(Default)]
struct Notes(Mutex<Vec<LedgerEntry>>);

impl Ledger for Notes {
    fn record(&self, entry: LedgerEntry) {
        self.0.lock().unwrap().push(entry);
    }
}

/// A server of our own; dropping it ends it.
struct Real {
    child: Child,
    port: u16,
    program: PathBuf,
    folder: tempfile::TempDir,
}

impl Drop for Real {
    fn drop(&mut self) {
        // It ends its runners itself when it is asked to end, and leaves them behind when it is killed.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Real {
    fn start(program: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = std::fs::File::create(folder.path().join("server.log")).unwrap();
        let child = Self::command(program, port, folder.path())
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { child, port, program: program.to_owned(), folder }
    }

    fn command(program: &Path, port: u16, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env("OLLAMA_HOST", format!("127.0.0.1:{port}"))
            .env("OLLAMA_MODELS", folder.join("models"))
            .env("OLLAMA_NUM_PARALLEL", "1")
            .env("HOME", folder)
            .env("TMPDIR", folder)
            .current_dir(folder);
        command
    }

    /// Takes a file over as a model of the server's.
    fn create(&self, name: &str, model: &Path) {
        let modelfile = self.folder.path().join("Modelfile");
        std::fs::write(&modelfile, format!("FROM {}\n", model.display())).unwrap();
        let output = Self::command(&self.program, self.port, self.folder.path())
            .args(["create", name, "-f"])
            .arg(&modelfile)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "`ollama create` failed: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn log(&self) -> String {
        let log = std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

fn model_path() -> PathBuf {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let models = folder("QUILLHOUSE_MODELS").unwrap_or_else(|| {
        let cache = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
        cache.expect("HOME is set").join("quillhouse/models")
    });
    let path = models.join("smollm2-135m-instruct/model.gguf");
    assert!(path.is_file(), "{} is missing: run `cargo xtask setup`", path.display());
    path
}

async fn find(egress: &Egress, real: &Real) -> OllamaServer {
    let started = Instant::now();
    loop {
        match OllamaServer::find(egress, Some(&format!("127.0.0.1:{}", real.port))).await {
            Ok(server) => return server,
            Err(error) => assert!(started.elapsed() < START_LIMIT, "{error}\n{}", real.log()),
        }
        tokio::task::yield_now().await;
    }
}

fn ask(text: &str, max_tokens: u32) -> ChatRequest {
    ChatRequest::new(vec![Message::system("You are a helpful assistant."), Message::user(text)], max_tokens)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_server_does_what_the_adapter_believes() {
    let Some(program) = std::env::var_os("QUILLHOUSE_OLLAMA").map(PathBuf::from) else {
        eprintln!("skipped: `QUILLHOUSE_OLLAMA` does not name the program of an Ollama server");
        return;
    };
    let model_file = model_path();
    let real = Real::start(&program);
    let notes = Arc::new(Notes::default());
    let egress = Egress::new(notes.clone(), Policy::loopback_only(), Arc::new(|| 0));
    let server = find(&egress, &real).await;
    eprintln!("Ollama {} at {}", server.version(), server.address());
    assert!(server.models().await.unwrap().is_empty(), "it begins with nothing");

    let missing = server.open("smollm2", CONTEXT_TOKENS).await.err().unwrap();
    assert!(matches!(missing, ChatError::ModelMissing { .. }), "{missing:?}");

    real.create("smollm2", &model_file);
    let listed = server.models().await.unwrap();
    assert_eq!(listed.iter().map(|model| model.name.as_str()).collect::<Vec<_>>(), ["smollm2:latest"]);
    assert!(listed[0].size_bytes > 50_000_000 && listed[0].digest.len() == 64, "{listed:?}");
    assert_eq!(listed[0].remote_host, None, "it runs here");
    let details = server.show("smollm2").await.unwrap();
    assert_eq!((details.context_tokens, details.family.as_str()), (Some(8192), "llama"), "{details:?}");
    assert!(details.can("completion") && !details.can("thinking"), "{details:?}");

    let patience = Patience { first: Duration::from_mins(5), next: Duration::from_mins(2) };
    let server = server.with_patience(patience, Duration::from_mins(5));
    let model = server.open("smollm2", CONTEXT_TOKENS).await.unwrap();
    assert_eq!(model.fingerprint(), format!("ollama:{}", listed[0].digest));
    answers(&model).await;
    follows_schemas_and_stops(&model).await;
    refuses_what_does_not_fit(&model, &egress, &real).await;
    stops_at_once(&model, &notes).await;

    let running = server.running().await.unwrap();
    assert_eq!(running.len(), 1, "{running:?}");
    assert_eq!(
        running[0].context_tokens, CONTEXT_TOKENS,
        "one context for all calls, so it was loaded once: {running:?}"
    );

    embeds(&server, &egress, &real).await;
    fetches(&server).await;
    speaks_the_other_dialect(&egress, &real).await;

    let entries = notes.0.lock().unwrap();
    assert!(entries.iter().all(|entry| entry.host == "127.0.0.1"), "nothing but this machine was asked");
    assert!(entries.iter().any(|entry| entry.purpose == Purpose::ModelChat && entry.bytes_in > 0));
}

async fn answers(model: &dyn ChatModel) {
    let cancel = CancelToken::new();
    let request = ask("Name one kind of bread.", 5);
    let upper = model.count_tokens(&request.messages).await.unwrap();
    let mut told = String::new();
    let mut pieces = 0;
    let started = Instant::now();
    let mut tell = |event| {
        if let ChatEvent::Token(text) = event {
            told.push_str(&text);
            pieces += 1;
        }
    };
    let reply = model.chat(request.clone(), &mut tell, &cancel).await.unwrap();
    eprintln!("{} tokens in {} ms: {:?}", reply.completion_tokens, started.elapsed().as_millis(), reply.text);
    assert_eq!(told, reply.text, "what was told is the answer");
    assert!(pieces > 1, "it is told as it comes");
    assert!(reply.completion_tokens <= 5 && !reply.text.is_empty(), "{reply:?}");
    assert!(
        reply.prompt_tokens > 10 && reply.prompt_tokens <= upper,
        "the estimate is on the high side: {reply:?}, {upper}"
    );
    if reply.completion_tokens == 5 {
        assert_eq!(reply.finish, Finish::Length, "{reply:?}");
    }
    let again = model.chat(request, &mut |_| {}, &cancel).await.unwrap();
    assert_eq!(again.text, reply.text, "the same seed gives the same answer");
    assert_eq!(
        again.prompt_tokens, reply.prompt_tokens,
        "a prompt that was kept is counted as read, or truncation would be seen"
    );
}

async fn follows_schemas_and_stops(model: &dyn ChatModel) {
    let cancel = CancelToken::new();
    let mut request = ask("Is rye a kind of bread?", 24);
    request.schema =
        Some(json!({"type": "object", "properties": {"answer": {"type": "string", "enum": ["yes", "no"]}},
        "required": ["answer"], "additionalProperties": false}));
    let reply = model.chat(request, &mut |_| {}, &cancel).await.unwrap();
    let value: serde_json::Value = serde_json::from_str(&reply.text).unwrap();
    assert!(["yes", "no"].contains(&value["answer"].as_str().unwrap_or_default()), "{reply:?}");

    let mut request = ask("Count from one to nine in digits: 1, 2, 3, 4, 5, 6. Now you.", 8);
    request.stop = vec!["4".to_owned(), "e".to_owned()];
    let reply = model.chat(request, &mut |_| {}, &cancel).await.unwrap();
    assert!(!reply.text.contains('4') && !reply.text.contains('e'), "{reply:?}");
}

async fn refuses_what_does_not_fit(model: &dyn ChatModel, egress: &Egress, real: &Real) {
    let cancel = CancelToken::new();
    // Beyond the estimate: nothing is sent.
    let long = ask(&"bread ".repeat(600), 16);
    let error = model.chat(long, &mut |_| {}, &cancel).await.unwrap_err();
    assert!(matches!(error, ChatError::ContextOverflow { .. }), "{error:?}");
    // The estimate never lets such a prompt through, so the server's own refusal is asked for without the adapter.
    let body = json!({"model": "smollm2", "stream": true, "truncate": false, "shift": false,
        "messages": [{"role": "user", "content": "bread ".repeat(600)}],
        "options": {"num_ctx": CONTEXT_TOKENS, "num_predict": 4}});
    let url = format!("http://127.0.0.1:{}/api/chat", real.port).parse().unwrap();
    let request = Request::post(url, Purpose::ModelChat, body).patience(START_LIMIT, START_LIMIT);
    let response = egress.request(request).await.unwrap();
    let said = String::from_utf8_lossy(&response.body).into_owned();
    eprintln!("too long: status {} {said}", response.status);
    assert_eq!(response.status, 400, "it is told not to cut: {said}");
    assert!(said.contains("context") && said.contains("exceed"), "the wording that the adapter looks for: {said}");
}

async fn stops_at_once(model: &dyn ChatModel, notes: &Notes) {
    let cancel = CancelToken::new();
    let trigger = cancel.clone();
    let stopped = Arc::new(Mutex::new(None));
    let when = stopped.clone();
    let mut tell = move |_| {
        trigger.cancel();
        when.lock().unwrap().get_or_insert_with(Instant::now);
    };
    let result = model.chat(ask("Tell a long story about bread.", 200), &mut tell, &cancel).await;
    assert_eq!(result, Err(ChatError::Cancelled));
    let waited = stopped.lock().unwrap().unwrap().elapsed();
    assert!(waited < Duration::from_millis(100), "stopping took {waited:?}");
    assert_eq!(notes.0.lock().unwrap().last().unwrap().outcome, Outcome::Abandoned);
    let reply = model.chat(ask("Say yes.", 3), &mut |_| {}, &CancelToken::new()).await.unwrap();
    assert!(!reply.text.is_empty(), "the server goes on: {reply:?}");
}

async fn embeds(server: &OllamaServer, egress: &Egress, real: &Real) {
    // The small model is made for writing; a server that says so is not asked for vectors.
    let error = server.embedder("smollm2").await.err().unwrap();
    assert!(error.to_string().contains("no embedding model"), "{error}");
    // It would give them all the same, which shows their shape.
    let body = json!({"model": "smollm2", "input": ["rye", "bread"], "truncate": false, "keep_alive": "30m",
        "options": {"num_ctx": CONTEXT_TOKENS}});
    let url = format!("http://127.0.0.1:{}/api/embed", real.port).parse().unwrap();
    let request = Request::post(url, Purpose::Embedding, body).patience(START_LIMIT, START_LIMIT);
    let response = egress.request(request).await.unwrap();
    let value: serde_json::Value = response.json().unwrap();
    let vectors = value["embeddings"].as_array().unwrap();
    assert_eq!(vectors.len(), 2, "status {}", response.status);
    let dimensions = server.show("smollm2").await.unwrap().vector_dimensions;
    assert!(vectors.iter().all(|vector| vector.as_array().map(Vec::len) == dimensions), "{dimensions:?}");
}

async fn fetches(server: &OllamaServer) {
    let cancel = CancelToken::new();
    cancel.cancel();
    assert_eq!(server.pull("smollm2", &mut |_| {}, &cancel).await, Err(ChatError::Cancelled));
    // A library on this machine where nobody answers: the server itself says that it failed, within its progress.
    let mut told = Vec::new();
    let name = "127.0.0.1:1/library/none:latest";
    let error = server.pull(name, &mut |progress| told.push(progress.status), &CancelToken::new()).await.unwrap_err();
    eprintln!("fetching: {told:?}, then {error}");
    assert!(matches!(&error, ChatError::Unavailable { reason } if reason.contains("refused")), "{error:?}");
    assert_eq!(told, ["pulling manifest"]);
}

/// The same server also speaks OpenAI's format, so that adapter meets a real server too.
async fn speaks_the_other_dialect(egress: &Egress, real: &Real) {
    let kind = ProviderKind::OpenAiCompatible;
    let cancel = CancelToken::new();
    let base = CloudProvider::address(kind, Some(&format!("127.0.0.1:{}", real.port))).unwrap();
    let provider = CloudProvider::new(kind, base, Secret::new(String::new()), egress);
    let test = provider.test(&cancel).await.unwrap();
    assert_eq!(test.models, 1);
    assert_eq!(provider.models(&cancel).await.unwrap()[0].name, "smollm2:latest");
    let model = provider.open("smollm2", CONTEXT_TOKENS).unwrap();
    let reply = model.chat(ask("Name one kind of bread.", 4), &mut |_| {}, &cancel).await.unwrap();
    assert!(!reply.text.is_empty() && reply.completion_tokens <= 4 && reply.prompt_tokens > 10, "{reply:?}");
    let missing = provider.open("nosuch", CONTEXT_TOKENS).unwrap();
    let error = missing.chat(ask("Hello", 8), &mut |_| {}, &cancel).await.unwrap_err();
    assert!(matches!(error, ChatError::ModelMissing { .. }), "{error:?}");
}
