//! The ledger of connections, written to the store: an attempt before it is made, its end when it is over.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use quillhouse_egress::{AttemptId, Ledger, LedgerEntry, Outcome};
use quillhouse_store::{AppStore, LedgerEntryRow, StoreError};
use tokio::sync::{mpsc, oneshot};

use crate::Host;

/// What the writing task is told. One queue, so that an end never overtakes its beginning.
enum Note {
    /// An attempt that waits for being written down.
    Begin(LedgerEntry, oneshot::Sender<Result<(), String>>),
    /// An attempt that is over.
    Over(LedgerEntry),
}

/// Hands entries to a task that writes them. Beginnings are waited for, ends never wait for the disk.
pub(crate) struct StoreLedger {
    notes: mpsc::UnboundedSender<Note>,
}

impl StoreLedger {
    /// Starts the task. Needs a tokio runtime.
    pub(crate) fn start(store: AppStore, host: Arc<dyn Host>) -> Self {
        let (notes, mut queue) = mpsc::unbounded_channel::<Note>();
        tokio::spawn(async move {
            let mut begun = HashMap::new();
            while let Some(note) = queue.recv().await {
                match note {
                    Note::Begin(entry, reply) => {
                        let written = append(&store, row(&entry, host.as_ref())).await;
                        // Nobody listens when the caller has gone; the entry is completed all the same.
                        let _ = reply.send(match written {
                            Ok(id) => {
                                begun.insert(entry.attempt, id);
                                Ok(())
                            }
                            Err(error) => Err(error.to_string()),
                        });
                    }
                    Note::Over(entry) => {
                        if let Err(error) =
                            complete(&store, row(&entry, host.as_ref()), &mut begun, entry.attempt).await
                        {
                            tracing::error!(%error, "a connection could not be written to the ledger");
                        }
                    }
                }
            }
        });
        Self { notes }
    }
}

async fn append(store: &AppStore, row: LedgerEntryRow) -> Result<i64, StoreError> {
    store.write(move |app| app.ledger().append(&row)).await
}

async fn complete(
    store: &AppStore,
    mut row: LedgerEntryRow,
    begun: &mut HashMap<AttemptId, i64>,
    attempt: AttemptId,
) -> Result<(), StoreError> {
    let Some(id) = begun.remove(&attempt) else { return append(store, row).await.map(drop) };
    row.id = id;
    // The user may have erased everything meanwhile; then there is nothing to complete.
    store.write(move |app| app.ledger().complete(&row).map(drop)).await
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
        address: entry.address.map(|address| address.to_string()),
        brand: entry.context.brand.clone(),
        run: entry.context.run.clone(),
        document: entry.context.document.clone(),
    }
}

fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Begun => LedgerEntryRow::BEGUN.to_owned(),
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

#[async_trait]
impl Ledger for StoreLedger {
    async fn begin(&self, entry: &LedgerEntry) -> Result<(), String> {
        let (reply, written) = oneshot::channel();
        let gone = || "the application is closing".to_owned();
        self.notes.send(Note::Begin(entry.clone(), reply)).map_err(|_| gone())?;
        written.await.map_err(|_| gone())?
    }

    fn record(&self, entry: LedgerEntry) {
        // The task lives as long as the runtime; when that ends nothing can be sent any more either.
        let _ = self.notes.send(Note::Over(entry));
    }
}
