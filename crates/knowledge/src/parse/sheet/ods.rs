//! `OpenDocument` spreadsheets: `content.xml` read as a stream. Cells hold their displayed text.

use std::{ops::ControlFlow, time::Instant};

use quick_xml::events::BytesStart;
use quillhouse_domain::{DocumentFormat, ParsedDocument, Problem, ProblemKind};

use super::{Budget, Cell, Row, Sheet, cell};
use crate::parse::{
    archive::Archive,
    assemble::Assembler,
    reader::problem,
    xml::{Walk, Xml, attribute, first_text, name},
};

/// Most times one row or cell is written out when it says that it repeats; beyond stand formats of empty cells.
const REPEAT_LIMIT: u32 = 1_000;

#[derive(Default)]
struct Walker {
    sheets: Vec<Sheet>,
    hidden_styles: Vec<String>,
    style: Option<String>,
    row: u32,
    column: u32,
    row_repeats: u32,
    cells: Vec<Cell>,
    cell: Option<Open>,
    /// Inside a remark or a drawing, whose text is not the cell's.
    aside: u32,
    paragraphs: u32,
    full: bool,
}

struct Open {
    text: String,
    value: Option<String>,
    is_words: bool,
    repeats: u32,
    rows: u32,
    columns: u32,
}

/// Reads a spreadsheet.
pub(crate) fn read(file_name: &str, bytes: &[u8], deadline: Instant) -> Result<ParsedDocument, Problem> {
    let mut archive = Archive::open(file_name, "an OpenDocument spreadsheet", bytes)?;
    if archive.part("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(problem(
            ProblemKind::Encrypted,
            format!("`{file_name}` is protected with a password. Save a copy without a password and add that"),
        ));
    }
    let mut reading = Walker::default();
    let mut budget = Budget::new(deadline);
    let walked = archive.walk("content.xml", &mut |event| {
        match event {
            Xml::Start(element) => reading.start(element),
            Xml::Text(text) => reading.text(text),
            Xml::End(name) => reading.end(name, &mut budget),
        }
        ControlFlow::Continue(())
    })?;
    let mut problems = Vec::new();
    match walked {
        None => return Err(archive.damaged("its contents are missing")),
        Some(Walk::Broken) => problems.push(problem(
            ProblemKind::TextMissing,
            "The spreadsheet breaks off; what stands before that can be found. Save it again and add that",
        )),
        Some(_) => {}
    }
    let title = archive.part("meta.xml")?.and_then(|xml| first_text(&xml, "title"));
    let mut assembler = Assembler::new();
    super::write_all(&mut assembler, reading.sheets, &mut problems);
    Ok(assembler.finish(DocumentFormat::Ods, title.as_deref(), problems))
}

impl Walker {
    fn start(&mut self, element: &BytesStart<'_>) {
        let number =
            |key: &str| attribute(element, key).and_then(|value| value.parse::<u32>().ok()).unwrap_or(1).max(1);
        match name(element) {
            "style" => self.style = attribute(element, "name"),
            "table-properties" if attribute(element, "display").as_deref() == Some("false") => {
                self.hidden_styles.extend(self.style.take());
            }
            // Sheets inside a cell's drawing are not sheets of the workbook.
            "table" if self.cell.is_none() => {
                let hidden = attribute(element, "style-name").is_some_and(|style| self.hidden_styles.contains(&style));
                let name = attribute(element, "name").unwrap_or_default();
                self.sheets.push(Sheet { name, hidden, ..Sheet::default() });
                self.row = 0;
            }
            "table-row" if self.cell.is_none() => {
                self.row_repeats = number("number-rows-repeated");
                self.column = 0;
                self.cells.clear();
            }
            "table-cell" | "covered-table-cell" if self.cell.is_none() => {
                let kind = attribute(element, "value-type");
                let value = attribute(element, "date-value").or_else(|| attribute(element, "value"));
                self.cell = Some(Open {
                    text: String::new(),
                    value,
                    is_words: kind.as_deref().is_none_or(|kind| kind == "string"),
                    repeats: number("number-columns-repeated"),
                    rows: number("number-rows-spanned"),
                    columns: number("number-columns-spanned"),
                });
                self.paragraphs = 0;
            }
            "annotation" | "frame" | "custom-shape" => self.aside += 1,
            "p" if self.aside == 0 => {
                self.paragraphs += 1;
                if self.paragraphs > 1 {
                    self.text(" ");
                }
            }
            "s" | "tab" | "line-break" => self.text(" "),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.aside == 0
            && self.paragraphs > 0
            && let Some(cell) = &mut self.cell
            && cell.text.len() < 1 << 20
        {
            cell.text.push_str(text);
        }
    }

    fn end(&mut self, name: &str, budget: &mut Budget) {
        match name {
            "annotation" | "frame" | "custom-shape" => self.aside = self.aside.saturating_sub(1),
            "table-cell" | "covered-table-cell" if self.aside == 0 => self.end_cell(),
            "table-row" if self.cell.is_none() => self.end_row(budget),
            _ => {}
        }
    }

    fn end_cell(&mut self) {
        let Some(open) = self.cell.take() else { return };
        let shown = if open.text.trim().is_empty() { open.value.as_deref().unwrap_or("") } else { &open.text };
        if let Some(first) = cell(self.column, shown, open.is_words) {
            let repeats = open.repeats.min(REPEAT_LIMIT);
            for offset in 0..repeats {
                if self.cells.len() < super::COLUMN_LIMIT {
                    self.cells.push(Cell { column: self.column.saturating_add(offset), ..first.clone() });
                }
            }
            if (open.rows > 1 || open.columns > 1)
                && let Some(sheet) = self.sheets.last_mut()
                && sheet.merged.len() < 100_000
            {
                let (row, column) = (self.row, self.column);
                let range = [row, column, row.saturating_add(open.rows - 1), column.saturating_add(open.columns - 1)];
                sheet.merged.push(range);
            }
        }
        self.column = self.column.saturating_add(open.repeats);
    }

    fn end_row(&mut self, budget: &mut Budget) {
        let cells = std::mem::take(&mut self.cells);
        let Some(sheet) = self.sheets.last_mut() else { return };
        if !cells.is_empty() {
            let characters = cells.iter().map(|cell| cell.text.chars().count() + 3).sum();
            for offset in 0..self.row_repeats.min(REPEAT_LIMIT) {
                if budget.take(characters) {
                    sheet.rows.push(Row { number: self.row.saturating_add(offset), cells: cells.clone() });
                } else {
                    sheet.rows_left += 1;
                }
            }
        }
        self.full |= budget.is_spent();
        self.row = self.row.saturating_add(self.row_repeats);
    }
}
