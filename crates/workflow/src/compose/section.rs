//! A section's text from its claims: paragraphs of neighbouring sentences and whole lists.
//!
//! Invariants
//! - Every sentence made from evidence names it; a connective before it changes nothing but its first letter.
//! - A paragraph holds neighbours of one document, or sentences that are near to each other.

use quillhouse_domain::{Brief, EvidenceSentence, SectionOrigin};

use super::{
    clean::{Standing, standing},
    language::LanguagePack,
    select::are_neighbours,
    terms::{word_count, words},
    weak,
};
use crate::{
    draft::{DraftBlock, DraftSentence, Outline, SectionDraft},
    step::Evidence,
};

/// Composes section `index` of the outline.
pub(super) fn section(brief: &Brief, outline: &Outline, index: usize, evidence: &Evidence) -> SectionDraft {
    let Some(plan) = outline.sections.get(index) else {
        return composed(String::new(), Vec::new());
    };
    if evidence.weak || evidence.sentences.is_empty() {
        return weak::section(brief, outline, index, evidence);
    }
    composed(plan.heading.clone(), blocks(&plan.claims, &evidence.sentences))
}

/// A section made without a model.
pub(super) fn composed(heading: String, blocks: Vec<DraftBlock>) -> SectionDraft {
    SectionDraft { heading, blocks, origin: SectionOrigin::Composed, reason: None }
}

/// One sentence taken from evidence as it is.
pub(super) fn taken(sentence: &EvidenceSentence) -> DraftSentence {
    DraftSentence { text: sentence.text.clone(), evidence: Some(sentence.id) }
}

/// One sentence of ours.
pub(super) fn ours(text: impl Into<String>) -> DraftSentence {
    DraftSentence { text: text.into(), evidence: None }
}

/// Claims in their order as paragraphs and lists; a new paragraph begins where neighbours end.
pub(super) fn blocks(claims: &[u32], sentences: &[EvidenceSentence]) -> Vec<DraftBlock> {
    let mut blocks: Vec<DraftBlock> = Vec::new();
    let mut paragraph: Vec<DraftSentence> = Vec::new();
    let mut items: Vec<DraftSentence> = Vec::new();
    let mut previous: Option<&EvidenceSentence> = None;
    let known: Vec<&EvidenceSentence> = claims.iter().filter_map(|&id| sentences.get(id as usize)).collect();
    for sentence in known {
        let neighbour = previous.is_some_and(|previous| are_neighbours(previous, sentence));
        let continues_list = sentence.list_item
            && neighbour
            && (!items.is_empty() || previous.is_some_and(|previous| previous.text.ends_with(':')));
        if continues_list {
            flush_paragraph(&mut paragraph, &mut blocks);
            items.push(taken(sentence));
        } else {
            flush_items(&mut items, &mut blocks);
            if !neighbour || paragraph.len() >= 4 {
                flush_paragraph(&mut paragraph, &mut blocks);
            }
            paragraph.push(taken(sentence));
        }
        previous = Some(sentence);
    }
    flush_items(&mut items, &mut blocks);
    flush_paragraph(&mut paragraph, &mut blocks);
    gathered(blocks, sentences)
}

/// Joins a paragraph of one sentence with the paragraph before it when both speak of the same thing.
fn gathered(blocks: Vec<DraftBlock>, sentences: &[EvidenceSentence]) -> Vec<DraftBlock> {
    const MOST_SENTENCES: usize = 4;
    const MOST_WORDS: usize = 85;
    let mut gathered: Vec<DraftBlock> = Vec::new();
    for block in blocks {
        if let (Some(DraftBlock::Paragraph { sentences: before }), DraftBlock::Paragraph { sentences: after }) =
            (gathered.last_mut(), &block)
        {
            let words: usize = before.iter().chain(after).map(|sentence| word_count(&sentence.text)).sum();
            let leads = after.last().is_some_and(|last| last.text.ends_with(':'));
            if (after.len() == 1 || before.len() == 1)
                && before.len() + after.len() <= MOST_SENTENCES
                && words <= MOST_WORDS
                && !leads
                && are_of_one_thought(before.last(), after.first(), sentences)
            {
                before.extend(after.iter().cloned());
                continue;
            }
        }
        gathered.push(block);
    }
    gathered
}

/// True when two sentences stand under one heading of one document, or their vectors are near.
fn are_of_one_thought(
    before: Option<&DraftSentence>,
    after: Option<&DraftSentence>,
    sentences: &[EvidenceSentence],
) -> bool {
    const NEAR: f32 = 0.5;
    let source = |sentence: Option<&DraftSentence>| {
        sentence.and_then(|sentence| sentence.evidence).and_then(|id| sentences.get(id as usize))
    };
    let (Some(before), Some(after)) = (source(before), source(after)) else { return false };
    let one_place = before.citation.document == after.citation.document && before.heading_path == after.heading_path;
    one_place || before.similarity(after) >= NEAR
}

fn flush_paragraph(paragraph: &mut Vec<DraftSentence>, blocks: &mut Vec<DraftBlock>) {
    if !paragraph.is_empty() {
        blocks.push(DraftBlock::Paragraph { sentences: std::mem::take(paragraph) });
    }
}

fn flush_items(items: &mut Vec<DraftSentence>, blocks: &mut Vec<DraftBlock>) {
    if !items.is_empty() {
        blocks.push(DraftBlock::List { items: std::mem::take(items) });
    }
}

/// The sentence behind a connective, or nothing when its first word must keep its capital.
pub(super) fn prefixed(text: &str, connective: &str, pack: &LanguagePack) -> Option<String> {
    if standing(text, pack) != Standing::Alone && !text.ends_with(':') {
        return None;
    }
    let first = words(text).into_iter().next()?;
    if !(pack.words.lowerable.contains(&first) || pack.style.imperatives.contains(&first))
        || text.starts_with(|c: char| !c.is_alphabetic())
    {
        return None;
    }
    let mut characters = text.chars();
    let begin = characters.next()?;
    Some(format!("{connective} {}{}", begin.to_lowercase(), characters.as_str()))
}
