//! How near texts are to each other: by vectors when there are any, by rare shared terms otherwise.
//!
//! Invariants
//! - Similarities lie in 0..=1 and are symmetric.

use std::collections::BTreeSet;

use quillhouse_domain::{EvidenceSentence, quantised_cosine};

use super::{
    language::LanguagePack,
    terms::{Rarity, term_set},
};

/// Cosine of two quantised vectors, never below 0; 0 when either is empty or their lengths differ.
pub(super) fn cosine(left: &[i8], right: &[i8]) -> f32 {
    quantised_cosine(left, right).max(0.0)
}

/// A text or a group of texts as a point.
#[derive(Debug, Clone, Default)]
pub(super) struct Point {
    vector: Vec<f32>,
    terms: BTreeSet<String>,
}

/// The evidence with the rarity of its terms.
#[derive(Debug)]
pub(super) struct Space {
    points: Vec<Point>,
    rarity: Rarity,
}

impl Space {
    /// Measures every sentence once.
    pub(super) fn over(sentences: &[EvidenceSentence], pack: &LanguagePack) -> Self {
        let points: Vec<Point> = sentences
            .iter()
            .map(|sentence| Point {
                vector: unit(sentence.vector.iter().map(|&value| f32::from(value)).collect()),
                terms: term_set(&sentence.text, pack),
            })
            .collect();
        let rarity = Rarity::over(points.iter().map(|point| &point.terms));
        Self { points, rarity }
    }

    /// The middle of some sentences.
    pub(super) fn middle(&self, sentences: &[u32]) -> Point {
        let mut middle = Point::default();
        for &sentence in sentences {
            let Some(point) = self.points.get(sentence as usize) else { continue };
            middle.terms.extend(point.terms.iter().cloned());
            if middle.vector.is_empty() {
                middle.vector.clone_from(&point.vector);
            } else if middle.vector.len() == point.vector.len() {
                for (sum, value) in middle.vector.iter_mut().zip(&point.vector) {
                    *sum += value;
                }
            }
        }
        middle.vector = unit(middle.vector);
        middle
    }

    /// Nearness of two points.
    pub(super) fn nearness(&self, left: &Point, right: &Point) -> f32 {
        if left.vector.is_empty() || left.vector.len() != right.vector.len() {
            return self.rarity.cosine(&left.terms, &right.terms);
        }
        let cosine: f32 = left.vector.iter().zip(&right.vector).map(|(a, b)| a * b).sum();
        cosine.max(0.0)
    }

    /// Nearness of two sentences by rare shared terms alone.
    pub(super) fn lexical(&self, left: u32, right: u32) -> f32 {
        self.rarity.cosine(&self.points[left as usize].terms, &self.points[right as usize].terms)
    }

    /// Nearness of two sentences.
    pub(super) fn between(&self, left: u32, right: u32) -> f32 {
        self.nearness(&self.points[left as usize], &self.points[right as usize])
    }
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let norm = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if norm > 0.0 {
        for value in &mut vector {
            *value /= norm;
        }
        vector
    } else {
        Vec::new()
    }
}
