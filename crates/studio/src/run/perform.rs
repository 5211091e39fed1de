//! Does one step: asks the pure agent what it needs, gives it that, until it is done.
//!
//! Invariants
//! - A prompt is counted before it is sent; one that does not fit is not sent.
//! - A model call is written down before it is made, so that it is counted even if the process ends in it.
//! - A failing model never fails a step: the agent is told and goes on without it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use quillhouse_domain::{BrandKit, Brief, RunId, StepState};
use quillhouse_knowledge::retrieve::{DocumentFilter, Query, of_brief};
use quillhouse_llm::{ChatError, ChatEvent, ChatModel, ChatRequest, Message};
use quillhouse_store::{BrandRow, BrandStore, ModelCallRow, StepFinish};
use quillhouse_workflow::{
    Agent, Event, ModelAsk, StepContext, StepKey, StepOutput, StepSpec, StepTask, Work, WorkResult, agents,
};

use super::{RunHandle, executor::output_json, report};
use crate::{
    CommandError, Studio,
    activity::StoredInput,
    model::PreparedModel,
    views::run::{PromptReportView, RunEventView},
};

/// Streamed text is stored at most this often, in milliseconds.
const DRAFT_INTERVAL_MS: u64 = 1_000;

/// Rounds after which a step that still asks for something is given up; a step needs about four.
const MOST_ROUNDS: usize = 24;

/// What became of a step.
pub(crate) struct Performed {
    key: StepKey,
    outcome: Outcome,
    model_calls: u32,
    prompt_tokens: u32,
    completion_tokens: u32,
    report: Option<PromptReportView>,
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
            Outcome::Done(output) => (StepState::Done, Some(output_json(&output)?), report::note(&output)),
            Outcome::Failed { reason, .. } => (StepState::Failed, None, Some(reason)),
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
    studio: Studio,
    brand: BrandRow,
    store: Arc<BrandStore>,
    run: RunId,
    brief: Brief,
    context_tokens: u32,
    model: PreparedModel,
    handle: Arc<RunHandle>,
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
            crate::kit::for_run(&self.store, self.brief.language()).await
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

    async fn begin_call(&self, spec: &StepSpec, input: &str) -> Result<String, CommandError> {
        let (run, step) = (self.run, spec.key.as_str().to_owned());
        let input_hash = blake3::hash(input.as_bytes()).to_hex().to_string();
        let at = self.studio.host().now();
        let key = self
            .store
            .write(move |brand| {
                let attempt = brand.steps().get(run, &step)?.map_or(1, |row| row.attempt);
                let key = blake3::hash(format!("{run} {step} {attempt} {input_hash}").as_bytes()).to_hex().to_string();
                brand.model_calls().begin(&ModelCallRow {
                    idempotency_key: key.clone(),
                    run_id: run,
                    step_key: step,
                    attempt,
                    started_at: at,
                    finished_at: None,
                    prompt_tokens: None,
                    completion_tokens: None,
                })?;
                Ok(key)
            })
            .await?;
        Ok(key)
    }

    async fn end_call(&self, key: String, prompt_tokens: u32, completion_tokens: u32) -> Result<(), CommandError> {
        let at = self.studio.host().now();
        Ok(self
            .store
            .write(move |brand| brand.model_calls().finish(&key, &at, prompt_tokens, completion_tokens).map(drop))
            .await?)
    }

    async fn ask(
        &self,
        spec: &StepSpec,
        ask: &ModelAsk,
        performed: &mut Performed,
    ) -> Result<Option<WorkResult>, CommandError> {
        let Some(chat) = self.model.chat.clone() else {
            return Ok(Some(WorkResult::ModelFailed { reason: "No model is chosen".to_owned() }));
        };
        let messages = vec![Message::system(ask.system.clone()), Message::user(ask.user.clone())];
        let prompt_tokens = match chat.count_tokens(&messages).await {
            Ok(count) => count,
            Err(error) => return Ok(failed(error)),
        };
        let limit_tokens = self.context_tokens.saturating_sub(ask.max_tokens);
        if prompt_tokens > limit_tokens {
            return Ok(Some(WorkResult::DidNotFit { prompt_tokens, limit_tokens }));
        }
        performed.report = Some(report::prompt_report(chat.as_ref(), ask, prompt_tokens, self.context_tokens).await);
        let call = self.begin_call(spec, &format!("{}\n{}", ask.system, ask.user)).await?;
        performed.model_calls += 1;
        let request = ChatRequest {
            messages,
            max_tokens: ask.max_tokens,
            temperature: ask.temperature,
            seed: 0,
            schema: ask.schema.clone(),
            stop: Vec::new(),
        };
        let stream = DraftStream::new(self, spec);
        let reply = chat
            .chat(
                request,
                &mut |event| {
                    if let ChatEvent::Token(text) = event {
                        stream.token(&text);
                    }
                },
                &self.handle.cancel,
            )
            .await;
        match reply {
            Ok(reply) => {
                performed.prompt_tokens += reply.prompt_tokens;
                performed.completion_tokens += reply.completion_tokens;
                self.end_call(call, reply.prompt_tokens, reply.completion_tokens).await?;
                Ok(Some(WorkResult::Answered(reply.text)))
            }
            Err(error) => Ok(failed(error)),
        }
    }

    async fn rank(
        &self,
        spec: &StepSpec,
        prompt: &str,
        continuations: &[String],
        performed: &mut Performed,
    ) -> Result<Option<WorkResult>, CommandError> {
        let Some(chat) = self.model.chat.clone() else {
            return Ok(Some(WorkResult::ModelFailed { reason: "No model is chosen".to_owned() }));
        };
        let call = self.begin_call(spec, prompt).await?;
        performed.model_calls += 1;
        match chat.rank(prompt, continuations, &self.handle.cancel).await {
            Ok(ranks) => {
                let tokens = chat.count_tokens(&[Message::user(prompt)]).await.unwrap_or(0);
                performed.prompt_tokens += tokens;
                self.end_call(call, tokens, 0).await?;
                Ok(Some(WorkResult::Ranked(ranks)))
            }
            Err(error) => Ok(failed(error)),
        }
    }
}

/// Nothing when the user stopped it, otherwise the reason for the agent.
fn failed(error: ChatError) -> Option<WorkResult> {
    match error {
        ChatError::Cancelled => None,
        other => Some(WorkResult::ModelFailed { reason: other.to_string() }),
    }
}

/// A unit vector as bytes.
fn quantised(vector: &[f32]) -> Vec<i8> {
    vector.iter().map(|value| (value * 127.0).round().clamp(-127.0, 127.0) as i8).collect()
}

/// Streams a step's text to the viewers, and to the store now and then.
struct DraftStream {
    state: Mutex<DraftState>,
    handle: Arc<RunHandle>,
    store: Arc<BrandStore>,
    studio: Studio,
    run: RunId,
    key: String,
}

struct DraftState {
    text: String,
    stored_ms: u64,
}

impl DraftStream {
    fn new(performer: &Performer, spec: &StepSpec) -> Self {
        Self {
            state: Mutex::new(DraftState { text: String::new(), stored_ms: performer.studio.host().elapsed_ms() }),
            handle: Arc::clone(&performer.handle),
            store: Arc::clone(&performer.store),
            studio: performer.studio.clone(),
            run: performer.run,
            key: spec.key.as_str().to_owned(),
        }
    }

    fn token(&self, text: &str) {
        // Nobody watching is fine.
        let _ = self.handle.events.send(RunEventView::Token { step: self.key.clone(), text: text.to_owned() });
        let now_ms = self.studio.host().elapsed_ms();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.text.push_str(text);
        if now_ms.saturating_sub(state.stored_ms) < DRAFT_INTERVAL_MS {
            return;
        }
        state.stored_ms = now_ms;
        let (store, run, key, draft, at) =
            (Arc::clone(&self.store), self.run, self.key.clone(), state.text.clone(), self.studio.host().now());
        tokio::spawn(async move {
            if let Err(error) = store.write(move |brand| brand.steps().put_draft(run, &key, &draft, &at)).await {
                tracing::warn!(%error, "the streamed text could not be stored");
            }
        });
    }
}

/// The model's trait object as the report needs it.
pub(crate) type Chat = dyn ChatModel;
