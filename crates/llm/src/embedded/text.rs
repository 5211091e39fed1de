//! Joins the bytes of tokens into text: whole characters only, and nothing from a stop string on.
//!
//! What was given out never has to be taken back: text that could still become a stop string is held until it cannot.

/// Collects bytes and gives out text.
#[derive(Debug, Default)]
pub(crate) struct TextJoiner {
    stop: Vec<String>,
    bytes: Vec<u8>,
    held: String,
    stopped: bool,
}

impl TextJoiner {
    /// Ends before the first of the stop strings; empty ones are left out.
    pub(crate) fn new(stop: &[String]) -> Self {
        Self { stop: stop.iter().filter(|text| !text.is_empty()).cloned().collect(), ..Self::default() }
    }

    /// Takes the next token's bytes, and gives the text that is certain now, which may be empty.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        if self.stopped {
            return String::new();
        }
        self.bytes.extend_from_slice(bytes);
        let whole = self.take_whole_characters();
        self.held.push_str(&whole);
        self.release(false)
    }

    /// True when a stop string was met; nothing more will come.
    pub(crate) const fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The rest, when no token follows. Half a character becomes U+FFFD.
    pub(crate) fn finish(&mut self) -> String {
        if self.stopped {
            return String::new();
        }
        let rest = std::mem::take(&mut self.bytes);
        self.held.push_str(&String::from_utf8_lossy(&rest));
        self.release(true)
    }

    fn take_whole_characters(&mut self) -> String {
        let mut text = String::new();
        loop {
            match std::str::from_utf8(&self.bytes) {
                Ok(valid) => {
                    text.push_str(valid);
                    self.bytes.clear();
                    return text;
                }
                Err(error) => {
                    let valid = error.valid_up_to();
                    text.push_str(&String::from_utf8_lossy(&self.bytes[..valid]));
                    let Some(bad) = error.error_len() else {
                        self.bytes.drain(..valid);
                        return text;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    self.bytes.drain(..valid + bad);
                }
            }
        }
    }

    fn release(&mut self, last: bool) -> String {
        let first = self.stop.iter().filter_map(|stop| self.held.find(stop.as_str())).min();
        if let Some(position) = first {
            self.stopped = true;
            self.held.truncate(position);
            return std::mem::take(&mut self.held);
        }
        if last {
            return std::mem::take(&mut self.held);
        }
        let keep = self.stop.iter().map(|stop| overlap(&self.held, stop)).max().unwrap_or(0);
        let rest = self.held.split_off(self.held.len() - keep);
        std::mem::replace(&mut self.held, rest)
    }
}

/// Bytes at the end of `text` that are a beginning of `stop`.
fn overlap(text: &str, stop: &str) -> usize {
    let longest = stop.len().min(text.len());
    (1..=longest)
        .rev()
        .filter(|length| stop.is_char_boundary(*length) && text.is_char_boundary(text.len() - length))
        .find(|length| text.ends_with(&stop[..*length]))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(stop: &[&str], pieces: &[&[u8]]) -> (Vec<String>, String) {
        let stop: Vec<String> = stop.iter().map(|text| (*text).to_owned()).collect();
        let mut joiner = TextJoiner::new(&stop);
        let given: Vec<String> = pieces.iter().map(|piece| joiner.push(piece)).collect();
        let rest = joiner.finish();
        (given, rest)
    }

    #[test]
    fn a_character_cut_between_tokens_is_given_whole() {
        let bytes = "é👩".as_bytes();
        let pieces: Vec<&[u8]> = bytes.chunks(1).collect();
        let (given, rest) = joined(&[], &pieces);
        assert_eq!(given, ["", "é", "", "", "", "👩"]);
        assert_eq!(rest, "");
    }

    #[test]
    fn bytes_that_are_no_text_become_one_mark_each_and_stop_nothing() {
        let (given, rest) = joined(&[], &[b"a\xff\xfeb", b"\xc3", b"("]);
        assert_eq!(given.concat() + &rest, "a\u{fffd}\u{fffd}b\u{fffd}(");
    }

    #[test]
    fn half_a_character_at_the_end_is_marked() {
        let (given, rest) = joined(&[], &[b"ok\xf0\x9f"]);
        assert_eq!((given.concat().as_str(), rest.as_str()), ("ok", "\u{fffd}"));
    }

    #[test]
    fn text_ends_before_the_first_stop_string_wherever_it_is_cut() {
        type Pieces = &'static [&'static [u8]];
        let cases: [(&[&str], Pieces, &str); 6] = [
            (&["\n\n"], &[b"one\n", b"\ntwo"], "one"),
            (&["END"], &[b"aE", b"N", b"D b"], "a"),
            (&["END"], &[b"aE", b"N", b"X b"], "aENX b"),
            (&["b", "ab"], &[b"xxab"], "xx"),
            (&["aab"], &[b"a", b"a", b"a", b"b"], "a"),
            (&["", "ü!"], &[b"gr\xc3\xbc", b"!"], "gr"),
        ];
        for (stop, pieces, expected) in cases {
            let (given, rest) = joined(stop, pieces);
            assert_eq!(given.concat() + &rest, expected, "stop {stop:?}, pieces {pieces:?}");
        }
    }

    #[test]
    fn nothing_is_held_that_cannot_become_a_stop_string() {
        let (given, _) = joined(&["STOP"], &[b"word ", b"S", b"T", b"A"]);
        assert_eq!(given, ["word ", "", "", "STA"]);
    }
}
