//! `quillhouse-dev`: the window's UI over HTTP on this computer, the TypeScript types of the command list, benches.
//!
//! Invariants
//! - Started as `worker …` it is that worker, so it needs no other program beside it.
//! - Nothing here ships: the desktop shell and the command line are the product.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the terminal is this program's face")]

mod bench;
mod generate;
mod pages;
mod serve;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use quillhouse_studio::places;
use tracing_subscriber::EnvFilter;

const HELP: &str = "quillhouse-dev <task>

  serve [--data DIR] [--port N] [--json]   the UI on 127.0.0.1; prints its address first
  gen [--check]                            write, or compare, ui/src/generated/rpc.ts
  bench NAME [--json]                      measure; NAME is pipeline, extract or retrieval";

/// The root of the workspace this was built in.
fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn serve_options(mut arguments: impl Iterator<Item = String>) -> Result<serve::Options> {
    let mut options = serve::Options { data_folder: places::data_folder(), port: 0, json: false };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("`{argument}` needs a value"));
        match argument.as_str() {
            "--data" => options.data_folder = PathBuf::from(value()?),
            "--port" => options.port = value()?.parse().context("`--port` takes a number from 0 to 65535")?,
            "--json" => options.json = true,
            _ => bail!("there is no option `{argument}`\n\n{HELP}"),
        }
    }
    Ok(options)
}

fn run() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("serve") => {
            let options = serve_options(arguments)?;
            tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve::run(options))
        }
        Some("gen") => match (arguments.next().as_deref(), arguments.next()) {
            (None, _) => generate::write(),
            (Some("--check"), None) => generate::check(),
            _ => bail!("`gen` takes nothing but `--check`"),
        },
        Some("bench") => bench::run(arguments),
        None | Some("help" | "--help" | "-h") => {
            println!("{HELP}");
            Ok(())
        }
        Some(other) => bail!("there is no task `{other}`\n\n{HELP}"),
    }
}

fn main() -> ExitCode {
    if let Some(code) = places::worker(std::env::args_os()) {
        return code;
    }
    let filter = EnvFilter::try_from_env("QUILLHOUSE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
