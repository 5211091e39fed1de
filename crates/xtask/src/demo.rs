//! `cargo xtask demo`: from a fresh clone to a cited article, posts and scripts in an open window.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    cache,
    command::{Program, build_programs, program},
    setup,
};

const BRAND: &str = "Halden Ferry Co.";

fn quillhouse(data: &Path, arguments: &[&str]) -> Result<Value> {
    let output = program("quillhouse")?.env("QUILLHOUSE_DATA", data).args(arguments).args(["--json"]).output()?;
    serde_json::from_str(&output).with_context(|| format!("`quillhouse {}` did not print JSON", arguments.join(" ")))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Builds, adds the demo brand's documents, writes, prints where everything is, opens the window if there is a display.
pub(crate) fn run() -> Result<()> {
    setup::everything()?;
    setup::ui_build()?;
    build_programs()?;
    let data = cache::folder()?.join("demo");
    let documents = cache::workspace().join("assets/demo/documents");
    let brands = quillhouse(&data, &["brand", "list"])?;
    let known =
        brands["brands"].as_array().is_some_and(|brands| brands.iter().any(|brand| text(brand, "name") == BRAND));
    if !known {
        quillhouse(&data, &["brand", "create", BRAND])?;
    }
    let documents = documents.to_string_lossy();
    quillhouse(&data, &["library", "add", BRAND, &documents])?;
    let brief = cache::workspace().join("assets/demo/brief.toml");
    let written = quillhouse(&data, &["write", BRAND, "--brief", &brief.to_string_lossy()])?;
    show(&data, &written)?;
    open_window(&data)
}

fn show(data: &Path, written: &Value) -> Result<()> {
    let folder = data.join("written");
    fs::create_dir_all(&folder)?;
    println!("\nWritten for {BRAND} with {}:", text(written, "model"));
    for piece in written["pieces"].as_array().into_iter().flatten() {
        let name = match text(piece, "network") {
            "" => format!("{}.md", text(piece, "type")),
            network => format!("{}-{network}.md", text(piece, "type")),
        };
        let path = folder.join(name);
        fs::write(&path, text(piece, "text"))?;
        println!(
            "  {:<6} {:<9} {:>5} words  score {:<4}  {}",
            text(piece, "type"),
            text(piece, "network"),
            piece["words"],
            piece["score"],
            path.display()
        );
    }
    let article =
        written["pieces"].as_array().and_then(|pieces| pieces.iter().find(|piece| text(piece, "type") == "blog"));
    if let Some(article) = article {
        println!("\nThe article cites:");
        for citation in article["citations"].as_array().into_iter().flatten() {
            let quote: String = text(citation, "quote").split_whitespace().collect::<Vec<_>>().join(" ");
            println!("  {} p. {}: “{quote}”", text(citation, "document"), citation["page"]);
        }
    }
    Ok(())
}

fn open_window(data: &Path) -> Result<()> {
    let display =
        cfg!(not(target_os = "linux")) || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
    if !display {
        println!("\nThere is no display, so the window stays closed. `cargo xtask serve` shows the same in a browser.");
        return Ok(());
    }
    let desktop: PathBuf = crate::command::built("quillhouse-desktop")?;
    Program::new(desktop)?.env("QUILLHOUSE_DATA", data).start()?;
    println!("\nThe window opens with the same brand.");
    Ok(())
}
