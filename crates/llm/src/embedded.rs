//! A GGUF model in a child process of its own.
//!
//! Invariants
//! - The process is started by the first call that needs it, and again after it ended; it ends with this value.
//! - One call at a time; others wait for their turn.
//! - Whatever the process does, a call ends: with an answer, or with one typed error.

mod engine;
mod frame;
pub(crate) mod gguf;
mod guide;
mod load;
mod process;
pub(crate) mod text;
mod worker;

use std::{
    ffi::OsString,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use quillhouse_domain::ModelId;
use tokio::sync::Mutex;

use self::{
    frame::{Answer, Order},
    process::Process,
};
use crate::{
    cancel::CancelToken,
    chat::{ChatError, ChatEvent, ChatModel, ChatReply, ChatRequest, Message, ModelLimits},
};

pub use worker::worker_infer_main;

/// A cold load from a slow disk of the largest model that fits a laptop stays well below five minutes.
const LOAD_PATIENCE: Duration = Duration::from_mins(5);
/// A batch of eight tokens or one answer token takes seconds on the slowest machine that can hold the model.
const WORK_PATIENCE: Duration = Duration::from_mins(2);
/// After this long a wish to stop is granted to the caller even if the process has not reacted yet.
const CANCEL_PATIENCE: Duration = Duration::from_millis(50);

/// How to serve a model file.
#[derive(Debug, Clone)]
pub struct EmbeddedConfig {
    /// The model's name for the crew, `local/<catalogue id>`.
    pub id: ModelId,
    /// The program that becomes the child process; its main must reach [`worker_infer_main`].
    pub program: PathBuf,
    /// Its arguments, such as `worker infer`.
    pub arguments: Vec<OsString>,
    /// Additional environment of the child.
    pub environment: Vec<(OsString, OsString)>,
    /// The GGUF file.
    pub path: PathBuf,
    /// Expected SHA-256 in hexadecimal; checked by the child before every load.
    pub sha256: Option<String>,
    /// Prompt and answer together; more than the model was trained for is cut to that.
    pub context_tokens: u32,
    /// Threads that evaluate; the number of cores is a good choice.
    pub threads: u32,
}

/// A GGUF model behind the [`ChatModel`] trait.
pub struct EmbeddedModel {
    config: EmbeddedConfig,
    fingerprint: String,
    process: Mutex<Option<Process>>,
}

impl EmbeddedModel {
    /// Remembers how to serve the model; nothing is started, and a missing file shows at the first call.
    pub fn new(config: EmbeddedConfig) -> Self {
        let fingerprint =
            config.sha256.as_ref().map_or_else(|| quick_fingerprint(&config.path), |digest| format!("sha256:{digest}"));
        Self { config, fingerprint, process: Mutex::new(None) }
    }

    /// Process id of the child, while there is one and no call is under way.
    pub fn process_id(&self) -> Option<u32> {
        self.process.try_lock().ok()?.as_ref()?.id()
    }

    /// Starts the child and loads the model now instead of with the first call. Gives the context's size in tokens.
    pub async fn load(&self, cancel: &CancelToken) -> Result<u32, ChatError> {
        let mut slot = self.turn(cancel).await?;
        Ok(self.ready(&mut slot, cancel).await?.context_tokens)
    }

    /// Ends the child and frees its memory; the next call starts it again. Waits for a call under way.
    pub async fn unload(&self) {
        *self.process.lock().await = None;
    }

    async fn turn(&self, cancel: &CancelToken) -> Result<tokio::sync::MutexGuard<'_, Option<Process>>, ChatError> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(ChatError::Cancelled),
            slot = self.process.lock() => Ok(slot),
        }
    }

    async fn ready<'slot>(
        &self,
        slot: &'slot mut Option<Process>,
        cancel: &CancelToken,
    ) -> Result<&'slot mut Process, ChatError> {
        if slot.as_mut().is_some_and(|process| !process.is_alive()) {
            *slot = None;
        }
        if slot.is_none() {
            gguf::check(&self.config.path).map_err(|reason| ChatError::Unavailable { reason })?;
            let mut process = Process::start(&self.config)?;
            let loaded = process
                .call(
                    |number| Order::Load {
                        number,
                        path: self.config.path.clone(),
                        context_tokens: self.config.context_tokens,
                        threads: self.config.threads,
                        sha256: self.config.sha256.clone(),
                    },
                    LOAD_PATIENCE,
                    cancel,
                    &mut |_| {},
                )
                .await;
            match loaded {
                Ok(Answer::Loaded { context_tokens, .. }) => process.context_tokens = context_tokens,
                Ok(other) => return Err(unexpected(&other)),
                Err(error) => return Err(error),
            }
            *slot = Some(process);
        }
        slot.as_mut().ok_or(ChatError::WorkerEnded { reason: "it could not be started".to_owned() })
    }

    async fn call(
        &self,
        order: impl FnOnce(u64) -> Order + Send,
        cancel: &CancelToken,
        events: &mut (dyn FnMut(ChatEvent) + Send),
    ) -> Result<Answer, ChatError> {
        if cancel.is_cancelled() {
            return Err(ChatError::Cancelled);
        }
        let mut slot = self.turn(cancel).await?;
        let process = self.ready(&mut slot, cancel).await?;
        let result = process.call(order, WORK_PATIENCE, cancel, events).await;
        if matches!(result, Err(ChatError::WorkerEnded { .. } | ChatError::Stalled { .. })) {
            *slot = None;
        }
        result
    }
}

#[async_trait]
impl ChatModel for EmbeddedModel {
    fn id(&self) -> &ModelId {
        &self.config.id
    }

    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn limits(&self) -> ModelLimits {
        ModelLimits { context_tokens: self.config.context_tokens }
    }

    async fn count_tokens(&self, messages: &[Message]) -> Result<u32, ChatError> {
        let messages = messages.to_vec();
        let order = |number| Order::Count { number, messages };
        match self.call(order, &CancelToken::new(), &mut |_| {}).await? {
            Answer::Counted { tokens, .. } => Ok(tokens),
            other => Err(unexpected(&other)),
        }
    }

    async fn chat(
        &self,
        request: ChatRequest,
        events: &mut (dyn FnMut(ChatEvent) + Send),
        cancel: &CancelToken,
    ) -> Result<ChatReply, ChatError> {
        match self.call(|number| Order::Chat { number, request }, cancel, events).await? {
            Answer::Done { reply, .. } => Ok(reply),
            other => Err(unexpected(&other)),
        }
    }

    async fn rank(&self, prompt: &str, continuations: &[String], cancel: &CancelToken) -> Result<Vec<f64>, ChatError> {
        let (prompt, continuations) = (prompt.to_owned(), continuations.to_vec());
        let order = |number| Order::Rank { number, prompt, continuations };
        match self.call(order, cancel, &mut |_| {}).await? {
            Answer::Ranked { scores, .. } => {
                Ok(scores.into_iter().map(|score| score.unwrap_or(f64::NEG_INFINITY)).collect())
            }
            other => Err(unexpected(&other)),
        }
    }
}

fn unexpected(answer: &Answer) -> ChatError {
    ChatError::BadAnswer { reason: format!("the model's process answered something else to order {}", answer.number()) }
}

/// Tells two files apart without reading gigabytes: size, first and last mebibyte.
fn quick_fingerprint(path: &Path) -> String {
    let read = || -> std::io::Result<String> {
        const EDGE_BYTES: u64 = 1 << 20;
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut digest = blake3::Hasher::new();
        digest.update(&size.to_le_bytes());
        let mut edge = Vec::new();
        file.by_ref().take(EDGE_BYTES).read_to_end(&mut edge)?;
        digest.update(&edge);
        if size > EDGE_BYTES {
            file.seek(SeekFrom::Start((size - EDGE_BYTES).max(EDGE_BYTES)))?;
            edge.clear();
            file.read_to_end(&mut edge)?;
            digest.update(&edge);
        }
        Ok(format!("edges:{}", digest.finalize().to_hex()))
    };
    read().unwrap_or_else(|_| "missing".to_owned())
}
