//! Views of models.

use quillhouse_domain::{ProbeReason, WayOfWorking};
use quillhouse_llm::fit::{Fits, MinutesFrom};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The engine that would write now.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct EngineView {
    /// Its model, `none` when there is none.
    pub model: String,
    /// Its name as the user knows it.
    pub name: String,
    /// How it would work, when it was probed.
    pub way: Option<WayOfWorking>,
    /// What is to be known about it, in a sentence.
    pub note: Option<String>,
}

/// What is to be known about a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ModelNoteView {
    /// Its file is missing.
    #[error("Its file is not in the models folder")]
    FileMissing,
    /// Its file is another one now.
    #[error("Its file has changed since it was imported; import it again")]
    FileChanged,
    /// How much it sees at once.
    #[error("Context of {count} tokens")]
    Context {
        /// In tokens.
        count: u32,
    },
    /// There is no model.
    #[error("Sections are composed from the brand's own sentences")]
    Composed,
    /// Ollama is not there.
    #[error("{detail}")]
    NoOllama {
        /// What was found.
        detail: String,
    },
}

/// A model that can be chosen.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ModelView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `local`, `ollama`, `none`, or the kind of a cloud provider.
    pub provider: String,
    /// True when it can be used now.
    pub installed: bool,
    /// Size of its weights.
    pub size_bytes: Option<f64>,
    /// Its licence.
    pub licence: Option<String>,
    /// How it would work, when it was probed.
    pub way: Option<WayOfWorking>,
    /// What is to be known about it, in a sentence.
    pub note: Option<String>,
    /// The same as a kind with values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note_said: Option<ModelNoteView>,
    /// How it fits into this computer, when that can be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fit: Option<FitView>,
    /// What can be done with it beside using it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub can: Option<ModelCanView>,
}

/// What can be done with a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ModelCanView {
    /// It can be downloaded.
    Fetch,
    /// It was brought and can be taken away.
    Remove,
}

/// How a model fits into this computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FitView {
    /// Whether.
    pub fits: Fits,
    /// Memory it takes.
    pub memory_bytes: f64,
    /// Minutes for an article of 1,000 words; nothing before a model was examined here.
    pub article_minutes: Option<f64>,
    /// Where the minutes come from.
    pub minutes_from: Option<MinutesFrom>,
    /// All of it in a sentence.
    pub told: String,
}

/// Takes a model's file in.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ModelImportParams {
    /// A GGUF file.
    pub path: String,
    /// True uses it where it is, false copies it.
    #[serde(default)]
    pub keep_in_place: bool,
}

/// How far a model is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelProgressView {
    /// There.
    pub done_bytes: f64,
    /// Altogether, when that is known.
    pub total_bytes: Option<f64>,
    /// 0 when it is not known.
    pub bytes_per_second: f64,
    /// Until it is there.
    pub seconds_left: Option<f64>,
}

/// All models.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ModelListView {
    /// The built-in ones first.
    pub models: Vec<ModelView>,
    /// What could not be asked, in a sentence.
    pub note: Option<String>,
    /// The same as a kind with values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note_said: Option<ModelNoteView>,
}

/// Names a model.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ModelParams {
    /// Its id.
    pub model: String,
}

/// What the probe found.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ModelProbeView {
    /// The model.
    pub model: String,
    /// How it will work.
    pub way: WayOfWorking,
    /// True when it kept to a JSON schema with sensible values.
    pub json: bool,
    /// Share of the instructions it followed, 0 to 1.
    pub instructions: f32,
    /// Share of the facts it kept, 0 to 1.
    pub faithful: f32,
    /// Tokens read a second.
    pub prompt_tokens_per_second: f32,
    /// Tokens written a second.
    pub completion_tokens_per_second: f32,
    /// Why this way, in sentences.
    pub reasons: Vec<String>,
    /// The same as kinds with values.
    pub reasons_said: Vec<ProbeReason>,
    /// When it was probed.
    pub probed_at: String,
}
