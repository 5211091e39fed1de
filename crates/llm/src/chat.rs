//! What a writing model can do, as the crew sees it: chat, count, rank.
//!
//! Invariants
//! - No silent truncation: a prompt that does not fit is [`ChatError::ContextOverflow`], before anything is generated.
//! - A call ends in a reply or in one typed error; being cancelled is [`ChatError::Cancelled`], whatever else happened.
//! - The tokens sent as events, joined, are the text of the reply.

use async_trait::async_trait;
use quillhouse_domain::{Coded, ErrorCode, ModelId};
use serde::{Deserialize, Serialize};

use crate::cancel::CancelToken;

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions for the whole conversation.
    System,
    /// The one who asks.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The role as chat templates and servers write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said, plain text.
    pub content: String,
}

impl Message {
    /// Instructions.
    pub fn system(content: impl Into<String>) -> Self {
        Self { role: Role::System, content: content.into() }
    }

    /// A question.
    pub fn user(content: impl Into<String>) -> Self {
        Self { role: Role::User, content: content.into() }
    }

    /// An earlier answer.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self { role: Role::Assistant, content: content.into() }
    }
}

/// What a model can take in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelLimits {
    /// Prompt and answer together, in tokens. One value for the whole life of a model instance.
    pub context_tokens: u32,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    /// The conversation, oldest first.
    pub messages: Vec<Message>,
    /// The answer's greatest length in tokens; at least 1.
    pub max_tokens: u32,
    /// 0 takes the likeliest token every time; up to 2.
    pub temperature: f32,
    /// The same seed, prompt and model give the same answer where the provider can.
    pub seed: u32,
    /// JSON schema the answer must follow; the shape is guaranteed by providers that can, the values never are.
    pub schema: Option<serde_json::Value>,
    /// The answer ends before the first of these; they are not part of it.
    pub stop: Vec<String>,
    /// True lets a thinking model think first; that counts towards `max_tokens` and is never part of the answer. False asks
    /// it not to, where its template has a switch for that. With a schema there is no thinking.
    #[serde(default)]
    pub thinking: bool,
}

impl ChatRequest {
    /// A deterministic call: temperature 0, seed 0, no schema, no stop strings, no thinking.
    pub const fn new(messages: Vec<Message>, max_tokens: u32) -> Self {
        Self { messages, max_tokens, temperature: 0.0, seed: 0, schema: None, stop: Vec::new(), thinking: false }
    }
}

/// What happens while a call runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChatEvent {
    /// So much of the prompt has been read; both in tokens. Reused tokens count as done.
    PromptProgress {
        /// Tokens read.
        done: u32,
        /// Tokens of the prompt.
        total: u32,
    },
    /// The next piece of the answer; always whole characters.
    Token(String),
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model ended it, or a stop string did.
    #[default]
    Stop,
    /// `max_tokens` or the context was used up; the text may end in the middle of a sentence.
    Length,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChatReply {
    /// The whole answer.
    pub text: String,
    /// Tokens of the prompt the model saw.
    pub prompt_tokens: u32,
    /// Tokens of the prompt that did not have to be read again because an earlier call, or one beside it, began the same way.
    #[serde(default)]
    pub reused_tokens: u32,
    /// Tokens of the answer.
    pub completion_tokens: u32,
    /// Why it ended.
    pub finish: Finish,
    /// From sending the request to the last token, in milliseconds.
    pub duration_ms: u64,
}

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// The model's file or server cannot be used.
    #[error("The model cannot be used: {reason}")]
    Unavailable {
        /// What is wrong and what to do.
        reason: String,
    },
    /// The server is there, but does not have the model.
    #[error("The model `{model}` is not installed; {hint}")]
    ModelMissing {
        /// The provider's name of the model.
        model: String,
        /// What to do, as the end of a sentence.
        hint: String,
    },
    /// Nothing was cut and nothing was sent.
    #[error(
        "The prompt has {prompt_tokens} tokens and only {limit_tokens} fit; nothing was cut, shorten the prompt or choose a larger context"
    )]
    ContextOverflow {
        /// Tokens of the prompt.
        prompt_tokens: u32,
        /// Tokens the prompt may have, with room left for an answer.
        limit_tokens: u32,
    },
    /// The server answered, but read less than was sent; the answer is not used.
    #[error("The server read only {seen_tokens} of at least {sent_tokens} prompt tokens; its answer was thrown away")]
    Truncated {
        /// Lower bound of what was sent.
        sent_tokens: u32,
        /// What the server says it read.
        seen_tokens: u32,
    },
    /// The model's process ended in the middle; the next call starts a new one.
    #[error("The model's process ended: {reason}; nothing is lost, the next try starts a new one")]
    WorkerEnded {
        /// Signal, exit code or what else is known.
        reason: String,
    },
    /// No sign of life for too long.
    #[error("The model gave no sign of life for {seconds} seconds; the call was stopped")]
    Stalled {
        /// How long was waited.
        seconds: u64,
    },
    /// The answer cannot be used.
    #[error("The model's answer cannot be used: {reason}")]
    BadAnswer {
        /// What is wrong with it.
        reason: String,
    },
    /// The answer ended before it was complete; what came of it is not used.
    #[error("The answer from `{host}` ended before it was complete and was thrown away; try again")]
    Cut {
        /// Who answered.
        host: String,
    },
    /// The provider does not accept the key.
    #[error("`{host}` did not accept the key; check it or make a new one there, nothing was lost")]
    KeyRefused {
        /// Who refused it.
        host: String,
    },
    /// The account has nothing left to pay with.
    #[error("The account at `{host}` has no credit left; add some there or choose another model, nothing was lost")]
    NoCredit {
        /// Whose account.
        host: String,
    },
    /// Too many calls or tokens for now.
    #[error("`{host}` takes no more calls for now; {}", again_in(*.retry_after_ms))]
    RateLimited {
        /// Who is limited.
        host: String,
        /// How long the provider asked to wait, in milliseconds; `None` when it did not say.
        retry_after_ms: Option<u64>,
    },
    /// The provider or its model does not want to answer this.
    #[error("The model did not want to answer this ({reason}); change the brief or choose another model")]
    Declined {
        /// The provider's word for it.
        reason: String,
    },
    /// Try again later.
    #[error("The model's server is busy; wait a little and try again")]
    Overloaded,
    /// The provider cannot do this kind of call.
    #[error("This model's provider cannot do that")]
    Unsupported,
    /// The user stopped it.
    #[error("Stopped")]
    Cancelled,
}

fn again_in(retry_after_ms: Option<u64>) -> String {
    retry_after_ms.map_or_else(
        || "wait a little and try again".to_owned(),
        |time| format!("try again in {} seconds", time.div_ceil(1000)),
    )
}

impl Coded for ChatError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable { .. } | Self::ModelMissing { .. } => ErrorCode::ModelUnavailable,
            Self::ContextOverflow { .. } => ErrorCode::ContextOverflow,
            Self::Truncated { .. }
            | Self::WorkerEnded { .. }
            | Self::BadAnswer { .. }
            | Self::Cut { .. }
            | Self::Declined { .. } => ErrorCode::ModelFailed,
            Self::KeyRefused { .. } => ErrorCode::KeyRefused,
            Self::NoCredit { .. } => ErrorCode::NoCredit,
            Self::RateLimited { .. } => ErrorCode::RateLimited,
            Self::Stalled { .. } | Self::Overloaded => ErrorCode::RuntimeUnavailable,
            Self::Unsupported => ErrorCode::InvalidInput,
            Self::Cancelled => ErrorCode::Cancelled,
        }
    }
}

/// No token in use has more bytes on average over an answer; what goes on beyond that has no end.
pub(crate) const MOST_BYTES_PER_TOKEN: usize = 64;
/// Room for short answers with long tokens.
pub(crate) const SPARE_BYTES: usize = 64 << 10;

/// True when a whole text is one JSON value.
pub(crate) fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// A model that writes.
#[async_trait]
pub trait ChatModel: Send + Sync {
    /// Provider and name.
    fn id(&self) -> &ModelId;

    /// Digest of the weights, or the server's digest; results of different fingerprints are not comparable.
    fn fingerprint(&self) -> &str;

    /// What fits.
    fn limits(&self) -> ModelLimits;

    /// Tokens the conversation takes with the model's own template; exact where the provider has the tokenizer, otherwise
    /// an estimate that errs on the high side.
    async fn count_tokens(&self, messages: &[Message]) -> Result<u32, ChatError>;

    /// One answer, told as it comes. Events stop when the call ends.
    async fn chat(
        &self,
        request: ChatRequest,
        events: &mut (dyn FnMut(ChatEvent) + Send),
        cancel: &CancelToken,
    ) -> Result<ChatReply, ChatError>;

    /// Mean log-likelihood per token of each continuation after the prompt, in the order given; higher is likelier.
    /// The prompt is plain text, no template is put around it. [`ChatError::Unsupported`] where the provider cannot.
    async fn rank(&self, prompt: &str, continuations: &[String], cancel: &CancelToken) -> Result<Vec<f64>, ChatError>;
}
