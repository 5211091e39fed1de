//! The child process: reads orders from standard input, writes answers to standard output, ends with its parent.
//!
//! Invariants
//! - Nothing but frames is written to standard output; llama.cpp's own messages are discarded.
//! - Standard input is read by a thread of its own, so that a wish to stop is heard during work, and the end of the
//!   parent ends the process at once.

use std::{
    io::{self, Read, Write},
    path::Path,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
};

use llama_cpp_2::{
    LlamaModelLoadError,
    llama_backend::LlamaBackend,
    model::{LlamaModel, params::LlamaModelParams},
};

use super::{
    engine::{Engine, Listener},
    frame::{self, Answer, Failure, Order},
    gguf,
    load::Threads,
};
use crate::digest::file_digest;

/// Serves one model over standard input and output until told to quit or until the parent is gone.
pub fn worker_infer_main() -> ExitCode {
    let cancelled = Arc::new(AtomicU64::new(0));
    let orders = listen(Arc::clone(&cancelled));
    let mut outlet = Outlet { cancelled, output: io::stdout() };
    match serve(&orders, &mut outlet) {
        Ok(()) => ExitCode::SUCCESS,
        // The parent cannot be told any more.
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(orders: &mpsc::Receiver<Order>, outlet: &mut Outlet) -> io::Result<()> {
    let (number, path, context_tokens, threads, sha256) = loop {
        match orders.recv() {
            Ok(Order::Load { number, path, context_tokens, threads, sha256 }) => {
                break (number, path, context_tokens, threads, sha256);
            }
            Ok(Order::Count { number, .. } | Order::Chat { number, .. } | Order::Rank { number, .. }) => {
                let failure = Failure::Unavailable { reason: "no model was loaded".to_owned() };
                outlet.write(&Answer::Failed { number, failure })?;
            }
            Ok(Order::Cancel { .. }) => {}
            Ok(Order::Quit) | Err(_) => return Ok(()),
        }
    };
    let fail = |outlet: &Outlet, failure| outlet.write(&Answer::Failed { number, failure });
    // Watching begins before the load, so that the load of the machine is known when the model is there.
    let threads = Threads::new(threads);
    if let Err(reason) = gguf::check(&path).and_then(|()| check_digest(&path, sha256.as_deref())) {
        return fail(outlet, Failure::Unavailable { reason });
    }
    let shown = path.display().to_string();
    let unusable = |what: String| Failure::Unavailable {
        reason: format!("llama.cpp cannot open `{shown}`: {what}; choose another model"),
    };
    let mut backend = match LlamaBackend::init() {
        Ok(backend) => backend,
        Err(error) => return fail(outlet, unusable(error.to_string())),
    };
    backend.void_logs();
    let model = match LlamaModel::load_from_file(&backend, &path, &LlamaModelParams::default()) {
        Ok(model) => model,
        Err(error) => {
            let reason = match error {
                LlamaModelLoadError::NullResult => "it is damaged, or of a kind that it does not know".to_owned(),
                LlamaModelLoadError::NullError(_) | LlamaModelLoadError::PathToStrError(_) => {
                    "its path has characters that it cannot use".to_owned()
                }
            };
            return fail(outlet, unusable(reason));
        }
    };
    let mut engine = match Engine::new(&backend, &model, context_tokens, threads) {
        Ok(engine) => engine,
        Err(failure) => return fail(outlet, failure),
    };
    outlet.write(&Answer::Loaded { number, context_tokens: engine.context_tokens() })?;
    work(&mut engine, orders, outlet)
}

fn work(engine: &mut Engine<'_>, orders: &mpsc::Receiver<Order>, outlet: &mut Outlet) -> io::Result<()> {
    while let Ok(order) = orders.recv() {
        let (number, result) = match order {
            Order::Count { number, messages } => {
                (number, engine.count(&messages).map(|tokens| Answer::Counted { number, tokens }))
            }
            Order::Chat { number, request } => {
                let mut call = Call { outlet, number, broken: None };
                let result = engine.chat(&request, &mut call).map(|reply| Answer::Done { number, reply });
                call.finish()?;
                (number, result)
            }
            Order::Rank { number, prompt, continuations } => {
                let mut call = Call { outlet, number, broken: None };
                let result =
                    engine.rank(&prompt, &continuations, &mut call).map(|scores| Answer::Ranked { number, scores });
                call.finish()?;
                (number, result)
            }
            Order::Load { number, .. } => {
                let reason = "this process already serves a model".to_owned();
                (number, Err(Failure::Unavailable { reason }))
            }
            Order::Cancel { .. } => continue,
            Order::Quit => return Ok(()),
        };
        outlet.write(&result.unwrap_or_else(|failure| Answer::Failed { number, failure }))?;
    }
    Ok(())
}

/// Reads orders until the parent is gone, which ends the process whatever it is doing.
fn listen(cancelled: Arc<AtomicU64>) -> mpsc::Receiver<Order> {
    let (sender, orders) = mpsc::channel();
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(order) = read_order(&mut input) {
            if let Order::Cancel { number } = order {
                cancelled.fetch_max(number, Ordering::SeqCst);
            } else if sender.send(order).is_err() {
                return;
            }
        }
        std::process::exit(0);
    });
    orders
}

fn read_order(input: &mut impl Read) -> io::Result<Order> {
    let mut head = [0; 4];
    input.read_exact(&mut head)?;
    let mut body = vec![0; frame::decode_length(head)?];
    input.read_exact(&mut body)?;
    frame::decode(&body)
}

struct Outlet {
    cancelled: Arc<AtomicU64>,
    output: io::Stdout,
}

impl Outlet {
    fn write(&self, answer: &Answer) -> io::Result<()> {
        let bytes = frame::encode(answer)?;
        let mut output = self.output.lock();
        output.write_all(&bytes)?;
        output.flush()
    }
}

/// One call as the engine sees it. Orders are numbered upwards, so every number up to the cancelled one is over.
struct Call<'a> {
    outlet: &'a Outlet,
    number: u64,
    broken: Option<io::Error>,
}

impl Call<'_> {
    fn write(&mut self, answer: &Answer) {
        if self.broken.is_none() {
            self.broken = self.outlet.write(answer).err();
        }
    }

    fn finish(self) -> io::Result<()> {
        self.broken.map_or(Ok(()), Err)
    }
}

impl Listener for Call<'_> {
    fn progress(&mut self, done: u32, total: u32) {
        let number = self.number;
        self.write(&Answer::Progress { number, done, total });
    }

    fn token(&mut self, text: &str) {
        let number = self.number;
        self.write(&Answer::Token { number, text: text.to_owned() });
    }

    fn is_cancelled(&self) -> bool {
        self.broken.is_some() || self.outlet.cancelled.load(Ordering::SeqCst) >= self.number
    }
}

fn check_digest(path: &Path, expected: Option<&str>) -> Result<(), String> {
    let Some(expected) = expected else { return Ok(()) };
    let found =
        file_digest(path).map_err(|error| format!("the model file `{}` cannot be read: {error}", path.display()))?;
    if found.eq_ignore_ascii_case(expected) {
        Ok(())
    } else {
        Err(format!(
            "the model file `{}` is not the one in the catalogue (its checksum differs); fetch it again",
            path.display()
        ))
    }
}
