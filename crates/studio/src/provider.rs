//! Providers of models beyond this program: added, tested, agreed to, changed, removed; and what routing decides by.
//!
//! Invariants
//! - A provider is off until it was added, and nothing of a brand is sent to one elsewhere before the user agreed.
//! - The hosts that may be reached are those of the providers that were added and are not turned off.
//! - A key goes from the payload to the sealed file and from there to its provider, and nowhere else.

mod known;

use std::collections::BTreeSet;

use quillhouse_domain::{ProviderKind, Secret};
use quillhouse_egress::Policy;
use quillhouse_llm::{
    CancelToken, CloudProvider,
    catalogue::Catalogue,
    routing::{Allowance, AllowanceReset, Health, Priority, ProviderHealth, Refusal, ResetEvery},
};
use quillhouse_store::{AccountRow, ProviderModelRow, ProviderRow};
use serde::{Serialize, de::DeserializeOwned};

use known::stored;
pub(crate) use known::{Known, USUAL_CONTEXT_TOKENS, UnderWay, known};

use crate::{
    CommandError, ErrorReason, Studio,
    secrets::{KeyPlace, Secrets},
    views::{
        app::{DoneView, NoParams},
        provider::{
            AccountParams, AccountSetParams, KeyPlaceView, KeysUnlockParams, KeysView, ProviderAddParams,
            ProviderKindView, ProviderListView, ProviderParams, ProviderSetParams, ProviderTestView,
        },
    },
};

/// Longest key; providers' keys have 40 to 200 characters.
const KEY_CHARACTERS: usize = 1_000;
/// Longest label of an account; the schema checks the same.
const LABEL_CHARACTERS: usize = 80;
/// Calls at the same time that a provider takes until the user says otherwise.
const USUAL_CONCURRENCY: u32 = 2;
const MOST_CONCURRENCY: u32 = 64;
/// From setting a limit to its first reset.
const MONTH_MS: i64 = 30 * 86_400_000;

fn json<T: Serialize>(value: &T) -> Result<String, CommandError> {
    serde_json::to_string(value).map_err(|error| CommandError::internal(&error))
}

/// What was stored, or its beginning when an older program wrote something else.
fn told<T: DeserializeOwned>(json: &str, beginning: T) -> T {
    serde_json::from_str(json).unwrap_or(beginning)
}

/// Works with the keys where it may wait for the system.
pub(crate) async fn with_secrets<T: Send + 'static>(
    studio: &Studio,
    work: impl FnOnce(&Secrets) -> Result<T, CommandError> + Send + 'static,
) -> Result<T, CommandError> {
    let studio = studio.clone();
    tokio::task::spawn_blocking(move || work(studio.secrets())).await.map_err(|error| CommandError::internal(&error))?
}

/// True when the provider is on this computer, as the egress sees it.
pub(crate) fn is_here(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

fn client(studio: &Studio, row: &ProviderRow, key: Secret<String>) -> Result<CloudProvider, CommandError> {
    let base = CloudProvider::address(row.id, row.address.as_deref())?;
    Ok(CloudProvider::new(row.id, base, key, studio.egress()))
}

/// The provider with an account's key; servers that want none get an empty one.
pub(crate) async fn client_of(
    studio: &Studio,
    row: &ProviderRow,
    account: &str,
) -> Result<CloudProvider, CommandError> {
    let wanted = account.to_owned();
    let key = with_secrets(studio, move |secrets| secrets.get(&wanted)).await?;
    client(studio, row, key.unwrap_or_else(|| Secret::new(String::new())))
}

/// Allows the hosts of the providers there are, those of models while one is downloaded, and no others.
pub(crate) async fn allow_hosts(studio: &Studio) -> Result<(), CommandError> {
    let providers = studio.data().app().read(|app| app.providers().list()).await?;
    let mut policy = Policy::loopback_only().sealed(studio.egress().policy().is_sealed());
    for row in providers.iter().filter(|row| !row.is_off) {
        if let Ok(base) = CloudProvider::address(row.id, row.address.as_deref()) {
            policy = policy.allow(base.host_str().unwrap_or_default());
        }
    }
    if studio.fetching(0) > 0
        && let Some(hub) = Catalogue::built_in().hub_at
    {
        policy = policy.allow(hub.address.host_str().unwrap_or_default());
        policy = hub.hosts.iter().fold(policy, |policy, host| policy.allow(host));
    }
    studio.egress().set_policy(policy);
    Ok(())
}

async fn keys(studio: &Studio) -> Result<KeysView, CommandError> {
    let state = with_secrets(studio, Secrets::state).await?;
    let place = match state.place {
        KeyPlace::Keychain => KeyPlaceView::Keychain,
        KeyPlace::Passphrase => KeyPlaceView::Passphrase,
    };
    Ok(KeysView { place, exists: state.exists, unlocked: state.unlocked })
}

pub(crate) async fn list(studio: &Studio, _: NoParams) -> Result<ProviderListView, CommandError> {
    let known = known(studio).await?;
    let providers = known.providers.iter().map(|row| known.view(row, studio)).collect::<Result<_, _>>()?;
    let kinds = ProviderKind::ALL
        .into_iter()
        .map(|kind| ProviderKindView {
            kind,
            name: kind.name().to_owned(),
            address: kind.default_base().map(str::to_owned),
        })
        .collect();
    Ok(ProviderListView { providers, kinds, keys: keys(studio).await? })
}

pub(crate) async fn unlock(studio: &Studio, params: KeysUnlockParams) -> Result<KeysView, CommandError> {
    let passphrase = params.passphrase.secret();
    with_secrets(studio, move |secrets| secrets.unlock(&passphrase)).await?;
    keys(studio).await
}

fn checked_label(label: &str) -> Result<String, CommandError> {
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    if label.is_empty() || label.chars().count() > LABEL_CHARACTERS {
        return Err(CommandError::invalid_input(format!("An account's label has 1 to {LABEL_CHARACTERS} characters"))
            .because(ErrorReason::LabelLength { limit: LABEL_CHARACTERS as u32 }));
    }
    Ok(label)
}

fn checked_key(key: &Secret<String>) -> Result<Secret<String>, CommandError> {
    // Keys are pasted, often with the line end.
    let text = key.expose().trim();
    let fits = !text.is_empty()
        && text.chars().count() <= KEY_CHARACTERS
        && text.chars().all(|character| character.is_ascii_graphic());
    if fits {
        return Ok(Secret::new(text.to_owned()));
    }
    Err(CommandError::invalid_input("This is no key. Nothing was kept; paste the key as the provider shows it")
        .because(ErrorReason::KeyShape))
}

/// An address that the provider can be reached at, `None` for its usual one.
fn checked_address(kind: ProviderKind, address: Option<&str>) -> Result<Option<String>, CommandError> {
    let address = address.map(str::trim).filter(|address| !address.is_empty());
    let base = CloudProvider::address(kind, address)
        .map_err(|error| CommandError::invalid_input(error.to_string()).because(ErrorReason::ProviderAddress))?;
    Ok(address.map(|_| base.to_string()))
}

/// A name for a new account that no other has.
fn fresh(kind: ProviderKind, accounts: &[AccountRow], keys: &BTreeSet<String>) -> String {
    let taken = |id: &String| accounts.iter().any(|row| row.id == *id) || keys.contains(id);
    let mut names = (1_u32..).map(|number| format!("{kind}-{number}"));
    names.find(|id| !taken(id)).unwrap_or_else(|| kind.to_string())
}

pub(crate) async fn add(studio: &Studio, params: ProviderAddParams) -> Result<ProviderListView, CommandError> {
    let kind = params.kind;
    let address = checked_address(kind, params.address.as_deref())?;
    let key = params.key.as_ref().map(|key| checked_key(&key.secret())).transpose()?;
    if key.is_none() && kind != ProviderKind::OpenAiCompatible {
        return Err(CommandError::invalid_input(format!("{} wants a key. Nothing was kept", kind.name()))
            .because(ErrorReason::KeyShape));
    }
    let known = known(studio).await?;
    let id = fresh(kind, &known.accounts, &known.keys);
    let label = checked_label(params.label.as_deref().unwrap_or(kind.name()))?;
    if let Some(key) = key {
        // Before the account, so that an account without its key is never shown as if it had one.
        let name = id.clone();
        with_secrets(studio, move |secrets| secrets.put(&name, &key)).await?;
    }
    let (now, now_ms) = (studio.host().now(), studio.host().now_ms());
    let former = known.provider(kind).cloned();
    let moved = former.as_ref().is_some_and(|row| address.is_some() && row.address != address);
    let row = match former {
        Some(row) => ProviderRow {
            address: if moved { address } else { row.address },
            // What was agreed to was another place.
            agreed_at: row.agreed_at.filter(|_| !moved),
            ..row
        },
        None => ProviderRow {
            id: kind,
            address,
            priority: stored(Priority::Primary).to_owned(),
            concurrency: USUAL_CONCURRENCY,
            is_off: false,
            agreed_at: None,
            health_json: json(&ProviderHealth::unknown(now_ms))?,
            added_at: now.clone(),
        },
    };
    let account = AccountRow {
        id,
        provider: kind,
        label,
        allowance_json: json(&Allowance::Unlimited)?,
        refusal_json: None,
        is_off: false,
        added_at: now,
    };
    studio
        .data()
        .app()
        .write(move |app| {
            app.providers().put(&row)?;
            app.providers().put_account(&account)
        })
        .await?;
    changed(studio).await
}

/// After a change: hosts, and models that were opened with what was before.
async fn changed(studio: &Studio) -> Result<ProviderListView, CommandError> {
    allow_hosts(studio).await?;
    list(studio, NoParams {}).await
}

async fn provider_row(studio: &Studio, kind: ProviderKind) -> Result<ProviderRow, CommandError> {
    let rows = studio.data().app().read(|app| app.providers().list()).await?;
    rows.into_iter().find(|row| row.id == kind).ok_or_else(|| CommandError::not_found("provider", kind.as_str()))
}

pub(crate) async fn set(studio: &Studio, params: ProviderSetParams) -> Result<ProviderListView, CommandError> {
    let mut row = provider_row(studio, params.provider).await?;
    if let Some(priority) = params.priority {
        stored(priority).clone_into(&mut row.priority);
    }
    if let Some(concurrency) = params.concurrency {
        row.concurrency = concurrency.clamp(1, MOST_CONCURRENCY);
    }
    if let Some(is_off) = params.is_off {
        row.is_off = is_off;
    }
    if let Some(agreed) = params.agreed {
        row.agreed_at = agreed.then(|| studio.host().now());
    }
    studio.data().app().write(move |app| app.providers().put(&row)).await?;
    changed(studio).await
}

pub(crate) async fn remove(studio: &Studio, params: ProviderParams) -> Result<DoneView, CommandError> {
    let known = known(studio).await?;
    if known.provider(params.provider).is_none() {
        return Err(CommandError::not_found("provider", params.provider.as_str()));
    }
    let accounts: Vec<String> =
        known.accounts.iter().filter(|row| row.provider == params.provider).map(|row| row.id.clone()).collect();
    with_secrets(studio, move |secrets| accounts.iter().try_for_each(|id| secrets.remove(id))).await?;
    studio.data().app().write(move |app| app.providers().delete(params.provider).map(drop)).await?;
    allow_hosts(studio).await?;
    Ok(DoneView {})
}

pub(crate) async fn account_set(studio: &Studio, params: AccountSetParams) -> Result<ProviderListView, CommandError> {
    let known = known(studio).await?;
    let mut row = known.account(&params.account)?.clone();
    if let Some(label) = &params.label {
        row.label = checked_label(label)?;
    }
    if let Some(is_off) = params.is_off {
        row.is_off = is_off;
    }
    if let Some(limit) = params.limit_tokens {
        row.allowance_json = json(&limited(&row, limit, studio.host().now_ms()))?;
    }
    if let Some(key) = &params.key {
        let (key, id) = (checked_key(&key.secret())?, row.id.clone());
        with_secrets(studio, move |secrets| secrets.put(&id, &key)).await?;
        row.refusal_json = None;
    }
    studio.data().app().write(move |app| app.providers().put_account(&row)).await?;
    changed(studio).await
}

/// An allowance of so many tokens a month that keeps what was used; none for zero.
fn limited(row: &AccountRow, tokens: f64, now_ms: i64) -> Allowance {
    if !tokens.is_finite() || tokens < 1.0 {
        return Allowance::Unlimited;
    }
    let (used, reset) = match Known::allowance(row, now_ms) {
        Allowance::Limited { used, reset, .. } => (used, reset),
        Allowance::Unlimited => (0, None),
    };
    let reset = reset.unwrap_or_else(|| AllowanceReset::new(now_ms + MONTH_MS, ResetEvery::Month));
    Allowance::Limited { tokens: tokens as u64, used, reset: Some(reset) }
}

pub(crate) async fn account_remove(studio: &Studio, params: AccountParams) -> Result<ProviderListView, CommandError> {
    let known = known(studio).await?;
    let id = known.account(&params.account)?.id.clone();
    let name = id.clone();
    with_secrets(studio, move |secrets| secrets.remove(&name)).await?;
    studio.data().app().write(move |app| app.providers().delete_account(&id).map(drop)).await?;
    changed(studio).await
}

/// Proves an account's key and address, and keeps the list of models. Nothing of a brand is sent.
pub(crate) async fn test(studio: &Studio, params: AccountParams) -> Result<ProviderTestView, CommandError> {
    let known = known(studio).await?;
    let account = known.account(&params.account)?.clone();
    let mut row = provider_row(studio, account.provider).await?;
    let client = client_of(studio, &row, &account.id).await?;
    let cancel = CancelToken::new();
    let found = match client.test(&cancel).await {
        Ok(test) => client.models(&cancel).await.map(|models| (test, models)),
        Err(error) => Err(error),
    };
    let now_ms = studio.host().now_ms();
    let health: ProviderHealth = told(&row.health_json, ProviderHealth::unknown(now_ms));
    // A refusal is an answer: somebody is there.
    let answered = match &found {
        Ok(_) => true,
        Err(error) => crate::cloud::refusal_of(error, None, now_ms).is_some(),
    };
    row.health_json = json(&health.after(answered, now_ms))?;
    let mut account_row = account.clone();
    let (view, models) = match found {
        Ok((test, models)) => {
            account_row.refusal_json = None;
            let view = ProviderTestView {
                account: account.id.clone(),
                ok: true,
                latency_ms: test.latency_ms as f64,
                models: models.len() as u32,
                problem: None,
            };
            (view, Some(models))
        }
        Err(error) => {
            let view = ProviderTestView {
                account: account.id.clone(),
                ok: false,
                latency_ms: 0.0,
                models: 0,
                problem: Some(error.clone().into()),
            };
            if let Some(refusal) = crate::cloud::refusal_of(&error, None, now_ms) {
                account_row.refusal_json = Some(json(&refusal)?);
            }
            (view, None)
        }
    };
    let models: Option<Vec<ProviderModelRow>> = models.map(|models| {
        models
            .into_iter()
            .map(|model| ProviderModelRow {
                provider: account.provider,
                name: model.name,
                title: model.title,
                context_tokens: model.context_tokens.filter(|tokens| *tokens > 0),
                price_json: None,
            })
            .collect()
    });
    studio
        .data()
        .app()
        .write(move |app| {
            app.providers().put(&row)?;
            app.providers().put_account(&account_row)?;
            match models {
                Some(models) => app.providers().set_models(account_row.provider, &models),
                None => Ok(()),
            }
        })
        .await?;
    Ok(view)
}

/// Writes down how a call went, for the next choice: what the account used or was refused, and whether the provider answered.
pub(crate) async fn remember(
    studio: &Studio,
    account: &str,
    used_tokens: u64,
    refusal: Option<Refusal>,
    answered: bool,
) -> Result<(), CommandError> {
    let (account, now_ms) = (account.to_owned(), studio.host().now_ms());
    let refusal_json = refusal.as_ref().map(json).transpose()?;
    studio
        .data()
        .app()
        .write(move |app| {
            let Some(mut row) = app.providers().accounts()?.into_iter().find(|row| row.id == account) else {
                return Ok(());
            };
            let allowance = Known::allowance(&row, now_ms).spend(used_tokens, now_ms);
            row.allowance_json = serde_json::to_string(&allowance).unwrap_or(row.allowance_json);
            row.refusal_json = refusal_json;
            app.providers().put_account(&row)?;
            let Some(mut provider) = app.providers().list()?.into_iter().find(|known| known.id == row.provider) else {
                return Ok(());
            };
            let health: ProviderHealth = told(&provider.health_json, ProviderHealth::unknown(now_ms));
            let after = health.after(answered, now_ms);
            // An answer after an answer is not worth a write.
            if after.health != health.health || after.failures != health.failures || health.health == Health::Unknown {
                provider.health_json = serde_json::to_string(&after).unwrap_or(provider.health_json);
                app.providers().put(&provider)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}
