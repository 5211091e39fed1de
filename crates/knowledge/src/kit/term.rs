//! Words to say and not to say, from style guides: sentences, lists, headings with their text, tables.
//!
//! Invariants
//! - A rule's place holds its words: every term of a rule stands in the quote, or in the heading right above it.
//! - In doubt there is no rule. Words that nobody set off are taken as terms only in the narrowest shapes.

mod entry;
mod guide;
mod phrase;
mod sentence;
mod table;

use quillhouse_domain::{BlockKind, Language, TermRule};

use super::{
    line::Line,
    rules::{self, Vocabulary},
    scan::{Item, scan},
};

/// A rule with the stretch of the document that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundTerm {
    pub(super) rule: TermRule,
    /// First character in the document.
    pub(super) start: u32,
    /// One past the last character.
    pub(super) end: u32,
}

/// A line of a guide with all that the patterns look at.
pub(super) struct Ruled<'a> {
    line: &'a Line,
    items: Vec<Item>,
    guide: guide::Guide,
    /// A paragraph that names the term of the items below it, as in a definition list.
    title: Option<&'a Line>,
}

/// The rules of a document. `name` and `title` tell whether it is a guide for writers.
pub(super) fn terms(lines: &[Line], name: &str, title: Option<&str>, language: Language) -> Vec<FoundTerm> {
    let words = &rules::of(language).words;
    let mut guides = guide::guides(lines, name, title, words);
    mark_avoid_lists(lines, &mut guides, words);
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        if line.kind == BlockKind::TableRow {
            let rows = lines[at..].iter().take_while(|line| line.kind == BlockKind::TableRow).count();
            found.extend(table::rules(&lines[at..at + rows], guides[at], words));
            at += rows;
            continue;
        }
        if line.is_heading() || line.kind == BlockKind::Code {
            at += 1;
            continue;
        }
        let ruled = Ruled { line, items: scan(line, words), guide: guides[at], title: title_of(lines, at) };
        let mut here = entry::rules(&ruled, words);
        if here.is_empty() {
            here = sentence::rules(&ruled, words);
        }
        found.extend(here);
        at += 1;
    }
    let mut rules = Vec::new();
    for term in found {
        if let Some(term) = phrase::settled(term)
            && !rules.contains(&term)
        {
            rules.push(term);
        }
    }
    rules
}

/// Which lines are part of a guide for writers: what they say is a rule, not a fact.
pub(super) fn is_guide(lines: &[Line], name: &str, title: Option<&str>, language: Language) -> Vec<bool> {
    guide::guides(lines, name, title, &rules::of(language).words).into_iter().map(|guide| guide.is_guide).collect()
}

/// Entries among which many say by what to replace them are a list of words to avoid, whatever stands above it.
fn mark_avoid_lists(lines: &[Line], guides: &mut [guide::Guide], words: &Vocabulary) {
    let mut at = 0;
    while at < lines.len() {
        let items = lines[at..].iter().take_while(|line| line.kind == BlockKind::ListItem).count();
        if items >= 3 && guides[at].is_guide && !guides[at].is_avoid_list && !guides[at].is_word_list {
            let telling = (at..at + items)
                .filter(|&index| {
                    let ruled = Ruled {
                        line: &lines[index],
                        items: scan(&lines[index], words),
                        guide: guides[index],
                        title: None,
                    };
                    entry::tells(&ruled, words)
                })
                .count();
            if telling >= 2 && telling * 5 >= items * 2 {
                for guide in &mut guides[at..at + items] {
                    guide.is_avoid_list = true;
                }
            }
        }
        at += items.max(1);
    }
}

/// The heading or the short paragraph whose text this line begins.
fn title_of(lines: &[Line], at: usize) -> Option<&Line> {
    let before = lines.get(at.checked_sub(1)?)?;
    let is_title = match (before.kind, lines[at].kind) {
        (BlockKind::Heading { level }, _) => level >= 2,
        (BlockKind::Paragraph, BlockKind::ListItem) => {
            // A definition list has one answer a term; a paragraph before a long list is its lead-in.
            let next = lines.get(at + 1).is_none_or(|next| next.kind != BlockKind::ListItem);
            next && !before.text.ends_with(&[':'])
        }
        _ => false,
    };
    (is_title && before.text.len() <= 50).then_some(before)
}
