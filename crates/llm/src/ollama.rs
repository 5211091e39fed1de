//! Models served by Ollama, over its native interface.
//!
//! Invariants
//! - One context size for the whole life of a model instance: changing it makes the server load the model again.
//! - The server is told not to cut and not to shift, and what it says it read is compared with what was sent.
//! - Liveness is the last line, not the clock; dropping the call closes the connection, which stops the server.
//! - A model that the server would have answered elsewhere is not asked: this server counts as this computer.

mod address;
mod details;
mod embed;
mod pull;
#[cfg(test)]
mod tests;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

pub use self::{
    details::{OllamaDetails, OllamaRunning},
    embed::OllamaEmbedder,
    pull::PullProgress,
};

use async_trait::async_trait;
use ollama_rs::{
    generation::parameters::{KeepAlive, TimeUnit},
    models::ModelOptions,
};
use quillhouse_domain::ModelId;
use quillhouse_egress::{Egress, EgressError, LineStream, Patience, Pauses, Purpose, Request, Retry, SystemPauses};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;

use crate::{
    cancel::CancelToken,
    chat::{
        ChatError, ChatEvent, ChatModel, ChatReply, ChatRequest, Finish, MOST_BYTES_PER_TOKEN, Message, ModelLimits,
        SPARE_BYTES, is_json,
    },
    embedded::thinking::ThinkingFilter,
    estimate,
};

/// A server on this machine says its version at once; a busy one within two seconds.
const PROBE_PATIENCE: Duration = Duration::from_secs(2);
/// The first token waits for the model to be loaded, minutes on a slow disk; later ones for a slow processor.
const CHAT_PATIENCE: Patience = Patience { first: Duration::from_mins(5), next: Duration::from_mins(1) };
/// Empty lines and thinking keep an answer alive, but not for ever.
const QUIET_PATIENCE: Duration = Duration::from_mins(10);
/// The first version whose handling of `truncate` and `shift` is relied upon.
const OLDEST_VERSION: [u32; 3] = [0, 17, 1];

/// An Ollama server that answered.
#[derive(Clone)]
pub struct OllamaServer {
    egress: Egress,
    base: Url,
    version: String,
    patience: Patience,
    quiet: Duration,
    retry: Retry,
    pauses: Arc<dyn Pauses>,
}

/// A model the server has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OllamaListing {
    /// The server's name of it, with its tag.
    pub name: String,
    /// Digest of weights and template.
    #[serde(default)]
    pub digest: String,
    /// Bytes on disk.
    #[serde(default, rename = "size")]
    pub size_bytes: u64,
    /// Where it runs, when that is not where the server is; texts would leave this computer.
    #[serde(default)]
    pub remote_host: Option<String>,
}

impl OllamaServer {
    /// Looks for a server: at the configured address, which may lack scheme and port, or on this machine.
    pub async fn find(egress: &Egress, configured: Option<&str>) -> Result<Self, ChatError> {
        let candidates = address::candidates(configured).map_err(|reason| ChatError::Unavailable { reason })?;
        Self::find_among(egress, candidates).await
    }

    async fn find_among(egress: &Egress, candidates: Vec<Url>) -> Result<Self, ChatError> {
        let tried: Vec<String> = candidates.iter().map(shown).collect();
        let mut trouble = None;
        for base in candidates {
            let server = Self {
                egress: egress.clone(),
                base,
                version: String::new(),
                patience: CHAT_PATIENCE,
                quiet: QUIET_PATIENCE,
                retry: Retry::BRIEF,
                pauses: Arc::new(SystemPauses),
            };
            match server.ask_version().await {
                Ok(version) => return Ok(Self { version, ..server }),
                // Something that answers wrongly, or may not be asked, says more than a closed port.
                Err((definite, reason)) if definite || trouble.is_none() => trouble = Some((definite, reason)),
                Err(_) => {}
            }
        }
        let reason = match trouble {
            Some((true, reason)) => reason,
            _ => format!(
                "no Ollama server answers at {}; start it with `ollama serve` or check the address",
                tried.join(", ")
            ),
        };
        Err(ChatError::Unavailable { reason })
    }

    async fn ask_version(&self) -> Result<String, (bool, String)> {
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        let request = self.probe("api/version", None).map_err(|error| (true, error.to_string()))?;
        match self.egress.request(request).await {
            Ok(response) if response.is_success() => match response.json::<Version>() {
                Ok(answer) => Ok(answer.version),
                Err(_) => Err((true, self.somebody_else())),
            },
            Ok(_) => Err((true, self.somebody_else())),
            Err(EgressError::Unreachable { .. }) => Err((false, String::new())),
            Err(EgressError::Broken { .. } | EgressError::Redirected { .. } | EgressError::TooLarge { .. }) => {
                Err((true, self.somebody_else()))
            }
            Err(error) => Err((true, error.to_string())),
        }
    }

    fn somebody_else(&self) -> String {
        format!("what answers at {} is not Ollama; start Ollama there or check the address", shown(&self.base))
    }

    fn probe(&self, path: &str, body: Option<Value>) -> Result<Request, ChatError> {
        let url = self.url(path)?;
        let request = match body {
            Some(body) => Request::post(url, Purpose::ModelProbe, body),
            None => Request::get(url, Purpose::ModelProbe),
        };
        Ok(request.patience(PROBE_PATIENCE, PROBE_PATIENCE))
    }

    fn url(&self, path: &str) -> Result<Url, ChatError> {
        self.base.join(path).map_err(|error| ChatError::Unavailable { reason: error.to_string() })
    }

    /// Where the server is, as it is shown.
    pub fn address(&self) -> String {
        shown(&self.base)
    }

    /// What the server calls its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A sentence for the user when this version is older than what is relied upon.
    pub fn version_warning(&self) -> Option<String> {
        let mut numbers = self.version.split(['.', '-', '+']).map(|part| part.parse::<u32>().unwrap_or(0));
        let found = [(); 3].map(|()| numbers.next().unwrap_or(0));
        // Development builds call themselves 0.0.0.
        (found < OLDEST_VERSION && found != [0, 0, 0]).then(|| {
            let [major, minor, patch] = OLDEST_VERSION;
            format!(
                "Ollama {} may cut long prompts without saying so; update it to {major}.{minor}.{patch} or newer",
                self.version
            )
        })
    }

    /// Waits longer or shorter for bytes of answers, and for the next line with something in it.
    #[must_use]
    pub const fn with_patience(mut self, patience: Patience, quiet: Duration) -> Self {
        self.patience = patience;
        self.quiet = quiet;
        self
    }

    /// Asks a busy server more or less often, with other pauses.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry, pauses: Arc<dyn Pauses>) -> Self {
        self.retry = retry;
        self.pauses = pauses;
        self
    }

    /// The models the server has.
    pub async fn models(&self) -> Result<Vec<OllamaListing>, ChatError> {
        #[derive(Deserialize)]
        struct Tags {
            #[serde(default)]
            models: Vec<OllamaListing>,
        }
        let response =
            self.egress.request(self.probe("api/tags", None)?).await.map_err(|error| self.translate(error))?;
        if !response.is_success() {
            return Err(self.refusal(response.status, &response.body, ""));
        }
        Ok(response.json::<Tags>().map_err(|error| self.translate(error))?.models)
    }

    /// Opens a model with one context size for all its calls; a size beyond what the model was trained for is lowered.
    pub async fn open(&self, name: &str, context_tokens: u32) -> Result<OllamaModel, ChatError> {
        let id: ModelId = format!("ollama/{name}")
            .parse()
            .map_err(|_| ChatError::ModelMissing { model: name.to_owned(), hint: "check its name".to_owned() })?;
        let details = self.show(name).await?;
        if let Some(host) = &details.remote_host {
            return Err(ChatError::Unavailable {
                reason: format!(
                    "`{name}` runs at `{host}` and not on this computer, so nothing was sent; choose a model that is installed here"
                ),
            });
        }
        let context_tokens = details.context_tokens.map_or(context_tokens, |trained| context_tokens.min(trained));
        let listed = self.models().await?;
        let with_tag = format!("{name}:latest");
        let digest = listed.into_iter().find(|model| model.name == name || model.name == with_tag);
        Ok(OllamaModel {
            server: self.clone(),
            id,
            name: name.to_owned(),
            fingerprint: digest.map_or_else(|| "unknown".to_owned(), |model| format!("ollama:{}", model.digest)),
            limits: ModelLimits { context_tokens },
            thinking: Thinking::of(&details),
            turn: Mutex::new(()),
        })
    }

    fn translate(&self, error: EgressError) -> ChatError {
        match error {
            EgressError::Unreachable { .. } => ChatError::Unavailable {
                reason: format!("no Ollama server answers at {}; start it with `ollama serve`", self.address()),
            },
            EgressError::Stalled { seconds, .. } => ChatError::Stalled { seconds },
            EgressError::Broken { .. } => ChatError::Unavailable {
                reason: format!("the connection to {} broke before an answer came; try again", self.address()),
            },
            EgressError::TooLarge { .. } | EgressError::BadAnswer { .. } => {
                ChatError::BadAnswer { reason: error.to_string() }
            }
            EgressError::BadAddress { .. }
            | EgressError::Sealed { .. }
            | EgressError::NotAllowed { .. }
            | EgressError::LocalhostElsewhere
            | EgressError::NotRecorded { .. }
            | EgressError::Redirected { .. }
            | EgressError::Setup { .. } => ChatError::Unavailable { reason: error.to_string() },
        }
    }

    /// What went wrong with an answer that had begun.
    fn within_answer(&self, error: EgressError) -> ChatError {
        match error {
            EgressError::Broken { .. } => ChatError::Cut { host: self.address() },
            other => self.translate(other),
        }
    }

    /// What a status that is not success means.
    fn refusal(&self, status: u16, body: &[u8], model: &str) -> ChatError {
        let said = said_in(body);
        match status {
            404 if !model.is_empty() => missing(model),
            429 | 503 => ChatError::Overloaded,
            401 | 403 => ChatError::Unavailable {
                reason: format!(
                    "the server at {} does not let us in (status {status}); check its address",
                    self.address()
                ),
            },
            _ => ChatError::Unavailable {
                reason: format!("the server at {} said `{said}` (status {status})", self.address()),
            },
        }
    }
}

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
    fn body(&self, request: &ChatRequest) -> Value {
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

fn missing(model: &str) -> ChatError {
    ChatError::ModelMissing { model: model.to_owned(), hint: format!("fetch it with `ollama pull {model}`") }
}

/// The servers' wordings: `input length exceeds the context length`, `exceeds the available context size`.
fn is_overflow(said: &str) -> bool {
    said.contains("context") && (said.contains("exceed") || said.contains("too long"))
}

fn said_in(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Said {
        error: String,
    }
    let said = serde_json::from_slice::<Said>(body)
        .map_or_else(|_| String::from_utf8_lossy(body).into_owned(), |said| said.error);
    said.trim().chars().take(300).collect()
}

fn shown(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    base.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
