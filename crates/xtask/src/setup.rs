//! What a fresh machine lacks: system packages, npm packages, models, test tools.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::{
    cache,
    command::{Program, cargo},
    models,
};

/// Debian's packages: to build LanceDB, llama.cpp and the window, and to test in a browser and in a window.
const APT_PACKAGES: [&str; 22] = [
    "build-essential",
    "chromium",
    "clang",
    "cmake",
    "dbus-x11",
    "fonts-liberation",
    "imagemagick",
    "libayatana-appindicator3-dev",
    "libclang-dev",
    "libdbus-1-dev",
    "libprotobuf-dev",
    "librsvg2-dev",
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "libxdo-dev",
    "pkg-config",
    "poppler-utils",
    "protobuf-compiler",
    "python3-pip",
    "webkit2gtk-driver",
    "xauth",
    "xvfb",
];

/// `tauri-driver` of the same major version as Tauri.
const TAURI_DRIVER: &str = "2.1.0";

/// Everything that building, the demo and the tests need.
pub(crate) fn everything() -> Result<()> {
    system_packages()?;
    models::fetch()?;
    npm_ci("ui")?;
    Ok(())
}

/// What only the tests need.
pub(crate) fn test_tools() -> Result<()> {
    npm_ci("tests/e2e")?;
    tauri_driver().map(drop)
}

fn installed(package: &str) -> bool {
    // pip may come with another Python than Debian's.
    (package == "python3-pip"
        && Program::new("python3").is_ok_and(|python| python.args(["-m", "pip", "--version"]).succeeds()))
        || Program::new("dpkg-query")
            .ok()
            .and_then(|query| query.args(["-W", "-f", "${Status}", package]).output_quietly())
            .is_some_and(|status| status == "install ok installed")
}

fn system_packages() -> Result<()> {
    if !cfg!(target_os = "linux") || !Path::new("/usr/bin/apt-get").exists() {
        foreign_system();
        return Ok(());
    }
    let missing: Vec<&str> = APT_PACKAGES.into_iter().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}", missing.join(" "));
    let is_root = Program::new("id")?.args(["-u"]).output()?.trim() == "0";
    let apt = |arguments: &[&str]| -> Result<()> {
        let program = if is_root {
            Program::new("apt-get")?
        } else {
            Program::new("sudo")?.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
        };
        program.env("DEBIAN_FRONTEND", "noninteractive").args(arguments).run()
    };
    let mut install = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    install.extend(&missing);
    apt(&["update", "--quiet"]).and_then(|()| apt(&install)).with_context(|| {
        format!("these system packages are missing; install them with `sudo apt-get install {}`", missing.join(" "))
    })
}

fn foreign_system() {
    if cfg!(target_os = "linux") {
        println!(
            "this is not Debian or Ubuntu; these packages, or yours of the same purpose, are needed: {}",
            APT_PACKAGES.join(" ")
        );
    } else if cfg!(target_os = "macos") {
        println!("needed on macOS: Xcode's command line tools, and `brew install cmake protobuf node python`");
    } else {
        println!("needed on Windows: Visual Studio's C++ build tools, CMake, LLVM, protoc, Node.js and Python");
    }
}

fn hash_of(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("reading `{}`", path.display()))?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// `npm ci`, unless the folder holds what its lock file says.
pub(crate) fn npm_ci(folder: &str) -> Result<()> {
    let folder = cache::workspace().join(folder);
    let wanted = hash_of(&folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.quillhouse-lock");
    if fs::read_to_string(&stamp).is_ok_and(|known| known == wanted) {
        return Ok(());
    }
    Program::new("npm")?.folder(&folder).args(["ci", "--no-audit", "--no-fund"]).run()?;
    fs::write(stamp, wanted)?;
    Ok(())
}

/// Builds the UI into `ui/dist`, unless nothing in it changed.
pub(crate) fn ui_build() -> Result<()> {
    let folder = cache::workspace().join("ui");
    let mut files = Vec::new();
    for entry in ["src", "public", "index.html", "package-lock.json", "vite.config.ts", "tsconfig.json"] {
        collect(&folder.join(entry), &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        hasher.update(file.strip_prefix(&folder)?.to_string_lossy().as_bytes());
        hasher.update(fs::read(&file)?);
    }
    let wanted: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let stamp = folder.join("node_modules/.quillhouse-build");
    if folder.join("dist/index.html").exists() && fs::read_to_string(&stamp).is_ok_and(|known| known == wanted) {
        return Ok(());
    }
    Program::new("npm")?.folder(&folder).args(["run", "--silent", "build"]).run()?;
    fs::write(stamp, wanted)?;
    Ok(())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else if path.is_file() {
        files.push(path.to_owned());
    }
    Ok(())
}

/// Path of `tauri-driver`, installed into the cache folder when it is not there.
pub(crate) fn tauri_driver() -> Result<PathBuf> {
    let root = cache::folder()?.join("tools");
    let driver = root.join("bin").join(format!("tauri-driver{}", env::consts::EXE_SUFFIX));
    if !driver.exists() {
        if !cfg!(any(target_os = "linux", target_os = "windows")) {
            bail!("tauri-driver has no driver for this system");
        }
        cargo()?
            .args(["install", "--quiet", "--locked", "tauri-driver", "--version", TAURI_DRIVER, "--root"])
            .args([root.as_os_str()])
            .env("CARGO_TARGET_DIR", cache::folder()?.join("tools-target"))
            .run()?;
    }
    Ok(driver)
}
