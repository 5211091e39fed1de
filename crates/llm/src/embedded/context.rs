//! How llama.cpp's context is made: how many lanes, how many tokens at once, which attention (docs/adr/0010).

use std::num::NonZeroU32;

use llama_cpp_2::{
    context::{LlamaContext, params::LlamaContextParams},
    llama_backend::LlamaBackend,
    model::LlamaModel,
};
use llama_cpp_sys_2::{LLAMA_FLASH_ATTN_TYPE_AUTO, LLAMA_FLASH_ATTN_TYPE_DISABLED};

use super::{frame::Failure, lane::BLOCK_TOKENS};

/// Tokens of a prompt that a processor evaluates before looking for anything else to do, a third of a second on one core
/// with a model of 0.1 B. Up to 512 tokens at once gained at most 3 % there; a call that is stopped, and the answers beside
/// it, wait for one batch.
const BATCH_TOKENS: usize = BLOCK_TOKENS;
/// The same for a graphics processor, which is busy with fewer only in part.
const GPU_BATCH_TOKENS: usize = 8 * BLOCK_TOKENS;
/// More calls than this side by side gain nothing on any processor.
const MAX_LANES: u32 = 16;

/// How large the context is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Prompt and answer of one call.
    pub(crate) lane_tokens: u32,
    /// Calls side by side.
    pub(crate) lanes: u32,
    /// Bytes that the caches of all lanes may take together; lanes are given up for it, but never the last.
    pub(crate) cache_bytes: u64,
}

/// As many lanes as are wished for and fit.
pub(crate) fn affordable_lanes(model: &LlamaModel, lane_tokens: u32, size: Size) -> u32 {
    let heads = u64::from(model.n_head()).max(1);
    let values = u64::from(model.n_head_kv()) * (u64::from(model.n_embd().unsigned_abs()) / heads);
    // Keys and values, two bytes each.
    let lane_bytes = u64::from(model.n_layer()) * values * 4 * u64::from(lane_tokens);
    lanes_within(size, lane_bytes)
}

fn lanes_within(size: Size, lane_bytes: u64) -> u32 {
    let affordable = size.cache_bytes / lane_bytes.max(1);
    u32::try_from(affordable).unwrap_or(u32::MAX).min(size.lanes).clamp(1, MAX_LANES)
}

/// Most tokens of a prompt in one evaluation.
pub(crate) fn batch_tokens(backend: &LlamaBackend) -> usize {
    if backend.supports_gpu_offload() { GPU_BATCH_TOKENS } else { BATCH_TOKENS }
}

/// Room for all lanes.
pub(crate) fn new_context<'model>(
    backend: &LlamaBackend,
    model: &'model LlamaModel,
    lane_tokens: u32,
    lanes: u32,
    threads: u32,
) -> Result<LlamaContext<'model>, Failure> {
    let threads = i32::try_from(threads.clamp(1, 256)).unwrap_or(1);
    // On a processor, flash attention splits its sums by threads and by the number of sequences; without it a call's
    // answer does not depend on either.
    let flash_attention =
        if backend.supports_gpu_offload() { LLAMA_FLASH_ATTN_TYPE_AUTO } else { LLAMA_FLASH_ATTN_TYPE_DISABLED };
    let parameters = LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new(lane_tokens.saturating_mul(lanes)))
        .with_n_seq_max(lanes)
        .with_kv_unified(false)
        .with_flash_attention_policy(flash_attention)
        .with_n_batch(batch_tokens(backend) as u32)
        .with_n_ubatch(batch_tokens(backend) as u32)
        .with_n_threads(threads)
        .with_n_threads_batch(threads);
    model.new_context(backend, parameters).map_err(|error| Failure::Unavailable {
        reason: format!(
            "llama.cpp cannot make room for {lanes} × {lane_tokens} tokens ({error}); choose a smaller context or model"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_given_up_for_memory_but_never_the_last() {
        let mib = 1 << 20;
        let cases = [
            (4, 400, 100, 4),
            (4, 399, 100, 3),
            (4, 0, 100, 1),
            (1, 400, 100, 1),
            (0, 400, 100, 1),
            (99, 9000, 1, 16),
            (4, 400, 0, 4),
        ];
        for (lanes, cache, lane, expected) in cases {
            let size = Size { lane_tokens: 4096, lanes, cache_bytes: cache * mib };
            assert_eq!(lanes_within(size, lane * mib), expected, "{lanes} of {lane} MiB in {cache} MiB");
        }
    }
}
