//! What a run tells about itself: the draft so far, a note on each step, what the model saw.

use quillhouse_domain::{DraftReason, RunState};
use quillhouse_llm::{
    Message,
    routing::{Decision, Route},
};
use quillhouse_workflow::{ModelAsk, PromptPart, RunMachine, StepOutput};

use super::perform::Chat;
use crate::views::run::{PromptPartView, PromptReportView, RouteCandidateView, RouteView, StepNoteView};

/// The best draft there is, as Markdown; empty before there is one.
pub(crate) fn draft_markdown(machine: &RunMachine) -> String {
    machine.kept().article.map(|article| article.to_markdown()).unwrap_or_default()
}

/// What a step made, when there is more to say than that it is done.
pub(crate) fn note(output: &StepOutput) -> Option<StepNoteView> {
    let because = |reason: &Option<DraftReason>| reason.clone().map(|reason| StepNoteView::Draft { reason });
    match output {
        StepOutput::Seo(plan) => {
            Some(StepNoteView::Seo { phrase: plan.keyphrase.clone(), count: plan.related.len() as u32 })
        }
        StepOutput::Research(evidence) => Some(StepNoteView::Research {
            sentences: evidence.sentences.len() as u32,
            documents: evidence.documents,
            weak: evidence.weak,
        }),
        StepOutput::Outline(outline) => Some(StepNoteView::Outline { count: outline.sections.len() as u32 }),
        StepOutput::Section(draft) => because(&draft.reason),
        StepOutput::Article { score, score_before, note, .. } => {
            Some(StepNoteView::Score { before: *score_before, score: *score, note: note.clone() })
        }
        StepOutput::Post(draft) => because(&draft.reason),
        StepOutput::Audio(draft) => because(&draft.reason),
        StepOutput::Video(draft) => because(&draft.reason),
        StepOutput::Finished => None,
    }
}

/// A note as it is stored with its step.
pub(crate) fn stored_note(note: &StepNoteView) -> String {
    serde_json::to_string(note).unwrap_or_else(|_| note.to_string())
}

/// A stored note; a sentence of another form is kept as it is.
pub(crate) fn told_note(stored: Option<&str>) -> (Option<String>, Option<StepNoteView>) {
    let Some(stored) = stored else { return (None, None) };
    match serde_json::from_str::<StepNoteView>(stored) {
        Ok(note) => (Some(note.to_string()), Some(note)),
        Err(_) => (Some(stored.to_owned()), None),
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
        left_out: ask.left_out.map(|left_out| left_out.to_string()),
        left_out_said: ask.left_out,
        route: None,
    }
}

/// Which account was chosen, and what was said of the others.
pub(crate) fn route_view(route: &Route) -> RouteView {
    let mut candidates: Vec<RouteCandidateView> = route
        .candidates
        .iter()
        .map(|candidate| RouteCandidateView {
            account: candidate.account.to_string(),
            is_chosen: candidate.decision == Decision::Chosen,
            reasons: candidate.reasons.iter().map(ToString::to_string).collect(),
        })
        .collect();
    candidates.sort_by_key(|candidate| !candidate.is_chosen);
    RouteView {
        account: route.account.to_string(),
        provider: route.provider.to_string(),
        model: route.model.to_string(),
        candidates,
    }
}
