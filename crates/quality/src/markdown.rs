//! Just enough Markdown for scoring: headings, paragraphs, list items; emphasis and links taken off.

use quillhouse_domain::Language;

use crate::{
    check::SentenceSpan,
    text::{line_mark, sentences},
};

/// A heading with its place among the sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heading {
    pub(crate) level: usize,
    pub(crate) text: String,
    /// How many sentences stand before it.
    pub(crate) before: usize,
    pub(crate) span: SentenceSpan,
}

/// One sentence of running text or one item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    /// Without markup.
    pub(crate) text: String,
    /// Where it stands in the Markdown.
    pub(crate) span: SentenceSpan,
    /// Number of its paragraph or list.
    pub(crate) paragraph: usize,
    pub(crate) words: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) headings: Vec<Heading>,
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) words: usize,
}

/// Reads the structure of a Markdown text.
pub(crate) fn outline(markdown: &str, language: Language) -> Outline {
    let mut outline = Outline::default();
    let mut paragraph = 0;
    let mut offset = 0_u32;
    let mut open = String::new();
    let mut open_start = 0_u32;
    let mut in_list = false;
    let flush = |open: &mut String, start: u32, paragraph: usize, outline: &mut Outline| {
        for sentence in sentences(open, language) {
            let text = plain(sentence.text);
            let words = crate::text::word_count(&text);
            outline.words += words;
            let span = SentenceSpan { start: start + sentence.span.start, end: start + sentence.span.end };
            outline.sentences.push(Sentence { text, span, paragraph, words });
        }
        open.clear();
    };
    for line in markdown.split_inclusive('\n') {
        let length = line.chars().count() as u32;
        let body = line.trim();
        let hashes = body.bytes().take_while(|&byte| byte == b'#').count();
        let heading = (1..=6).contains(&hashes) && body[hashes..].starts_with(' ');
        let item = !heading && line_mark(line) > line.len() - line.trim_start().len();
        if body.is_empty() || heading || item {
            flush(&mut open, open_start, paragraph, &mut outline);
        }
        if heading {
            let end = offset + line.trim_end().chars().count() as u32;
            outline.headings.push(Heading {
                level: hashes,
                text: plain(body[hashes..].trim().trim_end_matches('#').trim()),
                before: outline.sentences.len(),
                span: SentenceSpan { start: offset, end },
            });
            paragraph += 1;
            in_list = false;
        } else if body.is_empty() {
            paragraph += usize::from(!in_list);
            in_list = false;
        } else {
            if item && !in_list {
                paragraph += 1;
                in_list = true;
            }
            if open.is_empty() {
                open_start = offset;
            }
            open.push_str(line);
        }
        offset += length;
    }
    flush(&mut open, open_start, paragraph, &mut outline);
    outline
}

/// A stretch of Markdown as it is read: links become their text, images their description, emphasis and code marks go.
pub(crate) fn plain(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        match character {
            '*' | '`' => {}
            '_' if !text.ends_with(char::is_alphanumeric) || !after.starts_with(char::is_alphanumeric) => {}
            '!' if after.starts_with('[') => {}
            '[' => {
                if let Some((label, length)) = link(rest) {
                    text.push_str(&plain(label));
                    rest = &rest[length..];
                    continue;
                }
                text.push('[');
            }
            '\n' => text.push(' '),
            other => text.push(other),
        }
        rest = after;
    }
    text
}

/// The label of a link at the start of `rest` and the length of the whole.
fn link(rest: &str) -> Option<(&str, usize)> {
    let close = rest.find(']')?;
    let target = rest[close + 1..].strip_prefix('(')?;
    let end = target.find(')')?;
    (!target[..end].contains('\n')).then(|| (&rest[1..close], close + 1 + 1 + end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structure_is_read_with_places() {
        let markdown = "# Title\n\nFirst **bold** one. See [the guide](https://a.b/c).\n\n## Part one\n\n- Item ä\n- Item two\n\nLast.";
        let outline = outline(markdown, Language::En);
        let headings: Vec<(usize, &str, usize)> =
            outline.headings.iter().map(|heading| (heading.level, heading.text.as_str(), heading.before)).collect();
        assert_eq!(headings, [(1, "Title", 0), (2, "Part one", 2)]);
        let texts: Vec<&str> = outline.sentences.iter().map(|sentence| sentence.text.as_str()).collect();
        assert_eq!(texts, ["First bold one.", "See the guide.", "Item ä", "Item two", "Last."]);
        let characters: Vec<char> = markdown.chars().collect();
        let last = outline.sentences.last().unwrap().span;
        let cut: String = characters[last.start as usize..last.end as usize].iter().collect();
        assert_eq!(cut, "Last.", "spans lead back into the Markdown");
        assert_eq!(outline.sentences[2].paragraph, outline.sentences[3].paragraph, "a list is one paragraph");
    }
}
