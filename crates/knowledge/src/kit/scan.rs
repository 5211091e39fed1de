//! A line as items: words, terms that its author set off, and marks.

use super::{line::Line, rules::Vocabulary};

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemKind {
    Word,
    /// Set off by emphasis or quotation marks.
    Term {
        strong: bool,
    },
    Mark(char),
}

/// One item with its place in the line, in characters.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) kind: ItemKind,
    pub(super) text: String,
    /// Lower case with straight apostrophes.
    pub(super) lower: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Item {
    pub(super) fn is_term(&self) -> bool {
        matches!(self.kind, ItemKind::Term { .. })
    }

    pub(super) fn is_strong(&self) -> bool {
        self.kind == ItemKind::Term { strong: true }
    }

    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == ItemKind::Mark(mark)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == ItemKind::Word && self.lower == word
    }

    pub(super) fn is_one_of<S: AsRef<str>>(&self, words: &[S]) -> bool {
        self.kind == ItemKind::Word && words.iter().any(|word| word.as_ref() == self.lower)
    }

    pub(super) fn ends_sentence(&self) -> bool {
        matches!(self.kind, ItemKind::Mark('.' | '!' | '?' | '\n'))
    }
}

/// Words a term has at most.
pub(super) const TERM_WORDS: usize = 6;
const TERM_CHARACTERS: usize = 60;

/// The items of a line in order. Terms do not overlap.
pub(super) fn scan(line: &Line, words: &Vocabulary) -> Vec<Item> {
    let text = &line.text;
    let mut items = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let character = text[at];
        if let Some(mark) = line.marked.iter().find(|mark| mark.start == at)
            && let Some(item) =
                term(text, mark.start, mark.end, mark.strong).filter(|item| is_spoken_of(item, &items, words))
        {
            at = mark.end;
            items.push(item);
        } else if let Some(end) = quoted(text, at) {
            match term(text, at + 1, end, false).filter(|item| is_spoken_of(item, &items, words)) {
                Some(item) => {
                    items.push(item);
                    at = end + 1;
                }
                None => at += 1,
            }
        } else if character.is_whitespace() {
            at += 1;
        } else if character.is_alphanumeric() {
            let end = word_end(text, at);
            items.push(item(ItemKind::Word, text, at, end));
            at = end;
        } else if matches!(character, '%' | '&' | '#' | '@') {
            items.push(item(ItemKind::Word, text, at, at + 1));
            at += 1;
        } else {
            items.push(item(ItemKind::Mark(character), text, at, at + 1));
            at += 1;
        }
    }
    items
}

fn item(kind: ItemKind, text: &[char], start: usize, end: usize) -> Item {
    let text: String = text[start..end].iter().collect();
    let lower = text.to_lowercase().replace(['’', '‘'], "'");
    Item { kind, text, lower, start, end }
}

/// The stretch as a term without the quotation and closing marks around it; `None` when it is too long to be one or is
/// only stressed.
fn term(text: &[char], start: usize, end: usize, strong: bool) -> Option<Item> {
    let around = |character: char| {
        character.is_whitespace()
            || matches!(character, '"' | '“' | '”' | '„' | '‘' | '’' | '«' | '»' | '`' | ',' | ';' | ':' | '!')
    };
    let (mut start, mut end) = (start, end.min(text.len()));
    while start < end && around(text[start]) {
        start += 1;
    }
    while end > start && (around(text[end - 1]) || text[end - 1] == '.' && !dotted(&text[start..end])) {
        end -= 1;
    }
    let inner: String = text[start..end].iter().collect();
    let words = inner.split_whitespace().count();
    let telling = inner.chars().any(char::is_alphanumeric) || matches!(inner.as_str(), "&" | "%");
    if !telling || words > TERM_WORDS || inner.chars().count() > TERM_CHARACTERS || inner.contains(['?', '!', '\n']) {
        return None;
    }
    Some(item(ItemKind::Term { strong }, text, start, end))
}

/// A word of stress is spoken of only behind a verb of use or in a row of terms: `use _use_`, `_run_ or _do_`.
fn is_spoken_of(item: &Item, before: &[Item], words: &Vocabulary) -> bool {
    if !words.stressed.has(&item.lower) {
        return true;
    }
    let [.., first, last] = before else {
        return before.last().is_some_and(|last| last.is_one_of(&words.spoken_after));
    };
    last.is_one_of(&words.spoken_after) || first.is_term() && (last.is_mark(',') || last.is_one_of(&["or", "and"]))
}

/// True for `U.S.` and `a.m.`, whose last dot belongs to them.
fn dotted(word: &[char]) -> bool {
    let last = word.iter().rposition(|character| character.is_whitespace()).map_or(0, |at| at + 1);
    let word = &word[last..];
    word.iter().filter(|&&character| character == '.').count() >= 2
        && word.split(|&character| character == '.').all(|part| part.len() <= 2)
}

/// The closing quotation mark that belongs to the opening one at `at`.
fn quoted(text: &[char], at: usize) -> Option<usize> {
    let closing: &[char] = match text[at] {
        '“' => &['”'],
        '„' => &['“', '”'],
        '«' => &['»'],
        '»' => &['«'],
        '"' => &['"'],
        '`' => &['`'],
        '‘' => &['’'],
        '\'' => &['\''],
        _ => return None,
    };
    let single = matches!(text[at], '\'' | '‘');
    if single && at > 0 && text[at - 1].is_alphanumeric() {
        return None;
    }
    let end = (at + 2..text.len().min(at + TERM_CHARACTERS + 4)).find(|&end| {
        closing.contains(&text[end]) && !(single && text.get(end + 1).is_some_and(|next| next.is_alphanumeric()))
    })?;
    (!text[at + 1].is_whitespace()).then_some(end)
}

/// One past the last character of the word at `at`: `e-mail`, `he/she`, `U.S.` and `don't` are one word each.
fn word_end(text: &[char], at: usize) -> usize {
    let mut end = at;
    while end < text.len() {
        let character = text[end];
        let joins = matches!(character, '-' | '‑' | '\'' | '’' | '.' | '/' | '&' | '@' | '+' | '_')
            && end > at
            && text[end - 1].is_alphanumeric()
            && text.get(end + 1).is_some_and(|next| next.is_alphanumeric());
        if !character.is_alphanumeric() && !joins {
            break;
        }
        end += 1;
    }
    if text.get(end) == Some(&'.') {
        let word: Vec<char> = text[at..=end].to_vec();
        if dotted(&word) {
            end += 1;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::{BlockKind, Language};

    use super::{
        super::{line::Marked, rules},
        *,
    };

    fn line(text: &str) -> Line {
        Line {
            kind: BlockKind::Paragraph,
            text: text.chars().collect(),
            start: 0,
            marked: Vec::new(),
            headings: Vec::new(),
        }
    }

    fn shown(line: &Line) -> Vec<String> {
        scan(line, &rules::of(Language::En).words)
            .iter()
            .map(|item| if item.is_term() { format!("<{}>", item.text) } else { item.text.clone() })
            .collect()
    }

    #[test]
    fn words_keep_their_inner_marks_and_quotations_are_terms() {
        assert_eq!(
            shown(&line("Write “e-mail”, don't say 'the U.S.' or he/she.")),
            ["Write", "<e-mail>", ",", "don't", "say", "<the U.S.>", "or", "he/she", "."],
            "apostrophes do not open quotations"
        );
        assert_eq!(
            shown(&line("It's “a whole sentence that somebody once said aloud”.")).len(),
            11,
            "too long for a term"
        );
    }

    #[test]
    fn emphasis_is_a_term_unless_it_is_only_stress() {
        let mut marked = line("Do not use utilize here.");
        marked.marked = vec![Marked { start: 3, end: 6, strong: true }, Marked { start: 11, end: 18, strong: false }];
        assert_eq!(shown(&marked), ["Do", "not", "use", "<utilize>", "here", "."]);
    }
}
