//! Words a brand does not say, found in any form, and what stands in their place where that is sure.

mod form;

use form::{Kind, agree_article, form_of, stands_as_verb, with_ending};
use quillhouse_domain::{Language, TermRule};

use crate::{
    check::SentenceSpan,
    lexicon::lexicon,
    text::token::{Token, tokens},
};

/// Rules prepared for many texts.
#[derive(Debug)]
pub struct TermRules {
    language: Language,
    rules: Vec<Rule>,
    /// First words of what is looked for, so that most texts are passed over at once.
    first: std::collections::HashSet<String>,
}

/// A word of the text that the brand does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermHit {
    /// Number of the rule.
    pub rule: usize,
    /// Where, in Unicode scalar values of the text that was given.
    pub span: SentenceSpan,
    /// As it stands there.
    pub found: String,
    /// What may stand there instead without anybody looking.
    pub replacement: Option<String>,
}

#[derive(Debug)]
struct Rule {
    /// Position in what was given.
    number: usize,
    says: Vec<Wanted>,
    nots: Vec<Wanted>,
    /// Other spellings of what is said count as well.
    spellings: Vec<Spelling>,
    replacement: Option<Replacement>,
}

/// Words to look for.
#[derive(Debug)]
struct Wanted {
    words: Vec<String>,
    /// As written, when its capitals matter.
    exact: Option<Vec<String>>,
    /// A sign instead of words.
    sign: Option<String>,
    letters: String,
}

/// A word whose capitals or hyphens are part of it: `GitHub`, `Wi-Fi`.
#[derive(Debug)]
struct Spelling {
    text: String,
    letters: String,
}

#[derive(Debug)]
struct Replacement {
    text: String,
    letters: String,
    kind: Kind,
}

fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Wanted {
    fn new(term: &str) -> Option<Self> {
        let parts = tokens(term);
        let sign = parts.is_empty().then(|| term.trim().to_owned()).filter(|sign| !sign.is_empty());
        if parts.is_empty() && sign.is_none() {
            return None;
        }
        let capitals = term.chars().any(char::is_uppercase);
        Some(Self {
            words: parts.iter().map(|part| part.lower.clone()).collect(),
            exact: capitals.then(|| parts.iter().map(|part| part.text.to_owned()).collect()),
            sign,
            letters: letters(term),
        })
    }

    /// Length in tokens of the term at `at`, in whatever form its last word has.
    fn match_at(&self, tokens: &[Token<'_>], at: usize, inflects: bool) -> Option<usize> {
        let length = self.words.len();
        if length == 0 || tokens.len() < at + length {
            return None;
        }
        let found = &tokens[at..at + length];
        if found.iter().skip(1).any(|token| token.after_break) {
            return None;
        }
        let matches = match &self.exact {
            // `US` is not `us`, and `Federal` at the start of a sentence says nothing.
            Some(exact) => {
                let opens = at == 0 || tokens[at].after_break;
                found.iter().zip(exact).enumerate().all(|(index, (token, word))| {
                    token.text == word
                        || index + 1 == length && inflects && token.text.strip_prefix(word.as_str()) == Some("s")
                }) && !(opens
                    && exact[0].chars().skip(1).all(|letter| !letter.is_uppercase())
                    && self.only_opens_with_capital())
            }
            None => found.iter().zip(&self.words).enumerate().all(|(index, (token, word))| {
                &token.lower == word
                    || (index + 1 == length || index == 0) && inflects && form_of(&token.lower, word).is_some()
            }),
        };
        matches.then_some(length)
    }

    fn only_opens_with_capital(&self) -> bool {
        self.exact.as_ref().is_some_and(|exact| exact.len() == 1)
    }
}

impl TermRules {
    /// Prepares rules for texts of a language.
    pub fn new(rules: &[TermRule], language: Language) -> Self {
        let refused: Vec<&String> = rules.iter().flat_map(|rule| &rule.not).collect();
        let verbs = &lexicon(language).verbs;
        let is_verb = |term: &str| {
            let first = term.split(' ').next().unwrap_or(term).to_lowercase();
            verbs.contains_key(first.as_str())
        };
        let prepared: Vec<Rule> = rules
            .iter()
            .enumerate()
            .map(|(number, rule)| {
                let says: Vec<Wanted> = rule.say.iter().filter_map(|term| Wanted::new(term)).collect();
                let nots: Vec<Wanted> = rule.not.iter().filter_map(|term| Wanted::new(term)).collect();
                // What replaces must not itself be refused by another rule.
                let say = rule.say.iter().find(|term| !refused.contains(term));
                let replacement = say.filter(|_| !rule.conditional).map(|say| {
                    let kind = if language != Language::En {
                        Kind::Spelling
                    } else if is_verb(say) {
                        Kind::Verb
                    } else if rule
                        .not
                        .iter()
                        .any(|term| is_verb(term) || say.to_lowercase().contains(&term.to_lowercase()))
                    {
                        // The word may already stand in a form of what is said.
                        Kind::Spelling
                    } else {
                        Kind::Noun
                    };
                    Replacement { text: say.clone(), letters: letters(say), kind }
                });
                let spellings = if rule.conditional { Vec::new() } else { spellings(&rule.say) };
                Rule { number, says, nots, spellings, replacement }
            })
            .collect();
        let mut first = std::collections::HashSet::new();
        for rule in &prepared {
            for wanted in &rule.nots {
                first.extend(wanted.words.first().map(|word| opening(word)));
            }
        }
        Self { language, rules: prepared, first }
    }

    /// The words of a text that a rule speaks against, in order; one that stands inside what may be said is none.
    pub fn hits(&self, text: &str) -> Vec<TermHit> {
        let tokens = tokens(text);
        let quoted = quotations(text);
        let is_quoted = |start: usize, end: usize| quoted.iter().any(|&(from, to)| from <= start && end <= to);
        let characters = |byte: usize| text[..byte].chars().count() as u32;
        let mut hits: Vec<(usize, usize, TermHit)> = Vec::new();
        for rule in &self.rules {
            for wanted in &rule.nots {
                if let Some(sign) = &wanted.sign {
                    for (at, found) in text.match_indices(sign.as_str()) {
                        if !is_quoted(at, at + found.len()) {
                            hits.push((
                                at,
                                at + found.len(),
                                self.hit(rule, text, at, at + found.len(), None, characters),
                            ));
                        }
                    }
                    continue;
                }
                for at in 0..tokens.len() {
                    if !self.first.contains(&opening(&tokens[at].lower)) {
                        continue;
                    }
                    let Some(length) = wanted.match_at(&tokens, at, self.language == Language::En) else { continue };
                    let (start, end) = (tokens[at].start, tokens[at + length - 1].end);
                    let said = rule.says.iter().any(|say| {
                        say.words.len() > wanted.words.len()
                            && (at.saturating_sub(say.words.len())..=at)
                                .any(|from| say.match_at(&tokens, from, true).is_some_and(|length| from + length > at))
                    });
                    if said || is_quoted(start, end) {
                        continue;
                    }
                    let replacement = self.replacement(rule, wanted, &tokens, at, length);
                    hits.push((start, end, self.hit(rule, text, start, end, replacement, characters)));
                }
            }
            for spelling in &rule.spellings {
                for token in &tokens {
                    let other = token.text != spelling.text && letters(token.text) == spelling.letters;
                    if other && !is_quoted(token.start, token.end) && !token.text.contains(['.', '@', '/']) {
                        let replacement = Some(spelling.text.clone());
                        hits.push((
                            token.start,
                            token.end,
                            self.hit(rule, text, token.start, token.end, replacement, characters),
                        ));
                    }
                }
            }
        }
        hits.sort_by_key(|(start, end, hit)| (*start, std::cmp::Reverse(*end), hit.rule));
        let mut kept: Vec<(usize, usize, TermHit)> = Vec::new();
        for hit in hits {
            if kept.last().is_none_or(|(_, end, _)| hit.0 >= *end) {
                kept.push(hit);
            }
        }
        kept.into_iter().map(|(_, _, hit)| hit).collect()
    }

    #[expect(clippy::unused_self, reason = "belongs to the rules it reads")]
    fn hit(
        &self,
        rule: &Rule,
        text: &str,
        start: usize,
        end: usize,
        replacement: Option<String>,
        characters: impl Fn(usize) -> u32,
    ) -> TermHit {
        TermHit {
            rule: rule.number,
            span: SentenceSpan { start: characters(start), end: characters(end) },
            found: text[start..end].to_owned(),
            replacement,
        }
    }

    fn replacement(
        &self,
        rule: &Rule,
        wanted: &Wanted,
        tokens: &[Token<'_>],
        at: usize,
        length: usize,
    ) -> Option<String> {
        let replacement = rule.replacement.as_ref()?;
        let spelling = replacement.letters == wanted.letters;
        let (first, last) = (&tokens[at], &tokens[at + length - 1]);
        let changed = if spelling || replacement.kind != Kind::Verb { last } else { first };
        let base = wanted.words.get(if spelling || replacement.kind != Kind::Verb { length - 1 } else { 0 })?;
        let ending = if wanted.exact.is_some() {
            if last.text.len() > wanted.exact.as_ref()?.last()?.len() { "s" } else { "" }
        } else {
            form_of(&changed.lower, base)?
        };
        let text = if spelling {
            with_ending(&replacement.text, ending, Kind::Spelling)?
        } else {
            match replacement.kind {
                Kind::Spelling => return None,
                Kind::Verb if !stands_as_verb(tokens, at, ending, self.language) => return None,
                kind => with_ending(&replacement.text, ending, kind)?,
            }
        };
        // A capital that only opens the sentence goes over; one that belongs to the word stays.
        let opens = first.is_capitalised() && (wanted.exact.is_none() || at == 0);
        if opens && text.starts_with(char::is_lowercase) {
            let mut letters = text.chars();
            let first = letters.next()?;
            return Some(first.to_uppercase().chain(letters).collect());
        }
        Some(text)
    }

    /// The text with every sure replacement made; `None` when there is none.
    pub fn fixed(&self, text: &str) -> Option<String> {
        let hits: Vec<TermHit> = self.hits(text).into_iter().filter(|hit| hit.replacement.is_some()).collect();
        if hits.is_empty() {
            return None;
        }
        let characters: Vec<char> = text.chars().collect();
        let mut fixed = String::with_capacity(text.len());
        let mut at = 0;
        for hit in hits {
            let (start, end) = (hit.span.start as usize, hit.span.end as usize);
            fixed.extend(&characters[at..start]);
            let replacement = hit.replacement.unwrap_or_default();
            if self.language == Language::En {
                agree_article(&mut fixed, &hit.found, &replacement);
            }
            fixed.push_str(&replacement);
            at = end;
        }
        fixed.extend(&characters[at..]);
        (fixed != text).then_some(fixed)
    }
}

/// The first letters of a word, by which its forms are found.
fn opening(word: &str) -> String {
    word.chars().take(2).collect()
}

/// What is said whose writing is a matter of its own: capitals inside, or hyphens.
fn spellings(says: &[String]) -> Vec<Spelling> {
    says.iter()
        .filter(|say| !say.contains(' ') && say.len() > 3)
        .filter(|say| say.chars().skip(1).any(char::is_uppercase) && say.chars().any(char::is_lowercase))
        .map(|say| Spelling { text: say.clone(), letters: letters(say) })
        .collect()
}

/// Bytes inside quotation marks.
fn quotations(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, character) in text.char_indices() {
        match (open, character) {
            (Some((start, close)), mark) if mark == close => {
                found.push((start, at));
                open = None;
            }
            (None, '“') => open = Some((at, '”')),
            (None, '„') => open = Some((at, '“')),
            (None, '«') => open = Some((at, '»')),
            (None, '"') => open = Some((at, '"')),
            _ => {}
        }
    }
    found
}
