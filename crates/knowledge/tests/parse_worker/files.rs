//! Honest files, and honest mistakes with them.

use lopdf::{Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream, dictionary};
use quillhouse_domain::Secret;

use super::*;

pub(super) const TESTS: &[Test] = &[
    ("a_pdf_is_read_page_by_page_with_its_headings", a_pdf_is_read_page_by_page_with_its_headings),
    ("a_pdf_named_docx_is_rejected_by_what_it_is", a_pdf_named_docx_is_rejected_by_what_it_is),
    ("a_scan_is_named_as_one", a_scan_is_named_as_one),
    (
        "the_text_of_a_scan_is_recognised_where_the_programs_are",
        the_text_of_a_scan_is_recognised_where_the_programs_are,
    ),
    ("without_the_programs_a_scan_stays_named", without_the_programs_a_scan_stays_named),
    ("a_password_opens_a_protected_pdf_in_the_child", a_password_opens_a_protected_pdf_in_the_child),
    ("an_empty_file_is_rejected_without_a_child", an_empty_file_is_rejected_without_a_child),
    ("a_file_over_the_limit_is_rejected_without_a_child", a_file_over_the_limit_is_rejected_without_a_child),
    ("a_missing_file_fails_and_may_be_tried_again", a_missing_file_fails_and_may_be_tried_again),
    ("bytes_and_path_give_the_same_document", bytes_and_path_give_the_same_document),
];

/// A PDF whose pages hold these lines: size in points, text.
pub(super) fn pdf(pages: &[&[(i64, &str)]]) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" });
    let mut kids = Vec::new();
    for lines in pages {
        let mut content = String::new();
        let mut height = 760;
        for (size, line) in *lines {
            height -= size * 3 / 2;
            if line.is_empty() {
                continue;
            }
            content.push_str(&format!("BT /F1 {size} Tf 60 {height} Td ({line}) Tj ET\n"));
        }
        let stream = document.add_object(Stream::new(dictionary! {}, content.into_bytes()));
        let page = document.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => stream, "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        });
        kids.push(Object::Reference(page));
    }
    finish(document, tree, kids)
}

fn finish(mut document: Document, tree: lopdf::ObjectId, kids: Vec<Object>) -> Vec<u8> {
    let count = kids.len() as i64;
    document.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn a_pdf_is_read_page_by_page_with_its_headings() {
    let head = (9, "Acme brand guide");
    let bytes = pdf(&[
        &[
            head,
            (22, "Voice and tone"),
            (11, "We write plainly and we keep every promise that we have made to our cus-"),
            (11, "tomers, because trust is slow to win and quick to lose in every market that"),
            (9, "1"),
        ],
        &[
            head,
            (11, "we know and serve today."),
            (11, ""),
            (16, "Terms"),
            (11, "Write email and sign in, never e-mail and log on, in each text of ours."),
            (9, "2"),
        ],
        &[head, (11, "A third page says that all of the above is meant for every channel we use."), (9, "3")],
    ]);
    let document = parse_bytes(&worker(), "guide.pdf", &bytes).unwrap();
    let headings: Vec<String> = document
        .blocks
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Heading { .. }))
        .map(|block| block_text(&document, block))
        .collect();
    assert_eq!(headings, ["Voice and tone", "Terms"], "larger type is a heading:\n{}", document.text);
    assert!(
        document.text.contains("to our customers, because"),
        "a word broken at a line's end is whole:\n{}",
        document.text
    );
    assert!(
        document.text.contains("in every market that we know and serve today."),
        "a paragraph goes on over a page's end:\n{}",
        document.text
    );
    assert!(
        document.text.starts_with("Acme brand guide\n\n"),
        "a running head stays where it is met first:\n{}",
        document.text
    );
    assert_eq!(document.text.matches("Acme brand guide").count(), 1, "and is left out of every other page");
    assert_eq!(document.pages.len(), 3, "each page with text is known");
    let second = &document.pages[1];
    let on_second: String =
        document.text.chars().skip(second.start as usize).take((second.end - second.start) as usize).collect();
    assert!(
        on_second.starts_with("we know and serve today."),
        "the page begins where its first word stands: {on_second}"
    );
}

fn a_pdf_named_docx_is_rejected_by_what_it_is() {
    let failure = parse_bytes(&worker(), "brand.docx", &pdf(&[&[(11, "Hello")]])).unwrap_err();
    assert_eq!(kind(&failure), Some(ProblemKind::WrongType));
    assert!(matches!(failure, ParseFailure::Rejected(_)), "trying again would not help");
    assert!(failure.to_string().contains("its contents are a PDF"), "{failure}");
}

/// A page that shows a picture, grey values from its upper left corner.
fn scan(width: i64, height: i64, grey: Vec<u8>) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let picture = document.add_object(Stream::new(
        dictionary! { "Type" => "XObject", "Subtype" => "Image", "Width" => width, "Height" => height, "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8 },
        grey,
    ));
    let content = document.add_object(Stream::new(dictionary! {}, b"q 500 0 0 700 40 60 cm /I Do Q".to_vec()));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => tree, "Contents" => content, "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Resources" => dictionary! { "XObject" => dictionary! { "I" => picture } },
    });
    finish(document, tree, vec![page.into()])
}

fn parse_with(bytes: &[u8], options: &ParseOptions) -> Result<ParsedDocument, ParseFailure> {
    wait(worker().parse_with("scan.pdf", ParseSource::Bytes(bytes), options, |_| {}, std::future::pending()))
}

fn a_scan_is_named_as_one() {
    let failure = parse_bytes(&worker(), "scan.pdf", &scan(1, 1, vec![0])).unwrap_err();
    assert_eq!(kind(&failure), Some(ProblemKind::Scanned), "{failure}");
    assert!(failure.to_string().contains("OCR"), "the user is told what to do: {failure}");
}

fn without_the_programs_a_scan_stays_named() {
    let absent =
        RecognitionPrograms { renderer: "/nonexistent/pdftoppm".into(), recogniser: "/nonexistent/tesseract".into() };
    let broken = RecognitionPrograms { renderer: "/bin/false".into(), recogniser: "/bin/false".into() };
    for recognition in [None, Some(absent), Some(broken)] {
        let options = ParseOptions { password: None, recognition, languages: vec!["en".to_owned()] };
        let failure = parse_with(&scan(1, 1, vec![0]), &options).unwrap_err();
        assert_eq!(kind(&failure), Some(ProblemKind::Scanned), "{options:?}: {failure}");
    }
}

/// Draws a text page with `pdftoppm` and puts the picture into another PDF.
fn the_text_of_a_scan_is_recognised_where_the_programs_are() {
    let options = ParseOptions::usual();
    let Some(programs) = &options.recognition else {
        println!("  skipped: `pdftoppm` or `tesseract` is not installed");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.pdf");
    std::fs::write(&page, pdf(&[&[(24, "The harbour master writes"), (24, "every ferry into the blue book")]]))
        .unwrap();
    let drawn = Command::new(&programs.renderer).args(["-r", "150", "-gray"]).arg(&page).output().unwrap().stdout;
    let header: Vec<&[u8]> = drawn.splitn(4, u8::is_ascii_whitespace).collect();
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).unwrap().parse::<usize>().unwrap();
    let (width, height) = (number(header[1]), number(header[2]));
    let grey = drawn[drawn.len() - width * height..].to_vec();
    let document = parse_with(&scan(width as i64, height as i64, grey), &options).unwrap();
    assert!(document.text.contains("harbour master") && document.text.contains("ferry"), "{}", document.text);
    let told: Vec<ProblemKind> = document.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(told, [ProblemKind::OcrUsed], "recognised text says that it is: {:?}", document.problems);
    assert_eq!(document.problems[0].pages, [1]);
}

fn a_password_opens_a_protected_pdf_in_the_child() {
    let mut document = Document::load_mem(&pdf(&[&[(11, "Only for members of the harbour guild")]])).unwrap();
    let id = || Object::string_literal("0123456789abcdef");
    document.trailer.set("ID", vec![id(), id()]);
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "open sesame",
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    let with = |password: Option<&str>| {
        let password = password.map(|password| Secret::new(password.to_owned()));
        parse_with(&bytes, &ParseOptions { password, recognition: None, languages: Vec::new() })
    };
    for (password, part) in [(None, "Enter the password"), (Some("mellon"), "not the right one")] {
        let failure = with(password).unwrap_err();
        assert_eq!(kind(&failure), Some(ProblemKind::Encrypted), "{failure}");
        assert!(failure.to_string().contains(part) && !failure.to_string().contains("mellon"), "{failure}");
    }
    assert!(with(Some("open sesame")).unwrap().text.contains("harbour guild"));
}

fn an_empty_file_is_rejected_without_a_child() {
    let nobody = ParseWorker { program: PathBuf::from("/nonexistent"), ..worker() };
    assert_eq!(kind(&parse_bytes(&nobody, "a.md", b"").unwrap_err()), Some(ProblemKind::Empty));
}

fn a_file_over_the_limit_is_rejected_without_a_child() {
    let limits = ParseLimits { input_bytes: 10, ..ParseLimits::default() };
    let nobody = ParseWorker { program: PathBuf::from("/nonexistent"), limits, ..worker() };
    assert_eq!(kind(&parse_bytes(&nobody, "a.md", b"eleven bytes").unwrap_err()), Some(ProblemKind::TooLarge));
}

fn a_missing_file_fails_and_may_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let failure = parse_path(&worker(), &folder.path().join("gone.md")).unwrap_err();
    assert_eq!(kind(&failure), Some(ProblemKind::NotReadable));
    assert!(matches!(failure, ParseFailure::Failed(_)), "a drive may come back: {failure}");
}

fn bytes_and_path_give_the_same_document() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.md");
    let text = "# Voice\n\nPlain words, *always*.\n";
    std::fs::write(&path, text).unwrap();
    let document = parse_path(&worker(), &path).unwrap();
    assert_eq!(document, parse_bytes(&worker(), "a.md", text.as_bytes()).unwrap(), "the way in does not matter");
    assert_eq!(document.text, "Voice\n\nPlain words, always.");
}
