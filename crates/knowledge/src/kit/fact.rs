//! Facts and claims: whole sentences with numbers, dates, prices or names, and those that promise or praise.
//!
//! Invariants
//! - A sentence stands word for word in the document, and can be understood without what stands around it. So does a row of
//!   a table; what it says is put together from its own cells and the names of its columns.
//! - Rules for writers, orders to the reader, questions and quotations of people are no facts of the brand.

mod date;
mod row;

use quillhouse_domain::{BlockKind, KitKind, Language};
use quillhouse_quality::{
    is_order, leans_on_outside,
    text::{Unit, names, numbers, sentences, superlatives, word_count},
};
use serde::{Deserialize, Serialize};

pub(super) use self::date::FactDate;
use super::{
    line::Line,
    rules::{self, FactWords, Words},
};

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
    /// What it says, when that is not the quote itself.
    #[serde(default)]
    pub(super) text: Option<String>,
    /// When it was so, or until when it is.
    #[serde(default)]
    pub(super) date: Option<FactDate>,
}

/// Most of one document, the most telling; a price list would fill the kit otherwise.
const MOST_A_DOCUMENT: usize = 40;
/// Words a fact has: shorter ones say nothing, longer ones say several things.
const WORDS: std::ops::RangeInclusive<usize> = 5..=34;
/// Weight from which a sentence is worth a place.
const LEAST_WEIGHT: f32 = 0.6;

/// The facts and claims of the lines that are no guide for writers.
pub(super) fn facts(lines: &[Line], is_guide: &[bool], language: Language) -> Vec<FoundFact> {
    let rules = &rules::of(language).facts;
    let mut found: Vec<FoundFact> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        let rows = lines[at..].iter().take_while(|line| line.kind == BlockKind::TableRow).count();
        if rows > 0 {
            // A table that shows how tables are made states nothing.
            let before = at.checked_sub(1).map(|before| lines[before].string().to_lowercase().replace('’', "'"));
            if !is_guide[at] && !before.is_some_and(|before| rules.asides.stand_in(&before)) {
                found.extend(row::facts(&lines[at..at + rows], language));
            }
            at += rows;
            continue;
        }
        if !is_guide[at] && matches!(line.kind, BlockKind::Paragraph | BlockKind::ListItem) {
            let text = line.string();
            for sentence in sentences(&text, language) {
                let Some((kind, weight)) = judged(sentence.text, rules, language) else { continue };
                let (start, end) = (line.start + sentence.span.start, line.start + sentence.span.end);
                let date = date::dated(sentence.text, language);
                found.push(FoundFact { kind, start, end, weight, text: None, date });
            }
        }
        at += 1;
    }
    if found.len() > MOST_A_DOCUMENT {
        found.sort_by(|left, right| right.weight.total_cmp(&left.weight).then(left.start.cmp(&right.start)));
        found.truncate(MOST_A_DOCUMENT);
        found.sort_by_key(|fact| fact.start);
    }
    found
}

/// What a sentence is worth; `None` when it is no statement of its own or states nothing.
fn judged(sentence: &str, rules: &FactWords, language: Language) -> Option<(KitKind, f32)> {
    let words = word_count(sentence);
    let closed = sentence.trim_end_matches(['"', '”', '’', ')']).ends_with(['.', '!']);
    if !WORDS.contains(&words)
        || !closed
        || leans_on_outside(sentence, language).is_some()
        || is_order(sentence, language)
    {
        return None;
    }
    let lower = sentence.to_lowercase().replace('’', "'");
    // Somebody's own voice, an example, advice, a supposition, or somebody or something named before.
    if sentence.starts_with(['"', '“', '„', '«', '‘', '(', '|'])
        || rules.asides.stand_in(&lower)
        || rules.elsewhere.stand_in(&lower)
        || rules.openers.iter().any(|opener| {
            lower.strip_prefix(opener.as_str()).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        })
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
    let any = |list: &Words| tokens.iter().any(|token| list.has(token));
    let claims = any(&rules.claims);
    let identity = any(&rules.identities) && certain > 0;
    if claims {
        weight += 0.5;
    } else if !superlatives(sentence, language).is_empty() {
        weight += 0.1;
    }
    if identity {
        weight += 0.5;
    }
    // What speaks of `we` or a name speaks of the brand; what speaks only of `you` speaks of the reader.
    let speaks = certain > 0 || any(&rules.brand);
    if !(hard || claims && speaks || identity) || weight < LEAST_WEIGHT {
        return None;
    }
    let kind = if claims && !hard { KitKind::Claim } else { KitKind::Fact };
    // A long sentence is harder to use.
    Some((kind, weight * if words > 26 { 0.85 } else { 1.0 }))
}
