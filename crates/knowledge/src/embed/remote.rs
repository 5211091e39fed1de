//! The embedder as the application sees it: texts go to `worker embed`, vectors come back.
//!
//! Invariants
//! - The child is started when it is first needed, or ahead of that, and again after it ended; what it was asked then
//!   fails, and only that.
//! - Requests are small and take turns in the order in which they came, so that a query waits for one of them and not
//!   for a whole library.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use async_trait::async_trait;
use quillhouse_llm::{EmbedError, Embedder};
use serde::Serialize;
use tokenizers::Tokenizer;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::Mutex,
};

use super::{
    EmbedderSpec, ruler,
    worker::{Header, REQUEST_LIMIT_BYTES, Request},
};
use crate::busy::{Busy, BusyGuard, Work};

/// Texts in one request: two batches of the model.
pub(super) const TEXTS_A_REQUEST: usize = 32;

/// An embedder in a child process. Cloning shares the child.
#[derive(Clone)]
pub struct EmbedWorker {
    inner: Arc<Inner>,
    tokenizer: Arc<Tokenizer>,
}

struct Inner {
    spec: EmbedderSpec,
    vectors_id: String,
    program: PathBuf,
    arguments: Vec<OsString>,
    child: Mutex<Option<Running>>,
    busy: Option<Arc<Busy>>,
}

struct Running {
    /// Ends with this value.
    _child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

fn ended(detail: &str) -> EmbedError {
    EmbedError::Failed {
        reason: format!("the process that embeds ended early ({detail}); it is started again when it is next needed"),
    }
}

impl EmbedWorker {
    /// The shipped model: `program` is started as `worker embed MODELS`. Reads what passages are measured with only; the
    /// model is loaded by the child when it is first asked. Blocks for a few milliseconds.
    pub fn open(models: &Path, program: PathBuf, arguments: Vec<OsString>) -> Result<Self, EmbedError> {
        Self::open_as(models, EmbedderSpec::shipped(), program, arguments)
    }

    /// The same with any installed model.
    pub fn open_as(
        models: &Path,
        spec: EmbedderSpec,
        program: PathBuf,
        arguments: Vec<OsString>,
    ) -> Result<Self, EmbedError> {
        let tokenizer = ruler(models)?;
        Ok(Self { inner: Inner::new(models, spec, program, arguments, None), tokenizer: Arc::new(tokenizer) })
    }

    /// The same, but the child starts at once and loads the model meanwhile. Starting and requests count as embedding in
    /// `busy`.
    ///
    /// Fails when what passages are measured with cannot be read; a child that does not start is told by the first request.
    pub async fn start(
        models: &Path,
        spec: EmbedderSpec,
        program: PathBuf,
        arguments: Vec<OsString>,
        busy: Arc<Busy>,
    ) -> Result<Self, EmbedError> {
        let inner = Inner::new(models, spec, program, arguments, Some(busy));
        let starting = Arc::clone(&inner);
        tokio::spawn(async move {
            if let Err(error) = starting.load().await {
                tracing::debug!(%error, "the process that embeds is started again when it is needed");
            }
        });
        let models = models.to_owned();
        let tokenizer = tokio::task::spawn_blocking(move || ruler(&models))
            .await
            .map_err(|error| EmbedError::Failed { reason: format!("the tokenizer was not read: {error}") })??;
        Ok(Self { inner, tokenizer: Arc::new(tokenizer) })
    }

    /// What passages are measured with, whichever model embeds them.
    pub const fn tokenizer(&self) -> &Arc<Tokenizer> {
        &self.tokenizer
    }

    /// The model.
    pub fn spec(&self) -> &EmbedderSpec {
        &self.inner.spec
    }

    /// Starts the child when it is not running, and waits until it is ready.
    pub async fn load(&self) -> Result<(), EmbedError> {
        self.inner.load().await
    }

    async fn request(&self, request: &Request) -> Result<Vec<Vec<f32>>, EmbedError> {
        match self.asked(request).await? {
            Answer::Vectors(vectors) => Ok(vectors),
            Answer::Scores(_) => Err(ended("its answer makes no sense")),
        }
    }

    /// One score for each passage: how well it answers the query. Fails when the model for it is not there.
    pub(super) async fn judge(&self, query: &str, passages: Vec<String>) -> Result<Vec<f32>, EmbedError> {
        match self.asked(&Request::Judge { query: query.to_owned(), passages }).await? {
            Answer::Scores(scores) => Ok(scores),
            Answer::Vectors(_) => Err(ended("its answer makes no sense")),
        }
    }

    async fn asked(&self, request: &Request) -> Result<Answer, EmbedError> {
        let mut child = self.inner.child.lock().await;
        let _busy = self.inner.begin();
        // Taken out while it works: a request that is dropped in the middle leaves no half conversation behind.
        let mut running = match child.take() {
            Some(running) => running,
            None => self.inner.start().await?,
        };
        let answer = running.ask(request, self.inner.spec.dimensions).await;
        if !matches!(answer, Err(Broken::Conversation(_))) {
            *child = Some(running);
        }
        answer.map_err(|broken| match broken {
            Broken::Conversation(detail) => ended(&detail),
            Broken::Told(error) => error,
        })
    }
}

/// What the child answers.
enum Answer {
    Vectors(Vec<Vec<f32>>),
    Scores(Vec<f32>),
}

enum Broken {
    /// The child is of no more use.
    Conversation(String),
    /// The child said no, and goes on.
    Told(EmbedError),
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self::Conversation(error.to_string())
    }
}

impl Inner {
    fn new(
        models: &Path,
        spec: EmbedderSpec,
        program: PathBuf,
        mut arguments: Vec<OsString>,
        busy: Option<Arc<Busy>>,
    ) -> Arc<Self> {
        arguments.push(models.as_os_str().to_owned());
        let vectors_id = spec.vectors_id();
        Arc::new(Self { spec, vectors_id, program, arguments, child: Mutex::new(None), busy })
    }

    fn begin(&self) -> Option<BusyGuard> {
        self.busy.as_ref().map(|busy| busy.begin(Work::Embedding))
    }

    async fn load(&self) -> Result<(), EmbedError> {
        let mut child = self.child.lock().await;
        if child.is_none() {
            let _busy = self.begin();
            *child = Some(self.start().await?);
        }
        Ok(())
    }

    async fn start(&self) -> Result<Running, EmbedError> {
        let unavailable = |detail: String| EmbedError::Unavailable {
            reason: format!("the process that embeds cannot be started ({detail}); `quillhouse doctor` tells more"),
        };
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            // Beside the filter in the child, for systems that have none.
            .env("ORT_DISABLE_TELEMETRY", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| unavailable(error.to_string()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(unavailable("it has no pipes".to_owned()));
        };
        let mut running = Running { _child: child, input, output };
        if let Err(Broken::Conversation(detail)) = running.send(&self.spec).await {
            return Err(unavailable(detail));
        }
        match running.header().await {
            Ok(Header::Ready) => Ok(running),
            Ok(Header::Unavailable(reason) | Header::Failed(reason)) => Err(EmbedError::Unavailable { reason }),
            Ok(Header::Vectors(_) | Header::Scores(_)) => Err(unavailable("it answers before it was asked".to_owned())),
            Err(Broken::Conversation(detail)) => Err(unavailable(detail)),
            Err(Broken::Told(error)) => Err(error),
        }
    }
}

impl Running {
    async fn header(&mut self) -> Result<Header, Broken> {
        let length = self.output.read_u32_le().await? as usize;
        if length > REQUEST_LIMIT_BYTES {
            return Err(Broken::Conversation("its answer makes no sense".to_owned()));
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).await?;
        serde_json::from_slice(&body).map_err(|error| Broken::Conversation(error.to_string()))
    }

    async fn send(&mut self, value: &impl Serialize) -> Result<(), Broken> {
        let body = serde_json::to_vec(value).map_err(|error| Broken::Conversation(error.to_string()))?;
        if body.len() > REQUEST_LIMIT_BYTES {
            let reason =
                format!("the texts are {} bytes long; at most {REQUEST_LIMIT_BYTES} are embedded at once", body.len());
            return Err(Broken::Told(EmbedError::Failed { reason }));
        }
        self.input.write_u32_le(body.len() as u32).await?;
        self.input.write_all(&body).await?;
        self.input.flush().await?;
        Ok(())
    }

    async fn ask(&mut self, request: &Request, dimensions: usize) -> Result<Answer, Broken> {
        let wanted = match request {
            Request::Embed(texts) => texts.len(),
            Request::Look { queries } => queries.len(),
            Request::Judge { passages, .. } => passages.len(),
        };
        self.send(request).await?;
        match self.header().await? {
            Header::Vectors(count) if count as usize == wanted && !matches!(request, Request::Judge { .. }) => {}
            Header::Scores(scores) if scores.len() == wanted && matches!(request, Request::Judge { .. }) => {
                return Ok(Answer::Scores(scores));
            }
            Header::Unavailable(reason) => return Err(Broken::Told(EmbedError::Unavailable { reason })),
            Header::Failed(reason) => return Err(Broken::Told(EmbedError::Failed { reason })),
            Header::Ready | Header::Vectors(_) | Header::Scores(_) => {
                return Err(Broken::Conversation("its answer makes no sense".to_owned()));
            }
        }
        let mut bytes = vec![0; wanted * dimensions * 4];
        self.output.read_exact(&mut bytes).await?;
        let vectors = bytes
            .chunks_exact(dimensions * 4)
            .map(|vector| {
                vector.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
            })
            .collect();
        Ok(Answer::Vectors(vectors))
    }
}

#[async_trait]
impl Embedder for EmbedWorker {
    fn id(&self) -> &str {
        &self.inner.vectors_id
    }

    fn dimensions(&self) -> usize {
        self.inner.spec.dimensions
    }

    fn max_tokens(&self) -> usize {
        self.inner.spec.max_tokens
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, EmbedError> {
        // Texts of like length share a request, because a batch of the model is as long as its longest text.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&text| texts[text].len());
        let mut vectors = vec![Vec::new(); texts.len()];
        for part in order.chunks(TEXTS_A_REQUEST) {
            let request = Request::Embed(part.iter().map(|&text| texts[text].clone()).collect());
            for (&text, vector) in part.iter().zip(self.request(&request).await?) {
                vectors[text] = vector;
            }
        }
        Ok(vectors)
    }

    async fn embed_queries(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for part in texts.chunks(TEXTS_A_REQUEST) {
            vectors.extend(self.request(&Request::Look { queries: part.to_vec() }).await?);
        }
        Ok(vectors)
    }

    fn unrelated_cosine(&self) -> f32 {
        self.inner.spec.unrelated_cosine
    }
}
