//! Generations of the index on disk: which one is current, which are left over.
//!
//! The pointer file is replaced by rename after a sync, so it names either the old or the new generation.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

const POINTER: &str = "current";

/// Content of the pointer file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pointer {
    /// Name of the folder in use.
    pub(super) generation: u64,
    /// Embedder of its vectors.
    pub(super) embedder: String,
    /// Numbers per vector.
    pub(super) dimensions: usize,
}

/// The pointer; `None` when there is none, the reason when it cannot be read.
pub(super) fn read_pointer(folder: &Path) -> Result<Option<Pointer>, String> {
    match fs::read(folder.join(POINTER)) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| format!("the file that names the generation in use is damaged: {error}")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("the file that names the generation in use cannot be read: {error}")),
    }
}

/// Replaces the pointer; on return it is on disk.
pub(super) fn write_pointer(folder: &Path, pointer: &Pointer) -> io::Result<()> {
    let temporary = folder.join("current.new");
    let mut file = File::create(&temporary)?;
    file.write_all(&serde_json::to_vec(pointer)?)?;
    file.sync_all()?;
    fs::rename(&temporary, folder.join(POINTER))?;
    sync_folder(folder);
    Ok(())
}

/// The number after the highest that has a folder or is named by the pointer.
pub(super) fn next(folder: &Path) -> u64 {
    let pointed = read_pointer(folder).ok().flatten().map_or(0, |pointer| pointer.generation);
    let present = generations(folder).into_iter().max().unwrap_or(0);
    pointed.max(present) + 1
}

/// Deletes every generation but one; what cannot be deleted is tried again at the next start.
pub(super) fn remove_other_generations(folder: &Path, keep: u64) {
    for generation in generations(folder) {
        if generation != keep {
            remove(&folder.join(generation.to_string()));
        }
    }
}

/// Deletes every generation and the pointer.
pub(super) fn remove_all(folder: &Path) {
    for generation in generations(folder) {
        remove(&folder.join(generation.to_string()));
    }
    if let Err(error) = fs::remove_file(folder.join(POINTER))
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(folder = %folder.display(), %error, "the pointer of the index could not be deleted");
    }
}

/// Deletes one generation's folder.
pub(super) fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(folder = %folder.display(), %error, "an old generation of the index could not be deleted");
    }
}

/// Size of all files below a folder.
pub(super) fn bytes(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => bytes(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

/// Brings the files of a generation to disk. LanceDB does not; without it a power cut after the swap could leave empty
/// files behind. A failure costs no more than another rebuild.
pub(super) fn sync_tree(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            sync_tree(&path);
        } else if let Err(error) = File::open(&path).and_then(|file| file.sync_all()) {
            tracing::debug!(path = %path.display(), %error, "a file of the index was not synced");
        }
    }
    sync_folder(folder);
}

/// Folders can be synced on Unix only.
fn sync_folder(folder: &Path) {
    if cfg!(unix)
        && let Err(error) = File::open(folder).and_then(|file| file.sync_all())
    {
        tracing::debug!(folder = %folder.display(), %error, "a folder of the index was not synced");
    }
}

fn generations(folder: &Path) -> Vec<u64> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}
