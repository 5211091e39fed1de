//! Anthropic's messages: the instructions apart from the conversation, a stream of typed events.

use quillhouse_domain::Secret;
use quillhouse_egress::ServerEvent;
use serde_json::{Value, json};

use super::{
    CloudModelListing,
    dialect::{Answer, Asked, Dialect, Field, ModelsPage, Thinking, Trouble, in_query, json, tokens, version},
    openai::rounded,
    refusal::Said,
    schema,
};
use crate::chat::{Finish, Role};

/// The dialect.
pub(super) struct Anthropic;

/// The version of the interface that is spoken.
const VERSION: &str = "2023-06-01";

/// The words of a schema that structured answers take.
const SCHEMA_WORDS: [&str; 16] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "allOf",
    "$ref",
    "$defs",
    "definitions",
    "description",
    "title",
    "default",
    "format",
];

impl Dialect for Anthropic {
    fn headers(&self, key: &Secret<String>) -> Vec<(&'static str, Secret<String>)> {
        vec![("x-api-key", key.clone()), ("anthropic-version", Secret::new(VERSION.to_owned()))]
    }

    fn models_path(&self, after: Option<&str>) -> String {
        after.map_or_else(
            || "models?limit=1000".to_owned(),
            |after| format!("models?limit=1000&after_id={}", in_query(after)),
        )
    }

    fn models(&self, body: &[u8]) -> Option<ModelsPage> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let models = value["data"].as_array()?.iter().filter_map(|model| {
            Some(CloudModelListing {
                name: model["id"].as_str()?.to_owned(),
                title: model["display_name"].as_str().map(str::to_owned),
                context_tokens: tokens(model["max_input_tokens"].as_u64()),
                answer_tokens: tokens(model["max_tokens"].as_u64()),
            })
        });
        let more = value["has_more"] == true;
        let next = value["last_id"].as_str().filter(|_| more).map(str::to_owned);
        Some(ModelsPage { models: models.collect(), next })
    }

    fn chat_path(&self, _: &str) -> String {
        "messages".to_owned()
    }

    fn body(&self, asked: &Asked<'_>) -> Value {
        let request = asked.request;
        let is_instruction = |role| role == Role::System;
        let instructions: Vec<&str> = request
            .messages
            .iter()
            .filter(|message| is_instruction(message.role))
            .map(|message| message.content.as_str())
            .collect();
        let turns: Vec<_> = request.messages.iter().filter(|message| !is_instruction(message.role)).collect();
        let mut body = json!({"model": asked.model, "max_tokens": asked.length()});
        if !instructions.is_empty() {
            body["system"] = instructions.join("\n\n").into();
        }
        body["messages"] = json!(turns);
        body["stream"] = true.into();
        let version = version(asked.model, "claude").unwrap_or((u32::MAX, 0));
        // Since 4.7 the temperature is refused.
        if asked.wants(Field::Temperature) && version < (4, 7) {
            body["temperature"] = rounded(request.temperature.clamp(0.0, 1.0));
        }
        let stops = self.stops(asked);
        if !stops.is_empty() {
            body["stop_sequences"] = json!(stops);
        }
        if let Some(wanted) = &request.schema {
            let schema = schema::reduced(wanted, &SCHEMA_WORDS);
            body["output_config"] = json!({"format": {"type": "json_schema", "schema": schema}});
        }
        // Since 5 they think unless they are told not to, and some cannot be told.
        if version >= (5, 0) {
            match asked.thinking() {
                Thinking::Off => body["thinking"] = json!({"type": "disabled"}),
                Thinking::Little => body["output_config"]["effort"] = "low".into(),
                Thinking::Unsaid => {}
            }
        }
        body
    }

    /// White space alone is refused.
    fn takes_stop(&self, stop: &str) -> bool {
        !stop.trim().is_empty()
    }

    fn most_stops(&self) -> usize {
        16
    }

    fn read(&self, event: &ServerEvent, answer: &mut Answer) -> Result<String, Trouble> {
        let value = json(event)?;
        match value["type"].as_str().unwrap_or_default() {
            "error" => return Err(Trouble::Said(Said::in_value(&value))),
            "message_start" => take_usage(&value["message"]["usage"], answer),
            "content_block_start" => return Ok(value["content_block"]["text"].as_str().unwrap_or_default().to_owned()),
            // Thinking comes as deltas of another type.
            "content_block_delta" if value["delta"]["type"] == "text_delta" => {
                return Ok(value["delta"]["text"].as_str().unwrap_or_default().to_owned());
            }
            "message_delta" => {
                take_usage(&value["usage"], answer);
                match value["delta"]["stop_reason"].as_str() {
                    None => {}
                    Some("max_tokens" | "model_context_window_exceeded") => answer.finish = Some(Finish::Length),
                    Some(reason @ "refusal") => return Err(Trouble::Declined(reason.to_owned())),
                    Some(_) => answer.finish = Some(Finish::Stop),
                }
            }
            "message_stop" => {
                answer.is_complete = answer.finish.is_some();
                answer.is_over = true;
            }
            _ => {}
        }
        Ok(String::new())
    }
}

/// What was kept is counted apart from what was read.
fn take_usage(usage: &Value, answer: &mut Answer) {
    let count = |word: &str| tokens(usage[word].as_u64());
    if let Some(read) = count("input_tokens") {
        let cached = count("cache_read_input_tokens").unwrap_or(0);
        let written = count("cache_creation_input_tokens").unwrap_or(0);
        answer.prompt_tokens = Some(read.saturating_add(cached).saturating_add(written));
        answer.cached_tokens = cached;
    }
    answer.completion_tokens = count("output_tokens").or(answer.completion_tokens);
}
