//! Bringing models to this computer: downloaded from where they are published, imported from a file, removed; and how they fit.
//!
//! Invariants
//! - A host that models are published at may be reached only while a download is under way.
//! - A download that is stopped keeps what came; asking again goes on from there. A file counts when its checksum is right.

use std::{path::Path, sync::Arc};

use quillhouse_domain::ModelId;
use quillhouse_llm::{
    CancelToken,
    catalogue::{Catalogue, HubModel},
    download::{DownloadControl, DownloadProgress, DownloadSettings, free_bytes},
    fit::{Computer, Fit, Measured, ModelNeed, Speed, fit},
    local::{
        ChatImport, ImportHow, LocalModel, ModelFileState, chat_model, chat_models, fetch_hub_model, gguf_facts,
        import_chat_model, remove_chat_model,
    },
    probe::ProbeResult,
};
use quillhouse_store::ModelProbeRow;

use super::{LOCAL_CONTEXT_TOKENS, unknown};
use crate::{
    CommandError, ErrorReason, Noun, Studio, provider,
    rpc::Events,
    views::{
        app::DoneView,
        model::{FitView, ModelImportParams, ModelListView, ModelNoteView, ModelParams, ModelProgressView, ModelView},
    },
};

/// The part of a model's id after `local/`.
fn local_name(id: &ModelId) -> Option<&str> {
    id.split().and_then(|(provider, name)| (provider == "local").then_some(name))
}

/// A model that was imported or downloaded.
pub(super) fn find(studio: &Studio, id: &ModelId) -> Option<LocalModel> {
    chat_model(&studio.options().models_folder, local_name(id)?)
}

/// Those that can be used now.
pub(super) fn usable(studio: &Studio) -> Vec<LocalModel> {
    let folder = &studio.options().models_folder;
    chat_models(folder).into_iter().filter(|model| model.state_in(folder) == ModelFileState::There).collect()
}

/// This computer, as far as models have to fit into it; nothing when the system does not tell its memory.
fn computer(models: &Path) -> Option<Computer> {
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_memory();
    Some(Computer {
        memory_bytes: system.total_memory(),
        cores: std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32),
        disk_free_bytes: free_bytes(models),
        gpu_memory_bytes: None,
    })
}

fn need_of_local(model: &LocalModel) -> Option<ModelNeed> {
    Some(ModelNeed {
        weights_bytes: model.size_bytes,
        parameters_millions: (model.facts.parameters / 1_000_000) as u32,
        geometry: model.facts.geometry?,
        context_tokens: model.facts.context_tokens.unwrap_or(LOCAL_CONTEXT_TOKENS).min(LOCAL_CONTEXT_TOKENS),
        installed: true,
    })
}

fn need_of_hub(model: &HubModel) -> Option<ModelNeed> {
    Some(ModelNeed {
        weights_bytes: model.planned_bytes(),
        parameters_millions: model.parameters_millions,
        geometry: model.geometry?,
        context_tokens: model.context_tokens.min(LOCAL_CONTEXT_TOKENS),
        installed: false,
    })
}

/// What is known of this computer's speed: that of a model that was examined here.
struct Known {
    computer: Option<Computer>,
    speeds: Vec<(ModelId, Speed, ModelNeed)>,
}

impl Known {
    fn of(studio: &Studio, probes: &[ModelProbeRow]) -> Self {
        let folder = &studio.options().models_folder;
        let catalogue = Catalogue::built_in();
        let need = |id: &ModelId| {
            if let Some(model) = find(studio, id) {
                return need_of_local(&model);
            }
            let entry = catalogue.chat_model(id)?;
            let facts = gguf_facts(&entry.file.path_in(folder)).ok()?;
            Some(ModelNeed {
                weights_bytes: entry.file.size_bytes,
                parameters_millions: (facts.parameters / 1_000_000) as u32,
                geometry: facts.geometry?,
                context_tokens: entry.context_tokens.min(LOCAL_CONTEXT_TOKENS),
                installed: true,
            })
        };
        let speeds = probes
            .iter()
            .filter_map(|row| {
                let probe: ProbeResult = serde_json::from_str(&row.result_json).ok()?;
                let speed = Speed {
                    prefill: f64::from(probe.prompt_tokens_per_second),
                    decode: f64::from(probe.completion_tokens_per_second),
                };
                Some((row.model.clone(), speed, need(&row.model)?))
            })
            .collect();
        Self { computer: computer(folder), speeds }
    }

    fn fit(&self, id: Option<&ModelId>, need: &ModelNeed) -> Option<FitView> {
        let itself = self.speeds.iter().find(|(known, ..)| Some(known) == id);
        // Of several the largest: scaling is the less wrong the less there is to scale.
        let other = self.speeds.iter().max_by_key(|(_, _, need)| need.parameters_millions);
        let measured = match (itself, other) {
            (Some((_, speed, _)), _) => Some(Measured::Itself(*speed)),
            (None, Some((_, speed, of))) => Some(Measured::Other { speed: *speed, need: *of }),
            (None, None) => None,
        };
        Some(fit_view(&fit(need, self.computer.as_ref()?, measured.as_ref())))
    }
}

fn fit_view(fit: &Fit) -> FitView {
    FitView {
        fits: fit.fits,
        memory_bytes: fit.memory_bytes as f64,
        article_minutes: fit.article_minutes,
        minutes_from: fit.minutes_from,
        told: fit.to_string(),
    }
}

/// The models that were brought, and those that could be.
pub(super) fn views(
    studio: &Studio,
    probes: &[ModelProbeRow],
    way: impl Fn(&str) -> Option<quillhouse_domain::WayOfWorking>,
) -> Vec<ModelView> {
    let (folder, known) = (&studio.options().models_folder, Known::of(studio, probes));
    let brought = chat_models(folder);
    let mut views: Vec<ModelView> = brought
        .iter()
        .map(|model| {
            let (id, state) = (model.model_id(), model.state_in(folder));
            let note = match state {
                ModelFileState::There => None,
                ModelFileState::Gone => Some(ModelNoteView::FileMissing),
                ModelFileState::Changed => Some(ModelNoteView::FileChanged),
            };
            ModelView {
                way: way(id.as_str()),
                name: model.name.clone(),
                provider: "local".to_owned(),
                installed: state == ModelFileState::There,
                size_bytes: Some(model.size_bytes as f64),
                licence: model.licence.clone(),
                note: note.as_ref().map(ToString::to_string),
                note_said: note,
                fit: need_of_local(model).and_then(|need| known.fit(Some(&id), &need)),
                can: Some(super::ModelCanView::Remove),
                id: id.to_string(),
            }
        })
        .collect();
    for model in Catalogue::built_in().hub.iter().filter(|model| model.offered) {
        let Some(id) = model.model_id().filter(|id| brought.iter().all(|known| known.model_id() != *id)) else {
            continue;
        };
        views.push(ModelView {
            way: None,
            name: model.name.clone(),
            provider: "local".to_owned(),
            installed: false,
            size_bytes: Some(model.planned_bytes() as f64),
            licence: Some(model.licence.clone()),
            note: None,
            note_said: None,
            fit: need_of_hub(model).and_then(|need| known.fit(None, &need)),
            can: Some(super::ModelCanView::Fetch),
            id: id.to_string(),
        });
    }
    views
}

/// Lets the hosts of the catalogue be reached as long as it lives.
struct Reaching(Studio);

impl Reaching {
    async fn begin(studio: &Studio) -> Result<Self, CommandError> {
        studio.fetching(1);
        let reaching = Self(studio.clone());
        provider::allow_hosts(studio).await?;
        Ok(reaching)
    }
}

impl Drop for Reaching {
    fn drop(&mut self) {
        self.0.fetching(-1);
        let studio = self.0.clone();
        tokio::spawn(async move {
            if let Err(error) = provider::allow_hosts(&studio).await {
                tracing::warn!(error = %error.message, "the hosts of models could not be taken back");
            }
        });
    }
}

/// Downloads a model of the catalogue, or what is missing of it. Dropping it keeps what came.
pub(crate) async fn fetch(
    studio: &Studio,
    params: ModelParams,
    events: Events<ModelProgressView>,
) -> Result<ModelListView, CommandError> {
    let id: ModelId = params.model.parse()?;
    let catalogue = Catalogue::built_in();
    let wanted = catalogue.hub.iter().find(|model| model.model_id().as_ref() == Some(&id)).cloned();
    let (Some(model), Some(hub)) = (wanted, catalogue.hub_at) else { return Err(unknown(&id)) };
    let reaching = Reaching::begin(studio).await?;
    let watch = move |progress: DownloadProgress| {
        events.send(&ModelProgressView {
            done_bytes: progress.done_bytes as f64,
            total_bytes: progress.total_bytes.map(|bytes| bytes as f64),
            bytes_per_second: progress.bytes_per_second as f64,
            seconds_left: progress.left_seconds.map(|seconds| seconds as f64),
        });
    };
    let folder = studio.options().models_folder.clone();
    let (settings, control) = (DownloadSettings::usual(), DownloadControl::new());
    fetch_hub_model(studio.egress(), &folder, &hub, &model, &settings, &control, &watch).await?;
    drop(reaching);
    super::list(studio, crate::views::app::NoParams {}).await
}

/// Takes a GGUF file in: copied, or used where it is.
pub(crate) async fn import(
    studio: &Studio,
    params: ModelImportParams,
    events: Events<ModelProgressView>,
) -> Result<ModelListView, CommandError> {
    let path = params.path.trim();
    if path.is_empty() {
        return Err(CommandError::invalid_input("No file was named").because(ErrorReason::NothingNamed));
    }
    let import = ChatImport {
        path: path.into(),
        id: None,
        how: if params.keep_in_place { ImportHow::Reference } else { ImportHow::Copy },
    };
    let (folder, now_ms) = (studio.options().models_folder.clone(), studio.host().now_ms());
    let stop = CancelOnDrop(CancelToken::new());
    let cancel = stop.0.clone();
    let events = Arc::new(events);
    tokio::task::spawn_blocking(move || {
        let watch = |done: u64, total: u64| {
            events.send(&ModelProgressView {
                done_bytes: done as f64,
                total_bytes: Some(total as f64),
                bytes_per_second: 0.0,
                seconds_left: None,
            });
        };
        import_chat_model(&folder, &import, now_ms, &cancel, &watch)
    })
    .await
    .map_err(|error| CommandError::internal(&error))??;
    super::list(studio, crate::views::app::NoParams {}).await
}

/// A copy goes on in its thread until somebody says that nobody waits for it.
struct CancelOnDrop(CancelToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Takes a model away that was imported or downloaded. A file that is used where it is stays.
pub(crate) async fn remove(studio: &Studio, params: ModelParams) -> Result<DoneView, CommandError> {
    let id: ModelId = params.model.parse()?;
    let missing = || {
        CommandError::not_found("model", id.as_str())
            .because(ErrorReason::Missing { noun: Noun::Model, name: id.to_string() })
    };
    let name = local_name(&id).ok_or_else(missing)?.to_owned();
    studio.known_models().remove(&id);
    let folder = studio.options().models_folder.clone();
    let removed = tokio::task::spawn_blocking(move || remove_chat_model(&folder, &name))
        .await
        .map_err(|error| CommandError::internal(&error))?
        .map_err(|error| {
            CommandError::new(
                quillhouse_domain::ErrorCode::PermissionDenied,
                format!("`{id}` could not be removed: {error}. It is as it was, or gone from the list"),
            )
        })?;
    if removed { Ok(DoneView {}) } else { Err(missing()) }
}
