//! Views of embedders.

use quillhouse_domain::BrandId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The languages whose meaning an embedder knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EmbedderLanguagesView {
    /// English.
    En,
    /// Fifty and more.
    Many,
    /// Nobody has said.
    Unknown,
}

/// How the vectors of a text's tokens become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PoolingView {
    /// Their mean.
    Mean,
    /// That of the mark at the beginning.
    Cls,
}

/// What nobody said about an imported embedder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AssumedView {
    /// The mean is taken.
    MeanPooling,
    /// Nothing is put before queries and passages.
    NoPrefix,
    /// The languages it knows.
    Languages,
}

/// An embedder that is there, or that could be brought.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct EmbedderView {
    /// Its name.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// SPDX identifier, when it is known.
    pub licence: Option<String>,
    /// What it was trained on.
    pub languages: EmbedderLanguagesView,
    /// Numbers in a vector.
    pub dimensions: u32,
    /// Tokens read together; longer passages are read in parts.
    pub max_tokens: u32,
    /// Memory it takes.
    pub memory_bytes: f64,
    /// True when it can be chosen now.
    pub installed: bool,
    /// True when it comes with the program.
    pub shipped: bool,
    /// True when brands use it that were not given one of their own.
    pub chosen: bool,
    /// Who publishes its files and under which name, when the user has to bring them.
    pub published_as: Option<String>,
    /// What was assumed because its files do not say it.
    pub assumed: Vec<AssumedView>,
    /// Why it cannot be used although it was imported, in a sentence.
    pub problem: Option<String>,
}

/// What a brand is searched with.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct EmbedderBrandView {
    /// The brand.
    pub brand: BrandId,
    /// Its name.
    pub name: String,
    /// The embedder whose vectors answer; `None` before the first document.
    pub embedder: Option<String>,
    /// The one that was chosen.
    pub chosen: String,
    /// True when it was chosen for this brand alone.
    pub own: bool,
    /// How much of the change to it is done, 0 to 1; `None` when nothing is under way.
    pub share: Option<f32>,
    /// Why the change was not finished, in a sentence.
    pub problem: Option<String>,
}

/// All embedders, and who uses which.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct EmbedderListView {
    /// The shipped one first.
    pub embedders: Vec<EmbedderView>,
    /// The brands.
    pub brands: Vec<EmbedderBrandView>,
}

/// Names an embedder.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EmbedderParams {
    /// Its name.
    pub embedder: String,
}

/// Chooses an embedder.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EmbedderUseParams {
    /// Its name.
    pub embedder: String,
    /// Id or name of the brand it is for; without one it is for all brands that have none of their own.
    #[serde(default)]
    #[ts(optional)]
    pub brand: Option<String>,
}

/// Brings an embedder.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct EmbedderImportParams {
    /// Folder with `model.onnx` (or `onnx/model.onnx`), `tokenizer.json` and what belongs to them.
    pub path: String,
    /// The name it gets; without one the catalogue's, or the folder's.
    #[serde(default)]
    #[ts(optional)]
    pub id: Option<String>,
    /// How the vectors of the tokens become one.
    #[serde(default)]
    #[ts(optional)]
    pub pooling: Option<PoolingView>,
    /// What it wants before a query.
    #[serde(default)]
    #[ts(optional)]
    pub query_prefix: Option<String>,
    /// What it wants before a passage.
    #[serde(default)]
    #[ts(optional)]
    pub passage_prefix: Option<String>,
    /// Tokens read together, when that is less than its files say.
    #[serde(default)]
    #[ts(optional)]
    pub max_tokens: Option<u32>,
}
