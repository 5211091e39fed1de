//! ONNX Runtime's shared library: loaded once per process from a given path.
//!
//! A process can have one library and one environment; whoever opens a model first decides which.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use ort::environment::Environment;
use quillhouse_llm::EmbedError;

static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

/// The process's environment, made from the library at `path` when there is none yet.
pub(super) fn environment(path: &Path) -> Result<Environment, EmbedError> {
    let mut shared = ENVIRONMENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = shared.as_ref() {
        return Ok(environment.clone());
    }
    if !path.is_file() {
        return Err(EmbedError::Unavailable {
            reason: format!("the library `{}` is missing; run the set-up again to fetch it", path.display()),
        });
    }
    // A relative name would be looked up beside the executable and then in the system's library path.
    let path = path.canonicalize().map_err(|error| unusable(path, &error))?;
    let environment = ort::init_from(&path)
        .map_err(|error| unusable(&path, &error))?
        .with_name("quillhouse")
        .with_telemetry(false)
        .build()
        .map_err(|error| unusable(&path, &error))?;
    *shared = Some(environment.clone());
    Ok(environment)
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> EmbedError {
    EmbedError::Unavailable {
        reason: format!(
            "the library `{}` cannot be loaded ({error}); run the set-up again to fetch it",
            path.display()
        ),
    }
}
