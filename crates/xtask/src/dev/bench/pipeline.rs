//! `bench pipeline`: from documents to pieces, each phase in a process of its own.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::{
    material::Material,
    phase::{Figures, Task},
};

/// Share of wall time outside parsing, embedding and inference that adding, and adding with writing, may have.
const MOST_OUTSIDE: f64 = 0.05;
/// Physical memory the application's own process may hold while documents are added, in MiB.
const MOST_MEBIBYTES: f64 = 300.0;
/// The built-in test model.
const MODEL: &str = "local/smollm2-135m";

struct Phase {
    name: &'static str,
    figures: Figures,
}

/// The share of these phases' wall time in which nothing was parsed, embedded or asked.
fn outside<'a>(figures: impl IntoIterator<Item = &'a Figures>) -> f64 {
    let (mut wall_seconds, mut busy_seconds) = (0.0, 0.0);
    for figures in figures {
        wall_seconds += figures.wall_seconds;
        busy_seconds += figures.busy_seconds;
    }
    if wall_seconds > 0.0 { (1.0 - busy_seconds / wall_seconds).max(0.0) } else { 0.0 }
}

/// What is beyond its limit, in sentences.
fn excesses(add: &Figures, write: &Figures) -> Vec<String> {
    let mut found = Vec::new();
    for (what, share) in [("adding", outside([add])), ("the whole pipeline", outside([add, write]))] {
        if share > MOST_OUTSIDE {
            found.push(format!(
                "{what} spends {:.1} % of its time outside parsing, embedding and inference; at most {:.0} % is allowed",
                share * 100.0,
                MOST_OUTSIDE * 100.0
            ));
        }
    }
    if let Some(peak) = add.peak_mebibytes.filter(|&peak| peak > MOST_MEBIBYTES) {
        found.push(format!("adding takes {peak:.0} MiB of memory; at most {MOST_MEBIBYTES:.0} MiB is allowed"));
    }
    found
}

fn print(phase: &Phase) {
    let Figures { wall_seconds, parsing_seconds, embedding_seconds, inference_seconds, .. } = phase.figures;
    let speed = phase
        .figures
        .passages
        .filter(|_| wall_seconds > 0.0)
        .map_or_else(|| "-".to_owned(), |passages| format!("{:.1}", passages as f64 / wall_seconds));
    let peak = phase.figures.peak_mebibytes.map_or_else(|| "-".to_owned(), |peak| format!("{peak:.0}"));
    println!(
        "{:<16} {wall_seconds:>8.2} {:>9.1} {parsing_seconds:>9.2} {embedding_seconds:>9.2} {inference_seconds:>9.2} {speed:>10} {peak:>8}",
        phase.name,
        outside([&phase.figures]) * 100.0,
    );
}

fn as_json(material: &str, phases: &[Phase], whole: f64, passed: bool) -> Value {
    let phases: Vec<Value> = phases
        .iter()
        .map(|phase| {
            let mut value = phase.figures.to_json();
            value["name"] = json!(phase.name);
            value["outside_share"] = json!(outside([&phase.figures]));
            value
        })
        .collect();
    json!({ "bench": "pipeline", "material": material, "phases": phases, "outside_share": whole, "passed": passed })
}

/// Measures, prints, and fails when a limit is passed.
pub(crate) fn run(json: bool) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let material = Material::choose(&folder.path().join("made"))?;
    let data_folder = folder.path().join("data");
    let write = |model: &str, use_cache: bool| Task::Write {
        brief: material.brief.clone(),
        model: model.to_owned(),
        use_cache,
    };
    let tasks = [
        ("add", Task::Add(material.paths.clone())),
        ("write, no model", write("none", false)),
        ("write", write(MODEL, false)),
        ("write, cached", write(MODEL, true)),
    ];
    println!("{}; each phase in a process of its own", material.name);
    println!(
        "{:<16} {:>8} {:>9} {:>9} {:>9} {:>9} {:>10} {:>8}",
        "phase", "seconds", "outside %", "parsing", "embedding", "inference", "passages/s", "peak MiB"
    );
    let mut phases: Vec<Phase> = Vec::new();
    for (name, task) in tasks {
        let phase = Phase { name, figures: task.in_a_process(&data_folder)? };
        print(&phase);
        phases.push(phase);
    }
    let [add, _, write, cached] = &phases[..] else { bail!("BUG: four phases were run") };
    let mut excesses = excesses(&add.figures, &write.figures);
    if !cached.figures.cache_hit {
        excesses.push("the same brief was written again instead of being answered from the cache".to_owned());
    }
    let whole = outside([&add.figures, &write.figures]);
    println!("outside parsing, embedding and inference, adding and writing with the model: {:.1} %", whole * 100.0);
    if json {
        println!("{}", as_json(&material.name, &phases, whole, excesses.is_empty()));
    }
    if excesses.is_empty() { Ok(()) } else { bail!("{}", excesses.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(wall_seconds: f64, busy_seconds: f64, peak_mebibytes: f64) -> Figures {
        Figures {
            wall_seconds,
            busy_seconds,
            parsing_seconds: 0.0,
            embedding_seconds: busy_seconds,
            inference_seconds: 0.0,
            passages: None,
            cache_hit: false,
            peak_mebibytes: Some(peak_mebibytes),
        }
    }

    #[test]
    fn the_share_of_several_phases_is_weighed_by_their_length() {
        let share = outside([&figures(1.0, 0.0, 0.0), &figures(9.0, 9.0, 0.0)]);
        assert!((share - 0.1).abs() < 1e-9, "{share}");
        assert!(outside([&figures(0.0, 0.0, 0.0)]).abs() < 1e-9, "no time is no excess");
    }

    #[test]
    fn each_limit_is_judged_by_itself() {
        let good = figures(100.0, 99.0, 200.0);
        for (add, write, expected) in [
            (good.clone(), good.clone(), &[][..]),
            (figures(100.0, 94.0, 200.0), figures(900.0, 899.0, 999.0), &["adding spends 6.0 %"][..]),
            (good.clone(), figures(100.0, 80.0, 999.0), &["the whole pipeline spends 10.5 %"][..]),
            (figures(100.0, 99.0, 301.0), good.clone(), &["adding takes 301 MiB"][..]),
        ] {
            let found = excesses(&add, &write);
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.starts_with(expected), "{found}");
            }
        }
    }
}
