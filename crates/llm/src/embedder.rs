//! What turns texts into vectors, as knowledge and the crew see it.
//!
//! One vector per text, in the order given, all of the embedder's dimensions and of length one.

use async_trait::async_trait;
use quillhouse_domain::{Coded, ErrorCode};

/// Turns texts into vectors of length one.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Names model and precision, such as `minilm-l6-v2-int8`; vectors of different ids must not be compared.
    fn id(&self) -> &str;

    /// Numbers per vector.
    fn dimensions(&self) -> usize;

    /// Tokens of a text that are looked at together; a longer one is embedded in parts, nothing of it is left out.
    fn max_tokens(&self) -> usize;

    /// Vectors of texts that are kept to be found, in their order. An empty list gives an empty list.
    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, EmbedError>;

    /// Vectors of what somebody looks for. The same as [`Self::embed`] unless the model tells questions from answers.
    async fn embed_queries(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.embed(texts).await
    }

    /// Cosine of texts that have nothing to do with each other, beyond that of all-MiniLM-L6-v2, whose cosines all
    /// thresholds were measured with: 0 for it, about 0.7 for models of the E5 family.
    fn unrelated_cosine(&self) -> f32 {
        0.0
    }
}

/// Why texts have no vectors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmbedError {
    /// The embedding model cannot be used at all.
    #[error("The embedding model cannot be used: {reason}")]
    Unavailable {
        /// What is missing and what to do about it.
        reason: String,
    },
    /// The model is there, but this call failed.
    #[error("The texts could not be embedded: {reason}")]
    Failed {
        /// What the runtime said.
        reason: String,
    },
}

impl Coded for EmbedError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable { .. } => ErrorCode::ModelUnavailable,
            Self::Failed { .. } => ErrorCode::ModelFailed,
        }
    }
}
