//! Gemini's own interface: parts instead of messages, whole answers in pieces as server-sent events.

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
pub(super) struct Gemini;

/// The words of a JSON schema that it takes.
const SCHEMA_WORDS: [&str; 20] = [
    "type",
    "format",
    "title",
    "description",
    "enum",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "anyOf",
    "oneOf",
    "properties",
    "additionalProperties",
    "required",
    "$id",
    "$defs",
    "$ref",
    "$anchor",
];

impl Dialect for Gemini {
    fn headers(&self, key: &Secret<String>) -> Vec<(&'static str, Secret<String>)> {
        vec![("x-goog-api-key", key.clone())]
    }

    fn models_path(&self, after: Option<&str>) -> String {
        after.map_or_else(
            || "models?pageSize=1000".to_owned(),
            |after| format!("models?pageSize=1000&pageToken={}", in_query(after)),
        )
    }

    fn models(&self, body: &[u8]) -> Option<ModelsPage> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let writes = |model: &&Value| {
            let methods = model["supportedGenerationMethods"].as_array();
            methods.is_none_or(|methods| methods.iter().any(|method| method == "generateContent"))
        };
        let models = value["models"].as_array()?.iter().filter(writes).filter_map(|model| {
            let name = model["name"].as_str()?;
            Some(CloudModelListing {
                name: name.strip_prefix("models/").unwrap_or(name).to_owned(),
                title: model["displayName"].as_str().map(str::to_owned),
                context_tokens: tokens(model["inputTokenLimit"].as_u64()),
                answer_tokens: tokens(model["outputTokenLimit"].as_u64()),
            })
        });
        let next = value["nextPageToken"].as_str().filter(|token| !token.is_empty()).map(str::to_owned);
        Some(ModelsPage { models: models.collect(), next })
    }

    fn chat_path(&self, model: &str) -> String {
        // A model's id has no characters that mean something in a path, except slashes, which belong there.
        format!("./models/{model}:streamGenerateContent?alt=sse")
    }

    fn body(&self, asked: &Asked<'_>) -> Value {
        let request = asked.request;
        let part = |text: &str| json!({"text": text});
        let instructions: Vec<Value> = request
            .messages
            .iter()
            .filter(|message| message.role == Role::System)
            .map(|message| part(&message.content))
            .collect();
        let turns = request.messages.iter().filter_map(|message| {
            let role = match message.role {
                Role::System => return None,
                Role::User => "user",
                Role::Assistant => "model",
            };
            Some(json!({"role": role, "parts": [part(&message.content)]}))
        });
        let mut body = json!({"contents": turns.collect::<Vec<_>>()});
        if !instructions.is_empty() {
            body["systemInstruction"] = json!({"parts": instructions});
        }
        let mut config = json!({"maxOutputTokens": asked.length(), "candidateCount": 1});
        if asked.wants(Field::Temperature) {
            config["temperature"] = rounded(request.temperature.clamp(0.0, 2.0));
        }
        if asked.wants(Field::Seed) {
            config["seed"] = (request.seed & 0x7fff_ffff).into();
        }
        let stops = self.stops(asked);
        if !stops.is_empty() {
            config["stopSequences"] = json!(stops);
        }
        if let Some(wanted) = &request.schema {
            config["responseMimeType"] = "application/json".into();
            config["responseJsonSchema"] = schema::reduced(wanted, &SCHEMA_WORDS);
        }
        // The second generation takes a number of tokens, later ones a word; the first does not think.
        let version = version(asked.model, "gemini").unwrap_or((0, 0));
        let thinking = match (asked.thinking(), version >= (3, 0)) {
            (Thinking::Unsaid, _) => None,
            (Thinking::Off, false) => Some(json!({"thinkingBudget": 0})),
            (Thinking::Little, false) => Some(json!({"thinkingBudget": 512})),
            (Thinking::Off, true) => Some(json!({"thinkingLevel": "minimal"})),
            (Thinking::Little, true) => Some(json!({"thinkingLevel": "low"})),
        };
        if let Some(thinking) = thinking.filter(|_| version >= (2, 5)) {
            config["thinkingConfig"] = thinking;
        }
        body["generationConfig"] = config;
        body
    }

    fn takes_stop(&self, _: &str) -> bool {
        true
    }

    fn most_stops(&self) -> usize {
        5
    }

    fn read(&self, event: &ServerEvent, answer: &mut Answer) -> Result<String, Trouble> {
        let value = json(event)?;
        let said = Said::in_value(&value);
        if said.is_error() {
            return Err(Trouble::Said(said));
        }
        if let Some(reason) = value["promptFeedback"]["blockReason"].as_str() {
            return Err(Trouble::Declined(reason.to_lowercase()));
        }
        let usage = &value["usageMetadata"];
        if usage.is_object() {
            answer.prompt_tokens = tokens(usage["promptTokenCount"].as_u64()).or(answer.prompt_tokens);
            answer.cached_tokens = tokens(usage["cachedContentTokenCount"].as_u64()).unwrap_or(answer.cached_tokens);
            if let Some(written) = usage["candidatesTokenCount"].as_u64() {
                let thought = usage["thoughtsTokenCount"].as_u64().unwrap_or(0);
                answer.completion_tokens = tokens(Some(written.saturating_add(thought)));
            }
        }
        let candidate = &value["candidates"][0];
        let parts = candidate["content"]["parts"].as_array().into_iter().flatten();
        let text = parts.filter(|part| part["thought"] != true).filter_map(|part| part["text"].as_str()).collect();
        match candidate["finishReason"].as_str() {
            None | Some("FINISH_REASON_UNSPECIFIED") => return Ok(text),
            Some("STOP") => answer.finish = Some(Finish::Stop),
            Some("MAX_TOKENS") => answer.finish = Some(Finish::Length),
            Some(
                reason @ ("SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "LANGUAGE"
                | "IMAGE_SAFETY"),
            ) => return Err(Trouble::Declined(reason.to_lowercase().replace('_', " "))),
            Some(other) => {
                return Err(Trouble::Unreadable(format!("the model ended with `{}`", other.to_lowercase())));
            }
        }
        answer.is_complete = true;
        // The last piece says what was used; without that, more may come.
        answer.is_over = usage.is_object();
        Ok(text)
    }
}
