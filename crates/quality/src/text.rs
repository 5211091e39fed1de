//! Sentences, words, stems, and the parts of a sentence that carry a claim: numbers, names, superlatives, negations.
//!
//! Spans count Unicode scalar values of the text they were cut from; every returned `&str` is a slice of it.

mod name;
mod number;
mod sentence;
mod syllable;
pub(crate) mod token;

use std::{cell::RefCell, collections::HashMap};

use quillhouse_domain::Language;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

pub use crate::lexicon::Bound;
pub(crate) use name::names_of as name_parts;
pub use name::{Name, names};
pub(crate) use number::located_numbers;
pub use number::{Number, Unit, numbers};
pub(crate) use sentence::line_mark;
pub use sentence::{Sentence, Span, sentences};
pub use syllable::syllables;

use crate::lexicon::lexicon;
use token::{Token, tokens};

/// The words of a text. `plain-language`, `don't`, `1,200.50` and `example.com` are one word each.
pub fn words(text: &str) -> Vec<&str> {
    tokens(text).into_iter().map(|token| token.text).collect()
}

/// How many words a text has, as [`words`] counts them.
pub fn word_count(text: &str) -> usize {
    token::count(text)
}

/// Lower case, without diacritics and ligatures; everything but letters, digits and inner apostrophes becomes one space.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut space = false;
    let mut push = |character: char| {
        if character.is_alphanumeric() {
            if space && !folded.is_empty() {
                folded.push(' ');
            }
            space = false;
            folded.push(character);
        } else if matches!(character, '\'' | '’') {
            if !space && !folded.is_empty() {
                folded.push('\'');
            }
        } else {
            space = true;
        }
    };
    for character in text.chars() {
        match character {
            _ if character.is_ascii() => push(character.to_ascii_lowercase()),
            '’' | '‘' | '“' | '”' | '–' | '—' | '…' => push(character),
            'ß' | 'ẞ' => {
                push('s');
                push('s');
            }
            _ => std::iter::once(character)
                .nfkd()
                .flat_map(char::to_lowercase)
                .filter(|&lower| !is_combining_mark(lower))
                .for_each(&mut push),
        }
    }
    folded.replace("' ", " ").trim_end_matches('\'').to_owned()
}

/// Stems of all words, folded; hyphenated words count as their parts.
pub fn stems(text: &str, language: Language) -> Vec<String> {
    tokens(text).iter().flat_map(|token| token_stems(token, language)).collect()
}

/// Lower-case words that are not function words, in order.
pub fn content_words(text: &str, language: Language) -> Vec<String> {
    let lexicon = lexicon(language);
    tokens(text).into_iter().filter(|token| !lexicon.is_function_word(&token.lower)).map(|token| token.lower).collect()
}

/// Stems of the words that are not function words, in order.
pub fn content_stems(text: &str, language: Language) -> Vec<String> {
    content_stems_of(&tokens(text), language)
}

pub(crate) fn content_stems_of(tokens: &[Token<'_>], language: Language) -> Vec<String> {
    let lexicon = lexicon(language);
    tokens
        .iter()
        .filter(|token| !lexicon.is_function_word(&token.lower))
        .flat_map(|token| token_stems(token, language))
        .filter(|stem| !lexicon.is_function_word(stem))
        .collect()
}

/// The parts of `text` that are superlatives or absolutes: `best`, `always`, `all`.
pub fn superlatives(text: &str, language: Language) -> Vec<String> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(length) = number::bound_at(&tokens, at, lexicon(language)).filter(|&length| length > 1) {
            // `at least` and `no more than` belong to a number.
            at += length;
        } else if let Some(length) = lexicon(language).superlatives.match_at(&tokens, at) {
            let words: Vec<&str> = tokens[at..at + length].iter().map(|token| token.lower.as_str()).collect();
            found.push(words.join(" "));
            at += length;
        } else {
            at += 1;
        }
    }
    found
}

/// A word that limits a statement, such as `only`, `most` or `may`, with the stems of the content word it stands before.
pub(crate) fn limits(text: &str, language: Language) -> Vec<(String, Vec<String>)> {
    let lexicon = lexicon(language);
    let tokens = tokens(text);
    (0..tokens.len())
        .filter(|&at| at == 0 || number::bound_at(&tokens, at - 1, lexicon).is_none_or(|length| length < 2))
        .filter_map(|at| {
            let length = lexicon.limits.match_at(&tokens, at)?;
            let limited = tokens[at + length..]
                .iter()
                .take(4)
                .find(|token| !lexicon.is_function_word(&token.lower))
                .map(|token| token_stems(token, language))?;
            let words: Vec<&str> = tokens[at..at + length].iter().map(|token| token.lower.as_str()).collect();
            Some((words.join(" "), limited))
        })
        .collect()
}

/// A word that turns a statement around, and what it turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negation {
    /// The negating words in lower case.
    pub text: String,
    /// Stems of the content words it bears on: up to three after it in the same clause, or else two before it.
    pub scope: Vec<String>,
}

/// Content words after a negation that it is taken to bear on: verb, object, and one more.
const NEGATION_REACH: usize = 3;

/// The negations of a text with what they bear on.
pub fn negations(text: &str, language: Language) -> Vec<Negation> {
    let lexicon = lexicon(language);
    let tokens = tokens(text);
    let content = |token: &Token<'_>| {
        if lexicon.is_function_word(&token.lower) { Vec::new() } else { token_stems(token, language) }
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let contracted = language == Language::En && tokens[at].lower.ends_with("n't") || tokens[at].lower == "cannot";
        let Some(length) = lexicon.negations.match_at(&tokens, at).or(contracted.then_some(1)) else {
            at += 1;
            continue;
        };
        let mut scope: Vec<String> = Vec::new();
        for token in &tokens[at + length..] {
            if scope.len() >= NEGATION_REACH || token.after_break {
                break;
            }
            scope.extend(content(token));
        }
        if scope.is_empty() || language == Language::De {
            let before: Vec<String> = tokens[..at].iter().rev().flat_map(content).take(2).collect();
            scope.extend(before);
        }
        found.push(Negation {
            text: tokens[at..at + length].iter().map(|token| token.lower.as_str()).collect::<Vec<_>>().join(" "),
            scope,
        });
        at += length;
    }
    found
}

fn algorithm(language: Language) -> Algorithm {
    match language {
        Language::En => Algorithm::English,
        Language::De => Algorithm::German,
        Language::Fr => Algorithm::French,
        Language::Es => Algorithm::Spanish,
        Language::It => Algorithm::Italian,
        Language::Nl => Algorithm::Dutch,
        Language::Pt => Algorithm::Portuguese,
    }
}

/// Words remembered before the memory is emptied; a long article has about 2,000 different ones.
const REMEMBERED_STEMS: usize = 20_000;

thread_local! {
    /// Stemming is the dearest part of every check and each word is stemmed many times: remembering makes labelling an
    /// article four times faster. The answers are the same with and without.
    static STEMS: RefCell<HashMap<Language, HashMap<String, String>>> = RefCell::default();
}

fn stem(word: &str, language: Language) -> String {
    STEMS.with_borrow_mut(|known| {
        let known = known.entry(language).or_default();
        if let Some(stem) = known.get(word) {
            return stem.clone();
        }
        if known.len() >= REMEMBERED_STEMS {
            known.clear();
        }
        let stem = fold(&Stemmer::create(algorithm(language)).stem(word));
        known.insert(word.to_owned(), stem.clone());
        stem
    })
}

pub(crate) fn token_stems(token: &Token<'_>, language: Language) -> Vec<String> {
    token
        .lower
        .split(['-', '–', '/'])
        .filter_map(|part| {
            let part = part.strip_suffix("'s").unwrap_or(part).trim_matches('\'');
            (!part.is_empty()).then(|| stem(part, language))
        })
        .filter(|stem| !stem.is_empty())
        .collect()
}

#[cfg(test)]
mod tests;
