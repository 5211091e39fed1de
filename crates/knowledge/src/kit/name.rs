//! Products by how a document defines them, and audiences by how it names them. Cautious: a missing one is added by hand,
//! a wrong one costs trust in the rest.

use quillhouse_domain::{BlockKind, KitKind, Language};
use quillhouse_quality::{is_meta, text::sentences};
use serde::{Deserialize, Serialize};

use super::{
    line::Line,
    rules::{self, NameWords},
};

/// A product or an audience with the sentence that names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct FoundName {
    pub(super) kind: KitKind,
    pub(super) text: String,
    /// First character of the sentence in the document.
    pub(super) start: u32,
    /// One past its last character.
    pub(super) end: u32,
    /// True when the sentence says what it is.
    pub(super) defined: bool,
}

/// Most of one document.
const MOST: usize = 60;

/// The products and audiences that the lines name.
pub(super) fn named(lines: &[Line], is_guide: &[bool], language: Language) -> Vec<FoundName> {
    let rules = &rules::of(language).names;
    let mut found = Vec::new();
    for (line, guide) in lines.iter().zip(is_guide) {
        if *guide || !matches!(line.kind, BlockKind::Paragraph | BlockKind::ListItem) || found.len() >= MOST {
            continue;
        }
        let text = line.string();
        for sentence in sentences(&text, language) {
            let (start, end) = (line.start + sentence.span.start, line.start + sentence.span.end);
            let entry = |kind, text: String, defined| FoundName { kind, text, start, end, defined };
            found.extend(
                products(sentence.text, rules)
                    .into_iter()
                    .map(|(name, defined)| entry(KitKind::Product, name, defined)),
            );
            if let Some(audience) = audience(sentence.text, rules, language) {
                found.push(entry(KitKind::Audience, audience, true));
            }
        }
        if line.headings.last().is_some_and(|heading| is_product_heading(heading, rules)) {
            found.extend(led_by_names(line, language).into_iter().map(|(text, from, to)| FoundName {
                kind: KitKind::Product,
                text,
                start: line.start + from,
                end: line.start + to,
                defined: true,
            }));
        }
        if line.kind == BlockKind::ListItem
            && line.headings.last().is_some_and(|heading| is_audience_heading(heading, rules))
            && (2..=14).contains(&text.split_whitespace().count())
        {
            let (start, end) = (line.start, line.start + line.text.len() as u32);
            let text = text.trim().trim_end_matches(['.', ';', ',']).to_owned();
            found.push(FoundName { kind: KitKind::Audience, text, start, end, defined: true });
        }
    }
    found.truncate(MOST);
    found
}

fn is_product_heading(heading: &str, rules: &NameWords) -> bool {
    let heading = heading.to_lowercase().replace('’', "'");
    heading.split_whitespace().count() <= 4 && rules.product_headings.stand_in(&heading)
}

/// The names that sentences under a heading of products begin with and set off: `**Halden Freight** carries goods`. Each
/// with its sentence, in characters of the line.
fn led_by_names(line: &Line, language: Language) -> Vec<(String, u32, u32)> {
    let rules = rules::of(language);
    let ends = |at: usize| {
        matches!(line.text[at], '.' | '!' | '?') && line.text.get(at + 1).is_none_or(|next| next.is_whitespace())
    };
    let mut found = Vec::new();
    for mark in line.marked.iter().filter(|mark| mark.strong && mark.end <= line.text.len()) {
        let before = line.text[..mark.start].iter().rposition(|letter| !letter.is_whitespace());
        if before.is_some_and(|before| !ends(before)) {
            continue;
        }
        let name: String = line.text[mark.start..mark.end].iter().collect();
        let name = name.trim().trim_end_matches([':', '.', ',']).to_owned();
        let words = words(&name);
        let named = (1..=4).contains(&words.len())
            && words.iter().all(|word| is_capital(word) || word.chars().all(|letter| !letter.is_lowercase()))
            && !rules.names.articles.has(&words[0].to_lowercase())
            && !rules.words.stressed.has(&name.to_lowercase());
        if named {
            let end = (mark.end..line.text.len()).find(|&at| ends(at)).map_or(line.text.len(), |at| at + 1);
            found.push((name, mark.start as u32, end as u32));
        }
    }
    found
}

fn is_audience_heading(heading: &str, rules: &NameWords) -> bool {
    let heading = heading.to_lowercase().replace('’', "'");
    rules.audience_headings.iter().any(|phrase| heading.contains(phrase.as_str()))
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|mark: char| !mark.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect()
}

fn is_capital(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word.chars().count() > 2 && word.chars().any(char::is_lowercase)
}

/// Names that the sentence says are something on offer; the second is true when it says so by `is a`.
fn products(sentence: &str, rules: &NameWords) -> Vec<(String, bool)> {
    let words = words(sentence);
    let is_offer = |word: &str| rules.offers.has(&word.to_lowercase());
    // Nouns are written with a capital as well: only the definition tells.
    let mut found = Vec::new();
    let begin = usize::from(words.first().is_some_and(|first| rules.articles.has(&first.to_lowercase())));
    let length = words[begin.min(words.len())..].iter().take_while(|word| is_capital(word)).count();
    if (1..=4).contains(&length)
        && let Some(verb) = words.get(begin + length)
        && rules.be.has(verb)
        && words.get(begin + length + 1).is_some_and(|article| rules.articles.has(article))
        && words[begin + length + 2..]
            .iter()
            .take(5)
            .take_while(|word| !rules.definition_stops.has(word))
            .any(|word| is_offer(word))
    {
        found.push((words[begin..begin + length].join(" "), true));
    }
    // `the Fjordpass app`, `with our Nordkapp Plus card`
    for at in 0..words.len() {
        if !rules.definers.has(&words[at].to_lowercase()) {
            continue;
        }
        let length = words[at + 1..].iter().take_while(|word| is_capital(word)).count();
        let name = words.get(at + 1..at + 1 + length).unwrap_or_default();
        if (1..=3).contains(&length) && words.get(at + 1 + length).is_some_and(|word| rules.offers.has(word)) {
            found.push((name.join(" "), false));
        }
    }
    found
}

/// Whom the brand says it is for, as the sentence has it.
fn audience(sentence: &str, rules: &NameWords, language: Language) -> Option<String> {
    let lower = sentence.to_lowercase().replace('’', "'");
    let words = lower.split_whitespace().count();
    let before_for = rules
        .text_for
        .iter()
        .filter_map(|word| lower.split_once(&format!(" {word} ")).map(|(before, _)| before))
        .min_by_key(|before| before.len())
        .unwrap_or(&lower);
    let about_text = is_meta(sentence, language) || rules.texts.iter().any(|word| before_for.contains(word.as_str()));
    if !(5..=30).contains(&words) || about_text || lower.ends_with('?') {
        return None;
    }
    let ours = rules
        .subject_phrases
        .iter()
        .any(|phrase| rules.subjects.iter().any(|subject| lower.contains(&phrase.replace("{}", subject))));
    let made = rules.made_for.iter().find_map(|phrase| lower.find(phrase.as_str()).map(|at| at + phrase.len()));
    let named = made.is_some_and(|at| {
        let group = lower[at..].split([',', ';']).next().unwrap_or("");
        rules.people.iter().any(|people| group.contains(people.as_str()))
    });
    (ours || named).then(|| sentence.trim().to_owned())
}
