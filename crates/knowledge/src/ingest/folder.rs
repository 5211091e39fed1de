//! A folder that is watched: says that something changed in it, and whether it is there.
//!
//! Invariants
//! - Bursts of changes are one signal; a signal that nobody has taken yet stands for all that happened since.
//! - A folder that goes away, or whose drive does, is missing until it comes back, and then everything in it is looked at.
//! - Links are not followed by the watcher, so that a loop of them costs nothing; what they lead to is read by the scan.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use notify::{Config, EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, NoCache, new_debouncer_opt};
use quillhouse_domain::DocumentState;
use quillhouse_llm::CancelToken;
use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinHandle,
};

use super::{Ingest, IngestError, IngestEvent, IngestSource, IngestSummary, on_blocking_thread};

/// Quiet after which a burst is over: a program that saves writes several times.
const QUIET: Duration = Duration::from_millis(700);
/// Between two looks whether the folder is there; a drive that was taken out tells nobody.
const LOOK: Duration = Duration::from_secs(2);
/// Looks between two signals for a folder that the system does not watch.
const LOOKS_WITHOUT_WATCHER: u32 = 30;

/// How a watched folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderState {
    /// Changes are noticed; the note says when that takes longer than a moment.
    Watching {
        /// A sentence, when there is something to say.
        note: Option<String>,
    },
    /// It is not there.
    Missing,
}

/// Watches one folder until it is dropped.
#[derive(Debug)]
pub struct FolderWatch {
    changed: Arc<Notify>,
    state: watch::Receiver<FolderState>,
    task: JoinHandle<()>,
}

impl Drop for FolderWatch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FolderWatch {
    /// Begins to watch. The first signal comes at once, so that what is there already is looked at.
    pub fn start(path: PathBuf) -> Self {
        let changed = Arc::new(Notify::new());
        let (state, watched) = watch::channel(FolderState::Missing);
        let task = tokio::spawn(follow(path, Arc::clone(&changed), state));
        Self { changed, state: watched, task }
    }

    /// Waits until something has changed, in the folder or about it.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// How the folder is now.
    pub fn state(&self) -> FolderState {
        self.state.borrow().clone()
    }
}

type Watcher = Debouncer<RecommendedWatcher, NoCache>;

async fn follow(path: PathBuf, changed: Arc<Notify>, state: watch::Sender<FolderState>) {
    let mut known: Option<Identity> = None;
    let mut watcher: Option<Watcher> = None;
    let mut looks = 0_u32;
    let mut clock = tokio::time::interval(LOOK);
    loop {
        clock.tick().await;
        let looked_at = path.clone();
        let found = on_blocking_thread(move || Identity::of(&looked_at)).await;
        if found != known {
            known = found;
            let next = if found.is_some() {
                let (started, note) = start_watcher(path.clone(), Arc::clone(&changed)).await;
                watcher = started;
                FolderState::Watching { note }
            } else {
                watcher = None;
                FolderState::Missing
            };
            state.send_replace(next);
            changed.notify_one();
        } else if known.is_some() && watcher.is_none() {
            looks += 1;
            if looks.is_multiple_of(LOOKS_WITHOUT_WATCHER) {
                changed.notify_one();
            }
        }
    }
}

async fn start_watcher(path: PathBuf, changed: Arc<Notify>) -> (Option<Watcher>, Option<String>) {
    let started = on_blocking_thread(move || {
        let told = move |result: DebounceEventResult| {
            let matters = match &result {
                Ok(events) => events.iter().any(|event| !matches!(event.kind, EventKind::Access(_))),
                // Changes may have been lost.
                Err(_) => true,
            };
            if matters {
                changed.notify_one();
            }
        };
        let config = Config::default().with_follow_symlinks(false);
        let mut watcher = new_debouncer_opt::<_, RecommendedWatcher, NoCache>(QUIET, None, told, NoCache, config)?;
        watcher.watch(&path, RecursiveMode::Recursive)?;
        Ok::<_, notify::Error>(watcher)
    })
    .await;
    match started {
        Ok(watcher) => (Some(watcher), None),
        Err(error) => {
            tracing::warn!(%error, "a folder cannot be watched and is looked at once a minute");
            (None, Some("The system watches no further folders; this one is looked at once a minute".to_owned()))
        }
    }
}

/// What tells a folder from another one that took its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

impl Identity {
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_dir)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            Some(Self(metadata.dev(), metadata.ino()))
        }
        #[cfg(not(unix))]
        {
            let _ = metadata;
            Some(Self(0, 0))
        }
    }
}

impl Ingest {
    /// Brings a folder's new and changed files in and marks the documents whose files are gone from it; those stay in the
    /// library. A folder without anything to read is no error.
    pub async fn follow_folder(
        &self,
        folder: PathBuf,
        events: mpsc::Sender<IngestEvent>,
        cancel: &CancelToken,
    ) -> Result<IngestSummary, IngestError> {
        let summary = match self.add(vec![IngestSource::Path(folder.clone())], events.clone(), cancel).await {
            Ok(summary) => summary,
            Err(IngestError::NothingToRead { skipped, .. }) => IngestSummary { skipped, ..IngestSummary::default() },
            Err(error) => return Err(error),
        };
        self.mark_missing(folder, events).await?;
        Ok(summary)
    }

    /// Marks the documents that came from below the folder and whose files are gone; answers how many are newly gone.
    async fn mark_missing(&self, folder: PathBuf, events: mpsc::Sender<IngestEvent>) -> Result<u32, IngestError> {
        let rows = self.store.read(|brand| brand.documents().list()).await?;
        let gone = on_blocking_thread(move || {
            // A folder that is away itself says nothing about its files.
            if !folder.is_dir() {
                return Vec::new();
            }
            rows.into_iter()
                .filter(|row| {
                    let path = row.source_path.as_deref().map(Path::new);
                    path.is_some_and(|path| path.starts_with(&folder) && !row.source_missing && !path.exists())
                })
                .collect()
        })
        .await;
        let count = gone.len() as u32;
        for row in gone {
            let (id, now) = (row.id, (self.clock)());
            self.store.write(move |brand| brand.documents().set_source_missing(id, true, &now)).await?;
            let state = if row.state.is_final() { row.state } else { DocumentState::Queued };
            let _ = events.send(IngestEvent { unchanged: true, ..IngestEvent::of(&row, state) }).await;
        }
        Ok(count)
    }
}
