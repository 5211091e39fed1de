//! Keeps an answer inside a JSON schema, token by token.
//!
//! The shape is guaranteed when the answer ends by itself; values are the model's own and must be checked by the caller.

use llama_cpp_2::{
    model::LlamaModel,
    sampling::LlamaSampler,
    token::{LlamaToken, data::LlamaTokenData, data_array::LlamaTokenDataArray},
};
use llguidance::{Matcher, ParserFactory, api::TopLevelGrammar, toktrie::TokEnv};
use serde_json::{Value, json};

use super::frame::Failure;

/// The model's vocabulary in the form that schemas are matched against; made once for each model.
pub(crate) struct Vocabulary {
    tokens: TokEnv,
}

impl Vocabulary {
    /// Walks the whole vocabulary; takes tenths of a second.
    pub(crate) fn of(model: &LlamaModel) -> Self {
        Self { tokens: LlamaSampler::llguidance_tok_env(model) }
    }

    /// Starts an answer that must follow the schema.
    pub(crate) fn guide(&self, schema: &Value) -> Result<Guide, Failure> {
        let unusable =
            |reason: String| Failure::BadAnswer { reason: format!("the JSON schema cannot be used: {reason}") };
        let mut schema = schema.clone();
        if let Some(object) = schema.as_object_mut() {
            // Free white space lets a weak model write line breaks until its tokens are used up.
            object.entry("x-guidance").or_insert_with(
                || json!({"whitespace_flexible": false, "item_separator": ", ", "key_separator": ": "}),
            );
        }
        let mut factory = ParserFactory::new_simple(&self.tokens).map_err(|error| unusable(error.to_string()))?;
        factory.quiet();
        let parser = factory
            .create_parser(TopLevelGrammar::from_json_schema(schema))
            .map_err(|error| unusable(first_line(&error.to_string())))?;
        Ok(Guide { matcher: Matcher::new(Ok(parser)) })
    }
}

/// One answer under way.
pub(crate) struct Guide {
    matcher: Matcher,
}

impl Guide {
    /// The tokens that may come next, with their likelihoods.
    pub(crate) fn candidates(&mut self, logits: &[f32]) -> Result<LlamaTokenDataArray, Failure> {
        let mask = self.matcher.compute_mask_or_eos().map_err(|error| lost(&error.to_string()))?;
        let mut data = Vec::new();
        mask.iter_set_entries(|token| {
            if let Some(logit) = logits.get(token) {
                data.push(LlamaTokenData::new(LlamaToken::new(token as i32), *logit, 0.0));
            }
        });
        if data.is_empty() {
            return Err(lost("no token can follow"));
        }
        Ok(LlamaTokenDataArray::new(data, false))
    }

    /// Takes the chosen token; true when the answer is complete.
    pub(crate) fn take(&mut self, token: LlamaToken) -> Result<bool, Failure> {
        if self.matcher.is_stopped() {
            return Ok(true);
        }
        self.matcher.consume_token(token.0.cast_unsigned()).map_err(|error| lost(&error.to_string()))?;
        Ok(self.matcher.is_stopped())
    }
}

fn lost(reason: &str) -> Failure {
    Failure::BadAnswer {
        reason: format!("the answer could not be kept inside the JSON schema: {}", first_line(reason)),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(200).collect()
}
