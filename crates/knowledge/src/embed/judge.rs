//! A cross-encoder: reads a query and a passage together and says how well one answers the other.
//!
//! It is not part of what is shipped. Whoever puts a model for sequence classification in ONNX with its tokenizer into
//! `<models>/reranker` has better order among the first hits and slower searches.
//!
//! Invariant: it runs in the child that embeds, never in the application.

use std::path::Path;

use async_trait::async_trait;
use fastembed::{RerankInitOptionsUserDefined, TextRerank, TokenizerFiles, UserDefinedRerankingModel};
use quillhouse_llm::EmbedError;

use super::{EmbedWorker, damaged, library_path, read, runtime};
use crate::retrieve::Reranker;

/// Folder of the model inside the models folder.
pub const RERANKER_FOLDER: &str = "reranker";
/// Tokens of query and passage together that are read: what the usual models were trained with.
const MOST_TOKENS: usize = 512;
/// Pairs read at once.
const PAIRS: usize = 16;

/// True when a model is there.
pub fn has_reranker(models: &Path) -> bool {
    models.join(RERANKER_FOLDER).join("model.onnx").is_file()
}

/// The model, loaded.
pub(super) struct Judge {
    model: TextRerank,
}

impl Judge {
    /// Reads `model.onnx`, `tokenizer.json`, `config.json`, `special_tokens_map.json` and `tokenizer_config.json`.
    pub(super) fn open(models: &Path) -> Result<Self, EmbedError> {
        let folder = models.join(RERANKER_FOLDER);
        let tokenizer_files = TokenizerFiles {
            tokenizer_file: read(&folder.join("tokenizer.json"))?,
            config_file: read(&folder.join("config.json"))?,
            special_tokens_map_file: read(&folder.join("special_tokens_map.json"))?,
            tokenizer_config_file: read(&folder.join("tokenizer_config.json"))?,
        };
        let model = UserDefinedRerankingModel::new(read(&folder.join("model.onnx"))?, tokenizer_files);
        let environment = runtime::environment(&library_path(models))?;
        let options = RerankInitOptionsUserDefined::new().with_environment(environment).with_max_length(MOST_TOKENS);
        let model = TextRerank::try_new_from_user_defined(model, options)
            .map_err(|error| damaged(&folder, &error.to_string()))?;
        Ok(Self { model })
    }

    /// One score for each passage, in their order.
    pub(super) fn scores(&mut self, query: &str, passages: &[String]) -> Result<Vec<f32>, EmbedError> {
        let passages: Vec<&str> = passages.iter().map(String::as_str).collect();
        let judged = self
            .model
            .rerank(query, &passages, false, Some(PAIRS))
            .map_err(|error| EmbedError::Failed { reason: error.to_string() })?;
        let mut scores = vec![0.0; passages.len()];
        for result in judged {
            if let Some(score) = scores.get_mut(result.index) {
                *score = result.score;
            }
        }
        Ok(scores)
    }
}

/// The cross-encoder in the child that embeds.
#[derive(Clone)]
pub struct RerankWorker(EmbedWorker);

impl RerankWorker {
    /// Asks the same child that embeds; `None` when there is no model for it.
    pub fn of(worker: &EmbedWorker, models: &Path) -> Option<Self> {
        has_reranker(models).then(|| Self(worker.clone()))
    }
}

#[async_trait]
impl Reranker for RerankWorker {
    fn id(&self) -> &'static str {
        RERANKER_FOLDER
    }

    async fn scores(&self, query: &str, passages: Vec<String>) -> Result<Vec<f32>, EmbedError> {
        self.0.judge(query, passages).await
    }
}
