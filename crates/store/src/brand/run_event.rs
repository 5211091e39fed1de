//! Table `run_event`: what happened to a run, in order and without gaps; replaying it gives the run's state.

use quillhouse_domain::RunId;
use rusqlite::Row;

use super::{RunReader, RunWriter};
use crate::{StoreError, columns::Text};

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEventRow {
    /// The run.
    pub run_id: RunId,
    /// 1 for the first event of the run, then one more each.
    pub sequence: u32,
    /// The event as JSON.
    pub event_json: String,
    /// RFC 3339 UTC.
    pub at: String,
}

impl RunEventRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            run_id: row.get::<_, Text<RunId>>("run_id")?.0,
            sequence: row.get("sequence")?,
            event_json: row.get("event_json")?,
            at: row.get("at")?,
        })
    }
}

impl RunReader<'_> {
    /// All events of the run in order.
    pub fn events(&self, run: RunId) -> Result<Vec<RunEventRow>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM run_event WHERE run_id = ?1 ORDER BY sequence")?;
        let rows = statement.query_map([Text(run)], RunEventRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl RunWriter<'_> {
    /// Adds an event to the run and gives its sequence.
    pub fn append_event(&mut self, run: RunId, event_json: &str, at: &str) -> Result<u32, StoreError> {
        Ok(self
            .connection
            .prepare_cached(
                "INSERT INTO run_event (run_id, sequence, event_json, at)
                 SELECT ?1, coalesce(max(sequence), 0) + 1, ?2, ?3 FROM run_event WHERE run_id = ?1
                 RETURNING sequence",
            )?
            .query_row((Text(run), event_json, at), |row| row.get(0))?)
    }
}
