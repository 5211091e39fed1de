//! How a text sounds, by words that show it: plain or formal, certain or hedged, warm, promotional; and the words of manner
//! a brand uses more than others do. English and German; in other languages nothing is measured.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use quillhouse_domain::{Language, MannerWord, ToneBand, VoiceKind, VoiceMeasure};
use serde::{Deserialize, Serialize};

use crate::{
    lexicon::{Phrases, entries, pairs},
    text::token::{Token, tokens},
};

/// What was counted in the running text of one document or draft.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToneCounts {
    /// Words.
    pub words: u32,
    /// Plain words that have a formal one beside them: `use`, `help`.
    pub plain: u32,
    /// Formal words: `utilize`, `in accordance with`.
    pub formal: u32,
    /// Words of certainty.
    pub certain: u32,
    /// Words that hedge.
    pub hedged: u32,
    /// Sentences with a warm word.
    pub warm: u32,
    /// Sentences with a word of advertising.
    pub promotional: u32,
    /// Words of manner in their base form.
    pub manner: BTreeMap<String, u32>,
}

struct Lists {
    plain: Phrases,
    formal: Phrases,
    certain: Phrases,
    hedged: Phrases,
    warm: Phrases,
    promotional: Phrases,
    /// How often a million words of general writing hold each.
    manner: HashMap<&'static str, f32>,
}

impl Lists {
    fn parse(tone: &'static str, manner: &'static str) -> Self {
        let group = |name: &str| Phrases::of(pairs(tone).filter(|(group, _)| *group == name).map(|(_, phrase)| phrase));
        Self {
            plain: group("plain"),
            formal: group("formal"),
            certain: group("certain"),
            hedged: group("hedged"),
            warm: group("warm"),
            promotional: group("promotional"),
            manner: entries(manner)
                .filter_map(|entry| entry.rsplit_once(' '))
                .filter_map(|(word, often)| Some((word, often.parse().ok()?)))
                .collect(),
        }
    }
}

static ENGLISH: LazyLock<Lists> = LazyLock::new(|| {
    Lists::parse(
        include_str!("../../../../assets/rules/en/tone.txt"),
        include_str!("../../../../assets/rules/en/manner.txt"),
    )
});
static GERMAN: LazyLock<Lists> = LazyLock::new(|| {
    Lists::parse(
        include_str!("../../../../assets/rules/de/tone.txt"),
        include_str!("../../../../assets/rules/de/manner.txt"),
    )
});

fn lists(language: Language) -> Option<&'static Lists> {
    match language {
        Language::En => Some(&ENGLISH),
        Language::De => Some(&GERMAN),
        _ => None,
    }
}

/// The base form of a word of manner; `None` for any other word. Lower case with straight apostrophes.
pub fn manner_word(word: &str, language: Language) -> Option<&'static str> {
    let known = &lists(language)?.manner;
    let base = |word: &str| known.get_key_value(word).map(|(base, _)| *base);
    base(word).or_else(|| {
        // `freundliche`, `freundlichen`
        (language == Language::De)
            .then(|| ["en", "em", "er", "es", "e"].iter().find_map(|ending| base(word.strip_suffix(ending)?)))
            .flatten()
    })
}

fn count(phrases: &Phrases, tokens: &[Token<'_>]) -> u32 {
    let (mut at, mut found) = (0, 0);
    while at < tokens.len() {
        match phrases.match_at(tokens, at) {
            Some(length) => {
                found += 1;
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

impl ToneCounts {
    /// Counts whole sentences of running text; `None` for a language without lists.
    pub fn of(sentences: &[&str], language: Language) -> Option<Self> {
        let lists = lists(language)?;
        let mut counts = Self::default();
        for sentence in sentences {
            let tokens = tokens(sentence);
            counts.words += tokens.len() as u32;
            counts.plain += count(&lists.plain, &tokens);
            counts.formal += count(&lists.formal, &tokens);
            counts.certain += count(&lists.certain, &tokens);
            counts.hedged += count(&lists.hedged, &tokens);
            counts.warm += u32::from(lists.warm.any(&tokens));
            counts.promotional += u32::from(lists.promotional.any(&tokens));
            for token in &tokens {
                if let Some(word) = manner_word(&token.lower, language) {
                    *counts.manner.entry(word.to_owned()).or_default() += 1;
                }
            }
        }
        Some(counts)
    }

    /// The value of a measure of tone over this many sentences; `None` when there is too little to tell.
    pub(super) fn value(&self, kind: VoiceKind, sentences: u32) -> Option<f32> {
        let share = |one: u32, other: u32| {
            let all = one + other;
            (all >= LEAST_MARKERS).then(|| one as f32 / all as f32)
        };
        let often = |count: u32| (sentences >= LEAST_SENTENCES).then(|| count as f32 / sentences as f32);
        match kind {
            VoiceKind::Plainness => share(self.plain, self.formal),
            VoiceKind::Confidence => share(self.certain, self.hedged),
            VoiceKind::Warmth => often(self.warm),
            VoiceKind::Promotion => often(self.promotional),
            _ => None,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.words += other.words;
        self.plain += other.plain;
        self.formal += other.formal;
        self.certain += other.certain;
        self.hedged += other.hedged;
        self.warm += other.warm;
        self.promotional += other.promotional;
        for (word, count) in &other.manner {
            *self.manner.entry(word.clone()).or_default() += count;
        }
    }
}

/// Fewest words of either side before their share says anything: at ten, one word more moves it by a tenth at most.
const LEAST_MARKERS: u32 = 10;
/// Fewest sentences of which a share is taken.
const LEAST_SENTENCES: u32 = 12;

/// Where a measure of tone stands; `None` for the other measures. The bounds are about the quartiles over 379 descriptions
/// of open-source programs, of which a quarter is written formally and a quarter in plain words.
pub fn band(kind: VoiceKind, value: f32) -> Option<ToneBand> {
    let (low, high) = match kind {
        VoiceKind::Plainness => (0.40, 0.70),
        VoiceKind::Confidence => (0.11, 0.36),
        VoiceKind::Warmth => (0.01, 0.06),
        VoiceKind::Promotion => (0.01, 0.05),
        _ => return None,
    };
    Some(match value {
        value if value < low => ToneBand::Low,
        value if value > high => ToneBand::High,
        _ => ToneBand::Middle,
    })
}

/// The measures of tone that stand out, as words for a prompt: `plain`, `matter-of-fact`.
pub fn tone_words(measures: &[VoiceMeasure]) -> Vec<&'static str> {
    measures
        .iter()
        .filter_map(|measure| match (measure.kind, band(measure.kind, measure.value)?) {
            (VoiceKind::Plainness, ToneBand::High) => Some("plain"),
            (VoiceKind::Plainness, ToneBand::Low) => Some("formal"),
            (VoiceKind::Confidence, ToneBand::High) => Some("confident"),
            (VoiceKind::Confidence, ToneBand::Low) => Some("careful in its claims"),
            (VoiceKind::Warmth, ToneBand::High) => Some("warm"),
            (VoiceKind::Warmth, ToneBand::Low) => Some("matter-of-fact"),
            (VoiceKind::Promotion, ToneBand::High) => Some("promotional"),
            (VoiceKind::Promotion, ToneBand::Low) => Some("without advertising"),
            _ => None,
        })
        .collect()
}

/// Most words of manner that are told.
const MOST_WORDS: usize = 12;
/// Fewest uses, and fewest documents, of a word that belongs to the brand and not to one text.
const LEAST_USES: u32 = 4;
const LEAST_DOCUMENTS: u32 = 2;
/// How many times the general frequency makes a word the brand's own.
const LEAST_RATIO: f64 = 2.5;
/// Log-likelihood from which the difference is no chance, at one in a thousand.
const LEAST_KEYNESS: f64 = 10.83;

/// The words of manner that documents of one language use more than general writing does, the most telling first.
pub fn manner<'a>(documents: impl IntoIterator<Item = &'a ToneCounts>, language: Language) -> Vec<MannerWord> {
    let Some(lists) = lists(language) else { return Vec::new() };
    let mut uses: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    let mut words = 0_u32;
    for counts in documents {
        words += counts.words;
        for (word, count) in &counts.manner {
            let known = uses.entry(word).or_default();
            known.0 += count;
            known.1 += 1;
        }
    }
    let mut found: Vec<(f64, MannerWord)> = uses
        .into_iter()
        .filter(|(_, (count, documents))| *count >= LEAST_USES && *documents >= LEAST_DOCUMENTS)
        .filter_map(|(word, (count, documents))| {
            let expected = f64::from(*lists.manner.get(word)?) * f64::from(words) / 1e6;
            let ratio = f64::from(count) / expected.max(1e-9);
            let keyness = 2.0 * (f64::from(count) * ratio.ln() - (f64::from(count) - expected));
            (ratio >= LEAST_RATIO && keyness >= LEAST_KEYNESS)
                .then(|| (keyness, MannerWord { word: word.to_owned(), count, documents }))
        })
        .collect();
    found.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.word.cmp(&right.1.word)));
    found.into_iter().take(MOST_WORDS).map(|(_, word)| word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_show_how_a_text_sounds() {
        let plain = ["You can use it to get help.", "Try it, and tell us what you need."];
        let formal = ["Applicants shall submit the documentation pursuant to the applicable regulation."];
        let counts = ToneCounts::of(&plain, Language::En).unwrap();
        assert!(counts.plain >= 5 && counts.formal == 0, "{counts:?}");
        let counts = ToneCounts::of(&formal, Language::En).unwrap();
        assert!(counts.formal >= 4 && counts.plain == 0, "{counts:?}");
        let sold = ["Discover our stunning, world-class rooms.", "We open at nine."];
        assert_eq!(ToneCounts::of(&sold, Language::En).unwrap().promotional, 1, "one sentence of two sells");
        assert_eq!(ToneCounts::of(&plain, Language::Fr), None, "a language without lists is not measured");
    }

    #[test]
    fn too_little_text_has_no_tone() {
        let counts = ToneCounts { plain: 5, formal: 2, warm: 3, ..ToneCounts::default() };
        assert_eq!(counts.value(VoiceKind::Plainness, 40), None);
        assert_eq!(counts.value(VoiceKind::Warmth, 5), None);
        assert_eq!(ToneCounts { plain: 15, ..counts.clone() }.value(VoiceKind::Plainness, 40), Some(15.0 / 17.0));
        assert_eq!(counts.value(VoiceKind::Warmth, 30), Some(0.1));
    }

    #[test]
    fn a_brands_own_words_stand_out_against_general_writing() {
        let mut counts = ToneCounts { words: 5_000, ..ToneCounts::default() };
        for (word, count) in [("accessible", 9), ("good", 9), ("open", 2), ("inclusive", 3)] {
            counts.manner.insert(word.to_owned(), count);
        }
        let documents = [counts.clone(), counts];
        let found = manner(&documents, Language::En);
        assert_eq!(
            found.first().map(|word| (word.word.as_str(), word.count, word.documents)),
            Some(("accessible", 18, 2))
        );
        assert!(!found.iter().any(|word| word.word == "open"), "as often as anybody says it: {found:?}");
        assert!(manner(&documents[..1], Language::En).is_empty(), "one text is no habit");
    }

    #[test]
    fn german_words_are_known_in_every_form() {
        for form in ["freundlich", "freundliche", "freundlichen", "freundlicher"] {
            assert_eq!(manner_word(form, Language::De), Some("freundlich"));
        }
        assert_eq!(manner_word("freund", Language::De), None);
    }
}
