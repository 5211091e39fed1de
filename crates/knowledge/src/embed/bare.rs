//! The model without anything of ours around it: ONNX Runtime over tokens that are ready. What embedding is measured against.

use std::{
    path::Path,
    thread::available_parallelism,
    time::{Duration, Instant},
};

use ort::{
    session::{Session, builder::GraphOptimizationLevel},
    value::Tensor,
};
use quillhouse_llm::EmbedError;
use tokenizers::Tokenizer;

use super::{MINILM_ID, MINILM_MAX_TOKENS, damaged, library_path, read, ruler, runtime};

/// Texts in a batch; larger ones gain nothing.
const BATCH_TEXTS: usize = 16;

/// The loaded model.
pub struct BareModel {
    session: Session,
    tokenizer: Tokenizer,
}

/// One pass over texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarePass {
    /// Tokens of the texts, without padding.
    pub tokens: u64,
    /// Time in the model alone.
    pub elapsed: Duration,
}

impl BareModel {
    /// Loads the shipped model with as many threads as `worker embed` gives it.
    pub fn open(models: &Path) -> Result<Self, EmbedError> {
        let folder = models.join(MINILM_ID);
        let environment = runtime::environment(&library_path(models))?;
        let bytes = read(&folder.join("model.onnx"))?;
        let threads = available_parallelism().map_or(1, std::num::NonZero::get);
        let failed = |error: &dyn std::fmt::Display| damaged(&folder, &error.to_string());
        let session = Session::builder(&environment)
            .map_err(|error| failed(&error))?
            .with_optimization_level(GraphOptimizationLevel::Level3)
            .map_err(|error| failed(&error))?
            .with_intra_threads(threads)
            .map_err(|error| failed(&error))?
            .commit_from_memory(&bytes)
            .map_err(|error| failed(&error))?;
        Ok(Self { session, tokenizer: ruler(models)? })
    }

    /// Runs the model over the texts, those of like length together, and measures the runs alone.
    pub fn pass(&mut self, texts: &[String]) -> Result<BarePass, EmbedError> {
        let failed = |error: &dyn std::fmt::Display| EmbedError::Failed { reason: error.to_string() };
        let mut tokens = Vec::with_capacity(texts.len());
        for text in texts {
            let encoding = self.tokenizer.encode_fast(text.as_str(), true).map_err(|error| failed(&error))?;
            tokens.push(encoding.get_ids().iter().take(MINILM_MAX_TOKENS).map(|id| i64::from(*id)).collect::<Vec<_>>());
        }
        tokens.sort_by_key(|ids| std::cmp::Reverse(ids.len()));
        let mut pass = BarePass { tokens: 0, elapsed: Duration::ZERO };
        for batch in tokens.chunks(BATCH_TEXTS) {
            let longest = batch.first().map_or(0, Vec::len);
            let shape = [batch.len(), longest];
            let (mut ids, mut mask) = (vec![0_i64; batch.len() * longest], vec![0_i64; batch.len() * longest]);
            for (row, tokens) in batch.iter().enumerate() {
                ids[row * longest..row * longest + tokens.len()].copy_from_slice(tokens);
                mask[row * longest..row * longest + tokens.len()].fill(1);
                pass.tokens += tokens.len() as u64;
            }
            let types = vec![0_i64; ids.len()];
            let tensor = |values| Tensor::from_array((shape, values)).map_err(|error| failed(&error));
            let inputs = ort::inputs![
                "input_ids" => tensor(ids)?,
                "attention_mask" => tensor(mask)?,
                "token_type_ids" => tensor(types)?,
            ];
            let began = Instant::now();
            drop(self.session.run(inputs).map_err(|error| failed(&error))?);
            pass.elapsed += began.elapsed();
        }
        Ok(pass)
    }
}
