//! The audio script: a spoken opening, a stretch for each section, a spoken close.
//!
//! Invariants
//! - Stretches follow each other without gaps; their length is their words at 150 a minute.

use std::collections::BTreeSet;

use quillhouse_domain::{Brief, EvidenceSentence, Language, SectionOrigin};

use super::{
    frame,
    heading::Names,
    label,
    language::pack,
    phrase::{Phrases, inside, point},
    section::{self, ours},
    spoken::spoken,
    terms::word_count,
};
use crate::{
    draft::{ArticleDraft, AudioDraft, AudioSegment, DraftBlock, DraftSentence, Outline, SectionDraft},
    step::Evidence,
};

/// Words a voice says in a minute.
const WORDS_A_MINUTE: usize = 150;
/// Sentences of one stretch; ears get tired sooner than eyes.
const MOST_SENTENCES: usize = 7;

/// Composes the script.
pub(super) fn audio(
    brief: &Brief,
    outline: &Outline,
    article: Option<&ArticleDraft>,
    evidence: &Evidence,
) -> AudioDraft {
    let pack = pack(brief.language());
    let phrases = Phrases::of(brief, pack);
    let language = brief.language();
    let parts = parts(brief, outline, article, evidence);
    let names = Names::over(&evidence.sentences, pack);
    let mut stretches: Vec<(String, Vec<DraftSentence>)> = Vec::new();
    let welcome = if phrases.audience.is_empty() { &pack.audio.welcome } else { &pack.audio.welcome_audience };
    let mut opening = vec![ours(spoken(&phrases.fill(welcome, &[]), language))];
    opening.extend(said(&parts.introduction, evidence, language, 3));
    stretches.push((pack.audio.opening.clone(), opening));
    let last = parts.sections.len().saturating_sub(1);
    for (index, section) in parts.sections.iter().enumerate() {
        let pattern = if index == last && index > 0 {
            &pack.audio.last
        } else {
            &pack.audio.thread[index % pack.audio.thread.len().max(1)]
        };
        let heading = spoken(&names.restored(&point(&section.heading, &phrases, pack)), language);
        let mut sentences = vec![ours(phrases.fill(pattern, &[("heading", &heading)]))];
        sentences.extend(said(section, evidence, language, MOST_SENTENCES));
        stretches.push((section.heading.clone(), sentences));
    }
    let mut close = said(&parts.close, evidence, language, 3);
    close.push(ours(spoken(&phrases.fill(&pack.audio.goodbye, &[]), language)));
    stretches.push((pack.audio.close.clone(), close));
    let mut segments: Vec<AudioSegment> = Vec::new();
    for (label, sentences) in stretches {
        add(&mut segments, &label, label::supported(brief, evidence, sentences));
    }
    AudioDraft { title: outline.title.clone(), segments, origin: SectionOrigin::Composed, reason: None }
}

/// Introduction, sections and close of the article, composed when there is none.
pub(super) struct Parts {
    pub(super) introduction: SectionDraft,
    pub(super) sections: Vec<SectionDraft>,
    pub(super) close: SectionDraft,
}

/// Takes the article apart, or composes its parts from the outline.
pub(super) fn parts(brief: &Brief, outline: &Outline, article: Option<&ArticleDraft>, evidence: &Evidence) -> Parts {
    if let Some(article) = article
        && let [introduction, sections @ .., close] = article.sections.as_slice()
        && !sections.is_empty()
    {
        return Parts { introduction: introduction.clone(), sections: sections.to_vec(), close: close.clone() };
    }
    Parts {
        introduction: frame::introduction(brief, outline, evidence),
        sections: (0..outline.sections.len()).map(|index| section::section(brief, outline, index, evidence)).collect(),
        close: frame::close(brief, outline, evidence),
    }
}

/// Prose as it is said. A list becomes one sentence with its lead-in when it is short and is left out with it otherwise.
fn said(section: &SectionDraft, evidence: &Evidence, language: Language, most: usize) -> Vec<DraftSentence> {
    let mut sentences: Vec<DraftSentence> = Vec::new();
    for (at, block) in section.blocks.iter().enumerate() {
        match block {
            DraftBlock::Paragraph { sentences: paragraph } => {
                let before_list = matches!(section.blocks.get(at + 1), Some(DraftBlock::List { .. }));
                for (index, sentence) in paragraph.iter().enumerate() {
                    let leads = before_list && index + 1 == paragraph.len() && sentence.text.ends_with(':');
                    if !leads && sentences.len() < most {
                        sentences.push(DraftSentence {
                            text: spoken(&sentence.text, language),
                            evidence: sentence.evidence,
                        });
                    }
                }
            }
            DraftBlock::List { items } if sentences.len() < most => {
                let lead = at.checked_sub(1).and_then(|before| section.blocks[before].sentences().last());
                if let Some(sentence) = lead.and_then(|lead| enumerated(lead, items, evidence, language)) {
                    sentences.push(sentence);
                }
            }
            DraftBlock::List { .. } => {}
        }
    }
    sentences
}

/// Lead-in and items in one breath, when the items are short phrases.
fn enumerated(
    lead: &DraftSentence,
    items: &[DraftSentence],
    evidence: &Evidence,
    language: Language,
) -> Option<DraftSentence> {
    let short = items.len() <= 6
        && items.iter().all(|item| word_count(&item.text) <= 7 && !item.text.ends_with(['.', '!', '?']));
    if !short {
        return None;
    }
    let pack = pack(language);
    let parts: Vec<String> = items.iter().map(|item| inside(&item.text, pack)).collect();
    let text = format!("{} {}.", lead.text, super::phrase::enumerate(&parts, pack));
    let known: BTreeSet<u32> = evidence.sentences.iter().map(|sentence: &EvidenceSentence| sentence.id).collect();
    Some(DraftSentence { text: spoken(&text, language), evidence: lead.evidence.filter(|id| known.contains(id)) })
}

fn add(segments: &mut Vec<AudioSegment>, label: &str, sentences: Vec<DraftSentence>) {
    let sentences: Vec<DraftSentence> =
        sentences.into_iter().filter(|sentence| !sentence.text.trim().is_empty()).collect();
    if sentences.is_empty() {
        return;
    }
    let words: usize = sentences.iter().map(|sentence| word_count(&sentence.text)).sum();
    let start_seconds = segments.last().map_or(0, |last| last.end_seconds);
    let seconds = seconds(words);
    segments.push(AudioSegment {
        label: label.to_owned(),
        start_seconds,
        end_seconds: start_seconds + seconds,
        sentences,
    });
}

/// Seconds that some words take, at least one.
pub(super) fn seconds(words: usize) -> u32 {
    ((words * 60).div_ceil(WORDS_A_MINUTE) as u32).max(1)
}
