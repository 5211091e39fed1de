//! Executes the effects of a run's machine.
//!
//! Invariants
//! - What a step made, its state, the event and the steps that follow are written in one transaction; so are the
//!   pieces and the end of the run.
//! - Steps whose needs are done run side by side; the model takes one call at a time.
//! - Stopping ends within the current token: nothing of the unfinished step is kept but its streamed text.

use std::{collections::VecDeque, sync::Arc};

use quillhouse_domain::{PieceId, RunId, RunState, StepState};
use quillhouse_store::{BrandRow, BrandStore, ContentCacheRow, PieceInserted, RevisionRow, StepFinish, StoreError};
use quillhouse_workflow::{Effect, Event, RunMachine, StepOutput, StepSpec};
use tokio::task::JoinSet;

use super::{
    RunHandle,
    log::{self, Entry, Restored},
    perform::{Performed, Performer},
    report,
};
use crate::{
    CommandError, Studio,
    activity::StoredInput,
    model::PreparedModel,
    piece::finish::{self, FinishedPiece},
    views::run::RunEventView,
};

/// Steps side by side. More would only wait for the same two cores and the same model.
const SIDE_BY_SIDE: usize = 3;

struct Execution {
    studio: Studio,
    brand: BrandRow,
    store: Arc<BrandStore>,
    run: RunId,
    stored: StoredInput,
    machine: RunMachine,
    handle: Arc<RunHandle>,
}

#[expect(clippy::too_many_arguments, reason = "each is a different thing and they are given once")]
pub(crate) fn spawn(
    studio: Studio,
    brand: BrandRow,
    store: Arc<BrandStore>,
    run: RunId,
    stored: StoredInput,
    machine: RunMachine,
    effects: Vec<Effect>,
    model: PreparedModel,
    handle: Arc<RunHandle>,
) {
    tokio::spawn(async move {
        let mut execution = Execution { studio, brand, store, run, stored, machine, handle };
        let outcome = execution.work(effects, model).await;
        let state = match outcome {
            Ok(state) => state,
            Err(error) => execution.fail(&error).await,
        };
        execution.studio.active_runs().remove(&run);
        execution.send_run().await;
        execution.send(RunEventView::Ended { state });
    });
}

/// Cancels a run nobody works on.
pub(crate) async fn cancel_idle(
    studio: &Studio,
    brand: BrandRow,
    store: &Arc<BrandStore>,
    run: RunId,
    restored: Restored,
) -> Result<(), CommandError> {
    let handle = super::activate(studio, run);
    let mut execution = Execution {
        studio: studio.clone(),
        brand,
        store: Arc::clone(store),
        run,
        stored: restored.stored,
        machine: restored.machine,
        handle,
    };
    let outcome = execution.cancel().await;
    studio.active_runs().remove(&run);
    outcome.map(drop)
}

impl Execution {
    fn send(&self, event: RunEventView) {
        // Nobody watching is fine.
        let _ = self.handle.events.send(event);
    }

    async fn send_run(&self) {
        if let Ok(run) = super::view(&self.studio, &self.brand, &self.store, self.run, false).await {
            self.send(RunEventView::Run { run });
        }
    }

    async fn send_step(&self, key: &str) {
        let (run, key) = (self.run, key.to_owned());
        if let Ok(Some(row)) = self.store.read(move |brand| brand.steps().get(run, &key)).await {
            self.send(RunEventView::Step { step: super::step_view(&row, &self.studio.host().now()) });
        }
    }

    async fn work(&mut self, effects: Vec<Effect>, model: PreparedModel) -> Result<RunState, CommandError> {
        let crew = Arc::new(Performer::new(
            self.studio.clone(),
            self.brand.clone(),
            Arc::clone(&self.store),
            self.run,
            &self.stored,
            model,
            Arc::clone(&self.handle),
        ));
        let mut queue: VecDeque<StepSpec> = VecDeque::new();
        let mut running: JoinSet<Performed> = JoinSet::new();
        let mut finished = take(effects, &mut queue);
        loop {
            if let Some(state) = finished {
                // Reached here only when a resumed run was at its end; the transaction was made by `commit` otherwise.
                running.abort_all();
                return Ok(state);
            }
            while running.len() < SIDE_BY_SIDE
                && let Some(spec) = queue.pop_front()
            {
                let outputs = self.machine.outputs_for(&spec.key);
                let crew = Arc::clone(&crew);
                self.begin(&spec).await?;
                running.spawn(async move { crew.perform(spec, outputs).await });
            }
            let performed = tokio::select! {
                biased;
                () = self.handle.cancel.cancelled() => {
                    running.abort_all();
                    while running.join_next().await.is_some() {}
                    return self.cancel().await;
                }
                joined = running.join_next() => joined,
            };
            let performed = match performed {
                Some(Ok(performed)) => performed,
                Some(Err(error)) => return Err(CommandError::internal(&error)),
                None => {
                    return Err(CommandError::new(
                        quillhouse_domain::ErrorCode::Internal,
                        "The run has no step left to do and no end. The draft so far is safe; start the run again",
                    ));
                }
            };
            let Some(event) = performed.event() else { continue };
            let key = performed.key().as_str().to_owned();
            let effects = self.commit(event, Some(performed)).await?;
            self.send_step(&key).await;
            self.send_run().await;
            self.send(RunEventView::Draft { markdown: report::draft_markdown(&self.machine) });
            finished = take(effects, &mut queue);
        }
    }

    async fn begin(&self, spec: &StepSpec) -> Result<(), CommandError> {
        let (run, key, at) = (self.run, spec.key.as_str().to_owned(), self.studio.host().now());
        let name = key.clone();
        self.store
            .write(move |brand| {
                let attempt = brand.steps().get(run, &key)?.map_or(0, |row| row.attempt) + 1;
                brand.steps().start(run, &key, attempt, &at)
            })
            .await?;
        self.send_step(&name).await;
        Ok(())
    }

    /// Writes what happened and all that follows from it, in one transaction.
    async fn commit(&mut self, event: Event, performed: Option<Performed>) -> Result<Vec<Effect>, CommandError> {
        let entry = log::entry(&match &event {
            Event::Started => Entry::Started,
            Event::StepDone { key, .. } => Entry::StepDone { key: key.clone() },
            Event::StepFailed { key, reason, retryable } => {
                Entry::StepFailed { key: key.clone(), reason: reason.clone(), retryable: *retryable }
            }
            Event::CancelRequested => Entry::CancelRequested,
            Event::Resumed => Entry::Resumed,
        })?;
        let effects = self.machine.apply(event);
        let at = self.studio.host().now();
        let finished = effects.iter().find_map(|effect| match effect {
            Effect::Finish { state } => Some(*state),
            _ => None,
        });
        let pieces: Vec<FinishedPiece> = match finished {
            Some(_) => finish::pieces(&self.studio, self.run, &self.stored.input, &self.machine)?,
            None => Vec::new(),
        };
        let reason = finished.and_then(|state| report::end_reason(&self.machine, state));
        let step = performed.map(|performed| performed.into_finish(self.run, &at)).transpose()?;
        let (run, rows) = (self.run, log::planned_rows(self.run, &effects));
        let cache = (finished == Some(RunState::Done)).then(|| self.studio.host().later(self.stored.cache_seconds));
        self.store
            .write(move |brand| {
                brand.runs().append_event(run, &entry, &at)?;
                if let Some(step) = &step {
                    brand.steps().finish(step)?;
                    brand.steps().clear_draft(run, &step.key)?;
                    if matches!(step.state, StepState::Done | StepState::Failed) {
                        brand.model_calls().forget_replies(run, &step.key)?;
                    }
                }
                for row in &rows {
                    if brand.steps().get(run, &row.key)?.is_none() {
                        brand.steps().upsert(row)?;
                    }
                }
                let Some(state) = finished else { return Ok(()) };
                finish_steps(brand, run, state, &at)?;
                let row = brand.runs().get(run)?;
                for piece in &pieces {
                    let (piece, revision) = piece.rows(row.activity_id);
                    if let PieceInserted::Existing(known) = brand.pieces().insert_with_revision(&piece, &revision)? {
                        revise(brand, known, revision)?;
                    }
                }
                if let Some(expires_at) = cache {
                    brand.content_cache().put(&ContentCacheRow {
                        key: row.cache_key,
                        run_id: run,
                        created_at: at.clone(),
                        expires_at,
                    })?;
                }
                brand.runs().set_state(run, state, reason.as_deref(), &at)
            })
            .await?;
        Ok(effects)
    }

    async fn cancel(&mut self) -> Result<RunState, CommandError> {
        self.commit(Event::CancelRequested, None).await?;
        Ok(RunState::Cancelled)
    }

    /// The run cannot go on in this process: what is stored stays, and resume continues there.
    async fn fail(&self, error: &CommandError) -> RunState {
        tracing::error!(run.id = %self.run, message = %error.message, detail = ?error.detail, "a run stopped");
        let (run, reason, at) = (self.run, error.message.clone(), self.studio.host().now());
        let written =
            self.store.write(move |brand| brand.runs().set_state(run, RunState::Interrupted, Some(&reason), &at)).await;
        if let Err(error) = written {
            tracing::error!(%error, "the state of the stopped run could not be written");
        }
        RunState::Interrupted
    }
}

/// Queues the steps that are to begin, and says how the run ended when it did.
fn take(effects: Vec<Effect>, queue: &mut VecDeque<StepSpec>) -> Option<RunState> {
    let mut finished = None;
    for effect in effects {
        match effect {
            Effect::Begin { step } => queue.push_back(step),
            Effect::Finish { state } => finished = Some(state),
            Effect::Plan { .. } | Effect::KeepBest => {}
        }
    }
    finished
}

/// A run that was stopped and then finished has made the piece before: its text becomes the next revision.
fn revise(
    brand: &mut quillhouse_store::BrandWriter<'_>,
    piece: PieceId,
    revision: RevisionRow,
) -> Result<(), StoreError> {
    match brand.revisions().latest(piece)? {
        Some(latest) if latest.text == revision.text => Ok(()),
        latest => {
            let number = latest.map_or(1, |latest| latest.number + 1);
            brand.revisions().insert(&RevisionRow { piece_id: piece, number, ..revision })
        }
    }
}

/// Steps that were planned and are not needed any more.
fn finish_steps(
    brand: &mut quillhouse_store::BrandWriter<'_>,
    run: RunId,
    state: RunState,
    at: &str,
) -> Result<(), StoreError> {
    for row in brand.steps().list(run)? {
        if !matches!(row.state, StepState::Waiting | StepState::Running) {
            continue;
        }
        // A failed or stopped run can be resumed, and its steps wait for that.
        let left = if state == RunState::Done { StepState::Skipped } else { StepState::Waiting };
        if left == row.state {
            continue;
        }
        brand.steps().finish(&StepFinish {
            run_id: run,
            key: row.key,
            state: left,
            output_json: None,
            note: None,
            model_calls: row.model_calls,
            prompt_tokens: row.prompt_tokens,
            completion_tokens: row.completion_tokens,
            report_json: row.report_json,
            finished_at: at.to_owned(),
        })?;
    }
    Ok(())
}

/// The output of a step as it is stored.
pub(crate) fn output_json(output: &StepOutput) -> Result<String, CommandError> {
    serde_json::to_string(output).map_err(|error| CommandError::internal(&error))
}
