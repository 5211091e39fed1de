//! Words, content terms and how much two texts share, for times when no vectors are at hand.
//!
//! Invariants
//! - A term is a lower-case stem that carries content; stop words and numbers of one digit are none.

use std::collections::{BTreeMap, BTreeSet};

use super::language::LanguagePack;

/// Lower-case words; curly apostrophes become straight.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        } else if matches!(character, '\'' | '’') && !word.is_empty() {
            word.push('\'');
        } else if !word.is_empty() {
            push(&mut found, &mut word);
        }
    }
    if !word.is_empty() {
        push(&mut found, &mut word);
    }
    found
}

fn push(found: &mut Vec<String>, word: &mut String) {
    let trimmed = word.trim_end_matches('\'').to_owned();
    word.clear();
    if !trimmed.is_empty() {
        found.push(trimmed);
    }
}

/// Number of words, as a reader counts them: what white space separates and has a letter or digit.
pub(super) fn word_count(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// A light stem: common endings of the known languages go while four letters stay.
pub(super) fn stem(word: &str) -> String {
    let mut stem = word.strip_suffix("'s").unwrap_or(word).to_owned();
    for _ in 0..2 {
        let shorter = ["ings", "ing", "ies", "ied", "ed", "es", "en", "er", "ly", "s", "e", "y", "n", "d"]
            .iter()
            .find_map(|ending| stem.strip_suffix(ending).filter(|rest| rest.chars().count() >= 4).map(str::to_owned));
        match shorter {
            Some(shorter) => stem = shorter,
            None => break,
        }
    }
    stem
}

/// Content terms in order, repeats kept.
pub(super) fn terms(text: &str, pack: &LanguagePack) -> Vec<String> {
    words(text)
        .into_iter()
        .filter(|word| word.chars().count() > 1 && !pack.words.stop.contains(word))
        .map(|word| stem(&word))
        .collect()
}

/// Content terms, each once.
pub(super) fn term_set(text: &str, pack: &LanguagePack) -> BTreeSet<String> {
    terms(text, pack).into_iter().collect()
}

/// Shared part of two sets: 1 when they are the same, 0 when nothing is shared.
pub(super) fn overlap(left: &BTreeSet<String>, right: &BTreeSet<String>) -> f32 {
    if left.is_empty() || right.is_empty() {
        return 0.0;
    }
    let shared = left.intersection(right).count();
    shared as f32 / (left.len() + right.len() - shared) as f32
}

/// Part of the smaller set that the other one holds.
pub(super) fn containment(left: &BTreeSet<String>, right: &BTreeSet<String>) -> f32 {
    let smaller = left.len().min(right.len());
    if smaller == 0 { 0.0 } else { left.intersection(right).count() as f32 / smaller as f32 }
}

/// How rare each term is over a list of texts.
#[derive(Debug)]
pub(super) struct Rarity {
    weights: BTreeMap<String, f32>,
    unseen: f32,
}

impl Rarity {
    /// Counts in how many of the texts each term stands.
    pub(super) fn over<'a>(texts: impl Iterator<Item = &'a BTreeSet<String>>) -> Self {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        let mut total = 0_u32;
        for terms in texts {
            total += 1;
            for term in terms {
                *counts.entry(term.clone()).or_default() += 1;
            }
        }
        let weight = |count: u32| ((1.0 + total as f32) / (1.0 + count as f32)).ln() + 0.5;
        Self { weights: counts.into_iter().map(|(term, count)| (term, weight(count))).collect(), unseen: weight(0) }
    }

    /// Weight of a term: at least 0.5, higher the rarer it is.
    pub(super) fn of(&self, term: &str) -> f32 {
        self.weights.get(term).copied().unwrap_or(self.unseen)
    }

    /// Cosine of two term sets weighted by rarity.
    pub(super) fn cosine(&self, left: &BTreeSet<String>, right: &BTreeSet<String>) -> f32 {
        let shared: f32 = left.intersection(right).map(|term| self.of(term).powi(2)).sum();
        if shared <= 0.0 {
            return 0.0;
        }
        let norm = |terms: &BTreeSet<String>| terms.iter().map(|term| self.of(term).powi(2)).sum::<f32>().sqrt();
        let norms = norm(left) * norm(right);
        if norms > 0.0 { shared / norms } else { 0.0 }
    }

    /// Weighted share of `wanted` that `held` has.
    pub(super) fn coverage(&self, wanted: &BTreeSet<String>, held: &BTreeSet<String>) -> f32 {
        let all: f32 = wanted.iter().map(|term| self.of(term)).sum();
        let found: f32 = wanted.intersection(held).map(|term| self.of(term)).sum();
        if all > 0.0 { found / all } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::Language;

    use super::{super::language::pack, *};

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for (left, right) in [("write", "writing"), ("ferries", "ferry"), ("ticket's", "tickets")] {
            assert_eq!(stem(left), stem(right), "{left} and {right} are forms of one word");
        }
    }

    #[test]
    fn terms_leave_out_what_carries_no_content() {
        assert_eq!(terms("The ferry is at the pier.", pack(Language::En)), ["ferr", "pier"]);
    }
}
