//! Tables `provider`, `account` and `provider_model`: who else may run models, by which accounts, and which models they have.
//!
//! What routing decides by is JSON here, because only `llm` knows its rules; keys are nowhere in the database.

use quillhouse_domain::ProviderKind;
use rusqlite::{Row, named_params};

use crate::{StoreError, columns::Text, table::table_handles};

/// A provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRow {
    /// Which; there is one of a kind.
    pub id: ProviderKind,
    /// Where, unless it is its usual place.
    pub address: Option<String>,
    /// `primary` or `secondary`.
    pub priority: String,
    /// Calls at the same time that it takes.
    pub concurrency: u32,
    /// Turned off by the user.
    pub is_off: bool,
    /// When the user agreed to what is sent there, RFC 3339 UTC.
    pub agreed_at: Option<String>,
    /// What health checks say.
    pub health_json: String,
    /// RFC 3339 UTC.
    pub added_at: String,
}

/// An account at a provider, without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id, under which the key is kept.
    pub id: String,
    /// Whose.
    pub provider: ProviderKind,
    /// Its name for people, 1 to 80 characters.
    pub label: String,
    /// Tokens it may use.
    pub allowance_json: String,
    /// What the provider refused last.
    pub refusal_json: Option<String>,
    /// Turned off by the user.
    pub is_off: bool,
    /// RFC 3339 UTC.
    pub added_at: String,
}

/// A model of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderModelRow {
    /// Whose.
    pub provider: ProviderKind,
    /// The provider's name of it.
    pub name: String,
    /// The name for people, when there is another one.
    pub title: Option<String>,
    /// Prompt and answer together, when the provider says it.
    pub context_tokens: Option<u32>,
    /// What the user says it costs.
    pub price_json: Option<String>,
}

impl ProviderRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, Text<ProviderKind>>("id")?.0,
            address: row.get("address")?,
            priority: row.get("priority")?,
            concurrency: row.get("concurrency")?,
            is_off: row.get("is_off")?,
            agreed_at: row.get("agreed_at")?,
            health_json: row.get("health_json")?,
            added_at: row.get("added_at")?,
        })
    }
}

impl AccountRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            provider: row.get::<_, Text<ProviderKind>>("provider")?.0,
            label: row.get("label")?,
            allowance_json: row.get("allowance_json")?,
            refusal_json: row.get("refusal_json")?,
            is_off: row.get("is_off")?,
            added_at: row.get("added_at")?,
        })
    }
}

impl ProviderModelRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            provider: row.get::<_, Text<ProviderKind>>("provider")?.0,
            name: row.get("name")?,
            title: row.get("title")?,
            context_tokens: row.get("context_tokens")?,
            price_json: row.get("price_json")?,
        })
    }
}

table_handles! {
    /// Reads providers with their accounts and models.
    ProviderReader,
    /// Writes them.
    ProviderWriter
}

impl ProviderReader<'_> {
    /// All providers, in the order in which they were added.
    pub fn list(&self) -> Result<Vec<ProviderRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM provider ORDER BY added_at, id")?;
        let rows = statement.query_map([], ProviderRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All accounts, in the order in which they were added.
    pub fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM account ORDER BY added_at, id")?;
        let rows = statement.query_map([], AccountRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All models, by provider and name.
    pub fn models(&self) -> Result<Vec<ProviderModelRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM provider_model ORDER BY provider, name")?;
        let rows = statement.query_map([], ProviderModelRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl ProviderWriter<'_> {
    /// Stores a provider in place of the former one of its kind.
    pub fn put(&mut self, row: &ProviderRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO provider (id, address, priority, concurrency, is_off, agreed_at, health_json, added_at)
                 VALUES (:id, :address, :priority, :concurrency, :is_off, :agreed_at, :health_json, :added_at)
                 ON CONFLICT (id) DO UPDATE SET
                     address = excluded.address, priority = excluded.priority, concurrency = excluded.concurrency,
                     is_off = excluded.is_off, agreed_at = excluded.agreed_at, health_json = excluded.health_json",
            )?
            .execute(named_params! {
                ":id": Text(row.id),
                ":address": row.address,
                ":priority": row.priority,
                ":concurrency": row.concurrency,
                ":is_off": row.is_off,
                ":agreed_at": row.agreed_at,
                ":health_json": row.health_json,
                ":added_at": row.added_at,
            })?;
        Ok(())
    }

    /// Deletes a provider with its accounts and models; false when there is none.
    pub fn delete(&mut self, id: ProviderKind) -> Result<bool, StoreError> {
        Ok(self.connection.prepare_cached("DELETE FROM provider WHERE id = ?1")?.execute([Text(id)])? == 1)
    }

    /// Stores an account in place of the former one of its id.
    pub fn put_account(&mut self, row: &AccountRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO account (id, provider, label, allowance_json, refusal_json, is_off, added_at)
                 VALUES (:id, :provider, :label, :allowance_json, :refusal_json, :is_off, :added_at)
                 ON CONFLICT (id) DO UPDATE SET
                     label = excluded.label, allowance_json = excluded.allowance_json,
                     refusal_json = excluded.refusal_json, is_off = excluded.is_off",
            )?
            .execute(named_params! {
                ":id": row.id,
                ":provider": Text(row.provider),
                ":label": row.label,
                ":allowance_json": row.allowance_json,
                ":refusal_json": row.refusal_json,
                ":is_off": row.is_off,
                ":added_at": row.added_at,
            })?;
        Ok(())
    }

    /// Deletes an account; false when there is none.
    pub fn delete_account(&mut self, id: &str) -> Result<bool, StoreError> {
        Ok(self.connection.prepare_cached("DELETE FROM account WHERE id = ?1")?.execute([id])? == 1)
    }

    /// Replaces the models of a provider by what it lists now; what the user said about prices stays.
    pub fn set_models(&mut self, provider: ProviderKind, models: &[ProviderModelRow]) -> Result<(), StoreError> {
        let prices: Vec<(String, String)> = self
            .models()?
            .into_iter()
            .filter(|model| model.provider == provider)
            .filter_map(|model| Some((model.name, model.price_json?)))
            .collect();
        self.connection.prepare_cached("DELETE FROM provider_model WHERE provider = ?1")?.execute([Text(provider)])?;
        for model in models {
            let kept = prices.iter().find(|(name, _)| *name == model.name).map(|(_, price)| price);
            self.connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO provider_model (provider, name, title, context_tokens, price_json)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute((
                    Text(provider),
                    &model.name,
                    &model.title,
                    model.context_tokens,
                    model.price_json.as_ref().or(kept),
                ))?;
        }
        Ok(())
    }
}
