//! `worker embed`: holds the model in a process of its own, so that its memory and a fault of its native library stay
//! outside the application.
//!
//! Conversation: the child is told which model to load and says once whether it is ready; then a request frame with texts is
//! answered by a header frame, which is followed by the vectors as little-endian `f32` when all went well. A request with a
//! query and passages is answered by a header frame with their scores. The end of stdin ends the child.

use std::{
    ffi::OsString,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use quillhouse_llm::EmbedError;
use serde::{Deserialize, Serialize};

use super::{EmbedderSpec, OnnxEmbedder, Side, judge::Judge};
use crate::parse::{frame, sandbox};

/// Longest request: [`super::remote::TEXTS_A_REQUEST`] texts, far beyond what passages can be.
pub(super) const REQUEST_LIMIT_BYTES: usize = 16 << 20;

/// What the child is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Request {
    /// Vectors of these texts.
    Embed(Vec<String>),
    /// Vectors of what somebody looks for.
    Look {
        /// The queries.
        queries: Vec<String>,
    },
    /// How well each passage answers the query.
    Judge {
        /// The query.
        query: String,
        /// The passages.
        passages: Vec<String>,
    },
}

/// What the child says before vectors follow, or instead of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Header {
    /// The model is loaded.
    Ready,
    /// So many vectors follow.
    Vectors(u32),
    /// The scores of the passages; nothing follows.
    Scores(Vec<f32>),
    /// The model cannot be used.
    Unavailable(String),
    /// These texts have no vectors.
    Failed(String),
}

impl Header {
    fn of(error: EmbedError) -> Self {
        match error {
            EmbedError::Unavailable { reason } => Self::Unavailable(reason),
            EmbedError::Failed { reason } => Self::Failed(reason),
        }
    }
}

/// The child's life: `worker embed MODELS_FOLDER`.
pub fn worker_main(models: OsString) -> ExitCode {
    let mut output = io::stdout().lock();
    let mut input = io::stdin().lock();
    let models = PathBuf::from(models);
    // ONNX Runtime's builds carry their maker's telemetry, which tries to call home before it can be turned off.
    if let Err(reason) = sandbox::without_network() {
        let error = Header::Unavailable(format!("the embedding process could not be kept from the network ({reason})"));
        let told = frame::write(&mut output, &error, REQUEST_LIMIT_BYTES);
        return if told.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let Ok(spec) = frame::read::<EmbedderSpec>(&mut input, REQUEST_LIMIT_BYTES) else { return ExitCode::SUCCESS };
    let model = match OnnxEmbedder::open(&models, spec) {
        Ok(model) => model,
        Err(error) => {
            let told = frame::write(&mut output, &Header::of(error), REQUEST_LIMIT_BYTES);
            return if told.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    let mut judge: Option<Judge> = None;
    let mut told = frame::write(&mut output, &Header::Ready, REQUEST_LIMIT_BYTES);
    while told.is_ok() {
        let Ok(request) = frame::read::<Request>(&mut input, REQUEST_LIMIT_BYTES) else { return ExitCode::SUCCESS };
        let (texts, side) = match request {
            Request::Embed(texts) => (texts, Side::Passage),
            Request::Look { queries } => (queries, Side::Query),
            Request::Judge { query, passages } => {
                let scores = judged(&mut judge, &models, &query, &passages);
                let header = scores.map_or_else(Header::of, Header::Scores);
                told = frame::write(&mut output, &header, REQUEST_LIMIT_BYTES);
                continue;
            }
        };
        told = match model.embed_blocking(&texts, side) {
            Ok(vectors) => frame::write(&mut output, &Header::Vectors(vectors.len() as u32), REQUEST_LIMIT_BYTES)
                .and_then(|()| output.write_all(&bytes(&vectors)))
                .and_then(|()| output.flush()),
            Err(error) => frame::write(&mut output, &Header::of(error), REQUEST_LIMIT_BYTES),
        };
    }
    ExitCode::FAILURE
}

/// Scores of the passages; the model is loaded when it is first asked.
fn judged(judge: &mut Option<Judge>, models: &Path, query: &str, passages: &[String]) -> Result<Vec<f32>, EmbedError> {
    let mut loaded = match judge.take() {
        Some(loaded) => loaded,
        None => Judge::open(models)?,
    };
    let scores = loaded.scores(query, passages);
    *judge = Some(loaded);
    scores
}

fn bytes(vectors: &[Vec<f32>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(vectors.first().map_or(0, Vec::len) * vectors.len() * 4);
    for number in vectors.iter().flatten() {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes
}
