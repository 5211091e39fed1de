//! `bench ingest`: how quickly a folder of files becomes a library, and what of that is the embedding model itself.
//!
//! The ratio compares throughput over the same passages with the same threads, both ways in turns in one process; the rest is
//! of one ingest.

use std::{fs, path::PathBuf, sync::Arc, time::Instant};

use anyhow::{Context, Result, bail};
use quillhouse_studio::{Studio, places};
use serde_json::{Value, json};

use super::{
    material::corpora,
    memory::{Watch, peak_mebibytes},
    phase::BRAND,
};

/// Passages of the comparison with the bare model: some minutes of a slow machine, in all lengths.
const COMPARED_PASSAGES: usize = 768;
/// Turns of the comparison.
const ROUNDS: usize = 3;
/// What is promised: our throughput as a share of the bare model's.
const LEAST_RATIO: f64 = 0.9;
/// What is promised: the application grows by less.
const MOST_GROWTH_MIB: f64 = 100.0;

struct Options {
    folder: PathBuf,
    files: Option<usize>,
    json: bool,
}

fn options(words: &[&str]) -> Result<Options> {
    let (mut folder, mut files, mut json) = (None, None, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--json" => json = true,
            "--files" => files = Some(words.next().context("--files needs a number")?.parse()?),
            path if !path.starts_with('-') && folder.is_none() => folder = Some(PathBuf::from(path)),
            other => bail!("`{other}` is not known"),
        }
    }
    let folder = folder.or_else(|| corpora().map(|corpora| corpora.join("pdf"))).context("name a folder with files")?;
    Ok(Options { folder, files, json })
}

pub(super) fn run(words: &[&str]) -> Result<()> {
    let options = options(words)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let measured = runtime.block_on(measure(&options))?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&measured)?);
    } else if let Some(figures) = measured.as_object() {
        for (name, figure) in figures {
            println!("{:<36} {figure}", name.replace('_', " "));
        }
    }
    let mut shortfalls = Vec::new();
    let ratio = measured["embedding_to_bare_model"].as_f64().unwrap_or(0.0);
    if ratio < LEAST_RATIO {
        shortfalls.push(format!("embedding has {ratio:.2} of the bare model's throughput, {LEAST_RATIO} are promised"));
    }
    if let Some(growth) = measured["memory_growth_mib"].as_f64().filter(|growth| *growth > MOST_GROWTH_MIB) {
        shortfalls.push(format!("the application grew by {growth:.0} MiB, at most {MOST_GROWTH_MIB:.0} are promised"));
    }
    if !shortfalls.is_empty() {
        bail!("{}", shortfalls.join("; "));
    }
    Ok(())
}

async fn measure(options: &Options) -> Result<Value> {
    let data = tempfile::tempdir()?;
    let studio = Studio::open(places::options(data.path().join("data"))?).await?;
    studio.call("brand_create", json!({ "name": BRAND })).await?;
    let mut files: Vec<PathBuf> = fs::read_dir(&options.folder)
        .with_context(|| format!("{} cannot be read", options.folder.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    if let Some(wanted) = options.files.filter(|wanted| *wanted > 0) {
        let step = files.len().div_ceil(wanted).max(1);
        files = files.into_iter().step_by(step).collect();
    }
    let sources: Vec<Value> = files.iter().map(|path| json!({ "kind": "path", "path": path })).collect();
    let memory = Watch::begin();
    let (began, busy_before) = (Instant::now(), studio.busy().time());
    let added = studio.stream("document_add", json!({ "brand": BRAND, "sources": sources }), Arc::new(drop)).await?;
    let seconds = began.elapsed().as_secs_f64();
    let busy = studio.busy().time();
    let embedding = busy.embedding.saturating_sub(busy_before.embedding).as_secs_f64();
    let documents = added["documents"].as_array().map_or(&[][..], Vec::as_slice);
    let count = |state: &str| documents.iter().filter(|document| document["state"] == state).count();
    let pages: u64 = documents.iter().filter_map(|document| document["pages"].as_u64()).sum();
    let growth = memory.growth_mebibytes();
    let peak = peak_mebibytes();
    let pace = studio.embedding_pace(BRAND, COMPARED_PASSAGES, ROUNDS).await?;
    let passages = added["passages"].as_u64().unwrap_or(0);
    let tokens_of_a_passage = pace.tokens as f64 / (pace.texts * ROUNDS).max(1) as f64;
    Ok(json!({
        "files": files.len(),
        "ready": count("ready"),
        "partial": count("partial"),
        "rejected": count("rejected"),
        "failed": count("failed"),
        "unchanged": added["unchanged"],
        "pages": pages,
        "passages": passages,
        "seconds": seconds,
        "pages_per_second": pages as f64 / seconds,
        "passages_per_second": passages as f64 / seconds,
        "tokens_per_second": passages as f64 * tokens_of_a_passage / seconds,
        "embedder_waits_share": 1.0 - (embedding / seconds).min(1.0),
        "embedding_to_bare_model": pace.ratio(),
        "embedding_tokens_per_second": pace.tokens as f64 / pace.ours.as_secs_f64().max(f64::EPSILON),
        "bare_tokens_per_second": pace.tokens as f64 / pace.bare.as_secs_f64().max(f64::EPSILON),
        "memory_growth_mib": growth,
        "peak_memory_with_mapped_files_mib": peak,
    }))
}
