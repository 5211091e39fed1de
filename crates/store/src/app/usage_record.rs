//! Tables `usage_record` and `budget`: what calls of models used, and what may be spent. Records are appended, never changed.

use quillhouse_domain::{BrandId, ModelId, RunId};
use rusqlite::{Row, named_params};

use crate::{
    StoreError,
    columns::{Count, Text},
    table::table_handles,
};

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRecordRow {
    /// When it began, in milliseconds since 1970.
    pub at_ms: i64,
    /// For which brand.
    pub brand: Option<BrandId>,
    /// For which run.
    pub run: Option<RunId>,
    /// For which step of the run.
    pub step: Option<String>,
    /// Who did it.
    pub provider: String,
    /// Whose allowance it used.
    pub account: Option<String>,
    /// With which model.
    pub model: ModelId,
    /// Tokens of the prompt.
    pub tokens_in: u64,
    /// Of them, those that did not have to be read again.
    pub tokens_cached: u64,
    /// Tokens of the answer.
    pub tokens_out: u64,
    /// How long it took.
    pub duration_ms: u64,
    /// Millionths, and of which currency; none when nobody knows.
    pub cost: Option<(u64, String)>,
}

impl UsageRecordRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let micros = row.get::<_, Option<Count>>("cost_micros")?;
        let currency = row.get::<_, Option<String>>("currency")?;
        Ok(Self {
            at_ms: row.get("at_ms")?,
            brand: row.get::<_, Option<Text<BrandId>>>("brand")?.map(|brand| brand.0),
            run: row.get::<_, Option<Text<RunId>>>("run")?.map(|run| run.0),
            step: row.get("step")?,
            provider: row.get("provider")?,
            account: row.get("account")?,
            model: row.get::<_, Text<ModelId>>("model")?.0,
            tokens_in: row.get::<_, Count>("tokens_in")?.0,
            tokens_cached: row.get::<_, Count>("tokens_cached")?.0,
            tokens_out: row.get::<_, Count>("tokens_out")?.0,
            duration_ms: row.get::<_, Count>("duration_ms")?.0,
            cost: micros.zip(currency).map(|(micros, currency)| (micros.0, currency)),
        })
    }
}

table_handles! {
    /// Reads what calls used, and budgets.
    UsageReader,
    /// Writes them.
    UsageWriter
}

impl UsageReader<'_> {
    /// The calls that began at `from_ms` or later, oldest first.
    pub fn since(&self, from_ms: i64) -> Result<Vec<UsageRecordRow>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM usage_record WHERE at_ms >= ?1 ORDER BY id")?;
        let rows = statement.query_map([from_ms], UsageRecordRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All budgets with their JSON, by name.
    pub fn budgets(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT name, budget_json FROM budget ORDER BY name")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl UsageWriter<'_> {
    /// Adds a call.
    pub fn append(&mut self, row: &UsageRecordRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO usage_record
                     (at_ms, brand, run, step, provider, account, model, tokens_in, tokens_cached, tokens_out,
                      duration_ms, cost_micros, currency)
                 VALUES
                     (:at_ms, :brand, :run, :step, :provider, :account, :model, :tokens_in, :tokens_cached, :tokens_out,
                      :duration_ms, :cost_micros, :currency)",
            )?
            .execute(named_params! {
                ":at_ms": row.at_ms,
                ":brand": row.brand.map(Text),
                ":run": row.run.map(Text),
                ":step": row.step,
                ":provider": row.provider,
                ":account": row.account,
                ":model": Text(&row.model),
                ":tokens_in": Count(row.tokens_in),
                ":tokens_cached": Count(row.tokens_cached),
                ":tokens_out": Count(row.tokens_out),
                ":duration_ms": Count(row.duration_ms),
                ":cost_micros": row.cost.as_ref().map(|(micros, _)| Count(*micros)),
                ":currency": row.cost.as_ref().map(|(_, currency)| currency),
            })?;
        Ok(())
    }

    /// Stores a budget in place of the one of its name.
    pub fn put_budget(&mut self, name: &str, json: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO budget (name, budget_json) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET budget_json = excluded.budget_json",
            )?
            .execute((name, json))?;
        Ok(())
    }

    /// Deletes a budget; false when there is none.
    pub fn delete_budget(&mut self, name: &str) -> Result<bool, StoreError> {
        Ok(self.connection.prepare_cached("DELETE FROM budget WHERE name = ?1")?.execute([name])? == 1)
    }
}
