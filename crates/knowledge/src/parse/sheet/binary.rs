//! Workbooks in Excel's binary formats, old (`.xls`) and new (`.xlsb`), through calamine.

use std::{io::Cursor, time::Instant};

use calamine::{Data, Reader, SheetVisible, Sheets, Xls, Xlsb};
use quillhouse_domain::{DocumentFormat, ParsedDocument, Problem, ProblemKind};

use super::{Budget, Row, Sheet, cell, format};
use crate::parse::{assemble::Assembler, reader::problem};

/// Reads a binary workbook; `old` is the format in use before 2007.
pub(crate) fn read(file_name: &str, bytes: &[u8], old: bool, deadline: Instant) -> Result<ParsedDocument, Problem> {
    let broken = |why: String| {
        problem(
            ProblemKind::Damaged,
            format!("`{file_name}` cannot be read as an Excel workbook: {why}. Save it as XLSX and add that"),
        )
    };
    let input = Cursor::new(bytes);
    let mut book = if old {
        Xls::new(input).map(Sheets::Xls).map_err(|error| match error {
            calamine::XlsError::Password => problem(
                ProblemKind::Encrypted,
                format!("`{file_name}` is protected with a password. Save a copy without a password and add that"),
            ),
            other => broken(other.to_string()),
        })?
    } else {
        Xlsb::new(input).map(Sheets::Xlsb).map_err(|error| broken(error.to_string()))?
    };
    let mut budget = Budget::new(deadline);
    let listed: Vec<(String, bool)> = book
        .sheets_metadata()
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
        .collect();
    let mut sheets = Vec::new();
    let mut failed = Vec::new();
    for (index, (name, hidden)) in listed.into_iter().enumerate() {
        let mut sheet = Sheet { name, hidden, ..Sheet::default() };
        match book.worksheet_range(&sheet.name) {
            Ok(range) => read_range(&range, &mut sheet, &mut budget),
            Err(_) => failed.push(index as u32 + 1),
        }
        sheets.push(sheet);
    }
    if !failed.is_empty() && failed.len() == sheets.len() {
        return Err(broken("its sheets are damaged".to_owned()));
    }
    let mut problems = Vec::new();
    if !failed.is_empty() {
        problems.push(Problem {
            kind: ProblemKind::TextMissing,
            message: format!(
                "{} of the workbook's sheets could not be read. Save it as XLSX and add that",
                failed.len()
            ),
            pages: failed,
        });
    }
    let mut assembler = Assembler::new();
    super::write_all(&mut assembler, sheets, &mut problems);
    Ok(assembler.finish(DocumentFormat::Xlsx, None, problems))
}

fn read_range(range: &calamine::Range<Data>, sheet: &mut Sheet, budget: &mut Budget) {
    let Some((first_row, first_column)) = range.start() else { return };
    for (offset, values) in range.rows().enumerate() {
        let cells: Vec<super::Cell> = values
            .iter()
            .take(super::COLUMN_LIMIT)
            .enumerate()
            .filter_map(|(column, value)| {
                let (text, is_words) = shown(value);
                cell(first_column + column as u32, &text, is_words)
            })
            .collect();
        if cells.is_empty() {
            continue;
        }
        if budget.take(cells.iter().map(|cell| cell.text.chars().count() + 3).sum()) {
            sheet.rows.push(Row { number: first_row + offset as u32, cells });
        } else {
            sheet.rows_left = (range.height() - offset) as u64;
            return;
        }
    }
}

fn shown(value: &Data) -> (String, bool) {
    match value {
        Data::Empty => (String::new(), true),
        Data::String(text) => (text.clone(), true),
        Data::Float(number) => (format::general(*number), false),
        Data::Int(number) => (number.to_string(), false),
        Data::Bool(switch) => (if *switch { "TRUE" } else { "FALSE" }.to_owned(), false),
        Data::DateTime(moment) if moment.is_duration() => (format::display(moment.as_f64(), "[h]:mm:ss", false), false),
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let date = format!("{year}-{month:02}-{day:02}");
            let time = if hour + minute + second > 0 { format!(" {hour}:{minute:02}") } else { String::new() };
            (format!("{date}{time}"), false)
        }
        other => (other.to_string(), false),
    }
}
