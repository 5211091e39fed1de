//! How texts are put together for the model: windows of what it can look at, then batches of like length.
//!
//! Invariants
//! - Every token of every text is in exactly one window; an empty text has one empty window.
//! - A batch holds at most [`BATCH_TEXTS`] windows and [`BATCH_TOKENS`] tokens with padding, but at least one window.

use quillhouse_llm::EmbedError;
use tokenizers::Tokenizer;

/// Windows in a batch. Larger batches gain nothing on two cores (measured: 2,000 tokens a second with 1, 4 and 16).
pub(super) const BATCH_TEXTS: usize = 16;
/// Tokens in a batch, padding included: half a second on a slow machine, some 20 MB of activations.
pub(super) const BATCH_TOKENS: usize = 1_024;

/// A stretch of one text that fits the model.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Window<'text> {
    /// Which text it is from.
    pub(super) owner: usize,
    /// Its text.
    pub(super) text: &'text str,
    /// Its length without the model's own marks.
    pub(super) tokens: usize,
}

/// Cuts each text into windows of at most `limit_tokens`, at word borders.
pub(super) fn windows<'text>(
    tokenizer: &Tokenizer,
    texts: &'text [String],
    limit_tokens: usize,
) -> Result<Vec<Window<'text>>, EmbedError> {
    let mut windows = Vec::with_capacity(texts.len());
    for (owner, text) in texts.iter().enumerate() {
        let mut waiting = vec![text.as_str()];
        while let Some(text) = waiting.pop() {
            let tokens = tokenizer.encode_fast(text, false).map_err(|error| uncut(&error))?.len();
            if tokens <= limit_tokens {
                windows.push(Window { owner, text, tokens });
            } else {
                let parts = parts(tokenizer, text, limit_tokens)?;
                waiting.extend(parts.into_iter().rev());
            }
        }
    }
    Ok(windows)
}

fn uncut(error: &dyn std::fmt::Display) -> EmbedError {
    EmbedError::Failed { reason: format!("a text cannot be cut into tokens: {error}") }
}

/// Stretches of a text that is too long, each shorter than it and together all of it. One that begins inside a word can
/// have a few tokens more than it had there, so each is counted again.
fn parts<'text>(tokenizer: &Tokenizer, text: &'text str, limit_tokens: usize) -> Result<Vec<&'text str>, EmbedError> {
    // `encode_fast` leaves offsets out; they are needed only for the rare text that is too long.
    let encoding = tokenizer.encode(text, false).map_err(|error| uncut(&error))?;
    let (offsets, words) = (encoding.get_offsets(), encoding.get_word_ids());
    let (mut parts, mut first, mut from) = (Vec::new(), 0, 0);
    while first < offsets.len() {
        let last = window_end(words, first, limit_tokens);
        let to = if last >= offsets.len() { text.len() } else { text.ceil_char_boundary(offsets[last - 1].1) };
        // Several tokens may share one letter.
        if to > from {
            parts.push(&text[from..to]);
            from = to;
        }
        first = last;
    }
    if parts.len() > 1 {
        return Ok(parts);
    }
    // Tokens that do not tell where they stand.
    match text.ceil_char_boundary(text.len() / 2) {
        middle if middle > 0 && middle < text.len() => Ok(vec![&text[..middle], &text[middle..]]),
        _ => Err(uncut(&"one letter of it has more tokens than the model reads")),
    }
}

/// One past the last token of the window that begins at `first`. A word is not cut, because its halves would be other
/// tokens than the word; a word that fills the window alone is.
fn window_end(words: &[Option<u32>], first: usize, limit_tokens: usize) -> usize {
    let full = first + limit_tokens.max(1);
    if full >= words.len() {
        return words.len();
    }
    let mut end = full;
    while end > first + 1 && words[end].is_some() && words[end] == words[end - 1] {
        end -= 1;
    }
    if end == first + 1 { full } else { end }
}

/// Groups windows, by their position in the list, longest first. Each has `extra_tokens` on top of its text's.
pub(super) fn plan(windows: &[Window<'_>], extra_tokens: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..windows.len()).collect();
    order.sort_by_key(|&window| (std::cmp::Reverse(windows[window].tokens), window));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut longest = 0;
    for window in order {
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_TEXTS && (batch.len() + 1) * longest <= BATCH_TOKENS => {
                batch.push(window);
            }
            _ => {
                longest = windows[window].tokens + extra_tokens;
                batches.push(vec![window]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_end_between_words() {
        let words: Vec<Option<u32>> = [0, 1, 1, 1, 2, 3, 3].into_iter().map(Some).collect();
        assert_eq!(window_end(&words, 0, 3), 1 + 2, "a window of one token is full even inside a word");
        assert_eq!(window_end(&words, 0, 5), 5, "the border falls between two words");
        assert_eq!(window_end(&words, 1, 5), 5, "the last word is left to the next window");
        assert_eq!(window_end(&words, 4, 9), 7, "what is left is one window");
    }

    #[test]
    fn every_letter_of_a_text_is_in_a_window_that_fits() {
        use tokenizers::{models::wordpiece::WordPiece, pre_tokenizers::whitespace::Whitespace};

        let vocabulary = [("[UNK]", 0_u32), ("ä", 1), ("##ä", 2), ("b", 3), ("##b", 4)];
        let vocabulary = vocabulary.map(|(token, id)| (token.to_owned(), id));
        let model = WordPiece::builder().vocab(vocabulary).unk_token("[UNK]".to_owned()).build().unwrap();
        let mut tokenizer = Tokenizer::new(model);
        tokenizer.with_pre_tokenizer(Some(Whitespace {}));
        let long = "ä".repeat(90);
        for text in [String::new(), "ä b".to_owned(), "äb ".repeat(40), format!("b {long} b {long}"), long] {
            let texts = [text];
            let windows = windows(&tokenizer, &texts, 8).unwrap();
            let together: String = windows.iter().map(|window| window.text).collect();
            assert_eq!(together, texts[0], "nothing is left out, nothing comes twice");
            for window in windows {
                assert!(window.tokens <= 8, "{} tokens would be cut by the model: {:?}", window.tokens, window.text);
            }
        }
    }

    #[test]
    fn batches_hold_every_window_once_and_stay_within_both_limits() {
        let lengths = [3, 256, 1, 1, 1, 90, 90, 200, 0, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12];
        let windows: Vec<Window<'_>> =
            lengths.iter().enumerate().map(|(owner, &tokens)| Window { owner, text: "", tokens }).collect();
        let batches = plan(&windows, 2);
        let mut seen: Vec<usize> = batches.iter().flatten().copied().collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..lengths.len()).collect::<Vec<_>>(), "no text is lost and none is embedded twice");
        for batch in &batches {
            let longest = batch.iter().map(|&window| lengths[window] + 2).max().unwrap();
            assert!(batch.len() <= BATCH_TEXTS, "at most sixteen texts");
            assert!(batch.len() == 1 || batch.len() * longest <= BATCH_TOKENS, "padding counts: {batch:?}");
        }
        assert!(batches.len() < lengths.len() / 2, "short texts share a batch");
    }
}
