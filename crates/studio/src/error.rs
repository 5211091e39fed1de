//! The one shape in which failures leave the studio.

mod reason;

use std::error::Error;

use quillhouse_domain::{BriefError, Coded, ErrorCode, IdError};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use reason::{ErrorReason, Field, Noun};

/// A failed command: a code to act on, a sentence to read, details to copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct CommandError {
    /// What went wrong, as the caller can act on it.
    pub code: ErrorCode,
    /// What happened, what is safe, what to do next.
    pub message: String,
    /// The chain of causes, for a report.
    pub detail: Option<String>,
    /// The message as a kind with values, for those who tell it in another language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<ErrorReason>,
}

impl CommandError {
    /// The input breaks the rule that the message names.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidInput, message)
    }

    /// The noun does not exist.
    pub fn not_found(noun: &str, name: &str) -> Self {
        let name: String = name.chars().take(80).collect();
        let message = format!("There is no {noun} `{name}`");
        Self::new(ErrorCode::NotFound, message).because(ErrorReason::Missing { noun: Noun::from_word(noun), name })
    }

    /// A failure with its code, without further causes.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None, reason: None }
    }

    /// The same failure with its message as a kind.
    #[must_use]
    pub fn because(self, reason: ErrorReason) -> Self {
        Self { reason: Some(reason), ..self }
    }

    pub(crate) fn internal(error: &dyn Error) -> Self {
        Self {
            code: ErrorCode::Internal,
            message: "Quillhouse made a mistake. What was saved before is safe; please try again".to_owned(),
            detail: Some(chain(error)),
            reason: None,
        }
    }

    pub(crate) fn panicked(command: &str) -> Self {
        Self {
            code: ErrorCode::Internal,
            message: "Quillhouse made a mistake. What was saved before is safe; please try again".to_owned(),
            detail: Some(format!("`{command}` panicked")),
            reason: None,
        }
    }
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    text
}

macro_rules! coded {
    ($($error:ty => $reason:expr),+ $(,)?) => {$(
        impl From<$error> for CommandError {
            fn from(error: $error) -> Self {
                Self {
                    code: error.code(),
                    message: error.to_string(),
                    detail: error.source().map(chain),
                    reason: $reason(&error),
                }
            }
        }
    )+};
}

coded!(
    quillhouse_store::StoreError => ErrorReason::of_store,
    quillhouse_llm::ChatError => ErrorReason::of_chat,
    quillhouse_llm::local::FetchModelError => |_| None,
    quillhouse_llm::local::ChatImportError => |_| None,
    quillhouse_llm::EmbedError => |error| Some(ErrorReason::of_embedder(error)),
    quillhouse_knowledge::index::IndexError => |error| Some(ErrorReason::of_index(error)),
    quillhouse_knowledge::ingest::IngestError => ErrorReason::of_ingest,
    quillhouse_knowledge::kit::KitBuildError => ErrorReason::of_kit,
    quillhouse_knowledge::retrieve::RetrieveError => ErrorReason::of_search,
);

impl From<BriefError> for CommandError {
    fn from(error: BriefError) -> Self {
        Self { reason: ErrorReason::of_brief(&error), ..Self::invalid_input(error.to_string()) }
    }
}

impl From<IdError> for CommandError {
    fn from(error: IdError) -> Self {
        Self::invalid_input(error.to_string())
    }
}
