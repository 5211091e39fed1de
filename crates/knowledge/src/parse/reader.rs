//! From bytes to a document: sniff, choose the reader, check that something was read.

use std::time::Instant;

use quillhouse_domain::{DocumentFormat, ParsedDocument, Problem, ProblemKind};

use super::{
    docx, encoding,
    frame::ParseProgress,
    html, markdown, pdf, plain,
    sniff::{self, Found},
};

/// Watches a reader at work.
pub(crate) trait Observer {
    /// Another page was read.
    fn progress(&mut self, progress: ParseProgress);
    /// What was read so far is a valid document; a risky attempt at a better one follows.
    fn provisional(&mut self, document: &ParsedDocument);
}

/// A problem of the whole file.
pub(crate) fn problem(kind: ProblemKind, message: impl Into<String>) -> Problem {
    Problem { kind, message: message.into(), pages: Vec::new() }
}

/// Reads one file. `Err` says why there is no document; its kind says whether trying again may help.
pub(crate) fn read_document(
    file_name: &str,
    bytes: &[u8],
    deadline: Instant,
    observer: &mut dyn Observer,
) -> Result<ParsedDocument, Problem> {
    let format = match sniff::sniff(file_name, bytes) {
        Found::Format(format) => format,
        Found::Refused(problem) => return Err(problem),
    };
    let document = match format {
        DocumentFormat::Pdf => pdf::read(file_name, bytes, deadline, observer)?,
        DocumentFormat::Docx => docx::read(file_name, bytes)?,
        DocumentFormat::Html => html::read(file_name, bytes)?,
        DocumentFormat::Markdown => markdown::read(&encoding::decode(bytes)),
        DocumentFormat::Text => plain::read(&encoding::decode(bytes)),
        DocumentFormat::Pptx
        | DocumentFormat::Xlsx
        | DocumentFormat::Ods
        | DocumentFormat::Csv
        | DocumentFormat::Eml => {
            return Err(problem(ProblemKind::UnsupportedType, format!("`{file_name}` cannot be read")));
        }
    };
    if document.blocks.is_empty() {
        let reason = document.problems.into_iter().next();
        return Err(reason.unwrap_or_else(|| {
            problem(ProblemKind::Empty, format!("`{file_name}` has no text in it. Nothing was added to the library"))
        }));
    }
    Ok(document)
}
