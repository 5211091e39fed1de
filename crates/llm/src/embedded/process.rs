//! The child process as the parent holds it: started with pipes, killed when dropped.
//!
//! Frames are written and read by tasks of their own, so a call that is dropped in the middle leaves no half frame.

use std::{
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    sync::mpsc,
    time::Instant,
};

use super::{
    CANCEL_PATIENCE, EmbeddedConfig,
    frame::{self, Answer, Order},
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
    child: Child,
    orders: mpsc::UnboundedSender<Order>,
    answers: mpsc::UnboundedReceiver<Answer>,
    last_words: Arc<Mutex<Vec<u8>>>,
    next_number: u64,
    pub(super) context_tokens: u32,
}

impl Process {
    /// Starts the child; the model is not loaded yet.
    pub(super) fn start(config: &EmbeddedConfig) -> Result<Self, ChatError> {
        let mut child = Command::new(&config.program)
            .args(&config.arguments)
            .envs(config.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| ChatError::Unavailable {
                reason: format!("its process `{}` cannot be started: {error}", config.program.display()),
            })?;
        let (Some(input), Some(output), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(ChatError::Unavailable { reason: "its process has no pipes".to_owned() });
        };
        let (orders, order_queue) = mpsc::unbounded_channel();
        let (answer_queue, answers) = mpsc::unbounded_channel();
        let last_words = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(write_orders(input, order_queue));
        tokio::spawn(read_answers(output, answer_queue));
        tokio::spawn(keep_last_words(errors, Arc::clone(&last_words)));
        Ok(Self { child, orders, answers, last_words, next_number: 1, context_tokens: 0 })
    }

    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Gives an order and waits for its answer; events are told on the way. Answers to older orders are thrown away.
    pub(super) async fn call(
        &mut self,
        order: impl FnOnce(u64) -> Order,
        patience: Duration,
        cancel: &CancelToken,
        events: &mut (dyn FnMut(ChatEvent) + Send),
    ) -> Result<Answer, ChatError> {
        let number = self.next_number;
        self.next_number += 1;
        if number > 1 {
            // A caller that was dropped in the middle could not say so; what it wanted is stopped first.
            let _ = self.orders.send(Order::Cancel { number: number - 1 });
        }
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
                answer = self.answers.recv() => answer,
                () = tokio::time::sleep_until(deadline) => {
                    if stopping {
                        return Err(ChatError::Cancelled);
                    }
                    let _ = self.child.start_kill();
                    return Err(ChatError::Stalled { seconds: patience.as_secs() });
                }
            };
            let Some(answer) = answer else {
                return Err(if stopping { ChatError::Cancelled } else { self.ended().await });
            };
            if answer.number() != number {
                continue;
            }
            if stopping {
                match answer {
                    Answer::Progress { .. } | Answer::Token { .. } => continue,
                    _ => return Err(ChatError::Cancelled),
                }
            }
            deadline = Instant::now() + patience;
            match answer {
                Answer::Progress { done, total, .. } => events(ChatEvent::PromptProgress { done, total }),
                Answer::Token { text, .. } => events(ChatEvent::Token(text)),
                Answer::Failed { failure, .. } => return Err(failure.into()),
                other => return Ok(other),
            }
        }
    }

    async fn ended(&mut self) -> ChatError {
        let status = tokio::time::timeout(EXIT_PATIENCE, self.child.wait()).await;
        let how = match status {
            Ok(Ok(status)) => describe(status),
            Ok(Err(error)) => error.to_string(),
            Err(_) => {
                let _ = self.child.start_kill();
                "it closed its pipes and had to be stopped".to_owned()
            }
        };
        let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
        let words = String::from_utf8_lossy(&words);
        let last = words.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let reason = if last.is_empty() { how } else { format!("{how}, its last words were `{last}`") };
        ChatError::WorkerEnded { reason }
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

async fn read_answers(mut output: ChildStdout, answers: mpsc::UnboundedSender<Answer>) {
    loop {
        let mut head = [0; 4];
        if output.read_exact(&mut head).await.is_err() {
            return;
        }
        let Ok(length) = frame::decode_length(head) else { return };
        let mut body = vec![0; length];
        if output.read_exact(&mut body).await.is_err() {
            return;
        }
        let Ok(answer) = frame::decode(&body) else { return };
        if answers.send(answer).is_err() {
            return;
        }
    }
}

async fn keep_last_words(mut errors: ChildStderr, words: Arc<Mutex<Vec<u8>>>) {
    let mut block = [0; 1024];
    while let Ok(read) = errors.read(&mut block).await {
        if read == 0 {
            return;
        }
        let mut kept = words.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&block[..read]);
        let surplus = kept.len().saturating_sub(LAST_WORDS_BYTES);
        kept.drain(..surplus);
    }
}

#[cfg(unix)]
fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(4) => "this processor lacks instructions that it was built for".to_owned(),
        Some(6) => "llama.cpp gave up".to_owned(),
        Some(7) => "the model file could not be read to its end".to_owned(),
        Some(9) => "it was killed, perhaps because memory ran out".to_owned(),
        Some(signal) => format!("signal {signal}"),
        None => status.to_string(),
    }
}

#[cfg(not(unix))]
fn describe(status: ExitStatus) -> String {
    status.to_string()
}
