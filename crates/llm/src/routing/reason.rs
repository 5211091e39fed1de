//! Why a candidate was taken, passed over or refused: typed, with its numbers, and a sentence for each.

use std::fmt;

use quillhouse_domain::ModelId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    calendar::utc,
    money::{Currency, Money},
    provider::Competency,
};

/// One reason. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum RouteReason {
    /// Refused: the provider is turned off.
    ProviderOff,
    /// Refused: the provider cannot do it.
    LacksCompetency {
        /// What was wanted.
        competency: Competency,
    },
    /// Refused: none of the provider's models can do it.
    NoModelFor {
        /// What was wanted.
        competency: Competency,
    },
    /// Refused: the provider does not have the model that was asked for.
    OtherModelWanted {
        /// Which was asked for.
        wanted: ModelId,
    },
    /// Refused: the brand's texts stay on this machine.
    BrandLocalOnly,
    /// Refused: sealed mode.
    Sealed,
    /// Refused: the user has not yet seen and agreed to what is sent there.
    NotAgreed,
    /// Refused: there is no key.
    KeyMissing,
    /// Refused: the account is turned off.
    AccountDisabled,
    /// Refused: the provider does not answer.
    ProviderDown {
        /// Since when.
        #[ts(type = "number")]
        since_ms: i64,
        /// When it is asked again.
        #[ts(type = "number")]
        next_check_ms: i64,
    },
    /// Refused: the provider did not accept the key.
    KeyRefused {
        /// When.
        #[ts(type = "number")]
        at_ms: i64,
    },
    /// Refused: the provider wants to be paid first.
    PaymentNeeded {
        /// When it said so.
        #[ts(type = "number")]
        at_ms: i64,
    },
    /// Refused: the provider said that this account cannot use the model.
    ModelRefused {
        /// When.
        #[ts(type = "number")]
        at_ms: i64,
    },
    /// Refused: the provider wants to be left alone for a while.
    AskedToWait {
        /// How long.
        #[ts(type = "number")]
        until_ms: i64,
    },
    /// Refused: the account has fewer tokens left than the call needs.
    AllowanceTooSmall {
        /// Tokens of prompt and answer.
        #[ts(type = "number")]
        needed: u64,
        /// What is left, without what calls under way were promised.
        #[ts(type = "number")]
        left: u64,
        /// When the allowance begins anew.
        #[ts(type = "number | null")]
        resets_at_ms: Option<i64>,
    },
    /// Refused: prompt and answer do not fit.
    ContextTooSmall {
        /// Tokens of prompt and answer.
        #[ts(type = "number")]
        needed: u64,
        /// What fits.
        context_tokens: u32,
    },
    /// Refused: a budget would be exceeded.
    OverBudget {
        /// Its name.
        budget: String,
        /// What it allows.
        limit: Money,
        /// What is spent.
        spent: Money,
        /// What the call may cost.
        cost: Money,
    },
    /// Refused: a budget is to be kept, and nobody knows what the model costs.
    PriceUnknown {
        /// The budget's name.
        budget: String,
    },
    /// Refused: a budget is to be kept in another currency than the model is paid in.
    OtherCurrency {
        /// The budget's name.
        budget: String,
        /// In which it counts.
        budget_currency: Currency,
        /// In which the model is paid.
        price_currency: Currency,
    },
    /// Refused: this step was tried with it and failed.
    AlreadyTried,
    /// Passed over: a primary provider can take the call.
    SecondaryNotNeeded,
    /// Passed over: another has a better score.
    LowerScore {
        /// Its own, 0 to 1000.
        permille: u16,
        /// The best one.
        best_permille: u16,
    },
    /// Passed over: as good as the chosen one, but busier.
    Busier {
        /// Part of its capacity in use, 0 to 1000 and more when calls wait.
        load_permille: u32,
        /// That of the chosen one.
        chosen_permille: u32,
    },
    /// Passed over: as good and as busy as the chosen one; this time it was the other's turn.
    OtherTurn,
    /// Chosen: the only one that can.
    OnlyOne,
    /// Chosen: no primary provider can take the call.
    NoPrimaryLeft,
    /// Chosen: it has the best score.
    BestScore {
        /// 0 to 1000.
        permille: u16,
    },
    /// Chosen: among nearly equal ones it has the least to do.
    LeastBusy {
        /// Part of its capacity in use, 0 to 1000 and more when calls wait.
        load_permille: u32,
        /// How many were nearly equal.
        among: u32,
    },
    /// Chosen: among equal ones it was its turn.
    ItsTurn {
        /// How many were equal.
        among: u32,
    },
    /// Note: the user named this model.
    ModelNamed,
    /// Note: the provider failed lately, which halves its score.
    ProviderDegraded {
        /// Since when.
        #[ts(type = "number")]
        since_ms: i64,
    },
    /// Note: the provider was not asked yet, which takes a tenth of its score.
    ProviderUnknown,
    /// Note: the model's quality was not measured here and counts as middling.
    QualityUnmeasured,
    /// Note: the model's speed was not measured here and counts as middling.
    SpeedUnmeasured,
    /// Note: nobody has said what the model costs; it counts as middling.
    PriceNotGiven,
    /// Note: a budget is nearly used up.
    BudgetNearlySpent {
        /// Its name.
        budget: String,
        /// Spent with this call, in hundredths of the budget.
        percent: u32,
    },
}

impl RouteReason {
    /// True for reasons that keep an account from being used.
    pub const fn refuses(&self) -> bool {
        match self {
            Self::ProviderOff
            | Self::LacksCompetency { .. }
            | Self::NoModelFor { .. }
            | Self::OtherModelWanted { .. }
            | Self::BrandLocalOnly
            | Self::Sealed
            | Self::NotAgreed
            | Self::KeyMissing
            | Self::AccountDisabled
            | Self::ProviderDown { .. }
            | Self::KeyRefused { .. }
            | Self::PaymentNeeded { .. }
            | Self::ModelRefused { .. }
            | Self::AskedToWait { .. }
            | Self::AllowanceTooSmall { .. }
            | Self::ContextTooSmall { .. }
            | Self::OverBudget { .. }
            | Self::PriceUnknown { .. }
            | Self::OtherCurrency { .. }
            | Self::AlreadyTried => true,
            Self::SecondaryNotNeeded
            | Self::LowerScore { .. }
            | Self::Busier { .. }
            | Self::OtherTurn
            | Self::OnlyOne
            | Self::NoPrimaryLeft
            | Self::BestScore { .. }
            | Self::LeastBusy { .. }
            | Self::ItsTurn { .. }
            | Self::ModelNamed
            | Self::ProviderDegraded { .. }
            | Self::ProviderUnknown
            | Self::QualityUnmeasured
            | Self::SpeedUnmeasured
            | Self::PriceNotGiven
            | Self::BudgetNearlySpent { .. } => false,
        }
    }

    /// When a refusal ends by itself; none for those that somebody has to lift.
    pub const fn ends_at_ms(&self) -> Option<i64> {
        match self {
            Self::ProviderDown { next_check_ms, .. } => Some(*next_check_ms),
            Self::AskedToWait { until_ms } => Some(*until_ms),
            Self::AllowanceTooSmall { resets_at_ms, .. } => *resets_at_ms,
            _ => None,
        }
    }
}

impl fmt::Display for RouteReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fixed = match self {
            Self::ProviderOff => "The provider is turned off",
            Self::BrandLocalOnly => "This brand's texts stay on this machine",
            Self::Sealed => "Sealed mode is on",
            Self::NotAgreed => "Nobody has agreed yet to what is sent to this provider",
            Self::KeyMissing => "There is no key for this account",
            Self::AccountDisabled => "The account is turned off",
            Self::AlreadyTried => "This step was tried with it and failed",
            Self::SecondaryNotNeeded => "A primary provider can take the call",
            Self::OtherTurn => "As good as the chosen one; this time it was the other's turn",
            Self::OnlyOne => "The only one that can take the call",
            Self::NoPrimaryLeft => "No primary provider can take the call",
            Self::ModelNamed => "The model was named by the user",
            Self::ProviderUnknown => "The provider was not asked yet, which takes a tenth of its score",
            Self::QualityUnmeasured => "The quality of the model was not measured yet and counts as middling",
            Self::SpeedUnmeasured => "The speed of the model was not measured yet and counts as middling",
            Self::PriceNotGiven => "The price of the model is not known and counts as middling",
            _ => return self.with_numbers(formatter),
        };
        formatter.write_str(fixed)
    }
}

impl RouteReason {
    fn with_numbers(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LacksCompetency { competency } => write!(to, "The provider does not offer {competency}"),
            Self::NoModelFor { competency } => write!(to, "None of the provider's models offers {competency}"),
            Self::OtherModelWanted { wanted } => write!(to, "The model `{wanted}` was asked for"),
            Self::ProviderDown { since_ms, next_check_ms } => write!(
                to,
                "The provider has not answered since {}; it is asked again at {}",
                utc(*since_ms),
                utc(*next_check_ms)
            ),
            Self::KeyRefused { at_ms } => write!(to, "The provider refused the key at {}", utc(*at_ms)),
            Self::PaymentNeeded { at_ms } => {
                write!(to, "The provider wants the account to be paid since {}", utc(*at_ms))
            }
            Self::ModelRefused { at_ms } => {
                write!(to, "The provider said at {} that this account cannot use the model", utc(*at_ms))
            }
            Self::AskedToWait { until_ms } => write!(to, "The provider wants no calls until {}", utc(*until_ms)),
            Self::AllowanceTooSmall { needed, left, resets_at_ms } => {
                write!(to, "The call needs {needed} tokens and the account has {left} left")?;
                match resets_at_ms {
                    Some(at_ms) => write!(to, "; it begins anew at {}", utc(*at_ms)),
                    None => Ok(()),
                }
            }
            Self::ContextTooSmall { needed, context_tokens } => {
                write!(to, "The call needs {needed} tokens and the model takes {context_tokens} at once")
            }
            Self::OverBudget { budget, limit, spent, cost } => write!(
                to,
                "The call may cost {cost}, and of the budget `{budget}` of {limit} {spent} are spent or promised"
            ),
            Self::PriceUnknown { budget } => {
                write!(to, "The budget `{budget}` is to be kept, and the price of the model is not known")
            }
            Self::OtherCurrency { budget, budget_currency, price_currency } => write!(
                to,
                "The budget `{budget}` counts in {budget_currency} and the model is paid in {price_currency}"
            ),
            Self::LowerScore { permille, best_permille } => {
                write!(to, "Its score is {permille}, the best one {best_permille}")
            }
            Self::Busier { load_permille, chosen_permille } => write!(
                to,
                "As good as the chosen one, but busier ({} % against {} %)",
                load_permille / 10,
                chosen_permille / 10
            ),
            Self::BestScore { permille } => write!(to, "The best score: {permille}"),
            Self::LeastBusy { load_permille, among } => {
                write!(to, "The least busy ({} %) of {among} that are nearly equal", load_permille / 10)
            }
            Self::ItsTurn { among } => write!(to, "Its turn among {among} that are equal"),
            Self::ProviderDegraded { since_ms } => {
                write!(to, "The provider has failed since {}, which halves its score", utc(*since_ms))
            }
            Self::BudgetNearlySpent { budget, percent } => {
                write!(to, "With this call {percent} % of the budget `{budget}` are spent")
            }
            Self::ProviderOff
            | Self::BrandLocalOnly
            | Self::Sealed
            | Self::NotAgreed
            | Self::KeyMissing
            | Self::AccountDisabled
            | Self::AlreadyTried
            | Self::SecondaryNotNeeded
            | Self::OtherTurn
            | Self::OnlyOne
            | Self::NoPrimaryLeft
            | Self::ModelNamed
            | Self::ProviderUnknown
            | Self::QualityUnmeasured
            | Self::SpeedUnmeasured
            | Self::PriceNotGiven => Ok(()),
        }
    }
}
