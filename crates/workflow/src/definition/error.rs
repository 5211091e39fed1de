//! Why a definition cannot be used, in sentences that name the line or the step.

use quillhouse_domain::{Coded, ContentType, ErrorCode};

/// A definition cannot be used. Every sentence names the line or the step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DefinitionError {
    /// The text is no TOML, or a field is missing, unknown or of the wrong kind.
    #[error("Line {line} of the workflow cannot be read: {message}")]
    Unreadable {
        /// Counted from 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// The name is empty or the version is 0.
    #[error("The workflow needs a `name` and a `version` of at least 1")]
    Nameless,
    /// No step at all.
    #[error("The workflow has no steps")]
    NoSteps,
    /// Two steps of one key.
    #[error("Line {line}: the step `{key}` is there twice")]
    StepTwice {
        /// The key.
        key: String,
        /// Of the second one.
        line: usize,
    },
    /// No agent of that name.
    #[error(
        "Line {line}: step `{key}` names the unknown agent `{agent}`; use seo, researcher, writer, editor, social, audio or video"
    )]
    UnknownAgent {
        /// The step.
        key: String,
        /// The word.
        agent: String,
        /// Its line.
        line: usize,
    },
    /// The agent has no such task.
    #[error("Line {line}: step `{key}` asks the agent `{agent}` for the unknown task `{task}`; it knows {known}")]
    UnknownTask {
        /// The step.
        key: String,
        /// The agent.
        agent: String,
        /// The word.
        task: String,
        /// Tasks of the agent.
        known: String,
        /// Its line.
        line: usize,
    },
    /// Steps read each other's outputs by key, so the key belongs to the task.
    #[error("Line {line}: the step `{key}` does the task `{task}` and must have the key `{expected}`")]
    WrongKey {
        /// The step.
        key: String,
        /// Its task.
        task: String,
        /// The key it must have.
        expected: &'static str,
        /// Its line.
        line: usize,
    },
    /// A need that is no step.
    #[error("Line {line}: step `{key}` needs `{need}`, and there is no such step")]
    UnknownNeed {
        /// The step.
        key: String,
        /// What it needs.
        need: String,
        /// Its line.
        line: usize,
    },
    /// Steps wait for each other.
    #[error("The steps {steps} wait for each other in a circle")]
    Circle {
        /// Their keys.
        steps: String,
    },
    /// The agent reads something that no step before it makes.
    #[error(
        "Line {line}: step `{key}` reads what `{missing}` makes, so it must need `{missing}`, directly or through others"
    )]
    MissingBefore {
        /// The step.
        key: String,
        /// The step that must come before.
        missing: &'static str,
        /// Its line.
        line: usize,
    },
    /// The step would run for a content type for which its source does not.
    #[error(
        "Line {line}: step `{key}` also runs for {content_type}, where `{missing}` does not run; change `when` of one of them"
    )]
    NotRunBefore {
        /// The step.
        key: String,
        /// The step it reads from.
        missing: String,
        /// The content type.
        content_type: ContentType,
        /// Its line.
        line: usize,
    },
    /// Nothing uses what the step makes.
    #[error("Line {line}: nothing leads from step `{key}` to `finalise`; let a later step need it or remove it")]
    Unreachable {
        /// The step.
        key: String,
        /// Its line.
        line: usize,
    },
    /// A field that this step cannot have, or a number outside its range.
    #[error("Line {line}: step `{key}`: {problem}")]
    Unfit {
        /// The step.
        key: String,
        /// What is wrong, in words.
        problem: String,
        /// Its line.
        line: usize,
    },
}

impl Coded for DefinitionError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unreadable { .. }
            | Self::Nameless
            | Self::NoSteps
            | Self::StepTwice { .. }
            | Self::UnknownAgent { .. }
            | Self::UnknownTask { .. }
            | Self::WrongKey { .. }
            | Self::UnknownNeed { .. }
            | Self::Circle { .. }
            | Self::MissingBefore { .. }
            | Self::NotRunBefore { .. }
            | Self::Unreachable { .. }
            | Self::Unfit { .. } => ErrorCode::InvalidInput,
        }
    }
}
