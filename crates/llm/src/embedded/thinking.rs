//! Keeps what a thinking model thinks out of its answer: the span between the marks at the answer's beginning.
//!
//! Works on bytes as they come, because a mark may be cut anywhere between tokens. Marks further on are the answer's own.

/// How models mark their thinking.
const MARKS: [(&[u8], &[u8]); 3] =
    [(b"<think>", b"</think>"), (b"<thinking>", b"</thinking>"), (b"[THINK]", b"[/THINK]")];
/// What a template that has a switch for thinking writes when it is off: a span with nothing in it.
pub(crate) const EMPTY_SPAN: &str = "<think>\n\n</think>\n\n";

/// Where the answer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but white space and perhaps the beginning of a mark.
    Opening,
    /// Inside the span; ends with this mark.
    Thinking(&'static [u8]),
    /// The span is over, white space after it is not part of the answer.
    Closed,
    /// Everything belongs to the answer.
    Answer,
}

/// Takes bytes and gives those of the answer.
#[derive(Debug)]
pub(crate) struct ThinkingFilter {
    state: State,
    held: Vec<u8>,
}

impl ThinkingFilter {
    /// For an answer that begins after this prompt, which may have opened the span already.
    pub(crate) fn after(prompt: &str) -> Self {
        let end = prompt.trim_end().as_bytes();
        let opened = MARKS.iter().find(|(open, _)| end.ends_with(open)).map(|(_, close)| *close);
        Self { state: opened.map_or(State::Opening, State::Thinking), held: Vec::new() }
    }

    /// For an answer that cannot think, such as one with a schema.
    pub(crate) const fn off() -> Self {
        Self { state: State::Answer, held: Vec::new() }
    }

    /// True while a mark may follow, so that tokens have to be rendered with their marks.
    pub(crate) fn is_watching(&self) -> bool {
        matches!(self.state, State::Opening | State::Thinking(_))
    }

    /// Takes the next token's bytes, and gives those that are certain to be the answer's.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.state == State::Answer {
            return bytes.to_vec();
        }
        self.held.extend_from_slice(bytes);
        if self.state == State::Opening {
            let text = self.held.trim_ascii_start();
            if let Some((open, close)) = MARKS.iter().find(|(open, _)| text.starts_with(open)) {
                let inside = self.held.len() - text.len() + open.len();
                self.held.drain(..inside);
                self.state = State::Thinking(close);
            } else if MARKS.iter().any(|(open, _)| open.starts_with(text)) {
                return Vec::new();
            } else {
                self.state = State::Answer;
            }
        }
        if let State::Thinking(close) = self.state {
            if let Some(position) = self.held.windows(close.len()).position(|window| window == close) {
                self.held.drain(..position + close.len());
                self.state = State::Closed;
            } else {
                // Only what may be the beginning of the mark is needed again.
                let surplus = self.held.len().saturating_sub(close.len() - 1);
                self.held.drain(..surplus);
                return Vec::new();
            }
        }
        if self.state == State::Closed {
            let white = self.held.len() - self.held.trim_ascii_start().len();
            self.held.drain(..white);
            if self.held.is_empty() {
                return Vec::new();
            }
            self.state = State::Answer;
        }
        std::mem::take(&mut self.held)
    }

    /// The rest, when no token follows: what looked like a mark and was none. Unfinished thinking is no answer.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let held = std::mem::take(&mut self.held);
        if self.state == State::Opening { held } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(mut filter: ThinkingFilter, pieces: &[&str]) -> String {
        let mut bytes: Vec<u8> = pieces.iter().flat_map(|piece| filter.push(piece.as_bytes())).collect();
        bytes.extend(filter.finish());
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn thinking_is_left_out_however_the_marks_are_cut() {
        let whole = "<think>\nThe user wants a greeting. a < b </thin\n</think>\n\nGood morning <b>you</b>";
        for size in 1..=whole.len() {
            let pieces: Vec<&str> =
                whole.as_bytes().chunks(size).map(|piece| std::str::from_utf8(piece).unwrap()).collect();
            assert_eq!(answer(ThinkingFilter::after(""), &pieces), "Good morning <b>you</b>", "in pieces of {size}");
        }
    }

    #[test]
    fn only_a_span_at_the_beginning_is_thinking() {
        let cases = [
            ("plain text stays", "Good morning", "Good morning"),
            ("white space before a plain answer stays", "\n Good morning", "\n Good morning"),
            (
                "a mark in the middle is the answer's own",
                "Use <think> and </think> here",
                "Use <think> and </think> here",
            ),
            ("something like a mark stays", "<thin ice>", "<thin ice>"),
            ("half a mark at the end stays", "<thi", "<thi"),
            ("an empty span", "<think></think>Yes", "Yes"),
            ("white space before the mark", " \n<think>x</think>Yes", "Yes"),
            ("a longer mark is not taken for the shorter", "<thinking>x</think>y</thinking> Yes", "Yes"),
            ("another family's marks", "[THINK]x[/THINK]Yes", "Yes"),
            ("thinking that never ends is no answer", "<think>and so on", ""),
            ("a second span is the answer's own", "<think>a</think>b<think>c</think>", "b<think>c</think>"),
        ];
        for (name, text, expected) in cases {
            let pieces: Vec<String> = text.chars().map(String::from).collect();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            assert_eq!(answer(ThinkingFilter::after("<|im_start|>assistant\n"), &pieces), expected, "{name}");
            assert_eq!(answer(ThinkingFilter::after(""), &[text]), expected, "{name}, in one piece");
        }
    }

    #[test]
    fn a_span_that_the_prompt_opened_is_thinking_too() {
        let filter = ThinkingFilter::after("<|Assistant|><think>\n");
        assert_eq!(answer(filter, &["so ", "be it</th", "ink>", "\n\n", "Yes"]), "Yes");
        let filter = ThinkingFilter::after(&format!("<|im_start|>assistant\n{EMPTY_SPAN}"));
        assert_eq!(answer(filter, &["Yes"]), "Yes", "a span that the prompt closed is over");
    }

    #[test]
    fn an_answer_that_cannot_think_is_given_as_it_comes() {
        assert_eq!(answer(ThinkingFilter::off(), &["<think>", "x"]), "<think>x");
    }
}
