//! Watched folders, and watching the library itself.
//!
//! Invariants
//! - A folder is followed by the process that holds the data folder, from the moment it is added or the program starts.
//! - A file that is deleted from a watched folder stays in the library and is marked.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Weak},
};

use quillhouse_domain::WatchedFolderId;
use quillhouse_knowledge::ingest::{FolderState, FolderWatch};
use quillhouse_store::{BrandStore, WatchedFolderRow};
use tokio::{sync::broadcast, task::JoinHandle};

use super::{BrandLibrary, adding, locked};
use crate::{
    CommandError, ErrorReason, Studio,
    rpc::Events,
    views::{
        app::DoneView,
        brand::BrandParams,
        document::{
            FolderNoteView, IngestEventView, WatchState, WatchedFolderAddParams, WatchedFolderListView,
            WatchedFolderParams, WatchedFolderView,
        },
    },
};

/// A folder that is being followed, until this is dropped.
pub(crate) struct Follower {
    watch: Arc<FolderWatch>,
    task: JoinHandle<()>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Follower {
    fn start(studio: &Studio, library: &Arc<BrandLibrary>, path: PathBuf) -> Self {
        let watch = Arc::new(FolderWatch::start(path.clone()));
        // A library that is forgotten ends its followers.
        let task = tokio::spawn(follow(studio.clone(), Arc::downgrade(library), Arc::clone(&watch), path));
        Self { watch, task }
    }
}

async fn follow(studio: Studio, library: Weak<BrandLibrary>, watch: Arc<FolderWatch>, path: PathBuf) {
    loop {
        watch.changed().await;
        let Some(library) = library.upgrade() else { return };
        if watch.state() == FolderState::Missing {
            continue;
        }
        let cancel = library.batch();
        let (outcome, _) = adding::told(&studio, &library, None, async |sender| {
            library.ingest.follow_folder(path.clone(), sender, &cancel).await
        })
        .await;
        if let Err(error) = outcome {
            tracing::warn!(%error, "a watched folder could not be read; it is read again with its next change");
        }
    }
}

impl BrandLibrary {
    fn follow(self: &Arc<Self>, studio: &Studio, row: &WatchedFolderRow) {
        let mut watched = locked(&self.watched);
        watched.entry(row.id).or_insert_with(|| Follower::start(studio, self, PathBuf::from(&row.path)));
    }
}

impl Studio {
    /// Follows every watched folder of every brand and finishes documents that were left unfinished. For programs that
    /// stay; a single command of the command line does not need it.
    pub async fn start_watching(&self) -> Result<(), CommandError> {
        for brand in self.brands().await? {
            let Ok(store) = self.data().open_brand(brand.id) else { continue };
            let (rows, unfinished) = store
                .read(|brand| Ok((brand.watched_folders().list()?, !brand.documents().unfinished()?.is_empty())))
                .await?;
            if rows.is_empty() && !unfinished {
                continue;
            }
            let library = match self.library(&brand).await {
                Ok(library) => library,
                Err(error) => {
                    tracing::warn!(message = %error.message, "a brand's folders are not followed before its library opens");
                    continue;
                }
            };
            for row in &rows {
                library.follow(self, row);
            }
            if unfinished {
                finish(self.clone(), library);
            }
        }
        Ok(())
    }
}

fn finish(studio: Studio, library: Arc<BrandLibrary>) {
    tokio::spawn(async move {
        let cancel = library.batch();
        let (outcome, _) =
            adding::told(&studio, &library, None, async |sender| library.ingest.resume(sender, &cancel).await).await;
        if let Err(error) = outcome {
            tracing::warn!(%error, "unfinished documents wait for the next start");
        }
    });
}

fn view(row: &WatchedFolderRow, state: &FolderState, documents: u32, missing: u32) -> WatchedFolderView {
    let deleted = (missing > 0).then_some(FolderNoteView::FilesDeleted { count: missing });
    let (state, note) = match state {
        FolderState::Watching { note: None } => (WatchState::Watching, deleted),
        FolderState::Watching { note: Some(_) } => (WatchState::Watching, Some(FolderNoteView::LookedAtNowAndThen)),
        FolderState::Missing => (WatchState::Missing, Some(FolderNoteView::NotThere)),
    };
    let sentence = note.as_ref().map(ToString::to_string);
    WatchedFolderView { id: row.id, path: row.path.clone(), state, note: sentence, note_said: note, documents }
}

/// The watched folders as they are now.
pub(super) async fn views(store: &BrandStore, library: &BrandLibrary) -> Result<Vec<WatchedFolderView>, CommandError> {
    let (rows, documents) =
        store.read(|brand| Ok((brand.watched_folders().list()?, brand.documents().list()?))).await?;
    let watched = locked(&library.watched);
    Ok(rows
        .iter()
        .map(|row| {
            let path = Path::new(&row.path);
            let state = watched.get(&row.id).map_or_else(
                || if path.is_dir() { FolderState::Watching { note: None } } else { FolderState::Missing },
                |follower| follower.watch.state(),
            );
            let from_it = || {
                documents
                    .iter()
                    .filter(|row| row.source_path.as_deref().is_some_and(|source| Path::new(source).starts_with(path)))
            };
            let missing = from_it().filter(|row| row.source_missing).count() as u32;
            view(row, &state, from_it().count() as u32, missing)
        })
        .collect())
}

pub(crate) async fn add(studio: &Studio, params: WatchedFolderAddParams) -> Result<WatchedFolderView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let path = checked_folder(studio, &params.path)?;
    let library = studio.library(&brand).await?;
    let wanted = path.clone();
    let known = store.read(move |brand| brand.watched_folders().by_path(&wanted)).await?;
    let row = if let Some(row) = known {
        row
    } else {
        let id = WatchedFolderId::from_uuid(studio.host().new_id());
        let row = WatchedFolderRow { id, path, added_at: studio.host().now() };
        let inserted = row.clone();
        store.write(move |brand| brand.watched_folders().insert(&inserted)).await?;
        row
    };
    library.follow(studio, &row);
    Ok(view(&row, &FolderState::Watching { note: None }, 0, 0))
}

fn checked_folder(studio: &Studio, given: &str) -> Result<String, CommandError> {
    let given = Path::new(given.trim());
    let folder = given.canonicalize().ok().filter(|folder| folder.is_dir()).ok_or_else(|| {
        CommandError::invalid_input(format!("There is no folder `{}`", given.display()))
            .because(ErrorReason::NoFolder { path: given.display().to_string() })
    })?;
    let data = studio.data().path().canonicalize().unwrap_or_else(|_| studio.data().path().to_path_buf());
    if folder.starts_with(&data) || data.starts_with(&folder) {
        return Err(CommandError::invalid_input(format!(
            "`{}` holds Quillhouse's own data and cannot be watched; choose a folder beside it",
            folder.display()
        ))
        .because(ErrorReason::OwnFolder { path: folder.display().to_string() }));
    }
    folder.to_str().map(str::to_owned).ok_or_else(|| {
        CommandError::invalid_input("The folder's name is not valid Unicode; rename it to watch it")
            .because(ErrorReason::FolderName)
    })
}

pub(crate) async fn list(studio: &Studio, params: BrandParams) -> Result<WatchedFolderListView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let library = studio.library(&brand).await?;
    Ok(WatchedFolderListView { folders: views(&store, &library).await? })
}

pub(crate) async fn remove(studio: &Studio, params: WatchedFolderParams) -> Result<DoneView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let wanted = params.id.trim().to_owned();
    let real = Path::new(&wanted).canonicalize().ok().and_then(|path| path.to_str().map(str::to_owned));
    let rows = store.read(|brand| brand.watched_folders().list()).await?;
    let row = rows
        .into_iter()
        .find(|row| row.id.to_string() == wanted || row.path == wanted || Some(&row.path) == real.as_ref())
        .ok_or_else(|| CommandError::not_found("watched folder", &wanted))?;
    store.write(move |brand| brand.watched_folders().remove(row.id)).await?;
    if let Some(library) = studio.open_library(brand.id).await {
        locked(&library.watched).remove(&row.id);
    }
    Ok(DoneView {})
}

pub(crate) async fn watch(
    studio: &Studio,
    params: BrandParams,
    events: Events<IngestEventView>,
) -> Result<DoneView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let library = studio.library(&brand).await?;
    let mut receiver = library.events.subscribe();
    for row in store.read(|brand| brand.watched_folders().list()).await? {
        library.follow(studio, &row);
    }
    // The subscription must not keep a library alive that was forgotten.
    drop(library);
    loop {
        match receiver.recv().await {
            Ok(event) => events.send(&event),
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return Ok(DoneView {}),
        }
    }
}
