//! What the studio needs from outside: time and fresh ids. Everything else is passed in.

use std::time::Instant;

use uuid::Uuid;

/// The clock and the source of ids.
pub trait Host: Send + Sync {
    /// Now, RFC 3339 in UTC with milliseconds.
    fn now(&self) -> String;

    /// Now plus seconds, in the same form.
    fn later(&self, seconds: i64) -> String;

    /// Now, in milliseconds since 1970, UTC.
    fn now_ms(&self) -> i64;

    /// That moment in the form of [`Self::now`].
    fn written(&self, at_ms: i64) -> String;

    /// Milliseconds since the host was made; never goes back.
    fn elapsed_ms(&self) -> u64;

    /// A new time-ordered id.
    fn new_id(&self) -> Uuid;
}

/// The computer's own clock.
#[derive(Debug)]
pub struct SystemHost {
    started: Instant,
}

impl SystemHost {
    /// Starts counting.
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemHost {
    fn default() -> Self {
        Self::new()
    }
}

fn written(timestamp: jiff::Timestamp) -> String {
    timestamp.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
fn timestamp() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

impl Host for SystemHost {
    fn now(&self) -> String {
        written(timestamp())
    }

    fn later(&self, seconds: i64) -> String {
        let now = timestamp();
        written(now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(now))
    }

    fn now_ms(&self) -> i64 {
        timestamp().as_millisecond()
    }

    fn written(&self, at_ms: i64) -> String {
        jiff::Timestamp::from_millisecond(at_ms).map(written).unwrap_or_default()
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Seconds between two times of a [`Host`]; 0 when either cannot be read.
pub(crate) fn seconds_between(start: &str, end: &str) -> f64 {
    match (start.parse::<jiff::Timestamp>(), end.parse::<jiff::Timestamp>()) {
        (Ok(start), Ok(end)) => end.duration_since(start).as_secs_f64().max(0.0),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sort_as_text_and_subtract_as_seconds() {
        let host = SystemHost::new();
        let (now, later) = (host.now(), host.later(90));
        assert!(now < later, "expiry is compared as text in SQLite: {now} {later}");
        assert!((seconds_between(&now, &later) - 90.0).abs() < 1.0);
    }
}
