//! Table `run`: one execution of a workflow for an activity.

use quillhouse_domain::{ActivityId, ModelId, RunId, RunState, WayOfWorking};
use rusqlite::{OptionalExtension as _, Row, named_params};

use crate::{
    StoreError,
    columns::{Text, Word},
    table::table_handles,
};

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// What it is for.
    pub activity_id: ActivityId,
    /// Where it stands.
    pub state: RunState,
    /// Name of the workflow.
    pub workflow: String,
    /// Version of the workflow it began with, and goes on with.
    pub workflow_version: u32,
    /// The model it was started with.
    pub model: ModelId,
    /// How much is left to the model.
    pub way: WayOfWorking,
    /// What it began from, as JSON.
    pub input_json: String,
    /// Key of the content cache: equal when everything that went in is equal.
    pub cache_key: String,
    /// Why it stands where it stands, in words.
    pub reason: Option<String>,
    /// RFC 3339 UTC.
    pub created_at: String,
    /// RFC 3339 UTC.
    pub changed_at: String,
    /// RFC 3339 UTC; set while the state is final.
    pub finished_at: Option<String>,
}

impl RunRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, Text<RunId>>("id")?.0,
            activity_id: row.get::<_, Text<ActivityId>>("activity_id")?.0,
            state: row.get::<_, Word<RunState>>("state")?.0,
            workflow: row.get("workflow")?,
            workflow_version: row.get("workflow_version")?,
            model: row.get::<_, Text<ModelId>>("model")?.0,
            way: row.get::<_, Word<WayOfWorking>>("way")?.0,
            input_json: row.get("input_json")?,
            cache_key: row.get("cache_key")?,
            reason: row.get("reason")?,
            created_at: row.get("created_at")?,
            changed_at: row.get("changed_at")?,
            finished_at: row.get("finished_at")?,
        })
    }
}

table_handles! {
    /// Reads `run` and `run_event`.
    RunReader,
    /// Writes `run` and `run_event`.
    RunWriter
}

impl RunReader<'_> {
    /// The run, or `NotFound`.
    pub fn get(&self, id: RunId) -> Result<RunRow, StoreError> {
        self.connection
            .prepare_cached("SELECT * FROM run WHERE id = ?1")?
            .query_row([Text(id)], RunRow::from_row)
            .optional()?
            .ok_or_else(|| StoreError::NotFound { noun: "run", name: id.to_string() })
    }

    /// All runs, the newest first.
    pub fn list(&self) -> Result<Vec<RunRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM run ORDER BY created_at DESC, id DESC")?;
        let rows = statement.query_map([], RunRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The runs of an activity, the newest first.
    pub fn by_activity(&self, id: ActivityId) -> Result<Vec<RunRow>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT * FROM run WHERE activity_id = ?1 ORDER BY created_at DESC, id DESC")?;
        let rows = statement.query_map([Text(id)], RunRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The runs whose state is not final, oldest first: those to resume.
    pub fn unfinished(&self) -> Result<Vec<RunRow>, StoreError> {
        let mut runs = self.list()?;
        runs.retain(|run| !run.state.is_final());
        runs.reverse();
        Ok(runs)
    }
}

impl RunWriter<'_> {
    /// Adds a run.
    pub fn insert(&mut self, row: &RunRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO run (id, activity_id, state, workflow, workflow_version, model, way, input_json, cache_key,
                     reason, created_at, changed_at, finished_at)
                 VALUES (:id, :activity_id, :state, :workflow, :workflow_version, :model, :way, :input_json, :cache_key,
                     :reason, :created_at, :changed_at, :finished_at)",
            )?
            .execute(named_params! {
                ":id": Text(row.id),
                ":activity_id": Text(row.activity_id),
                ":state": Word(row.state),
                ":workflow": row.workflow,
                ":workflow_version": row.workflow_version,
                ":model": Text(&row.model),
                ":way": Word(row.way),
                ":input_json": row.input_json,
                ":cache_key": row.cache_key,
                ":reason": row.reason,
                ":created_at": row.created_at,
                ":changed_at": row.changed_at,
                ":finished_at": row.finished_at,
            })
            .map_err(|error| StoreError::unique(error, "run", || row.id.to_string()))?;
        Ok(())
    }

    /// Moves the run to a state. A final state sets `finished_at`, any other clears it.
    pub fn set_state(&mut self, id: RunId, state: RunState, reason: Option<&str>, at: &str) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE run SET state = ?2, reason = ?3, changed_at = ?4, finished_at = ?5 WHERE id = ?1")?
            .execute((Text(id), Word(state), reason, at, state.is_final().then_some(at)))?;
        StoreError::unless_found(changed, "run", id)
    }

    /// Changes how much is left to the model.
    pub fn set_way(&mut self, id: RunId, way: WayOfWorking, at: &str) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE run SET way = ?2, changed_at = ?3 WHERE id = ?1")?
            .execute((Text(id), Word(way), at))?;
        StoreError::unless_found(changed, "run", id)
    }
}
