//! Providers and their models: what they can, how well they are, and what was measured of them.

use std::{collections::BTreeSet, fmt};

use quillhouse_domain::ModelId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ids::ProviderId, money::Price};

/// What a provider or a model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Competency {
    /// Writing and rewriting.
    Text,
    /// Keywords, outlines, titles, descriptions.
    Seo,
    /// Questions, claims and answers over passages.
    Research,
    /// Vectors of texts.
    Embedding,
    /// Ranking passages.
    Reranking,
    /// Making pictures.
    Image,
    /// Making sounds and music.
    Audio,
    /// Making moving pictures.
    Video,
    /// Reading aloud.
    Speech,
    /// Writing down what is said.
    Transcription,
}

impl Competency {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Text,
        Self::Seo,
        Self::Research,
        Self::Embedding,
        Self::Reranking,
        Self::Image,
        Self::Audio,
        Self::Video,
        Self::Speech,
        Self::Transcription,
    ];

    /// The word for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Seo => "SEO",
            Self::Research => "research",
            Self::Embedding => "embedding",
            Self::Reranking => "reranking",
            Self::Image => "images",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Speech => "speech",
            Self::Transcription => "transcription",
        }
    }
}

impl fmt::Display for Competency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Whether a provider is used at once or only when no primary one is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// First choice.
    Primary,
    /// When no primary one can take the call.
    Secondary,
}

/// Where a provider's computer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Reach {
    /// This machine: embedded, or a server on loopback.
    ThisMachine,
    /// Any other one, also in the house: what is sent leaves this machine.
    Elsewhere {
        /// When the user agreed to what is sent there, in milliseconds since 1970; nothing is sent before.
        #[ts(type = "number | null")]
        agreed_at_ms: Option<i64>,
    },
}

/// What the last health checks say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Answers.
    Ok,
    /// Answers late, or failed lately.
    Degraded,
    /// Does not answer.
    Down,
    /// Was never asked.
    Unknown,
}

/// Failed checks or calls in a row after which a provider counts as degraded: one, so that the next call prefers another.
pub const DEGRADED_AFTER: u32 = 1;
/// Failed checks or calls in a row after which it counts as down: one broken connection is common, three are not.
pub const DOWN_AFTER: u32 = 3;

/// A provider's health, since when, and when it is asked again. Times in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderHealth {
    /// What it is.
    pub health: Health,
    /// Since when it is this.
    pub since_ms: i64,
    /// Failures in a row.
    pub failures: u32,
    /// When to ask again.
    pub next_check_ms: i64,
}

impl ProviderHealth {
    /// Of a provider that was never asked: it is asked at once.
    pub const fn unknown(now_ms: i64) -> Self {
        Self { health: Health::Unknown, since_ms: now_ms, failures: 0, next_check_ms: now_ms }
    }

    /// After a check or a call. A provider that answers is asked again after five minutes, one that fails after 10 s, doubled
    /// with each failure up to five minutes.
    #[must_use]
    pub fn after(self, answered: bool, now_ms: i64) -> Self {
        const CALM_MS: i64 = 300_000;
        const FIRST_MS: i64 = 10_000;
        let failures = if answered { 0 } else { self.failures.saturating_add(1) };
        let health = match failures {
            0 => Health::Ok,
            DEGRADED_AFTER..DOWN_AFTER => Health::Degraded,
            _ => Health::Down,
        };
        let wait_ms = match failures {
            0 => CALM_MS,
            _ => FIRST_MS.saturating_mul(1 << (failures - 1).min(16)).min(CALM_MS),
        };
        let since_ms = if health == self.health { self.since_ms } else { now_ms };
        Self { health, since_ms, failures, next_check_ms: now_ms.saturating_add(wait_ms) }
    }
}

/// Who runs models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// Its id, as in model ids.
    pub id: ProviderId,
    /// Its name for people.
    pub name: String,
    /// Where it is.
    pub reach: Reach,
    /// What it can do at all.
    pub competencies: BTreeSet<Competency>,
    /// Whether it comes first.
    pub priority: Priority,
    /// What health checks say.
    pub health: ProviderHealth,
    /// Calls at the same time that it takes; 0 counts as 1.
    pub concurrency: u32,
    /// Turned off by the user.
    pub off: bool,
}

/// What was measured of a model here. None where nothing was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Measures {
    /// Of the probe and of the scores of what it wrote, 0 to 1000.
    pub quality_permille: Option<u16>,
    /// Tokens of a prompt read in a second.
    pub prefill_per_second: Option<u32>,
    /// Tokens of an answer made in a second.
    pub decode_per_second: Option<u32>,
}

/// A model of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutedModel {
    /// Its id.
    pub id: ModelId,
    /// Whose it is.
    pub provider: ProviderId,
    /// What it can do; a provider may have more.
    pub competencies: BTreeSet<Competency>,
    /// Prompt and answer together.
    pub context_tokens: u32,
    /// What was measured.
    pub measures: Measures,
    /// What it costs; none when nobody has said. Models on this machine cost nothing, whatever stands here.
    pub price: Option<Price>,
}
