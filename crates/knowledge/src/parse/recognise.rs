//! Text recognition (OCR) for pages that are pictures: found programs, a child of its own, the text put into its place.
//!
//! Invariants
//! - It is tried only after the file was read, and only for the pages that its problems name.
//! - Whatever goes wrong leaves the document as it was, with the problem that names the pages.
//! - Text that was recognised says so: a problem `OcrUsed` names its pages.
//! - A language whose data is not installed is named and costs nothing but accuracy.

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use quillhouse_domain::{Block, PageSpan, ParsedDocument, Problem, ProblemKind};

use crate::language;

mod languages;
pub(crate) mod programs;

/// Most pages of one file.
const PAGE_LIMIT: usize = 400;

/// Time for one page on a slow computer; an ordinary one needs two seconds.
const PAGE_TIME: Duration = Duration::from_secs(15);

/// Longest time for one file.
const FILE_TIME: Duration = Duration::from_mins(15);

/// The two programs text recognition needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecognitionPrograms {
    /// Draws pages: `pdftoppm` of poppler-utils.
    pub renderer: PathBuf,
    /// Reads pictures: `tesseract`.
    pub recogniser: PathBuf,
}

impl RecognitionPrograms {
    /// Looks for both where programs are looked for.
    pub fn find() -> Option<Self> {
        let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
        let find = |name: &str| {
            let name = format!("{name}{}", env::consts::EXE_SUFFIX);
            folders
                .iter()
                .filter(|folder| folder.is_absolute())
                .map(|folder| folder.join(&name))
                .find(|path| path.is_file())
        };
        Some(Self { renderer: find("pdftoppm")?, recogniser: find("tesseract")? })
    }
}

/// The pages that problems say cannot be read as they are.
pub(crate) fn wanted_pages(problems: &[Problem]) -> Vec<u32> {
    let mut pages: Vec<u32> = problems
        .iter()
        .filter(|problem| matches!(problem.kind, ProblemKind::Scanned | ProblemKind::Garbled))
        .flat_map(|problem| problem.pages.iter().copied())
        .collect();
    pages.sort_unstable();
    pages.dedup();
    pages.truncate(PAGE_LIMIT);
    pages
}

/// How long so many pages may take.
pub(crate) fn time_for(pages: usize) -> Duration {
    (PAGE_TIME * u32::try_from(pages).unwrap_or(u32::MAX).min(10_000)).min(FILE_TIME)
}

/// The languages to read in: that of the pages that could be read, else those of the brand's other documents.
pub(crate) fn wanted_languages(document: Option<&ParsedDocument>, usual: &[String]) -> Vec<String> {
    match document.and_then(|document| language::detect(&document.text)) {
        Some(language) => vec![language],
        None => usual.to_vec(),
    }
}

/// Adds to what is said of pictures of text that a language is not installed.
pub(crate) fn name_missing(problems: &mut [Problem], missing: &[String]) {
    let Some(advice) = languages::advice(missing) else { return };
    let kinds = [ProblemKind::Scanned, ProblemKind::Garbled, ProblemKind::OcrUsed];
    for problem in problems.iter_mut().filter(|problem| kinds.contains(&problem.kind)) {
        problem.message = format!("{}. {advice}", problem.message);
    }
}

/// Puts recognised pages into their places and says so. Pages that gave no text stay in the problems that name them.
pub(crate) fn splice(document: &mut ParsedDocument, file_name: &str, recognised: &[(u32, ParsedDocument)]) {
    let mut done = Vec::new();
    for (number, page) in recognised {
        if insert(document, *number, page) {
            done.push(*number);
        }
    }
    if done.is_empty() {
        return;
    }
    for problem in &mut document.problems {
        if matches!(problem.kind, ProblemKind::Scanned | ProblemKind::Garbled) {
            problem.pages.retain(|page| !done.contains(page));
            if !problem.pages.is_empty() {
                problem.message = format!(
                    "{} could not be read in `{file_name}`, not with text recognition (OCR) either. Compare with the original",
                    named(&problem.pages)
                );
            }
        }
    }
    document.problems.retain(|problem| {
        !(matches!(problem.kind, ProblemKind::Scanned | ProblemKind::Garbled) && problem.pages.is_empty())
    });
    let message = format!(
        "{} of `{file_name}` had no readable text; what can be found there comes from text recognition (OCR) and may contain mistakes. Compare with the original before you quote it",
        named(&done)
    );
    document.problems.push(Problem { kind: ProblemKind::OcrUsed, message, pages: done });
}

fn named(pages: &[u32]) -> String {
    match pages {
        [only] => format!("Page {only}"),
        [first, second] => format!("Pages {first} and {second}"),
        [first, .., last] => format!("{} pages, from {first} to {last},", pages.len()),
        [] => String::new(),
    }
}

/// Inserts one page's text; false when it has none or the page has text already.
fn insert(document: &mut ParsedDocument, number: u32, page: &ParsedDocument) -> bool {
    if page.blocks.is_empty() || document.pages.iter().any(|known| known.number == number) {
        return false;
    }
    let block_at = document.blocks.partition_point(|block| block.page < number);
    let page_at = document.pages.partition_point(|known| known.number < number);
    let length = page.text.chars().count() as u32;
    let (at, before, after) = match document.blocks.get(block_at) {
        Some(next) => (next.start, "", "\n\n"),
        None if document.blocks.is_empty() => (0, "", ""),
        None => (document.text.chars().count() as u32, "\n\n", ""),
    };
    // A paragraph that runs over this page from the one before cannot be parted: then nothing is inserted.
    if document.pages.get(page_at).is_some_and(|next| next.start < at)
        || page_at.checked_sub(1).and_then(|above| document.pages.get(above)).is_some_and(|above| above.end > at)
    {
        return false;
    }
    let byte = document.text.char_indices().nth(at as usize).map_or(document.text.len(), |(byte, _)| byte);
    document.text.insert_str(byte, &format!("{before}{}{after}", page.text));
    let start = at + before.len() as u32;
    let shift = length + (before.len() + after.len()) as u32;
    for block in &mut document.blocks[block_at..] {
        (block.start, block.end) = (block.start + shift, block.end + shift);
    }
    for span in &mut document.pages[page_at..] {
        (span.start, span.end) = (span.start + shift, span.end + shift);
    }
    let moved = page.blocks.iter().map(|block| Block {
        page: number,
        start: block.start + start,
        end: block.end + start,
        ..block.clone()
    });
    document.blocks.splice(block_at..block_at, moved);
    document.pages.insert(page_at, PageSpan { number, start, end: start + length, label: None });
    true
}

/// True when a program can be started from there at all.
pub(crate) fn is_there(programs: &RecognitionPrograms) -> bool {
    let file = |path: &Path| path.is_absolute() && path.is_file();
    file(&programs.renderer) && file(&programs.recogniser)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{check, plain};

    #[test]
    fn recognised_pages_stand_between_the_pages_that_had_text() {
        let mut document = plain::read("one\n\nthree");
        let middle = document.text.chars().count() as u32;
        document.pages = vec![
            PageSpan { number: 1, start: 0, end: 3, label: None },
            PageSpan { number: 3, start: 5, end: middle, label: None },
        ];
        document.blocks[1].page = 3;
        document.problems = vec![Problem { kind: ProblemKind::Scanned, message: String::new(), pages: vec![2, 4, 5] }];
        let recognised = [(2, plain::read("zwöi\n\nzwei")), (4, plain::read("four")), (5, plain::read(""))];
        splice(&mut document, "a.pdf", &recognised);
        assert_eq!(document.text, "one\n\nzwöi\n\nzwei\n\nthree\n\nfour");
        assert!(check::is_sound(&document), "offsets still fit: {document:?}");
        assert_eq!(document.blocks.iter().map(|block| block.page).collect::<Vec<_>>(), [1, 2, 2, 3, 4]);
        let kinds: Vec<(ProblemKind, &[u32])> =
            document.problems.iter().map(|problem| (problem.kind, &problem.pages[..])).collect();
        assert_eq!(
            kinds,
            [(ProblemKind::Scanned, &[5][..]), (ProblemKind::OcrUsed, &[2, 4][..])],
            "what was recognised is marked, what was not stays a problem"
        );
    }
}
