//! Budgets: what may be spent, when to warn, and when to stop.
//!
//! A budget that stops is kept even against ignorance: a call whose cost is not known, or is in another currency, is refused.

use quillhouse_domain::{BrandId, RunId};
use serde::{Deserialize, Serialize};

use super::{
    calendar::{local_day, month_of},
    ids::ProviderId,
    money::Money,
    reason::RouteReason,
    usage::UsageRecord,
};

/// Whose spending counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum BudgetScope {
    /// All of it.
    Everything,
    /// One brand's.
    Brand {
        /// Which.
        brand: BrandId,
    },
    /// What goes to one provider.
    Provider {
        /// Which.
        provider: ProviderId,
    },
    /// Each run for itself: a cap.
    EachRun,
}

impl BudgetScope {
    /// True when calls to that provider count.
    pub fn covers_provider(&self, provider: &ProviderId) -> bool {
        match self {
            Self::Provider { provider: counted } => counted == provider,
            Self::Everything | Self::Brand { .. } | Self::EachRun => true,
        }
    }
}

/// Over which time spending counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum BudgetPeriod {
    /// The day of the place.
    Day,
    /// The month of the place.
    Month,
    /// Ever since; what a cap for each run has.
    Ever,
}

/// What may be spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Its name for people.
    pub name: String,
    /// Whose spending.
    pub scope: BudgetScope,
    /// Over which time.
    pub period: BudgetPeriod,
    /// How much.
    pub limit: Money,
    /// From which share of it to warn, in hundredths; 100 and more never warns before the limit.
    pub warn_percent: u8,
    /// True when no call may exceed it; false when it only warns.
    pub stops: bool,
}

/// A budget and what was spent of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetStanding {
    /// Which.
    pub budget: Budget,
    /// Spent, and promised to calls that are under way, in micro-units of the budget's currency.
    pub spent_micros: u64,
    /// Calls in the period whose cost is not known or is in another currency: the sum is short of them.
    pub uncounted_calls: u32,
}

/// What a budget says to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BudgetVerdict {
    /// Nothing.
    Within,
    /// It may be made; the user is told.
    Warns(RouteReason),
    /// It may not be made.
    Stops(RouteReason),
}

/// Where and when a budget is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetView {
    /// The run that wants to spend; only its own spending counts for a cap of each run.
    pub run: Option<RunId>,
    /// Now, in milliseconds since 1970.
    pub now_ms: i64,
    /// How far clocks are ahead of UTC here, for days and months.
    pub offset_minutes: i32,
}

impl Budget {
    /// True when a call for that brand falls under it, whoever does it.
    pub fn covers(&self, brand: Option<BrandId>) -> bool {
        match &self.scope {
            BudgetScope::Brand { brand: counted } => brand == Some(*counted),
            BudgetScope::Everything | BudgetScope::Provider { .. } | BudgetScope::EachRun => true,
        }
    }

    /// Adds up what was spent of it.
    pub fn standing<'a>(&self, records: impl IntoIterator<Item = &'a UsageRecord>, view: BudgetView) -> BudgetStanding {
        let mut standing = BudgetStanding { budget: self.clone(), spent_micros: 0, uncounted_calls: 0 };
        for record in records.into_iter().filter(|record| self.counts(record, view)) {
            match record.cost {
                Some(cost) if cost.micros == 0 => {}
                Some(cost) if cost.currency == self.limit.currency => {
                    standing.spent_micros = standing.spent_micros.saturating_add(cost.micros);
                }
                Some(_) | None => standing.uncounted_calls = standing.uncounted_calls.saturating_add(1),
            }
        }
        standing
    }

    fn counts(&self, record: &UsageRecord, view: BudgetView) -> bool {
        let of_scope = match &self.scope {
            BudgetScope::Everything => true,
            BudgetScope::Brand { brand } => record.brand == Some(*brand),
            BudgetScope::Provider { provider } => record.provider == *provider,
            BudgetScope::EachRun => record.run.is_some() && record.run == view.run,
        };
        let (now_ms, offset) = (view.now_ms, view.offset_minutes);
        of_scope
            && match self.period {
                BudgetPeriod::Ever => true,
                BudgetPeriod::Day => local_day(record.at_ms, offset) == local_day(now_ms, offset),
                BudgetPeriod::Month => month_of(record.at_ms, offset) == month_of(now_ms, offset),
            }
    }
}

impl BudgetStanding {
    /// Spent, in hundredths of the limit; a limit of nothing is spent at once.
    pub fn percent(&self) -> u32 {
        self.percent_of(self.spent_micros)
    }

    fn percent_of(&self, micros: u64) -> u32 {
        let limit = self.budget.limit.micros;
        if limit == 0 {
            return 100;
        }
        let percent = u128::from(micros) * 100 / u128::from(limit);
        u32::try_from(percent).unwrap_or(u32::MAX)
    }

    /// What it says to a call that may cost so much; none when the cost is not known. A call that costs nothing is always
    /// within, and need not be asked about.
    pub fn verdict(&self, cost: Option<Money>) -> BudgetVerdict {
        let budget = &self.budget;
        let name = || budget.name.clone();
        let cost = match cost {
            Some(cost) if cost.micros == 0 => return BudgetVerdict::Within,
            Some(cost) if cost.currency == budget.limit.currency => cost,
            Some(_) | None if !budget.stops => return BudgetVerdict::Within,
            Some(cost) => {
                return BudgetVerdict::Stops(RouteReason::OtherCurrency {
                    budget: name(),
                    budget_currency: budget.limit.currency,
                    price_currency: cost.currency,
                });
            }
            None => return BudgetVerdict::Stops(RouteReason::PriceUnknown { budget: name() }),
        };
        let after = self.spent_micros.saturating_add(cost.micros);
        if budget.stops && after > budget.limit.micros {
            let spent = Money { micros: self.spent_micros, currency: budget.limit.currency };
            return BudgetVerdict::Stops(RouteReason::OverBudget { budget: name(), limit: budget.limit, spent, cost });
        }
        let percent = self.percent_of(after);
        if percent >= u32::from(budget.warn_percent) {
            return BudgetVerdict::Warns(RouteReason::BudgetNearlySpent { budget: name(), percent });
        }
        BudgetVerdict::Within
    }
}
