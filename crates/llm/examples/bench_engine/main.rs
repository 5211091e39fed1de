//! `cargo xtask bench engine`: the embedded engine beside llama.cpp's own programs, built from the same sources.
//!
//! Invariants
//! - Every figure is a ratio of one run: the two sides take turns, and each side's best turn counts, because other programs
//!   on the computer only ever make a turn slower.
//! - Both sides have the same model file, threads, prompt lengths and answer lengths.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the terminal is this program's only face")]

mod ours;
mod theirs;

use std::{path::PathBuf, process::ExitCode};

use quillhouse_llm::worker_infer_main;
use serde_json::{Value, json};

use crate::{
    ours::{Engine, WORKER},
    theirs::{LlamaBench, LlamaServer},
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const HELP: &str = "bench_engine MODEL.gguf TOOLS [--rounds N] [--threads N] [--json]
  TOOLS is the folder with llama-bench and llama-server";

/// Goals: what is promised of the engine.
const LEAST_SPEED: f64 = 0.97;

/// Tokens of the prompt whose reading is measured.
const PREFILL_TOKENS: u32 = 512;
/// Tokens of the answer whose writing is measured.
const DECODE_TOKENS: u32 = 128;
/// Tokens of each answer written side by side.
const TOGETHER_TOKENS: u32 = 96;
/// Calls of the run whose prompts begin alike.
const RUN_CALLS: usize = 6;

struct Options {
    model: PathBuf,
    tools: PathBuf,
    rounds: usize,
    threads: u32,
    json: bool,
}

impl Options {
    fn read() -> Option<Self> {
        let mut arguments = std::env::args().skip(1);
        let (model, tools) = (arguments.next()?.into(), arguments.next()?.into());
        let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let mut options = Self { model, tools, rounds: 3, threads: u32::try_from(threads).ok()?, json: false };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--json" => options.json = true,
                "--rounds" => options.rounds = arguments.next()?.parse().ok().filter(|rounds| *rounds > 0)?,
                "--threads" => options.threads = arguments.next()?.parse().ok().filter(|threads| *threads > 0)?,
                _ => return None,
            }
        }
        Some(options)
    }
}

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == WORKER) {
        return worker_infer_main();
    }
    let Some(options) = Options::read() else {
        eprintln!("{HELP}");
        return ExitCode::FAILURE;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let measured = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(measure(&options)));
    match measured {
        Ok(figures) => report(&figures, options.json),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The best of each side's turns, and their ratio.
#[derive(Debug, Clone, Copy, Default)]
struct Race {
    ours: f64,
    theirs: f64,
}

impl Race {
    fn add(&mut self, ours: f64, theirs: f64) {
        self.ours = self.ours.max(ours);
        self.theirs = self.theirs.max(theirs);
    }

    fn ratio(self) -> f64 {
        self.ours / self.theirs
    }

    fn json(self) -> Value {
        json!({ "ours": self.ours, "llama_cpp": self.theirs, "ratio": self.ratio() })
    }
}

#[derive(Debug, Default)]
struct Figures {
    threads: u32,
    prefill: Race,
    prefill_same_attention: Race,
    decode: Race,
    decode_same_attention: Race,
    /// Seconds in turn over seconds together.
    together_gain: Race,
    /// Answer tokens a second, all four together.
    together_speed: Race,
    /// Calls a second of a run, with and without a common beginning.
    run: Race,
    run_reused_share: f64,
}

async fn measure(options: &Options) -> Outcome<Figures> {
    let mut figures = Figures { threads: options.threads, ..Figures::default() };
    let bench = LlamaBench::new(options);
    {
        let engine = Engine::start(options, 1).await?;
        let prompt = engine.prompt_of(PREFILL_TOKENS).await?;
        let story = ours::story(0);
        let depth = engine.count(&story).await?;
        for round in 0..options.rounds {
            eprintln!("one sequence, round {} of {}", round + 1, options.rounds);
            let (read_tokens, read) = engine.read(&prompt, round).await?;
            figures.prefill.add(read, bench.read(read_tokens, "auto")?);
            figures.prefill_same_attention.add(read, bench.read(read_tokens, "off")?);
            let (tokens, write) = engine.write(&story, DECODE_TOKENS).await?;
            figures.decode.add(write, bench.write(tokens, depth, "auto")?);
            figures.decode_same_attention.add(write, bench.write(tokens, depth, "off")?);
        }
    }
    {
        let engine = Engine::start(options, 4).await?;
        let stories: Vec<_> = (0..4).map(ours::story).collect();
        // Also says how long the answers are.
        let lengths = engine.in_turn(&stories, TOGETHER_TOKENS).await?.tokens;
        let server = LlamaServer::start(options).await?;
        let (mut ours_turn, mut ours_together, mut turn, mut together) = (f64::MAX, f64::MAX, f64::MAX, f64::MAX);
        for round in 1..=options.rounds {
            eprintln!("four sequences, round {round} of {}", options.rounds);
            ours_turn = ours_turn.min(engine.in_turn(&stories, TOGETHER_TOKENS).await?.seconds);
            turn = turn.min(server.in_turn(&stories, &lengths).await?);
            ours_together = ours_together.min(engine.together(&stories, TOGETHER_TOKENS).await?.seconds);
            together = together.min(server.together(&stories, &lengths).await?);
        }
        let tokens = f64::from(lengths.iter().sum::<u32>());
        figures.together_gain.add(ours_turn / ours_together, turn / together);
        figures.together_speed.add(tokens / ours_together, tokens / together);
    }
    {
        let engine = Engine::start(options, 4).await?;
        for round in 0..options.rounds {
            eprintln!("a run, round {} of {}", round + 1, options.rounds);
            let with = engine.in_turn(&ours::run(RUN_CALLS, round, true), 24).await?;
            let without = engine.in_turn(&ours::run(RUN_CALLS, round, false), 24).await?;
            figures.run.add(RUN_CALLS as f64 / with.seconds, RUN_CALLS as f64 / without.seconds);
            figures.run_reused_share = with.reused_share;
        }
    }
    Ok(figures)
}

fn report(figures: &Figures, as_json: bool) -> ExitCode {
    let mut short = Vec::new();
    for (name, race) in [("prompts are read", figures.prefill), ("answers are written", figures.decode)] {
        if race.ratio() < LEAST_SPEED {
            short.push(format!("{name} at {:.3} of llama-bench's speed, promised are {LEAST_SPEED}", race.ratio()));
        }
    }
    if figures.together_gain.ratio() < 1.0 {
        short.push(format!(
            "four together gain {:.2}, in llama.cpp's server {:.2}",
            figures.together_gain.ours, figures.together_gain.theirs
        ));
    }
    if as_json {
        let value = json!({
            "bench": "engine",
            "threads": figures.threads,
            "prefill_tokens_per_second": figures.prefill.json(),
            "prefill_same_attention": figures.prefill_same_attention.json(),
            "decode_tokens_per_second": figures.decode.json(),
            "decode_same_attention": figures.decode_same_attention.json(),
            "four_together_gain": figures.together_gain.json(),
            "four_together_tokens_per_second": figures.together_speed.json(),
            "run_calls_per_second": { "with_reuse": figures.run.ours, "without": figures.run.theirs, "ratio": figures.run.ratio() },
            "run_reused_share": figures.run_reused_share,
            "shortfalls": short,
        });
        println!("{value:#}");
    } else {
        println!("engine beside llama.cpp, {} threads, best of each side's turns", figures.threads);
        let line = |name: &str, race: Race, unit: &str| {
            println!("  {name:<44} {:>8.2} / {:>8.2} {unit:<10} = {:.3}", race.ours, race.theirs, race.ratio());
        };
        line("reading a prompt (llama-bench)", figures.prefill, "tokens/s");
        line("  with the same attention (-fa off)", figures.prefill_same_attention, "tokens/s");
        line("writing an answer (llama-bench)", figures.decode, "tokens/s");
        line("  with the same attention (-fa off)", figures.decode_same_attention, "tokens/s");
        line("gain of four together (llama-server -np 4)", figures.together_gain, "×");
        line("four together (llama-server -np 4)", figures.together_speed, "tokens/s");
        line("a run with a common beginning / without", figures.run, "calls/s");
        println!("  {:.0} % of the run's prompt tokens were reused", figures.run_reused_share * 100.0);
        for sentence in &short {
            println!("  short of what is promised: {sentence}");
        }
    }
    if short.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
