//! Table `activity`: one brief and, through its runs, all that was made from it.

use quillhouse_domain::ActivityId;
use rusqlite::{OptionalExtension as _, Row};

use crate::{StoreError, columns::Text, table::table_handles};

/// One activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityRow {
    /// Its id.
    pub id: ActivityId,
    /// Title for lists.
    pub title: String,
    /// The brief as JSON.
    pub brief_json: String,
    /// RFC 3339 UTC.
    pub created_at: String,
}

impl ActivityRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, Text<ActivityId>>("id")?.0,
            title: row.get("title")?,
            brief_json: row.get("brief_json")?,
            created_at: row.get("created_at")?,
        })
    }
}

table_handles! {
    /// Reads `activity`.
    ActivityReader,
    /// Writes `activity`.
    ActivityWriter
}

impl ActivityReader<'_> {
    /// The activity, or `NotFound`.
    pub fn get(&self, id: ActivityId) -> Result<ActivityRow, StoreError> {
        self.connection
            .prepare_cached("SELECT * FROM activity WHERE id = ?1")?
            .query_row([Text(id)], ActivityRow::from_row)
            .optional()?
            .ok_or_else(|| StoreError::NotFound { noun: "activity", name: id.to_string() })
    }

    /// All activities, the newest first.
    pub fn list(&self) -> Result<Vec<ActivityRow>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM activity ORDER BY created_at DESC, id DESC")?;
        let rows = statement.query_map([], ActivityRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl ActivityWriter<'_> {
    /// Adds an activity.
    pub fn insert(&mut self, row: &ActivityRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("INSERT INTO activity (id, title, brief_json, created_at) VALUES (?1, ?2, ?3, ?4)")?
            .execute((Text(row.id), &row.title, &row.brief_json, &row.created_at))
            .map_err(|error| StoreError::unique(error, "activity", || row.id.to_string()))?;
        Ok(())
    }

    /// Removes the activity with its runs and pieces.
    pub fn delete(&mut self, id: ActivityId) -> Result<(), StoreError> {
        let changed = self.connection.prepare_cached("DELETE FROM activity WHERE id = ?1")?.execute([Text(id)])?;
        StoreError::unless_found(changed, "activity", id)
    }
}
