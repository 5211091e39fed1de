//! What was stored of providers, as routing decides by it and as people see it.
//!
//! Invariants
//! - A provider elsewhere is one that nothing is sent to before the user agreed; whether it is elsewhere is judged by its host
//!   as the egress judges it.
//! - Values that another version of the program wrote are read as their beginnings, never guessed.

use std::collections::{BTreeMap, BTreeSet};

use quillhouse_domain::{ProviderKind, Secret};
use quillhouse_llm::{
    CloudProvider,
    routing::{
        Account, AccountId, Allowance, Competency, KeyState, Measures, Priority, Provider, ProviderHealth, ProviderId,
        Reach, Refusal, Registry, RoutedModel,
    },
};
use quillhouse_store::{AccountRow, ProviderModelRow, ProviderRow};

use super::{client, is_here, told, with_secrets};
use crate::{
    CommandError, Studio,
    views::provider::{AccountView, ProviderModelView, ProviderView},
};

/// Context of a model whose provider does not say it, in tokens: what every current one has at least.
pub(crate) const USUAL_CONTEXT_TOKENS: u32 = 32_768;
/// Everything that the writing agents ask for.
const COMPETENCIES: [Competency; 3] = [Competency::Text, Competency::Seo, Competency::Research];

/// Everything that was stored of providers, of one moment.
pub(crate) struct Known {
    pub(crate) providers: Vec<ProviderRow>,
    pub(crate) accounts: Vec<AccountRow>,
    pub(crate) models: Vec<ProviderModelRow>,
    /// Accounts with a key.
    pub(super) keys: BTreeSet<String>,
}

/// Calls that are under way and the tokens that were promised to them, by account.
pub(crate) type UnderWay = BTreeMap<String, (u32, u64)>;

pub(crate) async fn known(studio: &Studio) -> Result<Known, CommandError> {
    let (providers, accounts, models) = studio
        .data()
        .app()
        .read(|app| Ok((app.providers().list()?, app.providers().accounts()?, app.providers().models()?)))
        .await?;
    let keys = if accounts.is_empty() {
        BTreeSet::new()
    } else {
        with_secrets(studio, |secrets| Ok(secrets.names()?.into_iter().collect())).await?
    };
    Ok(Known { providers, accounts, models, keys })
}

pub(super) const fn stored(priority: Priority) -> &'static str {
    match priority {
        Priority::Primary => "primary",
        Priority::Secondary => "secondary",
    }
}

/// An unknown word is of a newer program; what is doubtful comes last.
pub(super) fn priority(row: &ProviderRow) -> Priority {
    if row.priority == stored(Priority::Primary) { Priority::Primary } else { Priority::Secondary }
}

fn provider_id(kind: ProviderKind) -> ProviderId {
    kind.as_str().parse().expect("BUG: a kind is a plain word")
}

impl Known {
    pub(crate) fn provider(&self, kind: ProviderKind) -> Option<&ProviderRow> {
        self.providers.iter().find(|row| row.id == kind)
    }

    pub(super) fn account(&self, id: &str) -> Result<&AccountRow, CommandError> {
        self.accounts.iter().find(|row| row.id == id).ok_or_else(|| CommandError::not_found("account", id))
    }

    pub(super) fn allowance(account: &AccountRow, now_ms: i64) -> Allowance {
        told(&account.allowance_json, Allowance::Unlimited).at(now_ms)
    }

    /// What routing decides by. A named model that the provider did not list is there as well: lists are often incomplete.
    pub(crate) fn registry(
        &self,
        wanted: Option<(ProviderKind, &str)>,
        under_way: &UnderWay,
        now_ms: i64,
    ) -> Result<Registry, CommandError> {
        let mut registry = Registry::default();
        for row in &self.providers {
            let base = CloudProvider::address(row.id, row.address.as_deref())?;
            let agreed_at_ms = row.agreed_at.as_deref().and_then(|at| at.parse::<jiff::Timestamp>().ok());
            registry.providers.push(Provider {
                id: provider_id(row.id),
                name: row.id.name().to_owned(),
                reach: if is_here(base.host_str().unwrap_or_default()) {
                    Reach::ThisMachine
                } else {
                    Reach::Elsewhere { agreed_at_ms: agreed_at_ms.map(jiff::Timestamp::as_millisecond) }
                },
                competencies: COMPETENCIES.into(),
                priority: priority(row),
                health: told(&row.health_json, ProviderHealth::unknown(now_ms)),
                concurrency: row.concurrency,
                off: row.is_off,
            });
        }
        for row in &self.accounts {
            let Ok(id) = row.id.parse::<AccountId>() else { continue };
            let (calls_under_way, reserved_tokens) = under_way.get(&row.id).copied().unwrap_or_default();
            let key = if self.keys.contains(&row.id) {
                KeyState::Present
            } else if row.provider == ProviderKind::OpenAiCompatible {
                KeyState::NotNeeded
            } else {
                KeyState::Missing
            };
            registry.accounts.push(Account {
                id,
                provider: provider_id(row.provider),
                label: row.label.clone(),
                key,
                allowance: Self::allowance(row, now_ms),
                reserved_tokens,
                calls_under_way,
                disabled: row.is_off,
                refusal: row.refusal_json.as_deref().and_then(|json| serde_json::from_str(json).ok()),
            });
        }
        let listed = self.models.iter().map(|row| (row.provider, row.name.as_str(), row.context_tokens));
        let named = wanted
            .filter(|(kind, name)| !self.models.iter().any(|row| row.provider == *kind && row.name == *name))
            .map(|(kind, name)| (kind, name, None));
        for (kind, name, context_tokens) in listed.chain(named) {
            let Ok(id) = format!("{kind}/{name}").parse() else { continue };
            registry.models.push(RoutedModel {
                id,
                provider: provider_id(kind),
                competencies: COMPETENCIES.into(),
                context_tokens: context_tokens.unwrap_or(USUAL_CONTEXT_TOKENS),
                measures: Measures::default(),
                price: None,
            });
        }
        Ok(registry)
    }

    fn account_view(&self, row: &AccountRow, studio: &Studio) -> AccountView {
        let allowance = Self::allowance(row, studio.host().now_ms());
        let (limit_tokens, used_tokens, resets_at) = match allowance {
            Allowance::Unlimited => (None, 0.0, None),
            Allowance::Limited { tokens, used, reset } => {
                let at = reset.map(|reset| studio.host().written(reset.at_ms));
                (Some(tokens as f64), used as f64, at)
            }
        };
        let refusal: Option<Refusal> = row.refusal_json.as_deref().and_then(|json| serde_json::from_str(json).ok());
        AccountView {
            id: row.id.clone(),
            label: row.label.clone(),
            has_key: self.keys.contains(&row.id),
            is_off: row.is_off,
            limit_tokens,
            used_tokens,
            resets_at,
            refusal: refusal.map(|refusal| refusal.kind),
        }
    }

    pub(super) fn view(&self, row: &ProviderRow, studio: &Studio) -> Result<ProviderView, CommandError> {
        let client = client(studio, row, Secret::new(String::new()))?;
        let base = CloudProvider::address(row.id, row.address.as_deref())?;
        let health: ProviderHealth = told(&row.health_json, ProviderHealth::unknown(0));
        Ok(ProviderView {
            id: row.id,
            name: row.id.name().to_owned(),
            address: base.to_string(),
            host: client.host().to_owned(),
            is_here: is_here(client.host()),
            priority: priority(row),
            concurrency: row.concurrency,
            is_off: row.is_off,
            agreed_at: row.agreed_at.clone(),
            health: health.health,
            is_readable: client.warning().is_some(),
            accounts: self
                .accounts
                .iter()
                .filter(|account| account.provider == row.id)
                .map(|account| self.account_view(account, studio))
                .collect(),
            models: self
                .models
                .iter()
                .filter(|model| model.provider == row.id)
                .map(|model| ProviderModelView {
                    id: format!("{}/{}", model.provider, model.name),
                    name: model.title.clone().unwrap_or_else(|| model.name.clone()),
                    context_tokens: model.context_tokens,
                })
                .collect(),
        })
    }
}
