//! What one document gives for the kit; stored, so that a document is read again only when it or the rules change.

use std::collections::BTreeMap;

use quillhouse_domain::{Block, BlockKind, Language, PageSpan, TermRule};
use quillhouse_quality::{
    brand::VoiceCounts,
    is_fragment,
    language::detect,
    text::{sentences, word_count},
};
use serde::{Deserialize, Serialize};

use super::{
    fact::{FoundFact, facts},
    line::{Line, lines, page_of},
    name::{FoundName, named},
    rules, term,
    tone::tones,
    usage::{self, Usage},
};

/// Version of the code by which documents are read; raised when it finds other things.
const READER: u32 = 2;

/// Version of the code and of the rules files by which documents are read; what was read by others is read again.
pub fn extractor() -> u32 {
    READER * 1_000 + rules::version()
}

/// A document as the kit reads it.
#[derive(Debug, Clone, Copy)]
pub struct KitDocument<'a> {
    /// Its name as the user knows it.
    pub name: &'a str,
    /// Its own title.
    pub title: Option<&'a str>,
    /// Code of its language, when it was recognised.
    pub language: Option<&'a str>,
    /// The extracted text.
    pub text: &'a str,
    /// Its pages.
    pub pages: &'a [PageSpan],
    /// Its structure.
    pub blocks: &'a [Block],
}

/// What a document gave. Offsets count the characters of its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extract {
    pub(super) language: Language,
    pub(super) found: Vec<Found>,
    pub(super) voice: VoiceCounts,
    pub(super) usage: BTreeMap<String, Usage>,
}

/// One thing found, with its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) what: What,
    pub(super) page: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    /// The document's text there.
    pub(super) quote: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(super) enum What {
    Fact(FoundFact),
    Term { rule: TermRule },
    Name(FoundName),
    Tone { word: String, refused: bool },
}

/// Reads a document. Pure; milliseconds for a long one.
pub fn extract(document: &KitDocument<'_>) -> Extract {
    let language = language_of(document);
    let lines = lines(document.text, document.blocks);
    let is_guide = term::is_guide(&lines, document.name, document.title, language);
    let characters: Vec<char> = document.text.chars().collect();
    let mut found = Vec::new();
    let mut add = |what: What, start: u32, end: u32| {
        let end = end.min(characters.len() as u32);
        if start < end {
            let quote = characters[start as usize..end as usize].iter().collect();
            found.push(Found { what, page: page_of(document.pages, start), start, end, quote });
        }
    };
    for term in term::terms(&lines, document.name, document.title, language) {
        add(What::Term { rule: term.rule }, term.start, term.end);
    }
    for fact in facts(&lines, &is_guide, language) {
        let (start, end) = (fact.start, fact.end);
        add(What::Fact(fact), start, end);
    }
    for name in named(&lines, &is_guide, language) {
        let (start, end) = (name.start, name.end);
        add(What::Name(name), start, end);
    }
    for tone in tones(&lines, &is_guide, language) {
        add(What::Tone { word: tone.word, refused: tone.refused }, tone.start, tone.end);
    }
    let prose = prose(&lines, &found, language);
    let voice = VoiceCounts::of(&prose.iter().map(String::as_str).collect::<Vec<_>>(), language);
    Extract { language, found, voice, usage: usage::counted(&lines, &is_guide, language) }
}

fn language_of(document: &KitDocument<'_>) -> Language {
    document.language.and_then(|code| code.parse().ok()).unwrap_or_else(|| {
        let sample: String = document.text.chars().take(3_000).collect();
        detect(&sample).language.unwrap_or(Language::En)
    })
}

/// Whole sentences of running text: no headings, tables, code, quotations, list fragments, and no rules about words.
fn prose(lines: &[Line], found: &[Found], language: Language) -> Vec<String> {
    let rules: Vec<(u32, u32)> = found
        .iter()
        .filter(|found| matches!(found.what, What::Term { .. }))
        .map(|found| (found.start, found.end))
        .collect();
    let mut kept = Vec::new();
    for line in lines {
        if !matches!(line.kind, BlockKind::Paragraph | BlockKind::ListItem) {
            continue;
        }
        let text = line.string();
        for sentence in sentences(&text, language) {
            let (start, end) = (line.start + sentence.span.start, line.start + sentence.span.end);
            let inside_rule = rules.iter().any(|&(from, to)| start < to && from < end);
            let closed = sentence.text.trim_end_matches(['"', '”', '’', ')']).ends_with(['.', '!', '?']);
            let whole = word_count(sentence.text) >= 3 && closed;
            if whole && !inside_rule && (sentence.text.ends_with('?') || !is_fragment(sentence.text, language)) {
                kept.push(sentence.text.to_owned());
            }
        }
    }
    kept
}
