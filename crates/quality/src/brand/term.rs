//! Words a brand does not say, found in any form, and what stands in their place where that is sure.

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

/// What kind of word may be put in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Verb,
    Noun,
    /// Only other spellings of itself.
    Spelling,
}

/// Verbs whose past is no `-ed`.
const IRREGULAR: [&str; 30] = [
    "buy", "run", "do", "write", "say", "get", "give", "go", "make", "take", "begin", "find", "tell", "send", "keep",
    "put", "set", "cut", "let", "build", "choose", "come", "feel", "hold", "lead", "leave", "meet", "pay", "show",
    "speak",
];

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

/// The ending by which `word` differs from `base`.
fn form_of(word: &str, base: &str) -> Option<&'static str> {
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
fn with_ending(base: &str, ending: &str, kind: Kind) -> Option<String> {
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
        "ed" if IRREGULAR.contains(&verb) => None,
        "ed" if last == 'e' => Some(format!("{verb}d")),
        "ed" if last == 'y' && !before.is_some_and(vowel) => Some(format!("{}ied", &verb[..verb.len() - 1])),
        "ing" if last == 'e' && before != Some('e') => Some(format!("{}ing", &verb[..verb.len() - 1])),
        "ed" | "ing" if doubles => Some(format!("{verb}{last}{ending}")),
        "ed" | "ing" => Some(format!("{verb}{ending}")),
        _ => None,
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

/// True when the word at `at` does what a verb does there.
fn stands_as_verb(tokens: &[Token<'_>], at: usize, ending: &str, language: Language) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| &tokens[before]) else {
        // An order, unless it is the subject: `Purchase tickets online`, not `Purchases are final`.
        return ending.is_empty()
            && tokens.get(1).is_some_and(|next| !lexicon(language).auxiliaries.contains(next.lower.as_str()));
    };
    if tokens[at].after_break {
        return false;
    }
    let word = before.lower.as_str();
    let subject = matches!(word, "we" | "you" | "they" | "i" | "he" | "she" | "it" | "who" | "people" | "everyone");
    let helper = matches!(
        word,
        "to" | "can"
            | "could"
            | "will"
            | "would"
            | "should"
            | "must"
            | "may"
            | "might"
            | "don't"
            | "do"
            | "not"
            | "please"
            | "never"
            | "always"
            | "let's"
            | "cannot"
            | "can't"
            | "won't"
            | "we'll"
            | "you'll"
            | "then"
    );
    match ending {
        "" => subject || helper,
        "s" => matches!(word, "he" | "she" | "it" | "who"),
        "ed" => subject || matches!(word, "have" | "has" | "had" | "be" | "been" | "was" | "were" | "is" | "are"),
        "ing" => matches!(
            word,
            "by" | "for" | "am" | "are" | "is" | "was" | "were" | "be" | "of" | "while" | "when" | "before" | "after"
        ),
        _ => false,
    }
}

/// `a` and `an` follow the word that now comes.
fn agree_article(text: &mut String, found: &str, replacement: &str) {
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
