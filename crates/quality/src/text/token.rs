//! The one tokeniser: words with their place in the text.

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    /// As written.
    pub(crate) text: &'a str,
    /// Lower case with straight apostrophes.
    pub(crate) lower: String,
    /// Byte at which it begins.
    pub(crate) start: usize,
    /// One past its last byte.
    pub(crate) end: usize,
    /// A mark that ends a clause stands between this word and the one before.
    pub(crate) after_break: bool,
}

impl Token<'_> {
    /// True when it begins with a capital letter.
    pub(crate) fn is_capitalised(&self) -> bool {
        self.text.starts_with(char::is_uppercase)
    }
}

fn joins(mark: char, before: char, after: Option<char>) -> bool {
    let Some(after) = after else { return false };
    match mark {
        '\'' | '’' | '-' | '‑' | '_' => before.is_alphanumeric() && after.is_alphanumeric(),
        '.' | '@' | ':' => before.is_alphanumeric() && after.is_alphanumeric() && !after.is_whitespace(),
        ',' => before.is_ascii_digit() && after.is_ascii_digit(),
        '&' => before.is_uppercase() && after.is_uppercase(),
        _ => false,
    }
}

fn spans(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut characters = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, mut last) = characters.by_ref().find(|(_, character)| character.is_alphanumeric())?;
        let mut end = start + last.len_utf8();
        while let Some(&(at, character)) = characters.peek() {
            if character.is_alphanumeric() || is_mark(character) {
                last = character;
            } else if !joins(character, last, text[at + character.len_utf8()..].chars().next()) {
                break;
            }
            end = at + character.len_utf8();
            characters.next();
        }
        Some((start, end))
    })
}

/// Combining marks belong to the letter before them.
fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}

/// The words of a text in order.
pub(crate) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut before = 0;
    spans(text)
        .map(|(start, end)| {
            let word = &text[start..end];
            let after_break = text[before..start].contains([',', ';', ':', '.', '!', '?', '(', ')', '—', '–', '\n']);
            before = end;
            Token { text: word, lower: lower(word), start, end, after_break }
        })
        .collect()
}

/// How many words there are.
pub(crate) fn count(text: &str) -> usize {
    spans(text).count()
}

fn lower(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    word.chars()
        .flat_map(char::to_lowercase)
        .map(|character| match character {
            '’' => '\'',
            '‑' => '-',
            other => other,
        })
        .collect()
}
