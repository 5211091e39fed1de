//! Plain text: paragraphs by empty lines, headings and list items by how people mark them.

use quillhouse_domain::{BlockKind, DocumentFormat, ParsedDocument};

use super::assemble::Assembler;

/// Longest heading in words: longer lines are sentences.
const HEADING_LIMIT_WORDS: usize = 12;

/// Shortest line that counts as running text under a heading.
const NEXT_LINE_CHARACTERS: usize = 45;

/// Reads decoded text.
pub(crate) fn read(text: &str) -> ParsedDocument {
    let mut assembler = Assembler::new();
    let blocks = blocks(text);
    assembler.push_all(blocks.iter().map(|(kind, text)| (*kind, text.as_str())));
    assembler.finish(DocumentFormat::Text, None, Vec::new())
}

/// The blocks of decoded text, also of a mail's.
pub(crate) fn blocks(text: &str) -> Vec<(BlockKind, String)> {
    let mut blocks = Vec::new();
    let normal = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = normal.split(['\n', '\u{0C}']).collect();
    let mut paragraph = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let line = lines[index].trim();
        let next = lines.get(index + 1).map_or("", |line| line.trim());
        let alone = next.is_empty() && (index == 0 || lines[index - 1].trim().is_empty());
        if line.is_empty() || is_rule(line) {
            flush(&mut blocks, &mut paragraph);
        } else if paragraph.is_empty() && is_short(line) && underline_level(line, next).is_some() {
            let level = underline_level(line, next).unwrap_or(2);
            blocks.push((BlockKind::Heading { level }, line.to_owned()));
            index += 1;
        } else if let Some(item) = list_item(line)
            && !(alone && is_numbered_heading(line))
        {
            flush(&mut blocks, &mut paragraph);
            // Lines that follow without a mark of their own, indented, belong to the item.
            let mut whole = item.to_owned();
            while let Some(following) = lines.get(index + 1)
                && following.starts_with([' ', '\t'])
                && !following.trim().is_empty()
                && list_item(following.trim()).is_none()
            {
                whole.push(' ');
                whole.push_str(following.trim());
                index += 1;
            }
            blocks.push((BlockKind::ListItem, whole));
        } else if alone && (is_heading(line) || names_what_follows(line, &lines[index + 1..])) {
            let level = if is_numbered_heading(line) { number_depth(line) } else { 2 };
            blocks.push((BlockKind::Heading { level }, line.to_owned()));
        } else {
            paragraph.push(line);
        }
        index += 1;
    }
    flush(&mut blocks, &mut paragraph);
    blocks
}

fn flush(blocks: &mut Vec<(BlockKind, String)>, paragraph: &mut Vec<&str>) {
    if !paragraph.is_empty() {
        blocks.push((BlockKind::Paragraph, paragraph.join(" ")));
        paragraph.clear();
    }
}

fn is_short(line: &str) -> bool {
    line.split_whitespace().count() <= HEADING_LIMIT_WORDS
}

fn is_rule(line: &str) -> bool {
    line.chars().count() >= 3
        && line.chars().all(|character| matches!(character, '-' | '=' | '*' | '_' | '~' | '#' | ' '))
}

fn underline_level(line: &str, next: &str) -> Option<u8> {
    let mark = next.chars().next()?;
    let long_enough = next.chars().count() >= 3 && next.chars().count() * 2 >= line.chars().count();
    let underline = next.chars().all(|character| character == mark);
    match mark {
        '=' if long_enough && underline => Some(1),
        '-' | '~' if long_enough && underline => Some(2),
        _ => None,
    }
}

/// A line alone between empty lines, in capitals or numbered, without the end of a sentence.
fn is_heading(line: &str) -> bool {
    if !is_short(line) || line.ends_with(['.', ',', ';', '!', '?']) && !is_numbered_heading(line) {
        return false;
    }
    let letters = line.chars().filter(|character| character.is_alphabetic()).count();
    let capitals = line.chars().filter(|character| character.is_uppercase()).count();
    (letters >= 3 && capitals == letters) || is_numbered_heading(line)
}

/// A few words alone, begun with a capital and without a mark at their end, above running text of more than a line's half.
fn names_what_follows(line: &str, following: &[&str]) -> bool {
    let words = line.split_whitespace().count();
    let Some(next) = following.iter().map(|line| line.trim()).find(|line| !line.is_empty()) else { return false };
    words <= 8
        && line.chars().count() <= 60
        && line.starts_with(char::is_uppercase)
        && line.ends_with(|character: char| character.is_alphanumeric() || matches!(character, ')' | '?'))
        && !line.contains(['@', '|', '\t'])
        && next.chars().count() >= NEXT_LINE_CHARACTERS
        && next.starts_with(|character: char| character.is_uppercase() || matches!(character, '"' | '“' | '„' | '«'))
}

/// `1. Purpose`, `2.3 Scope`, `Chapter 4`: a number, then words that begin with a capital, without a full stop at the end.
pub(crate) fn is_numbered_heading(line: &str) -> bool {
    let Some((number, rest)) = line.split_once(' ') else { return false };
    let rest = rest.trim();
    let digits = number.trim_end_matches(['.', ')']);
    let numbered = !digits.is_empty()
        && digits.len() <= 8
        && digits.starts_with(|character: char| character.is_ascii_digit())
        && digits.chars().all(|character| character.is_ascii_digit() || character == '.');
    let named = matches!(
        number,
        "Chapter" | "Section" | "Part" | "Appendix" | "Kapitel" | "Abschnitt" | "Chapitre" | "Capítulo"
    ) && rest.starts_with(|character: char| character.is_ascii_digit() || character.is_uppercase());
    (numbered && rest.starts_with(char::is_uppercase) || named) && is_short(line) && !rest.ends_with(['.', ';', ','])
}

/// Depth of a heading's number: `2.3.1` stands on level 3.
pub(crate) fn number_depth(line: &str) -> u8 {
    let number = line.split_whitespace().next().unwrap_or("").trim_end_matches(['.', ')']);
    let depth = number
        .split('.')
        .filter(|part| part.chars().all(|character| character.is_ascii_digit()) && !part.is_empty())
        .count();
    (depth.clamp(1, 5) + 1) as u8
}

/// The text of a list item, without its mark.
pub(crate) fn list_item(line: &str) -> Option<&str> {
    let mut characters = line.chars();
    let first = characters.next()?;
    if matches!(
        first,
        '•' | '◦'
            | '▪'
            | '▫'
            | '‣'
            | '●'
            | '○'
            | '■'
            | '□'
            | '♦'
            | '➢'
            | '✓'
            | '✔'
            | '➤'
            | '\u{F0B7}'
            | '\u{F0A7}'
            | '\u{F0D8}'
            | '\u{F0FC}'
    ) {
        let rest = characters.as_str().trim_start();
        return (!rest.is_empty()).then_some(rest);
    }
    if matches!(first, '-' | '*' | '–' | '+' | '·') {
        let rest = characters.as_str().strip_prefix([' ', '\t'])?.trim_start();
        return (!rest.is_empty()).then_some(rest);
    }
    let (mark, rest) = line.split_once([' ', '\t'])?;
    let rest = rest.trim_start();
    let core = mark.strip_suffix(['.', ')'])?;
    let core = core.strip_prefix('(').unwrap_or(core);
    let counted = !core.is_empty() && core.len() <= 3 && core.chars().all(|character| character.is_ascii_digit());
    // `J. Smith` is a name: a letter counts only with a bracket.
    let lettered = mark.ends_with(')')
        && core.chars().count() == 1
        && core.chars().all(|character| character.is_ascii_lowercase());
    let romans =
        mark.ends_with(')') && !core.is_empty() && core.chars().all(|character| matches!(character, 'i' | 'v' | 'x'));
    ((counted || lettered || romans) && !rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Vec<(BlockKind, String)> {
        let document = read(text);
        document
            .blocks
            .iter()
            .map(|block| {
                (
                    block.kind,
                    document.text.chars().skip(block.start as usize).take((block.end - block.start) as usize).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn plain_text_shows_its_structure() {
        let text = "Brand voice\n===========\n\nWe write\nplainly.\n\nTERMS\n\n- sign in, not\n  log in\n- email\n\n2.1 Numbers and dates\n\nSpell out one to nine.\n\n1. First\n2. Second\n";
        let wanted = [
            (BlockKind::Heading { level: 1 }, "Brand voice"),
            (BlockKind::Paragraph, "We write plainly."),
            (BlockKind::Heading { level: 2 }, "TERMS"),
            (BlockKind::ListItem, "sign in, not log in"),
            (BlockKind::ListItem, "email"),
            (BlockKind::Heading { level: 3 }, "2.1 Numbers and dates"),
            (BlockKind::Paragraph, "Spell out one to nine."),
            (BlockKind::ListItem, "First"),
            (BlockKind::ListItem, "Second"),
        ];
        let wanted: Vec<(BlockKind, String)> = wanted.into_iter().map(|(kind, text)| (kind, text.to_owned())).collect();
        assert_eq!(shape(text), wanted, "headings, lists and paragraphs are told apart");
    }

    #[test]
    fn a_few_words_above_running_text_are_a_heading() {
        let text = "How we speak\n\nWe say what we mean in words that everybody knows, and we keep it short.\n\nYours truly\n\nAnn Smith\n";
        let kinds: Vec<BlockKind> = shape(text).into_iter().map(|(kind, _)| kind).collect();
        let paragraph = BlockKind::Paragraph;
        assert_eq!(kinds, [BlockKind::Heading { level: 2 }, paragraph, paragraph, paragraph], "a signature is none");
    }

    #[test]
    fn a_name_with_an_initial_is_no_list_item() {
        assert_eq!(
            list_item("J. Smith wrote this"),
            None,
            "a letter and a full stop begin names more often than lists"
        );
        assert_eq!(list_item("a) first"), Some("first"));
    }
}
