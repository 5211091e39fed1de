//! Sentences that say a thing twice, inside a text or after its sources.

use std::collections::HashMap;

use crate::text::fold;

/// Share of words two sentences must have in common to count as one. Measured on edits of one word in a sentence of ten,
/// which keep 0.82; two different sentences of one topic stay below 0.5.
pub const NEAR_DUPLICATE: f64 = 0.8;
/// Shorter sentences count as repeated only when they are equal.
const COMPARED_WORDS: usize = 5;
/// Fewest words of a sentence that can count as taken over: shorter ones are common phrases.
const TAKEN_OVER_WORDS: usize = 6;

#[derive(Debug)]
struct Shape {
    folded: String,
    words: Vec<u64>,
}

impl Shape {
    fn new(text: &str) -> Self {
        let folded = fold(text);
        let mut words: Vec<u64> = folded.split(' ').filter(|word| !word.is_empty()).map(hash).collect();
        words.sort_unstable();
        Self { folded, words }
    }

    fn is_near(&self, other: &Self) -> bool {
        if self.folded == other.folded {
            return !self.folded.is_empty();
        }
        let (short, long) = (self.words.len().min(other.words.len()), self.words.len().max(other.words.len()));
        if short < COMPARED_WORDS || (short as f64) < NEAR_DUPLICATE * long as f64 {
            return false;
        }
        let shared = shared(&self.words, &other.words);
        shared as f64 >= NEAR_DUPLICATE * (self.words.len() + other.words.len() - shared) as f64
    }
}

/// FNV-1a: equal words must give equal numbers on every machine.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Size of the intersection of two sorted lists, repeats counted.
fn shared(left: &[u64], right: &[u64]) -> usize {
    let (mut a, mut b, mut count) = (0, 0, 0);
    while a < left.len() && b < right.len() {
        match left[a].cmp(&right[b]) {
            std::cmp::Ordering::Less => a += 1,
            std::cmp::Ordering::Greater => b += 1,
            std::cmp::Ordering::Equal => {
                count += 1;
                a += 1;
                b += 1;
            }
        }
    }
    count
}

/// True when both say the same in nearly the same words.
pub fn near_duplicate(left: &str, right: &str) -> bool {
    Shape::new(left).is_near(&Shape::new(right))
}

/// Sentences that repeat an earlier one: (the repetition, the earlier one), by position.
pub fn repeated_sentences(sentences: &[&str]) -> Vec<(usize, usize)> {
    let shapes: Vec<Shape> = sentences.iter().map(|sentence| Shape::new(sentence)).collect();
    let mut found = Vec::new();
    for (at, shape) in shapes.iter().enumerate() {
        if let Some(earlier) = shapes[..at].iter().position(|known| shape.is_near(known)) {
            found.push((at, earlier));
        }
    }
    found
}

/// How much of a text was taken over word for word.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// Positions of the sentences that stand verbatim in a source.
    pub verbatim: Vec<usize>,
    /// Their share of all sentences, 0 to 1.
    pub share: f32,
}

/// Finds the sentences that stand word for word in one of the sources; case, punctuation and diacritics do not count.
pub fn overlap_with_sources(sentences: &[&str], sources: &[&str]) -> Overlap {
    let sources: Vec<Vec<u64>> = sources
        .iter()
        .map(|source| fold(source).split(' ').filter(|word| !word.is_empty()).map(hash).collect())
        .collect();
    let mut starts: HashMap<u64, Vec<(usize, usize)>> = HashMap::new();
    for (at, words) in sources.iter().enumerate() {
        for (position, &word) in words.iter().enumerate() {
            starts.entry(word).or_default().push((at, position));
        }
    }
    let verbatim: Vec<usize> = sentences
        .iter()
        .enumerate()
        .filter(|(_, sentence)| {
            let words: Vec<u64> = fold(sentence).split(' ').filter(|word| !word.is_empty()).map(hash).collect();
            words.len() >= TAKEN_OVER_WORDS
                && starts.get(&words[0]).is_some_and(|places| {
                    places.iter().any(|&(source, position)| sources[source][position..].starts_with(&words))
                })
        })
        .map(|(at, _)| at)
        .collect();
    let share = if sentences.is_empty() { 0.0 } else { verbatim.len() as f32 / sentences.len() as f32 };
    Overlap { verbatim, share }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_duplicates_are_told_from_neighbours() {
        let table = [
            ("Use short words.", "Use short words!", true),
            (
                "Readers scan a page until they find what they need.",
                "Readers scan the page until they find what they need.",
                true,
            ),
            (
                "Readers scan a page until they find what they need.",
                "Writers test a draft before they publish what they wrote.",
                false,
            ),
            ("Use lists.", "Use tables.", false),
            ("", "", false),
        ];
        for (left, right, expected) in table {
            assert_eq!(near_duplicate(left, right), expected, "{left:?} and {right:?}");
        }
    }

    #[test]
    fn a_repetition_names_the_earlier_sentence() {
        assert_eq!(repeated_sentences(&["One thing.", "Another thing.", "one thing"]), [(2, 0)]);
    }

    #[test]
    fn verbatim_sentences_are_counted() {
        let sentences =
            ["Readers scan pages until they find answers.", "We wrote this sentence ourselves for this test."];
        let overlap =
            overlap_with_sources(&sentences, &["Most readers scan pages, until they find answers, and leave."]);
        assert_eq!(overlap.verbatim, [0], "punctuation does not hide a copy");
        assert!((overlap.share - 0.5).abs() < f32::EPSILON);
        assert!(overlap_with_sources(&[], &[]).share.abs() < f32::EPSILON);
    }
}
