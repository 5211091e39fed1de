//! Does one step: asks the pure agent what it needs, gives it that, until it is done.
//!
//! Invariants
//! - A failing model never fails a step: the agent is told and goes on without it.

use std::{collections::BTreeMap, sync::Arc};

use quillhouse_domain::{BrandKit, Brief, RunId, StepState};
use quillhouse_knowledge::retrieve::{DocumentFilter, Query, of_brief};
use quillhouse_llm::ChatModel;
use quillhouse_store::{BrandRow, BrandStore, StepFinish};
use quillhouse_workflow::{
    Agent, Event, StepContext, StepKey, StepOutput, StepSpec, StepTask, Work, WorkResult, agents,
};

use super::{RunHandle, executor::output_json, report};
use crate::{
    CommandError, Studio,
    activity::StoredInput,
    model::PreparedModel,
    views::run::{PromptReportView, StepNoteView},
};

/// Rounds after which a step that still asks for something is given up; a step needs about four.
const MOST_ROUNDS: usize = 24;

/// What became of a step.
pub(crate) struct Performed {
    key: StepKey,
    outcome: Outcome,
    pub(super) model_calls: u32,
    pub(super) prompt_tokens: u32,
    pub(super) completion_tokens: u32,
    pub(super) report: Option<PromptReportView>,
}

enum Outcome {
    Done(Box<StepOutput>),
    Failed { reason: String, retryable: bool },
    Stopped,
}

impl Performed {
    pub(crate) const fn key(&self) -> &StepKey {
        &self.key
    }

    /// What the machine is told; nothing when the step was stopped.
    pub(crate) fn event(&self) -> Option<Event> {
        match &self.outcome {
            Outcome::Done(output) => Some(Event::StepDone { key: self.key.clone(), output: (**output).clone() }),
            Outcome::Failed { reason, retryable } => {
                Some(Event::StepFailed { key: self.key.clone(), reason: reason.clone(), retryable: *retryable })
            }
            Outcome::Stopped => None,
        }
    }

    /// The row of the step.
    pub(crate) fn into_finish(self, run: RunId, at: &str) -> Result<StepFinish, CommandError> {
        let (state, output, note) = match self.outcome {
            Outcome::Done(output) => {
                let note = report::note(&output).as_ref().map(report::stored_note);
                (StepState::Done, Some(output_json(&output)?), note)
            }
            Outcome::Failed { reason, .. } => {
                let note = StepNoteView::Failed { detail: reason };
                (StepState::Failed, None, Some(report::stored_note(&note)))
            }
            Outcome::Stopped => (StepState::Waiting, None, None),
        };
        Ok(StepFinish {
            run_id: run,
            key: self.key.as_str().to_owned(),
            state,
            output_json: output,
            note,
            model_calls: self.model_calls,
            prompt_tokens: self.prompt_tokens,
            completion_tokens: self.completion_tokens,
            report_json: self.report.and_then(|report| serde_json::to_string(&report).ok()),
            finished_at: at.to_owned(),
        })
    }
}

/// Everything steps need from outside.
pub(crate) struct Performer {
    pub(super) studio: Studio,
    pub(super) brand: BrandRow,
    pub(super) store: Arc<BrandStore>,
    pub(super) run: RunId,
    brief: Brief,
    pub(super) context_tokens: u32,
    pub(super) model: PreparedModel,
    pub(super) handle: Arc<RunHandle>,
}

impl Performer {
    pub(crate) fn new(
        studio: Studio,
        brand: BrandRow,
        store: Arc<BrandStore>,
        run: RunId,
        stored: &StoredInput,
        model: PreparedModel,
        handle: Arc<RunHandle>,
    ) -> Self {
        Self {
            studio,
            brand,
            store,
            run,
            brief: stored.input.brief.clone(),
            context_tokens: stored.context_tokens,
            model,
            handle,
        }
    }

    /// Does the step to its end.
    pub(crate) async fn perform(&self, spec: StepSpec, outputs: BTreeMap<StepKey, StepOutput>) -> Performed {
        let mut performed = Performed {
            key: spec.key.clone(),
            outcome: Outcome::Stopped,
            model_calls: 0,
            prompt_tokens: 0,
            completion_tokens: 0,
            report: None,
        };
        // The delimiter of fenced sources differs between runs, so that no document can know it.
        let prompts = (**self.studio.prompts()).clone().with_seed(self.run.to_string());
        let kit = match self.kit(&spec).await {
            Ok(kit) => kit,
            Err(error) => {
                performed.outcome = Outcome::Failed { reason: error.message, retryable: true };
                return performed;
            }
        };
        let mut results: Vec<WorkResult> = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let context = StepContext {
                brief: &self.brief,
                brand_name: &self.brand.name,
                kit: &kit,
                way: self.model.way,
                context_tokens: self.context_tokens,
                prompts: &prompts,
                outputs: &outputs,
            };
            let work = tokio::task::block_in_place(|| agents::next(&spec, &context, &results));
            let answered = match work {
                Work::Done(output) => {
                    performed.outcome = Outcome::Done(output);
                    return performed;
                }
                Work::Failed { reason } => {
                    performed.outcome = Outcome::Failed { reason, retryable: false };
                    return performed;
                }
                Work::Retrieve { queries, limit } => self.retrieve(&spec, queries, limit).await,
                Work::Embed { texts } => self.embed(texts).await,
                Work::Ask(ask) => self.ask(&spec, &ask, &mut performed).await,
                Work::Rank { prompt, continuations } => self.rank(&spec, &prompt, &continuations, &mut performed).await,
            };
            match answered {
                Ok(Some(result)) => results.push(result),
                Ok(None) => return performed,
                Err(error) => {
                    let reason = error.message.clone();
                    tracing::warn!(step = %spec.key, message = %error.message, detail = ?error.detail, "a step failed");
                    performed.outcome = Outcome::Failed { reason, retryable: true };
                    return performed;
                }
            }
        }
        performed.outcome = Outcome::Failed {
            reason: format!(
                "The step `{}` asked for more than {MOST_ROUNDS} things in a row and was stopped",
                spec.key
            ),
            retryable: false,
        };
        performed
    }

    /// The brand kit for the step that chooses the evidence; the steps after it take it from there.
    async fn kit(&self, spec: &StepSpec) -> Result<BrandKit, CommandError> {
        if spec.task == StepTask::Evidence {
            crate::kit::for_run(&self.studio, &self.store, self.brief.language()).await
        } else {
            Ok(BrandKit::default())
        }
    }

    async fn retrieve(
        &self,
        spec: &StepSpec,
        queries: Vec<String>,
        limit: u32,
    ) -> Result<Option<WorkResult>, CommandError> {
        let library = self.studio.library(&self.brand).await?;
        let documents = DocumentFilter {
            include: self.brief.include_documents().to_vec(),
            exclude: self.brief.exclude_documents().to_vec(),
        };
        // Whoever looks whether the library holds certain phrases wants these and no others.
        let queries = match spec.agent {
            Agent::Researcher => of_brief(&self.brief, &queries),
            _ => queries.into_iter().map(Query::asked).collect(),
        };
        let passages = library.retrieve(queries, documents, limit).await?;
        Ok(Some(WorkResult::Retrieved(passages)))
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Option<WorkResult>, CommandError> {
        let count = texts.len();
        let vectors = match self.studio.embedder_if_usable().await {
            (Some(embedder), _) => embedder.embed(texts).await?.iter().map(|vector| quantised(vector)).collect(),
            (None, _) => vec![Vec::new(); count],
        };
        Ok(Some(WorkResult::Embedded(vectors)))
    }
}

/// A unit vector as bytes.
fn quantised(vector: &[f32]) -> Vec<i8> {
    vector.iter().map(|value| (value * 127.0).round().clamp(-127.0, 127.0) as i8).collect()
}

/// The model's trait object as the report needs it.
pub(crate) type Chat = dyn ChatModel;
