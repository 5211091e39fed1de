//! Checks a document that came out of the child as if somebody hostile had written it.

use quillhouse_domain::{BlockKind, MOST_TAGS, ParsedDocument, Problem, add_tag, tidy_tag};

use super::clean::{fold, is_hidden};

/// Most problems and most characters of a sentence that are passed on.
const PROBLEM_LIMIT: usize = 50;
const MESSAGE_LIMIT_CHARACTERS: usize = 1_000;

/// True when every offset is in range, everything is in order, and nothing hidden is in the text.
pub(crate) fn is_sound(document: &ParsedDocument) -> bool {
    let characters: Vec<char> = document.text.chars().collect();
    let Ok(length) = u32::try_from(characters.len()) else { return false };
    if characters.iter().any(|character| is_hidden(*character)) {
        return false;
    }
    let blank = |start: u32, end: u32| {
        characters[start as usize..end as usize].iter().all(|character| character.is_whitespace())
    };

    let mut previous_end = 0;
    let mut previous_page = 0;
    for block in &document.blocks {
        let in_order = previous_end <= block.start && block.start < block.end && block.end <= length;
        let level_is_known = !matches!(block.kind, BlockKind::Heading { level } if !(1..=6).contains(&level));
        let has_edges = in_order
            && !characters[block.start as usize].is_whitespace()
            && !characters[block.end as usize - 1].is_whitespace();
        if !in_order || !level_is_known || !has_edges || block.page < previous_page || !blank(previous_end, block.start)
        {
            return false;
        }
        if !document.pages.iter().any(|page| page.number == block.page)
            || block.marks.iter().any(|mark| mark.start < block.start || mark.start >= mark.end || mark.end > block.end)
        {
            return false;
        }
        previous_end = block.end;
        previous_page = block.page;
    }
    if !blank(previous_end, length) {
        return false;
    }

    let mut previous_number = 0;
    let mut previous_page_end = 0;
    for page in &document.pages {
        let in_order = page.number > previous_number
            && previous_page_end <= page.start
            && page.start <= page.end
            && page.end <= length;
        if !in_order {
            return false;
        }
        previous_number = page.number;
        previous_page_end = page.end;
    }
    length == 0 || !document.pages.is_empty()
}

/// A problem as it may be shown: one visible sentence of bounded length.
pub(crate) fn tame(problem: Problem) -> Problem {
    let message: String = fold(&problem.message).chars().take(MESSAGE_LIMIT_CHARACTERS).collect();
    let mut pages: Vec<u32> = problem.pages;
    pages.truncate(100_000);
    Problem { kind: problem.kind, message, pages }
}

/// The document with its title and problems made fit to show.
pub(crate) fn tame_document(mut document: ParsedDocument) -> ParsedDocument {
    document.title = document.title.map(|title| fold(&title).chars().take(300).collect());
    document.title = document.title.filter(|title: &String| !title.is_empty());
    document.problems.truncate(PROBLEM_LIMIT);
    document.problems = document.problems.into_iter().map(tame).collect();
    let mut tags = Vec::new();
    for tag in document.tags.iter().filter_map(|tag| tidy_tag(&fold(tag))) {
        add_tag(&mut tags, tag);
    }
    tags.truncate(MOST_TAGS);
    document.tags = tags;
    document
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::{Block, DocumentFormat, PageSpan};

    use super::*;

    fn document() -> ParsedDocument {
        ParsedDocument {
            format: DocumentFormat::Text,
            title: None,
            text: "äb\n\ncd".to_owned(),
            pages: vec![PageSpan { number: 1, start: 0, end: 6, label: None }],
            blocks: vec![
                Block { kind: BlockKind::Paragraph, start: 0, end: 2, page: 1, anchor: None, marks: Vec::new() },
                Block { kind: BlockKind::Paragraph, start: 4, end: 6, page: 1, anchor: None, marks: Vec::new() },
            ],
            problems: Vec::new(),
            tags: Vec::new(),
        }
    }

    #[test]
    fn a_document_as_the_readers_make_it_is_sound() {
        assert!(is_sound(&document()), "offsets count characters, so the umlaut is one");
    }

    #[test]
    fn a_document_that_breaks_a_promise_is_refused() {
        type Break = (&'static str, fn(&mut ParsedDocument));
        let breaks: [Break; 9] = [
            ("an offset past the end", |document| document.blocks[1].end = 7),
            ("blocks that overlap", |document| document.blocks[1].start = 1),
            ("an empty block", |document| document.blocks[0].end = 0),
            ("text that no block covers", |document| document.blocks[0].end = 1),
            ("an unknown page", |document| document.blocks[1].page = 2),
            ("a page past the end", |document| document.pages[0].end = 9),
            ("no page", |document| document.pages.clear()),
            ("a heading of level 9", |document| document.blocks[0].kind = BlockKind::Heading { level: 9 }),
            ("a hidden character", |document| document.text = "ä\u{202E}\n\ncd".to_owned()),
        ];
        for (what, damage) in breaks {
            let mut broken = document();
            damage(&mut broken);
            assert!(!is_sound(&broken), "{what} must not leave the child");
        }
    }
}
