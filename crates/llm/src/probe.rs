//! Finds out what a model can be trusted with, by a handful of small questions with known answers.
//!
//! Invariants
//! - The plan and the judgement are pure: the same answers give the same result.
//! - Free writing is earned: one invented number, name or fact is enough to lose it.
//! - A question that a model cannot be asked counts as failed; only trouble with the model itself ends the probe.

mod ask;
mod judge;

use std::time::Instant;

use quillhouse_domain::{ProbeReason, WayOfWorking};
use serde::{Deserialize, Serialize};

pub use ask::{Ask, AskKind, ProbePlan};
pub use judge::{Check, CheckKind, judge_answer, judge_plan};

use crate::{
    cancel::CancelToken,
    chat::{ChatError, ChatEvent, ChatModel, ChatReply},
};

/// Raised whenever the questions or the judgement change; results of an older version are to be made again.
pub const PROBE_VERSION: u32 = 2;

/// What a model can be trusted with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeResult {
    /// It fills a JSON schema with the right values.
    pub json: bool,
    /// Share of the instructions it followed, 0 to 1.
    pub instructions: f32,
    /// Share of the facts it kept without adding any, 0 to 1.
    pub faithful: f32,
    /// Speed of reading, in tokens a second; 0 when it could not be measured.
    pub prompt_tokens_per_second: f32,
    /// Speed of writing, in tokens a second; 0 when it could not be measured.
    pub completion_tokens_per_second: f32,
    /// How to work with it.
    pub way: WayOfWorking,
    /// Why.
    pub reasons: Vec<ProbeReason>,
    /// [`PROBE_VERSION`] of the questions.
    pub version: u32,
}

/// An answer and how fast it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// Which question.
    pub kind: AskKind,
    /// The answer's text; none when the model could not be asked.
    pub text: Option<String>,
    /// Tokens read, and seconds until the first token came.
    pub reading: Speed,
    /// Tokens written after the first, and the seconds they took.
    pub writing: Speed,
}

/// An amount of tokens and the time it took.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Speed {
    /// How many.
    pub tokens: u32,
    /// How long.
    pub seconds: f32,
}

impl Speed {
    /// Tokens a second; 0 when there is nothing to measure.
    pub fn tokens_per_second(self) -> f32 {
        if self.seconds > 0.0 { self.tokens as f32 / self.seconds } else { 0.0 }
    }
}

/// Asks the standard questions and judges the answers.
pub async fn probe(model: &dyn ChatModel, cancel: &CancelToken) -> Result<ProbeResult, ChatError> {
    let mut answers = Vec::new();
    for ask in ProbePlan::standard().asks {
        answers.push(put(model, ask, cancel).await?);
    }
    Ok(judge_plan(&answers))
}

async fn put(model: &dyn ChatModel, ask: Ask, cancel: &CancelToken) -> Result<Answered, ChatError> {
    let started = Instant::now();
    let mut first = None;
    let mut last = started;
    let mut events = |event| {
        if matches!(event, ChatEvent::Token(_)) {
            last = Instant::now();
            first.get_or_insert(last);
        }
    };
    let reply = match model.chat(ask.request, &mut events, cancel).await {
        Ok(reply) => reply,
        Err(ChatError::BadAnswer { .. } | ChatError::Unsupported) => {
            return Ok(Answered { kind: ask.kind, text: None, reading: Speed::default(), writing: Speed::default() });
        }
        Err(error) => return Err(error),
    };
    Ok(answered(ask.kind, reply, started, first.unwrap_or(started), last))
}

fn answered(kind: AskKind, reply: ChatReply, started: Instant, first: Instant, last: Instant) -> Answered {
    Answered {
        kind,
        reading: Speed {
            tokens: reply.prompt_tokens.saturating_sub(reply.reused_tokens),
            seconds: (first - started).as_secs_f32(),
        },
        writing: Speed { tokens: reply.completion_tokens.saturating_sub(1), seconds: (last - first).as_secs_f32() },
        text: Some(reply.text),
    }
}

#[cfg(test)]
mod tests;
