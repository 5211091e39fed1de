//! The wordings of the providers, and what is not repeated of them.

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
        ("openai down", 500, json!({"error": {"message": "The server had an error", "type": "server_error"}}), other),
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
