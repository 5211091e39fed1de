//! Allowances, prices, usage and budgets.

use std::collections::BTreeMap;

use quillhouse_domain::{BrandId, RunId};

use super::{
    budget::BudgetView,
    usage::{UsageBy, UsageGroup, UsageRecord, UsageTotals, summarise},
    *,
};

fn run(number: u32) -> RunId {
    format!("00000000-0000-7000-8000-{number:012x}").parse().unwrap()
}

fn brand(number: u32) -> BrandId {
    format!("00000000-0000-7000-9000-{number:012x}").parse().unwrap()
}

#[test]
fn an_allowance_begins_anew_on_its_day_also_after_long_absence() {
    let day = 24 * HOUR_MS;
    // 2026-01-31 08:00 UTC
    let january = 1_769_846_400_000;
    let march = january + 59 * day;
    let cases = [
        (ResetEvery::Day, january, january - 1, january),
        (ResetEvery::Day, january, january, january + day),
        (ResetEvery::Day, january, january + 10 * day + 5, january + 11 * day),
        (ResetEvery::Week, january, january + day, january + 7 * day),
        (ResetEvery::Week, january, january + 7 * day, january + 14 * day),
        // February 2026 has 28 days.
        (ResetEvery::Month, january, january, january + 28 * day),
        (ResetEvery::Month, january, january + 28 * day, march),
        (ResetEvery::Month, january, march - 1, march),
        // The 31st again, though February had none; over the end of the year.
        (ResetEvery::Month, january, january + 333 * day, january + 334 * day),
        (ResetEvery::Month, january, january + 334 * day, january + 365 * day),
    ];
    for (every, first, now, expected) in cases {
        let allowance = Allowance::Limited { tokens: 100, used: 90, reset: Some(AllowanceReset::new(first, every)) };
        let Allowance::Limited { used, reset, .. } = allowance.at(now) else { panic!("it stays limited") };
        assert_eq!(reset.unwrap().at_ms, expected, "{every:?} at {} days", (now - first) / day);
        assert_eq!(used, if now < first { 90 } else { 0 });
        assert_eq!(allowance.at(now).at(now), allowance.at(now), "twice is once");
    }
    let spent = Allowance::Limited { tokens: 100, used: 90, reset: None }.spend(30, NOW_MS);
    assert_eq!(spent.left(NOW_MS), Some(0), "more than all is none");
    assert_eq!(Allowance::Unlimited.spend(5, NOW_MS).left(NOW_MS), None);
    let renewed = limited(100, 90, Some(NOW_MS)).spend(30, NOW_MS);
    assert_eq!(renewed.left(NOW_MS), Some(70), "what a call uses after the reset counts from there");
}

#[test]
fn a_call_costs_what_its_tokens_cost_and_never_less() {
    let price =
        Price { currency: Currency::USD, input_micros: 2_500_000, cached_micros: 250_000, output_micros: 10_000_000 };
    let cases = [
        (0, 0, 0, 0),
        (1_000_000, 0, 0, 2_500_000),
        (1_000_000, 400_000, 100_000, 1_500_000 + 100_000 + 1_000_000),
        (1, 0, 0, 3),
        (10, 20, 0, 3),
        (u64::MAX, 0, u64::MAX, u64::MAX),
    ];
    for (input, cached, output, expected) in cases {
        assert_eq!(price.cost(input, cached, output), usd(expected), "{input} in, {cached} kept, {output} out");
    }
    for (micros, shown) in [
        (0, "0.00 USD"),
        (1_250_000, "1.25 USD"),
        (1_255_000, "1.26 USD"),
        (10_000, "0.01 USD"),
        (18_400, "0.0184 USD"),
        (3, "0.000003 USD"),
        (999_999, "0.999999 USD"),
        (12_345_678_901, "12345.68 USD"),
    ] {
        assert_eq!(usd(micros).to_string(), shown);
    }
    for wrong in ["", "usd", "US", "DOLLAR", "U$D", "ÄÖ"] {
        assert!(wrong.parse::<Currency>().is_err(), "{wrong}");
    }
    assert_eq!(serde_json::to_string(&usd(5)).unwrap(), r#"{"micros":5,"currency":"USD"}"#);
}

fn record(at_ms: i64, run_number: u32, step: &str, provider: &str, cost: Option<Money>) -> UsageRecord {
    UsageRecord {
        at_ms,
        brand: Some(brand(run_number % 2)),
        run: Some(run(run_number)),
        step: Some(step.to_owned()),
        provider: provider.parse().unwrap(),
        account: Some("anna".parse().unwrap()),
        model: format!("{provider}/m").parse().unwrap(),
        tokens_in: 1_000,
        tokens_cached: 200,
        tokens_out: 100,
        duration_ms: 2_000,
        cost,
    }
}

fn records() -> Vec<UsageRecord> {
    let month = 31 * 24 * HOUR_MS;
    vec![
        record(NOW_MS, 1, "outline", "cloud", Some(usd(10))),
        record(NOW_MS, 1, "outline", "cloud", Some(usd(20))),
        record(NOW_MS, 1, "section", "local", Some(usd(0))),
        record(NOW_MS, 2, "outline", "cloud", None),
        record(NOW_MS - month, 2, "section", "rival", Some(Money { micros: 7, currency: Currency::EUR })),
    ]
}

#[test]
fn sums_are_right_for_each_kind_of_group() {
    let records = records();
    let cases = [
        (UsageBy::Step, vec![2, 1, 1, 1]),
        (UsageBy::Run, vec![3, 2]),
        (UsageBy::Brand, vec![2, 3]),
        (UsageBy::Provider, vec![3, 1, 1]),
        (UsageBy::Account, vec![5]),
        (UsageBy::Model, vec![3, 1, 1]),
        (UsageBy::Month, vec![1, 4]),
    ];
    for (by, calls) in cases {
        let sums = summarise(&records, by, 0);
        assert_eq!(sums.iter().map(|(_, totals)| totals.calls).collect::<Vec<_>>(), calls, "{by:?}");
        assert_eq!(sums.iter().map(|(_, totals)| totals.tokens_in).sum::<u64>(), 5_000, "{by:?}: nothing is lost");
    }
    let by_run = summarise(&records, UsageBy::Run, 0);
    let UsageTotals { tokens_cached, tokens_out, duration_ms, cost_micros, calls_without_cost, .. } = &by_run[0].1;
    assert_eq!(by_run[0].0, UsageGroup::Run { run: Some(run(1)) });
    assert_eq!((*tokens_cached, *tokens_out, *duration_ms, *calls_without_cost), (600, 300, 6_000, 0));
    assert_eq!(*cost_micros, BTreeMap::from([(Currency::USD, 30)]), "what costs nothing is not listed");
    assert_eq!(by_run[1].1.calls_without_cost, 1, "what nobody knows is said");
    let all = UsageTotals::of(&records);
    assert_eq!(all.cost_micros, BTreeMap::from([(Currency::USD, 30), (Currency::EUR, 7)]), "currencies are not added");
    assert_eq!(summarise(&[], UsageBy::Run, 0), vec![]);
}

#[test]
fn a_budget_counts_what_falls_under_it_and_nothing_else() {
    let records = records();
    let view = BudgetView { run: Some(run(1)), now_ms: NOW_MS, offset_minutes: 0 };
    let cases = [
        (BudgetScope::Everything, BudgetPeriod::Month, 30, 1),
        (BudgetScope::Everything, BudgetPeriod::Ever, 30, 2),
        (BudgetScope::Brand { brand: brand(1) }, BudgetPeriod::Month, 30, 0),
        (BudgetScope::Brand { brand: brand(0) }, BudgetPeriod::Day, 0, 1),
        (BudgetScope::Provider { provider: "cloud".parse().unwrap() }, BudgetPeriod::Ever, 30, 1),
        (BudgetScope::EachRun, BudgetPeriod::Ever, 30, 0),
    ];
    for (scope, period, spent, uncounted) in cases {
        let budget = Budget { scope, period, ..budget("b", BudgetScope::Everything, 100, 0).budget };
        let standing = budget.standing(&records, view);
        assert_eq!((standing.spent_micros, standing.uncounted_calls), (spent, uncounted), "{budget:?}");
        assert_eq!(standing.percent(), spent as u32);
    }
    let cap = Budget { scope: BudgetScope::EachRun, ..budget("cap", BudgetScope::Everything, 100, 0).budget };
    let without = BudgetView { run: None, ..view };
    assert_eq!(cap.standing(&records, without).spent_micros, 0, "calls without a run are no run's");
    let of_brand = Budget { scope: BudgetScope::Brand { brand: brand(1) }, ..cap };
    assert!(of_brand.covers(Some(brand(1))) && !of_brand.covers(Some(brand(0))) && !of_brand.covers(None));
}

#[test]
fn a_budget_warns_and_stops_where_it_says() {
    enum Says {
        Within,
        Warns(u32),
        Stops,
    }
    let cases = [
        (100, 0, 79, true, Says::Within),
        (100, 0, 80, true, Says::Warns(80)),
        (100, 50, 50, true, Says::Warns(100)),
        (100, 50, 51, true, Says::Stops),
        (100, 50, 51, false, Says::Warns(101)),
        (100, 500, 0, true, Says::Within),
        (0, 0, 1, true, Says::Stops),
        (0, 0, 0, true, Says::Within),
        (u64::MAX, u64::MAX, u64::MAX, true, Says::Warns(100)),
    ];
    for (limit, spent, cost, stops, expected) in cases {
        let mut standing = budget("b", BudgetScope::Everything, limit, spent);
        standing.budget.stops = stops;
        let verdict = standing.verdict(Some(usd(cost)));
        let right = match (&expected, &verdict) {
            (Says::Warns(percent), BudgetVerdict::Warns(RouteReason::BudgetNearlySpent { percent: said, .. })) => {
                percent == said
            }
            (Says::Within, BudgetVerdict::Within)
            | (Says::Stops, BudgetVerdict::Stops(RouteReason::OverBudget { .. })) => true,
            _ => false,
        };
        assert!(right, "{spent} of {limit} and {cost} more: {verdict:?}");
    }
    let mut standing = budget("b", BudgetScope::Everything, 100, 0);
    let euros = Money { micros: 1, currency: Currency::EUR };
    assert!(matches!(standing.verdict(None), BudgetVerdict::Stops(RouteReason::PriceUnknown { .. })));
    assert!(matches!(standing.verdict(Some(euros)), BudgetVerdict::Stops(RouteReason::OtherCurrency { .. })));
    standing.budget.stops = false;
    assert_eq!(standing.verdict(None), BudgetVerdict::Within, "one that only warns cannot warn of what nobody knows");
}
