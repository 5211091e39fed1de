//! The queue: which of the runs that wait starts now, and why the others wait.
//!
//! A function of what is stored and the time, so that closing the application in the middle changes nothing: a run that was
//! under way when the process ended is put back with [`QueuedRun::put_back`], and the next decision takes it up.

use std::collections::{BTreeMap, BTreeSet};

use quillhouse_domain::{BrandId, RunId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    ids::ProviderId,
    retry::{Failure, Retry, RetryPolicy, mix, retry},
};

/// How urgent a run is. A more urgent one always starts first; among equals the one that waits longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunPriority {
    /// When nothing else is to be done.
    Low,
    /// In turn.
    Normal,
    /// Before the others.
    High,
}

/// Where a queued run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QueueState {
    /// Wants to start.
    Waiting,
    /// Under way.
    Running,
    /// Held by the user.
    Paused,
}

/// A run in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedRun {
    /// Which.
    pub id: RunId,
    /// Whose.
    pub brand: BrandId,
    /// How urgent.
    pub priority: RunPriority,
    /// When it was queued, in milliseconds since 1970.
    pub queued_at_ms: i64,
    /// Not before this time.
    pub start_at_ms: Option<i64>,
    /// The provider of its next call; none for runs without a model, which only the number of all runs limits.
    pub provider: Option<ProviderId>,
    /// Where it stands.
    pub state: QueueState,
    /// Its last failure; removed when a step succeeds.
    pub failure: Option<Failure>,
}

impl QueuedRun {
    /// What the process that ended left: one that was under way waits again. Its failures and its place stay.
    #[must_use]
    pub fn put_back(mut self) -> Self {
        if self.state == QueueState::Running {
            self.state = QueueState::Waiting;
        }
        self
    }

    /// When it may be tried again after its failure.
    pub fn retry(&self, policy: RetryPolicy) -> Option<Retry> {
        self.failure.map(|failure| retry(failure, policy, self.seed()))
    }

    fn seed(&self) -> u64 {
        let (high, low) = self.id.as_uuid().as_u64_pair();
        mix(high) ^ low
    }
}

/// What limits the queue, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRules {
    /// Runs at the same time, whoever does them; 0 counts as 1.
    pub runs_together: u32,
    /// Runs at the same time at a provider; one that is not listed takes one.
    pub concurrency: BTreeMap<ProviderId, u32>,
    /// Nothing starts.
    pub paused: bool,
    /// Providers at which nothing starts.
    pub paused_providers: BTreeSet<ProviderId>,
    /// Brands for which nothing starts.
    pub paused_brands: BTreeSet<BrandId>,
    /// When providers may be asked again, in milliseconds since 1970 (`Retry-After`, the next health check).
    pub not_before_ms: BTreeMap<ProviderId, i64>,
    /// How failures are retried.
    pub retry: RetryPolicy,
}

impl QueueRules {
    /// One run after another, nothing paused.
    pub const fn one_by_one() -> Self {
        Self {
            runs_together: 1,
            concurrency: BTreeMap::new(),
            paused: false,
            paused_providers: BTreeSet::new(),
            paused_brands: BTreeSet::new(),
            not_before_ms: BTreeMap::new(),
            retry: RetryPolicy::USUAL,
        }
    }
}

/// Why a run does not start now.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum WaitReason {
    /// The whole queue is held.
    QueuePaused,
    /// The user holds it.
    RunPaused,
    /// The user holds its brand.
    BrandPaused,
    /// The user holds its provider.
    ProviderPaused,
    /// Its time has not come.
    NotYet {
        /// When it comes, in milliseconds since 1970.
        #[ts(type = "number")]
        at_ms: i64,
    },
    /// It failed, and is tried again.
    RetryAt {
        /// When.
        #[ts(type = "number")]
        at_ms: i64,
        /// How often it was tried.
        attempts: u32,
    },
    /// It failed in a way that trying again does not change.
    NeedsUser,
    /// It was tried often enough.
    TriedOften {
        /// How often.
        attempts: u32,
    },
    /// The provider wants no calls before this time.
    ProviderWaits {
        /// When.
        #[ts(type = "number")]
        at_ms: i64,
    },
    /// The provider has as many runs as it takes.
    ProviderFull {
        /// How many.
        runs: u32,
    },
    /// As many runs are under way as may be.
    AllFull {
        /// How many.
        runs: u32,
    },
}

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePlan {
    /// These start, in this order.
    pub start: Vec<RunId>,
    /// These wait, in the order in which they would start, each with why.
    pub waiting: Vec<(RunId, WaitReason)>,
    /// When to decide again if nothing happens before; none when only an event can change something.
    pub wake_at_ms: Option<i64>,
}

/// Decides. Runs that are under way are counted and left alone.
pub fn decide(runs: &[QueuedRun], rules: &QueueRules, now_ms: i64) -> QueuePlan {
    let mut together = 0_u32;
    let mut at_provider: BTreeMap<&ProviderId, u32> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.state == QueueState::Running) {
        together += 1;
        if let Some(provider) = &run.provider {
            *at_provider.entry(provider).or_default() += 1;
        }
    }
    let mut waiting: Vec<&QueuedRun> = runs.iter().filter(|run| run.state != QueueState::Running).collect();
    waiting.sort_by_key(|run| {
        let since_ms = run.start_at_ms.unwrap_or(run.queued_at_ms).max(run.queued_at_ms);
        (std::cmp::Reverse(run.priority), since_ms, run.id)
    });
    let mut plan = QueuePlan { start: Vec::new(), waiting: Vec::new(), wake_at_ms: None };
    for run in waiting {
        let held = held(run, rules, now_ms).or_else(|| full(run, rules, together, &at_provider));
        if let Some(reason) = held {
            plan.waiting.push((run.id, reason));
            continue;
        }
        together += 1;
        if let Some(provider) = &run.provider {
            *at_provider.entry(provider).or_default() += 1;
        }
        plan.start.push(run.id);
    }
    plan.wake_at_ms = plan.waiting.iter().filter_map(|(_, reason)| reason.ends_at_ms()).min();
    plan
}

impl WaitReason {
    /// When it ends by itself, in milliseconds since 1970.
    pub const fn ends_at_ms(&self) -> Option<i64> {
        match self {
            Self::NotYet { at_ms } | Self::RetryAt { at_ms, .. } | Self::ProviderWaits { at_ms } => Some(*at_ms),
            Self::QueuePaused
            | Self::RunPaused
            | Self::BrandPaused
            | Self::ProviderPaused
            | Self::NeedsUser
            | Self::TriedOften { .. }
            | Self::ProviderFull { .. }
            | Self::AllFull { .. } => None,
        }
    }
}

/// What keeps a run from starting even on an idle machine.
fn held(run: &QueuedRun, rules: &QueueRules, now_ms: i64) -> Option<WaitReason> {
    if rules.paused {
        return Some(WaitReason::QueuePaused);
    }
    if run.state == QueueState::Paused {
        return Some(WaitReason::RunPaused);
    }
    if rules.paused_brands.contains(&run.brand) {
        return Some(WaitReason::BrandPaused);
    }
    if run.provider.as_ref().is_some_and(|provider| rules.paused_providers.contains(provider)) {
        return Some(WaitReason::ProviderPaused);
    }
    if let Some(at_ms) = run.start_at_ms.filter(|at_ms| *at_ms > now_ms) {
        return Some(WaitReason::NotYet { at_ms });
    }
    match run.retry(rules.retry) {
        Some(Retry::NeedsUser) => return Some(WaitReason::NeedsUser),
        Some(Retry::TriedOften { attempts }) => return Some(WaitReason::TriedOften { attempts }),
        Some(Retry::At { at_ms }) if at_ms > now_ms => {
            let attempts = run.failure.map_or(0, |failure| failure.attempts);
            return Some(WaitReason::RetryAt { at_ms, attempts });
        }
        Some(Retry::At { .. }) | None => {}
    }
    let provider = run.provider.as_ref()?;
    let at_ms = *rules.not_before_ms.get(provider)?;
    (at_ms > now_ms).then_some(WaitReason::ProviderWaits { at_ms })
}

/// What keeps a run from starting because others are under way.
fn full(
    run: &QueuedRun,
    rules: &QueueRules,
    together: u32,
    at_provider: &BTreeMap<&ProviderId, u32>,
) -> Option<WaitReason> {
    if together >= rules.runs_together.max(1) {
        return Some(WaitReason::AllFull { runs: together });
    }
    let provider = run.provider.as_ref()?;
    let runs = at_provider.get(provider).copied().unwrap_or(0);
    let most = rules.concurrency.get(provider).copied().unwrap_or(1).max(1);
    (runs >= most).then_some(WaitReason::ProviderFull { runs })
}
