//! The child process as the parent holds it: started with pipes, serving several calls at once, killed when dropped.
//!
//! Invariants
//! - Frames are written and read by tasks of their own, so a call that is dropped in the middle leaves no half frame.
//! - When the process ends, every call under way learns it, and why.

use std::{
    collections::HashMap,
    process::{ExitStatus, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
    time::Instant,
};

use super::{
    CANCEL_PATIENCE, EmbeddedConfig,
    frame::{self, Answer, Order},
    variant,
};
use crate::{
    cancel::CancelToken,
    chat::{ChatError, ChatEvent},
};

/// The last words of a dying process are kept up to this length, to be shown with the error.
const LAST_WORDS_BYTES: usize = 2000;
/// A process whose pipes are closed is gone within moments; longer means it hangs.
const EXIT_PATIENCE: Duration = Duration::from_secs(2);

/// A running child.
pub(super) struct Process {
    id: Option<u32>,
    orders: mpsc::UnboundedSender<Order>,
    routes: Arc<Routes>,
    kill: Arc<Notify>,
    /// How it ended, once it has.
    ended: watch::Receiver<Option<String>>,
    next_number: AtomicU64,
}

impl Process {
    /// Starts the child; the model is not loaded yet.
    pub(super) fn start(config: &EmbeddedConfig) -> Result<Self, ChatError> {
        let program = variant::best(&config.program, variant::Level::of_this_computer());
        let mut child = Command::new(&program)
            .args(&config.arguments)
            // Its debugger's report would bury the line that says what was wrong, and take seconds.
            .env("GGML_NO_BACKTRACE", "1")
            .envs(config.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| ChatError::Unavailable {
                reason: format!("its process `{}` cannot be started: {error}", program.display()),
            })?;
        let (Some(input), Some(output), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(ChatError::Unavailable { reason: "its process has no pipes".to_owned() });
        };
        let (orders, order_queue) = mpsc::unbounded_channel();
        let (end, ended) = watch::channel(None);
        let (routes, kill, silence) = (Arc::new(Routes::default()), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let id = child.id();
        tokio::spawn(write_orders(input, order_queue));
        tokio::spawn(read_answers(output, Arc::clone(&routes), Arc::clone(&silence)));
        let last_words = tokio::spawn(last_words(errors));
        tokio::spawn(keep(child, Arc::clone(&kill), silence, last_words, end));
        Ok(Self { id, orders, routes, kill, ended, next_number: AtomicU64::new(1) })
    }

    pub(super) const fn id(&self) -> Option<u32> {
        self.id
    }

    /// False as soon as it can answer nothing more.
    pub(super) fn is_alive(&self) -> bool {
        self.routes.table().is_some() && self.ended.borrow().is_none()
    }

    /// Ends it and waits until it is gone.
    pub(super) async fn end(&self) {
        self.kill.notify_one();
        let _ = self.ended.clone().wait_for(Option::is_some).await;
    }

    /// Gives an order and waits for its answer; events are told on the way. A call that is dropped is cancelled.
    pub(super) async fn call(
        &self,
        order: impl FnOnce(u64) -> Order,
        patience: Duration,
        cancel: &CancelToken,
        events: &mut (dyn FnMut(ChatEvent) + Send),
    ) -> Result<Answer, ChatError> {
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let (route, mut answers) = mpsc::unbounded_channel();
        if !self.routes.open(number, route) {
            return Err(self.why_ended().await);
        }
        let _open_call = OpenCall { process: self, number };
        // A process that is gone shows at the answers.
        let _ = self.orders.send(order(number));
        let mut deadline = Instant::now() + patience;
        let mut stopping = false;
        loop {
            let answer = tokio::select! {
                biased;
                () = cancel.cancelled(), if !stopping => {
                    let _ = self.orders.send(Order::Cancel { number });
                    stopping = true;
                    deadline = Instant::now() + CANCEL_PATIENCE;
                    continue;
                }
                answer = answers.recv() => answer,
                () = tokio::time::sleep_until(deadline) => {
                    if stopping {
                        return Err(ChatError::Cancelled);
                    }
                    self.kill.notify_one();
                    return Err(ChatError::Stalled { seconds: patience.as_secs() });
                }
            };
            let Some(answer) = answer else {
                return Err(if stopping { ChatError::Cancelled } else { self.why_ended().await });
            };
            if stopping {
                match answer {
                    Answer::Progress { .. } | Answer::Working { .. } | Answer::Token { .. } => continue,
                    _ => return Err(ChatError::Cancelled),
                }
            }
            deadline = Instant::now() + patience;
            match answer {
                Answer::Progress { done, total, .. } => events(ChatEvent::PromptProgress { done, total }),
                Answer::Working { .. } => {}
                Answer::Token { text, .. } => events(ChatEvent::Token(text)),
                Answer::Failed { failure, .. } => return Err(failure.into()),
                other => return Ok(other),
            }
        }
    }

    async fn why_ended(&self) -> ChatError {
        let reason = match self.ended.clone().wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            Err(_) => "nobody knows how".to_owned(),
        };
        ChatError::WorkerEnded { reason }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill.notify_one();
    }
}

/// Where the answers to each call go; none after the process said its last.
#[derive(Debug)]
struct Routes(Mutex<Option<RouteTable>>);

type RouteTable = HashMap<u64, mpsc::UnboundedSender<Answer>>;

impl Default for Routes {
    fn default() -> Self {
        Self(Mutex::new(Some(RouteTable::new())))
    }
}

impl Routes {
    fn table(&self) -> MutexGuard<'_, Option<RouteTable>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self, number: u64, route: mpsc::UnboundedSender<Answer>) -> bool {
        self.table().as_mut().map(|table| table.insert(number, route)).is_some()
    }

    fn close(&self, number: u64) -> bool {
        self.table().as_mut().is_some_and(|table| table.remove(&number).is_some())
    }

    /// Answers to calls that nobody waits for any more are thrown away.
    fn deliver(&self, answer: Answer) {
        let number = answer.number();
        let is_last = !matches!(answer, Answer::Progress { .. } | Answer::Working { .. } | Answer::Token { .. });
        let mut table = self.table();
        let Some(table) = table.as_mut() else { return };
        if let Some(route) = table.get(&number) {
            let _ = route.send(answer);
        }
        if is_last {
            table.remove(&number);
        }
    }
}

/// A call that waits for its answer; when it goes away before that, the process is told.
struct OpenCall<'a> {
    process: &'a Process,
    number: u64,
}

impl Drop for OpenCall<'_> {
    fn drop(&mut self) {
        if self.process.routes.close(self.number) {
            let _ = self.process.orders.send(Order::Cancel { number: self.number });
        }
    }
}

async fn write_orders(mut input: ChildStdin, mut orders: mpsc::UnboundedReceiver<Order>) {
    while let Some(order) = orders.recv().await {
        let Ok(bytes) = frame::encode(&order) else { return };
        if input.write_all(&bytes).await.is_err() || input.flush().await.is_err() {
            return;
        }
    }
}

async fn read_answers(mut output: ChildStdout, routes: Arc<Routes>, silence: Arc<Notify>) {
    while let Some(answer) = read_answer(&mut output).await {
        routes.deliver(answer);
    }
    *routes.table() = None;
    silence.notify_one();
}

async fn read_answer(output: &mut ChildStdout) -> Option<Answer> {
    let mut head = [0; 4];
    output.read_exact(&mut head).await.ok()?;
    let mut body = vec![0; frame::decode_length(head).ok()?];
    output.read_exact(&mut body).await.ok()?;
    frame::decode(&body).ok()
}

/// Waits for the end of the process, or brings it about; says how it ended.
async fn keep(
    mut child: Child,
    kill: Arc<Notify>,
    silence: Arc<Notify>,
    last_words: JoinHandle<String>,
    end: watch::Sender<Option<String>>,
) {
    let status = tokio::select! {
        status = child.wait() => Ok(status),
        () = kill.notified() => Err("it was stopped"),
        () = silence.notified() => tokio::time::timeout(EXIT_PATIENCE, child.wait())
            .await
            .map_err(|_| "it closed its pipes and had to be stopped"),
    };
    let how = match status {
        Ok(Ok(status)) => describe(status),
        Ok(Err(error)) => error.to_string(),
        Err(how) => {
            let _ = child.start_kill();
            let _ = child.wait().await;
            how.to_owned()
        }
    };
    let words = tokio::time::timeout(EXIT_PATIENCE, last_words).await.ok().and_then(Result::ok).unwrap_or_default();
    let last = words
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("note: "))
        .unwrap_or_default();
    let reason = if last.is_empty() { how } else { format!("{how}, its last words were `{last}`") };
    let _ = end.send(Some(reason));
}

async fn last_words(mut errors: ChildStderr) -> String {
    let mut kept = Vec::new();
    let mut block = [0; 1024];
    while let Ok(read) = errors.read(&mut block).await {
        if read == 0 {
            break;
        }
        kept.extend_from_slice(&block[..read]);
        let surplus = kept.len().saturating_sub(LAST_WORDS_BYTES);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

#[cfg(unix)]
fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(4) => "this processor lacks instructions that it was built for".to_owned(),
        Some(6) => "llama.cpp gave up".to_owned(),
        Some(7) => "the model file could not be read to its end".to_owned(),
        Some(9) => "it was killed, perhaps because memory ran out".to_owned(),
        Some(11) => "llama.cpp crashed".to_owned(),
        Some(signal) => format!("signal {signal}"),
        None => status.to_string(),
    }
}

#[cfg(not(unix))]
fn describe(status: ExitStatus) -> String {
    status.to_string()
}
