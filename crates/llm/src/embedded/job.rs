//! A call under way: an answer being written, or continuations being judged. Owns everything but its sequence.

use std::time::Instant;

use llama_cpp_2::{context::LlamaContext, model::LlamaModel, sampling::LlamaSampler, token::LlamaToken};

use super::{
    frame::{Answer, Failure},
    guide::Guide,
    lane::common_prefix,
    prompt::{Prompt, Template},
    text::TextJoiner,
    thinking::ThinkingFilter,
};
use crate::chat::{ChatReply, ChatRequest, Finish};

/// Hears what a call has to tell.
pub(crate) type Tell<'a> = &'a mut dyn FnMut(Answer);

/// A call with its number.
pub(crate) struct Job {
    /// The order's number.
    pub(crate) number: u64,
    /// What is to be done.
    pub(crate) work: Work,
}

/// What is to be done.
pub(crate) enum Work {
    /// An answer.
    Chat(Box<Chat>),
    /// Likelihoods.
    Rank(Rank),
}

impl Job {
    /// What is read first: the whole prompt of an answer, the common beginning of what is judged.
    pub(crate) fn prompt(&self) -> &[LlamaToken] {
        match &self.work {
            Work::Chat(chat) => &chat.prompt,
            Work::Rank(rank) => &rank.head,
        }
    }
}

/// An answer: the prompt is read, then tokens are chosen one by one.
pub(crate) struct Chat {
    /// What is read before the answer.
    pub(crate) prompt: Vec<LlamaToken>,
    /// The token that was chosen last and is not in the context yet; none while the prompt is read.
    pub(crate) next: Option<LlamaToken>,
    started: Instant,
    max_tokens: u32,
    sampler: LlamaSampler,
    guide: Option<Guide>,
    filter: ThinkingFilter,
    joiner: TextJoiner,
    reply: ChatReply,
}

impl Chat {
    /// An answer that has not begun. The time counts from here.
    pub(crate) fn new(request: &ChatRequest, prompt: Prompt, guide: Option<Guide>) -> Self {
        let prompt_tokens = prompt.tokens.len() as u32;
        Self {
            prompt: prompt.tokens,
            next: None,
            started: Instant::now(),
            max_tokens: request.max_tokens.max(1),
            sampler: sampler(request),
            filter: if guide.is_some() { ThinkingFilter::off() } else { prompt.filter },
            guide,
            joiner: TextJoiner::new(&request.stop),
            // Whatever is read is taken away from this.
            reply: ChatReply {
                prompt_tokens,
                reused_tokens: prompt_tokens,
                finish: Finish::Length,
                ..ChatReply::default()
            },
        }
    }

    /// So many tokens of the prompt had to be read.
    pub(crate) const fn count_read(&mut self, tokens: usize) {
        self.reply.reused_tokens = self.reply.reused_tokens.saturating_sub(tokens as u32);
    }

    /// Chooses the next token from what the evaluation left at `row`; gives the reply when that was the last.
    pub(crate) fn advance(
        &mut self,
        model: &LlamaModel,
        context: &LlamaContext<'_>,
        row: i32,
        number: u64,
        tell: Tell<'_>,
    ) -> Result<Option<ChatReply>, Failure> {
        let token = self.choose(context, row)?;
        let complete = match &mut self.guide {
            Some(guide) => guide.take(token)?,
            None => false,
        };
        if model.vocab().is_eog(token) {
            return Ok(Some(self.finish(Finish::Stop, number, tell)));
        }
        self.reply.completion_tokens += 1;
        let bytes = model.vocab().token_to_piece(token, self.filter.is_watching(), None);
        let bytes = self.filter.push(&bytes);
        let text = self.joiner.push(&bytes);
        if text.is_empty() {
            // The caller must not take silence for a standstill.
            tell(Answer::Working { number });
        } else {
            self.say(text, number, tell);
        }
        if complete || self.joiner.is_stopped() {
            return Ok(Some(self.finish(Finish::Stop, number, tell)));
        }
        if self.reply.completion_tokens >= self.max_tokens {
            return Ok(Some(self.finish(Finish::Length, number, tell)));
        }
        self.next = Some(token);
        Ok(None)
    }

    fn choose(&mut self, context: &LlamaContext<'_>, row: i32) -> Result<LlamaToken, Failure> {
        let Some(guide) = self.guide.as_mut() else {
            return Ok(self.sampler.sample(context, row));
        };
        let mut candidates = guide.candidates(context.get_logits_ith(row))?;
        candidates.apply_sampler(&mut self.sampler);
        let token = candidates
            .selected_token()
            .ok_or_else(|| Failure::BadAnswer { reason: "no token could be chosen".to_owned() })?;
        self.sampler.accept(token);
        Ok(token)
    }

    fn say(&mut self, text: String, number: u64, tell: Tell<'_>) {
        if !text.is_empty() {
            self.reply.text.push_str(&text);
            tell(Answer::Token { number, text });
        }
    }

    fn finish(&mut self, finish: Finish, number: u64, tell: Tell<'_>) -> ChatReply {
        let rest = self.filter.finish();
        let mut text = self.joiner.push(&rest);
        text.push_str(&self.joiner.finish());
        self.say(text, number, tell);
        let mut reply = std::mem::take(&mut self.reply);
        reply.finish = if self.joiner.is_stopped() { Finish::Stop } else { finish };
        reply.duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        reply
    }
}

/// Continuations judged one after another.
pub(crate) struct Rank {
    head: Vec<LlamaToken>,
    rest: std::vec::IntoIter<Option<Judged>>,
    total: u32,
    /// The one being judged.
    pub(crate) current: Option<Judged>,
    scores: Vec<Option<f64>>,
}

/// One continuation behind its prompt.
pub(crate) struct Judged {
    /// Prompt and continuation.
    pub(crate) tokens: Vec<LlamaToken>,
    /// Where the continuation begins; at least 1.
    pub(crate) from: usize,
    /// Log-likelihoods so far.
    pub(crate) sum: f64,
    /// True once the prompt was fitted into the sequence.
    pub(crate) is_placed: bool,
}

impl Rank {
    /// Nothing judged so far. Fails when one of them does not fit.
    pub(crate) fn new(
        template: &Template<'_>,
        prompt: &str,
        continuations: &[String],
        limit_tokens: u32,
    ) -> Result<Self, Failure> {
        let opening = template.head_of(prompt);
        let head = template.plain(opening.clone(), prompt);
        let mut judged = Vec::with_capacity(continuations.len());
        for continuation in continuations {
            let tokens = template.plain(opening.clone(), &format!("{prompt}{continuation}"));
            let from = common_prefix(&head, &tokens).max(1);
            if continuation.is_empty() || from >= tokens.len() {
                judged.push(None);
                continue;
            }
            if tokens.len() as u32 > limit_tokens {
                return Err(Failure::ContextOverflow { prompt_tokens: tokens.len() as u32, limit_tokens });
            }
            judged.push(Some(Judged { tokens, from, sum: 0.0, is_placed: false }));
        }
        let total = judged.len() as u32;
        Ok(Self { head, total, rest: judged.into_iter(), current: None, scores: Vec::new() })
    }

    /// Makes sure that there is a current one; gives all scores when there is none left.
    pub(crate) fn next(&mut self, number: u64, tell: Tell<'_>) -> Option<Vec<Option<f64>>> {
        while self.current.is_none() {
            match self.rest.next() {
                Some(Some(judged)) => self.current = Some(judged),
                Some(None) => self.score(None, number, tell),
                None => return Some(std::mem::take(&mut self.scores)),
            }
        }
        None
    }

    /// Ends the current one.
    pub(crate) fn score(&mut self, score: Option<f64>, number: u64, tell: Tell<'_>) {
        self.current = None;
        self.scores.push(score);
        tell(Answer::Progress { number, done: self.scores.len() as u32, total: self.total });
    }
}

fn sampler(request: &ChatRequest) -> LlamaSampler {
    if request.temperature <= 0.0 || !request.temperature.is_finite() {
        return LlamaSampler::greedy();
    }
    // The tails that these cut off are noise in every model; the values are llama.cpp's own defaults.
    LlamaSampler::chain_simple([
        LlamaSampler::top_k(40),
        LlamaSampler::top_p(0.95, 1),
        LlamaSampler::min_p(0.05, 1),
        LlamaSampler::temp(request.temperature.min(2.0)),
        LlamaSampler::dist(request.seed),
    ])
}

/// Of one token, from the likelihoods of all.
pub(crate) fn log_likelihood(logits: &[f32], token: LlamaToken) -> f64 {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - highest).exp()).sum();
    let own = usize::try_from(token.0).ok().and_then(|index| logits.get(index)).copied().unwrap_or(f32::NEG_INFINITY);
    f64::from(own - highest) - f64::from(sum).ln()
}
