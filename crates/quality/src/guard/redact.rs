//! Taking values out and putting them back. The map never leaves this machine.
//!
//! Placeholders look like `[EMAIL_1]`. One value has one placeholder in all texts that share a map. What already looks like a
//! placeholder in a text is taken out as well, so that putting back gives exactly the text again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use regex::Regex;

use super::{Confidence, GuardFinding, find, scan::pattern};

/// The word of placeholders for what looked like one.
const LITERAL: &str = "TEXT";

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)[\[［] ?([A-Z]{2,9})[_ ]([0-9]{1,9}) ?[\]］]"));

/// Which placeholder stands for which value. Never leaves this machine, and prints no value.
#[derive(Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RedactionMap {
    /// Placeholder, value.
    entries: BTreeMap<String, String>,
    /// Value, placeholder.
    #[serde(skip)]
    known: BTreeMap<(String, String), String>,
    /// Numbers given to each word.
    counts: BTreeMap<String, u32>,
}

impl std::fmt::Debug for RedactionMap {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.entries.keys()).finish()
    }
}

impl RedactionMap {
    /// One without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many values it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True when nothing was taken out.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Placeholders and their values, in the order of the placeholders; for the preview on this machine.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(placeholder, value)| (placeholder.as_str(), value.as_str()))
    }

    fn placeholder(&mut self, word: &str, value: &str) -> String {
        if self.known.is_empty() {
            // One that was stored knows its entries only.
            self.known = self
                .entries
                .iter()
                .filter_map(|(placeholder, value)| {
                    let (word, _) = placeholder.trim_start_matches('[').rsplit_once('_')?;
                    Some(((word.to_owned(), value.clone()), placeholder.clone()))
                })
                .collect();
        }
        if let Some(known) = self.known.get(&(word.to_owned(), value.to_owned())) {
            return known.clone();
        }
        let count = self.counts.entry(word.to_owned()).or_default();
        *count += 1;
        let placeholder = format!("[{word}_{count}]");
        self.entries.insert(placeholder.clone(), value.to_owned());
        self.known.insert((word.to_owned(), value.to_owned()), placeholder.clone());
        placeholder
    }
}

/// A text without what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted {
    /// What may be sent.
    pub text: String,
    /// What was taken out, in places of the given text.
    pub findings: Vec<GuardFinding>,
}

/// Takes out what the guard finds with at least that confidence, and writes it into the map.
pub fn redact(text: &str, least: Confidence, map: &mut RedactionMap) -> Redacted {
    let findings: Vec<GuardFinding> = find(text).into_iter().filter(|finding| finding.confidence >= least).collect();
    let places = bytes_of(text, &findings);
    let mut cuts: Vec<(usize, usize, &'static str)> = findings
        .iter()
        .zip(&places)
        .map(|(finding, (start, end))| (*start, *end, finding.class.placeholder()))
        .collect();
    for found in PLACEHOLDER.find_iter(text) {
        cuts.push((found.start(), found.end(), LITERAL));
    }
    cuts.sort_unstable_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
    let mut joined: Vec<(usize, usize, &'static str)> = Vec::with_capacity(cuts.len());
    for (start, end, word) in cuts {
        match joined.last_mut() {
            Some(before) if start < before.1 => before.1 = before.1.max(end),
            _ => joined.push((start, end, word)),
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for (start, end, word) in joined {
        out.push_str(&text[copied..start]);
        out.push_str(&map.placeholder(word, &text[start..end]));
        copied = end;
    }
    out.push_str(&text[copied..]);
    Redacted { text: out, findings }
}

/// Places of characters as bytes, in one pass.
fn bytes_of(text: &str, findings: &[GuardFinding]) -> Vec<(usize, usize)> {
    let mut places = text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.len())).enumerate();
    let mut at = |wanted: usize| places.find(|(place, _)| *place == wanted).map_or(text.len(), |(_, byte)| byte);
    let mut end_before = None;
    findings
        .iter()
        .map(|finding| {
            // Two findings may touch: the iterator has passed the place already.
            let start = match end_before {
                Some((place, byte)) if place == finding.start => byte,
                _ => at(finding.start),
            };
            let end = at(finding.end);
            end_before = Some((finding.end, end));
            (start, end)
        })
        .collect()
}

/// A text with the values back in their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The text.
    pub text: String,
    /// Placeholders of the map that the text did not have, in order.
    pub unused: Vec<String>,
    /// What looks like a placeholder and is none of the map: a model made it up. It stands in the text as it came.
    pub unknown: Vec<String>,
}

/// Puts values back, each once over: a value that looks like a placeholder is not looked at again. Models write placeholders
/// in small letters or with a space now and then; those are known as well.
pub fn restore(text: &str, map: &RedactionMap) -> Restored {
    let mut out = String::with_capacity(text.len());
    let (mut used, mut unknown) = (BTreeSet::new(), Vec::new());
    let mut done = 0;
    for found in PLACEHOLDER.captures_iter(text) {
        let (Some(whole), Some(word), Some(number)) = (found.get(0), found.get(1), found.get(2)) else { continue };
        let number = number.as_str().trim_start_matches('0');
        let placeholder = format!("[{}_{number}]", word.as_str().to_ascii_uppercase());
        let Some(value) = map.entries.get(&placeholder) else {
            unknown.push(whole.as_str().to_owned());
            continue;
        };
        out.push_str(&text[done..whole.start()]);
        out.push_str(value);
        done = whole.end();
        used.insert(placeholder);
    }
    out.push_str(&text[done..]);
    let unused = map.entries.keys().filter(|placeholder| !used.contains(*placeholder)).cloned().collect();
    Restored { text: out, unused, unknown }
}

/// All words of placeholders.
#[cfg(test)]
pub(super) fn words() -> BTreeSet<&'static str> {
    super::GuardClass::ALL.iter().map(|class| class.placeholder()).chain([LITERAL]).collect()
}
