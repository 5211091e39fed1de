//! Searching the library: the passages that answer a query, with the reasons.

use quillhouse_knowledge::retrieve::{DocumentFilter, Hit, SearchOptions, Why};

use crate::{
    CommandError, Studio,
    views::document::{HitView, LibrarySearchParams, LibrarySearchView},
};

/// Longest query, in characters.
const QUERY_CHARACTERS: usize = 500;

fn why(why: &Why) -> String {
    match (why.vector_rank, why.text_rank) {
        (Some(_), Some(_)) => "meaning and words",
        (Some(_), None) => "meaning",
        (None, Some(_)) => "words",
        (None, None) => "neighbour",
    }
    .to_owned()
}

fn hit_view(hit: Hit) -> HitView {
    HitView {
        passage: hit.passage,
        document: hit.document,
        document_name: hit.document_name,
        page: hit.page,
        start: hit.start,
        end: hit.end,
        heading_path: hit.heading_path,
        text: hit.text,
        relevance: hit.relevance,
        matched_terms: hit.matched_terms,
        why: why(&hit.why),
    }
}

pub(crate) async fn search(studio: &Studio, params: LibrarySearchParams) -> Result<LibrarySearchView, CommandError> {
    let (brand, _) = studio.brand(&params.brand).await?;
    let query = params.query.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = query.chars().count();
    if length == 0 || length > QUERY_CHARACTERS {
        return Err(CommandError::invalid_input(format!(
            "A search has 1 to {QUERY_CHARACTERS} characters; this one has {length}"
        )));
    }
    if !(1..=100).contains(&params.limit) {
        return Err(CommandError::invalid_input("A search gives 1 to 100 hits"));
    }
    let library = studio.library(&brand).await?;
    let options = SearchOptions { limit: params.limit as usize, ..SearchOptions::default() };
    let hits = library.retriever.search(std::slice::from_ref(&query), &DocumentFilter::default(), options).await?;
    Ok(LibrarySearchView { query, hits: hits.into_iter().map(hit_view).collect(), note: library.note.clone() })
}
