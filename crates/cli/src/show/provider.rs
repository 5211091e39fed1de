//! Providers, what calls used, and the ledger on a terminal.

use quillhouse_studio::views::{
    app::{LedgerEntryView, SettingView},
    provider::{
        KeyPlaceView, KeysView, ProviderListView, ProviderTestView, ProviderView, RefusalKind, UsageListView, UsageView,
    },
};
use serde::Serialize;

use super::Show;

/// What the tests of a provider's accounts found.
#[derive(Debug, Serialize)]
pub(crate) struct Tests {
    pub(crate) tests: Vec<ProviderTestView>,
}

/// Connections, the newest first.
#[derive(Debug, Serialize)]
pub(crate) struct Ledger {
    pub(crate) entries: Vec<LedgerEntryView>,
}

fn keys(view: KeysView) -> &'static str {
    match (view.place, view.exists, view.unlocked) {
        (KeyPlaceView::Keychain, ..) => "Keys are protected by the system's keychain",
        (KeyPlaceView::Passphrase, _, true) => {
            "There is no keychain; keys are sealed under a passphrase, which was given"
        }
        (KeyPlaceView::Passphrase, true, false) => {
            "There is no keychain; keys are sealed under a passphrase. Give it as QUILLHOUSE_PASSPHRASE to use them"
        }
        (KeyPlaceView::Passphrase, false, false) => {
            "There is no keychain; choose a passphrase and give it as QUILLHOUSE_PASSPHRASE to keep keys"
        }
    }
}

const fn refusal(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::Key => "The provider did not accept the key",
        RefusalKind::Payment => "The provider wants to be paid first",
        RefusalKind::TooMany => "The provider takes no more calls for now",
        RefusalKind::Overloaded => "The provider has no room for now",
        RefusalKind::NoSuchModel => "The account cannot use the model",
    }
}

fn provider(view: &ProviderView) -> Vec<String> {
    let agreed = if view.is_here {
        "on this computer, nothing leaves it".to_owned()
    } else if let Some(at) = &view.agreed_at {
        format!("texts may be sent to {} since {at}", view.host)
    } else {
        format!(
            "nothing is sent to {} before you agree: briefs, passages of documents and the brand kit would be. \
             `quillhouse providers agree {}`",
            view.host, view.id
        )
    };
    let off = if view.is_off { ", off" } else { "" };
    let mut lines = vec![format!("{}  {}{off}", view.id, view.address), format!("  {agreed}")];
    if view.is_readable {
        lines.push(format!(
            "  {} is reached without encryption: others in the network can read key and texts",
            view.host
        ));
    }
    for account in &view.accounts {
        let key = if account.has_key { "key kept" } else { "no key" };
        let allowance = account
            .limit_tokens
            .map_or_else(String::new, |limit| format!(", {:.0} of {limit:.0} tokens used", account.used_tokens));
        let off = if account.is_off { ", off" } else { "" };
        lines.push(format!("  account {}  {}  {key}{allowance}{off}", account.id, account.label));
        lines.extend(account.refusal.map(|kind| format!("    {}", refusal(kind))));
    }
    lines.extend(view.models.iter().map(|model| format!("  {}", model.id)));
    lines
}

impl Show for ProviderListView {
    fn lines(&self) -> String {
        let mut lines: Vec<String> = self.providers.iter().flat_map(provider).collect();
        if self.providers.is_empty() {
            let kinds: Vec<String> = self.kinds.iter().map(|kind| kind.kind.to_string()).collect();
            lines.push(format!(
                "No provider was added, so nothing leaves this computer. There are {}",
                kinds.join(", ")
            ));
        }
        lines.push(keys(self.keys).to_owned());
        lines.join("\n")
    }
}

impl Show for Tests {
    fn lines(&self) -> String {
        let told = |test: &ProviderTestView| match &test.problem {
            Some(problem) => format!("{}: {}", test.account, problem.message),
            None => format!("{}: good, {:.0} ms, {} models", test.account, test.latency_ms, test.models),
        };
        if self.tests.is_empty() {
            return "There is no account to test".to_owned();
        }
        self.tests.iter().map(told).collect::<Vec<_>>().join("\n")
    }
}

impl Show for Ledger {
    fn lines(&self) -> String {
        if self.entries.is_empty() {
            return "Nothing was ever connected to".to_owned();
        }
        let told = |entry: &LedgerEntryView| {
            format!(
                "{}  {}:{}  {}  {:.0} bytes out, {:.0} in, {:.0} ms  {}",
                entry.at,
                entry.host,
                entry.port,
                entry.purpose.replace('_', " "),
                entry.bytes_out,
                entry.bytes_in,
                entry.duration_ms,
                entry.outcome
            )
        };
        self.entries.iter().map(told).collect::<Vec<_>>().join("\n")
    }
}

impl Show for SettingView {
    fn lines(&self) -> String {
        match (self.key.as_str(), self.value.as_bool()) {
            ("sealed", Some(true)) => "Sealed: nothing but this computer can be reached".to_owned(),
            ("sealed", _) => "Not sealed: providers that were added can be reached".to_owned(),
            (key, _) => format!("{key}: {}", self.value),
        }
    }
}

fn usage(view: &UsageView, name: &str) -> String {
    let costs: Vec<&str> = view.costs.iter().map(|cost| cost.text.as_str()).collect();
    let unknown = if view.calls_without_cost > 0.0 {
        format!(", the cost of {:.0} calls is not known", view.calls_without_cost)
    } else {
        String::new()
    };
    format!(
        "{name:<32} {:>6.0} calls  {:>9.0} tokens in ({:.0} reused)  {:>8.0} out  {:>8.1} s  {}{unknown}",
        view.calls,
        view.tokens_in,
        view.tokens_cached,
        view.tokens_out,
        view.seconds,
        costs.join(" + ")
    )
}

impl Show for UsageListView {
    fn lines(&self) -> String {
        let mut lines: Vec<String> = self.usage.iter().map(|view| usage(view, &view.name)).collect();
        lines.push(usage(&self.total, "Altogether"));
        lines.join("\n")
    }
}
