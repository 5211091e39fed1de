//! One open database: a thread that writes and a small pool of connections that read.
//!
//! Invariants
//! - All writes go through one thread in the order in which they were asked for, each in its own transaction.
//! - A panic in given work undoes that work only; the thread and the pool live on.
//! - The writer's connection is the last to close, so that the log is folded into the file, and the folder's lock
//!   outlives it.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{Semaphore, oneshot};

use crate::{
    StoreError, connection,
    folder::FolderLock,
    migrations::{self, Migration},
};

/// Read-only connections at most. Reads are short; more would only take memory for page caches.
const READERS: usize = 4;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Cheap to clone; all clones share the writer thread and the readers.
#[derive(Clone)]
pub(crate) struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    file: PathBuf,
    writer: Mutex<Option<Writer>>,
    readers: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    writes: Arc<AtomicU64>,
}

struct Writer {
    jobs: mpsc::Sender<Job>,
    thread: JoinHandle<()>,
}

/// What purging a database did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    /// False when somebody who was reading kept the write-ahead log from being emptied.
    pub log_is_empty: bool,
    /// Copies of the database from before migrations.
    pub copies: u32,
    /// Bytes of those.
    pub copy_bytes: u64,
}

/// A poisoned lock is as good as any other here: what it guards is replaced whole, never half changed.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason was given".to_owned())
}

/// Runs work and turns its panic into an error.
fn guarded<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(StoreError::Panicked { detail: panic_message(panic.as_ref()) }))
}

/// Wraps work into one immediate transaction, so that it never fails halfway for want of the write lock.
fn in_transaction<T>(
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> impl FnOnce(&mut Connection) -> Result<T, StoreError> {
    move |connection| {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let answer = work(&transaction)?;
        transaction.commit()?;
        Ok(answer)
    }
}

impl Database {
    /// Opens or creates `file` and starts its writer thread.
    pub(crate) fn open(file: &Path, migrations: &[Migration], lock: Arc<FolderLock>) -> Result<Self, StoreError> {
        let mut connection = connection::open_writer(file, migrations)?;
        let (jobs, queue) = mpsc::channel::<Job>();
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                while let Ok(job) = queue.recv() {
                    job(&mut connection);
                }
                // Keeps the planner's statistics fresh; without them it only plans worse.
                let _ = connection.execute_batch("PRAGMA optimize");
                drop(connection);
                drop(lock);
            })
            .map_err(|error| StoreError::from_io("start the writer of", file, error))?;
        Ok(Self {
            inner: Arc::new(Inner {
                file: file.to_owned(),
                writer: Mutex::new(Some(Writer { jobs, thread })),
                readers: Mutex::new(Vec::new()),
                permits: Arc::new(Semaphore::new(READERS)),
                writes: Arc::default(),
            }),
        })
    }

    /// How many writes have ended since it was opened. A read that begins after this was asked sees all of them.
    pub(crate) fn writes(&self) -> u64 {
        self.inner.writes.load(Ordering::Acquire)
    }

    pub(crate) fn file(&self) -> &Path {
        &self.inner.file
    }

    /// Ends the writer after the work it has, and closes every connection that is not reading.
    pub(crate) fn close(&self) {
        self.inner.close();
    }

    /// Runs `work` on the writer thread in one immediate transaction.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.on_writer(in_transaction(work)).await
    }

    /// As `write`, waiting on this thread. Not for use inside a runtime.
    pub(crate) fn write_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, result) = mpsc::channel();
        self.send_to_writer(in_transaction(work), move |outcome| {
            let _ = answer.send(outcome);
        })?;
        result.recv().unwrap_or_else(|_| Err(self.inner.closed()))
    }

    /// Runs `work` on a read-only connection inside one transaction, so that all it sees is of one moment.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = Arc::clone(&self.inner);
        let permit = Arc::clone(&inner.permits).acquire_owned().await.map_err(|_| inner.closed())?;
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let known = locked(&inner.readers).pop();
            let mut connection = match known {
                Some(connection) => connection,
                None => connection::open_reader(&inner.file)?,
            };
            let answer = guarded(|| {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
                work(&transaction)
            })
            .map_err(|error| error.located(&inner.file));
            if !inner.permits.is_closed() {
                locked(&inner.readers).push(connection);
            }
            answer
        });
        reading.await.unwrap_or_else(|error| Err(StoreError::Panicked { detail: error.to_string() }))
    }

    pub(crate) async fn checkpoint(&self) -> Result<(), StoreError> {
        self.on_writer(|connection| {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(())
        })
        .await
    }

    /// Rewrites the database without what was deleted, empties the log, and deletes the copies that migrations made.
    /// Answers how many copies there were and their bytes; `false` when a reader kept the log from being emptied.
    pub(crate) async fn purge(&self) -> Result<Purged, StoreError> {
        let file = self.inner.file.clone();
        self.on_writer(move |connection| {
            connection.flush_prepared_statement_cache();
            connection.execute_batch("VACUUM")?;
            let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            let (copies, copy_bytes) = migrations::delete_copies(&file)?;
            Ok(Purged { log_is_empty: !busy, copies, copy_bytes })
        })
        .await
    }

    pub(crate) async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        self.on_writer(|connection| find_problems(connection)).await
    }

    async fn on_writer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, result) = oneshot::channel();
        self.send_to_writer(work, move |outcome| {
            // Nobody waits any more: the write was wanted when it was asked for, and is kept.
            let _ = answer.send(outcome);
        })?;
        result.await.unwrap_or_else(|_| Err(self.inner.closed()))
    }

    fn send_to_writer<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
        answer: impl FnOnce(Result<T, StoreError>) + Send + 'static,
    ) -> Result<(), StoreError> {
        let (file, writes) = (self.inner.file.clone(), Arc::clone(&self.inner.writes));
        let job: Job = Box::new(move |connection| {
            let outcome = guarded(|| work(connection)).map_err(|error| error.located(&file));
            writes.fetch_add(1, Ordering::Release);
            answer(outcome);
        });
        locked(&self.inner.writer)
            .as_ref()
            .and_then(|writer| writer.jobs.send(job).ok())
            .ok_or_else(|| self.inner.closed())
    }
}

impl Inner {
    fn closed(&self) -> StoreError {
        StoreError::Closed { file: self.file.clone() }
    }

    fn close(&self) {
        self.permits.close();
        locked(&self.readers).clear();
        let Some(Writer { jobs, thread }) = locked(&self.writer).take() else { return };
        drop(jobs);
        // The last clone may be dropped by work that runs on the writer itself; a thread cannot wait for its own end.
        if thread.thread().id() != thread::current().id() {
            let _ = thread.join();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// Everything SQLite can say about a database. Its own check covers neither references nor the agreement of the
/// full-text index with the text, so both are asked for.
fn find_problems(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut problems = Vec::new();
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    for line in statement.query_map([], |row| row.get::<_, String>(0))? {
        let line = line?;
        if line != "ok" {
            problems.push(line);
        }
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    for pair in statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(2)?)))? {
        let (table, parent) = pair?;
        problems.push(format!("a row of `{table}` belongs to a row of `{parent}` that does not exist"));
    }
    let searchable: bool =
        connection.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'passage_fts')", [], |row| {
            row.get(0)
        })?;
    if searchable
        && let Err(error) =
            connection.execute("INSERT INTO passage_fts (passage_fts, rank) VALUES ('integrity-check', 1)", [])
    {
        problems.push(format!("the full-text index does not agree with the passages: {error}"));
    }
    Ok(problems)
}

#[cfg(test)]
mod tests;
