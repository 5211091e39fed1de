//! Table `model_probe`: what a model was found able to do, and the fingerprint of the file and settings it was found with.

use quillhouse_domain::ModelId;
use rusqlite::{OptionalExtension as _, Row};

use crate::{StoreError, columns::Text, table::table_handles};

/// The last probe of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelProbeRow {
    /// The model.
    pub model: ModelId,
    /// Changes when the probe has to be made again.
    pub fingerprint: String,
    /// The result as JSON.
    pub result_json: String,
    /// RFC 3339 UTC.
    pub probed_at: String,
}

impl ModelProbeRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            model: row.get::<_, Text<ModelId>>("model")?.0,
            fingerprint: row.get("fingerprint")?,
            result_json: row.get("result_json")?,
            probed_at: row.get("probed_at")?,
        })
    }
}

table_handles! {
    /// Reads `model_probe`.
    ModelProbeReader,
    /// Writes `model_probe`.
    ModelProbeWriter
}

impl ModelProbeReader<'_> {
    /// The last probe of the model.
    pub fn get(&self, model: &ModelId) -> Result<Option<ModelProbeRow>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT * FROM model_probe WHERE model = ?1")?
            .query_row([Text(model)], ModelProbeRow::from_row)
            .optional()?)
    }

    /// All probes by model.
    pub fn list(&self) -> Result<Vec<ModelProbeRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM model_probe ORDER BY model")?;
        let rows = statement.query_map([], ModelProbeRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl ModelProbeWriter<'_> {
    /// Stores a probe in place of the model's former one.
    pub fn put(&mut self, row: &ModelProbeRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO model_probe (model, fingerprint, result_json, probed_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (model) DO UPDATE SET
                     fingerprint = excluded.fingerprint,
                     result_json = excluded.result_json,
                     probed_at = excluded.probed_at",
            )?
            .execute((Text(&row.model), &row.fingerprint, &row.result_json, &row.probed_at))?;
        Ok(())
    }

    /// Forgets the probe, when there is one.
    pub fn delete(&mut self, model: &ModelId) -> Result<(), StoreError> {
        self.connection.prepare_cached("DELETE FROM model_probe WHERE model = ?1")?.execute([Text(model)])?;
        Ok(())
    }
}
