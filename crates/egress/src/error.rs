//! Why a request has no answer.

use quillhouse_domain::{Coded, ErrorCode};

/// A request was refused before it was sent, or the other side failed it. An HTTP status is an answer, not an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The address cannot be used.
    #[error("`{address}` cannot be used as an address: {reason}")]
    BadAddress {
        /// As given.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Sealed mode is on.
    #[error("Sealed mode is on, so nothing was sent to `{host}`; turn it off in the settings to allow this")]
    Sealed {
        /// Where it would have gone.
        host: String,
    },
    /// The host is not on the list.
    #[error("`{host}` is not among the allowed destinations, so nothing was sent; allow it in the settings first")]
    NotAllowed {
        /// Where it would have gone.
        host: String,
    },
    /// `localhost` stands for another machine here.
    #[error("`localhost` does not lead to this machine, so nothing was sent; use `127.0.0.1` instead")]
    LocalhostElsewhere,
    /// The ledger could not take the attempt, so it was not made.
    #[error("The connection to `{host}` could not be written to the ledger, so nothing was sent: {reason}")]
    NotRecorded {
        /// Where it would have gone.
        host: String,
        /// What the ledger says.
        reason: String,
    },
    /// Nobody answers there.
    #[error("Nothing answers at {host}:{port}: {reason}")]
    Unreachable {
        /// Host as given.
        host: String,
        /// Port.
        port: u16,
        /// What the system says.
        reason: String,
    },
    /// Connected, but silent for too long.
    #[error("{host}:{port} gave no sign of life for {seconds} seconds")]
    Stalled {
        /// Host as given.
        host: String,
        /// Port.
        port: u16,
        /// How long was waited.
        seconds: u64,
    },
    /// The connection broke.
    #[error("The connection to {host}:{port} broke: {reason}")]
    Broken {
        /// Host as given.
        host: String,
        /// Port.
        port: u16,
        /// What the system says.
        reason: String,
    },
    /// More came than is accepted; the rest was not read.
    #[error("{host}:{port} sent more than {limit_bytes} bytes at once; the rest was not read")]
    TooLarge {
        /// Host as given.
        host: String,
        /// Port.
        port: u16,
        /// What is accepted.
        limit_bytes: usize,
    },
    /// The other side wants the request to go somewhere else.
    #[error("{host}:{port} wants to send the request on to `{target}`; redirects are not followed")]
    Redirected {
        /// Host as given.
        host: String,
        /// Port.
        port: u16,
        /// Where to.
        target: String,
    },
    /// The answer is not what was asked for.
    #[error("The answer from {host}:{port} cannot be read: {reason}")]
    BadAnswer {
        /// Host as given.
        host: String,
        /// Port.
        port: u16,
        /// What is wrong.
        reason: String,
    },
    /// The client itself could not be set up.
    #[error("Connections cannot be made on this machine: {reason}")]
    Setup {
        /// What the library says.
        reason: String,
    },
}

impl Coded for EgressError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::BadAddress { .. } | Self::Sealed { .. } | Self::NotAllowed { .. } | Self::LocalhostElsewhere => {
                ErrorCode::InvalidInput
            }
            Self::Unreachable { .. }
            | Self::Stalled { .. }
            | Self::Broken { .. }
            | Self::TooLarge { .. }
            | Self::Redirected { .. }
            | Self::BadAnswer { .. } => ErrorCode::RuntimeUnavailable,
            Self::Setup { .. } | Self::NotRecorded { .. } => ErrorCode::Internal,
        }
    }
}
