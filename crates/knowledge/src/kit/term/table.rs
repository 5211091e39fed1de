//! Rules in tables: columns headed `Say` and `Not`, `Use` and `Instead of`, `Do` and `Don't`.

use quillhouse_domain::TermRule;

use super::{
    super::{line::Line, rules::Vocabulary, scan::TERM_WORDS},
    FoundTerm,
    guide::Guide,
    phrase::{is_conditional, is_grammar},
};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Say,
    Not,
    Why,
    Other,
}

/// The rules of the rows of one table.
pub(super) fn rules(rows: &[Line], guide: Guide, words: &Vocabulary) -> Vec<FoundTerm> {
    let Some(head) = rows.first() else { return Vec::new() };
    let cells = cells(&head.string());
    let columns: Vec<Column> = cells.iter().map(|cell| column(cell, words)).collect();
    let place = |wanted: Column| columns.iter().position(|column| *column == wanted);
    let (Some(say), Some(not)) = (place(Column::Say), place(Column::Not)) else { return Vec::new() };
    let broad = [say, not].iter().all(|&at| words.broad_columns.has(&plain(&cells[at])));
    if broad && !guide.is_guide {
        return Vec::new();
    }
    rows[1..].iter().filter_map(|row| rule(row, say, not, place(Column::Why), words)).collect()
}

fn rule(row: &Line, say: usize, not: usize, why: Option<usize>, words: &Vocabulary) -> Option<FoundTerm> {
    let text = row.string();
    let cells = cells(&text);
    let (mut notes, mut terms) = (Vec::new(), Vec::new());
    for at in [say, not] {
        let (found, note) = cell_terms(cells.get(at)?, words)?;
        terms.push(found);
        notes.extend(note);
    }
    let not = terms.pop().unwrap_or_default();
    let say = terms.pop().unwrap_or_default();
    if not.is_empty() {
        return None;
    }
    let written = why.and_then(|at| cells.get(at)).map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty());
    let conditional = !notes.is_empty() || written.as_ref().is_some_and(|note| is_conditional(note, words));
    let because = written.unwrap_or_else(|| notes.join("; "));
    let rule = TermRule { say, not, because, conditional };
    Some(FoundTerm { rule, start: row.start, end: row.start + row.text.len() as u32 })
}

fn cells(row: &str) -> Vec<String> {
    row.split(" | ").map(|cell| cell.trim().trim_matches('|').trim().to_owned()).collect()
}

/// Terms of a cell and what stands in its parentheses; `None` when it holds a sentence.
fn cell_terms(cell: &str, words: &Vocabulary) -> Option<(Vec<String>, Vec<String>)> {
    let mut outside = String::new();
    let mut notes = Vec::new();
    let mut rest = cell;
    while let Some(open) = rest.find('(') {
        outside.push_str(&rest[..open]);
        let Some(close) = rest[open..].find(')') else { break };
        notes.push(rest[open + 1..open + close].trim().to_owned());
        rest = &rest[open + close + 1..];
    }
    outside.push_str(rest);
    let mut terms = Vec::new();
    for part in outside.replace(" or ", ",").replace(" oder ", ",").split([',', ';', '\n']) {
        let term = part.trim().trim_matches(['"', '“', '”', '„', '‘', '’', '\'', '*', '-', '–']).trim();
        if term.is_empty() || matches!(term, "–" | "—" | "n/a" | "none") {
            continue;
        }
        let count = term.split_whitespace().count();
        let sentence = count > TERM_WORDS || count > 3 && term.ends_with(['.', '!', '?']);
        if sentence || count == 1 && is_grammar(term, words) {
            return None;
        }
        terms.push(term.trim_end_matches(['!', '?']).to_owned());
    }
    Some((terms, notes))
}

fn plain(cell: &str) -> String {
    let cell = cell.to_lowercase().replace('’', "'");
    let kept: String =
        cell.chars().filter(|character| character.is_alphanumeric() || matches!(character, '\'' | ' ' | '-')).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn column(cell: &str, words: &Vocabulary) -> Column {
    let cell = plain(cell);
    // The longest phrase decides: `Don't say` before `say`.
    let longest = |phrases: &[String]| {
        phrases
            .iter()
            .filter(|phrase| {
                cell == **phrase
                    || cell
                        .strip_prefix(phrase.as_str())
                        .is_some_and(|rest| rest.starts_with(' ') && rest.split(' ').count() <= 4)
            })
            .map(String::len)
            .max()
            .unwrap_or(0)
    };
    let lengths = [longest(&words.not_columns), longest(&words.say_columns), longest(&words.why_columns)];
    match lengths.iter().max() {
        None | Some(0) => Column::Other,
        Some(&best) if lengths[0] == best => Column::Not,
        Some(&best) if lengths[1] == best => Column::Say,
        Some(_) => Column::Why,
    }
}
