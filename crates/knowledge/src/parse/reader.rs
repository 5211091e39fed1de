//! From bytes to a document: sniff, choose the reader, check that something was read.

use std::time::Instant;

use quillhouse_domain::{DocumentFormat, ParsedDocument, Problem, ProblemKind};

use super::{
    docx, eml, encoding,
    frame::ParseProgress,
    html, markdown, pdf, plain, pptx, sheet,
    sniff::{self, Found, Workbook},
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
    password: Option<&str>,
    deadline: Instant,
    observer: &mut dyn Observer,
) -> Result<ParsedDocument, Problem> {
    let format = match sniff::sniff(file_name, bytes) {
        Found::Format(format) => format,
        Found::Refused(problem) => return Err(problem),
    };
    let document = match format {
        DocumentFormat::Pdf => pdf::read(file_name, bytes, password, deadline, observer)?,
        DocumentFormat::Docx => docx::read(file_name, bytes)?,
        DocumentFormat::Html => html::read(file_name, bytes)?,
        DocumentFormat::Markdown => markdown::read(&encoding::decode(bytes)),
        DocumentFormat::Text => plain::read(&encoding::decode(bytes)),
        DocumentFormat::Pptx => pptx::read(file_name, bytes, deadline)?,
        DocumentFormat::Xlsx => match sniff::workbook(bytes) {
            Workbook::Xml => sheet::xlsx::read(file_name, bytes, deadline)?,
            Workbook::Binary => sheet::binary::read(file_name, bytes, false, deadline)?,
            Workbook::Old => sheet::binary::read(file_name, bytes, true, deadline)?,
        },
        DocumentFormat::Ods => sheet::ods::read(file_name, bytes, deadline)?,
        DocumentFormat::Csv => sheet::csv::read(bytes, deadline),
        DocumentFormat::Eml => eml::read(file_name, bytes)?,
    };
    if document.blocks.is_empty() {
        let missing = document.problems.iter().any(|problem| problem.kind == ProblemKind::TextMissing);
        let reason = document
            .problems
            .into_iter()
            .find(|problem| problem.kind != ProblemKind::TextMissing && !problem.kind.is_notice());
        return Err(reason.unwrap_or_else(|| {
            if missing {
                return problem(
                    ProblemKind::Damaged,
                    format!("`{file_name}` is damaged: nothing in it could be read. Open it in the program it was made with, save it again and add that"),
                );
            }
            problem(ProblemKind::Empty, format!("`{file_name}` has no text in it. Nothing was added to the library"))
        }));
    }
    Ok(document)
}
