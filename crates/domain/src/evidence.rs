//! Evidence, citations and the support label of a sentence.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::DocumentId;

/// Where a sentence's fact stands. `quote` is verbatim the text at `start..end` of the document's extracted text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Citation {
    /// The document.
    pub document: DocumentId,
    /// The document's name as the user knows it.
    pub document_name: String,
    /// Page, counted from 1; formats without pages have one page.
    pub page: u32,
    /// First character of the quote, counted in Unicode scalar values.
    pub start: u32,
    /// One past the last character of the quote.
    pub end: u32,
    /// The text of the span.
    pub quote: String,
}

/// One clean sentence of the brand's documents that may carry a claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidenceSentence {
    /// Position in the evidence list; stable within a run.
    pub id: u32,
    /// Where it stands.
    pub citation: Citation,
    /// The sentence as it may be used: white space folded, list marks gone.
    pub text: String,
    /// Headings above it, outermost first.
    pub heading_path: Vec<String>,
    /// Number of the block in its document; neighbours of a run share or follow it.
    pub block: u32,
    /// Number of the sentence inside its block.
    pub position: u32,
    /// True for an item of a list.
    pub list_item: bool,
    /// Relevance to the brief, 0 to 1.
    pub relevance: f32,
    /// Unit vector of the sentence, quantised to -127..=127; empty when no embedder was there.
    pub vector: Vec<i8>,
}

impl EvidenceSentence {
    /// Cosine of the two sentences' vectors; 0 when either has none.
    pub fn similarity(&self, other: &Self) -> f32 {
        quantised_cosine(&self.vector, &other.vector)
    }
}

/// Cosine of two quantised vectors; 0 when either is empty or their lengths differ.
pub fn quantised_cosine(left: &[i8], right: &[i8]) -> f32 {
    if left.is_empty() || left.len() != right.len() {
        return 0.0;
    }
    let (mut dot, mut left_square, mut right_square) = (0_i64, 0_i64, 0_i64);
    for (&a, &b) in left.iter().zip(right) {
        let (a, b) = (i64::from(a), i64::from(b));
        dot += a * b;
        left_square += a * a;
        right_square += b * b;
    }
    if left_square == 0 || right_square == 0 {
        return 0.0;
    }
    (dot as f64 / ((left_square as f64).sqrt() * (right_square as f64).sqrt())) as f32
}

/// Who stands behind a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "label", rename_all = "snake_case")]
pub enum Support {
    /// A document says it.
    Fact {
        /// Where.
        citation: Citation,
        /// Strength of the agreement, 0 to 1.
        strength: f32,
    },
    /// The brief says it.
    User,
    /// A general statement without a number, name, price or superlative that would need a source.
    General,
    /// It states something nobody stands behind.
    Unsupported {
        /// The parts that lack a source: numbers, names, superlatives.
        missing: Vec<String>,
    },
}

/// How many sentences of a piece carry each label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SupportCounts {
    /// Backed by a document.
    pub fact: u32,
    /// From the brief.
    pub user: u32,
    /// General.
    pub general: u32,
    /// Backed by nobody.
    pub unsupported: u32,
}

impl SupportCounts {
    /// Counts the labels of a piece's sentences.
    pub fn of<'a>(labels: impl IntoIterator<Item = &'a Support>) -> Self {
        let mut counts = Self::default();
        for label in labels {
            match label {
                Support::Fact { .. } => counts.fact += 1,
                Support::User => counts.user += 1,
                Support::General => counts.general += 1,
                Support::Unsupported { .. } => counts.unsupported += 1,
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::quantised_cosine;

    #[test]
    fn vectors_that_cannot_be_compared_are_not_alike() {
        assert_eq!(quantised_cosine(&[], &[1]).to_bits(), 0.0_f32.to_bits(), "no vector, no similarity");
        assert!((quantised_cosine(&[100, 0], &[50, 0]) - 1.0).abs() < 1e-6, "length does not matter, direction does");
    }
}
