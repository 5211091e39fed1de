//! When to ask again, and after how long: growing pauses with chance in them, never shorter than the server asked for.
//!
//! Nothing here sends anything. Callers ask again only while no byte of an answer has come.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    time::{Duration, UNIX_EPOCH},
};

use async_trait::async_trait;

/// How often and how patiently to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Tries after the first one; 0 asks once.
    pub more_tries: u32,
    /// The pause before the second try; it doubles with every further one.
    pub first_pause: Duration,
    /// The longest pause that is waited for. A server that asks for more is not asked again.
    pub longest_pause: Duration,
}

impl Retry {
    /// Asks once.
    pub const NEVER: Self =
        Self { more_tries: 0, first_pause: Duration::from_secs(1), longest_pause: Duration::from_secs(1) };
    /// Two more tries within about twenty seconds: what a person in front of the screen waits for.
    pub const BRIEF: Self =
        Self { more_tries: 2, first_pause: Duration::from_millis(800), longest_pause: Duration::from_secs(20) };

    /// The pause before another try, when `tries` have failed and the server asked for `asked`; `None` to give up.
    /// `chance` is between 0 and 1: pauses that nobody asked for are shortened by up to half, others get up to a tenth more.
    pub fn pause_after(&self, tries: u32, asked: Option<Duration>, chance: f64) -> Option<Duration> {
        if tries == 0 || tries > self.more_tries {
            return None;
        }
        let chance = if chance.is_nan() { 0.5 } else { chance.clamp(0.0, 1.0) };
        if let Some(asked) = asked {
            return (asked <= self.longest_pause).then(|| asked + asked.mul_f64(chance / 10.0));
        }
        let grown = self.first_pause.saturating_mul(1 << (tries - 1).min(20));
        Some(grown.min(self.longest_pause).mul_f64(1.0 - chance / 2.0))
    }
}

/// Waits, and throws dice. Tests bring their own.
#[async_trait]
pub trait Pauses: Send + Sync {
    /// Returns when the time is over; dropped when the caller was stopped.
    async fn pause(&self, time: Duration);

    /// A number between 0 and 1.
    fn chance(&self) -> f64;
}

/// Real time, and chance from the hash keys of the process.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemPauses;

#[async_trait]
impl Pauses for SystemPauses {
    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn chance(&self) -> f64 {
        let bits = RandomState::new().build_hasher().finish() >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }
}

/// What a `Retry-After` header asks for: seconds, or a date that is compared with `now_ms` (since 1970, UTC).
pub fn retry_after(header: &str, now_ms: i64) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(header).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let now = Duration::from_millis(u64::try_from(now_ms).ok()?);
    Some(date.saturating_sub(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let retry = Retry { more_tries: 4, first_pause: Duration::from_secs(1), longest_pause: Duration::from_secs(5) };
        let pauses: Vec<_> = (1..=5).map(|tries| retry.pause_after(tries, None, 0.0)).collect();
        let seconds = |number| Some(Duration::from_secs(number));
        assert_eq!(pauses, [seconds(1), seconds(2), seconds(4), seconds(5), None], "doubling, at most the longest");
        assert_eq!(
            retry.pause_after(1, None, 1.0),
            Some(Duration::from_millis(500)),
            "chance shortens by half at most"
        );
        assert_eq!(Retry::NEVER.pause_after(1, None, 0.5), None);
    }

    #[test]
    fn a_server_that_asks_for_a_pause_gets_at_least_that_or_no_second_try() {
        let asked = Duration::from_secs(7);
        for chance in [0.0, 0.3, 1.0, f64::NAN] {
            let pause = Retry::BRIEF.pause_after(1, Some(asked), chance);
            assert!(pause.is_some_and(|pause| pause >= asked), "{chance}: {pause:?}");
        }
        assert_eq!(Retry::BRIEF.pause_after(1, Some(Duration::from_hours(1)), 0.0), None);
    }

    #[test]
    fn a_retry_after_is_seconds_or_a_date() {
        // 1994-11-06T08:49:37Z
        let now_ms = 784_111_777_000;
        let cases = [
            ("12", Some(12_000)),
            (" 0.5 ", Some(500)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30_000)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("-3", None),
            ("inf", None),
            ("soon", None),
            ("", None),
        ];
        for (header, expected_ms) in cases {
            assert_eq!(retry_after(header, now_ms), expected_ms.map(Duration::from_millis), "from {header:?}");
        }
    }

    #[test]
    fn chance_lies_between_zero_and_one_and_is_not_always_the_same() {
        let thrown: Vec<f64> = (0..32).map(|_| SystemPauses.chance()).collect();
        assert!(thrown.iter().all(|chance| (0.0..1.0).contains(chance)), "{thrown:?}");
        assert!(thrown.windows(2).any(|pair| pair[0].to_bits() != pair[1].to_bits()), "{thrown:?}");
    }
}
