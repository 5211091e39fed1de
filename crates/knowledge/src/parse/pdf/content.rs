//! Content streams and character maps cut into operators with their operands: one pass, bounded nesting, never an error.

/// Deepest array or dictionary that is kept; deeper ones are read and dropped.
const DEPTH_LIMIT: usize = 8;

/// Most operands kept for one operator. A section of a character map has at most a few hundred.
const OPERAND_LIMIT: usize = 20_000;

/// A value before an operator.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// A number.
    Number(f64),
    /// A name without its stroke.
    Name(Vec<u8>),
    /// A string of either notation, escapes resolved.
    Text(Vec<u8>),
    /// An array; arrays nested too deep are empty.
    Array(Vec<Operand>),
    /// Names and values of a dictionary, flat.
    Dictionary(Vec<Operand>),
    /// Truth values and null.
    Other,
}

impl Operand {
    pub(super) const fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(super) fn text(&self) -> Option<&[u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    /// A value of a dictionary.
    pub(super) fn value(&self, key: &[u8]) -> Option<&Self> {
        let Self::Dictionary(entries) = self else { return None };
        entries.chunks_exact(2).find(|entry| entry[0].name() == Some(key)).map(|entry| &entry[1])
    }
}

/// Walks through a stream.
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

enum Token {
    Value(Operand),
    Operator(usize, usize),
    ArrayEnd,
    DictionaryEnd,
    End,
}

impl<'a> Tokens<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next operator; what stands before it is left in `operands`.
    pub(super) fn next_operator(&mut self, operands: &mut Vec<Operand>) -> Option<&'a [u8]> {
        operands.clear();
        loop {
            match self.token(0) {
                Token::Value(value) => {
                    if operands.len() < OPERAND_LIMIT {
                        operands.push(value);
                    }
                }
                Token::Operator(start, end) => {
                    let operator = &self.bytes[start..end];
                    if operator == b"ID" {
                        self.skip_picture();
                    }
                    return Some(operator);
                }
                Token::ArrayEnd | Token::DictionaryEnd => {}
                Token::End => return None,
            }
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn token(&mut self, depth: usize) -> Token {
        loop {
            let Some(&byte) = self.bytes.get(self.at) else { return Token::End };
            match byte {
                b'%' => {
                    while self.bytes.get(self.at).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
                        self.at += 1;
                    }
                }
                b'/' => return Token::Value(Operand::Name(self.name())),
                b'(' => return Token::Value(Operand::Text(self.literal())),
                b'<' if self.peek(1) == b'<' => {
                    self.at += 2;
                    return Token::Value(Operand::Dictionary(self.collect(depth, false)));
                }
                b'<' => return Token::Value(Operand::Text(self.hexadecimal())),
                b'>' if self.peek(1) == b'>' => {
                    self.at += 2;
                    return Token::DictionaryEnd;
                }
                b'[' => {
                    self.at += 1;
                    return Token::Value(Operand::Array(self.collect(depth, true)));
                }
                b']' => {
                    self.at += 1;
                    return Token::ArrayEnd;
                }
                b'+' | b'-' | b'.' | b'0'..=b'9' => {
                    if let Some(number) = self.number() {
                        return Token::Value(Operand::Number(number));
                    }
                }
                // Brackets of PostScript procedures and lost closing ones part tokens as white space does.
                0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ' | b'{' | b'}' | b')' | b'>' => self.at += 1,
                _ => return self.word(),
            }
        }
    }

    /// Values up to the closing bracket. Too deep, they are left to the level above, which drops them as operands.
    fn collect(&mut self, depth: usize, array: bool) -> Vec<Operand> {
        let mut values = Vec::new();
        if depth >= DEPTH_LIMIT {
            return values;
        }
        loop {
            let before = self.at;
            match self.token(depth + 1) {
                Token::Value(value) => {
                    if values.len() < OPERAND_LIMIT {
                        values.push(value);
                    }
                }
                Token::ArrayEnd if array => return values,
                Token::DictionaryEnd if !array => return values,
                Token::ArrayEnd | Token::DictionaryEnd => {}
                // A bracket that is never closed: the operator is given back. Others stand in arrays by mistake.
                Token::Operator(start, end) => {
                    if matches!(&self.bytes[start..end], b"TJ" | b"Tj" | b"ET" | b"BT" | b"Tf" | b"endbfrange" | b"BDC")
                    {
                        self.at = before;
                        return values;
                    }
                }
                Token::End => return values,
            }
        }
    }

    fn word(&mut self) -> Token {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(|byte| is_regular(*byte)) {
            self.at += 1;
        }
        match &self.bytes[start..self.at] {
            b"true" | b"false" | b"null" => Token::Value(Operand::Other),
            _ => Token::Operator(start, self.at),
        }
    }

    fn name(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut name = Vec::new();
        while let Some(&byte) = self.bytes.get(self.at).filter(|byte| is_regular(**byte)) {
            self.at += 1;
            if byte == b'#'
                && let (Some(high), Some(low)) = (hex(self.peek(0)), hex(self.peek(1)))
            {
                name.push(high * 16 + low);
                self.at += 2;
            } else {
                name.push(byte);
            }
        }
        name
    }

    /// Accepts what producers write: `--5`, `5-3`, `1.2.3`.
    fn number(&mut self) -> Option<f64> {
        let (mut value, mut scale, mut negative, mut digits) = (0.0_f64, 0.0_f64, false, false);
        let start = self.at;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'0'..=b'9' => {
                    digits = true;
                    let digit = f64::from(byte - b'0');
                    if scale > 0.0 {
                        value += digit * scale;
                        scale /= 10.0;
                    } else {
                        value = value * 10.0 + digit;
                    }
                }
                b'.' if scale == 0.0 => scale = 0.1,
                b'-' if !digits && scale == 0.0 => negative = true,
                b'+' if self.at == start => {}
                // What follows the second point or an inner sign means nothing.
                b'.' | b'-' => {}
                _ => break,
            }
            self.at += 1;
        }
        if !digits && self.at == start + 1 && self.bytes.get(self.at).is_some_and(|byte| is_regular(*byte)) {
            return None;
        }
        let value = if value.is_finite() { value.min(1e12) } else { 0.0 };
        Some(if negative { -value } else { value })
    }

    fn literal(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut text = Vec::new();
        let mut open = 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'(' => {
                    open += 1;
                    text.push(byte);
                }
                b')' => {
                    open -= 1;
                    if open == 0 {
                        break;
                    }
                    text.push(byte);
                }
                b'\\' => self.escape(&mut text),
                _ => text.push(byte),
            }
        }
        text
    }

    fn escape(&mut self, text: &mut Vec<u8>) {
        let byte = self.peek(0);
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\r' if self.peek(0) == b'\n' => self.at += 1,
            b'\r' | b'\n' => {}
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    if let digit @ b'0'..=b'7' = self.peek(0) {
                        value = value * 8 + u32::from(digit - b'0');
                        self.at += 1;
                    }
                }
                text.push((value & 0xFF) as u8);
            }
            other => text.push(other),
        }
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut text = Vec::new();
        let mut half = None;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            if byte == b'>' {
                break;
            }
            let Some(digit) = hex(byte) else { continue };
            half = match half {
                None => Some(digit),
                Some(high) => {
                    text.push(high * 16 + digit);
                    None
                }
            };
        }
        if let Some(high) = half {
            text.push(high * 16);
        }
        text
    }

    /// Goes past the data of a picture inside the stream: to an `EI` that stands alone and is followed by text.
    fn skip_picture(&mut self) {
        let mut at = self.at;
        while at + 2 < self.bytes.len() {
            let alone = self.bytes[at].is_ascii_whitespace()
                && &self.bytes[at + 1..at + 3] == b"EI"
                && self.bytes.get(at + 3).is_none_or(|byte| !is_regular(*byte) || *byte == 0);
            let plain = || self.bytes[at + 3..].iter().take(12).all(|byte| byte.is_ascii() && *byte >= 9);
            if alone && plain() {
                self.at = at + 3;
                return;
            }
            at += 1;
        }
        self.at = self.bytes.len();
    }
}

const fn is_regular(byte: u8) -> bool {
    !matches!(
        byte,
        0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ' | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

const fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_come_with_what_stands_before_them() {
        let mut tokens =
            Tokens::new(b"/F1 12 Tf [(a\\051)-250<4142>] TJ % note\n<</A (x)>> BDC BI /W 1 ID \x01\x02EI\xff EI Q");
        let mut operands = Vec::new();
        assert_eq!(tokens.next_operator(&mut operands), Some(b"Tf".as_slice()));
        assert_eq!(operands, [Operand::Name(b"F1".to_vec()), Operand::Number(12.0)]);
        assert_eq!(tokens.next_operator(&mut operands), Some(b"TJ".as_slice()));
        let wanted = vec![Operand::Text(b"a)".to_vec()), Operand::Number(-250.0), Operand::Text(b"AB".to_vec())];
        assert_eq!(operands, [Operand::Array(wanted)], "escapes and hexadecimal strings are resolved");
        assert_eq!(tokens.next_operator(&mut operands), Some(b"BDC".as_slice()));
        assert_eq!(operands[0].value(b"A"), Some(&Operand::Text(b"x".to_vec())), "a dictionary is one operand");
        for wanted in [b"BI".as_slice(), b"ID", b"Q"] {
            assert_eq!(tokens.next_operator(&mut operands), Some(wanted), "the picture's bytes are no operators");
        }
        assert_eq!(tokens.next_operator(&mut operands), None);
    }

    #[test]
    fn nesting_without_end_is_read_in_one_pass() {
        let deep = vec![b'['; 300_000];
        assert_eq!(Tokens::new(&deep).next_operator(&mut Vec::new()), None, "depth must not use up the stack");
        let strange = b"1..2 --3 +4 .5 6-7 w";
        let mut operands = Vec::new();
        Tokens::new(strange).next_operator(&mut operands);
        let numbers: Vec<f64> = operands.iter().filter_map(Operand::number).collect();
        assert_eq!(numbers.len(), 5, "what producers write for numbers is taken as one: {numbers:?}");
        assert!((numbers[3] - 0.5).abs() < 1e-9 && (numbers[1] + 3.0).abs() < 1e-9);
    }
}
