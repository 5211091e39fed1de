//! The models Quillhouse knows by name, and where their files lie in the models folder.
//!
//! The list is `models/catalogue.toml`, built into the program. Nothing here reads a model or the network.

mod hub;

use std::{
    ffi::OsString,
    path::{Component, Path, PathBuf},
};

use quillhouse_domain::ModelId;
use serde::{Deserialize, Serialize};

pub use hub::{Geometry, HubAt, HubEntry, HubKind, HubModel, PriceEntry};

const BUILT_IN: &str = include_str!("../../../models/catalogue.toml");

/// Why a catalogue cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// The text is not a catalogue.
    #[error("The catalogue of models cannot be read: {reason}")]
    Unreadable {
        /// What the parser says.
        reason: String,
    },
    /// An entry breaks a rule.
    #[error("The catalogue's entry `{id}` cannot be used: {reason}")]
    BadEntry {
        /// Which.
        id: String,
        /// What is wrong.
        reason: &'static str,
    },
}

/// All known models.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Models that write.
    #[serde(default)]
    pub chat: Vec<ChatEntry>,
    /// Models that turn texts into vectors.
    #[serde(default)]
    pub embedder: Vec<EmbedderEntry>,
    /// Where models are published that are downloaded on request.
    #[serde(default)]
    pub hub_at: Option<HubAt>,
    /// Those models.
    #[serde(default)]
    pub hub: Vec<HubModel>,
    /// What cloud models cost.
    #[serde(default)]
    pub price: Vec<PriceEntry>,
}

/// A model that writes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatEntry {
    /// Its name after `local/`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// SPDX identifier.
    pub licence: String,
    /// What it was trained for, in tokens.
    pub context_tokens: u32,
    /// Memory it takes with the whole context, in bytes.
    pub memory_bytes: u64,
    /// Its weights.
    pub file: CatalogueFile,
}

/// A model that turns texts into vectors.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbedderEntry {
    /// Its name.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// SPDX identifier.
    pub licence: String,
    /// Numbers in a vector.
    pub dimensions: usize,
    /// Tokens of a text that are looked at together.
    pub max_tokens: usize,
    /// How the vectors of the tokens become one.
    pub pooling: Pooling,
    /// What it wants before a query.
    #[serde(default)]
    pub query_prefix: String,
    /// What it wants before a passage.
    #[serde(default)]
    pub passage_prefix: String,
    /// What it was trained on.
    pub languages: EmbedderLanguages,
    /// Memory it takes, in bytes.
    pub memory_bytes: u64,
    /// Who publishes it and under which name; for those whose files the user brings.
    #[serde(default)]
    pub published_as: Option<String>,
    /// Weights and tokenizer, the weights first; empty when the user brings them.
    #[serde(default)]
    pub files: Vec<CatalogueFile>,
}

/// How the vectors of a text's tokens become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Their mean.
    Mean,
    /// That of the mark at the beginning.
    Cls,
}

/// The languages whose meaning an embedder knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmbedderLanguages {
    /// English.
    En,
    /// Fifty and more.
    Many,
    /// Nobody has said.
    Unknown,
}

/// One file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueFile {
    /// Where it lies, relative to the models folder; never leaves it.
    pub path: String,
    /// The Python package that holds it.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// Where it lies inside the package.
    pub source: String,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub size_bytes: u64,
}

impl Catalogue {
    /// The catalogue that ships with the program.
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("BUG: the built-in catalogue is checked by a test")
    }

    /// Reads and checks a catalogue.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let catalogue: Self =
            toml::from_str(text).map_err(|error| CatalogueError::Unreadable { reason: error.message().to_owned() })?;
        for entry in &catalogue.chat {
            let bad = |reason| CatalogueError::BadEntry { id: entry.id.clone(), reason };
            if entry.model_id().is_none() {
                return Err(bad("its id has characters that an id may not have"));
            }
            entry.file.check().map_err(bad)?;
        }
        for entry in &catalogue.embedder {
            let bad = |reason| CatalogueError::BadEntry { id: entry.id.clone(), reason };
            if !is_embedder_id(&entry.id) {
                return Err(bad("its id has characters that an id may not have"));
            }
            if entry.dimensions == 0 || entry.max_tokens < FEWEST_TOKENS {
                return Err(bad("it has no dimensions, or reads too few tokens"));
            }
            if entry.files.is_empty() && entry.published_as.is_none() {
                return Err(bad("it has no files and nobody says where they come from"));
            }
            entry.files.iter().try_for_each(|file| file.check().map_err(bad))?;
        }
        let mut ids: Vec<&str> = catalogue.chat.iter().map(|entry| &*entry.id).collect();
        ids.extend(catalogue.embedder.iter().map(|entry| &*entry.id));
        for model in &catalogue.hub {
            model.check()?;
            if ids.contains(&&*model.id) {
                return Err(CatalogueError::BadEntry { id: model.id.clone(), reason: "its id stands twice" });
            }
            if catalogue.hub_at.is_none() {
                return Err(CatalogueError::BadEntry { id: model.id.clone(), reason: "nobody says where the hub is" });
            }
            ids.push(&model.id);
        }
        catalogue.price.iter().try_for_each(PriceEntry::check)?;
        Ok(catalogue)
    }

    /// The model of the hub that has this id.
    pub fn hub_model(&self, id: &str) -> Option<&HubModel> {
        self.hub.iter().find(|model| model.id == id)
    }

    /// What a cloud model costs: that of its exact name, or of the name with a date or version after it, the longest first.
    pub fn price_of(&self, id: &ModelId) -> Option<&PriceEntry> {
        let is_it = |entry: &&PriceEntry| {
            let rest = id.as_str().strip_prefix(entry.model.as_str());
            rest.is_some_and(|rest| {
                rest.is_empty()
                    || rest
                        .strip_prefix('-')
                        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
            })
        };
        self.price.iter().filter(is_it).max_by_key(|entry| entry.model.as_str().len())
    }

    /// The entry that `local/<id>` names.
    pub fn chat_model(&self, id: &ModelId) -> Option<&ChatEntry> {
        let (provider, name) = id.split()?;
        self.chat.iter().find(|entry| provider == "local" && entry.id == name)
    }

    /// The embedder of that name.
    pub fn embedder(&self, id: &str) -> Option<&EmbedderEntry> {
        self.embedder.iter().find(|entry| entry.id == id)
    }
}

/// Fewest tokens that an embedder reads together: with its prefix and marks there must be room for a sentence.
pub const FEWEST_TOKENS: usize = 32;

/// True when this can name an embedder: it is also the name of its folder.
pub fn is_embedder_id(id: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    (1..=64).contains(&id.len()) && id.bytes().all(plain) && id.starts_with(|first: char| first.is_ascii_alphanumeric())
}

impl ChatEntry {
    /// `local/<id>`; none when the id has characters that a model id may not have.
    pub fn model_id(&self) -> Option<ModelId> {
        format!("local/{}", self.id).parse().ok()
    }
}

impl CatalogueFile {
    /// Where the file lies.
    pub fn path_in(&self, models_folder: &Path) -> PathBuf {
        models_folder.join(&self.path)
    }

    fn check(&self) -> Result<(), &'static str> {
        let inside = Path::new(&self.path).components().all(|part| matches!(part, Component::Normal(_)));
        if self.path.is_empty() || !inside {
            return Err("a path leaves the models folder");
        }
        if self.sha256.len() != 64 || !self.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err("a checksum is not a SHA-256 in lower-case hexadecimal");
        }
        Ok(())
    }
}

/// The models folder: `QUILLHOUSE_MODELS`, else `quillhouse/models` in `XDG_CACHE_HOME` or in `.cache` of the home
/// folder. The environment is read by the caller; none when it names no home.
pub fn models_folder(environment: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| environment(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    folder("QUILLHOUSE_MODELS").or_else(|| {
        let cache = folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")));
        let cache = cache.or_else(|| folder("LOCALAPPDATA"));
        cache.map(|cache| cache.join("quillhouse").join("models"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::download::ChecksumSource;

    #[test]
    fn the_built_in_catalogue_names_the_two_small_models() {
        let catalogue = Catalogue::built_in();
        let smol = catalogue.chat_model(&"local/smollm2-135m".parse().unwrap()).unwrap();
        assert_eq!(smol.file.path_in(Path::new("/m")), Path::new("/m/smollm2-135m-instruct/model.gguf"));
        assert!(smol.context_tokens >= 2048);
        assert_eq!(catalogue.embedder("minilm-l6-v2-int8").unwrap().dimensions, 384);
        for unknown in ["local/other", "ollama/smollm2-135m", "none"] {
            assert_eq!(catalogue.chat_model(&unknown.parse().unwrap()), None, "{unknown}");
        }
    }

    #[test]
    fn embedders_say_how_they_are_run_and_none_has_a_checksum_nobody_verified() {
        let catalogue = Catalogue::built_in();
        let shipped = catalogue.embedder("minilm-l6-v2-int8").unwrap();
        assert_eq!((shipped.pooling, shipped.languages), (Pooling::Mean, EmbedderLanguages::En));
        let e5 = catalogue.embedder("multilingual-e5-small").unwrap();
        assert_eq!(
            (&*e5.query_prefix, &*e5.passage_prefix),
            ("query: ", "passage: "),
            "the family was trained with them"
        );
        for id in ["multilingual-e5-small", "paraphrase-multilingual-minilm-l12-v2"] {
            let entry = catalogue.embedder(id).unwrap();
            assert_eq!((entry.dimensions, entry.languages), (384, EmbedderLanguages::Many), "{id}");
            assert!(entry.files.is_empty() && entry.published_as.is_some(), "{id}: its files are brought by the user");
        }
        for (id, expected) in
            [("a", true), ("my-model.v2_x", true), ("", false), ("../up", false), (".hidden", false), ("Größe", false)]
        {
            assert_eq!(is_embedder_id(id), expected, "{id}");
        }
    }

    #[test]
    fn entries_that_could_do_harm_are_refused() {
        let good = BUILT_IN;
        let cases = [
            (r#"path = "smollm2-135m-instruct/model.gguf""#, r#"path = "../model.gguf""#),
            (r#"path = "smollm2-135m-instruct/model.gguf""#, r#"path = "/etc/passwd""#),
            ("b179c9523d0e", "B179c9523d0e"),
            (r#"id = "smollm2-135m""#, r#"id = "smol lm""#),
            ("licence =", "license ="),
        ];
        for (from, to) in cases {
            let changed = good.replacen(from, to, 1);
            assert_ne!(changed, good, "the case changes something");
            assert!(Catalogue::parse(&changed).is_err(), "{to} was accepted");
        }
    }

    #[test]
    fn a_dozen_chat_models_can_be_downloaded_each_with_licence_memory_and_an_honest_checksum() {
        let catalogue = Catalogue::built_in();
        let hub = catalogue.hub_at.clone().unwrap();
        let chat: Vec<&HubModel> = catalogue.hub.iter().filter(|model| model.kind == HubKind::Chat).collect();
        assert!(chat.len() >= 12, "{} chat models", chat.len());
        let small = chat.iter().map(|model| model.parameters_millions).min().unwrap();
        let large = chat.iter().map(|model| model.parameters_millions).max().unwrap();
        assert!(small < 500 && (14_000..15_000).contains(&large), "from {small} to {large} million");
        assert!(catalogue.hub.iter().any(|model| model.kind == HubKind::Embedder));
        assert!(catalogue.hub.iter().any(|model| model.kind == HubKind::Reranker));
        for model in &catalogue.hub {
            assert_eq!(model.offered, model.kind == HubKind::Chat, "{}: nothing here loads it yet", model.id);
            let file = &model.files[0];
            let request = file.request(&hub, Path::new("/m/model.gguf"), None).unwrap();
            assert!(request.url.as_str().starts_with("https://") && request.gguf, "{}", model.id);
            let expected = if file.sha256.is_some() { ChecksumSource::Catalogue } else { ChecksumSource::Nobody };
            assert_eq!(request.known_from, expected, "{}", model.id);
            // A quantised weight takes 4 to 17 bits: a slip in a size or a count is found.
            let bits = model.planned_bytes() as f64 * 8.0 / (f64::from(model.parameters_millions) * 1e6);
            assert!((4.0..17.5).contains(&bits), "{}: {bits:.1} bits a parameter", model.id);
        }
        let qwen = catalogue.hub_model("qwen3-4b").unwrap();
        assert_eq!(qwen.geometry.unwrap().bytes_per_token(), 147_456, "as published for this model");
        let listed = crate::download::HubFile { size_bytes: 5, sha256: Some("ab".repeat(32)) };
        let unknown = &catalogue.hub_model("mistral-7b-v0.3").unwrap().files[0];
        let request = unknown.request(&hub, Path::new("/m/model.gguf"), Some(&listed)).unwrap();
        assert_eq!((request.known_from, request.size_bytes), (ChecksumSource::Hub, Some(5)));
        let known = qwen.files[0].request(&hub, Path::new("/m/model.gguf"), Some(&listed)).unwrap();
        assert_eq!(
            known.known_from,
            ChecksumSource::Catalogue,
            "the hub cannot talk the catalogue out of its checksum"
        );
    }

    #[test]
    fn prices_are_found_by_name_and_by_name_with_a_date() {
        let catalogue = Catalogue::built_in();
        let price = |id: &str| catalogue.price_of(&id.parse().unwrap()).map(|entry| entry.model.to_string());
        let cases = [
            ("openai/gpt-4.1", Some("openai/gpt-4.1")),
            ("openai/gpt-4.1-mini", Some("openai/gpt-4.1-mini")),
            ("openai/gpt-4.1-mini-2025-04-14", Some("openai/gpt-4.1-mini")),
            ("openai/gpt-4.1-nano", None),
            ("anthropic/claude-sonnet-4-5-20250929", Some("anthropic/claude-sonnet-4-5")),
            ("local/gpt-4.1", None),
        ];
        for (id, expected) in cases {
            assert_eq!(price(id).as_deref(), expected, "{id}");
        }
    }

    #[test]
    fn entries_of_the_hub_that_could_do_harm_or_lie_are_refused() {
        let cases = [
            (r#"repository = "Qwen/Qwen3-4B-GGUF""#, r#"repository = "../Qwen3-4B-GGUF""#),
            (r#"repository = "Qwen/Qwen3-4B-GGUF""#, r#"repository = "Qwen""#),
            (r#"source = "Qwen3-4B-Q4_K_M.gguf""#, r#"source = "/etc/passwd""#),
            (r#"source = "Qwen3-4B-Q4_K_M.gguf""#, r#"source = "a?b.gguf""#),
            (r#"id = "qwen3-4b""#, r#"id = "qwen3-8b""#),
            (r#"id = "qwen3-4b""#, r#"id = "../x""#),
            ("7485fe6f11af", "7485FE6f11af"),
            ("known_from = \"four public programs that pin this file, all alike\"\n", ""),
            (r#"taken_on = "2026-06-21""#, r#"taken_on = "lately""#),
            ("geometry = { layers = 36, kv_heads = 8, head_size = 128 }\n", ""),
        ];
        for (from, to) in cases {
            let changed = BUILT_IN.replacen(from, to, 1);
            assert_ne!(changed, BUILT_IN, "the case changes something: {from}");
            assert!(Catalogue::parse(&changed).is_err(), "{to} was accepted");
        }
    }

    #[test]
    fn the_models_folder_follows_the_environment() {
        type Environment = &'static [(&'static str, &'static str)];
        let cases: [(Environment, Option<&str>); 5] = [
            (&[("QUILLHOUSE_MODELS", "/m"), ("HOME", "/h")], Some("/m")),
            (&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")], Some("/c/quillhouse/models")),
            (&[("XDG_CACHE_HOME", ""), ("HOME", "/h")], Some("/h/.cache/quillhouse/models")),
            (&[("LOCALAPPDATA", "/l")], Some("/l/quillhouse/models")),
            (&[], None),
        ];
        for (environment, expected) in cases {
            let read = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into());
            assert_eq!(models_folder(read), expected.map(PathBuf::from), "with {environment:?}");
        }
    }
}
