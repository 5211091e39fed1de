//! The shipped embedder: all-MiniLM-L6-v2 in int8 through ONNX Runtime, entirely from local files.
//!
//! Invariants
//! - Every vector has 384 numbers and length one; the same text gives the same vector whatever it is batched with,
//!   up to rounding in the last place.
//! - Nothing of a text is ignored: what is longer than the model looks at is embedded in windows and averaged.
//! - The model runs on blocking threads behind a fair lock, a small batch at a time, so that a query asked while a
//!   library is being read waits for one batch and not for the library.
//! - No environment variable is read or written: the runtime library is loaded from the path given.

mod bare;
mod batches;
mod judge;
mod remote;
mod runtime;
mod worker;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use fastembed::{
    InitOptionsUserDefined, Pooling, QuantizationMode, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};
use quillhouse_llm::{EmbedError, Embedder};
use tokenizers::Tokenizer;
use tokio::sync::Mutex;

pub use bare::{BareModel, BarePass};
pub use judge::{RERANKER_FOLDER, RerankWorker, has_reranker};
pub use remote::EmbedWorker;
pub use worker::worker_main;

/// Name of the model and its precision, stored beside every vector.
pub const MINILM_ID: &str = "minilm-l6-v2-int8";
/// Numbers per vector of all-MiniLM-L6-v2.
pub const MINILM_DIMENSIONS: usize = 384;
/// Tokens the model was trained to look at, its two marks included (`sentence_bert_config.json` of the model).
pub const MINILM_MAX_TOKENS: usize = 256;

/// Marks that the tokenizer adds around every text: `[CLS]` and `[SEP]`.
const SPECIAL_TOKENS: usize = 2;

/// all-MiniLM-L6-v2, int8, mean pooling. Cloning shares the loaded model.
#[derive(Clone)]
pub struct MiniLm {
    inner: Arc<Inner>,
}

struct Inner {
    /// Counts and windows; neither cuts nor pads.
    tokenizer: Tokenizer,
    /// Tokio's lock because it is first come, first served.
    model: Mutex<TextEmbedding>,
}

impl std::fmt::Debug for MiniLm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("MiniLm").finish_non_exhaustive()
    }
}

impl MiniLm {
    /// Loads the model from the models folder, which holds `minilm-l6-v2-int8/` with `model.onnx`, `tokenizer.json`,
    /// `config.json`, `special_tokens_map.json` and `tokenizer_config.json`, and `onnxruntime/` with the shared library.
    ///
    /// Takes about a third of a second and blocks. The first library loaded serves the whole process.
    pub fn open(models: &Path) -> Result<Self, EmbedError> {
        let folder = models.join(MINILM_ID);
        let onnx_file = read(&folder.join("model.onnx"))?;
        let tokenizer_files = TokenizerFiles {
            tokenizer_file: read(&folder.join("tokenizer.json"))?,
            config_file: read(&folder.join("config.json"))?,
            special_tokens_map_file: read(&folder.join("special_tokens_map.json"))?,
            tokenizer_config_file: read(&folder.join("tokenizer_config.json"))?,
        };
        let tokenizer = plain_tokenizer(&tokenizer_files.tokenizer_file, &folder)?;
        let environment = runtime::environment(&library_path(models))?;

        let model = UserDefinedEmbeddingModel::new(onnx_file, tokenizer_files)
            .with_pooling(Pooling::Mean)
            .with_quantization(QuantizationMode::None);
        let options = InitOptionsUserDefined::new().with_environment(environment).with_max_length(MINILM_MAX_TOKENS);
        let model = TextEmbedding::try_new_from_user_defined(model, options)
            .map_err(|error| damaged(&folder, &error.to_string()))?;
        Ok(Self { inner: Arc::new(Inner { tokenizer, model: Mutex::new(model) }) })
    }

    /// The model's own tokenizer, without cutting and padding: what chunks are measured with.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.inner.tokenizer
    }

    fn embed_blocking(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let windows = batches::windows(&self.inner.tokenizer, texts, MINILM_MAX_TOKENS - SPECIAL_TOKENS)?;
        let mut sums = vec![vec![0.0_f32; MINILM_DIMENSIONS]; texts.len()];
        for batch in batches::plan(&windows) {
            let slices: Vec<&str> = batch.iter().map(|&window| windows[window].text).collect();
            let vectors = self
                .inner
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
}

#[async_trait]
impl Embedder for MiniLm {
    fn id(&self) -> &str {
        MINILM_ID
    }

    fn dimensions(&self) -> usize {
        MINILM_DIMENSIONS
    }

    fn max_tokens(&self) -> usize {
        MINILM_MAX_TOKENS
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, EmbedError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let this = self.clone();
        tokio::task::spawn_blocking(move || this.embed_blocking(&texts))
            .await
            .map_err(|error| EmbedError::Failed { reason: format!("the embedding thread ended early: {error}") })?
    }
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

fn plain_tokenizer(bytes: &[u8], folder: &Path) -> Result<Tokenizer, EmbedError> {
    let path = folder.join("tokenizer.json");
    let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(|error| damaged(&path, &error.to_string()))?;
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|error| damaged(&path, &error.to_string()))?;
    Ok(tokenizer)
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
