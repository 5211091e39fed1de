//! Who does a call: providers, their accounts and models, what they may and can, and the choice between them.
//!
//! Invariants
//! - Everything here is a pure function of what is stored and the time that is passed in: no IO, no clock, no randomness.
//!   After a restart the same rows give the same decisions.
//! - A route never uses an account without the competency or the allowance, a disabled one, one of a provider that is down,
//!   or one outside this machine when the brand is local-only or the application sealed.
//! - Every candidate has at least one typed reason, the chosen one and the refused ones alike.
//!
//! The order of the decision (source document 001): competency, then allowance for the estimated tokens, then the secondary
//! providers when no primary one is left, then the efficiency score with load balancing among those that are nearly equal.
//! The queue ([`queue`]) stands beside it and not in the workflow crate, because what it decides by — concurrency, pauses and
//! refusals of providers — is known here; the workflow only knows steps.

mod account;
pub mod budget;
mod calendar;
mod decide;
mod ids;
mod money;
mod profile;
mod provider;
pub mod queue;
mod reason;
mod retry;
mod score;
pub mod usage;

pub use account::{Account, Allowance, AllowanceReset, KeyState, Refusal, RefusalKind, ResetEvery};
pub use budget::{Budget, BudgetPeriod, BudgetScope, BudgetStanding, BudgetVerdict};
pub use calendar::{Month, month_of};
pub use decide::{Candidate, Decision, NoRoute, Registry, Route, RouteRequest, TokenEstimate, route};
pub use ids::{AccountId, ProviderId, RoutingIdError};
pub use money::{Currency, CurrencyError, Money, Price};
pub use profile::{Profile, ProfileName};
pub use provider::{
    Competency, DEGRADED_AFTER, DOWN_AFTER, Health, Measures, Priority, Provider, ProviderHealth, Reach, RoutedModel,
};
pub use reason::RouteReason;
pub use retry::{Failure, FailureKind, Retry, RetryPolicy, retry};
pub use score::{NEAR_EQUAL_PERMILLE, Score, Weights};

#[cfg(test)]
mod tests;
