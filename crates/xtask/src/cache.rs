//! The cache folder: models, tools and build output that outlive a checkout.

use std::{env, path::PathBuf};

use anyhow::{Context, Result};

/// `$XDG_CACHE_HOME/quillhouse`, or `.cache/quillhouse` at home.
pub(crate) fn folder() -> Result<PathBuf> {
    if let Some(cache) = env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()) {
        return Ok(PathBuf::from(cache).join("quillhouse"));
    }
    let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).context("the home folder is not known")?;
    Ok(PathBuf::from(home).join(".cache/quillhouse"))
}

/// Where the models are: `$QUILLHOUSE_MODELS`, or `models` in the cache folder.
pub(crate) fn models() -> Result<PathBuf> {
    match env::var_os("QUILLHOUSE_MODELS").filter(|value| !value.is_empty()) {
        Some(models) => Ok(PathBuf::from(models)),
        None => Ok(folder()?.join("models")),
    }
}

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where cargo builds: what the caller chose, else the cache folder under continuous integration, else `target`.
pub(crate) fn target() -> Result<PathBuf> {
    if let Some(target) = env::var_os("CARGO_TARGET_DIR").filter(|value| !value.is_empty()) {
        return Ok(PathBuf::from(target));
    }
    if env::var_os("CI").is_some() { Ok(folder()?.join("target")) } else { Ok(workspace().join("target")) }
}
