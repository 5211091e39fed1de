//! Activities: a brief is checked, estimated, answered from the cache, or started as a run.

use std::sync::Arc;

use quillhouse_domain::{ActivityId, Brief, ErrorCode, RunId, RunState, WayOfWorking};
use quillhouse_store::{ActivityRow, BrandRow, BrandStore, RunRow};
use quillhouse_workflow::{Effect, Event, RunInput, RunMachine};
use serde::{Deserialize, Serialize};

use crate::{
    CommandError, ErrorReason, Studio,
    model::{self, ChosenModel},
    run::{self, executor, log},
    views::run::{ActivityParams, EstimateNoteView, EstimateView, RunView},
};

/// How long a finished run answers the same brief again, in seconds.
const CACHE_SECONDS: i64 = 60 * 60;

/// What a run was made from; stored with it, so that it resumes on the same terms.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredInput {
    /// What the machine is made from.
    pub(crate) input: RunInput,
    /// Size of the model's context in tokens; 0 without a model.
    pub(crate) context_tokens: u32,
    /// The definition's text, so that a run ends on the workflow it began with.
    pub(crate) workflow: String,
    /// How long its result may answer again, in seconds.
    pub(crate) cache_seconds: i64,
    /// Version of the brand kit when the run began; 0 without one.
    #[serde(default)]
    pub(crate) kit_version: u32,
}

/// Documents that would be searched, as hashes in order.
async fn searched_documents(store: &BrandStore, brief: &Brief) -> Result<Vec<String>, CommandError> {
    let (include, exclude) = (brief.include_documents().to_vec(), brief.exclude_documents().to_vec());
    let mut hashes = store
        .read(move |brand| {
            let rows = brand.documents().list()?;
            Ok(rows
                .into_iter()
                .filter(|row| row.state.is_searchable())
                .filter(|row| include.is_empty() || include.contains(&row.id))
                .filter(|row| !exclude.contains(&row.id))
                .map(|row| format!("{} {}", row.content_hash, row.name))
                .collect::<Vec<_>>())
        })
        .await?;
    hashes.sort();
    Ok(hashes)
}

/// Everything that decides the result, as one hash.
fn cache_key(studio: &Studio, brief: &Brief, chosen: &ChosenModel, documents: &[String], kit_version: u32) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |part: &str| {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    };
    add(env!("CARGO_PKG_VERSION"));
    add(&serde_json::to_string(brief).unwrap_or_default());
    // What the user made of the kit decides as much as the documents do.
    add(&kit_version.to_string());
    add(chosen.id.as_str());
    add(&chosen.fingerprint);
    add(&studio.workflow().fingerprint());
    for prompt in studio.prompts().list() {
        add(&prompt.version);
    }
    for document in documents {
        add(document);
    }
    hasher.finalize().to_hex().to_string()
}

fn no_documents(brand: &str) -> CommandError {
    CommandError::new(
        ErrorCode::NoEvidence,
        format!("The library of `{brand}` has no readable document to write from. Add documents first, then write"),
    )
    .because(ErrorReason::NoDocuments { brand: brand.to_owned() })
}

pub(crate) async fn estimate(studio: &Studio, params: ActivityParams) -> Result<EstimateView, CommandError> {
    let (_, store) = studio.brand(&params.brand).await?;
    let brief = Brief::parse(params.brief)?;
    let chosen = model::choose(studio, params.model.as_deref()).await?;
    let documents = searched_documents(&store, &brief).await?.len() as u32;
    let probe = model::known_probe(studio, &chosen).await?;
    let way = if chosen.id.is_none() {
        WayOfWorking::Composed
    } else {
        probe.as_ref().map_or(WayOfWorking::Guided, |probe| probe.way)
    };
    // Measured on two cores: retrieval, embedding of the evidence and composing take about this long.
    let base_seconds = 2.0 + f64::from(documents.min(200)) * 0.01;
    let sections = f64::from((brief.words() / 160).clamp(3, 12));
    let calls = sections + 2.0 + brief.networks().len() as f64;
    let (tokens, model_seconds) = match (way, &probe) {
        (WayOfWorking::Composed, _) => (0.0, 0.0),
        (WayOfWorking::Guided | WayOfWorking::Free, None) => (calls * 700.0, calls * 12.0),
        (WayOfWorking::Guided, Some(probe)) => (
            calls * 500.0,
            calls
                * (420.0 / f64::from(probe.prompt_tokens_per_second.max(1.0))
                    + 80.0 / f64::from(probe.completion_tokens_per_second.max(1.0))),
        ),
        (WayOfWorking::Free, Some(probe)) => (
            calls * 1_700.0,
            calls
                * (1_300.0 / f64::from(probe.prompt_tokens_per_second.max(1.0))
                    + 400.0 / f64::from(probe.completion_tokens_per_second.max(1.0))),
        ),
    };
    let note = if documents == 0 {
        Some(EstimateNoteView::NoDocuments)
    } else if probe.is_none() && !chosen.id.is_none() {
        Some(EstimateNoteView::ModelUnexamined)
    } else {
        None
    };
    Ok(EstimateView {
        seconds_low: base_seconds + model_seconds * 0.6,
        seconds_high: base_seconds * 2.0 + model_seconds * 1.6,
        tokens: tokens as u32,
        documents,
        model: chosen.id.to_string(),
        way,
        note: note.as_ref().map(ToString::to_string),
        note_said: note,
    })
}

pub(crate) async fn start(studio: &Studio, params: ActivityParams) -> Result<RunView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let brief = Brief::parse(params.brief)?;
    let chosen = model::choose(studio, params.model.as_deref()).await?.permitted(&brand)?;
    let documents = searched_documents(&store, &brief).await?;
    if documents.is_empty() {
        return Err(no_documents(&brand.name));
    }
    let kit_version = store.read(|brand| brand.kit().get()).await?.version;
    let key = cache_key(studio, &brief, &chosen, &documents, kit_version);
    if params.use_cache
        && let Some(view) = cached(studio, &brand, &store, &key).await?
    {
        return Ok(view);
    }
    let prepared = model::prepare(studio, &chosen).await?;
    let input = RunInput { brief: brief.clone(), model: chosen.id.clone(), way: prepared.way };
    let stored = StoredInput {
        input: input.clone(),
        context_tokens: prepared.context_tokens,
        workflow: studio.workflow().source().to_owned(),
        cache_seconds: CACHE_SECONDS,
        kit_version,
    };
    let mut machine = RunMachine::new(studio.workflow().clone(), input);
    let effects = machine.apply(Event::Started);
    let row = insert(studio, &store, &brief, &stored, key, &effects).await?;
    let handle = run::activate(studio, row.id);
    executor::spawn(
        studio.clone(),
        brand.clone(),
        Arc::clone(&store),
        row.id,
        stored,
        machine,
        effects,
        prepared,
        handle,
    );
    run::view(studio, &brand, &store, row.id, false).await
}

async fn cached(
    studio: &Studio,
    brand: &BrandRow,
    store: &Arc<BrandStore>,
    key: &str,
) -> Result<Option<RunView>, CommandError> {
    let (wanted, now) = (key.to_owned(), studio.host().now());
    let hit = store
        .read(move |brand| {
            let Some(entry) = brand.content_cache().get(&wanted, &now)? else { return Ok(None) };
            let done = brand.runs().get(entry.run_id).is_ok_and(|run| run.state == RunState::Done);
            Ok((done && !brand.pieces().by_run(entry.run_id)?.is_empty()).then_some(entry.run_id))
        })
        .await?;
    match hit {
        Some(id) => Ok(Some(run::view(studio, brand, store, id, true).await?)),
        None => Ok(None),
    }
}

async fn insert(
    studio: &Studio,
    store: &BrandStore,
    brief: &Brief,
    stored: &StoredInput,
    cache_key: String,
    effects: &[Effect],
) -> Result<RunRow, CommandError> {
    let json = |error: serde_json::Error| CommandError::internal(&error);
    let now = studio.host().now();
    let activity = ActivityRow {
        id: ActivityId::from_uuid(studio.host().new_id()),
        title: brief.topic().to_owned(),
        brief_json: serde_json::to_string(brief).map_err(json)?,
        created_at: now.clone(),
    };
    let row = RunRow {
        id: RunId::from_uuid(studio.host().new_id()),
        activity_id: activity.id,
        state: RunState::Running,
        workflow: studio.workflow().name().to_owned(),
        workflow_version: studio.workflow().version(),
        model: stored.input.model.clone(),
        way: stored.input.way(),
        input_json: serde_json::to_string(stored).map_err(json)?,
        cache_key,
        reason: None,
        created_at: now.clone(),
        changed_at: now.clone(),
        finished_at: None,
    };
    let steps = log::planned_rows(row.id, effects);
    let (inserted, started) = (row.clone(), log::entry(&log::Entry::Started)?);
    store
        .write(move |brand| {
            brand.activities().insert(&activity)?;
            brand.runs().insert(&inserted)?;
            brand.runs().append_event(inserted.id, &started, &now)?;
            for step in &steps {
                brand.steps().upsert(step)?;
            }
            Ok(())
        })
        .await?;
    Ok(row)
}
