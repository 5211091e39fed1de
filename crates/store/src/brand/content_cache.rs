//! Table `content_cache`: which finished run to show again when everything that would go in is the same.

use quillhouse_domain::RunId;
use rusqlite::{OptionalExtension as _, Row};

use crate::{StoreError, columns::Text, table::table_handles};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentCacheRow {
    /// Hash of all that went in.
    pub key: String,
    /// The run whose pieces answer it.
    pub run_id: RunId,
    /// RFC 3339 UTC.
    pub created_at: String,
    /// RFC 3339 UTC, written with as many fractional digits as the `now` it is compared with.
    pub expires_at: String,
}

impl ContentCacheRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get("key")?,
            run_id: row.get::<_, Text<RunId>>("run_id")?.0,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

table_handles! {
    /// Reads `content_cache`.
    ContentCacheReader,
    /// Writes `content_cache`.
    ContentCacheWriter
}

impl ContentCacheReader<'_> {
    /// The entry of this key, unless it has expired by `now`.
    pub fn get(&self, key: &str, now: &str) -> Result<Option<ContentCacheRow>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT * FROM content_cache WHERE key = ?1 AND expires_at > ?2")?
            .query_row((key, now), ContentCacheRow::from_row)
            .optional()?)
    }
}

impl ContentCacheWriter<'_> {
    /// Stores an entry in place of the key's former one.
    pub fn put(&mut self, row: &ContentCacheRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO content_cache (key, run_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (key) DO UPDATE SET
                     run_id = excluded.run_id, created_at = excluded.created_at, expires_at = excluded.expires_at",
            )?
            .execute((&row.key, Text(row.run_id), &row.created_at, &row.expires_at))?;
        Ok(())
    }

    /// Forgets every entry and tells how many there were.
    pub fn clear(&mut self) -> Result<u32, StoreError> {
        Ok(self.connection.prepare_cached("DELETE FROM content_cache")?.execute([])? as u32)
    }
}
