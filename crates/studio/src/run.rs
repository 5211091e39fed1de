//! Runs: listed, shown, watched, resumed, cancelled.

mod asking;
pub(crate) mod executor;
pub(crate) mod log;
mod perform;
mod report;

use std::sync::Arc;

use quillhouse_domain::{BrandId, RunId, RunState, SectionOrigin, StepState};
use quillhouse_llm::CancelToken;
use quillhouse_store::{BrandRow, BrandStore, RunRow, StepRow, StoreError};
use quillhouse_workflow::{Event, StepOutput};
use tokio::sync::broadcast;

use crate::{
    CommandError, Studio,
    host::seconds_between,
    model,
    rpc::Events,
    views::{
        brand::BrandParams,
        run::{RunDetailView, RunEventView, RunListView, RunParams, RunView, StepView},
    },
};

/// Events a slow viewer may fall behind before it is given the whole state anew.
const EVENT_CAPACITY: usize = 1_024;

/// Steps an ordinary run has at least; keeps the bar from standing near its end before the outline is known.
const USUAL_STEPS: f32 = 10.0;

/// A run that is being worked on in this process.
pub(crate) struct RunHandle {
    pub(crate) cancel: CancelToken,
    pub(crate) events: broadcast::Sender<RunEventView>,
}

/// Registers a run as being worked on.
pub(crate) fn activate(studio: &Studio, id: RunId) -> Arc<RunHandle> {
    let handle = Arc::new(RunHandle { cancel: CancelToken::new(), events: broadcast::channel(EVENT_CAPACITY).0 });
    studio.active_runs().insert(id, Arc::clone(&handle));
    handle
}

/// A run by id, in the named brand or in any.
async fn find(studio: &Studio, params: &RunParams) -> Result<(BrandRow, Arc<BrandStore>, RunId), CommandError> {
    let id: RunId = params.run.trim().parse()?;
    let brands = if params.brand.trim().is_empty() {
        studio.brands().await?
    } else {
        vec![studio.brand(&params.brand).await?.0]
    };
    for brand in brands {
        let store = studio.data().open_brand(brand.id)?;
        match store.read(move |brand| brand.runs().get(id)).await {
            Ok(_) => return Ok((brand, store, id)),
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(CommandError::not_found("run", &params.run))
}

fn step_seconds(row: &StepRow, now: &str) -> Option<f64> {
    let start = row.started_at.as_deref()?;
    let end = row.finished_at.as_deref().unwrap_or(now);
    Some(if row.state == StepState::Waiting { 0.0 } else { seconds_between(start, end) })
}

fn step_view(row: &StepRow, now: &str) -> StepView {
    let (note, note_said) = report::told_note(row.note.as_deref());
    StepView {
        key: row.key.clone(),
        agent: row.agent.clone(),
        title: row.title.clone(),
        state: row.state,
        attempt: row.attempt,
        seconds: step_seconds(row, now),
        tokens: row.prompt_tokens + row.completion_tokens,
        origin: origin(row),
        note,
        note_said,
        report: row.report_json.as_deref().and_then(|json| serde_json::from_str(json).ok()),
    }
}

fn origin(row: &StepRow) -> Option<SectionOrigin> {
    // Evidence is long and has no origin; reading it for every view would take longer than the view.
    if row.agent == "researcher" {
        return None;
    }
    match serde_json::from_str(row.output_json.as_deref()?).ok()? {
        StepOutput::Section(draft) => Some(draft.origin),
        StepOutput::Post(draft) => Some(draft.origin),
        StepOutput::Audio(draft) => Some(draft.origin),
        StepOutput::Video(draft) => Some(draft.origin),
        _ => None,
    }
}

pub(crate) fn assemble_view(
    brand: BrandId,
    title: String,
    row: &RunRow,
    steps: &[StepRow],
    now: &str,
    cache_hit: bool,
) -> RunView {
    let done = steps.iter().filter(|step| matches!(step.state, StepState::Done | StepState::Skipped)).count() as f32;
    let progress = match row.state {
        RunState::Done => 1.0,
        _ => (done / (steps.len() as f32).max(USUAL_STEPS)).min(0.99),
    };
    let seconds: f64 = steps.iter().filter_map(|step| step_seconds(step, now)).sum();
    let (calls, prompt_tokens, completion_tokens) =
        steps.iter().fold((0, 0, 0), |(calls, prompt, completion), step| {
            (calls + step.model_calls, prompt + step.prompt_tokens, completion + step.completion_tokens)
        });
    let writing_seconds: f64 =
        steps.iter().filter(|step| step.completion_tokens > 0).filter_map(|step| step_seconds(step, now)).sum();
    RunView {
        id: row.id,
        activity: row.activity_id,
        brand: brand.to_string(),
        title,
        state: row.state,
        model: row.model.to_string(),
        way: row.way,
        progress,
        seconds,
        seconds_left: (row.state == RunState::Running && progress > 0.2)
            .then(|| seconds * f64::from((1.0 - progress) / progress)),
        tokens_per_second: (writing_seconds > 0.0).then(|| (f64::from(completion_tokens) / writing_seconds) as f32),
        model_calls: calls,
        prompt_tokens,
        completion_tokens,
        cache_hit,
        reason: row.reason.clone(),
        created_at: row.created_at.clone(),
    }
}

pub(crate) async fn view(
    studio: &Studio,
    brand: &BrandRow,
    store: &BrandStore,
    id: RunId,
    cache_hit: bool,
) -> Result<RunView, CommandError> {
    let (row, title, steps) = store
        .read(move |brand| {
            let row = brand.runs().get(id)?;
            let title = brand.activities().get(row.activity_id)?.title;
            let steps = brand.steps().list(id)?;
            Ok((row, title, steps))
        })
        .await?;
    Ok(assemble_view(brand.id, title, &row, &steps, &studio.host().now(), cache_hit))
}

async fn detail(
    studio: &Studio,
    brand: &BrandRow,
    store: &Arc<BrandStore>,
    id: RunId,
) -> Result<RunDetailView, CommandError> {
    let run = view(studio, brand, store, id, false).await?;
    let (steps, drafts) = store.read(move |brand| Ok((brand.steps().list(id)?, brand.steps().drafts(id)?))).await?;
    let now = studio.host().now();
    let mut draft_markdown = report::draft_markdown(&log::restore(store, id).await?.machine);
    for draft in drafts.iter().filter(|draft| !draft.text.is_empty()) {
        draft_markdown.push_str("\n\n");
        draft_markdown.push_str(&draft.text);
    }
    Ok(RunDetailView { run, steps: steps.iter().map(|row| step_view(row, &now)).collect(), draft_markdown })
}

pub(crate) async fn list(studio: &Studio, params: BrandParams) -> Result<RunListView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let rows = store
        .read(|brand| {
            brand
                .runs()
                .list()?
                .into_iter()
                .map(|row| {
                    let title = brand.activities().get(row.activity_id)?.title;
                    let steps = brand.steps().list(row.id)?;
                    Ok((row, title, steps))
                })
                .collect::<Result<Vec<_>, StoreError>>()
        })
        .await?;
    let now = studio.host().now();
    let runs =
        rows.into_iter().map(|(row, title, steps)| assemble_view(brand.id, title, &row, &steps, &now, false)).collect();
    Ok(RunListView { runs })
}

pub(crate) async fn show(studio: &Studio, params: RunParams) -> Result<RunDetailView, CommandError> {
    let (brand, store, id) = find(studio, &params).await?;
    detail(studio, &brand, &store, id).await
}

pub(crate) async fn watch(
    studio: &Studio,
    params: RunParams,
    events: Events<RunEventView>,
) -> Result<RunView, CommandError> {
    let (brand, store, id) = find(studio, &params).await?;
    let receiver = studio.active_runs().get(&id).map(|handle| handle.events.subscribe());
    send_all(&detail(studio, &brand, &store, id).await?, &events);
    if let Some(mut receiver) = receiver {
        loop {
            match receiver.recv().await {
                Ok(event) => {
                    let ended = matches!(event, RunEventView::Ended { .. });
                    events.send(&event);
                    if ended {
                        break;
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    send_all(&detail(studio, &brand, &store, id).await?, &events);
                }
                Err(broadcast::error::RecvError::Closed) => break,
            }
        }
    }
    let run = view(studio, &brand, &store, id, false).await?;
    events.send(&RunEventView::Ended { state: run.state });
    Ok(run)
}

fn send_all(detail: &RunDetailView, events: &Events<RunEventView>) {
    events.send(&RunEventView::Run { run: detail.run.clone() });
    for step in &detail.steps {
        events.send(&RunEventView::Step { step: step.clone() });
    }
    events.send(&RunEventView::Draft { markdown: detail.draft_markdown.clone() });
}

pub(crate) async fn resume(studio: &Studio, params: RunParams) -> Result<RunView, CommandError> {
    let (brand, store, id) = find(studio, &params).await?;
    let is_active = studio.active_runs().contains_key(&id);
    let current = view(studio, &brand, &store, id, false).await?;
    if is_active || current.state == RunState::Done {
        return Ok(current);
    }
    let mut restored = log::restore(&store, id).await?;
    let chosen = model::choose(studio, Some(restored.stored.input.model.as_str())).await?.permitted(&brand)?;
    let mut prepared = model::prepare(studio, &chosen).await?;
    prepared.way = restored.stored.input.way();
    let effects = restored.machine.apply(Event::Resumed);
    let (entry, at) = (log::entry(&log::Entry::Resumed)?, studio.host().now());
    let steps = log::planned_rows(id, &effects);
    store
        .write(move |brand| {
            brand.runs().append_event(id, &entry, &at)?;
            for step in &steps {
                if brand.steps().get(id, &step.key)?.is_none() {
                    brand.steps().upsert(step)?;
                }
            }
            brand.runs().set_state(id, RunState::Running, None, &at)
        })
        .await?;
    let handle = activate(studio, id);
    executor::spawn(
        studio.clone(),
        brand.clone(),
        Arc::clone(&store),
        id,
        restored.stored,
        restored.machine,
        effects,
        prepared,
        handle,
    );
    view(studio, &brand, &store, id, false).await
}

pub(crate) async fn cancel(studio: &Studio, params: RunParams) -> Result<RunView, CommandError> {
    let (brand, store, id) = find(studio, &params).await?;
    let active = studio.active_runs().get(&id).cloned();
    if let Some(handle) = active {
        let mut receiver = handle.events.subscribe();
        handle.cancel.cancel();
        // The executor ends a cancelled run at once and says so. It takes the run off the list before it says so, so that a
        // run that is not on the list any more has nothing left to say.
        while studio.active_runs().contains_key(&id)
            && !matches!(
                receiver.recv().await,
                Ok(RunEventView::Ended { .. }) | Err(broadcast::error::RecvError::Closed)
            )
        {}
    } else {
        let current = view(studio, &brand, &store, id, false).await?;
        if !current.state.is_final() {
            let restored = log::restore(&store, id).await?;
            executor::cancel_idle(studio, brand.clone(), &store, id, restored).await?;
        }
    }
    view(studio, &brand, &store, id, false).await
}
