//! How long a post may be, counted the way each network counts, and threads for what is longer.
//!
//! Where a network does not say what a character is, UTF-16 units are counted: never fewer than any other way counts.

mod link;

use quillhouse_domain::{Language, Network};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::{language, text::sentences};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CountUnit {
    /// X's weights: 1 for most European characters, 2 for the others and for emoji, 23 for a link.
    Weighted,
    /// Characters as a reader sees them.
    Graphemes,
    /// Bytes of UTF-8.
    Bytes,
    /// Unicode scalar values, an emoji as its UTF-8 bytes.
    CharactersWithEmojiBytes,
    /// Units of UTF-16.
    Utf16,
}

/// The most a network takes in one post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The most.
    pub amount: u32,
    /// Of what.
    pub unit: CountUnit,
}

/// How much of a network's limit a text uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Used.
    pub used: u32,
    /// The most.
    pub limit: u32,
    /// Of what.
    pub unit: CountUnit,
}

impl Count {
    /// True when the text is inside the limit.
    pub const fn fits(self) -> bool {
        self.used <= self.limit
    }
}

/// Characters a link counts on X and on Mastodon, however long it is.
pub const LINK_CHARACTERS: u32 = 23;
/// Bluesky's second limit, in bytes of UTF-8 (`app.bsky.feed.post`).
pub const BLUESKY_BYTES: u32 = 3_000;

/// The limit of a network. Mastodon servers may set another one; 500 is the default.
pub const fn limit(network: Network) -> Limit {
    match network {
        Network::X => Limit { amount: 280, unit: CountUnit::Weighted },
        Network::Bluesky => Limit { amount: 300, unit: CountUnit::Graphemes },
        Network::Threads => Limit { amount: 500, unit: CountUnit::CharactersWithEmojiBytes },
        Network::Mastodon => Limit { amount: 500, unit: CountUnit::Graphemes },
        Network::Linkedin => Limit { amount: 3_000, unit: CountUnit::Utf16 },
        Network::Facebook => Limit { amount: 63_206, unit: CountUnit::Utf16 },
        Network::Instagram => Limit { amount: 2_200, unit: CountUnit::Utf16 },
    }
}

/// The most hashtags a network takes in one post; `None` where only the length counts.
pub const fn hashtag_limit(network: Network) -> Option<u32> {
    match network {
        // Since 2025-12-18; before it was 30.
        Network::Instagram => Some(5),
        // One topic tag a post.
        Network::Threads => Some(1),
        Network::X | Network::Bluesky | Network::Mastodon | Network::Linkedin | Network::Facebook => None,
    }
}

/// Counts a text. For Bluesky, which has two limits, the bytes are told when they are what does not fit.
pub fn count(network: Network, text: &str) -> Count {
    let Limit { amount, unit } = limit(network);
    let used = match network {
        Network::X => weighted(text),
        Network::Bluesky => {
            let bytes = saturated(text.len());
            if bytes > BLUESKY_BYTES {
                return Count { used: bytes, limit: BLUESKY_BYTES, unit: CountUnit::Bytes };
            }
            saturated(text.graphemes(true).count())
        }
        Network::Threads => text
            .graphemes(true)
            .map(|grapheme| saturated(if is_emoji(grapheme) { grapheme.len() } else { grapheme.chars().count() }))
            .sum(),
        Network::Mastodon => mastodon(text),
        Network::Linkedin | Network::Facebook | Network::Instagram => saturated(text.encode_utf16().count()),
    };
    Count { used, limit: amount, unit }
}

/// True when the network takes the text as one post, hashtags included.
pub fn fits(network: Network, text: &str) -> bool {
    count(network, text).fits() && hashtag_limit(network).is_none_or(|limit| saturated(hashtags(text).len()) <= limit)
}

/// The hashtags of a text with their `#`.
pub fn hashtags(text: &str) -> Vec<&str> {
    text.split_whitespace()
        .filter(|word| word.starts_with('#'))
        .map(|word| word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|tag| tag.chars().skip(1).any(char::is_alphabetic))
        .collect()
}

fn saturated(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Weights of `config/v3.json` of twitter-text, in hundredths.
fn weighted(text: &str) -> u32 {
    let text: String = text.nfc().collect();
    let mut hundredths: u64 = 0;
    let mut at = 0;
    let mut add = |stretch: &str| {
        for grapheme in stretch.graphemes(true) {
            hundredths += if is_emoji(grapheme) { 200 } else { grapheme.chars().map(weight).sum() };
        }
    };
    let mut links = 0_u64;
    for (start, end) in link::links(&text, true) {
        add(&text[at..start]);
        links += 1;
        at = end;
    }
    add(&text[at..]);
    u32::try_from(hundredths / 100 + links * u64::from(LINK_CHARACTERS)).unwrap_or(u32::MAX)
}

fn weight(character: char) -> u64 {
    match u32::from(character) {
        0x0000..=0x10FF | 0x2000..=0x200D | 0x2010..=0x201F | 0x2032..=0x2037 => 100,
        _ => 200,
    }
}

fn mastodon(text: &str) -> u32 {
    let mut used = 0;
    let mut at = 0;
    for (start, end) in link::links(text, false) {
        used += without_hosts(&text[at..start]) + LINK_CHARACTERS;
        at = end;
    }
    used + without_hosts(&text[at..])
}

/// Graphemes of a text in which `@user@host` counts only as `@user`.
fn without_hosts(text: &str) -> u32 {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        kept.push_str(&rest[..=at]);
        let boundary = !rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '/');
        let tail = &rest[at + 1..];
        let user = tail.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))).unwrap_or(tail.len());
        kept.push_str(&tail[..user]);
        rest = &tail[user..];
        if boundary && user > 0 && rest.starts_with('@') {
            let host = &rest[1..];
            let length = host.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(host.len());
            let name = host[..length].trim_end_matches(['.', '-']);
            if name.contains('.') {
                rest = &host[name.len()..];
            }
        }
    }
    kept.push_str(rest);
    saturated(kept.graphemes(true).count())
}

/// True for a grapheme that is drawn as an emoji.
fn is_emoji(grapheme: &str) -> bool {
    let mut characters = grapheme.chars();
    let Some(first) = characters.next() else { return false };
    let pictorial = matches!(u32::from(first), 0x1F000..=0x1FAFF);
    let presented_as_emoji = matches!(u32::from(first),
        0x231A..=0x231B | 0x23E9..=0x23EC | 0x23F0 | 0x23F3 | 0x25FD..=0x25FE | 0x2614..=0x2615 | 0x2648..=0x2653
        | 0x267F | 0x2693 | 0x26A1 | 0x26AA..=0x26AB | 0x26BD..=0x26BE | 0x26C4..=0x26C5 | 0x26CE | 0x26D4 | 0x26EA
        | 0x26F2..=0x26F3 | 0x26F5 | 0x26FA | 0x26FD | 0x2705 | 0x270A..=0x270B | 0x2728 | 0x274C | 0x274E
        | 0x2753..=0x2755 | 0x2757 | 0x2795..=0x2797 | 0x27B0 | 0x27BF | 0x2B1B..=0x2B1C | 0x2B50 | 0x2B55);
    let may_be_presented = matches!(u32::from(first),
        0x23 | 0x2A | 0x30..=0x39 | 0xA9 | 0xAE | 0x203C | 0x2049 | 0x2100..=0x2BFF | 0x3030 | 0x303D | 0x3297 | 0x3299);
    pictorial
        || presented_as_emoji
        || may_be_presented && characters.any(|c| matches!(c, '\u{FE0F}' | '\u{20E3}' | '\u{200D}'))
}

/// Cuts a text into posts that each fit, at the borders of paragraphs and sentences, numbered `(1/3)` at the end.
/// A text that fits is returned as it is. Words are cut only when one alone is longer than a post.
pub fn split_thread(network: Network, text: &str) -> Vec<String> {
    let text = text.trim();
    if count(network, text).fits() {
        return if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
    }
    let language = language::detect(text).language.unwrap_or(Language::En);
    // The number of digits of the total decides the room its numbering needs, so try with more until it is enough.
    for digits in 1..=6 {
        let number = "9".repeat(digits);
        let reserve = format!(" ({number}/{number})");
        let parts = pack(network, text, language, &reserve);
        if parts.len().to_string().len() <= digits {
            let total = parts.len();
            return parts.into_iter().enumerate().map(|(at, part)| format!("{part} ({}/{total})", at + 1)).collect();
        }
    }
    Vec::new()
}

fn pack(network: Network, text: &str, language: Language, reserve: &str) -> Vec<String> {
    let fits = |part: &str| count(network, &format!("{part}{reserve}")).fits();
    let mut parts: Vec<String> = Vec::new();
    let mut open = String::new();
    let mut add = |piece: &str, joint: &str| {
        let joined = if open.is_empty() { piece.to_owned() } else { format!("{open}{joint}{piece}") };
        if fits(&joined) {
            open = joined;
        } else {
            if !open.is_empty() {
                parts.push(std::mem::take(&mut open));
            }
            piece.clone_into(&mut open);
        }
    };
    for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        let mut joint = "\n\n";
        for sentence in whole_sentences(paragraph, language) {
            if fits(sentence) {
                add(sentence, joint);
            } else {
                for word in sentence.split_whitespace() {
                    if fits(word) {
                        add(word, joint);
                    } else {
                        let mut chunk = String::new();
                        for grapheme in word.graphemes(true) {
                            if !chunk.is_empty() && !fits(&format!("{chunk}{grapheme}")) {
                                add(&chunk, joint);
                                chunk.clear();
                            }
                            chunk.push_str(grapheme);
                        }
                        add(&chunk, joint);
                    }
                    joint = " ";
                }
            }
            joint = " ";
        }
    }
    if !open.is_empty() {
        parts.push(open);
    }
    parts
}

/// The sentences of a paragraph with everything between them: marks of lists and lone emoji stay.
fn whole_sentences(paragraph: &str, language: Language) -> Vec<&str> {
    let starts: Vec<usize> = sentences(paragraph, language)
        .iter()
        .map(|sentence| sentence.text.as_ptr() as usize - paragraph.as_ptr() as usize)
        .collect();
    let mut found = Vec::new();
    let mut from = 0;
    for &start in starts.iter().skip(1) {
        // A mark before a sentence belongs to it, not to the one before.
        let line = paragraph[..start].rfind('\n').map_or(start, |newline| {
            if paragraph[newline..start].trim().chars().all(|c| !c.is_alphanumeric() || c.is_ascii_digit()) {
                newline + 1
            } else {
                start
            }
        });
        if line > from {
            found.push(paragraph[from..line].trim());
            from = line;
        }
    }
    found.push(paragraph[from..].trim());
    found.retain(|piece| !piece.is_empty());
    found
}

#[cfg(test)]
mod tests;
