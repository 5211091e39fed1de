//! A keyphrase and where it occurs, by the stems of its content words.

use std::collections::HashMap;

use quillhouse_domain::Language;

use crate::text::{content_stems, fold, stems};

/// A phrase to look for.
#[derive(Debug)]
pub(crate) struct Phrase {
    folded: String,
    stems: Vec<String>,
    language: Language,
}

/// How a text holds a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// The very words begin the text.
    First,
    /// The very words are in it.
    Exact,
    /// All content words are in it.
    Words,
    /// Some are.
    Some,
    /// None is.
    Absent,
}

impl Phrase {
    pub(crate) fn new(text: &str, language: Language) -> Self {
        let mut found = content_stems(text, language);
        if found.is_empty() {
            found = stems(text, language);
        }
        let mut unique: Vec<String> = Vec::new();
        for stem in found {
            if !unique.contains(&stem) {
                unique.push(stem);
            }
        }
        Self { folded: fold(text), stems: unique, language }
    }

    pub(crate) fn words(&self) -> usize {
        self.stems.len()
    }

    /// How often all its words occur together in one sentence, given as stems.
    pub(crate) fn hits(&self, sentence: &HashMap<String, usize>) -> usize {
        self.stems.iter().map(|stem| sentence.get(stem).copied().unwrap_or(0)).min().unwrap_or(0)
    }

    /// Share of its words in a sentence, given as stems.
    pub(crate) fn share(&self, sentence: &HashMap<String, usize>) -> f32 {
        if self.stems.is_empty() {
            return 0.0;
        }
        self.stems.iter().filter(|stem| sentence.contains_key(*stem)).count() as f32 / self.stems.len() as f32
    }

    pub(crate) fn presence(&self, text: &str) -> Presence {
        if self.stems.is_empty() {
            return Presence::Absent;
        }
        let folded = fold(text);
        let padded = format!(" {folded} ");
        if let Some(at) = padded.find(&format!(" {} ", self.folded)) {
            // Function words before it still count as the beginning.
            return if content_stems(&padded[..at], self.language).is_empty() {
                Presence::First
            } else {
                Presence::Exact
            };
        }
        let counted = counted(&stems(text, self.language));
        match self.share(&counted) {
            share if share >= 1.0 => Presence::Words,
            share if share > 0.0 => Presence::Some,
            _ => Presence::Absent,
        }
    }

    /// How many of its words stand in a slug, and how many it has.
    pub(crate) fn in_slug(&self, slug: &str) -> (usize, usize) {
        let parts = counted(&stems(&slug.replace(['-', '_', '/'], " "), self.language));
        (self.stems.iter().filter(|stem| parts.contains_key(*stem)).count(), self.stems.len())
    }
}

/// Stems with their number.
pub(crate) fn counted(stems: &[String]) -> HashMap<String, usize> {
    let mut counts = HashMap::with_capacity(stems.len());
    for stem in stems {
        *counts.entry(stem.clone()).or_default() += 1;
    }
    counts
}
