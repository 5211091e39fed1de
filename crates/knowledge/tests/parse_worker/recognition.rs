//! Text recognition chooses a language and names the one it lacks, with programs that only say how they were called, and with
//! the real ones where they are installed.

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use lopdf::{Document, Object, Stream, dictionary};

use super::*;

pub(super) const TESTS: &[Test] = &[
    ("recognition_reads_in_the_language_that_is_known_best", recognition_reads_in_the_language_that_is_known_best),
    (
        "a_language_that_is_not_installed_is_named_and_costs_nothing_else",
        a_language_that_is_not_installed_is_named_and_costs_nothing_else,
    ),
    ("german_print_is_recognised_as_german", german_print_is_recognised_as_german),
];

const GERMAN: [&str; 3] = [
    "Schreiben Sie kurze Saetze, damit alle, die eine Seite lesen, sofort verstehen,",
    "was dort steht und was sie tun sollen. Wer fragt, bekommt eine Antwort in zwei Tagen,",
    "und wer nicht zufrieden ist, darf sich an die Leitung des Hauses wenden.",
];

/// A program that answers like the real one when it is asked for its languages, and else says what it was called with.
fn program(folder: &Path, name: &str, script: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn programs(folder: &Path, installed: &[&str], words: &str) -> RecognitionPrograms {
    let list = installed.join("\\n");
    let script = format!(
        "if [ \"$1\" = --list-langs ]; then printf 'List of available languages (9):\\n{list}\\nosd\\n'; exit 0; fi\n{words}"
    );
    RecognitionPrograms {
        renderer: program(folder, "pdftoppm", "printf picture"),
        recogniser: program(folder, "tesseract", &script),
    }
}

const CALLED: &str = "printf 'The recogniser was called with %s' \"$*\"";

/// Pages of text, then one that shows a picture.
fn with_a_scan(lines: &[&str], width: usize, height: usize, grey: Vec<u8>) -> Vec<u8> {
    let pages: Vec<(i64, &str)> = lines.iter().map(|line| (11, *line)).collect();
    let mut document = Document::load_mem(&files::pdf(&[&pages])).unwrap();
    let picture = document.add_object(Stream::new(
        dictionary! { "Type" => "XObject", "Subtype" => "Image", "Width" => width as i64, "Height" => height as i64,
        "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8 },
        grey,
    ));
    let content = document.add_object(Stream::new(dictionary! {}, b"q 500 0 0 700 40 60 cm /I Do Q".to_vec()));
    let tree = document.catalog().unwrap().get(b"Pages").unwrap().as_reference().unwrap();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => tree, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Resources" => dictionary! { "XObject" => dictionary! { "I" => picture } },
    });
    let tree = document.get_object_mut(tree).unwrap().as_dict_mut().unwrap();
    tree.get_mut(b"Kids").unwrap().as_array_mut().unwrap().push(Object::Reference(page));
    tree.set("Count", 2);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

fn read(bytes: &[u8], recognition: RecognitionPrograms, languages: &[&str]) -> ParsedDocument {
    let languages = languages.iter().map(|language| (*language).to_owned()).collect();
    let options = ParseOptions { password: None, recognition: Some(recognition), languages };
    wait(worker().parse_with("scan.pdf", ParseSource::Bytes(bytes), &options, |_| {}, std::future::pending())).unwrap()
}

fn recognition_reads_in_the_language_that_is_known_best() {
    let english = ["Prices"];
    for (lines, languages, installed, expected) in [
        (&GERMAN[..], &["fr"][..], &["eng", "deu", "fra"][..], "-l deu"),
        (&english, &["fr", "de"], &["eng", "deu", "fra"], "-l fra+deu"),
        (&english, &[], &["deu", "eng"], "-l eng+deu"),
        (&english, &["fr"], &["eng", "deu"], "-l eng"),
        (&english, &["rus"], &["eng", "rus"], "-l rus"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let bytes = with_a_scan(lines, 1, 1, vec![0]);
        let document = read(&bytes, programs(folder.path(), installed, CALLED), languages);
        assert!(document.text.trim_end().ends_with(expected), "{languages:?} of {installed:?}: {}", document.text);
    }
}

fn a_language_that_is_not_installed_is_named_and_costs_nothing_else() {
    let told = |document: &ParsedDocument, kind: ProblemKind| {
        let problem = document.problems.iter().find(|problem| problem.kind == kind);
        problem.unwrap_or_else(|| panic!("{kind:?} in {:?}", document.problems)).message.clone()
    };
    let bytes = with_a_scan(&GERMAN, 1, 1, vec![0]);
    let folder = tempfile::tempdir().unwrap();
    let document = read(&bytes, programs(folder.path(), &["eng"], CALLED), &[]);
    let message = told(&document, ProblemKind::OcrUsed);
    assert!(message.contains("German text recognition is not installed"), "{message}");
    assert!(!cfg!(target_os = "linux") || message.contains("apt install tesseract-ocr-deu"), "{message}");
    assert!(document.text.contains("-l eng"), "what is there is tried: {}", document.text);

    let silent = read(&bytes, programs(folder.path(), &["eng"], "exit 0"), &[]);
    let message = told(&silent, ProblemKind::Scanned);
    assert!(message.contains("German text recognition is not installed"), "{message}");
    assert!(silent.text.contains("kurze Saetze"), "what could be read is kept: {}", silent.text);

    let all = read(&bytes, programs(folder.path(), &["eng", "deu"], CALLED), &[]);
    assert!(!told(&all, ProblemKind::OcrUsed).contains("not installed"), "nothing is missed where nothing is missing");
}

fn german_print_is_recognised_as_german() {
    let Some(programs) = RecognitionPrograms::find() else {
        println!("  skipped: `pdftoppm` or `tesseract` is not installed");
        return;
    };
    let listed = Command::new(&programs.recogniser).arg("--list-langs").output().unwrap();
    if !String::from_utf8_lossy(&listed.stdout).lines().any(|line| line == "deu") {
        println!("  skipped: German text recognition is not installed (`apt install tesseract-ocr-deu`)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.pdf");
    // Letters beyond ASCII as octal escapes of WinAnsi: ä, ö, ü, ß.
    let lines = [(24, "Gr\\366\\337ere \\334bernachtungsh\\344user"), (24, "f\\374r Fu\\337g\\344nger")];
    std::fs::write(&page, files::pdf(&[&lines])).unwrap();
    let drawn = Command::new(&programs.renderer).args(["-r", "150", "-gray"]).arg(&page).output().unwrap().stdout;
    let header: Vec<&[u8]> = drawn.splitn(4, u8::is_ascii_whitespace).collect();
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).unwrap().parse::<usize>().unwrap();
    let (width, height) = (number(header[1]), number(header[2]));
    let grey = drawn[drawn.len() - width * height..].to_vec();
    let document = read(&with_a_scan(&GERMAN, width, height, grey), programs, &[]);
    for word in ["Größere", "Übernachtungshäuser", "Fußgänger"] {
        assert!(document.text.contains(word), "`{word}` is missing: {}", document.text);
    }
}
