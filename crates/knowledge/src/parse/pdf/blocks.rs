//! From lines to blocks: paragraphs made whole, words joined over line and page ends, running heads left out.

use std::collections::HashSet;

use quillhouse_domain::{BlockKind, DocumentFormat, ParsedDocument, Problem};

use super::{Line, PageText, outline::Outline};
use crate::parse::{assemble::Assembler, plain::list_item};

/// A line shorter than this share of the page's usual line ends a paragraph when a sentence ends in it.
const SHORT_SHARE: f64 = 0.75;

/// A line shorter than this share stands for itself: addresses, cells, captions.
const LONE_SHARE: f64 = 0.5;

/// How much larger than the usual line a title is set.
const TITLE_RATIO: f64 = 1.2;

/// Longest title in words.
const TITLE_LIMIT_WORDS: usize = 25;

/// Makes the document. Garbled pages are left out: their problem says so.
pub(super) fn document(pages: &[PageText], title: Option<&str>, problems: Vec<Problem>) -> ParsedDocument {
    let outline = Outline::of(pages);
    let compounds = compounds(pages);
    let mut writer =
        Writer { assembler: Assembler::new(), compounds, paragraph_open: false, running: HashSet::new(), page: 0 };
    for page in pages.iter().filter(|page| !page.quality.is_garbled()) {
        writer.page(page, &outline);
    }
    let largest = title.is_none().then(|| largest_text(pages)).flatten();
    writer.assembler.finish(DocumentFormat::Pdf, title.or(largest.as_deref()), problems)
}

/// The lines set largest on the first page with text, when they stand out and are no more than a title.
fn largest_text(pages: &[PageText]) -> Option<String> {
    let page = pages.iter().find(|page| page.quality.characters > 0).filter(|page| !page.quality.is_garbled())?;
    let is_text =
        |line: &&Line| line.size > 0 && line.text.chars().filter(|letter| letter.is_alphabetic()).count() >= 3;
    let largest = page.lines.iter().filter(is_text).map(|line| line.size).max()?;
    let mut sizes: Vec<u32> =
        pages.iter().take(5).flat_map(|page| &page.lines).filter(is_text).map(|line| line.size).collect();
    sizes.sort_unstable();
    if f64::from(largest) < f64::from(sizes[sizes.len() / 2]) * TITLE_RATIO {
        return None;
    }
    let is_title = |line: &&Line| line.size + 3 > largest && !line.text.is_empty();
    let title: Vec<&str> = page
        .lines
        .iter()
        .filter(|line| !line.text.is_empty())
        .skip_while(|line| !is_title(line))
        .take_while(is_title)
        .map(|line| line.text.as_str())
        .collect();
    let title = title.join(" ");
    (title.split_whitespace().count() <= TITLE_LIMIT_WORDS).then_some(title)
}

/// Words with a hyphen inside a line: `self-locking` keeps its hyphen when a line ends inside it.
fn compounds(pages: &[PageText]) -> HashSet<String> {
    let words = pages.iter().flat_map(|page| &page.lines).flat_map(|line| line.text.split_whitespace());
    words
        .map(|word| word.trim_matches(|character: char| !character.is_alphanumeric()).to_lowercase())
        .filter(|word| word.contains('-'))
        .collect()
}

struct Writer {
    assembler: Assembler,
    compounds: HashSet<String>,
    paragraph_open: bool,
    /// Running heads met so far.
    running: HashSet<String>,
    /// The last page with text.
    page: u32,
}

impl Writer {
    fn page(&mut self, page: &PageText, outline: &Outline) {
        if page.lines.iter().all(|line| line.text.is_empty()) {
            return;
        }
        // A page without text between is a scan, or nonsense: what follows it is not the rest of a sentence.
        self.paragraph_open &= page.number == self.page + 1;
        self.page = page.number;
        self.assembler.start_page(page.number);
        let chrome = outline.chrome(page, &mut self.running);
        let usual = usual_length(&page.lines);
        let mut previous: Option<&Line> = None;
        let mut previous_heading: Option<(u8, u32)> = None;
        // Whether an empty line, or the page's edge, stands before the line.
        let mut gap = true;
        for (index, line) in page.lines.iter().enumerate() {
            if chrome.contains(&index) {
                continue;
            }
            if line.text.is_empty() {
                gap = true;
                continue;
            }
            if line.row {
                self.assembler.push(BlockKind::TableRow, &line.text);
                (previous_heading, previous, gap, self.paragraph_open) = (None, Some(line), false, false);
                continue;
            }
            let alone = gap && page.lines.get(index + 1).is_none_or(|next| next.text.is_empty());
            if let Some(level) = outline.heading_level(line, alone) {
                let goes_on = !gap && previous_heading == Some((level, line.size)) && line.size > 0;
                if goes_on && self.assembler.last().is_some_and(|(_, text)| text.split_whitespace().count() < 20) {
                    self.assembler.continue_last(" ", &line.text);
                } else {
                    self.assembler.push(BlockKind::Heading { level }, &line.text);
                }
                previous_heading = Some((level, line.size));
                self.paragraph_open = false;
            } else if let Some(item) = list_item(&line.text) {
                self.assembler.push(BlockKind::ListItem, item);
                previous_heading = None;
                self.paragraph_open = true;
            } else {
                if self.goes_on(previous, line, gap, usual) {
                    self.join(&line.text);
                } else {
                    self.assembler.push(BlockKind::Paragraph, &line.text);
                }
                previous_heading = None;
                self.paragraph_open = true;
            }
            previous = Some(line);
            gap = false;
        }
    }

    /// True when the line belongs to the block before it.
    fn goes_on(&self, previous: Option<&Line>, line: &Line, gap: bool, usual: f64) -> bool {
        let Some((kind, text)) = self.assembler.last().filter(|_| self.paragraph_open) else { return false };
        if !matches!(kind, BlockKind::Paragraph | BlockKind::ListItem) {
            return false;
        }
        let ends = ends_sentence(text);
        let continues_word = text.ends_with('-') && line.text.starts_with(char::is_lowercase);
        let begins_small = line.text.starts_with(char::is_lowercase);
        if gap {
            // Across a gap, a column or a page only an unfinished sentence goes on.
            return continues_word || (!ends && begins_small && text.chars().count() > 30);
        }
        let Some(previous) = previous else { return false };
        let length = previous.text.chars().count() as f64;
        if previous.size > 0 && line.size > 0 && previous.size.abs_diff(line.size) > 15 {
            return false;
        }
        if ends {
            return length >= usual * SHORT_SHARE;
        }
        begins_small || continues_word || length >= usual * LONE_SHARE
    }

    /// Adds a line to the open block, a word broken at its end made whole.
    fn join(&mut self, line: &str) {
        let Some((_, text)) = self.assembler.last() else { return };
        let mut ending = text.chars().rev();
        let broken = ending.next() == Some('-')
            && ending.next().is_some_and(char::is_alphabetic)
            && line.starts_with(char::is_lowercase);
        if !broken {
            // `2019-` and `2020`, `E-` and `Mail` stay together as they are.
            let separator = if text.ends_with('-') && !text.ends_with(" -") { "" } else { " " };
            self.assembler.continue_last(separator, line);
            return;
        }
        let head = text.split_whitespace().next_back().unwrap_or("");
        let tail = line.split_whitespace().next().unwrap_or("");
        let whole = format!("{head}{tail}").to_lowercase();
        let whole = whole.trim_matches(|character: char| !character.is_alphanumeric());
        if !self.compounds.contains(whole) {
            self.assembler.drop_last_character();
        }
        self.assembler.continue_last("", line);
    }
}

/// Length that nine of ten lines do not exceed: a full line.
fn usual_length(lines: &[Line]) -> f64 {
    let mut lengths: Vec<usize> =
        lines.iter().map(|line| line.text.chars().count()).filter(|length| *length > 0).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() * 4 / 5).copied().unwrap_or(0) as f64
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '”', '’', ')', ']', '»']).ends_with(['.', '!', '?', ':', '。', '！', '？', '…'])
}
