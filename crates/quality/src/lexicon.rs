//! The word lists of each language, read once from the files under `assets/rules`.
//!
//! A line is one entry, lower case with straight apostrophes; lines that begin with `#` and a space are comments.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use quillhouse_domain::Language;

use crate::text::token::{Token, tokens};

/// When a dot after an abbreviation may also end the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AbbreviationKind {
    /// Something always follows: `Dr.`, `e.g.`
    Inside,
    /// May stand last: `etc.`, `Inc.`
    MayEnd,
    /// Only an abbreviation before a digit: `No. 5`
    BeforeDigit,
}

/// Sequences of words, found by their first word.
#[derive(Debug, Default)]
pub(crate) struct Phrases {
    by_first: HashMap<String, Vec<Vec<String>>>,
}

impl Phrases {
    fn parse(list: &'static str) -> Self {
        Self::of(entries(list))
    }

    pub(crate) fn of(list: impl Iterator<Item = &'static str>) -> Self {
        let mut phrases = Self::default();
        for entry in list {
            phrases.insert(entry);
        }
        phrases
    }

    fn insert(&mut self, entry: &str) {
        let words: Vec<String> = entry
            .split(' ')
            .flat_map(|part| {
                if part == "#" {
                    vec!["#".to_owned()]
                } else {
                    tokens(part).into_iter().map(|token| token.lower).collect::<Vec<_>>()
                }
            })
            .collect();
        if let Some(first) = words.first() {
            let known = self.by_first.entry(first.clone()).or_default();
            known.push(words);
            known.sort_by_key(|words| std::cmp::Reverse(words.len()));
        }
    }

    /// Length in words of the longest phrase that begins at `at`.
    pub(crate) fn match_at(&self, tokens: &[Token<'_>], at: usize) -> Option<usize> {
        let candidates = self.by_first.get(tokens.get(at)?.lower.as_str())?;
        candidates
            .iter()
            .find(|words| {
                tokens.len() >= at + words.len()
                    && words.iter().zip(&tokens[at..]).all(|(word, token)| {
                        word == &token.lower || (word == "#" && token.lower.starts_with(|c: char| c.is_ascii_digit()))
                    })
            })
            .map(Vec::len)
    }

    /// The first place where a phrase begins, with its length in words.
    pub(crate) fn find(&self, tokens: &[Token<'_>]) -> Option<(usize, usize)> {
        (0..tokens.len()).find_map(|at| self.match_at(tokens, at).map(|length| (at, length)))
    }

    /// True when the words hold one of the phrases.
    pub(crate) fn any(&self, tokens: &[Token<'_>]) -> bool {
        self.find(tokens).is_some()
    }
}

/// A bound that words put on a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// The number or more.
    AtLeast,
    /// The number or less.
    AtMost,
    /// Near the number.
    About,
}

/// All lists of one language.
#[derive(Debug)]
pub(crate) struct Lexicon {
    pub(crate) function_words: HashSet<&'static str>,
    pub(crate) abbreviations: HashMap<&'static str, AbbreviationKind>,
    pub(crate) negations: Phrases,
    pub(crate) superlatives: Phrases,
    pub(crate) limits: Phrases,
    pub(crate) numbers: HashMap<&'static str, &'static str>,
    pub(crate) ordinals: HashMap<&'static str, &'static str>,
    pub(crate) magnitudes: HashMap<&'static str, i32>,
    pub(crate) units: HashMap<&'static str, &'static str>,
    pub(crate) bounds: Vec<(Bound, Vec<String>)>,
    pub(crate) opposites: HashMap<&'static str, Vec<&'static str>>,
    pub(crate) specifics: Phrases,
    pub(crate) connectives: Phrases,
    pub(crate) pointers: Phrases,
    pub(crate) pronouns: HashSet<&'static str>,
    pub(crate) meta: Phrases,
    pub(crate) auxiliaries: HashSet<&'static str>,
    /// True for a word that is a noun as often.
    pub(crate) verbs: HashMap<&'static str, bool>,
    pub(crate) transitions: Phrases,
    pub(crate) participles: HashSet<&'static str>,
    /// Words for those who write and those who read.
    pub(crate) persons: HashSet<&'static str>,
    /// True for a phrase that counts only at the start of a sentence.
    pub(crate) leftovers: Vec<(&'static str, bool)>,
}

struct Files {
    function_words: &'static str,
    abbreviations: &'static str,
    negations: &'static str,
    superlatives: &'static str,
    limits: &'static str,
    numbers: &'static str,
    ordinals: &'static str,
    magnitudes: &'static str,
    units: &'static str,
    bounds: &'static str,
    opposites: &'static str,
    specifics: &'static str,
    connectives: &'static str,
    pointers: &'static str,
    pronouns: &'static str,
    meta: &'static str,
    auxiliaries: &'static str,
    verbs: &'static str,
    transitions: &'static str,
    participles: &'static str,
    persons: &'static str,
    leftovers: &'static str,
}

macro_rules! files {
    ($code:literal: $($name:ident),+) => {
        Files { $($name: include_str!(concat!("../../../assets/rules/", $code, "/", stringify!($name), ".txt")),)+ }
    };
}

macro_rules! lexicon {
    ($code:literal) => {
        LazyLock::new(|| {
            Lexicon::parse(&files!($code: function_words, abbreviations, negations, superlatives, limits, numbers, ordinals,
                magnitudes, units, bounds, opposites, specifics, connectives, pointers, pronouns, meta, auxiliaries,
                verbs, transitions, participles, persons, leftovers))
        })
    };
}

static EN: LazyLock<Lexicon> = lexicon!("en");
static DE: LazyLock<Lexicon> = lexicon!("de");
static FR: LazyLock<Lexicon> = lexicon!("fr");
static ES: LazyLock<Lexicon> = lexicon!("es");
static IT: LazyLock<Lexicon> = lexicon!("it");
static NL: LazyLock<Lexicon> = lexicon!("nl");
static PT: LazyLock<Lexicon> = lexicon!("pt");

/// The lists of a language.
pub(crate) fn lexicon(language: Language) -> &'static Lexicon {
    match language {
        Language::En => &EN,
        Language::De => &DE,
        Language::Fr => &FR,
        Language::Es => &ES,
        Language::It => &IT,
        Language::Nl => &NL,
        Language::Pt => &PT,
    }
}

pub(crate) fn entries(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("# "))
}

pub(crate) fn pairs(list: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    entries(list).filter_map(|line| line.split_once(' '))
}

impl Lexicon {
    fn parse(files: &Files) -> Self {
        let mut opposites: HashMap<&'static str, Vec<&'static str>> = HashMap::new();
        for (left, right) in pairs(files.opposites) {
            opposites.entry(left).or_default().push(right);
            opposites.entry(right).or_default().push(left);
        }
        let mut bounds: Vec<(Bound, Vec<String>)> = pairs(files.bounds)
            .filter_map(|(kind, phrase)| {
                let bound = match kind {
                    "at_least" => Bound::AtLeast,
                    "at_most" => Bound::AtMost,
                    "about" => Bound::About,
                    _ => return None,
                };
                Some((bound, phrase.split(' ').map(str::to_owned).collect()))
            })
            .collect();
        bounds.sort_by_key(|(_, phrase)| std::cmp::Reverse(phrase.len()));
        Self {
            function_words: entries(files.function_words).collect(),
            abbreviations: entries(files.abbreviations)
                .map(|entry| match entry.split_once(' ') {
                    Some((word, "+")) => (word, AbbreviationKind::MayEnd),
                    Some((word, _)) => (word, AbbreviationKind::BeforeDigit),
                    None => (entry, AbbreviationKind::Inside),
                })
                .collect(),
            negations: Phrases::parse(files.negations),
            superlatives: Phrases::parse(files.superlatives),
            limits: Phrases::parse(files.limits),
            numbers: pairs(files.numbers).collect(),
            ordinals: pairs(files.ordinals).collect(),
            magnitudes: pairs(files.magnitudes)
                .filter_map(|(word, power)| power.parse().ok().map(|power| (word, power)))
                .collect(),
            units: entries(files.units)
                .flat_map(|line| {
                    let canonical = line.split(' ').next().unwrap_or(line);
                    line.split(' ').map(move |word| (word, canonical))
                })
                .collect(),
            bounds,
            opposites,
            specifics: Phrases::parse(files.specifics),
            connectives: Phrases::parse(files.connectives),
            pointers: Phrases::parse(files.pointers),
            pronouns: entries(files.pronouns).collect(),
            meta: Phrases::parse(files.meta),
            auxiliaries: entries(files.auxiliaries).collect(),
            verbs: entries(files.verbs)
                .map(|entry| entry.strip_suffix('~').map_or((entry, false), |word| (word, true)))
                .collect(),
            transitions: Phrases::parse(files.transitions),
            participles: entries(files.participles).collect(),
            persons: entries(files.persons).collect(),
            leftovers: entries(files.leftovers)
                .map(|entry| entry.strip_suffix(" ^").map_or((entry, false), |phrase| (phrase, true)))
                .collect(),
        }
    }

    /// True when the lower-case word carries grammar rather than content.
    pub(crate) fn is_function_word(&self, lower: &str) -> bool {
        self.function_words.contains(lower)
    }
}
