//! Which of two spellings a brand writes, counted over its documents.

use std::collections::BTreeMap;

use quillhouse_domain::{BlockKind, Language};
use serde::{Deserialize, Serialize};

use super::{
    line::Line,
    rules::{self, Words},
};

/// How often one spelling of a pair stands in a document, and the first place of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Usage {
    pub(super) count: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// Times a spelling stands in the documents before it counts as a habit.
const HABIT: u32 = 6;

/// The families of a language; none where nobody wrote them down.
fn families(language: Language) -> &'static [Words] {
    match language {
        Language::En | Language::De => &rules::of(language).spelling.families,
        _ => &[],
    }
}

/// Counts spellings in running text outside the parts that speak of words.
pub(super) fn counted(lines: &[Line], is_guide: &[bool], language: Language) -> BTreeMap<String, Usage> {
    let mut counts: BTreeMap<String, Usage> = BTreeMap::new();
    let families = families(language);
    if families.is_empty() {
        return counts;
    }
    for (line, guide) in lines.iter().zip(is_guide) {
        if *guide || !matches!(line.kind, BlockKind::Paragraph | BlockKind::ListItem) {
            continue;
        }
        let lower: Vec<char> = line.text.iter().map(|letter| letter.to_lowercase().next().unwrap_or(*letter)).collect();
        for spelling in families.iter().flat_map(|family| family.iter()) {
            let wanted: Vec<char> = spelling.to_lowercase().chars().collect();
            let capital = spelling.starts_with(char::is_uppercase);
            for at in 0..(lower.len() + 1).saturating_sub(wanted.len()) {
                if lower[at] != wanted[0] || lower[at..at + wanted.len()] != wanted[..] {
                    continue;
                }
                let edge =
                    |letter: Option<&char>| letter.is_none_or(|letter| !letter.is_alphanumeric() && *letter != '-');
                let after = lower.get(at + wanted.len());
                let plural = after == Some(&'s') && edge(lower.get(at + wanted.len() + 1));
                let starts = at == 0
                    || lower[..at]
                        .iter()
                        .rev()
                        .find(|letter| !letter.is_whitespace())
                        .is_some_and(|mark| matches!(mark, '.' | '!' | '?' | ':'));
                let other_case = families
                    .iter()
                    .any(|family| family.contains(spelling) && family[0].eq_ignore_ascii_case(&family[1]));
                let cased = !other_case || !starts && line.text[at].is_uppercase() == capital;
                if edge(at.checked_sub(1).map(|before| &lower[before])) && (edge(after) || plural) && cased {
                    let usage = counts.entry(spelling.clone()).or_insert(Usage {
                        count: 0,
                        start: line.start + at as u32,
                        end: line.start + (at + wanted.len()) as u32,
                    });
                    usage.count += 1;
                }
            }
        }
    }
    counts
}

/// A spelling that a brand always writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Habit {
    pub(super) say: &'static str,
    pub(super) not: Vec<String>,
    pub(super) count: u32,
}

/// The habits that the counts of all documents show.
pub(super) fn habits<'a>(counts: impl IntoIterator<Item = &'a BTreeMap<String, Usage>>) -> Vec<Habit> {
    let mut all: BTreeMap<&str, u32> = BTreeMap::new();
    for counts in counts {
        for (spelling, usage) in counts {
            *all.entry(spelling).or_default() += usage.count;
        }
    }
    [Language::En, Language::De]
        .into_iter()
        .flat_map(families)
        .filter_map(|family| {
            let count = |spelling: &str| all.get(spelling).copied().unwrap_or(0);
            let say = family.iter().max_by_key(|spelling| count(spelling))?;
            let others: u32 = family.iter().filter(|spelling| *spelling != say).map(|spelling| count(spelling)).sum();
            (count(say) >= HABIT && others == 0).then(|| Habit {
                say,
                not: family.iter().filter(|spelling| *spelling != say).cloned().collect(),
                count: count(say),
            })
        })
        .collect()
}
