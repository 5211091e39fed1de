//! One sequence of the context and what it holds; which sequence a new call takes, and what it need not read again.
//!
//! Invariants
//! - `cached` lists exactly the tokens whose keys and values the sequence holds, in order.
//! - Prompts are read in batches that begin at multiples of [`BLOCK_TOKENS`], and only whole blocks are reused: where
//!   llama.cpp has kernels for several rows at once, a row's sum depends on how many stand beside it, and the same prompt
//!   must give the same answer however much of it was there already.

use llama_cpp_2::token::LlamaToken;

/// What is reused is a multiple of this; a multiple of the rows that llama.cpp's kernels take at once (up to 16).
pub(crate) const BLOCK_TOKENS: usize = 64;

/// What a sequence holds.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    /// The tokens whose keys and values are there.
    pub(crate) cached: Vec<LlamaToken>,
    /// So many of them were read in whole blocks, as every prompt that begins with them would read them.
    pub(crate) aligned_tokens: usize,
    /// When it was last given to a call, on the engine's own clock.
    pub(crate) used_at: u64,
}

impl Lane {
    /// How much of the prompt is here already. Its last token is always read again, because its likelihoods are wanted.
    pub(crate) fn reusable(&self, prompt: &[LlamaToken]) -> usize {
        let common = common_prefix(&self.cached, prompt).min(prompt.len().saturating_sub(1));
        whole_blocks(common.min(self.aligned_tokens))
    }

    /// Remembers that these were read; `whole` says that they continue whole blocks.
    pub(crate) fn add(&mut self, tokens: &[LlamaToken], whole: bool) {
        if whole && self.aligned_tokens == self.cached.len() {
            self.aligned_tokens += tokens.len();
        }
        self.cached.extend_from_slice(tokens);
    }

    /// Remembers that everything from there on is gone.
    pub(crate) fn truncate(&mut self, tokens: usize) {
        self.cached.truncate(tokens);
        self.aligned_tokens = self.aligned_tokens.min(tokens);
    }
}

/// Which of the idle lanes a prompt should take: the one that holds its beginning, if what would be thrown away there is
/// less than what is kept; otherwise the one that was not used for longest, so that several beginnings stay.
pub(crate) fn choose(lanes: &[Lane], is_idle: impl Fn(usize) -> bool, prompt: &[LlamaToken]) -> Option<usize> {
    let idle = || (0..lanes.len()).filter(|index| is_idle(*index));
    let best = idle().max_by_key(|index| (lanes[*index].reusable(prompt), lanes[*index].used_at))?;
    let kept = lanes[best].reusable(prompt);
    let lost = lanes[best].aligned_tokens.saturating_sub(kept);
    if kept > 0 && kept >= lost {
        return Some(best);
    }
    // An empty lane first, then the oldest.
    idle().min_by_key(|index| (!lanes[*index].cached.is_empty(), lanes[*index].used_at))
}

/// The next place where a batch of at most `batch_tokens` (a multiple of a block) may end.
pub(crate) const fn batch_end(position: usize, batch_tokens: usize) -> usize {
    position - position % batch_tokens + batch_tokens
}

/// Rounded down.
pub(crate) const fn whole_blocks(tokens: usize) -> usize {
    tokens - tokens % BLOCK_TOKENS
}

/// Tokens at the beginning that are the same.
pub(crate) fn common_prefix(left: &[LlamaToken], right: &[LlamaToken]) -> usize {
    left.iter().zip(right).take_while(|(left, right)| left == right).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(head: i32, head_tokens: usize, tail: i32, tail_tokens: usize) -> Vec<LlamaToken> {
        let head = std::iter::repeat_n(LlamaToken::new(head), head_tokens);
        head.chain(std::iter::repeat_n(LlamaToken::new(tail), tail_tokens)).collect()
    }

    fn lane(tokens: &[LlamaToken], used_at: u64) -> Lane {
        let mut lane = Lane { used_at, ..Lane::default() };
        lane.add(tokens, true);
        lane
    }

    #[test]
    fn only_whole_blocks_that_were_read_as_a_prompt_are_reused() {
        let mut held = lane(&text(1, 150, 2, 0), 0);
        assert_eq!(held.reusable(&text(1, 150, 3, 10)), 128);
        assert_eq!(held.reusable(&text(1, 128, 3, 0)), 64, "the last token is always read again");
        assert_eq!(held.reusable(&text(1, 60, 3, 100)), 0, "less than a block is nothing");
        assert_eq!(held.reusable(&[]), 0);
        held.add(&text(1, 100, 0, 0), false);
        assert_eq!(held.reusable(&text(1, 250, 3, 10)), 128, "an answer was not read as a prompt would be");
        held.truncate(70);
        assert_eq!(held.reusable(&text(1, 250, 3, 10)), 64);
        held.add(&text(1, 58, 0, 0), true);
        assert_eq!(held.reusable(&text(1, 250, 3, 10)), 128, "a prompt read on is whole again");
    }

    #[test]
    fn a_call_takes_the_lane_that_holds_its_beginning_and_else_the_oldest() {
        let lanes =
            [lane(&text(1, 640, 9, 64), 5), lane(&text(2, 640, 9, 64), 7), lane(&text(3, 640, 9, 64), 6), lane(&[], 9)];
        let all = |_| true;
        assert_eq!(choose(&lanes, all, &text(2, 640, 8, 64)), Some(1), "it holds the beginning");
        assert_eq!(choose(&lanes, all, &text(4, 640, 8, 64)), Some(3), "an empty one costs nothing");
        assert_eq!(choose(&lanes, |index| index != 3, &text(4, 640, 8, 64)), Some(0), "the one not used for longest");
        assert_eq!(choose(&lanes, |index| index != 1, &text(2, 640, 8, 64)), Some(3), "a busy one is not taken");
        assert_eq!(choose(&lanes, |_| false, &text(2, 640, 8, 64)), None);
        let small = text(2, 64, 8, 64);
        assert_eq!(choose(&lanes, all, &small), Some(3), "a long text is not thrown away for a block");
    }

    #[test]
    fn batches_end_at_the_same_places_wherever_they_begin() {
        for (position, end) in [(0, 256), (64, 256), (192, 256), (256, 512)] {
            assert_eq!(batch_end(position, 256), end);
        }
    }
}
