//! Sheets: workbooks of Excel and `OpenDocument`, and tables of values.
//!
//! A page is a sheet. Every row of a table is one block that reads alone: under a recognised header row each value carries
//! its column's name. Merged cells stand in every cell they cover. Formulas count with the value last seen on screen.
//! Rows beyond the limits are counted and said, never read.

use std::time::Instant;

use quillhouse_domain::{BlockKind, Problem, ProblemKind};

use super::{assemble::Assembler, reader::problem};

pub(crate) mod binary;
pub(crate) mod csv;
mod format;
pub(crate) mod ods;
mod table;
pub(crate) mod xlsx;

/// Most rows read from one document, over all its sheets: more would take an hour to embed on a laptop.
pub(crate) const ROW_LIMIT: usize = 50_000;

/// Most characters of text one document of sheets gives.
const TEXT_LIMIT_CHARACTERS: u32 = 12_000_000;

/// Most cells kept of one row; Excel itself ends at 16,384 columns, and no table that is read has a tenth of it.
const COLUMN_LIMIT: usize = 1_024;

/// A cell that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    /// Counted from 0.
    pub(crate) column: u32,
    /// As it is displayed.
    pub(crate) text: String,
    /// False for numbers, dates and switches.
    pub(crate) is_words: bool,
}

/// A row with at least one cell; cells in the order of their columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Counted from 0.
    pub(crate) number: u32,
    pub(crate) cells: Vec<Cell>,
}

/// One sheet as its reader found it.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) hidden: bool,
    pub(crate) rows: Vec<Row>,
    /// Cells that are one on screen: first row, first column, last row, last column.
    pub(crate) merged: Vec<[u32; 4]>,
    /// Rows that were not read.
    pub(crate) rows_left: u64,
    /// Tables behind pictures of numbers, each with its title.
    pub(crate) charts: Vec<super::chart::Chart>,
}

/// What reading may still take.
#[derive(Debug)]
pub(crate) struct Budget {
    rows: usize,
    characters: usize,
    deadline: Instant,
}

impl Budget {
    pub(crate) const fn new(deadline: Instant) -> Self {
        Self { rows: ROW_LIMIT, characters: TEXT_LIMIT_CHARACTERS as usize, deadline }
    }

    /// Takes a row of so many characters; false when there is no room for it.
    fn take(&mut self, characters: usize) -> bool {
        let late = self.rows.is_multiple_of(256) && Instant::now() > self.deadline;
        if late {
            self.rows = 0;
        }
        if self.rows == 0 || self.characters < characters {
            self.rows = 0;
            return false;
        }
        self.rows -= 1;
        self.characters -= characters;
        true
    }

    fn is_spent(&self) -> bool {
        self.rows == 0
    }
}

/// A cell's text as it is kept; `None` when nothing is to be seen.
fn cell(column: u32, text: &str, is_words: bool) -> Option<Cell> {
    let text = super::clean::fold(text);
    if text.is_empty() || column as usize >= 16_384 {
        return None;
    }
    Some(Cell { column, text, is_words })
}

/// Writes the sheets of a workbook, each on a page of its own, and says what is hidden and what was left out.
fn write_all(assembler: &mut Assembler, sheets: Vec<Sheet>, problems: &mut Vec<Problem>) {
    let mut hidden = Vec::new();
    for (index, mut sheet) in sheets.into_iter().enumerate() {
        let page = index as u32 + 1;
        assembler.start_named_page(page, &sheet.name);
        if sheet.rows.is_empty() && sheet.charts.is_empty() {
            continue;
        }
        if sheet.hidden {
            hidden.push((page, sheet.name.clone()));
        }
        assembler.push(BlockKind::Heading { level: 2 }, &sheet.name);
        table::spread(&mut sheet);
        table::write(assembler, Some(&sheet.name), &sheet.rows);
        for chart in &sheet.charts {
            chart.write(assembler);
        }
        if sheet.rows_left > 0 {
            problems.push(left_out(&format!("sheet `{}`", sheet.name), sheet.rows.len(), sheet.rows_left, vec![page]));
        }
    }
    if !hidden.is_empty() {
        let names: Vec<String> = hidden.iter().take(10).map(|(_, name)| format!("`{name}`")).collect();
        problems.push(Problem {
            kind: ProblemKind::Hidden,
            message: format!(
                "Hidden sheets were read as well: {}. Delete them in the workbook if they should not be found",
                names.join(", ")
            ),
            pages: hidden.into_iter().map(|(page, _)| page).collect(),
        });
    }
}

/// The sentence about rows that were not read.
fn left_out(what: &str, read: usize, left: u64, pages: Vec<u32>) -> Problem {
    Problem {
        pages,
        ..problem(
            ProblemKind::TextMissing,
            format!(
                "The first {} rows of {what} can be found; {} more were left out. Split it and add the parts that matter",
                thousands(read as u64),
                thousands(left)
            ),
        )
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `A1`, `AB7`: both counted from 0.
fn cell_name(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    format!("{}{}", letters.iter().rev().collect::<String>(), row + 1)
}

/// Row and column of `AB7`, counted from 0.
fn cell_position(name: &str) -> Option<(u32, u32)> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters == 0 || letters > 3 {
        return None;
    }
    let column =
        name.bytes().take(letters).fold(0, |sum, letter| sum * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    let row: u32 = name[letters..].parse().ok()?;
    Some((row.checked_sub(1)?, column - 1))
}

/// `Prices!B4:C4`, with quotes around a name that Excel would quote.
fn anchor(sheet: Option<&str>, first: (u32, u32), last: (u32, u32)) -> String {
    let (from, to) = (cell_name(first.0, first.1), cell_name(last.0, last.1));
    let cells = if from == to { from } else { format!("{from}:{to}") };
    match sheet {
        None => cells,
        Some(name) if name.chars().all(|character| character.is_alphanumeric() || character == '_') => {
            format!("{name}!{cells}")
        }
        Some(name) => format!("'{}'!{cells}", name.replace('\'', "''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_on_screen() {
        for (row, column, name) in [(0, 0, "A1"), (6, 27, "AB7"), (9, 25, "Z10"), (0, 701, "ZZ1"), (0, 702, "AAA1")] {
            assert_eq!(cell_name(row, column), name);
            assert_eq!(cell_position(name), Some((row, column)), "{name} leads back");
        }
        assert_eq!(anchor(Some("Price list"), (3, 1), (3, 2)), "'Price list'!B4:C4", "names with spaces are quoted");
        assert_eq!(anchor(Some("Prices"), (3, 1), (3, 1)), "Prices!B4");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
