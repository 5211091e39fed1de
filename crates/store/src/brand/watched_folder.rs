//! Table `watched_folder`: folders whose changes come into the library by themselves.

use quillhouse_domain::WatchedFolderId;
use rusqlite::{OptionalExtension as _, Row};

use crate::{StoreError, columns::Text, table::table_handles};

/// One folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedFolderRow {
    /// Its id.
    pub id: WatchedFolderId,
    /// Absolute path.
    pub path: String,
    /// RFC 3339 UTC.
    pub added_at: String,
}

impl WatchedFolderRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, Text<WatchedFolderId>>("id")?.0,
            path: row.get("path")?,
            added_at: row.get("added_at")?,
        })
    }
}

table_handles! {
    /// Reads `watched_folder`.
    WatchedFolderReader,
    /// Writes `watched_folder`.
    WatchedFolderWriter
}

impl WatchedFolderReader<'_> {
    /// All of them, in the order in which they were added.
    pub fn list(&self) -> Result<Vec<WatchedFolderRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM watched_folder ORDER BY added_at, id")?;
        let rows = statement.query_map([], WatchedFolderRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The folder with this path.
    pub fn by_path(&self, path: &str) -> Result<Option<WatchedFolderRow>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT * FROM watched_folder WHERE path = ?1")?
            .query_row([path], WatchedFolderRow::from_row)
            .optional()?)
    }
}

impl WatchedFolderWriter<'_> {
    /// Adds a folder; `AlreadyExists` when its path is watched.
    pub fn insert(&mut self, row: &WatchedFolderRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("INSERT INTO watched_folder (id, path, added_at) VALUES (?1, ?2, ?3)")?
            .execute((Text(row.id), &row.path, &row.added_at))
            .map_err(|error| StoreError::unique(error, "watched folder", || row.path.clone()))?;
        Ok(())
    }

    /// Forgets a folder; the documents that came from it stay.
    pub fn remove(&mut self, id: WatchedFolderId) -> Result<(), StoreError> {
        let changed =
            self.connection.prepare_cached("DELETE FROM watched_folder WHERE id = ?1")?.execute([Text(id)])?;
        StoreError::unless_found(changed, "watched folder", id)
    }
}
