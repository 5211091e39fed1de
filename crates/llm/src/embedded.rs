//! A GGUF model in a child process of its own.
//!
//! Invariants
//! - The process is started by the first call that needs it, and again after it ended; it ends with this value.
//! - As many calls at a time as there are slots; others wait for their turn.
//! - Whatever the process does, a call ends: with an answer, or with one typed error.

mod context;
mod engine;
mod frame;
pub(crate) mod gguf;
mod guide;
mod job;
mod lane;
mod load;
mod process;
mod prompt;
pub(crate) mod text;
pub(crate) mod thinking;
mod variant;
mod worker;

use std::{
    ffi::OsString,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use quillhouse_domain::ModelId;
use tokio::sync::{Mutex, Semaphore};

use self::{
    frame::{Answer, ModelToLoad, Order},
    process::Process,
};
use crate::{
    cancel::CancelToken,
    chat::{ChatError, ChatEvent, ChatModel, ChatReply, ChatRequest, Message, ModelLimits},
};

pub use worker::worker_infer_main;

/// A cold load from a slow disk of the largest model that fits a laptop stays well below five minutes.
const LOAD_PATIENCE: Duration = Duration::from_mins(5);
/// A round of all calls under way takes seconds on the slowest machine that can hold the model, and tells each of them.
const WORK_PATIENCE: Duration = Duration::from_mins(2);
/// After this long a wish to stop is granted to the caller even if the process has not reacted yet.
const CANCEL_PATIENCE: Duration = Duration::from_millis(50);

/// How to serve a model file.
#[derive(Debug, Clone)]
pub struct EmbeddedConfig {
    /// The model's name for the crew, `local/<catalogue id>`.
    pub id: ModelId,
    /// The program that becomes the child process; its main must reach [`worker_infer_main`]. Where the same program stands
    /// beside it for a better processor (docs/adr/0010), and this is one, that is started.
    pub program: PathBuf,
    /// Its arguments, such as `worker infer`.
    pub arguments: Vec<OsString>,
    /// Additional environment of the child.
    pub environment: Vec<(OsString, OsString)>,
    /// The GGUF file.
    pub path: PathBuf,
    /// Expected SHA-256 in hexadecimal; checked by the child before every load.
    pub sha256: Option<String>,
    /// Prompt and answer of one call together; more than the model was trained for is cut to that.
    pub context_tokens: u32,
    /// Calls that may be under way at the same time, and beginnings of prompts that are kept; at least 1.
    pub slots: u32,
    /// Bytes that the keys and values of all slots may take; slots are given up for it, but never the last.
    pub cache_bytes: u64,
    /// Layers of the model that a graphics processor takes, where the program was built for one; `u32::MAX` is all.
    pub gpu_layers: u32,
    /// Threads that evaluate; the number of cores is a good choice.
    pub threads: u32,
}

/// A GGUF model behind the [`ChatModel`] trait.
pub struct EmbeddedModel {
    config: EmbeddedConfig,
    fingerprint: String,
    /// Held while a process is started, so that several first calls start one.
    serving: Mutex<Option<Arc<Serving>>>,
}

/// A process with its model loaded.
struct Serving {
    process: Process,
    context_tokens: u32,
    /// One permit for each slot.
    turns: Semaphore,
}

impl EmbeddedModel {
    /// Remembers how to serve the model; nothing is started, and a missing file shows at the first call.
    pub fn new(config: EmbeddedConfig) -> Self {
        let fingerprint =
            config.sha256.as_ref().map_or_else(|| quick_fingerprint(&config.path), |digest| format!("sha256:{digest}"));
        Self { config, fingerprint, serving: Mutex::new(None) }
    }

    /// Process id of the child, while there is one and it is not being started.
    pub fn process_id(&self) -> Option<u32> {
        self.serving.try_lock().ok()?.as_ref()?.process.id()
    }

    /// Starts the child and loads the model now instead of with the first call. Gives the context's size in tokens.
    pub async fn load(&self, cancel: &CancelToken) -> Result<u32, ChatError> {
        Ok(self.ready(cancel).await?.context_tokens)
    }

    /// Ends the child and frees its memory; the next call starts it again. Calls under way end with an error.
    pub async fn unload(&self) {
        let serving = self.serving.lock().await.take();
        if let Some(serving) = serving {
            serving.process.end().await;
        }
    }

    async fn ready(&self, cancel: &CancelToken) -> Result<Arc<Serving>, ChatError> {
        let mut slot = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(ChatError::Cancelled),
            slot = self.serving.lock() => slot,
        };
        if let Some(serving) = slot.as_ref().filter(|serving| serving.process.is_alive()) {
            return Ok(Arc::clone(serving));
        }
        *slot = None;
        gguf::check(&self.config.path).map_err(|reason| ChatError::Unavailable { reason })?;
        let process = Process::start(&self.config)?;
        let model = ModelToLoad {
            path: self.config.path.clone(),
            context_tokens: self.config.context_tokens,
            slots: self.config.slots,
            cache_bytes: self.config.cache_bytes,
            gpu_layers: self.config.gpu_layers,
            threads: self.config.threads,
            sha256: self.config.sha256.clone(),
        };
        let loaded = process.call(|number| Order::Load { number, model }, LOAD_PATIENCE, cancel, &mut |_| {}).await?;
        let Answer::Loaded { context_tokens, slots, .. } = loaded else { return Err(unexpected(&loaded)) };
        let turns = Semaphore::new(slots.max(1) as usize);
        let serving = Arc::new(Serving { process, context_tokens, turns });
        *slot = Some(Arc::clone(&serving));
        Ok(serving)
    }

    /// A call that takes a slot.
    async fn call(
        &self,
        order: impl FnOnce(u64) -> Order + Send,
        cancel: &CancelToken,
        events: &mut (dyn FnMut(ChatEvent) + Send),
    ) -> Result<Answer, ChatError> {
        loop {
            let serving = self.ready(cancel).await?;
            let _turn = tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(ChatError::Cancelled),
                turn = serving.turns.acquire() => turn,
            };
            // It may have ended while this call was waiting for its turn.
            if serving.process.is_alive() {
                return serving.process.call(order, WORK_PATIENCE, cancel, events).await;
            }
        }
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
        let never = CancelToken::new();
        // Counting needs no slot: it is done between two rounds of the calls under way.
        let serving = self.ready(&never).await?;
        match serving.process.call(order, WORK_PATIENCE, &never, &mut |_| {}).await? {
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
