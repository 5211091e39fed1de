//! Where things are when nobody says otherwise, and the child processes' front door.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use quillhouse_domain::Secret;

use crate::{StudioOptions, SystemHost};

fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn home() -> PathBuf {
    variable("HOME").or_else(|| variable("USERPROFILE")).unwrap_or_else(|| PathBuf::from("."))
}

/// `QUILLHOUSE_DATA`, or the place where the system keeps the data of applications.
pub fn data_folder() -> PathBuf {
    if let Some(folder) = variable("QUILLHOUSE_DATA") {
        return folder;
    }
    if cfg!(target_os = "macos") {
        return home().join("Library/Application Support/Quillhouse");
    }
    if cfg!(target_os = "windows") {
        return variable("APPDATA").unwrap_or_else(home).join("Quillhouse");
    }
    variable("XDG_DATA_HOME").unwrap_or_else(|| home().join(".local/share")).join("quillhouse")
}

/// `QUILLHOUSE_MODELS`, or `models` in the data folder when it is there, or the cache that `cargo xtask setup` fills.
pub fn models_folder(data_folder: &Path) -> PathBuf {
    if let Some(folder) = variable("QUILLHOUSE_MODELS") {
        return folder;
    }
    let own = data_folder.join("models");
    if own.is_dir() {
        return own;
    }
    variable("XDG_CACHE_HOME").unwrap_or_else(|| home().join(".cache")).join("quillhouse/models")
}

/// Options for this data folder, with this program as the worker. `QUILLHOUSE_KEYCHAIN=off` leaves the system's keychain alone,
/// `QUILLHOUSE_PASSPHRASE` opens keys that are sealed under one.
///
/// Fails when the system cannot tell which program is running.
pub fn options(data_folder: PathBuf) -> std::io::Result<StudioOptions> {
    Ok(StudioOptions {
        models_folder: models_folder(&data_folder),
        data_folder,
        worker_program: env::current_exe()?,
        ollama_address: env::var("OLLAMA_HOST").ok().filter(|address| !address.trim().is_empty()),
        models: std::collections::BTreeMap::new(),
        host: Arc::new(SystemHost::new()),
        keychain: env::var_os("QUILLHOUSE_KEYCHAIN").is_none_or(|value| value != "off"),
        passphrase: env::var("QUILLHOUSE_PASSPHRASE").ok().filter(|text| !text.is_empty()).map(Secret::new),
    })
}

/// Runs this process as a worker when it was started as `worker parse`, `worker embed` or `worker infer`.
pub fn worker(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter().skip(1);
    if arguments.next()? != "worker" {
        return None;
    }
    match arguments.next()?.to_str()? {
        "parse" => Some(quillhouse_knowledge::parse::worker_main()),
        "embed" => Some(quillhouse_knowledge::embed::worker_main(arguments.next()?)),
        "infer" => Some(quillhouse_llm::worker_infer_main()),
        _ => None,
    }
}
