//! Browser and window tests: Playwright over the development server, tauri-driver on the real window.

use anyhow::{Result, bail};

use crate::{
    cache,
    command::{Program, built},
    setup,
};

fn npm(script: &str) -> Result<Program> {
    Ok(Program::new("npm")?
        .folder(cache::workspace().join("tests/e2e"))
        .args(["run", "--silent", script])
        .env("QUILLHOUSE_DEV", built("quillhouse-dev")?))
}

/// Playwright in Debian's Chromium over `quillhouse-dev serve`.
pub(crate) fn browser() -> Result<()> {
    npm("browser")?.run()
}

/// The real window under Xvfb, driven by `tauri-driver`.
pub(crate) fn window() -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("the window is only driven on Linux");
    }
    Program::new("dbus-run-session")?
        .folder(cache::workspace().join("tests/e2e"))
        .args([
            "--",
            "xvfb-run",
            "--auto-servernum",
            "--server-args=-screen 0 1440x900x24",
            "npm",
            "run",
            "--silent",
            "window",
        ])
        .env("QUILLHOUSE_DESKTOP", built("quillhouse-desktop")?)
        .env("QUILLHOUSE_TAURI_DRIVER", setup::tauri_driver()?)
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .run()
}
