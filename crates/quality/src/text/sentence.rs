//! Sentence borders.
//!
//! A border needs a closing mark, white space, and a beginning that can open a sentence; abbreviations, initials,
//! ordinals, brackets and quotations take borders away. Blank lines, headings, list items and table rows always end one.

use quillhouse_domain::Language;

use crate::lexicon::{AbbreviationKind, Lexicon, lexicon};

/// A stretch of text in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// First character.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

/// One sentence, without white space around it and without the mark of a list item or heading before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence<'a> {
    /// The sentence, a slice of the text.
    pub text: &'a str,
    /// Where it stands in the text.
    pub span: Span,
}

/// A quotation or bracket longer than this is taken for an unclosed one, and borders inside it count.
const LONGEST_PROTECTED_BYTES: usize = 400;

/// Cuts a text into sentences. Spans are in order, do not overlap, and leave out only white space and marks of lists
/// and headings.
pub fn sentences(text: &str, language: Language) -> Vec<Sentence<'_>> {
    let lexicon = lexicon(language);
    let mut found = Vec::new();
    let mut counted = (0_usize, 0_u32);
    let mut char_offset = |byte: usize| {
        counted.1 += text[counted.0..byte].chars().count() as u32;
        counted.0 = byte;
        counted.1
    };
    for (start, end) in blocks(text) {
        for (start, end) in split_block(text, start, end, language, lexicon) {
            let sentence = &text[start..end];
            if sentence.chars().any(char::is_alphanumeric) {
                let span = Span { start: char_offset(start), end: char_offset(end) };
                found.push(Sentence { text: sentence, span });
            }
        }
    }
    found
}

/// Length in bytes of the mark of a list item, quote or heading at the start of a line, with the space after it.
pub(crate) fn line_mark(line: &str) -> usize {
    let mut length = one_line_mark(line);
    // A list inside a quotation: `> 1. Choose`.
    if line[..length].trim_end().ends_with('>') {
        length += one_line_mark(&line[length..]);
    }
    length
}

fn one_line_mark(line: &str) -> usize {
    let body = line.trim_start();
    let indent = line.len() - body.len();
    let hashes = body.bytes().take_while(|&byte| byte == b'#').count();
    if (1..=6).contains(&hashes) && body[hashes..].starts_with(' ') {
        return indent + hashes + 1;
    }
    for mark in ["- ", "* ", "+ ", "• ", "‣ ", "◦ ", "▪ ", "– ", "— ", "> "] {
        if let Some(rest) = body.strip_prefix(mark) {
            return indent + mark.len() + (rest.len() - rest.trim_start().len());
        }
    }
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=3).contains(&digits) && (body[digits..].starts_with(". ") || body[digits..].starts_with(") ")) {
        return indent + digits + 2;
    }
    indent
}

/// Byte ranges that are separated by blank lines, list items, headings or table rows.
fn blocks(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let longest = text.lines().map(str::len).max().unwrap_or(0);
    let mut at = 0;
    let mut previous: &str = "";
    for line in text.split_inclusive('\n') {
        let body = line.trim();
        let mark = line_mark(line);
        let marked = mark > line.len() - line.trim_start().len();
        let heading_before = previous.trim_start().starts_with('#') && line_mark(previous) > 0;
        // A line that ends well before the others without a closing mark is a title or a line of its own.
        let short_before = !previous.is_empty()
            && previous.len() * 5 < longest * 3
            && !previous.ends_with(['.', '!', '?', ',', ';', ':', '-', '”', '"', ')'])
            && body.starts_with(char::is_uppercase);
        let table = body.starts_with('|');
        if body.is_empty() || marked || heading_before || short_before || table {
            found.extend(open.take());
        }
        if !body.is_empty() {
            let start = at + if marked { mark } else { line.len() - line.trim_start().len() };
            let end = at + line.trim_end().len();
            match &mut open {
                Some(block) => block.1 = end,
                None if start < end => open = Some((start, end)),
                None => {}
            }
        }
        previous = body;
        at += line.len();
    }
    found.extend(open);
    found
}

fn closes(character: char) -> bool {
    matches!(character, '"' | '”' | '’' | '\'' | '»' | '›' | ')' | ']' | '}' | '“' | '*' | '_' | '`')
}

fn opens(character: char) -> bool {
    matches!(
        character,
        '"' | '“' | '„' | '«' | '»' | '‹' | '‘' | '\'' | '’' | '(' | '[' | '*' | '_' | '`' | '¿' | '¡' | '—' | '–'
    )
}

/// For each closing partner, brackets and quotations inside which no border is looked for.
fn protected(block: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let straight = block.matches('"').count().is_multiple_of(2);
    let ticks = block.matches('`').count().is_multiple_of(2);
    let mut stack: Vec<(usize, &'static [char])> = Vec::new();
    for (at, character) in block.char_indices() {
        if let Some(&(start, closers)) = stack.last()
            && closers.contains(&character)
        {
            stack.pop();
            if at - start <= LONGEST_PROTECTED_BYTES {
                found.push((start, at));
            }
            continue;
        }
        let closers: &'static [char] = match character {
            '(' => &[')'],
            '[' => &[']'],
            '“' => &['”'],
            '„' => &['“', '”'],
            '«' => &['»'],
            '"' if straight => &['"'],
            '`' if ticks => &['`'],
            _ => continue,
        };
        stack.push((at, closers));
    }
    found.sort_unstable();
    // The outermost are enough, in order, so that the search through them never goes back.
    found.dedup_by(|inner, outer| inner.1 <= outer.1);
    found
}

fn split_block(text: &str, start: usize, end: usize, language: Language, lexicon: &Lexicon) -> Vec<(usize, usize)> {
    let block = &text[start..end];
    let mut protected = protected(block).into_iter().peekable();
    let mut found = Vec::new();
    let mut begin = 0;
    let mut characters = block.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if !matches!(character, '.' | '!' | '?' | '…' | '。' | '！' | '？') {
            continue;
        }
        let mark_start = at;
        let mut after = at + character.len_utf8();
        while let Some(&(_, next)) = characters.peek() {
            if !matches!(next, '.' | '!' | '?' | '…') {
                break;
            }
            after += next.len_utf8();
            characters.next();
        }
        let marks = &block[mark_start..after];
        let mut closing = after;
        while let Some(&(_, next)) = characters.peek() {
            if !(closes(next) || matches!(next, '¹' | '²' | '³')) {
                break;
            }
            closing += next.len_utf8();
            characters.next();
        }
        closing += footnote(&block[closing..]);
        while protected.peek().is_some_and(|&(_, to)| to < mark_start) {
            protected.next();
        }
        if protected.peek().is_some_and(|&(from, to)| from < mark_start && closing <= to) {
            continue;
        }
        let rest = &block[closing..];
        let wide = matches!(character, '。' | '！' | '？');
        if rest.is_empty() || (!wide && !rest.starts_with(char::is_whitespace)) {
            continue;
        }
        if wide || is_border(&block[begin..mark_start], marks, rest.trim_start(), language, lexicon) {
            push_trimmed(block, begin, closing, &mut found);
            begin = closing;
        }
    }
    push_trimmed(block, begin, block.len(), &mut found);
    found.into_iter().map(|(from, to)| (start + from, start + to)).collect()
}

/// Length of a note's number right after a sentence: `[12]`.
fn footnote(rest: &str) -> usize {
    let mut length = 0;
    while let Some(inner) = rest[length..].strip_prefix('[') {
        let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > 3 || !inner[digits..].starts_with(']') {
            break;
        }
        length += digits + 2;
    }
    length
}

fn push_trimmed(block: &str, from: usize, to: usize, found: &mut Vec<(usize, usize)>) {
    let piece = &block[from..to];
    let lead = piece.len() - piece.trim_start().len();
    let body = piece.trim();
    if !body.is_empty() {
        found.push((from + lead, from + lead + body.len()));
    }
}

fn is_border(before: &str, marks: &str, rest: &str, language: Language, lexicon: &Lexicon) -> bool {
    let opening = rest.trim_start_matches(opens);
    let Some(first) = opening.chars().next() else { return false };
    let next_word: String = opening.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '\'' | '’')).collect();
    let next_lower = next_word.to_lowercase().replace('’', "'");
    let code = rest.starts_with('`') || opening.starts_with("www.") || opening.starts_with("http");
    let can_begin = code
        || !first.is_lowercase() && first.is_alphanumeric()
        // A name such as iPhone or eBay may open a sentence.
        || next_word.chars().skip(1).take(2).any(char::is_uppercase);
    if !can_begin {
        return false;
    }
    if marks != "." {
        return true;
    }
    let word = before.rsplit(char::is_whitespace).next().unwrap_or("").trim_start_matches(opens);
    let word_alone = before.trim_start().len() <= word.len();
    let lower = word.to_lowercase();
    let starter =
        lexicon.is_function_word(&next_lower) && next_lower != "i" || next_lower == "i" && language == Language::En;
    if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
        // `1. Do this` at the start, and German ordinals: `am 3. Oktober`.
        if word_alone && word.len() <= 3 {
            return false;
        }
        if language == Language::De && word.len() <= 2 {
            return starter || rest.starts_with(['„', '"', '“']);
        }
        return true;
    }
    match lexicon.abbreviations.get(lower.as_str()) {
        Some(AbbreviationKind::Inside) => return false,
        Some(AbbreviationKind::BeforeDigit) => return !first.is_ascii_digit(),
        Some(AbbreviationKind::MayEnd) => return starter,
        None => {}
    }
    let mut letters = word.chars();
    if let (Some(only), None) = (letters.next(), letters.next())
        && only.is_uppercase()
    {
        // An initial, unless the next word can only open a sentence: `Plan B. We …`.
        return starter && next_lower != "i" && next_lower.chars().count() > 1;
    }
    let dotted = word.contains('.')
        && word.split('.').all(|part| part.chars().count() <= 2 && part.chars().all(char::is_alphabetic));
    if dotted {
        return starter;
    }
    true
}
