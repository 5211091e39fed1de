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

use super::{dialect::Asked, *};
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

#[tokio::test]
async fn a_preview_shows_the_bytes_that_are_then_sent_and_sends_none_itself() {
    let (fake, address) = serve().await;
    let (provider, notes) = provider(address, "sk-canary");
    let model = provider.open("a", 4096).unwrap();
    let request = ChatRequest::new(vec![Message::user("Which bread?")], 64);
    let preview = model.preview(&request).unwrap();
    assert!(notes.0.lock().unwrap().is_empty(), "nothing was tried");
    assert_eq!((preview.host.as_str(), preview.url), ("127.0.0.1", format!("http://{address}/v1/chat/completions")));
    assert!(!preview.body.contains("canary"), "{}", preview.body);
    model.chat(request, &mut |_| {}, &CancelToken::new()).await.unwrap();
    let (_, sent) = fake.asked.lock().unwrap()[0].clone();
    assert_eq!(serde_json::from_str::<Value>(&preview.body).unwrap(), sent);
}

#[tokio::test]
async fn nothing_is_sent_without_a_key_and_no_model_without_a_name_is_opened() {
    for kind in ProviderKind::ALL.into_iter().filter(|kind| *kind != ProviderKind::OpenAiCompatible) {
        let notes = Arc::new(Notes::default());
        let egress = Egress::new(notes.clone(), Policy::loopback_only(), Arc::new(|| 0));
        let base = CloudProvider::address(kind, None).unwrap();
        let provider = CloudProvider::new(kind, base, Secret::new(" \n".to_owned()), &egress);
        let error = provider.test(&CancelToken::new()).await.unwrap_err();
        assert!(error.to_string().contains(&format!("no key for `{}`", provider.host())), "{kind}: {error}");
        assert!(notes.0.lock().unwrap().is_empty(), "{kind}: nothing was tried");
        for name in ["", "a model", "a\nb"] {
            assert!(matches!(provider.open(name, 9), Err(ChatError::ModelMissing { .. })), "{kind}: {name:?}");
        }
    }
}

#[test]
fn what_a_list_goes_on_with_cannot_change_the_address() {
    for kind in [ProviderKind::Anthropic, ProviderKind::Gemini] {
        let path = dialect::of(kind).models_path(Some("a&b=/../c#d"));
        assert!(path.ends_with("a%26b%3D%2F..%2Fc%23d"), "{kind}: {path}");
    }
}

/// A question with everything in it.
fn full() -> ChatRequest {
    ChatRequest {
        messages: vec![
            Message::system("Be brief."),
            Message::user("Which bread?"),
            Message::assistant("Rye."),
            Message::user("Why?"),
        ],
        max_tokens: 64,
        temperature: 0.7,
        seed: 7,
        schema: Some(json!({"type": "object", "properties": {"why": {"type": "string", "maxLength": 80}},
            "required": ["why"], "additionalProperties": false})),
        stop: vec!["\n\n".to_owned(), "Q:".to_owned()],
        thinking: false,
    }
}

const MESSAGES: &str = r#"[{"role":"system","content":"Be brief."},{"role":"user","content":"Which bread?"},{"role":"assistant","content":"Rye."},{"role":"user","content":"Why?"}]"#;
const TURNS: &str = r#"[{"role":"user","content":"Which bread?"},{"role":"assistant","content":"Rye."},{"role":"user","content":"Why?"}]"#;
const SCHEMA: &str = r#"{"type":"object","properties":{"why":{"type":"string","maxLength":80}},"required":["why"],"additionalProperties":false}"#;
const SHORT_SCHEMA: &str =
    r#"{"type":"object","properties":{"why":{"type":"string"}},"required":["why"],"additionalProperties":false}"#;
const PARTS: &str = r#"[{"role":"user","parts":[{"text":"Which bread?"}]},{"role":"model","parts":[{"text":"Rye."}]},{"role":"user","parts":[{"text":"Why?"}]}]"#;

fn sent(kind: ProviderKind, model: &str, omitted: &[Field]) -> (String, String) {
    let omitted = omitted.iter().copied().collect();
    let request = full();
    let asked = Asked { model, request: &request, omitted: &omitted };
    (dialect::of(kind).chat_path(model), dialect::of(kind).body(&asked).to_string())
}

#[test]
fn the_bytes_that_are_sent_are_those_that_each_provider_documents() {
    let openai = |rest: &str| {
        format!(
            r#"{{"model":"MODEL","messages":{MESSAGES},"stream":true,LENGTH"temperature":0.7,SEED"stop":["\n\n","Q:"],{rest}"#
        )
    };
    let format = |schema: &str| {
        format!(
            r#""response_format":{{"type":"json_schema","json_schema":{{"name":"answer","schema":{schema},"strict":true}}}}"#
        )
    };
    let usage = r#""stream_options":{"include_usage":true},"#;
    let cases = [
        (
            ProviderKind::OpenAi,
            "gpt-4.1",
            "chat/completions",
            openai(&format!(r#"{usage}"store":false,{}}}"#, format(SHORT_SCHEMA)))
                .replace("LENGTH", r#""max_completion_tokens":64,"#)
                .replace("SEED", r#""seed":7,"#),
        ),
        (
            ProviderKind::OpenAi,
            "gpt-6-mini",
            "chat/completions",
            openai(&format!(r#"{usage}"store":false,{},"reasoning_effort":"none"}}"#, format(SHORT_SCHEMA)))
                .replace("LENGTH", r#""max_completion_tokens":64,"#)
                .replace("SEED", r#""seed":7,"#),
        ),
        (
            ProviderKind::OpenAiCompatible,
            "llama-3.1-8b",
            "chat/completions",
            openai(&format!("{usage}{}}}", format(SCHEMA)))
                .replace("LENGTH", r#""max_tokens":64,"#)
                .replace("SEED", r#""seed":7,"#),
        ),
        (
            ProviderKind::Mistral,
            "mistral-small-latest",
            "chat/completions",
            openai(&format!("{}}}", format(SCHEMA)))
                .replace("LENGTH", r#""max_tokens":64,"#)
                .replace("SEED", r#""random_seed":7,"#),
        ),
        (
            ProviderKind::Xai,
            "grok-4",
            "chat/completions",
            openai(&format!("{usage}{}}}", format(SCHEMA)))
                .replace("LENGTH", r#""max_completion_tokens":64,"#)
                .replace("SEED", r#""seed":7,"#),
        ),
        (
            ProviderKind::Anthropic,
            "claude-haiku-4-5",
            "messages",
            format!(
                r#"{{"model":"MODEL","max_tokens":64,"system":"Be brief.","messages":{TURNS},"stream":true,"temperature":0.7,"stop_sequences":["Q:"],"output_config":{{"format":{{"type":"json_schema","schema":{SHORT_SCHEMA}}}}}}}"#
            ),
        ),
        (
            ProviderKind::Anthropic,
            "claude-sonnet-5",
            "messages",
            format!(
                r#"{{"model":"MODEL","max_tokens":64,"system":"Be brief.","messages":{TURNS},"stream":true,"stop_sequences":["Q:"],"output_config":{{"format":{{"type":"json_schema","schema":{SHORT_SCHEMA}}}}},"thinking":{{"type":"disabled"}}}}"#
            ),
        ),
        (
            ProviderKind::Gemini,
            "gemini-2.5-flash",
            "./models/gemini-2.5-flash:streamGenerateContent?alt=sse",
            format!(
                r#"{{"contents":{PARTS},"systemInstruction":{{"parts":[{{"text":"Be brief."}}]}},"generationConfig":{{"maxOutputTokens":64,"candidateCount":1,"temperature":0.7,"seed":7,"stopSequences":["\n\n","Q:"],"responseMimeType":"application/json","responseJsonSchema":{SHORT_SCHEMA},"thinkingConfig":{{"thinkingBudget":0}}}}}}"#
            ),
        ),
    ];
    for (kind, model, path, expected) in cases {
        assert_eq!(sent(kind, model, &[]), (path.to_owned(), expected.replace("MODEL", model)), "{kind} {model}");
    }
}

#[test]
fn a_model_that_must_think_is_asked_to_think_little_and_gets_room_for_it() {
    let cases = [
        (ProviderKind::OpenAi, "o3", r#""reasoning_effort":"low""#, "reasoning_effort"),
        (ProviderKind::Anthropic, "claude-opus-5-5", r#""effort":"low""#, "thinking"),
        (ProviderKind::Gemini, "gemini-2.5-pro", r#""thinkingBudget":512"#, "thinkingConfig"),
        (ProviderKind::Gemini, "gemini-3-pro", r#""thinkingLevel":"low""#, "thinkingConfig"),
    ];
    for (kind, model, little, word) in cases {
        let (_, body) = sent(kind, model, &[Field::Thinking]);
        assert!(body.contains(little) && body.contains(":4160"), "{model}: {body}");
        let (_, body) = sent(kind, model, &[Field::Thinking, Field::ThinkingLess]);
        assert!(!body.contains(word) && body.contains(":4160"), "{model}: {body}");
    }
    for (kind, model) in [
        (ProviderKind::OpenAi, "gpt-4o"),
        (ProviderKind::OpenAi, "gpt-5-chat-latest"),
        (ProviderKind::Anthropic, "claude-opus-4-6"),
        (ProviderKind::Gemini, "gemini-2.0-flash"),
        (ProviderKind::Gemini, "gemma-3-27b"),
    ] {
        let (_, body) = sent(kind, model, &[]);
        assert!(!body.contains("reasoning") && !body.contains("thinking"), "{model} does not think: {body}");
    }
}

#[test]
fn a_model_that_may_think_is_told_nothing_and_gets_no_more_than_its_length() {
    for (kind, model) in [
        (ProviderKind::OpenAi, "gpt-6"),
        (ProviderKind::Anthropic, "claude-sonnet-5"),
        (ProviderKind::Gemini, "gemini-3-pro"),
    ] {
        let mut request = full();
        request.thinking = true;
        let body = |request: &ChatRequest| {
            let omitted = BTreeSet::from([Field::Thinking]);
            dialect::of(kind).body(&Asked { model, request, omitted: &omitted }).to_string()
        };
        assert!(body(&request).contains(":4160"), "{model}: with a schema there is no thinking");
        request.schema = None;
        let body = body(&request);
        assert!(body.contains(":64") && !body.contains("effort") && !body.contains("thinking"), "{model}: {body}");
    }
}

/// What providers send, as they document it, shortened: piece, thought, end and usage.
const TRANSCRIPTS: [(ProviderKind, &str, &str, [u32; 3]); 5] = [
    (
        ProviderKind::OpenAi,
        r#"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-5.1","service_tier":"default","system_fingerprint":null,"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x"}

data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"Rye bread"},"logprobs":null,"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}

data: {"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":1030,"completion_tokens":12,"total_tokens":1042,"prompt_tokens_details":{"cached_tokens":1024,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":10}}}

data: [DONE]

"#,
        "Rye bread",
        [1030, 1024, 12],
    ),
    (
        ProviderKind::Anthropic,
        r#"event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"cache_creation_input_tokens":10,"cache_read_input_tokens":1000,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Bread?"}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQ"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

event: ping
data: {"type":"ping"}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Rye bread"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":15}}

event: message_stop
data: {"type":"message_stop"}

"#,
        "Rye bread",
        [1035, 1000, 15],
    ),
    (
        ProviderKind::Mistral,
        r#"data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"magistral-small","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c1","choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Bread?"}]}]},"finish_reason":null}]}

data: {"id":"c1","choices":[{"index":0,"delta":{"content":[{"type":"text","text":"Rye"}]},"finish_reason":null}]}

data: {"id":"c1","choices":[{"index":0,"delta":{"content":" bread"},"finish_reason":"stop"}],"usage":{"prompt_tokens":30,"total_tokens":39,"completion_tokens":9}}

data: [DONE]

"#,
        "Rye bread",
        [30, 0, 9],
    ),
    (
        ProviderKind::Gemini,
        "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Bread?\",\"thought\": true}],\"role\": \"model\"},\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": 40,\"totalTokenCount\": 60,\"thoughtsTokenCount\": 20},\"modelVersion\": \"gemini-3-flash\",\"responseId\": \"r\"}\r\n\r\ndata: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"Rye bread\",\"thoughtSignature\": \"Ej\"}],\"role\": \"model\"},\"finishReason\": \"STOP\",\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": 40,\"cachedContentTokenCount\": 16,\"candidatesTokenCount\": 2,\"totalTokenCount\": 62,\"thoughtsTokenCount\": 20}}\r\n\r\n",
        "Rye bread",
        [40, 16, 22],
    ),
    (
        ProviderKind::Xai,
        r#"data: {"id":"x1","object":"chat.completion.chunk","created":1,"model":"grok-4","choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"Bread?"}}]}

data: {"id":"x1","choices":[{"index":0,"delta":{"content":"Rye bread","role":"assistant"}}]}

data: {"id":"x1","choices":[{"index":0,"delta":{"content":"","role":"assistant"},"finish_reason":"stop"}]}

data: {"id":"x1","choices":[],"usage":{"prompt_tokens":50,"completion_tokens":2,"total_tokens":60,"prompt_tokens_details":{"text_tokens":50,"cached_tokens":48},"completion_tokens_details":{"reasoning_tokens":8},"num_sources_used":0}}

data: [DONE]

"#,
        "Rye bread",
        [50, 48, 10],
    ),
];

#[tokio::test]
async fn recorded_answers_are_read_with_their_usage_and_without_their_thinking() {
    for (kind, transcript, text, usage) in TRANSCRIPTS {
        let router = Router::new().fallback(move || async move {
            Answered::builder()
                .header("content-type", "text/event-stream")
                .body(axum::body::Body::from(transcript))
                .unwrap()
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let egress = Egress::new(Arc::new(Notes::default()), Policy::loopback_only(), Arc::new(|| 0));
        let base = CloudProvider::address(kind, Some(&address.to_string())).unwrap();
        let model = CloudProvider::new(kind, base, Secret::new("k".to_owned()), &egress).open("m", 8192).unwrap();
        let request = ChatRequest::new(vec![Message::user("Which bread?")], 64);
        let reply = model.chat(request, &mut |_| {}, &CancelToken::new()).await.unwrap();
        assert_eq!((reply.text.as_str(), reply.finish), (text, Finish::Stop), "{kind}");
        assert_eq!([reply.prompt_tokens, reply.reused_tokens, reply.completion_tokens], usage, "{kind}");
    }
}

#[test]
fn lists_of_models_are_read_in_each_providers_shape() {
    let cases = [
        (
            ProviderKind::OpenAi,
            json!({"object": "list", "data": [{"id": "gpt-5.1", "object": "model"}, {"id": "text-embedding-3-small"}]}),
            vec![("gpt-5.1", None)],
            None,
        ),
        (
            ProviderKind::Mistral,
            json!({"data": [{"id": "mistral-small", "max_context_length": 131_072, "capabilities": {"completion_chat": true}},
                {"id": "mistral-embed", "max_context_length": 8192, "capabilities": {"completion_chat": false}}]}),
            vec![("mistral-small", Some(131_072))],
            None,
        ),
        (
            ProviderKind::Anthropic,
            json!({"data": [{"type": "model", "id": "claude-opus-5", "display_name": "Claude Opus 5", "max_input_tokens": 1_000_000}],
                "has_more": true, "first_id": "claude-opus-5", "last_id": "claude-opus-5"}),
            vec![("claude-opus-5", Some(1_000_000))],
            Some("claude-opus-5"),
        ),
        (
            ProviderKind::Gemini,
            json!({"models": [{"name": "models/gemini-3-flash", "displayName": "Gemini 3 Flash", "inputTokenLimit": 1_048_576,
                    "outputTokenLimit": 65_536, "supportedGenerationMethods": ["generateContent"]},
                {"name": "models/text-embedding-004", "supportedGenerationMethods": ["embedContent"]}], "nextPageToken": ""}),
            vec![("gemini-3-flash", Some(1_048_576))],
            None,
        ),
        (ProviderKind::Xai, json!({"data": [{"id": "grok-4"}, {"id": "grok-2-image"}]}), vec![("grok-4", None)], None),
    ];
    for (kind, body, expected, next) in cases {
        let page = dialect::of(kind).models(body.to_string().as_bytes()).unwrap();
        let found: Vec<_> = page.models.iter().map(|model| (model.name.as_str(), model.context_tokens)).collect();
        assert_eq!((found, page.next.as_deref()), (expected, next), "{kind}");
        for nonsense in ["<html>", "[]x", "{}", "{\"data\": 7}", "{\"models\": 7}"] {
            assert_eq!(dialect::of(kind).models(nonsense.as_bytes()), None, "{kind} from {nonsense}");
        }
    }
}
