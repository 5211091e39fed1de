//! How many tokens a conversation has when the tokenizer is on the other side: bounds, not counts.

use crate::chat::Message;

/// Role names and marks of a chat template; the longest in use take seven.
const TEMPLATE_TOKENS_PER_MESSAGE: u32 = 8;

/// More tokens than any vocabulary in use makes of the conversation in practice; budgets are planned with it.
pub(crate) fn upper_bound(messages: &[Message]) -> u32 {
    let tokens: u32 =
        messages.iter().map(|message| TEMPLATE_TOKENS_PER_MESSAGE + upper_bound_of(&message.content)).sum();
    tokens + TEMPLATE_TOKENS_PER_MESSAGE
}

/// Latin words come in pieces of three letters at the shortest on average, digits and marks one by one, letters beyond
/// ASCII up to two tokens each, symbols such as emoji up to three.
pub(crate) fn upper_bound_of(text: &str) -> u32 {
    let mut thirds = 0_u32;
    for character in text.chars() {
        thirds = thirds.saturating_add(match character {
            'a'..='z' | 'A'..='Z' | ' ' => 1,
            character if character.is_ascii() => 3,
            character if character.is_alphabetic() => 6,
            _ => 9,
        });
    }
    thirds.div_ceil(3)
}

/// Fewer tokens than any vocabulary makes of it: no token reaches across a white space from word to word.
pub(crate) fn lower_bound(messages: &[Message]) -> u32 {
    messages.iter().map(|message| message.content.split_whitespace().count() as u32).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_real_tokenizers_lie_between_the_bounds() {
        // Counted with the vocabulary of SmolLM2, 49 thousand entries, small for today's models.
        let cases = [
            ("Hello", 1),
            ("The quick brown fox jumps over the lazy dog.", 10),
            ("In 2024 we sold 1,250 loaves for $3.50 each.", 24),
            ("Donaudampfschifffahrtsgesellschaft", 14),
        ];
        for (text, counted) in cases {
            let messages = [Message::user(text)];
            assert!(lower_bound(&messages) <= counted, "{text}: {} is not below {counted}", lower_bound(&messages));
            assert!(upper_bound(&messages) >= counted, "{text}: {} is not above {counted}", upper_bound(&messages));
        }
    }

    #[test]
    fn half_of_a_long_text_is_below_the_lower_bound_of_the_whole() {
        let text = "our shop sells bread and cakes to all people in town ".repeat(300);
        let sent = lower_bound(&[Message::user(text.as_str())]);
        // Plain English has about 1.3 tokens a word; a server that cuts keeps half.
        let seen = (f64::from(sent) * 1.3 / 2.0) as u32;
        assert!(seen < sent, "a prompt cut in half must be noticed: {seen} of {sent}");
    }
}
