//! The ledger of connections, written to the store in the order in which they ended.

use std::sync::Arc;

use quillhouse_egress::{Ledger, LedgerEntry, Outcome};
use quillhouse_store::{AppStore, LedgerEntryRow};
use tokio::sync::mpsc;

use crate::Host;

/// Hands entries to a task that writes them, so that recording never waits for the disk.
pub(crate) struct StoreLedger {
    entries: mpsc::UnboundedSender<LedgerEntry>,
}

impl StoreLedger {
    /// Starts the task. Needs a tokio runtime.
    pub(crate) fn start(store: AppStore, host: Arc<dyn Host>) -> Self {
        let (entries, mut queue) = mpsc::unbounded_channel::<LedgerEntry>();
        tokio::spawn(async move {
            while let Some(entry) = queue.recv().await {
                let row = row(&entry, host.as_ref());
                if let Err(error) = store.write(move |app| app.ledger().append(&row).map(drop)).await {
                    tracing::error!(%error, "a connection could not be written to the ledger");
                }
            }
        });
        Self { entries }
    }
}

fn row(entry: &LedgerEntry, host: &dyn Host) -> LedgerEntryRow {
    LedgerEntryRow {
        id: 0,
        at: host.written(entry.at_ms),
        host: entry.host.clone(),
        port: entry.port,
        purpose: entry.purpose.as_str().to_owned(),
        bytes_out: entry.bytes_out,
        bytes_in: entry.bytes_in,
        duration_ms: entry.duration_ms,
        outcome: outcome(entry.outcome),
    }
}

fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Begun => "begun".to_owned(),
        Outcome::Answered { status } => format!("answered {status}"),
        Outcome::Refused => "refused".to_owned(),
        Outcome::Sealed => "sealed".to_owned(),
        Outcome::Unreachable => "unreachable".to_owned(),
        Outcome::Stalled => "stalled".to_owned(),
        Outcome::Broken => "broken".to_owned(),
        Outcome::Rejected => "rejected".to_owned(),
        Outcome::Abandoned => "abandoned".to_owned(),
    }
}

impl Ledger for StoreLedger {
    fn record(&self, entry: LedgerEntry) {
        // The task lives as long as the runtime; when that ends nothing can be sent any more either.
        let _ = self.entries.send(entry);
    }
}
