//! Chat models in the models folder beside those of the catalogue's packages: imported from a file, or downloaded.
//!
//! Each is a folder `chat/<id>` with `model.json`, which says what the model is and what was measured of its file, and with
//! `model.gguf` unless the file stays where it is.
//!
//! Invariants
//! - A model counts when its `model.json` is there, which is written last; what a failure or a kill leaves is hidden, or has no
//!   `model.json`, and is swept or taken up again.
//! - Files are known by their SHA-256: the same file is not taken in twice.
//! - A file that is used where it is is never changed or deleted.
//! - Nothing foreign is interpreted here but the header of a GGUF file, in bounded steps; weights are loaded in the child
//!   process only.

mod facts;
mod import;
#[cfg(test)]
mod tests;

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use quillhouse_domain::{Coded, ErrorCode, ModelId};
use quillhouse_egress::Egress;
use serde::{Deserialize, Serialize};

use crate::{
    catalogue::{HubAt, HubModel, is_embedder_id},
    download::{
        ChecksumSource, DownloadControl, DownloadError, DownloadProgress, DownloadSettings, Downloaded, download,
        hub_file,
    },
};

pub use facts::{GgufFacts, gguf_facts};
pub use import::{ChatImport, ChatImportError, ImportHow, import_chat_model};
use import::{discard, folder_error, unusable};

/// Folder of these models in the models folder.
pub const CHAT_FOLDER: &str = "chat";
const WEIGHTS: &str = "model.gguf";
const MANIFEST: &str = "model.json";
/// Largest manifest that is read.
const MANIFEST_BYTES: u64 = 64 << 10;
/// Folders of imports that are under way.
const STAGED: &str = ".importing-";

/// Where a model's file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ModelPlace {
    /// In its folder.
    Here,
    /// Where the user has it; with the time of its last change, in milliseconds since 1970.
    There {
        /// The file.
        path: PathBuf,
        /// When it was changed last; none where the system does not say.
        changed_ms: Option<i64>,
    },
}

/// A chat model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalModel {
    /// Its name after `local/`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Where its file is.
    pub place: ModelPlace,
    /// SHA-256 of the file, as it was measured.
    pub sha256: String,
    /// Its size.
    pub size_bytes: u64,
    /// Who vouched for the checksum; nobody for files that the user brought, unless the catalogue knows them.
    pub checked: ChecksumSource,
    /// SPDX identifier, or what the file says.
    pub licence: Option<String>,
    /// Where it was downloaded from.
    pub source: Option<String>,
    /// What the file's header says.
    pub facts: GgufFacts,
    /// When it was added, in milliseconds since 1970.
    pub added_at_ms: i64,
}

/// How a model's file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ModelFileState {
    /// It is there, with the size and, where it is used in its own place, the time it had.
    There,
    /// It is not there.
    Gone,
    /// It is another file now.
    Changed,
}

impl LocalModel {
    /// `local/<id>`.
    pub fn model_id(&self) -> ModelId {
        format!("local/{}", self.id).parse().expect("BUG: ids of folders are checked when they are read")
    }

    /// Its file.
    pub fn path_in(&self, models: &Path) -> PathBuf {
        match &self.place {
            ModelPlace::Here => models.join(CHAT_FOLDER).join(&self.id).join(WEIGHTS),
            ModelPlace::There { path, .. } => path.clone(),
        }
    }

    /// How its file is, by size and time; the engine checks the checksum when it loads it.
    pub fn state_in(&self, models: &Path) -> ModelFileState {
        let Ok(metadata) = fs::metadata(self.path_in(models)) else { return ModelFileState::Gone };
        let same_time = match &self.place {
            ModelPlace::Here => true,
            ModelPlace::There { changed_ms, .. } => *changed_ms == changed_at_ms(&metadata),
        };
        if metadata.is_file() && metadata.len() == self.size_bytes && same_time {
            ModelFileState::There
        } else {
            ModelFileState::Changed
        }
    }
}

fn changed_at_ms(metadata: &fs::Metadata) -> Option<i64> {
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// The models that were imported or downloaded, by name. What cannot be read is left out.
pub fn chat_models(models: &Path) -> Vec<LocalModel> {
    let Ok(entries) = fs::read_dir(models.join(CHAT_FOLDER)) else { return Vec::new() };
    let mut found: Vec<LocalModel> =
        entries.flatten().filter_map(|entry| chat_model(models, entry.file_name().to_str()?)).collect();
    found.sort_by(|one, other| one.id.cmp(&other.id));
    found
}

/// The model of that name.
pub fn chat_model(models: &Path, id: &str) -> Option<LocalModel> {
    if !is_embedder_id(id) {
        return None;
    }
    let file = File::open(models.join(CHAT_FOLDER).join(id).join(MANIFEST)).ok()?;
    let mut text = String::new();
    file.take(MANIFEST_BYTES).read_to_string(&mut text).ok()?;
    let model: LocalModel = serde_json::from_str(&text).ok()?;
    (model.id == id).then_some(model)
}

/// Where the file of a model of the hub is downloaded to; [`keep_download`] makes it a model.
pub fn download_target(models: &Path, model: &HubModel) -> PathBuf {
    models.join(CHAT_FOLDER).join(&model.id).join(WEIGHTS)
}

/// Why a model of the hub is not there.
#[derive(Debug, thiserror::Error)]
pub enum FetchModelError {
    /// It did not come.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// It came and cannot be kept.
    #[error(transparent)]
    Keep(#[from] ChatImportError),
    /// Nothing here loads it.
    #[error("`{name}` cannot be loaded here yet, so it was not downloaded")]
    NotOffered {
        /// Its name.
        name: String,
    },
}

impl Coded for FetchModelError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Download(error) => error.code(),
            Self::Keep(error) => error.code(),
            Self::NotOffered { .. } => ErrorCode::InvalidInput,
        }
    }
}

/// Downloads a model of the hub, or what is missing of it, and makes it a model. Where the catalogue has no checksum the hub is
/// asked for its own first; where it has none either, [`LocalModel::checked`] says that nobody vouched for the file.
pub async fn fetch_hub_model(
    egress: &Egress,
    models: &Path,
    hub: &HubAt,
    model: &HubModel,
    settings: &DownloadSettings,
    control: &DownloadControl,
    watch: &(dyn Fn(DownloadProgress) + Send + Sync),
) -> Result<LocalModel, FetchModelError> {
    let (true, [file]) = (model.offered, model.files.as_slice()) else {
        return Err(FetchModelError::NotOffered { name: model.name.clone() });
    };
    let listed = if file.sha256.is_none() {
        Some(hub_file(egress, &hub.address, &file.repository, &file.revision, &file.source).await?)
    } else {
        None
    };
    let request = file.request(hub, &download_target(models, model), listed.as_ref());
    let request = request.ok_or_else(|| DownloadError::Unlisted { reason: "its address cannot be used".to_owned() })?;
    let done = download(egress, &request, settings, control, watch).await?;
    let (models, model, source, now_ms) = (models.to_owned(), model.clone(), request.url.to_string(), egress.now_ms());
    let kept = tokio::task::spawn_blocking(move || keep_download(&models, &model, &done, &source, now_ms)).await;
    kept.unwrap_or_else(|error| Err(unusable(format!("The work ended early ({error})")))).map_err(FetchModelError::Keep)
}

/// Makes a downloaded file a model. Blocks.
pub fn keep_download(
    models: &Path,
    model: &HubModel,
    downloaded: &Downloaded,
    source: &str,
    now_ms: i64,
) -> Result<LocalModel, ChatImportError> {
    let facts = gguf_facts(&downloaded.path).map_err(unusable)?;
    let local = LocalModel {
        id: model.id.clone(),
        name: model.name.clone(),
        place: ModelPlace::Here,
        sha256: downloaded.sha256.clone(),
        size_bytes: downloaded.size_bytes,
        checked: downloaded.checked,
        licence: Some(model.licence.clone()),
        source: Some(source.to_owned()),
        facts,
        added_at_ms: now_ms,
    };
    write_manifest(&models.join(CHAT_FOLDER).join(&model.id), &local)?;
    Ok(local)
}

/// Takes a model away; its file too, unless it is used where it is. False when there is none of that name.
pub fn remove_chat_model(models: &Path, id: &str) -> io::Result<bool> {
    let home = models.join(CHAT_FOLDER);
    if !is_embedder_id(id) || !home.join(id).is_dir() {
        return Ok(false);
    }
    // Out of sight first, so that half of one is never found.
    let hidden = home.join(format!("{STAGED}removed-{id}"));
    discard(&hidden);
    fs::rename(home.join(id), &hidden)?;
    fs::remove_dir_all(&hidden)?;
    Ok(true)
}

fn write_manifest(folder: &Path, model: &LocalModel) -> Result<(), ChatImportError> {
    let (path, new) = (folder.join(MANIFEST), folder.join(".model.json.new"));
    let written = serde_json::to_vec_pretty(model).map_err(io::Error::other).and_then(|json| {
        let mut file = File::create(&new)?;
        file.write_all(&json)?;
        file.sync_all()?;
        fs::rename(&new, &path)
    });
    written.map_err(folder_error(&path))
}
