//! The child process: reads orders from standard input, writes answers to standard output, ends with its parent.
//!
//! Invariants
//! - Nothing but frames is written to standard output; llama.cpp's own messages are discarded.
//! - Standard input is read by a thread of its own, so that the end of the parent ends the process at once.
//! - Between two rounds of work every order that has come is heard, so that a wish to stop waits for one round at most.

use std::{
    io::{self, Read, Write},
    path::Path,
    process::ExitCode,
    sync::mpsc,
};

use llama_cpp_2::{
    LlamaModelLoadError,
    llama_backend::LlamaBackend,
    model::{LlamaModel, params::LlamaModelParams},
};

use super::{
    context::Size,
    engine::Engine,
    frame::{self, Answer, Failure, ModelToLoad, Order},
    gguf,
    load::Threads,
};
use crate::digest::file_digest;

/// Serves one model over standard input and output until told to quit or until the parent is gone.
pub fn worker_infer_main() -> ExitCode {
    let orders = listen();
    let mut outlet = Outlet { output: io::stdout(), broken: None };
    match serve(&orders, &mut outlet) {
        Ok(()) => ExitCode::SUCCESS,
        // The parent cannot be told any more.
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(orders: &mpsc::Receiver<Order>, outlet: &mut Outlet) -> io::Result<()> {
    let (number, wanted) = loop {
        match orders.recv() {
            Ok(Order::Load { number, model }) => break (number, model),
            Ok(Order::Count { number, .. } | Order::Chat { number, .. } | Order::Rank { number, .. }) => {
                let failure = Failure::Unavailable { reason: "no model was loaded".to_owned() };
                outlet.write(&Answer::Failed { number, failure })?;
            }
            Ok(Order::Cancel { .. }) => {}
            Ok(Order::Quit) | Err(_) => return Ok(()),
        }
    };
    // Watching begins before the load, so that the load of the machine is known when the model is there.
    let threads = Threads::new(wanted.threads);
    if let Err(reason) = gguf::check(&wanted.path).and_then(|()| check_digest(&wanted.path, wanted.sha256.as_deref())) {
        return outlet.write(&Answer::Failed { number, failure: Failure::Unavailable { reason } });
    }
    let loaded = open(&wanted);
    let (backend, model) = match loaded {
        Ok(loaded) => loaded,
        Err(failure) => return outlet.write(&Answer::Failed { number, failure }),
    };
    let size = Size { lane_tokens: wanted.context_tokens, lanes: wanted.slots.max(1), cache_bytes: wanted.cache_bytes };
    let mut engine = match Engine::new(&backend, &model, size, threads) {
        Ok(engine) => engine,
        Err(failure) => return outlet.write(&Answer::Failed { number, failure }),
    };
    let slots = engine.lanes() as u32;
    outlet.write(&Answer::Loaded { number, context_tokens: engine.context_tokens(), slots })?;
    work(&mut engine, orders, outlet)
}

fn open(wanted: &ModelToLoad) -> Result<(LlamaBackend, LlamaModel), Failure> {
    let unusable = |what: String| Failure::Unavailable {
        reason: format!("llama.cpp cannot open `{}`: {what}; choose another model", wanted.path.display()),
    };
    let mut backend = LlamaBackend::init().map_err(|error| unusable(error.to_string()))?;
    backend.void_logs();
    let parameters = LlamaModelParams::default().with_n_gpu_layers(wanted.gpu_layers);
    let model = LlamaModel::load_from_file(&backend, &wanted.path, &parameters).map_err(|error| {
        unusable(match error {
            LlamaModelLoadError::NullResult => "it is damaged, or of a kind that it does not know".to_owned(),
            LlamaModelLoadError::NullError(_) | LlamaModelLoadError::PathToStrError(_) => {
                "its path has characters that it cannot use".to_owned()
            }
        })
    })?;
    Ok((backend, model))
}

/// What an order means for the loop.
#[derive(PartialEq, Eq)]
enum Next {
    GoOn,
    End,
}

fn work(engine: &mut Engine<'_>, orders: &mpsc::Receiver<Order>, outlet: &mut Outlet) -> io::Result<()> {
    loop {
        if engine.is_idle() {
            let Ok(order) = orders.recv() else { return Ok(()) };
            if take(engine, order, outlet)? == Next::End {
                return Ok(());
            }
        }
        while let Ok(order) = orders.try_recv() {
            if take(engine, order, outlet)? == Next::End {
                return Ok(());
            }
        }
        engine.round(&mut |answer| outlet.tell(&answer));
        outlet.check()?;
    }
}

fn take(engine: &mut Engine<'_>, order: Order, outlet: &mut Outlet) -> io::Result<Next> {
    let (number, taken) = match order {
        Order::Count { number, messages } => match engine.count(&messages) {
            Ok(tokens) => {
                outlet.write(&Answer::Counted { number, tokens })?;
                (number, Ok(()))
            }
            Err(failure) => (number, Err(failure)),
        },
        Order::Chat { number, request } => (number, engine.chat(number, &request)),
        Order::Rank { number, prompt, continuations } => (number, engine.rank(number, &prompt, &continuations)),
        Order::Cancel { number } => (number, if engine.cancel(number) { Err(Failure::Cancelled) } else { Ok(()) }),
        Order::Load { number, .. } => {
            let reason = "this process already serves a model".to_owned();
            (number, Err(Failure::Unavailable { reason }))
        }
        Order::Quit => return Ok(Next::End),
    };
    if let Err(failure) = taken {
        outlet.write(&Answer::Failed { number, failure })?;
    }
    Ok(Next::GoOn)
}

/// Reads orders until the parent is gone, which ends the process whatever it is doing.
fn listen() -> mpsc::Receiver<Order> {
    let (sender, orders) = mpsc::channel();
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(order) = read_order(&mut input) {
            if sender.send(order).is_err() {
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
    output: io::Stdout,
    broken: Option<io::Error>,
}

impl Outlet {
    fn write(&self, answer: &Answer) -> io::Result<()> {
        let bytes = frame::encode(answer)?;
        let mut output = self.output.lock();
        output.write_all(&bytes)?;
        output.flush()
    }

    /// Writes in the middle of a round; whether the parent was there shows at its end.
    fn tell(&mut self, answer: &Answer) {
        if self.broken.is_none() {
            self.broken = self.write(answer).err();
        }
    }

    fn check(&mut self) -> io::Result<()> {
        self.broken.take().map_or(Ok(()), Err)
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
