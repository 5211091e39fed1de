//! Search over a real library: with and without index and embedder, filters, caps, citations, weak evidence.

use std::{fs, sync::Arc};

use quillhouse_domain::DocumentState;
use quillhouse_knowledge::retrieve::{DocumentFilter, Hit, Retriever, SearchOptions, Why};
use quillhouse_llm::Embedder;

use crate::support::{Test, TestLibrary, minilm, test};

pub(crate) const TESTS: &[Test] = &[
    test!(a_hit_says_where_it_stands_and_why_it_was_found),
    test!(what_the_library_says_nothing_about_stays_weak),
    test!(index_brute_force_and_words_agree_on_the_best_hit),
    test!(a_damaged_index_does_not_keep_a_search_from_answering),
    test!(filters_and_caps_hold),
    test!(no_query_is_an_error),
    test!(the_same_text_in_two_documents_is_one_hit),
    test!(an_empty_library_finds_nothing),
];

const GUIDE: &str = "# Plain language\n\nUse words that your readers know. Short sentences are easier to read than long ones.\n\n# Headings\n\nHeadings help people to scan a page and to find what they need.\n\n# Inclusive words\n\nPut the person before the condition, and ask people how they describe themselves.\n";
const FERRY: &str = "# Timetable\n\nThe ferry leaves the harbour at noon and returns before dark.\n\n# Naïve détours\n\nIn winter the crossing takes twice as long, and the café on board stays closed.\n";

async fn library(folder: &std::path::Path) -> TestLibrary {
    let library = TestLibrary::open(folder).await;
    library.add_text("guide.md", GUIDE).await;
    library.add_text("ferry.md", FERRY).await;
    library
}

async fn search(retriever: &Retriever, query: &str) -> Vec<Hit> {
    retriever.search(&[query.to_owned()], &DocumentFilter::default(), SearchOptions::default()).await.unwrap()
}

async fn a_hit_says_where_it_stands_and_why_it_was_found() {
    let data = tempfile::tempdir().unwrap();
    let library = library(data.path()).await;
    let hits = search(&library.retriever, "How do headings help readers scan?").await;
    let best = &hits[0];
    assert_eq!(best.document_name, "guide.md");
    assert!(best.text.contains("Headings help people"), "{}", best.text);
    assert_eq!(best.why, Why { vector_rank: Some(1), text_rank: Some(1) });
    for word in ["headings", "help", "scan"] {
        assert!(best.matched_terms.iter().any(|term| term == word), "{word}: {:?}", best.matched_terms);
    }
    let (document, start, end) = (best.document, best.start as usize, best.end as usize);
    let text = library.store.read(move |brand| brand.documents().text(document)).await.unwrap().unwrap().text;
    let slice: String = text.chars().skip(start).take(end - start).collect();
    assert_eq!(slice, best.text, "a citation is verbatim");
    assert!(!best.blocks.is_empty(), "structure comes along");
    assert!(
        best.blocks.iter().all(|block| block.start >= best.start && block.end <= best.end),
        "clipped to the passage"
    );
}

async fn what_the_library_says_nothing_about_stays_weak() {
    let data = tempfile::tempdir().unwrap();
    let library = library(data.path()).await;
    let strong = search(&library.retriever, "When does the ferry leave the harbour?").await;
    let weak = search(&library.retriever, "quantum chromodynamics of heavy quarks").await;
    assert!(strong[0].relevance > 0.6, "a plain answer is strong: {}", strong[0].relevance);
    assert!(weak.iter().all(|hit| hit.relevance < 0.25), "the best of nothing is weak: {:?}", weak.first());
}

async fn index_brute_force_and_words_agree_on_the_best_hit() {
    let data = tempfile::tempdir().unwrap();
    let library = library(data.path()).await;
    let query = "closed café in winter";
    let with_index = search(&library.retriever, query).await;
    let embedder: Arc<dyn Embedder> = Arc::new(minilm());
    let brute = search(&Retriever::new(library.store.clone(), None, Some(embedder)), query).await;
    assert_eq!(with_index, brute, "the exact scan of SQLite gives what the index gives");
    let words = search(&Retriever::new(library.store.clone(), None, None), query).await;
    assert_eq!(words[0].passage, with_index[0].passage);
    assert_eq!((words[0].best_cosine, words[0].why.vector_rank), (None, None), "what is missing shows");
    assert!(words[0].matched_terms.contains(&"café".to_owned()), "{:?}", words[0].matched_terms);
}

async fn a_damaged_index_does_not_keep_a_search_from_answering() {
    let data = tempfile::tempdir().unwrap();
    let library = library(data.path()).await;
    let before = search(&library.retriever, "when does the boat depart").await;
    fs::remove_dir_all(library.index_folder.join("1")).unwrap();
    let after = search(&library.retriever, "when does the boat depart").await;
    assert_eq!(before, after, "the library's own vectors answer");
}

async fn filters_and_caps_hold() {
    let data = tempfile::tempdir().unwrap();
    let library = library(data.path()).await;
    let ferry = library.documents().await.into_iter().find(|document| document.name == "ferry.md").unwrap().id;
    let queries = ["headings and ferries".to_owned(), "winter".to_owned()];
    for (filter, cap, limit, expected) in [
        (DocumentFilter { include: vec![ferry], exclude: vec![] }, 9, 9, vec!["ferry.md"]),
        (DocumentFilter { include: vec![], exclude: vec![ferry] }, 1, 9, vec!["guide.md"]),
        (DocumentFilter { include: vec![ferry], exclude: vec![ferry] }, 9, 9, vec![]),
        (DocumentFilter::default(), 9, 0, vec![]),
        (DocumentFilter::default(), 0, 9, vec![]),
    ] {
        let options = SearchOptions { limit, per_document_cap: cap };
        let hits = library.retriever.search(&queries, &filter, options).await.unwrap();
        let names: Vec<&str> = hits.iter().map(|hit| hit.document_name.as_str()).collect();
        assert_eq!(names, expected, "{filter:?} {options:?}");
    }
}

async fn no_query_is_an_error() {
    let data = tempfile::tempdir().unwrap();
    let library = library(data.path()).await;
    assert!(
        library.retriever.search(&[], &DocumentFilter::default(), SearchOptions::default()).await.unwrap().is_empty()
    );
    for query in [
        "",
        "  \n",
        "\"",
        "OR AND NOT",
        "passage:* NEAR(",
        "日本語",
        "\0",
        "the of and",
        "%' --",
        &"word ".repeat(3_000),
    ] {
        let hits = search(&library.retriever, query).await;
        assert!(hits.len() <= 20, "{query:.20}");
    }
    assert!(search(&library.retriever, "   ").await.is_empty(), "nothing asked, nothing found");
}

async fn the_same_text_in_two_documents_is_one_hit() {
    let data = tempfile::tempdir().unwrap();
    let library = library(data.path()).await;
    library.add_text("reprint.md", &GUIDE.replace("Short sentences", "Short  sentences")).await;
    assert!(library.documents().await.iter().all(|document| document.state == DocumentState::Ready));
    let hits = search(&library.retriever, "headings help people scan").await;
    let copies = hits.iter().filter(|hit| hit.text.contains("Headings help people")).count();
    assert_eq!(copies, 1, "a reprint adds no evidence");
}

async fn an_empty_library_finds_nothing() {
    let data = tempfile::tempdir().unwrap();
    let library = TestLibrary::open(data.path()).await;
    assert!(search(&library.retriever, "anything").await.is_empty());
}
