//! Models that are published on a hub and downloaded on request, and what cloud models cost.

use std::path::{Component, Path};

use quillhouse_domain::ModelId;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{CatalogueError, is_embedder_id};
use crate::{
    download::{ChecksumSource, DownloadRequest},
    routing::{Currency, Price},
};

/// Where the files are published.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubAt {
    /// The hub, with a slash at the end.
    pub address: Url,
    /// Hosts that it sends downloads on to.
    pub hosts: Vec<String>,
}

/// What a model of the hub is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum HubKind {
    /// Writes.
    Chat,
    /// Turns texts into vectors.
    Embedder,
    /// Ranks passages.
    Reranker,
}

/// The numbers of a model's attention by which the memory of its context is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Geometry {
    /// Layers that attend.
    pub layers: u32,
    /// Heads of keys and values in each.
    pub kv_heads: u32,
    /// Numbers of a head.
    pub head_size: u32,
}

impl Geometry {
    /// Keys and values of one token with 16 bits for each number.
    pub const fn bytes_per_token(self) -> u64 {
        2 * 2 * self.layers as u64 * self.kv_heads as u64 * self.head_size as u64
    }
}

/// A model that can be downloaded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubModel {
    /// Its name after `local/`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it is for.
    pub kind: HubKind,
    /// SPDX identifier or reference.
    pub licence: String,
    /// Millions of parameters.
    pub parameters_millions: u32,
    /// What it was trained for, in tokens.
    pub context_tokens: u32,
    /// How its numbers are stored.
    pub quantisation: String,
    /// It thinks before it answers unless told not to.
    #[serde(default)]
    pub thinks: bool,
    /// False while nothing here loads it.
    #[serde(default = "yes")]
    pub offered: bool,
    /// For the memory of its context; chat models have it.
    pub geometry: Option<Geometry>,
    /// Its files, the weights first.
    pub files: Vec<HubEntry>,
}

const fn yes() -> bool {
    true
}

fn main_revision() -> String {
    "main".to_owned()
}

/// A file on the hub.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubEntry {
    /// The repository, `owner/name`.
    pub repository: String,
    /// Branch or commit.
    #[serde(default = "main_revision")]
    pub revision: String,
    /// Its path in the repository.
    pub source: String,
    /// SHA-256 in lower-case hexadecimal, where it was found published.
    pub sha256: Option<String>,
    /// Its size, where it was found published.
    pub size_bytes: Option<u64>,
    /// A rounded size, where the exact one is not known.
    pub about_bytes: Option<u64>,
    /// Where checksum and size were found.
    pub known_from: Option<String>,
}

impl HubEntry {
    /// Its size for planning.
    pub fn planned_bytes(&self) -> u64 {
        self.size_bytes.or(self.about_bytes).unwrap_or_default()
    }

    /// Where it is.
    pub fn url(&self, hub: &HubAt) -> Option<Url> {
        hub.address.join(&format!("{}/resolve/{}/{}", self.repository, self.revision, self.source)).ok()
    }

    /// What to ask for. A checksum that the catalogue does not know comes from the hub's list ([`crate::download::hub_file`]);
    /// without one the file's header must do, and the result says so.
    pub fn request(
        &self,
        hub: &HubAt,
        target: &Path,
        listed: Option<&crate::download::HubFile>,
    ) -> Option<DownloadRequest> {
        let of_hub = listed.and_then(|listed| listed.sha256.clone());
        let (sha256, known_from) = match (&self.sha256, of_hub) {
            (Some(known), _) => (Some(known.clone()), ChecksumSource::Catalogue),
            (None, Some(listed)) => (Some(listed), ChecksumSource::Hub),
            (None, None) => (None, ChecksumSource::Nobody),
        };
        let size_bytes = self.size_bytes.or_else(|| listed.map(|listed| listed.size_bytes));
        let gguf = Path::new(&self.source).extension().is_some_and(|end| end.eq_ignore_ascii_case("gguf"));
        Some(DownloadRequest { url: self.url(hub)?, target: target.to_owned(), sha256, known_from, size_bytes, gguf })
    }

    fn check(&self) -> Result<(), &'static str> {
        let plain = |text: &str| {
            Path::new(text).components().all(|part| matches!(part, Component::Normal(_)))
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
                && !text.is_empty()
        };
        if !plain(&self.repository) || self.repository.split('/').count() != 2 || !plain(&self.source) {
            return Err("a file of it is not at a plain place");
        }
        if !plain(&self.revision) || self.revision.contains('/') {
            return Err("a revision is not plain");
        }
        let digest =
            |text: &str| text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if self.sha256.as_deref().is_some_and(|text| !digest(text)) {
            return Err("a checksum is not a SHA-256 in lower-case hexadecimal");
        }
        if (self.sha256.is_some() || self.size_bytes.is_some()) != self.known_from.is_some() {
            return Err("a checksum or a size stands without saying where it was found, or the other way round");
        }
        if self.planned_bytes() == 0 {
            return Err("nobody says how large it is");
        }
        Ok(())
    }
}

impl HubModel {
    /// `local/<id>`; none when the id has characters that a model id may not have.
    pub fn model_id(&self) -> Option<ModelId> {
        format!("local/{}", self.id).parse().ok()
    }

    /// The size of all its files.
    pub fn planned_bytes(&self) -> u64 {
        self.files.iter().map(HubEntry::planned_bytes).sum()
    }

    pub(super) fn check(&self) -> Result<(), CatalogueError> {
        let bad = |reason| CatalogueError::BadEntry { id: self.id.clone(), reason };
        if !is_embedder_id(&self.id) {
            return Err(bad("its id has characters that an id may not have"));
        }
        if self.files.is_empty() {
            return Err(bad("it has no files"));
        }
        if self.kind == HubKind::Chat && self.geometry.is_none_or(|geometry| geometry.bytes_per_token() == 0) {
            return Err(bad("nobody says how much memory its context takes"));
        }
        self.files.iter().try_for_each(|file| file.check().map_err(bad))
    }
}

/// What a cloud model costs, read on some day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceEntry {
    /// Which model.
    pub model: ModelId,
    /// Of the three numbers.
    pub currency: Currency,
    /// A million tokens of the prompt, in micro-units.
    pub input_micros: u64,
    /// A million tokens of the prompt that the provider had kept.
    pub cached_micros: u64,
    /// A million tokens of the answer.
    pub output_micros: u64,
    /// The day on which it was read, `YYYY-MM-DD`.
    pub taken_on: String,
    /// Where.
    pub source: String,
}

impl PriceEntry {
    /// The price.
    pub const fn price(&self) -> Price {
        Price {
            currency: self.currency,
            input_micros: self.input_micros,
            cached_micros: self.cached_micros,
            output_micros: self.output_micros,
        }
    }

    pub(super) fn check(&self) -> Result<(), CatalogueError> {
        let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = self.taken_on.split('-');
        let day = [4, 2, 2].into_iter().all(|length| parts.next().is_some_and(|part| digits(part, length)));
        if day && parts.next().is_none() && !self.source.is_empty() {
            return Ok(());
        }
        Err(CatalogueError::BadEntry { id: self.model.to_string(), reason: "its price has no day or no source" })
    }
}
