//! The record of every attempt to reach something, also of the refused ones.
//!
//! One attempt is one entry. It is begun before anything is looked up or connected to, and completed when the attempt is over:
//! answered, failed, refused, or dropped by the caller. An attempt that a crash ended stays begun.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{context::Context, error::EgressError};

/// Where entries go; the studio writes them to the store.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Keeps an attempt that is about to be made; its outcome is [`Outcome::Begun`]. The attempt waits for this, and is not
    /// made when it fails; the sentence says why. A ledger that keeps only what is over need not write it.
    async fn begin(&self, entry: &LedgerEntry) -> Result<(), String> {
        let _ = entry;
        Ok(())
    }

    /// Takes an attempt that is over, also one whose [`Self::begin`] failed or was never finished; `attempt` tells which. Must
    /// not block for long and must not fail: an entry that cannot be kept is the ledger's own trouble.
    fn record(&self, entry: LedgerEntry);
}

/// Tells attempts apart, within the life of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttemptId(u64);

impl AttemptId {
    fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }
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
    /// Having a model server fetch a model.
    ModelFetch,
    /// Sending texts to a model server for their vectors.
    Embedding,
    /// Fetching a model's files from where they are published.
    ModelDownload,
}

impl Purpose {
    /// The purpose as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ModelProbe => "model_probe",
            Self::ModelChat => "model_chat",
            Self::LibraryPage => "library page",
            Self::ModelFetch => "model_fetch",
            Self::Embedding => "embedding",
            Self::ModelDownload => "model_download",
        }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Outcome {
    /// It is under way, or a crash ended it.
    Begun,
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
    /// Which attempt; the same when it begins and when it is over.
    pub attempt: AttemptId,
    /// When it began, in milliseconds since 1970, UTC.
    pub at_ms: i64,
    /// Host as it was asked for; never an address, a path or a query.
    pub host: String,
    /// Port; 0 when the address had none.
    pub port: u16,
    /// The address it was connected to, or the first that was tried; `None` when none was looked up.
    #[serde(default)]
    pub address: Option<IpAddr>,
    /// Why.
    pub purpose: Purpose,
    /// What it was for.
    #[serde(default)]
    pub context: Context,
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
    pub(crate) fn new(ledger: Arc<dyn Ledger>, clock: &Clock, purpose: Purpose, host: String, port: u16) -> Self {
        let entry = LedgerEntry {
            attempt: AttemptId::next(),
            at_ms: clock(),
            address: host.parse().ok(),
            host,
            port,
            purpose,
            context: crate::context::current(),
            bytes_out: 0,
            bytes_in: 0,
            duration_ms: 0,
            outcome: Outcome::Begun,
        };
        Self { ledger, started: Instant::now(), entry }
    }

    /// Has it written down before it happens.
    pub(crate) async fn begin(&mut self) -> Result<(), EgressError> {
        let begun = self.ledger.begin(&self.entry).await;
        self.entry.outcome = Outcome::Abandoned;
        begun.map_err(|reason| EgressError::NotRecorded { host: self.entry.host.clone(), reason })
    }

    pub(crate) const fn reached(&mut self, address: IpAddr) {
        self.entry.address = Some(address);
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
            | EgressError::NotRecorded { .. }
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
        if self.entry.outcome == Outcome::Begun {
            self.entry.outcome = Outcome::Abandoned;
        }
        self.entry.duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.ledger.record(self.entry.clone());
    }
}
