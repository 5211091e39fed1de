//! OpenAI's chat completions, which most others speak too, with small differences.

use quillhouse_domain::Secret;
use quillhouse_egress::ServerEvent;
use serde_json::{Value, json};

use super::{
    CloudModelListing,
    dialect::{Answer, Asked, Dialect, Field, ModelsPage, Thinking, Trouble, bearer, json, tokens, version},
    refusal::Said,
    schema,
};
use crate::chat::Finish;

/// What a provider of this family does its own way.
pub(super) struct Manner {
    /// The field with the answer's greatest length.
    pub(super) length: &'static str,
    /// The field with the seed.
    pub(super) seed: &'static str,
    /// True when usage has to be asked for.
    pub(super) asks_usage: bool,
    /// True when it keeps answers unless it is told not to.
    pub(super) declines_storage: bool,
    /// The highest temperature it takes.
    pub(super) hottest: f32,
    /// The words of a schema that it takes; `None` when all are taken.
    pub(super) schema_words: Option<&'static [&'static str]>,
}

/// OpenAI itself.
pub(super) struct OpenAi;

/// Servers that speak the same. They know the older field for the length.
pub(super) struct Compatible;

const OPENAI: Manner = Manner {
    length: "max_completion_tokens",
    seed: "seed",
    asks_usage: true,
    declines_storage: true,
    hottest: 2.0,
    schema_words: Some(&SCHEMA_WORDS),
};

const COMPATIBLE: Manner = Manner {
    length: "max_tokens",
    seed: "seed",
    asks_usage: true,
    declines_storage: false,
    hottest: 2.0,
    schema_words: None,
};

/// The words of a schema that strict mode takes.
const SCHEMA_WORDS: [&str; 22] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "$defs",
    "definitions",
    "description",
    "title",
    "pattern",
    "format",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
];

/// The body that the family shares.
pub(super) fn body(manner: &Manner, stops: &[String], asked: &Asked<'_>) -> Value {
    let request = asked.request;
    let mut body = json!({"model": asked.model, "messages": request.messages, "stream": true});
    let length = if asked.wants(Field::OldLength) { manner.length } else { "max_completion_tokens" };
    body[length] = asked.length().into();
    if asked.wants(Field::Temperature) {
        body["temperature"] = rounded(request.temperature.clamp(0.0, manner.hottest));
    }
    if asked.wants(Field::Seed) {
        body[manner.seed] = (request.seed & 0x7fff_ffff).into();
    }
    if !stops.is_empty() {
        body["stop"] = json!(stops);
    }
    if manner.asks_usage && asked.wants(Field::UsageOption) {
        body["stream_options"] = json!({"include_usage": true});
    }
    if manner.declines_storage {
        body["store"] = false.into();
    }
    if let Some(wanted) = &request.schema {
        let wanted = manner.schema_words.map_or_else(|| wanted.clone(), |known| schema::reduced(wanted, known));
        let strict = asked.wants(Field::Strict) && schema::is_strict(&wanted);
        body["response_format"] =
            json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": wanted, "strict": strict}});
    }
    body
}

/// `0.7` as a float of 32 bits is `0.699999988…` in JSON, which some servers refuse.
pub(super) fn rounded(value: f32) -> Value {
    json!((f64::from(value) * 1000.0).round() / 1000.0)
}

/// Reads an event of the family.
pub(super) fn read(event: &ServerEvent, answer: &mut Answer) -> Result<String, Trouble> {
    if event.data == b"[DONE]" {
        answer.is_complete = answer.finish.is_some();
        answer.is_over = true;
        return Ok(String::new());
    }
    let value = json(event)?;
    let said = Said::in_value(&value);
    if said.is_error() || event.name == "error" {
        return Err(Trouble::Said(said));
    }
    if let Some(usage) = value.get("usage").filter(|usage| usage.is_object()) {
        answer.prompt_tokens = tokens(usage["prompt_tokens"].as_u64()).or(answer.prompt_tokens);
        // Some count thinking only in the total.
        let rest = usage["total_tokens"].as_u64().zip(usage["prompt_tokens"].as_u64());
        let rest = rest.map(|(total, prompt)| total.saturating_sub(prompt));
        let written = usage["completion_tokens"].as_u64().map(|written| written.max(rest.unwrap_or(0)));
        answer.completion_tokens = tokens(written).or(answer.completion_tokens);
        let cached = usage["prompt_tokens_details"]["cached_tokens"].as_u64();
        answer.cached_tokens = tokens(cached).unwrap_or(answer.cached_tokens);
    }
    let Some(choice) = value["choices"].as_array().and_then(|choices| choices.first()) else {
        return Ok(String::new());
    };
    if let Some(refusal) = choice["delta"]["refusal"].as_str().filter(|refusal| !refusal.is_empty()) {
        return Err(Trouble::Declined(refusal.chars().take(200).collect()));
    }
    let text = text_of(&choice["delta"]["content"])?;
    match choice["finish_reason"].as_str() {
        None => {}
        Some("length" | "model_length" | "max_tokens") => answer.finish = Some(Finish::Length),
        Some(reason @ "content_filter") => return Err(Trouble::Declined(reason.to_owned())),
        Some("error") => return Err(Trouble::Unreadable("the model stopped with an error".to_owned())),
        Some(_) => answer.finish = Some(answer.finish.unwrap_or(Finish::Stop)),
    }
    Ok(text)
}

/// Text, or a list of parts of which only texts belong to the answer; thinking does not.
fn text_of(content: &Value) -> Result<String, Trouble> {
    match content {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        Value::Array(parts) => {
            let texts = parts.iter().filter(|part| part["type"] == "text").filter_map(|part| part["text"].as_str());
            Ok(texts.collect())
        }
        _ => Err(Trouble::Unreadable("a part of the answer is no text".to_owned())),
    }
}

/// `{"data": [{"id": …}]}`, with the context under the names that servers use.
pub(super) fn models(body: &[u8], is_wanted: fn(&Value) -> bool) -> Option<ModelsPage> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let list = value.get("data").or(Some(&value))?.as_array()?;
    let models = list.iter().filter(|model| is_wanted(model)).filter_map(|model| {
        let context = ["max_context_length", "context_length", "context_window", "max_model_len"];
        Some(CloudModelListing {
            name: model["id"].as_str()?.to_owned(),
            title: model["name"].as_str().filter(|name| *name != model["id"]).map(str::to_owned),
            context_tokens: context.into_iter().find_map(|word| tokens(model[word].as_u64())),
            answer_tokens: tokens(model["top_provider"]["max_completion_tokens"].as_u64()),
        })
    });
    Some(ModelsPage { models: models.collect(), next: None })
}

/// The o-series, and all since GPT-5 that are not tuned for chats.
fn thinks(model: &str) -> bool {
    let o_series = model.strip_prefix('o').is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()));
    o_series || !model.contains("chat") && version(model, "gpt").is_some_and(|version| version >= (5, 0))
}

impl Dialect for OpenAi {
    fn headers(&self, key: &Secret<String>) -> Vec<(&'static str, Secret<String>)> {
        bearer(key)
    }

    fn models_path(&self, _: Option<&str>) -> String {
        "models".to_owned()
    }

    fn models(&self, body: &[u8]) -> Option<ModelsPage> {
        /// What the list has besides models that chat.
        const OTHERS: [&str; 12] = [
            "embedding",
            "whisper",
            "tts",
            "dall-e",
            "moderation",
            "image",
            "audio",
            "realtime",
            "transcribe",
            "sora",
            "davinci",
            "babbage",
        ];
        models(body, |model| {
            let id = model["id"].as_str().unwrap_or_default();
            !OTHERS.iter().any(|word| id.contains(word))
        })
    }

    fn chat_path(&self, _: &str) -> String {
        "chat/completions".to_owned()
    }

    fn body(&self, asked: &Asked<'_>) -> Value {
        let mut body = body(&OPENAI, &self.stops(asked), asked);
        if thinks(asked.model) {
            match asked.thinking() {
                Thinking::Off => body["reasoning_effort"] = "none".into(),
                Thinking::Little => body["reasoning_effort"] = "low".into(),
                Thinking::Unsaid => {}
            }
        }
        body
    }

    fn takes_stop(&self, _: &str) -> bool {
        true
    }

    fn most_stops(&self) -> usize {
        4
    }

    fn read(&self, event: &ServerEvent, answer: &mut Answer) -> Result<String, Trouble> {
        read(event, answer)
    }
}

impl Dialect for Compatible {
    fn headers(&self, key: &Secret<String>) -> Vec<(&'static str, Secret<String>)> {
        bearer(key)
    }

    fn models_path(&self, _: Option<&str>) -> String {
        "models".to_owned()
    }

    fn models(&self, body: &[u8]) -> Option<ModelsPage> {
        models(body, |_| true)
    }

    fn chat_path(&self, _: &str) -> String {
        "chat/completions".to_owned()
    }

    fn body(&self, asked: &Asked<'_>) -> Value {
        body(&COMPATIBLE, &self.stops(asked), asked)
    }

    fn takes_stop(&self, _: &str) -> bool {
        true
    }

    fn most_stops(&self) -> usize {
        4
    }

    fn read(&self, event: &ServerEvent, answer: &mut Answer) -> Result<String, Trouble> {
        read(event, answer)
    }
}
