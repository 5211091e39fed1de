//! Runs: two to four neighbouring sentences of one document, or a whole list with its lead-in. Paragraphs are made of them.
//!
//! Invariants
//! - Runs are disjoint and in evidence order; a unit that must stay together lies in one run.

use quillhouse_domain::{DocumentId, EvidenceSentence};

use super::{
    clean::{addresses_reader, is_imperative},
    language::LanguagePack,
    select::{are_neighbours, units},
    space::{Point, Space},
    terms::word_count,
};

/// Sentences of a paragraph, and the words it may have.
const MOST_SENTENCES: usize = 4;
const MOST_WORDS: usize = 80;

/// A candidate paragraph.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) sentences: Vec<u32>,
    pub(super) document: DocumentId,
    pub(super) heading_path: Vec<String>,
    pub(super) words: usize,
    pub(super) list: bool,
    /// Relevance and form together; higher is better.
    pub(super) score: f32,
    pub(super) point: Point,
}

/// Cuts the evidence into runs, leaving out the sentences in `taken`.
pub(super) fn runs(sentences: &[EvidenceSentence], space: &Space, pack: &LanguagePack, taken: &[u32]) -> Vec<Run> {
    let reader_share = {
        let reading = sentences.iter().filter(|sentence| addresses_reader(&sentence.text, pack)).count();
        reading as f32 / sentences.len().max(1) as f32
    };
    let mut runs: Vec<Run> = Vec::new();
    let mut current: Vec<u32> = Vec::new();
    let mut current_words = 0;
    let mut flush = |current: &mut Vec<u32>, words: &mut usize| {
        if !current.is_empty() {
            runs.push(make(std::mem::take(current), sentences, space, pack, reader_share));
            *words = 0;
        }
    };
    for unit in units(sentences, pack) {
        if unit.clone().any(|index| taken.contains(&(index as u32))) {
            flush(&mut current, &mut current_words);
            continue;
        }
        let list = sentences[unit.start].text.ends_with(':');
        let words: usize = sentences[unit.clone()].iter().map(|sentence| word_count(&sentence.text)).sum();
        let joins = !list
            && current.last().is_some_and(|&last| are_neighbours(&sentences[last as usize], &sentences[unit.start]))
            && current.len() + unit.len() <= MOST_SENTENCES
            && current_words + words <= MOST_WORDS
            && !new_paragraph_is_better(sentences, &current, unit.start, current_words);
        if !joins {
            flush(&mut current, &mut current_words);
        }
        current.extend(unit.clone().map(|index| index as u32));
        current_words += words;
        if list {
            flush(&mut current, &mut current_words);
        }
    }
    flush(&mut current, &mut current_words);
    runs
}

/// The source's own paragraph border is kept once a run has enough to stand.
fn new_paragraph_is_better(sentences: &[EvidenceSentence], current: &[u32], next: usize, words: usize) -> bool {
    let border = current.last().is_some_and(|&last| sentences[last as usize].block != sentences[next].block);
    border && (current.len() >= 2 || words >= 30)
}

fn make(ids: Vec<u32>, sentences: &[EvidenceSentence], space: &Space, pack: &LanguagePack, reader_share: f32) -> Run {
    let first = &sentences[ids[0] as usize];
    let texts = || ids.iter().map(|&id| &sentences[id as usize]);
    let words = texts().map(|sentence| word_count(&sentence.text)).sum();
    let list = first.text.ends_with(':');
    let best = texts().map(|sentence| sentence.relevance).fold(0.0, f32::max);
    let mean = texts().map(|sentence| sentence.relevance).sum::<f32>() / ids.len() as f32;
    let form = texts().map(|sentence| form(&sentence.text, pack, reader_share)).sum::<f32>() / ids.len() as f32;
    // One short sentence alone is a thin paragraph; the list is good once, not everywhere.
    let shape = if list {
        0.95
    } else if ids.len() == 1 && words < 12 {
        0.6
    } else if ids.len() == 1 {
        0.76
    } else {
        1.0
    };
    // A sentence from the middle of a paragraph often leans on it without saying so.
    let begins = if first.position == 0 { 1.0 } else { 0.92 };
    Run {
        document: first.citation.document,
        heading_path: first.heading_path.clone(),
        words,
        list,
        score: (0.5 * best + 0.5 * mean) * form * shape * begins,
        point: space.middle(&ids),
        sentences: ids,
    }
}

/// How well a sentence reads by itself, about 0.6 to 1.15: not too long, speaking as the rest speaks, saying something.
pub(super) fn form(text: &str, pack: &LanguagePack, reader_share: f32) -> f32 {
    let words = word_count(text);
    let length = match words {
        0..=4 => 0.75,
        8..=22 => 1.0,
        5..=7 | 23..=28 => 0.92,
        29..=34 => 0.8,
        _ => 0.68,
    };
    let lower = super::terms::words(text);
    let speaks = addresses_reader(text, pack);
    let voice = if speaks { 0.96 + 0.12 * reader_share } else { 1.04 - 0.1 * reader_share };
    let own_story = lower.first().is_some_and(|first| pack.style.brand.contains(first)) && !is_imperative(text, pack);
    let story = if own_story { 1.0 - 0.12 * reader_share } else { 1.0 };
    let brackets = if text.contains('(') || text.contains(';') || text.matches('—').count() > 1 { 0.9 } else { 1.0 };
    let figures = if text.chars().any(|character| character.is_ascii_digit()) { 1.04 } else { 1.0 };
    // `also` and `too` continue something.
    let continues = if lower.iter().any(|word| pack.sentence.continuing.contains(word)) { 0.86 } else { 1.0 };
    length * voice * story * brackets * figures * continues
}
