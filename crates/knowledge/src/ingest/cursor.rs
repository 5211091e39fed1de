//! Cuts a text by character offsets.

/// Goes forward and backward without counting from the beginning each time.
pub(super) struct Cursor<'text> {
    text: &'text str,
    character: u32,
    byte: usize,
}

impl<'text> Cursor<'text> {
    pub(super) const fn new(text: &'text str) -> Self {
        Self { text, character: 0, byte: 0 }
    }

    /// The text between two offsets; `None` when they are not inside it or in the wrong order.
    pub(super) fn slice(&mut self, start: u32, end: u32) -> Option<&'text str> {
        if start < self.character {
            (self.character, self.byte) = (0, 0);
        }
        let from = self.seek(start)?;
        (self.character, self.byte) = (start, from);
        let to = self.seek(end)?;
        self.text.get(from..to)
    }

    fn seek(&self, character: u32) -> Option<usize> {
        let distance = character.checked_sub(self.character)? as usize;
        let rest = self.text.get(self.byte..)?;
        match rest.char_indices().nth(distance) {
            Some((offset, _)) => Some(self.byte + offset),
            None if rest.chars().count() == distance => Some(self.text.len()),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_characters_in_any_order() {
        let mut cursor = Cursor::new("Zoë naïve 東京!");
        for ((start, end), expected) in [
            ((0, 3), Some("Zoë")),
            ((4, 9), Some("naïve")),
            ((10, 13), Some("東京!")),
            ((1, 2), Some("o")),
            ((13, 13), Some("")),
            ((10, 14), None),
            ((5, 4), None),
        ] {
            assert_eq!(cursor.slice(start, end), expected, "{start}..{end}");
        }
    }
}
