//! The built UI, read into memory once, so that no request ever names a file of this computer.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, bail};
use axum::body::Bytes;

/// The desktop shell's settings; both serve the UI under one content security policy.
const SHELL: &str = include_str!("../../../../src-tauri/tauri.conf.json");

const ICON: &[u8] = include_bytes!("../../../../src-tauri/icons/32x32.png");

/// A file as it is sent.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Bytes,
}

/// All files of the UI by their path, `/assets/index.js`.
pub(crate) struct Pages {
    by_path: BTreeMap<String, Page>,
}

impl Pages {
    /// Reads `ui/dist`.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let mut pages = Self { by_path: BTreeMap::new() };
        if !folder.join("index.html").is_file() {
            bail!("the UI is not built; run `cargo xtask serve`, or `npm run build` in `ui`");
        }
        // Browsers ask for it unasked; the desktop shell has its own.
        let icon = Page { content_type: "image/png", bytes: Bytes::from_static(ICON) };
        pages.by_path.insert("/favicon.ico".to_owned(), icon);
        pages.collect(folder, "")?;
        Ok(pages)
    }

    fn collect(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| format!("reading `{}`", folder.display()))? {
            let entry = entry?;
            let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.collect(&entry.path(), &path)?;
            } else {
                let page = Page { content_type: content_type(&entry.path()), bytes: fs::read(entry.path())?.into() };
                self.by_path.insert(path, page);
            }
        }
        Ok(())
    }

    /// The file at a path of a request; `/` is the entry page.
    pub(crate) fn at(&self, path: &str) -> Option<Page> {
        self.by_path.get(if path == "/" { "/index.html" } else { path }).cloned()
    }
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json" | "map") => "application/json",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// True for the script that decodes pictures of PDFs: pdf.js has decoders of scans (CCITT, JBIG2) as WebAssembly only.
pub(crate) fn is_decoder(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with("pdf.worker"))
}

/// The policy of that script, which runs in a thread of its own: it may compile WebAssembly, the pages may not.
pub(crate) fn decoder_policy(policy: &str) -> String {
    policy.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
}

/// The desktop shell's policy with this server in the place of its bridge.
pub(crate) fn content_security_policy() -> Result<String> {
    let shell: serde_json::Value = serde_json::from_str(SHELL).context("src-tauri/tauri.conf.json is not JSON")?;
    let policy = shell["app"]["security"]["csp"].as_str().context("the desktop shell has no policy")?;
    Ok(policy.replace(" ipc: http://ipc.localhost", "") + "; frame-ancestors 'none'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_the_shells_with_only_the_bridge_replaced() {
        let policy = content_security_policy().unwrap();
        assert!(policy.contains("connect-src 'self';"), "the page must reach the server: {policy}");
        for word in ["ipc", "unsafe", "http:", "https:", "*"] {
            assert!(!policy.contains(word), "`{word}` would open the page to more than this server: {policy}");
        }
        assert!(policy.starts_with("default-src 'none'"), "what is not named is refused: {policy}");
    }

    #[test]
    fn only_the_decoder_of_pictures_may_compile() {
        for (path, expected) in [
            ("/assets/pdf.worker.min-BgryrOlp.mjs", true),
            ("/assets/index-BgryrOlp.js", false),
            ("/", false),
            ("/pdf.worker/index.html", false),
        ] {
            assert_eq!(is_decoder(path), expected, "{path}");
        }
        let policy = content_security_policy().unwrap();
        let decoder = decoder_policy(&policy);
        assert!(decoder.contains("script-src 'self' 'wasm-unsafe-eval';"), "{decoder}");
        assert_eq!(decoder.replace(" 'wasm-unsafe-eval'", ""), policy, "nothing else is different");
    }

    #[test]
    fn only_files_of_the_built_ui_can_be_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("assets")).unwrap();
        fs::write(folder.path().join("index.html"), "page").unwrap();
        fs::write(folder.path().join("assets/a.js"), "script").unwrap();
        let pages = Pages::read(folder.path()).unwrap();
        assert_eq!(pages.at("/").unwrap().bytes, "page");
        assert_eq!(pages.at("/assets/a.js").unwrap().content_type, "text/javascript; charset=utf-8");
        for path in ["/../Cargo.toml", "/assets/../../etc/passwd", "/assets/", "//etc/passwd", "", "/index.htm"] {
            assert!(pages.at(path).is_none(), "`{path}` is not a file of the UI");
        }
    }

    #[test]
    fn a_ui_that_was_not_built_is_said_in_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let error = Pages::read(folder.path()).err().unwrap().to_string();
        assert!(error.contains("npm run build"), "the sentence says what to do: {error}");
    }
}
