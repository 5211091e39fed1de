//! Puts blocks together to a document: the one place where text, offsets, pages and separators are made.

use quillhouse_domain::{Block, BlockKind, DocumentFormat, PageSpan, ParsedDocument, Problem};

use super::clean::{fold, fold_code};

/// Longest title kept, in characters.
const TITLE_LIMIT_CHARACTERS: usize = 300;

/// A document in the making.
pub(crate) struct Assembler {
    text: String,
    length: u32,
    blocks: Vec<Block>,
    pages: Vec<PageSpan>,
    page: u32,
    page_has_text: bool,
}

impl Assembler {
    /// Begins on page 1.
    pub(crate) fn new() -> Self {
        Self { text: String::new(), length: 0, blocks: Vec::new(), pages: Vec::new(), page: 1, page_has_text: false }
    }

    /// What follows stands on this page. Numbers must rise.
    pub(crate) fn start_page(&mut self, number: u32) {
        self.page = number;
        self.page_has_text = false;
    }

    /// Adds a block; one without visible text is left out.
    pub(crate) fn push(&mut self, kind: BlockKind, raw: &str) {
        let clean = if kind == BlockKind::Code { fold_code(raw) } else { fold(raw) };
        if !clean.chars().any(|character| !character.is_whitespace()) {
            return;
        }
        if let Some(last) = self.blocks.last() {
            let tight = last.kind == kind && matches!(kind, BlockKind::ListItem | BlockKind::TableRow);
            self.append(if tight { "\n" } else { "\n\n" });
        }
        let start = self.length;
        self.append(&clean);
        self.blocks.push(Block { kind, start, end: self.length, page: self.page });
        self.cover_page(start);
    }

    /// Continues the last block, across a page break if one was begun. `separator` is empty when a hyphenated word goes on.
    pub(crate) fn continue_last(&mut self, separator: &str, raw: &str) {
        let clean = fold(raw);
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
        ParsedDocument { format, title, text: self.text, pages: self.pages, blocks: self.blocks, problems }
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
            self.pages.push(PageSpan { number: self.page, start, end: self.length });
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
            vec![PageSpan { number: 1, start: 0, end: 8 }, PageSpan { number: 2, start: 8, end: 21 }],
            "a citation must name the page its words stand on"
        );
        assert_eq!(document.blocks[0].page, 1, "a block counts to the page it begins on");
    }
}
