//! Real files of all ages and producers, when they are there. Nothing is copied from them into this repository.

use super::*;

pub(super) const TESTS: &[Test] = &[
    (
        "every_pdf_of_the_corpus_ends_classified_and_most_words_are_read",
        every_pdf_of_the_corpus_ends_classified_and_most_words_are_read,
    ),
    ("office_files_give_the_words_that_are_expected", office_files_give_the_words_that_are_expected),
    ("a_real_style_guide_comes_out_without_markup", a_real_style_guide_comes_out_without_markup),
];

/// A file or folder beside the repository's own folder.
pub(super) fn shared(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    let found = env::var_os("QUILLHOUSE_SHARED").map_or(found, |shared| PathBuf::from(shared).join(path));
    found.exists().then_some(found)
}

fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)))
        .collect();
    files.sort();
    files
}

/// The reference's words; it hangs on some of these files itself.
fn pdftotext(path: &Path) -> Option<String> {
    let output = Command::new("timeout").args(["20", "pdftotext", "-enc", "UTF-8"]).arg(path).arg("-").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn every_pdf_of_the_corpus_ends_classified_and_most_words_are_read() {
    let Some(folder) = shared("corpora/pdf") else { return };
    let mut recalls: Vec<(f64, String)> = Vec::new();
    let (mut read, mut pages, mut reading) = (0, 0, Duration::ZERO);
    let mut refused: HashMap<String, Vec<String>> = HashMap::new();
    for path in files(&folder, &["pdf"]) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let begun = Instant::now();
        let outcome = parse_path(&worker(), &path);
        let took = begun.elapsed();
        let text = match outcome {
            Ok(document) => {
                read += 1;
                pages += document.pages.len();
                reading += took;
                document.text
            }
            Err(failure) => {
                let kind = kind(&failure).unwrap();
                refused.entry(format!("{kind:?}")).or_default().push(format!("{name} ({} ms)", took.as_millis()));
                String::new()
            }
        };
        let Some(wanted) = pdftotext(&path).map(|text| word_counts(&text)) else { continue };
        if wanted.values().sum::<usize>() >= 30 {
            recalls.push((recall(&wanted, &word_counts(&text)), name));
        }
    }
    recalls.sort_by(|left, right| left.0.total_cmp(&right.0));
    for (kind, names) in &refused {
        println!("  {kind}: {} — {}", names.len(), names.join(", "));
    }
    for (recall, name) in recalls.iter().take(16) {
        println!("  {recall:.2} {name}");
    }
    println!(
        "  {read} read, {pages} pages, {:.1} pages a second with the child's start",
        pages as f64 / reading.as_secs_f64()
    );
    if recalls.is_empty() {
        return;
    }
    let mean = recalls.iter().map(|(recall, _)| recall).sum::<f64>() / recalls.len() as f64;
    println!("  mean word recall {mean:.3} over {} files", recalls.len());
    assert!(mean >= 0.92, "mean word recall against pdftotext is {mean:.3}");
}

fn office_files_give_the_words_that_are_expected() {
    for (folder, endings, least) in
        [("docx", ["docx"], 0.97), ("html", ["html"], 0.95), ("pptx", ["pptx"], 0.97), ("xlsx", ["xlsx"], 0.97)]
    {
        let Some(folder) = shared(&format!("corpora/office/{folder}")) else { return };
        let mut recalls = Vec::new();
        for path in files(&folder, &endings) {
            let expected = std::fs::read_to_string(format!("{}.expected.md", path.display())).unwrap();
            let outcome = parse_path(&worker(), &path);
            let found = outcome.as_ref().map(|document| word_counts(&document.text)).unwrap_or_default();
            let wanted = word_counts(&strip_markdown(&expected));
            if wanted.values().sum::<usize>() < 5 {
                continue;
            }
            let share = recall(&wanted, &found);
            println!(
                "  {share:.2} {} {}",
                path.file_name().unwrap().to_string_lossy(),
                outcome.err().map(|failure| failure.to_string()).unwrap_or_default()
            );
            recalls.push(share);
        }
        let mean = recalls.iter().sum::<f64>() / recalls.len() as f64;
        println!("  mean word recall {mean:.3} over {} files", recalls.len());
        assert!(mean >= least, "mean word recall in {} is {mean:.3}", folder.display());
    }
}

/// Addresses and comments of the expected Markdown are no words of the document.
fn strip_markdown(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(position) = rest.find("](") {
        plain.push_str(&rest[..position]);
        rest = rest[position + 2..].split_once(')').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
        .replace("<!-- image -->", " ")
        .replace("<!-- formula-not-decoded -->", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

fn a_real_style_guide_comes_out_without_markup() {
    let Some(folder) = shared("corpora/brand-18f") else { return };
    for path in files(&folder, &["md"]) {
        let document = parse_path(&worker(), &path).unwrap();
        for mark in [
            "](",
            "{{",
            "{%",
            "{:",
            "**",
            "permalink",
            "<a ",
            "<div",
            "</",
            "&nbsp;",
            "&amp;",
            "\n# ",
            "\n- ",
            "\n> ",
            "\n* ",
        ] {
            let marked = document
                .blocks
                .iter()
                .filter(|block| block.kind != BlockKind::Code)
                .map(|block| block_text(&document, block));
            let found: Vec<String> = marked.filter(|text| format!("\n{text}").contains(mark)).collect();
            assert!(found.is_empty(), "`{mark}` in {}: {found:?}", path.display());
        }
        assert!(document.title.is_some(), "{} has a title in its front matter", path.display());
    }
}
