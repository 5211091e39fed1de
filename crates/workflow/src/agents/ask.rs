//! Asking: where a step's single question stands, and prompts that are made smaller until they fit.

use quillhouse_domain::{DraftReason, LeftOut};
use serde_json::Value;

use crate::{
    prompt::RenderedPrompt,
    step::{ModelAsk, StepContext, Work, WorkResult},
};

/// How often a prompt is made smaller before the step goes on without the model.
const MOST_REFUSALS: usize = 6;

/// Characters a token stands for at least, in the seven languages, with room to spare. Only the first guess of a prompt's
/// size; the exact count comes from the model's own tokenizer.
const CHARACTERS_A_TOKEN: usize = 3;

/// Tokens that chat templates add around the messages.
const TEMPLATE_TOKENS: usize = 64;

/// Where the question stands.
pub(super) enum Standing<'a> {
    /// Not answered; so often the prompt did not fit, with its tokens and the room there was.
    Open(Vec<(u32, u32)>),
    /// Answered; what came after the answer.
    Answered(&'a str, &'a [WorkResult]),
    /// Ranked; one number a continuation.
    Ranked(&'a [f64]),
    /// The model failed.
    Failed(&'a DraftReason),
}

pub(super) fn standing(results: &[WorkResult]) -> Standing<'_> {
    let mut refusals = Vec::new();
    for (index, result) in results.iter().enumerate() {
        match result {
            WorkResult::DidNotFit { prompt_tokens, limit_tokens } => refusals.push((*prompt_tokens, *limit_tokens)),
            WorkResult::Answered(text) => return Standing::Answered(text, &results[index + 1..]),
            WorkResult::Ranked(numbers) => return Standing::Ranked(numbers),
            WorkResult::ModelFailed { reason } => return Standing::Failed(reason),
            WorkResult::Retrieved(_) | WorkResult::Embedded(_) => {}
        }
    }
    Standing::Open(refusals)
}

/// How many of `total` ranked sources to send: what the first guess allows, then less after each refusal, in proportion
/// to how much too long the prompt was. `None` when nothing more can be left out.
pub(super) fn sources_to_send(total: usize, first_guess: usize, refusals: &[(u32, u32)]) -> Option<usize> {
    let mut keep = total.min(first_guess.max(1));
    for (index, (prompt, limit)) in refusals.iter().enumerate() {
        if keep <= 1 || index + 1 >= MOST_REFUSALS {
            return None;
        }
        let share = f64::from(*limit) / f64::from((*prompt).max(1)) * 0.9;
        keep = ((keep as f64 * share).floor() as usize).clamp(1, keep - 1);
    }
    Some(keep)
}

/// How many of the sources, in order, the context probably has room for beside an answer and `fixed` characters.
pub(super) fn first_guess(context: &StepContext, max_tokens: u32, fixed: usize, sources: &[String]) -> usize {
    if context.context_tokens == 0 {
        return sources.len();
    }
    let tokens = (context.context_tokens as usize).saturating_sub(max_tokens as usize + TEMPLATE_TOKENS);
    let mut room = (tokens * CHARACTERS_A_TOKEN).saturating_sub(fixed);
    let mut count = 0;
    for source in sources {
        let size = source.chars().count() + 4;
        if size > room {
            break;
        }
        room -= size;
        count += 1;
    }
    count.max(1)
}

/// A count as it is told; no text has more of anything.
pub(super) fn told(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What was left out, when something was.
pub(super) fn left_out(total: usize, kept: usize) -> Option<LeftOut> {
    (kept < total).then(|| LeftOut { left_out: told(total - kept), count: told(total) })
}

/// How an answer is wanted.
pub(super) struct Answer {
    pub(super) max_tokens: u32,
    pub(super) temperature: f32,
    pub(super) schema: Option<Value>,
    pub(super) left_out: Option<LeftOut>,
}

pub(super) fn ask(prompt: RenderedPrompt, answer: Answer) -> Work {
    Work::Ask(Box::new(ModelAsk {
        prompt: prompt.name,
        prompt_version: prompt.version,
        system: prompt.system,
        user: prompt.user,
        parts: prompt.parts,
        left_out: answer.left_out,
        max_tokens: answer.max_tokens,
        temperature: answer.temperature,
        schema: answer.schema,
    }))
}

/// The JSON object in an answer, whatever stands around it.
pub(super) fn json_object<T: serde::de::DeserializeOwned>(answer: &str) -> Option<T> {
    let start = answer.find('{')?;
    let end = answer.rfind('}')?;
    serde_json::from_str(answer.get(start..=end)?).ok()
}

/// A schema as JSON, from the type that reads the answer.
pub(super) fn schema_of<T: schemars::JsonSchema>() -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.remove("$schema");
        object.remove("title");
    }
    schema
}

/// How much likelier, in mean log-likelihood a token, a candidate must be before it replaces the composer's choice.
/// Differences below it change with the wording of the prompt.
const CLEARLY_LIKELIER: f64 = 0.1;

/// The candidate that stands: the first, which is the composer's, unless another is clearly likelier.
pub(super) fn clear_winner(numbers: &[f64], candidates: usize) -> usize {
    if numbers.len() != candidates || numbers.iter().any(|number| !number.is_finite()) {
        return 0;
    }
    let mut best = 0;
    for (index, number) in numbers.iter().enumerate().skip(1) {
        if *number > numbers[0] + CLEARLY_LIKELIER && (best == 0 || *number > numbers[best]) {
            best = index;
        }
    }
    best
}
