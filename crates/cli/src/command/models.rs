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

use super::{call, done};
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
        ModelsCommand::Import(arguments) => {
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
        ModelsCommand::Remove { embedder } => {
            let _: DoneView = call(studio, "embedder_remove", EmbedderParams { embedder: embedder.clone() }).await?;
            Ok(done(&Removed { removed: embedder }, json))
        }
    }
}
