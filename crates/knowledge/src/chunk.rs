//! Cuts a document into passages that an embedding model reads whole.
//!
//! Invariants
//! - A passage is a stretch of the extracted text, verbatim: `text[start..end]` in Unicode scalar values.
//! - Passages are in order, do not overlap, and between them stands only white space: nothing of the text is left out.
//! - No passage has more tokens than the limit, the model's own marks counted.
//! - A sentence is cut only when it alone is longer than the limit.

use quillhouse_domain::{BlockKind, PageSpan, ParsedDocument};
use text_splitter::{ChunkConfig, ChunkSizer, TextSplitter};
use tokenizers::Tokenizer;

/// Tokens of a passage. all-MiniLM-L6-v2 reads 256 word pieces and ignores the rest without a word.
pub const PASSAGE_LIMIT_TOKENS: usize = 256;

/// A passage below this says too little alone to be found by meaning, so its section's neighbour joins it.
const TINY_TOKENS: usize = 40;

/// One passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Position in the document, counted from 0.
    pub ordinal: u32,
    /// Page of its first character, counted from 1.
    pub page: u32,
    /// First character, in Unicode scalar values.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// Headings that all of it stands under, outermost first.
    pub heading_path: Vec<String>,
    /// Its tokens, the model's marks at both ends counted.
    pub tokens: u32,
}

/// Cuts a document. The tokenizer's own truncation and padding are ignored: they would hide what does not fit.
pub fn chunk(document: &ParsedDocument, tokenizer: &Tokenizer, limit_tokens: usize) -> Vec<Chunk> {
    let mut tokenizer = tokenizer.clone();
    // Cannot fail: only strides longer than the length are refused, and there is no length.
    let _ = tokenizer.with_truncation(None);
    tokenizer.with_padding(None);
    let text = Text::of(&document.text);
    let counter = Counter { tokenizer: &tokenizer };
    let limit_tokens = limit_tokens.max(8);
    let units = units(document, &text, &counter, limit_tokens);
    let mut packer = Packer {
        text: &text,
        counter: &counter,
        limit_tokens,
        open: Vec::new(),
        open_tokens: 0,
        chunks: Vec::new(),
        pages: &document.pages,
    };
    for unit in units {
        packer.add(unit);
    }
    packer.flush();
    packer.chunks
}

/// The extracted text, addressable by characters.
struct Text<'a> {
    text: &'a str,
    bytes: Vec<usize>,
}

impl<'a> Text<'a> {
    fn of(text: &'a str) -> Self {
        let bytes = text.char_indices().map(|(byte, _)| byte).chain(std::iter::once(text.len())).collect();
        Self { text, bytes }
    }

    /// The characters from `start` to before `end`; out of range is empty.
    fn slice(&self, start: u32, end: u32) -> &'a str {
        match (self.bytes.get(start as usize), self.bytes.get(end as usize)) {
            (Some(start), Some(end)) => self.text.get(*start..*end).unwrap_or(""),
            _ => "",
        }
    }
}

/// Counts tokens as the model sees them, its marks included.
struct Counter<'a> {
    tokenizer: &'a Tokenizer,
}

impl Counter<'_> {
    fn count(&self, text: &str) -> usize {
        // A text that cannot be tokenized counts as one token per byte: it will be cut small rather than lost.
        self.tokenizer.encode_fast(text, true).map_or(text.len(), |encoding| encoding.len())
    }
}

impl ChunkSizer for &Counter<'_> {
    fn size(&self, chunk: &str) -> usize {
        self.count(chunk)
    }
}

/// A block, or a piece of one that is longer than a passage.
#[derive(Debug, Clone)]
struct Unit {
    start: u32,
    end: u32,
    tokens: usize,
    /// The level, when it is a heading.
    heading: Option<u8>,
    /// Headings it stands under, itself included, with their levels.
    path: Vec<(u8, String)>,
}

fn units(document: &ParsedDocument, text: &Text<'_>, counter: &Counter<'_>, limit_tokens: usize) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut path: Vec<(u8, String)> = Vec::new();
    for block in &document.blocks {
        let words = text.slice(block.start, block.end);
        if words.trim().is_empty() {
            continue;
        }
        let heading = match block.kind {
            BlockKind::Heading { level } => {
                path.retain(|(above, _)| *above < level);
                path.push((level, words.split_whitespace().collect::<Vec<_>>().join(" ")));
                Some(level)
            }
            _ => None,
        };
        let tokens = counter.count(words);
        if tokens <= limit_tokens {
            units.push(Unit { start: block.start, end: block.end, tokens, heading, path: path.clone() });
            continue;
        }
        // The first piece must leave room for the headings it goes with.
        let above: usize = units.iter().rev().take_while(|unit| unit.heading.is_some()).map(|unit| unit.tokens).sum();
        let room = limit_tokens - above.min(limit_tokens / 2);
        let splitter = TextSplitter::new(ChunkConfig::new(room).with_sizer(counter).with_trim(true));
        for piece in splitter.chunk_char_indices(words) {
            let start = block.start + piece.char_offset as u32;
            let end = start + piece.chunk.chars().count() as u32;
            units.push(Unit { start, end, tokens: counter.count(piece.chunk), heading: None, path: path.clone() });
        }
    }
    units
}

struct Packer<'a> {
    text: &'a Text<'a>,
    counter: &'a Counter<'a>,
    limit_tokens: usize,
    open: Vec<Unit>,
    open_tokens: usize,
    chunks: Vec<Chunk>,
    pages: &'a [PageSpan],
}

impl Packer<'_> {
    fn add(&mut self, unit: Unit) {
        if let Some(first) = self.open.first() {
            let crosses =
                unit.heading.is_some_and(|level| level <= first.path.last().map_or(u8::MAX, |(above, _)| *above));
            if crosses && self.open_tokens >= TINY_TOKENS {
                self.flush();
            } else if self.together(&unit) > self.limit_tokens {
                // A heading belongs to what follows it.
                let kept = self.open.iter().rposition(|open| open.heading.is_none()).map_or(0, |last| last + 1);
                let carried = if kept == 0 { Vec::new() } else { self.open.split_off(kept) };
                self.flush();
                self.open_tokens = carried.iter().map(|unit| unit.tokens).sum();
                self.open = carried;
                if !self.open.is_empty() && self.together(&unit) > self.limit_tokens {
                    self.flush();
                }
            }
        }
        self.open_tokens += unit.tokens;
        self.open.push(unit);
    }

    /// Tokens of the open units with one more, counted on the text itself.
    fn together(&self, unit: &Unit) -> usize {
        // Each unit's own count holds the model's marks, so the sum is never too small by more than joining can add.
        let sum = self.open_tokens + unit.tokens;
        if sum * 10 < self.limit_tokens * 9 {
            return sum;
        }
        let start = self.open.first().map_or(unit.start, |first| first.start);
        self.counter.count(self.text.slice(start, unit.end))
    }

    fn flush(&mut self) {
        let units = std::mem::take(&mut self.open);
        self.open_tokens = 0;
        let (Some(first), Some(last)) = (units.first(), units.last()) else { return };
        let (start, end) = (first.start, last.end);
        let shared = units.iter().skip(1).fold(first.path.as_slice(), |shared, unit| {
            let same = shared.iter().zip(&unit.path).take_while(|(left, right)| left == right).count();
            &shared[..same]
        });
        self.chunks.push(Chunk {
            ordinal: self.chunks.len() as u32,
            page: page_of(self.pages, start),
            start,
            end,
            heading_path: shared.iter().map(|(_, heading)| heading.clone()).collect(),
            tokens: self.counter.count(self.text.slice(start, end)) as u32,
        });
    }
}

fn page_of(pages: &[PageSpan], position: u32) -> u32 {
    let after = pages.partition_point(|page| page.start <= position);
    pages.get(after.saturating_sub(1)).map_or(1, |page| page.number)
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::{Block, DocumentFormat};
    use tokenizers::{Tokenizer, models::wordlevel::WordLevel, pre_tokenizers::whitespace::Whitespace};

    use super::*;

    /// One token per word or punctuation mark, without the model's marks.
    fn words() -> Tokenizer {
        let vocabulary = std::iter::once(("[UNK]".to_owned(), 0)).collect();
        let model = WordLevel::builder().vocab(vocabulary).unk_token("[UNK]".to_owned()).build().unwrap();
        let mut tokenizer = Tokenizer::new(model);
        tokenizer.with_pre_tokenizer(Some(Whitespace {}));
        tokenizer
    }

    fn document(blocks: &[(BlockKind, &str)]) -> ParsedDocument {
        let mut text = String::new();
        let mut made = Vec::new();
        for (kind, words) in blocks {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            let start = text.chars().count() as u32;
            text.push_str(words);
            made.push(Block {
                kind: *kind,
                start,
                end: text.chars().count() as u32,
                page: 1,
                anchor: None,
                marks: Vec::new(),
            });
        }
        let end = text.chars().count() as u32;
        ParsedDocument {
            format: DocumentFormat::Text,
            title: None,
            text,
            pages: vec![PageSpan { number: 1, start: 0, end, label: None }],
            blocks: made,
            problems: Vec::new(),
            tags: Vec::new(),
        }
    }

    fn sentence(words: usize) -> String {
        format!("{}.", vec!["wörd"; words].join(" "))
    }

    fn text(document: &ParsedDocument, chunk: &Chunk) -> String {
        document.text.chars().skip(chunk.start as usize).take((chunk.end - chunk.start) as usize).collect()
    }

    fn check(document: &ParsedDocument, chunks: &[Chunk], limit: usize) {
        let mut end = 0;
        for (index, chunk) in chunks.iter().enumerate() {
            assert_eq!(chunk.ordinal as usize, index, "ordinals count on");
            assert!(chunk.tokens as usize <= limit, "{} tokens are more than the model reads", chunk.tokens);
            assert!(!text(document, chunk).trim().is_empty(), "an empty passage answers nothing");
            let between: String = document.text.chars().skip(end as usize).take((chunk.start - end) as usize).collect();
            assert!(between.trim().is_empty(), "`{between}` was left out");
            end = chunk.end;
        }
        let rest: String = document.text.chars().skip(end as usize).collect();
        assert!(rest.trim().is_empty(), "`{rest}` was left out");
    }

    const H1: BlockKind = BlockKind::Heading { level: 1 };
    const H2: BlockKind = BlockKind::Heading { level: 2 };
    const P: BlockKind = BlockKind::Paragraph;

    #[test]
    fn sections_are_not_mixed_and_blocks_stay_whole() {
        let long = sentence(60);
        let document =
            document(&[(H1, "Guide"), (P, &long), (H2, "Voice"), (P, &long), (P, &long), (H2, "Tone"), (P, &long)]);
        let chunks = chunk(&document, &words(), 130);
        check(&document, &chunks, 130);
        let paths: Vec<Vec<String>> = chunks.iter().map(|chunk| chunk.heading_path.clone()).collect();
        assert_eq!(
            paths,
            [vec!["Guide"], vec!["Guide", "Voice"], vec!["Guide", "Tone"]],
            "each passage knows where it stands"
        );
    }

    #[test]
    fn a_long_paragraph_is_cut_between_sentences() {
        let sentences: String = (0..12).map(|_| sentence(20)).collect::<Vec<_>>().join(" ");
        let document = document(&[(H1, "Long"), (P, &sentences)]);
        let chunks = chunk(&document, &words(), 64);
        check(&document, &chunks, 64);
        assert!(chunks.len() >= 4, "252 tokens do not fit into fewer");
        for chunk in &chunks {
            assert!(
                text(&document, chunk).ends_with('.'),
                "a passage ends where a sentence ends: {}",
                text(&document, chunk)
            );
        }
    }

    #[test]
    fn tiny_sections_share_a_passage_and_headings_stay_with_their_text() {
        let long = sentence(50);
        let document = document(&[
            (H2, "One"),
            (P, "short."),
            (H2, "Two"),
            (P, "short too."),
            (H2, "Three"),
            (P, &long),
            (H2, "Four"),
            (P, &long),
        ]);
        let chunks = chunk(&document, &words(), 60);
        check(&document, &chunks, 60);
        let texts: Vec<String> = chunks.iter().map(|chunk| text(&document, chunk)).collect();
        assert!(
            texts[0].starts_with("One") && texts[0].contains("Two"),
            "tiny sections are packed together: {texts:?}"
        );
        assert!(
            texts.iter().all(|text| !text.ends_with("Three") && !text.ends_with("Four")),
            "no heading ends a passage: {texts:?}"
        );
        assert!(chunks[0].heading_path.is_empty(), "a passage over two sections stands under neither alone");
    }

    #[test]
    fn a_sentence_longer_than_the_limit_is_still_read_whole() {
        let document = document(&[(P, &sentence(500))]);
        let chunks = chunk(&document, &words(), 50);
        check(&document, &chunks, 50);
    }

    #[test]
    fn nothing_gives_no_passages() {
        assert!(chunk(&document(&[]), &words(), 256).is_empty());
    }
}
