//! Stories about reading files through the real child process.
//!
//! This program is its own parse worker: started with `worker parse` it becomes one, so that limits, filters, frames and
//! deaths are those of the product. It speaks enough of the test harness's command line for `cargo test` and `nextest`.

#![expect(clippy::print_stdout, reason = "a test harness reports on standard output")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::wildcard_imports, reason = "the files of this folder are one program")]

use std::{
    collections::HashMap,
    env,
    ffi::OsString,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use quillhouse_domain::{Block, BlockKind, ParsedDocument, ProblemKind};
use quillhouse_knowledge::parse::{
    ParseFailure, ParseLimits, ParseOptions, ParseSource, ParseWorker, RecognitionPrograms, worker_main,
};

#[path = "parse_worker/corpora.rs"]
mod corpora;
#[path = "parse_worker/deaths.rs"]
mod deaths;
#[path = "parse_worker/files.rs"]
mod files;
#[path = "parse_worker/formats.rs"]
mod formats;
#[cfg(unix)]
#[path = "parse_worker/recognition.rs"]
mod recognition;

type Test = (&'static str, fn());

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["worker", "parse"] => return worker_main(),
        ["worker", hostile] => return deaths::hostile_child(hostile),
        _ => {}
    }
    let tests: Vec<Test> = [files::TESTS, formats::TESTS, deaths::TESTS, corpora::TESTS].concat();
    #[cfg(unix)]
    let tests = [&tests[..], recognition::TESTS].concat();
    if arguments.iter().any(|argument| argument == "--list") {
        if !arguments.iter().any(|argument| argument == "--ignored") {
            for (name, _) in &tests {
                println!("{name}: test");
            }
        }
        return ExitCode::SUCCESS;
    }
    let exact = arguments.iter().any(|argument| argument == "--exact");
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let chosen = |name: &str| {
        wanted.is_empty()
            || wanted.iter().any(|wanted| if exact { name == *wanted } else { name.contains(wanted.as_str()) })
    };
    let mut failed = 0;
    for (name, test) in tests.into_iter().filter(|(name, _)| chosen(name)) {
        let passed = catch_unwind(AssertUnwindSafe(test)).is_ok();
        failed += usize::from(!passed);
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn worker_as(role: &str, limits: ParseLimits) -> ParseWorker {
    ParseWorker {
        program: env::current_exe().unwrap(),
        arguments: vec![OsString::from("worker"), OsString::from(role)],
        limits,
    }
}

fn worker() -> ParseWorker {
    worker_as("parse", ParseLimits::default())
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn parse_bytes(worker: &ParseWorker, name: &str, bytes: &[u8]) -> Result<ParsedDocument, ParseFailure> {
    wait(worker.parse(name, ParseSource::Bytes(bytes), |_| {}, std::future::pending()))
}

fn parse_path(worker: &ParseWorker, path: &Path) -> Result<ParsedDocument, ParseFailure> {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    wait(worker.parse(&name, ParseSource::Path(path), |_| {}, std::future::pending()))
}

fn block_text(document: &ParsedDocument, block: &Block) -> String {
    document.text.chars().skip(block.start as usize).take((block.end - block.start) as usize).collect()
}

fn kind(failure: &ParseFailure) -> Option<ProblemKind> {
    match failure {
        ParseFailure::Rejected(problem) | ParseFailure::Failed(problem) => Some(problem.kind),
        ParseFailure::Cancelled => None,
    }
}

/// Words in lower case, letters and digits only, with their counts.
fn word_counts(text: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for word in
        text.to_lowercase().split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
    {
        *counts.entry(word.to_owned()).or_default() += 1;
    }
    counts
}

/// Share of the wanted words that were found, each as often as wanted.
fn recall(wanted: &HashMap<String, usize>, found: &HashMap<String, usize>) -> f64 {
    let total: usize = wanted.values().sum();
    let hits: usize = wanted.iter().map(|(word, count)| (*count).min(found.get(word).copied().unwrap_or(0))).sum();
    if total == 0 { 1.0 } else { hits as f64 / total as f64 }
}
