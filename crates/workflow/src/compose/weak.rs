//! The honest draft: what is written when the library says nothing, or little, about the topic.
//!
//! Invariants
//! - It says so in its first paragraph, invents nothing, and cites only what is really related.
//! - It still has one title, three headings or more, questions to answer and documents to add.

use quillhouse_domain::Brief;

use super::{
    front,
    language::pack,
    phrase::Phrases,
    section::{blocks, composed, ours},
    terms::word_count,
};
use crate::{
    draft::{DraftBlock, Outline, SectionDraft, SectionPlan},
    step::Evidence,
};

/// Words of related evidence that an honest draft brings at most.
const RELATED_WORDS: usize = 160;

/// General headings; the related sentences come first when there are any.
pub(super) fn outline(brief: &Brief, evidence: &Evidence) -> Outline {
    let pack = pack(brief.language());
    let phrases = Phrases::of(brief, pack);
    let title = front::title(brief, &phrases, pack);
    let mut sections: Vec<SectionPlan> = Vec::new();
    let mut claims: Vec<u32> = Vec::new();
    let mut words = 0;
    for sentence in &evidence.sentences {
        words += word_count(&sentence.text);
        if words > RELATED_WORDS && !claims.is_empty() {
            break;
        }
        claims.push(sentence.id);
    }
    if !claims.is_empty() {
        sections.push(SectionPlan {
            heading: pack.weak.related_heading.clone(),
            budget_words: RELATED_WORDS as u32,
            claims,
        });
    }
    sections.extend(pack.weak.headings.iter().map(|heading| SectionPlan {
        heading: phrases.fill(heading, &[]),
        budget_words: 40,
        claims: Vec::new(),
    }));
    let description =
        front::shortened(&phrases.fill(&pack.weak.description, &[]), *front::DESCRIPTION_CHARACTERS.end());
    let slug = front::slug(&phrases, &title, pack);
    Outline { title, description, slug, introduction: Vec::new(), sections, close: Vec::new() }
}

/// Says what the library lacks.
pub(super) fn introduction(brief: &Brief, _outline: &Outline, evidence: &Evidence) -> SectionDraft {
    let pack = pack(brief.language());
    let phrases = Phrases::of(brief, pack);
    let (state, consequence) = if evidence.sentences.is_empty() {
        (&pack.weak.nothing, &pack.weak.consequence)
    } else {
        (&pack.weak.little, &pack.weak.consequence_little)
    };
    let mut sentences = vec![ours(phrases.fill(state, &[])), ours(phrases.fill(consequence, &[]))];
    sentences.extend(brief.facts().iter().map(|fact| {
        let open = !fact.ends_with(['.', '!', '?']);
        ours(format!("{fact}{}", if open { "." } else { "" }))
    }));
    composed(String::new(), vec![DraftBlock::Paragraph { sentences }])
}

/// Section `index` of the honest outline.
pub(super) fn section(brief: &Brief, outline: &Outline, index: usize, evidence: &Evidence) -> SectionDraft {
    let pack = pack(brief.language());
    let phrases = Phrases::of(brief, pack);
    let Some(plan) = outline.sections.get(index) else { return composed(String::new(), Vec::new()) };
    if !plan.claims.is_empty() {
        let mut content =
            vec![DraftBlock::Paragraph { sentences: vec![ours(phrases.fill(&pack.weak.related_lead, &[]))] }];
        content.extend(blocks(&plan.claims, &evidence.sentences));
        return composed(plan.heading.clone(), content);
    }
    let before = outline.sections.iter().take(index).filter(|section| section.claims.is_empty()).count();
    let (lead, items) = match pack.weak.questions.get(before) {
        Some(questions) => (pack.weak.question_leads.get(before).unwrap_or(&pack.weak.documents_lead), questions),
        None => (&pack.weak.documents_lead, &pack.weak.documents),
    };
    let items = items.iter().map(|item| ours(phrases.fill(item, &[]))).collect();
    composed(
        plan.heading.clone(),
        vec![DraftBlock::Paragraph { sentences: vec![ours(phrases.fill(lead, &[]))] }, DraftBlock::List { items }],
    )
}

/// What to do so that there can be an article.
pub(super) fn close(brief: &Brief) -> SectionDraft {
    let pack = pack(brief.language());
    let action = Phrases::of(brief, pack).fill(&pack.weak.action, &[]);
    composed(String::new(), vec![DraftBlock::Paragraph { sentences: vec![ours(action)] }])
}
