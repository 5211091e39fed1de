//! The numbers Word shows before headings and list items, which stand nowhere in the text.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

use crate::parse::xml::{Xml, attribute, name, walk};

/// Word has nine levels.
const LEVELS: usize = 9;

#[derive(Debug, Clone)]
struct Level {
    start: u32,
    format: String,
    text: String,
    style: Option<String>,
}

impl Default for Level {
    fn default() -> Self {
        Self { start: 1, format: "decimal".to_owned(), text: String::new(), style: None }
    }
}

#[derive(Debug, Default)]
struct Instance {
    template: String,
    starts: HashMap<usize, u32>,
}

/// All lists of a document, and how far each has counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    templates: HashMap<String, Vec<Level>>,
    instances: HashMap<String, Instance>,
    counters: HashMap<String, [Option<u32>; LEVELS]>,
    begun: HashSet<(String, usize)>,
}

/// What stands before a paragraph.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// `2.1.`, `Article 4`, `c)`.
    pub(super) text: String,
    /// True when it says more than a place in a short list: several numbers, or words.
    pub(super) is_reference: bool,
}

/// Reads `numbering.xml`.
pub(super) fn read(xml: &str) -> Numbering {
    let mut numbering = Numbering::default();
    let (mut template, mut instance): (Option<String>, Option<String>) = (None, None);
    let mut level = 0_usize;
    walk(xml.as_bytes(), &mut |event| {
        match event {
            Xml::Start(element) => {
                let value = || attribute(element, "val");
                match name(element) {
                    "abstractNum" => template = attribute(element, "abstractNumId"),
                    "num" => instance = attribute(element, "numId"),
                    "abstractNumId" => {
                        if let (Some(id), Some(target)) = (&instance, value()) {
                            numbering.instances.entry(id.clone()).or_default().template = target;
                        }
                    }
                    "lvl" | "lvlOverride" => {
                        level = attribute(element, "ilvl")
                            .and_then(|level| level.parse().ok())
                            .unwrap_or(0)
                            .min(LEVELS - 1);
                    }
                    "startOverride" => {
                        if let (Some(id), Some(start)) = (&instance, value().and_then(|start| start.parse().ok())) {
                            numbering.instances.entry(id.clone()).or_default().starts.insert(level, start);
                        }
                    }
                    step @ ("start" | "numFmt" | "lvlText" | "pStyle") => {
                        if let (Some(id), None, Some(value)) = (&template, &instance, value()) {
                            let levels =
                                numbering.templates.entry(id.clone()).or_insert_with(|| vec![Level::default(); LEVELS]);
                            let level = &mut levels[level];
                            match step {
                                "start" => level.start = value.parse().unwrap_or(1),
                                "numFmt" => level.format = value,
                                "pStyle" => level.style = Some(value),
                                _ => level.text = value,
                            }
                        }
                    }
                    _ => {}
                }
            }
            Xml::End("abstractNum") => template = None,
            Xml::End("num") => instance = None,
            _ => {}
        }
        ControlFlow::Continue(())
    });
    numbering
}

impl Numbering {
    /// The level of a list that belongs to a paragraph style.
    pub(super) fn level_of_style(&self, list: &str, style: &str) -> Option<usize> {
        let levels = self.templates.get(&self.instances.get(list)?.template)?;
        levels.iter().position(|level| level.style.as_deref() == Some(style))
    }

    /// Counts one paragraph and gives what stands before it; `None` for bullets and unknown lists.
    pub(super) fn count(&mut self, list: &str, level: usize) -> Option<Label> {
        let instance = self.instances.get(list)?;
        let levels = self.templates.get(&instance.template)?;
        let level = level.min(LEVELS - 1);
        let counters = self.counters.entry(instance.template.clone()).or_default();
        let restarted = instance.starts.get(&level).filter(|_| self.begun.insert((list.to_owned(), level)));
        counters[level] = Some(match (restarted, counters[level]) {
            (Some(start), _) => *start,
            (None, Some(count)) => count.saturating_add(1),
            (None, None) => levels[level].start,
        });
        counters[level + 1..].fill(None);
        let own = &levels[level];
        if matches!(own.format.as_str(), "bullet" | "none") || own.text.is_empty() {
            return None;
        }
        let mut text = String::new();
        let mut numbers = 0;
        let mut rest = own.text.as_str();
        while let Some((before, after)) = rest.split_once('%') {
            text.push_str(before);
            let digit = after.chars().next().and_then(|digit| digit.to_digit(10)).filter(|digit| *digit > 0);
            if let Some(digit) = digit {
                let at = digit as usize - 1;
                text.push_str(&written(counters[at].unwrap_or(levels[at].start), &levels[at].format));
                numbers += 1;
                rest = &after[1..];
            } else {
                text.push('%');
                rest = after;
            }
        }
        text.push_str(rest);
        let has_words = own.text.chars().filter(|character| character.is_alphabetic()).count() > 1;
        Some(Label { text: text.trim().to_owned(), is_reference: numbers > 1 || has_words })
    }
}

fn written(number: u32, format: &str) -> String {
    match format {
        "lowerLetter" => letters(number).to_lowercase(),
        "upperLetter" => letters(number),
        "lowerRoman" => roman(number).to_lowercase(),
        "upperRoman" => roman(number),
        "decimalZero" => format!("{number:02}"),
        _ => number.to_string(),
    }
}

/// `A` to `Z`, then `AA`, `BB` as Word does.
fn letters(number: u32) -> String {
    let index = number.saturating_sub(1);
    let letter = char::from(b'A' + (index % 26) as u8);
    std::iter::repeat_n(letter, (index / 26 + 1).min(10) as usize).collect()
}

fn roman(number: u32) -> String {
    const VALUES: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut rest = number.min(3999);
    let mut text = String::new();
    for (value, letters) in VALUES {
        while rest >= value {
            text.push_str(letters);
            rest -= value;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_count_as_word_does() {
        let xml = "<w:numbering><w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"%1.\"/></w:lvl>\
            <w:lvl w:ilvl=\"1\"><w:start w:val=\"1\"/><w:numFmt w:val=\"lowerLetter\"/><w:lvlText w:val=\"%1.%2)\"/></w:lvl></w:abstractNum>\
            <w:num w:numId=\"5\"><w:abstractNumId w:val=\"0\"/></w:num>\
            <w:num w:numId=\"6\"><w:abstractNumId w:val=\"0\"/><w:lvlOverride w:ilvl=\"0\"><w:startOverride w:val=\"9\"/></w:lvlOverride></w:num></w:numbering>";
        let mut numbering = read(xml);
        let steps = [
            ("5", 0, "1."),
            ("5", 1, "1.a)"),
            ("5", 1, "1.b)"),
            ("5", 0, "2."),
            ("5", 1, "2.a)"),
            ("6", 0, "9."),
            ("6", 0, "10."),
        ];
        for (list, level, wanted) in steps {
            assert_eq!(numbering.count(list, level).map(|label| label.text).as_deref(), Some(wanted));
        }
        assert_eq!(roman(1994), "MCMXCIV");
        assert_eq!(letters(28), "BB");
    }
}
