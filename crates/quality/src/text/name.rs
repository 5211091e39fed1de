//! Names of people, organisations, places and products, found by how they are written.

use quillhouse_domain::Language;

use super::{
    number::numbers_of,
    sentence::sentences,
    token::{Token, tokens},
};
use crate::lexicon::{Lexicon, lexicon};

/// One name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    /// As written, without the articles around it.
    pub text: String,
    /// False when the word is capitalised for another possible reason: it opens the sentence, or it is a German noun.
    pub certain: bool,
}

/// The names of a text in order: capitalised words inside a sentence, acronyms, and tokens such as `18F`, `LinkedIn`,
/// `gsa.gov` and `@user`.
pub fn names(text: &str, language: Language) -> Vec<Name> {
    sentences(text, language)
        .iter()
        .flat_map(|sentence| names_of(sentence.text, &tokens(sentence.text), language))
        .collect()
}

/// True for tokens that are names wherever they stand: capitals inside, letters with digits, addresses.
fn is_product_like(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let upper = word.chars().filter(|c| c.is_uppercase()).count();
    let has_digit = word.chars().any(|c| c.is_ascii_digit());
    let address = word.contains('@')
        || (word.contains('.') && word.split('.').all(|part| part.chars().count() > 1) && letters > 3);
    let acronym = upper >= 2 && word.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    let inner_capital = word.split('-').any(|part| {
        let lower = part.chars().any(char::is_lowercase);
        lower && part.chars().skip(1).any(char::is_uppercase)
    });
    let coded = has_digit && upper >= 1;
    address || acronym || inner_capital || coded
}

pub(crate) fn names_of(text: &str, tokens: &[Token<'_>], language: Language) -> Vec<Name> {
    let lexicon = lexicon(language);
    let shouted = tokens.len() > 3 && tokens.iter().all(|token| !token.text.chars().any(char::is_lowercase));
    let title_case = is_title_case(tokens, lexicon);
    let mut found: Vec<Name> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        if is_product_like(token.text) && !shouted && !is_amount(token) && !is_dotted_abbreviation(token, lexicon) {
            let mut end = at + 1;
            while end < tokens.len()
                && joins(text, &tokens[end - 1], &tokens[end])
                && may_continue(&tokens[end], lexicon)
            {
                end += 1;
            }
            found.push(Name { text: text[token.start..tokens[end - 1].end].to_owned(), certain: true });
            at = end;
            continue;
        }
        if !token.is_capitalised()
            || lexicon.is_function_word(&token.lower)
            || lexicon.numbers.contains_key(token.lower.as_str())
        {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while end < tokens.len() && joins(text, &tokens[end - 1], &tokens[end]) && may_continue(&tokens[end], lexicon) {
            end += 1;
        }
        let opens_sentence = at == 0 || opens_clause(text, token);
        let known_word = lexicon.verbs.contains_key(token.lower.as_str());
        let sequence = end - at >= 2;
        let certain = match language {
            Language::De => sequence && !opens_sentence,
            _ => !title_case && !shouted && (!opens_sentence || (sequence && !known_word)),
        };
        // An imperative before a name, `Ask Acme`, is not a part of it.
        let from = if opens_sentence && known_word && sequence { at + 1 } else { at };
        if opens_sentence && known_word && !sequence && language == Language::En {
            at = end;
            continue;
        }
        found.push(Name {
            text: text[tokens[from].start..tokens[end - 1].end].to_owned(),
            certain: certain || from > at && !title_case && language != Language::De,
        });
        at = end;
    }
    let amounts = numbers_of(text, tokens, language);
    found.retain(|name| !amounts.iter().any(|number| number.text == name.text));
    found
}

/// Most content words capitalised: a heading, whose capitals say nothing.
fn is_title_case(tokens: &[Token<'_>], lexicon: &Lexicon) -> bool {
    let content: Vec<&Token<'_>> = tokens.iter().filter(|token| !lexicon.is_function_word(&token.lower)).collect();
    content.len() >= 4 && content.iter().all(|token| token.is_capitalised())
}

fn is_amount(token: &Token<'_>) -> bool {
    let upper = token.text.chars().filter(|c| c.is_uppercase()).count();
    token.text.starts_with(|c: char| c.is_ascii_digit()) && upper == 0
}

fn is_dotted_abbreviation(token: &Token<'_>, lexicon: &Lexicon) -> bool {
    !token.text.chars().any(char::is_uppercase) && lexicon.abbreviations.contains_key(token.lower.as_str())
}

/// Only a space, or a dot after an initial, may stand inside a name.
fn joins(text: &str, left: &Token<'_>, right: &Token<'_>) -> bool {
    let between = &text[left.end..right.start];
    between == " " || between == " & " || (between == ". " && left.text.chars().count() <= 2)
}

fn may_continue(token: &Token<'_>, lexicon: &Lexicon) -> bool {
    let numbered = token.text.len() <= 4 && token.text.bytes().all(|byte| byte.is_ascii_digit());
    (token.is_capitalised() && !lexicon.is_function_word(&token.lower)) && !numbered
}

/// After a colon or an opening quotation mark a capital is a matter of style.
fn opens_clause(text: &str, token: &Token<'_>) -> bool {
    text[..token.start]
        .trim_end_matches([' ', '*', '_', '('])
        .chars()
        .next_back()
        .is_some_and(|mark| matches!(mark, ':' | '“' | '"' | '„' | '«' | '‘' | '.' | '!' | '?' | '—' | '|' | '>'))
}
