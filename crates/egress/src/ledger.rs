//! The record of every attempt to reach something, also of the refused ones.
//!
//! One attempt is one entry, written when the attempt is over: answered, failed, refused, or dropped by the caller.

use std::{sync::Arc, time::Instant};

use serde::{Deserialize, Serialize};

use crate::error::EgressError;

/// Where entries go; the studio writes them to the store.
pub trait Ledger: Send + Sync {
    /// Takes one entry. Must not block for long and must not fail: an entry that cannot be kept is the ledger's own trouble.
    fn record(&self, entry: LedgerEntry);
}

/// Tells the time in milliseconds since 1970, UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Why something was to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Looking whether a model server is there and what it has.
    ModelProbe,
    /// Sending a prompt to a model server.
    ModelChat,
    /// Fetching a page that the user named for the library.
    LibraryPage,
}

impl Purpose {
    /// The purpose as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ModelProbe => "model_probe",
            Self::ModelChat => "model_chat",
            Self::LibraryPage => "library page",
        }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Outcome {
    /// The other side answered to the end; the status is HTTP's.
    Answered {
        /// HTTP status.
        status: u16,
    },
    /// Nothing was sent: the destination is not allowed, or the address is no address.
    Refused,
    /// Nothing was sent: sealed mode.
    Sealed,
    /// Nobody answered.
    Unreachable,
    /// Silent for too long.
    Stalled,
    /// The connection broke in the middle.
    Broken,
    /// The answer was larger than is accepted, a redirect, or unreadable.
    Rejected,
    /// The caller stopped waiting.
    Abandoned,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// When it began, in milliseconds since 1970, UTC.
    pub at_ms: i64,
    /// Host as it was asked for; never an address, a path or a query.
    pub host: String,
    /// Port; 0 when the address had none.
    pub port: u16,
    /// Why.
    pub purpose: Purpose,
    /// Bytes of the request's body that were handed to the connection; headers are not counted.
    pub bytes_out: u64,
    /// Bytes of the answer's body that were read.
    pub bytes_in: u64,
    /// From the beginning to the end of the attempt, in milliseconds.
    pub duration_ms: u64,
    /// How it ended.
    pub outcome: Outcome,
}

/// An attempt under way; dropping it writes its entry, so that no way out can forget it.
pub(crate) struct Attempt {
    ledger: Arc<dyn Ledger>,
    started: Instant,
    entry: LedgerEntry,
}

impl Attempt {
    pub(crate) fn begin(ledger: Arc<dyn Ledger>, clock: &Clock, purpose: Purpose, host: String, port: u16) -> Self {
        let entry = LedgerEntry {
            at_ms: clock(),
            host,
            port,
            purpose,
            bytes_out: 0,
            bytes_in: 0,
            duration_ms: 0,
            outcome: Outcome::Abandoned,
        };
        Self { ledger, started: Instant::now(), entry }
    }

    pub(crate) const fn sent(&mut self, bytes: u64) {
        self.entry.bytes_out += bytes;
    }

    pub(crate) const fn received(&mut self, bytes: u64) {
        self.entry.bytes_in += bytes;
    }

    pub(crate) const fn ended(&mut self, outcome: Outcome) {
        self.entry.outcome = outcome;
    }

    pub(crate) fn failed(&mut self, error: EgressError) -> EgressError {
        self.entry.outcome = match &error {
            EgressError::Sealed { .. } => Outcome::Sealed,
            EgressError::BadAddress { .. }
            | EgressError::NotAllowed { .. }
            | EgressError::LocalhostElsewhere
            | EgressError::Setup { .. } => Outcome::Refused,
            EgressError::Unreachable { .. } => Outcome::Unreachable,
            EgressError::Stalled { .. } => Outcome::Stalled,
            EgressError::Broken { .. } => Outcome::Broken,
            EgressError::TooLarge { .. } | EgressError::Redirected { .. } | EgressError::BadAnswer { .. } => {
                Outcome::Rejected
            }
        };
        error
    }

    pub(crate) fn host(&self) -> String {
        self.entry.host.clone()
    }

    pub(crate) const fn port(&self) -> u16 {
        self.entry.port
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.entry.duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.ledger.record(self.entry.clone());
    }
}
