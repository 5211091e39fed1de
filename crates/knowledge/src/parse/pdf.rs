//! PDF: three engines with different weaknesses, chosen between page by page.
//!
//! lopdf opens the file with bounded calls, tells encryption and pictures, and reads first, because it cannot be made to hang;
//! its document is answered provisionally. `pdf_oxide` reads columns and fonts. pdf-extract, which can crash or hang, is asked
//! last and only for pages that both others failed on.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use pdf_oxide::document::PdfDocument;
use quillhouse_domain::{ParsedDocument, Problem, ProblemKind};

use super::{
    frame::ParseProgress,
    reader::{Observer, problem},
};

mod blocks;
mod lines;
mod outline;
mod quality;
mod structure;

use lines::{Line, PageText};
use quality::Quality;
use structure::Structure;

/// Most pages read from one file.
const PAGE_LIMIT: usize = 20_000;

/// Most pages for which the last engine is asked: it reads a whole file at once.
const THIRD_OPINION_PAGES: usize = 300;

/// How much more plausible text another engine must have before the one that knows columns and fonts is left.
const PREFER_COLUMNS: f64 = 1.5;

/// Reads a PDF.
pub(crate) fn read(
    file_name: &str,
    bytes: &[u8],
    deadline: Instant,
    observer: &mut dyn Observer,
) -> Result<ParsedDocument, Problem> {
    let structure = catch(|| Structure::open(bytes)).unwrap_or_else(Structure::unreadable);
    if structure.needs_password {
        return Err(problem(
            ProblemKind::Encrypted,
            format!("`{file_name}` is protected with a password. Save a copy without a password and add that"),
        ));
    }
    let columns = catch(|| PdfDocument::from_bytes(bytes.to_vec()).ok()).flatten();
    let counted = columns.as_ref().and_then(|document| catch(|| document.page_count().ok()).flatten()).unwrap_or(0);
    let page_count = if structure.page_count() > 0 { structure.page_count() } else { counted }.min(PAGE_LIMIT);
    if page_count == 0 {
        return Err(problem(
            ProblemKind::Damaged,
            format!(
                "`{file_name}` is damaged: no page can be found in it. Open it in a PDF viewer, save or print it as a new PDF and add that"
            ),
        ));
    }

    let mut pages: Vec<PageText> = Vec::with_capacity(page_count);
    for number in 1..=page_count as u32 {
        if Instant::now() > deadline {
            break;
        }
        pages.push(PageText::from_text(number, &catch(|| structure.page_text(number)).unwrap_or_default()));
    }
    if let Some(document) = columns.filter(|_| counted > 0) {
        offer(file_name, &pages, &structure, page_count, observer);
        for page in pages.iter_mut().take(counted) {
            if Instant::now() > deadline {
                break;
            }
            let other = catch(|| lines::with_fonts(&document, page.number)).flatten();
            if let Some(other) = other
                && other.quality.value() * PREFER_COLUMNS >= page.quality.value()
            {
                *page = other;
            }
            observer.progress(ParseProgress { page: page.number, pages: page_count as u32 });
        }
    }
    third_opinion(file_name, bytes, &mut pages, &structure, page_count, deadline, observer);
    let problems = problems(file_name, &pages, &structure, page_count);
    Ok(blocks::document(&pages, structure.title.as_deref(), problems))
}

/// Answers what is known so far, if it is worth keeping when a later engine ends the process.
fn offer(file_name: &str, pages: &[PageText], structure: &Structure, page_count: usize, observer: &mut dyn Observer) {
    let plausible: usize = pages.iter().map(|page| page.quality.plausible_characters).sum();
    if plausible > 0 {
        let document =
            blocks::document(pages, structure.title.as_deref(), problems(file_name, pages, structure, page_count));
        if !document.blocks.is_empty() {
            observer.provisional(&document);
        }
    }
}

fn third_opinion(
    file_name: &str,
    bytes: &[u8],
    pages: &mut [PageText],
    structure: &Structure,
    page_count: usize,
    deadline: Instant,
    observer: &mut dyn Observer,
) {
    let is_bad = |page: &PageText| {
        page.quality.is_garbled() || (page.quality.characters < 10 && !structure.has_picture(page.number))
    };
    let wanted = structure.has_fonts && page_count <= THIRD_OPINION_PAGES && pages.iter().any(is_bad);
    if !wanted || Instant::now() > deadline {
        return;
    }
    offer(file_name, pages, structure, page_count, observer);
    let Some(texts) = catch(|| pdf_extract::extract_text_from_mem_by_pages(bytes).ok()).flatten() else { return };
    for (page, text) in pages.iter_mut().zip(&texts) {
        let other = PageText::from_text(page.number, text);
        if is_bad(page) && other.quality.value() > page.quality.value() * PREFER_COLUMNS {
            *page = other;
        }
    }
}

fn problems(file_name: &str, pages: &[PageText], structure: &Structure, page_count: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut report = |kind, pages: Vec<u32>, sentence: &dyn Fn(&str) -> String| {
        if !pages.is_empty() {
            let which = named_pages(&pages, page_count);
            problems.push(Problem { kind, message: sentence(&which), pages });
        }
    };
    let scanned = |page: &PageText| page.quality.characters < 3 && structure.has_picture(page.number);
    let numbers = |wanted: &dyn Fn(&PageText) -> bool| {
        pages.iter().filter(|page| wanted(page)).map(|page| page.number).collect::<Vec<u32>>()
    };
    report(ProblemKind::Scanned, numbers(&scanned), &|which| {
        format!(
            "No text can be read on {which} of `{file_name}`, only pictures of text, so nothing there can be found. Run text recognition (OCR) on the file and add the result"
        )
    });
    report(ProblemKind::Garbled, numbers(&|page| page.quality.is_garbled()), &|which| {
        format!(
            "The text of {which} of `{file_name}` came out as nonsense, because its fonts do not say which letters they draw. Export the file again from where it was made, or run text recognition (OCR) on it"
        )
    });
    let missing: Vec<u32> = (pages.len() as u32 + 1..=page_count as u32).collect();
    let stopped = if pages.is_empty() { ProblemKind::TimedOut } else { ProblemKind::TextMissing };
    report(stopped, missing, &|which| {
        format!("Reading `{file_name}` took too long, so {which} were not read. Split the file and add the parts")
    });
    if structure.is_unreadable() && problems.is_empty() {
        problems.push(problem(
            ProblemKind::Damaged,
            format!("`{file_name}` is damaged; what could be recovered was read, and something may be missing. Compare it with the original"),
        ));
    }
    problems
}

/// `pages 2, 3 and 7`, `all pages`, `12 pages, the first is 4,`.
fn named_pages(pages: &[u32], page_count: usize) -> String {
    match pages {
        _ if pages.len() == page_count && page_count > 1 => "all pages".to_owned(),
        [] => String::new(),
        [only] => format!("page {only} (of {page_count})"),
        [rest @ .., last] if pages.len() <= 6 => {
            let rest: Vec<String> = rest.iter().map(u32::to_string).collect();
            format!("pages {} and {last}", rest.join(", "))
        }
        [first, ..] => format!("{} of {page_count} pages (the first is {first})", pages.len()),
    }
}

/// Runs an engine that may panic. It can still abort or hang; that is what the process is for.
fn catch<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
