//! `cargo xtask test`: everything that must hold, in the order in which it fails soonest.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::{
    command::{cargo, linting_cargo},
    end_to_end, ollama, setup,
};

struct Step {
    name: &'static str,
    run: fn() -> Result<()>,
}

const STEPS: [Step; 6] = [
    Step { name: "format", run: format },
    Step { name: "ui", run: ui },
    Step { name: "lints", run: lints },
    Step { name: "rust", run: rust },
    Step { name: "browser", run: end_to_end::browser },
    Step { name: "window", run: end_to_end::window },
];

fn format() -> Result<()> {
    cargo()?.args(["fmt", "--all", "--check"]).run()
}

fn ui() -> Result<()> {
    crate::command::Program::new("npm")?
        .folder(crate::cache::workspace().join("ui"))
        .args(["run", "--silent", "check"])
        .run()
}

/// Compiles and links everything, programs and tests, with the lints on.
fn lints() -> Result<()> {
    // The desktop shell embeds the built UI.
    setup::ui_build()?;
    let all = ["--workspace", "--all-features"];
    linting_cargo()?.args(["build", "--bins"]).args(all).run()?;
    linting_cargo()?.args(["test", "--no-run"]).args(all).run()
}

fn rust() -> Result<()> {
    let tests = match ollama::program() {
        Ok(program) => linting_cargo()?.env(ollama::VARIABLE, program),
        Err(reason) => {
            println!("the tests of a real Ollama server are skipped: {reason:#}");
            linting_cargo()?
        }
    };
    tests.args(["test", "--workspace", "--all-features", "--no-fail-fast"]).run()
}

/// Runs the named steps, or all of them; goes on after a failure, so that one run tells everything.
pub(crate) fn run(names: &[String]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        bail!("there is no step `{unknown}`; the steps are {}", known.join(", "));
    }
    setup::everything()?;
    setup::test_tools()?;
    let (mut lines, mut failed) = (Vec::new(), Vec::new());
    for step in STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name)) {
        println!("\n== {} ==", step.name);
        let started = Instant::now();
        let outcome = (step.run)();
        let seconds = started.elapsed().as_secs();
        match outcome {
            Ok(()) => lines.push(format!("{:<8} passed in {seconds} s", step.name)),
            Err(error) => {
                lines.push(format!("{:<8} FAILED in {seconds} s: {error:#}", step.name));
                failed.push(step.name);
            }
        }
    }
    println!("\n{}", lines.join("\n"));
    println!("steps: {} passed, {} failed", lines.len() - failed.len(), failed.len());
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}
