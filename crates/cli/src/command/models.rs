//! `quillhouse models …`.

use std::time::Duration;

use quillhouse_studio::{
    CommandError, Studio,
    views::{
        app::{DoneView, NoParams},
        embedder::{EmbedderListView, EmbedderParams, EmbedderUseParams, EmbedderView},
        model::{ModelListView, ModelParams, ModelProbeView},
    },
};

use super::{call, done, stream};
use crate::{
    arguments::ModelsCommand,
    progress::Bar,
    show::{self, Listed, Removed},
};

/// Between two looks at how far a change is.
const LOOK: Duration = Duration::from_millis(200);

pub(crate) async fn run(studio: &Studio, command: ModelsCommand, json: bool) -> Result<u8, CommandError> {
    match command {
        ModelsCommand::List => {
            let models: ModelListView = call(studio, "model_list", NoParams {}).await?;
            let embedders: EmbedderListView = call(studio, "embedder_list", NoParams {}).await?;
            Ok(done(&Listed { models: models.models, note: models.note, embedders: embedders.embedders }, json))
        }
        ModelsCommand::Probe { model } => {
            let view: ModelProbeView = call(studio, "model_probe", ModelParams { model }).await?;
            Ok(done(&view, json))
        }
        ModelsCommand::Fetch { model } => brought(studio, "model_fetch", ModelParams { model }, json).await,
        ModelsCommand::Import(arguments) => {
            if let Some(params) = arguments.model() {
                return brought(studio, "model_import", params, json).await;
            }
            let view: EmbedderView = call(studio, "embedder_import", arguments.params()).await?;
            Ok(done(&view, json))
        }
        ModelsCommand::Use { embedder, brand } => {
            let mut view: EmbedderListView =
                call(studio, "embedder_use", EmbedderUseParams { embedder, brand }).await?;
            let bar = Bar::new();
            let mut looks = tokio::time::interval(LOOK);
            loop {
                let under_way: Vec<f32> = view.brands.iter().filter_map(|brand| brand.share).collect();
                if under_way.is_empty() {
                    break;
                }
                let name = view.brands.iter().find(|brand| brand.share.is_some()).map_or("", |brand| &brand.name);
                bar.share(
                    (view.brands.len() - under_way.len()) as f32 + under_way.iter().sum::<f32>(),
                    view.brands.len(),
                    name,
                );
                looks.tick().await;
                view = call(studio, "embedder_list", NoParams {}).await?;
            }
            bar.finish();
            show::print(&view, json);
            Ok(u8::from(view.brands.iter().any(|brand| brand.problem.is_some())))
        }
        ModelsCommand::Remove { model } => {
            let _: DoneView = if model.contains('/') {
                call(studio, "model_remove", ModelParams { model: model.clone() }).await?
            } else {
                call(studio, "embedder_remove", EmbedderParams { embedder: model.clone() }).await?
            };
            Ok(done(&Removed { removed: model }, json))
        }
    }
}

/// Brings a model and shows which there are now.
async fn brought(
    studio: &Studio,
    command: &str,
    params: impl serde::Serialize,
    json: bool,
) -> Result<u8, CommandError> {
    let bar = Bar::new();
    let view: Result<ModelListView, _> = stream(studio, command, params, bar.bytes()).await;
    bar.finish();
    let models = view?;
    Ok(done(&Listed { models: models.models, note: None, embedders: Vec::new() }, json))
}
