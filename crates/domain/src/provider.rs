//! The kinds of cloud providers of models: whose wire format is spoken, and where it usually answers.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::IdError;

/// Whose wire format a provider speaks. Its word is the part of a [`crate::ModelId`] before the slash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// OpenAI itself.
    #[serde(rename = "openai")]
    OpenAi,
    /// Any server that speaks OpenAI's chat completions: vLLM, llama.cpp, LM Studio, routers.
    #[serde(rename = "openai_compatible")]
    OpenAiCompatible,
    /// Anthropic's messages.
    Anthropic,
    /// Mistral's chat completions.
    Mistral,
    /// Google's Gemini.
    Gemini,
    /// xAI's Grok.
    Xai,
}

impl ProviderKind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::OpenAi, Self::Anthropic, Self::Mistral, Self::Gemini, Self::Xai, Self::OpenAiCompatible];

    /// The kind as it is stored and as it begins a model's id.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::OpenAiCompatible => "openai_compatible",
            Self::Anthropic => "anthropic",
            Self::Mistral => "mistral",
            Self::Gemini => "gemini",
            Self::Xai => "xai",
        }
    }

    /// The name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "OpenAI",
            Self::OpenAiCompatible => "OpenAI-compatible",
            Self::Anthropic => "Anthropic",
            Self::Mistral => "Mistral",
            Self::Gemini => "Gemini",
            Self::Xai => "xAI",
        }
    }

    /// Where it answers unless the user says otherwise, with a slash at the end; `None` when only the user can know.
    pub const fn default_base(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1/"),
            Self::OpenAiCompatible => None,
            Self::Anthropic => Some("https://api.anthropic.com/v1/"),
            Self::Mistral => Some("https://api.mistral.ai/v1/"),
            Self::Gemini => Some("https://generativelanguage.googleapis.com/v1beta/"),
            Self::Xai => Some("https://api.x.ai/v1/"),
        }
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for ProviderKind {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| IdError::new("provider kind", text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_one_word_in_json_in_ids_and_in_print() {
        for kind in ProviderKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str(), "rows and wire must agree");
            assert_eq!(kind.to_string().parse::<ProviderKind>(), Ok(kind));
            let base = kind.default_base();
            assert!(base.is_none_or(|base| base.starts_with("https://") && base.ends_with('/')), "{base:?}");
        }
        assert!("open_ai".parse::<ProviderKind>().is_err(), "there is no second spelling");
    }
}
