//! The decision: every account is examined, the best one that may be used is taken, and all of it is written down.

use std::{collections::BTreeSet, fmt};

use quillhouse_domain::{Coded, ErrorCode, ModelId};
use serde::{Deserialize, Serialize};

use super::{
    account::{Account, KeyState, RefusalKind},
    budget::{BudgetStanding, BudgetVerdict},
    ids::{AccountId, ProviderId},
    money::{Currency, Money},
    profile::Profile,
    provider::{Competency, Health, Priority, Provider, Reach, RoutedModel},
    reason::RouteReason,
    score::{NEAR_EQUAL_PERMILLE, Score, score},
};

/// Tokens of a call before it is made: the prompt counted or bounded, the answer at its longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TokenEstimate {
    /// Of the prompt.
    pub prompt: u32,
    /// Of the answer.
    pub answer: u32,
}

impl TokenEstimate {
    /// Both.
    pub const fn total(self) -> u64 {
        self.prompt as u64 + self.answer as u64
    }
}

/// What there is to choose from, as it is stored. An account of a provider that is not listed is no candidate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registry {
    /// Providers.
    pub providers: Vec<Provider>,
    /// Their accounts.
    pub accounts: Vec<Account>,
    /// Their models.
    pub models: Vec<RoutedModel>,
}

impl Registry {
    /// The provider of that id.
    pub fn provider(&self, id: &ProviderId) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.id == *id)
    }

    /// Calls under way at a provider over what it takes, 1000 being all of it.
    fn load_permille(&self, provider: &Provider) -> u32 {
        let calls: u64 = self
            .accounts
            .iter()
            .filter(|account| account.provider == provider.id)
            .map(|account| u64::from(account.calls_under_way))
            .sum();
        (calls.saturating_mul(1_000) / u64::from(provider.concurrency.max(1))).min(u64::from(u32::MAX)) as u32
    }
}

/// A call that wants to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteRequest {
    /// What is to be done.
    pub competency: Competency,
    /// How large it is.
    pub tokens: TokenEstimate,
    /// How speed, quality and price are weighed, and the model that the profile names.
    pub profile: Profile,
    /// The model that the user named for this run; goes before the profile's.
    pub model: Option<ModelId>,
    /// The brand's texts stay on this machine.
    pub local_only: bool,
    /// Nothing leaves this machine.
    pub sealed: bool,
    /// The budgets that the call falls under, as they stand.
    pub budgets: Vec<BudgetStanding>,
    /// Accounts with which this step failed already.
    pub tried: BTreeSet<AccountId>,
    /// Decides among equals; taken from run and step, so that a replay chooses the same.
    pub turn: u64,
}

/// One account, and what was found about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Which account.
    pub account: AccountId,
    /// Its provider.
    pub provider: ProviderId,
    /// The provider's model that would be used; none when the provider has none for this.
    pub model: Option<ModelId>,
    /// What became of it.
    pub decision: Decision,
    /// How good it is for this call; none for refused ones.
    pub score: Option<Score>,
    /// What the call may cost; none when that is not known.
    pub cost: Option<Money>,
    /// Why; never empty. For a refused one all refusals, for the others the deciding reason first, then notes.
    pub reasons: Vec<RouteReason>,
}

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Taken.
    Chosen,
    /// It could have been taken.
    PassedOver,
    /// It may not be used.
    Refused,
}

/// Who does the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Whose allowance it uses.
    pub account: AccountId,
    /// Where.
    pub provider: ProviderId,
    /// With which model.
    pub model: ModelId,
    /// Every account in the order of the registry, the chosen one among them.
    pub candidates: Vec<Candidate>,
}

impl Route {
    /// Why this one.
    pub fn reasons(&self) -> &[RouteReason] {
        let chosen = self.candidates.iter().find(|candidate| candidate.decision == Decision::Chosen);
        chosen.map_or(&[], |candidate| &candidate.reasons)
    }
}

/// Nobody can do the call now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoRoute {
    /// What was wanted.
    pub competency: Competency,
    /// Every account, each refused.
    pub candidates: Vec<Candidate>,
    /// When it is worth asking again; none when somebody has to change something first.
    pub ask_again_ms: Option<i64>,
}

impl std::error::Error for NoRoute {}

impl Coded for NoRoute {
    fn code(&self) -> ErrorCode {
        ErrorCode::RuntimeUnavailable
    }
}

impl fmt::Display for NoRoute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "No account can be used for {}", self.competency)?;
        if self.candidates.is_empty() {
            return formatter.write_str(": there is none; add a provider in the settings");
        }
        for (at, candidate) in self.candidates.iter().enumerate() {
            let sign = if at == 0 { ": " } else { "; " };
            write!(formatter, "{sign}`{}` — ", candidate.account)?;
            for (at, reason) in candidate.reasons.iter().enumerate() {
                write!(formatter, "{}{reason}", if at == 0 { "" } else { ", " })?;
            }
        }
        Ok(())
    }
}

/// Examines every account for a call and chooses one. The same arguments give the same answer.
pub fn route(request: &RouteRequest, registry: &Registry, now_ms: i64) -> Result<Route, NoRoute> {
    let mut candidates: Vec<Candidate> = registry
        .accounts
        .iter()
        .filter_map(|account| Some(examine(request, registry, account, registry.provider(&account.provider)?, now_ms)))
        .collect();
    let usable = |candidates: &[Candidate], priority: Priority| -> Vec<usize> {
        let wanted = |candidate: &Candidate| {
            candidate.decision != Decision::Refused
                && registry.provider(&candidate.provider).is_some_and(|provider| provider.priority == priority)
        };
        (0..candidates.len()).filter(|at| wanted(&candidates[*at])).collect()
    };
    let (primary, secondary) = (usable(&candidates, Priority::Primary), usable(&candidates, Priority::Secondary));
    let from_secondary = primary.is_empty();
    let field = if from_secondary { &secondary } else { &primary };
    let Some(choice) = choose(request, registry, &candidates, field) else {
        let ask_again_ms = candidates.iter().filter_map(ends_at_ms).min();
        return Err(NoRoute { competency: request.competency, candidates, ask_again_ms });
    };
    if !from_secondary {
        for at in secondary {
            candidates[at].reasons.insert(0, RouteReason::SecondaryNotNeeded);
        }
    }
    for (at, reason) in choice.passed_over {
        candidates[at].reasons.insert(0, reason);
    }
    let chosen = &mut candidates[choice.chosen];
    chosen.decision = Decision::Chosen;
    if from_secondary {
        chosen.reasons.insert(0, RouteReason::NoPrimaryLeft);
    }
    chosen.reasons.insert(0, choice.reason);
    let (account, provider) = (chosen.account.clone(), chosen.provider.clone());
    let model = chosen.model.clone().expect("BUG: a candidate without a model is refused");
    Ok(Route { account, provider, model, candidates })
}

/// When all of a candidate's refusals will have ended by themselves.
fn ends_at_ms(candidate: &Candidate) -> Option<i64> {
    let ends: Option<Vec<i64>> =
        candidate.reasons.iter().filter(|reason| reason.refuses()).map(RouteReason::ends_at_ms).collect();
    ends?.into_iter().max()
}

struct Choice {
    chosen: usize,
    reason: RouteReason,
    passed_over: Vec<(usize, RouteReason)>,
}

fn choose(request: &RouteRequest, registry: &Registry, candidates: &[Candidate], field: &[usize]) -> Option<Choice> {
    let permille = |at: usize| candidates[at].score.map_or(0, |score| score.permille);
    let best = field.iter().copied().map(permille).max()?;
    let near = |at: &usize| best - permille(*at) <= NEAR_EQUAL_PERMILLE;
    let equals: Vec<usize> = field.iter().copied().filter(near).collect();
    let load = |at: usize| {
        let provider = registry.provider(&candidates[at].provider);
        provider.map_or(0, |provider| registry.load_permille(provider))
    };
    let least = equals.iter().copied().map(load).min()?;
    let mut idle: Vec<usize> = equals.iter().copied().filter(|at| load(*at) == least).collect();
    // The order of the accounts must not depend on the order of the rows.
    idle.sort_by(|one, other| candidates[*one].account.cmp(&candidates[*other].account));
    let chosen = idle[(request.turn % idle.len() as u64) as usize];
    let among = equals.len() as u32;
    let reason = if field.len() == 1 {
        RouteReason::OnlyOne
    } else if equals.len() == 1 {
        RouteReason::BestScore { permille: best }
    } else if idle.len() == 1 {
        RouteReason::LeastBusy { load_permille: least, among }
    } else {
        RouteReason::ItsTurn { among: idle.len() as u32 }
    };
    let passed_over = field
        .iter()
        .copied()
        .filter(|at| *at != chosen)
        .map(|at| {
            let reason = if !near(&at) {
                RouteReason::LowerScore { permille: permille(at), best_permille: best }
            } else if load(at) > least {
                RouteReason::Busier { load_permille: load(at), chosen_permille: least }
            } else {
                RouteReason::OtherTurn
            };
            (at, reason)
        })
        .collect();
    Some(Choice { chosen, reason, passed_over })
}

/// One account for one call: its refusals, or its best model with the score.
fn examine(
    request: &RouteRequest,
    registry: &Registry,
    account: &Account,
    provider: &Provider,
    now_ms: i64,
) -> Candidate {
    let mut refusals = of_provider(request, provider);
    refusals.extend(of_account(request, account, now_ms));
    let mut best: Option<Judged<'_>> = None;
    let mut nearest: Option<Judged<'_>> = None;
    for model in models(request, registry, provider) {
        let judged = judge(request, account, provider, model, now_ms);
        let better =
            |than: &Judged<'_>| (judged.score.permille, &than.model.id) > (than.score.permille, &judged.model.id);
        let place = if judged.refusals.is_empty() { &mut best } else { &mut nearest };
        if place.as_ref().is_none_or(better) {
            *place = Some(judged);
        }
    }
    let wanted = request.model.as_ref().or(request.profile.model.as_ref());
    let judged = best.or(nearest);
    match &judged {
        Some(judged) => refusals.extend(judged.refusals.iter().cloned()),
        None if refusals.iter().any(|reason| matches!(reason, RouteReason::LacksCompetency { .. })) => {}
        None => refusals.push(match wanted {
            Some(wanted) if !has(registry, provider, wanted) => {
                RouteReason::OtherModelWanted { wanted: wanted.clone() }
            }
            _ => RouteReason::NoModelFor { competency: request.competency },
        }),
    }
    let refused = !refusals.is_empty();
    let mut notes = Vec::new();
    if let Some(judged) = judged.as_ref().filter(|_| !refused) {
        notes.extend(wanted.map(|_| RouteReason::ModelNamed));
        notes.extend(judged.notes.iter().cloned());
        match provider.health.health {
            Health::Degraded => notes.push(RouteReason::ProviderDegraded { since_ms: provider.health.since_ms }),
            Health::Unknown => notes.push(RouteReason::ProviderUnknown),
            Health::Ok | Health::Down => {}
        }
    }
    Candidate {
        account: account.id.clone(),
        provider: provider.id.clone(),
        model: judged.as_ref().map(|judged| judged.model.id.clone()),
        decision: if refused { Decision::Refused } else { Decision::PassedOver },
        score: judged.as_ref().filter(|_| !refused).map(|judged| judged.score),
        cost: judged.as_ref().and_then(|judged| judged.cost),
        reasons: if refused { refusals } else { notes },
    }
}

fn of_provider(request: &RouteRequest, provider: &Provider) -> Vec<RouteReason> {
    let mut refusals = Vec::new();
    if provider.off {
        refusals.push(RouteReason::ProviderOff);
    }
    if !provider.competencies.contains(&request.competency) {
        refusals.push(RouteReason::LacksCompetency { competency: request.competency });
    }
    if let Reach::Elsewhere { agreed_at_ms } = provider.reach {
        if request.sealed {
            refusals.push(RouteReason::Sealed);
        }
        if request.local_only {
            refusals.push(RouteReason::BrandLocalOnly);
        }
        if agreed_at_ms.is_none() {
            refusals.push(RouteReason::NotAgreed);
        }
    }
    if provider.health.health == Health::Down {
        let (since_ms, next_check_ms) = (provider.health.since_ms, provider.health.next_check_ms);
        refusals.push(RouteReason::ProviderDown { since_ms, next_check_ms });
    }
    refusals
}

fn of_account(request: &RouteRequest, account: &Account, now_ms: i64) -> Vec<RouteReason> {
    let mut refusals = Vec::new();
    if account.disabled {
        refusals.push(RouteReason::AccountDisabled);
    }
    if account.key == KeyState::Missing {
        refusals.push(RouteReason::KeyMissing);
    }
    if let Some(refusal) = account.refusal.as_ref().filter(|refusal| refusal.model.is_none()) {
        refusals.extend(still_refused(refusal.kind, refusal.at_ms, refusal.until_ms(), now_ms));
    }
    let needed = request.tokens.total();
    if let Some(left) = account.free_tokens(now_ms).filter(|left| *left < needed) {
        let resets_at_ms = match account.allowance.at(now_ms) {
            super::Allowance::Limited { tokens, reset: Some(reset), .. } if tokens >= needed => Some(reset.at_ms),
            _ => None,
        };
        refusals.push(RouteReason::AllowanceTooSmall { needed, left, resets_at_ms });
    }
    if request.tried.contains(&account.id) {
        refusals.push(RouteReason::AlreadyTried);
    }
    refusals
}

fn still_refused(kind: RefusalKind, at_ms: i64, until_ms: Option<i64>, now_ms: i64) -> Option<RouteReason> {
    match (kind, until_ms) {
        (RefusalKind::Key, _) => Some(RouteReason::KeyRefused { at_ms }),
        (RefusalKind::Payment, _) => Some(RouteReason::PaymentNeeded { at_ms }),
        (RefusalKind::NoSuchModel, _) => Some(RouteReason::ModelRefused { at_ms }),
        (RefusalKind::TooMany | RefusalKind::Overloaded, Some(until_ms)) if until_ms > now_ms => {
            Some(RouteReason::AskedToWait { until_ms })
        }
        (RefusalKind::TooMany | RefusalKind::Overloaded, _) => None,
    }
}

fn models<'a>(
    request: &'a RouteRequest,
    registry: &'a Registry,
    provider: &'a Provider,
) -> impl Iterator<Item = &'a RoutedModel> {
    let wanted = request.model.as_ref().or(request.profile.model.as_ref());
    registry.models.iter().filter(move |model| {
        model.provider == provider.id
            && model.competencies.contains(&request.competency)
            && wanted.is_none_or(|wanted| *wanted == model.id)
    })
}

fn has(registry: &Registry, provider: &Provider, wanted: &ModelId) -> bool {
    registry.models.iter().any(|model| model.provider == provider.id && model.id == *wanted)
}

struct Judged<'a> {
    model: &'a RoutedModel,
    score: Score,
    cost: Option<Money>,
    refusals: Vec<RouteReason>,
    notes: Vec<RouteReason>,
}

fn judge<'a>(
    request: &RouteRequest,
    account: &Account,
    provider: &Provider,
    model: &'a RoutedModel,
    now_ms: i64,
) -> Judged<'a> {
    let (mut refusals, mut notes) = (Vec::new(), Vec::new());
    let needed = request.tokens.total();
    if needed > u64::from(model.context_tokens) {
        refusals.push(RouteReason::ContextTooSmall { needed, context_tokens: model.context_tokens });
    }
    if let Some(refusal) = account.refusal.as_ref().filter(|refusal| refusal.model.as_ref() == Some(&model.id)) {
        refusals.extend(still_refused(refusal.kind, refusal.at_ms, refusal.until_ms(), now_ms));
    }
    let nothing = super::Price { currency: Currency::USD, input_micros: 0, cached_micros: 0, output_micros: 0 };
    let price = match provider.reach {
        Reach::ThisMachine => Some(&nothing),
        Reach::Elsewhere { .. } => model.price.as_ref(),
    };
    let cost = price.map(|price| price.cost(request.tokens.prompt.into(), 0, request.tokens.answer.into()));
    if !price.is_some_and(super::Price::is_free) {
        let covers = |standing: &&BudgetStanding| standing.budget.scope.covers_provider(&provider.id);
        for standing in request.budgets.iter().filter(covers) {
            match standing.verdict(cost) {
                BudgetVerdict::Within => {}
                BudgetVerdict::Warns(reason) => notes.push(reason),
                BudgetVerdict::Stops(reason) => refusals.push(reason),
            }
        }
    }
    let score = score(request.profile.name, request.tokens, model.measures, price, provider.health.health);
    notes.extend(score.quality.is_none().then_some(RouteReason::QualityUnmeasured));
    notes.extend(score.speed.is_none().then_some(RouteReason::SpeedUnmeasured));
    notes.extend(price.is_none().then_some(RouteReason::PriceNotGiven));
    Judged { model, score, cost, refusals, notes }
}
