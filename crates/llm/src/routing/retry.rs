//! When a call or a run that failed is tried again: exponential backoff with jitter, never before the provider allows it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// 429, 503, 529: the provider has no room now.
    Refused,
    /// Nobody answered, the stream broke or stalled.
    Unreachable,
    /// 5xx, a crashed worker, an answer that cannot be read.
    Broken,
    /// 401, 402, 403, 404, a prompt that does not fit: trying again changes nothing.
    NeedsUser,
}

/// The last failure of a call or a run, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// What it was.
    pub kind: FailureKind,
    /// How often it was tried, this time included; at least 1.
    pub attempts: u32,
    /// When the provider said it may be asked again.
    pub retry_at_ms: Option<i64>,
}

/// How patiently it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicy {
    /// Wait after the first failure, in milliseconds.
    pub first_wait_ms: u64,
    /// The longest wait.
    pub longest_wait_ms: u64,
    /// Tries altogether.
    pub most_attempts: u32,
}

impl RetryPolicy {
    /// 1 s, doubled up to 60 s, eight tries: about two minutes altogether.
    pub const USUAL: Self = Self { first_wait_ms: 1_000, longest_wait_ms: 60_000, most_attempts: 8 };
}

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Retry {
    /// Again, not before this time.
    At {
        /// In milliseconds since 1970.
        at_ms: i64,
    },
    /// Not by itself: somebody has to change something.
    NeedsUser,
    /// Tried often enough.
    TriedOften {
        /// How often.
        attempts: u32,
    },
}

/// When to try again. Half of the wait is fixed and half depends on `seed` and the number of tries, so that runs that failed
/// together do not come back together; the same arguments give the same time. The provider's own time is never undercut,
/// and gets up to a second of jitter.
pub fn retry(failure: Failure, policy: RetryPolicy, seed: u64) -> Retry {
    /// After the time that a provider gave.
    const SPREAD_MS: u64 = 1_000;
    if failure.kind == FailureKind::NeedsUser {
        return Retry::NeedsUser;
    }
    let attempts = failure.attempts.max(1);
    if attempts >= policy.most_attempts {
        return Retry::TriedOften { attempts };
    }
    let doubled = policy.first_wait_ms.saturating_mul(1_u64 << (attempts - 1).min(40));
    let wait_ms = doubled.min(policy.longest_wait_ms);
    let random = mix(seed ^ u64::from(attempts).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let jittered = wait_ms / 2 + random % (wait_ms / 2 + 1);
    let own = failure.at_ms.saturating_add_unsigned(jittered);
    let allowed = failure.retry_at_ms.map(|at_ms| at_ms.saturating_add_unsigned(random % SPREAD_MS));
    Retry::At { at_ms: allowed.map_or(own, |allowed| allowed.max(own)) }
}

/// The finaliser of `SplitMix64`: every bit of the seed changes every bit of the result.
pub(super) const fn mix(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
