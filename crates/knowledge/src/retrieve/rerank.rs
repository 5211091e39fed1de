//! Reading the query and a passage together, when a model for it is there.
//!
//! Invariants
//! - Without it, or when it fails, the fused order stands.
//! - It orders the best candidates anew and leaves those below them where they are; it never adds or drops one.

use async_trait::async_trait;
use quillhouse_llm::EmbedError;
use quillhouse_store::FoundPassage;

use super::fusion::Fused;

/// Candidates that are read: each costs as much as embedding it (Nogueira and Cho, 2019, read 1,000; beyond the first fifty
/// little is gained).
const MOST_READ: usize = 50;

/// Judges how well passages answer a query.
#[async_trait]
pub trait Reranker: Send + Sync {
    /// Names the model.
    fn id(&self) -> &str;

    /// One score for each passage, in their order; greater is better, only the order counts.
    async fn scores(&self, query: &str, passages: Vec<String>) -> Result<Vec<f32>, EmbedError>;
}

/// Puts the best candidates into the order of the reranker. `found` are the passages of `fused`, in its order.
pub(super) async fn rerank(reranker: &dyn Reranker, query: &str, fused: &mut [Fused], found: &mut Vec<FoundPassage>) {
    let read = found.len().min(MOST_READ);
    let texts: Vec<String> = found[..read].iter().map(|found| found.passage.text.clone()).collect();
    let scores = match reranker.scores(query, texts).await {
        Ok(scores) if scores.len() == read && scores.iter().all(|score| score.is_finite()) => scores,
        Ok(_) => {
            tracing::warn!(reranker = reranker.id(), "its answer makes no sense; the fused order stands");
            return;
        }
        Err(error) => {
            tracing::warn!(reranker = reranker.id(), %error, "not reranked; the fused order stands");
            return;
        }
    };
    let mut order: Vec<usize> = (0..read).collect();
    // Stable, so that equal scores keep the fused order.
    order.sort_by(|&left, &right| scores[right].total_cmp(&scores[left]));
    let mut reordered: Vec<FoundPassage> = order.iter().map(|&position| found[position].clone()).collect();
    reordered.extend(found.drain(..).skip(read));
    *found = reordered;
    for (rank, passage) in found[..read].iter().enumerate() {
        if let Some(entry) = fused.iter_mut().find(|entry| entry.passage == passage.passage.id) {
            entry.why.reranked = Some(rank as u32 + 1);
        }
    }
}
