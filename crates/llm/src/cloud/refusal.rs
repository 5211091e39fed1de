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
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(status: u16, body: &Value) -> Failure {
        let asked = Asked { model: "m".to_owned(), prompt_tokens: 9, limit_tokens: 5 };
        let said = Said::in_body(body.to_string().as_bytes());
        judge("api.example", &Secret::new("sk-canary".to_owned()), Some(status), &said, None, &asked)
    }

    type Case = (&'static str, u16, Value, fn(&ChatError) -> bool);

    /// As the providers wrote them, shortened.
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn cases() -> Vec<Case> {
        let no_credit: fn(&ChatError) -> bool = |error| matches!(error, ChatError::NoCredit { .. });
        let refused: fn(&ChatError) -> bool = |error| matches!(error, ChatError::KeyRefused { .. });
        let overflow: fn(&ChatError) -> bool =
            |error| matches!(error, ChatError::ContextOverflow { prompt_tokens: 9, limit_tokens: 5 });
        let limited: fn(&ChatError) -> bool = |error| matches!(error, ChatError::RateLimited { .. });
        let missing: fn(&ChatError) -> bool = |error| matches!(error, ChatError::ModelMissing { .. });
        let declined: fn(&ChatError) -> bool = |error| matches!(error, ChatError::Declined { .. });
        let busy: fn(&ChatError) -> bool = |error| *error == ChatError::Overloaded;
        let other: fn(&ChatError) -> bool = |error| matches!(error, ChatError::Unavailable { .. });
        vec![
            (
                "openai key",
                401,
                json!({"error": {"message": "Incorrect API key provided: sk-1***", "type": "invalid_request_error", "param": null, "code": "invalid_api_key"}}),
                refused,
            ),
            (
                "openai quota",
                429,
                json!({"error": {"message": "You exceeded your current quota, please check your plan and billing details.", "type": "insufficient_quota", "param": null, "code": "insufficient_quota"}}),
                no_credit,
            ),
            (
                "openai rate",
                429,
                json!({"error": {"message": "Rate limit reached for gpt-5 in organization org-x on tokens per min", "type": "tokens", "code": "rate_limit_exceeded"}}),
                limited,
            ),
            (
                "openai length",
                400,
                json!({"error": {"message": "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.", "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded"}}),
                overflow,
            ),
            (
                "openai model",
                404,
                json!({"error": {"message": "The model `gpt-9` does not exist or you do not have access to it.", "type": "invalid_request_error", "code": "model_not_found"}}),
                missing,
            ),
            (
                "openai content",
                400,
                json!({"error": {"message": "The response was filtered due to the prompt", "code": "content_filter"}}),
                declined,
            ),
            (
                "openai down",
                500,
                json!({"error": {"message": "The server had an error", "type": "server_error"}}),
                other,
            ),
            (
                "anthropic key",
                401,
                json!({"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}),
                refused,
            ),
            (
                "anthropic credit",
                400,
                json!({"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low to access the Anthropic API."}}),
                no_credit,
            ),
            (
                "anthropic length",
                400,
                json!({"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000 maximum"}}),
                overflow,
            ),
            (
                "anthropic size",
                413,
                json!({"type": "error", "error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}}),
                overflow,
            ),
            (
                "anthropic rate",
                429,
                json!({"type": "error", "error": {"type": "rate_limit_error", "message": "This request would exceed your organization's rate limit"}}),
                limited,
            ),
            (
                "anthropic busy",
                529,
                json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
                busy,
            ),
            (
                "anthropic model",
                404,
                json!({"type": "error", "error": {"type": "not_found_error", "message": "model: claude-9"}}),
                missing,
            ),
            ("mistral key", 401, json!({"detail": "Unauthorized"}), refused),
            (
                "mistral rate",
                429,
                json!({"object": "error", "message": "Requests rate limit exceeded", "type": "rate_limited", "param": null, "code": "1300"}),
                limited,
            ),
            (
                "mistral length",
                400,
                json!({"object": "error", "message": "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length", "type": "invalid_request_prompt", "code": "3051"}),
                overflow,
            ),
            (
                "mistral model",
                400,
                json!({"object": "error", "message": "Invalid model: mistral-9", "type": "invalid_model", "code": "1500"}),
                missing,
            ),
            (
                "gemini key",
                400,
                json!({"error": {"code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT", "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]}}),
                refused,
            ),
            (
                "gemini quota",
                429,
                json!({"error": {"code": 429, "message": "You exceeded your current quota, please check your plan and billing details.", "status": "RESOURCE_EXHAUSTED", "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}]}}),
                |error| matches!(error, ChatError::RateLimited { retry_after_ms: Some(34_000), .. }),
            ),
            (
                "gemini length",
                400,
                json!({"error": {"code": 400, "message": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).", "status": "INVALID_ARGUMENT"}}),
                overflow,
            ),
            (
                "gemini busy",
                503,
                json!([{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}]),
                busy,
            ),
            (
                "gemini model",
                404,
                json!({"error": {"code": 404, "message": "models/gemini-9 is not found for API version v1beta", "status": "NOT_FOUND"}}),
                missing,
            ),
            (
                "xai key",
                400,
                json!({"code": "Client specified an invalid argument", "error": "Incorrect API key provided: xa***. You can obtain an API key from https://console.x.ai."}),
                refused,
            ),
            (
                "xai credit",
                403,
                json!({"code": "The caller does not have permission to execute the specified operation", "error": "Your newly created team doesn't have any credits yet. You can purchase credits on https://console.x.ai"}),
                no_credit,
            ),
            (
                "xai length",
                400,
                json!({"code": "Client specified an invalid argument", "error": "This model's maximum prompt length is 131072 but the request contains 140000 tokens."}),
                overflow,
            ),
            (
                "xai model",
                404,
                json!({"code": "Some requested entity was not found", "error": "The model grok-9 does not exist or your team does not have access to it."}),
                missing,
            ),
            (
                "openai access",
                403,
                json!({"error": {"message": "Project `proj_x` does not have access to model `gpt-9`", "type": "invalid_request_error", "param": null, "code": "model_not_found"}}),
                missing,
            ),
            (
                "openai place",
                403,
                json!({"error": {"message": "Country, region, or territory not supported", "type": "request_forbidden", "code": "unsupported_country_region_territory"}}),
                other,
            ),
            (
                "gemini place",
                400,
                json!({"error": {"code": 400, "message": "User location is not supported for the API use.", "status": "FAILED_PRECONDITION"}}),
                other,
            ),
            ("a payment page", 402, json!({}), no_credit),
            ("a router's limit", 429, json!({"message": "slow down"}), limited),
        ]
    }

    #[test]
    fn every_providers_wordings_are_understood() {
        for (name, status, body, expected) in cases() {
            let failure = judged(status, &body);
            assert!(expected(&failure.error), "{name}: {failure:?}");
        }
    }

    #[test]
    fn only_what_may_pass_is_asked_again() {
        let cases = [
            (429, json!({"error": {"message": "x"}}), true),
            (429, json!({"error": {"code": "insufficient_quota"}}), false),
            (503, json!({}), true),
            (529, json!({}), true),
            (500, json!({}), true),
            (502, json!("<html>"), true),
            (401, json!({}), false),
            (402, json!({}), false),
            (404, json!({}), false),
            (400, json!({"error": {"message": "bad"}}), false),
        ];
        for (status, body, expected) in cases {
            let again = judged(status, &body).again;
            assert_eq!(matches!(again, Again::After(_)), expected, "{status} {body}: {again:?}");
        }
    }

    #[test]
    fn a_field_that_a_model_does_not_know_is_named() {
        let cases = [
            (
                json!({"error": {"message": "Unsupported value: 'temperature' does not support 0 with this model.", "param": "temperature", "code": "unsupported_value"}}),
                Some(Field::Temperature),
            ),
            (
                json!({"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "param": "max_tokens", "code": "unsupported_parameter"}}),
                Some(Field::OldLength),
            ),
            (
                json!({"type": "error", "error": {"type": "invalid_request_error", "message": "`temperature` is deprecated for this model."}}),
                Some(Field::Temperature),
            ),
            (
                json!({"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]}),
                Some(Field::Seed),
            ),
            (
                json!({"code": "Client specified an invalid argument", "error": "Argument not supported on this model: stop"}),
                Some(Field::Stop),
            ),
            (json!({"error": {"message": "temperature must be between 0 and 2"}}), None),
            (json!({"error": {"message": "Unsupported country"}}), None),
        ];
        for (body, expected) in cases {
            let expected = expected.map_or(Again::Never, Again::Without);
            assert_eq!(judged(400, &body).again, expected, "{body}");
        }
    }

    #[test]
    fn a_span_of_time_is_read() {
        let cases = [
            ("6m0s", Some(360_000)),
            ("1.5s", Some(1500)),
            ("120ms", Some(120)),
            ("1h2m3s", Some(3_723_000)),
            ("7", None),
            ("", None),
            ("soon", None),
            ("s", None),
            ("1y", None),
            ("999999999999999999999s", None),
        ];
        for (text, expected_ms) in cases {
            assert_eq!(span(text), expected_ms.map(Duration::from_millis), "from {text:?}");
        }
    }

    #[test]
    fn the_key_is_not_repeated_and_sentences_are_short() {
        let body = json!({"error": {"message": format!("I got sk-canary\n and {}", "x".repeat(5000))}});
        let sentence = judged(418, &body).error.to_string();
        assert!(!sentence.contains("canary") && sentence.contains("<key>"), "{sentence}");
        assert!(sentence.chars().count() < 500 && !sentence.contains('\n'), "{sentence}");
        let page = Said::in_body(b"<html><title>502</title>");
        assert_eq!(page.message, "", "pages for people are not quoted");
    }
}
