//! Excel workbooks in Office Open XML, read as streams: a sheet of a million rows is never held.

use std::{ops::ControlFlow, time::Instant};

use quillhouse_domain::{DocumentFormat, ParsedDocument, Problem, ProblemKind};

use super::{Budget, Row, Sheet, cell, cell_position, format};
use crate::parse::{
    archive::Archive,
    assemble::Assembler,
    chart,
    reader::problem,
    xml::{Walk, Xml, attribute, first_text, name},
};

/// Most sheets read from one workbook.
const SHEET_LIMIT: usize = 500;

/// Most that the strings shared by all cells may take, in bytes.
const SHARED_LIMIT_BYTES: usize = 128 << 20;

/// Reads a workbook.
pub(crate) fn read(file_name: &str, bytes: &[u8], deadline: Instant) -> Result<ParsedDocument, Problem> {
    let mut archive = Archive::open(file_name, "an Excel workbook", bytes)?;
    let main = archive.main_part("xl/workbook.xml")?;
    let (listed, epoch_1904) = workbook(&mut archive, &main)?;
    let links = archive.relationships(&main)?;
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let strings_part = links
        .iter()
        .find(|link| link.kind == "sharedStrings")
        .map(|link| link.target.clone())
        .unwrap_or(format!("{folder}/sharedStrings.xml"));
    let styles_part = links
        .iter()
        .find(|link| link.kind == "styles")
        .map(|link| link.target.clone())
        .unwrap_or(format!("{folder}/styles.xml"));
    let mut problems = Vec::new();
    let strings = shared_strings(&mut archive, &strings_part, &mut problems)?;
    let formats = cell_formats(&mut archive, &styles_part)?;

    let mut budget = Budget::new(deadline);
    let mut sheets = Vec::new();
    let mut broken = Vec::new();
    for (index, entry) in listed.into_iter().take(SHEET_LIMIT).enumerate() {
        let target = links.iter().find(|link| link.id == entry.link).map(|link| link.target.clone());
        let target = target.unwrap_or_else(|| format!("{folder}/worksheets/sheet{}.xml", index + 1));
        let mut sheet = Sheet { name: entry.name, hidden: entry.hidden, ..Sheet::default() };
        let book = Book { strings: &strings, formats: &formats, epoch_1904 };
        if !read_sheet(&mut archive, &target, &book, &mut sheet, &mut budget)? {
            broken.push(index as u32 + 1);
        }
        sheet.charts = chart::of_part(&mut archive, &target)?;
        sheets.push(sheet);
    }
    if sheets.is_empty() {
        return Err(archive.damaged("it lists no sheets"));
    }
    if !broken.is_empty() {
        problems.push(Problem {
            pages: broken.clone(),
            ..problem(
                ProblemKind::TextMissing,
                format!(
                    "{} of the workbook's sheets could be read only in part. Save it again in Excel and add that",
                    broken.len()
                ),
            )
        });
    }
    let title = archive.part("docProps/core.xml")?.and_then(|xml| first_text(&xml, "title"));
    let mut assembler = Assembler::new();
    super::write_all(&mut assembler, sheets, &mut problems);
    Ok(assembler.finish(DocumentFormat::Xlsx, title.as_deref(), problems))
}

struct Listed {
    name: String,
    link: String,
    hidden: bool,
}

fn workbook(archive: &mut Archive<'_>, part: &str) -> Result<(Vec<Listed>, bool), Problem> {
    let mut sheets = Vec::new();
    let mut epoch_1904 = false;
    let walked = archive.walk(part, &mut |event| {
        if let Xml::Start(element) = event {
            match name(element) {
                "sheet" => sheets.push(Listed {
                    name: attribute(element, "name").unwrap_or_default(),
                    link: attribute(element, "id").unwrap_or_default(),
                    hidden: attribute(element, "state").is_some_and(|state| state != "visible"),
                }),
                "workbookPr" => {
                    epoch_1904 =
                        attribute(element, "date1904").is_some_and(|value| matches!(value.as_str(), "1" | "true"));
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    })?;
    match walked {
        None => Err(archive.damaged("its list of sheets is missing")),
        Some(_) => Ok((sheets, epoch_1904)),
    }
}

/// Strings that cells point to by number. Phonetic guides are left out.
fn shared_strings(
    archive: &mut Archive<'_>,
    part: &str,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Box<str>>, Problem> {
    let mut strings: Vec<Box<str>> = Vec::new();
    let mut current = String::new();
    let (mut in_text, mut phonetic, mut bytes) = (false, 0_u32, 0_usize);
    let walked = archive.walk(part, &mut |event| {
        match event {
            Xml::Start(element) => match name(element) {
                "si" => current.clear(),
                "rPh" => phonetic += 1,
                "t" => in_text = phonetic == 0,
                _ => {}
            },
            Xml::End("t") => in_text = false,
            Xml::End("rPh") => phonetic = phonetic.saturating_sub(1),
            Xml::End("si") => {
                bytes += current.len() + 16;
                strings.push(current.as_str().into());
                if bytes > SHARED_LIMIT_BYTES {
                    return ControlFlow::Break(());
                }
            }
            Xml::Text(text) if in_text => current.push_str(text),
            _ => {}
        }
        ControlFlow::Continue(())
    })?;
    if matches!(walked, Some(Walk::Broken | Walk::Stopped)) {
        problems.push(problem(
            ProblemKind::TextMissing,
            "Some of the workbook's words could not be read. Save it again in Excel and add that",
        ));
    }
    Ok(strings)
}

/// The format code of each cell style.
fn cell_formats(archive: &mut Archive<'_>, part: &str) -> Result<Vec<Option<String>>, Problem> {
    let mut codes: Vec<(u32, String)> = Vec::new();
    let mut formats = Vec::new();
    let mut in_cells = false;
    archive.walk(part, &mut |event| {
        match event {
            Xml::Start(element) => match name(element) {
                "numFmt" => {
                    let id = attribute(element, "numFmtId").and_then(|id| id.parse().ok());
                    codes.extend(id.zip(attribute(element, "formatCode")));
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    let id: u32 = attribute(element, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    let own = codes.iter().find(|(known, _)| *known == id).map(|(_, code)| code.clone());
                    formats.push(own.or_else(|| format::built_in(id).map(str::to_owned)));
                }
                _ => {}
            },
            Xml::End("cellXfs") => in_cells = false,
            _ => {}
        }
        ControlFlow::Continue(())
    })?;
    Ok(formats)
}

struct Book<'a> {
    strings: &'a [Box<str>],
    formats: &'a [Option<String>],
    epoch_1904: bool,
}

/// What a cell's value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    Number,
    Shared,
    Words,
    Switch,
    Date,
}

#[derive(Default)]
struct Cursor {
    row: u32,
    column: u32,
    kind: Kind,
    style: usize,
    value: String,
    in_value: bool,
    phonetic: bool,
    cells: Vec<super::Cell>,
    last_row: Option<u32>,
    full: bool,
}

/// True when the sheet's XML could be read to its end, or as far as there was room.
fn read_sheet(
    archive: &mut Archive<'_>,
    part: &str,
    book: &Book<'_>,
    sheet: &mut Sheet,
    budget: &mut Budget,
) -> Result<bool, Problem> {
    let mut at = Cursor::default();
    let mut next_row = 0_u32;
    let walked = archive.walk(part, &mut |event| {
        match event {
            Xml::Start(element) => match name(element) {
                "dimension" => {
                    at.last_row = attribute(element, "ref")
                        .and_then(|cells| cell_position(cells.rsplit(':').next().unwrap_or("")))
                        .map(|(row, _)| row);
                }
                "row" => {
                    let number = attribute(element, "r").and_then(|row| row.parse::<u32>().ok());
                    at.row = number.and_then(|row| row.checked_sub(1)).unwrap_or(next_row);
                    next_row = at.row.saturating_add(1);
                    at.column = 0;
                    at.cells.clear();
                }
                "c" => {
                    if let Some((_, column)) = attribute(element, "r").and_then(|cells| cell_position(&cells)) {
                        at.column = column;
                    }
                    at.style = attribute(element, "s").and_then(|style| style.parse().ok()).unwrap_or(0);
                    at.kind = match attribute(element, "t").as_deref() {
                        Some("s") => Kind::Shared,
                        Some("str" | "inlineStr" | "e") => Kind::Words,
                        Some("b") => Kind::Switch,
                        Some("d") => Kind::Date,
                        _ => Kind::Number,
                    };
                    at.value.clear();
                }
                "v" | "t" => at.in_value = !at.phonetic,
                "rPh" => at.phonetic = true,
                "mergeCell" => {
                    let range = attribute(element, "ref").unwrap_or_default();
                    if let Some((from, to)) = range.split_once(':')
                        && let (Some(from), Some(to)) = (cell_position(from), cell_position(to))
                        && sheet.merged.len() < 100_000
                    {
                        sheet.merged.push([from.0, from.1, to.0, to.1]);
                    }
                }
                _ => {}
            },
            Xml::Text(text) if at.in_value && at.value.len() < 1 << 20 => at.value.push_str(text),
            Xml::End("v" | "t") => at.in_value = false,
            Xml::End("rPh") => at.phonetic = false,
            Xml::End("c") => {
                if at.cells.len() < super::COLUMN_LIMIT && !at.value.is_empty() {
                    let (text, is_words) = shown(book, &at);
                    at.cells.extend(cell(at.column, &text, is_words));
                }
                at.column = at.column.saturating_add(1);
            }
            Xml::End("row") if !at.cells.is_empty() => {
                let cells = std::mem::take(&mut at.cells);
                if budget.take(cells.iter().map(|cell| cell.text.chars().count() + 3).sum()) {
                    sheet.rows.push(Row { number: at.row, cells });
                } else {
                    at.full = true;
                    let last = at.last_row.map_or(0, |last| u64::from(last.saturating_sub(at.row)));
                    sheet.rows_left = last + 1;
                    return ControlFlow::Break(());
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    })?;
    // Cells and rows may come in any order in a hand-made file; everything after relies on theirs.
    sheet.rows.sort_by_key(|row| row.number);
    sheet.rows.dedup_by_key(|row| row.number);
    for row in &mut sheet.rows {
        row.cells.sort_by_key(|cell| cell.column);
        row.cells.dedup_by_key(|cell| cell.column);
    }
    Ok(at.full || !matches!(walked, Some(Walk::Broken)))
}

fn shown(book: &Book<'_>, at: &Cursor) -> (String, bool) {
    let value = at.value.trim();
    match at.kind {
        Kind::Shared => {
            let index: Option<usize> = value.parse().ok();
            (index.and_then(|index| book.strings.get(index)).map(ToString::to_string).unwrap_or_default(), true)
        }
        Kind::Words => (at.value.clone(), true),
        Kind::Switch => (if value == "1" || value == "true" { "TRUE" } else { "FALSE" }.to_owned(), false),
        Kind::Date => (value.replacen('T', " ", 1).trim_end_matches(" 00:00:00").to_owned(), false),
        Kind::Number => match value.parse::<f64>() {
            Ok(number) => {
                let code = book.formats.get(at.style).and_then(Option::as_deref).unwrap_or("");
                (format::display(number, code, book.epoch_1904), false)
            }
            Err(_) => (at.value.clone(), true),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Cursor, Write},
        time::Duration,
    };

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn book(parts: &[(&str, &str)]) -> ParsedDocument {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, contents) in parts {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(contents.as_bytes()).unwrap();
        }
        let bytes = archive.finish().unwrap().into_inner();
        read("a.xlsx", &bytes, Instant::now() + Duration::from_secs(20)).unwrap()
    }

    #[test]
    fn cells_come_as_they_are_displayed() {
        let document = book(&[
            (
                "xl/workbook.xml",
                "<workbook><sheets><sheet name=\"Prices 2024\" r:id=\"a\"/><sheet name=\"Notes\" state=\"hidden\" r:id=\"b\"/></sheets></workbook>",
            ),
            (
                "xl/_rels/workbook.xml.rels",
                "<R><r Id=\"a\" Type=\"x/worksheet\" Target=\"worksheets/one.xml\"/><r Id=\"b\" Type=\"x/worksheet\" Target=\"/xl/worksheets/two.xml\"/></R>",
            ),
            (
                "xl/sharedStrings.xml",
                "<sst><si><t>Item</t></si><si><r><t>Pri</t></r><r><t>ce</t></r><rPh><t>phonetic</t></rPh></si><si><t>Bolt &amp; nut</t></si></sst>",
            ),
            (
                "xl/styles.xml",
                "<s><numFmts><numFmt numFmtId=\"164\" formatCode=\"#,##0.00 [$€-407]\"/></numFmts><cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"9\"/><xf numFmtId=\"14\"/></cellXfs></s>",
            ),
            (
                "xl/worksheets/one.xml",
                "<ws><sheetData><row r=\"2\"><c r=\"B2\" t=\"s\"><v>0</v></c><c r=\"C2\" t=\"s\"><v>1</v></c><c r=\"D2\" t=\"inlineStr\"><is><t>Off</t></is></c><c r=\"E2\" t=\"inlineStr\"><is><t>From</t></is></c></row>\
                 <row r=\"3\"><c r=\"B3\" t=\"s\"><v>2</v></c><c r=\"C3\" s=\"1\"><f>1000+234.5</f><v>1234.5</v></c><c r=\"D3\" s=\"2\"><v>0.15</v></c><c r=\"E3\" s=\"3\"><v>45366</v></c></row>\
                 <row r=\"4\"><c r=\"C4\"><v>7</v></c></row></sheetData><mergeCells><mergeCell ref=\"B3:B4\"/></mergeCells></ws>",
            ),
            (
                "xl/worksheets/two.xml",
                "<ws><sheetData><row><c t=\"b\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c></row></sheetData></ws>",
            ),
        ]);
        let characters: Vec<char> = document.text.chars().collect();
        let rows: Vec<(String, Option<&str>)> = document
            .blocks
            .iter()
            .map(|block| {
                (characters[block.start as usize..block.end as usize].iter().collect(), block.anchor.as_deref())
            })
            .collect();
        let wanted = [
            ("Prices 2024", None),
            ("Item | Price | Off | From", Some("'Prices 2024'!B2:E2")),
            ("Item: Bolt & nut | Price: 1,234.50 € | Off: 15% | From: 2024-03-15", Some("'Prices 2024'!B3:E3")),
            ("Item: Bolt & nut | Price: 7", Some("'Prices 2024'!B4:C4")),
            ("Notes", None),
            ("TRUE | #N/A", Some("Notes!A1:B1")),
        ];
        let wanted: Vec<(String, Option<&str>)> = wanted.iter().map(|(text, at)| ((*text).to_owned(), *at)).collect();
        assert_eq!(rows, wanted);
        let labels: Vec<_> = document.pages.iter().map(|page| page.label.as_deref()).collect();
        assert_eq!(labels, [Some("Prices 2024"), Some("Notes")], "a page is a sheet");
        assert_eq!(document.problems[0].kind, ProblemKind::Hidden, "a hidden sheet is said");
    }

    #[test]
    fn a_cell_at_the_end_of_the_sheet_costs_nothing() {
        let document = book(&[
            ("xl/workbook.xml", "<workbook><sheets><sheet name=\"S\" r:id=\"a\"/></sheets></workbook>"),
            (
                "xl/worksheets/sheet1.xml",
                "<ws><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row></sheetData><mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells></ws>",
            ),
        ]);
        assert_eq!(document.text, "S\n\n1\n2", "only what is there is written");
    }
}
