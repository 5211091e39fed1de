//! One model and one context: counts, answers and ranks, and reuses what the last prompt had in common with this one.
//!
//! Invariants
//! - `cached` lists exactly the tokens whose keys and values are in the context, in order.
//! - A prompt is read in batches that begin at multiples of [`MAX_BATCH_TOKENS`], and only whole batches are reused: sums
//!   differ in their last digits between batch sizes, and the same prompt must give the same answer.
//! - Text of messages never becomes a control token, whatever it contains; only the model's own template does.

use std::{num::NonZeroU32, time::Instant};

use llama_cpp_2::{
    context::{LlamaContext, params::LlamaContextParams, session::LlamaStateSeqFlags},
    llama_backend::LlamaBackend,
    llama_batch::LlamaBatch,
    model::{LlamaChatMessage, LlamaChatTemplate, LlamaModel},
    sampling::LlamaSampler,
    token::LlamaToken,
};

use super::{
    frame::Failure,
    guide::{Guide, Vocabulary},
    load::Threads,
    text::TextJoiner,
};
use crate::chat::{ChatReply, ChatRequest, Finish, Message};

/// Tokens evaluated before looking for a wish to stop: a sixth of a second on two cores, and nearly as fast as 128.
pub(crate) const MAX_BATCH_TOKENS: usize = 64;
/// Tokens judged at once: each leaves likelihoods for the whole vocabulary, a megabyte for the largest.
const MAX_JUDGED_TOKENS: usize = 32;

/// What may stay of the prompt before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reuse {
    /// Batches that would be read in the same way again.
    WholeBatches,
    /// Every token: a ranking compares numbers of one call, and reads its opening for each continuation.
    Everything,
}

/// What the engine tells while it works, and how it learns that it should stop.
pub(crate) trait Listener {
    /// So much of the prompt has been read.
    fn progress(&mut self, done: u32, total: u32);
    /// The next piece of text.
    fn token(&mut self, text: &str);
    /// True when the caller wants no more.
    fn is_cancelled(&self) -> bool;
}

/// A model ready to work.
pub(crate) struct Engine<'model> {
    model: &'model LlamaModel,
    backend: &'model LlamaBackend,
    context: LlamaContext<'model>,
    context_tokens: u32,
    threads: Threads,
    used_threads: u32,
    template: LlamaChatTemplate,
    vocabulary: Option<Vocabulary>,
    cached: Vec<LlamaToken>,
    /// Tokens of `cached` that were read in whole batches.
    aligned_tokens: usize,
}

impl<'model> Engine<'model> {
    /// Makes a context of at most `context_tokens`, and not more than the model was trained for.
    pub(crate) fn new(
        backend: &'model LlamaBackend,
        model: &'model LlamaModel,
        context_tokens: u32,
        mut threads: Threads,
    ) -> Result<Self, Failure> {
        let chatml =
            || LlamaChatTemplate::new("chatml").map_err(|error| Failure::Unavailable { reason: error.to_string() });
        let template = model.chat_template(None).or_else(|_| chatml())?;
        let context_tokens = context_tokens.min(model.n_ctx_train().max(1));
        let used_threads = threads.advise();
        let context = new_context(backend, model, context_tokens, used_threads)?;
        Ok(Self {
            model,
            backend,
            context_tokens: context.n_ctx(),
            context,
            threads,
            used_threads,
            template,
            vocabulary: None,
            cached: Vec::new(),
            aligned_tokens: 0,
        })
    }

    /// Prompt and answer together.
    pub(crate) const fn context_tokens(&self) -> u32 {
        self.context_tokens
    }

    /// Tokens of a conversation, with the template and the opening of the answer.
    pub(crate) fn count(&self, messages: &[Message]) -> Result<u32, Failure> {
        Ok(self.prompt(messages)?.len() as u32)
    }

    /// Answers.
    pub(crate) fn chat(&mut self, request: &ChatRequest, listener: &mut dyn Listener) -> Result<ChatReply, Failure> {
        let started = Instant::now();
        let tokens = self.prompt(&request.messages)?;
        let prompt_tokens = tokens.len() as u32;
        let max_tokens = request.max_tokens.max(1);
        let limit_tokens = self.context_tokens().saturating_sub(max_tokens);
        if prompt_tokens > limit_tokens {
            return Err(Failure::ContextOverflow { prompt_tokens, limit_tokens });
        }
        let mut guide = match &request.schema {
            Some(schema) => {
                let model = self.model;
                Some(self.vocabulary.get_or_insert_with(|| Vocabulary::of(model)).guide(schema)?)
            }
            None => None,
        };
        let reused_tokens = self.read_prompt(&tokens, Reuse::WholeBatches, listener)? as u32;

        let mut sampler = sampler(request);
        let mut joiner = TextJoiner::new(&request.stop);
        let mut reply = ChatReply { prompt_tokens, reused_tokens, finish: Finish::Length, ..ChatReply::default() };
        while reply.completion_tokens < max_tokens {
            if listener.is_cancelled() {
                return Err(Failure::Cancelled);
            }
            let token = self.choose(&mut sampler, guide.as_mut())?;
            let complete = match &mut guide {
                Some(guide) => guide.take(token)?,
                None => false,
            };
            if self.model.vocab().is_eog(token) {
                reply.finish = Finish::Stop;
                break;
            }
            reply.completion_tokens += 1;
            let text = joiner.push(&self.model.vocab().token_to_piece(token, false, None));
            tell(&mut reply.text, &text, listener);
            if complete || joiner.is_stopped() {
                reply.finish = Finish::Stop;
                break;
            }
            if reply.completion_tokens < max_tokens {
                self.evaluate(&[token], Wanted::Last)?;
            }
        }
        let rest = joiner.finish();
        tell(&mut reply.text, &rest, listener);
        if joiner.is_stopped() {
            reply.finish = Finish::Stop;
        }
        reply.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(reply)
    }

    /// Mean log-likelihood of each continuation's tokens after the prompt; none for an empty one.
    pub(crate) fn rank(
        &mut self,
        prompt: &str,
        continuations: &[String],
        listener: &mut dyn Listener,
    ) -> Result<Vec<Option<f64>>, Failure> {
        let opening = self.head_of(prompt);
        let head = self.plain(opening.clone(), prompt);
        let mut scores = Vec::with_capacity(continuations.len());
        for (index, continuation) in continuations.iter().enumerate() {
            let whole = self.plain(opening.clone(), &format!("{prompt}{continuation}"));
            let from = common_prefix(&head, &whole).max(1);
            if continuation.is_empty() || from >= whole.len() {
                scores.push(None);
                continue;
            }
            let limit_tokens = self.context_tokens();
            if whole.len() as u32 > limit_tokens {
                return Err(Failure::ContextOverflow { prompt_tokens: whole.len() as u32, limit_tokens });
            }
            self.read_prompt(&whole[..from], Reuse::Everything, &mut Quiet(listener))?;
            scores.push(Some(self.mean_log_likelihood(&whole, from, listener)?));
            listener.progress(index as u32 + 1, continuations.len() as u32);
        }
        Ok(scores)
    }

    /// `tokens[..from]` have been read and the last of them left its logits.
    fn mean_log_likelihood(
        &mut self,
        tokens: &[LlamaToken],
        from: usize,
        listener: &dyn Listener,
    ) -> Result<f64, Failure> {
        let mut sum = log_likelihood(self.context.get_logits_ith(-1), tokens[from]);
        let mut position = from;
        // The last token's own logits say nothing about the tokens asked for.
        while position + 1 < tokens.len() {
            if listener.is_cancelled() {
                return Err(Failure::Cancelled);
            }
            let end = (position + MAX_JUDGED_TOKENS).min(tokens.len() - 1);
            self.evaluate(&tokens[position..end], Wanted::All)?;
            for (row, next) in tokens[position + 1..=end].iter().enumerate() {
                sum += log_likelihood(self.context.get_logits_ith(row as i32), *next);
            }
            position = end;
        }
        Ok(sum / (tokens.len() - from) as f64)
    }

    /// Reads the prompt, leaving the logits of its last token; gives the number of tokens that did not have to be read.
    fn read_prompt(
        &mut self,
        tokens: &[LlamaToken],
        reuse: Reuse,
        listener: &mut dyn Listener,
    ) -> Result<usize, Failure> {
        // The last token is always read again, because its logits are wanted.
        let common = common_prefix(&self.cached, tokens).min(tokens.len().saturating_sub(1));
        let mut reused = match reuse {
            Reuse::WholeBatches => {
                let whole = common.min(self.aligned_tokens);
                whole - whole % MAX_BATCH_TOKENS
            }
            Reuse::Everything => common,
        };
        if reused < self.cached.len() {
            let removed = self.context.clear_kv_cache_seq(Some(0), Some(reused as u32), None).unwrap_or(false);
            if removed {
                self.cached.truncate(reused);
            } else {
                self.forget();
                reused = 0;
            }
        }
        self.aligned_tokens = self.aligned_tokens.min(reused);
        let total = tokens.len() as u32;
        listener.progress(reused as u32, total);
        let mut position = reused;
        while position < tokens.len() {
            if listener.is_cancelled() {
                return Err(Failure::Cancelled);
            }
            let end = (position - position % MAX_BATCH_TOKENS + MAX_BATCH_TOKENS).min(tokens.len());
            self.evaluate(&tokens[position..end], Wanted::Last)?;
            if self.aligned_tokens == position && position % MAX_BATCH_TOKENS == 0 {
                self.aligned_tokens = end;
            }
            position = end;
            listener.progress(position as u32, total);
        }
        Ok(reused)
    }

    fn evaluate(&mut self, tokens: &[LlamaToken], wanted: Wanted) -> Result<(), Failure> {
        self.follow_load();
        let mut batch = LlamaBatch::new(tokens.len(), 1);
        for (index, token) in tokens.iter().enumerate() {
            let logits = wanted == Wanted::All || index + 1 == tokens.len();
            let position = (self.cached.len() + index) as i32;
            batch
                .add(*token, position, &[0], logits)
                .map_err(|error| Failure::BadAnswer { reason: error.to_string() })?;
        }
        if let Err(error) = self.context.decode(&mut batch) {
            self.forget();
            return Err(Failure::BadAnswer { reason: format!("llama.cpp could not evaluate the text: {error}") });
        }
        self.cached.extend_from_slice(tokens);
        Ok(())
    }

    /// Changes the number of threads when the machine's load asks for it. llama.cpp fixes the number with the context, so
    /// what was read is carried over into a new one. Logits are lost, which is why this stands before an evaluation.
    fn follow_load(&mut self) {
        let advised = self.threads.advise();
        if advised == self.used_threads {
            return;
        }
        let Ok(mut context) = new_context(self.backend, self.model, self.context_tokens, advised) else { return };
        if !self.cached.is_empty() {
            let carried = self
                .context
                .state_seq_get(0, LlamaStateSeqFlags::empty())
                .and_then(|state| context.state_seq_set(&state, 0));
            if carried.is_err() {
                return;
            }
        }
        self.context = context;
        self.used_threads = advised;
    }

    fn forget(&mut self) {
        self.aligned_tokens = 0;
        self.context.clear_kv_cache();
        self.cached.clear();
    }

    fn choose(&self, sampler: &mut LlamaSampler, guide: Option<&mut Guide>) -> Result<LlamaToken, Failure> {
        let Some(guide) = guide else {
            return Ok(sampler.sample(&self.context, -1));
        };
        let mut candidates = guide.candidates(self.context.get_logits_ith(-1))?;
        candidates.apply_sampler(sampler);
        let token = candidates
            .selected_token()
            .ok_or_else(|| Failure::BadAnswer { reason: "no token could be chosen".to_owned() })?;
        sampler.accept(token);
        Ok(token)
    }

    /// What a plain text begins with: the model's opening token, or, before an empty prompt, any token at all, because
    /// something must stand before the first token that is judged.
    fn head_of(&self, prompt: &str) -> Vec<LlamaToken> {
        let mut head = self.opening();
        if head.is_empty() && prompt.is_empty() {
            let vocab = self.model.vocab();
            head.push(if vocab.bos().0 >= 0 { vocab.bos() } else { vocab.eos() });
        }
        head
    }

    /// Plain text after a beginning; whatever it contains, it adds no control token.
    fn plain(&self, mut head: Vec<LlamaToken>, text: &str) -> Vec<LlamaToken> {
        self.model.vocab().tokenize_into(text.as_bytes(), &mut head, false, false);
        head
    }

    fn opening(&self) -> Vec<LlamaToken> {
        let vocab = self.model.vocab();
        if vocab.should_add_bos() && vocab.bos().0 >= 0 { vec![vocab.bos()] } else { Vec::new() }
    }

    /// The conversation in the model's own template. The template is rendered around marks, and each text is put in its
    /// mark's place as plain text, so that a text that contains `<|im_end|>` stays a text.
    fn prompt(&self, messages: &[Message]) -> Result<Vec<LlamaToken>, Failure> {
        let broken = |reason: String| Failure::Unavailable {
            reason: format!("its chat template cannot be used ({reason}); choose another model"),
        };
        let marked = messages
            .iter()
            .enumerate()
            .map(|(index, message)| LlamaChatMessage::new(message.role.as_str().to_owned(), mark(index)))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| broken(error.to_string()))?;
        let rendered =
            self.model.apply_chat_template(&self.template, &marked, true).map_err(|error| broken(error.to_string()))?;
        let vocab = self.model.vocab();
        let mut tokens = self.opening();
        let mut rest = rendered.as_str();
        for (index, message) in messages.iter().enumerate() {
            let (before, after) =
                rest.split_once(&mark(index)).ok_or_else(|| broken("it leaves out a message".to_owned()))?;
            vocab.tokenize_into(before.as_bytes(), &mut tokens, false, true);
            vocab.tokenize_into(message.content.trim().as_bytes(), &mut tokens, false, false);
            rest = after;
        }
        vocab.tokenize_into(rest.as_bytes(), &mut tokens, false, true);
        Ok(tokens)
    }
}

fn new_context<'model>(
    backend: &LlamaBackend,
    model: &'model LlamaModel,
    context_tokens: u32,
    threads: u32,
) -> Result<LlamaContext<'model>, Failure> {
    let threads = i32::try_from(threads.clamp(1, 256)).unwrap_or(1);
    let parameters = LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new(context_tokens))
        .with_n_batch(MAX_BATCH_TOKENS as u32)
        .with_n_ubatch(MAX_BATCH_TOKENS as u32)
        .with_n_threads(threads)
        .with_n_threads_batch(threads);
    model.new_context(backend, parameters).map_err(|error| Failure::Unavailable {
        reason: format!(
            "llama.cpp cannot make room for {context_tokens} tokens ({error}); choose a smaller context or model"
        ),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Last,
    All,
}

/// Hides the progress of reading a prompt, but not the wish to stop.
struct Quiet<'a>(&'a dyn Listener);

impl Listener for Quiet<'_> {
    fn progress(&mut self, _: u32, _: u32) {}
    fn token(&mut self, _: &str) {}
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

fn mark(index: usize) -> String {
    format!("\u{1}{index}\u{2}")
}

fn tell(text: &mut String, piece: &str, listener: &mut dyn Listener) {
    if !piece.is_empty() {
        text.push_str(piece);
        listener.token(piece);
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

fn common_prefix(left: &[LlamaToken], right: &[LlamaToken]) -> usize {
    left.iter().zip(right).take_while(|(left, right)| left == right).count()
}

fn log_likelihood(logits: &[f32], token: LlamaToken) -> f64 {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - highest).exp()).sum();
    let own = usize::try_from(token.0).ok().and_then(|index| logits.get(index)).copied().unwrap_or(f32::NEG_INFINITY);
    f64::from(own - highest) - f64::from(sum).ln()
}
