//! Table `setting`: one JSON value a key. A missing key means the default, which its reader knows.

use rusqlite::{OptionalExtension as _, Row};

use crate::{StoreError, table::table_handles};

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingRow {
    /// Its name.
    pub key: String,
    /// Its value as JSON.
    pub value_json: String,
}

impl SettingRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { key: row.get("key")?, value_json: row.get("value_json")? })
    }
}

table_handles! {
    /// Reads `setting`.
    SettingReader,
    /// Writes `setting`.
    SettingWriter
}

impl SettingReader<'_> {
    /// The value as JSON, when it was ever set.
    pub fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT value_json FROM setting WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?)
    }

    /// All settings by key.
    pub fn list(&self) -> Result<Vec<SettingRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM setting ORDER BY key")?;
        let rows = statement.query_map([], SettingRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl SettingWriter<'_> {
    /// Sets a value, which must be JSON.
    pub fn put(&mut self, key: &str, value_json: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO setting (key, value_json) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value_json = excluded.value_json",
            )?
            .execute((key, value_json))?;
        Ok(())
    }

    /// Back to the default.
    pub fn delete(&mut self, key: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached("DELETE FROM setting WHERE key = ?1")?.execute([key])?;
        Ok(())
    }
}
