//! A model of a server: one call sends a question and reads the lines of its answer.

use std::time::Instant;

use async_trait::async_trait;
use ollama_rs::{
    generation::parameters::{KeepAlive, TimeUnit},
    models::ModelOptions,
};
use quillhouse_domain::ModelId;
use quillhouse_egress::{LineStream, Purpose, Request};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{OllamaDetails, OllamaServer, is_overflow, missing, said_in};
use crate::{
    cancel::CancelToken,
    chat::{
        ChatError, ChatEvent, ChatModel, ChatReply, ChatRequest, Finish, MOST_BYTES_PER_TOKEN, Message, ModelLimits,
        SPARE_BYTES, is_json,
    },
    embedded::thinking::ThinkingFilter,
    estimate,
};

/// A model of an Ollama server behind the [`ChatModel`] trait. One call at a time.
pub struct OllamaModel {
    server: OllamaServer,
    id: ModelId,
    name: String,
    fingerprint: String,
    limits: ModelLimits,
    thinking: Thinking,
    turn: Mutex<()>,
}

/// How a model is told not to think, which the crew does not plan for unless it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thinking {
    /// It does not think.
    Never,
    /// It can be told.
    Off,
    /// It thinks a little whatever it is told, and needs room for that.
    Little,
}

/// Tokens that are added to an answer's length for thinking that cannot be turned off.
const THINKING_TOKENS: u32 = 2048;

impl Thinking {
    fn of(details: &OllamaDetails) -> Self {
        if !details.can("thinking") {
            Self::Never
        } else if matches!(details.family.as_str(), "gptoss" | "gpt-oss") {
            Self::Little
        } else {
            Self::Off
        }
    }

    fn value(self, wanted: bool) -> Option<Value> {
        match self {
            Self::Never => None,
            Self::Off => Some(wanted.into()),
            Self::Little => Some(if wanted { "medium" } else { "low" }.into()),
        }
    }

    const fn room_tokens(self) -> u32 {
        match self {
            Self::Never | Self::Off => 0,
            Self::Little => THINKING_TOKENS,
        }
    }
}

/// A line of the answer, as far as it is looked at. ollama-rs's own type wants fields that servers leave out.
#[derive(Debug, Deserialize)]
struct Line {
    message: Option<LineMessage>,
    #[serde(default)]
    done: bool,
    done_reason: Option<String>,
    prompt_eval_count: Option<u32>,
    eval_count: Option<u32>,
    error: Option<String>,
    #[serde(default)]
    remote_host: String,
}

#[derive(Debug, Deserialize)]
struct LineMessage {
    #[serde(default)]
    content: String,
}

impl OllamaModel {
    pub(super) fn new(
        server: OllamaServer,
        id: ModelId,
        name: String,
        fingerprint: String,
        limits: ModelLimits,
        details: &OllamaDetails,
    ) -> Self {
        Self { server, id, name, fingerprint, limits, thinking: Thinking::of(details), turn: Mutex::new(()) }
    }

    pub(super) fn body(&self, request: &ChatRequest) -> Value {
        let mut options = ModelOptions::default()
            .num_ctx(u64::from(self.limits.context_tokens))
            .num_predict(
                i32::try_from(request.max_tokens.max(1).saturating_add(self.thinking.room_tokens()))
                    .unwrap_or(i32::MAX),
            )
            .temperature(request.temperature)
            .seed(i32::try_from(request.seed & 0x7fff_ffff).unwrap_or(0));
        if !request.stop.is_empty() {
            options = options.stop(request.stop.clone());
        }
        let mut body = json!({
            "model": self.name,
            "messages": request.messages,
            "stream": true,
            "truncate": false,
            "shift": false,
            "keep_alive": KeepAlive::Until { time: 30, unit: TimeUnit::Minutes },
            "options": options,
        });
        if let Some(think) = self.thinking.value(wants_thinking(request)) {
            body["think"] = think;
        }
        if let Some(schema) = &request.schema {
            body["format"] = schema.clone();
        }
        body
    }

    /// Tokens a prompt may have.
    const fn limit_tokens(&self, request: &ChatRequest) -> u32 {
        let answer = if request.max_tokens == 0 { 1 } else { request.max_tokens };
        self.limits.context_tokens.saturating_sub(answer).saturating_sub(self.thinking.room_tokens())
    }

    /// Opens an answer, again and again while the server has no room for one more.
    async fn open_in_turn(&self, request: &ChatRequest, prompt_tokens: u32) -> Result<LineStream, ChatError> {
        let mut tries = 0;
        loop {
            let error = match self.open_stream(request, prompt_tokens).await {
                Err(error @ ChatError::Overloaded) => error,
                other => return other,
            };
            tries += 1;
            let pauses = &self.server.pauses;
            let Some(pause) = self.server.retry.pause_after(tries, None, pauses.chance()) else { return Err(error) };
            pauses.pause(pause).await;
        }
    }

    async fn open_stream(&self, request: &ChatRequest, prompt_tokens: u32) -> Result<LineStream, ChatError> {
        let limit_tokens = self.limit_tokens(request);
        if prompt_tokens > limit_tokens {
            return Err(ChatError::ContextOverflow { prompt_tokens, limit_tokens });
        }
        let patience = self.server.patience;
        let request = Request::post(self.server.url("api/chat")?, Purpose::ModelChat, self.body(request))
            .patience(patience.first, patience.next);
        let max_body_bytes = request.max_body_bytes;
        let mut stream = self.server.egress.stream(request).await.map_err(|error| self.server.translate(error))?;
        if stream.is_success() {
            return Ok(stream);
        }
        let status = stream.status;
        let body = stream.read_to_end(max_body_bytes).await.unwrap_or_default();
        if is_overflow(&said_in(&body)) {
            return Err(ChatError::ContextOverflow { prompt_tokens, limit_tokens });
        }
        Err(self.server.refusal(status, &body, &self.name))
    }

    async fn read(
        &self,
        stream: &mut LineStream,
        request: &ChatRequest,
        events: &mut (dyn FnMut(ChatEvent) + Send),
    ) -> Result<ChatReply, ChatError> {
        let mut reply = ChatReply::default();
        let mut pieces = 0;
        let mut filter = ThinkingFilter::after("");
        let most_bytes = (request.max_tokens as usize).saturating_mul(MOST_BYTES_PER_TOKEN).saturating_add(SPARE_BYTES);
        let mut last_text = Instant::now();
        let mut tell = |reply: &mut ChatReply, piece: Vec<u8>| {
            if !piece.is_empty() {
                let piece = String::from_utf8_lossy(&piece).into_owned();
                reply.text.push_str(&piece);
                events(ChatEvent::Token(piece));
            }
        };
        loop {
            let quiet = self.server.quiet;
            let line = tokio::time::timeout(quiet.saturating_sub(last_text.elapsed()), stream.next_line())
                .await
                .map_err(|_| ChatError::Stalled { seconds: quiet.as_secs().max(1) })?
                .map_err(|error| self.server.within_answer(error))?;
            let Some(line) = line else { return Err(ChatError::Cut { host: self.server.address() }) };
            let line: Line = serde_json::from_slice(&line)
                .map_err(|_| ChatError::BadAnswer { reason: "a line of the answer is not JSON".to_owned() })?;
            if let Some(said) = line.error {
                return Err(self.failed_midway(&said, request));
            }
            if !line.remote_host.is_empty() {
                let host: String = line.remote_host.chars().take(100).collect();
                return Err(ChatError::BadAnswer {
                    reason: format!("the server had it written at `{host}`, not here"),
                });
            }
            if let Some(message) = line.message
                && !message.content.is_empty()
            {
                pieces += 1;
                last_text = Instant::now();
                tell(&mut reply, filter.push(message.content.as_bytes()));
                if reply.text.len() > most_bytes {
                    return Err(ChatError::BadAnswer {
                        reason: "it goes on far beyond the length that was asked for".to_owned(),
                    });
                }
            }
            if line.done {
                reply.finish = match line.done_reason.as_deref() {
                    Some("length") => Finish::Length,
                    Some("load" | "unload") => {
                        return Err(ChatError::BadAnswer {
                            reason: "the server loaded the model but did not answer".to_owned(),
                        });
                    }
                    _ => Finish::Stop,
                };
                tell(&mut reply, filter.finish());
                if reply.text.is_empty() && reply.finish == Finish::Length && pieces == 0 {
                    return Err(ChatError::BadAnswer { reason: "it used its whole length for thinking".to_owned() });
                }
                reply.completion_tokens = line.eval_count.unwrap_or(pieces);
                reply.prompt_tokens = seen_tokens(line.prompt_eval_count, &request.messages)?;
                return Ok(reply);
            }
        }
    }

    fn failed_midway(&self, said: &str, request: &ChatRequest) -> ChatError {
        let short: String = said.chars().take(300).collect();
        if is_overflow(said) {
            let limit_tokens = self.limits.context_tokens.saturating_sub(request.max_tokens.max(1));
            return ChatError::ContextOverflow {
                prompt_tokens: estimate::upper_bound(&request.messages),
                limit_tokens,
            };
        }
        if said.contains("not found") {
            return missing(&self.name);
        }
        ChatError::BadAnswer { reason: format!("the server said `{short}` in the middle of its answer") }
    }
}

#[async_trait]
impl ChatModel for OllamaModel {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn limits(&self) -> ModelLimits {
        self.limits
    }

    async fn count_tokens(&self, messages: &[Message]) -> Result<u32, ChatError> {
        Ok(estimate::upper_bound(messages))
    }

    async fn chat(
        &self,
        request: ChatRequest,
        events: &mut (dyn FnMut(ChatEvent) + Send),
        cancel: &CancelToken,
    ) -> Result<ChatReply, ChatError> {
        let prompt_tokens = estimate::upper_bound(&request.messages);
        let answer = async {
            let _turn = self.turn.lock().await;
            let started = Instant::now();
            let mut stream = self.open_in_turn(&request, prompt_tokens).await?;
            let mut reply = self.read(&mut stream, &request, events).await?;
            reply.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            if request.schema.is_some() && reply.finish == Finish::Stop && !is_json(&reply.text) {
                return Err(ChatError::BadAnswer { reason: "JSON was asked for and something else came".to_owned() });
            }
            stream.is_enough().await;
            Ok(reply)
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(ChatError::Cancelled),
            result = answer => result,
        }
    }

    async fn rank(&self, _: &str, _: &[String], _: &CancelToken) -> Result<Vec<f64>, ChatError> {
        Err(ChatError::Unsupported)
    }
}

const fn wants_thinking(request: &ChatRequest) -> bool {
    request.thinking && request.schema.is_none()
}

/// What the server says it read, if that can be true.
fn seen_tokens(seen: Option<u32>, messages: &[Message]) -> Result<u32, ChatError> {
    let Some(seen_tokens) = seen else {
        return Err(ChatError::BadAnswer {
            reason: "the server does not say how much of the prompt it read; update Ollama".to_owned(),
        });
    };
    let sent_tokens = estimate::lower_bound(messages);
    if seen_tokens < sent_tokens {
        return Err(ChatError::Truncated { sent_tokens, seen_tokens });
    }
    Ok(seen_tokens)
}
