//! Situations of routing: who is chosen, and what is said about everybody else.

mod choice;
mod money;
mod never;
mod queueing;

use std::collections::BTreeSet;

use quillhouse_domain::ModelId;

use super::*;

/// 2026-11-21 12:00 UTC.
const NOW_MS: i64 = 1_795_262_400_000;
const HOUR_MS: i64 = 3_600_000;

fn provider(id: &str, reach: Reach, priority: Priority) -> Provider {
    Provider {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        reach,
        competencies: [Competency::Text, Competency::Seo, Competency::Research].into(),
        priority,
        health: ProviderHealth { health: Health::Ok, since_ms: NOW_MS - HOUR_MS, failures: 0, next_check_ms: NOW_MS },
        concurrency: 2,
        off: false,
    }
}

fn model(id: &str, quality: u16, decode: u32, price: Option<(u64, u64)>) -> RoutedModel {
    let id: ModelId = id.parse().unwrap();
    RoutedModel {
        provider: id.split().unwrap().0.parse().unwrap(),
        id,
        competencies: [Competency::Text, Competency::Seo, Competency::Research].into(),
        context_tokens: 32_000,
        measures: Measures {
            quality_permille: Some(quality),
            prefill_per_second: Some(decode * 10),
            decode_per_second: Some(decode),
        },
        price: price.map(|(input, output)| Price {
            currency: Currency::USD,
            input_micros: input,
            cached_micros: input,
            output_micros: output,
        }),
    }
}

fn account(id: &str, provider: &str) -> Account {
    Account::unlimited(id.parse().unwrap(), provider.parse().unwrap(), id)
}

const AGREED: Reach = Reach::Elsewhere { agreed_at_ms: Some(1) };

/// A small model on this machine, two large clouds that are primary, and a cheap one that is secondary.
fn house() -> Registry {
    let mut anna = account("anna", "cloud");
    anna.key = KeyState::Present;
    let mut bert = account("bert", "rival");
    bert.key = KeyState::Present;
    let mut cleo = account("cleo", "spare");
    cleo.key = KeyState::Present;
    Registry {
        providers: vec![
            provider("local", Reach::ThisMachine, Priority::Primary),
            provider("cloud", AGREED, Priority::Primary),
            provider("rival", AGREED, Priority::Primary),
            provider("spare", AGREED, Priority::Secondary),
        ],
        accounts: vec![account("home", "local"), anna, bert, cleo],
        models: vec![
            model("local/small", 300, 20, None),
            model("cloud/large", 950, 80, Some((3_000_000, 15_000_000))),
            model("cloud/mini", 700, 200, Some((300_000, 1_200_000))),
            model("rival/large", 940, 80, Some((3_000_000, 15_000_000))),
            model("spare/cheap", 500, 100, Some((100_000, 400_000))),
        ],
    }
}

fn request() -> RouteRequest {
    RouteRequest {
        competency: Competency::Text,
        tokens: TokenEstimate { prompt: 2_000, answer: 800 },
        profile: Profile::usual(ProfileName::Best),
        model: None,
        local_only: false,
        sealed: false,
        budgets: Vec::new(),
        tried: BTreeSet::new(),
        turn: 0,
    }
}

impl Registry {
    fn provider_mut(&mut self, id: &str) -> &mut Provider {
        self.providers.iter_mut().find(|provider| provider.id.as_str() == id).unwrap()
    }

    fn account_mut(&mut self, id: &str) -> &mut Account {
        self.accounts.iter_mut().find(|account| account.id.as_str() == id).unwrap()
    }

    fn model_mut(&mut self, id: &str) -> &mut RoutedModel {
        self.models.iter_mut().find(|model| model.id.as_str() == id).unwrap()
    }
}

fn limited(tokens: u64, used: u64, reset: Option<i64>) -> Allowance {
    Allowance::Limited { tokens, used, reset: reset.map(|at_ms| AllowanceReset::new(at_ms, ResetEvery::Month)) }
}

fn refusal(kind: RefusalKind, retry_at_ms: Option<i64>) -> Refusal {
    Refusal { at_ms: NOW_MS - 10_000, kind, retry_at_ms, model: None }
}

fn usd(micros: u64) -> Money {
    Money { micros, currency: Currency::USD }
}

fn budget(name: &str, scope: BudgetScope, limit_micros: u64, spent_micros: u64) -> BudgetStanding {
    BudgetStanding {
        budget: Budget {
            name: name.to_owned(),
            scope,
            period: BudgetPeriod::Month,
            limit: usd(limit_micros),
            warn_percent: 80,
            stops: true,
        },
        spent_micros,
        uncounted_calls: 0,
    }
}
