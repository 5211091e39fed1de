//! Tasks for people and for the continuous integration: `cargo xtask setup | demo | test | serve | gen | bench`.
//!
//! Invariants
//! - This binary needs nothing but Rust, so that it can install everything else.
//! - Every task does its own set-up and can be repeated; a second time is quick.
//! - Build output, models and tools live in one cache folder outside the checkout, unless cargo was told otherwise.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the terminal is this program's only face")]

mod cache;
mod command;
mod demo;
mod end_to_end;
mod engine;
mod models;
mod ollama;
mod setup;
mod test;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "cargo xtask <task>

  setup            install system packages, npm packages, test models and test tools
  demo             build, write an article and posts for the demo brand, open the window if there is a display
  test [STEP...]   everything: format, lints, unit tests, stories, UI tests, browser and window
  serve [ARG...]   the window's UI over HTTP on this computer, for development and browser tests
  gen [--check]    write the TypeScript types of the command list
  bench NAME       measure; prints ratios of one run (pipeline, ingest, extract, retrieval, engine)";

fn run() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match task.as_str() {
        "setup" => setup::everything(),
        "demo" => demo::run(),
        "test" => test::run(&rest),
        "bench" if rest.first().is_some_and(|name| name == "engine") => engine::bench(&rest[1..]),
        "serve" | "gen" | "bench" => {
            setup::everything()?;
            if task == "serve" {
                setup::ui_build()?;
            }
            command::build_programs()?;
            let mut arguments = vec![task];
            arguments.extend(rest);
            command::program("quillhouse-dev")?.args(arguments).run()
        }
        "" | "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => bail!("there is no task `{other}`\n\n{HELP}"),
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
