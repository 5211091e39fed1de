//! Table `kit_rewording`: what a model suggests to say instead of a statement, asked at most once.

use std::collections::HashMap;

use quillhouse_domain::KitEntryId;
use rusqlite::Row;

use super::{KitReader, KitWriter};
use crate::{StoreError, columns::Text};

/// A suggestion for one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitRewordingRow {
    /// The entry.
    pub entry_id: KitEntryId,
    /// BLAKE3 of statement, model and prompt, in hexadecimal.
    pub asked: String,
    /// BLAKE3 of the statement, in hexadecimal.
    pub said: String,
    /// The suggestion; empty when the answer could not stand.
    pub text: String,
    /// The model.
    pub model: String,
    /// RFC 3339 UTC.
    pub at: String,
}

impl KitRewordingRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            entry_id: row.get::<_, Text<KitEntryId>>("entry_id")?.0,
            asked: row.get("asked")?,
            said: row.get("said")?,
            text: row.get("text")?,
            model: row.get("model")?,
            at: row.get("at")?,
        })
    }
}

impl KitReader<'_> {
    /// All suggestions, refused ones too, by entry.
    pub fn rewordings(&self) -> Result<HashMap<KitEntryId, KitRewordingRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM kit_rewording")?;
        let rows = statement.query_map([], |row| KitRewordingRow::from_row(row).map(|row| (row.entry_id, row)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl KitWriter<'_> {
    /// Keeps a suggestion in place of the entry's former one. An entry that has gone meanwhile is passed over.
    pub fn put_rewording(&mut self, row: &KitRewordingRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO kit_rewording (entry_id, asked, said, text, model, at)
                 SELECT id, ?2, ?3, ?4, ?5, ?6 FROM kit_entry WHERE id = ?1
                 ON CONFLICT (entry_id) DO UPDATE SET asked = excluded.asked, said = excluded.said,
                     text = excluded.text, model = excluded.model, at = excluded.at",
            )?
            .execute((Text(row.entry_id), &row.asked, &row.said, &row.text, &row.model, &row.at))?;
        Ok(())
    }
}
