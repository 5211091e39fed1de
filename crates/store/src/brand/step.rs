//! Table `step`: the steps of a run and what each put out.

use quillhouse_domain::{RunId, StepState};
use rusqlite::{OptionalExtension as _, Row, named_params};

use crate::{
    StoreError,
    columns::{Text, Word},
    table::table_handles,
};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// Its run.
    pub run_id: RunId,
    /// Its name within the run.
    pub key: String,
    /// Who does it.
    pub agent: String,
    /// Title for the screen.
    pub title: String,
    /// Position in the run; not unique.
    pub ordinal: u32,
    /// Where it stands.
    pub state: StepState,
    /// How often it was begun.
    pub attempt: u32,
    /// Hash of all that went in.
    pub input_hash: Option<String>,
    /// What it put out, as JSON.
    pub output_json: Option<String>,
    /// A sentence for the user.
    pub note: Option<String>,
    /// Calls of the model.
    pub model_calls: u32,
    /// Tokens sent.
    pub prompt_tokens: u32,
    /// Tokens received.
    pub completion_tokens: u32,
    /// What the model saw and what was left out, as JSON.
    pub report_json: Option<String>,
    /// RFC 3339 UTC.
    pub started_at: Option<String>,
    /// RFC 3339 UTC.
    pub finished_at: Option<String>,
}

impl StepRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            run_id: row.get::<_, Text<RunId>>("run_id")?.0,
            key: row.get("key")?,
            agent: row.get("agent")?,
            title: row.get("title")?,
            ordinal: row.get("ordinal")?,
            state: row.get::<_, Word<StepState>>("state")?.0,
            attempt: row.get("attempt")?,
            input_hash: row.get("input_hash")?,
            output_json: row.get("output_json")?,
            note: row.get("note")?,
            model_calls: row.get("model_calls")?,
            prompt_tokens: row.get("prompt_tokens")?,
            completion_tokens: row.get("completion_tokens")?,
            report_json: row.get("report_json")?,
            started_at: row.get("started_at")?,
            finished_at: row.get("finished_at")?,
        })
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepFinish {
    /// The run.
    pub run_id: RunId,
    /// The step.
    pub key: String,
    /// Where it stands now.
    pub state: StepState,
    /// What it put out, as JSON.
    pub output_json: Option<String>,
    /// A sentence for the user.
    pub note: Option<String>,
    /// Calls of the model.
    pub model_calls: u32,
    /// Tokens sent.
    pub prompt_tokens: u32,
    /// Tokens received.
    pub completion_tokens: u32,
    /// What the model saw and what was left out, as JSON.
    pub report_json: Option<String>,
    /// RFC 3339 UTC.
    pub finished_at: String,
}

table_handles! {
    /// Reads `step` and `step_draft`.
    StepReader,
    /// Writes `step` and `step_draft`.
    StepWriter
}

impl StepReader<'_> {
    /// The step, when the run has it.
    pub fn get(&self, run: RunId, key: &str) -> Result<Option<StepRow>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT * FROM step WHERE run_id = ?1 AND key = ?2")?
            .query_row((Text(run), key), StepRow::from_row)
            .optional()?)
    }

    /// The steps of the run by position.
    pub fn list(&self, run: RunId) -> Result<Vec<StepRow>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM step WHERE run_id = ?1 ORDER BY ordinal, rowid")?;
        let rows = statement.query_map([Text(run)], StepRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl StepWriter<'_> {
    /// Puts the step as it is given, in place of what is stored for it.
    pub fn upsert(&mut self, row: &StepRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO step (run_id, key, agent, title, ordinal, state, attempt, input_hash, output_json, note,
                     model_calls, prompt_tokens, completion_tokens, report_json, started_at, finished_at)
                 VALUES (:run_id, :key, :agent, :title, :ordinal, :state, :attempt, :input_hash, :output_json, :note,
                     :model_calls, :prompt_tokens, :completion_tokens, :report_json, :started_at, :finished_at)
                 ON CONFLICT (run_id, key) DO UPDATE SET
                     agent = excluded.agent, title = excluded.title, ordinal = excluded.ordinal,
                     state = excluded.state, attempt = excluded.attempt, input_hash = excluded.input_hash,
                     output_json = excluded.output_json, note = excluded.note, model_calls = excluded.model_calls,
                     prompt_tokens = excluded.prompt_tokens, completion_tokens = excluded.completion_tokens,
                     report_json = excluded.report_json, started_at = excluded.started_at,
                     finished_at = excluded.finished_at",
            )?
            .execute(named_params! {
                ":run_id": Text(row.run_id),
                ":key": row.key,
                ":agent": row.agent,
                ":title": row.title,
                ":ordinal": row.ordinal,
                ":state": Word(row.state),
                ":attempt": row.attempt,
                ":input_hash": row.input_hash,
                ":output_json": row.output_json,
                ":note": row.note,
                ":model_calls": row.model_calls,
                ":prompt_tokens": row.prompt_tokens,
                ":completion_tokens": row.completion_tokens,
                ":report_json": row.report_json,
                ":started_at": row.started_at,
                ":finished_at": row.finished_at,
            })?;
        Ok(())
    }

    /// The step is being done. What an earlier attempt put out is taken away; its counts stay.
    pub fn start(&mut self, run: RunId, key: &str, attempt: u32, at: &str) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE step SET state = ?3, attempt = ?4, started_at = ?5, finished_at = NULL, output_json = NULL,
                     note = NULL
                 WHERE run_id = ?1 AND key = ?2",
            )?
            .execute((Text(run), key, Word(StepState::Running), attempt, at))?;
        StoreError::unless_found(changed, "step", key)
    }

    /// Stores how the step ended. The streamed draft of a step that is done or skipped goes; otherwise it is kept.
    pub fn finish(&mut self, finish: &StepFinish) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE step SET state = :state, output_json = :output_json, note = :note, model_calls = :model_calls,
                     prompt_tokens = :prompt_tokens, completion_tokens = :completion_tokens,
                     report_json = :report_json, finished_at = :finished_at
                 WHERE run_id = :run_id AND key = :key",
            )?
            .execute(named_params! {
                ":run_id": Text(finish.run_id),
                ":key": finish.key,
                ":state": Word(finish.state),
                ":output_json": finish.output_json,
                ":note": finish.note,
                ":model_calls": finish.model_calls,
                ":prompt_tokens": finish.prompt_tokens,
                ":completion_tokens": finish.completion_tokens,
                ":report_json": finish.report_json,
                ":finished_at": finish.finished_at,
            })?;
        StoreError::unless_found(changed, "step", &finish.key)?;
        if matches!(finish.state, StepState::Done | StepState::Skipped) {
            self.clear_draft(finish.run_id, &finish.key)?;
        }
        Ok(())
    }
}
