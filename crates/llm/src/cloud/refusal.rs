//! What providers mean when they refuse: their statuses, codes and wordings, turned into errors that routing can act on.

use std::time::Duration;

use quillhouse_domain::Secret;
use serde_json::Value;

use super::dialect::Field;
use crate::chat::ChatError;

/// Most characters of a server's sentence that are repeated.
const MOST_CHARACTERS: usize = 300;

/// Whether asking again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    Never,
    /// After the pause the server asked for, or a usual one.
    After(Option<Duration>),
    /// At once, without this field.
    Without(Field),
}

/// A call that did not end in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) error: ChatError,
    pub(super) again: Again,
}

impl Failure {
    pub(super) const fn for_good(error: ChatError) -> Self {
        Self { error, again: Again::Never }
    }

    pub(super) const fn again(error: ChatError) -> Self {
        Self { error, again: Again::After(None) }
    }
}

impl From<ChatError> for Failure {
    fn from(error: ChatError) -> Self {
        Self::for_good(error)
    }
}

/// What was asked, for errors that repeat it.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) prompt_tokens: u32,
    pub(super) limit_tokens: u32,
}

/// What a server says about an error, in whichever shape.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Said {
    /// Its sentence.
    message: String,
    /// Its codes, types and states, in lower case.
    codes: Vec<String>,
    /// The field it complains about.
    field: Option<String>,
    /// How long to wait, when the body says it.
    wait: Option<Duration>,
    /// True when the body is an error in one of the known shapes.
    is_error: bool,
}

impl Said {
    /// Reads a body.
    pub(super) fn in_body(body: &[u8]) -> Self {
        if let Ok(value) = serde_json::from_slice::<Value>(body) {
            return Self::in_value(&value);
        }
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start();
        // A page for people says nothing that can be repeated in a sentence.
        let message = if text.starts_with('<') { String::new() } else { text.trim_end().to_owned() };
        Self { message, ..Self::default() }
    }

    /// Reads `{"error": {…}}`, `{"error": "…", "code": "…"}`, `{"message": …}`, `{"detail": …}`, and lists of these.
    pub(super) fn in_value(value: &Value) -> Self {
        let mut said = Self::default();
        let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
        let error = value.get("error").filter(|error| !error.is_null());
        said.is_error = error.is_some()
            || value.get("detail").is_some()
            || ["object", "type"].iter().any(|word| value.get(word).and_then(Value::as_str) == Some("error"));
        for part in [Some(value), error].into_iter().flatten() {
            said.take(part);
        }
        if let Some(Value::String(message)) = error {
            said.message.clone_from(message);
        }
        said
    }

    fn take(&mut self, value: &Value) {
        for word in ["message", "detail"] {
            match value.get(word) {
                Some(Value::String(text)) => self.message.clone_from(text),
                Some(other @ (Value::Object(_) | Value::Array(_))) => self.message = other.to_string(),
                _ => {}
            }
        }
        for word in ["type", "code", "status", "reason"] {
            match value.get(word) {
                Some(Value::String(code)) => self.codes.push(code.to_ascii_lowercase()),
                Some(Value::Number(code)) => self.codes.push(code.to_string()),
                _ => {}
            }
        }
        if let Some(Value::String(field)) = value.get("param") {
            self.field = Some(field.to_ascii_lowercase());
        }
        for detail in value.get("details").and_then(Value::as_array).into_iter().flatten() {
            if let Some(reason) = detail.get("reason").and_then(Value::as_str) {
                self.codes.push(reason.to_ascii_lowercase());
            }
            let delay = detail.get("retryDelay").and_then(Value::as_str);
            let delay = delay.and_then(|delay| delay.strip_suffix('s')?.parse::<f64>().ok());
            if let Some(delay) = delay.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
                self.wait = Some(delay);
            }
        }
    }

    /// True when it is an error in one of the known shapes.
    pub(super) const fn is_error(&self) -> bool {
        self.is_error
    }

    fn has_code(&self, codes: &[&str]) -> bool {
        self.codes.iter().any(|code| codes.contains(&code.as_str()))
    }

    /// The field that should be left out, when the server says that it does not know one.
    fn unknown_field(&self) -> Option<Field> {
        let message = self.message.to_ascii_lowercase();
        let complains = self.has_code(&["unsupported_parameter", "unsupported_value", "unknown_parameter"])
            || [
                "unsupported",
                "not support",
                "unknown",
                "deprecated",
                "not permitted",
                "not allowed",
                "no longer",
                "unrecognized",
                "is invalid",
                "invalid schema",
                "only works in thinking mode",
            ]
            .iter()
            .any(|word| message.contains(word));
        if !complains {
            return None;
        }
        let named = |name: &str| {
            self.field.as_deref().is_some_and(|field| field.rsplit('.').next() == Some(name))
                || message.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name)
        };
        Field::NAMES.into_iter().find(|(name, _)| named(name)).map(|(_, field)| field)
    }
}

/// A span of time as some providers write it: `6m0s`, `1.5s`, `120ms`.
pub(super) fn span(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let (unit, seconds) = [("ms", 0.001), ("h", 3600.0), ("m", 60.0), ("s", 1.0)]
            .into_iter()
            .find(|(unit, _)| rest.starts_with(unit))?;
        rest = &rest[unit.len()..];
        total = total.checked_add(Duration::try_from_secs_f64(number * seconds).ok()?)?;
    }
    Some(total)
}

/// Turns a refusal into an error. `status` is missing where the error came within an answer.
pub(super) fn judge(
    host: &str,
    key: &Secret<String>,
    status: Option<u16>,
    said: &Said,
    asked_for: Option<Duration>,
    asked: &Asked,
) -> Failure {
    let host = host.to_owned();
    let message = said.message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    let is = |codes: &[u16]| status.is_some_and(|status| codes.contains(&status));
    let wait = asked_for.or(said.wait);

    if is(&[402])
        || said.has_code(&[
            "insufficient_quota",
            "billing_error",
            "billing_hard_limit_reached",
            "billing_not_active",
            "insufficient_balance",
            "payment_required",
            "402",
        ])
        || says(&[
            "credit balance",
            "insufficient balance",
            "insufficient credit",
            "spending limit",
            "purchase credits",
        ])
        || says(&[
            "used all available credits",
            "doesn't have any credits",
            "exceeded your current quota, please check your plan and billing",
        ]) && !said.has_code(&["resource_exhausted"])
    {
        return Failure::for_good(ChatError::NoCredit { host });
    }
    // Another key would not change where somebody is.
    if says(&["location is not supported", "country, region, or territory", "not available in your"]) {
        let reason = format!("`{host}` said `{}`", repeated(said, key));
        return Failure::for_good(ChatError::Unavailable { reason });
    }
    let is_about_model = said.has_code(&["model_not_found", "invalid_model"]) || says(&["access to model"]);
    if is(&[401, 403]) && !is_about_model
        || said.has_code(&[
            "invalid_api_key",
            "authentication_error",
            "permission_error",
            "api_key_invalid",
            "unauthenticated",
            "permission_denied",
            "401",
            "403",
        ])
        || says(&["incorrect api key", "invalid api key", "api key not valid", "api key not found"])
    {
        return Failure::for_good(ChatError::KeyRefused { host });
    }
    if is_overflow(status, said, &message) {
        return Failure::for_good(ChatError::ContextOverflow {
            prompt_tokens: asked.prompt_tokens,
            limit_tokens: asked.limit_tokens,
        });
    }
    if said.has_code(&["content_filter", "content_policy_violation", "responsibleaipolicyviolation"])
        || says(&["content policy", "content management policy", "usage guidelines", "safety system"])
    {
        return Failure::for_good(ChatError::Declined { reason: repeated(said, key) });
    }
    if is(&[429]) || said.has_code(&["rate_limit_error", "rate_limit_exceeded", "resource_exhausted", "429"]) {
        let retry_after_ms = wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        return Failure { error: ChatError::RateLimited { host, retry_after_ms }, again: Again::After(wait) };
    }
    if is(&[503, 529]) || said.has_code(&["overloaded_error", "unavailable", "503", "529"]) || says(&["overloaded"]) {
        return Failure { error: ChatError::Overloaded, again: Again::After(wait) };
    }
    if !asked.model.is_empty()
        && (is_about_model || said.has_code(&["not_found_error", "not_found"]) || is(&[404]) && says(&["model"]))
    {
        return Failure::for_good(ChatError::ModelMissing {
            model: asked.model.clone(),
            hint: format!("`{host}` does not offer it to this key, so check its name"),
        });
    }
    let Some(status) = status else {
        let reason = format!("`{host}` said `{}` in the middle of it", repeated(said, key));
        return Failure::again(ChatError::BadAnswer { reason });
    };
    let reason = match (status, repeated(said, key)) {
        (404, _) => format!("there is nothing for models at this address of `{host}` (status 404); check the address"),
        (_, said) if said.is_empty() => format!("`{host}` answered with status {status}"),
        (_, said) => format!("`{host}` said `{said}` (status {status})"),
    };
    let again = match status {
        408 | 409 | 500..=599 => Again::After(wait),
        400 | 422 => said.unknown_field().map_or(Again::Never, Again::Without),
        _ => Again::Never,
    };
    Failure { error: ChatError::Unavailable { reason }, again }
}

fn is_overflow(status: Option<u16>, said: &Said, message: &str) -> bool {
    let about_length = [
        "prompt is too long",
        "maximum context length",
        "context window",
        "context length",
        "context size",
        "maximum prompt length",
        "maximum number of tokens allowed",
        "too large for model",
        "input is too long",
        "too many tokens",
    ];
    status == Some(413)
        || said.has_code(&["context_length_exceeded", "request_too_large", "string_above_max_length"])
        || status.is_none_or(|status| matches!(status, 400 | 422))
            && about_length.iter().any(|words| message.contains(words))
}

/// The server's sentence, short and without the key, whoever put it there.
fn repeated(said: &Said, key: &Secret<String>) -> String {
    let key = key.expose();
    let message = if key.is_empty() { said.message.clone() } else { said.message.replace(key.as_str(), "<key>") };
    let message = if message.is_empty() { said.codes.join(", ") } else { message };
    message.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_CHARACTERS).collect()
}

#[cfg(test)]
mod tests;
