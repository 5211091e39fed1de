//! Lines of a page: text, and the size and weight of its font.

use super::{
    Quality,
    columns::arrange,
    glyphs::{Direction, PageGlyphs},
    words::{Segment, segments},
};

/// The order in which the directions of a page are read.
const DIRECTIONS: [Direction; 5] =
    [Direction::Right, Direction::Column, Direction::Up, Direction::Down, Direction::Left];

/// One line as it stands on the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Its text, trimmed; empty lines separate paragraphs.
    pub(super) text: String,
    /// Size of its font in tenths of a point; 0 when unknown.
    pub(super) size: u32,
    /// True when most of it is bold.
    pub(super) bold: bool,
    /// True when most of it is italic.
    pub(super) slanted: bool,
    /// True for a row of a table, cells joined by ` | `.
    pub(super) row: bool,
}

impl Line {
    pub(super) const fn empty() -> Self {
        Self { text: String::new(), size: 0, bold: false, slanted: false, row: false }
    }

    /// The stretches of one row of the page; `row` when they are cells.
    pub(super) fn of_segments(segments: &[Segment], row: bool) -> Self {
        let texts: Vec<String> = segments
            .iter()
            .map(|segment| without_leaders(&normalised(&segment.text)).trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect();
        let longest = segments.iter().max_by_key(|segment| segment.text.len());
        Self {
            row: row && texts.len() > 1,
            text: texts.join(if row { " | " } else { " " }),
            size: longest.map_or(0, |segment| (segment.size.clamp(0.0, 500.0) * 10.0).round() as u32),
            bold: segments.iter().all(|segment| segment.bold),
            slanted: segments.iter().all(|segment| segment.slanted),
        }
    }
}

/// A page as one engine read it.
#[derive(Debug, Clone)]
pub(super) struct PageText {
    /// Counted from 1.
    pub(super) number: u32,
    /// Lines from top to bottom, columns one after the other.
    pub(super) lines: Vec<Line>,
    /// How much of it reads like words.
    pub(super) quality: Quality,
    /// Share of the page that pictures cover.
    pub(super) picture_share: f32,
}

impl PageText {
    /// From an engine that knows nothing of fonts.
    pub(super) fn from_text(number: u32, text: &str) -> Self {
        let text = normalised(text);
        let lines = text.split('\n').map(|line| Line { text: without_leaders(line.trim()), ..Line::empty() }).collect();
        Self { number, lines, quality: Quality::of(&text), picture_share: 0.0 }
    }

    /// From letters with places.
    pub(super) fn from_glyphs(number: u32, page: &PageGlyphs) -> Self {
        let mut lines: Vec<Line> = Vec::new();
        for direction in DIRECTIONS {
            if page.glyphs.iter().any(|glyph| glyph.direction == direction) {
                if !lines.is_empty() {
                    lines.push(Line::empty());
                }
                lines.extend(arrange(segments(page, direction)));
            }
        }
        let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        let quality = Quality::of(&text.join("\n")).with_unknown(page.unknown);
        Self { number, lines, quality, picture_share: page.picture_share }
    }
}

/// One kind of line break, and hyphens at line ends as hyphens.
fn normalised(text: &str) -> String {
    let text = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{0C}', '\u{2028}', '\u{2029}'], "\n")
        .replace(['\u{FFFE}', '\u{2}'], "\u{AD}")
        .replace("\u{AD}\n", "-\n");
    let ends_soft = text.ends_with('\u{AD}');
    let mut text = text.replace('\u{AD}', "").replace(['\u{2010}', '\u{2011}'], "-");
    if ends_soft {
        text.push('-');
    }
    text
}

/// Rows of dots or strokes shortened to one sign.
fn without_leaders(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        if !matches!(character, '.' | '_') {
            text.push(character);
            continue;
        }
        let mut count = 1;
        while characters.next_if_eq(&character).is_some() {
            count += 1;
        }
        if count < 4 {
            text.extend(std::iter::repeat_n(character, count));
        } else {
            text.push_str(" … ");
        }
    }
    text
}
