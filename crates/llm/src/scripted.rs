//! A model that says what it was told to say: for tests and recorded runs.
//!
//! Answers are matched by a part of the prompt first, then taken in order. A call without an answer left is an error, so
//! that a test notices calls it did not expect.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use quillhouse_domain::ModelId;
use serde::{Deserialize, Serialize};

use crate::{
    cancel::CancelToken,
    chat::{ChatError, ChatEvent, ChatModel, ChatReply, ChatRequest, Finish, Message, ModelLimits},
};

/// One prepared answer of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptedAnswer {
    /// Used, as often as wanted, when any message contains this; without it, used once, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What the model says.
    pub answer: String,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq)]
pub enum ScriptedCall {
    /// To [`ChatModel::chat`].
    Chat(ChatRequest),
    /// To [`ChatModel::rank`].
    Rank {
        /// The text before.
        prompt: String,
        /// What was judged.
        continuations: Vec<String>,
    },
}

type Judge = Box<dyn Fn(&str, &str) -> f64 + Send + Sync>;

/// Replays answers and remembers calls.
pub struct ScriptedModel {
    id: ModelId,
    context_tokens: u32,
    matched: Vec<(String, String)>,
    judge: Option<Judge>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ordered: VecDeque<String>,
    failures: BTreeMap<usize, ChatError>,
    calls: Vec<ScriptedCall>,
}

impl ScriptedModel {
    /// A model without answers, with a context of 4,096 tokens; one word counts as one token, each message as four more.
    pub fn new(id: ModelId) -> Self {
        Self { id, context_tokens: 4096, matched: Vec::new(), judge: None, state: Mutex::default() }
    }

    /// Takes a whole transcript.
    #[must_use]
    pub fn transcript(mut self, answers: impl IntoIterator<Item = ScriptedAnswer>) -> Self {
        for answer in answers {
            self = match answer.when {
                Some(when) => self.when(when, answer.answer),
                None => self.then(answer.answer),
            };
        }
        self
    }

    /// Says this when any message contains `part`; the first that was given wins.
    #[must_use]
    pub fn when(mut self, part: impl Into<String>, answer: impl Into<String>) -> Self {
        self.matched.push((part.into(), answer.into()));
        self
    }

    /// Says this once, after everything given before it.
    #[must_use]
    pub fn then(self, answer: impl Into<String>) -> Self {
        self.state().ordered.push_back(answer.into());
        self
    }

    /// Fails the call of that number, counted from 1 over chats and rankings; the answer it would have had is kept.
    #[must_use]
    pub fn fail_at(self, call: usize, error: ChatError) -> Self {
        self.state().failures.insert(call, error);
        self
    }

    /// Judges one continuation after a prompt; without it, ranking is [`ChatError::Unsupported`].
    #[must_use]
    pub fn judge(mut self, judge: impl Fn(&str, &str) -> f64 + Send + Sync + 'static) -> Self {
        self.judge = Some(Box::new(judge));
        self
    }

    /// Changes what fits.
    #[must_use]
    pub const fn context(mut self, tokens: u32) -> Self {
        self.context_tokens = tokens;
        self
    }

    /// All calls so far, oldest first, also the failed ones.
    pub fn calls(&self) -> Vec<ScriptedCall> {
        self.state().calls.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, call: ScriptedCall) -> Result<(), ChatError> {
        let mut state = self.state();
        state.calls.push(call);
        let number = state.calls.len();
        state.failures.remove(&number).map_or(Ok(()), Err)
    }

    fn answer_to(&self, messages: &[Message]) -> Result<String, ChatError> {
        let said = |part: &str| messages.iter().any(|message| message.content.contains(part));
        if let Some((_, answer)) = self.matched.iter().find(|(part, _)| said(part)) {
            return Ok(answer.clone());
        }
        self.state()
            .ordered
            .pop_front()
            .ok_or_else(|| ChatError::BadAnswer { reason: "the script has no answer for this prompt".to_owned() })
    }
}

#[async_trait]
impl ChatModel for ScriptedModel {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn fingerprint(&self) -> &'static str {
        "scripted"
    }

    fn limits(&self) -> ModelLimits {
        ModelLimits { context_tokens: self.context_tokens }
    }

    async fn count_tokens(&self, messages: &[Message]) -> Result<u32, ChatError> {
        Ok(messages.iter().map(|message| 4 + words(&message.content)).sum())
    }

    async fn chat(
        &self,
        request: ChatRequest,
        events: &mut (dyn FnMut(ChatEvent) + Send),
        cancel: &CancelToken,
    ) -> Result<ChatReply, ChatError> {
        if cancel.is_cancelled() {
            return Err(ChatError::Cancelled);
        }
        self.begin(ScriptedCall::Chat(request.clone()))?;
        let prompt_tokens = self.count_tokens(&request.messages).await?;
        let limit_tokens = self.context_tokens.saturating_sub(request.max_tokens);
        if prompt_tokens > limit_tokens {
            return Err(ChatError::ContextOverflow { prompt_tokens, limit_tokens });
        }
        let answer = self.answer_to(&request.messages)?;
        let end = request.stop.iter().filter_map(|stop| answer.find(stop.as_str())).min().unwrap_or(answer.len());
        events(ChatEvent::PromptProgress { done: prompt_tokens, total: prompt_tokens });
        let mut reply = ChatReply { prompt_tokens, ..ChatReply::default() };
        for piece in answer[..end].split_inclusive(char::is_whitespace) {
            tokio::task::yield_now().await;
            if cancel.is_cancelled() {
                return Err(ChatError::Cancelled);
            }
            if reply.completion_tokens == request.max_tokens {
                reply.finish = Finish::Length;
                break;
            }
            reply.completion_tokens += 1;
            reply.text.push_str(piece);
            events(ChatEvent::Token(piece.to_owned()));
        }
        Ok(reply)
    }

    async fn rank(&self, prompt: &str, continuations: &[String], cancel: &CancelToken) -> Result<Vec<f64>, ChatError> {
        if cancel.is_cancelled() {
            return Err(ChatError::Cancelled);
        }
        self.begin(ScriptedCall::Rank { prompt: prompt.to_owned(), continuations: continuations.to_vec() })?;
        let judge = self.judge.as_ref().ok_or(ChatError::Unsupported)?;
        Ok(continuations.iter().map(|continuation| judge(prompt, continuation)).collect())
    }
}

fn words(text: &str) -> u32 {
    text.split_whitespace().count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> ScriptedModel {
        ScriptedModel::new("scripted/test".parse().unwrap())
    }

    async fn say(model: &ScriptedModel, question: &str) -> Result<ChatReply, ChatError> {
        model.chat(ChatRequest::new(vec![Message::user(question)], 50), &mut |_| {}, &CancelToken::new()).await
    }

    #[tokio::test]
    async fn matched_answers_come_first_and_the_others_in_order() {
        let transcript = r#"[{"answer": "one"}, {"when": "title", "answer": "A title"}, {"answer": "two"}]"#;
        let model = model().transcript(serde_json::from_str::<Vec<ScriptedAnswer>>(transcript).unwrap());
        for (question, expected) in [("x", "one"), ("a title", "A title"), ("y", "two"), ("title!", "A title")] {
            assert_eq!(say(&model, question).await.unwrap().text, expected);
        }
        let error = say(&model, "z").await.unwrap_err();
        assert!(matches!(error, ChatError::BadAnswer { .. }), "an unexpected call is noticed: {error}");
        assert_eq!(model.calls().len(), 5);
    }

    #[tokio::test]
    async fn the_chosen_call_fails_and_its_answer_is_kept() {
        let model = model().then("one").then("two").fail_at(2, ChatError::Overloaded);
        assert_eq!(say(&model, "a").await.unwrap().text, "one");
        assert_eq!(say(&model, "b").await.unwrap_err(), ChatError::Overloaded);
        assert_eq!(say(&model, "b").await.unwrap().text, "two");
    }

    #[tokio::test]
    async fn limits_stop_strings_and_cancelling_work_as_with_a_real_model() {
        let model = model().when("", "one two three END four").context(64);
        let mut request = ChatRequest::new(vec![Message::user("count")], 2);
        let mut told = String::new();
        let reply = model
            .chat(
                request.clone(),
                &mut |event| {
                    if let ChatEvent::Token(text) = event {
                        told.push_str(&text);
                    }
                },
                &CancelToken::new(),
            )
            .await
            .unwrap();
        assert_eq!((told.as_str(), reply.finish), (reply.text.as_str(), Finish::Length));
        request.max_tokens = 20;
        request.stop = vec!["END".to_owned()];
        let reply = model.chat(request.clone(), &mut |_| {}, &CancelToken::new()).await.unwrap();
        assert_eq!((reply.text.as_str(), reply.finish), ("one two three ", Finish::Stop));

        let cancel = CancelToken::new();
        let trigger = cancel.clone();
        let result = model.chat(request.clone(), &mut |_| trigger.cancel(), &cancel).await;
        assert_eq!(result, Err(ChatError::Cancelled));

        request.messages = vec![Message::user("word ".repeat(60))];
        let error = model.chat(request, &mut |_| {}, &CancelToken::new()).await.unwrap_err();
        assert_eq!(error, ChatError::ContextOverflow { prompt_tokens: 64, limit_tokens: 44 });
    }

    #[tokio::test]
    async fn ranking_is_judged_or_unsupported() {
        let continuations = ["aa".to_owned(), "b".to_owned()];
        let error = model().rank("", &continuations, &CancelToken::new()).await.unwrap_err();
        assert_eq!(error, ChatError::Unsupported);
        let judged = model().judge(|_, text| -(text.len() as f64));
        assert_eq!(judged.rank("", &continuations, &CancelToken::new()).await.unwrap(), [-2.0, -1.0]);
    }
}
