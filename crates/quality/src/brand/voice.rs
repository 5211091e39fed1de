//! How a brand sounds, counted: over one text, over all its documents, and in plain words.

use std::collections::BTreeMap;

use quillhouse_domain::{Language, ToneBand, VoiceKind, VoiceMeasure, VoiceOutside};
use serde::{Deserialize, Serialize};

use super::tone::{ToneCounts, band};
use crate::{
    lexicon::lexicon,
    readability::{flesch, is_passive},
    text::{located_numbers, token::tokens},
};

/// What was counted in the running text of one document or draft.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VoiceCounts {
    /// Sentences.
    pub sentences: u32,
    /// How many sentences have how many words.
    pub lengths: BTreeMap<u16, u32>,
    /// Flesch reading ease; `None` for too little text.
    pub ease: Option<f32>,
    /// Sentences with `we` or `you`.
    pub person: u32,
    /// Contractions; `None` where the language has none to speak of.
    pub contractions: Option<u32>,
    /// Sentences in the passive voice; `None` where it is not recognised.
    pub passive: Option<u32>,
    /// Sentences with a number.
    pub numbers: u32,
    /// Sentences that ask.
    pub questions: u32,
    /// Sentences with an exclamation mark.
    pub exclamations: u32,
    /// How it sounds; `None` where that is not measured.
    #[serde(default)]
    pub tone: Option<ToneCounts>,
}

impl VoiceCounts {
    /// Counts whole sentences of running text.
    pub fn of(sentences: &[&str], language: Language) -> Self {
        let mut counts = Self {
            ease: flesch(sentences, language),
            contractions: (language == Language::En).then_some(0),
            passive: matches!(language, Language::En | Language::De).then_some(0),
            tone: ToneCounts::of(sentences, language),
            ..Self::default()
        };
        let persons = &lexicon(language).persons;
        for sentence in sentences {
            let words = tokens(sentence);
            if words.is_empty() {
                continue;
            }
            counts.sentences += 1;
            *counts.lengths.entry(u16::try_from(words.len()).unwrap_or(u16::MAX)).or_default() += 1;
            // The polite form in German is told from `they` by its capital inside the sentence.
            let polite = language == Language::De
                && words.iter().skip(1).any(|word| matches!(word.text, "Sie" | "Ihnen" | "Ihr" | "Ihre" | "Ihren"));
            counts.person += u32::from(polite || words.iter().any(|word| persons.contains(word.lower.as_str())));
            if let Some(contractions) = &mut counts.contractions {
                *contractions += words.iter().filter(|word| is_contraction(&word.lower)).count() as u32;
            }
            if let Some(passive) = &mut counts.passive {
                *passive += u32::from(is_passive(sentence, language));
            }
            counts.numbers += u32::from(!located_numbers(sentence, &words, language).is_empty());
            let end = sentence.trim_end_matches(['"', '”', '’', ')', '»', '*', ' ']);
            counts.questions += u32::from(end.ends_with('?'));
            counts.exclamations += u32::from(end.ends_with('!'));
        }
        counts
    }

    /// The value of a measure; `None` when it was not counted.
    pub fn value(&self, kind: VoiceKind) -> Option<f32> {
        if self.sentences == 0 {
            return None;
        }
        let share = |count: u32| count as f32 / self.sentences as f32;
        match kind {
            VoiceKind::SentenceLength => Some(self.median_length()),
            VoiceKind::ReadingEase => self.ease,
            VoiceKind::Person => Some(share(self.person)),
            VoiceKind::Contractions => self.contractions.map(share),
            VoiceKind::Passive => self.passive.map(share),
            VoiceKind::Numbers => Some(share(self.numbers)),
            VoiceKind::Questions => Some(share(self.questions)),
            VoiceKind::Exclamations => Some(share(self.exclamations)),
            VoiceKind::Plainness | VoiceKind::Warmth | VoiceKind::Confidence | VoiceKind::Promotion => {
                self.tone.as_ref()?.value(kind, self.sentences)
            }
        }
    }

    fn median_length(&self) -> f32 {
        let middle = self.sentences.div_ceil(2);
        let mut seen = 0;
        for (length, count) in &self.lengths {
            seen += count;
            if seen >= middle {
                return f32::from(*length);
            }
        }
        0.0
    }

    fn add(&mut self, other: &Self) {
        let weight = |counts: &Self| counts.sentences as f32;
        self.ease = match (self.ease, other.ease) {
            (Some(own), Some(new)) => {
                Some((own * weight(self) + new * weight(other)) / (weight(self) + weight(other)).max(1.0))
            }
            (own, new) => own.or(new),
        };
        self.sentences += other.sentences;
        for (length, count) in &other.lengths {
            *self.lengths.entry(*length).or_default() += count;
        }
        self.person += other.person;
        for (own, new) in [(&mut self.contractions, other.contractions), (&mut self.passive, other.passive)] {
            *own = match (*own, new) {
                (Some(own), Some(new)) => Some(own + new),
                (own, new) => own.or(new),
            };
        }
        match (&mut self.tone, &other.tone) {
            (Some(own), Some(new)) => own.add(new),
            (own @ None, Some(new)) => *own = Some(new.clone()),
            (_, None) => {}
        }
        self.numbers += other.numbers;
        self.questions += other.questions;
        self.exclamations += other.exclamations;
    }
}

fn is_contraction(word: &str) -> bool {
    word.ends_with("n't")
        || ["'re", "'ve", "'ll", "'m", "'d"].iter().any(|ending| word.ends_with(ending))
        || matches!(
            word,
            "it's"
                | "that's"
                | "there's"
                | "here's"
                | "what's"
                | "let's"
                | "who's"
                | "he's"
                | "she's"
                | "how's"
                | "where's"
        )
}

/// All measures, in the order in which they are shown.
const KINDS: [VoiceKind; 12] = [
    VoiceKind::SentenceLength,
    VoiceKind::ReadingEase,
    VoiceKind::Person,
    VoiceKind::Contractions,
    VoiceKind::Passive,
    VoiceKind::Numbers,
    VoiceKind::Questions,
    VoiceKind::Exclamations,
    VoiceKind::Plainness,
    VoiceKind::Warmth,
    VoiceKind::Confidence,
    VoiceKind::Promotion,
];

/// The least width of a range on each side of its value: what two texts by one hand differ by.
const fn least_room(kind: VoiceKind) -> f32 {
    match kind {
        VoiceKind::SentenceLength => 3.0,
        VoiceKind::ReadingEase => 6.0,
        VoiceKind::Person => 0.12,
        VoiceKind::Contractions | VoiceKind::Numbers | VoiceKind::Warmth | VoiceKind::Promotion => 0.08,
        VoiceKind::Passive => 0.06,
        VoiceKind::Questions | VoiceKind::Exclamations => 0.03,
        // These words are few, so that one more of them moves a share by much.
        VoiceKind::Plainness | VoiceKind::Confidence => 0.2,
    }
}

/// The measures over documents: the value over all sentences, the range between the quartiles of the documents.
/// Empty without a document.
pub fn profile(documents: &[VoiceCounts]) -> Vec<VoiceMeasure> {
    let mut all = VoiceCounts::default();
    for counts in documents {
        all.add(counts);
    }
    KINDS
        .into_iter()
        .filter_map(|kind| {
            let value = all.value(kind)?;
            let mut values: Vec<f32> = documents.iter().filter_map(|counts| counts.value(kind)).collect();
            values.sort_by(f32::total_cmp);
            let room = least_room(kind);
            // Each document may be too short for what all of them together tell.
            let low = quantile(&values, 0.25).unwrap_or(value).min(value - room).max(0.0);
            let high = quantile(&values, 0.75).unwrap_or(value).max(value + room);
            Some(VoiceMeasure { kind, value, low, high: high.min(scale(kind).end) })
        })
        .collect()
}

fn quantile(sorted: &[f32], share: f32) -> Option<f32> {
    let last = sorted.len().checked_sub(1)?;
    let at = share * last as f32;
    let (below, above) = (sorted[at.floor() as usize], sorted[(at.ceil() as usize).min(last)]);
    Some(below + (above - below) * at.fract())
}

/// The measures of one text that lie outside their range.
pub fn outside(counts: &VoiceCounts, measures: &[VoiceMeasure]) -> Vec<VoiceOutside> {
    measures
        .iter()
        .filter_map(|&VoiceMeasure { kind, low, high, .. }| {
            let value = counts.value(kind)?;
            // Of tone only what is sure to be heard: more formal than the brand, more advertising, more certainty.
            let (below, above) = match kind {
                VoiceKind::Plainness => (true, false),
                VoiceKind::Promotion | VoiceKind::Confidence => (false, true),
                VoiceKind::Warmth => (false, false),
                _ => (true, true),
            };
            let beyond = below && value < low || above && value > high;
            beyond.then_some(VoiceOutside { measure: kind, value, low, high })
        })
        .collect()
}

/// The values of one text for the kinds that can be measured in it.
pub fn measured(counts: &VoiceCounts) -> Vec<(VoiceKind, f32)> {
    KINDS.into_iter().filter_map(|kind| Some((kind, counts.value(kind)?))).collect()
}

/// The ends between which a measure is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoiceScale {
    /// Left end.
    pub start: f32,
    /// Right end.
    pub end: f32,
}

/// The scale of a measure.
pub const fn scale(kind: VoiceKind) -> VoiceScale {
    let end = match kind {
        VoiceKind::SentenceLength => 35.0,
        VoiceKind::ReadingEase => 100.0,
        VoiceKind::Person
        | VoiceKind::Numbers
        | VoiceKind::Contractions
        | VoiceKind::Plainness
        | VoiceKind::Confidence => 1.0,
        VoiceKind::Passive => 0.6,
        VoiceKind::Questions | VoiceKind::Exclamations | VoiceKind::Warmth | VoiceKind::Promotion => 0.4,
    };
    VoiceScale { start: 0.0, end }
}

/// A measure in plain English: `14 words, spread 9–19`.
pub fn summary(measure: &VoiceMeasure) -> String {
    let value = measure.value;
    match measure.kind {
        VoiceKind::SentenceLength => format!("{value:.0} words, spread {:.0}–{:.0}", measure.low, measure.high),
        VoiceKind::ReadingEase => {
            let word = match value {
                value if value >= 80.0 => "very easy",
                value if value >= 70.0 => "easy",
                value if value >= 60.0 => "plain",
                value if value >= 50.0 => "fairly hard",
                value if value >= 30.0 => "hard",
                _ => "very hard",
            };
            format!("{value:.0}, {word}")
        }
        VoiceKind::Person | VoiceKind::Numbers => in_sentences(value),
        VoiceKind::Contractions => match value {
            value if value < 0.02 => "almost never".to_owned(),
            value if value < 0.08 => "seldom".to_owned(),
            value if value < 0.25 => "now and then".to_owned(),
            _ => "often".to_owned(),
        },
        VoiceKind::Passive => format!("{:.0} %", value * 100.0),
        VoiceKind::Questions | VoiceKind::Exclamations => match value {
            value if value < 0.005 => "never".to_owned(),
            value if value < 0.03 => "almost never".to_owned(),
            value => format!("{:.0} % of sentences", value * 100.0),
        },
        VoiceKind::Plainness | VoiceKind::Warmth | VoiceKind::Confidence | VoiceKind::Promotion => {
            sounding(measure.kind, band(measure.kind, value)).to_owned()
        }
    }
}

const fn sounding(kind: VoiceKind, band: Option<ToneBand>) -> &'static str {
    match (kind, band) {
        (VoiceKind::Plainness, Some(ToneBand::High)) => "plain",
        (VoiceKind::Plainness, Some(ToneBand::Low)) => "formal",
        (VoiceKind::Warmth, Some(ToneBand::High)) => "warm",
        (VoiceKind::Warmth, Some(ToneBand::Low)) => "matter-of-fact",
        (VoiceKind::Confidence, Some(ToneBand::High)) => "confident",
        (VoiceKind::Confidence, Some(ToneBand::Low)) => "careful, it hedges",
        (VoiceKind::Promotion, Some(ToneBand::High)) => "promotional",
        (VoiceKind::Promotion, Some(ToneBand::Low)) => "no advertising",
        (VoiceKind::Plainness, _) => "between plain and formal",
        (VoiceKind::Warmth, _) => "neither warm nor cool",
        (VoiceKind::Promotion, _) => "a little advertising",
        _ => "neither bold nor careful",
    }
}

fn in_sentences(share: f32) -> String {
    const NAMES: [&str; 6] = ["", "one", "one in two", "one in three", "one in four", "one in five"];
    match share {
        share if share < 0.02 => "almost never".to_owned(),
        share if share < 0.15 => format!("one in {:.0} sentences", 1.0 / share),
        share if share <= 0.55 => {
            let parts = (1.0 / share).round() as usize;
            if parts >= 2 && parts < NAMES.len() && (share - 1.0 / parts as f32).abs() < 0.035 {
                format!("{} sentences", NAMES[parts])
            } else {
                format!("in {:.0} of 10 sentences", share * 10.0)
            }
        }
        share => format!("in {:.0} of 10 sentences", share * 10.0),
    }
}
