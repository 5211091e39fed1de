//! Embedders: which there are, which one a brand uses, how one is brought and taken away.
//!
//! Invariants
//! - The setting `embedder` holds for every brand; `embedder.<brand>` holds for that brand and goes with it.
//! - What was chosen and is not there any more gives way to the shipped one; nothing is ever compared across embedders.

use std::path::PathBuf;

use quillhouse_domain::{BrandId, Coded as _, ErrorCode};
use quillhouse_knowledge::embed::{
    Assumed, EmbedderSpec, ImportRequest, KnownEmbedder, MINILM_ID, import_embedder, installed_embedder,
    known_embedders, remove_embedder,
};
use quillhouse_llm::catalogue::{EmbedderLanguages, Pooling};
use quillhouse_store::{BrandRow, StoreError};

use crate::{
    CommandError, Studio,
    views::{
        app::{DoneView, NoParams},
        embedder::{
            AssumedView, EmbedderBrandView, EmbedderImportParams, EmbedderLanguagesView, EmbedderListView,
            EmbedderParams, EmbedderUseParams, EmbedderView, PoolingView,
        },
    },
};

const SETTING: &str = "embedder";

/// The setting for one brand.
fn brand_setting(brand: BrandId) -> String {
    format!("{SETTING}.{brand}")
}

async fn setting(studio: &Studio, key: String) -> Result<Option<String>, CommandError> {
    let json = studio.data().app().read(move |app| app.settings().get(&key)).await?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
}

async fn put(studio: &Studio, key: String, value: Option<String>) -> Result<(), CommandError> {
    let json = value.map(|value| serde_json::Value::String(value).to_string());
    studio
        .data()
        .app()
        .write(move |app| match &json {
            Some(json) => app.settings().put(&key, json),
            None => match app.settings().delete(&key) {
                Err(StoreError::NotFound { .. }) | Ok(()) => Ok(()),
                Err(error) => Err(error),
            },
        })
        .await?;
    Ok(())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, CommandError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| CommandError::internal(&error))
}

/// What was chosen for a brand that is erased.
pub(crate) async fn forget_choice(studio: &Studio, brand: BrandId) -> Result<(), CommandError> {
    match setting(studio, brand_setting(brand)).await? {
        Some(_) => put(studio, brand_setting(brand), None).await,
        None => Ok(()),
    }
}

/// What was chosen for a brand, and whether it was for this brand alone.
async fn choice(studio: &Studio, brand: BrandId) -> Result<(String, bool), CommandError> {
    if let Some(own) = setting(studio, brand_setting(brand)).await? {
        return Ok((own, true));
    }
    let general = setting(studio, SETTING.to_owned()).await?;
    Ok((general.unwrap_or_else(|| MINILM_ID.to_owned()), false))
}

/// The embedder a brand is to be searched with: the chosen one when it is there, else the shipped one.
pub(crate) async fn wanted(studio: &Studio, brand: BrandId) -> Result<EmbedderSpec, CommandError> {
    let (id, _) = choice(studio, brand).await?;
    if id == MINILM_ID {
        return Ok(EmbedderSpec::shipped());
    }
    let models = studio.options().models_folder.clone();
    Ok(blocking(move || installed_embedder(&models, &id)).await?.unwrap_or_else(EmbedderSpec::shipped))
}

/// The name of an embedder as the user knows it, from that of its vectors.
pub(crate) fn name_of(vectors_id: &str) -> &str {
    vectors_id.split('@').next().unwrap_or_default()
}

const fn languages_view(languages: EmbedderLanguages) -> EmbedderLanguagesView {
    match languages {
        EmbedderLanguages::En => EmbedderLanguagesView::En,
        EmbedderLanguages::Many => EmbedderLanguagesView::Many,
        EmbedderLanguages::Unknown => EmbedderLanguagesView::Unknown,
    }
}

const fn assumed_view(assumed: Assumed) -> AssumedView {
    match assumed {
        Assumed::MeanPooling => AssumedView::MeanPooling,
        Assumed::NoPrefix => AssumedView::NoPrefix,
        Assumed::Languages => AssumedView::Languages,
    }
}

fn view(known: KnownEmbedder, chosen: &str) -> EmbedderView {
    let KnownEmbedder { id, entry, spec, problem } = known;
    let published_as = entry.as_ref().and_then(|entry| entry.published_as.clone());
    let installed = spec.is_some();
    let (dimensions, max_tokens) = match (&spec, &entry) {
        (Some(spec), _) => (spec.dimensions, spec.max_tokens),
        (None, Some(entry)) => (entry.dimensions, entry.max_tokens),
        (None, None) => (0, 0),
    };
    let languages = spec.as_ref().map(|spec| spec.languages).or(entry.as_ref().map(|entry| entry.languages));
    let memory_bytes = spec.as_ref().map(|spec| spec.memory_bytes).or(entry.as_ref().map(|entry| entry.memory_bytes));
    let name = entry.as_ref().map(|entry| &entry.name).or(spec.as_ref().map(|spec| &spec.name)).unwrap_or(&id).clone();
    EmbedderView {
        chosen: id == chosen,
        shipped: id == MINILM_ID,
        name,
        licence: entry.map(|entry| entry.licence),
        languages: languages_view(languages.unwrap_or(EmbedderLanguages::Unknown)),
        dimensions: dimensions as u32,
        max_tokens: max_tokens as u32,
        memory_bytes: memory_bytes.unwrap_or_default() as f64,
        installed,
        published_as,
        assumed: spec.map_or_else(Vec::new, |spec| spec.assumed.into_iter().map(assumed_view).collect()),
        problem,
        id,
    }
}

async fn brand_view(studio: &Studio, row: BrandRow) -> Result<EmbedderBrandView, CommandError> {
    let (chosen, own) = choice(studio, row.id).await?;
    let store = studio.data().open_brand(row.id)?;
    let in_use = store.read(|brand| brand.embeddings().in_use()).await?;
    let library = studio.open_library(row.id).await;
    let (share, problem) = library.map_or((None, None), |library| (library.change_share(), library.change_problem()));
    let embedder = in_use.map(|id| name_of(&id).to_owned());
    Ok(EmbedderBrandView { brand: row.id, name: row.name, embedder, chosen, own, share, problem })
}

pub(crate) async fn list(studio: &Studio, _: NoParams) -> Result<EmbedderListView, CommandError> {
    let models = studio.options().models_folder.clone();
    let known = blocking(move || known_embedders(&models)).await?;
    let chosen = setting(studio, SETTING.to_owned()).await?.unwrap_or_else(|| MINILM_ID.to_owned());
    let mut brands = Vec::new();
    for row in studio.brands().await? {
        brands.push(brand_view(studio, row).await?);
    }
    Ok(EmbedderListView { embedders: known.into_iter().map(|known| view(known, &chosen)).collect(), brands })
}

/// Keeps the choice, and begins to bring the brands it concerns over to it in the background.
pub(crate) async fn choose(studio: &Studio, params: EmbedderUseParams) -> Result<EmbedderListView, CommandError> {
    let spec = installed(studio, &params.embedder).await?;
    studio.embedder_of(&spec).await?.load().await?;
    let rows = if let Some(brand) = &params.brand {
        let (row, _) = studio.brand(brand).await?;
        let general = setting(studio, SETTING.to_owned()).await?.unwrap_or_else(|| MINILM_ID.to_owned());
        // Chosen for all already: the brand goes with the others again.
        put(studio, brand_setting(row.id), (general != spec.id).then(|| spec.id.clone())).await?;
        vec![row]
    } else {
        put(studio, SETTING.to_owned(), Some(spec.id.clone())).await?;
        studio.brands().await?
    };
    for row in rows {
        let wanted = wanted(studio, row.id).await?;
        match studio.library(&row).await {
            Ok(library) => library.change_to(studio, wanted).await,
            Err(error) => tracing::warn!(brand = %row.id, %error, "the library is brought over when it is next opened"),
        }
    }
    list(studio, NoParams {}).await
}

async fn installed(studio: &Studio, name: &str) -> Result<EmbedderSpec, CommandError> {
    let (models, id) = (studio.options().models_folder.clone(), name.trim().to_owned());
    let known = blocking(move || known_embedders(&models)).await?.into_iter().find(|known| known.id == id);
    let Some(known) = known else {
        return Err(CommandError::new(
            ErrorCode::NotFound,
            format!("There is no embedder `{}`. `quillhouse models list` shows those there are", name.trim()),
        ));
    };
    known.spec.ok_or_else(|| {
        let from = known.entry.and_then(|entry| entry.published_as).unwrap_or_else(|| known.id.clone());
        let why = known.problem.unwrap_or_else(|| {
            format!("Get the ONNX files of `{from}` and bring them with `quillhouse models import FOLDER`")
        });
        CommandError::new(ErrorCode::ModelUnavailable, format!("The embedder `{}` is not installed. {why}", known.id))
    })
}

pub(crate) async fn import(studio: &Studio, params: EmbedderImportParams) -> Result<EmbedderView, CommandError> {
    if params.path.trim().is_empty() {
        return Err(CommandError::invalid_input("No folder was named"));
    }
    let request = ImportRequest {
        folder: PathBuf::from(params.path.trim()),
        id: params.id.filter(|id| !id.trim().is_empty()),
        pooling: params.pooling.map(|pooling| match pooling {
            PoolingView::Mean => Pooling::Mean,
            PoolingView::Cls => Pooling::Cls,
        }),
        query_prefix: params.query_prefix,
        passage_prefix: params.passage_prefix,
        max_tokens: params.max_tokens.map(|tokens| tokens as usize),
    };
    let options = studio.options();
    let arguments = vec!["worker".into(), "embed".into()];
    let imported = import_embedder(&options.models_folder, request, options.worker_program.clone(), arguments).await;
    let spec = imported.map_err(|error| CommandError::new(error.code(), error.to_string()))?;
    let all = list(studio, NoParams {}).await?.embedders;
    all.into_iter().find(|view| view.id == spec.id).ok_or_else(|| CommandError::not_found("embedder", &spec.id))
}

pub(crate) async fn remove(studio: &Studio, params: EmbedderParams) -> Result<DoneView, CommandError> {
    let id = params.embedder.trim().to_owned();
    if id == MINILM_ID {
        return Err(CommandError::invalid_input(format!("`{id}` comes with Quillhouse and stays")));
    }
    let all = list(studio, NoParams {}).await?;
    let used_by: Vec<&str> = all
        .brands
        .iter()
        .filter(|brand| brand.embedder.as_ref() == Some(&id) || brand.chosen == id)
        .map(|brand| brand.name.as_str())
        .collect();
    let chosen = all.embedders.iter().any(|embedder| embedder.id == id && embedder.chosen);
    if chosen || !used_by.is_empty() {
        let who = if used_by.is_empty() { "new brands".to_owned() } else { used_by.join(", ") };
        return Err(CommandError::invalid_input(format!(
            "`{id}` is in use ({who}). Nothing was removed; choose another one first, for example with `quillhouse models use {MINILM_ID}`"
        )));
    }
    let (models, name) = (studio.options().models_folder.clone(), id.clone());
    match blocking(move || remove_embedder(&models, &name)).await? {
        Ok(true) => Ok(DoneView {}),
        Ok(false) => Err(CommandError::not_found("imported embedder", &id)),
        Err(error) => Err(CommandError::new(
            ErrorCode::PermissionDenied,
            format!("The embedder `{id}` could not be removed ({error}). Check the rights of the models folder"),
        )),
    }
}
