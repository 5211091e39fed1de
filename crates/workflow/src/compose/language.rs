//! What the composer knows about a language: words, patterns and the few sentences of ours, read from
//! `assets/language/<code>.toml`.
//!
//! Invariants
//! - Every shipped file parses; a test reads all of them.
//! - Patterns state no fact. Which of several is used depends on the content alone.

use std::{collections::HashSet, sync::OnceLock};

use quillhouse_domain::Language;
use serde::Deserialize;

/// One language file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LanguagePack {
    /// Which language it is; set when the file is read.
    #[serde(skip, default = "english")]
    pub(super) language: Language,
    pub(super) words: Words,
    pub(super) sentence: SentenceRules,
    pub(super) style: Style,
    pub(super) connective: Connectives,
    pub(super) title: TitlePatterns,
    pub(super) heading: HeadingPatterns,
    pub(super) introduction: IntroductionPatterns,
    pub(super) close: ClosePatterns,
    pub(super) weak: WeakPatterns,
    pub(super) post: PostPatterns,
    pub(super) audio: AudioPatterns,
    pub(super) video: VideoPatterns,
}

const fn english() -> Language {
    Language::En
}

/// Words by class, in lower case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) stop: HashSet<String>,
    /// What follows these is mostly a noun.
    pub(super) determiners: HashSet<String>,
    /// May lose their capital behind a connective.
    pub(super) lowerable: HashSet<String>,
}

/// How sentences betray that they need something outside themselves.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SentenceRules {
    /// Openings that lean on the sentence before.
    pub(super) leaning: Vec<String>,
    /// Openings that look leaning and stand alone.
    pub(super) standing: Vec<String>,
    /// Stand for something named before.
    pub(super) pronouns: HashSet<String>,
    /// Words that continue something wherever they stand.
    pub(super) continuing: HashSet<String>,
    /// Openings of sentences that are never used.
    pub(super) barred_openers: Vec<String>,
    /// Parts of sentences about the page itself.
    pub(super) page_phrases: Vec<String>,
}

/// Words that tell how a sentence speaks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Style {
    pub(super) imperatives: HashSet<String>,
    pub(super) reader: HashSet<String>,
    pub(super) brand: HashSet<String>,
    /// Words of a brand that sells or serves.
    pub(super) offers: HashSet<String>,
    pub(super) negatives: Vec<String>,
    pub(super) conditions: Vec<String>,
    /// Openings that ask the reader to act.
    pub(super) actions: Vec<String>,
    /// Headings that name a kind of page.
    pub(super) empty_headings: HashSet<String>,
    /// Words of a file name that name the kind of document instead of its subject.
    pub(super) document_words: HashSet<String>,
    /// Parts of headings and document names under which a brand says how it writes.
    #[serde(default)]
    pub(super) writing_headings: Vec<String>,
    /// The same as whole headings or names.
    #[serde(default)]
    pub(super) writing_titles: HashSet<String>,
    /// Openings of a rule about words; with a word in quotation marks the sentence is one.
    #[serde(default)]
    pub(super) writing_openers: Vec<String>,
    /// Words of a brief that asks about writing itself.
    #[serde(default)]
    pub(super) writing_terms: HashSet<String>,
    /// What an answer begins with and cannot stand without its question.
    #[serde(default)]
    pub(super) answers: Vec<String>,
    /// Openings of headings that name a page: `About us`.
    #[serde(default)]
    pub(super) page_openers: Vec<String>,
    pub(super) late_headings: Vec<String>,
    pub(super) early_headings: Vec<String>,
}

/// Joining words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Connectives {
    /// Before the second of two orders; none where a connective turns the word order (German).
    pub(super) addition: Vec<String>,
    /// Between the last two of an enumeration, with its spaces.
    pub(super) join_and: String,
    /// Headings lose their capital inside an enumeration.
    pub(super) headings_lower: bool,
}

/// Title and description.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TitlePatterns {
    pub(super) patterns: Vec<String>,
    pub(super) description: Vec<String>,
    pub(super) description_tail: Vec<String>,
}

/// Headings of ours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadingPatterns {
    /// For the section that is about the keyphrase itself.
    pub(super) core: Vec<String>,
    pub(super) topical: Vec<String>,
    pub(super) plain: Vec<String>,
}

/// Sentences of ours in an introduction.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IntroductionPatterns {
    pub(super) question_audience: Vec<String>,
    pub(super) question: Vec<String>,
    /// Say what comes without naming it.
    #[serde(default)]
    pub(super) promise_audience: Vec<String>,
    #[serde(default)]
    pub(super) promise: Vec<String>,
    /// Enumerate headings that name things.
    pub(super) promise_nouns: Vec<String>,
    /// Enumerate headings that tell the reader what to do.
    #[serde(default)]
    pub(super) promise_deeds: Vec<String>,
}

/// Sentences of ours in a close.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClosePatterns {
    pub(super) action_advice: Vec<String>,
    pub(super) action_offer: Vec<String>,
}

/// What is said when the library is silent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WeakPatterns {
    pub(super) nothing: String,
    pub(super) little: String,
    pub(super) consequence: String,
    pub(super) consequence_little: String,
    pub(super) related_heading: String,
    pub(super) related_lead: String,
    /// At least three, each another view on the topic; the last one lists documents.
    pub(super) headings: Vec<String>,
    pub(super) question_leads: Vec<String>,
    pub(super) questions: Vec<Vec<String>>,
    pub(super) documents_lead: String,
    pub(super) documents: Vec<String>,
    pub(super) action: String,
    pub(super) description: String,
    pub(super) post: Vec<String>,
}

/// Asks of posts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PostPatterns {
    pub(super) asks_advice: Vec<String>,
    pub(super) asks_offer: Vec<String>,
}

/// Spoken frame of an audio script.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AudioPatterns {
    pub(super) opening: String,
    pub(super) close: String,
    pub(super) welcome: String,
    pub(super) welcome_audience: String,
    pub(super) thread: Vec<String>,
    pub(super) last: String,
    pub(super) goodbye: String,
}

/// Pictures and cards of a video script.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VideoPatterns {
    pub(super) opening_picture: String,
    pub(super) pictures: Vec<String>,
    pub(super) close_picture: String,
    pub(super) close_text_advice: String,
    pub(super) close_text_offer: String,
    pub(super) opening_line: String,
}

const FILES: [(Language, &str); 7] = [
    (Language::En, include_str!("../../../../assets/language/en.toml")),
    (Language::De, include_str!("../../../../assets/language/de.toml")),
    (Language::Fr, include_str!("../../../../assets/language/fr.toml")),
    (Language::Es, include_str!("../../../../assets/language/es.toml")),
    (Language::It, include_str!("../../../../assets/language/it.toml")),
    (Language::Nl, include_str!("../../../../assets/language/nl.toml")),
    (Language::Pt, include_str!("../../../../assets/language/pt.toml")),
];

/// The pack of a language.
pub(super) fn pack(language: Language) -> &'static LanguagePack {
    static PACKS: OnceLock<Vec<(Language, LanguagePack)>> = OnceLock::new();
    let packs = PACKS.get_or_init(|| {
        FILES
            .iter()
            .map(|(language, text)| {
                let mut pack: LanguagePack =
                    toml::from_str(text).expect("BUG: a shipped language file does not parse; a test reads all");
                pack.language = *language;
                (*language, pack)
            })
            .collect()
    });
    packs
        .iter()
        .find(|(known, _)| *known == language)
        .map(|(_, pack)| pack)
        .expect("BUG: every language has a file; a test asks for all")
}

/// Every language with its pack, English first.
pub(super) fn packs() -> impl Iterator<Item = (Language, &'static LanguagePack)> {
    Language::ALL.into_iter().map(|language| (language, pack(language)))
}

/// One of the patterns, chosen by the content so that two pieces rarely sound alike and one always sounds the same.
pub(super) fn choose<'a>(patterns: &'a [String], seed: &str) -> &'a str {
    if patterns.is_empty() {
        return "";
    }
    let hash = blake3::hash(seed.as_bytes());
    let number = hash.as_bytes().iter().take(4).fold(0_usize, |sum, byte| sum * 256 + usize::from(*byte));
    &patterns[number % patterns.len()]
}

/// A pattern with its names replaced. Names without a value stay, so callers pass all the pattern needs.
pub(super) fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(pattern.len() + 64);
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        text.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let Some(close) = after.find('}') else {
            text.push_str(&rest[open..]);
            return text;
        };
        let name = &after[..close];
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => text.push_str(value),
            None => text.push_str(&rest[open..open + close + 2]),
        }
        rest = &after[close + 1..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_file_parses_and_has_what_an_article_needs() {
        for (language, pack) in packs() {
            assert!(pack.words.stop.len() > 40, "{language}: too few stop words to tell languages apart");
            assert!(pack.weak.headings.len() >= 3, "{language}: an honest draft still has three headings");
            assert_eq!(
                pack.weak.questions.len() + 1,
                pack.weak.headings.len(),
                "{language}: questions for all but the last"
            );
            assert!(pack.heading.plain.len() >= 6, "{language}: sections without any name need one");
        }
    }

    #[test]
    fn a_value_with_braces_is_not_filled_again() {
        assert_eq!(
            fill("{a} and {b}", &[("a", "{b}"), ("b", "x")]),
            "{b} and x",
            "values come from users and documents"
        );
        assert_eq!(fill("open {brace", &[]), "open {brace", "an unclosed brace is text");
    }

    #[test]
    fn the_choice_depends_on_the_content_alone() {
        let patterns: Vec<String> = ["one", "two", "three"].map(str::to_owned).to_vec();
        assert_eq!(choose(&patterns, "seed"), choose(&patterns, "seed"));
        assert_eq!(choose(&[], "seed"), "", "no pattern, no text");
    }
}
