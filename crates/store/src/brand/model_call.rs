//! Table `model_call`: one row a call, written before the call is made.
//!
//! Invariants
//! - A row without `finished_at` is a call whose outcome is unknown: the process ended in its midst.
//! - An answer is kept only until its step is done; it may quote documents.

use quillhouse_domain::RunId;
use rusqlite::{OptionalExtension as _, Row, named_params};

use crate::{StoreError, columns::Text, table::table_handles};

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCallRow {
    /// Hash of run, step and input: the same for the same call.
    pub idempotency_key: String,
    /// The run.
    pub run_id: RunId,
    /// The step.
    pub step_key: String,
    /// Attempt of the step.
    pub attempt: u32,
    /// Hash of what the model is asked: the same for the same question.
    pub input_hash: String,
    /// RFC 3339 UTC.
    pub started_at: String,
    /// RFC 3339 UTC; nothing until the answer is there.
    pub finished_at: Option<String>,
    /// Tokens sent.
    pub prompt_tokens: Option<u32>,
    /// Tokens received.
    pub completion_tokens: Option<u32>,
}

impl ModelCallRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            idempotency_key: row.get("idempotency_key")?,
            run_id: row.get::<_, Text<RunId>>("run_id")?.0,
            step_key: row.get("step_key")?,
            attempt: row.get("attempt")?,
            input_hash: row.get("input_hash")?,
            started_at: row.get("started_at")?,
            finished_at: row.get("finished_at")?,
            prompt_tokens: row.get("prompt_tokens")?,
            completion_tokens: row.get("completion_tokens")?,
        })
    }
}

/// What a model answered, and what it cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelReplyRow {
    /// The answer, in the caller's form.
    pub reply_json: String,
    /// Tokens sent.
    pub prompt_tokens: u32,
    /// Tokens received.
    pub completion_tokens: u32,
}

table_handles! {
    /// Reads `model_call`.
    ModelCallReader,
    /// Writes `model_call`.
    ModelCallWriter
}

impl ModelCallReader<'_> {
    /// The call of this key, when it was ever begun.
    pub fn get(&self, idempotency_key: &str) -> Result<Option<ModelCallRow>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT * FROM model_call WHERE idempotency_key = ?1")?
            .query_row([idempotency_key], ModelCallRow::from_row)
            .optional()?)
    }

    /// What the same question of the same step was answered, when its answer came and the step did not end after it.
    pub fn reply(&self, run: RunId, step: &str, input_hash: &str) -> Result<Option<ModelReplyRow>, StoreError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT reply_json, prompt_tokens, completion_tokens FROM model_call
                 WHERE run_id = ?1 AND step_key = ?2 AND input_hash = ?3 AND reply_json IS NOT NULL
                 ORDER BY rowid DESC LIMIT 1",
            )?
            .query_row((Text(run), step, input_hash), |row| {
                Ok(ModelReplyRow {
                    reply_json: row.get(0)?,
                    prompt_tokens: row.get(1)?,
                    completion_tokens: row.get(2)?,
                })
            })
            .optional()?)
    }

    /// The calls of a run in the order in which they were begun.
    pub fn list(&self, run: RunId) -> Result<Vec<ModelCallRow>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM model_call WHERE run_id = ?1 ORDER BY started_at, rowid")?;
        let rows = statement.query_map([Text(run)], ModelCallRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many calls the run has begun.
    pub fn count(&self, run: RunId) -> Result<u32, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT count(*) FROM model_call WHERE run_id = ?1")?;
        Ok(statement.query_row([Text(run)], |row| row.get(0))?)
    }
}

impl ModelCallWriter<'_> {
    /// Notes that the call is about to be made. `AlreadyExists` when a call of this key was begun before.
    pub fn begin(&mut self, row: &ModelCallRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO model_call (idempotency_key, run_id, step_key, attempt, input_hash, started_at,
                     finished_at, prompt_tokens, completion_tokens)
                 VALUES (:idempotency_key, :run_id, :step_key, :attempt, :input_hash, :started_at, :finished_at,
                     :prompt_tokens, :completion_tokens)",
            )?
            .execute(named_params! {
                ":idempotency_key": row.idempotency_key,
                ":run_id": Text(row.run_id),
                ":step_key": row.step_key,
                ":attempt": row.attempt,
                ":input_hash": row.input_hash,
                ":started_at": row.started_at,
                ":finished_at": row.finished_at,
                ":prompt_tokens": row.prompt_tokens,
                ":completion_tokens": row.completion_tokens,
            })
            .map_err(|error| StoreError::unique(error, "model call", || row.idempotency_key.clone()))?;
        Ok(())
    }

    /// Notes that the answer is there, and what it is.
    pub fn finish(
        &mut self,
        idempotency_key: &str,
        finished_at: &str,
        reply: &ModelReplyRow,
    ) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE model_call SET finished_at = ?2, prompt_tokens = ?3, completion_tokens = ?4, reply_json = ?5
                 WHERE idempotency_key = ?1",
            )?
            .execute((idempotency_key, finished_at, reply.prompt_tokens, reply.completion_tokens, &reply.reply_json))?;
        StoreError::unless_found(changed, "model call", idempotency_key)
    }

    /// Forgets what was answered in a step, which needs it no more.
    pub fn forget_replies(&mut self, run: RunId, step: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE model_call SET reply_json = NULL WHERE run_id = ?1 AND step_key = ?2")?
            .execute((Text(run), step))?;
        Ok(())
    }
}
