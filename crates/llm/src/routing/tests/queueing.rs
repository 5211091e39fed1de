//! Which runs start, which wait and why, and when a failure is tried again.

use std::collections::BTreeMap;

use quillhouse_domain::{BrandId, RunId};

use super::{
    queue::{QueuePlan, QueueRules, QueueState, QueuedRun, RunPriority, WaitReason, decide},
    *,
};

fn id(number: u32) -> RunId {
    format!("00000000-0000-7000-8000-{number:012x}").parse().unwrap()
}

fn brand(number: u32) -> BrandId {
    format!("00000000-0000-7000-9000-{number:012x}").parse().unwrap()
}

/// Queued a second after each other.
fn run(number: u32, provider: &str) -> QueuedRun {
    QueuedRun {
        id: id(number),
        brand: brand(1),
        priority: RunPriority::Normal,
        queued_at_ms: NOW_MS - 100_000 + i64::from(number) * 1_000,
        start_at_ms: None,
        provider: (!provider.is_empty()).then(|| provider.parse().unwrap()),
        state: QueueState::Waiting,
        failure: None,
    }
}

fn failure(kind: FailureKind, attempts: u32, retry_at_ms: Option<i64>) -> Failure {
    Failure { at_ms: NOW_MS, kind, attempts, retry_at_ms }
}

/// Two together, two at the cloud, one elsewhere.
fn rules() -> QueueRules {
    QueueRules {
        runs_together: 3,
        concurrency: BTreeMap::from([("cloud".parse().unwrap(), 2)]),
        ..QueueRules::one_by_one()
    }
}

type Arrange = fn(&mut Vec<QueuedRun>, &mut QueueRules);
/// Name, what is different, what starts, what waits and why, when to decide again.
type Situation = (&'static str, Arrange, Vec<u32>, Vec<(u32, WaitReason)>, Option<i64>);

#[expect(clippy::too_many_lines, reason = "a table of situations is read as one")]
fn situations() -> Vec<Situation> {
    use WaitReason::{
        AllFull, BrandPaused, NeedsUser, NotYet, ProviderFull, ProviderPaused, ProviderWaits, QueuePaused, RunPaused,
        TriedOften,
    };
    vec![
        ("nothing is queued", |runs, _| runs.clear(), vec![], vec![], None),
        (
            "the first come first, as far as the provider goes",
            |_, _| {},
            vec![1, 2, 4],
            vec![(3, ProviderFull { runs: 2 })],
            None,
        ),
        (
            "all runs together are limited too",
            |_, rules| rules.runs_together = 1,
            vec![1],
            vec![(2, AllFull { runs: 1 }), (3, AllFull { runs: 1 }), (4, AllFull { runs: 1 })],
            None,
        ),
        (
            "nought together is one",
            |_, rules| rules.runs_together = 0,
            vec![1],
            vec![(2, AllFull { runs: 1 }), (3, AllFull { runs: 1 }), (4, AllFull { runs: 1 })],
            None,
        ),
        (
            "the urgent one goes first",
            |runs, _| runs[2].priority = RunPriority::High,
            vec![3, 1, 4],
            vec![(2, ProviderFull { runs: 2 })],
            None,
        ),
        (
            "the one without hurry goes last",
            |runs, _| runs[0].priority = RunPriority::Low,
            vec![2, 3, 4],
            vec![(1, AllFull { runs: 3 })],
            None,
        ),
        (
            "what is under way is counted and left alone",
            |runs, _| runs[0].state = QueueState::Running,
            vec![2, 4],
            vec![(3, ProviderFull { runs: 2 })],
            None,
        ),
        (
            "a provider that is not listed takes one",
            |runs, _| {
                runs.retain(|run| run.id == id(4));
                runs.push(run(5, "local"));
            },
            vec![4],
            vec![(5, ProviderFull { runs: 1 })],
            None,
        ),
        (
            "a run without a model needs no provider",
            |runs, rules| {
                runs.push(run(5, ""));
                rules.runs_together = 9;
            },
            vec![1, 2, 4, 5],
            vec![(3, ProviderFull { runs: 2 })],
            None,
        ),
        (
            "its time has not come",
            |runs, _| runs[0].start_at_ms = Some(NOW_MS + 5),
            vec![2, 3, 4],
            vec![(1, NotYet { at_ms: NOW_MS + 5 })],
            Some(NOW_MS + 5),
        ),
        (
            "its time has come",
            |runs, _| {
                runs.truncate(1);
                runs[0].start_at_ms = Some(NOW_MS);
            },
            vec![1],
            vec![],
            None,
        ),
        (
            "waiting is counted from the start time",
            |runs, rules| {
                runs[0].start_at_ms = Some(NOW_MS - 1);
                rules.runs_together = 2;
            },
            vec![2, 3],
            vec![(4, AllFull { runs: 2 }), (1, AllFull { runs: 2 })],
            None,
        ),
        (
            "the queue is held",
            |runs, rules| {
                runs.truncate(1);
                rules.paused = true;
            },
            vec![],
            vec![(1, QueuePaused)],
            None,
        ),
        ("a run is held", |runs, _| runs[0].state = QueueState::Paused, vec![2, 3, 4], vec![(1, RunPaused)], None),
        (
            "a brand is held",
            |runs, rules| {
                runs[0].brand = brand(2);
                rules.paused_brands = [brand(2)].into();
            },
            vec![2, 3, 4],
            vec![(1, BrandPaused)],
            None,
        ),
        (
            "a provider is held",
            |_, rules| rules.paused_providers = ["cloud".parse().unwrap()].into(),
            vec![4],
            vec![(1, ProviderPaused), (2, ProviderPaused), (3, ProviderPaused)],
            None,
        ),
        (
            "a provider wants to be left alone",
            |_, rules| {
                rules.not_before_ms = BTreeMap::from([("cloud".parse().unwrap(), NOW_MS + 70)]);
            },
            vec![4],
            vec![
                (1, ProviderWaits { at_ms: NOW_MS + 70 }),
                (2, ProviderWaits { at_ms: NOW_MS + 70 }),
                (3, ProviderWaits { at_ms: NOW_MS + 70 }),
            ],
            Some(NOW_MS + 70),
        ),
        (
            "a failure that needs the user",
            |runs, _| {
                runs[0].failure = Some(failure(FailureKind::NeedsUser, 1, None));
            },
            vec![2, 3, 4],
            vec![(1, NeedsUser)],
            None,
        ),
        (
            "tried often enough",
            |runs, _| runs[0].failure = Some(failure(FailureKind::Broken, 8, None)),
            vec![2, 3, 4],
            vec![(1, TriedOften { attempts: 8 })],
            None,
        ),
        (
            "the wait after a failure is over",
            |runs, _| {
                runs.truncate(1);
                runs[0].failure = Some(Failure { at_ms: NOW_MS - 1_000, ..failure(FailureKind::Broken, 1, None) });
            },
            vec![1],
            vec![],
            None,
        ),
        (
            "the earliest of several ends wakes",
            |runs, _| {
                runs.truncate(2);
                runs[0].start_at_ms = Some(NOW_MS + 900);
                runs[1].start_at_ms = Some(NOW_MS + 300);
            },
            vec![],
            vec![(2, NotYet { at_ms: NOW_MS + 300 }), (1, NotYet { at_ms: NOW_MS + 900 })],
            Some(NOW_MS + 300),
        ),
    ]
}

#[test]
fn every_situation_of_the_queue_starts_the_right_runs_and_says_why_the_others_wait() {
    for (name, arrange, start, waiting, wake) in situations() {
        let mut runs = vec![run(1, "cloud"), run(2, "cloud"), run(3, "cloud"), run(4, "local")];
        let mut rules = rules();
        arrange(&mut runs, &mut rules);
        let expected = QueuePlan {
            start: start.into_iter().map(id).collect(),
            waiting: waiting.into_iter().map(|(number, reason)| (id(number), reason)).collect(),
            wake_at_ms: wake,
        };
        assert_eq!(decide(&runs, &rules, NOW_MS), expected, "{name}");
        runs.reverse();
        assert_eq!(decide(&runs, &rules, NOW_MS), expected, "{name}: the order of the rows changes nothing");
    }
}

#[test]
fn after_a_restart_the_stored_state_gives_the_same_plan() {
    let mut runs = vec![run(1, "cloud"), run(2, "cloud"), run(3, "cloud"), run(4, "local")];
    runs[2].failure = Some(failure(FailureKind::Broken, 2, None));
    let first = decide(&runs, &rules(), NOW_MS);
    for run in runs.iter_mut().filter(|run| first.start.contains(&run.id)) {
        run.state = QueueState::Running;
    }
    let stored = serde_json::to_string(&runs).unwrap();
    let read: Vec<QueuedRun> = serde_json::from_str(&stored).unwrap();
    let back: Vec<QueuedRun> = read.into_iter().map(QueuedRun::put_back).collect();
    assert_eq!(decide(&back, &rules(), NOW_MS), first, "the process ended in the middle, and the same is done again");
    let held = QueuedRun { state: QueueState::Paused, ..run(1, "") };
    assert_eq!(held.clone().put_back(), held, "what the user holds stays held");
}

#[test]
fn retries_come_later_each_time_are_spread_and_never_come_before_the_provider_allows() {
    let policy = RetryPolicy::USUAL;
    let mut waits = Vec::new();
    for attempts in 1..8 {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let Retry::At { at_ms } = retry(failure(FailureKind::Broken, attempts, None), policy, seed) else {
                panic!("attempt {attempts} is not the last")
            };
            seen.insert(at_ms - NOW_MS);
        }
        let whole = (1_000 << (attempts - 1)).min(60_000);
        let (least, most) = (*seen.first().unwrap(), *seen.last().unwrap());
        assert!(least >= whole / 2 && most <= whole, "attempt {attempts}: {least} to {most} ms");
        assert!(seen.len() > 100, "attempt {attempts}: they do not come back together ({} times)", seen.len());
        waits.push(whole);
    }
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
    let asked = failure(FailureKind::Refused, 1, Some(NOW_MS + 90_000));
    for seed in 0..200 {
        let Retry::At { at_ms } = retry(asked, policy, seed) else { panic!("it is tried again") };
        assert!((90_000..91_000).contains(&(at_ms - NOW_MS)), "{}", at_ms - NOW_MS);
        assert_eq!(retry(asked, policy, seed), Retry::At { at_ms }, "the same seed gives the same time");
    }
    let past = failure(FailureKind::Refused, 3, Some(NOW_MS - 90_000));
    let Retry::At { at_ms } = retry(past, policy, 1) else { panic!("it is tried again") };
    assert!(at_ms >= NOW_MS + 2_000, "a time that is over does not shorten the wait");
    assert_eq!(retry(failure(FailureKind::NeedsUser, 1, None), policy, 0), Retry::NeedsUser);
    assert_eq!(retry(failure(FailureKind::Broken, 8, None), policy, 0), Retry::TriedOften { attempts: 8 });
    let zero = RetryPolicy { first_wait_ms: 0, longest_wait_ms: 0, most_attempts: u32::MAX };
    assert_eq!(retry(failure(FailureKind::Broken, 4_000_000, None), zero, 0), Retry::At { at_ms: NOW_MS });
}

#[test]
fn a_queue_that_is_followed_to_its_end_runs_everything_once_and_never_too_much_at_once() {
    let mut runs: Vec<QueuedRun> =
        (1..40).map(|number| run(number, if number % 3 == 0 { "local" } else { "cloud" })).collect();
    let rules = rules();
    let mut done = Vec::new();
    while !runs.is_empty() {
        let plan = decide(&runs, &rules, NOW_MS);
        for run in runs.iter_mut().filter(|run| plan.start.contains(&run.id)) {
            run.state = QueueState::Running;
        }
        let under_way = |provider: Option<&str>| {
            let of = |run: &&QueuedRun| {
                provider.is_none_or(|name| run.provider.as_ref().is_some_and(|provider| provider.as_str() == name))
            };
            runs.iter().filter(|run| run.state == QueueState::Running).filter(of).count()
        };
        assert!(under_way(None) <= 3 && under_way(Some("cloud")) <= 2 && under_way(Some("local")) <= 1);
        let ended =
            runs.iter().position(|run| run.state == QueueState::Running).expect("something is always under way");
        done.push(runs.remove(ended).id);
    }
    done.sort_unstable();
    assert_eq!(done, (1..40).map(id).collect::<Vec<_>>());
}
