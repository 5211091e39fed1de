//! Typed ids: a brand id can never be passed where a document id is wanted.
//!
//! Ids are time-ordered UUIDs (version 7) made by the caller that owns the clock.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// The text is not an id of the wanted noun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {noun} id")]
pub struct IdError {
    noun: &'static str,
    text: String,
}

impl IdError {
    pub(crate) fn new(noun: &'static str, text: &str) -> Self {
        Self { noun, text: text.chars().take(80).collect() }
    }
}

macro_rules! id_newtype {
    ($($(#[$doc:meta])* $name:ident = $noun:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an id made by the owner of the clock.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The id as sixteen bytes' worth of UUID.
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self).map_err(|_| IdError::new($noun, text))
            }
        }
    )+};
}

id_newtype! {
    /// One client or product line: a self-contained vault.
    BrandId = "brand";
    /// A file or page in a brand's library.
    DocumentId = "document";
    /// A chunk of a document.
    PassageId = "passage";
    /// An entry of the brand kit.
    KitEntryId = "kit entry";
    /// One brief and all that was made from it.
    ActivityId = "activity";
    /// One execution of a workflow for an activity.
    RunId = "run";
    /// One deliverable.
    PieceId = "piece";
    /// An immutable version of a piece.
    RevisionId = "revision";
    /// A folder whose changes come into the library by themselves.
    WatchedFolderId = "watched folder";
}

/// Names a model: `none` for the composer, `local/<catalogue id>`, `ollama/<name>`, `<provider kind>/<name>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct ModelId(String);

impl ModelId {
    /// Working without any model: sections are composed from the brand's own sentences.
    pub fn none() -> Self {
        Self("none".to_owned())
    }

    /// True when no model is to be called at all.
    pub fn is_none(&self) -> bool {
        self.0 == "none"
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Provider and the provider's own name, `("local", "smollm2-135m")`; `none` has no provider.
    pub fn split(&self) -> Option<(&str, &str)> {
        self.0.split_once('/')
    }
}

impl FromStr for ModelId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let valid = !text.is_empty()
            && text.len() <= 200
            && text.chars().all(|character| character.is_ascii_alphanumeric() || "-_./:@".contains(character));
        if valid { Ok(Self(text.to_owned())) } else { Err(IdError::new("model", text)) }
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ModelId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_prints() {
        let id = BrandId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse::<BrandId>(), Ok(id), "display and parse must agree");
    }

    #[test]
    fn a_wrong_id_names_the_noun_it_should_have_been() {
        let error = "acme".parse::<DocumentId>().unwrap_err();
        assert_eq!(error.to_string(), "`acme` is not a document id");
    }

    #[test]
    fn a_model_name_with_spaces_is_refused() {
        assert!("my model".parse::<ModelId>().is_err(), "names are passed to servers and files as they are");
        assert_eq!("ollama/llama3.2:1b".parse::<ModelId>().unwrap().split(), Some(("ollama", "llama3.2:1b")));
    }
}
