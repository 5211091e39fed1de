//! PDF: our own reading of each page, and two other engines for pages that it fails on.
//!
//! lopdf opens the file with bounded calls and tells encryption. Our reader draws each page's text in memory with limits on
//! work and time, so that it cannot be made to hang; its document is answered provisionally before `pdf_oxide` and
//! pdf-extract, which can crash or hang, are asked for pages whose text is doubtful.

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

mod annotations;
mod blocks;
mod columns;
mod content;
mod encryption;
mod fonts;
mod glyphs;
mod interpret;
mod lines;
mod matrix;
mod objects;
mod outline;
mod pages;
mod quality;
mod structure;
mod words;

#[cfg(test)]
mod tests;

use interpret::Library;
use lines::{Line, PageText};
use quality::Quality;
use structure::{Structure, Unopened};

/// Most pages read from one file.
const PAGE_LIMIT: usize = 20_000;

/// Most pages for which the last engine is asked: it reads a whole file at once.
const THIRD_OPINION_PAGES: usize = 300;

/// How much more plausible text another engine must have before ours is left.
const PREFER_OTHER: f64 = 1.15;

/// Fewest letters a scanned page lacks.
const SCANNED_CHARACTERS: usize = 3;

/// Pictures that cover less of a page are ornaments.
const SCANNED_PICTURE_SHARE: f32 = 0.03;

/// What is known of a file while it is read.
struct Reading<'a> {
    file_name: &'a str,
    bytes: &'a [u8],
    deadline: Instant,
    title: Option<String>,
    page_count: usize,
    pages: Vec<PageText>,
    damaged: bool,
}

/// Reads a PDF.
pub(crate) fn read(
    file_name: &str,
    bytes: &[u8],
    password: Option<&str>,
    deadline: Instant,
    observer: &mut dyn Observer,
) -> Result<ParsedDocument, Problem> {
    let opened = catch(|| Structure::open(bytes, password)).unwrap_or(Err(Unopened::Damaged));
    if matches!(opened, Err(Unopened::Locked)) {
        return Err(locked(file_name, password.is_some()));
    }
    let mut reading =
        Reading { file_name, bytes, deadline, title: None, page_count: 0, pages: Vec::new(), damaged: opened.is_err() };
    if let Ok(structure) = &opened {
        reading.page_count = structure.pages.len();
        reading.damaged = structure.repaired;
        reading.title.clone_from(&structure.title);
        reading.own(structure, observer);
    }
    // The other engines cannot be given the password in every case; what we read ourselves stands.
    let hostile = matches!(opened, Err(Unopened::Hostile));
    if password.is_none() && !hostile {
        reading.second_opinion(observer);
        reading.third_opinion(observer);
    }
    if reading.page_count == 0 {
        return Err(problem(
            ProblemKind::Damaged,
            format!(
                "`{file_name}` is damaged: no page can be found in it. Open it in a PDF viewer, save or print it as a new PDF and add that"
            ),
        ));
    }
    Ok(reading.document())
}

fn locked(file_name: &str, tried: bool) -> Problem {
    problem(
        ProblemKind::Encrypted,
        if tried {
            format!(
                "The password for `{file_name}` is not the right one. The file is unchanged. Check it and try again"
            )
        } else {
            format!(
                "`{file_name}` is protected with a password. Enter the password, or save a copy without one and add that"
            )
        },
    )
}

impl Reading<'_> {
    /// Reads all pages with our own interpreter.
    fn own(&mut self, structure: &Structure, observer: &mut dyn Observer) {
        let mut library = Library::new(&structure.document);
        for (index, id) in structure.pages.iter().enumerate() {
            if Instant::now() > self.deadline {
                return;
            }
            let number = index as u32 + 1;
            let page = catch(|| PageText::from_glyphs(number, &pages::read(&mut library, *id, self.deadline)));
            self.pages.push(page.unwrap_or_else(|| PageText::from_text(number, "")));
            observer.progress(ParseProgress { page: number, pages: self.page_count as u32 });
        }
    }

    /// Asks the engine that repairs more than ours for pages that look wrong, or for all when nothing could be opened.
    fn second_opinion(&mut self, observer: &mut dyn Observer) {
        let wanted = self.pages.iter().any(|page| page.quality.is_doubtful()) || self.pages.is_empty();
        if !wanted || Instant::now() > self.deadline {
            return;
        }
        self.offer(observer);
        let Some(document) = catch(|| PdfDocument::from_bytes(self.bytes.to_vec()).ok()).flatten() else { return };
        let counted = catch(|| document.page_count().ok()).flatten().unwrap_or(0).min(PAGE_LIMIT);
        if self.page_count == 0 {
            self.page_count = counted;
            self.pages = (1..=counted as u32).map(|number| PageText::from_text(number, "")).collect();
        }
        let unopened = self.pages.iter().all(|page| page.quality.visible == 0);
        for index in 0..self.pages.len().min(counted) {
            if Instant::now() > self.deadline {
                break;
            }
            if unopened || self.pages[index].quality.is_doubtful() {
                let text = catch(|| document.extract_text(index).ok()).flatten().unwrap_or_default();
                self.prefer(index, &text);
            }
        }
    }

    /// Asks the engine that reads a whole file at once for pages that are still nonsense.
    fn third_opinion(&mut self, observer: &mut dyn Observer) {
        let wanted = self.page_count <= THIRD_OPINION_PAGES && self.pages.iter().any(|page| page.quality.is_garbled());
        if !wanted || Instant::now() > self.deadline {
            return;
        }
        self.offer(observer);
        let texts = catch(|| pdf_extract::extract_text_from_mem_by_pages(self.bytes).ok()).flatten();
        for (index, text) in texts.unwrap_or_default().iter().enumerate().take(self.pages.len()) {
            if self.pages[index].quality.is_garbled() {
                self.prefer(index, text);
            }
        }
    }

    /// Takes another engine's text for a page when more of it reads like words.
    fn prefer(&mut self, index: usize, text: &str) {
        let page = &mut self.pages[index];
        let other = PageText { picture_share: page.picture_share, ..PageText::from_text(page.number, text) };
        if other.quality.value() > page.quality.value() * PREFER_OTHER {
            *page = other;
        }
    }

    /// Answers what is known so far, if it is worth keeping when a later engine ends the process.
    fn offer(&self, observer: &mut dyn Observer) {
        if self.pages.iter().any(|page| page.quality.plausible_characters > 0) {
            let document = self.document();
            if !document.blocks.is_empty() {
                observer.provisional(&document);
            }
        }
    }

    fn document(&self) -> ParsedDocument {
        blocks::document(&self.pages, self.title.as_deref(), self.problems())
    }

    fn problems(&self) -> Vec<Problem> {
        let file_name = self.file_name;
        let mut problems = Vec::new();
        let mut report = |kind, pages: Vec<u32>, sentence: &dyn Fn(&str) -> String| {
            if !pages.is_empty() {
                let which = named_pages(&pages, self.page_count);
                problems.push(Problem { kind, message: sentence(&which), pages });
            }
        };
        let numbers = |wanted: &dyn Fn(&PageText) -> bool| {
            self.pages.iter().filter(|page| wanted(page)).map(|page| page.number).collect::<Vec<u32>>()
        };
        report(ProblemKind::Scanned, numbers(&is_scanned), &|which| {
            format!(
                "No text can be read on {which} of `{file_name}`, only pictures of text, so nothing there can be found. Install Tesseract for text recognition (OCR) and try again, or add a copy with recognised text"
            )
        });
        report(ProblemKind::Garbled, numbers(&|page| page.quality.is_garbled()), &|which| {
            format!(
                "The text of {which} of `{file_name}` came out as nonsense, because its fonts do not say which letters they draw. Export the file again from where it was made, or run text recognition (OCR) on it"
            )
        });
        let missing: Vec<u32> = (self.pages.len() as u32 + 1..=self.page_count as u32).collect();
        let stopped = if self.pages.is_empty() { ProblemKind::TimedOut } else { ProblemKind::TextMissing };
        report(stopped, missing, &|which| {
            format!("Reading `{file_name}` took too long, so {which} were not read. Split the file and add the parts")
        });
        if self.damaged && problems.is_empty() {
            problems.push(problem(
                ProblemKind::Damaged,
                format!("`{file_name}` is damaged; what could be recovered was read, and something may be missing. Compare it with the original"),
            ));
        }
        problems
    }
}

/// True for a page of pictures without letters.
fn is_scanned(page: &PageText) -> bool {
    page.quality.characters < SCANNED_CHARACTERS && page.picture_share > SCANNED_PICTURE_SHARE
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
