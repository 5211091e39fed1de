//! What a deliverable is, and how each of its sections was made.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{DraftReason, Network};

/// The kind of a piece, with what only that kind has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PieceKind {
    /// A blog article in Markdown with one H1.
    Blog,
    /// A post for one network, plain text inside the network's limit.
    Social {
        /// Where it is to be posted.
        network: Network,
    },
    /// A spoken script with timings.
    Audio,
    /// A script in scenes with voice-over and on-screen text.
    Video,
}

impl PieceKind {
    /// The word used in files and on the command line.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Blog => "blog",
            Self::Social { .. } => "social",
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }

    /// The network of a post.
    pub const fn network(&self) -> Option<Network> {
        match self {
            Self::Social { network } => Some(*network),
            Self::Blog | Self::Audio | Self::Video => None,
        }
    }
}

/// How a section was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SectionOrigin {
    /// From the brand's own sentences, without a model.
    Composed,
    /// Composed, then improved by accepted small edits of a model.
    Edited,
    /// Written by a model and checked sentence by sentence.
    Written,
}

/// One section of a piece as it is stored beside the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SectionRecord {
    /// Heading without markup; empty for an introduction or a close without one.
    pub heading: String,
    /// How it was made.
    pub origin: SectionOrigin,
    /// Why a model's text was not used, in words, when it was not.
    pub reason: Option<String>,
    /// The same as a kind with values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason_said: Option<DraftReason>,
}
