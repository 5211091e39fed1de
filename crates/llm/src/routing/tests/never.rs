//! What a route never does, whatever is stored.

use proptest::prelude::*;

use super::*;

fn competencies() -> impl Strategy<Value = BTreeSet<Competency>> {
    proptest::sample::subsequence(vec![Competency::Text, Competency::Seo, Competency::Image], 0..=3)
        .prop_map(|some| some.into_iter().collect())
}

fn healths() -> impl Strategy<Value = Health> {
    prop_oneof![Just(Health::Ok), Just(Health::Degraded), Just(Health::Down), Just(Health::Unknown)]
}

fn reaches() -> impl Strategy<Value = Reach> {
    prop_oneof![Just(Reach::ThisMachine), Just(AGREED), Just(Reach::Elsewhere { agreed_at_ms: None }),]
}

prop_compose! {
    fn providers()(
        facts in proptest::collection::vec(
            (reaches(), competencies(), any::<bool>(), healths(), 0_u32..4, prop::bool::weighted(0.1)), 1..5),
    ) -> Vec<Provider> {
        facts.into_iter().enumerate().map(|(at, (reach, competencies, first, health, concurrency, off))| Provider {
            competencies, concurrency, off,
            health: ProviderHealth { health, ..ProviderHealth::unknown(NOW_MS) },
            ..provider(&format!("p{at}"), reach, if first { Priority::Primary } else { Priority::Secondary })
        }).collect()
    }
}

fn allowances() -> impl Strategy<Value = Allowance> {
    prop_oneof![
        Just(Allowance::Unlimited),
        (0_u64..9_000, 0_u64..9_000, proptest::option::of(-100_i64..100)).prop_map(|(tokens, used, reset)| limited(
            tokens,
            used,
            reset.map(|by| NOW_MS + by)
        )),
    ]
}

fn refusals() -> impl Strategy<Value = Option<Refusal>> {
    let kinds = prop_oneof![
        Just(RefusalKind::Key),
        Just(RefusalKind::Payment),
        Just(RefusalKind::TooMany),
        Just(RefusalKind::NoSuchModel),
    ];
    proptest::option::weighted(0.2, (kinds, proptest::option::of(-100_i64..100)))
        .prop_map(|some| some.map(|(kind, by)| refusal(kind, by.map(|by| NOW_MS + by))))
}

prop_compose! {
    fn accounts()(
        facts in proptest::collection::vec(
            (0_usize..6, allowances(), 0_u64..3_000, any::<u8>(), prop::bool::weighted(0.15), prop::bool::weighted(0.15),
             refusals()), 0..8),
    ) -> Vec<Account> {
        facts.into_iter().enumerate().map(|(at, (of, allowance, reserved_tokens, calls, disabled, missing, refusal))| Account {
            allowance, reserved_tokens, disabled, refusal,
            key: if missing { KeyState::Missing } else { KeyState::Present },
            calls_under_way: calls.into(),
            ..account(&format!("a{at}"), &format!("p{of}"))
        }).collect()
    }
}

prop_compose! {
    fn models()(
        facts in proptest::collection::vec(
            (0_usize..6, competencies(), 0_u32..9_000, proptest::option::of(0_u16..1_200), proptest::option::of(0_u32..500),
             proptest::option::of((0_u64..9_000_000, 0_u64..9_000_000))), 0..10),
    ) -> Vec<RoutedModel> {
        facts.into_iter().enumerate().map(|(at, (of, competencies, context_tokens, quality, speed, price))| {
            let mut model = model(&format!("p{of}/m{at}"), 0, 1, price);
            model.measures = Measures { quality_permille: quality, prefill_per_second: speed, decode_per_second: speed };
            RoutedModel { competencies, context_tokens, ..model }
        }).collect()
    }
}

prop_compose! {
    fn requests()(
        competency in prop_oneof![Just(Competency::Text), Just(Competency::Seo), Just(Competency::Image)],
        (prompt, answer) in (0_u32..5_000, 0_u32..2_000),
        profile in 0_usize..4,
        (local_only, sealed) in (prop::bool::weighted(0.3), prop::bool::weighted(0.2)),
        wanted in proptest::option::weighted(0.2, (0_usize..6, 0_usize..10)),
        limit in proptest::option::weighted(0.4, (0_u64..60_000, 0_u64..60_000)),
        tried in proptest::collection::btree_set(0_usize..8, 0..3),
        turn in any::<u64>(),
    ) -> RouteRequest {
        RouteRequest {
            competency,
            tokens: TokenEstimate { prompt, answer },
            profile: Profile::usual(ProfileName::ALL[profile]),
            model: wanted.map(|(of, at)| format!("p{of}/m{at}").parse().unwrap()),
            local_only, sealed, turn,
            budgets: limit.map(|(limit, spent)| budget("b", BudgetScope::Everything, limit, spent)).into_iter().collect(),
            tried: tried.into_iter().map(|at| format!("a{at}").parse().unwrap()).collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_route_keeps_every_promise(
        request in requests(), providers in providers(), accounts in accounts(), models in models(),
    ) {
        let registry = Registry { providers, accounts, models };
        let usable_by_hand = |account: &Account, model: &RoutedModel| {
            let Some(provider) = registry.provider(&account.provider) else { return false };
            let far = provider.reach != Reach::ThisMachine;
            let needed = u64::from(request.tokens.prompt) + u64::from(request.tokens.answer);
            let left = match account.allowance {
                Allowance::Unlimited => u64::MAX,
                Allowance::Limited { tokens, reset: Some(reset), .. } if reset.at_ms <= NOW_MS => tokens,
                Allowance::Limited { tokens, used, .. } => tokens.saturating_sub(used),
            };
            let price = if far { model.price.clone() } else { None };
            let free = !far || price.as_ref().is_some_and(Price::is_free);
            let in_budget = free || request.budgets.iter().all(|standing| price.as_ref().is_some_and(|price| {
                let cost = price.cost(request.tokens.prompt.into(), 0, request.tokens.answer.into()).micros;
                cost == 0 || standing.spent_micros + cost <= standing.budget.limit.micros
            }));
            let refused = account.refusal.as_ref().is_some_and(|refusal| match refusal.kind {
                RefusalKind::TooMany | RefusalKind::Overloaded =>
                    refusal.retry_at_ms.unwrap_or(refusal.at_ms + 60_000) > NOW_MS,
                _ => true,
            });
            !provider.off
                && provider.health.health != Health::Down
                && provider.competencies.contains(&request.competency)
                && model.provider == provider.id
                && model.competencies.contains(&request.competency)
                && request.model.as_ref().is_none_or(|wanted| *wanted == model.id)
                && !(far && (request.local_only || request.sealed))
                && provider.reach != Reach::Elsewhere { agreed_at_ms: None }
                && !account.disabled
                && account.key != KeyState::Missing
                && left.saturating_sub(account.reserved_tokens) >= needed
                && needed <= u64::from(model.context_tokens)
                && !refused
                && !request.tried.contains(&account.id)
                && in_budget
        };
        let usable: Vec<(&Account, &RoutedModel)> = registry.accounts.iter()
            .flat_map(|account| registry.models.iter().map(move |model| (account, model)))
            .filter(|(account, model)| usable_by_hand(account, model))
            .collect();
        let answer = route(&request, &registry, NOW_MS);
        match &answer {
            Ok(route) => {
                let known = usable.iter().any(|(account, model)| account.id == route.account && model.id == route.model);
                prop_assert!(known, "{:?} may not be used", route);
                let chosen = registry.provider(&route.provider).unwrap();
                let primary_left = usable.iter()
                    .any(|(account, _)| registry.provider(&account.provider).unwrap().priority == Priority::Primary);
                prop_assert!(chosen.priority == Priority::Primary || !primary_left, "a primary one was left");
                prop_assert!(!route.reasons().is_empty());
            }
            Err(none) => prop_assert!(usable.is_empty(), "{} could have been used: {none}", usable[0].0.id),
        }
        let candidates = answer.as_ref().map_or_else(|none| &none.candidates, |route| &route.candidates);
        for candidate in candidates {
            prop_assert!(!candidate.reasons.is_empty());
            let by_hand = usable.iter().any(|(account, _)| account.id == candidate.account);
            prop_assert_eq!(by_hand, candidate.decision != Decision::Refused);
        }
        prop_assert_eq!(&answer, &route(&request, &registry, NOW_MS), "the same arguments give the same answer");
    }
}
