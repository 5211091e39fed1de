//! A file of the user's is checked, copied or measured, and taken in as a model.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use quillhouse_domain::{Coded, ErrorCode};
use serde::{Deserialize, Serialize};

use super::{
    CHAT_FOLDER, LocalModel, MANIFEST, ModelPlace, STAGED, WEIGHTS, changed_at_ms, chat_models, facts::gguf_facts,
    write_manifest,
};
use crate::{
    cancel::CancelToken,
    catalogue::{Catalogue, is_embedder_id},
    digest::RunningDigest,
    download::{ChecksumSource, free_bytes},
    embedded::gguf,
};

/// Bytes copied at once.
const BLOCK_BYTES: usize = 1 << 20;
/// What stays free on the disk, in bytes.
const RESERVE_BYTES: u64 = 512 << 20;

/// What happens to the user's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportHow {
    /// It is copied into the models folder.
    Copy,
    /// It is used where it is.
    Reference,
}

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatImport {
    /// The file.
    pub path: PathBuf,
    /// The name it gets; without one the catalogue's, or one made from the file's.
    pub id: Option<String>,
    /// What happens to it.
    pub how: ImportHow,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ChatImportError {
    /// The file cannot be used.
    #[error("{reason}. Nothing was imported")]
    Unusable {
        /// What is wrong and what to do.
        reason: String,
    },
    /// There is a model of that name.
    #[error(
        "There is a model `{id}` already. Nothing was imported; remove it first, or import this one under another name"
    )]
    Exists {
        /// Its name.
        id: String,
    },
    /// This very file is there.
    #[error("This file is there already as `{id}`. Nothing was imported")]
    Known {
        /// Its name.
        id: String,
    },
    /// The disk is too full.
    #[error(
        "The file needs {needed_bytes} bytes and {free_bytes} may be used. Nothing was imported; make room, or use the file where it is"
    )]
    NoRoom {
        /// Its size.
        needed_bytes: u64,
        /// What is free, without the reserve.
        free_bytes: u64,
    },
    /// The user stopped it.
    #[error("The import was cancelled. Nothing was imported")]
    Cancelled,
    /// The models folder cannot be written.
    #[error("The model could not be written to `{}` ({source}). Nothing was imported; make room or check the folder's rights, then try again", path.display())]
    Folder {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Coded for ChatImportError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unusable { .. } => ErrorCode::InvalidInput,
            Self::Exists { .. } | Self::Known { .. } => ErrorCode::AlreadyExists,
            Self::NoRoom { .. } => ErrorCode::DiskFull,
            Self::Cancelled => ErrorCode::Cancelled,
            Self::Folder { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
                io::ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
                _ => ErrorCode::Internal,
            },
        }
    }
}

pub(super) fn unusable(reason: impl Into<String>) -> ChatImportError {
    ChatImportError::Unusable { reason: reason.into() }
}

pub(super) fn folder_error(path: &Path) -> impl FnOnce(io::Error) -> ChatImportError {
    let path = path.to_owned();
    move |source| ChatImportError::Folder { path, source }
}

/// Checks a file and takes it in. `watch` is told how many bytes were read. Blocks.
pub fn import_chat_model(
    models: &Path,
    import: &ChatImport,
    now_ms: i64,
    cancel: &CancelToken,
    watch: &dyn Fn(u64, u64),
) -> Result<LocalModel, ChatImportError> {
    let shown = import.path.display();
    let path = import.path.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => unusable(format!("There is no file `{shown}`")),
        _ => unusable(format!("The file `{shown}` cannot be opened ({error})")),
    })?;
    gguf::check(&path).map_err(|reason| unusable(capital(&reason)))?;
    let facts = gguf_facts(&path).map_err(unusable)?;
    if facts.reads_only {
        return Err(unusable(format!("`{shown}` is a `{}` model, which does not write", facts.architecture)));
    }
    if facts.files > 1 {
        return Err(unusable(format!(
            "`{shown}` is one of {} parts of a model; join them with `llama-gguf-split --merge` and import the whole",
            facts.files
        )));
    }
    if let Some(id) = import.id.as_deref().filter(|id| !is_embedder_id(id)) {
        return Err(unusable(format!(
            "`{id}` cannot be a name; use up to 64 lower-case letters, digits, `-`, `_` and `.`"
        )));
    }
    let home = models.join(CHAT_FOLDER);
    fs::create_dir_all(&home).map_err(folder_error(&home))?;
    sweep(&home);
    let staged = Staged::new(&home)?;
    let (sha256, size_bytes) = match import.how {
        ImportHow::Copy => copy(&path, &staged.path, cancel, watch)?,
        ImportHow::Reference => measure(&path, cancel, watch, |_| Ok(()))?,
    };
    let place = match import.how {
        ImportHow::Copy => ModelPlace::Here,
        ImportHow::Reference => {
            let changed_ms = fs::metadata(&path).ok().as_ref().and_then(changed_at_ms);
            ModelPlace::There { path: path.clone(), changed_ms }
        }
    };
    let there = chat_models(models);
    if let Some(known) = there.iter().find(|model| model.sha256 == sha256) {
        return Err(ChatImportError::Known { id: known.id.clone() });
    }
    let catalogue = Catalogue::built_in();
    let shipped = catalogue.chat.iter().find(|entry| entry.file.sha256 == sha256);
    if let Some(shipped) = shipped.filter(|entry| entry.file.path_in(models).is_file()) {
        return Err(ChatImportError::Known { id: shipped.id.clone() });
    }
    let published =
        catalogue.hub.iter().find(|model| model.files.iter().any(|file| file.sha256.as_deref() == Some(&*sha256)));
    let wanted = import.id.clone().or_else(|| published.map(|model| model.id.clone()));
    let is_taken = |id: &str| {
        home.join(id).join(MANIFEST).exists()
            || catalogue.chat.iter().any(|entry| entry.id == id)
            || catalogue.hub.iter().any(|model| model.id == id && published.is_none_or(|published| published.id != id))
    };
    let id = match wanted {
        Some(id) if is_taken(&id) => return Err(ChatImportError::Exists { id }),
        Some(id) => id,
        None => free_id(&path, is_taken),
    };
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let name = published.map(|model| model.name.clone()).or_else(|| facts.name.clone()).unwrap_or(stem);
    let licence = published.map(|model| model.licence.clone()).or_else(|| facts.licence.clone());
    let checked = if published.is_some() { ChecksumSource::Catalogue } else { ChecksumSource::Nobody };
    let model =
        LocalModel { id, name, place, sha256, size_bytes, checked, licence, source: None, facts, added_at_ms: now_ms };
    write_manifest(&staged.path, &model)?;
    staged.take_in(&home.join(&model.id))?;
    Ok(model)
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A name made from the file's: small letters, digits and dashes, with a number when it is taken.
fn free_id(path: &Path, is_taken: impl Fn(&str) -> bool) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let mut id = String::new();
    for character in stem.chars().take(200) {
        match character {
            'a'..='z' | '0'..='9' | '.' | '_' => id.push(character),
            _ if !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    let id: String = id.trim_matches(['-', '.', '_']).chars().take(56).collect();
    let id = id.trim_end_matches(['-', '.', '_']);
    let id = if id.is_empty() { "model" } else { id };
    if !is_taken(id) {
        return id.to_owned();
    }
    // More than there are folders.
    let numbered = (2_u32..100_000).map(|number| format!("{id}-{number}")).find(|id| !is_taken(id));
    numbered.unwrap_or_else(|| "model".to_owned())
}

/// A folder that is deleted again unless it was taken in.
struct Staged {
    path: PathBuf,
    kept: bool,
}

impl Staged {
    fn new(home: &Path) -> Result<Self, ChatImportError> {
        let new = (0_u32..1_000).find_map(|number| {
            let path = home.join(format!("{STAGED}{}-{number}", std::process::id()));
            fs::create_dir(&path).is_ok().then_some(path)
        });
        let path = new.ok_or_else(|| folder_error(home)(io::Error::other("no folder can be made in it")))?;
        Ok(Self { path, kept: false })
    }

    fn take_in(mut self, target: &Path) -> Result<(), ChatImportError> {
        // What a download left without finishing makes room.
        if target.is_dir() && !target.join(MANIFEST).exists() {
            discard(target);
        }
        fs::rename(&self.path, target).map_err(folder_error(target))?;
        self.kept = true;
        #[cfg(unix)]
        if let Some(home) = target.parent() {
            File::open(home).and_then(|home| home.sync_all()).map_err(folder_error(home))?;
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.kept {
            discard(&self.path);
        }
    }
}

pub(super) fn discard(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(folder = %folder.display(), %error, "a folder of an import could not be deleted");
    }
}

/// What imports and removals that were killed left behind.
fn sweep(home: &Path) {
    let own = format!("{STAGED}{}-", std::process::id());
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(STAGED) && !name.starts_with(&own) {
            discard(&entry.path());
        }
    }
}

fn copy(
    path: &Path,
    folder: &Path,
    cancel: &CancelToken,
    watch: &dyn Fn(u64, u64),
) -> Result<(String, u64), ChatImportError> {
    let target = folder.join(WEIGHTS);
    let needed_bytes = fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    if let Some(free_bytes) = free_bytes(folder).map(|free| free.saturating_sub(RESERVE_BYTES))
        && free_bytes < needed_bytes
    {
        return Err(ChatImportError::NoRoom { needed_bytes, free_bytes });
    }
    let mut to = File::create_new(&target).map_err(folder_error(&target))?;
    let measured = measure(path, cancel, watch, |block| to.write_all(block).map_err(folder_error(&target)))?;
    to.sync_all().map_err(folder_error(&target))?;
    Ok(measured)
}

fn unreadable(path: &Path, error: &io::Error) -> ChatImportError {
    unusable(format!("`{}` cannot be read ({error})", path.display()))
}

/// Reads a file once: its SHA-256 and size; each block goes to `each` too. A file that grows meanwhile is no model.
fn measure(
    path: &Path,
    cancel: &CancelToken,
    watch: &dyn Fn(u64, u64),
    mut each: impl FnMut(&[u8]) -> Result<(), ChatImportError>,
) -> Result<(String, u64), ChatImportError> {
    let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let whole = file.metadata().map_err(|error| unreadable(path, &error))?.len();
    let (mut digest, mut size_bytes) = (RunningDigest::default(), 0_u64);
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        if cancel.is_cancelled() {
            return Err(ChatImportError::Cancelled);
        }
        let read = file.read(&mut block).map_err(|error| unreadable(path, &error))?;
        if read == 0 {
            break;
        }
        size_bytes += read as u64;
        if size_bytes > whole {
            return Err(unusable(format!("`{}` is still being written", path.display())));
        }
        digest.take(&block[..read]);
        each(&block[..read])?;
        watch(size_bytes, whole);
    }
    if size_bytes < whole {
        return Err(unusable(format!("`{}` is being changed", path.display())));
    }
    Ok((digest.finish(), size_bytes))
}
