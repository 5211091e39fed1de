//! The words by which documents speak of words, facts, products, audiences and their tone: one file a language under
//! `assets/rules`, read once. Documents in other languages are read by the English file, which finds little in them.

use std::{ops::Deref, sync::LazyLock};

use quillhouse_domain::Language;
use serde::Deserialize;

/// Words and phrases, lower case with straight apostrophes; a phrase is written with single spaces.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Words(Vec<String>);

impl Words {
    /// True for a word of the list.
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|known| known == word)
    }

    /// True when `text` holds one of them as whole words. The text is lower case with straight apostrophes.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        self.0.iter().any(|phrase| {
            text.match_indices(phrase.as_str()).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                let after = text[at + phrase.len()..].chars().next();
                !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
            })
        })
    }
}

impl Deref for Words {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

/// The rules of one language; the files say what each list is for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    pub(super) version: u32,
    pub(super) words: Vocabulary,
    pub(super) facts: FactWords,
    pub(super) names: NameWords,
    pub(super) spelling: Spelling,
    pub(super) tone: ToneWords,
    pub(super) dates: DateWords,
}

/// How a guide speaks of words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vocabulary {
    pub(super) uses: Words,
    pub(super) negations: Words,
    pub(super) avoids: Words,
    pub(super) cautions: Words,
    pub(super) instead_of: Words,
    pub(super) instead: Words,
    pub(super) nots: Words,
    pub(super) prefers: Words,
    pub(super) prefer_to: Words,
    pub(super) preferred: Words,
    pub(super) or: Words,
    pub(super) leads: Words,
    pub(super) near_leads: Words,
    pub(super) articles: Words,
    pub(super) stops: Words,
    pub(super) conditions: Words,
    pub(super) strangers: Words,
    pub(super) grammar: Words,
    pub(super) spellings: Words,
    pub(super) guides: Words,
    pub(super) word_lists: Words,
    pub(super) avoid_lists: Words,
    pub(super) alternatives: Words,
    pub(super) lowers: Words,
    pub(super) say_columns: Words,
    pub(super) not_columns: Words,
    pub(super) why_columns: Words,
    pub(super) stressed: Words,
    pub(super) spoken_after: Words,
    pub(super) note_openers: Words,
    pub(super) note_conditions: Words,
    pub(super) refusals: Words,
    pub(super) leave_outs: Words,
    pub(super) about_it: Words,
    pub(super) speakers: Words,
    pub(super) speaking: Words,
    pub(super) preferred_to: Words,
    pub(super) aims: Words,
    pub(super) breaks: Words,
    pub(super) single_leads: Words,
    pub(super) note_starts: Words,
    pub(super) note_clauses: Words,
    pub(super) broad_columns: Words,
}

/// What makes a sentence a fact or a claim, and what speaks against it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactWords {
    pub(super) openers: Words,
    pub(super) elsewhere: Words,
    pub(super) asides: Words,
    pub(super) claims: Words,
    pub(super) identities: Words,
    pub(super) brand: Words,
}

/// How products are defined and audiences named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NameWords {
    pub(super) offers: Words,
    pub(super) be: Words,
    pub(super) articles: Words,
    pub(super) definition_stops: Words,
    pub(super) definers: Words,
    pub(super) product_headings: Words,
    pub(super) audience_headings: Words,
    pub(super) texts: Words,
    pub(super) text_for: Words,
    pub(super) subjects: Words,
    pub(super) subject_phrases: Words,
    pub(super) made_for: Words,
    pub(super) people: Words,
}

/// Spellings of one word.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spelling {
    pub(super) families: Vec<Words>,
}

/// How a guide speaks of the brand's tone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToneWords {
    pub(super) leads: Words,
    pub(super) others: Words,
    pub(super) headings: Words,
    pub(super) openings: Words,
    pub(super) refusals: Words,
    pub(super) joins_refused: Words,
    pub(super) turns: Words,
    pub(super) followers: Words,
}

/// How sentences are dated.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DateWords {
    pub(super) months: Words,
    pub(super) short_months: Words,
    pub(super) as_of: Words,
    pub(super) surely_as_of: Words,
    pub(super) until: Words,
    pub(super) events: Words,
}

fn parsed(file: &'static str) -> Rules {
    toml::from_str(file).expect("BUG: the rules files of the build parse, a test reads them")
}

static ENGLISH: LazyLock<Rules> = LazyLock::new(|| parsed(include_str!("../../../../assets/rules/en/kit.toml")));
static GERMAN: LazyLock<Rules> = LazyLock::new(|| parsed(include_str!("../../../../assets/rules/de/kit.toml")));

/// The rules of a language.
pub(super) fn of(language: Language) -> &'static Rules {
    match language {
        Language::De => &GERMAN,
        _ => &ENGLISH,
    }
}

/// Version of all files together.
pub(super) fn version() -> u32 {
    ENGLISH.version + GERMAN.version
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(rules: &Rules) -> Vec<&Words> {
        let (words, facts, names, tone, dates) = (&rules.words, &rules.facts, &rules.names, &rules.tone, &rules.dates);
        let mut all = vec![
            &words.uses,
            &words.negations,
            &words.avoids,
            &words.cautions,
            &words.instead_of,
            &words.instead,
            &words.nots,
            &words.prefers,
            &words.prefer_to,
            &words.preferred,
            &words.or,
            &words.leads,
            &words.near_leads,
            &words.articles,
            &words.stops,
            &words.conditions,
            &words.strangers,
            &words.grammar,
            &words.spellings,
            &words.guides,
            &words.word_lists,
            &words.avoid_lists,
            &words.alternatives,
            &words.lowers,
            &words.say_columns,
            &words.not_columns,
            &words.why_columns,
            &words.stressed,
            &words.spoken_after,
            &words.note_openers,
            &words.note_conditions,
            &words.refusals,
            &words.leave_outs,
            &words.about_it,
            &words.speakers,
            &words.speaking,
            &words.preferred_to,
            &words.aims,
            &words.breaks,
            &words.single_leads,
            &words.note_starts,
            &words.note_clauses,
            &words.broad_columns,
            &facts.openers,
            &facts.elsewhere,
            &facts.asides,
            &facts.claims,
            &facts.identities,
            &facts.brand,
            &names.offers,
            &names.be,
            &names.articles,
            &names.definition_stops,
            &names.definers,
            &names.product_headings,
            &names.audience_headings,
            &names.subjects,
            &names.people,
            &tone.leads,
            &tone.others,
            &tone.headings,
            &tone.openings,
            &tone.refusals,
            &tone.joins_refused,
            &tone.turns,
            &tone.followers,
            &dates.months,
            &dates.short_months,
            &dates.as_of,
            &dates.surely_as_of,
            &dates.until,
            &dates.events,
        ];
        all.extend(&rules.spelling.families);
        all
    }

    #[test]
    fn every_file_parses_and_its_lists_are_clean() {
        for language in [Language::En, Language::De] {
            let rules = of(language);
            assert!(rules.version >= 1, "what is read is kept under the version of its rules");
            assert_eq!(rules.dates.months.len(), 12, "a month is known by its place");
            assert_eq!(rules.dates.short_months.len(), 12);
            for words in all(rules) {
                for (at, word) in words.iter().enumerate() {
                    // `Internet` and `internet` are two spellings.
                    let lower =
                        word.to_lowercase() == *word || rules.spelling.families.iter().any(|family| family.has(word));
                    assert!(lower, "`{word}` is compared in lower case");
                    assert!(!word.contains(['’', '‘']), "`{word}` is compared with straight apostrophes");
                    assert_eq!(word.trim(), word, "no space around `{word}`");
                    assert!(!word.is_empty() && !words[..at].contains(word), "`{word}` stands once in its list");
                }
            }
        }
    }

    #[test]
    fn a_phrase_stands_only_as_whole_words() {
        let words = &of(Language::En).tone.leads;
        assert!(words.stand_in("this is our voice in short"));
        assert!(!words.stand_in("hour voices"));
    }
}
