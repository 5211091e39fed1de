//! Profiles: how much speed, quality and price count, and with which settings the model is asked.
//!
//! Defaults follow the tiers of source document 000: free asks at temperature 0.3 one call after another, the paid tiers at
//! 0.5 and several at once. Which model is taken is not a tier here: the weights of the score choose among the installed and
//! connected ones, unless the user sets one.

use std::{fmt, str::FromStr};

use quillhouse_domain::ModelId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The four profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProfileName {
    /// Soonest done.
    Fast,
    /// Good and soon.
    Balanced,
    /// Good before soon.
    Quality,
    /// The best there is.
    Best,
}

impl ProfileName {
    /// All of them, the fastest first.
    pub const ALL: [Self; 4] = [Self::Fast, Self::Balanced, Self::Quality, Self::Best];

    /// The name as it is stored and typed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Balanced => "balanced",
            Self::Quality => "quality",
            Self::Best => "best",
        }
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for ProfileName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|name| name.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(|name| format!("`{name}`")).join(", ");
            format!("There is no profile `{text}`; choose one of {known}")
        })
    }
}

/// A profile with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Which.
    pub name: ProfileName,
    /// The model it uses; the router's choice when none.
    pub model: Option<ModelId>,
    /// 0 to 2.
    pub temperature: f32,
    /// Calls of one run at the same time; at least 1.
    pub parallelism: u32,
}

impl Profile {
    /// The settings that a profile has until the user changes them.
    pub const fn usual(name: ProfileName) -> Self {
        let (temperature, parallelism) = match name {
            ProfileName::Fast => (0.3, 1),
            ProfileName::Balanced => (0.5, 2),
            ProfileName::Quality => (0.5, 3),
            ProfileName::Best => (0.5, 4),
        };
        Self { name, model: None, temperature, parallelism }
    }
}
