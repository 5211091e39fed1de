//! Character maps: how bytes are cut into codes, and what the codes mean (letters, or glyph numbers of a collection).

use std::collections::HashMap;

use super::{
    super::content::{Operand, Tokens},
    Letters,
};

/// Most codes one range may fill.
const RANGE_LIMIT: u32 = 70_000;

/// Most codes of one map.
const CODE_LIMIT: usize = 300_000;

/// A map read from a stream.
#[derive(Debug, Default)]
pub(in super::super) struct CMap {
    /// Ranges of codes: length in bytes, first and last code.
    spaces: Vec<(usize, u32, u32)>,
    /// Codes that mean several letters.
    letters: HashMap<u32, String>,
    /// First and last code, and the letter of the first; sorted once all are read.
    letter_ranges: Vec<(u32, u32, u32)>,
    /// First and last code, and the glyph of the first.
    glyph_ranges: Vec<(u32, u32, u32)>,
    /// The map this one builds on.
    pub(super) base: Option<Vec<u8>>,
    /// True for writing from top to bottom.
    pub(super) vertical: bool,
}

impl CMap {
    pub(super) fn parse(stream: &[u8]) -> Self {
        let mut map = Self::default();
        let mut tokens = Tokens::new(stream);
        let mut operands = Vec::new();
        while let Some(operator) = tokens.next_operator(&mut operands) {
            match operator {
                b"endcodespacerange" => map.add_spaces(&operands),
                b"endbfchar" => {
                    for pair in operands.chunks_exact(2) {
                        if let (Some(code), Some(letters)) = (code(&pair[0]), letters(&pair[1])) {
                            map.put(code, letters);
                        }
                    }
                }
                b"endbfrange" => {
                    for triple in operands.chunks_exact(3) {
                        map.add_letters(triple);
                    }
                }
                b"endcidchar" => {
                    for pair in operands.chunks_exact(2) {
                        if let (Some(code), Some(glyph)) = (code(&pair[0]), pair[1].number()) {
                            map.add_glyphs(code, code, glyph as u32);
                        }
                    }
                }
                b"endcidrange" => {
                    for triple in operands.chunks_exact(3) {
                        if let (Some(first), Some(last), Some(glyph)) =
                            (code(&triple[0]), code(&triple[1]), triple[2].number())
                        {
                            map.add_glyphs(first, last, glyph as u32);
                        }
                    }
                }
                b"usecmap" => map.base = operands.last().and_then(Operand::name).map(<[u8]>::to_vec),
                b"def" => {
                    if let [.., Operand::Name(name), Operand::Number(mode)] = &operands[..]
                        && name == b"WMode"
                    {
                        map.vertical = *mode > 0.5;
                    }
                }
                _ => {}
            }
        }
        map.letter_ranges.sort_by_key(|range| range.0);
        map.glyph_ranges.sort_by_key(|range| range.0);
        map
    }

    fn add_glyphs(&mut self, first: u32, last: u32, glyph: u32) {
        if self.glyph_ranges.len() < CODE_LIMIT {
            self.glyph_ranges.push((first, last, glyph));
        }
    }

    fn add_spaces(&mut self, operands: &[Operand]) {
        for pair in operands.chunks_exact(2) {
            if let (Some(low), Some(high), Some(first), Some(last)) =
                (pair[0].text(), pair[1].text(), code(&pair[0]), code(&pair[1]))
                && low.len() == high.len()
                && (1..=4).contains(&low.len())
            {
                self.spaces.push((low.len(), first, last));
            }
        }
    }

    fn add_letters(&mut self, triple: &[Operand]) {
        let (Some(first), Some(last)) = (code(&triple[0]), code(&triple[1])) else { return };
        let last = last.min(first.saturating_add(RANGE_LIMIT));
        if let Operand::Array(values) = &triple[2] {
            for (value, code) in values.iter().zip(first..=last) {
                if let Some(letters) = letters(value) {
                    self.put(code, letters);
                }
            }
            return;
        }
        let Some(begin) = letters(&triple[2]) else { return };
        let mut units: Vec<char> = begin.chars().collect();
        let Some(last_unit) = units.pop() else { return };
        if units.is_empty() {
            self.add_letter_range(first, last, last_unit);
            return;
        }
        let head: String = units.into_iter().collect();
        for code in first..=last {
            if let Some(character) = char::from_u32(last_unit as u32 + (code - first)) {
                self.put(code, format!("{head}{character}"));
            }
        }
    }

    fn put(&mut self, code: u32, letters: String) {
        let mut characters = letters.chars();
        if let (Some(only), None) = (characters.next(), characters.next()) {
            self.add_letter_range(code, code, only);
        } else if self.letters.len() < CODE_LIMIT {
            self.letters.insert(code, letters);
        }
    }

    fn add_letter_range(&mut self, first: u32, last: u32, letter: char) {
        if self.letter_ranges.len() < CODE_LIMIT {
            self.letter_ranges.push((first, last, letter as u32));
        }
    }

    pub(super) fn letters(&self, code: u32) -> Option<Letters<'_>> {
        let several = self.letters.get(&code).map(|letters| Letters::Several(letters));
        several.or_else(|| in_ranges(&self.letter_ranges, code).and_then(char::from_u32).map(Letters::One))
    }

    /// True when no code has letters.
    pub(super) fn is_empty(&self) -> bool {
        self.letters.is_empty() && self.letter_ranges.is_empty()
    }

    pub(super) fn glyph(&self, code: u32) -> Option<u32> {
        in_ranges(&self.glyph_ranges, code)
    }

    pub(super) const fn has_spaces(&self) -> bool {
        !self.spaces.is_empty()
    }

    /// The next code and its length in bytes.
    pub(super) fn next_code(&self, bytes: &[u8]) -> (u32, usize) {
        let mut code = 0;
        for length in 1..=bytes.len().min(4) {
            code = code << 8 | u32::from(bytes[length - 1]);
            let within = |space: &(usize, u32, u32)| {
                space.0 == length
                    && (0..length).all(|byte| {
                        let shift = 8 * byte;
                        let part = code >> shift & 0xFF;
                        (space.1 >> shift & 0xFF..=space.2 >> shift & 0xFF).contains(&part)
                    })
            };
            if self.spaces.iter().any(within) {
                return (code, length);
            }
        }
        let length = self.spaces.iter().map(|space| space.0).min().unwrap_or(1).clamp(1, bytes.len().max(1));
        (number(&bytes[..length.min(bytes.len())]), length)
    }
}

/// The value of a code in sorted ranges that count up; where two begin at the same code the later one counts.
fn in_ranges(ranges: &[(u32, u32, u32)], code: u32) -> Option<u32> {
    let (first, last, value) = *ranges.get(ranges.partition_point(|range| range.0 <= code).checked_sub(1)?)?;
    (code <= last).then(|| value + (code - first))
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |code, byte| code << 8 | u32::from(*byte))
}

fn code(operand: &Operand) -> Option<u32> {
    match operand {
        Operand::Text(bytes) if (1..=4).contains(&bytes.len()) => Some(number(bytes)),
        Operand::Number(value) => Some(*value as u32),
        _ => None,
    }
}

/// UTF-16, one byte alone taken as Latin-1; what names no letter is dropped.
fn letters(operand: &Operand) -> Option<String> {
    let text = match operand {
        Operand::Text(bytes) if bytes.len() == 1 => char::from(bytes[0]).to_string(),
        Operand::Text(bytes) => {
            let units = bytes.chunks(2).map(|pair| match pair {
                [high, low] => u16::from(*high) << 8 | u16::from(*low),
                [only] => u16::from(*only),
                _ => 0,
            });
            char::decode_utf16(units).filter_map(Result::ok).collect()
        }
        Operand::Name(name) => super::encoding::letters_of_name(std::str::from_utf8(name).ok()?)?,
        _ => return None,
    };
    let text: String = text.chars().filter(|character| !matches!(character, '\0' | '\u{FFFD}' | '\u{FEFF}')).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_gives_letters_to_codes_ranges_and_lists() {
        let map = CMap::parse(
            b"1 begincodespacerange <00> <80> <8140> <9FFC> endcodespacerange
              1 beginbfchar <01> <00660066> endbfchar
              2 beginbfrange <10> <12> <0041> <8140> <8141> [<4E00> <4E8C>] endbfrange
              1 begincidrange <20> <2F> 100 endcidrange",
        );
        assert_eq!(map.letters(1), Some(Letters::Several("ff")), "one code may be several letters");
        assert_eq!(map.letters(0x12), Some(Letters::One('C')), "ranges count up");
        assert_eq!(map.letters(0x8141), Some(Letters::One('二')), "lists name each letter");
        assert_eq!(map.glyph(0x21), Some(101));
        assert_eq!(map.next_code(&[0x81, 0x41, 0x20]), (0x8141, 2), "codes have the length of their range");
        assert_eq!(map.next_code(&[0x41]), (0x41, 1));
    }
}
