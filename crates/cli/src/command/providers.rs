//! `quillhouse providers …`, `quillhouse ledger …`, `quillhouse usage`.

use std::io::{IsTerminal as _, Read as _};

use quillhouse_domain::{ErrorCode, ProviderKind};
use quillhouse_studio::{
    CommandError, Studio,
    views::{
        app::{DoneView, LedgerListView, NoParams, SettingView},
        provider::{AccountParams, ProviderListView, ProviderParams, ProviderTestView, UsageListView},
    },
};
use serde_json::{Value, json};

use super::{call, done};
use crate::{
    arguments::{LedgerCommand, ProvidersCommand, UsageArguments},
    show::{self, Ledger, Removed, Tests},
};

/// Longest key that is read; the studio says what a key is.
const MOST_KEY_BYTES: u64 = 4_096;

fn kind(name: &str) -> Result<ProviderKind, CommandError> {
    name.parse().map_err(|_| {
        let known = ProviderKind::ALL.map(ProviderKind::as_str).join(", ");
        CommandError::new(
            ErrorCode::InvalidInput,
            format!("There is no provider `{name}`; known are {known}. Nothing was changed"),
        )
    })
}

/// The key from standard input: a pipe, or what is typed after a question.
fn key_from_stdin() -> Result<String, CommandError> {
    if std::io::stdin().is_terminal() {
        eprintln!("Paste the key and press Enter, then Ctrl-D:");
    }
    let mut key = String::new();
    std::io::stdin().take(MOST_KEY_BYTES).read_to_string(&mut key).map_err(|error| {
        CommandError::invalid_input(format!("The key could not be read: {error}. Nothing was kept"))
    })?;
    Ok(key)
}

async fn changed(studio: &Studio, command: &str, payload: Value) -> Result<ProviderListView, CommandError> {
    serde_json::from_value(studio.call(command, payload).await?)
        .map_err(|error| CommandError::new(ErrorCode::Internal, format!("The answer is not understood: {error}")))
}

pub(crate) async fn run(studio: &Studio, command: ProvidersCommand, json: bool) -> Result<u8, CommandError> {
    let view = match command {
        ProvidersCommand::List => call(studio, "provider_list", NoParams {}).await?,
        ProvidersCommand::Add { provider, address, label, no_key } => {
            let kind = kind(&provider)?;
            let mut payload = json!({ "kind": kind, "address": address, "label": label });
            if !no_key {
                payload["key"] = json!(key_from_stdin()?);
            }
            changed(studio, "provider_add", payload).await?
        }
        ProvidersCommand::Agree { provider, take_back } => {
            let payload = json!({ "provider": kind(&provider)?, "agreed": !take_back });
            changed(studio, "provider_set", payload).await?
        }
        ProvidersCommand::Test { provider } => return test(studio, &provider, json).await,
        ProvidersCommand::Set { account, limit_tokens, off, on } => {
            let is_off = if off { Some(true) } else { on.then_some(false) };
            let mut payload = json!({ "account": account });
            if let Some(is_off) = is_off {
                payload["is_off"] = json!(is_off);
            }
            if let Some(limit) = limit_tokens {
                payload["limit_tokens"] = json!(limit as f64);
            }
            changed(studio, "account_set", payload).await?
        }
        ProvidersCommand::Remove { provider } => {
            let params = ProviderParams { provider: kind(&provider)? };
            let _: DoneView = call(studio, "provider_remove", params).await?;
            return Ok(done(&Removed { removed: provider }, json));
        }
    };
    Ok(done(&view, json))
}

async fn test(studio: &Studio, provider: &str, json: bool) -> Result<u8, CommandError> {
    let wanted = kind(provider)?;
    let view: ProviderListView = call(studio, "provider_list", NoParams {}).await?;
    let Some(found) = view.providers.into_iter().find(|known| known.id == wanted) else {
        return Err(CommandError::not_found("provider", provider));
    };
    let mut tests = Vec::new();
    for account in found.accounts {
        let test: ProviderTestView = call(studio, "account_test", AccountParams { account: account.id }).await?;
        tests.push(test);
    }
    let failed = tests.iter().any(|test| !test.ok);
    show::print(&Tests { tests }, json);
    Ok(u8::from(failed))
}

pub(crate) async fn ledger(studio: &Studio, command: LedgerCommand, json: bool) -> Result<u8, CommandError> {
    let sealed = match command {
        LedgerCommand::Show => {
            let view: LedgerListView = call(studio, "ledger_list", NoParams {}).await?;
            return Ok(done(&Ledger { entries: view.entries }, json));
        }
        LedgerCommand::Seal => true,
        LedgerCommand::Unseal => false,
    };
    let view: SettingView = call(studio, "setting_set", json!({ "key": "sealed", "value": sealed })).await?;
    Ok(done(&view, json))
}

pub(crate) async fn usage(studio: &Studio, arguments: UsageArguments, json: bool) -> Result<u8, CommandError> {
    let view: UsageListView = call(studio, "usage_list", arguments.params()).await?;
    Ok(done(&view, json))
}
