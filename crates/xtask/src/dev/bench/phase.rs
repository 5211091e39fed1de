//! One phase of the pipeline in a process of its own: it opens the data folder, does one thing, prints its figures.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, Result, bail};
use quillhouse_studio::{Studio, places};
use serde_json::{Value, json};

use super::memory::peak_mebibytes;

/// The brand of the bench.
pub(crate) const BRAND: &str = "Bench";

/// What a phase does.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// Makes the brand and adds these files and folders.
    Add(Vec<PathBuf>),
    /// Writes a brief with a model.
    Write {
        /// As the command list takes it.
        brief: Value,
        /// `none` or the id of a model.
        model: String,
        /// Whether an earlier result may answer.
        use_cache: bool,
    },
}

/// The figures of one phase.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    /// From before the data folder was opened to the answer.
    pub(crate) wall_seconds: f64,
    /// Of these, in which a file was read, a text embedded or a model asked.
    pub(crate) busy_seconds: f64,
    pub(crate) parsing_seconds: f64,
    pub(crate) embedding_seconds: f64,
    pub(crate) inference_seconds: f64,
    /// Passages stored, when it added documents.
    pub(crate) passages: Option<u64>,
    /// True when a stored result answered.
    pub(crate) cache_hit: bool,
    /// Most memory the process had at once; unknown where the system does not tell.
    pub(crate) peak_mebibytes: Option<f64>,
}

impl Figures {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "wall_seconds": self.wall_seconds,
            "busy_seconds": self.busy_seconds,
            "parsing_seconds": self.parsing_seconds,
            "embedding_seconds": self.embedding_seconds,
            "inference_seconds": self.inference_seconds,
            "passages": self.passages,
            "cache_hit": self.cache_hit,
            "peak_mebibytes": self.peak_mebibytes,
        })
    }

    fn from_json(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let seconds = |name: &str| value.get(name)?.as_f64();
        Some(Self {
            wall_seconds: seconds("wall_seconds")?,
            busy_seconds: seconds("busy_seconds")?,
            parsing_seconds: seconds("parsing_seconds")?,
            embedding_seconds: seconds("embedding_seconds")?,
            inference_seconds: seconds("inference_seconds")?,
            passages: value.get("passages")?.as_u64(),
            cache_hit: value.get("cache_hit")?.as_bool()?,
            peak_mebibytes: value.get("peak_mebibytes")?.as_f64(),
        })
    }
}

impl Task {
    fn to_json(&self, data_folder: &Path) -> Value {
        match self {
            Self::Add(paths) => json!({ "data_folder": data_folder, "paths": paths }),
            Self::Write { brief, model, use_cache } => {
                json!({ "data_folder": data_folder, "brief": brief, "model": model, "use_cache": use_cache })
            }
        }
    }

    fn from_json(value: &Value) -> Option<Self> {
        if let Some(paths) = value.get("paths") {
            return Some(Self::Add(serde_json::from_value(paths.clone()).ok()?));
        }
        Some(Self::Write {
            brief: value.get("brief")?.clone(),
            model: value.get("model")?.as_str()?.to_owned(),
            use_cache: value.get("use_cache")?.as_bool()?,
        })
    }

    /// Does it in a fresh process of this program and reads its figures.
    pub(crate) fn in_a_process(&self, data_folder: &Path) -> Result<Figures> {
        let program = std::env::current_exe().context("the running program cannot be told")?;
        let output = Command::new(program)
            .args(["bench", "phase"])
            .arg(self.to_json(data_folder).to_string())
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .context("a phase could not be started")?;
        if !output.status.success() {
            bail!("a phase of the bench ended with {}; what went wrong stands above", output.status);
        }
        let printed = String::from_utf8_lossy(&output.stdout);
        printed.lines().last().and_then(Figures::from_json).context("a phase told no figures")
    }

    async fn perform(&self, studio: &Studio) -> Result<Value> {
        match self {
            Self::Add(paths) => {
                studio.call("brand_create", json!({ "name": BRAND })).await?;
                let sources: Vec<Value> = paths.iter().map(|path| json!({ "kind": "path", "path": path })).collect();
                let added = json!({ "brand": BRAND, "sources": sources });
                Ok(studio.stream("document_add", added, Arc::new(drop)).await?)
            }
            Self::Write { brief, model, use_cache } => {
                let start = json!({ "brand": BRAND, "brief": brief, "model": model, "use_cache": use_cache });
                let run = studio.call("activity_start", start).await?;
                if run["cache_hit"] == true {
                    return Ok(run);
                }
                let watched = json!({ "brand": BRAND, "run": run["id"] });
                let run = studio.stream("run_watch", watched, Arc::new(drop)).await?;
                if run["state"] != "done" {
                    bail!("the run ended as {}: {}", run["state"], run["reason"]);
                }
                Ok(run)
            }
        }
    }
}

/// Does the task in this process and prints its figures as one line.
pub(crate) fn run(task: &str) -> Result<()> {
    let value: Value = serde_json::from_str(task).context("the task of a phase is JSON")?;
    let data_folder = value["data_folder"].as_str().map(PathBuf::from).context("the task has no data folder")?;
    let task = Task::from_json(&value).context("the task of a phase is not complete")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let figures = runtime.block_on(async {
        let began = Instant::now();
        let studio = Studio::open(places::options(data_folder)?).await?;
        let answer = task.perform(&studio).await?;
        let (wall, busy) = (began.elapsed(), studio.busy().time());
        anyhow::Ok(Figures {
            wall_seconds: wall.as_secs_f64(),
            busy_seconds: busy.any.as_secs_f64(),
            parsing_seconds: busy.parsing.as_secs_f64(),
            embedding_seconds: busy.embedding.as_secs_f64(),
            inference_seconds: busy.inference.as_secs_f64(),
            passages: answer["passages"].as_u64(),
            cache_hit: answer["cache_hit"] == true,
            peak_mebibytes: peak_mebibytes(),
        })
    })?;
    println!("{}", figures.to_json());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_survive_the_way_from_the_process_that_measured_them() {
        let figures = Figures {
            wall_seconds: 2.0,
            busy_seconds: 1.5,
            parsing_seconds: 0.5,
            embedding_seconds: 1.25,
            inference_seconds: 0.0,
            passages: Some(7),
            cache_hit: true,
            peak_mebibytes: None,
        };
        let read = Figures::from_json(&figures.to_json().to_string()).unwrap();
        assert_eq!(format!("{read:?}"), format!("{figures:?}"));
        assert!(Figures::from_json("warning: something else").is_none(), "another line is no figures");
    }

    #[test]
    fn a_task_survives_the_way_to_its_process() {
        let write = Task::Write { brief: json!({ "topic": "Ferries" }), model: "none".to_owned(), use_cache: false };
        for task in [Task::Add(vec!["a.md".into(), "b".into()]), write] {
            let read = Task::from_json(&task.to_json(Path::new("data"))).unwrap();
            assert_eq!(format!("{read:?}"), format!("{task:?}"));
        }
    }
}
