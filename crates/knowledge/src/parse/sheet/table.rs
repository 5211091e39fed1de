//! From rows of cells to blocks: tables are told apart, header rows recognised, merged cells spread.

use std::collections::{BTreeMap, HashSet};

use quillhouse_domain::BlockKind;

use super::{COLUMN_LIMIT, Cell, Row, Sheet, anchor};
use crate::parse::assemble::Assembler;

/// Longest name of a column, in characters; longer cells are text.
const HEADER_LIMIT_CHARACTERS: usize = 60;

/// Rows looked at to tell a header from data.
const SAMPLE_ROWS: usize = 20;

/// Most cells that one merged range is spread over; larger ones are decoration.
const SPREAD_LIMIT_CELLS: u64 = 4_096;

/// Puts the value of a merged range into each of its cells, so that every row reads alone.
pub(super) fn spread(sheet: &mut Sheet) {
    if sheet.merged.is_empty() {
        return;
    }
    let mut additions: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
    let by_number: BTreeMap<u32, usize> = sheet.rows.iter().enumerate().map(|(at, row)| (row.number, at)).collect();
    let mut budget = SPREAD_LIMIT_CELLS * 64;
    for [first_row, first_column, last_row, last_column] in &sheet.merged {
        let cells = u64::from(last_row.saturating_sub(*first_row) + 1)
            * u64::from(last_column.saturating_sub(*first_column) + 1);
        if cells > SPREAD_LIMIT_CELLS || cells > budget {
            continue;
        }
        budget -= cells;
        let value = by_number
            .get(first_row)
            .and_then(|at| sheet.rows[*at].cells.iter().find(|cell| cell.column == *first_column))
            .cloned();
        let Some(value) = value else { continue };
        for row in *first_row..=*last_row {
            // A row that has nothing of its own stays out.
            if !by_number.contains_key(&row) {
                continue;
            }
            for column in *first_column..=*last_column {
                if (row, column) != (*first_row, *first_column) {
                    additions.entry(row).or_default().push(Cell { column, ..value.clone() });
                }
            }
        }
    }
    for row in &mut sheet.rows {
        if let Some(cells) = additions.remove(&row.number) {
            row.cells.extend(cells);
            row.cells.sort_by_key(|cell| cell.column);
            row.cells.dedup_by_key(|cell| cell.column);
        }
    }
}

/// Writes rows as blocks. Empty rows part tables.
pub(super) fn write(assembler: &mut Assembler, sheet: Option<&str>, rows: &[Row]) {
    let mut begin = 0;
    while begin < rows.len() {
        let mut end = begin + 1;
        while end < rows.len() && rows[end].number == rows[end - 1].number + 1 {
            end += 1;
        }
        write_group(assembler, sheet, &rows[begin..end]);
        begin = end;
    }
}

fn write_group(assembler: &mut Assembler, sheet: Option<&str>, rows: &[Row]) {
    let mut rows = rows;
    // Lone lines above a table are its title or a remark.
    let last_wide = rows.iter().rposition(|row| !is_lone(row));
    let group = rows;
    while let Some((row, rest)) = rows.split_first()
        && is_lone(row)
        && (rest.is_empty() || last_wide.is_some_and(|last| group.len() - rest.len() <= last))
    {
        push(assembler, sheet, row, BlockKind::Paragraph, &row.cells[0].text);
        rows = rest;
    }
    if rows.is_empty() {
        return;
    }
    let header = header_of(rows);
    let first_column = rows.iter().filter_map(|row| row.cells.first()).map(|cell| cell.column).min().unwrap_or(0);
    for (index, row) in rows.iter().enumerate() {
        let text = match &header {
            Some(header) if index > 0 => with_names(header, row),
            _ => plain(row, first_column),
        };
        push(assembler, sheet, row, BlockKind::TableRow, &text);
    }
}

fn push(assembler: &mut Assembler, sheet: Option<&str>, row: &Row, kind: BlockKind, text: &str) {
    let (Some(first), Some(last)) = (row.cells.first(), row.cells.last()) else { return };
    assembler.push_cells(kind, text, anchor(sheet, (row.number, first.column), (row.number, last.column)));
}

/// One value, however many cells it spans.
fn is_lone(row: &Row) -> bool {
    row.cells.iter().all(|cell| cell.text == row.cells[0].text) && row.cells[0].is_words
}

/// Cells from the table's first column on, so that columns keep in line.
fn plain(row: &Row, first: u32) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for cell in row.cells.iter().take(COLUMN_LIMIT) {
        let at = cell.column.saturating_sub(first) as usize;
        if at < 64 {
            parts.resize(parts.len().max(at), "");
        }
        parts.push(&cell.text);
    }
    parts.join(" | ")
}

fn with_names(header: &BTreeMap<u32, &str>, row: &Row) -> String {
    let parts: Vec<String> = row
        .cells
        .iter()
        .take(COLUMN_LIMIT)
        .map(|cell| match header.get(&cell.column) {
            Some(name) if *name != cell.text => format!("{}: {}", name.trim_end_matches(':'), cell.text),
            _ => cell.text.clone(),
        })
        .collect();
    parts.join(" | ")
}

/// The names of the columns when the first row gives them.
fn header_of(rows: &[Row]) -> Option<BTreeMap<u32, &str>> {
    let (first, body) = rows.split_first()?;
    let body: Vec<&Row> = body.iter().take(SAMPLE_ROWS).collect();
    if body.is_empty() || first.cells.len() < 2 {
        return None;
    }
    let names: HashSet<&str> = first.cells.iter().map(|cell| cell.text.as_str()).collect();
    let short = first.cells.iter().all(|cell| cell.text.chars().count() <= HEADER_LIMIT_CHARACTERS);
    // Years name columns; any other number is data.
    let all_words = first.cells.iter().all(|cell| cell.is_words || is_year(&cell.text));
    let words = first.cells.iter().filter(|cell| cell.is_words).count();
    let widest = body.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let covers = first.cells.len() + 1 >= widest;
    if !short || !all_words || words == 0 || !covers || names.len() * 2 <= first.cells.len() {
        return None;
    }
    let numbers_below = body.iter().any(|row| row.cells.iter().any(|cell| !cell.is_words));
    let unlike_data = first.cells.iter().all(|name| {
        body.iter().all(|row| row.cells.iter().all(|cell| cell.column != name.column || cell.text != name.text))
    });
    let header = match first.cells.len() {
        // Two columns of words may as well be a form: name left, value right.
        2 if !numbers_below => body.len() >= 2 && unlike_data && second_is_longer(first, &body),
        2 => numbers_below && first.cells.iter().all(|cell| cell.is_words) && number_column(&body),
        _ => unlike_data || numbers_below,
    };
    header.then(|| first.cells.iter().map(|cell| (cell.column, cell.text.as_str())).collect())
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.parse::<u16>().is_ok_and(|year| (1900..=2100).contains(&year))
}

/// A form mixes words and numbers in one column; a table does not.
fn number_column(body: &[&Row]) -> bool {
    let Some(last) = body[0].cells.last().map(|cell| cell.column) else { return false };
    let cells: Vec<&Cell> = body.iter().flat_map(|row| &row.cells).filter(|cell| cell.column == last).collect();
    let first_column =
        body.iter().filter_map(|row| row.cells.first()).filter(|cell| cell.column != last && !cell.is_words).count();
    let numbers = cells.iter().filter(|cell| !cell.is_words).count();
    numbers * 10 >= cells.len() * 8 || first_column * 10 >= body.len() * 8
}

fn second_is_longer(first: &Row, body: &[&Row]) -> bool {
    let name = first.cells[1].text.split_whitespace().count();
    let values: Vec<usize> =
        body.iter().filter_map(|row| row.cells.get(1)).map(|cell| cell.text.split_whitespace().count()).collect();
    let mean = values.iter().sum::<usize>() / values.len().max(1);
    name <= 3 && mean >= name * 2
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::DocumentFormat;

    use super::*;

    fn rows(lines: &[&str]) -> Vec<Row> {
        lines
            .iter()
            .enumerate()
            .filter(|(_, line)| !line.is_empty())
            .map(|(number, line)| Row {
                number: number as u32,
                cells: line
                    .split('|')
                    .enumerate()
                    .filter(|(_, text)| !text.is_empty())
                    .map(|(column, text)| Cell {
                        column: column as u32,
                        text: text.to_owned(),
                        is_words: text.parse::<f64>().is_err(),
                    })
                    .collect(),
            })
            .collect()
    }

    fn written(lines: &[&str]) -> Vec<(String, String)> {
        let mut assembler = Assembler::new();
        write(&mut assembler, Some("S"), &rows(lines));
        let document = assembler.finish(DocumentFormat::Csv, None, Vec::new());
        let characters: Vec<char> = document.text.chars().collect();
        document
            .blocks
            .iter()
            .map(|block| {
                (characters[block.start as usize..block.end as usize].iter().collect(), block.anchor.clone().unwrap())
            })
            .collect()
    }

    #[test]
    fn rows_read_alone_under_a_header() {
        let lines = ["Price list", "", "Item|Unit|Price", "Bolt|box|4.5", "Nut||2", "", "Valid until May"];
        let wanted = [
            ("Price list", "S!A1"),
            ("Item | Unit | Price", "S!A3:C3"),
            ("Item: Bolt | Unit: box | Price: 4.5", "S!A4:C4"),
            ("Item: Nut | Price: 2", "S!A5:C5"),
            ("Valid until May", "S!A7"),
        ];
        let wanted: Vec<(String, String)> =
            wanted.iter().map(|(text, at)| ((*text).to_owned(), (*at).to_owned())).collect();
        assert_eq!(written(&lines), wanted);
    }

    #[test]
    fn what_is_no_header_names_nothing() {
        let form = ["Name|Acme", "City|Berlin", "Staff|20"];
        assert_eq!(written(&form)[1].0, "City | Berlin", "a form's first line is a value like the others");
        let numbers = ["1|2|3", "4|5|6"];
        assert_eq!(written(&numbers)[1].0, "4 | 5 | 6", "numbers name no column");
        let years = ["Region|2023|2024", "North|5|7"];
        assert_eq!(written(&years)[1].0, "Region: North | 2023: 5 | 2024: 7", "years do");
    }

    #[test]
    fn merged_cells_stand_in_every_row_they_cover() {
        let mut sheet = Sheet {
            rows: rows(&["Team|Name|Age", "A|Ann|30", "|Bob|40"]),
            merged: vec![[1, 0, 2, 0]],
            ..Sheet::default()
        };
        spread(&mut sheet);
        let mut assembler = Assembler::new();
        write(&mut assembler, None, &sheet.rows);
        let text = assembler.finish(DocumentFormat::Xlsx, None, Vec::new()).text;
        assert!(text.ends_with("Team: A | Name: Bob | Age: 40"), "{text}");
    }
}
