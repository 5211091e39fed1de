//! Rows of tables as facts: `Large press cabinet — price: 1,240 euro`. The quote is the row as it stands in the document.
//!
//! Invariant: in doubt there is no fact. A table without names for its rows and columns is data for other programs.

use quillhouse_domain::{KitKind, Language};
use quillhouse_quality::text::{Unit, numbers, word_count};

use super::{super::line::Line, FoundFact};

/// Rows of a table that is read by people; longer ones are data.
const MOST_ROWS: usize = 60;
/// Facts of one table, the first ones: a price list would fill the kit.
const MOST_FACTS: usize = 12;
/// Columns beside the one that names the rows.
const MOST_COLUMNS: usize = 5;
/// Columns up to which bare numbers are worth a place.
const BARE_COLUMNS: usize = 3;
/// Words of a name of a row, of a name of a column, and of a whole fact.
const LABEL_WORDS: std::ops::RangeInclusive<usize> = 1..=8;
const COLUMN_WORDS: usize = 5;
/// Words of a label that its heading is put in front of.
const SHORT_LABEL: usize = 2;
const FACT_WORDS: usize = 34;

/// The facts of the rows of one table.
pub(super) fn facts(rows: &[Line], language: Language) -> Vec<FoundFact> {
    if rows.len() < 2 || rows.len() > MOST_ROWS {
        return Vec::new();
    }
    let texts: Vec<String> = rows.iter().map(Line::string).collect();
    let cells: Vec<Vec<&str>> = texts.iter().map(|row| row.split(" | ").map(str::trim).collect()).collect();
    let head = is_head(&cells, language);
    let body = usize::from(head);
    let columns = cells[body..].iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1);
    // Without a head only a list of names with one value each reads by itself.
    if columns == 0 || columns > MOST_COLUMNS || !head && columns > 1 {
        return Vec::new();
    }
    let named = cells[body..].iter().filter(|row| row.first().is_some_and(|label| is_label(label))).count();
    if named * 4 < (rows.len() - body) * 3 {
        return Vec::new();
    }
    let mut found: Vec<FoundFact> = Vec::new();
    for (line, row) in rows.iter().zip(&cells).skip(body) {
        let Some((text, weight)) = fact(head.then_some(cells[0].as_slice()), row, columns, language) else { continue };
        let text = placed(text, row[0], line);
        let date = super::date::dated(&text, language);
        let (start, end) = (line.start, line.start + line.text.len() as u32);
        found.push(FoundFact { kind: KitKind::Fact, start, end, weight, text: Some(text), date });
    }
    found.truncate(MOST_FACTS);
    found
}

/// `Adult` says little without the heading of its table.
fn placed(text: String, label: &str, line: &Line) -> String {
    let heading = line.headings.last().map(String::as_str).unwrap_or_default().trim_end_matches(':').trim();
    let short = label.split_whitespace().count() <= SHORT_LABEL;
    let fits = (1..=COLUMN_WORDS).contains(&heading.split_whitespace().count());
    if short
        && fits
        && !text.to_lowercase().contains(heading.to_lowercase().trim_end_matches('s'))
        && !heading.ends_with(['?', '!', '.'])
    {
        return format!("{heading}: {text}");
    }
    text
}

/// True when the first row names the columns: words without figures above rows that have figures.
fn is_head(cells: &[Vec<&str>], language: Language) -> bool {
    let Some((head, rows)) = cells.split_first() else { return false };
    let words = head.len() >= 2
        && head.iter().skip(1).all(|cell| {
            !cell.chars().any(|letter| letter.is_ascii_digit()) && cell.split_whitespace().count() <= COLUMN_WORDS
        })
        && head.iter().skip(1).any(|cell| cell.chars().any(char::is_alphabetic));
    words && rows.iter().any(|row| row.iter().skip(1).any(|cell| !numbers(cell, language).is_empty()))
}

fn is_label(cell: &str) -> bool {
    LABEL_WORDS.contains(&cell.split_whitespace().count())
        && cell.chars().filter(|letter| letter.is_alphabetic()).count() >= 3
        && !cell.ends_with(['.', '?', '!'])
}

/// The value of a cell; a sheet's rows carry the column's name in front.
fn value<'a>(cell: &'a str, column: &str) -> &'a str {
    let own = cell.strip_prefix(column.trim_end_matches(':')).and_then(|rest| rest.strip_prefix(':'));
    own.map_or(cell, str::trim)
}

fn fact(head: Option<&[&str]>, row: &[&str], columns: usize, language: Language) -> Option<(String, f32)> {
    let name = |at: usize| head.and_then(|head| head.get(at)).copied().unwrap_or_default();
    let label = value(row.first()?, name(0));
    if !is_label(label) {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    let mut weight = 0.0_f32;
    for (at, cell) in row.iter().enumerate().skip(1) {
        let value = value(cell, name(at));
        if value.is_empty() || matches!(value, "-" | "–" | "—" | "n/a" | "N/A") {
            continue;
        }
        for number in numbers(value, language) {
            weight = weight.max(match number.unit {
                Unit::Currency(_) => 1.2,
                Unit::Percent | Unit::Measure(_) => 1.0,
                Unit::Time => 0.7,
                Unit::Plain if columns <= BARE_COLUMNS => 0.65,
                Unit::Plain | Unit::Ordinal => 0.0,
            });
        }
        // A unit may stand above the figures: `Price (euro)`
        if !numbers(value, language).is_empty() && name(at).contains(['€', '$', '£', '%', '(']) {
            weight = weight.max(1.1);
        }
        parts.push(if head.is_none() || name(at).is_empty() {
            value.to_owned()
        } else {
            format!("{}: {value}", inside(name(at).trim_end_matches(':'), language))
        });
    }
    if parts.is_empty() || weight == 0.0 {
        return None;
    }
    let joint = if head.is_some() { " — " } else { ": " };
    let text = format!("{}{joint}{}", label.trim_end_matches(':'), parts.join(", "));
    (word_count(&text) <= FACT_WORDS && !text.contains('?')).then_some((text, weight))
}

/// A column's name inside a sentence: its first letter is small where that is no name.
fn inside(name: &str, language: Language) -> String {
    let mut letters = name.chars();
    let Some(first) = letters.next() else { return String::new() };
    let ordinary = letters.clone().take_while(|letter| !letter.is_whitespace()).all(|letter| !letter.is_uppercase());
    if language == Language::De || !ordinary || name.chars().count() < 2 {
        return name.to_owned();
    }
    first.to_lowercase().chain(letters).collect()
}
