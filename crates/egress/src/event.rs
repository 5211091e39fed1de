//! Server-sent events: cuts the bytes of a stream into events, whatever their line ends.
//!
//! Comments keep a connection alive and are no events. An event that the end of the stream cuts off is given as far as it
//! came; whether an answer is complete is for its reader to know.

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerEvent {
    /// Its name; empty when the server gave none.
    pub name: String,
    /// Its data, lines joined by line feeds; usually JSON.
    pub data: Vec<u8>,
}

/// An event that is being read.
#[derive(Debug, Default)]
pub(crate) struct EventReader {
    event: ServerEvent,
    has_data: bool,
}

impl EventReader {
    /// Takes one line without its line end, and gives the event that it completes.
    pub(crate) fn push(&mut self, line: &[u8]) -> Option<ServerEvent> {
        if line.is_empty() {
            return self.finish();
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(0) => return None,
            Some(colon) => (&line[..colon], line[colon + 1..].strip_prefix(b" ").unwrap_or(&line[colon + 1..])),
            None => (line, &b""[..]),
        };
        match field {
            b"event" => self.event.name = String::from_utf8_lossy(value).into_owned(),
            b"data" => {
                if self.has_data {
                    self.event.data.push(b'\n');
                }
                self.has_data = true;
                self.event.data.extend_from_slice(value);
            }
            _ => {}
        }
        None
    }

    /// What there is of an event when nothing more comes.
    pub(crate) fn finish(&mut self) -> Option<ServerEvent> {
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }

    /// Bytes held.
    pub(crate) const fn held_bytes(&self) -> usize {
        self.event.data.len() + self.event.name.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case = (&'static [&'static str], &'static [(&'static str, &'static str)]);

    fn events(lines: &[&str]) -> Vec<(String, String)> {
        let mut reader = EventReader::default();
        let mut events: Vec<_> = lines.iter().filter_map(|line| reader.push(line.as_bytes())).collect();
        events.extend(reader.finish());
        events.into_iter().map(|event| (event.name, String::from_utf8(event.data).unwrap())).collect()
    }

    #[test]
    fn fields_are_read_as_the_standard_says() {
        let cases: [Case; 6] = [
            (&["data: a", ""], &[("", "a")]),
            (&["event: x", "data:a", "data: b", ""], &[("x", "a\nb")]),
            (&[": ping", "", "data: a", ": ping", "", ""], &[("", "a")]),
            (&["id: 7", "retry: 10", "event: lonely", "", "data: a", ""], &[("", "a")]),
            (&["data", ""], &[("", "")]),
            (&["data: cut"], &[("", "cut")]),
        ];
        for (lines, expected) in cases {
            let expected: Vec<_> =
                expected.iter().map(|(name, data)| ((*name).to_owned(), (*data).to_owned())).collect();
            assert_eq!(events(lines), expected, "from {lines:?}");
        }
    }
}
