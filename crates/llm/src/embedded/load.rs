//! How many threads are worth using right now.
//!
//! llama.cpp's threads wait for each other by spinning: when another program keeps one core busy, two threads are slower
//! than one, and on a crowded machine twenty times slower. So the load of the others is watched, where the system shows it
//! (`/proc`), and threads are given up and taken back. Elsewhere the wanted number stays.

use std::{
    cmp::Ordering,
    time::{Duration, Instant},
};

/// Shorter than this, the system's clock ticks of 10 ms say too little.
const WINDOW: Duration = Duration::from_millis(250);
/// What lies longer back says nothing about now.
const STALE: Duration = Duration::from_secs(2);
/// A thread that gets less than this much of a core holds up the others more than it helps.
const WORTHWHILE_SHARE: f32 = 0.6;
/// Threads are taken back only after so many windows in a row, because changing costs a copy of the context.
const CALM_WINDOWS: u32 = 4;

/// Watches the load and advises.
#[derive(Debug)]
pub(crate) struct Threads {
    wanted: u32,
    current: u32,
    calm: u32,
    last: Option<(Instant, Ticks)>,
}

/// Clock ticks since the system started, over all cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ticks {
    cores: u32,
    total: u64,
    busy: u64,
    own: u64,
}

impl Threads {
    /// Starts watching.
    pub(crate) fn new(wanted: u32) -> Self {
        let wanted = wanted.max(1);
        Self { wanted, current: wanted, calm: 0, last: read().map(|ticks| (Instant::now(), ticks)) }
    }

    /// How many to use from now on.
    pub(crate) fn advise(&mut self) -> u32 {
        let Some((at, before)) = self.last else { return self.current };
        let elapsed = at.elapsed();
        if self.wanted == 1 || elapsed < WINDOW {
            return self.current;
        }
        let Some(now) = read() else { return self.current };
        self.last = Some((Instant::now(), now));
        if elapsed <= STALE {
            self.take(worthwhile(before, now, self.wanted));
        }
        self.current
    }

    fn take(&mut self, advised: u32) {
        match advised.cmp(&self.current) {
            Ordering::Less => {
                self.current = advised;
                self.calm = 0;
            }
            Ordering::Greater => {
                self.calm += 1;
                if self.calm >= CALM_WINDOWS {
                    self.current = advised;
                    self.calm = 0;
                }
            }
            Ordering::Equal => self.calm = 0,
        }
    }
}

/// Threads that find a core mostly free between two looks at the system.
fn worthwhile(before: Ticks, after: Ticks, wanted: u32) -> u32 {
    let total = after.total.saturating_sub(before.total);
    if total == 0 {
        return wanted;
    }
    let busy = after.busy.saturating_sub(before.busy);
    let own = after.own.saturating_sub(before.own);
    let others = busy.saturating_sub(own) as f32 / total as f32 * after.cores as f32;
    let free = after.cores as f32 - others;
    ((free + 1.0 - WORTHWHILE_SHARE).floor() as u32).clamp(1, wanted)
}

fn read() -> Option<Ticks> {
    let system = std::fs::read_to_string("/proc/stat").ok()?;
    let own = std::fs::read_to_string("/proc/self/stat").ok()?;
    parse(&system, &own)
}

fn parse(system: &str, own: &str) -> Option<Ticks> {
    let mut lines = system.lines();
    let numbers: Vec<u64> =
        lines.next()?.strip_prefix("cpu ")?.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal; what guests use is part of user.
    let eight = numbers.get(..8)?;
    let total: u64 = eight.iter().sum();
    let cores = lines.take_while(|line| line.starts_with("cpu")).count() as u32;
    // The program's name may contain anything, but ends with the last parenthesis.
    let fields: Vec<&str> = own.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<u64>().ok();
    Some(Ticks { cores: cores.max(1), total, busy: total - eight[3] - eight[4], own: ticks(11)? + ticks(12)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ticks(total: u64, busy: u64, own: u64) -> Ticks {
        Ticks { cores: 2, total, busy, own }
    }

    #[test]
    fn the_systems_files_are_read_as_they_are_written() {
        let system = "cpu  100 10 50 800 20 0 5 15 0 0\ncpu0 1 2 3\ncpu1 1 2 3\nintr 5\n";
        let own = "42 (a (strange) name) R 1 1 1 0 -1 4194304 100 0 0 0 7 3 0 0 20 0 3 0 404292";
        assert_eq!(parse(system, own), Some(Ticks { cores: 2, total: 1000, busy: 180, own: 10 }));
        for (system, own) in [("", own), (system, ""), ("cpu  1 2 3\n", own), ("cpu  a b c\n", own)] {
            assert_eq!(parse(system, own), None, "half a file is no reading: {system:?} {own:?}");
        }
    }

    #[test]
    fn threads_are_worthwhile_only_on_cores_that_are_mostly_free() {
        let before = ticks(0, 0, 0);
        let cases = [
            ("alone", ticks(200, 200, 200), 2),
            ("others do little", ticks(200, 200, 165), 2),
            ("one core is taken", ticks(200, 200, 110), 1),
            ("a crowd", ticks(200, 200, 20), 1),
            ("idle", ticks(200, 0, 0), 2),
            ("no time passed", ticks(0, 0, 0), 2),
            ("a counter that ran backwards", ticks(200, 0, 50), 2),
        ];
        for (name, after, expected) in cases {
            assert_eq!(worthwhile(before, after, 2), expected, "{name}");
        }
    }

    #[test]
    fn threads_are_given_up_at_once_and_taken_back_after_a_calm() {
        let mut threads = Threads { wanted: 4, current: 4, calm: 0, last: None };
        threads.take(2);
        assert_eq!(threads.current, 2);
        for advised in [4, 4, 2, 4, 4, 4] {
            threads.take(advised);
            assert_eq!(threads.current, 2, "a calm that was interrupted begins again");
        }
        threads.take(4);
        assert_eq!(threads.current, 4);
    }
}
