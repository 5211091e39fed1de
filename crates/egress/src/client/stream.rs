//! An answer under way: lines, events, or the rest of it, each bounded, with its entry in the ledger.

use std::time::Duration;

use reqwest::header::HeaderMap;

use super::{failure, stalled};
use crate::{
    error::EgressError,
    event::{EventReader, ServerEvent},
    ledger::{Attempt, Outcome},
};

/// How long the end of an answer is waited for that nobody needs; a new connection would take about as long.
const END_PATIENCE: Duration = Duration::from_millis(50);

/// Some servers begin with it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEnds {
    /// A line feed, with or without a carriage return before it.
    LineFeed,
    /// That, or a carriage return alone.
    Any,
}

impl LineEnds {
    fn is_end(self, byte: u8) -> bool {
        byte == b'\n' || (byte == b'\r' && self == Self::Any)
    }
}

/// An answer that is read line by line. Dropping it ends the connection and writes the ledger's entry.
pub struct LineStream {
    /// HTTP status.
    pub status: u16,
    response: reqwest::Response,
    attempt: Attempt,
    pub(super) buffer: Vec<u8>,
    searched: usize,
    at_start: bool,
    pub(super) at_end: bool,
    after_return: bool,
    events: EventReader,
    patience: Duration,
    max_line_bytes: usize,
}

impl LineStream {
    pub(super) fn new(
        response: reqwest::Response,
        attempt: Attempt,
        patience: Duration,
        max_line_bytes: usize,
    ) -> Self {
        Self {
            status: response.status().as_u16(),
            response,
            attempt,
            buffer: Vec::new(),
            searched: 0,
            at_start: true,
            at_end: false,
            after_return: false,
            events: EventReader::default(),
            patience,
            max_line_bytes,
        }
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Host and port that were asked.
    pub(super) fn place(&self) -> (String, u16) {
        (self.attempt.host(), self.attempt.port())
    }

    /// True for 2xx.
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Says that the caller has all it needs. What is left is read for a short while, so that the connection can be used again;
    /// whatever comes, the ledger's entry is that of an answer.
    pub async fn is_enough(&mut self) {
        let rest = async {
            while !self.at_end && self.buffer.len() <= self.max_line_bytes {
                if self.read_more().await.is_err() {
                    break;
                }
            }
        };
        // The end of an answer usually comes with its last line.
        let _ = tokio::time::timeout(END_PATIENCE, rest).await;
        self.at_end = true;
        self.buffer.clear();
        self.attempt.ended(Outcome::Answered { status: self.status });
    }

    /// A header of the answer, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// The next line without its line end, empty lines left out; `None` at the end. A last line without a line end counts.
    pub async fn next_line(&mut self) -> Result<Option<Vec<u8>>, EgressError> {
        while let Some(line) = self.line(LineEnds::LineFeed).await? {
            if !line.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// The next server-sent event; `None` at the end. Its data is at most `max_line_bytes` long. An event that the end of the
    /// stream cut off is given as far as it came.
    pub async fn next_event(&mut self) -> Result<Option<ServerEvent>, EgressError> {
        while let Some(line) = self.line(LineEnds::Any).await? {
            if let Some(event) = self.events.push(&line) {
                return Ok(Some(event));
            }
            if self.events.held_bytes() > self.max_line_bytes {
                return Err(self.too_large(self.max_line_bytes));
            }
        }
        Ok(self.events.finish())
    }

    async fn line(&mut self, ends: LineEnds) -> Result<Option<Vec<u8>>, EgressError> {
        loop {
            if let Some(line) = self.take_line(ends) {
                if line.len() > self.max_line_bytes {
                    return Err(self.too_large(self.max_line_bytes));
                }
                return Ok(Some(line));
            }
            if self.at_end {
                return Ok(None);
            }
            // The carriage return of a line end may still be in the buffer.
            if self.buffer.len() > self.max_line_bytes + 1 {
                return Err(self.too_large(self.max_line_bytes));
            }
            self.read_more().await?;
        }
    }

    /// What is left of the answer, as long as it is not larger than `max_bytes`.
    pub async fn read_to_end(&mut self, max_bytes: usize) -> Result<Vec<u8>, EgressError> {
        while !self.at_end {
            self.read_more().await?;
            if self.buffer.len() > max_bytes {
                return Err(self.too_large(max_bytes));
            }
        }
        self.leave_start();
        self.searched = 0;
        Ok(std::mem::take(&mut self.buffer))
    }

    fn take_line(&mut self, ends: LineEnds) -> Option<Vec<u8>> {
        if self.at_start {
            if !self.at_end && BYTE_ORDER_MARK.starts_with(&self.buffer) && self.buffer != BYTE_ORDER_MARK {
                return None;
            }
            self.leave_start();
        }
        if self.after_return && !self.buffer.is_empty() {
            self.after_return = false;
            if self.buffer[0] == b'\n' {
                self.buffer.remove(0);
            }
        }
        let found = self.buffer[self.searched..].iter().position(|byte| ends.is_end(*byte));
        let line = match found {
            Some(offset) => {
                let rest = self.buffer.split_off(self.searched + offset + 1);
                let mut line = std::mem::replace(&mut self.buffer, rest);
                // Whether a line feed belongs to this carriage return is known when the next byte is there.
                self.after_return = line.pop() == Some(b'\r');
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                line
            }
            None if self.at_end && !self.buffer.is_empty() => {
                let mut line = std::mem::take(&mut self.buffer);
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                line
            }
            None => {
                self.searched = self.buffer.len();
                return None;
            }
        };
        self.searched = 0;
        Some(line)
    }

    fn leave_start(&mut self) {
        if std::mem::take(&mut self.at_start) && self.buffer.starts_with(BYTE_ORDER_MARK) {
            self.buffer.drain(..BYTE_ORDER_MARK.len());
        }
    }

    pub(super) async fn read_more(&mut self) -> Result<(), EgressError> {
        let (host, port) = (self.attempt.host(), self.attempt.port());
        let error = match tokio::time::timeout(self.patience, self.response.chunk()).await {
            Ok(Ok(Some(chunk))) => {
                self.attempt.received(chunk.len() as u64);
                self.buffer.extend_from_slice(&chunk);
                return Ok(());
            }
            Ok(Ok(None)) => {
                self.at_end = true;
                self.attempt.ended(Outcome::Answered { status: self.status });
                return Ok(());
            }
            Ok(Err(error)) => failure(host, port, &error),
            Err(_) => stalled(host, port, self.patience),
        };
        self.at_end = true;
        self.buffer.clear();
        self.searched = 0;
        Err(self.attempt.failed(error))
    }

    fn too_large(&mut self, limit_bytes: usize) -> EgressError {
        self.at_end = true;
        self.buffer.clear();
        self.searched = 0;
        let error = EgressError::TooLarge { host: self.attempt.host(), port: self.attempt.port(), limit_bytes };
        self.attempt.failed(error)
    }
}
