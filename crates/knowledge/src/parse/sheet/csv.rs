//! Values separated by commas, semicolons, tabs or bars, read as a stream; the separator is found by trying.

use std::time::Instant;

use csv::{ByteRecord, ReaderBuilder};
use quillhouse_domain::{DocumentFormat, ParsedDocument};

use super::{Budget, Row, cell, left_out, table};
use crate::parse::{assemble::Assembler, encoding};

/// Characters looked at to find the separator.
const SAMPLE_BYTES: usize = 64 << 10;

/// Records looked at to find the separator.
const SAMPLE_RECORDS: usize = 100;

/// Reads a table of values.
pub(crate) fn read(bytes: &[u8], deadline: Instant) -> ParsedDocument {
    let text = encoding::decode_cow(bytes);
    let (declared, body) = declared_separator(&text);
    let separator = declared.unwrap_or_else(|| sniff_separator(body));
    let first_row = u32::from(declared.is_some());
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(body.as_bytes());
    let mut budget = Budget::new(deadline);
    let mut rows: Vec<Row> = Vec::new();
    let mut record = ByteRecord::new();
    let mut rows_left = 0_u64;
    let mut number = first_row;
    // Lines, not records: empty ones part tables, and the reader passes over them.
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let line = record.position().map_or(number, |position| position.line() as u32 - 1 + first_row);
        number = number.max(line);
        let cells: Vec<super::Cell> = record
            .iter()
            .take(super::COLUMN_LIMIT)
            .enumerate()
            .filter_map(|(column, value)| {
                let value = String::from_utf8_lossy(value);
                cell(column as u32, &value, !is_number(&value))
            })
            .collect();
        if cells.is_empty() {
            number += 1;
            continue;
        }
        if budget.take(cells.iter().map(|cell| cell.text.chars().count() + 3).sum()) {
            rows.push(Row { number, cells });
        } else {
            // Lines are counted instead of records: exact but for values that hold line ends, and fast for any size.
            let read = reader.position().byte() as usize;
            let rest = body.as_bytes().get(read..).unwrap_or_default();
            let ends = rest.split(|byte| *byte == b'\n').count() - 1;
            rows_left = 1 + ends as u64 + u64::from(rest.last().is_some_and(|byte| *byte != b'\n'));
            break;
        }
        number += 1;
    }
    let mut problems = Vec::new();
    if rows_left > 0 {
        problems.push(left_out("the file", rows.len(), rows_left, Vec::new()));
    }
    let mut assembler = Assembler::new();
    table::write(&mut assembler, None, &rows);
    assembler.finish(DocumentFormat::Csv, None, problems)
}

/// True when the text looks like a table: used for text whose name says nothing.
pub(crate) fn is_number(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['$', '€', '£', '-', '+', '(']).trim_end_matches(['%', ')', '€', ' ']);
    !text.is_empty()
        && text.starts_with(|character: char| character.is_ascii_digit())
        && text.chars().all(|character| character.is_ascii_digit() || ".,:/-' \u{A0}".contains(character))
}

/// Excel writes `sep=;` as the first line of some files.
fn declared_separator(text: &str) -> (Option<u8>, &str) {
    if let Some(rest) = text.strip_prefix("sep=")
        && let Some(separator) = rest.bytes().next()
        && separator.is_ascii()
        && matches!(rest.as_bytes().get(1), Some(b'\r' | b'\n'))
    {
        return (Some(separator), rest[1..].trim_start_matches('\r').trim_start_matches('\n'));
    }
    (None, text)
}

/// The separator that cuts the most records into the same number of fields, more than one.
fn sniff_separator(text: &str) -> u8 {
    let mut end = text.len().min(SAMPLE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sample = &text[..end];
    let mut best = (b',', 0.0);
    for separator in [b',', b';', b'\t', b'|'] {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(sample.as_bytes());
        let mut counts: Vec<usize> =
            reader.byte_records().take(SAMPLE_RECORDS).filter_map(Result::ok).map(|record| record.len()).collect();
        // The sample may end in the middle of a record.
        if end < text.len() && counts.len() > 1 {
            counts.pop();
        }
        counts.sort_unstable();
        let Some(usual) = counts.get(counts.len() / 2).copied().filter(|usual| *usual > 1) else { continue };
        let same = counts.iter().filter(|count| **count == usual).count() as f64 / counts.len() as f64;
        let score = same * (1.0 + (usual as f64).ln());
        if score > best.1 {
            best = (separator, score);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn texts(bytes: &[u8]) -> Vec<String> {
        let document = read(bytes, Instant::now() + Duration::from_secs(20));
        document.text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn the_separator_and_the_encoding_are_found() {
        let cases: [(&[u8], &str, &str); 6] = [
            (b"Name,Price\nBolt,4.5\nNut,2\n", "Name: Bolt | Price: 4.5", "commas"),
            (
                b"Name;Preis\r\nSchraube M8;4,50\r\nMutter;2,00\r\n",
                "Name: Schraube M8 | Preis: 4,50",
                "semicolons with decimal commas",
            ),
            (b"Name\tCity\tAge\nAnn\tBonn\t30\n", "Name: Ann | City: Bonn | Age: 30", "tabs"),
            (b"sep=|\nA|B|C\n1|2|3\n", "A: 1 | B: 2 | C: 3", "a separator that is named"),
            (
                b"a,b,c\n\"x, \"\"y\"\"\nz\",2,3\n",
                "a: x, \"y\" z | b: 2 | c: 3",
                "quotes around separators and line ends",
            ),
            (
                b"Ort;Gr\xF6\xDFe;Jahr\nK\xF6ln;4;2020\n",
                "Ort: K\u{F6}ln | Gr\u{F6}\u{DF}e: 4 | Jahr: 2020",
                "Windows-1252",
            ),
        ];
        for (bytes, wanted, why) in cases {
            assert_eq!(texts(bytes).get(1).map(String::as_str), Some(wanted), "{why}");
        }
    }

    #[test]
    fn a_million_rows_are_counted_and_not_kept() {
        let mut text = String::from("id,name,price\n");
        for number in 0..300_000 {
            text.push_str(&format!("{number},Product {number},{}.99\n", number % 100));
        }
        let document = read(text.as_bytes(), Instant::now() + Duration::from_mins(1));
        assert_eq!(document.blocks.len(), super::super::ROW_LIMIT);
        assert!(document.problems[0].message.contains("250,001 more"), "{}", document.problems[0].message);
        assert_eq!(document.blocks[1].anchor.as_deref(), Some("A2:C2"));
    }
}
