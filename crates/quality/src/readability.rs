//! How easily a text reads: Flesch and its relatives, long sentences and paragraphs, passive voice, transitions, openings.
//!
//! The formulas are those published for each language; syllables are estimated by [`crate::text::syllables`].

use quillhouse_domain::Language;

use crate::{
    lexicon::lexicon,
    text::{
        syllables,
        token::{Token, tokens},
    },
};

/// Below this many words a readability score is noise.
pub const SCORED_WORDS: usize = 10;

#[derive(Debug, Clone, Copy)]
struct Averages {
    /// Words a sentence.
    sentence: f64,
    /// Syllables a word.
    word: f64,
}

fn averages(sentences: &[&str], language: Language) -> Option<Averages> {
    let (mut words, mut sounds, mut counted) = (0_usize, 0_usize, 0_usize);
    for sentence in sentences {
        let before = words;
        for token in tokens(sentence) {
            // Numbers have no fixed number of syllables.
            if token.text.chars().any(char::is_alphabetic) {
                words += 1;
                sounds += token.lower.split('-').map(|part| syllables(part, language)).sum::<usize>();
            }
        }
        counted += usize::from(words > before);
    }
    if words <= SCORED_WORDS || counted == 0 {
        return None;
    }
    Some(Averages { sentence: words as f64 / counted as f64, word: sounds as f64 / words as f64 })
}

/// Flesch reading ease, 0 (very difficult) to 100 (very easy); `None` for ten words or fewer.
pub fn flesch(sentences: &[&str], language: Language) -> Option<f32> {
    let Averages { sentence, word } = averages(sentences, language)?;
    let per_hundred = word * 100.0;
    let score = match language {
        Language::En => 206.835 - 1.015 * sentence - 84.6 * word,
        Language::De => 180.0 - sentence - 58.5 * word,
        Language::Fr => 207.0 - 1.015 * sentence - 73.6 * word,
        Language::Es => 206.84 - 1.02 * sentence - 0.6 * per_hundred,
        Language::It => 217.0 - 1.3 * sentence - 0.6 * per_hundred,
        Language::Nl => 206.84 - 0.93 * sentence - 0.77 * per_hundred,
        Language::Pt => 248.835 - 1.015 * sentence - 84.6 * word,
    };
    Some(score.clamp(0.0, 100.0) as f32)
}

/// Flesch–Kincaid grade: years of school needed to follow an English text.
pub fn grade(sentences: &[&str]) -> Option<f32> {
    let Averages { sentence, word } = averages(sentences, Language::En)?;
    Some((0.39 * sentence + 11.8 * word - 15.59).max(0.0) as f32)
}

/// Words from which a sentence counts as long: more than 25 in Spanish, Italian and Portuguese, more than 20 elsewhere.
pub const fn long_sentence_words(language: Language) -> usize {
    match language {
        Language::Es | Language::It | Language::Pt => 25,
        Language::En | Language::De | Language::Fr | Language::Nl => 20,
    }
}

/// True when the sentence has a verb in the passive voice. Known for English and German; false for the others.
pub fn is_passive(sentence: &str, language: Language) -> bool {
    let tokens = tokens(sentence);
    match language {
        Language::En => english_passive(&tokens),
        Language::De => german_passive(&tokens),
        _ => false,
    }
}

fn english_passive(tokens: &[Token<'_>]) -> bool {
    let participles = &lexicon(Language::En).participles;
    let is_participle = |word: &str| {
        participles.contains(word)
            || word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed") && !matches!(word, "indeed" | "united")
    };
    let is_be = |word: &str| {
        matches!(
            word,
            "am" | "is"
                | "are"
                | "was"
                | "were"
                | "be"
                | "been"
                | "being"
                | "isn't"
                | "aren't"
                | "wasn't"
                | "weren't"
                | "it's"
                | "they're"
                | "we're"
                | "you're"
                | "get"
                | "gets"
                | "got"
        )
    };
    tokens.iter().enumerate().any(|(at, token)| {
        is_be(&token.lower)
            && tokens[at + 1..]
                .iter()
                .take(4)
                .take_while(|next| !next.after_break)
                .find(|next| {
                    !(next.lower.ends_with("ly")
                        || matches!(
                            next.lower.as_str(),
                            "not"
                                | "never"
                                | "often"
                                | "always"
                                | "also"
                                | "being"
                                | "been"
                                | "still"
                                | "only"
                                | "usually"
                        ))
                })
                .is_some_and(|next| is_participle(&next.lower))
    })
}

fn german_passive(tokens: &[Token<'_>]) -> bool {
    let is_werden = |word: &str| {
        matches!(
            word,
            "werde"
                | "wirst"
                | "wird"
                | "werden"
                | "werdet"
                | "wurde"
                | "wurdest"
                | "wurden"
                | "wurdet"
                | "worden"
                | "würde"
                | "würden"
        )
    };
    let is_participle = |token: &Token<'_>| {
        let word = token.lower.as_str();
        let ended = word.ends_with('t') || word.ends_with("en");
        let prefixed = word.starts_with("ge")
            || ["ver", "be", "er", "ent", "zer", "über", "unter"].iter().any(|prefix| word.starts_with(prefix))
            || word.contains("ge");
        // `schreiben` is an infinitive, `geschrieben` and `überarbeitet` are participles.
        let infinitive = word.ends_with("en") && !word.contains("ge");
        let formed = ended && prefixed || word.ends_with("iert");
        !token.is_capitalised() && word.chars().count() > 4 && formed && !infinitive
    };
    tokens.iter().enumerate().any(|(at, token)| {
        is_werden(&token.lower)
            && tokens
                .iter()
                .enumerate()
                .any(|(other, candidate)| other != at && other.abs_diff(at) < 14 && is_participle(candidate))
    })
}

/// True when the sentence holds a word or phrase that shows how it follows from the one before.
pub fn has_transition(sentence: &str, language: Language) -> bool {
    lexicon(language).transitions.any(&tokens(sentence))
}

/// Runs of three or more sentences that open with the same word: (first, one past the last). After an article, a number
/// or a demonstrative the next word is compared as well.
pub fn repeated_openings(sentences: &[&str], language: Language) -> Vec<(usize, usize)> {
    let openings: Vec<String> = sentences.iter().map(|sentence| opening(sentence, language)).collect();
    let mut found = Vec::new();
    let mut start = 0;
    for at in 1..=openings.len() {
        if at == openings.len() || openings[at] != openings[start] || openings[start].is_empty() {
            if at - start >= 3 {
                found.push((start, at));
            }
            start = at;
        }
    }
    found
}

fn opening(sentence: &str, language: Language) -> String {
    let lexicon = lexicon(language);
    let tokens = tokens(sentence);
    let Some(first) = tokens.first() else { return String::new() };
    let light = lexicon.numbers.contains_key(first.lower.as_str())
        || match language {
            Language::En => matches!(first.lower.as_str(), "a" | "an" | "the" | "this" | "that" | "these" | "those"),
            Language::De => matches!(
                first.lower.as_str(),
                "der"
                    | "die"
                    | "das"
                    | "den"
                    | "dem"
                    | "des"
                    | "ein"
                    | "eine"
                    | "einen"
                    | "dieser"
                    | "diese"
                    | "dieses"
            ),
            Language::Fr => {
                matches!(first.lower.as_str(), "le" | "la" | "les" | "un" | "une" | "des" | "ce" | "cette" | "ces")
            }
            Language::Es => {
                matches!(first.lower.as_str(), "el" | "la" | "los" | "las" | "un" | "una" | "este" | "esta")
            }
            Language::It => matches!(
                first.lower.as_str(),
                "il" | "lo" | "la" | "i" | "gli" | "le" | "un" | "una" | "questo" | "questa"
            ),
            Language::Nl => matches!(first.lower.as_str(), "de" | "het" | "een" | "deze" | "dit" | "die" | "dat"),
            Language::Pt => matches!(first.lower.as_str(), "o" | "a" | "os" | "as" | "um" | "uma" | "este" | "esta"),
        };
    match tokens.get(1) {
        Some(second) if light => format!("{} {}", first.lower, second.lower),
        _ => first.lower.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{De, En};

    #[test]
    fn flesch_follows_the_published_formulas() {
        // Twelve words of one syllable in two sentences: 6 words a sentence, 1 syllable a word.
        let plain = ["The cat sat on the mat.", "The dog ran to the cat."];
        for (language, expected) in [(En, 116.145_f64), (Language::Fr, 127.31)] {
            let score = flesch(&plain, language).unwrap();
            assert!(
                f64::from(score) <= 100.0 && expected > 100.0,
                "{language}: very easy text is clamped to 100, not {score}"
            );
        }
        let hard = [
            "Organisational communication necessitates considerable interdisciplinary administrative coordination responsibilities beyond international organisations everywhere.",
        ];
        assert!(flesch(&hard, En).unwrap() < 1.0, "long words in one sentence are very difficult");
        let german = ["Der Hund lief durch den Wald und fand dort einen alten Ball."];
        // 12 words, 14 syllables: 180 - 12 - 58.5 * 14 / 12.
        assert!((flesch(&german, De).unwrap() - 99.75).abs() < 0.1, "{:?}", flesch(&german, De));
        assert_eq!(flesch(&["Too short."], En), None, "ten words or fewer have no score");
    }

    #[test]
    fn grade_rises_with_long_words() {
        let easy = grade(&["The cat sat on the mat and then it ran to the dog."]).unwrap();
        let hard = grade(&["Governmental administrations occasionally communicate information using unnecessarily complicated terminology everywhere today."]).unwrap();
        assert!(easy < 4.0 && hard > 15.0, "{easy} {hard}");
    }

    #[test]
    fn passive_voice_is_found_in_english_and_german() {
        for (language, sentence, expected) in [
            (En, "The form was sent by the office.", true),
            (En, "Drafts are often reviewed twice.", true),
            (En, "The office sent the form.", false),
            (En, "Lists are useful.", false),
            (De, "Der Antrag wurde vom Amt geschickt.", true),
            (De, "Texte werden oft überarbeitet.", true),
            (De, "Das Amt wird den Antrag schicken.", false),
            (De, "Listen sind nützlich.", false),
        ] {
            assert_eq!(is_passive(sentence, language), expected, "{sentence:?}");
        }
    }

    #[test]
    fn three_equal_openings_in_a_row_are_one_run() {
        let sentences =
            ["Use lists.", "Use tables.", "Use links.", "The end is near.", "The start is far.", "The end is here."];
        assert_eq!(repeated_openings(&sentences, En), [(0, 3)], "articles look at the next word");
        assert!(repeated_openings(&sentences[..2], En).is_empty(), "two are not a run");
    }

    #[test]
    fn transitions_are_found_anywhere_in_a_sentence() {
        assert!(has_transition("Lists help because readers scan.", En));
        assert!(has_transition("Deshalb sind Listen gut.", De));
        assert!(!has_transition("Lists help readers.", En));
    }
}
