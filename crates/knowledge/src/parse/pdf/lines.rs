//! Lines of a page: text, and, when the engine tells, the size and weight of its font.

use std::collections::BTreeMap;

use pdf_oxide::document::PdfDocument;

use super::Quality;

/// Most spans that lines are compared with.
const SPAN_LIMIT: usize = 6_000;

/// Spans at a line's beginning whose fonts are looked up.
const SPANS_OF_LINE: usize = 12;

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
}

impl PageText {
    /// From an engine that knows nothing of fonts.
    pub(super) fn from_text(number: u32, text: &str) -> Self {
        let text = normalised(text);
        let lines = text
            .split('\n')
            .map(|line| Line { text: without_leaders(line.trim()), size: 0, bold: false, slanted: false })
            .collect();
        Self { number, lines, quality: Quality::of(&text) }
    }
}

/// One kind of line break, and hyphens at line ends as hyphens.
fn normalised(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace(['\r', '\u{0C}', '\u{2028}', '\u{2029}'], "\n")
        .replace(['\u{FFFE}', '\u{2}', '\u{AD}'], "\u{AD}")
        .replace("\u{AD}\n", "-\n")
        .replace('\u{AD}', "")
        .replace(['\u{2010}', '\u{2011}'], "-")
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

/// Reads a page with the engine that keeps columns apart, and looks up each line's font.
pub(super) fn with_fonts(document: &PdfDocument, number: u32) -> Option<PageText> {
    let index = number as usize - 1;
    let mut page = PageText::from_text(number, &document.extract_text(index).ok()?);
    if page.quality.characters == 0 {
        return Some(page);
    }
    let spans = document.extract_spans(index).unwrap_or_default();
    // Spans by their first character, squeezed, so that a line finds the spans it is made of.
    let mut by_start: BTreeMap<char, Vec<Span>> = BTreeMap::new();
    for span in spans.iter().take(SPAN_LIMIT) {
        let squeezed = squeeze(&span.text);
        if let Some(first) = squeezed.chars().next()
            && span.font_size.is_finite()
            && span.rotation_degrees.abs() < 1.0
        {
            by_start.entry(first).or_default().push(Span {
                text: squeezed,
                size: (span.font_size.clamp(0.0, 500.0) * 10.0).round() as u32,
                bold: span.font_weight.is_bold() || is_bold_name(&span.font_name),
                slanted: span.is_italic,
            });
        }
    }
    for line in &mut page.lines {
        dress(line, &by_start);
    }
    Some(page)
}

/// A run of one font, its text squeezed.
struct Span {
    text: String,
    size: u32,
    bold: bool,
    slanted: bool,
}

/// Gives a line the font of the spans it begins with.
fn dress(line: &mut Line, by_start: &BTreeMap<char, Vec<Span>>) {
    let whole = squeeze(&line.text);
    let mut rest = whole.as_str();
    let (mut bold, mut slanted, mut longest) = (0, 0, 0);
    for _ in 0..SPANS_OF_LINE {
        let Some(candidates) = rest.chars().next().and_then(|first| by_start.get(&first)) else { break };
        let best = candidates
            .iter()
            .filter(|span| rest.starts_with(span.text.as_str()) || span.text.starts_with(rest))
            .max_by_key(|span| span.text.len().min(rest.len()));
        let Some(span) = best else { break };
        let length = span.text.len().min(rest.len());
        bold += if span.bold { length } else { 0 };
        slanted += if span.slanted { length } else { 0 };
        if length > longest {
            longest = length;
            line.size = span.size;
        }
        rest = &rest[length..];
    }
    // `Note: the rest is not bold` is no heading.
    line.bold = !whole.is_empty() && bold * 10 >= whole.len() * 8;
    line.slanted = !whole.is_empty() && slanted * 10 >= whole.len() * 8;
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).collect()
}

/// Fonts that are bold without saying so in their descriptor; `SFBX` and `CMBX` are TeX's.
fn is_bold_name(name: &str) -> bool {
    let name = name.to_lowercase();
    ["bold", "black", "heavy", "sfbx", "cmbx", "semibold", "demi"].iter().any(|word| name.contains(word))
}
