//! Table `step_draft`: text a step has streamed so far, so that a crash or a cancel keeps it.

use quillhouse_domain::RunId;
use rusqlite::Row;

use super::{StepReader, StepWriter};
use crate::{StoreError, columns::Text};

/// The text one step has streamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDraftRow {
    /// The run.
    pub run_id: RunId,
    /// The step.
    pub key: String,
    /// All text so far.
    pub text: String,
    /// RFC 3339 UTC.
    pub changed_at: String,
}

impl StepDraftRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            run_id: row.get::<_, Text<RunId>>("run_id")?.0,
            key: row.get("key")?,
            text: row.get("text")?,
            changed_at: row.get("changed_at")?,
        })
    }
}

impl StepReader<'_> {
    /// The drafts of the run's steps that have not ended well.
    pub fn drafts(&self, run: RunId) -> Result<Vec<StepDraftRow>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM step_draft WHERE run_id = ?1 ORDER BY key")?;
        let rows = statement.query_map([Text(run)], StepDraftRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl StepWriter<'_> {
    /// Stores all text the step has streamed so far.
    pub fn put_draft(&mut self, run: RunId, key: &str, text: &str, changed_at: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO step_draft (run_id, key, text, changed_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (run_id, key) DO UPDATE SET text = excluded.text, changed_at = excluded.changed_at",
            )?
            .execute((Text(run), key, text, changed_at))?;
        Ok(())
    }

    /// Forgets the draft, when there is one.
    pub fn clear_draft(&mut self, run: RunId, key: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM step_draft WHERE run_id = ?1 AND key = ?2")?
            .execute((Text(run), key))?;
        Ok(())
    }
}
