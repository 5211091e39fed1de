//! The streams of one face that go on now, each under the name its viewer gave it.
//!
//! Invariants
//! - A stream that is stopped ends with `cancelled`, and nothing of it goes on: its future and its sink are dropped.
//! - When a viewer goes away, what only watches ends; work that was started goes on.
//! - A stream may be stopped before it has begun: both come from a window, in any order.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use quillhouse_domain::ErrorCode;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::{CommandError, Studio, rpc::EventSink};

/// Names of stopped streams that are kept for a stream that is still on its way.
const STOPPED_KEPT: usize = 64;

#[derive(Default)]
struct Open {
    streams: HashMap<String, Stream>,
    stopped: VecDeque<String>,
}

struct Stream {
    only_watches: bool,
    stop: oneshot::Sender<()>,
}

/// The streams of a window, or of a page in a browser.
#[derive(Default)]
pub struct Streams {
    open: Mutex<Open>,
}

/// Takes the stream off the list however it ends.
struct Entry<'a> {
    streams: &'a Streams,
    name: &'a str,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.streams.open().streams.remove(self.name);
    }
}

impl Streams {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does a streaming command until it answers or is stopped. The name is the viewer's and used once.
    pub async fn run(
        &self,
        studio: &Studio,
        name: &str,
        command: &str,
        payload: Value,
        sink: EventSink,
    ) -> Result<Value, CommandError> {
        let (stop, stopped) = oneshot::channel();
        {
            let mut open = self.open();
            if let Some(at) = open.stopped.iter().position(|stopped| stopped == name) {
                open.stopped.remove(at);
                return Err(cancelled());
            }
            let only_watches = Studio::WATCHES.contains(&command);
            open.streams.insert(name.to_owned(), Stream { only_watches, stop });
        }
        let entry = Entry { streams: self, name };
        let answer = tokio::select! {
            biased;
            Ok(()) = stopped => Err(cancelled()),
            answer = studio.stream(command, payload, sink) => answer,
        };
        drop(entry);
        answer
    }

    /// Stops a stream, also one that has not begun.
    pub fn stop(&self, name: &str) {
        let mut open = self.open();
        if let Some(stream) = open.streams.remove(name) {
            // It may have ended this moment.
            let _ = stream.stop.send(());
            return;
        }
        if open.stopped.len() == STOPPED_KEPT {
            open.stopped.pop_front();
        }
        open.stopped.push_back(name.to_owned());
    }

    /// Ends what only watches: its viewer has gone.
    pub fn viewer_left(&self) {
        for (_, stream) in self.open().streams.extract_if(|_, stream| stream.only_watches) {
            let _ = stream.stop.send(());
        }
    }

    /// Ends a stream whose viewer has gone, when it only watches.
    pub fn left(&self, name: &str) {
        let mut open = self.open();
        if open.streams.get(name).is_some_and(|stream| stream.only_watches)
            && let Some(stream) = open.streams.remove(name)
        {
            let _ = stream.stop.send(());
        }
    }

    /// How many go on.
    pub fn count(&self) -> usize {
        self.open().streams.len()
    }
}

fn cancelled() -> CommandError {
    CommandError::new(ErrorCode::Cancelled, "Stopped")
}
