//! Ollama and every cloud dialect against a server that fails in every known way: each ends in the right typed outcome, and
//! an answer that was cut is never taken for a whole one.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not known to be tests")]

mod server;
mod tables;
mod wire;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use futures::future::join_all;
use quillhouse_domain::{ProviderKind, Secret};
use quillhouse_egress::{Egress, Ledger, LedgerEntry, Outcome, Pauses, Policy, Retry};
use quillhouse_llm::{
    CancelToken, ChatError, ChatEvent, ChatModel, ChatRequest, CloudPatience, CloudProvider, Finish, Message,
    OllamaServer,
};
use serde_json::json;
use server::{Ending, Script, Server};
use tables::{Fault, LONG, Limit, PIECES, Result, TEXT, all, bad, cut, is_answer, streamed};
use wire::Wire;

const KEY: &str = "sk-canary-0123456789";

#[derive(Default)]
struct Notes(Mutex<Vec<LedgerEntry>>);

impl Ledger for Notes {
    fn record(&self, entry: LedgerEntry) {
        self.0.lock().unwrap().push(entry);
    }
}

/// Pauses that take no time and are written down.
#[derive(Default)]
struct Told(Mutex<Vec<Duration>>);

#[async_trait]
impl Pauses for Told {
    async fn pause(&self, time: Duration) {
        self.0.lock().unwrap().push(time);
        tokio::task::yield_now().await;
    }

    fn chance(&self) -> f64 {
        0.0
    }
}

/// Pauses that never end.
struct Endless(CancelToken);

#[async_trait]
impl Pauses for Endless {
    async fn pause(&self, _: Duration) {
        self.0.cancel();
        std::future::pending::<()>().await;
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// What Ollama answers beside chats.
fn aside(head: &str) -> Option<String> {
    let tags = json!({"models": [{"name": "tiny:latest", "model": "tiny:latest", "size": 7, "digest": "aaa"}]});
    let show = json!({"details": {"family": "llama"}, "capabilities": ["completion"],
        "model_info": {"general.architecture": "llama", "llama.context_length": 2048}});
    match head.lines().next()?.split(' ').nth(1)? {
        "/api/version" => Some(json!({"version": "0.17.1"}).to_string()),
        "/api/tags" => Some(tags.to_string()),
        "/api/show" => Some(show.to_string()),
        _ => None,
    }
}

fn egress() -> (Egress, Arc<Notes>) {
    let notes = Arc::new(Notes::default());
    // 1994-11-06T08:49:37Z
    (Egress::new(notes.clone(), Policy::loopback_only(), Arc::new(|| 784_111_777_000)), notes)
}

async fn open(wire: Wire, server: &Server, retry: Retry, pauses: Arc<dyn Pauses>) -> (Box<dyn ChatModel>, Arc<Notes>) {
    let (egress, notes) = egress();
    (open_through(&egress, LONG, wire, server, retry, pauses).await, notes)
}

async fn open_through(
    egress: &Egress,
    patience: CloudPatience,
    wire: Wire,
    server: &Server,
    retry: Retry,
    pauses: Arc<dyn Pauses>,
) -> Box<dyn ChatModel> {
    match wire {
        Wire::Ollama => {
            let found = OllamaServer::find(egress, Some(&server.address.to_string())).await.unwrap();
            let found = found.with_patience(patience.bytes, patience.quiet).with_retry(retry, pauses);
            Box::new(found.open("tiny", 1024).await.unwrap())
        }
        Wire::Cloud(kind) => {
            let base = CloudProvider::address(kind, Some(&server.address.to_string())).unwrap();
            let provider = CloudProvider::new(kind, base, Secret::new(KEY.to_owned()), egress);
            Box::new(provider.with_patience(patience).with_retry(retry, pauses).open("tiny", 1024).unwrap())
        }
    }
}

/// Ten words, so that fewer than ten prompt tokens are too few.
fn request() -> ChatRequest {
    ChatRequest::new(
        vec![Message::system("Be brief and kind."), Message::user("Which bread is good today, please?")],
        64,
    )
}

async fn ask(wire: Wire, script: Script, request: ChatRequest) -> (Result, Vec<ChatEvent>, Arc<Notes>) {
    let (egress, notes) = egress();
    let (result, told) = ask_through(&egress, Limit::None, wire, script, request).await;
    (result, told, notes)
}

async fn ask_through(
    egress: &Egress,
    limit: Limit,
    wire: Wire,
    script: Script,
    request: ChatRequest,
) -> (Result, Vec<ChatEvent>) {
    let server = Server::start(wire.chat_path(), vec![script], aside).await;
    let pauses = Arc::new(Told::default());
    let model = open_through(egress, limit.patience(), wire, &server, Retry::NEVER, pauses).await;
    let mut told = Vec::new();
    let result = model.chat(request, &mut |event| told.push(event), &CancelToken::new()).await;
    (result, told)
}

/// Plays all faults of a wire and gives those that ended wrongly.
async fn wrong_on(wire: Wire) -> Vec<String> {
    let mut wrong = Vec::new();
    let faults = all(wire);
    assert!(faults.len() >= 60, "the tables are not empty");
    // Making a client reads the system's certificates, which takes longer than all the rest.
    let (egress, notes) = egress();
    for Fault { name, script, limit, expected } in faults {
        let (result, told) = ask_through(&egress, limit, wire, script, request()).await;
        if !expected(wire, &result) {
            wrong.push(format!("{wire:?}, {name}: {result:?}"));
        }
        if let Ok(reply) = &result {
            let texts = told.iter().filter_map(|event| match event {
                ChatEvent::Token(text) => Some(text.as_str()),
                ChatEvent::PromptProgress { .. } => None,
            });
            assert_eq!(texts.collect::<String>(), reply.text, "{wire:?}, {name}: what was told is the answer");
        }
        let sentence = result.map_or_else(|error| error.to_string(), |reply| reply.text);
        // Ollama has no key, so that it cannot know that these words are one.
        assert!(wire.is_ollama() || !sentence.contains(KEY), "{wire:?}, {name}: the key is in `{sentence}`");
        assert!(sentence.len() < 700, "{wire:?}, {name}: {} bytes of a sentence", sentence.len());
    }
    let entries = notes.0.lock().unwrap();
    assert!(entries.iter().all(|entry| entry.host == "127.0.0.1"), "{wire:?}: nobody else was asked: {entries:?}");
    assert!(!format!("{entries:?}").contains(KEY), "{wire:?}: the key is in the ledger");
    drop(entries);
    wrong
}

#[tokio::test]
async fn every_fault_ends_in_its_outcome_on_every_wire() {
    // Side by side, because silence has to be waited for.
    let wrong: Vec<String> = join_all(wire::ALL.map(wrong_on)).await.concat();
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn an_answer_cut_after_any_byte_is_never_taken_for_a_whole_one() {
    for wire in wire::ALL {
        let body = wire.whole(&["Rye", " bread"]);
        let end = match wire.end_mark() {
            // The mark itself is enough, whether or not its last line end came.
            Some(mark) => body.len() - (mark.len() - mark.trim_end().len()),
            None => body.trim_end().len(),
        };
        let (egress, _) = egress();
        for length in (0..end).step_by(3).chain(end.saturating_sub(12)..end) {
            let script = streamed(wire, &body.as_bytes()[..length]);
            let (result, _) = ask_through(&egress, Limit::None, wire, script, request()).await;
            assert!(cut(&result) || bad(&result), "{wire:?} cut after {length} of {} bytes: {result:?}", body.len());
        }
        let script = streamed(wire, &body.as_bytes()[..end]);
        let (result, _) = ask_through(&egress, Limit::None, wire, script, request()).await;
        assert!(is_answer(&result, "Rye bread"), "{wire:?}, all that matters: {result:?}");
    }
}

#[tokio::test]
async fn an_answer_at_its_length_says_so_and_what_is_no_json_is_refused_when_json_was_asked_for() {
    for wire in wire::ALL {
        let body = |text: &str, length: bool| {
            wire.beginning(Some(30))
                + &wire.text(text)
                + &wire.finish(length, Some(30))
                + &wire.end_mark().unwrap_or_default()
        };
        let (result, _, _) = ask(wire, streamed(wire, body("Rye bre", true)), request()).await;
        assert_eq!(result.map(|reply| reply.finish), Ok(Finish::Length), "{wire:?}");
        let mut wanted = request();
        wanted.schema = Some(json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}));
        let (result, _, _) = ask(wire, streamed(wire, body("Sure! {\"a\"", false)), wanted.clone()).await;
        assert!(bad(&result), "{wire:?}: {result:?}");
        let (result, _, _) = ask(wire, streamed(wire, body("{\"a\": \"b\"}", false)), wanted).await;
        assert!(is_answer(&result, "{\"a\": \"b\"}"), "{wire:?}: {result:?}");
    }
}

#[tokio::test]
async fn stop_strings_end_an_answer_also_where_the_provider_knows_none() {
    for wire in wire::ALL.into_iter().filter(|wire| !wire.is_ollama()) {
        let body = wire.whole(&["Rye br", "ead\n", "\nQ: next"]);
        let mut wanted = request();
        wanted.stop = vec!["\n\nQ:".to_owned(), "ead\n\n".to_owned()];
        let (result, _, notes) = ask(wire, streamed(wire, body), wanted).await;
        assert!(is_answer(&result, "Rye br"), "{wire:?}: {result:?}");
        let last = notes.0.lock().unwrap().last().cloned().unwrap();
        assert_eq!(last.outcome, Outcome::Answered { status: 200 }, "{wire:?}");
    }
}

#[tokio::test]
async fn nobody_at_the_port_is_said_in_one_sentence() {
    for wire in wire::ALL.into_iter().filter(|wire| !wire.is_ollama()) {
        let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = closed.local_addr().unwrap();
        drop(closed);
        let server = Server::start(wire.chat_path(), vec![Script::bytes("")], aside).await;
        let mut gone = server;
        gone.address = address;
        let (model, _) = open(wire, &gone, Retry::NEVER, Arc::new(Told::default())).await;
        let error = model.chat(request(), &mut |_| {}, &CancelToken::new()).await.unwrap_err();
        assert!(
            matches!(&error, ChatError::Unavailable { reason } if reason.contains("nothing answers")),
            "{wire:?}: {error}"
        );
    }
}

fn cloud() -> impl Iterator<Item = Wire> {
    wire::ALL.into_iter().filter(|wire| !wire.is_ollama())
}

#[tokio::test]
async fn what_may_pass_is_asked_again_after_the_pause_that_was_asked_for() {
    let retry = Retry { more_tries: 3, first_pause: Duration::from_secs(1), longest_pause: Duration::from_secs(20) };
    for wire in cloud() {
        let limited = Script::answer(429, "retry-after: 7\r\n", "");
        let scripts =
            vec![limited, Script::answer(503, "", ""), Script::bytes(""), streamed(wire, wire.whole(&PIECES))];
        let server = Server::start(wire.chat_path(), scripts, aside).await;
        let pauses = Arc::new(Told::default());
        let (model, notes) = open(wire, &server, retry, pauses.clone()).await;
        let reply = model.chat(request(), &mut |_| {}, &CancelToken::new()).await.unwrap();
        assert_eq!(reply.text, TEXT, "{wire:?}");
        assert_eq!(*pauses.0.lock().unwrap(), [7, 2, 4].map(Duration::from_secs), "{wire:?}: asked for, then growing");
        assert_eq!(notes.0.lock().unwrap().len(), 4, "{wire:?}: every try is in the ledger");
        let bodies: Vec<_> = server.asked().into_iter().map(|asked| asked.body).collect();
        assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{wire:?}: the same is asked every time");
    }
}

#[tokio::test]
async fn a_busy_server_of_ones_own_is_asked_again_too() {
    let wire = Wire::Ollama;
    let scripts = vec![Script::answer(503, "", ""), Script::answer(503, "", ""), streamed(wire, wire.whole(&PIECES))];
    let server = Server::start(wire.chat_path(), scripts, aside).await;
    let pauses = Arc::new(Told::default());
    let (model, _) = open(wire, &server, Retry::BRIEF, pauses.clone()).await;
    let result = model.chat(request(), &mut |_| {}, &CancelToken::new()).await;
    assert!(is_answer(&result, TEXT), "{result:?}");
    assert_eq!(*pauses.0.lock().unwrap(), [800, 1600].map(Duration::from_millis));
}

#[tokio::test]
async fn what_cannot_pass_is_asked_once() {
    let retry = Retry { more_tries: 3, first_pause: Duration::from_secs(1), longest_pause: Duration::from_secs(20) };
    for wire in cloud() {
        let begun = wire.beginning(Some(30)) + &wire.text("Rye");
        let quota = wire.error("insufficient_quota", "You have no quota").to_string();
        let cases = [
            ("a refused key", Script::answer(401, "", "")),
            ("no credit", Script::answer(429, "content-type: application/json\r\n", quota)),
            ("a pause longer than anybody waits", Script::answer(429, "retry-after: 3600\r\n", "")),
            ("text that was shown already", streamed(wire, begun)),
            ("a wrong question", Script::answer(400, "", "")),
        ];
        for (name, script) in cases {
            // Gemini's and xAI's codes are others; they say it in words, which the table of wordings tests.
            if name == "no credit" && matches!(wire, Wire::Cloud(ProviderKind::Mistral)) {
                continue;
            }
            let server = Server::start(wire.chat_path(), vec![script], aside).await;
            let pauses = Arc::new(Told::default());
            let (model, _) = open(wire, &server, retry, pauses.clone()).await;
            let result = model.chat(request(), &mut |_| {}, &CancelToken::new()).await;
            assert!(result.is_err(), "{wire:?}, {name}: {result:?}");
            assert_eq!(server.asked().len(), 1, "{wire:?}, {name}: {result:?}");
            assert!(pauses.0.lock().unwrap().is_empty(), "{wire:?}, {name}");
        }
    }
}

#[tokio::test]
async fn stopping_ends_a_pause_and_an_answer_at_once() {
    for wire in cloud() {
        let cancel = CancelToken::new();
        let server = Server::start(wire.chat_path(), vec![Script::answer(503, "", "")], aside).await;
        let (model, _) = open(wire, &server, Retry::BRIEF, Arc::new(Endless(cancel.clone()))).await;
        assert_eq!(
            model.chat(request(), &mut |_| {}, &cancel).await,
            Err(ChatError::Cancelled),
            "{wire:?}, in a pause"
        );

        let begun = streamed(wire, wire.beginning(Some(30)) + &wire.text("Rye")).ending(Ending::Silence);
        let server = Server::start(wire.chat_path(), vec![begun], aside).await;
        let (model, notes) = open(wire, &server, Retry::NEVER, Arc::new(Told::default())).await;
        let cancel = CancelToken::new();
        let trigger = cancel.clone();
        let result = model.chat(request(), &mut |_| trigger.cancel(), &cancel).await;
        assert_eq!(result, Err(ChatError::Cancelled), "{wire:?}, in an answer");
        assert_eq!(
            notes.0.lock().unwrap().last().unwrap().outcome,
            Outcome::Abandoned,
            "{wire:?}: the connection was given up"
        );
        let asked = server.asked().len();
        assert_eq!(model.chat(request(), &mut |_| {}, &cancel).await, Err(ChatError::Cancelled));
        assert_eq!(server.asked().len(), asked, "{wire:?}: a call that was stopped before it began sends nothing");
    }
}

#[tokio::test]
async fn a_field_that_a_model_does_not_know_is_left_out_from_then_on() {
    for wire in cloud().filter(|wire| !wire.is_anthropic() && !wire.is_gemini()) {
        let complaint =
            wire.error("unsupported_value", "Unsupported value: 'temperature' does not support 0 with this model");
        let scripts = vec![
            Script::answer(400, "content-type: application/json\r\n", complaint.to_string()),
            streamed(wire, wire.whole(&PIECES)),
        ];
        let server = Server::start(wire.chat_path(), scripts, aside).await;
        let (model, _) = open(wire, &server, Retry::NEVER, Arc::new(Told::default())).await;
        for _ in 0..2 {
            let result = model.chat(request(), &mut |_| {}, &CancelToken::new()).await;
            assert!(is_answer(&result, TEXT), "{wire:?}: {result:?}");
        }
        let sent: Vec<bool> =
            server.asked().iter().map(|asked| String::from_utf8_lossy(&asked.body).contains("temperature")).collect();
        assert_eq!(sent, [true, false, false], "{wire:?}");
    }
}

#[tokio::test]
async fn a_model_that_spends_its_length_on_thinking_gets_more_once() {
    for wire in cloud() {
        let spent = wire.beginning(Some(30))
            + &wire.thought("Hm")
            + &wire.finish(true, Some(30))
            + &wire.end_mark().unwrap_or_default();
        let server =
            Server::start(wire.chat_path(), vec![streamed(wire, &spent), streamed(wire, wire.whole(&PIECES))], aside)
                .await;
        let (model, _) = open(wire, &server, Retry::NEVER, Arc::new(Told::default())).await;
        let result = model.chat(request(), &mut |_| {}, &CancelToken::new()).await;
        assert!(is_answer(&result, TEXT), "{wire:?}: {result:?}");
        let lengths: Vec<bool> =
            server.asked().iter().map(|asked| String::from_utf8_lossy(&asked.body).contains(":4160")).collect();
        assert_eq!(lengths, [false, true], "{wire:?}: 64 tokens, then 4096 more");

        let server = Server::start(wire.chat_path(), vec![streamed(wire, &spent)], aside).await;
        let (model, _) = open(wire, &server, Retry::NEVER, Arc::new(Told::default())).await;
        let result = model.chat(request(), &mut |_| {}, &CancelToken::new()).await;
        assert!(bad(&result), "{wire:?}: {result:?}");
        assert_eq!(server.asked().len(), 2, "{wire:?}: once");
    }
}

#[tokio::test]
async fn a_key_is_sent_only_encrypted_or_to_this_machine() {
    let notes = Arc::new(Notes::default());
    for kind in ProviderKind::ALL {
        let egress = Egress::new(notes.clone(), Policy::loopback_only().allow("models.example"), Arc::new(|| 0));
        let base = CloudProvider::address(kind, Some("http://models.example")).unwrap();
        let provider = CloudProvider::new(kind, base, Secret::new(KEY.to_owned()), &egress);
        assert!(provider.warning().is_some_and(|warning| warning.contains("models.example")), "{kind}");
        if kind != ProviderKind::OpenAiCompatible {
            let error = provider.test(&CancelToken::new()).await.unwrap_err();
            assert!(error.to_string().contains("https"), "{kind}: {error}");
        }
    }
    assert!(notes.0.lock().unwrap().is_empty(), "nothing was tried");
}
