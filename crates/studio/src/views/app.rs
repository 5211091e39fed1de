//! Views of the application itself: status, settings, ledger, doctor.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::views::model::EngineView;

/// Nothing to say.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

/// Done, and nothing to tell.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
pub struct DoneView {}

/// What the privacy light shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PrivacyView {
    /// True when everything but this computer is blocked.
    pub sealed: bool,
    /// Hosts beyond this computer that were reached, each once.
    pub hosts: Vec<String>,
}

/// The state of the application.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AppStatusView {
    /// Version of the program.
    pub version: String,
    /// Where everything lives.
    pub data_folder: String,
    /// The privacy light.
    pub privacy: PrivacyView,
    /// The engine that would write now.
    pub engine: EngineView,
}

/// One connection that was made or refused.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LedgerEntryView {
    /// When.
    pub at: String,
    /// Host as it was asked for.
    pub host: String,
    /// Port.
    pub port: u16,
    /// What for.
    pub purpose: String,
    /// Bytes sent.
    pub bytes_out: f64,
    /// Bytes received.
    pub bytes_in: f64,
    /// How long it took.
    pub duration_ms: f64,
    /// What came of it, in a word.
    pub outcome: String,
}

/// The newest entries of the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LedgerListView {
    /// Newest first.
    pub entries: Vec<LedgerEntryView>,
}

/// Names a setting.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SettingGetParams {
    /// Its name, `theme`.
    pub key: String,
}

/// Sets a setting.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SettingSetParams {
    /// Its name.
    pub key: String,
    /// Its value; `null` removes it.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
}

/// A setting.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SettingView {
    /// Its name.
    pub key: String,
    /// Its value, `null` when it was never set.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
}

/// How an examination came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Works, with a limit that is named.
    Attention,
    /// Does not work; the note says what to do.
    Wrong,
}

/// One thing the doctor looked at.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DoctorCheckView {
    /// What was looked at: `machine`, `data folder`, `embedder`, `model`, `ollama`, `keychain`, `parse worker`,
    /// `network`, `languages`.
    pub name: String,
    /// How it came out.
    pub verdict: Verdict,
    /// A plain sentence.
    pub note: String,
}

/// What the doctor found.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DoctorView {
    /// The worst of all.
    pub verdict: Verdict,
    /// One by one.
    pub checks: Vec<DoctorCheckView>,
}
