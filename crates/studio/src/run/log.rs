//! The log of a run: what happened in order, from which its machine is restored.
//!
//! Outputs stand with their steps and not a second time in the log; an entry and its output are written together.

use std::collections::BTreeMap;

use quillhouse_domain::{RunId, StepState};
use quillhouse_store::{BrandStore, StepRow};
use quillhouse_workflow::{Effect, Event, RunMachine, StepKey, StepOutput, StepSpec, WorkflowDefinition};
use serde::{Deserialize, Serialize};

use crate::{CommandError, activity::StoredInput};

/// An event as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Entry {
    Started,
    StepDone { key: StepKey },
    StepFailed { key: StepKey, reason: String, retryable: bool },
    CancelRequested,
    Resumed,
}

/// A run as it stood when its last event was written.
pub(crate) struct Restored {
    pub(crate) machine: RunMachine,
    pub(crate) stored: StoredInput,
}

/// An entry as text.
pub(crate) fn entry(entry: &Entry) -> Result<String, CommandError> {
    serde_json::to_string(entry).map_err(|error| CommandError::internal(&error))
}

fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn waiting_row(run: RunId, spec: &StepSpec) -> StepRow {
    StepRow {
        run_id: run,
        key: spec.key.as_str().to_owned(),
        agent: word(&spec.agent),
        title: spec.title.clone(),
        ordinal: spec.ordinal,
        state: StepState::Waiting,
        attempt: 0,
        input_hash: None,
        output_json: None,
        note: None,
        model_calls: 0,
        prompt_tokens: 0,
        completion_tokens: 0,
        report_json: None,
        started_at: None,
        finished_at: None,
    }
}

/// Rows of the steps that became known.
pub(crate) fn planned_rows(run: RunId, effects: &[Effect]) -> Vec<StepRow> {
    effects
        .iter()
        .flat_map(|effect| match effect {
            Effect::Plan { steps } => steps.iter().map(|spec| waiting_row(run, spec)).collect(),
            _ => Vec::new(),
        })
        .collect()
}

/// Replays a run's log.
pub(crate) async fn restore(store: &BrandStore, run: RunId) -> Result<Restored, CommandError> {
    let (row, events, steps) = store
        .read(move |brand| Ok((brand.runs().get(run)?, brand.runs().events(run)?, brand.steps().list(run)?)))
        .await?;
    let json = |error: serde_json::Error| CommandError::internal(&error);
    let stored: StoredInput = serde_json::from_str(&row.input_json).map_err(json)?;
    let mut outputs: BTreeMap<StepKey, StepOutput> = BTreeMap::new();
    for step in steps {
        if let Some(output) = step.output_json {
            outputs.insert(StepKey::new(step.key), serde_json::from_str(&output).map_err(json)?);
        }
    }
    let mut replayed = Vec::with_capacity(events.len());
    for event in events {
        replayed.push(match serde_json::from_str(&event.event_json).map_err(json)? {
            Entry::Started => Event::Started,
            Entry::StepDone { key } => match outputs.remove(&key) {
                Some(output) => Event::StepDone { key, output },
                None => continue,
            },
            Entry::StepFailed { key, reason, retryable } => Event::StepFailed { key, reason, retryable },
            Entry::CancelRequested => Event::CancelRequested,
            Entry::Resumed => Event::Resumed,
        });
    }
    let definition = WorkflowDefinition::parse(&stored.workflow)
        .map_err(|error| CommandError::new(quillhouse_domain::ErrorCode::DataDamaged, error.to_string()))?;
    let machine = RunMachine::replay(definition, stored.input.clone(), replayed)
        .map_err(|error| CommandError::new(quillhouse_domain::ErrorCode::DataDamaged, error.to_string()))?;
    Ok(Restored { machine, stored })
}
