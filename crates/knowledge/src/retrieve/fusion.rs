//! Putting several rankings together, and thinning the result. Pure.
//!
//! Reciprocal rank fusion with k = 60 is from Cormack, Clarke and Büttcher, SIGIR 2009: it needs no scores that can be
//! compared, only ranks, and one bad ranking cannot spoil the result.

use std::collections::{BTreeMap, HashMap, HashSet};

use quillhouse_domain::{DocumentId, PassageId};

/// The constant of reciprocal rank fusion.
const FUSION_CONSTANT: f32 = 60.0;
/// Above this cosine two passages say the same.
pub(super) const DUPLICATE_COSINE: f32 = 0.95;

/// Where a passage stood in the rankings, counted from 1, the best over all queries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Why {
    /// Best rank by meaning.
    pub vector_rank: Option<u32>,
    /// Best rank by words.
    pub text_rank: Option<u32>,
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
}

/// Fuses rankings, best first; equal scores are ordered by passage id so that the result is the same every time.
pub(super) fn fuse(rankings: &[(Source, Vec<PassageId>)]) -> Vec<Fused> {
    let mut fused: BTreeMap<PassageId, Fused> = BTreeMap::new();
    for (source, ranking) in rankings {
        for (position, &passage) in ranking.iter().enumerate() {
            let rank = position as u32 + 1;
            let entry = fused.entry(passage).or_insert(Fused { passage, score: 0.0, why: Why::default() });
            entry.score += 1.0 / (FUSION_CONSTANT + rank as f32);
            let best = match source {
                Source::Vector => &mut entry.why.vector_rank,
                Source::Text => &mut entry.why.text_rank,
            };
            *best = Some(best.map_or(rank, |known| known.min(rank)));
        }
    }
    let mut fused: Vec<Fused> = fused.into_values().collect();
    fused.sort_by(|left, right| right.score.total_cmp(&left.score).then(left.passage.cmp(&right.passage)));
    fused
}

/// What thinning needs to know of a candidate.
pub(super) struct Candidate<'a> {
    pub(super) document: DocumentId,
    pub(super) text: &'a str,
    /// Of length one, or empty when it was never embedded.
    pub(super) vector: &'a [f32],
}

/// Positions of the candidates to keep, in their order: no near-duplicate of a better one, at most `per_document_cap`
/// from one document, at most `limit` in all.
pub(super) fn thin(candidates: &[Candidate<'_>], limit: usize, per_document_cap: usize) -> Vec<usize> {
    let mut kept: Vec<usize> = Vec::new();
    let mut texts: HashSet<String> = HashSet::new();
    let mut of_document: HashMap<DocumentId, usize> = HashMap::new();
    for (position, candidate) in candidates.iter().enumerate() {
        if kept.len() == limit {
            break;
        }
        let taken = of_document.get(&candidate.document).copied().unwrap_or(0);
        if taken >= per_document_cap {
            continue;
        }
        let near = kept.iter().any(|&better| cosine(candidate.vector, candidates[better].vector) > DUPLICATE_COSINE);
        if near || !texts.insert(folded(candidate.text)) {
            continue;
        }
        of_document.insert(candidate.document, taken + 1);
        kept.push(position);
    }
    kept
}

/// Text without what does not change its meaning: case, white space, marks.
fn folded(text: &str) -> String {
    let words: Vec<String> = text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

/// Dot product of two vectors of length one; 0 when they cannot be compared.
pub(super) fn cosine(left: &[f32], right: &[f32]) -> f32 {
    if left.is_empty() || left.len() != right.len() {
        return 0.0;
    }
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// The best passage of a style guide for a query about particle physics stays below it (MiniLM).
const COSINE_OF_NOTHING: f32 = 0.15;
/// Cosine from which nothing is added: half of the hits judged relevant in the Cranfield set reach 0.60, a tenth 0.72.
const COSINE_OF_AN_ANSWER: f32 = 0.65;

/// How strong a passage is as evidence, 0 to 1. Nine tenths are absolute, so that the best of a library that says
/// nothing about the topic stays weak; one tenth is the place in the ranking.
///
/// `cosine` is `None` when there are no vectors; then the share of the query's words decides alone.
pub(super) fn relevance(cosine: Option<f32>, word_share: f32, score: f32, best_score: f32) -> f32 {
    let absolute = match cosine {
        Some(cosine) => {
            let meaning = ((cosine - COSINE_OF_NOTHING) / (COSINE_OF_AN_ANSWER - COSINE_OF_NOTHING)).clamp(0.0, 1.0);
            0.75 * meaning + 0.25 * word_share
        }
        None => word_share,
    };
    let place = if best_score > 0.0 { score / best_score } else { 0.0 };
    (absolute * (0.9 + 0.1 * place)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn passage(number: u128) -> PassageId {
        PassageId::from_uuid(Uuid::from_u128(number))
    }

    fn document(number: u128) -> DocumentId {
        DocumentId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn a_passage_that_two_rankings_know_beats_the_first_of_one() {
        let fused = fuse(&[
            (Source::Vector, vec![passage(1), passage(2), passage(3)]),
            (Source::Text, vec![passage(4), passage(2)]),
            (Source::Vector, vec![passage(3)]),
        ]);
        let order: Vec<PassageId> = fused.iter().map(|entry| entry.passage).collect();
        assert_eq!(order, [passage(3), passage(2), passage(1), passage(4)], "ties by id");
        assert_eq!(fused[1].why, Why { vector_rank: Some(2), text_rank: Some(2) });
        assert_eq!(fused[0].why.vector_rank, Some(1), "the best rank over all queries is kept");
        assert!((fused[2].score - 1.0 / 61.0).abs() < 1e-7);
    }

    #[test]
    fn duplicates_and_greedy_documents_are_thinned() {
        let (east, north) = ([1.0, 0.0], [0.0, 1.0]);
        let near_east = [0.99, (1.0_f32 - 0.99 * 0.99).sqrt()];
        let candidate = |of, text, vector| Candidate { document: document(of), text, vector };
        let candidates = [
            candidate(1, "Use plain words.", &east[..]),
            candidate(2, "Plain words, used.", &near_east[..]),
            candidate(3, "  use PLAIN words", &[]),
            candidate(1, "Write short sentences", &north[..]),
            candidate(1, "Third of this document", &[]),
            candidate(4, "Another", &[]),
            candidate(5, "One too many", &[]),
        ];
        assert_eq!(thin(&candidates, 3, 2), [0, 3, 5]);
        assert_eq!(thin(&candidates, 9, 1), [0, 5, 6], "the cap counts what is kept");
    }

    #[test]
    fn weak_evidence_looks_weak_even_when_it_is_the_best_there_is() {
        assert!(relevance(Some(0.1), 0.0, 1.0, 1.0) < 0.01, "unrelated stays near nothing");
        assert!(relevance(Some(0.7), 1.0, 1.0, 1.0) > 0.99, "a certain answer is near one");
        assert!(relevance(None, 0.5, 1.0, 2.0) < relevance(None, 0.5, 2.0, 2.0), "the place still counts a little");
        assert!(relevance(Some(-1.0), 0.0, 0.0, 0.0).abs() < f32::EPSILON, "no division by nothing");
    }
}
