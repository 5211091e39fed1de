//! Searching the library: the passages that answer a query, with the reasons.

use quillhouse_domain::{DocumentId, Language};
use quillhouse_knowledge::retrieve::{
    DocumentChoice, DocumentFilter, Hit, Nearness, Query, SearchOptions, SearchRequest, Strength,
};
use quillhouse_store::BrandStore;

use super::find;
use crate::{
    CommandError, ErrorReason, Studio,
    views::document::{HitView, LibrarySearchParams, LibrarySearchView, MarkView, NearnessView, StrengthView},
};

/// Longest query, in characters.
const QUERY_CHARACTERS: usize = 500;

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
        marks: hit.marks.iter().map(|mark| MarkView { start: mark.start, end: mark.end }).collect(),
        before: hit.before,
        after: hit.after,
        relevance: hit.relevance,
        matched_terms: hit.matched_terms,
        nearness: hit.nearness.map(nearness_view),
        why: hit.reason,
    }
}

const fn nearness_view(nearness: Nearness) -> NearnessView {
    match nearness {
        Nearness::Close => NearnessView::Close,
        Nearness::Related => NearnessView::Related,
        Nearness::Resembles => NearnessView::Resembles,
        Nearness::Nearest => NearnessView::Nearest,
    }
}

const fn strength_view(strength: Strength) -> StrengthView {
    match strength {
        Strength::Strong => StrengthView::Strong,
        Strength::Weak => StrengthView::Weak,
        Strength::None => StrengthView::None,
    }
}

/// A day as it is stored, or what is wrong with it.
fn day(text: Option<String>) -> Result<Option<String>, CommandError> {
    let Some(text) = text else { return Ok(None) };
    let trimmed = text.trim();
    let numbers: Vec<Option<u32>> = trimmed.split('-').map(|part| part.parse().ok()).collect();
    let shaped = trimmed.len() == 10 && trimmed.is_ascii();
    match numbers[..] {
        [Some(_), Some(1..=12), Some(1..=31)] if shaped => Ok(Some(trimmed.to_owned())),
        _ => Err(CommandError::invalid_input(format!("`{text}` is no day; write it as `2026-11-21`"))),
    }
}

fn choice(params: &mut LibrarySearchParams) -> Result<DocumentChoice, CommandError> {
    let languages = params.languages.take().unwrap_or_default();
    let languages = languages
        .iter()
        .map(|code| {
            code.parse::<Language>().map(|language| language.code().to_owned()).or_else(|error| {
                // Documents may be in languages that briefs cannot be written in.
                let code = code.trim().to_ascii_lowercase();
                let known = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase());
                if known { Ok(code) } else { Err(CommandError::invalid_input(error.to_string())) }
            })
        })
        .collect::<Result<_, _>>()?;
    let tags = params.tags.take().unwrap_or_default();
    let tags = tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    Ok(DocumentChoice {
        languages,
        tags,
        added_from: day(params.added_from.take())?,
        added_to: day(params.added_to.take())?,
    })
}

async fn documents(store: &BrandStore, names: Vec<String>) -> Result<Vec<DocumentId>, CommandError> {
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        ids.push(find(store, &name).await?.id);
    }
    Ok(ids)
}

pub(crate) async fn search(
    studio: &Studio,
    mut params: LibrarySearchParams,
) -> Result<LibrarySearchView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let query = params.query.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = query.chars().count();
    if length == 0 || length > QUERY_CHARACTERS {
        return Err(CommandError::invalid_input(format!(
            "A search has 1 to {QUERY_CHARACTERS} characters; this one has {length}"
        ))
        .because(ErrorReason::QueryLength { limit: QUERY_CHARACTERS as u32 }));
    }
    if !(1..=100).contains(&params.limit) {
        return Err(CommandError::invalid_input("A search gives 1 to 100 hits"));
    }
    let choice = choice(&mut params)?;
    let include = documents(&store, params.documents.take().unwrap_or_default()).await?;
    let library = studio.library(&brand).await?;
    let options =
        SearchOptions { limit: params.limit as usize, blocks: false, around: true, ..SearchOptions::default() };
    let request = SearchRequest {
        queries: vec![Query::asked(&query)],
        documents: DocumentFilter { include, exclude: Vec::new() },
        choice,
        options,
    };
    let found = library.retriever().await.find(&request).await?;
    let unrelated = params.unrelated.unwrap_or(false);
    let answers = found.hits.into_iter().filter(|hit| unrelated || Strength::of(hit.relevance) > Strength::None);
    let note = library.note();
    Ok(LibrarySearchView {
        query,
        hits: answers.map(hit_view).collect(),
        strength: strength_view(found.strength),
        note: note.as_ref().map(ToString::to_string),
        note_said: note,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_as_people_write_them_and_refused_in_a_sentence() {
        let params = |languages: &[&str], from: Option<&str>| LibrarySearchParams {
            languages: Some(languages.iter().map(|&code| code.to_owned()).collect()),
            tags: Some(vec![" Prices ".to_owned(), "  ".to_owned()]),
            added_from: from.map(str::to_owned),
            ..LibrarySearchParams::everywhere("Acme", "ferry", 5)
        };
        let read = choice(&mut params(&["EN", " ja"], Some(" 2026-11-21 "))).unwrap();
        assert_eq!(read.languages, ["en", "ja"]);
        assert_eq!(read.tags, ["Prices"]);
        assert_eq!(read.added_from.as_deref(), Some("2026-11-21"));
        for (languages, from) in [
            (&["english"][..], None),
            (&["e1"], None),
            (&[], Some("yesterday")),
            (&[], Some("2026-13-01")),
            (&[], Some("2026-1-1")),
            (&[], Some("")),
        ] {
            assert!(choice(&mut params(languages, from)).is_err(), "{languages:?} {from:?}");
        }
    }
}
