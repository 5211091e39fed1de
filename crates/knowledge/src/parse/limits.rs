//! What one file may cost.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Largest answer of the child: text, blocks and frames together.
pub(crate) const ANSWER_LIMIT_BYTES: usize = 64 << 20;

/// Most a single stream or archive entry may inflate to.
pub(crate) const INFLATED_LIMIT_BYTES: usize = 64 << 20;

/// Stack of the thread that reads: nested objects and elements recurse.
pub(crate) const READER_STACK_BYTES: usize = 64 << 20;

/// From here on reading may take twice as long.
const LARGE_FILE_BYTES: u64 = 50 << 20;

/// Limits for reading one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParseLimits {
    /// Longest time from start to answer; twice that above 50 MB. A file that needs more is reported as partial when its
    /// reader could stop in time, else as timed out.
    pub wall: Duration,
    /// Memory the reader may take on top of the program itself, in bytes.
    pub memory_bytes: u64,
    /// Largest file, in bytes.
    pub input_bytes: u64,
}

impl Default for ParseLimits {
    /// 30 seconds, 1 GiB, 200 MiB: the slowest honest file of the public sets needs a tenth of the first two.
    fn default() -> Self {
        Self { wall: Duration::from_secs(30), memory_bytes: 1 << 30, input_bytes: 200 << 20 }
    }
}

impl ParseLimits {
    /// The same limits with twice the time for files above 50 MB.
    pub(crate) fn for_size(self, size_bytes: u64) -> Self {
        if size_bytes > LARGE_FILE_BYTES { Self { wall: self.wall * 2, ..self } } else { self }
    }

    /// When the reader stops by itself, so that what it has can still be answered and checked.
    pub(crate) fn reading_time(&self) -> Duration {
        self.wall.mul_f64(0.7)
    }
}
