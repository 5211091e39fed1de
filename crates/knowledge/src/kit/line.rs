//! A document as lines: its blocks with the headings above them, in characters that lead back into the text.

use quillhouse_domain::{Block, BlockKind, PageSpan};

/// A stretch of a line that its author set off: by emphasis or by quotation marks. Characters of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marked {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) strong: bool,
}

/// One block.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) kind: BlockKind,
    pub(super) text: Vec<char>,
    /// Offset of the first character in the document.
    pub(super) start: u32,
    pub(super) marked: Vec<Marked>,
    /// Headings above, outermost first.
    pub(super) headings: Vec<String>,
}

impl Line {
    pub(super) fn string(&self) -> String {
        self.text.iter().collect()
    }

    pub(super) fn is_heading(&self) -> bool {
        matches!(self.kind, BlockKind::Heading { .. })
    }
}

/// The blocks of a document in order.
pub(super) fn lines(text: &str, blocks: &[Block]) -> Vec<Line> {
    let characters: Vec<char> = text.chars().collect();
    let mut headings: Vec<(u8, String)> = Vec::new();
    let mut lines = Vec::with_capacity(blocks.len());
    for block in blocks {
        let (from, to) = (block.start as usize, (block.end as usize).min(characters.len()));
        if from >= to {
            continue;
        }
        let text = characters[from..to].to_vec();
        if let BlockKind::Heading { level } = block.kind {
            headings.retain(|(above, _)| *above < level);
        }
        let above = headings.iter().map(|(_, text)| text.clone()).collect();
        if let BlockKind::Heading { level } = block.kind {
            headings.push((level, text.iter().collect::<String>().trim().to_owned()));
        }
        let marked = block
            .marks
            .iter()
            .filter(|mark| mark.start >= block.start && mark.end <= block.end && mark.start < mark.end)
            .map(|mark| Marked {
                start: (mark.start - block.start) as usize,
                end: (mark.end - block.start) as usize,
                strong: mark.strong,
            })
            .collect();
        lines.push(Line { kind: block.kind, text, start: block.start, marked, headings: above });
    }
    lines
}

/// The page of a character; 1 when no page has it.
pub(super) fn page_of(pages: &[PageSpan], at: u32) -> u32 {
    pages.iter().rev().find(|page| page.start <= at).or(pages.first()).map_or(1, |page| page.number)
}
