//! What parent and `worker infer` say to each other, and how it is framed: four bytes of length, little-endian, then JSON.
//!
//! Every order carries a number and every answer repeats it, so that answers to an order nobody waits for any more are
//! told apart and thrown away.

use std::path::PathBuf;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::chat::{ChatError, ChatReply, ChatRequest, Message};

/// A prompt for the largest context in use is well under a megabyte; more than this is not one of our frames.
pub(crate) const MAX_FRAME_BYTES: u32 = 64 << 20;

/// What the parent asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub(crate) enum Order {
    /// Open a model; the first order, given once.
    Load { number: u64, model: ModelToLoad },
    /// Count a conversation's tokens.
    Count { number: u64, messages: Vec<Message> },
    /// Answer.
    Chat { number: u64, request: ChatRequest },
    /// Judge continuations.
    Rank { number: u64, prompt: String, continuations: Vec<String> },
    /// Stop working on that order; the others go on.
    Cancel { number: u64 },
    /// End.
    Quit,
}

/// Which model, and how it is to be served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ModelToLoad {
    pub(crate) path: PathBuf,
    pub(crate) context_tokens: u32,
    pub(crate) slots: u32,
    pub(crate) cache_bytes: u64,
    pub(crate) gpu_layers: u32,
    pub(crate) threads: u32,
    pub(crate) sha256: Option<String>,
}

/// What the worker says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The model is open.
    Loaded { number: u64, context_tokens: u32, slots: u32 },
    /// Tokens of a conversation.
    Counted { number: u64, tokens: u32 },
    /// Prompt read so far.
    Progress { number: u64, done: u32, total: u32 },
    /// Work goes on, with nothing to show for it, as when a model thinks.
    Working { number: u64 },
    /// A piece of the answer.
    Token { number: u64, text: String },
    /// The answer is complete.
    Done { number: u64, reply: ChatReply },
    /// One value for each continuation; none where there is nothing to judge.
    Ranked { number: u64, scores: Vec<Option<f64>> },
    /// The order failed; the worker goes on.
    Failed { number: u64, failure: Failure },
}

impl Answer {
    /// Which order this belongs to.
    pub(crate) const fn number(&self) -> u64 {
        match self {
            Self::Loaded { number, .. }
            | Self::Working { number }
            | Self::Counted { number, .. }
            | Self::Progress { number, .. }
            | Self::Token { number, .. }
            | Self::Done { number, .. }
            | Self::Ranked { number, .. }
            | Self::Failed { number, .. } => *number,
        }
    }
}

/// The errors a worker can report itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "failure", rename_all = "snake_case")]
pub(crate) enum Failure {
    Unavailable { reason: String },
    ContextOverflow { prompt_tokens: u32, limit_tokens: u32 },
    BadAnswer { reason: String },
    Cancelled,
}

impl From<Failure> for ChatError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unavailable { reason } => Self::Unavailable { reason },
            Failure::ContextOverflow { prompt_tokens, limit_tokens } => {
                Self::ContextOverflow { prompt_tokens, limit_tokens }
            }
            Failure::BadAnswer { reason } => Self::BadAnswer { reason },
            Failure::Cancelled => Self::Cancelled,
        }
    }
}

/// Length and JSON of a frame, ready to be written.
pub(crate) fn encode<T: Serialize>(frame: &T) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, frame)?;
    let length = u32::try_from(bytes.len() - 4).ok().filter(|length| *length <= MAX_FRAME_BYTES);
    let length =
        length.ok_or_else(|| std::io::Error::new(std::io::ErrorKind::InvalidInput, "the frame is too large"))?;
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    Ok(bytes)
}

/// Reads the length a frame begins with.
pub(crate) fn decode_length(head: [u8; 4]) -> std::io::Result<usize> {
    let length = u32::from_le_bytes(head);
    if length > MAX_FRAME_BYTES {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "what came is not a frame"));
    }
    Ok(length as usize)
}

/// Reads a frame's JSON.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> std::io::Result<T> {
    Ok(serde_json::from_slice(body)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_reads_back_what_was_written() {
        let order = Order::Count { number: 7, messages: vec![Message::user("größer 👩‍🚀")] };
        let bytes = encode(&order).unwrap();
        let length = decode_length(bytes[..4].try_into().unwrap()).unwrap();
        assert_eq!(length, bytes.len() - 4);
        assert_eq!(decode::<Order>(&bytes[4..]).unwrap(), order);
    }

    #[test]
    fn stray_text_is_not_taken_for_a_frame() {
        assert!(decode_length(*b"ggml").is_err(), "a library that prints must not make us wait for a gigabyte");
        assert!(decode::<Answer>(b"{\"answer\":\"surprise\"}").is_err());
    }

    #[test]
    fn an_endless_likelihood_survives_the_frame() {
        let answer = Answer::Ranked { number: 1, scores: vec![Some(-1.5), None] };
        let bytes = encode(&answer).unwrap();
        assert_eq!(decode::<Answer>(&bytes[4..]).unwrap(), answer);
    }
}
