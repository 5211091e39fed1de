//! Table `index_outbox`: what the vector index has yet to be told, in order.
//!
//! Entries are written in the transaction that changes the passages, so index and passages can always be reconciled.
//! An `Upsert` whose passage is gone is followed by its `Delete`; whoever applies the entries may skip it.

use quillhouse_domain::{DocumentId, PassageId};
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};

use crate::{
    StoreError,
    columns::{Text, Word},
    table::table_handles,
};

/// What is to be done in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexOperation {
    /// Put the passage as it now stands.
    Upsert,
    /// Take the passage out.
    Delete,
}

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxRow {
    /// Grows with each entry and is never used again.
    pub sequence: i64,
    /// The passage.
    pub passage_id: PassageId,
    /// What to do.
    pub operation: IndexOperation,
}

impl OutboxRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            sequence: row.get("sequence")?,
            passage_id: row.get::<_, Text<PassageId>>("passage_id")?.0,
            operation: row.get::<_, Word<IndexOperation>>("operation")?.0,
        })
    }
}

table_handles! {
    /// Reads `index_outbox`.
    OutboxReader,
    /// Writes `index_outbox`.
    OutboxWriter
}

impl OutboxReader<'_> {
    /// The oldest entries, at most `limit`; they stay until acknowledged.
    pub fn take(&self, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM index_outbox ORDER BY sequence LIMIT ?1")?;
        let rows = statement.query_map([limit], OutboxRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many entries wait.
    pub fn length(&self) -> Result<u32, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT count(*) FROM index_outbox")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Sequence of the newest entry ever written; 0 before the first. An index rebuilt from the passages may
    /// acknowledge up to the value read in the same `read`.
    pub fn last_sequence(&self) -> Result<i64, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'index_outbox'")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}

impl OutboxWriter<'_> {
    /// Removes all entries up to and including this one: the index has them on disk.
    pub fn acknowledge(&mut self, up_to_sequence: i64) -> Result<(), StoreError> {
        self.connection.prepare_cached("DELETE FROM index_outbox WHERE sequence <= ?1")?.execute([up_to_sequence])?;
        Ok(())
    }
}

/// Tells the index that all passages of a document go.
pub(super) fn add_deletions(connection: &Connection, document: DocumentId) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO index_outbox (passage_id, operation)
             SELECT id, 'delete' FROM passage WHERE document_id = ?1 ORDER BY ordinal",
        )?
        .execute([Text(document)])?;
    Ok(())
}

/// Tells the index that a passage has come.
pub(super) fn add_upsert(connection: &Connection, passage: PassageId) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT INTO index_outbox (passage_id, operation) VALUES (?1, 'upsert')")?
        .execute([Text(passage)])?;
    Ok(())
}
