//! A model elsewhere as the crew sees it: each call is routed to an account, guarded on its way out, and written down.
//!
//! Invariants
//! - A brand that is local-only never gets to ask one: what may be asked is decided once, by [`crate::model::PermittedModel`].
//! - An account is used only when routing chose it; one that refused is not asked again by the same call.
//! - What the guard finds leaves as a placeholder and is put back into the answer; the map stays here.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use quillhouse_domain::{ModelId, ProviderKind, Secret};
use quillhouse_llm::{
    CancelToken, ChatError, ChatEvent, ChatModel, ChatReply, ChatRequest, CloudModel, CloudProvider, Message,
    ModelLimits,
    routing::{
        AccountId, Competency, Profile, ProfileName, Refusal, RefusalKind, Route, RouteRequest, TokenEstimate, route,
    },
};
use quillhouse_quality::guard::{Confidence, RedactionMap, redact, restore};

use crate::{
    CommandError, ErrorReason, Studio,
    provider::{self, USUAL_CONTEXT_TOKENS},
    usage,
};

/// A model of a provider.
pub(crate) struct CloudChat {
    studio: Studio,
    kind: ProviderKind,
    name: String,
    /// True when texts leave this computer.
    is_elsewhere: bool,
    /// Counts as the provider would, without its key.
    counting: CloudModel,
}

/// Opens a model by its id; nothing is sent.
pub(crate) async fn open(studio: &Studio, id: &ModelId) -> Result<Option<CloudChat>, CommandError> {
    let Some((kind, name)) = id.split().and_then(|(kind, name)| Some((kind.parse::<ProviderKind>().ok()?, name)))
    else {
        return Ok(None);
    };
    let known = provider::known(studio).await?;
    let Some(row) = known.provider(kind) else {
        return Err(CommandError::not_found("provider", kind.as_str()));
    };
    let context_tokens = known
        .models
        .iter()
        .find(|row| row.provider == kind && row.name == name)
        .and_then(|row| row.context_tokens)
        .unwrap_or(USUAL_CONTEXT_TOKENS);
    let base = CloudProvider::address(kind, row.address.as_deref())?;
    let client = CloudProvider::new(kind, base, Secret::new(String::new()), studio.egress());
    Ok(Some(CloudChat {
        studio: studio.clone(),
        kind,
        name: name.to_owned(),
        is_elsewhere: !provider::is_here(client.host()),
        counting: client.open(name, context_tokens)?,
    }))
}

/// What an account is refused by an error; nothing when the error says nothing about the account.
pub(crate) fn refusal_of(error: &ChatError, model: Option<&ModelId>, now_ms: i64) -> Option<Refusal> {
    let (kind, retry_at_ms, model) = match error {
        ChatError::KeyRefused { .. } => (RefusalKind::Key, None, None),
        ChatError::NoCredit { .. } => (RefusalKind::Payment, None, None),
        ChatError::RateLimited { retry_after_ms, .. } => {
            let wait = retry_after_ms.map(|wait| i64::try_from(wait).unwrap_or(i64::MAX));
            (RefusalKind::TooMany, wait.map(|wait| now_ms.saturating_add(wait)), None)
        }
        ChatError::Overloaded => (RefusalKind::Overloaded, None, None),
        ChatError::ModelMissing { .. } => (RefusalKind::NoSuchModel, None, model.cloned()),
        _ => return None,
    };
    Some(Refusal { at_ms: now_ms, kind, retry_at_ms, model })
}

/// Tokens that are promised to a call while it is under way.
struct Promise {
    studio: Studio,
    account: String,
    tokens: u64,
}

impl Promise {
    fn new(studio: &Studio, account: &str, tokens: u64) -> Self {
        let mut under_way = studio.calls_under_way();
        let entry = under_way.entry(account.to_owned()).or_default();
        entry.0 += 1;
        entry.1 += tokens;
        Self { studio: studio.clone(), account: account.to_owned(), tokens }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        let mut under_way = self.studio.calls_under_way();
        if let Some(entry) = under_way.get_mut(&self.account) {
            entry.0 = entry.0.saturating_sub(1);
            entry.1 = entry.1.saturating_sub(self.tokens);
        }
    }
}

fn told(error: &CommandError) -> ChatError {
    ChatError::Unavailable { reason: error.message.clone() }
}

impl CloudChat {
    /// True when texts leave this computer.
    pub(crate) const fn is_elsewhere(&self) -> bool {
        self.is_elsewhere
    }

    async fn choose(
        &self,
        tokens: TokenEstimate,
        tried: &BTreeSet<AccountId>,
    ) -> Result<(Route, provider::Known), CommandError> {
        let known = provider::known(&self.studio).await?;
        let now_ms = self.studio.host().now_ms();
        let under_way = self.studio.calls_under_way().clone();
        let registry = known.registry(Some((self.kind, &self.name)), &under_way, now_ms)?;
        let request = RouteRequest {
            competency: Competency::Text,
            tokens,
            profile: Profile::usual(ProfileName::Balanced),
            model: Some(self.counting.id().clone()),
            local_only: usage::is_local_only(&self.studio).await?,
            sealed: self.studio.egress().policy().is_sealed(),
            budgets: Vec::new(),
            tried: tried.clone(),
            turn: usage::turn(),
        };
        match route(&request, &registry, now_ms) {
            Ok(route) => Ok((route, known)),
            Err(none) => Err(CommandError::new(quillhouse_domain::Coded::code(&none), none.to_string())
                .because(ErrorReason::NoAccount { model: self.counting.id().to_string() })),
        }
    }

    /// The request as it leaves, and what was taken out of it.
    fn guarded(&self, mut request: ChatRequest) -> (ChatRequest, RedactionMap) {
        let mut map = RedactionMap::new();
        if self.is_elsewhere {
            for message in &mut request.messages {
                message.content = redact(&message.content, Confidence::Medium, &mut map).text;
            }
        }
        (request, map)
    }
}

/// The answer with the values back in their places; in JSON only inside its texts, so that it stays JSON.
fn put_back(text: &str, is_json: bool, map: &RedactionMap) -> String {
    if map.is_empty() {
        return text.to_owned();
    }
    if is_json && let Ok(mut value) = serde_json::from_str::<serde_json::Value>(text) {
        put_back_value(&mut value, map);
        return value.to_string();
    }
    restore(text, map).text
}

fn put_back_value(value: &mut serde_json::Value, map: &RedactionMap) {
    match value {
        serde_json::Value::String(text) => *text = restore(text, map).text,
        serde_json::Value::Array(values) => values.iter_mut().for_each(|value| put_back_value(value, map)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|value| put_back_value(value, map)),
        _ => {}
    }
}

#[async_trait]
impl ChatModel for CloudChat {
    fn id(&self) -> &ModelId {
        self.counting.id()
    }

    fn fingerprint(&self) -> &str {
        self.counting.fingerprint()
    }

    fn limits(&self) -> ModelLimits {
        self.counting.limits()
    }

    async fn count_tokens(&self, messages: &[Message]) -> Result<u32, ChatError> {
        self.counting.count_tokens(messages).await
    }

    async fn chat(
        &self,
        request: ChatRequest,
        events: &mut (dyn FnMut(ChatEvent) + Send),
        cancel: &CancelToken,
    ) -> Result<ChatReply, ChatError> {
        let tokens =
            TokenEstimate { prompt: self.counting.count_tokens(&request.messages).await?, answer: request.max_tokens };
        let is_json = request.schema.is_some();
        let (request, map) = self.guarded(request);
        let mut tried = BTreeSet::new();
        let mut last: Option<ChatError> = None;
        loop {
            let (chosen, known) = match self.choose(tokens, &tried).await {
                Ok(chosen) => chosen,
                // What the last account said tells more than that there is no other.
                Err(error) => return Err(last.unwrap_or_else(|| told(&error))),
            };
            let account = chosen.account.as_str().to_owned();
            let Some(row) = known.provider(self.kind) else { return Err(ChatError::Unsupported) };
            let client = provider::client_of(&self.studio, row, &account).await.map_err(|error| told(&error))?;
            let model = client.open(&self.name, self.limits().context_tokens)?;
            usage::chosen(&chosen);
            let promise = Promise::new(&self.studio, &account, tokens.total());
            let answer = model.chat(request.clone(), events, cancel).await;
            drop(promise);
            let now_ms = self.studio.host().now_ms();
            match answer {
                Ok(mut reply) => {
                    let used = u64::from(reply.prompt_tokens) + u64::from(reply.completion_tokens);
                    self.remember(&account, used, None, true).await;
                    reply.text = put_back(&reply.text, is_json, &map);
                    return Ok(reply);
                }
                Err(ChatError::Cancelled) => return Err(ChatError::Cancelled),
                Err(error) => {
                    let refusal = refusal_of(&error, Some(self.id()), now_ms);
                    let is_refusal = refusal.is_some();
                    let silent = matches!(
                        error,
                        ChatError::Unavailable { .. } | ChatError::Stalled { .. } | ChatError::Cut { .. }
                    );
                    self.remember(&account, 0, refusal, !silent).await;
                    if !is_refusal {
                        return Err(error);
                    }
                    tried.insert(chosen.account);
                    last = Some(error);
                }
            }
        }
    }

    async fn rank(&self, _: &str, _: &[String], _: &CancelToken) -> Result<Vec<f64>, ChatError> {
        Err(ChatError::Unsupported)
    }
}

impl CloudChat {
    /// The answer is there or lost whether or not this can be written; the next choice is only worse informed.
    async fn remember(&self, account: &str, used_tokens: u64, refusal: Option<Refusal>, answered: bool) {
        if let Err(error) = provider::remember(&self.studio, account, used_tokens, refusal, answered).await {
            tracing::warn!(error = %error.message, "how a call went could not be written down");
        }
    }
}

/// What was chosen for the call that this task makes.
#[derive(Default)]
pub(crate) struct Choice(Mutex<Option<Route>>);

impl Choice {
    pub(crate) fn set(&self, route: &Route) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(route.clone());
    }

    pub(crate) fn get(&self) -> Option<Route> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub(crate) type SharedChoice = Arc<Choice>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_into_prose_and_into_json_without_breaking_it() {
        let mut map = RedactionMap::new();
        let sent = redact("Write to \"zoë\" at zoe@halden.example today", Confidence::Medium, &mut map).text;
        assert!(!sent.contains("zoe@halden.example"), "the address stays here: {sent}");
        let placeholder = map.entries().next().map(|(placeholder, _)| placeholder.to_owned()).unwrap();
        assert_eq!(put_back(&format!("Ask {placeholder}."), false, &map), "Ask zoe@halden.example.");
        let json = serde_json::json!({ "text": format!("Ask {placeholder}"), "list": [placeholder] }).to_string();
        let back: serde_json::Value = serde_json::from_str(&put_back(&json, true, &map)).unwrap();
        assert_eq!(back, serde_json::json!({ "text": "Ask zoe@halden.example", "list": ["zoe@halden.example"] }));
    }

    #[test]
    fn only_what_an_account_was_refused_is_remembered_against_it() {
        let host = || "api.example".to_owned();
        for (error, expected) in [
            (ChatError::KeyRefused { host: host() }, Some((RefusalKind::Key, None))),
            (ChatError::NoCredit { host: host() }, Some((RefusalKind::Payment, None))),
            (
                ChatError::RateLimited { host: host(), retry_after_ms: Some(2_000) },
                Some((RefusalKind::TooMany, Some(12_000))),
            ),
            (ChatError::RateLimited { host: host(), retry_after_ms: None }, Some((RefusalKind::TooMany, None))),
            (ChatError::Overloaded, Some((RefusalKind::Overloaded, None))),
            (ChatError::Cut { host: host() }, None),
            (ChatError::Cancelled, None),
            (ChatError::Stalled { seconds: 9 }, None),
        ] {
            let refusal = refusal_of(&error, None, 10_000);
            assert_eq!(refusal.map(|refusal| (refusal.kind, refusal.retry_at_ms)), expected, "{error}");
        }
    }
}
