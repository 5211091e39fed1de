//! Every format through the real child: good files, and all the ways in which files go wrong.

use std::io::{Cursor, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

pub(super) const TESTS: &[Test] = &[
    ("each_format_is_read_by_the_child", each_format_is_read_by_the_child),
    ("bad_input_of_each_format_ends_in_a_kind_and_in_time", bad_input_of_each_format_ends_in_a_kind_and_in_time),
    ("archives_made_to_exhaust_a_computer_are_not_opened", archives_made_to_exhaust_a_computer_are_not_opened),
    ("a_million_rows_cost_seconds_and_are_counted", a_million_rows_cost_seconds_and_are_counted),
    ("a_page_nested_without_end_is_answered_at_once", a_page_nested_without_end_is_answered_at_once),
    ("files_of_another_kind_are_named_by_what_they_are", files_of_another_kind_are_named_by_what_they_are),
];

/// An archive with these parts, named from the root.
/// Names and contents of an archive's parts.
type Parts<'a> = Vec<(&'a str, &'a [u8])>;

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(contents).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn docx(body: &str) -> Vec<u8> {
    let xml = format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>");
    zipped(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", xml.as_bytes())])
}

fn pptx(shapes: &str) -> Vec<u8> {
    let slide = format!("<p:sld xmlns:p=\"p\" xmlns:a=\"a\"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>");
    zipped(&[("ppt/presentation.xml", b"<p:presentation/>"), ("ppt/slides/slide1.xml", slide.as_bytes())])
}

fn xlsx(rows: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    zipped(&[
        ("xl/workbook.xml", b"<workbook><sheets><sheet name=\"Prices\" id=\"r1\"/></sheets></workbook>"),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn ods(rows: &str) -> Vec<u8> {
    let content = format!("<o:content><t:table t:name=\"Prices\">{rows}</t:table></o:content>");
    zipped(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content.as_bytes())])
}

/// One small honest file of each format, with words that must come out.
fn honest() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let cell = |text: &str| format!("<t:table-cell o:value-type=\"string\"><x:p>{text}</x:p></t:table-cell>");
    let row = |left: &str, right: &str| format!("<t:table-row>{}{}</t:table-row>", cell(left), cell(right));
    vec![
        ("a.docx", docx("<w:p><w:r><w:t>plain words</w:t></w:r></w:p>"), "plain words"),
        (
            "a.pptx",
            pptx("<p:sp><p:txBody><a:p><a:r><a:t>plain words</a:t></a:r></a:p></p:txBody></p:sp>"),
            "plain words",
        ),
        (
            "a.xlsx",
            xlsx(
                "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Item</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>Price</t></is></c></row><row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>Bolt</t></is></c><c r=\"B2\"><v>4.5</v></c></row>",
            ),
            "Item: Bolt | Price: 4.5",
        ),
        ("a.ods", ods(&format!("{}{}", row("Item", "Price"), row("Bolt", "4.50 €"))), "Bolt | 4.50 €"),
        ("a.csv", b"Item;Price\nBolt;4,50\nNut;2\n".to_vec(), "Item: Bolt | Price: 4,50"),
        ("a.eml", b"From: a@example.org\nSubject: Offer\n\nplain words\n".to_vec(), "plain words"),
        ("a.html", b"<html><body><h1>Title</h1><p>plain words</p></body></html>".to_vec(), "plain words"),
        ("a.md", b"# Title\n\nplain *words*\n".to_vec(), "plain words"),
        ("a.txt", b"plain words".to_vec(), "plain words"),
    ]
}

fn each_format_is_read_by_the_child() {
    for (name, bytes, wanted) in honest() {
        let document = parse_bytes(&worker(), name, &bytes).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        assert!(document.text.contains(wanted), "{name} gave:\n{}", document.text);
        assert!(document.problems.is_empty(), "nothing is missing from {name}: {:?}", document.problems);
    }
    let (_, bytes, _) = honest().swap_remove(2);
    let sheet = parse_bytes(&worker(), "a.xlsx", &bytes).unwrap();
    assert_eq!(sheet.pages[0].label.as_deref(), Some("Prices"), "a page of a workbook is called as its sheet");
    let anchors: Vec<_> = sheet.blocks.iter().filter_map(|block| block.anchor.as_deref()).collect();
    assert_eq!(anchors, ["Prices!A1:B1", "Prices!A2:B2"], "a row is found again by its cells");
}

/// What every file must end in, however bad it is.
fn assert_classified(what: &str, name: &str, bytes: &[u8]) {
    let begun = Instant::now();
    let outcome = parse_bytes(&worker(), name, bytes);
    let elapsed = begun.elapsed();
    if let Err(failure) = &outcome {
        let kind = kind(failure).unwrap();
        assert_ne!(kind, ProblemKind::WorkerCrashed, "{what} of {name}: {failure}");
        assert!(failure.to_string().contains(name), "the sentence names the file: {failure}");
        assert!(!failure.to_string().ends_with('.'), "a sentence without a final period: {failure}");
    }
    assert!(elapsed < Duration::from_secs(10), "{what} of {name} took {elapsed:?}");
}

fn bad_input_of_each_format_ends_in_a_kind_and_in_time() {
    let noise: Vec<u8> = (0..20_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut zip_of_noise = b"PK\x03\x04".to_vec();
    zip_of_noise.extend(&noise);
    let mut compound_of_noise = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1W\0o\0r\0k\0b\0o\0o\0k\0".to_vec();
    compound_of_noise.extend(&noise);
    let (_, other_kind, _) = honest().swap_remove(0);
    for (name, bytes, _) in honest() {
        assert_classified("nothing", name, b"");
        for part in 1..4 {
            assert_classified("a part", name, &bytes[..bytes.len() * part / 4]);
        }
        let mut flipped = bytes.clone();
        for at in (7..flipped.len()).step_by(31) {
            flipped[at] ^= 0x55;
        }
        assert_classified("a damaged copy", name, &flipped);
        assert_classified("noise", name, &noise);
        assert_classified("an archive of noise", name, &zip_of_noise);
        assert_classified("a compound file of noise", name, &compound_of_noise);
        if name != "a.docx" {
            assert_classified("a file of another kind", name, &other_kind);
        }
    }
    assert_classified("a compound file of noise", "a.xls", &compound_of_noise);
    let entities = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]><r><p>&b;&x;</p></r>";
    let deep = format!("<r>{}{}</r>", "<p>".repeat(100_000), "</p>".repeat(100_000));
    for xml in [entities, deep.as_str()] {
        let cases: [(&str, Parts<'_>); 4] = [
            ("a.docx", vec![("word/document.xml", xml.as_bytes())]),
            ("a.pptx", vec![("ppt/presentation.xml", b"<p/>"), ("ppt/slides/slide1.xml", xml.as_bytes())]),
            ("a.xlsx", vec![("xl/workbook.xml", xml.as_bytes())]),
            (
                "a.ods",
                vec![("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", xml.as_bytes())],
            ),
        ];
        for (name, parts) in cases {
            let failure = parse_bytes(&worker(), name, &zipped(&parts)).unwrap_err();
            assert_eq!(kind(&failure), Some(ProblemKind::Damaged), "hostile XML in {name}: {failure}");
        }
    }
}

fn archives_made_to_exhaust_a_computer_are_not_opened() {
    let spaces = vec![b' '; 300 << 20];
    let bomb = zipped(&[("word/document.xml", &spaces)]);
    let sheet_bomb = zipped(&[
        ("xl/workbook.xml", b"<workbook><sheets><sheet name=\"S\" id=\"r1\"/></sheets></workbook>"),
        ("xl/worksheets/sheet1.xml", &spaces),
    ]);
    drop(spaces);
    let names: Vec<String> = (0..20_000).map(|number| format!("word/{number}.xml")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    for (what, name, bytes) in [
        ("spaces", "a.docx", bomb),
        ("a sheet of spaces", "a.xlsx", sheet_bomb),
        ("many parts", "a.docx", zipped(&many)),
    ] {
        let begun = Instant::now();
        let failure = parse_bytes(&worker(), name, &bytes).unwrap_err();
        let elapsed = begun.elapsed();
        println!("  {what}: {} ms", elapsed.as_millis());
        assert!(
            matches!(
                kind(&failure),
                Some(ProblemKind::ArchiveBomb | ProblemKind::UnsupportedType | ProblemKind::WrongType)
            ),
            "{what}: {failure}"
        );
        assert!(elapsed < Duration::from_secs(8), "{what} took {elapsed:?} where half a second is usual");
    }
}

fn a_million_rows_cost_seconds_and_are_counted() {
    let mut table = String::from("id,name,price\n");
    for number in 0..1_000_000 {
        table.push_str(&format!("{number},Product {number},{}.99\n", number % 1_000));
    }
    let begun = Instant::now();
    let document = parse_bytes(&worker(), "a.csv", table.as_bytes()).unwrap();
    println!("  {} rows of {} in {} ms", document.blocks.len(), 1_000_001, begun.elapsed().as_millis());
    assert!(document.text.contains("id: 7 | name: Product 7 | price: 7.99"), "rows read alone");
    let problem = &document.problems[0];
    assert_eq!(problem.kind, ProblemKind::TextMissing);
    assert!(problem.message.contains("more were left out"), "{}", problem.message);
}

fn a_page_nested_without_end_is_answered_at_once() {
    for tag in ["<div>", "<ul><li>", "<table><tr><td>", "<b>", "<blockquote>"] {
        let begun = Instant::now();
        let page = format!("<html><body>{}deep text", tag.repeat(100_000));
        let document = parse_bytes(&worker(), "a.html", page.as_bytes()).unwrap();
        println!("  {tag}: {} ms", begun.elapsed().as_millis());
        assert!(document.text.contains("deep text"), "no text is lost in {tag}");
        // Alone it takes half a second; a builder without a depth limit takes minutes.
        assert!(begun.elapsed() < Duration::from_secs(12), "{tag} took {:?}", begun.elapsed());
    }
}

fn files_of_another_kind_are_named_by_what_they_are() {
    let compound = |stream: &str| {
        let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        bytes.extend(vec![0; 504]);
        bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
        bytes.extend(vec![0; 512]);
        bytes
    };
    let cases = [
        ("a.docx", compound("EncryptedPackage"), ProblemKind::Encrypted, "without a password"),
        ("a.xlsx", compound("EncryptedPackage"), ProblemKind::Encrypted, "without a password"),
        ("a.doc", compound("WordDocument"), ProblemKind::UnsupportedType, "Save it as DOCX"),
        ("a.ppt", compound("PowerPoint Document"), ProblemKind::UnsupportedType, "Save it as PPTX"),
        ("a.xlsx", docx("<w:p/>"), ProblemKind::WrongType, "a Word document"),
        ("a.csv", xlsx(""), ProblemKind::WrongType, "an Excel workbook"),
    ];
    for (name, bytes, wanted, words) in cases {
        let failure = parse_bytes(&worker(), name, &bytes).unwrap_err();
        assert_eq!(kind(&failure), Some(wanted), "{name}: {failure}");
        assert!(failure.to_string().contains(words), "{name}: {failure}");
    }
}
