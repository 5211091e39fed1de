//! A real Ollama server for the tests, built once from its Go module where that is possible.
//!
//! Invariants
//! - Nothing fails for want of it: why it is not there is a sentence, and the tests that need it are left out.
//! - A finished program is used again, a half-built one never: it is built beside its place and renamed.
//! - What is fetched is what was looked at: fixed sums for the module and for the headers, Go's own for the rest.

use std::{
    env,
    ffi::OsStr,
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{cache, command::Program, engine};

/// What the tests read: the path of the server's program.
pub(crate) const VARIABLE: &str = "QUILLHOUSE_OLLAMA";

const MODULE: &str = "github.com/ollama/ollama";
const VERSION: &str = "0.17.4";
const MODULE_SUM: &str = "h1:X3KNm9x4BlHqk/AXMGtC7pBAFd46nmJmy8yDaBZLo9s=";

/// What the module's `go.mod` asks for.
const OLDEST_GO: [u32; 3] = [1, 24, 1];

/// All of it together. Two cores need two to three minutes; a build that was stopped goes on where it was, from Go's cache.
const LIMIT: Duration = Duration::from_secs(280);

/// Of them, for the sources and the headers: a network that swallows everything is not waited for in every run.
const FETCH_LIMIT: Duration = Duration::from_secs(90);

/// The server's program: the one that was named, the one that was built before, or one that is built now. An error says why
/// there is none.
pub(crate) fn program() -> Result<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return Ok(PathBuf::from(named));
    }
    let flags = compiler_flags(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default());
    built(&cache::folder()?.join("ollama").join(VERSION), "go".as_ref(), flags)
}

/// Flags for C and C++. The server's own releases choose among libraries for many processors; what Go builds has one code, and
/// that reads prompts five times as slowly without these instructions.
fn compiler_flags(processor: &str) -> &'static str {
    let has = |name: &str| processor.split_whitespace().any(|flag| flag == name);
    if ["avx2", "fma", "f16c"].into_iter().all(has) { "-O2 -mavx2 -mfma -mf16c" } else { "-O2" }
}

fn built(folder: &Path, go: &OsStr, flags: &str) -> Result<PathBuf> {
    // The cache may move to another computer.
    let name = if flags.contains("avx2") { "ollama-avx2" } else { "ollama" };
    let program = folder.join(name);
    if program.is_file() {
        return Ok(program);
    }
    if !cfg!(target_os = "linux") {
        bail!("it is built on Linux only");
    }
    check_go(go)?;
    let started = Instant::now();
    let (fetched, deadline) = (started + FETCH_LIMIT, started + LIMIT);
    fs::create_dir_all(folder).with_context(|| format!("making `{}`", folder.display()))?;
    let lock = File::create(folder.join("lock"))?;
    if lock.try_lock().is_err() {
        bail!("another task is building it");
    }
    println!("building Ollama {VERSION} for the tests, once");
    check_module(folder, go, fetched)?;
    let headers = headers(folder, fetched)?;
    let work = folder.join("work");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(work.join("temporary"))?;
    let outcome = with_go(go)?
        .folder(folder)
        .args(["install", "-trimpath", "-ldflags"])
        .args([format!("-s -w -X={MODULE}/version.Version={VERSION}"), format!("{MODULE}@v{VERSION}")])
        .env("GOBIN", &work)
        .env("GOTMPDIR", work.join("temporary"))
        .env("CGO_ENABLED", "1")
        .env("CGO_CPPFLAGS", format!("-I{}", headers.display()))
        .env("CGO_CFLAGS", flags)
        .env("CGO_CXXFLAGS", flags)
        .run_until(deadline, &folder.join("build.log"))
        .and_then(|()| fs::rename(work.join("ollama"), &program).context("Go left no program"));
    let _ = fs::remove_dir_all(&work);
    outcome.map(|()| program)
}

/// Go as it is installed, whatever its user's settings for other work are.
fn with_go(go: &OsStr) -> Result<Program> {
    Ok(Program::new(go)?.env("GOTOOLCHAIN", "local").env("GOFLAGS", "").env("GOWORK", "off"))
}

fn check_go(go: &OsStr) -> Result<()> {
    let Some(version) = with_go(go)?.args(["env", "GOVERSION"]).output_quietly() else {
        bail!("Go is not installed, and it is built with Go");
    };
    let version = version.trim();
    if numbers(version) < OLDEST_GO {
        let [major, minor, patch] = OLDEST_GO;
        bail!("`{version}` is too old to build it; it needs Go {major}.{minor}.{patch}");
    }
    Ok(())
}

/// `go1.26.8` or `go1.27rc1` as numbers.
fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version.trim_start_matches("go").split('.').map(|part| {
        let end = part.find(|character: char| !character.is_ascii_digit()).unwrap_or(part.len());
        part[..end].parse().unwrap_or(0)
    });
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

/// Brings the sources into Go's own cache.
fn check_module(folder: &Path, go: &OsStr, deadline: Instant) -> Result<()> {
    let log = folder.join("module.log");
    let outcome = with_go(go)?
        .folder(folder)
        .args(["mod", "download", "-json"])
        .args([format!("{MODULE}@v{VERSION}")])
        .run_until(deadline, &log);
    let told = fs::read_to_string(&log).unwrap_or_default();
    // Progress stands before it.
    let module: Value = told.find('{').and_then(|at| serde_json::from_str(&told[at..]).ok()).unwrap_or_default();
    if let Some(error) = module["Error"].as_str() {
        bail!("its sources cannot be fetched: {}", error.lines().last().unwrap_or_default());
    }
    outcome?;
    if module["Sum"] != MODULE_SUM {
        bail!("the sum of its sources is {}, not `{MODULE_SUM}`", module["Sum"]);
    }
    Ok(())
}

/// The folder with other projects' headers, which a Go module cannot carry because of its folders' name. llama.cpp brings the
/// same ones along.
fn headers(folder: &Path, deadline: Instant) -> Result<PathBuf> {
    let headers = folder.join("headers");
    if !headers.is_dir() {
        let archive = engine::fetched_sources(deadline)?;
        let part = folder.join("headers.part");
        let _ = fs::remove_dir_all(&part);
        fs::create_dir_all(&part)?;
        Program::new("tar")?
            .folder(&part)
            .args(["--strip-components=3".as_ref(), "-xzf".as_ref(), archive.as_os_str()])
            .args([format!("{}/llama.cpp/vendor", engine::sources_name())])
            .run()?;
        fs::rename(&part, &headers)?;
    }
    Ok(headers)
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
