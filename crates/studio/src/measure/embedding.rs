//! How quickly texts are embedded on the way the library takes, beside the model with nothing around it.

use std::time::Duration;

use quillhouse_knowledge::embed::BareModel;
use quillhouse_llm::Embedder as _;

use crate::{CommandError, Studio};

/// Texts handed to the embedder at once, as a batch of documents does.
const TEXTS: usize = 256;

/// Both ways over the same texts with the same threads, in turns.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EmbeddingPace {
    /// Texts of each pass.
    pub texts: usize,
    /// Tokens of all passes of one way.
    pub tokens: u64,
    /// Time of the library's way: cutting into tokens, pipe and model.
    pub ours: Duration,
    /// Time of the model alone.
    pub bare: Duration,
}

impl EmbeddingPace {
    /// The library's throughput as a share of the model's own.
    pub fn ratio(&self) -> f64 {
        self.bare.as_secs_f64() / self.ours.as_secs_f64().max(f64::EPSILON)
    }
}

impl Studio {
    /// Embeds at most `most_texts` of a brand's passages in both ways, `rounds` times in turns.
    pub async fn embedding_pace(
        &self,
        brand: &str,
        most_texts: usize,
        rounds: usize,
    ) -> Result<EmbeddingPace, CommandError> {
        let (_, store) = self.brand(brand).await?;
        let limit = most_texts as u32;
        let batch = store.read(move |brand| brand.passages().batch(0, limit)).await?;
        let texts: Vec<String> = batch.passages.into_iter().map(|passage| passage.text).collect();
        let embedder = self.embedder().await?;
        embedder.load().await?;
        let models = self.options().models_folder.clone();
        let mut bare = Some(blocking(move || BareModel::open(&models)).await??);
        let mut pace = EmbeddingPace { texts: texts.len(), ..EmbeddingPace::default() };
        for _ in 0..rounds {
            let began_ms = self.host().elapsed_ms();
            for texts in texts.chunks(TEXTS) {
                embedder.embed(texts.to_vec()).await?;
            }
            pace.ours += Duration::from_millis(self.host().elapsed_ms().saturating_sub(began_ms));
            let (Some(mut model), again) = (bare.take(), texts.clone()) else { break };
            let (model, pass) = blocking(move || {
                let pass = again.chunks(TEXTS).map(|texts| model.pass(texts)).collect::<Result<Vec<_>, _>>();
                (model, pass)
            })
            .await?;
            bare = Some(model);
            for pass in pass? {
                pace.tokens += pass.tokens;
                pace.bare += pass.elapsed;
            }
        }
        Ok(pace)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, CommandError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| CommandError::internal(&error))
}
