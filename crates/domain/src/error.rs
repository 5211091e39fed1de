//! The closed list of error codes that cross to the window and the command line.
//!
//! A code exists only if somebody acts differently on it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What went wrong, as the caller can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The input breaks a rule that its message names.
    InvalidInput,
    /// The noun that was named does not exist.
    NotFound,
    /// A noun of that name exists.
    AlreadyExists,
    /// Another Quillhouse holds the data folder.
    DataFolderInUse,
    /// The data was written by a newer Quillhouse.
    DataFromNewerVersion,
    /// The database failed its integrity check or cannot be read.
    DataDamaged,
    /// The disk is full.
    DiskFull,
    /// A file or folder cannot be read or written with our rights.
    PermissionDenied,
    /// A file could not be read as a document.
    DocumentUnreadable,
    /// The documents say nothing about the topic.
    NoEvidence,
    /// The model file is missing, damaged or not installed.
    ModelUnavailable,
    /// The runtime that serves the model does not answer.
    RuntimeUnavailable,
    /// The prompt does not fit the model's context; nothing was cut.
    ContextOverflow,
    /// The model's process ended or its answer cannot be used.
    ModelFailed,
    /// The provider refused the key of the account.
    KeyRefused,
    /// The account at the provider has no credit left.
    NoCredit,
    /// Keys cannot be read or kept before a passphrase is given.
    KeysLocked,
    /// The provider wants fewer calls for a while.
    RateLimited,
    /// The user stopped it; never shown as an error.
    Cancelled,
    /// A fault of Quillhouse itself.
    Internal,
}

impl ErrorCode {
    /// Exit code of the command line: 2 for wrong usage, 1 for everything that failed.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::InvalidInput => 2,
            _ => 1,
        }
    }
}

/// Errors that know their code. Implemented by exhaustive `match`, without a catch-all arm.
pub trait Coded {
    /// The code that crosses to the window.
    fn code(&self) -> ErrorCode;
}
