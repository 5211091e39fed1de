//! A section's text from its claims: paragraphs of neighbouring sentences, whole lists, joined by few connectives.
//!
//! Invariants
//! - Every sentence made from evidence names it; a connective before it changes nothing but its first letter.
//! - Two paragraphs of one article never begin with the same connective.

use quillhouse_domain::{Brief, EvidenceSentence, SectionOrigin};

use super::{
    clean::{Standing, is_imperative, is_negative, lowered, standing},
    language::{LanguagePack, pack},
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
    let mut blocks = blocks(&plan.claims, &evidence.sentences);
    connect(&mut blocks, index, outline.sections.len(), pack(brief.language()));
    composed(plan.heading.clone(), blocks)
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
    gathered(blocks)
}

/// Joins a paragraph of one sentence with the paragraph before it, so that no line stands forlorn.
fn gathered(blocks: Vec<DraftBlock>) -> Vec<DraftBlock> {
    const MOST_SENTENCES: usize = 4;
    const MOST_WORDS: usize = 85;
    let mut gathered: Vec<DraftBlock> = Vec::new();
    for block in blocks {
        if let (Some(DraftBlock::Paragraph { sentences: before }), DraftBlock::Paragraph { sentences }) =
            (gathered.last_mut(), &block)
        {
            let words: usize = before.iter().chain(sentences).map(|sentence| word_count(&sentence.text)).sum();
            let leads = sentences.last().is_some_and(|last| last.text.ends_with(':'));
            if (sentences.len() == 1 || before.len() == 1)
                && before.len() + sentences.len() <= MOST_SENTENCES
                && words <= MOST_WORDS
                && !leads
            {
                before.extend(sentences.iter().cloned());
                continue;
            }
        }
        gathered.push(block);
    }
    gathered
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

/// Puts at most one connective into a section: before a paragraph that is not the first, where the sentence allows it.
fn connect(blocks: &mut [DraftBlock], index: usize, sections: usize, pack: &LanguagePack) {
    if !pack.connective.prefixing {
        return;
    }
    let last_section = index + 1 == sections;
    let paragraphs: Vec<usize> = blocks
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, block)| matches!(block, DraftBlock::Paragraph { .. }))
        .map(|(at, _)| at)
        .collect();
    for (order, &at) in paragraphs.iter().enumerate() {
        let closing = last_section && order + 1 == paragraphs.len();
        let DraftBlock::Paragraph { sentences } = &mut blocks[at] else { continue };
        let Some(first) = sentences.first_mut() else { continue };
        let choices = if closing {
            &pack.connective.last
        } else if is_negative(&first.text, pack) {
            &pack.connective.balance
        } else if lowered(&first.text).starts_with("when ") {
            &pack.connective.condition
        } else if is_imperative(&first.text, pack) {
            &pack.connective.addition
        } else {
            continue;
        };
        // Each section has its own place in the list, so that none is heard twice.
        let Some(connective) = choices.get(index) else { continue };
        if let Some(joined) = prefixed(&first.text, connective, pack) {
            first.text = joined;
            break;
        }
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
