//! What a guide says of the brand's tone: `Our tone is friendly, clear and direct, never stiff`.
//!
//! Invariants
//! - Only words of manner that are known count, and only where they stand for themselves: `short sentences` is no tone.
//! - The quote is the sentence, the entry of a list or the heading that says it.

use quillhouse_domain::{BlockKind, Language};
use quillhouse_quality::{brand::manner_word, text::sentences};

use super::{
    line::Line,
    rules::{self, ToneWords},
};

/// A word of tone with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundTone {
    /// In its base form.
    pub(super) word: String,
    /// True when the brand does not want to sound so.
    pub(super) refused: bool,
    /// First character in the document.
    pub(super) start: u32,
    /// One past the last character.
    pub(super) end: u32,
}

/// Words of a sentence that names a tone; longer ones tell a story.
const MOST_WORDS: usize = 32;
/// Words of an order under a heading of tone: `Be clear and direct.`
const ORDER_WORDS: usize = 14;
/// Words in which an entry of a list names its tone.
const HEAD_WORDS: usize = 4;

/// The tone that the lines of guides name.
pub(super) fn tones(lines: &[Line], is_guide: &[bool], language: Language) -> Vec<FoundTone> {
    let rules = &rules::of(language).tone;
    let mut found: Vec<FoundTone> = Vec::new();
    // What announces the entries of the list below it.
    let mut announced = false;
    for (line, guide) in lines.iter().zip(is_guide) {
        let text = line.string();
        let lower = plain(&text);
        if !*guide {
            announced = false;
            continue;
        }
        let section = line.headings.iter().any(|heading| rules.headings.stand_in(&plain(heading)));
        let mut add = |from: u32, to: u32, words: Vec<(String, bool)>| {
            for (word, refused) in words {
                found.push(FoundTone { word, refused, start: line.start + from, end: line.start + to });
            }
        };
        let whole = line.text.len() as u32;
        match line.kind {
            BlockKind::Heading { .. } => {
                announced = false;
                if section && lower.split_whitespace().count() <= HEAD_WORDS {
                    add(0, whole, only(&lower, rules, language));
                }
            }
            BlockKind::ListItem => {
                let head: String = lower.split([':', '–', '—', '.', '(']).next().unwrap_or("").trim().to_owned();
                let short = head.split_whitespace().count() <= HEAD_WORDS;
                if announced && short {
                    add(0, whole, listed(&head, rules, language));
                } else if section && short {
                    add(0, whole, only(&head, rules, language));
                }
            }
            BlockKind::Paragraph => {
                announced = rules.leads.stand_in(&lower) && lower.ends_with(':');
                for sentence in sentences(&text, language) {
                    let lower = plain(sentence.text);
                    let count = lower.split_whitespace().count();
                    let led = rules.leads.stand_in(&lower) && count <= MOST_WORDS;
                    let ordered = section
                        && count <= ORDER_WORDS
                        && rules.openings.iter().any(|opening| {
                            lower.strip_prefix(opening.as_str()).is_some_and(|rest| rest.starts_with(' '))
                        });
                    if (led || ordered) && !rules.others.stand_in(&lower) && !lower.ends_with('?') {
                        add(sentence.span.start, sentence.span.end, listed(&lower, rules, language));
                    }
                }
            }
            _ => announced = false,
        }
    }
    found
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace('’', "'").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A word with the mark behind it.
struct Piece<'a> {
    word: &'a str,
    mark: Option<char>,
}

fn pieces(lower: &str) -> Vec<Piece<'_>> {
    lower
        .split_whitespace()
        .map(|word| {
            let mark =
                word.chars().next_back().filter(|last| matches!(last, ',' | ';' | ':' | '.' | '!' | ')' | '–' | '—'));
            Piece { word: word.trim_matches(|letter: char| !letter.is_alphanumeric()), mark }
        })
        .collect()
}

/// The words of manner that stand for themselves; the second is true for what is refused.
fn listed(lower: &str, rules: &ToneWords, language: Language) -> Vec<(String, bool)> {
    let pieces = pieces(lower);
    let mut found: Vec<(String, bool)> = Vec::new();
    let mut at = 0;
    let mut refusing = false;
    // Within a refusal `X, Y or Z` refuses all three, `not X, and Y` only the first.
    let mut all = false;
    while at < pieces.len() {
        let length = rules.refusals.iter().filter_map(|phrase| starts_with(&pieces[at..], phrase)).max();
        if let Some(length) = length {
            refusing = true;
            let clause = pieces[at..].iter().take_while(|piece| !matches!(piece.mark, Some(';' | '.' | '!')));
            all = clause.map(|piece| piece.word).any(|word| rules.joins_refused.has(word));
            at += length;
            continue;
        }
        let piece = &pieces[at];
        if rules.turns.has(piece.word) {
            refusing = false;
        }
        if let Some(word) = manner_word(piece.word, language) {
            let next = pieces.get(at + 1);
            let alone = piece.mark.is_some() || next.is_none_or(|next| rules.followers.has(next.word));
            if alone && !found.iter().any(|(known, _)| known == word) {
                found.push((word.to_owned(), refusing));
                refusing = refusing && all;
            }
        }
        if matches!(piece.mark, Some(';' | '.' | '!')) {
            refusing = false;
        }
        at += 1;
    }
    found
}

/// The same when all of the words are of manner or join them; none otherwise.
fn only(lower: &str, rules: &ToneWords, language: Language) -> Vec<(String, bool)> {
    let telling = pieces(lower).iter().all(|piece| {
        manner_word(piece.word, language).is_some()
            || rules.followers.has(piece.word)
            || rules.turns.has(piece.word)
            || rules.refusals.has(piece.word)
            || rules.openings.has(piece.word)
    });
    if telling { listed(lower, rules, language) } else { Vec::new() }
}

fn starts_with(pieces: &[Piece<'_>], phrase: &str) -> Option<usize> {
    let words: Vec<&str> = phrase.split(' ').collect();
    (pieces.len() >= words.len() && words.iter().zip(pieces).all(|(word, piece)| *word == piece.word))
        .then_some(words.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: BlockKind, text: &str, heading: &str) -> Line {
        Line {
            kind,
            text: text.chars().collect(),
            start: 0,
            marked: Vec::new(),
            headings: if heading.is_empty() { Vec::new() } else { vec![heading.to_owned()] },
        }
    }

    fn words(lines: &[Line], language: Language) -> Vec<String> {
        tones(lines, &vec![true; lines.len()], language)
            .into_iter()
            .map(|tone| if tone.refused { format!("not {}", tone.word) } else { tone.word })
            .collect()
    }

    #[test]
    fn sentences_name_the_tone() {
        for (sentence, wanted) in [
            ("Our tone is friendly, clear and direct.", &["friendly", "clear", "direct"][..]),
            ("We sound like a good deckhand: calm, exact and friendly.", &["calm", "exact", "friendly"]),
            ("At 18F, we like to communicate in a friendly, straightforward way.", &["friendly", "straightforward"]),
            ("Our voice is warm, never stiff or formal.", &["warm", "not stiff", "not formal"]),
            ("Our voice is warm, not stiff, and direct.", &["warm", "not stiff", "direct"]),
            ("Our writing should be concise and direct.", &["concise", "direct"]),
            ("We prefer the active voice to the passive voice because it is clear.", &[]),
            ("Our voice uses short sentences and simple words.", &[]),
            ("Is our tone friendly?", &[]),
            ("Your tone might be serious when the user has a problem.", &[]),
        ] {
            assert_eq!(words(&[line(BlockKind::Paragraph, sentence, "")], Language::En), wanted, "{sentence}");
        }
        let german = line(BlockKind::Paragraph, "Wir schreiben klar, freundlich und direkt, nie werblich.", "");
        assert_eq!(words(&[german], Language::De), ["klar", "freundlich", "direkt", "not werblich"]);
    }

    #[test]
    fn lists_and_headings_name_it_as_well() {
        let announced = [
            line(BlockKind::Paragraph, "We consider our voice to be:", ""),
            line(BlockKind::ListItem, "Authoritative", ""),
            line(BlockKind::ListItem, "Welcoming to all audiences", ""),
            line(BlockKind::Paragraph, "That is all.", ""),
            line(BlockKind::ListItem, "Friendly", ""),
        ];
        assert_eq!(words(&announced, Language::En), ["authoritative", "welcoming"], "the list below the announcement");
        let section = [
            line(BlockKind::ListItem, "Clear: we say what we mean.", "Our voice"),
            line(BlockKind::ListItem, "Clear headings on every page", "Our voice"),
            line(BlockKind::Heading { level: 3 }, "Warm but not gushing", "Our voice"),
            line(BlockKind::Paragraph, "Be honest and direct.", "Our voice"),
        ];
        assert_eq!(words(&section, Language::En), ["clear", "warm", "not gushing", "honest", "direct"]);
    }
}
