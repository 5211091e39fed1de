//! Accounts: whose key and token allowance a call uses, and what the provider said last.

use quillhouse_domain::ModelId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    calendar::{DAY_MS, civil, day_of, days_in},
    ids::{AccountId, ProviderId},
};

/// How often an allowance begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ResetEvery {
    /// Every day.
    Day,
    /// Every seven days.
    Week,
    /// Every month, on the same day; on the last one of months that are shorter.
    Month,
}

/// When an allowance begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AllowanceReset {
    /// The next time, in milliseconds since 1970.
    pub at_ms: i64,
    /// Day of the month on which it was set, 1 to 31, for months that are shorter in between.
    pub day_of_month: u8,
    /// How often.
    pub every: ResetEvery,
}

impl AllowanceReset {
    /// The first at `at_ms`, then every day, week or month (counted in UTC).
    pub const fn new(at_ms: i64, every: ResetEvery) -> Self {
        let (_, _, day_of_month) = civil(at_ms.div_euclid(DAY_MS));
        Self { at_ms, day_of_month, every }
    }

    /// The first reset after `now_ms`.
    fn after(self, now_ms: i64) -> Self {
        if now_ms < self.at_ms {
            return self;
        }
        let at_ms = match self.every {
            ResetEvery::Day | ResetEvery::Week => {
                let step = if self.every == ResetEvery::Day { DAY_MS } else { 7 * DAY_MS };
                let steps = now_ms.saturating_sub(self.at_ms) / step + 1;
                self.at_ms.saturating_add(steps.saturating_mul(step))
            }
            ResetEvery::Month => self.month_after(now_ms),
        };
        Self { at_ms, ..self }
    }

    fn month_after(self, now_ms: i64) -> i64 {
        let of_day = self.at_ms.rem_euclid(DAY_MS);
        let (mut year, mut month, _) = civil(now_ms.div_euclid(DAY_MS));
        loop {
            let day = self.day_of_month.clamp(1, days_in(year, month));
            let at_ms = day_of(year, month, day) * DAY_MS + of_day;
            if at_ms > now_ms {
                return at_ms;
            }
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        }
    }
}

/// The tokens an account may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Allowance {
    /// As many as one likes.
    Unlimited,
    /// A number of them.
    Limited {
        /// Altogether, prompts and answers.
        tokens: u64,
        /// Used since the last reset.
        used: u64,
        /// When it begins anew; never, when none.
        reset: Option<AllowanceReset>,
    },
}

impl Allowance {
    /// As it stands at `now_ms`: after a reset nothing is used, and the next reset lies ahead. Write it back before adding
    /// what a call used.
    #[must_use]
    pub fn at(self, now_ms: i64) -> Self {
        match self {
            Self::Limited { tokens, reset: Some(reset), .. } if now_ms >= reset.at_ms => {
                Self::Limited { tokens, used: 0, reset: Some(reset.after(now_ms)) }
            }
            other => other,
        }
    }

    /// After a call used so many tokens at `now_ms`.
    #[must_use]
    pub fn spend(self, used_tokens: u64, now_ms: i64) -> Self {
        match self.at(now_ms) {
            Self::Limited { tokens, used, reset } => {
                Self::Limited { tokens, used: used.saturating_add(used_tokens), reset }
            }
            Self::Unlimited => Self::Unlimited,
        }
    }

    /// Tokens that are left at `now_ms`; none when there is no limit.
    pub fn left(self, now_ms: i64) -> Option<u64> {
        match self.at(now_ms) {
            Self::Unlimited => None,
            Self::Limited { tokens, used, .. } => Some(tokens.saturating_sub(used)),
        }
    }
}

/// Whether there is a key. The key itself is never here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// The provider wants none.
    NotNeeded,
    /// It is in the keychain or the sealed file.
    Present,
    /// It is not.
    Missing,
}

/// Why a provider refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// 401, 403: the key is not accepted.
    Key,
    /// 402, or an exhausted balance: somebody has to pay.
    Payment,
    /// 429: too many calls or tokens.
    TooMany,
    /// 503, 529: the provider has no room.
    Overloaded,
    /// 404 for one model: this account cannot use it.
    NoSuchModel,
}

/// How long an account is left alone when the provider gives no time, in milliseconds.
const USUAL_WAIT_MS: i64 = 60_000;

/// What the provider refused last; removed by the next call that succeeds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Why.
    pub kind: RefusalKind,
    /// When it may be asked again (`Retry-After`).
    pub retry_at_ms: Option<i64>,
    /// For which model; all of them when none.
    pub model: Option<ModelId>,
}

impl Refusal {
    /// When the account may be used again: never by itself for a key, a payment or a missing model.
    pub fn until_ms(&self) -> Option<i64> {
        match self.kind {
            RefusalKind::Key | RefusalKind::Payment | RefusalKind::NoSuchModel => None,
            RefusalKind::TooMany | RefusalKind::Overloaded => {
                Some(self.retry_at_ms.unwrap_or_else(|| self.at_ms.saturating_add(USUAL_WAIT_MS)))
            }
        }
    }
}

/// An account at a provider. Providers on this machine have one without key and limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Where.
    pub provider: ProviderId,
    /// Its name for people.
    pub label: String,
    /// Whether there is a key.
    pub key: KeyState,
    /// What it may use.
    pub allowance: Allowance,
    /// Tokens promised to calls that are under way: they count as used.
    pub reserved_tokens: u64,
    /// Calls that are under way.
    pub calls_under_way: u32,
    /// Turned off by the user.
    pub disabled: bool,
    /// What the provider refused last.
    pub refusal: Option<Refusal>,
}

impl Account {
    /// One without key, limit and history.
    pub fn unlimited(id: AccountId, provider: ProviderId, label: impl Into<String>) -> Self {
        Self {
            id,
            provider,
            label: label.into(),
            key: KeyState::NotNeeded,
            allowance: Allowance::Unlimited,
            reserved_tokens: 0,
            calls_under_way: 0,
            disabled: false,
            refusal: None,
        }
    }

    /// Tokens that a new call may use at `now_ms`; none when there is no limit.
    pub fn free_tokens(&self, now_ms: i64) -> Option<u64> {
        self.allowance.left(now_ms).map(|left| left.saturating_sub(self.reserved_tokens))
    }
}
