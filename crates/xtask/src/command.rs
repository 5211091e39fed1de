//! Running other programs, with a sentence when one is missing or fails.

use std::{
    env,
    ffi::OsStr,
    fs::{self, File},
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::cache;

/// A program about to run.
pub(crate) struct Program {
    name: String,
    command: Command,
}

impl Program {
    /// Runs in the workspace, with the cache folders in its environment.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Result<Self> {
        let mut command = Command::new(program.as_ref());
        // `cargo xtask` runs us with these set. Build scripts that look at them, ring's among them, would then be done again for
        // every checkout, and LanceDB with them.
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_BIN_", "CARGO_CRATE_"]
                .iter()
                .any(|start| name.starts_with(start))
            {
                command.env_remove(name);
            }
        }
        command
            .current_dir(cache::workspace())
            .env("CARGO_TARGET_DIR", cache::target()?)
            .env("QUILLHOUSE_MODELS", cache::models()?);
        Ok(Self { name: program.as_ref().to_string_lossy().into_owned(), command })
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it; its output goes to ours.
    pub(crate) fn run(mut self) -> Result<()> {
        let status = self.command.stdin(Stdio::null()).status().map_err(|error| self.missing(&error))?;
        if status.success() { Ok(()) } else { bail!("`{}` ended with {status}", self.shown()) }
    }

    /// Runs it no longer than until then, with its output in a file; the file's last line says why it failed.
    pub(crate) fn run_until(mut self, deadline: Instant, log: &Path) -> Result<()> {
        let output = File::create(log).with_context(|| format!("making `{}`", log.display()))?;
        self.command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let mut child = self.command.spawn().map_err(|error| self.missing(&error))?;
        loop {
            if let Some(status) = child.try_wait()? {
                if status.success() {
                    return Ok(());
                }
                let told = fs::read_to_string(log).unwrap_or_default();
                let last = told.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing").trim();
                bail!("`{}` failed: {last} (all of it is in `{}`)", self.name, log.display());
            }
            if Instant::now() >= deadline {
                // What it started itself ends with the piece of work it is at.
                child.kill()?;
                child.wait()?;
                bail!("`{}` took too long and was ended; it goes on with the next time", self.name);
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Starts it and leaves it to itself: it goes on when we end.
    pub(crate) fn start(mut self) -> Result<()> {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut self.command, 0);
        self.command.spawn().map(drop).map_err(|error| self.missing(&error))
    }

    /// Runs it and gives what it printed.
    pub(crate) fn output(mut self) -> Result<String> {
        let output = self
            .command
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| self.missing(&error))?;
        if !output.status.success() {
            bail!("`{}` ended with {}", self.shown(), output.status);
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// What it printed, when it went well; a missing program printed nothing.
    pub(crate) fn output_quietly(mut self) -> Option<String> {
        let output = self.command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs it silently and says whether it went well; a missing program did not.
    pub(crate) fn succeeds(mut self) -> bool {
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn missing(&self, error: &std::io::Error) -> anyhow::Error {
        if error.kind() == ErrorKind::NotFound {
            anyhow::anyhow!("`{}` is not installed; install it and run this again", self.name)
        } else {
            anyhow::anyhow!("`{}` cannot be run: {error}", self.name)
        }
    }

    fn shown(&self) -> String {
        let arguments: Vec<_> = self.command.get_args().map(|part| part.to_string_lossy().into_owned()).collect();
        format!("{} {}", self.name, arguments.join(" "))
    }
}

/// The cargo that runs this.
pub(crate) fn cargo() -> Result<Program> {
    Program::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Cargo with clippy as the compiler of our own crates, a warning being an error: they are compiled once for the lints, the
/// tests and the programs, and their dependencies are not checked a second time (docs/adr/0007).
pub(crate) fn linting_cargo() -> Result<Program> {
    let arguments = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";
    Ok(cargo()?.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env("CLIPPY_ARGS", arguments))
}

/// Builds all programs. Always the whole workspace with all features: a part of it would resolve other features and
/// build LanceDB a second time.
pub(crate) fn build_programs() -> Result<()> {
    cargo()?.args(["build", "--workspace", "--all-features", "--bins"]).run()
}

/// Path of a program built by [`build_programs`].
pub(crate) fn built(name: &str) -> Result<PathBuf> {
    let path = cache::target()?.join("debug").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    path.canonicalize().with_context(|| format!("`{name}` was not built"))
}

/// A program built by [`build_programs`].
pub(crate) fn program(name: &str) -> Result<Program> {
    Program::new(built(name)?)
}
