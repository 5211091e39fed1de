//! Choosing among candidates: near-duplicates, greedy documents, and what exceeds the budget stay out. Pure.

use std::{cmp::Ordering, collections::HashMap};

use quillhouse_domain::DocumentId;

/// Above this cosine two passages say the same.
pub(super) const DUPLICATE_COSINE: f32 = 0.95;
/// Above this share of common word runs (Jaccard) two passages are copies of each other with small changes (Broder,
/// 1997, calls documents "roughly the same" from about one half on).
const DUPLICATE_SHARE: f32 = 0.6;
/// Words of a run. Broder took 10 for documents; passages of 150 words need shorter ones.
const RUN_WORDS: usize = 4;

/// What thinning needs to know of a candidate.
pub(super) struct Candidate<'a> {
    pub(super) document: DocumentId,
    pub(super) text: &'a str,
    /// Of length one, or empty when it was never embedded.
    pub(super) vector: &'a [f32],
    pub(super) tokens: u32,
}

/// How much may be kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) limit: usize,
    pub(super) per_document: usize,
    /// All of it together.
    pub(super) tokens: Option<u32>,
    /// Of the embedder that made the vectors.
    pub(super) unrelated_cosine: f32,
}

/// Positions of the candidates to keep, in their order: no near-duplicate of a better one, at most so many from one
/// document, at most so many in all. What does not fit the rest of the token budget is passed over for what does.
pub(super) fn thin(candidates: &[Candidate<'_>], bounds: Bounds) -> Vec<usize> {
    let mut kept: Vec<(usize, Vec<u64>)> = Vec::new();
    let mut of_document: HashMap<DocumentId, usize> = HashMap::new();
    let mut tokens_left = bounds.tokens.unwrap_or(u32::MAX);
    for (position, candidate) in candidates.iter().enumerate() {
        if kept.len() == bounds.limit {
            break;
        }
        let taken = of_document.get(&candidate.document).copied().unwrap_or(0);
        if taken >= bounds.per_document || candidate.tokens > tokens_left {
            continue;
        }
        let runs = runs(candidate.text);
        let near = kept.iter().any(|(better, of_better)| {
            likeness(cosine(candidate.vector, candidates[*better].vector), bounds.unrelated_cosine) > DUPLICATE_COSINE
                || share(&runs, of_better) > DUPLICATE_SHARE
        });
        if near {
            continue;
        }
        of_document.insert(candidate.document, taken + 1);
        if bounds.tokens.is_some() {
            tokens_left -= candidate.tokens;
        }
        kept.push((position, runs));
    }
    kept.into_iter().map(|(position, _)| position).collect()
}

/// The runs of words of a text, without case and marks, in order and each once; a shorter text is one run.
fn runs(text: &str) -> Vec<u64> {
    let words: Vec<u64> = text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().flat_map(char::to_lowercase).fold(0xcbf2_9ce4_8422_2325, mixed))
        .collect();
    if words.len() < RUN_WORDS {
        return vec![words.iter().fold(words.len() as u64, |hash, word| hash.rotate_left(7) ^ word)];
    }
    let run = |run: &[u64]| run.iter().fold(0, |hash: u64, word| hash.rotate_left(7) ^ word);
    let mut runs: Vec<u64> = words.windows(RUN_WORDS).map(run).collect();
    runs.sort_unstable();
    runs.dedup();
    runs
}

/// FNV-1a, a character at a time: the same on every computer.
fn mixed(hash: u64, character: char) -> u64 {
    (hash ^ u64::from(u32::from(character))).wrapping_mul(0x0000_0100_0000_01b3)
}

fn share(left: &[u64], right: &[u64]) -> f32 {
    let (mut common, mut of_left, mut of_right) = (0, 0, 0);
    while of_left < left.len() && of_right < right.len() {
        match left[of_left].cmp(&right[of_right]) {
            Ordering::Less => of_left += 1,
            Ordering::Greater => of_right += 1,
            Ordering::Equal => {
                common += 1;
                of_left += 1;
                of_right += 1;
            }
        }
    }
    let all = left.len() + right.len() - common;
    if all == 0 { 0.0 } else { common as f32 / all as f32 }
}

/// Dot product of two vectors of length one; 0 when they cannot be compared.
pub(super) fn cosine(left: &[f32], right: &[f32]) -> f32 {
    if left.is_empty() || left.len() != right.len() {
        return 0.0;
    }
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

/// A cosine on the scale of the model that thresholds were measured with; see
/// [`quillhouse_llm::Embedder::unrelated_cosine`].
pub(super) fn likeness(cosine: f32, unrelated_cosine: f32) -> f32 {
    (cosine - unrelated_cosine) / (1.0 - unrelated_cosine)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn candidate<'a>(of: u128, text: &'a str, vector: &'a [f32]) -> Candidate<'a> {
        Candidate { document: DocumentId::from_uuid(Uuid::from_u128(of)), text, vector, tokens: 10 }
    }

    fn bounds(limit: usize, per_document: usize, tokens: Option<u32>) -> Bounds {
        Bounds { limit, per_document, tokens, unrelated_cosine: 0.0 }
    }

    #[test]
    fn duplicates_and_greedy_documents_are_thinned() {
        let (east, north) = ([1.0, 0.0], [0.0, 1.0]);
        let near_east = [0.99, (1.0_f32 - 0.99 * 0.99).sqrt()];
        let candidates = [
            candidate(1, "Use plain words.", &east[..]),
            candidate(2, "Plain words, used.", &near_east[..]),
            candidate(3, "  use PLAIN words", &[]),
            candidate(1, "Write short sentences", &north[..]),
            candidate(1, "Third of this document", &[]),
            candidate(4, "Another", &[]),
            candidate(5, "One too many", &[]),
        ];
        assert_eq!(thin(&candidates, bounds(3, 2, None)), [0, 3, 5]);
        assert_eq!(thin(&candidates, bounds(9, 1, None)), [0, 5, 6], "the cap counts what is kept");
        assert_eq!(thin(&candidates, bounds(0, 9, None)), [] as [usize; 0]);
    }

    #[test]
    fn a_copy_with_a_changed_word_is_a_copy_and_another_passage_on_the_matter_is_not() {
        let original = "The ferry leaves the harbour at noon and returns before dark, every day of the week but Sunday, \
                        when the crew rests and the engine is looked after by the people of the yard.";
        let copy = original.replace("noon", "midday");
        let other =
            "On Sundays the ferry does not leave the harbour, because the crew rests and the engine is looked after.";
        for (text, expected) in [(copy.as_str(), &[0][..]), (other, &[0, 1])] {
            let candidates = [candidate(1, original, &[]), candidate(2, text, &[])];
            assert_eq!(thin(&candidates, bounds(9, 9, None)), expected, "{text}");
        }
    }

    #[test]
    fn the_budget_is_kept_and_used() {
        let mut candidates: Vec<Candidate<'_>> = ["one", "two", "three", "four"]
            .iter()
            .zip([50, 60, 40, 10])
            .map(|(text, tokens)| Candidate { tokens, ..candidate(1, text, &[]) })
            .collect();
        for (tokens, expected) in
            [(200, &[0, 1, 2, 3][..]), (100, &[0, 2, 3]), (59, &[0]), (60, &[0, 3]), (9, &[]), (0, &[])]
        {
            assert_eq!(thin(&candidates, bounds(9, 9, Some(tokens))), expected, "{tokens} tokens");
        }
        candidates.reverse();
        assert_eq!(thin(&candidates, bounds(9, 9, Some(70))), [0, 1], "best first, whatever is smaller");
    }
}
