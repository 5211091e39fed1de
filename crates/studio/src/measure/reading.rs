//! Reading one file exactly as the library does, in a child with its limits, without keeping anything: for benches.

use std::path::{Path, PathBuf};

use quillhouse_domain::{ParsedDocument, Problem};
use quillhouse_knowledge::parse::{ParseFailure, ParseLimits, ParseOptions, ParseSource, ParseWorker};

/// How reading a file ended.
#[derive(Debug)]
pub enum Reading {
    /// A document; with problems it is partial.
    Document(ParsedDocument),
    /// It will never be readable as it is.
    Rejected(Problem),
    /// It may go better another time.
    Failed(Problem),
}

/// Reads files with children of one program.
#[derive(Debug)]
pub struct FileReader {
    worker: ParseWorker,
    options: ParseOptions,
}

impl FileReader {
    /// `program` is one that becomes a worker when it is started as `worker parse`. `recognition` allows text recognition
    /// where its programs are installed.
    pub fn new(program: PathBuf, recognition: bool) -> Self {
        let worker =
            ParseWorker { program, arguments: vec!["worker".into(), "parse".into()], limits: ParseLimits::default() };
        let usual = ParseOptions::usual();
        let options = ParseOptions { recognition: usual.recognition.clone().filter(|_| recognition), ..usual };
        Self { worker, options }
    }

    /// Reads one file; never fails in another way than a file of the library does.
    pub async fn read(&self, path: &Path) -> Reading {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let source = ParseSource::Path(path);
        match self.worker.parse_with(&name, source, &self.options, |_| {}, std::future::pending()).await {
            Ok(document) => Reading::Document(document),
            Err(ParseFailure::Rejected(problem)) => Reading::Rejected(problem),
            Err(ParseFailure::Failed(problem)) => Reading::Failed(problem),
            Err(ParseFailure::Cancelled) => unreachable!("BUG: nothing cancels this reading"),
        }
    }
}
