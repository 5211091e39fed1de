//! One call: sends a request, reads the events of its answer, and gives it only when it is complete.

use std::collections::BTreeSet;

use quillhouse_egress::{EgressError, LineStream, Purpose};

use super::{
    Inner,
    dialect::{Answer, Asked, Field, Trouble},
    refusal::{Again, Asked as Sent, Failure, Said},
};
use crate::{
    chat::{
        ChatError, ChatEvent, ChatReply, ChatRequest, Finish, MOST_BYTES_PER_TOKEN, ModelLimits, SPARE_BYTES, is_json,
    },
    embedded::{text::TextJoiner, thinking::ThinkingFilter},
    estimate,
};

/// Longest error body that is read.
const MOST_ERROR_BYTES: usize = 256 << 10;
/// Everything a call needs besides the question.
pub(super) struct Call<'a> {
    pub(super) inner: &'a Inner,
    pub(super) model: &'a str,
    pub(super) limits: ModelLimits,
    pub(super) omitted: BTreeSet<Field>,
}

impl Call<'_> {
    /// Asks once. A failure says whether asking again makes sense.
    pub(super) async fn run(
        &self,
        request: &ChatRequest,
        events: &mut (dyn FnMut(ChatEvent) + Send),
    ) -> Result<ChatReply, Failure> {
        let mut stream = self.open(request).await?;
        let mut told = false;
        let mut tell = |event| {
            told = true;
            events(event);
        };
        let result = self.read(&mut stream, request, &mut tell).await;
        // What was told cannot be taken back, so a second try would say it twice.
        result.map_err(|failure| if told { Failure::for_good(failure.error) } else { failure })
    }

    async fn open(&self, request: &ChatRequest) -> Result<LineStream, Failure> {
        let dialect = self.inner.dialect();
        let body = dialect.body(&Asked { model: self.model, request, omitted: &self.omitted });
        let patience = self.inner.patience.bytes;
        let http = self
            .inner
            .request(&dialect.chat_path(self.model), Purpose::ModelChat, Some(body))?
            .patience(patience.first, patience.next);
        let mut stream = self.inner.egress.stream(http).await.map_err(|error| self.inner.before_answer(error))?;
        if !stream.is_success() {
            let status = stream.status;
            let asked_for = self.inner.asked_for(|name| stream.header(name));
            let body = stream.read_to_end(MOST_ERROR_BYTES).await.unwrap_or_default();
            return Err(self.inner.judge(Some(status), &Said::in_body(&body), asked_for, &self.sent(request)));
        }
        let kind = stream.header("content-type").unwrap_or_default().to_ascii_lowercase();
        if kind.contains("json") || kind.contains("html") {
            let body = stream.read_to_end(MOST_ERROR_BYTES).await.map_err(|error| self.inner.within_answer(error))?;
            let said = Said::in_body(&body);
            if said.is_error() {
                return Err(self.inner.judge(None, &said, None, &self.sent(request)));
            }
            return Err(Failure::for_good(ChatError::BadAnswer {
                reason: format!("`{}` did not stream it; check the address", self.inner.host()),
            }));
        }
        Ok(stream)
    }

    fn sent(&self, request: &ChatRequest) -> Sent {
        Sent {
            model: self.model.to_owned(),
            prompt_tokens: estimate::upper_bound(&request.messages),
            limit_tokens: self.limits.context_tokens.saturating_sub(request.max_tokens.max(1)),
        }
    }

    async fn read(
        &self,
        stream: &mut LineStream,
        request: &ChatRequest,
        tell: &mut (dyn FnMut(ChatEvent) + Send),
    ) -> Result<ChatReply, Failure> {
        let mut answer = Answer::default();
        let mut joiner = TextJoiner::new(&request.stop);
        let mut filter = ThinkingFilter::after("");
        let mut text = String::new();
        let most_bytes = (request.max_tokens as usize).saturating_mul(MOST_BYTES_PER_TOKEN).saturating_add(SPARE_BYTES);
        while !answer.is_over {
            let Some(event) = self.next_event(stream, &answer).await? else { break };
            let piece =
                self.inner.dialect().read(&event, &mut answer).map_err(|trouble| self.judge(trouble, request))?;
            let piece = joiner.push(&filter.push(piece.as_bytes()));
            if !piece.is_empty() {
                text.push_str(&piece);
                tell(ChatEvent::Token(piece));
            }
            if text.len() > most_bytes {
                return Err(Failure::for_good(ChatError::BadAnswer {
                    reason: "it goes on far beyond the length that was asked for".to_owned(),
                }));
            }
            if joiner.is_stopped() {
                answer.finish = Some(Finish::Stop);
                answer.is_complete = true;
                break;
            }
        }
        let Some(finish) = answer.finish.filter(|_| answer.is_complete) else {
            return Err(Failure::again(ChatError::Cut { host: self.inner.host().to_owned() }));
        };
        let rest = joiner.push(&filter.finish()) + &joiner.finish();
        if !rest.is_empty() {
            text.push_str(&rest);
            tell(ChatEvent::Token(rest));
        }
        stream.is_enough().await;
        if text.is_empty() && finish == Finish::Length {
            let error = ChatError::BadAnswer { reason: "it used its whole length for thinking".to_owned() };
            return Err(Failure { error, again: Again::Without(Field::BareLength) });
        }
        checked(request, &answer, text, finish).map_err(Failure::for_good)
    }

    /// The next event; nothing when the format's end has come and the connection then misbehaves.
    async fn next_event(
        &self,
        stream: &mut LineStream,
        answer: &Answer,
    ) -> Result<Option<quillhouse_egress::ServerEvent>, Failure> {
        let quiet = self.inner.patience.quiet;
        let error = match tokio::time::timeout(quiet, stream.next_event()).await {
            Ok(Ok(event)) => return Ok(event),
            Ok(Err(error)) => error,
            Err(_) => return Err(Failure::for_good(ChatError::Stalled { seconds: quiet.as_secs().max(1) })),
        };
        if answer.is_complete {
            return Ok(None);
        }
        let broken = matches!(error, EgressError::Broken { .. });
        let error = self.inner.within_answer(error);
        Err(if broken { Failure::again(error) } else { Failure::for_good(error) })
    }

    fn judge(&self, trouble: Trouble, request: &ChatRequest) -> Failure {
        match trouble {
            Trouble::Said(said) => self.inner.judge(None, &said, None, &self.sent(request)),
            Trouble::Declined(reason) => Failure::for_good(ChatError::Declined { reason }),
            Trouble::Unreadable(reason) => Failure::for_good(ChatError::BadAnswer { reason }),
        }
    }
}

/// What is checked of a whole answer.
fn checked(request: &ChatRequest, answer: &Answer, text: String, finish: Finish) -> Result<ChatReply, ChatError> {
    // Routers that do not count write zero.
    let seen_tokens = answer.prompt_tokens.filter(|tokens| *tokens > 0);
    let sent_tokens = estimate::lower_bound(&request.messages);
    if let Some(seen_tokens) = seen_tokens.filter(|seen| *seen < sent_tokens) {
        return Err(ChatError::Truncated { sent_tokens, seen_tokens });
    }
    if request.schema.is_some() && finish == Finish::Stop && !is_json(&text) {
        return Err(ChatError::BadAnswer { reason: "JSON was asked for and something else came".to_owned() });
    }
    Ok(ChatReply {
        // Who is not told counts on the high side, so that no allowance is overdrawn.
        prompt_tokens: seen_tokens.unwrap_or_else(|| estimate::upper_bound(&request.messages)),
        reused_tokens: answer.cached_tokens,
        completion_tokens: answer.completion_tokens.unwrap_or_else(|| estimate::upper_bound_of(&text)),
        text,
        finish,
        duration_ms: 0,
    })
}
