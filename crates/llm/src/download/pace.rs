//! Where an answer's bytes belong, and how fast they come.

use std::time::Instant;

use super::DownloadProgress;

/// `bytes 5-9/10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ContentRange {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) total: Option<u64>,
}

impl ContentRange {
    pub(super) fn read(text: &str) -> Option<Self> {
        let (range, total) = text.trim().strip_prefix("bytes")?.trim_start().split_once('/')?;
        let (start, end) = range.split_once('-')?;
        let (start, end) = (start.trim().parse().ok()?, end.trim().parse().ok()?);
        let total = match total.trim() {
            "*" => None,
            total => Some(total.parse::<u64>().ok()?),
        };
        (start <= end && end < u64::MAX && total.is_none_or(|total| end < total)).then_some(Self { start, end, total })
    }
}

/// Speed over the last seconds.
pub(super) struct Pace {
    since: Instant,
    from_bytes: u64,
    bytes_per_second: f64,
}

impl Pace {
    pub(super) fn new(done_bytes: u64) -> Self {
        Self { since: Instant::now(), from_bytes: done_bytes, bytes_per_second: 0.0 }
    }

    pub(super) fn progress(&mut self, done_bytes: u64, total_bytes: Option<u64>) -> DownloadProgress {
        let seconds = self.since.elapsed().as_secs_f64();
        if seconds >= 0.5 {
            let now = done_bytes.saturating_sub(self.from_bytes) as f64 / seconds;
            // The older half-seconds fade: about five seconds count.
            self.bytes_per_second =
                if self.bytes_per_second == 0.0 { now } else { self.bytes_per_second * 0.8 + now * 0.2 };
            (self.since, self.from_bytes) = (Instant::now(), done_bytes);
        }
        let left = total_bytes.map(|total| total.saturating_sub(done_bytes));
        let left_seconds = left
            .filter(|_| self.bytes_per_second >= 1.0)
            .map(|left| (left as f64 / self.bytes_per_second).ceil() as u64);
        DownloadProgress { done_bytes, total_bytes, bytes_per_second: self.bytes_per_second as u64, left_seconds }
    }
}
