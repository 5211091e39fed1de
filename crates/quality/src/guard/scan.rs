//! The text as the rules read it: digits of all scripts are ASCII digits, invisible characters are gone, dashes and spaces
//! are of one kind. Every place leads back to the text as it was given.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};

use super::{GuardFinding, Hit};

/// Zeros of the scripts whose ten digits follow each other.
const ZEROS: [u32; 33] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50,
    0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xff10,
];

/// The most characters that one character is written out to.
const MOST_WRITTEN_OUT: usize = 4;

/// Farthest that a span grows to the end of a word, in bytes: words are shorter, and hostile text has none.
const MOST_GROWN: usize = 256;

/// A sequence of digits without anything in between.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Group {
    pub(super) const fn len(self) -> usize {
        self.end - self.start
    }
}

pub(super) struct Scan {
    /// What the rules read.
    pub(super) text: String,
    /// The same in lower case, byte by byte in the same place.
    pub(super) lower: String,
    /// For each character of it: its byte, and the character of the given text it came from.
    places: Vec<(u32, u32)>,
    /// All sequences of digits.
    pub(super) groups: Vec<Group>,
}

impl Scan {
    pub(super) fn new(given: &str) -> Self {
        let mut text = String::with_capacity(given.len());
        let mut lower = String::with_capacity(given.len());
        let mut places = Vec::with_capacity(given.len());
        for (place, character) in given.chars().enumerate() {
            if character.is_ascii() {
                push(&mut text, &mut lower, &mut places, place, character);
            } else if !is_invisible(character) {
                // A character that stands for several, such as a ligature, is written out.
                std::iter::once(character).nfkc().take(MOST_WRITTEN_OUT).for_each(|part| {
                    if canonical_combining_class(part) == 0 {
                        push(&mut text, &mut lower, &mut places, place, plain(part));
                    }
                });
            }
        }
        let groups = groups(&text);
        Self { text, lower, places, groups }
    }

    /// Translates places into characters of the given text.
    pub(super) fn finding(&self, hit: Hit) -> GuardFinding {
        let at = |byte: usize| self.places.partition_point(|(start, _)| (*start as usize) < byte);
        let start = self.places.get(at(hit.start)).map_or(0, |(_, place)| *place as usize);
        let last = at(hit.end).saturating_sub(1);
        let end = self.places.get(last).map_or(start, |(_, place)| *place as usize + 1);
        let (class, confidence, reason) = (hit.class, hit.confidence, hit.reason);
        GuardFinding { start, end: end.max(start), class, confidence, reason }
    }

    /// The character before a place.
    pub(super) fn before(&self, byte: usize) -> Option<char> {
        self.text[..byte].chars().next_back()
    }

    /// The character at a place.
    pub(super) fn after(&self, byte: usize) -> Option<char> {
        self.text[byte..].chars().next()
    }

    /// True when neither end is inside of a word or number.
    pub(super) fn is_whole(&self, start: usize, end: usize) -> bool {
        let inner = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
        let splits = |byte: usize| inner(self.before(byte)) && inner(self.after(byte));
        !splits(start) && !splits(end)
    }

    /// The span with the rest of the words at its ends.
    pub(super) fn grown(&self, mut start: usize, mut end: usize) -> (usize, usize) {
        let is_inner = |character: &char| character.is_alphanumeric();
        if self.after(start).as_ref().is_some_and(is_inner) {
            let floor = self.floor(start.saturating_sub(MOST_GROWN));
            start -= self.text[floor..start].chars().rev().take_while(is_inner).map(char::len_utf8).sum::<usize>();
        }
        if self.before(end).as_ref().is_some_and(is_inner) {
            let ceiling = self.floor((end + MOST_GROWN).min(self.text.len()));
            end += self.text[end..ceiling.max(end)].chars().take_while(is_inner).map(char::len_utf8).sum::<usize>();
        }
        (start, end)
    }

    /// So many bytes before a place, in lower case.
    pub(super) fn left(&self, byte: usize, bytes: usize) -> &str {
        &self.lower[self.floor(byte.saturating_sub(bytes))..byte]
    }

    /// So many bytes after a place, in lower case.
    pub(super) fn right(&self, byte: usize, bytes: usize) -> &str {
        &self.lower[byte..self.floor((byte + bytes).min(self.lower.len()))]
    }

    fn floor(&self, mut byte: usize) -> usize {
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        byte
    }

    /// The digits of groups that follow each other with one of `between` in between, as long as there are at most `most`:
    /// for each number of groups the place and the digits.
    pub(super) fn windows<'a>(
        &'a self,
        first: usize,
        between: &'a [char],
        most: usize,
    ) -> impl Iterator<Item = Window> + 'a {
        let mut digits = String::new();
        let mut lengths = Vec::new();
        (first..self.groups.len()).map_while(move |at| {
            let group = self.groups[at];
            if at > first {
                let gap = &self.text[self.groups[at - 1].end..group.start];
                let mut characters = gap.chars();
                let single = characters.next().filter(|_| characters.next().is_none());
                single.filter(|character| between.contains(character))?;
            }
            if digits.len() + group.len() > most {
                return None;
            }
            digits.push_str(&self.text[group.start..group.end]);
            lengths.push(group.len());
            Some(Window {
                start: self.groups[first].start,
                end: group.end,
                digits: digits.clone(),
                lengths: lengths.clone(),
            })
        })
    }
}

/// Some groups of digits.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) digits: String,
    pub(super) lengths: Vec<usize>,
}

fn push(text: &mut String, lower: &mut String, places: &mut Vec<(u32, u32)>, place: usize, character: char) {
    places.push((text.len() as u32, place as u32));
    text.push(character);
    let small = character.to_lowercase().next().unwrap_or(character);
    lower.push(if small.len_utf8() == character.len_utf8() { small } else { character });
}

fn is_invisible(character: char) -> bool {
    matches!(
        u32::from(character),
        0x00ad | 0x034f | 0x061c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x202a..=0x202e
            | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff
    )
}

fn plain(character: char) -> char {
    let code = u32::from(character);
    let digit = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)).map(|zero| code - zero);
    if let Some(digit) = digit {
        return char::from_digit(digit, 10).unwrap_or(character);
    }
    match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{2043}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{02bc}' => '\'',
        '\u{2024}' | '\u{3002}' | '\u{ff61}' => '.',
        other if other.is_whitespace() && other != '\u{85}' && other != '\u{2028}' && other != '\u{2029}' => ' ',
        other => other,
    }
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut open: Option<usize> = None;
    for (at, byte) in text.bytes().enumerate() {
        match (byte.is_ascii_digit(), open) {
            (true, None) => open = Some(at),
            (false, Some(start)) => {
                groups.push(Group { start, end: at });
                open = None;
            }
            _ => {}
        }
    }
    if let Some(start) = open {
        groups.push(Group { start, end: text.len() });
    }
    groups
}

/// A rule's pattern. Word boundaries are those of ASCII, whose search never slows down.
pub(super) fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("BUG: every pattern of the guard is compiled by a test")
}

/// Words of which one stands near a value, as whole words.
pub(super) struct Words(LazyLock<Regex>);

impl Words {
    pub(super) const fn new(compile: fn() -> Regex) -> Self {
        Self(LazyLock::new(compile))
    }

    pub(super) fn stand_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}
