//! Facts and claims: whole sentences with numbers, dates, prices or names, and those that promise or praise.
//!
//! Invariants
//! - A sentence stands word for word in the document, and can be understood without what stands around it.
//! - Rules for writers, orders to the reader, questions and quotations of people are no facts of the brand.

use quillhouse_domain::{BlockKind, KitKind, Language};
use quillhouse_quality::{
    is_order, leans_on_outside,
    text::{Unit, names, numbers, sentences, superlatives, word_count},
};
use serde::{Deserialize, Serialize};

use super::line::Line;

/// A sentence that may be an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct FoundFact {
    pub(super) kind: KitKind,
    /// First character in the document.
    pub(super) start: u32,
    /// One past the last character.
    pub(super) end: u32,
    /// How much it says that can be checked.
    pub(super) weight: f32,
}

/// Most of one document, the most telling; a price list would fill the kit otherwise.
const MOST_A_DOCUMENT: usize = 40;
/// Words a fact has: shorter ones say nothing, longer ones say several things.
const WORDS: std::ops::RangeInclusive<usize> = 5..=34;
/// Weight from which a sentence is worth a place.
const LEAST_WEIGHT: f32 = 0.6;

/// Openings that stand for something named before.
const OPENERS: [&str; 16] = [
    " it ",
    " they ",
    " he ",
    " she ",
    " its ",
    " their ",
    " his ",
    " her ",
    " that ",
    " there ",
    " from that ",
    " both ",
    " here ",
    " es ",
    " er ",
    " sie ",
];

/// Words by which a sentence promises or praises; beside superlatives.
fn claim_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::De => &[
            "garantie",
            "garantiert",
            "garantieren",
            "ausgezeichnet",
            "preisgekrönt",
            "führend",
            "führende",
            "zertifiziert",
            "einzige",
            "einziger",
            "einziges",
            "beste",
            "größte",
            "schnellste",
            "erste",
            "sicherste",
            "kostenlos",
            "versprechen",
        ],
        _ => &[
            "guarantee",
            "guaranteed",
            "guarantees",
            "promise",
            "promises",
            "award",
            "awards",
            "award-winning",
            "leading",
            "certified",
            "accredited",
            "warranty",
            "refund",
            "refunds",
            "best",
            "fastest",
            "largest",
            "biggest",
            "oldest",
            "safest",
            "cheapest",
            "longest",
            "only",
            "first",
            "unique",
            "free",
            "trusted",
            "proven",
            "patented",
            "organic",
        ],
    }
}

/// Verbs by which a sentence tells what the brand is.
fn identity_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::De => &["gegründet", "betreibt", "beschäftigt", "eröffnet", "gehört"],
        _ => &["founded", "established", "headquartered", "owned", "employs", "opened", "launched", "acquired"],
    }
}

/// The facts and claims of the lines that are no guide for writers.
pub(super) fn facts(lines: &[Line], is_guide: &[bool], language: Language) -> Vec<FoundFact> {
    let mut found: Vec<FoundFact> = Vec::new();
    for (line, guide) in lines.iter().zip(is_guide) {
        if *guide || !matches!(line.kind, BlockKind::Paragraph | BlockKind::ListItem) {
            continue;
        }
        let text = line.string();
        for sentence in sentences(&text, language) {
            let Some((kind, weight)) = judged(sentence.text, language) else { continue };
            let (start, end) = (line.start + sentence.span.start, line.start + sentence.span.end);
            found.push(FoundFact { kind, start, end, weight });
        }
    }
    if found.len() > MOST_A_DOCUMENT {
        found.sort_by(|left, right| right.weight.total_cmp(&left.weight).then(left.start.cmp(&right.start)));
        found.truncate(MOST_A_DOCUMENT);
        found.sort_by_key(|fact| fact.start);
    }
    found
}

/// What a sentence is worth; `None` when it is no statement of its own or states nothing.
fn judged(sentence: &str, language: Language) -> Option<(KitKind, f32)> {
    let words = word_count(sentence);
    let closed = sentence.trim_end_matches(['"', '”', '’', ')']).ends_with(['.', '!']);
    if !WORDS.contains(&words)
        || !closed
        || leans_on_outside(sentence, language).is_some()
        || is_order(sentence, language)
    {
        return None;
    }
    let lower = format!(" {} ", sentence.to_lowercase().replace('’', "'"));
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
    // Somebody's own voice, an example, advice, or a supposition.
    if sentence.starts_with(['"', '“', '„', '«', '‘', '(', '|'])
        || has(&[" i ", " i'm ", " my ", "for example", "for instance", " e.g.", " i.e.", "zum beispiel", "z. b.", " ich ", " mein "])
        || has(&[" should ", " consider ", "make sure", " try to ", " might ", " imagine ", " suppose ", "sollten "])
        // Somebody or something named before.
        || has(&[" her ", " him ", " them ", " that day", " this ", " these ", " those ", " such "])
        || OPENERS.iter().any(|opener| lower.starts_with(opener))
        || lower.starts_with(" if ") || lower.starts_with(" when ") || lower.starts_with(" wenn ")
        || sentence.contains([':', '?'])
    {
        return None;
    }
    let mut weight = 0.0;
    let mut hard = false;
    for number in numbers(sentence, language) {
        let digits = number.text.chars().any(|character| character.is_ascii_digit());
        let (worth, tells) = match number.unit {
            Unit::Currency(_) => (1.3, true),
            Unit::Percent => (1.2, true),
            Unit::Measure(_) => (1.1, true),
            Unit::Time => (0.7, true),
            Unit::Plain if digits => (0.8, true),
            Unit::Plain => (0.3, false),
            Unit::Ordinal => (0.2, false),
        };
        weight += worth;
        hard = hard || tells;
    }
    let certain = names(sentence, language).iter().filter(|name| name.certain).count();
    weight = f32::min(weight, 2.5) + 0.25 * f32::min(certain as f32, 3.0);
    let tokens: Vec<String> = quillhouse_quality::text::words(sentence).into_iter().map(str::to_lowercase).collect();
    let any = |list: &[&str]| tokens.iter().any(|token| list.contains(&token.as_str()));
    let claims = any(claim_words(language));
    let identity = any(identity_words(language)) && certain > 0;
    if claims {
        weight += 0.5;
    } else if !superlatives(sentence, language).is_empty() {
        weight += 0.1;
    }
    if identity {
        weight += 0.5;
    }
    // What speaks of `we` or a name speaks of the brand; what speaks only of `you` speaks of the reader.
    let speaks = certain > 0 || any(&["we", "our", "us", "wir", "unser", "unsere"]);
    if !(hard || claims && speaks || identity) || weight < LEAST_WEIGHT {
        return None;
    }
    let kind = if claims && !hard { KitKind::Claim } else { KitKind::Fact };
    // A long sentence is harder to use.
    Some((kind, weight * if words > 26 { 0.85 } else { 1.0 }))
}
