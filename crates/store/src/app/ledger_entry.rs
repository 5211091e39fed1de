//! Table `ledger_entry`: every connection that left the process, for the user to see.
//!
//! An attempt is appended before it happens and completed when it is over; nothing else ever changes.

use rusqlite::{Row, named_params};

use crate::{StoreError, columns::Count, table::table_handles};

/// One connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntryRow {
    /// Given by the table; ignored when appending.
    pub id: i64,
    /// RFC 3339 UTC.
    pub at: String,
    /// Name or address that was asked for.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Why, in words.
    pub purpose: String,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// How long it took.
    pub duration_ms: u64,
    /// How it ended, in words; [`LedgerEntryRow::BEGUN`] while it is under way.
    pub outcome: String,
    /// The address it was connected to, or the first that was tried.
    pub address: Option<String>,
    /// Id of the brand it was for.
    pub brand: Option<String>,
    /// Id of the run it was for.
    pub run: Option<String>,
    /// Id of the document it was for.
    pub document: Option<String>,
}

impl LedgerEntryRow {
    /// The outcome of an attempt that is under way, or that a crash ended.
    pub const BEGUN: &'static str = "begun";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            at: row.get("at")?,
            host: row.get("host")?,
            port: row.get("port")?,
            purpose: row.get("purpose")?,
            bytes_out: row.get::<_, Count>("bytes_out")?.0,
            bytes_in: row.get::<_, Count>("bytes_in")?.0,
            duration_ms: row.get::<_, Count>("duration_ms")?.0,
            outcome: row.get("outcome")?,
            address: row.get("address")?,
            brand: row.get("brand")?,
            run: row.get("run")?,
            document: row.get("document")?,
        })
    }
}

table_handles! {
    /// Reads `ledger_entry`.
    LedgerEntryReader,
    /// Writes `ledger_entry`; entries are appended, and completed once.
    LedgerEntryWriter
}

impl LedgerEntryReader<'_> {
    /// The newest entries first, at most `limit`.
    pub fn list(&self, limit: u32) -> Result<Vec<LedgerEntryRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM ledger_entry ORDER BY id DESC LIMIT ?1")?;
        let rows = statement.query_map([limit], LedgerEntryRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many there are.
    pub fn count(&self) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT count(*) FROM ledger_entry")?;
        Ok(statement.query_row([], |row| row.get::<_, Count>(0))?.0)
    }
}

impl LedgerEntryWriter<'_> {
    /// Adds an entry and gives its id.
    pub fn append(&mut self, row: &LedgerEntryRow) -> Result<i64, StoreError> {
        Ok(self
            .connection
            .prepare_cached(
                "INSERT INTO ledger_entry
                     (at, host, port, purpose, bytes_out, bytes_in, duration_ms, outcome, address, brand, run, document)
                 VALUES
                     (:at, :host, :port, :purpose, :bytes_out, :bytes_in, :duration_ms, :outcome, :address, :brand, :run,
                      :document)",
            )?
            .insert(named_params! {
                ":at": row.at,
                ":host": row.host,
                ":port": row.port,
                ":purpose": row.purpose,
                ":bytes_out": Count(row.bytes_out),
                ":bytes_in": Count(row.bytes_in),
                ":duration_ms": Count(row.duration_ms),
                ":outcome": row.outcome,
                ":address": row.address,
                ":brand": row.brand,
                ":run": row.run,
                ":document": row.document,
            })?)
    }

    /// Writes how an attempt ended: address, bytes, time and outcome of `row` go to the entry with its id. False when that
    /// entry is not there or is complete already; nothing is changed then.
    pub fn complete(&mut self, row: &LedgerEntryRow) -> Result<bool, StoreError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE ledger_entry
                 SET address = :address, bytes_out = :bytes_out, bytes_in = :bytes_in, duration_ms = :duration_ms,
                     outcome = :outcome
                 WHERE id = :id AND outcome = :begun",
            )?
            .execute(named_params! {
                ":id": row.id,
                ":begun": LedgerEntryRow::BEGUN,
                ":address": row.address,
                ":bytes_out": Count(row.bytes_out),
                ":bytes_in": Count(row.bytes_in),
                ":duration_ms": Count(row.duration_ms),
                ":outcome": row.outcome,
            })?;
        Ok(changed == 1)
    }
}
