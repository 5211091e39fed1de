//! Products by how a document defines them, and audiences by how it names them. Cautious: a missing one is added by hand,
//! a wrong one costs trust in the rest.

use quillhouse_domain::{BlockKind, KitKind, Language};
use quillhouse_quality::{is_meta, text::sentences};
use serde::{Deserialize, Serialize};

use super::line::Line;

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

/// What is offered: `The Fjordpass is a monthly ticket`.
fn offers(language: Language) -> &'static [&'static str] {
    match language {
        Language::De => &[
            "app",
            "plattform",
            "dienst",
            "produkt",
            "werkzeug",
            "karte",
            "pass",
            "ticket",
            "tarif",
            "abo",
            "software",
            "paket",
            "programm",
            "modell",
            "kurs",
            "serie",
            "system",
            "gerät",
            "service",
        ],
        _ => &[
            "app",
            "platform",
            "service",
            "product",
            "tool",
            "card",
            "pass",
            "ticket",
            "plan",
            "subscription",
            "software",
            "package",
            "bundle",
            "programme",
            "program",
            "model",
            "course",
            "series",
            "system",
            "device",
            "edition",
            "kit",
            "membership",
            "suite",
            "solution",
            "line",
            "range",
            "machine",
            "account",
            "fund",
            "policy",
            "library",
            "framework",
        ],
    }
}

/// Most of one document.
const MOST: usize = 60;

/// The products and audiences that the lines name.
pub(super) fn named(lines: &[Line], is_guide: &[bool], language: Language) -> Vec<FoundName> {
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
                products(sentence.text, language)
                    .into_iter()
                    .map(|(name, defined)| entry(KitKind::Product, name, defined)),
            );
            if let Some(audience) = audience(sentence.text, language) {
                found.push(entry(KitKind::Audience, audience, true));
            }
        }
        if line.kind == BlockKind::ListItem
            && line.headings.last().is_some_and(|heading| is_audience_heading(heading))
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

fn is_audience_heading(heading: &str) -> bool {
    let heading = heading.to_lowercase();
    [
        "our audience",
        "audiences",
        "target group",
        "target audience",
        "who we serve",
        "who it is for",
        "who it's for",
        "who we help",
        "our customers",
        "our readers",
        "zielgruppe",
        "für wen",
        "unsere kunden",
    ]
    .iter()
    .any(|phrase| heading.contains(phrase))
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
fn products(sentence: &str, language: Language) -> Vec<(String, bool)> {
    let words = words(sentence);
    let offers = offers(language);
    let is_offer = |word: &str| offers.contains(&word.to_lowercase().as_str());
    let (be, articles): (&[&str], &[&str]) = match language {
        Language::De => (&["ist", "sind"], &["ein", "eine", "unser", "unsere", "der", "die", "das"]),
        _ => (&["is", "are"], &["a", "an", "our", "the"]),
    };
    // Nouns are written with a capital as well: only the definition tells.
    let mut found = Vec::new();
    let begin = usize::from(words.first().is_some_and(|first| articles.contains(&first.to_lowercase().as_str())));
    let length = words[begin.min(words.len())..].iter().take_while(|word| is_capital(word)).count();
    if (1..=4).contains(&length)
        && let Some(verb) = words.get(begin + length)
        && be.contains(verb)
        && words.get(begin + length + 1).is_some_and(|article| articles.contains(article))
        && words[begin + length + 2..]
            .iter()
            .take(5)
            .take_while(|word| !matches!(**word, "that" | "which" | "for" | "of" | "in" | "to" | "with" | "who"))
            .any(|word| is_offer(word))
    {
        found.push((words[begin..begin + length].join(" "), true));
    }
    if language == Language::De {
        return found;
    }
    // `the Fjordpass app`, `with our Nordkapp Plus card`
    for at in 0..words.len() {
        if !matches!(words[at].to_lowercase().as_str(), "the" | "our" | "a" | "an") {
            continue;
        }
        let length = words[at + 1..].iter().take_while(|word| is_capital(word)).count();
        let name = words.get(at + 1..at + 1 + length).unwrap_or_default();
        if (1..=3).contains(&length) && words.get(at + 1 + length).is_some_and(|word| offers.contains(word)) {
            found.push((name.join(" "), false));
        }
    }
    found
}

/// Whom the brand says it is for, as the sentence has it.
fn audience(sentence: &str, language: Language) -> Option<String> {
    let lower = sentence.to_lowercase().replace('’', "'");
    let words = lower.split_whitespace().count();
    let about_text = is_meta(sentence, language)
        || ["guide", "page", "document", "section", "article", "template", "form ", "content", "leitfaden", "seite"]
            .iter()
            .any(|word| lower.split(" for ").next().unwrap_or("").contains(word));
    if !(5..=30).contains(&words) || about_text || lower.ends_with('?') {
        return None;
    }
    let subjects = [
        "customers",
        "clients",
        "readers",
        "passengers",
        "guests",
        "members",
        "audience",
        "visitors",
        "students",
        "patients",
        "kunden",
        "gäste",
        "leser",
    ];
    let ours = subjects.iter().any(|subject| {
        [
            format!("our {subject} are"),
            format!("our {subject} include"),
            format!("our {subject} range"),
            format!("our {subject} come from"),
            format!("our main {subject} are"),
            format!("our target {subject} "),
            format!("most of our {subject} are"),
            format!("unsere {subject} sind"),
        ]
        .iter()
        .any(|phrase| lower.contains(phrase.as_str()))
    });
    let made = [
        "made for ",
        "built for ",
        "designed for ",
        "meant for ",
        "intended for ",
        "aimed at ",
        "we serve ",
        "gemacht für ",
        "entwickelt für ",
    ]
    .iter()
    .find_map(|phrase| lower.find(phrase).map(|at| (at, phrase)));
    let people = [
        "people",
        "families",
        "teams",
        "companies",
        "businesses",
        "commuters",
        "travellers",
        "travelers",
        "owners",
        "professionals",
        "beginners",
        "students",
        "parents",
        "agencies",
        "organisations",
        "organizations",
        "developers",
        "children",
        "schools",
        "everyone who",
        "anyone who",
        "adults",
        "seniors",
        "households",
        "customers",
        "cyclists",
        "patients",
        "farmers",
        "menschen",
        "familien",
        "unternehmen",
    ];
    let named = made.is_some_and(|(at, phrase)| {
        people.iter().any(|group| lower[at + phrase.len()..].split([',', ';']).next().unwrap_or("").contains(group))
    });
    (ours || named).then(|| sentence.trim().to_owned())
}
