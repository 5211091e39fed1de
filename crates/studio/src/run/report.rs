//! What a run tells about itself: the draft so far, a note on each step, what the model saw.

use quillhouse_domain::{RunState, SectionOrigin};
use quillhouse_llm::Message;
use quillhouse_workflow::{ModelAsk, PromptPart, RunMachine, StepOutput};

use super::perform::Chat;
use crate::views::run::{PromptPartView, PromptReportView};

/// The best draft there is, as Markdown; empty before there is one.
pub(crate) fn draft_markdown(machine: &RunMachine) -> String {
    machine.kept().article.map(|article| article.to_markdown()).unwrap_or_default()
}

/// A sentence about what a step made, when there is more to say than that it is done.
pub(crate) fn note(output: &StepOutput) -> Option<String> {
    let section = |origin: SectionOrigin, reason: &Option<String>| match (origin, reason) {
        (_, Some(reason)) => Some(reason.clone()),
        (SectionOrigin::Composed | SectionOrigin::Edited | SectionOrigin::Written, None) => None,
    };
    match output {
        StepOutput::Seo(plan) => Some(format!("“{}” and {} related phrases", plan.keyphrase, plan.related.len())),
        StepOutput::Research(evidence) => Some(format!(
            "{} sentences from {} documents{}",
            evidence.sentences.len(),
            evidence.documents,
            if evidence.weak { "; the documents say little about this topic" } else { "" }
        )),
        StepOutput::Outline(outline) => Some(format!("{} sections", outline.sections.len())),
        StepOutput::Section(draft) => section(draft.origin, &draft.reason),
        StepOutput::Article { score, score_before, note, .. } => Some(match (score_before, note) {
            (Some(before), Some(note)) => format!("Score {before:.1} → {score:.1}. {note}"),
            (Some(before), None) => format!("Score {before:.1} → {score:.1}"),
            (None, Some(note)) => format!("Score {score:.1}. {note}"),
            (None, None) => format!("Score {score:.1}"),
        }),
        StepOutput::Post(draft) => section(draft.origin, &draft.reason),
        StepOutput::Audio(draft) => section(draft.origin, &draft.reason),
        StepOutput::Video(draft) => section(draft.origin, &draft.reason),
        StepOutput::Finished => None,
    }
}

/// Why a run ended as it did, when it did not simply end well.
pub(crate) fn end_reason(machine: &RunMachine, state: RunState) -> Option<String> {
    match state {
        RunState::Cancelled => Some("Stopped by you; the text so far is kept".to_owned()),
        RunState::Failed => {
            let failed: Vec<String> = machine.steps().into_iter().filter_map(|status| status.reason).collect();
            Some(if failed.is_empty() { "A step could not be done".to_owned() } else { failed.join(". ") })
        }
        RunState::Done | RunState::Running | RunState::Interrupted => None,
    }
}

const fn part_word(part: PromptPart) -> &'static str {
    match part {
        PromptPart::Instructions => "instructions",
        PromptPart::Kit => "kit",
        PromptPart::Passages => "passages",
        PromptPart::Neighbours => "neighbours",
    }
}

/// What the model is about to see.
pub(crate) async fn prompt_report(
    chat: &Chat,
    ask: &ModelAsk,
    prompt_tokens: u32,
    context_tokens: u32,
) -> PromptReportView {
    let mut parts = Vec::with_capacity(ask.parts.len());
    for (part, text) in &ask.parts {
        let tokens = chat.count_tokens(&[Message::user(text.clone())]).await.unwrap_or(0);
        parts.push(PromptPartView { part: part_word(*part).to_owned(), tokens });
    }
    PromptReportView {
        prompt: ask.prompt.clone(),
        parts,
        prompt_tokens,
        context_tokens,
        left_out: ask.left_out.clone(),
    }
}
