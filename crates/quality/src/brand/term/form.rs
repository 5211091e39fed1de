//! English words in their forms, as far as code is sure of them.

use std::{collections::HashSet, sync::LazyLock};

use quillhouse_domain::Language;

use crate::{
    lexicon::{entries, lexicon, pairs},
    text::token::Token,
};

static IRREGULAR: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| entries(include_str!("../../../../../assets/rules/en/irregular_verbs.txt")).collect());

static BEFORE_VERBS: LazyLock<HashSet<(&'static str, &'static str)>> =
    LazyLock::new(|| pairs(include_str!("../../../../../assets/rules/en/before_verbs.txt")).collect());

/// What kind of word may be put in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Takes the endings of a verb.
    Verb,
    /// Takes a plural.
    Noun,
    /// Only other spellings of itself.
    Spelling,
}

/// The ending by which `word` differs from `base`.
pub(super) fn form_of(word: &str, base: &str) -> Option<&'static str> {
    let stem = base.strip_suffix('e').unwrap_or(base);
    for (ending, forms) in [
        ("", vec![base.to_owned()]),
        (
            "s",
            vec![format!("{base}s"), format!("{base}es"), format!("{}ies", base.strip_suffix('y').unwrap_or("\u{0}"))],
        ),
        (
            "ed",
            vec![format!("{base}d"), format!("{base}ed"), format!("{}ied", base.strip_suffix('y').unwrap_or("\u{0}"))],
        ),
        ("ing", vec![format!("{stem}ing"), format!("{base}ing")]),
    ] {
        if base.len() > 2 && forms.iter().any(|form| form == word) || word == base && ending.is_empty() {
            return Some(ending);
        }
    }
    None
}

/// `base` with an ending; `None` when that is not sure.
pub(super) fn with_ending(base: &str, ending: &str, kind: Kind) -> Option<String> {
    let last = base.rsplit(' ').next().unwrap_or(base);
    let (head, word) = match kind {
        // Of `work with` the verb changes, of `heated ramp` the noun.
        Kind::Verb => {
            let (first, rest) = base.split_once(' ').map_or((base, ""), |(first, rest)| (first, rest));
            return conjugated(first, ending)
                .map(|first| if rest.is_empty() { first } else { format!("{first} {rest}") });
        }
        Kind::Noun | Kind::Spelling => (&base[..base.len() - last.len()], last),
    };
    match ending {
        "" => Some(base.to_owned()),
        "s" if word.ends_with(['s', 'x', 'z']) || word.ends_with("ch") || word.ends_with("sh") => {
            Some(format!("{head}{word}es"))
        }
        "s" if word.ends_with('y') && !word.ends_with(['a', 'e', 'o', 'u']) => {
            let stem = word.strip_suffix('y')?;
            let vowel = stem.ends_with(['a', 'e', 'i', 'o', 'u']);
            Some(if vowel { format!("{head}{word}s") } else { format!("{head}{stem}ies") })
        }
        "s" => Some(format!("{head}{word}s")),
        _ if kind == Kind::Spelling => Some(format!("{base}{ending}")),
        _ => None,
    }
}

fn conjugated(verb: &str, ending: &str) -> Option<String> {
    let vowel = |letter: char| matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u');
    let mut back = verb.chars().rev();
    let (last, before, third) = (back.next()?, back.next(), back.next());
    let doubles = !vowel(last)
        && !matches!(last, 'w' | 'x' | 'y' | 'h')
        && before.is_some_and(vowel)
        && third.is_none_or(|third| !vowel(third))
        && verb.len() <= 4;
    match ending {
        "" => Some(verb.to_owned()),
        "s" if verb.ends_with(['s', 'x', 'z', 'o']) || verb.ends_with("ch") || verb.ends_with("sh") => {
            Some(format!("{verb}es"))
        }
        "s" if last == 'y' && !before.is_some_and(vowel) => Some(format!("{}ies", &verb[..verb.len() - 1])),
        "s" => Some(format!("{verb}s")),
        "ed" if IRREGULAR.contains(verb) => None,
        "ed" if last == 'e' => Some(format!("{verb}d")),
        "ed" if last == 'y' && !before.is_some_and(vowel) => Some(format!("{}ied", &verb[..verb.len() - 1])),
        "ing" if last == 'e' && before != Some('e') => Some(format!("{}ing", &verb[..verb.len() - 1])),
        "ed" | "ing" if doubles => Some(format!("{verb}{last}{ending}")),
        "ed" | "ing" => Some(format!("{verb}{ending}")),
        _ => None,
    }
}

/// True when the word at `at` does what a verb does there.
pub(super) fn stands_as_verb(tokens: &[Token<'_>], at: usize, ending: &str, language: Language) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| &tokens[before]) else {
        // An order, unless it is the subject: `Purchase tickets online`, not `Purchases are final`.
        return ending.is_empty()
            && tokens.get(1).is_some_and(|next| !lexicon(language).auxiliaries.contains(next.lower.as_str()));
    };
    if tokens[at].after_break {
        return false;
    }
    let word = before.lower.as_str();
    let is = |group: &str| BEFORE_VERBS.contains(&(group, word));
    match ending {
        "" => is("subject") || is("helper"),
        "s" => is("singular"),
        "ed" => is("subject") || is("perfect"),
        "ing" => is("progressive"),
        _ => false,
    }
}

/// `a` and `an` follow the word that now comes.
pub(super) fn agree_article(text: &mut String, found: &str, replacement: &str) {
    let vowel = |word: &str| word.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']);
    if vowel(found) == vowel(replacement) {
        return;
    }
    let body = text.trim_end();
    let article = body.rsplit(|letter: char| !letter.is_alphabetic()).next().unwrap_or("");
    let other = match article {
        "a" => "an",
        "A" => "An",
        "an" => "a",
        "An" => "A",
        _ => return,
    };
    let space = text[body.len()..].to_owned();
    text.truncate(body.len() - article.len());
    text.push_str(other);
    text.push_str(&space);
}
