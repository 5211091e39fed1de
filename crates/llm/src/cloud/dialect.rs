//! What differs from provider to provider: where to ask, what to write, and how to read what comes.

use std::collections::BTreeSet;

use quillhouse_domain::{ProviderKind, Secret};
use quillhouse_egress::ServerEvent;
use serde_json::Value;

use super::{
    CloudModelListing, anthropic::Anthropic, gemini::Gemini, mistral::Mistral, openai, refusal::Said, xai::Xai,
};
use crate::chat::{ChatRequest, Finish};

/// A part of a request that some models of a provider refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Field {
    Temperature,
    Seed,
    Stop,
    UsageOption,
    /// The wish not to think at all.
    Thinking,
    /// The wish to think a little, made by those that refuse not to think.
    ThinkingLess,
    /// The old name of the answer's length, where there is a new one.
    OldLength,
    /// A length without room for thinking.
    BareLength,
    /// The schema's strict mode.
    Strict,
}

impl Field {
    /// The names that providers use for it when they complain, in lower case.
    pub(super) const NAMES: [(&'static str, Self); 20] = [
        ("temperature", Self::Temperature),
        ("random_seed", Self::Seed),
        ("seed", Self::Seed),
        ("stop_sequences", Self::Stop),
        ("stopsequences", Self::Stop),
        ("stop", Self::Stop),
        ("stream_options", Self::UsageOption),
        ("reasoning_effort", Self::Thinking),
        ("effort", Self::Thinking),
        ("thinkinglevel", Self::Thinking),
        ("thinking_level", Self::Thinking),
        ("thinkingbudget", Self::Thinking),
        ("thinking_budget", Self::Thinking),
        ("thinkingconfig", Self::Thinking),
        ("thinking_config", Self::Thinking),
        ("thinking", Self::Thinking),
        ("max_tokens", Self::OldLength),
        ("response_format", Self::Strict),
        ("additionalproperties", Self::Strict),
        ("strict", Self::Strict),
    ];
}

/// How much a model that thinks is asked to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// Not at all: the crew plans for it.
    Off,
    /// As little as it can.
    Little,
    /// It cannot be told.
    Unsaid,
}

/// Tokens that are added to the length of an answer for thinking that cannot be turned off; most questions of the crew
/// need a few hundred.
const THINKING_TOKENS: u32 = 4096;

/// What a request is made of.
pub(super) struct Asked<'a> {
    pub(super) model: &'a str,
    pub(super) request: &'a ChatRequest,
    pub(super) omitted: &'a BTreeSet<Field>,
}

impl Asked<'_> {
    pub(super) fn wants(&self, field: Field) -> bool {
        !self.omitted.contains(&field)
    }

    /// How much to think.
    pub(super) fn thinking(&self) -> Thinking {
        if self.may_think() {
            return Thinking::Unsaid;
        }
        match (self.wants(Field::Thinking), self.wants(Field::ThinkingLess)) {
            (true, _) => Thinking::Off,
            (false, true) => Thinking::Little,
            (false, false) => Thinking::Unsaid,
        }
    }

    /// With a schema there is no thinking.
    const fn may_think(&self) -> bool {
        self.request.thinking && self.request.schema.is_none()
    }

    /// The greatest length, with room for thinking that was not wished for and cannot be turned off.
    pub(super) fn length(&self) -> u32 {
        let must_think = !self.may_think() && !self.wants(Field::Thinking);
        let room = if must_think || !self.wants(Field::BareLength) { THINKING_TOKENS } else { 0 };
        self.request.max_tokens.max(1).saturating_add(room)
    }
}

/// The first two numbers of a model's name after `family`, dates left out: `claude-opus-4-7` and `gemini-2.5-pro`.
pub(super) fn version(name: &str, family: &str) -> Option<(u32, u32)> {
    let rest = &name[name.find(family)? + family.len()..];
    let mut numbers = rest
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter_map(|part| part.parse::<u32>().ok())
        .filter(|number| *number < 1000);
    numbers.next().map(|major| (major, numbers.next().unwrap_or(0)))
}

/// What has been read of an answer.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// Why it ended, once that was said.
    pub(super) finish: Option<Finish>,
    /// True when it ended in the way of its format, so that nothing of it is missing.
    pub(super) is_complete: bool,
    /// True when nothing more needs to be read.
    pub(super) is_over: bool,
    /// Tokens of the prompt, cached ones among them.
    pub(super) prompt_tokens: Option<u32>,
    /// Of these, the ones that the provider had kept.
    pub(super) cached_tokens: u32,
    /// Tokens of the answer, thinking among them.
    pub(super) completion_tokens: Option<u32>,
}

/// What an event of an answer can mean besides text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The provider reports an error in the middle of its answer.
    Said(Said),
    /// The provider or the model does not want to answer.
    Declined(String),
    /// It is not what the format allows.
    Unreadable(String),
}

/// A page of the list of models.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ModelsPage {
    pub(super) models: Vec<CloudModelListing>,
    /// What to ask the next page with.
    pub(super) next: Option<String>,
}

/// A provider's wire format. It holds no state.
pub(super) trait Dialect: Send + Sync {
    /// The headers of every request.
    fn headers(&self, key: &Secret<String>) -> Vec<(&'static str, Secret<String>)>;

    /// Where the list of models is, below the base.
    fn models_path(&self, after: Option<&str>) -> String;

    /// The list of models; `None` when this is none.
    fn models(&self, body: &[u8]) -> Option<ModelsPage>;

    /// Where answers come from, below the base.
    fn chat_path(&self, model: &str) -> String;

    /// What is sent.
    fn body(&self, asked: &Asked<'_>) -> Value;

    /// Whether it takes this stop string; the others are watched for here.
    fn takes_stop(&self, stop: &str) -> bool;

    /// The greatest number of stop strings.
    fn most_stops(&self) -> usize;

    /// Reads an event into the answer and gives the text it brings.
    fn read(&self, event: &ServerEvent, answer: &mut Answer) -> Result<String, Trouble>;

    /// The stop strings that the provider is asked to end at.
    fn stops(&self, asked: &Asked<'_>) -> Vec<String> {
        if !asked.wants(Field::Stop) {
            return Vec::new();
        }
        let taken = asked.request.stop.iter().filter(|stop| !stop.is_empty() && self.takes_stop(stop));
        taken.take(self.most_stops()).cloned().collect()
    }
}

/// The format that a kind of provider speaks.
pub(super) fn of(kind: ProviderKind) -> &'static dyn Dialect {
    match kind {
        ProviderKind::OpenAi => &openai::OpenAi,
        ProviderKind::OpenAiCompatible => &openai::Compatible,
        ProviderKind::Anthropic => &Anthropic,
        ProviderKind::Mistral => &Mistral,
        ProviderKind::Gemini => &Gemini,
        ProviderKind::Xai => &Xai,
    }
}

/// The authorization that most providers use. Local servers need no key.
pub(super) fn bearer(key: &Secret<String>) -> Vec<(&'static str, Secret<String>)> {
    if key.expose().is_empty() {
        return Vec::new();
    }
    vec![("authorization", Secret::new(format!("Bearer {}", key.expose())))]
}

/// Text as a value in an address.
pub(super) fn in_query(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A number of tokens, however large the provider writes it.
pub(super) fn tokens(value: Option<u64>) -> Option<u32> {
    value.map(|tokens| u32::try_from(tokens).unwrap_or(u32::MAX))
}

/// An event's data as JSON.
pub(super) fn json(event: &ServerEvent) -> Result<Value, Trouble> {
    serde_json::from_slice(&event.data).map_err(|_| Trouble::Unreadable("a part of the answer is not JSON".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_model_is_read_from_its_name() {
        let cases = [
            ("claude-opus-4-7", "claude", Some((4, 7))),
            ("claude-haiku-4-5-20251001", "claude", Some((4, 5))),
            ("claude-sonnet-5", "claude", Some((5, 0))),
            ("claude-3-7-sonnet-20250219", "claude", Some((3, 7))),
            ("gemini-2.5-flash-lite", "gemini", Some((2, 5))),
            ("gemini-3-pro-preview", "gemini", Some((3, 0))),
            ("gpt-5.1-mini", "gpt", Some((5, 1))),
            ("gpt-4o", "gpt", None),
            ("gemma-3", "gemini", None),
        ];
        for (name, family, expected) in cases {
            assert_eq!(version(name, family), expected, "{name}");
        }
    }
}
