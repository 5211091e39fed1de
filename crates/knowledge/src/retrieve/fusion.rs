//! Putting several rankings together. Pure.
//!
//! Reciprocal rank fusion with k = 60 is from Cormack, Clarke and Büttcher, SIGIR 2009: it needs no scores that can be
//! compared, only ranks, and one bad ranking cannot spoil the result.

use std::collections::BTreeMap;

use quillhouse_domain::PassageId;

/// The constant of reciprocal rank fusion.
const FUSION_CONSTANT: f32 = 60.0;

/// Where a passage stood in the rankings, counted from 1, the best over all queries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Why {
    /// Best rank by meaning.
    pub vector_rank: Option<u32>,
    /// Best rank by words.
    pub text_rank: Option<u32>,
    /// Best rank by likeness to the best hits of the other two, or by words that those use.
    pub likeness_rank: Option<u32>,
    /// Place that the reranker gave it.
    pub reranked: Option<u32>,
}

/// One passage's place in the fused ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fused {
    pub(super) passage: PassageId,
    pub(super) score: f32,
    pub(super) why: Why,
}

/// The kind of a ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Vector,
    Text,
    Likeness,
}

/// Passages, best first, and what the ranking counts beside others.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ranking {
    pub(super) source: Source,
    pub(super) weight: f32,
    pub(super) passages: Vec<PassageId>,
}

/// Fuses rankings, best first; equal scores are ordered by passage id so that the result is the same every time.
pub(super) fn fuse<'a>(rankings: impl IntoIterator<Item = &'a Ranking>) -> Vec<Fused> {
    let mut fused: BTreeMap<PassageId, Fused> = BTreeMap::new();
    for ranking in rankings {
        for (position, &passage) in ranking.passages.iter().enumerate() {
            let rank = position as u32 + 1;
            let entry = fused.entry(passage).or_insert(Fused { passage, score: 0.0, why: Why::default() });
            entry.score += ranking.weight / (FUSION_CONSTANT + rank as f32);
            let best = match ranking.source {
                Source::Vector => &mut entry.why.vector_rank,
                Source::Text => &mut entry.why.text_rank,
                Source::Likeness => &mut entry.why.likeness_rank,
            };
            *best = Some(best.map_or(rank, |known| known.min(rank)));
        }
    }
    let mut fused: Vec<Fused> = fused.into_values().collect();
    fused.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.passage.cmp(&right.passage)));
    fused
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn passage(number: u128) -> PassageId {
        PassageId::from_uuid(Uuid::from_u128(number))
    }

    fn ranking(source: Source, weight: f32, passages: &[u128]) -> Ranking {
        Ranking { source, weight, passages: passages.iter().copied().map(passage).collect() }
    }

    #[test]
    fn a_passage_that_two_rankings_know_beats_the_first_of_one() {
        let fused = fuse(&[
            ranking(Source::Vector, 1.0, &[1, 2, 3]),
            ranking(Source::Text, 1.0, &[4, 2]),
            ranking(Source::Vector, 1.0, &[3]),
        ]);
        let order: Vec<PassageId> = fused.iter().map(|entry| entry.passage).collect();
        assert_eq!(order, [3, 2, 1, 4].map(passage), "ties by id");
        assert_eq!(fused[1].why, Why { vector_rank: Some(2), text_rank: Some(2), ..Why::default() });
        assert_eq!(fused[0].why.vector_rank, Some(1), "the best rank over all queries is kept");
        assert!((fused[2].score - 1.0 / 61.0).abs() < 1e-7);
    }

    #[test]
    fn a_ranking_counts_as_much_as_its_weight() {
        for (weight, expected) in [(0.5, [1, 2]), (2.0, [2, 1]), (1.0, [1, 2])] {
            let fused = fuse(&[ranking(Source::Vector, 1.0, &[1]), ranking(Source::Likeness, weight, &[2])]);
            let order: Vec<PassageId> = fused.iter().map(|entry| entry.passage).collect();
            assert_eq!(order, expected.map(passage), "weight {weight}");
            assert_eq!(fused.iter().find(|entry| entry.passage == passage(2)).unwrap().why.likeness_rank, Some(1));
        }
    }

    #[test]
    fn nothing_fused_is_nothing() {
        assert!(fuse(&[]).is_empty());
        assert!(fuse(&[ranking(Source::Text, 1.0, &[])]).is_empty());
    }
}
