//! `bench extract FOLDER`: how many of a file's words are read, and how well its headings, lists and tables are recognised.
//!
//! Invariants
//! - Every file is read by the product's own worker, in a child with its limits; text recognition is off, because the
//!   references have none.
//! - Word recall is the share of the reference's words (lower case, letters and digits, a multiset) that were read too.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use futures::{StreamExt, stream};
use quillhouse_domain::ParsedDocument;
use quillhouse_studio::measure::{FileReader, Reading};
use serde_json::{Value, json};

use super::structure::{self, Agreement, Words};

/// Files read at the same time.
const TOGETHER: usize = 2;

/// Fewest words of a reference from `pdftotext` for a file to count: below, one word is a percent or more.
const LEAST_WORDS: usize = 30;

/// `pdftotext` itself hangs on some files.
const REFERENCE_TIME: Duration = Duration::from_secs(20);

/// Files named as the worst ones.
const WORST: usize = 10;

/// Goals: PDF against `pdftotext`, everything else against the expected Markdown.
const PDF_GOAL: f64 = 0.92;
const OFFICE_GOAL: f64 = 0.97;

/// One file after reading.
struct Measured {
    name: String,
    state: String,
    took: Duration,
    pages: usize,
    recall: Option<f64>,
    agreement: Agreement,
}

/// Measures a folder with `pdf` and `office` in it.
pub(super) fn run(folder: &Path, json: bool) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(folder, json))
}

async fn measure(folder: &Path, json: bool) -> Result<()> {
    let (pdf, office) = (folder.join("pdf"), folder.join("office"));
    if !pdf.is_dir() && !office.is_dir() {
        bail!(
            "`{}` has no folder `pdf` and no folder `office`, so nothing can be measured. Name the folder that holds them",
            folder.display()
        );
    }
    let reader = FileReader::new(std::env::current_exe()?, false);
    let mut report = BTreeMap::new();
    let mut missed = Vec::new();
    if pdf.is_dir() {
        let files = files(&pdf, |path| ending(path) == "pdf")?;
        need_pdftotext().await?;
        let began = Instant::now();
        let measured = each(files, |path| against_pdftotext(&reader, path)).await?;
        let section = section("pdf against pdftotext", &measured, began.elapsed(), json);
        if section["mean_recall"].as_f64().is_some_and(|mean| mean < PDF_GOAL) {
            missed.push(format!("PDF recall is below {PDF_GOAL}"));
        }
        report.insert("pdf".to_owned(), section);
    }
    if office.is_dir() {
        for (format, files) in by_format(&office)? {
            let began = Instant::now();
            let measured = each(files, |path| against_markdown(&reader, path)).await?;
            let section = section(&format!("office/{format}"), &measured, began.elapsed(), json);
            if format != "pdf" && section["mean_recall"].as_f64().is_some_and(|mean| mean < OFFICE_GOAL) {
                missed.push(format!("{format} recall is below {OFFICE_GOAL}"));
            }
            report.insert(format!("office/{format}"), section);
        }
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    }
    if !missed.is_empty() {
        bail!("{}", missed.join("; "));
    }
    Ok(())
}

async fn each<F, R>(files: Vec<PathBuf>, work: F) -> Result<Vec<Measured>>
where
    F: Fn(PathBuf) -> R,
    R: Future<Output = Result<Measured>>,
{
    stream::iter(files).map(work).buffered(TOGETHER).collect::<Vec<_>>().await.into_iter().collect()
}

async fn need_pdftotext() -> Result<()> {
    let started = tokio::process::Command::new("pdftotext").arg("-v").stderr(Stdio::null()).status().await;
    started.map(drop).context(
        "`pdftotext` cannot be started, and the PDFs are compared with what it reads. Install it (Debian and Ubuntu: `apt install poppler-utils`)",
    )
}

async fn against_pdftotext(reader: &FileReader, path: PathBuf) -> Result<Measured> {
    let mut command = tokio::process::Command::new("pdftotext");
    command.args(["-enc", "UTF-8"]).arg(&path).arg("-").stderr(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(REFERENCE_TIME, command.output()).await;
    let reference = output.ok().transpose()?.map(|output| output.stdout).unwrap_or_default();
    let (mut measured, document) = read(reader, &path).await;
    let wanted = Words::of(&String::from_utf8_lossy(&reference));
    if wanted.count() >= LEAST_WORDS {
        measured.recall = Some(wanted.recall(&Words::of(document.as_ref().map_or("", |found| &found.text))));
    }
    Ok(measured)
}

async fn against_markdown(reader: &FileReader, path: PathBuf) -> Result<Measured> {
    let expected = expected_path(&path);
    // The reference is read by the same worker as Markdown, so that its marks are no words.
    let expected = match reader.read(&expected).await {
        Reading::Document(document) => document,
        Reading::Rejected(problem) | Reading::Failed(problem) => bail!("{}", problem.message),
    };
    let (mut measured, document) = read(reader, &path).await;
    let wanted = Words::of(&expected.text);
    if wanted.count() > 0 {
        measured.recall = Some(wanted.recall(&Words::of(document.as_ref().map_or("", |found| &found.text))));
    }
    measured.agreement = structure::agreement(&expected, document.as_ref());
    Ok(measured)
}

async fn read(reader: &FileReader, path: &Path) -> (Measured, Option<ParsedDocument>) {
    let began = Instant::now();
    let reading = reader.read(path).await;
    let took = began.elapsed();
    let kinds = |document: &ParsedDocument| {
        let kinds: Vec<String> = document.problems.iter().map(|problem| format!("{:?}", problem.kind)).collect();
        kinds.join(" ")
    };
    let (state, document) = match reading {
        Reading::Document(document) if document.problems.is_empty() => ("ready".to_owned(), Some(document)),
        Reading::Document(document) => (format!("partial: {}", kinds(&document)), Some(document)),
        Reading::Rejected(problem) => (format!("rejected: {:?}", problem.kind), None),
        Reading::Failed(problem) => (format!("failed: {:?}", problem.kind), None),
    };
    let measured = Measured {
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        state,
        took,
        pages: document.as_ref().map_or(0, |document| document.pages.len()),
        recall: None,
        agreement: Agreement::default(),
    };
    (measured, document)
}

fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

fn expected_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".expected.md");
    path.with_file_name(name)
}

/// The files of a folder and of the folders in it, sorted.
fn files(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        let entries = std::fs::read_dir(&folder).with_context(|| format!("`{}` cannot be read", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                waiting.push(path);
            } else if wanted(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Files that have their expected Markdown beside them, by ending.
fn by_format(office: &Path) -> Result<BTreeMap<String, Vec<PathBuf>>> {
    let mut formats: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in files(office, |path| ending(path) != "md" && expected_path(path).is_file())? {
        formats.entry(ending(&path)).or_default().push(path);
    }
    Ok(formats)
}

/// Prints, or only returns, the figures of one group of files.
fn section(title: &str, measured: &[Measured], took: Duration, json: bool) -> Value {
    let judged: Vec<(f64, &str)> =
        measured.iter().filter_map(|file| Some((file.recall?, file.name.as_str()))).collect();
    let mean = (!judged.is_empty()).then(|| judged.iter().map(|(recall, _)| recall).sum::<f64>() / judged.len() as f64);
    let mut worst = judged.clone();
    worst.sort_by(|left, right| left.0.total_cmp(&right.0));
    worst.truncate(WORST);
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for file in measured {
        *states.entry(&file.state).or_default() += 1;
    }
    let pages: usize = measured.iter().map(|file| file.pages).sum();
    let reading: f64 = measured.iter().map(|file| file.took.as_secs_f64()).sum();
    let slowest = measured.iter().max_by_key(|file| file.took);
    let agreement = Agreement::mean(measured.iter().map(|file| &file.agreement));
    let value = json!({
        "files": measured.len(),
        "judged": judged.len(),
        "mean_recall": mean,
        "headings": agreement.headings,
        "list_items": agreement.list_items,
        "table_rows": agreement.table_rows,
        "states": states,
        "pages": pages,
        "pages_per_second": pages as f64 / reading.max(1e-9),
        "seconds": took.as_secs_f64(),
        "slowest": slowest.map(|file| json!({ "name": file.name, "ms": file.took.as_millis() as u64 })),
        "worst": worst.iter().map(|(recall, name)| json!({ "name": name, "recall": recall })).collect::<Vec<_>>(),
    });
    if !json {
        print(title, &value);
    }
    value
}

fn print(title: &str, value: &Value) {
    let number = |key: &str| value[key].as_f64().map_or_else(|| "–".to_owned(), |number| format!("{number:.3}"));
    println!(
        "{title}: mean word recall {} over {} of {} files",
        number("mean_recall"),
        value["judged"],
        value["files"]
    );
    if !(value["headings"].is_null() && value["list_items"].is_null() && value["table_rows"].is_null()) {
        println!(
            "  agreement: headings {}, list items {}, table rows {}",
            number("headings"),
            number("list_items"),
            number("table_rows")
        );
    }
    for (state, count) in value["states"].as_object().into_iter().flatten() {
        println!("  {count:>4} {state}");
    }
    println!(
        "  {} pages, {:.1} a second with a child for each file",
        value["pages"],
        value["pages_per_second"].as_f64().unwrap_or(0.0)
    );
    if let (Some(name), Some(ms)) = (value["slowest"]["name"].as_str(), value["slowest"]["ms"].as_u64()) {
        println!("  slowest: {name}, {ms} ms");
    }
    for file in value["worst"].as_array().into_iter().flatten() {
        println!("  {:.3} {}", file["recall"].as_f64().unwrap_or(0.0), file["name"].as_str().unwrap_or(""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_files_to_measure_is_told_in_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let told = run(folder.path(), true).unwrap_err().to_string();
        assert!(told.contains("no folder `pdf`") && told.contains("Name the folder"), "{told}");
    }

    #[test]
    fn only_files_with_their_expected_text_are_compared() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("docx")).unwrap();
        for name in ["docx/a.docx", "docx/a.docx.expected.md", "docx/b.docx", "note.md"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let formats = by_format(folder.path()).unwrap();
        assert_eq!(formats.keys().collect::<Vec<_>>(), ["docx"]);
        assert_eq!(formats["docx"].len(), 1, "`b.docx` has nothing to be compared with");
    }
}
