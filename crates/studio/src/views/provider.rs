//! Views of providers, their accounts, keys, and what calls used.
//!
//! A key comes in as a [`SecretParam`] and never goes out.

use std::fmt;

use quillhouse_domain::{ProviderKind, Secret};
pub use quillhouse_llm::routing::RefusalKind;
use quillhouse_llm::routing::{Health, Priority, usage::UsageBy};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::CommandError;

/// A key or passphrase on its way in: it can be read from a payload and neither printed nor written.
#[derive(Clone, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct SecretParam(String);

impl SecretParam {
    pub(crate) fn secret(&self) -> Secret<String> {
        Secret::new(self.0.clone())
    }
}

impl From<String> for SecretParam {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for SecretParam {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("<redacted>")
    }
}

/// Where keys are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlaceView {
    /// In the system's keychain.
    Keychain,
    /// In a file under a passphrase, because there is no keychain.
    Passphrase,
}

/// How the keys stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeysView {
    /// Where they are protected, or would be.
    pub place: KeyPlaceView,
    /// True when there are keys, or a passphrase was chosen for them.
    pub exists: bool,
    /// True when they can be used and changed now.
    pub unlocked: bool,
}

/// A provider that can be added.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ProviderKindView {
    /// Which.
    pub kind: ProviderKind,
    /// Its name for people.
    pub name: String,
    /// Where it answers; nothing when only the user can know.
    pub address: Option<String>,
}

/// An account at a provider.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AccountView {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// True when there is a key.
    pub has_key: bool,
    /// Turned off by the user.
    pub is_off: bool,
    /// Tokens it may use until the next reset; nothing without a limit.
    pub limit_tokens: Option<f64>,
    /// Tokens it used since the last reset; 0 without a limit.
    pub used_tokens: f64,
    /// When the allowance begins anew, RFC 3339 UTC.
    pub resets_at: Option<String>,
    /// Why the provider refused the last call.
    pub refusal: Option<RefusalKind>,
}

/// A model of a provider.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ProviderModelView {
    /// As runs name it.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Prompt and answer together, when the provider says it.
    pub context_tokens: Option<u32>,
}

/// A provider that was added.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ProviderView {
    /// Which.
    pub id: ProviderKind,
    /// Its name for people.
    pub name: String,
    /// Where it answers.
    pub address: String,
    /// The host that texts go to.
    pub host: String,
    /// True when it is on this computer, so that nothing leaves it.
    pub is_here: bool,
    /// Whether it comes first.
    pub priority: Priority,
    /// Calls at the same time.
    pub concurrency: u32,
    /// Turned off by the user.
    pub is_off: bool,
    /// When the user agreed to what is sent there, RFC 3339 UTC.
    pub agreed_at: Option<String>,
    /// What its last calls say.
    pub health: Health,
    /// True when keys and texts can be read on their way, because the address is not encrypted.
    pub is_readable: bool,
    /// Its accounts.
    pub accounts: Vec<AccountView>,
    /// Its models, as it listed them last.
    pub models: Vec<ProviderModelView>,
}

/// Providers and keys.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ProviderListView {
    /// Those that were added.
    pub providers: Vec<ProviderView>,
    /// Those there are.
    pub kinds: Vec<ProviderKindView>,
    /// How the keys stand.
    pub keys: KeysView,
}

/// Gives the passphrase.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KeysUnlockParams {
    /// At least ten characters when it is chosen.
    pub passphrase: SecretParam,
}

/// A new account, and its provider when that is new.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ProviderAddParams {
    /// Which.
    pub kind: ProviderKind,
    /// Where, unless it is the usual place.
    #[serde(default)]
    #[ts(optional)]
    pub address: Option<String>,
    /// The account's name for people.
    #[serde(default)]
    #[ts(optional)]
    pub label: Option<String>,
    /// Its key; some servers on this computer want none.
    #[serde(default)]
    #[ts(optional)]
    pub key: Option<SecretParam>,
}

/// Changes a provider; what is left out stays.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ProviderSetParams {
    /// Which.
    pub provider: ProviderKind,
    /// Whether it comes first.
    #[serde(default)]
    #[ts(optional)]
    pub priority: Option<Priority>,
    /// Calls at the same time, 1 to 64.
    #[serde(default)]
    #[ts(optional)]
    pub concurrency: Option<u32>,
    /// Whether it is turned off.
    #[serde(default)]
    #[ts(optional)]
    pub is_off: Option<bool>,
    /// True agrees to what is sent there, false takes that back.
    #[serde(default)]
    #[ts(optional)]
    pub agreed: Option<bool>,
}

/// Names a provider.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ProviderParams {
    /// Which.
    pub provider: ProviderKind,
}

/// Changes an account; what is left out stays.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AccountSetParams {
    /// Which.
    pub account: String,
    /// Its name for people.
    #[serde(default)]
    #[ts(optional)]
    pub label: Option<String>,
    /// Another key.
    #[serde(default)]
    #[ts(optional)]
    pub key: Option<SecretParam>,
    /// Whether it is turned off.
    #[serde(default)]
    #[ts(optional)]
    pub is_off: Option<bool>,
    /// Tokens it may use a month; 0 takes the limit away.
    #[serde(default)]
    #[ts(optional)]
    pub limit_tokens: Option<f64>,
}

/// Names an account.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AccountParams {
    /// Which.
    pub account: String,
}

/// What a test of an account found.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ProviderTestView {
    /// The account.
    pub account: String,
    /// True when address and key are good.
    pub ok: bool,
    /// From asking to the answer.
    pub latency_ms: f64,
    /// Models it may use.
    pub models: u32,
    /// What is wrong; nothing when all is well.
    pub problem: Option<CommandError>,
}

/// How what calls used is put together.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UsageListParams {
    /// One line each.
    pub by: UsageBy,
    /// Only calls of the last so many days.
    #[serde(default)]
    #[ts(optional)]
    pub days: Option<u32>,
}

/// An amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CostView {
    /// Three capital letters.
    pub currency: String,
    /// For people: `0.0004 USD`.
    pub text: String,
}

/// What some calls used.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct UsageView {
    /// What they have in common, as people know it.
    pub name: String,
    /// Calls.
    pub calls: f64,
    /// Tokens of the prompts.
    pub tokens_in: f64,
    /// Of them, those that did not have to be read again.
    pub tokens_cached: f64,
    /// Tokens of the answers.
    pub tokens_out: f64,
    /// How long they took together.
    pub seconds: f64,
    /// What they cost, by currency.
    pub costs: Vec<CostView>,
    /// Calls whose cost nobody knows: the costs are short of them.
    pub calls_without_cost: f64,
}

/// What calls used.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct UsageListView {
    /// The most used first.
    pub usage: Vec<UsageView>,
    /// All of it.
    pub total: UsageView,
}
