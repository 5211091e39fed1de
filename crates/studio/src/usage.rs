//! What calls of models used: written down one by one, told in sums.
//!
//! Invariants
//! - Every call that a run makes is one record, wherever the model is; one that failed used nothing that anybody counted.
//! - A record says nothing of what was asked or answered.

use std::{future::Future, sync::Arc};

use quillhouse_domain::{BrandId, ModelId, RunId};
use quillhouse_egress::Context;
use quillhouse_llm::{
    ChatReply,
    routing::{
        Currency, Money, Route,
        usage::{UsageGroup, UsageRecord, UsageTotals, summarise},
    },
};
use quillhouse_store::UsageRecordRow;

use crate::{
    CommandError, Studio,
    cloud::{Choice, SharedChoice},
    views::provider::{CostView, UsageListParams, UsageListView, UsageView},
};

const DAY_MS: i64 = 86_400_000;

/// What a call is made for.
#[derive(Clone)]
pub(crate) struct CallFor {
    pub(crate) brand: BrandId,
    pub(crate) run: RunId,
    pub(crate) step: String,
    choice: SharedChoice,
}

tokio::task_local! {
    static CALL: CallFor;
}

impl CallFor {
    pub(crate) fn new(brand: BrandId, run: RunId, step: &str) -> Self {
        Self { brand, run, step: step.to_owned(), choice: Arc::new(Choice::default()) }
    }

    /// Does `work`; connections in it are written down as made for this, and so is the account that is chosen.
    pub(crate) async fn about<F: Future>(&self, work: F) -> F::Output {
        let context = Context { brand: Some(self.brand.to_string()), run: Some(self.run.to_string()), document: None };
        CALL.scope(self.clone(), quillhouse_egress::about(context, work)).await
    }

    /// Which account did it, when one had to be chosen.
    pub(crate) fn route(&self) -> Option<Route> {
        self.choice.get()
    }
}

/// Says which account the running call was given.
pub(crate) fn chosen(route: &Route) {
    // A call outside a run, such as an examination, has nobody to tell.
    let _ = CALL.try_with(|call| call.choice.set(route));
}

/// True when the call is made for a brand whose texts stay on this computer, as it is now: a run may have begun before.
pub(crate) async fn is_local_only(studio: &Studio) -> Result<bool, CommandError> {
    let Ok(brand) = CALL.try_with(|call| call.brand) else { return Ok(false) };
    Ok(studio.data().app().read(move |app| app.brands().get(brand)).await?.local_only)
}

/// A number that is the same whenever the same step of the same run asks.
pub(crate) fn turn() -> u64 {
    CALL.try_with(|call| {
        let hash = blake3::hash(format!("{} {}", call.run, call.step).as_bytes());
        u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap_or_default())
    })
    .unwrap_or_default()
}

/// Writes a call down.
pub(crate) async fn record(
    studio: &Studio,
    call: &CallFor,
    model: &ModelId,
    reply: &ChatReply,
) -> Result<(), CommandError> {
    let route = call.route();
    let provider = model.split().map_or("given", |(provider, _)| provider).to_owned();
    let row = UsageRecordRow {
        at_ms: studio.host().now_ms() - i64::try_from(reply.duration_ms).unwrap_or(0),
        brand: Some(call.brand),
        run: Some(call.run),
        step: Some(call.step.clone()),
        provider,
        account: route.as_ref().map(|route| route.account.to_string()),
        model: model.clone(),
        tokens_in: u64::from(reply.prompt_tokens),
        tokens_cached: u64::from(reply.reused_tokens),
        tokens_out: u64::from(reply.completion_tokens),
        duration_ms: reply.duration_ms,
        // On this computer nothing is paid; what an account elsewhere costs nobody has said.
        cost: if route.is_none() { Some((0, Currency::USD.as_str().to_owned())) } else { None },
    };
    Ok(studio.data().app().write(move |app| app.usage().append(&row)).await?)
}

fn told(row: UsageRecordRow) -> Option<UsageRecord> {
    Some(UsageRecord {
        at_ms: row.at_ms,
        brand: row.brand,
        run: row.run,
        step: row.step,
        provider: row.provider.parse().ok()?,
        account: row.account.and_then(|account| account.parse().ok()),
        model: row.model,
        tokens_in: row.tokens_in,
        tokens_cached: row.tokens_cached,
        tokens_out: row.tokens_out,
        duration_ms: row.duration_ms,
        cost: row.cost.and_then(|(micros, currency)| Some(Money { micros, currency: currency.parse().ok()? })),
    })
}

fn view(name: String, totals: &UsageTotals) -> UsageView {
    UsageView {
        name,
        calls: totals.calls as f64,
        tokens_in: totals.tokens_in as f64,
        tokens_cached: totals.tokens_cached as f64,
        tokens_out: totals.tokens_out as f64,
        seconds: totals.duration_ms as f64 / 1_000.0,
        costs: totals
            .cost_micros
            .iter()
            .map(|(currency, micros)| CostView {
                currency: currency.to_string(),
                text: Money { micros: *micros, currency: *currency }.to_string(),
            })
            .collect(),
        calls_without_cost: totals.calls_without_cost as f64,
    }
}

/// What calls used, in sums.
pub(crate) async fn list(studio: &Studio, params: UsageListParams) -> Result<UsageListView, CommandError> {
    let from_ms = params.days.map_or(0, |days| studio.host().now_ms() - i64::from(days) * DAY_MS);
    let (rows, brands, accounts) = studio
        .data()
        .app()
        .read(move |app| Ok((app.usage().since(from_ms)?, app.brands().list()?, app.providers().accounts()?)))
        .await?;
    let records: Vec<UsageRecord> = rows.into_iter().filter_map(told).collect();
    let name = |group: &UsageGroup| match group {
        UsageGroup::Step { step, .. } => step.clone().unwrap_or_default(),
        UsageGroup::Run { run } => run.map(|run| run.to_string()).unwrap_or_default(),
        // A brand that is gone keeps its id.
        UsageGroup::Brand { brand } => brand.map_or_else(String::new, |id| {
            brands.iter().find(|row| row.id == id).map_or_else(|| id.to_string(), |row| row.name.clone())
        }),
        UsageGroup::Provider { provider } => provider.to_string(),
        UsageGroup::Account { account } => account.as_ref().map_or_else(String::new, |id| {
            let row = accounts.iter().find(|row| row.id == id.as_str());
            row.map_or_else(|| id.to_string(), |row| row.label.clone())
        }),
        UsageGroup::Model { model } => model.to_string(),
        UsageGroup::Month { month } => month.to_string(),
    };
    let mut usage: Vec<UsageView> =
        summarise(&records, params.by, 0).iter().map(|(group, totals)| view(name(group), totals)).collect();
    let tokens = |view: &UsageView| view.tokens_in + view.tokens_out;
    usage.sort_by(|left, right| tokens(right).total_cmp(&tokens(left)).then_with(|| left.name.cmp(&right.name)));
    Ok(UsageListView { usage, total: view(String::new(), &UsageTotals::of(&records)) })
}
