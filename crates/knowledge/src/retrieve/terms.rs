//! The words of a query: which are searched for, and which a passage holds.

use quillhouse_domain::Language;
use quillhouse_quality::text::{content_words, stems, words};
use quillhouse_store::PassageRow;

/// Words taken from one query; a query of a page's length would make the search slow and no better.
const WORDS_OF_A_QUERY: usize = 64;

/// The content words of one query, each with its stems in every language it may be in.
pub(super) struct QueryTerms {
    words: Vec<String>,
}

impl QueryTerms {
    pub(super) fn of(query: &str) -> Self {
        let mut words = Vec::new();
        for word in content(query) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        Self { words }
    }
}

/// What full text search looks for: the content words of the query, or all its words when it has no others.
pub(super) fn search_terms(query: &str) -> Vec<String> {
    content(query)
}

fn content(query: &str) -> Vec<String> {
    // The query's language is not known, and function words of English are rarely content words of another language.
    let mut found = content_words(query, Language::En);
    if found.is_empty() {
        found = words(query).into_iter().map(str::to_lowercase).collect();
    }
    found.truncate(WORDS_OF_A_QUERY);
    found
}

/// The words of the queries that the passage or its headings hold in any inflection, and the greatest share of one
/// query's words, 0 to 1.
pub(super) fn matched(queries: &[QueryTerms], passage: &PassageRow, language: Language) -> (Vec<String>, f32) {
    let mut held: std::collections::HashSet<String> = stems(&passage.text, language).into_iter().collect();
    for heading in &passage.heading_path {
        held.extend(stems(heading, language));
    }
    let mut matched: Vec<String> = Vec::new();
    let mut best_share = 0.0_f32;
    for query in queries {
        let found: Vec<&String> = query
            .words
            .iter()
            .filter(|word| {
                let stems = stems(word, language);
                !stems.is_empty() && stems.iter().all(|stem| held.contains(stem))
            })
            .collect();
        if !query.words.is_empty() {
            best_share = best_share.max(found.len() as f32 / query.words.len() as f32);
        }
        for word in found {
            if !matched.contains(word) {
                matched.push(word.clone());
            }
        }
    }
    (matched, best_share)
}
