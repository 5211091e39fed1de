//! Keeps thinking that a server left at the head of an answer out of the answer.
//!
//! Some models write `<think>…</think>` first, and servers that do not know the model pass it on. An answer that begins
//! otherwise is given as it comes.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Takes pieces of an answer and gives those that are not thinking.
#[derive(Debug, Default)]
pub(crate) struct ThoughtFilter {
    state: State,
    held: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// Whether it begins with a thought is not known yet.
    #[default]
    Beginning,
    Thinking,
    /// White space after a thought belongs to it.
    AfterThought,
    Answering,
}

impl ThoughtFilter {
    /// The text that is certain now; nothing is given twice.
    pub(crate) fn push(&mut self, piece: &str) -> String {
        if self.state == State::Answering {
            return piece.to_owned();
        }
        self.held.push_str(piece);
        if self.state == State::Beginning {
            let text = self.held.trim_start();
            if text.starts_with(OPEN) {
                self.state = State::Thinking;
            } else if text.len() < OPEN.len() && OPEN.starts_with(text) {
                return String::new();
            } else {
                self.state = State::Answering;
            }
        }
        if self.state == State::Thinking {
            let Some(end) = self.held.find(CLOSE) else { return String::new() };
            self.held.drain(..end + CLOSE.len());
            self.state = State::AfterThought;
        }
        if self.state == State::AfterThought {
            let space = self.held.len() - self.held.trim_start().len();
            self.held.drain(..space);
            if self.held.is_empty() {
                return String::new();
            }
            self.state = State::Answering;
        }
        std::mem::take(&mut self.held)
    }

    /// The rest, when nothing more comes: what only looked like the beginning of a thought. A thought that never ended is
    /// not part of the answer.
    pub(crate) fn finish(&mut self) -> String {
        let rest = std::mem::take(&mut self.held);
        if self.state == State::Beginning { rest } else { String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thought_at_the_head_is_left_out_however_it_is_cut() {
        let cases = [
            ("Rye bread", "Rye bread"),
            ("<think>Hm.</think>\n\nRye", "Rye"),
            (" \n<think>\nHm </thin </think> Rye <think>x</think>", "Rye <think>x</think>"),
            ("<think></think>Rye", "Rye"),
            ("<thin", "<thin"),
            ("<thinking> is a word", "<thinking> is a word"),
            ("<b>Rye</b>", "<b>Rye</b>"),
            ("  Rye", "  Rye"),
            ("<think>never ends", ""),
            ("", ""),
        ];
        for (text, expected) in cases {
            for size in [1, 2, 5, 100] {
                let mut filter = ThoughtFilter::default();
                let pieces: Vec<char> = text.chars().collect();
                let mut answer: String =
                    pieces.chunks(size).map(|piece| filter.push(&piece.iter().collect::<String>())).collect();
                answer.push_str(&filter.finish());
                assert_eq!(answer, expected, "{text:?} in pieces of {size}");
            }
        }
    }
}
