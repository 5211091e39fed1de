//! Which lines are headings, running heads and page numbers: decided over the whole document.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Line, PageText};
use crate::parse::plain::{is_numbered_heading, number_depth};

/// How much larger than running text a heading's font is.
const HEADING_RATIO: f64 = 1.12;

/// Longest heading in words.
const HEADING_LIMIT_WORDS: usize = 18;

/// Lines at each end of a page that may be running heads.
const EDGE_LINES: usize = 3;

/// What is known of the whole document.
pub(super) struct Outline {
    body_size: u32,
    levels: Vec<u32>,
    running: HashSet<String>,
    counted: bool,
}

impl Outline {
    pub(super) fn of(pages: &[PageText]) -> Self {
        let mut characters: BTreeMap<u32, usize> = BTreeMap::new();
        for line in pages.iter().flat_map(|page| &page.lines).filter(|line| line.size > 0) {
            *characters.entry(line.size).or_default() += line.text.chars().count();
        }
        let body_size = characters.iter().max_by_key(|(_, count)| **count).map_or(0, |(size, _)| *size);
        let total: usize = characters.values().sum();
        // A size that carries much of the text is no heading's, however large.
        let mut levels: Vec<u32> = characters
            .iter()
            .filter(|(size, count)| {
                f64::from(**size) >= f64::from(body_size) * HEADING_RATIO && **count * 3 < total.max(1)
            })
            .map(|(size, _)| *size)
            .collect();
        levels.sort_unstable_by(|left, right| right.cmp(left));
        // Sizes that differ by less than half a point are one level.
        levels.dedup_by(|next, previous| *previous - *next < 5);
        Self { body_size, levels, running: running_heads(pages), counted: pages.len() >= 3 }
    }

    /// The level of a heading; `None` for anything else. `alone` when empty lines stand around the line.
    pub(super) fn heading_level(&self, line: &Line, alone: bool) -> Option<u8> {
        let words = line.text.split_whitespace().count();
        let letters = line.text.chars().filter(|character| character.is_alphabetic()).count();
        let visible = line.text.chars().filter(|character| !character.is_whitespace()).count();
        if words == 0 || words > HEADING_LIMIT_WORDS || letters < 3 || letters * 2 < visible || line.text.ends_with(',')
        {
            return None;
        }
        if line.size > 0 && f64::from(line.size) >= f64::from(self.body_size) * HEADING_RATIO {
            let level = self.levels.iter().position(|level| line.size + 5 > *level)?;
            return Some((level + 1).min(4) as u8);
        }
        let sentence = line.text.ends_with(['.', ';', ':', '!']) || line.text.starts_with(char::is_lowercase);
        if alone && is_numbered_heading(&line.text) && (line.size == 0 || line.bold) {
            return Some(number_depth(&line.text).min(5));
        }
        if line.bold && !sentence && words <= 12 {
            return Some((self.levels.len() + 1).clamp(2, 4) as u8);
        }
        if line.slanted && !sentence && words <= 8 && is_title_case(&line.text) {
            return Some((self.levels.len() + 2).clamp(3, 5) as u8);
        }
        let shouted = letters >= 4 && !line.text.chars().any(char::is_lowercase);
        (line.size == 0 && alone && shouted && !sentence && words <= 10 && line.text.chars().any(char::is_uppercase))
            .then_some(2)
    }

    /// Indexes of a page's lines that repeat what stands on pages before, or number the page. A running head stays where it
    /// is met first, so that what it says can be found; `seen` remembers.
    pub(super) fn chrome(&self, page: &PageText, seen: &mut HashSet<String>) -> HashSet<usize> {
        if !self.counted {
            return HashSet::new();
        }
        let filled = page.lines.iter().filter(|line| !line.text.is_empty() && !is_page_number(&line.text)).count();
        if filled == 0 {
            // A page that says nothing but its number says that.
            return HashSet::new();
        }
        let running: HashSet<usize> = edge_lines(page)
            .filter(|(_, line)| self.running.contains(&shape(&line.text)) && !is_page_number(&line.text))
            .map(|(index, _)| index)
            .collect();
        // A page that consists of lines like those of other pages is a form or a table, not running heads alone.
        let is_form = running.len() == filled || (running.len() * 2 > filled && running.len() > 3);
        edge_lines(page)
            .filter(|(index, line)| {
                (!is_form && running.contains(index) && !seen.insert(shape(&line.text))) || is_page_number(&line.text)
            })
            .map(|(index, _)| index)
            .collect()
    }
}

/// Every longer word begins with a capital, as headings set in italics do and emphasised phrases do not.
fn is_title_case(text: &str) -> bool {
    let mut long = text.split_whitespace().filter(|word| word.chars().count() > 3).peekable();
    long.peek().is_some() && long.all(|word| word.starts_with(char::is_uppercase))
}

fn edge_lines(page: &PageText) -> impl Iterator<Item = (usize, &Line)> {
    let filled: Vec<usize> =
        page.lines.iter().enumerate().filter(|(_, line)| !line.text.is_empty()).map(|(index, _)| index).collect();
    let count = filled.len();
    let edges: Vec<usize> = filled
        .into_iter()
        .enumerate()
        .filter(|(rank, _)| *rank < EDGE_LINES || *rank + EDGE_LINES >= count)
        .map(|(_, index)| index)
        .collect();
    edges.into_iter().filter_map(|index| page.lines.get(index).map(|line| (index, line)))
}

/// Lines at the edges of at least three pages and two fifths of them, numbers aside.
fn running_heads(pages: &[PageText]) -> HashSet<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for page in pages {
        let shapes: HashSet<String> =
            edge_lines(page).map(|(_, line)| shape(&line.text)).filter(|shape| !shape.is_empty()).collect();
        for shape in shapes {
            *counts.entry(shape).or_default() += 1;
        }
    }
    let enough = (pages.len() * 2).div_ceil(5).max(3);
    counts.into_iter().filter(|(_, count)| *count >= enough).map(|(shape, _)| shape).collect()
}

/// A line with every number replaced, so that `Page 3` and `Page 4` are alike.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    for character in text.chars().filter(|character| !character.is_whitespace()) {
        if character.is_numeric() {
            if !shape.ends_with('#') {
                shape.push('#');
            }
        } else {
            shape.extend(character.to_lowercase());
        }
    }
    shape
}

fn is_page_number(text: &str) -> bool {
    let shape = shape(text);
    matches!(
        shape.trim_matches(['-', '–', '—', '|', '[', ']', '(', ')', '.']),
        "#" | "page#" | "page#of#" | "#of#" | "#/#" | "seite#" | "seite#von#" | "p.#" | "página#" | "pagina#"
    ) && text.chars().filter(|character| character.is_numeric()).count() <= 9
}
