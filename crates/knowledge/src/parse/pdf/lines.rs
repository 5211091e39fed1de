//! Lines of a page: text, and, when the engine tells, the size and weight of its font.

use std::collections::BTreeMap;

use pdf_oxide::document::PdfDocument;

use super::Quality;

/// Most spans that lines are compared with.
const SPAN_LIMIT: usize = 6_000;

/// One line as it stands on the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Its text, trimmed; empty lines separate paragraphs.
    pub(super) text: String,
    /// Size of its font in tenths of a point; 0 when unknown.
    pub(super) size: u32,
    /// True when its first words are bold.
    pub(super) bold: bool,
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
        let lines =
            text.split('\n').map(|line| Line { text: line.trim().to_owned(), size: 0, bold: false }).collect();
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
        .replace('\u{2010}', "-")
        .replace('\u{2011}', "-")
}

/// Reads a page with the engine that keeps columns apart, and looks up each line's font.
pub(super) fn with_fonts(document: &PdfDocument, number: u32) -> Option<PageText> {
    let index = number as usize - 1;
    let mut page = PageText::from_text(number, &document.extract_text(index).ok()?);
    if page.quality.characters == 0 {
        return Some(page);
    }
    let spans = document.extract_spans(index).unwrap_or_default();
    // Spans by their first character, squeezed, so that a line finds the span it begins with.
    let mut by_start: BTreeMap<char, Vec<(String, u32, bool)>> = BTreeMap::new();
    for span in spans.iter().take(SPAN_LIMIT) {
        let squeezed = squeeze(&span.text);
        if let Some(first) = squeezed.chars().next()
            && span.font_size.is_finite()
            && span.rotation_degrees.abs() < 1.0
        {
            let bold = span.font_weight.is_bold() || is_bold_name(&span.font_name);
            let size = (span.font_size.clamp(0.0, 500.0) * 10.0).round() as u32;
            by_start.entry(first).or_default().push((squeezed, size, bold));
        }
    }
    for line in &mut page.lines {
        let squeezed = squeeze(&line.text);
        let Some(candidates) = squeezed.chars().next().and_then(|first| by_start.get(&first)) else { continue };
        let best = candidates
            .iter()
            .filter(|(text, ..)| squeezed.starts_with(text.as_str()) || text.starts_with(&squeezed))
            .max_by_key(|(text, ..)| text.len().min(squeezed.len()));
        if let Some((text, size, bold)) = best {
            line.size = *size;
            // `Note: the rest is not bold` is no heading.
            line.bold = *bold && text.len() * 2 >= squeezed.len();
        }
    }
    Some(page)
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).collect()
}

/// Fonts that are bold without saying so in their descriptor; `SFBX` and `CMBX` are TeX's.
fn is_bold_name(name: &str) -> bool {
    let name = name.to_lowercase();
    ["bold", "black", "heavy", "sfbx", "cmbx", "semibold", "demi"].iter().any(|word| name.contains(word))
}
