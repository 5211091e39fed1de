//! `quillhouse`: the command line, and the worker when it is started as `worker …`.
//!
//! Invariants
//! - With `--json` exactly one JSON document goes to stdout, also when a command fails; progress goes to stderr.
//! - Exit codes: 0 done, 1 failed, 2 wrong usage. A failure says what happened, what is safe, what to do.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the terminal is this program's face")]

mod arguments;
mod brief;
mod command;
mod progress;
mod show;

use std::process::ExitCode;

use clap::Parser;
use quillhouse_studio::{CommandError, Studio, places};

use arguments::Arguments;

fn main() -> ExitCode {
    if let Some(code) = places::worker(std::env::args_os()) {
        return code;
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no failures; everything else is wrong usage.
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    start_log();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the system gives no threads: {error}");
            return ExitCode::from(1);
        }
    };
    let json = arguments.json;
    match runtime.block_on(run(arguments)) {
        Ok(done) => ExitCode::from(done),
        Err(error) => fail(&error, json),
    }
}

async fn run(arguments: Arguments) -> Result<u8, CommandError> {
    let data_folder = arguments.data_dir.clone().unwrap_or_else(places::data_folder);
    let options = places::options(data_folder).map_err(|error| {
        CommandError::new(quillhouse_domain::ErrorCode::Internal, format!("This program cannot find itself: {error}"))
    })?;
    let studio = Studio::open(options).await?;
    let code = command::run(&studio, arguments).await;
    // An index that a single command began to rebuild would otherwise never be ready.
    studio.settle().await;
    code
}

fn fail(error: &CommandError, json: bool) -> ExitCode {
    if json {
        println!("{}", serde_json::json!({ "error": error }));
    }
    eprintln!("error: {}", error.message);
    ExitCode::from(error.code.exit_code())
}

/// Warnings and errors go to stderr when `QUILLHOUSE_LOG` asks for them.
fn start_log() {
    if let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("QUILLHOUSE_LOG") {
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
}
