//! Puts blocks together to a document: the one place where text, offsets, pages and separators are made.

use quillhouse_domain::{Block, BlockKind, DocumentFormat, PageSpan, ParsedDocument, Problem, TextMark};

use super::clean::{fold, fold_code};

/// Longest title kept, in characters.
const TITLE_LIMIT_CHARACTERS: usize = 300;

/// Longest name of a page kept, in characters.
const LABEL_LIMIT_CHARACTERS: usize = 120;

/// Stand around words that are set off, from a reader to [`Assembler::push`]; noncharacters, so that no text means them.
const EMPHASIS: [char; 2] = ['\u{FDD0}', '\u{FDD1}'];
const STRONG: [char; 2] = ['\u{FDD2}', '\u{FDD3}'];

/// The mark that opens or closes a stretch that is set off.
pub(crate) const fn mark(strong: bool, opens: bool) -> char {
    (if strong { STRONG } else { EMPHASIS })[if opens { 0 } else { 1 }]
}

/// The text without these marks.
pub(crate) fn unmarked(text: &str) -> String {
    without_marks(text).0
}

/// The text without these marks, and the stretches they stood around. A stretch that is not closed is none.
fn without_marks(text: &str) -> (String, Vec<TextMark>) {
    if !text.contains([EMPHASIS[0], EMPHASIS[1], STRONG[0], STRONG[1]]) {
        return (text.to_owned(), Vec::new());
    }
    let mut clean = String::with_capacity(text.len());
    let mut marks: Vec<TextMark> = Vec::new();
    let mut open: Vec<(char, u32)> = Vec::new();
    let mut length = 0_u32;
    for character in text.chars() {
        if character == EMPHASIS[0] || character == STRONG[0] {
            open.push((character, length));
        } else if character == EMPHASIS[1] || character == STRONG[1] {
            let opening = if character == STRONG[1] { STRONG[0] } else { EMPHASIS[0] };
            if let Some(at) = open.iter().rposition(|(mark, _)| *mark == opening) {
                let (mark, start) = open.remove(at);
                if start < length {
                    marks.push(TextMark { start, end: length, strong: mark == STRONG[0] });
                }
            }
        } else if character == ' ' && (clean.is_empty() || clean.ends_with(' ')) {
            // A mark that stood between two spaces.
        } else {
            clean.push(character);
            length += 1;
        }
    }
    if clean.ends_with(' ') {
        clean.pop();
        length -= 1;
    }
    for mark in &mut marks {
        mark.end = mark.end.min(length);
    }
    marks.retain(|mark| mark.start < mark.end);
    marks.sort_by_key(|mark| (mark.start, mark.end));
    (clean, marks)
}

/// A document in the making.
pub(crate) struct Assembler {
    text: String,
    length: u32,
    blocks: Vec<Block>,
    pages: Vec<PageSpan>,
    page: u32,
    label: Option<String>,
    page_has_text: bool,
}

impl Assembler {
    /// Begins on page 1.
    pub(crate) fn new() -> Self {
        Self {
            text: String::new(),
            length: 0,
            blocks: Vec::new(),
            pages: Vec::new(),
            page: 1,
            label: None,
            page_has_text: false,
        }
    }

    /// What follows stands on this page. Numbers must rise.
    pub(crate) fn start_page(&mut self, number: u32) {
        self.page = number;
        self.label = None;
        self.page_has_text = false;
    }

    /// The same for a page with a name: a sheet, a slide.
    pub(crate) fn start_named_page(&mut self, number: u32, label: &str) {
        self.start_page(number);
        let label: String = fold(label).chars().take(LABEL_LIMIT_CHARACTERS).collect();
        self.label = (!label.is_empty()).then_some(label);
    }

    /// Adds a block that stands in these cells of a sheet.
    pub(crate) fn push_cells(&mut self, kind: BlockKind, raw: &str, anchor: String) {
        let before = self.blocks.len();
        self.push(kind, raw);
        if self.blocks.len() > before
            && let Some(block) = self.blocks.last_mut()
        {
            block.anchor = Some(anchor);
        }
    }

    /// Adds blocks in their order.
    pub(crate) fn push_all<'t>(&mut self, blocks: impl IntoIterator<Item = (BlockKind, &'t str)>) {
        for (kind, text) in blocks {
            self.push(kind, text);
        }
    }

    /// Adds a block; one without visible text is left out.
    pub(crate) fn push(&mut self, kind: BlockKind, raw: &str) {
        let (clean, mut marks) = if kind == BlockKind::Code {
            (without_marks(&fold_code(raw)).0, Vec::new())
        } else {
            without_marks(&fold(raw))
        };
        if !clean.chars().any(|character| !character.is_whitespace()) {
            return;
        }
        if let Some(last) = self.blocks.last() {
            let tight = last.kind == kind && matches!(kind, BlockKind::ListItem | BlockKind::TableRow);
            self.append(if tight { "\n" } else { "\n\n" });
        }
        let start = self.length;
        self.append(&clean);
        for mark in &mut marks {
            mark.start += start;
            mark.end += start;
        }
        self.blocks.push(Block { kind, start, end: self.length, page: self.page, anchor: None, marks });
        self.cover_page(start);
    }

    /// Continues the last block, across a page break if one was begun. `separator` is empty when a hyphenated word goes on.
    pub(crate) fn continue_last(&mut self, separator: &str, raw: &str) {
        let clean = without_marks(&fold(raw)).0;
        if clean.is_empty() {
            return;
        }
        if self.blocks.is_empty() {
            self.push(BlockKind::Paragraph, raw);
            return;
        }
        self.append(separator);
        let start = self.length;
        self.append(&clean);
        if let Some(last) = self.blocks.last_mut() {
            last.end = self.length;
        }
        self.cover_page(start);
    }

    /// Takes the last character of the last block away: the hyphen at a line's end.
    pub(crate) fn drop_last_character(&mut self) {
        if let Some(last) = self.blocks.last_mut()
            && last.end > last.start + 1
            && self.text.pop().is_some()
        {
            self.length -= 1;
            last.end -= 1;
            if let Some(page) = self.pages.last_mut() {
                page.end = page.end.min(self.length);
            }
        }
    }

    /// The last block's kind and text.
    pub(crate) fn last(&self) -> Option<(BlockKind, &str)> {
        let last = self.blocks.last()?;
        let start = self.text.char_indices().rev().nth((last.end - last.start) as usize - 1)?.0;
        Some((last.kind, &self.text[start..]))
    }

    /// The finished document. Without a title of its own it takes the first heading of the outermost level.
    pub(crate) fn finish(self, format: DocumentFormat, title: Option<&str>, problems: Vec<Problem>) -> ParsedDocument {
        let title = title.and_then(clean_title).or_else(|| {
            let heading = self.blocks.iter().find(|block| matches!(block.kind, BlockKind::Heading { level: 1 }))?;
            let text: String =
                self.text.chars().skip(heading.start as usize).take((heading.end - heading.start) as usize).collect();
            clean_title(&text)
        });
        ParsedDocument {
            format,
            title,
            text: self.text,
            pages: self.pages,
            blocks: self.blocks,
            problems,
            tags: Vec::new(),
        }
    }

    fn append(&mut self, text: &str) {
        self.text.push_str(text);
        self.length += text.chars().count() as u32;
    }

    fn cover_page(&mut self, start: u32) {
        if self.page_has_text {
            if let Some(page) = self.pages.last_mut() {
                page.end = self.length;
            }
        } else {
            self.pages.push(PageSpan { number: self.page, start, end: self.length, label: self.label.clone() });
            self.page_has_text = true;
        }
    }
}

fn clean_title(raw: &str) -> Option<String> {
    let title: String = fold(raw).chars().take(TITLE_LIMIT_CHARACTERS).collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(document: &ParsedDocument, block: &Block) -> String {
        document.text.chars().skip(block.start as usize).take((block.end - block.start) as usize).collect()
    }

    #[test]
    fn offsets_count_characters_and_lists_stay_tight() {
        let mut assembler = Assembler::new();
        assembler.push(BlockKind::Heading { level: 1 }, "Überschrift");
        assembler.push(BlockKind::ListItem, "ein  Punkt");
        assembler.push(BlockKind::ListItem, "zwei");
        assembler.push(BlockKind::Paragraph, " \u{200B} ");
        let document = assembler.finish(DocumentFormat::Text, None, Vec::new());
        assert_eq!(document.text, "Überschrift\n\nein Punkt\nzwei", "items are one line apart, other blocks two");
        assert_eq!(slice(&document, &document.blocks[1]), "ein Punkt", "offsets must cut out the block");
        assert_eq!(document.blocks.len(), 3, "a block of hidden characters only is no block");
        assert_eq!(document.title.as_deref(), Some("Überschrift"));
    }

    #[test]
    fn words_that_are_set_off_are_remembered_and_their_marks_are_not_in_the_text() {
        let mut assembler = Assembler::new();
        assembler.push(BlockKind::Heading { level: 1 }, "Wörter");
        assembler.push(
            BlockKind::Paragraph,
            "Use \u{FDD0}buy\u{FDD1}, \u{FDD2} not \u{FDD3}\u{FDD0}purchase.\u{FDD1} \u{FDD0}open \u{FDD1}\u{FDD1}",
        );
        assembler.push(BlockKind::Code, "a\u{FDD0}b");
        let document = assembler.finish(DocumentFormat::Text, None, Vec::new());
        assert_eq!(document.text, "Wörter\n\nUse buy, not purchase. open\n\nab", "no mark and no double space is left");
        let characters: Vec<char> = document.text.chars().collect();
        let marked: Vec<(String, bool)> = document
            .blocks
            .iter()
            .flat_map(|block| &block.marks)
            .map(|mark| (characters[mark.start as usize..mark.end as usize].iter().collect(), mark.strong))
            .collect();
        let wanted = [("buy", false), ("not ", true), ("purchase.", false), ("open", false)];
        let wanted: Vec<(String, bool)> = wanted.into_iter().map(|(text, strong)| (text.to_owned(), strong)).collect();
        assert_eq!(marked, wanted);
    }

    #[test]
    fn a_paragraph_that_crosses_a_page_belongs_to_both() {
        let mut assembler = Assembler::new();
        assembler.push(BlockKind::Paragraph, "the para-");
        assembler.start_page(2);
        assembler.drop_last_character();
        assembler.continue_last("", "graph goes on");
        let document = assembler.finish(DocumentFormat::Pdf, None, Vec::new());
        assert_eq!(document.text, "the paragraph goes on");
        assert_eq!(
            document.pages,
            vec![
                PageSpan { number: 1, start: 0, end: 8, label: None },
                PageSpan { number: 2, start: 8, end: 21, label: None }
            ],
            "a citation must name the page its words stand on"
        );
        assert_eq!(document.blocks[0].page, 1, "a block counts to the page it begins on");
    }
}
