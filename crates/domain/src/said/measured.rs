//! What a check of the score measured.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Language, VoiceKind};

/// What a check measured, short: `2.1 %, 7 times`, `14 of 40 sentences`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Measured {
    /// None of what was looked for.
    Nothing,
    /// Words.
    Words {
        /// How many.
        count: u32,
    },
    /// Words against what is wanted.
    WordsOf {
        /// How many.
        found: u32,
        /// Wanted.
        count: u32,
    },
    /// Words of the longest paragraph.
    LongestParagraph {
        /// How many.
        count: u32,
    },
    /// Words of the longest section.
    LongestSection {
        /// How many.
        count: u32,
    },
    /// Characters.
    Characters {
        /// How many.
        count: u32,
    },
    /// A share.
    Percent {
        /// 0 to 100.
        percent: f32,
    },
    /// The share of sentences that are longer than so many words.
    LongSentences {
        /// 0 to 100.
        percent: f32,
        /// Words from which on a sentence is long.
        count: u32,
    },
    /// How often the keyphrase occurs.
    Density {
        /// 0 to 100, with one decimal.
        percent_exact: f32,
        /// Times.
        count: u32,
    },
    /// The longest run of sentences without the topic.
    Gap {
        /// Sentences.
        count: u32,
        /// Their share of all, 0 to 100.
        percent: f32,
    },
    /// Some of all.
    Of {
        /// How many.
        found: u32,
        /// Of how many.
        of: u32,
    },
    /// Some of all sentences.
    SentencesOf {
        /// How many.
        found: u32,
        /// Of how many.
        count: u32,
    },
    /// Sentences that have it.
    InSentences {
        /// How many.
        count: u32,
    },
    /// Sentences with a citation, and the documents they cite.
    Citations {
        /// Sentences.
        sentences: u32,
        /// Documents.
        count: u32,
    },
    /// Headings of the first level.
    Titles {
        /// How many.
        found: u32,
    },
    /// Headings of the second level.
    Headings {
        /// How many.
        found: u32,
    },
    /// Headings built alike.
    Alike {
        /// How many.
        found: u32,
        /// Of how many.
        of: u32,
    },
    /// Times.
    Times {
        /// How many.
        count: u32,
    },
    /// Hashtags.
    Hashtags {
        /// How many.
        count: u32,
    },
    /// Runs of sentences that open alike.
    Runs {
        /// How many.
        count: u32,
    },
    /// What stands there twice.
    Repeated {
        /// How many.
        found: u32,
    },
    /// Flesch reading ease.
    Ease {
        /// 0 to 100.
        rounded: f32,
    },
    /// Width in a list of results.
    Width {
        /// In pixels.
        rounded: f32,
    },
    /// Speed of a script.
    Pace {
        /// Words a minute.
        count: u32,
    },
    /// Numbers written in digits.
    Digits {
        /// How many.
        found: u32,
    },
    /// What was found, word for word.
    Quoted {
        /// In order.
        parts: Vec<String>,
    },
    /// Words the brand does not say.
    Terms {
        /// The first few.
        found: Vec<SaidTerm>,
    },
    /// Measures of the voice against the brand's.
    Voice {
        /// Measures inside their range.
        inside: u32,
        /// Measures there are.
        all: u32,
        /// The others.
        outside: Vec<VoiceOutside>,
    },
    /// The language the text is in.
    LanguageFound {
        /// Its code.
        language: Language,
    },
    /// The text is too short or unclear to tell its language.
    LanguageUnknown,
    /// All words in one sentence.
    InOneSentence,
    /// The words stand in several sentences of the paragraph.
    SpreadOverParagraph,
    /// It is missing.
    NotThere,
    /// At the beginning.
    AtBeginning,
    /// Further back.
    NotAtBeginning,
    /// In other words or in another order.
    OtherWords,
}

/// A word the brand does not say, as found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SaidTerm {
    /// As it stands in the text.
    pub not: String,
    /// What to say; empty when there is only something to avoid.
    pub say: String,
}

/// A measure of the voice outside its range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VoiceOutside {
    /// Which.
    pub measure: VoiceKind,
    /// In the text.
    pub value: f32,
    /// Lower end of the brand's range.
    pub low: f32,
    /// Upper end of the brand's range.
    pub high: f32,
}

impl fmt::Display for VoiceOutside {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.measure {
            VoiceKind::SentenceLength => "sentence length",
            VoiceKind::ReadingEase => "reading ease",
            VoiceKind::Person => "“we” and “you”",
            VoiceKind::Contractions => "contractions",
            VoiceKind::Passive => "passive",
            VoiceKind::Numbers => "numbers",
            VoiceKind::Questions => "questions",
            VoiceKind::Exclamations => "exclamation marks",
            VoiceKind::Plainness => "plain words",
            VoiceKind::Warmth => "warm words",
            VoiceKind::Confidence => "words of certainty",
            VoiceKind::Promotion => "words of advertising",
        };
        let shown = |value: f32| match self.measure {
            VoiceKind::SentenceLength | VoiceKind::ReadingEase => format!("{value:.0}"),
            _ => format!("{:.0} %", value * 100.0),
        };
        write!(formatter, "{name} {} (brand {}–{})", shown(self.value), shown(self.low), shown(self.high))
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => formatter.write_str("none"),
            Self::Words { count } => write!(formatter, "{count} words"),
            Self::WordsOf { found, count } => write!(formatter, "{found} of {count} words"),
            Self::LongestParagraph { count } => write!(formatter, "longest {count} words"),
            Self::LongestSection { count } => write!(formatter, "longest section {count} words"),
            Self::Characters { count } => write!(formatter, "{count} characters"),
            Self::Percent { percent } => write!(formatter, "{percent:.0} %"),
            Self::LongSentences { percent, count } => write!(formatter, "{percent:.0} % over {count} words"),
            Self::Density { percent_exact, count } => write!(formatter, "{percent_exact:.1} %, {count} times"),
            Self::Gap { count, percent } => write!(formatter, "longest gap {count} sentences, {percent:.0} %"),
            Self::Of { found, of } => write!(formatter, "{found} of {of}"),
            Self::SentencesOf { found, count } => write!(formatter, "{found} of {count} sentences"),
            Self::InSentences { count } => write!(formatter, "in {count} sentences"),
            Self::Citations { sentences, count } => {
                write!(formatter, "{sentences} cited sentences over {count} documents")
            }
            Self::Titles { found } => write!(formatter, "{found} H1"),
            Self::Headings { found } => write!(formatter, "{found} H2"),
            Self::Alike { found, of } => write!(formatter, "{found} of {of} alike"),
            Self::Times { count } => write!(formatter, "{count} times"),
            Self::Hashtags { count } => write!(formatter, "{count} hashtags"),
            Self::Runs { count } => write!(formatter, "{count} runs"),
            Self::Repeated { found } => write!(formatter, "{found} repeated"),
            Self::Ease { rounded } => write!(formatter, "{rounded:.0}"),
            Self::Width { rounded } => write!(formatter, "{rounded:.0} px"),
            Self::Pace { count } => write!(formatter, "{count} words a minute"),
            Self::Digits { found } => write!(formatter, "{found} in digits"),
            Self::Quoted { parts } => write!(formatter, "`{}`", parts.join("`, `")),
            Self::Terms { found } => {
                let told: Vec<String> = found
                    .iter()
                    .map(
                        |SaidTerm { not, say }| {
                            if say.is_empty() { format!("`{not}`") } else { format!("`{not}` (say `{say}`)") }
                        },
                    )
                    .collect();
                formatter.write_str(&told.join(", "))
            }
            Self::Voice { inside, all, outside } if outside.is_empty() => {
                write!(formatter, "{inside} of {all} measures in the brand's range")
            }
            Self::Voice { inside, all, outside } => {
                let told: Vec<String> = outside.iter().map(ToString::to_string).collect();
                write!(formatter, "{inside} of {all} in range; outside: {}", told.join(", "))
            }
            Self::LanguageFound { language } => write!(formatter, "{language}"),
            Self::LanguageUnknown => formatter.write_str("unknown"),
            Self::InOneSentence => formatter.write_str("in one sentence"),
            Self::SpreadOverParagraph => formatter.write_str("spread over the paragraph"),
            Self::NotThere => formatter.write_str("not there"),
            Self::AtBeginning => formatter.write_str("at the beginning"),
            Self::NotAtBeginning => formatter.write_str("not at the beginning"),
            Self::OtherWords => formatter.write_str("in other words or order"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_reads_as_words_on_a_terminal() {
        for (measured, expected) in [
            (Measured::Nothing, "none"),
            (Measured::WordsOf { found: 640, count: 800 }, "640 of 800 words"),
            (Measured::Density { percent_exact: 2.14, count: 7 }, "2.1 %, 7 times"),
            (Measured::Quoted { parts: vec!["as an ai".into(), "{{".into()] }, "`as an ai`, `{{`"),
            (
                Measured::Terms {
                    found: vec![
                        SaidTerm { not: "voyage".into(), say: "crossing".into() },
                        SaidTerm { not: "cheap".into(), say: String::new() },
                    ],
                },
                "`voyage` (say `crossing`), `cheap`",
            ),
            (Measured::Voice { inside: 8, all: 8, outside: Vec::new() }, "8 of 8 measures in the brand's range"),
            (
                Measured::Voice {
                    inside: 7,
                    all: 8,
                    outside: vec![VoiceOutside { measure: VoiceKind::Passive, value: 0.24, low: 0.0, high: 0.1 }],
                },
                "7 of 8 in range; outside: passive 24 % (brand 0 %–10 %)",
            ),
        ] {
            assert_eq!(measured.to_string(), expected);
            let json = serde_json::to_string(&measured).unwrap();
            assert_eq!(serde_json::from_str::<Measured>(&json).unwrap(), measured, "{json}");
        }
    }
}
