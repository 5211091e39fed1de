//! How long the application did what only it is for: reading files, embedding, asking a model.
//!
//! Invariants
//! - Time in which several things are under way at once counts once.
//! - A guard that is dropped, however its work ended, ends its interval.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// A kind of work that happens in a child process or on a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A file is being read by `worker parse`.
    Parsing,
    /// Texts are being embedded.
    Embedding,
    /// A model is being asked: an answer, a comparison, a count of tokens, its start included.
    Inference,
}

/// Time in which work was under way, in all and by kind. The kinds may overlap, so they add up to `any` or more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BusyTime {
    /// At least one of them.
    pub any: Duration,
    /// Parsing.
    pub parsing: Duration,
    /// Embedding.
    pub embedding: Duration,
    /// Inference.
    pub inference: Duration,
}

/// Measures the union of the intervals in which work is under way. Starts at zero.
#[derive(Debug, Default)]
pub struct Busy {
    intervals: Mutex<Intervals>,
}

#[derive(Debug, Default)]
struct Intervals {
    any: Interval,
    parsing: Interval,
    embedding: Interval,
    inference: Interval,
}

#[derive(Debug, Default)]
struct Interval {
    under_way: u32,
    since: Option<Instant>,
    closed: Duration,
}

impl Interval {
    fn begin(&mut self, now: Instant) {
        if self.under_way == 0 {
            self.since = Some(now);
        }
        self.under_way += 1;
    }

    fn end(&mut self, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        if self.under_way == 0
            && let Some(since) = self.since.take()
        {
            self.closed += now.saturating_duration_since(since);
        }
    }

    fn total(&self, now: Instant) -> Duration {
        self.closed + self.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }
}

impl Intervals {
    const fn of(&mut self, work: Work) -> &mut Interval {
        match work {
            Work::Parsing => &mut self.parsing,
            Work::Embedding => &mut self.embedding,
            Work::Inference => &mut self.inference,
        }
    }
}

/// Work that is under way until this is dropped.
#[derive(Debug)]
pub struct BusyGuard {
    busy: Arc<Busy>,
    work: Work,
}

impl Drop for BusyGuard {
    fn drop(&mut self) {
        self.busy.end(self.work, Instant::now());
    }
}

impl Busy {
    /// Work begins.
    pub fn begin(self: &Arc<Self>, work: Work) -> BusyGuard {
        self.begin_at(work, Instant::now());
        BusyGuard { busy: Arc::clone(self), work }
    }

    /// What was measured so far; work that is under way counts up to now.
    pub fn time(&self) -> BusyTime {
        self.time_at(Instant::now())
    }

    fn locked(&self) -> MutexGuard<'_, Intervals> {
        self.intervals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin_at(&self, work: Work, now: Instant) {
        let mut intervals = self.locked();
        intervals.any.begin(now);
        intervals.of(work).begin(now);
    }

    fn end(&self, work: Work, now: Instant) {
        let mut intervals = self.locked();
        intervals.any.end(now);
        intervals.of(work).end(now);
    }

    fn time_at(&self, now: Instant) -> BusyTime {
        let intervals = self.locked();
        BusyTime {
            any: intervals.any.total(now),
            parsing: intervals.parsing.total(now),
            embedding: intervals.embedding.total(now),
            inference: intervals.inference.total(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_counts_once_however_much_is_under_way() {
        let (busy, start) = (Busy::default(), Instant::now());
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        busy.begin_at(Work::Parsing, at(0));
        busy.begin_at(Work::Parsing, at(10));
        busy.end(Work::Parsing, at(30));
        busy.begin_at(Work::Embedding, at(35));
        busy.end(Work::Parsing, at(40));
        busy.end(Work::Embedding, at(50));
        busy.begin_at(Work::Inference, at(80));
        let milliseconds = |now| {
            let time = busy.time_at(at(now));
            [time.any, time.parsing, time.embedding, time.inference].map(|part| part.as_millis())
        };
        assert_eq!(milliseconds(80), [50, 40, 15, 0], "the pause of 30 ms belongs to nothing");
        assert_eq!(milliseconds(100), [70, 40, 15, 20], "what is under way counts up to now");
    }

    #[test]
    fn a_dropped_guard_ends_its_interval() {
        let busy = Arc::new(Busy::default());
        drop(busy.begin(Work::Embedding));
        let later = Instant::now() + Duration::from_secs(5);
        assert!(busy.time_at(later).embedding < Duration::from_secs(5), "nothing is under way any more");
    }
}
