//! Mistral's chat completions: another name for the seed, usage without asking, lists of text and thinking as content.

use quillhouse_domain::Secret;
use quillhouse_egress::ServerEvent;
use serde_json::Value;

use super::{
    dialect::{Answer, Asked, Dialect, ModelsPage, Trouble, bearer},
    openai::{self, Manner},
};

/// The dialect.
pub(super) struct Mistral;

const MANNER: Manner = Manner {
    length: "max_tokens",
    seed: "random_seed",
    asks_usage: false,
    declines_storage: false,
    hottest: 1.5,
    schema_words: None,
};

impl Dialect for Mistral {
    fn headers(&self, key: &Secret<String>) -> Vec<(&'static str, Secret<String>)> {
        bearer(key)
    }

    fn models_path(&self, _: Option<&str>) -> String {
        "models".to_owned()
    }

    fn models(&self, body: &[u8]) -> Option<ModelsPage> {
        openai::models(body, |model| model["capabilities"]["completion_chat"] != false)
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
