//! Why a file is not there, in sentences that say what is kept.

use std::{io, path::PathBuf};

use quillhouse_domain::{Coded, ErrorCode};
use quillhouse_egress::EgressError;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The user paused it; what came is kept.
    #[error("The download is paused; {done_bytes} bytes are kept")]
    Paused {
        /// What came.
        done_bytes: u64,
    },
    /// The user cancelled it; nothing is kept.
    #[error("The download was cancelled")]
    Cancelled,
    /// Another download of the same file is under way.
    #[error("This file is being downloaded already")]
    UnderWay,
    /// The connection failed, or the way there is not allowed.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The server answered with something else.
    #[error("The server answered {status} and no file; what came before is kept")]
    Status {
        /// HTTP status.
        status: u16,
    },
    /// The redirects do not end, or lead where they must not.
    #[error("The server sends the download on to an address that cannot be used; nothing was fetched from there")]
    Redirects,
    /// The connection ended early every time.
    #[error("The connection ended early; {done_bytes} bytes are kept, try again to go on from there")]
    CutOff {
        /// What came.
        done_bytes: u64,
    },
    /// The file changed again and again, or the server's ranges make no sense.
    #[error("The server gave parts that do not belong together, so nothing of them was kept; try again later")]
    Inconsistent,
    /// It is not as large as it should be.
    #[error("The file on the server has {found} bytes and should have {expected}, so it was not fetched")]
    WrongSize {
        /// What was expected.
        expected: u64,
        /// What the server says.
        found: u64,
    },
    /// It is not what it should be.
    #[error(
        "The file is not the one that was expected (its checksum is {found} and should be {expected}), so it was deleted"
    )]
    WrongChecksum {
        /// What was expected.
        expected: String,
        /// What came.
        found: String,
    },
    /// All came, but it is no model file.
    #[error("What came is no model, so it was deleted: {reason}")]
    NotAModel {
        /// What is wrong.
        reason: String,
    },
    /// There is too little room.
    #[error("The file needs {needed_bytes} more bytes and {free_bytes} may be used; make room and go on")]
    NoRoom {
        /// What is missing of the file.
        needed_bytes: u64,
        /// What is free, without the reserve.
        free_bytes: u64,
    },
    /// The disk cannot be written.
    #[error("`{}` cannot be written ({source}); what came before is kept", path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The hub's answer about a file cannot be used.
    #[error("The hub does not say anything about this file: {reason}")]
    Unlisted {
        /// What is wrong.
        reason: String,
    },
}

impl Coded for DownloadError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Paused { .. } | Self::Cancelled => ErrorCode::Cancelled,
            Self::UnderWay => ErrorCode::AlreadyExists,
            Self::Egress(error) => error.code(),
            Self::Status { .. }
            | Self::Redirects
            | Self::CutOff { .. }
            | Self::Inconsistent
            | Self::Unlisted { .. } => ErrorCode::RuntimeUnavailable,
            Self::WrongSize { .. } | Self::WrongChecksum { .. } | Self::NotAModel { .. } => ErrorCode::ModelUnavailable,
            Self::NoRoom { .. } => ErrorCode::DiskFull,
            Self::Disk { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
                io::ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
                _ => ErrorCode::Internal,
            },
        }
    }
}
