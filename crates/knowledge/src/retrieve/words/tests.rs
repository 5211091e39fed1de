//! Ranking by words alone, and over a real database that changes.

use std::sync::Arc;

use quillhouse_domain::{BrandId, DocumentFormat, DocumentState};
use quillhouse_store::{BrandRow, BrandStore, DataFolder, DocumentFinish, DocumentRow, PassageRow};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;

fn document(number: u128) -> DocumentId {
    DocumentId::from_uuid(Uuid::from_u128(number))
}

fn passage(number: u128) -> PassageId {
    PassageId::from_uuid(Uuid::from_u128(number))
}

/// Each passage with its document; ids of passages count from 1.
fn index(texts: &[(u128, &str, Language)]) -> WordIndex {
    let mut index = WordIndex::default();
    for (number, (owner, text, language)) in texts.iter().enumerate() {
        let id = document(*owner);
        let place = *index.place_of.entry(id).or_insert_with(|| {
            let edition = DocumentEdition { id, changed_at: String::new(), passages: 0, language: None };
            index.documents.push(Document { edition, rows: Vec::new() });
            (index.documents.len() - 1) as u32
        });
        index.add(place, passage(number as u128 + 1), text, "", *language);
    }
    index
}

fn found(index: &WordIndex, terms: &[&str], filter: &DocumentFilter, depth: usize) -> Vec<u128> {
    let terms: Vec<String> = terms.iter().map(|&term| term.to_owned()).collect();
    index.search(&terms, filter, depth).into_iter().map(|passage| passage.as_uuid().as_u128()).collect()
}

const LIBRARY: [(u128, &str, Language); 5] = [
    (1, "The ferry leaves at seven. Ferries are green.", Language::En),
    (1, "The quay was rebuilt in stone and the ferry waits there for the boats of the fishermen.", Language::En),
    (2, "Boats are painted green.", Language::En),
    (3, "Die Häfen liegen im Norden.", Language::De),
    (2, "Nobody knows.", Language::En),
];

#[test]
fn rare_words_and_short_passages_come_first_in_any_inflection_and_language() {
    let index = index(&LIBRARY);
    let everything = DocumentFilter::default();
    for (terms, expected) in [
        (&["ferries"][..], &[1, 2][..]),
        (&["green", "boat"], &[3, 1, 2]),
        (&["hafen"], &[4]),
        (&["submarine"], &[]),
        (&[], &[]),
        (&["ferry", "submarine"], &[1, 2]),
    ] {
        assert_eq!(found(&index, terms, &everything, 10), expected, "{terms:?}");
    }
    assert_eq!(found(&index, &["green", "boat"], &everything, 1), [3], "no more than was wanted");
}

#[test]
fn filters_hold_and_what_is_gone_is_not_found() {
    let mut index = index(&LIBRARY);
    let only = |include: &[u128], exclude: &[u128]| DocumentFilter {
        include: include.iter().copied().map(document).collect(),
        exclude: exclude.iter().copied().map(document).collect(),
    };
    assert_eq!(found(&index, &["green"], &only(&[2], &[]), 10), [3]);
    assert_eq!(found(&index, &["green"], &only(&[], &[2]), 10), [1]);
    index.empty(0);
    assert_eq!(found(&index, &["green", "ferry"], &DocumentFilter::default(), 10), [3], "its document was removed");
}

#[test]
fn the_order_of_adding_decides_nothing() {
    let forward = index(&LIBRARY);
    let mut turned = LIBRARY;
    turned.reverse();
    let backward = index(&turned);
    let everything = DocumentFilter::default();
    let mirrored: Vec<u128> =
        found(&backward, &["green", "boat"], &everything, 10).into_iter().map(|number| 6 - number).collect();
    assert_eq!(found(&forward, &["green", "boat"], &everything, 10), mirrored);
}

const PASSAGES: u32 = 50;

/// A document whose passages all hold its number, and one of them a word of its own.
async fn put(store: &BrandStore, number: u32, own: &str, at: &str) {
    let id = document(u128::from(number));
    let row = DocumentRow {
        id,
        content_hash: format!("{number:064x}"),
        name: format!("{number}.txt"),
        source_path: None,
        source_url: None,
        source_modified_ns: None,
        source_missing: false,
        tags: Vec::new(),
        dated: None,
        file_name: format!("{number}"),
        format: DocumentFormat::Text,
        byte_count: 1,
        state: DocumentState::Queued,
        title: None,
        language: Some("en".to_owned()),
        page_count: 0,
        passage_count: 0,
        character_count: 0,
        problems: Vec::new(),
        attempt: 1,
        added_at: at.to_owned(),
        changed_at: at.to_owned(),
    };
    let passages: Vec<PassageRow> = (0..PASSAGES)
        .map(|ordinal| {
            let own = if ordinal == 7 { own } else { "nothing" };
            let text = format!("Ferry {number} carries {own} on crossing {ordinal}.");
            let length = text.chars().count() as u32;
            PassageRow {
                id: passage(u128::from(number * PASSAGES + ordinal + 1)),
                document_id: id,
                ordinal,
                page: 1,
                start_character: 0,
                end_character: length,
                heading_path: vec!["Crossings".to_owned()],
                text,
                token_count: 9,
                embedder: None,
                vector: None,
            }
        })
        .collect();
    let finish = DocumentFinish {
        id,
        title: None,
        language: row.language.clone(),
        state: DocumentState::Ready,
        problems: Vec::new(),
        text: passages.iter().map(|passage| passage.text.as_str()).collect::<Vec<_>>().join("\n"),
        pages: Vec::new(),
        blocks: Vec::new(),
        passages,
        changed_at: at.to_owned(),
    };
    store
        .write(move |brand| {
            if brand.documents().get(row.id).is_err() {
                brand.documents().insert(&row)?;
            }
            brand.documents().finish(&finish)
        })
        .await
        .unwrap();
}

/// How many passages hold the word; `None` while FTS5 is to answer.
async fn holding(store: &BrandStore, words: &Arc<Words>, term: &str) -> Option<usize> {
    let (words, terms, writes) = (Arc::clone(words), vec![vec![term.to_owned()]], store.writes());
    let everything = DocumentFilter::default();
    let asked = store.read(move |brand| words.search(writes, *brand, &terms, &everything, 9_999)).await.unwrap();
    match asked {
        Asked::Answered(rankings) => Some(rankings[0].len()),
        Asked::NotLoaded | Asked::NotWanted => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_library_is_searched_by_every_word_as_it_is_now() {
    const EARLY: &str = "2026-11-21T10:00:00Z";
    const LATE: &str = "2026-11-21T11:00:00Z";
    let disk = TempDir::new().unwrap();
    let data = DataFolder::open(disk.path()).unwrap();
    let brand = BrandRow {
        id: BrandId::from_uuid(Uuid::from_u128(1)),
        name: "Ferry".to_owned(),
        color: 0,
        created_at: EARLY.to_owned(),
        local_only: false,
    };
    let store = data.create_brand(brand).await.unwrap();
    let documents = MOST_RANKED / PASSAGES + 1;
    for number in 1..documents {
        put(&store, number, "salt", EARLY).await;
    }
    let retriever = Retriever::new(Arc::clone(&store), None, None);
    let words = Arc::clone(&retriever.words);
    assert_eq!(holding(&store, &words, "ferry").await, None, "up to this size FTS5 ranks every passage");
    put(&store, documents, "pepper", EARLY).await;
    assert_eq!(holding(&store, &words, "ferry").await, None, "a search does not wait for a whole library");
    retriever.load().await.unwrap();
    assert_eq!(holding(&store, &words, "ferry").await, Some((documents * PASSAGES) as usize), "all of them");
    assert_eq!(holding(&store, &words, "crossings").await, Some((documents * PASSAGES) as usize), "headings count");
    assert_eq!(holding(&store, &words, "salt").await, Some(documents as usize - 1));
    put(&store, documents, "sugar", LATE).await;
    assert_eq!(holding(&store, &words, "sugar").await, Some(1), "a document that was read again is searched at once");
    assert_eq!(holding(&store, &words, "pepper").await, Some(0), "and what it said before is gone");
    put(&store, documents + 1, "pepper", LATE).await;
    assert_eq!(holding(&store, &words, "pepper").await, Some(1), "so is a new one");
    store.write(|brand| brand.documents().erase(document(1)).map(drop)).await.unwrap();
    assert_eq!(holding(&store, &words, "salt").await, Some(documents as usize - 2), "an erased one is not found");
}
