//! The one shape in which failures leave the studio.

use std::error::Error;

use quillhouse_domain::{BriefError, Coded, ErrorCode, IdError};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
}

impl CommandError {
    /// The input breaks the rule that the message names.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::InvalidInput, message: message.into(), detail: None }
    }

    /// The noun does not exist.
    pub fn not_found(noun: &str, name: &str) -> Self {
        let name: String = name.chars().take(80).collect();
        Self { code: ErrorCode::NotFound, message: format!("There is no {noun} `{name}`"), detail: None }
    }

    /// A failure with its code, without further causes.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None }
    }

    pub(crate) fn internal(error: &dyn Error) -> Self {
        Self {
            code: ErrorCode::Internal,
            message: "Quillhouse made a mistake. What was saved before is safe; please try again".to_owned(),
            detail: Some(chain(error)),
        }
    }

    pub(crate) fn panicked(command: &str) -> Self {
        Self {
            code: ErrorCode::Internal,
            message: "Quillhouse made a mistake. What was saved before is safe; please try again".to_owned(),
            detail: Some(format!("`{command}` panicked")),
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
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for CommandError {
            fn from(error: $error) -> Self {
                Self {
                    code: error.code(),
                    message: error.to_string(),
                    detail: error.source().map(chain),
                }
            }
        }
    )+};
}

coded!(
    quillhouse_store::StoreError,
    quillhouse_llm::ChatError,
    quillhouse_llm::EmbedError,
    quillhouse_knowledge::index::IndexError,
    quillhouse_knowledge::ingest::IngestError,
    quillhouse_knowledge::kit::KitBuildError,
    quillhouse_knowledge::retrieve::RetrieveError,
);

impl From<BriefError> for CommandError {
    fn from(error: BriefError) -> Self {
        Self::invalid_input(error.to_string())
    }
}

impl From<IdError> for CommandError {
    fn from(error: IdError) -> Self {
        Self::invalid_input(error.to_string())
    }
}
