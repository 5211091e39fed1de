//! Does a model fit this computer, and how long does it write an article: numbers, and words for them.
//!
//! Pure; what the computer has and what was measured comes from outside.
//!
//! - memory = weights + keys and values of the context + working memory
//!   - weights: the size of the file, which is mapped into memory whole
//!   - keys and values: `layers × kv_heads × head_size × 2 × 2 bytes` for each token ([`Geometry::bytes_per_token`])
//!   - working memory: 256 MiB and a twentieth of the weights, for the buffers of one batch; llama.cpp's own logs of models
//!     from 0.1 to 14 B stay below it with batches of 512 tokens
//! - it fits when that is at most 70 % of the memory, is tight up to 90 %, and is too large above; the rest is what the
//!   system, the window and the index need. With a graphics card the card's own memory is looked at first, with 90 %.
//! - minutes of an article of 1,000 words = tokens of prompts ÷ prefill + tokens of answers ÷ decode
//!   ([`ARTICLE`] says how many), with the speeds that were measured; before that, with those of the small model scaled by
//!   what is read for each token: decode by the bytes of the weights, prefill by the parameters.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::Geometry;

/// Tokens of an article of 1,000 words as the crew writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArticleTokens {
    /// Of all prompts, without what is reused.
    pub prompt: u32,
    /// Of all answers.
    pub answer: u32,
}

/// Eight sections and six other steps with prompts of about 900 tokens that do not repeat; 1,000 words are 1,350 tokens of
/// English, a third more for outline, titles and repairs.
pub const ARTICLE: ArticleTokens = ArticleTokens { prompt: 12_600, answer: 1_800 };

/// Working memory beside weights and context, in bytes, and its part of the weights.
const WORKING_BYTES: u64 = 256 << 20;
const WORKING_PART: u64 = 20;
/// Up to so many hundredths of the memory it fits, and it is tight.
const FITS_PERCENT: u64 = 70;
const TIGHT_PERCENT: u64 = 90;
/// What stays free on a disk, in bytes.
const DISK_RESERVE_BYTES: u64 = 512 << 20;

/// What the computer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computer {
    /// Main memory, in bytes.
    pub memory_bytes: u64,
    /// Cores that compute.
    pub cores: u32,
    /// Free on the disk of the models folder; none when nobody knows.
    pub disk_free_bytes: Option<u64>,
    /// Memory of a graphics card that the engine can use; none without one. On computers where both share one memory it is
    /// that memory.
    pub gpu_memory_bytes: Option<u64>,
}

/// What is to run on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelNeed {
    /// Size of the file.
    pub weights_bytes: u64,
    /// Millions of parameters.
    pub parameters_millions: u32,
    /// For the context.
    pub geometry: Geometry,
    /// The context it will have, in tokens.
    pub context_tokens: u32,
    /// True when the file is on this disk already.
    pub installed: bool,
}

impl ModelNeed {
    /// Memory it takes.
    pub fn memory_bytes(&self) -> u64 {
        let context = self.geometry.bytes_per_token().saturating_mul(self.context_tokens.into());
        let working = WORKING_BYTES + self.weights_bytes / WORKING_PART;
        self.weights_bytes.saturating_add(context).saturating_add(working)
    }
}

/// How fast a model is, in tokens a second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Speed {
    /// Reading prompts.
    pub prefill: f64,
    /// Writing.
    pub decode: f64,
}

impl Speed {
    /// The speed of another model on the same computer, before it was measured: each written token reads all weights once, so
    /// that decode goes with their bytes; prompts are read many tokens at once and go with the arithmetic, that is with the
    /// parameters. `measured` is of a model with `weights_bytes` and `parameters_millions`.
    pub fn scaled(measured: Self, from: &ModelNeed, to: &ModelNeed) -> Self {
        let ratio = |from: f64, to: f64| if from > 0.0 && to > 0.0 { from / to } else { 0.0 };
        Self {
            prefill: measured.prefill * ratio(from.parameters_millions.into(), to.parameters_millions.into()),
            decode: measured.decode * ratio(from.weights_bytes as f64, to.weights_bytes as f64),
        }
    }

    /// Minutes for an article of 1,000 words; none when a speed is not a number above zero.
    pub fn article_minutes(self) -> Option<f64> {
        let usable = |speed: f64| speed.is_finite() && speed > 0.0;
        (usable(self.prefill) && usable(self.decode))
            .then(|| (f64::from(ARTICLE.prompt) / self.prefill + f64::from(ARTICLE.answer) / self.decode) / 60.0)
    }
}

/// Whether it fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Fits {
    /// With room for the rest.
    Well,
    /// It runs, and other programs may have to make room.
    Tight,
    /// It does not run, or the computer would stand still.
    TooLarge,
}

/// Why it does not fit well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FitReason {
    /// All of it goes into the graphics card.
    OnGpu,
    /// It runs on the processor; the graphics card's memory is too small for it.
    GpuTooSmall,
    /// Its memory is a large part of what there is.
    Memory {
        /// What it takes, in bytes.
        #[ts(type = "number")]
        needed_bytes: u64,
        /// What there is, in bytes.
        #[ts(type = "number")]
        there_bytes: u64,
    },
    /// The file does not go onto the disk.
    Disk {
        /// What it takes with the reserve, in bytes.
        #[ts(type = "number")]
        needed_bytes: u64,
        /// What is free, in bytes.
        #[ts(type = "number")]
        free_bytes: u64,
    },
}

/// Where the minutes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MinutesFrom {
    /// This model was measured here.
    Measured,
    /// Another one was, and its speed scaled.
    Scaled,
}

/// How a model fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// Whether.
    pub fits: Fits,
    /// Memory it takes, in bytes.
    pub memory_bytes: u64,
    /// What is to be said about it.
    pub reasons: Vec<FitReason>,
    /// Minutes for an article of 1,000 words; none when nothing was measured.
    pub article_minutes: Option<f64>,
    /// Where they come from.
    pub minutes_from: Option<MinutesFrom>,
}

/// Judges a model. `measured` is its own speed here, or another's with what that one is.
pub fn fit(need: &ModelNeed, computer: &Computer, measured: Option<&Measured>) -> Fit {
    let memory_bytes = need.memory_bytes();
    let percent_of = |whole: u64| u128::from(memory_bytes) * 100 / u128::from(whole.max(1));
    let mut reasons = Vec::new();
    let on_gpu = computer.gpu_memory_bytes.map(|gpu| percent_of(gpu) <= u128::from(TIGHT_PERCENT));
    let mut fits = if on_gpu == Some(true) {
        reasons.push(FitReason::OnGpu);
        Fits::Well
    } else {
        if on_gpu == Some(false) {
            reasons.push(FitReason::GpuTooSmall);
        }
        let percent = percent_of(computer.memory_bytes);
        let fits = match percent {
            percent if percent <= u128::from(FITS_PERCENT) => Fits::Well,
            percent if percent <= u128::from(TIGHT_PERCENT) => Fits::Tight,
            _ => Fits::TooLarge,
        };
        if fits != Fits::Well {
            reasons.push(FitReason::Memory { needed_bytes: memory_bytes, there_bytes: computer.memory_bytes });
        }
        fits
    };
    if let Some(free_bytes) = computer.disk_free_bytes.filter(|_| !need.installed) {
        let needed_bytes = need.weights_bytes.saturating_add(DISK_RESERVE_BYTES);
        if needed_bytes > free_bytes {
            fits = Fits::TooLarge;
            reasons.push(FitReason::Disk { needed_bytes, free_bytes });
        }
    }
    let (speed, minutes_from) = match measured {
        Some(Measured::Itself(speed)) => (Some(*speed), Some(MinutesFrom::Measured)),
        Some(Measured::Other { speed, need: other }) => {
            (Some(Speed::scaled(*speed, other, need)), Some(MinutesFrom::Scaled))
        }
        None => (None, None),
    };
    let article_minutes = speed.and_then(Speed::article_minutes);
    let minutes_from = minutes_from.filter(|_| article_minutes.is_some());
    Fit { fits, memory_bytes, reasons, article_minutes, minutes_from }
}

/// A speed that was measured on this computer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measured {
    /// Of the model itself.
    Itself(Speed),
    /// Of another one.
    Other {
        /// How fast that is.
        speed: Speed,
        /// What that is.
        need: ModelNeed,
    },
}

/// Gigabytes with one digit behind the point, as they are sold: a thousand millions.
fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

impl fmt::Display for Fit {
    /// `Fits: 3.2 GB of memory, about 6 minutes for an article of 1,000 words`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.fits {
            Fits::Well => "Fits",
            Fits::Tight => "Tight",
            Fits::TooLarge => "Too large",
        };
        write!(formatter, "{word}: {} of memory", gigabytes(self.memory_bytes))?;
        for reason in &self.reasons {
            let more = match reason {
                FitReason::OnGpu => "all of it on the graphics card".to_owned(),
                FitReason::GpuTooSmall => "too much for the graphics card".to_owned(),
                FitReason::Memory { there_bytes, .. } => format!("and this computer has {}", gigabytes(*there_bytes)),
                FitReason::Disk { needed_bytes, free_bytes } => {
                    let (needed, free) = (gigabytes(*needed_bytes), gigabytes(*free_bytes));
                    format!("and {needed} of free disk where {free} are free")
                }
            };
            write!(formatter, ", {more}")?;
        }
        match self.article_minutes.filter(|_| self.fits != Fits::TooLarge) {
            Some(minutes) if minutes < 1.0 => formatter.write_str(", less than a minute for an article of 1,000 words"),
            Some(minutes) if minutes < 1.5 => formatter.write_str(", about a minute for an article of 1,000 words"),
            Some(minutes) => write!(formatter, ", about {minutes:.0} minutes for an article of 1,000 words"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
