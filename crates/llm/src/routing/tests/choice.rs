//! The table: a situation, the account and model that are chosen, and reasons that must be given.

use super::*;

type Arrange = fn(&mut RouteRequest, &mut Registry);
/// Account and model, or nobody; then accounts with a reason that must be among theirs, as it reads.
type Expected = (Option<(&'static str, &'static str)>, &'static [(&'static str, &'static str)]);

const DOWN: ProviderHealth =
    ProviderHealth { health: Health::Down, since_ms: NOW_MS - HOUR_MS, failures: 5, next_check_ms: NOW_MS + 60_000 };

#[expect(clippy::too_many_lines, reason = "a table of situations is read as one")]
fn situations() -> Vec<(&'static str, Arrange, Expected)> {
    vec![
        (
            "best quality wins with the profile best",
            |_, _| {},
            (
                Some(("anna", "cloud/large")),
                &[
                    ("anna", "Its turn among 2 that are equal"),
                    ("home", "Its score is"),
                    ("cleo", "A primary provider can take"),
                ],
            ),
        ),
        (
            "among equals the turn decides",
            |request, _| request.turn = 1,
            (Some(("bert", "rival/large")), &[("bert", "Its turn among 2"), ("anna", "it was the other's turn")]),
        ),
        (
            "among equals the one with less to do",
            |_, house| house.account_mut("anna").calls_under_way = 1,
            (
                Some(("bert", "rival/large")),
                &[("bert", "The least busy (0 %) of 2"), ("anna", "busier (50 % against 0 %)")],
            ),
        ),
        (
            "load is that of the provider, not of one account",
            |_, house| {
                let mut second = account("anna-two", "cloud");
                second.calls_under_way = 2;
                house.accounts.push(second);
            },
            (Some(("bert", "rival/large")), &[("anna", "busier (100 % against 0 %)")]),
        ),
        (
            "a better one that is busy is still better than a worse one that is idle",
            |_, house| {
                house.provider_mut("rival").off = true;
                house.account_mut("anna").calls_under_way = 9;
            },
            (Some(("anna", "cloud/large")), &[("anna", "The best score"), ("bert", "The provider is turned off")]),
        ),
        (
            "the profile fast prefers the quick model",
            |request, _| request.profile = Profile::usual(ProfileName::Fast),
            (Some(("anna", "cloud/mini")), &[("anna", "The best score")]),
        ),
        (
            "the profile balanced weighs price too",
            |request, _| {
                request.profile = Profile::usual(ProfileName::Balanced);
            },
            (Some(("anna", "cloud/mini")), &[]),
        ),
        (
            "a local-only brand stays at home",
            |request, _| request.local_only = true,
            (
                Some(("home", "local/small")),
                &[
                    ("home", "The only one"),
                    ("anna", "texts stay on this machine"),
                    ("cleo", "texts stay on this machine"),
                ],
            ),
        ),
        (
            "sealed mode stays at home",
            |request, _| request.sealed = true,
            (Some(("home", "local/small")), &[("anna", "Sealed mode is on"), ("bert", "Sealed mode is on")]),
        ),
        (
            "sealed mode and nothing at home: nobody",
            |request, house| {
                request.sealed = true;
                house.provider_mut("local").off = true;
            },
            (None, &[("home", "turned off"), ("anna", "Sealed mode")]),
        ),
        (
            "nobody agreed to the provider yet",
            |_, house| {
                house.provider_mut("cloud").reach = Reach::Elsewhere { agreed_at_ms: None };
            },
            (Some(("bert", "rival/large")), &[("anna", "Nobody has agreed")]),
        ),
        (
            "a key is missing",
            |_, house| house.account_mut("anna").key = KeyState::Missing,
            (Some(("bert", "rival/large")), &[("anna", "There is no key")]),
        ),
        (
            "an account is turned off",
            |_, house| house.account_mut("anna").disabled = true,
            (Some(("bert", "rival/large")), &[("anna", "The account is turned off")]),
        ),
        (
            "no provider can do it",
            |request, _| request.competency = Competency::Video,
            (None, &[("home", "does not offer video"), ("anna", "does not offer video")]),
        ),
        (
            "one provider can do it, though it is secondary",
            |request, house| {
                request.competency = Competency::Image;
                house.provider_mut("spare").competencies.insert(Competency::Image);
                house.model_mut("spare/cheap").competencies.insert(Competency::Image);
            },
            (Some(("cleo", "spare/cheap")), &[("cleo", "No primary provider"), ("anna", "does not offer images")]),
        ),
        (
            "the provider can do it, but none of its models",
            |request, house| {
                request.competency = Competency::Speech;
                house.provider_mut("cloud").competencies.insert(Competency::Speech);
            },
            (None, &[("anna", "None of the provider's models offers speech")]),
        ),
        (
            "a provider that is down",
            |_, house| house.provider_mut("cloud").health = DOWN,
            (
                Some(("bert", "rival/large")),
                &[("anna", "has not answered since 2026-11-21 11:00 UTC; it is asked again at 2026-11-21 12:01 UTC")],
            ),
        ),
        (
            "a provider that failed lately comes last",
            |_, house| {
                house.provider_mut("cloud").health.health = Health::Degraded;
            },
            (Some(("bert", "rival/large")), &[("anna", "which halves its score")]),
        ),
        (
            "a provider that failed lately is better than none",
            |request, house| {
                request.model = Some("cloud/large".parse().unwrap());
                house.provider_mut("cloud").health.health = Health::Degraded;
            },
            (Some(("anna", "cloud/large")), &[("anna", "which halves its score"), ("anna", "named by the user")]),
        ),
        (
            "a provider that was never asked loses a tenth",
            |_, house| {
                house.provider_mut("cloud").health = ProviderHealth::unknown(NOW_MS);
            },
            (Some(("bert", "rival/large")), &[("anna", "not asked yet")]),
        ),
        (
            "too few tokens left",
            |_, house| house.account_mut("anna").allowance = limited(10_000, 7_300, None),
            (Some(("bert", "rival/large")), &[("anna", "needs 2800 tokens and the account has 2700 left")]),
        ),
        (
            "just enough tokens left",
            |request, house| {
                request.model = Some("cloud/large".parse().unwrap());
                house.account_mut("anna").allowance = limited(10_000, 7_200, None);
            },
            (Some(("anna", "cloud/large")), &[("anna", "The only one")]),
        ),
        (
            "tokens promised to other calls count as used",
            |_, house| {
                house.account_mut("anna").allowance = limited(10_000, 5_000, None);
                house.account_mut("anna").reserved_tokens = 2_500;
            },
            (Some(("bert", "rival/large")), &[("anna", "has 2500 left")]),
        ),
        (
            "after the reset the allowance is whole",
            |request, house| {
                request.model = Some("cloud/large".parse().unwrap());
                house.account_mut("anna").allowance = limited(10_000, 10_000, Some(NOW_MS));
            },
            (Some(("anna", "cloud/large")), &[]),
        ),
        (
            "before the reset it is not",
            |request, house| {
                request.model = Some("cloud/large".parse().unwrap());
                house.account_mut("anna").allowance = limited(10_000, 10_000, Some(NOW_MS + HOUR_MS));
            },
            (None, &[("anna", "it begins anew at 2026-11-21 13:00 UTC"), ("bert", "`cloud/large` was asked for")]),
        ),
        (
            "no primary has the allowance: the secondary takes over",
            |_, house| {
                for id in ["home", "anna", "bert"] {
                    house.account_mut(id).allowance = limited(100, 0, None);
                }
            },
            (Some(("cleo", "spare/cheap")), &[("cleo", "No primary provider"), ("anna", "has 100 left")]),
        ),
        (
            "no account at all has the allowance",
            |request, _| {
                request.tokens = TokenEstimate { prompt: 31_000, answer: 2_000 };
            },
            (None, &[("anna", "needs 33000 tokens and the model takes 32000 at once")]),
        ),
        (
            "a model with more context takes what the others cannot",
            |request, house| {
                request.tokens = TokenEstimate { prompt: 31_000, answer: 2_000 };
                house.model_mut("cloud/mini").context_tokens = 128_000;
            },
            (Some(("anna", "cloud/mini")), &[("bert", "takes 32000 at once")]),
        ),
        (
            "the key was refused",
            |_, house| house.account_mut("anna").refusal = Some(refusal(RefusalKind::Key, None)),
            (Some(("bert", "rival/large")), &[("anna", "refused the key at 2026-11-21 11:59 UTC")]),
        ),
        (
            "the account has to be paid",
            |_, house| {
                house.account_mut("anna").refusal = Some(refusal(RefusalKind::Payment, Some(NOW_MS - 1)));
            },
            (Some(("bert", "rival/large")), &[("anna", "wants the account to be paid")]),
        ),
        (
            "the provider asked to wait",
            |_, house| {
                house.account_mut("anna").refusal = Some(refusal(RefusalKind::TooMany, Some(NOW_MS + 1)));
            },
            (Some(("bert", "rival/large")), &[("anna", "wants no calls until 2026-11-21 12:00 UTC")]),
        ),
        (
            "the wait is over",
            |request, house| {
                request.model = Some("cloud/large".parse().unwrap());
                house.account_mut("anna").refusal = Some(refusal(RefusalKind::TooMany, Some(NOW_MS)));
            },
            (Some(("anna", "cloud/large")), &[]),
        ),
        (
            "refused without a time: a minute",
            |_, house| {
                house.account_mut("anna").refusal = Some(refusal(RefusalKind::Overloaded, None));
            },
            (Some(("bert", "rival/large")), &[("anna", "wants no calls until")]),
        ),
        (
            "one model of the account was refused: another of its models is taken",
            |request, house| {
                house.provider_mut("rival").off = true;
                house.account_mut("anna").refusal = Some(Refusal {
                    model: Some("cloud/large".parse().unwrap()),
                    ..refusal(RefusalKind::NoSuchModel, None)
                });
                request.turn = 3;
            },
            (Some(("anna", "cloud/mini")), &[]),
        ),
        (
            "the step failed with it already",
            |request, _| {
                request.tried.insert("anna".parse().unwrap());
            },
            (Some(("bert", "rival/large")), &[("anna", "was tried with it and failed")]),
        ),
        (
            "the user's model goes before the profile's",
            |request, _| {
                request.model = Some("rival/large".parse().unwrap());
                request.profile.model = Some("local/small".parse().unwrap());
            },
            (Some(("bert", "rival/large")), &[("bert", "named by the user"), ("home", "`rival/large` was asked for")]),
        ),
        (
            "the profile's model is kept to",
            |request, _| request.profile.model = Some("local/small".parse().unwrap()),
            (Some(("home", "local/small")), &[("anna", "`local/small` was asked for")]),
        ),
        (
            "a budget that would be exceeded leaves what costs nothing",
            |request, _| {
                request.budgets = vec![budget("November", BudgetScope::Everything, 1_000_000, 999_999)];
            },
            (
                Some(("home", "local/small")),
                &[("anna", "may cost 0.0"), ("cleo", "of the budget `November` of 1.00 USD 0.999999 USD are spent")],
            ),
        ),
        (
            "a budget of one provider leaves the others alone",
            |request, _| {
                request.budgets =
                    vec![budget("C", BudgetScope::Provider { provider: "cloud".parse().unwrap() }, 1_000, 1_000)];
            },
            (Some(("bert", "rival/large")), &[("anna", "budget `C`")]),
        ),
        (
            "a budget that is nearly spent only warns",
            |request, house| {
                house.provider_mut("rival").off = true;
                request.budgets = vec![budget("November", BudgetScope::Everything, 1_000_000, 850_000)];
            },
            (Some(("anna", "cloud/large")), &[("anna", "86 % of the budget `November`")]),
        ),
        (
            "under a budget an unknown price is refused",
            |request, house| {
                house.model_mut("cloud/large").price = None;
                house.model_mut("cloud/mini").price = None;
                request.budgets = vec![budget("November", BudgetScope::Everything, 1_000_000, 0)];
            },
            (Some(("bert", "rival/large")), &[("anna", "the price of the model is not known")]),
        ),
        (
            "without a budget it counts as middling",
            |request, house| {
                house.model_mut("cloud/large").price = None;
                request.model = Some("cloud/large".parse().unwrap());
            },
            (Some(("anna", "cloud/large")), &[("anna", "counts as middling")]),
        ),
        (
            "a price in another currency is refused under a budget",
            |request, house| {
                for id in ["cloud/large", "cloud/mini"] {
                    house.model_mut(id).price.as_mut().unwrap().currency = Currency::EUR;
                }
                request.budgets = vec![budget("November", BudgetScope::Everything, 1_000_000, 0)];
            },
            (Some(("bert", "rival/large")), &[("anna", "counts in USD and the model is paid in EUR")]),
        ),
        (
            "nothing was measured: a guess, and it is said",
            |request, house| {
                house.models.retain(|model| model.id.as_str() == "local/small");
                house.model_mut("local/small").measures = Measures::default();
                request.profile = Profile::usual(ProfileName::Balanced);
            },
            (
                Some(("home", "local/small")),
                &[
                    ("home", "quality of the model was not measured"),
                    ("home", "speed of the model was not measured"),
                    ("anna", "None of the provider's models offers text"),
                ],
            ),
        ),
        (
            "several reasons are all said",
            |request, house| {
                request.local_only = true;
                house.account_mut("bert").disabled = true;
                house.provider_mut("rival").health = DOWN;
            },
            (
                Some(("home", "local/small")),
                &[("bert", "stay on this machine"), ("bert", "account is turned off"), ("bert", "has not answered")],
            ),
        ),
        (
            "an account of an unknown provider is no candidate",
            |_, house| {
                house.providers.retain(|provider| provider.id.as_str() == "local");
            },
            (Some(("home", "local/small")), &[]),
        ),
        ("there is nothing", |_, house| *house = Registry::default(), (None, &[])),
    ]
}

#[test]
fn every_situation_has_the_account_and_the_reasons_that_one_expects() {
    let situations = situations();
    assert!(situations.len() >= 30, "{} situations", situations.len());
    for (name, arrange, (expected, reasons)) in situations {
        let (mut request, mut house) = (request(), house());
        arrange(&mut request, &mut house);
        let answer = route(&request, &house, NOW_MS);
        let (chosen, candidates) = match &answer {
            Ok(route) => (Some((route.account.as_str(), route.model.as_str())), &route.candidates),
            Err(none) => (None, &none.candidates),
        };
        assert_eq!(chosen, expected, "{name}: {candidates:#?}");
        for (account, said) in reasons {
            let candidate = candidates.iter().find(|candidate| candidate.account.as_str() == *account).unwrap();
            let all: Vec<String> = candidate.reasons.iter().map(ToString::to_string).collect();
            assert!(all.iter().any(|reason| reason.contains(said)), "{name}: `{account}` should say `{said}`: {all:?}");
        }
        for candidate in candidates {
            assert!(!candidate.reasons.is_empty(), "{name}: `{}` has no reason", candidate.account);
            let refuses = candidate.reasons.iter().any(RouteReason::refuses);
            assert_eq!(refuses, candidate.decision == Decision::Refused, "{name}: {candidate:?}");
            assert_eq!(candidate.score.is_some(), !refuses, "{name}: {candidate:?}");
        }
        let json = serde_json::to_string(&candidates).unwrap();
        assert_eq!(&serde_json::from_str::<Vec<Candidate>>(&json).unwrap(), candidates, "{name}: it can be stored");
    }
}

#[test]
fn the_order_of_the_rows_changes_nothing() {
    for (name, arrange, (expected, _)) in situations() {
        let (mut request, mut house) = (request(), house());
        arrange(&mut request, &mut house);
        house.accounts.reverse();
        house.models.reverse();
        house.providers.reverse();
        let answer = route(&request, &house, NOW_MS).ok();
        let chosen = answer.as_ref().map(|route| (route.account.as_str(), route.model.as_str()));
        assert_eq!(chosen, expected, "{name}");
    }
}

#[test]
fn when_nobody_can_it_is_said_when_to_ask_again_and_all_reasons_are_in_the_sentence() {
    let mut house = house();
    house.accounts.retain(|account| ["anna", "bert"].contains(&account.id.as_str()));
    house.account_mut("anna").refusal = Some(refusal(RefusalKind::TooMany, Some(NOW_MS + 9_000)));
    house.provider_mut("rival").health = DOWN;
    let none = route(&request(), &house, NOW_MS).unwrap_err();
    assert_eq!(none.ask_again_ms, Some(NOW_MS + 9_000), "the first that ends by itself");
    let said = none.to_string();
    assert!(said.starts_with("No account can be used for text: `anna` — The provider wants no calls until"), "{said}");
    assert!(said.contains("; `bert` — The provider has not answered since"), "{said}");

    house.account_mut("anna").disabled = true;
    let none = route(&request(), &house, NOW_MS).unwrap_err();
    assert_eq!(none.ask_again_ms, Some(NOW_MS + 60_000), "an account that is off does not come back by waiting");
    house.provider_mut("rival").off = true;
    assert_eq!(route(&request(), &house, NOW_MS).unwrap_err().ask_again_ms, None, "only the user can change something");
    let empty = route(&request(), &Registry::default(), NOW_MS).unwrap_err();
    assert_eq!(empty.to_string(), "No account can be used for text: there is none; add a provider in the settings");
}

#[test]
fn a_request_larger_than_the_whole_allowance_does_not_wait_for_the_reset() {
    let mut house = house();
    house.accounts.retain(|account| account.id.as_str() == "anna");
    house.account_mut("anna").allowance = limited(2_000, 0, Some(NOW_MS + HOUR_MS));
    assert_eq!(route(&request(), &house, NOW_MS).unwrap_err().ask_again_ms, None);
}

#[test]
fn equal_accounts_share_the_calls() {
    let house = house();
    let mut shares = std::collections::BTreeMap::<String, u32>::new();
    for turn in 0..1_000 {
        let route = route(&RouteRequest { turn, ..request() }, &house, NOW_MS).unwrap();
        *shares.entry(route.account.to_string()).or_default() += 1;
    }
    assert_eq!(shares.len(), 2, "{shares:?}");
    assert!(shares.values().all(|calls| *calls == 500), "{shares:?}");
}

#[test]
fn weights_add_up_and_the_formula_is_the_documented_one() {
    for name in ProfileName::ALL {
        let weights = Weights::of(name);
        assert_eq!(weights.quality + weights.speed + weights.price, 100, "{name}");
        let profile = Profile::usual(name);
        assert_eq!(profile.name, name);
        assert_eq!(name.as_str().parse(), Ok(name));
    }
    // 2,000 ÷ 200 + 800 ÷ 20 = 50 s: 1000 × 30 ÷ 80 = 375. At home: 300 × 0.4 + 375 × 0.35 + 1000 × 0.25 = 501.
    let mut request = request();
    request.profile = Profile::usual(ProfileName::Balanced);
    request.model = Some("local/small".parse().unwrap());
    let route = route(&request, &house(), NOW_MS).unwrap();
    let score = route.candidates[0].score.unwrap();
    assert_eq!((score.quality, score.speed, score.price), (Some(300), Some(375), Some(1_000)));
    assert_eq!(score.permille, 501);
    // 2,000 × 3 $ + 800 × 15 $ a million = 0.018 $: 1000 × 0.01 ÷ 0.028 = 357.
    request.model = Some("cloud/large".parse().unwrap());
    let route = super::route(&request, &house(), NOW_MS).unwrap();
    let anna = &route.candidates[1];
    assert_eq!(anna.score.unwrap().price, Some(357));
    assert_eq!(anna.cost, Some(usd(18_000)));
}

#[test]
fn health_follows_the_answers_and_asks_ever_more_seldom() {
    let mut health = ProviderHealth::unknown(NOW_MS);
    let mut seen = Vec::new();
    for step in 0..8 {
        health = health.after(false, NOW_MS + step);
        seen.push((health.health, health.next_check_ms - NOW_MS - step));
    }
    let waits: Vec<i64> = seen.iter().map(|(_, wait)| *wait).collect();
    assert_eq!(waits, [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
    let kinds: Vec<Health> = seen.iter().map(|(health, _)| *health).collect();
    assert_eq!(kinds[..3], [Health::Degraded, Health::Degraded, Health::Down]);
    assert_eq!(health.since_ms, NOW_MS + 2, "down since the third failure");
    health = health.after(true, NOW_MS + 100);
    assert_eq!((health.health, health.failures, health.since_ms), (Health::Ok, 0, NOW_MS + 100));
    assert_eq!(health.after(true, NOW_MS + 200).since_ms, NOW_MS + 100, "it is well since then");
}
