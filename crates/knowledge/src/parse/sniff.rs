//! What the bytes are, against what the name says they are.

use quillhouse_domain::{DocumentFormat, Problem, ProblemKind};

use super::{archive::Archive, encoding, reader::problem};

/// The header of a PDF must begin within this many bytes (ISO 32000-1, implementation note 13).
const PDF_HEADER_BYTES: usize = 1_024;

/// Bytes of an archive in which its kind is looked for by name.
const NAMES_SAMPLE_BYTES: usize = 4_096;

/// Bytes of text looked at.
const SAMPLE_BYTES: usize = 16 << 10;

/// What was found.
pub(crate) enum Found {
    /// A format that is read, and that the name promised.
    Format(DocumentFormat),
    /// Not readable, and why.
    Refused(Problem),
}

/// What bytes can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bytes {
    Pdf,
    Docx,
    Pptx,
    Workbook(Workbook),
    Ods,
    /// Written by an office program before 2007.
    OldOffice(&'static str, &'static str),
    Locked,
    OtherZip(&'static str),
    Picture(&'static str),
    Binary(&'static str),
    Html,
    Text,
}

/// The ways a workbook of Excel is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workbook {
    /// Office Open XML.
    Xml,
    /// The binary form of the same.
    Binary,
    /// As before 2007.
    Old,
}

/// Which of them the bytes are.
pub(crate) fn workbook(bytes: &[u8]) -> Workbook {
    match kind_of(bytes) {
        Bytes::Workbook(workbook) => workbook,
        _ => Workbook::Xml,
    }
}

/// Formats in one sentence, for advice.
pub(crate) const READABLE: &str = "PDF, DOCX, PPTX, XLSX, ODS, CSV, HTML, Markdown, plain text or EML";

/// Compares name and bytes. Text formats cannot be told apart by their bytes: there the name decides.
pub(crate) fn sniff(file_name: &str, bytes: &[u8]) -> Found {
    if bytes.is_empty() {
        return Found::Refused(problem(
            ProblemKind::Empty,
            format!("`{file_name}` is empty: it has 0 bytes. Nothing was added to the library"),
        ));
    }
    let promised = DocumentFormat::from_file_name(file_name);
    let found = kind_of(bytes);
    let refuse = |kind, sentence: String| Found::Refused(problem(kind, sentence));
    match (promised, found) {
        (Some(DocumentFormat::Pdf) | None, Bytes::Pdf) => Found::Format(DocumentFormat::Pdf),
        (Some(DocumentFormat::Docx) | None, Bytes::Docx) => Found::Format(DocumentFormat::Docx),
        (Some(DocumentFormat::Pptx) | None, Bytes::Pptx) => Found::Format(DocumentFormat::Pptx),
        (Some(DocumentFormat::Xlsx) | None, Bytes::Workbook(_)) => Found::Format(DocumentFormat::Xlsx),
        (Some(DocumentFormat::Ods) | None, Bytes::Ods) => Found::Format(DocumentFormat::Ods),
        (Some(DocumentFormat::Html) | None, Bytes::Html) => Found::Format(DocumentFormat::Html),
        (
            Some(
                format @ (DocumentFormat::Html
                | DocumentFormat::Markdown
                | DocumentFormat::Text
                | DocumentFormat::Csv
                | DocumentFormat::Eml),
            ),
            Bytes::Text,
        )
        | (Some(format @ (DocumentFormat::Markdown | DocumentFormat::Text)), Bytes::Html) => Found::Format(format),
        (_, Bytes::Locked) => refuse(
            ProblemKind::Encrypted,
            format!("`{file_name}` is protected with a password. Save a copy without a password and add that"),
        ),
        (_, Bytes::OldOffice(what, format)) => refuse(
            ProblemKind::UnsupportedType,
            format!("`{file_name}` is {what}, which is not read. Save it as {format} and add that"),
        ),
        (Some(DocumentFormat::Pdf), Bytes::Text | Bytes::Binary(_)) if !has_pdf_header(bytes) => refuse(
            ProblemKind::Damaged,
            format!(
                "`{file_name}` does not begin like a PDF, so its contents are damaged or are something else. Export it again from where it was made"
            ),
        ),
        (
            Some(format @ (DocumentFormat::Docx | DocumentFormat::Pptx | DocumentFormat::Xlsx | DocumentFormat::Ods)),
            Bytes::Text | Bytes::Binary(_),
        ) => refuse(
            ProblemKind::Damaged,
            format!(
                "`{file_name}` does not begin like {}, so its contents are damaged or are something else. Save it again from where it was made",
                named(format)
            ),
        ),
        (Some(promised), found) => refuse(
            if matches!(found, Bytes::Picture(_)) { ProblemKind::UnsupportedType } else { ProblemKind::WrongType },
            format!(
                "`{file_name}` is named like {}, but its contents are {}. {}",
                named(promised),
                described(found),
                advice(found)
            ),
        ),
        (None, found) => refuse(
            ProblemKind::UnsupportedType,
            format!("`{file_name}` is {}, which is not read. Add it as {READABLE}", described(found)),
        ),
    }
}

const fn named(format: DocumentFormat) -> &'static str {
    match format {
        DocumentFormat::Pdf => "a PDF",
        DocumentFormat::Docx => "a Word document",
        DocumentFormat::Html => "a web page",
        DocumentFormat::Markdown => "a Markdown file",
        DocumentFormat::Text => "a text file",
        DocumentFormat::Pptx => "a PowerPoint presentation",
        DocumentFormat::Xlsx => "an Excel workbook",
        DocumentFormat::Ods => "an OpenDocument spreadsheet",
        DocumentFormat::Csv => "a table of values (CSV)",
        DocumentFormat::Eml => "a mail message",
    }
}

const fn described(bytes: Bytes) -> &'static str {
    match bytes {
        Bytes::Pdf => "a PDF",
        Bytes::Docx => "a Word document (DOCX)",
        Bytes::Pptx => "a PowerPoint presentation (PPTX)",
        Bytes::Workbook(_) => "an Excel workbook",
        Bytes::Ods => "an OpenDocument spreadsheet (ODS)",
        Bytes::Locked => "an Office file protected with a password",
        Bytes::OldOffice(what, _) | Bytes::OtherZip(what) | Bytes::Picture(what) | Bytes::Binary(what) => what,
        Bytes::Html => "a web page (HTML)",
        Bytes::Text => "plain text",
    }
}

const fn advice(bytes: Bytes) -> &'static str {
    match bytes {
        Bytes::Pdf => "Rename it to end in `.pdf` and add it again",
        Bytes::Docx => "Rename it to end in `.docx` and add it again",
        Bytes::Pptx => "Rename it to end in `.pptx` and add it again",
        Bytes::Workbook(Workbook::Xml) => "Rename it to end in `.xlsx` and add it again",
        Bytes::Workbook(Workbook::Binary) => "Rename it to end in `.xlsb` and add it again",
        Bytes::Workbook(Workbook::Old) => "Rename it to end in `.xls` and add it again",
        Bytes::Ods => "Rename it to end in `.ods` and add it again",
        Bytes::Html => "Rename it to end in `.html` and add it again",
        Bytes::Text => "Rename it to end in `.txt` and add it again",
        Bytes::OldOffice(..) | Bytes::Locked | Bytes::OtherZip(_) | Bytes::Picture(_) | Bytes::Binary(_) => {
            "Export it as PDF, DOCX, PPTX, XLSX, HTML, Markdown or plain text and add that"
        }
    }
}

fn has_pdf_header(bytes: &[u8]) -> bool {
    contains(&bytes[..bytes.len().min(PDF_HEADER_BYTES)], b"%PDF-")
}

fn kind_of(bytes: &[u8]) -> Bytes {
    const MAGIC: &[(&[u8], Bytes)] = &[
        (b"\x89PNG\r\n", Bytes::Picture("a PNG picture")),
        (b"\xFF\xD8\xFF", Bytes::Picture("a JPEG picture")),
        (b"GIF8", Bytes::Picture("a GIF picture")),
        (b"II*\0", Bytes::Picture("a TIFF picture")),
        (b"MM\0*", Bytes::Picture("a TIFF picture")),
        (b"{\\rtf", Bytes::Binary("a rich text file (RTF)")),
        (b"%!PS", Bytes::Binary("a PostScript file")),
        (b"\x1F\x8B", Bytes::Binary("a compressed file (gzip)")),
        (b"7z\xBC\xAF", Bytes::Binary("a 7-Zip archive")),
        (b"Rar!", Bytes::Binary("a RAR archive")),
        (b"\x7FELF", Bytes::Binary("a program")),
        (b"MZ\x90", Bytes::Binary("a program")),
        (b"ID3", Bytes::Binary("an audio file")),
        (b"OggS", Bytes::Binary("an audio file")),
        (b"SQLite format 3\0", Bytes::Binary("a database")),
    ];
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return zip_kind(bytes);
    }
    if bytes.starts_with(b"%PDF-") {
        return Bytes::Pdf;
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return compound_kind(bytes);
    }
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return *kind;
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Bytes::Picture("a WebP picture");
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Bytes::Binary("a film or an audio file");
    }
    if has_pdf_header(bytes) {
        return Bytes::Pdf;
    }
    let sample = &bytes[..bytes.len().min(SAMPLE_BYTES)];
    let marked = encoding_rs::Encoding::for_bom(sample).is_some() || encoding::guess_utf16(bytes).is_some();
    if !marked {
        let nulls = sample.iter().map(|byte| usize::from(*byte == 0)).sum::<usize>();
        let controls =
            sample.iter().filter(|byte| **byte < 32 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B)).count();
        // A stray control character happens in old text files; programs and pictures are full of them.
        if nulls * 1000 > sample.len() || controls * 20 > sample.len() {
            return Bytes::Binary("binary data");
        }
    }
    if looks_like_html(&encoding::decode(sample)) { Bytes::Html } else { Bytes::Text }
}

/// By the names of its parts; of an archive that is cut off, by those still seen in it.
fn zip_kind(bytes: &[u8]) -> Bytes {
    const MAIN_PARTS: [(&str, Bytes); 4] = [
        ("word/document", Bytes::Docx),
        ("ppt/presentation", Bytes::Pptx),
        ("xl/workbook.bin", Bytes::Workbook(Workbook::Binary)),
        ("xl/workbook", Bytes::Workbook(Workbook::Xml)),
    ];
    let head = &bytes[..bytes.len().min(NAMES_SAMPLE_BYTES)];
    if contains(head, b"application/vnd.oasis.opendocument.spreadsheet") {
        return Bytes::Ods;
    }
    if contains(head, b"application/epub+zip") {
        return Bytes::OtherZip("an e-book (EPUB)");
    }
    if contains(head, b"application/vnd.oasis.opendocument") {
        return Bytes::OtherZip("an OpenDocument file");
    }
    let found = match Archive::open("", "", bytes) {
        Ok(mut archive) => {
            // Stored by the rules and seen above; some writers deflate it all the same.
            let kind = archive.part("mimetype").ok().flatten().unwrap_or_default();
            if kind.starts_with("application/vnd.oasis.opendocument.spreadsheet") {
                return Bytes::Ods;
            }
            let names: Vec<&str> = archive.names().collect();
            MAIN_PARTS.iter().find(|(part, _)| names.iter().any(|name| name.starts_with(part))).map(|(_, kind)| *kind)
        }
        Err(_) => MAIN_PARTS.iter().find(|(part, _)| contains(bytes, part.as_bytes())).map(|(_, kind)| *kind),
    };
    found.unwrap_or(Bytes::OtherZip("a ZIP archive"))
}

/// What a compound file holds stands in its directory, whose names are UTF-16.
fn compound_kind(bytes: &[u8]) -> Bytes {
    const STREAMS: [(&str, Bytes); 6] = [
        ("EncryptedPackage", Bytes::Locked),
        ("PowerPoint Document", Bytes::OldOffice("a PowerPoint presentation from before 2007", "PPTX")),
        ("WordDocument", Bytes::OldOffice("a Word document from before 2007", "DOCX")),
        ("__substg1.0_", Bytes::OldOffice("an Outlook message", "EML")),
        ("Workbook", Bytes::Workbook(Workbook::Old)),
        ("Book", Bytes::Workbook(Workbook::Old)),
    ];
    let named = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        contains(bytes, &wide)
    };
    let found = STREAMS.iter().find(|(name, _)| named(name)).map(|(_, kind)| *kind);
    found.unwrap_or(Bytes::OldOffice("an old Office file", "PDF"))
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else { return true };
    let mut rest = bytes;
    while let Some(position) = rest.iter().position(|byte| byte == first) {
        rest = &rest[position..];
        if rest.starts_with(wanted) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

fn looks_like_html(sample: &str) -> bool {
    let mut start = sample.trim_start();
    while let Some(rest) = start.strip_prefix("<!--") {
        let Some((_, after)) = rest.split_once("-->") else { return false };
        start = after.trim_start();
    }
    let start: String = start.chars().take(200).collect::<String>().to_ascii_lowercase();
    if start.starts_with("<?xml") {
        return start.contains("<html") || start.contains("<!doctype html");
    }
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| start.starts_with(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_held_against_the_name() {
        use DocumentFormat as Format;
        let zip = b"PK\x03\x04....word/document.xml....".as_slice();
        let readable: [(&str, &[u8], Format); 7] = [
            ("a.pdf", b"%PDF-1.7\n", Format::Pdf),
            ("a.PDF", b"\n\njunk %PDF-1.4\n", Format::Pdf),
            ("a.docx", zip, Format::Docx),
            ("a.htm", b"<p>fragment</p>", Format::Html),
            ("a.md", b"<html><body>Markdown may hold HTML", Format::Markdown),
            ("a.txt", b"plain", Format::Text),
            ("noending", b"%PDF-1.7\n", Format::Pdf),
        ];
        for (name, bytes, wanted) in readable {
            assert!(
                matches!(sniff(name, bytes), Found::Format(format) if format == wanted),
                "{name} must be read as {wanted:?}"
            );
        }
        let refused: [(&str, &[u8], ProblemKind, &str); 10] = [
            ("a.txt", b"", ProblemKind::Empty, "0 bytes"),
            ("a.docx", b"%PDF-1.7\n", ProblemKind::WrongType, "its contents are a PDF"),
            ("a.pdf", zip, ProblemKind::WrongType, "a Word document"),
            ("a.pdf", b"\x89PNG\r\n\x1a\n", ProblemKind::UnsupportedType, "a PNG picture"),
            ("a.pdf", b"hello", ProblemKind::Damaged, "does not begin like a PDF"),
            ("a.md", b"\x00\x01\x02\x03\x00\x00\x00\xff\x00", ProblemKind::WrongType, "binary data"),
            (
                "a.docx",
                b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0",
                ProblemKind::Encrypted,
                "password",
            ),
            (
                "a.doc",
                b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0",
                ProblemKind::UnsupportedType,
                "Save it as DOCX",
            ),
            ("a.docx", b"PK\x03\x04 xl/workbook.xml", ProblemKind::WrongType, "an Excel workbook"),
            ("a.xyz", b"PK\x03\x04 photo.raw", ProblemKind::UnsupportedType, "a ZIP archive"),
        ];
        for (name, bytes, kind, words) in refused {
            let Found::Refused(problem) = sniff(name, bytes) else { panic!("{name} must be refused") };
            assert_eq!(problem.kind, kind, "{name}: {}", problem.message);
            assert!(problem.message.contains(words), "the sentence must say what it is: {}", problem.message);
        }
    }
}
