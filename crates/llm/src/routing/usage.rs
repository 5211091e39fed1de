//! Usage: one record for each call, and sums by step, run, brand, provider and month.

use std::collections::BTreeMap;

use quillhouse_domain::{BrandId, ModelId, RunId};
use serde::{Deserialize, Serialize};

use super::{
    calendar::{Month, month_of},
    ids::{AccountId, ProviderId},
    money::{Currency, Money, Price},
};

/// One call that was made, answered or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageRecord {
    /// When it began, in milliseconds since 1970.
    pub at_ms: i64,
    /// For which brand; none for examinations of a model.
    pub brand: Option<BrandId>,
    /// For which run.
    pub run: Option<RunId>,
    /// For which step of the run.
    pub step: Option<String>,
    /// Who did it.
    pub provider: ProviderId,
    /// Whose allowance it used; none for one that was removed.
    pub account: Option<AccountId>,
    /// With which model.
    pub model: ModelId,
    /// Tokens of the prompt, those that were kept included.
    pub tokens_in: u64,
    /// Tokens of the prompt that did not have to be read again.
    pub tokens_cached: u64,
    /// Tokens of the answer, thinking included.
    pub tokens_out: u64,
    /// How long it took.
    pub duration_ms: u64,
    /// What it cost; none when nobody knows. Zero on this machine.
    pub cost: Option<Money>,
}

impl UsageRecord {
    /// What the call cost at that price, from the tokens that the provider counted.
    pub fn cost_at(&self, price: &Price) -> Money {
        price.cost(self.tokens_in, self.tokens_cached, self.tokens_out)
    }
}

/// Sums.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UsageTotals {
    /// Calls.
    pub calls: u64,
    /// Tokens of the prompts.
    pub tokens_in: u64,
    /// Of them, those that did not have to be read again.
    pub tokens_cached: u64,
    /// Tokens of the answers.
    pub tokens_out: u64,
    /// How long the calls took together; calls at the same time count each.
    pub duration_ms: u64,
    /// What they cost, by currency, in micro-units. A currency in which nothing was spent is not listed.
    pub cost_micros: BTreeMap<Currency, u64>,
    /// Calls whose cost is not known: the costs are short of them.
    pub calls_without_cost: u64,
}

impl UsageTotals {
    /// Adds a call.
    pub fn add(&mut self, record: &UsageRecord) {
        self.calls += 1;
        self.tokens_in = self.tokens_in.saturating_add(record.tokens_in);
        self.tokens_cached = self.tokens_cached.saturating_add(record.tokens_cached);
        self.tokens_out = self.tokens_out.saturating_add(record.tokens_out);
        self.duration_ms = self.duration_ms.saturating_add(record.duration_ms);
        match record.cost {
            Some(cost) if cost.micros > 0 => {
                let sum = self.cost_micros.entry(cost.currency).or_default();
                *sum = sum.saturating_add(cost.micros);
            }
            Some(_) => {}
            None => self.calls_without_cost += 1,
        }
    }

    /// The sum of calls.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a UsageRecord>) -> Self {
        let mut totals = Self::default();
        records.into_iter().for_each(|record| totals.add(record));
        totals
    }
}

/// By what to sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum UsageBy {
    /// Each step of each run.
    Step,
    /// Each run.
    Run,
    /// Each brand.
    Brand,
    /// Each provider.
    Provider,
    /// Each account.
    Account,
    /// Each model.
    Model,
    /// Each month.
    Month,
}

/// What a sum is about; calls that belong to none of the kind are together under the one with `None`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum UsageGroup {
    /// A step.
    Step {
        /// Its run.
        run: Option<RunId>,
        /// Its name.
        step: Option<String>,
    },
    /// A run.
    Run {
        /// Which.
        run: Option<RunId>,
    },
    /// A brand.
    Brand {
        /// Which.
        brand: Option<BrandId>,
    },
    /// A provider.
    Provider {
        /// Which.
        provider: ProviderId,
    },
    /// An account.
    Account {
        /// Which.
        account: Option<AccountId>,
    },
    /// A model.
    Model {
        /// Which.
        model: ModelId,
    },
    /// A month.
    Month {
        /// Which.
        month: Month,
    },
}

/// Sums by group, in the order of the groups. Months are those of a place whose clocks are so many minutes ahead of UTC.
pub fn summarise<'a>(
    records: impl IntoIterator<Item = &'a UsageRecord>,
    by: UsageBy,
    offset_minutes: i32,
) -> Vec<(UsageGroup, UsageTotals)> {
    let mut sums: BTreeMap<UsageGroup, UsageTotals> = BTreeMap::new();
    for record in records {
        let group = match by {
            UsageBy::Step => UsageGroup::Step { run: record.run, step: record.step.clone() },
            UsageBy::Run => UsageGroup::Run { run: record.run },
            UsageBy::Brand => UsageGroup::Brand { brand: record.brand },
            UsageBy::Provider => UsageGroup::Provider { provider: record.provider.clone() },
            UsageBy::Account => UsageGroup::Account { account: record.account.clone() },
            UsageBy::Model => UsageGroup::Model { model: record.model.clone() },
            UsageBy::Month => UsageGroup::Month { month: month_of(record.at_ms, offset_minutes) },
        };
        sums.entry(group).or_default().add(record);
    }
    sums.into_iter().collect()
}
