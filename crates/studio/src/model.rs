//! Models: which there are, which one writes, and how it works.

pub(crate) mod bring;

use std::sync::Arc;

use quillhouse_domain::{ErrorCode, ModelId, WayOfWorking};
use quillhouse_llm::{
    CancelToken, ChatModel, EmbeddedConfig, EmbeddedModel, OllamaListing, OllamaServer, PROBE_VERSION, ProbeResult,
    catalogue::{Catalogue, ChatEntry},
};
use quillhouse_store::{BrandRow, ModelProbeRow};

use crate::{
    CommandError, ErrorReason, Noun, Studio, cloud,
    measure::MeasuredModel,
    views::{
        app::NoParams,
        model::{EngineView, ModelCanView, ModelListView, ModelNoteView, ModelParams, ModelProbeView, ModelView},
    },
};

/// A model with what can be known of it without loading it.
#[derive(Clone)]
pub(crate) struct ChosenModel {
    pub(crate) id: ModelId,
    /// Digest of its weights; empty without a model.
    pub(crate) fingerprint: String,
    pub(crate) chat: Option<Arc<dyn ChatModel>>,
    /// True when asking it sends texts away from this computer.
    pub(crate) is_elsewhere: bool,
}

/// A model that may be asked about a brand. Only [`ChosenModel::permitted`] makes one, so that no text of a brand that is
/// local-only can reach a model elsewhere.
#[derive(Clone)]
pub(crate) struct PermittedModel(ChosenModel);

impl std::ops::Deref for PermittedModel {
    type Target = ChosenModel;

    fn deref(&self) -> &ChosenModel {
        &self.0
    }
}

impl ChosenModel {
    /// The same for this brand, unless its texts stay on this computer and the model is elsewhere.
    pub(crate) fn permitted(self, brand: &BrandRow) -> Result<PermittedModel, CommandError> {
        if brand.local_only && self.is_elsewhere {
            let (brand, model) = (brand.name.clone(), self.id.to_string());
            return Err(CommandError::invalid_input(format!(
                "The texts of `{brand}` stay on this computer, and `{model}` is elsewhere. Nothing was sent; choose a model on \
                 this computer"
            ))
            .because(ErrorReason::BrandLocalOnly { brand, model }));
        }
        Ok(PermittedModel(self))
    }
}

/// A model that is ready to be asked.
#[derive(Clone)]
pub(crate) struct PreparedModel {
    pub(crate) chat: Option<Arc<dyn ChatModel>>,
    pub(crate) way: WayOfWorking,
    pub(crate) context_tokens: u32,
}

/// Threads of the built-in engine: every core, because the window needs next to nothing while it writes.
fn threads() -> u32 {
    std::thread::available_parallelism().map_or(2, |count| count.get() as u32).min(16)
}

/// Context of the built-in engine in tokens. A section's prompt with its passages fits in half of it, and a larger
/// cache would not leave room on an 8 GB computer.
const LOCAL_CONTEXT_TOKENS: u32 = 4_096;

/// Calls to the built-in engine that run side by side, and beginnings of prompts that it keeps.
const LOCAL_SLOTS: u32 = 4;

/// What the built-in engine may keep of what it read: all slots of a model of 1 B, one or two of a model of 4 B.
const LOCAL_CACHE_BYTES: u64 = 1 << 30;

/// Context asked of Ollama in tokens: what the largest prompt of a run needs, and a server reloads a model whenever it
/// changes.
const OLLAMA_CONTEXT_TOKENS: u32 = 8_192;

fn installed_locals(studio: &Studio) -> Vec<ChatEntry> {
    let folder = &studio.options().models_folder;
    Catalogue::built_in().chat.into_iter().filter(|entry| entry.file.path_in(folder).is_file()).collect()
}

/// The largest that was brought, because somebody wanted it; otherwise what the catalogue's packages gave.
fn first_local(studio: &Studio) -> ModelId {
    let brought = bring::usable(studio).into_iter().max_by_key(|model| model.facts.parameters);
    let shipped = || installed_locals(studio).first().and_then(ChatEntry::model_id);
    brought.map(|model| model.model_id()).or_else(shipped).unwrap_or_else(ModelId::none)
}

/// The model a user named, or the best one that is there: the setting, the first built-in one, none.
pub(crate) async fn choose(studio: &Studio, wanted: Option<&str>) -> Result<ChosenModel, CommandError> {
    let named = if let Some(name) = wanted.map(str::trim).filter(|name| !name.is_empty()) {
        Some(name.parse::<ModelId>()?)
    } else {
        let json = studio.data().app().read(|app| app.settings().get("model")).await?;
        json.and_then(|json| serde_json::from_str::<ModelId>(&json).ok())
    };
    let id = match named {
        Some(id) => id,
        None => first_local(studio),
    };
    connect(studio, id).await
}

async fn connect(studio: &Studio, id: ModelId) -> Result<ChosenModel, CommandError> {
    if id.is_none() {
        return Ok(ChosenModel { id, fingerprint: String::new(), chat: None, is_elsewhere: false });
    }
    let here = |id: ModelId, chat: Arc<dyn ChatModel>| ChosenModel {
        id,
        fingerprint: chat.fingerprint().to_owned(),
        chat: Some(chat),
        is_elsewhere: false,
    };
    if let Some(chat) = studio.options().models.get(&id) {
        return Ok(here(id, Arc::clone(chat)));
    }
    // Providers change while the program runs, so what is elsewhere is looked up every time.
    if let Some(cloud) = cloud::open(studio, &id).await? {
        let is_elsewhere = cloud.is_elsewhere();
        let chat: Arc<dyn ChatModel> = Arc::new(MeasuredModel::new(Arc::new(cloud), Arc::clone(studio.busy())));
        return Ok(ChosenModel { is_elsewhere, ..here(id, chat) });
    }
    let known = studio.known_models().get(&id).cloned();
    let chat = if let Some(chat) = known {
        chat
    } else {
        let chat: Arc<dyn ChatModel> = match id.split() {
            Some(("local", _)) => local(studio, &id)?,
            Some(("ollama", name)) => {
                let server = OllamaServer::find(studio.egress(), studio.options().ollama_address.as_deref()).await?;
                Arc::new(server.open(name, OLLAMA_CONTEXT_TOKENS).await?)
            }
            _ => return Err(unknown(&id)),
        };
        let chat: Arc<dyn ChatModel> = Arc::new(MeasuredModel::new(chat, Arc::clone(studio.busy())));
        studio.known_models().insert(id.clone(), Arc::clone(&chat));
        chat
    };
    Ok(here(id, chat))
}

fn unknown(id: &ModelId) -> CommandError {
    CommandError::new(
        ErrorCode::NotFound,
        format!("There is no model `{id}`. `quillhouse models list` shows those there are"),
    )
    .because(ErrorReason::Missing { noun: Noun::Model, name: id.to_string() })
}

fn local(studio: &Studio, id: &ModelId) -> Result<Arc<dyn ChatModel>, CommandError> {
    let (catalogue, folder) = (Catalogue::built_in(), &studio.options().models_folder);
    let (path, sha256, context_tokens) = if let Some(model) = bring::find(studio, id) {
        let context_tokens = model.facts.context_tokens.unwrap_or(LOCAL_CONTEXT_TOKENS);
        (model.path_in(folder), model.sha256, context_tokens)
    } else {
        let entry = catalogue.chat_model(id).ok_or_else(|| unknown(id))?;
        (entry.file.path_in(folder), entry.file.sha256.clone(), entry.context_tokens)
    };
    Ok(Arc::new(EmbeddedModel::new(EmbeddedConfig {
        id: id.clone(),
        program: studio.options().worker_program.clone(),
        arguments: vec!["worker".into(), "infer".into()],
        environment: Vec::new(),
        path,
        sha256: Some(sha256),
        context_tokens: context_tokens.min(LOCAL_CONTEXT_TOKENS),
        slots: LOCAL_SLOTS,
        cache_bytes: LOCAL_CACHE_BYTES,
        gpu_layers: u32::MAX,
        threads: threads(),
    })))
}

/// What an earlier examination of exactly these weights found.
pub(crate) async fn known_probe(studio: &Studio, chosen: &ChosenModel) -> Result<Option<ProbeResult>, CommandError> {
    let id = chosen.id.clone();
    let row = studio.data().app().read(move |app| app.model_probes().get(&id)).await?;
    Ok(row
        .filter(|row| row.fingerprint == chosen.fingerprint)
        .and_then(|row| serde_json::from_str::<ProbeResult>(&row.result_json).ok())
        .filter(|result| result.version == PROBE_VERSION))
}

async fn examine(studio: &Studio, chosen: &ChosenModel, chat: &dyn ChatModel) -> Result<ProbeResult, CommandError> {
    let result = quillhouse_llm::probe(chat, &CancelToken::new()).await?;
    let row = ModelProbeRow {
        model: chosen.id.clone(),
        fingerprint: chosen.fingerprint.clone(),
        result_json: serde_json::to_string(&result).map_err(|error| CommandError::internal(&error))?,
        probed_at: studio.host().now(),
    };
    studio.data().app().write(move |app| app.model_probes().put(&row)).await?;
    Ok(result)
}

/// Makes sure that the model can be asked and is known well enough to choose how it works.
pub(crate) async fn prepare(studio: &Studio, chosen: &PermittedModel) -> Result<PreparedModel, CommandError> {
    let Some(chat) = &chosen.chat else {
        return Ok(PreparedModel { chat: None, way: WayOfWorking::Composed, context_tokens: 0 });
    };
    let probe = match known_probe(studio, chosen).await? {
        Some(probe) => probe,
        None => examine(studio, chosen, chat.as_ref()).await?,
    };
    Ok(PreparedModel { chat: Some(Arc::clone(chat)), way: probe.way, context_tokens: chat.limits().context_tokens })
}

/// What the Ollama server on this computer, or at the configured address, has.
pub(crate) async fn ollama_models(studio: &Studio) -> Result<Vec<OllamaListing>, CommandError> {
    let server = OllamaServer::find(studio.egress(), studio.options().ollama_address.as_deref()).await?;
    Ok(server.models().await?)
}

/// That there is no Ollama, in a sentence for somebody who may not want one.
pub(crate) fn without_ollama(error: &CommandError) -> String {
    let reason = error.message.strip_prefix("The model cannot be used: ").unwrap_or(&error.message);
    format!("Ollama is not in use: {reason}. It is not needed")
}

pub(crate) async fn list(studio: &Studio, _: NoParams) -> Result<ModelListView, CommandError> {
    let probes = studio.data().app().read(|app| app.model_probes().list()).await?;
    let way = |id: &str| {
        probes
            .iter()
            .find(|row| row.model.as_str() == id)
            .and_then(|row| serde_json::from_str::<ProbeResult>(&row.result_json).ok())
            .map(|result| result.way)
    };
    let folder = &studio.options().models_folder;
    let mut models: Vec<ModelView> = Catalogue::built_in()
        .chat
        .into_iter()
        .map(|entry| {
            let installed = entry.file.path_in(folder).is_file();
            let id = format!("local/{}", entry.id);
            ModelView {
                way: way(&id),
                id,
                name: entry.name,
                provider: "local".to_owned(),
                installed,
                size_bytes: Some(entry.file.size_bytes as f64),
                licence: Some(entry.licence),
                note: (!installed).then(|| ModelNoteView::FileMissing.to_string()),
                note_said: (!installed).then_some(ModelNoteView::FileMissing),
                fit: None,
                can: None,
            }
        })
        .collect();
    models.extend(bring::views(studio, &probes, way));
    for (id, chat) in &studio.options().models {
        let note = ModelNoteView::Context { count: chat.limits().context_tokens };
        models.push(ModelView {
            id: id.to_string(),
            name: id.to_string(),
            provider: "given".to_owned(),
            installed: true,
            size_bytes: None,
            licence: None,
            way: way(id.as_str()),
            note: Some(note.to_string()),
            note_said: Some(note),
            fit: None,
            can: None,
        });
    }
    let mut note = None;
    match ollama_models(studio).await {
        Ok(found) => models.extend(found.into_iter().map(|model| {
            let id = format!("ollama/{}", model.name);
            ModelView {
                way: way(&id),
                id,
                name: model.name,
                provider: "ollama".to_owned(),
                installed: true,
                size_bytes: Some(model.size_bytes as f64),
                licence: None,
                note: None,
                note_said: None,
                fit: None,
                can: None,
            }
        })),
        Err(error) => note = Some(ModelNoteView::NoOllama { detail: without_ollama(&error) }),
    }
    for row in crate::provider::known(studio).await?.models {
        let id = format!("{}/{}", row.provider, row.name);
        let note = row.context_tokens.map(|count| ModelNoteView::Context { count });
        models.push(ModelView {
            way: way(&id),
            id,
            name: row.title.unwrap_or(row.name),
            provider: row.provider.to_string(),
            installed: true,
            size_bytes: None,
            licence: None,
            note: note.as_ref().map(ToString::to_string),
            note_said: note,
            fit: None,
            can: None,
        });
    }
    models.push(ModelView {
        id: "none".to_owned(),
        name: "No model".to_owned(),
        provider: "none".to_owned(),
        installed: true,
        size_bytes: None,
        licence: None,
        way: Some(WayOfWorking::Composed),
        note: Some(ModelNoteView::Composed.to_string()),
        note_said: Some(ModelNoteView::Composed),
        fit: None,
        can: None,
    });
    Ok(ModelListView { models, note: note.as_ref().map(ToString::to_string), note_said: note })
}

pub(crate) async fn probe(studio: &Studio, params: ModelParams) -> Result<ModelProbeView, CommandError> {
    let chosen = choose(studio, Some(&params.model)).await?;
    let Some(chat) = &chosen.chat else {
        return Err(CommandError::invalid_input("`none` is no model, so there is nothing to examine")
            .because(ErrorReason::NoModelToProbe));
    };
    let result = examine(studio, &chosen, chat.as_ref()).await?;
    Ok(ModelProbeView {
        model: chosen.id.to_string(),
        way: result.way,
        json: result.json,
        instructions: result.instructions,
        faithful: result.faithful,
        prompt_tokens_per_second: result.prompt_tokens_per_second,
        completion_tokens_per_second: result.completion_tokens_per_second,
        reasons: result.reasons.iter().map(ToString::to_string).collect(),
        reasons_said: result.reasons,
        probed_at: studio.host().now(),
    })
}

/// The engine that would write now. Nothing is loaded and nobody is called for it.
pub(crate) async fn engine(studio: &Studio) -> EngineView {
    let named = studio
        .data()
        .app()
        .read(|app| app.settings().get("model"))
        .await
        .ok()
        .flatten()
        .and_then(|json| serde_json::from_str::<ModelId>(&json).ok());
    let locals = installed_locals(studio);
    let id = named.unwrap_or_else(|| first_local(studio));
    let name = locals
        .iter()
        .find(|entry| entry.model_id().as_ref() == Some(&id))
        .map(|entry| entry.name.clone())
        .or_else(|| bring::find(studio, &id).map(|model| model.name))
        .unwrap_or_else(|| id.to_string());
    let wanted = id.clone();
    let way = if id.is_none() {
        Some(WayOfWorking::Composed)
    } else {
        studio
            .data()
            .app()
            .read(move |app| app.model_probes().get(&wanted))
            .await
            .ok()
            .flatten()
            .and_then(|row| serde_json::from_str::<ProbeResult>(&row.result_json).ok())
            .map(|result| result.way)
    };
    EngineView { model: id.to_string(), name, way, note: None }
}
