//! Physical memory of this process, children apart, as Linux tells it. Elsewhere nothing is known.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How often a watch looks.
const EVERY: Duration = Duration::from_millis(20);

/// One line of `/proc/self/status`, in KiB.
fn status_kib(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn mebibytes(kib: u64) -> f64 {
    kib as f64 / 1_024.0
}

/// `VmHWM`: most it has held at once, pages of files included (its own program's code above all).
pub(crate) fn peak_mebibytes() -> Option<f64> {
    status_kib("VmHWM").map(mebibytes)
}

/// Watches `RssAnon`: what the process holds of its own. Pages of files are left out, because the system takes them back
/// whenever it needs them.
pub(crate) struct Watch {
    before_kib: Option<u64>,
    most_kib: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// From now on.
    pub(crate) fn begin() -> Self {
        let before_kib = status_kib("RssAnon");
        let (most_kib, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (most, end) = (Arc::clone(&most_kib), Arc::clone(&ended));
        let thread = thread::spawn(move || {
            while !end.load(Ordering::Relaxed) {
                most.fetch_max(status_kib("RssAnon").unwrap_or(0), Ordering::Relaxed);
                thread::sleep(EVERY);
            }
        });
        Self { before_kib, most_kib, ended, thread: Some(thread) }
    }

    /// By how much it grew at most, in MiB.
    pub(crate) fn growth_mebibytes(mut self) -> Option<f64> {
        self.stop();
        let most = self.most_kib.load(Ordering::Relaxed).max(status_kib("RssAnon")?);
        self.before_kib.map(|before| mebibytes(most.saturating_sub(before)))
    }

    fn stop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It only sleeps and reads.
            let _ = thread.join();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_the_peak_of_this_process() {
        let peak = peak_mebibytes().expect("the system writes it");
        assert!((1.0..100_000.0).contains(&peak), "{peak} MiB is no memory of a test");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn memory_that_was_taken_and_given_back_counts_as_growth() {
        let watch = Watch::begin();
        let taken = vec![1_u8; 64 << 20];
        let seen = status_kib("RssAnon").unwrap();
        watch.most_kib.fetch_max(seen, Ordering::Relaxed);
        drop(taken);
        let growth = watch.growth_mebibytes().unwrap();
        assert!(growth > 48.0, "64 MiB were held for a moment, {growth} MiB were seen");
    }
}
