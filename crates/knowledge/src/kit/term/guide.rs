//! Which part of a document is a guide for writers.

use super::super::{line::Line, rules::Vocabulary};

/// What the place of a line says about it.
#[expect(
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "four independent findings about one place; each is a question that reads as one"
)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Guide {
    /// The document or the section is about writing.
    pub(super) is_guide: bool,
    /// The section is a list of words.
    pub(super) is_word_list: bool,
    /// The section is a list of words to avoid.
    pub(super) is_avoid_list: bool,
    /// Its entries have what to say instead in parentheses.
    pub(super) has_alternatives: bool,
}

/// One for each line.
pub(super) fn guides(lines: &[Line], name: &str, title: Option<&str>, words: &Vocabulary) -> Vec<Guide> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).replace(['-', '_'], " ");
    let document: Vec<String> = [Some(stem.as_str()), title].into_iter().flatten().map(plain).collect();
    let is_guide_document = document.iter().any(|place| has(place, &words.guides));
    let is_list_document = document.iter().any(|place| has(place, &words.word_lists));
    lines
        .iter()
        .map(|line| {
            let headings: Vec<String> = line.headings.iter().map(|heading| plain(heading)).collect();
            let nearest = headings.last();
            let avoids = nearest.is_some_and(|heading| has(heading, &words.avoid_lists));
            let lists = headings.iter().any(|place| has(place, &words.word_lists));
            Guide {
                is_guide: is_guide_document || avoids || headings.iter().any(|place| has(place, &words.guides)),
                // A list document may have a heading for each letter or group, but not for another matter.
                is_word_list: !avoids && (lists || is_list_document),
                is_avoid_list: avoids,
                has_alternatives: nearest.is_some_and(|heading| has(heading, &words.alternatives)),
            }
        })
        .collect()
}

fn plain(place: &str) -> String {
    place.to_lowercase().replace('’', "'").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// True when the place holds one of the phrases as whole words.
fn has(place: &str, phrases: &[String]) -> bool {
    phrases.iter().any(|phrase| {
        place.match_indices(phrase.as_str()).any(|(at, _)| {
            let before = place[..at].chars().next_back();
            let after = place[at + phrase.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric)
                && !after.is_some_and(|next| next.is_alphanumeric() && next != 's')
        })
    })
}
