//! One model and one context with several sequences: calls are read and written side by side.
//!
//! Invariants
//! - Each call has a sequence of its own (a lane), and each lane a part of the cache of its own; memory is fixed when the
//!   context is made.
//! - A round is at most one batch of one prompt and one token of every answer under way, so that neither waits long for
//!   the other. A prompt is never evaluated in one batch with anything else: sums may differ in their last digits with
//!   the number of rows, and the same call must give the same answer whatever runs beside it.
//! - What two prompts have in common at their beginning is evaluated once, also when both are under way.

use std::collections::VecDeque;

use llama_cpp_2::{
    context::{LlamaContext, session::LlamaStateSeqFlags},
    llama_backend::LlamaBackend,
    llama_batch::LlamaBatch,
    model::LlamaModel,
    token::LlamaToken,
};

use super::{
    context::{Size, affordable_lanes, batch_tokens, new_context},
    frame::{Answer, Failure},
    guide::Vocabulary,
    job::{Chat, Job, Rank, Tell, Work, log_likelihood},
    lane::{self, BLOCK_TOKENS, Lane},
    load::Threads,
    prompt::Template,
};
use crate::chat::{ChatRequest, Message};

/// Tokens judged at once: each leaves likelihoods for the whole vocabulary, a megabyte for the largest.
const MAX_JUDGED_TOKENS: usize = 32;

/// A model ready to work.
pub(crate) struct Engine<'model> {
    model: &'model LlamaModel,
    backend: &'model LlamaBackend,
    template: Template<'model>,
    vocabulary: Option<Vocabulary>,
    /// None after there was no memory to make it again.
    context: Option<LlamaContext<'model>>,
    lane_tokens: u32,
    /// Most tokens of a prompt in one evaluation.
    batch_tokens: usize,
    threads: Threads,
    used_threads: u32,
    lanes: Vec<Lane>,
    /// What each lane is doing.
    jobs: Vec<Option<Job>>,
    queue: VecDeque<Job>,
    clock: u64,
    /// The lane whose prompt was read last.
    turn: usize,
}

impl<'model> Engine<'model> {
    /// Makes a context of the size wished for, with not more tokens a lane than the model was trained for.
    pub(crate) fn new(
        backend: &'model LlamaBackend,
        model: &'model LlamaModel,
        size: Size,
        mut threads: Threads,
    ) -> Result<Self, Failure> {
        let template = Template::of(model)?;
        let lane_tokens = size.lane_tokens.min(model.n_ctx_train()).max(1);
        let lanes = affordable_lanes(model, lane_tokens, size);
        let used_threads = threads.advise();
        let context = new_context(backend, model, lane_tokens, lanes, used_threads)?;
        Ok(Self {
            model,
            backend,
            template,
            vocabulary: None,
            lane_tokens: context.n_ctx() / lanes,
            context: Some(context),
            batch_tokens: batch_tokens(backend),
            threads,
            used_threads,
            lanes: (0..lanes).map(|_| Lane::default()).collect(),
            jobs: (0..lanes).map(|_| None).collect(),
            queue: VecDeque::new(),
            clock: 0,
            turn: 0,
        })
    }

    /// Prompt and answer of one call together.
    pub(crate) const fn context_tokens(&self) -> u32 {
        self.lane_tokens
    }

    /// Calls that can be under way at the same time.
    pub(crate) const fn lanes(&self) -> usize {
        self.lanes.len()
    }

    /// True when there is nothing to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.jobs.iter().all(Option::is_none)
    }

    /// Tokens of a conversation, with the template and the opening of the answer.
    pub(crate) fn count(&self, messages: &[Message]) -> Result<u32, Failure> {
        Ok(self.template.prompt(messages, false)?.tokens.len() as u32)
    }

    /// Takes on an answer; the rounds that follow write it.
    pub(crate) fn chat(&mut self, number: u64, request: &ChatRequest) -> Result<(), Failure> {
        let prompt = self.template.prompt(&request.messages, request.thinking && request.schema.is_none())?;
        let prompt_tokens = prompt.tokens.len() as u32;
        let limit_tokens = self.lane_tokens.saturating_sub(request.max_tokens.max(1));
        if prompt_tokens > limit_tokens {
            return Err(Failure::ContextOverflow { prompt_tokens, limit_tokens });
        }
        let guide = match &request.schema {
            Some(schema) => {
                let model = self.model;
                Some(self.vocabulary.get_or_insert_with(|| Vocabulary::of(model)).guide(schema)?)
            }
            None => None,
        };
        self.queue.push_back(Job { number, work: Work::Chat(Box::new(Chat::new(request, prompt, guide))) });
        Ok(())
    }

    /// Takes on a judgement; the rounds that follow make it.
    pub(crate) fn rank(&mut self, number: u64, prompt: &str, continuations: &[String]) -> Result<(), Failure> {
        let rank = Rank::new(&self.template, prompt, continuations, self.lane_tokens)?;
        self.queue.push_back(Job { number, work: Work::Rank(rank) });
        Ok(())
    }

    /// Ends a call where it stands; false when it is over already.
    pub(crate) fn cancel(&mut self, number: u64) -> bool {
        let waiting = self.queue.len();
        self.queue.retain(|job| job.number != number);
        let mut found = self.queue.len() < waiting;
        for job in &mut self.jobs {
            if job.as_ref().is_some_and(|job| job.number == number) {
                *job = None;
                found = true;
            }
        }
        found
    }

    /// Does a piece of every call under way.
    pub(crate) fn round(&mut self, tell: Tell<'_>) {
        self.follow_load(tell);
        self.admit(tell);
        if let Some(lane) = self.next_reader(tell)
            && let Err(failure) = self.read(lane, tell)
        {
            self.fail(lane, failure, tell);
        }
        self.write(tell);
    }

    fn admit(&mut self, tell: Tell<'_>) {
        while let Some(job) = self.queue.front() {
            let Some(lane) = lane::choose(&self.lanes, |lane| self.jobs[lane].is_none(), job.prompt()) else { return };
            let Some(job) = self.queue.pop_front() else { return };
            self.clock += 1;
            self.lanes[lane].used_at = self.clock;
            if let Work::Chat(chat) = &job.work {
                let kept = self.keep(lane, self.lanes[lane].reusable(&chat.prompt));
                tell(Answer::Progress { number: job.number, done: kept as u32, total: chat.prompt.len() as u32 });
            }
            self.jobs[lane] = Some(job);
        }
    }

    /// The next lane in turn with something to read. It first gets what another has read of the same beginning, so that
    /// several calls that come together read it in turns, each batch once.
    fn next_reader(&mut self, tell: Tell<'_>) -> Option<usize> {
        let count = self.lanes.len();
        for step in 1..=count {
            let lane = (self.turn + step) % count;
            let Some(job) = &self.jobs[lane] else { continue };
            match &job.work {
                Work::Rank(_) => {}
                Work::Chat(chat) if chat.next.is_none() => {
                    let (number, total) = (job.number, chat.prompt.len() as u32);
                    let here = self.lanes[lane].cached.len();
                    let (source, there) = self.best_source(lane, &chat.prompt);
                    if there > here {
                        self.copy(source, lane, there);
                        tell(Answer::Progress { number, done: self.lanes[lane].cached.len() as u32, total });
                    }
                }
                Work::Chat(_) => continue,
            }
            self.turn = lane;
            return Some(lane);
        }
        None
    }

    /// The other lane that holds most of this prompt, and how much.
    fn best_source(&self, lane: usize, prompt: &[LlamaToken]) -> (usize, usize) {
        if !self.can_copy() {
            return (lane, 0);
        }
        (0..self.lanes.len())
            .filter(|other| *other != lane)
            .map(|other| (other, self.lanes[other].reusable(prompt)))
            .max_by_key(|(_, tokens)| *tokens)
            .unwrap_or((lane, 0))
    }

    /// A state that cannot be cut back, as recurrent models have, cannot be shared from its middle.
    fn can_copy(&self) -> bool {
        !self.model.is_recurrent() && !self.model.is_hybrid()
    }

    /// Gives a lane the beginning of what another holds.
    fn copy(&mut self, source: usize, target: usize, tokens: usize) {
        let Some(context) = &mut self.context else { return };
        // llama.cpp copies whole sequences only; what is too much is cut off after it.
        if context.kv_cache_seq_cp(source as i32, target as i32, None, None).is_err() {
            return;
        }
        let (cached, aligned_tokens) = (self.lanes[source].cached.clone(), self.lanes[source].aligned_tokens);
        self.lanes[target].cached = cached;
        self.lanes[target].aligned_tokens = aligned_tokens;
        self.keep(target, tokens);
    }

    /// Cuts a lane back to its first tokens; where the model's state cannot be cut, nothing stays. Gives what stayed.
    fn keep(&mut self, lane: usize, tokens: usize) -> usize {
        if tokens < self.lanes[lane].cached.len() {
            let sequence = Some(lane as u32);
            let cut = self.context.as_mut().and_then(|context| {
                context.clear_kv_cache_seq(sequence, Some(tokens as u32), None).ok().filter(|removed| *removed)
            });
            if cut.is_some() {
                self.lanes[lane].truncate(tokens);
            } else {
                self.forget(lane);
            }
        }
        self.lanes[lane].cached.len()
    }

    fn forget(&mut self, lane: usize) {
        self.lanes[lane].truncate(0);
        if let Some(context) = &mut self.context {
            // The removal of a whole sequence always succeeds.
            let _ = context.clear_kv_cache_seq(Some(lane as u32), None, None);
        }
    }

    fn fail(&mut self, lane: usize, failure: Failure, tell: Tell<'_>) {
        if let Some(job) = self.jobs[lane].take() {
            tell(Answer::Failed { number: job.number, failure });
        }
    }

    /// Reads the next batch of a lane's prompt.
    fn read(&mut self, lane: usize, tell: Tell<'_>) -> Result<(), Failure> {
        let Some(mut job) = self.jobs[lane].take() else { return Ok(()) };
        let number = job.number;
        let is_over = match &mut job.work {
            Work::Chat(chat) => self.read_chat(lane, number, chat, tell),
            Work::Rank(rank) => self.read_rank(lane, number, rank, tell),
        };
        let is_over = match is_over {
            Ok(is_over) => is_over,
            Err(failure) => {
                self.jobs[lane] = Some(job);
                return Err(failure);
            }
        };
        if !is_over {
            self.jobs[lane] = Some(job);
        }
        Ok(())
    }

    fn read_chat(&mut self, lane: usize, number: u64, chat: &mut Chat, tell: Tell<'_>) -> Result<bool, Failure> {
        let total = chat.prompt.len();
        let here = self.lanes[lane].cached.len();
        let end = lane::batch_end(here, self.batch_tokens).min(total);
        let wanted = if end == total { Wanted::Last } else { Wanted::Nothing };
        self.evaluate(lane, &chat.prompt[here..end], wanted)?;
        chat.count_read(end - here);
        tell(Answer::Progress { number, done: end as u32, total: total as u32 });
        if end < total {
            return Ok(false);
        }
        let context = ready(self.context.as_ref())?;
        let reply = chat.advance(self.model, context, -1, number, tell)?;
        let is_over = reply.is_some();
        if let Some(reply) = reply {
            tell(Answer::Done { number, reply });
        }
        Ok(is_over)
    }

    fn read_rank(&mut self, lane: usize, number: u64, rank: &mut Rank, tell: Tell<'_>) -> Result<bool, Failure> {
        if let Some(scores) = rank.next(number, tell) {
            tell(Answer::Ranked { number, scores });
            return Ok(true);
        }
        let Some(judged) = &mut rank.current else { return Ok(true) };
        if !judged.is_placed {
            judged.is_placed = true;
            // Numbers of one call are compared, so every token that is there may stay.
            let common = lane::common_prefix(&self.lanes[lane].cached, &judged.tokens[..judged.from]);
            self.keep(lane, common.min(judged.from - 1));
        }
        let here = self.lanes[lane].cached.len();
        if here < judged.from {
            let end = lane::batch_end(here, self.batch_tokens).min(judged.from);
            let wanted = if end == judged.from { Wanted::Last } else { Wanted::Nothing };
            self.evaluate(lane, &judged.tokens[here..end], wanted)?;
            if wanted == Wanted::Last {
                judged.sum = log_likelihood(ready(self.context.as_ref())?.get_logits_ith(-1), judged.tokens[end]);
            }
        } else {
            let end = (here + MAX_JUDGED_TOKENS).min(judged.tokens.len() - 1);
            self.evaluate(lane, &judged.tokens[here..end], Wanted::All)?;
            let context = ready(self.context.as_ref())?;
            for (row, next) in judged.tokens[here + 1..=end].iter().enumerate() {
                judged.sum += log_likelihood(context.get_logits_ith(row as i32), *next);
            }
        }
        // The last token's own likelihoods say nothing about the tokens asked for.
        let here = self.lanes[lane].cached.len();
        if here >= judged.from && here + 1 >= judged.tokens.len() {
            let score = judged.sum / (judged.tokens.len() - judged.from) as f64;
            rank.score(Some(score), number, tell);
        } else {
            tell(Answer::Working { number });
        }
        Ok(false)
    }

    /// Evaluates the token that each answer chose last, all in one batch, and lets each choose its next.
    fn write(&mut self, tell: Tell<'_>) {
        let chosen: Vec<(usize, LlamaToken)> = self
            .jobs
            .iter_mut()
            .enumerate()
            .filter_map(|(lane, job)| match job {
                Some(Job { work: Work::Chat(chat), .. }) => chat.next.take().map(|token| (lane, token)),
                _ => None,
            })
            .collect();
        if chosen.is_empty() {
            return;
        }
        if let Err(failure) = self.evaluate_together(&chosen) {
            for (lane, _) in chosen {
                self.fail(lane, failure.clone(), tell);
            }
            return;
        }
        for (row, (lane, _)) in chosen.into_iter().enumerate() {
            let (Some(context), Some(Job { number, work: Work::Chat(chat) })) = (&self.context, &mut self.jobs[lane])
            else {
                continue;
            };
            let number = *number;
            match chat.advance(self.model, context, row as i32, number, tell) {
                Ok(None) => {}
                Ok(Some(reply)) => {
                    self.jobs[lane] = None;
                    tell(Answer::Done { number, reply });
                }
                Err(failure) => self.fail(lane, failure, tell),
            }
        }
    }

    fn evaluate(&mut self, lane: usize, tokens: &[LlamaToken], wanted: Wanted) -> Result<(), Failure> {
        let mut batch = LlamaBatch::new(tokens.len(), 1);
        let first = self.lanes[lane].cached.len();
        for (index, token) in tokens.iter().enumerate() {
            let logits = match wanted {
                Wanted::Nothing => false,
                Wanted::Last => index + 1 == tokens.len(),
                Wanted::All => true,
            };
            batch.add(*token, (first + index) as i32, &[lane as i32], logits).map_err(|error| unusable(&error))?;
        }
        if let Err(error) = ready(self.context.as_mut())?.decode(&mut batch) {
            self.forget(lane);
            return Err(unusable(&error));
        }
        // Judged tokens are read in batches of another size.
        let whole = wanted != Wanted::All && first.is_multiple_of(BLOCK_TOKENS);
        self.lanes[lane].add(tokens, whole);
        Ok(())
    }

    fn evaluate_together(&mut self, chosen: &[(usize, LlamaToken)]) -> Result<(), Failure> {
        let mut batch = LlamaBatch::new(chosen.len(), 1);
        for (lane, token) in chosen {
            let position = self.lanes[*lane].cached.len() as i32;
            batch.add(*token, position, &[*lane as i32], true).map_err(|error| unusable(&error))?;
        }
        if let Err(error) = ready(self.context.as_mut())?.decode(&mut batch) {
            for (lane, _) in chosen {
                self.forget(*lane);
            }
            return Err(unusable(&error));
        }
        for (lane, token) in chosen {
            self.lanes[*lane].add(&[*token], false);
        }
        Ok(())
    }

    /// Changes the number of threads when the machine's load asks for it. llama.cpp's binding fixes the number with the
    /// context, so what was read is carried over into a new one. Likelihoods are lost, which is why this stands before an
    /// evaluation. The old context goes first, so that memory never holds two.
    fn follow_load(&mut self, tell: Tell<'_>) {
        let advised = self.threads.advise();
        if advised == self.used_threads && self.context.is_some() {
            return;
        }
        let states: Vec<_> = self
            .lanes
            .iter()
            .enumerate()
            .map(|(lane, held)| match &self.context {
                Some(context) if !held.cached.is_empty() => {
                    context.state_seq_get(lane as i32, LlamaStateSeqFlags::empty()).ok()
                }
                _ => None,
            })
            .collect();
        self.context = None;
        let lanes = self.lanes.len() as u32;
        let Ok(mut context) = new_context(self.backend, self.model, self.lane_tokens, lanes, advised) else { return };
        let mut lost = Vec::new();
        for (lane, state) in states.iter().enumerate() {
            let carried = state.as_ref().is_some_and(|state| context.state_seq_set(state, lane as i32).is_ok());
            if !carried && !self.lanes[lane].cached.is_empty() {
                lost.push(lane);
            }
        }
        self.context = Some(context);
        self.used_threads = advised;
        for lane in lost {
            self.forget(lane);
            // An answer in its middle cannot go on without what it said before; a prompt is read again.
            let is_writing =
                matches!(&self.jobs[lane], Some(Job { work: Work::Chat(chat), .. }) if chat.next.is_some());
            if is_writing {
                let reason = "what was read could not be carried over".to_owned();
                self.fail(lane, Failure::BadAnswer { reason }, tell);
            }
        }
    }
}

fn ready<T>(context: Option<T>) -> Result<T, Failure> {
    context.ok_or_else(|| Failure::Unavailable {
        reason: "memory did not suffice to go on; close other programs or choose a smaller model".to_owned(),
    })
}

fn unusable(error: &dyn std::error::Error) -> Failure {
    Failure::BadAnswer { reason: format!("llama.cpp could not evaluate the text: {error}") }
}

/// Of which tokens the likelihoods of what follows are needed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Nothing,
    Last,
    All,
}
