//! Embedders through ONNX Runtime, entirely from local files: all-MiniLM-L6-v2 in int8, which is shipped, and those that
//! were imported.
//!
//! Invariants
//! - Every vector has the embedder's dimensions and length one; the same text gives the same vector whatever it is batched
//!   with, up to rounding in the last place.
//! - Nothing of a text is ignored: what is longer than the model looks at is embedded in windows and averaged.
//! - The model runs on blocking threads behind a fair lock, a small batch at a time, so that a query asked while a
//!   library is being read waits for one batch and not for the library.
//! - No environment variable is read or written: the runtime library is loaded from the path given.

mod bare;
mod batches;
mod import;
mod judge;
mod remote;
mod runtime;
mod spec;
mod worker;

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use fastembed::{InitOptionsUserDefined, QuantizationMode, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel};
use quillhouse_llm::{EmbedError, Embedder, catalogue::Pooling};
use tokenizers::Tokenizer;
use tokio::sync::Mutex;

pub use bare::{BareModel, BarePass};
pub use import::{ImportError, ImportRequest, import_embedder, remove_embedder};
pub use judge::{RERANKER_FOLDER, RerankWorker, has_reranker};
pub use remote::EmbedWorker;
pub use spec::{
    Assumed, EMBEDDER_FILES, EmbedderFile, EmbedderSpec, IMPORTED_FOLDER, KnownEmbedder, embedder_of_vectors,
    installed_embedder, known_embedders,
};
pub use worker::worker_main;

/// Name of the shipped model and its precision, stored beside every vector.
pub const MINILM_ID: &str = "minilm-l6-v2-int8";
/// Numbers per vector of all-MiniLM-L6-v2.
pub const MINILM_DIMENSIONS: usize = 384;
/// Tokens the model was trained to look at, its two marks included (`sentence_bert_config.json` of the model).
pub const MINILM_MAX_TOKENS: usize = 256;

/// Fewest tokens of a text in one window, beside marks and prefix.
const FEWEST_WINDOW_TOKENS: usize = 8;

/// On which side of a search a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Query,
    Passage,
}

/// An embedder in this process. Cloning shares the loaded model.
#[derive(Clone)]
pub struct OnnxEmbedder {
    inner: Arc<Inner>,
}

struct Inner {
    spec: EmbedderSpec,
    vectors_id: String,
    /// Counts and windows; neither cuts nor pads.
    tokenizer: Tokenizer,
    /// Tokens of a text that fit together with the model's own marks.
    room_tokens: usize,
    /// The marks.
    mark_tokens: usize,
    /// Tokio's lock because it is first come, first served.
    model: Mutex<TextEmbedding>,
}

impl std::fmt::Debug for OnnxEmbedder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("OnnxEmbedder").field("id", &self.inner.vectors_id).finish_non_exhaustive()
    }
}

impl OnnxEmbedder {
    /// Loads the shipped model from the models folder, which holds `minilm-l6-v2-int8/` with its files and `onnxruntime/`
    /// with the shared library.
    ///
    /// Takes about a third of a second and blocks. The first library loaded serves the whole process.
    pub fn shipped(models: &Path) -> Result<Self, EmbedError> {
        Self::open(models, EmbedderSpec::shipped())
    }

    /// Loads a model whose files are the ones that are known of it. Blocks.
    pub fn open(models: &Path, spec: EmbedderSpec) -> Result<Self, EmbedError> {
        let folder = spec.path_in(models);
        let tokenizer_files = TokenizerFiles {
            tokenizer_file: spec.read(models, "tokenizer.json")?,
            config_file: spec.read(models, "config.json")?,
            special_tokens_map_file: spec.read(models, "special_tokens_map.json")?,
            tokenizer_config_file: spec.read(models, "tokenizer_config.json")?,
        };
        let tokenizer = plain_tokenizer(&tokenizer_files.tokenizer_file)
            .map_err(|detail| spec.damaged(&folder.join("tokenizer.json"), &detail))?;
        let limit_tokens = spec.max_tokens.min(trained_tokens(&tokenizer_files.tokenizer_config_file));
        let mark_tokens = tokenizer.encode_fast("", true).map_or(0, |encoding| encoding.len());
        let room_tokens = limit_tokens.saturating_sub(mark_tokens);
        let prefix_tokens = [&spec.query_prefix, &spec.passage_prefix].map(|prefix| count(&tokenizer, prefix));
        if room_tokens < prefix_tokens[0].max(prefix_tokens[1]) + FEWEST_WINDOW_TOKENS {
            let detail = format!("it reads {limit_tokens} tokens together, which leaves no room for a text");
            return Err(spec.damaged(&folder.join("tokenizer_config.json"), &detail));
        }
        let onnx_file = spec.read(models, "model.onnx")?;
        let environment = runtime::environment(&library_path(models))?;
        let pooling = match spec.pooling {
            Pooling::Mean => fastembed::Pooling::Mean,
            Pooling::Cls => fastembed::Pooling::Cls,
        };
        let model = UserDefinedEmbeddingModel::new(onnx_file, tokenizer_files)
            .with_pooling(pooling)
            .with_quantization(QuantizationMode::None);
        let options = InitOptionsUserDefined::new().with_environment(environment).with_max_length(limit_tokens);
        let model = TextEmbedding::try_new_from_user_defined(model, options)
            .map_err(|error| spec.damaged(&folder.join("model.onnx"), &error.to_string()))?;
        let vectors_id = spec.vectors_id();
        let model = Mutex::new(model);
        Ok(Self { inner: Arc::new(Inner { spec, vectors_id, tokenizer, room_tokens, mark_tokens, model }) })
    }

    /// The model's own tokenizer, without cutting and padding.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.inner.tokenizer
    }

    fn embed_blocking(&self, texts: &[String], side: Side) -> Result<Vec<Vec<f32>>, EmbedError> {
        let inner = &self.inner;
        let prefix = match side {
            Side::Query => &inner.spec.query_prefix,
            Side::Passage => &inner.spec.passage_prefix,
        };
        let prefix_tokens = count(&inner.tokenizer, prefix);
        let windows = batches::windows(&inner.tokenizer, texts, inner.room_tokens - prefix_tokens)?;
        let mut sums = vec![vec![0.0_f32; inner.spec.dimensions]; texts.len()];
        for batch in batches::plan(&windows, inner.mark_tokens + prefix_tokens) {
            let slices: Vec<Cow<'_, str>> = batch
                .iter()
                .map(|&window| match windows[window].text {
                    text if prefix.is_empty() => Cow::Borrowed(text),
                    text => Cow::Owned(format!("{prefix}{text}")),
                })
                .collect();
            let vectors = inner
                .model
                .blocking_lock()
                .embed(&slices, None)
                .map_err(|error| EmbedError::Failed { reason: error.to_string() })?;
            for (&window, vector) in batch.iter().zip(vectors) {
                let window = &windows[window];
                add_scaled(&mut sums[window.owner], &vector, window.tokens.max(1) as f32)?;
            }
        }
        for vector in &mut sums {
            normalise(vector)?;
        }
        Ok(sums)
    }

    async fn embed_on_a_thread(&self, texts: Vec<String>, side: Side) -> Result<Vec<Vec<f32>>, EmbedError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let this = self.clone();
        tokio::task::spawn_blocking(move || this.embed_blocking(&texts, side))
            .await
            .map_err(|error| EmbedError::Failed { reason: format!("the embedding thread ended early: {error}") })?
    }
}

#[async_trait]
impl Embedder for OnnxEmbedder {
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
        self.embed_on_a_thread(texts, Side::Passage).await
    }

    async fn embed_queries(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.embed_on_a_thread(texts, Side::Query).await
    }

    fn unrelated_cosine(&self) -> f32 {
        self.inner.spec.unrelated_cosine
    }
}

/// Tokens of a text without the model's marks.
fn count(tokenizer: &Tokenizer, text: &str) -> usize {
    tokenizer.encode_fast(text, false).map_or(text.len(), |encoding| encoding.len())
}

/// What `tokenizer_config.json` says of the longest text; fastembed cuts there without a word.
fn trained_tokens(tokenizer_config: &[u8]) -> usize {
    let config: serde_json::Value = serde_json::from_slice(tokenizer_config).unwrap_or_default();
    config["model_max_length"].as_f64().map_or(usize::MAX, |tokens| tokens.max(0.0) as usize)
}

/// Where the shared library of ONNX Runtime stands inside the models folder on this system.
pub fn library_path(models: &Path) -> PathBuf {
    models.join("onnxruntime").join(format!(
        "{}onnxruntime{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ))
}

fn read(path: &Path) -> Result<Vec<u8>, EmbedError> {
    let bytes = fs::read(path).map_err(|error| {
        let reason = if error.kind() == std::io::ErrorKind::NotFound {
            format!("the file `{}` is missing; run the set-up again to fetch the models", path.display())
        } else {
            format!("the file `{}` cannot be read ({error}); check its permissions", path.display())
        };
        EmbedError::Unavailable { reason }
    })?;
    if bytes.is_empty() {
        return Err(damaged(path, "it is empty"));
    }
    Ok(bytes)
}

fn plain_tokenizer(bytes: &[u8]) -> Result<Tokenizer, String> {
    let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(|error| error.to_string())?;
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|error| error.to_string())?;
    Ok(tokenizer)
}

/// What passages are measured with, whichever embedder is in use: the shipped model's tokenizer.
fn ruler(models: &Path) -> Result<Tokenizer, EmbedError> {
    let spec = EmbedderSpec::shipped();
    let path = spec.path_in(models).join("tokenizer.json");
    plain_tokenizer(&spec.read(models, "tokenizer.json")?).map_err(|detail| spec.damaged(&path, &detail))
}

fn damaged(path: &Path, detail: &str) -> EmbedError {
    EmbedError::Unavailable {
        reason: format!("`{}` is damaged ({detail}); run the set-up again to fetch the models", path.display()),
    }
}

fn add_scaled(sum: &mut [f32], vector: &[f32], weight: f32) -> Result<(), EmbedError> {
    if vector.len() != sum.len() {
        return Err(EmbedError::Failed {
            reason: format!("the model answered with {} numbers instead of {}", vector.len(), sum.len()),
        });
    }
    for (total, number) in sum.iter_mut().zip(vector) {
        *total += number * weight;
    }
    Ok(())
}

fn normalise(vector: &mut [f32]) -> Result<(), EmbedError> {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    if !length.is_finite() || length <= f32::EPSILON {
        return Err(EmbedError::Failed { reason: "the model answered with a vector without direction".to_owned() });
    }
    for number in vector {
        *number /= length;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
