//! xAI's chat completions: as OpenAI's, with thinking in a field of its own, which is not read.

use quillhouse_domain::Secret;
use quillhouse_egress::ServerEvent;
use serde_json::Value;

use super::{
    dialect::{Answer, Asked, Dialect, ModelsPage, Trouble, bearer},
    openai::{self, Manner},
};

/// The dialect.
pub(super) struct Xai;

const MANNER: Manner = Manner {
    length: "max_completion_tokens",
    seed: "seed",
    asks_usage: true,
    declines_storage: false,
    hottest: 2.0,
    schema_words: None,
};

impl Dialect for Xai {
    fn headers(&self, key: &Secret<String>) -> Vec<(&'static str, Secret<String>)> {
        bearer(key)
    }

    fn models_path(&self, _: Option<&str>) -> String {
        "models".to_owned()
    }

    fn models(&self, body: &[u8]) -> Option<ModelsPage> {
        openai::models(body, |model| {
            let id = model["id"].as_str().unwrap_or_default();
            !id.contains("image") && !id.contains("video")
        })
    }

    fn chat_path(&self, _: &str) -> String {
        "chat/completions".to_owned()
    }

    fn body(&self, asked: &Asked<'_>) -> Value {
        openai::body(&MANNER, &self.stops(asked), asked)
    }

    fn takes_stop(&self, _: &str) -> bool {
        true
    }

    fn most_stops(&self) -> usize {
        4
    }

    fn read(&self, event: &ServerEvent, answer: &mut Answer) -> Result<String, Trouble> {
        openai::read(event, answer)
    }
}
