//! Where the tests find the real models.

use std::path::PathBuf;

/// The folder that `cargo xtask setup` fills; a test without it cannot say anything and fails.
pub(crate) fn models_folder() -> PathBuf {
    let folder = std::env::var_os("QUILLHOUSE_MODELS").map_or_else(default_folder, PathBuf::from);
    assert!(
        folder.join("minilm-l6-v2-int8/model.onnx").is_file(),
        "the models are missing in {}; run `cargo xtask setup`",
        folder.display()
    );
    folder
}

fn default_folder() -> PathBuf {
    std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .expect("neither QUILLHOUSE_MODELS nor a home folder is set")
        .join("quillhouse/models")
}
