//! Finished pieces: what a run kept becomes text, labelled sentences, citations, a score.
//!
//! Invariants
//! - Every sentence of a draft stands in the text at the place that is stored for it.
//! - A citation is stored only when its sentence is a fact of the library; its quote is the document's own text.

use quillhouse_domain::{
    ActivityId, Brief, Citation, DraftReason, Language, PieceId, PieceKind, RevisionId, RunId, SectionOrigin,
    SectionRecord, Support,
};
use quillhouse_quality::{article::Check, brand, check, language, post, script, text::word_count};
use quillhouse_store::{PieceRow, RevisionRow};
use quillhouse_workflow::{
    DraftSentence, Evidence, RunInput, RunMachine, SectionDraft, SeoPlan, StepKey, StepOutput, compose,
};
use serde::Serialize;

use super::RevisionMeta;
use crate::{
    CommandError, Studio,
    views::piece::{CheckView, CitationView, SentenceView},
};

/// A piece ready to be stored.
pub(crate) struct FinishedPiece {
    piece: PieceRow,
    revision: RevisionRow,
}

impl FinishedPiece {
    /// The rows, for this activity.
    pub(crate) fn rows(&self, activity: ActivityId) -> (PieceRow, RevisionRow) {
        (PieceRow { activity_id: activity, ..self.piece.clone() }, self.revision.clone())
    }
}

struct Scored {
    score: f32,
    checks: Vec<CheckView>,
}

struct Parts {
    kind: PieceKind,
    title: String,
    text: String,
    sentences: Vec<DraftSentence>,
    sections: Vec<SectionRecord>,
    meta: RevisionMeta,
}

/// Pieces of everything the run has to show; none when there is nothing yet.
pub(crate) fn pieces(
    studio: &Studio,
    run: RunId,
    input: &RunInput,
    machine: &RunMachine,
) -> Result<Vec<FinishedPiece>, CommandError> {
    let outputs = machine.outputs_for(&StepKey::new("finalise"));
    let evidence = outputs.values().find_map(|output| match output {
        StepOutput::Research(evidence) => Some(evidence),
        _ => None,
    });
    let seo = outputs.values().find_map(|output| match output {
        StepOutput::Seo(plan) => Some(plan),
        _ => None,
    });
    let (Some(evidence), Some(seo)) = (evidence, seo) else { return Ok(Vec::new()) };
    let kept = machine.kept();
    let brief = &input.brief;
    let mut finished = Vec::new();
    if brief.wants(quillhouse_domain::ContentType::Blog)
        && let Some(article) = &kept.article
    {
        let report = compose::score(brief, seo, article, evidence);
        let text = article.to_markdown();
        let sentences: Vec<DraftSentence> = article.sentences().cloned().collect();
        let parts = Parts {
            kind: PieceKind::Blog,
            title: article.title.clone(),
            sections: article.sections.iter().map(section_record).collect(),
            meta: RevisionMeta {
                description: Some(article.description.clone()),
                slug: Some(article.slug.clone()),
                reading_ease: reading_ease(&sentences, brief.language()),
            },
            sentences,
            text,
        };
        let scored = Scored { score: report.score, checks: check_views(&report.checks, &parts.text) };
        finished.push(finish(studio, run, brief, evidence, parts, |_| scored)?);
    }
    for draft in &kept.posts {
        let text = draft.to_text();
        let sentences: Vec<DraftSentence> = draft.sentences().cloned().collect();
        let parts = Parts {
            kind: PieceKind::Social { network: draft.network },
            title: first_words(&text),
            sections: vec![record("", draft.origin, draft.reason.as_ref())],
            meta: RevisionMeta { reading_ease: reading_ease(&sentences, brief.language()), ..RevisionMeta::default() },
            sentences,
            text: text.clone(),
        };
        finished.push(finish(studio, run, brief, evidence, parts, |labels| {
            let report = post::score(&post::PostInput {
                network: draft.network,
                text: &text,
                keyphrase: &seo.keyphrase,
                language: brief.language(),
                support: labels,
            });
            held(report.checks, &text, evidence, brief.language())
        })?);
    }
    if let Some(draft) = &kept.audio {
        let parts = Parts {
            kind: PieceKind::Audio,
            title: draft.title.clone(),
            text: draft.to_markdown(),
            sentences: draft.sentences().cloned().collect(),
            sections: draft
                .segments
                .iter()
                .map(|segment| record(&segment.label, draft.origin, draft.reason.as_ref()))
                .collect(),
            meta: RevisionMeta::default(),
        };
        finished.push(finish_script(studio, run, brief, seo, evidence, parts)?);
    }
    if let Some(draft) = &kept.video {
        let parts = Parts {
            kind: PieceKind::Video,
            title: draft.title.clone(),
            text: draft.to_markdown(),
            sentences: draft.sentences().cloned().collect(),
            sections: draft
                .scenes
                .iter()
                .map(|scene| record(&scene.on_screen_text, draft.origin, draft.reason.as_ref()))
                .collect(),
            meta: RevisionMeta::default(),
        };
        finished.push(finish_script(studio, run, brief, seo, evidence, parts)?);
    }
    Ok(finished)
}

fn finish_script(
    studio: &Studio,
    run: RunId,
    brief: &Brief,
    seo: &SeoPlan,
    evidence: &Evidence,
    parts: Parts,
) -> Result<FinishedPiece, CommandError> {
    let spoken: Vec<String> = parts.sentences.iter().map(|sentence| sentence.text.clone()).collect();
    finish(studio, run, brief, evidence, parts, |labels| {
        let text = spoken.join(" ");
        let report = script::score(&script::ScriptInput {
            text: &text,
            keyphrase: &seo.keyphrase,
            language: brief.language(),
            seconds: None,
            support: labels,
        });
        held(report.checks, &text, evidence, brief.language())
    })
}

/// The checks with those that the brand kit asks for, and the score of all of them.
fn held(mut checks: Vec<Check>, text: &str, evidence: &Evidence, language: Language) -> Scored {
    checks.extend(brand::checks(text, false, &evidence.kit, language));
    Scored { score: check::score(&checks), checks: check_views(&checks, text) }
}

fn record(heading: &str, origin: SectionOrigin, reason: Option<&DraftReason>) -> SectionRecord {
    let sentence = reason.map(ToString::to_string);
    SectionRecord { heading: heading.to_owned(), origin, reason: sentence, reason_said: reason.cloned() }
}

fn section_record(section: &SectionDraft) -> SectionRecord {
    record(&section.heading, section.origin, section.reason.as_ref())
}

fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

fn check_view(check: &Check, text: &[char]) -> CheckView {
    CheckView {
        id: word(&check.id),
        group: word(&check.group),
        rating: word(&check.rating),
        measured: check.measured.to_string(),
        measured_said: Some(check.measured.clone()),
        sentences: check
            .spans
            .iter()
            .filter_map(|span| text.get(span.start as usize..span.end as usize))
            .map(|sentence| sentence.iter().collect())
            .collect(),
    }
}

fn check_views(checks: &[Check], text: &str) -> Vec<CheckView> {
    let characters: Vec<char> = text.chars().collect();
    checks.iter().map(|check| check_view(check, &characters)).collect()
}

/// The beginning of a post as its title, whole words up to about sixty characters.
fn first_words(text: &str) -> String {
    let mut title = String::new();
    for part in text.split_whitespace() {
        if !title.is_empty() && title.chars().count() + part.chars().count() >= 60 {
            title.push('…');
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(part);
    }
    title
}

fn reading_ease(sentences: &[DraftSentence], language: Language) -> Option<f32> {
    let sentences: Vec<&str> = sentences.iter().map(|sentence| sentence.text.as_str()).collect();
    quillhouse_quality::readability::flesch(&sentences, language)
}

/// Sentences with their places and labels; a sentence that does not stand in the text is left out.
fn placed(text: &str, sentences: &[DraftSentence], labels: Vec<Support>) -> Vec<SentenceView> {
    let mut placed = Vec::with_capacity(sentences.len());
    let (mut byte, mut character) = (0_usize, 0_u32);
    for (sentence, support) in sentences.iter().zip(labels) {
        let Some(found) = text[byte..].find(&sentence.text) else { continue };
        let start_byte = byte + found;
        let start = character + text[byte..start_byte].chars().count() as u32;
        let end = start + sentence.text.chars().count() as u32;
        placed.push(SentenceView { text: sentence.text.clone(), start, end, support });
        byte = start_byte + sentence.text.len();
        character = end;
    }
    placed
}

fn citations(sentences: &[SentenceView]) -> Vec<CitationView> {
    let facts = sentences.iter().filter_map(|sentence| match &sentence.support {
        Support::Fact { citation, .. } => Some((sentence, citation)),
        Support::User | Support::General | Support::Unsupported { .. } => None,
    });
    facts
        .enumerate()
        .map(|(index, (sentence, citation))| citation_view(index as u32 + 1, &sentence.text, citation))
        .collect()
}

fn citation_view(number: u32, sentence: &str, citation: &Citation) -> CitationView {
    CitationView {
        number,
        sentence: sentence.to_owned(),
        document: citation.document,
        document_name: citation.document_name.clone(),
        page: citation.page,
        start: citation.start,
        end: citation.end,
        quote: citation.quote.clone(),
        erased: None,
    }
}

fn finish(
    studio: &Studio,
    run: RunId,
    brief: &Brief,
    evidence: &Evidence,
    parts: Parts,
    score: impl FnOnce(&[Support]) -> Scored,
) -> Result<FinishedPiece, CommandError> {
    let labels = compose::labels(brief, evidence, &parts.sentences);
    let scored = score(&labels);
    let sentences = placed(&parts.text, &parts.sentences, labels);
    let found = language::detect(&parts.text);
    let language = if found.certain { found.language.unwrap_or(brief.language()) } else { brief.language() };
    let now = studio.host().now();
    let json = |error: serde_json::Error| CommandError::internal(&error);
    let piece = PieceRow {
        id: PieceId::from_uuid(studio.host().new_id()),
        activity_id: ActivityId::from_uuid(*run.as_uuid()),
        run_id: run,
        kind: parts.kind,
        title: parts.title,
        state: "draft".to_owned(),
        created_at: now.clone(),
    };
    let revision = RevisionRow {
        id: RevisionId::from_uuid(studio.host().new_id()),
        piece_id: piece.id,
        number: 1,
        words: word_count(&parts.text) as u32,
        score: Some(f64::from((scored.score * 10.0).round()) / 10.0),
        language,
        meta_json: serde_json::to_string(&parts.meta).map_err(json)?,
        sections_json: serde_json::to_string(&parts.sections).map_err(json)?,
        citations_json: serde_json::to_string(&citations(&sentences)).map_err(json)?,
        support_json: serde_json::to_string(&sentences).map_err(json)?,
        checks_json: serde_json::to_string(&scored.checks).map_err(json)?,
        author: "quillhouse".to_owned(),
        created_at: now,
        text: parts.text,
    };
    Ok(FinishedPiece { piece, revision })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(text: &str) -> DraftSentence {
        DraftSentence { text: text.to_owned(), evidence: None }
    }

    #[test]
    fn sentences_are_placed_in_order_and_counted_in_characters() {
        let text = "# Fähre\n\nÄrger? Nein. Nein.\n";
        let sentences = [sentence("Ärger?"), sentence("Nein."), sentence("Nein.")];
        let placed = placed(text, &sentences, vec![Support::General; 3]);
        let characters: Vec<char> = text.chars().collect();
        for found in &placed {
            let at: String = characters[found.start as usize..found.end as usize].iter().collect();
            assert_eq!(at, found.text, "offsets count characters, not bytes");
        }
        assert!(placed[1].end <= placed[2].start, "the same sentence twice has two places");
    }

    #[test]
    fn a_title_from_a_post_ends_at_a_word() {
        let title = first_words("Two thirds of all passengers now board without a paper ticket, and here is how.");
        assert_eq!(title, "Two thirds of all passengers now board without a paper…");
    }
}
