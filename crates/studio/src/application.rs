//! Status, settings and ledger.

use quillhouse_store::StoreError;

use crate::{
    CommandError, Studio, model,
    views::app::{
        AppStatusView, LedgerEntryView, LedgerListView, NoParams, PrivacyView, SettingGetParams, SettingSetParams,
        SettingView,
    },
};

/// Longest value of a setting, as JSON in bytes.
const SETTING_BYTES: usize = 64 * 1024;

/// Entries of the ledger that are shown.
const LEDGER_ENTRIES: u32 = 500;

pub(crate) async fn status(studio: &Studio, _: NoParams) -> Result<AppStatusView, CommandError> {
    let entries = studio.data().app().read(|app| app.ledger().list(LEDGER_ENTRIES)).await?;
    let mut hosts: Vec<String> = entries
        .into_iter()
        // An answer that broke, or never came, was asked for with something.
        .filter(|entry| !matches!(entry.outcome.as_str(), "refused" | "sealed" | "unreachable"))
        .filter(|entry| !is_this_computer(&entry.host))
        .map(|entry| entry.host)
        .collect();
    hosts.sort();
    hosts.dedup();
    Ok(AppStatusView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_folder: studio.data().path().display().to_string(),
        privacy: PrivacyView { sealed: studio.egress().policy().is_sealed(), hosts },
        engine: model::engine(studio).await,
    })
}

fn is_this_computer(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

pub(crate) async fn ledger_list(studio: &Studio, _: NoParams) -> Result<LedgerListView, CommandError> {
    let entries = studio.data().app().read(|app| app.ledger().list(LEDGER_ENTRIES)).await?;
    let entries = entries
        .into_iter()
        .map(|entry| LedgerEntryView {
            at: entry.at,
            host: entry.host,
            port: entry.port,
            purpose: entry.purpose,
            bytes_out: entry.bytes_out as f64,
            bytes_in: entry.bytes_in as f64,
            duration_ms: entry.duration_ms as f64,
            outcome: entry.outcome,
            address: entry.address,
            brand: entry.brand,
            run: entry.run,
            document: entry.document,
        })
        .collect();
    Ok(LedgerListView { entries })
}

fn checked_key(key: &str) -> Result<String, CommandError> {
    let valid = !key.is_empty()
        && key.len() <= 60
        && key.chars().all(|character| character.is_ascii_lowercase() || "_.".contains(character));
    if valid { Ok(key.to_owned()) } else { Err(CommandError::not_found("setting", key)) }
}

pub(crate) async fn setting_get(studio: &Studio, params: SettingGetParams) -> Result<SettingView, CommandError> {
    let key = checked_key(&params.key)?;
    let wanted = key.clone();
    let json = studio.data().app().read(move |app| app.settings().get(&wanted)).await?;
    let value = json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or(serde_json::Value::Null);
    Ok(SettingView { key, value })
}

pub(crate) async fn setting_set(studio: &Studio, params: SettingSetParams) -> Result<SettingView, CommandError> {
    let key = checked_key(&params.key)?;
    let json = params.value.to_string();
    if json.len() > SETTING_BYTES {
        return Err(CommandError::invalid_input(format!(
            "The setting `{key}` is {} bytes long; at most {SETTING_BYTES} are kept",
            json.len()
        )));
    }
    let (name, remove) = (key.clone(), params.value.is_null());
    studio
        .data()
        .app()
        .write(move |app| {
            if !remove {
                return app.settings().put(&name, &json);
            }
            match app.settings().delete(&name) {
                Err(StoreError::NotFound { .. }) | Ok(()) => Ok(()),
                Err(error) => Err(error),
            }
        })
        .await?;
    if key == "sealed" {
        let sealed = params.value == serde_json::Value::Bool(true);
        studio.egress().set_policy(studio.egress().policy().sealed(sealed));
    }
    Ok(SettingView { key, value: params.value })
}
