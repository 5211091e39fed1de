//! What a bench needs to know beyond the command list: where the time goes, and what each ranking alone would answer.
//!
//! Invariants
//! - Measuring changes nothing of what is measured: the same calls are made, the same hits are found.

mod embedding;
mod reading;
mod searching;

use std::sync::Arc;

use async_trait::async_trait;
use quillhouse_domain::ModelId;
pub use quillhouse_knowledge::busy::{Busy, BusyGuard, BusyTime, Work};
use quillhouse_knowledge::retrieve::{DocumentFilter, Hit, SearchOptions};
use quillhouse_llm::{CancelToken, ChatError, ChatEvent, ChatModel, ChatReply, ChatRequest, Message, ModelLimits};

pub use embedding::EmbeddingPace;
pub use reading::{FileReader, Reading};
pub use searching::{Searching, Times};

use crate::{CommandError, Studio};

/// Hits that are looked at to know the ten best of each ranking. A tenth place is worth 1/70 in the fusion; what is
/// worth more stands in a ranking's first ten or, twice, up to a sum that at most eighty passages reach.
const HITS: usize = 120;

/// Places of a ranking that are given.
pub const PLACES: usize = 10;

/// Names of the documents that answer a query, best first, at most [`PLACES`], each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rankings {
    /// By meaning and words together: what the user sees.
    pub both: Vec<String>,
    /// By meaning alone.
    pub meaning: Vec<String>,
    /// By words alone.
    pub words: Vec<String>,
    /// As a run searches: with words added that the best passages share.
    pub expanded: Vec<String>,
    /// By meaning and words, then read together with the query; `None` when the model for it is not there.
    pub reranked: Option<Vec<String>>,
}

fn names(hits: &[Hit]) -> Vec<String> {
    hits.iter().take(PLACES).map(|hit| hit.document_name.clone()).collect()
}

impl Studio {
    /// What a query finds in a brand's library, and what it would find in each way alone.
    pub async fn rankings(&self, brand: &str, query: &str) -> Result<Rankings, CommandError> {
        let (row, _) = self.brand(brand).await?;
        let library = self.library(&row).await?;
        let options = SearchOptions { limit: HITS, per_document_cap: 1, blocks: false, ..SearchOptions::default() };
        let plain = library.retriever().await.clone().reranked_by(None);
        let hits = plain.search(&[query.to_owned()], &DocumentFilter::default(), options).await?;
        let mut reranked = None;
        if library.retriever().await.is_reranked() {
            let options = SearchOptions { limit: PLACES, join: false, ..options };
            reranked =
                Some(library.retriever().await.search(&[query.to_owned()], &DocumentFilter::default(), options).await?);
        }
        let expanding = SearchOptions { limit: PLACES, expand: true, join: false, ..options };
        let expanded = plain.search(&[query.to_owned()], &DocumentFilter::default(), expanding).await?;
        let alone = |rank: fn(&Hit) -> Option<u32>| {
            let mut ranked: Vec<(u32, &Hit)> = hits.iter().filter_map(|hit| Some((rank(hit)?, hit))).collect();
            ranked.sort_by_key(|(rank, _)| *rank);
            ranked.into_iter().take(PLACES).map(|(_, hit)| hit.document_name.clone()).collect()
        };
        Ok(Rankings {
            both: names(&hits),
            meaning: alone(|hit| hit.why.vector_rank),
            words: alone(|hit| hit.why.text_rank),
            reranked: reranked.map(|hits| names(&hits)),
            expanded: names(&expanded),
        })
    }
}

/// A model whose calls count as inference.
pub(crate) struct MeasuredModel {
    model: Arc<dyn ChatModel>,
    busy: Arc<Busy>,
}

impl MeasuredModel {
    pub(crate) const fn new(model: Arc<dyn ChatModel>, busy: Arc<Busy>) -> Self {
        Self { model, busy }
    }
}

#[async_trait]
impl ChatModel for MeasuredModel {
    fn id(&self) -> &ModelId {
        self.model.id()
    }

    fn fingerprint(&self) -> &str {
        self.model.fingerprint()
    }

    fn limits(&self) -> ModelLimits {
        self.model.limits()
    }

    async fn count_tokens(&self, messages: &[Message]) -> Result<u32, ChatError> {
        let _busy = self.busy.begin(Work::Inference);
        self.model.count_tokens(messages).await
    }

    async fn chat(
        &self,
        request: ChatRequest,
        events: &mut (dyn FnMut(ChatEvent) + Send),
        cancel: &CancelToken,
    ) -> Result<ChatReply, ChatError> {
        let _busy = self.busy.begin(Work::Inference);
        self.model.chat(request, events, cancel).await
    }

    async fn rank(&self, prompt: &str, continuations: &[String], cancel: &CancelToken) -> Result<Vec<f64>, ChatError> {
        let _busy = self.busy.begin(Work::Inference);
        self.model.rank(prompt, continuations, cancel).await
    }
}
