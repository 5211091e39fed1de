//! One call of the model for a step.
//!
//! Invariants
//! - A prompt is counted before it is sent; one that does not fit is not sent.
//! - A call is written down before it is made, so that it is counted even if the process ends in it.
//! - One call is made at a time, so that a kill costs at most one. What was answered is written down with the end of the
//!   call and kept until the step is done: a resumed step that asks the same is given the same answer.

use std::sync::{Arc, Mutex, PoisonError};

use quillhouse_domain::{DraftReason, RunId};
use quillhouse_llm::{ChatError, ChatEvent, ChatRequest, Message};
use quillhouse_store::{BrandStore, ModelCallRow, ModelReplyRow};
use quillhouse_workflow::{ModelAsk, StepSpec, WorkResult};
use tokio::sync::SemaphorePermit;

use super::{
    RunHandle,
    perform::{Performed, Performer},
    report,
};
use crate::{
    CommandError, Studio,
    usage::{self, CallFor},
    views::run::RunEventView,
};

/// Streamed text is stored at most this often, in milliseconds.
const DRAFT_INTERVAL_MS: u64 = 1_000;

impl Performer {
    /// The model's turn; nothing when the run was stopped meanwhile.
    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        tokio::select! {
            permit = self.studio.model_turn().acquire() => permit.ok(),
            () = self.handle.cancel.cancelled() => None,
        }
    }

    /// What the same question was answered before the process ended, with its hash.
    async fn answered(&self, spec: &StepSpec, input: &str) -> Result<(String, Option<ModelReplyRow>), CommandError> {
        let (run, step) = (self.run, spec.key.as_str().to_owned());
        let input_hash = blake3::hash(input.as_bytes()).to_hex().to_string();
        let hash = input_hash.clone();
        let reply = self.store.read(move |brand| brand.model_calls().reply(run, &step, &hash)).await?;
        Ok((input_hash, reply))
    }

    async fn begin_call(&self, spec: &StepSpec, input_hash: String) -> Result<String, CommandError> {
        let (run, step) = (self.run, spec.key.as_str().to_owned());
        let at = self.studio.host().now();
        let call = self
            .store
            .write(move |brand| {
                let attempt = brand.steps().get(run, &step)?.map_or(1, |row| row.attempt);
                let key = blake3::hash(format!("{run} {step} {attempt} {input_hash}").as_bytes()).to_hex().to_string();
                brand.model_calls().begin(&ModelCallRow {
                    idempotency_key: key.clone(),
                    run_id: run,
                    step_key: step,
                    attempt,
                    input_hash,
                    started_at: at,
                    finished_at: None,
                    prompt_tokens: None,
                    completion_tokens: None,
                })?;
                Ok(key)
            })
            .await?;
        Ok(call)
    }

    async fn end_call(&self, call: String, reply: ModelReplyRow) -> Result<(), CommandError> {
        let at = self.studio.host().now();
        Ok(self.store.write(move |brand| brand.model_calls().finish(&call, &at, &reply)).await?)
    }

    /// Asks the model to write; nothing when the run was stopped.
    pub(super) async fn ask(
        &self,
        spec: &StepSpec,
        ask: &ModelAsk,
        performed: &mut Performed,
    ) -> Result<Option<WorkResult>, CommandError> {
        let Some(chat) = self.model.chat.clone() else {
            return Ok(Some(WorkResult::ModelFailed { reason: DraftReason::NoModel }));
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
        let (input_hash, known) = self.answered(spec, &format!("{}\n{}", ask.system, ask.user)).await?;
        if let Some((text, reply)) =
            known.and_then(|reply| Some((serde_json::from_str(&reply.reply_json).ok()?, reply)))
        {
            performed.count(&reply);
            return Ok(Some(WorkResult::Answered(text)));
        }
        let Some(_turn) = self.turn().await else { return Ok(None) };
        let call = self.begin_call(spec, input_hash).await?;
        let request = ChatRequest {
            messages,
            max_tokens: ask.max_tokens,
            temperature: ask.temperature,
            seed: 0,
            schema: ask.schema.clone(),
            stop: Vec::new(),
            thinking: false,
        };
        let stream = DraftStream::new(self, spec);
        let about = CallFor::new(self.brand.id, self.run, spec.key.as_str());
        let mut listen = |event| {
            if let ChatEvent::Token(text) = event {
                stream.token(&text);
            }
        };
        let reply = about.about(chat.chat(request, &mut listen, &self.handle.cancel)).await;
        if let (Some(report), Some(route)) = (&mut performed.report, about.route()) {
            report.route = Some(report::route_view(&route));
        }
        match reply {
            Ok(reply) => {
                usage::record(&self.studio, &about, chat.id(), &reply).await?;
                let row = ModelReplyRow {
                    reply_json: json(&reply.text)?,
                    prompt_tokens: reply.prompt_tokens,
                    completion_tokens: reply.completion_tokens,
                };
                performed.count(&row);
                self.end_call(call, row).await?;
                Ok(Some(WorkResult::Answered(reply.text)))
            }
            Err(error) => {
                performed.model_calls += 1;
                Ok(failed(error))
            }
        }
    }

    /// Asks the model which continuation it expects most; nothing when the run was stopped.
    pub(super) async fn rank(
        &self,
        spec: &StepSpec,
        prompt: &str,
        continuations: &[String],
        performed: &mut Performed,
    ) -> Result<Option<WorkResult>, CommandError> {
        let Some(chat) = self.model.chat.clone() else {
            return Ok(Some(WorkResult::ModelFailed { reason: DraftReason::NoModel }));
        };
        let (input_hash, known) = self.answered(spec, &format!("{prompt}\n{}", json(&continuations)?)).await?;
        if let Some((ranks, reply)) = known.and_then(|reply| Some((ranks_of(&reply.reply_json)?, reply))) {
            performed.count(&reply);
            return Ok(Some(WorkResult::Ranked(ranks)));
        }
        let Some(_turn) = self.turn().await else { return Ok(None) };
        let call = self.begin_call(spec, input_hash).await?;
        match chat.rank(prompt, continuations, &self.handle.cancel).await {
            Ok(ranks) => {
                let tokens = chat.count_tokens(&[Message::user(prompt)]).await.unwrap_or(0);
                let row = ModelReplyRow { reply_json: json(&ranks)?, prompt_tokens: tokens, completion_tokens: 0 };
                performed.count(&row);
                self.end_call(call, row).await?;
                Ok(Some(WorkResult::Ranked(ranks)))
            }
            Err(error) => {
                // A provider that cannot rank was not asked anything.
                performed.model_calls += u32::from(error != ChatError::Unsupported);
                Ok(failed(error))
            }
        }
    }
}

impl Performed {
    /// A call belongs to the step, whether this process made it or one before.
    fn count(&mut self, reply: &ModelReplyRow) {
        self.model_calls += 1;
        self.prompt_tokens += reply.prompt_tokens;
        self.completion_tokens += reply.completion_tokens;
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, CommandError> {
    serde_json::to_string(value).map_err(|error| CommandError::internal(&error))
}

/// JSON has no infinity: what the model holds for impossible is stored as nothing.
fn ranks_of(json: &str) -> Option<Vec<f64>> {
    let ranks: Vec<Option<f64>> = serde_json::from_str(json).ok()?;
    Some(ranks.into_iter().map(|rank| rank.unwrap_or(f64::NEG_INFINITY)).collect())
}

/// Nothing when the user stopped it, otherwise the reason for the agent.
fn failed(error: ChatError) -> Option<WorkResult> {
    match error {
        ChatError::Cancelled => None,
        other => Some(WorkResult::ModelFailed { reason: model_trouble(other) }),
    }
}

fn model_trouble(error: ChatError) -> DraftReason {
    match error {
        ChatError::Unavailable { reason } => DraftReason::ModelUnusable { detail: reason },
        ChatError::WorkerEnded { reason } => DraftReason::ModelEnded { detail: reason },
        ChatError::Stalled { seconds } => {
            DraftReason::ModelSilent { seconds: u32::try_from(seconds).unwrap_or(u32::MAX) }
        }
        ChatError::Overloaded | ChatError::RateLimited { .. } => DraftReason::ModelBusy,
        ChatError::BadAnswer { reason } => DraftReason::ModelAnswerUnusable { detail: reason },
        other @ (ChatError::ModelMissing { .. }
        | ChatError::KeyRefused { .. }
        | ChatError::NoCredit { .. }
        | ChatError::Unsupported
        | ChatError::Cancelled) => DraftReason::ModelUnusable { detail: other.to_string() },
        other @ (ChatError::ContextOverflow { .. }
        | ChatError::Truncated { .. }
        | ChatError::Cut { .. }
        | ChatError::Declined { .. }) => DraftReason::ModelAnswerUnusable { detail: other.to_string() },
    }
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
