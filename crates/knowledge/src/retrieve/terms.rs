//! The words of a query: which are searched for, and where a passage holds them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use quillhouse_domain::Language;
use quillhouse_quality::text::{content_words, stems, words};
use quillhouse_store::WordMatch;

/// Words taken from one query; a query of a page's length would make the search slow and no better.
const WORDS_OF_A_QUERY: usize = 64;
/// Words whose stems are remembered: some megabytes.
const KNOWN_STEMS: usize = 32_768;
/// Passages that full text search ranks for one query, at about a microsecond each. Libraries up to this size are
/// searched for every word.
pub(super) const MOST_RANKED: u32 = 5_000;
/// How many of these may hold one of the rarer words; the rest is for common words that stand together.
const MOST_OF_RARE_WORDS: u32 = 3_500;

/// The content words of one query, each with its stems in every language it may be in.
pub(super) struct QueryTerms {
    words: Vec<String>,
}

impl QueryTerms {
    pub(super) fn of(query: &str) -> Self {
        Self { words: search_terms(query) }
    }
}

/// What full text search looks for: the content words of the query, or all its words when it has no others; each once.
pub(super) fn search_terms(query: &str) -> Vec<String> {
    // The query's language is not known, and function words of English are rarely content words of another language.
    let mut found = content_words(query, Language::En);
    if found.is_empty() {
        found = words(query).into_iter().map(str::to_lowercase).collect();
    }
    let mut distinct: Vec<String> = Vec::new();
    for word in found {
        if distinct.len() == WORDS_OF_A_QUERY {
            break;
        }
        if !distinct.contains(&word) {
            distinct.push(word);
        }
    }
    distinct
}

/// Which words to search a large library for, and how many passages each search may rank. A word that stands in
/// thousands of passages tells little apart (its inverse document frequency is small) and costs most, so it counts only
/// together with another. The two searches have no word in common: their BM25 scores add up.
///
/// `frequencies` are counted up to [`MOST_RANKED`]; `passages` is how many there are.
pub(super) fn choose(terms: &[String], frequencies: &[u32], passages: u32) -> Vec<(WordMatch, u32)> {
    let mut known: Vec<(u32, &String)> =
        frequencies.iter().copied().zip(terms).filter(|(frequency, _)| *frequency > 0).collect();
    if passages <= MOST_RANKED {
        let any: Vec<String> = known.into_iter().map(|(_, term)| term.clone()).collect();
        return if any.is_empty() { Vec::new() } else { vec![(WordMatch { any, together: Vec::new() }, MOST_RANKED)] };
    }
    known.sort_by_key(|(frequency, _)| *frequency);
    let (mut rare, mut common, mut total): (Vec<String>, Vec<String>, u32) = (Vec::new(), Vec::new(), 0);
    for (frequency, term) in known {
        if common.is_empty() && total + frequency <= MOST_OF_RARE_WORDS {
            total += frequency;
            rare.push(term.clone());
        } else {
            common.push(term.clone());
        }
    }
    let rest = MOST_RANKED - total;
    let mut searches = Vec::new();
    if common.len() == 1 && rare.is_empty() {
        // The only word there is; better the first few thousand passages than none.
        rare.append(&mut common);
        total = rest;
    }
    if !rare.is_empty() {
        searches.push((WordMatch { any: rare, together: Vec::new() }, total));
    }
    if common.len() > 1 {
        searches.push((WordMatch { any: Vec::new(), together: common }, rest));
    }
    searches
}

/// A stretch of a hit's text, in characters from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// First character.
    pub start: u32,
    /// One past the last.
    pub end: u32,
}

/// What of the queries a text holds.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Held {
    /// Words of the queries, as they stand there, that the text or its headings hold in any inflection.
    pub(super) words: Vec<String>,
    /// The greatest share of one query's words, 0 to 1.
    pub(super) share: f32,
    /// Where they stand in the text, in order, without overlaps.
    pub(super) marks: Vec<Mark>,
}

/// Stems of words by language, each looked for once. Passages repeat their words, and a library its topics.
#[derive(Default)]
pub(super) struct Stems {
    of: HashMap<Language, HashMap<String, Arc<[String]>>>,
    words: usize,
}

impl Stems {
    fn of(&mut self, word: &str, language: Language) -> Arc<[String]> {
        if self.words > KNOWN_STEMS {
            *self = Self::default();
        }
        let known = self.of.entry(language).or_default();
        if let Some(stems) = known.get(word) {
            return Arc::clone(stems);
        }
        let found: Arc<[String]> = stems(word, language).into();
        known.insert(word.to_owned(), Arc::clone(&found));
        self.words += 1;
        found
    }
}

/// Looks for the queries' words in a text and its headings.
pub(super) fn held(
    queries: &[QueryTerms],
    text: &str,
    heading_path: &[String],
    language: Language,
    known: &mut Stems,
) -> Held {
    let wanted: Vec<Vec<_>> = queries
        .iter()
        .map(|query| query.words.iter().map(|word| (word.as_str(), known.of(word, language))).collect())
        .collect();
    let stems_wanted: HashSet<&str> =
        wanted.iter().flatten().flat_map(|(_, stems)| stems.iter()).map(String::as_str).collect();
    let mut marks: Vec<Mark> = Vec::new();
    let mut found: HashSet<&str> = HashSet::new();
    let (mut byte, mut character) = (0, 0);
    for word in words(text) {
        let of_word = known.of(word, language);
        let before = marks.len();
        for stem in of_word.iter() {
            let Some(&stem) = stems_wanted.get(stem.as_str()) else { continue };
            found.insert(stem);
            if marks.len() == before
                && let Some(at) = offset(text, word)
            {
                character += text[byte..at].chars().count();
                byte = at;
                let length = word.chars().count();
                marks.push(Mark { start: character as u32, end: (character + length) as u32 });
            }
        }
    }
    for word in heading_path.iter().flat_map(|heading| words(heading)) {
        found.extend(known.of(word, language).iter().filter_map(|stem| stems_wanted.get(stem.as_str()).copied()));
    }
    let mut held = Held { marks, ..Held::default() };
    for query in &wanted {
        let of_query: Vec<&str> = query
            .iter()
            .filter(|(_, stems)| !stems.is_empty() && stems.iter().all(|stem| found.contains(stem.as_str())))
            .map(|(word, _)| *word)
            .collect();
        if !query.is_empty() {
            held.share = held.share.max(of_query.len() as f32 / query.len() as f32);
        }
        for word in of_query {
            if held.words.iter().all(|known| known != word) {
                held.words.push(word.to_owned());
            }
        }
    }
    held
}

/// The byte at which a slice of the text begins.
fn offset(text: &str, slice: &str) -> Option<usize> {
    let at = (slice.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    text.is_char_boundary(at).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn marks_stand_on_words_in_any_inflection() {
        for (query, text, language, expected) in [
            ("ferries", "Zoë's ferry. Ferries leave — ferry!", Language::En, &["ferry", "Ferries", "ferry"][..]),
            ("Häfen", "Der Hafen und die Häfen", Language::De, &["Hafen", "Häfen"]),
            ("well known", "A well-known word", Language::En, &["well-known"]),
            ("naïve café", "the NAIVE cafés 😀 naïve", Language::En, &["NAIVE", "cafés", "naïve"]),
            ("nothing", "", Language::En, &[]),
            ("", "some words", Language::En, &[]),
        ] {
            let held = held(&[QueryTerms::of(query)], text, &[], language, &mut Stems::default());
            let marked: Vec<String> = held
                .marks
                .iter()
                .map(|mark| text.chars().skip(mark.start as usize).take((mark.end - mark.start) as usize).collect())
                .collect();
            assert_eq!(marked, expected, "{query} in {text}");
            assert!(held.marks.windows(2).all(|two| two[0].end <= two[1].start), "in order, without overlaps");
        }
    }

    #[test]
    fn headings_count_as_held_but_have_no_mark() {
        let queries = [QueryTerms::of("ferry timetable"), QueryTerms::of("winter timetable crossing")];
        let text = "It leaves at noon in winters";
        let held = held(&queries, text, &terms(&["Timetables"]), Language::En, &mut Stems::default());
        assert_eq!(held.words, terms(&["timetable", "winter"]));
        assert!((held.share - 2.0 / 3.0).abs() < 1e-6, "the best of the queries counts: {}", held.share);
        assert_eq!(held.marks.len(), 1);
    }

    #[test]
    fn small_libraries_are_searched_for_every_word_and_large_ones_for_what_tells_apart() {
        let words = terms(&["the", "flow", "paraboloid", "unknown", "wing"]);
        let any = |of: &[&str]| WordMatch { any: terms(of), together: vec![] };
        let together = |of: &[&str]| WordMatch { any: vec![], together: terms(of) };
        for (frequencies, passages, expected) in [
            (&[900, 800, 10, 0, 400][..], 1_400, vec![(any(&["the", "flow", "paraboloid", "wing"]), 5_000)]),
            (&[0, 0, 0, 0, 0], 1_400, vec![]),
            (&[0, 0, 0, 0, 0], 100_000, vec![]),
            (
                &[5_000, 4_000, 10, 0, 400],
                100_000,
                vec![(any(&["paraboloid", "wing"]), 410), (together(&["flow", "the"]), 4_590)],
            ),
            (&[5_000, 0, 10, 0, 400], 100_000, vec![(any(&["paraboloid", "wing"]), 410)]),
            (&[5_000, 5_000, 0, 0, 0], 100_000, vec![(together(&["the", "flow"]), 5_000)]),
            (&[5_000, 0, 0, 0, 0], 100_000, vec![(any(&["the"]), 5_000)]),
        ] {
            assert_eq!(choose(&words, frequencies, passages), expected, "{frequencies:?} of {passages}");
        }
    }
}
