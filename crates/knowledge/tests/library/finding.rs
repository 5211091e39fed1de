//! Search over a real library: with and without index and embedder, filters, caps, citations, weak evidence.

use std::{fs, sync::Arc};

use async_trait::async_trait;
use quillhouse_domain::DocumentState;
use quillhouse_knowledge::retrieve::{
    DocumentChoice, DocumentFilter, Found, Hit, Query, Reranker, Retriever, SearchOptions, SearchRequest, Strength,
};
use quillhouse_llm::{EmbedError, Embedder};

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
    test!(what_the_library_says_nothing_about_has_no_strength),
    test!(marks_and_neighbouring_sentences_come_with_a_hit),
    test!(neighbours_are_joined_verbatim_and_the_same_every_time),
    test!(a_budget_of_tokens_is_kept),
    test!(documents_are_chosen_by_language_tag_and_day),
    test!(added_words_find_more_and_never_change_from_one_search_to_the_next),
    test!(a_reranker_orders_what_was_found_and_its_failure_changes_nothing),
    test!(vectors_in_memory_follow_what_comes_and_goes),
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
    assert_eq!((best.why.vector_rank, best.why.text_rank), (Some(1), Some(1)));
    assert!(best.reason.starts_with("It says `headings`"), "{}", best.reason);
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
        let options = SearchOptions { limit, per_document_cap: cap, ..SearchOptions::default() };
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

fn request(query: &str) -> SearchRequest {
    SearchRequest { queries: vec![Query::asked(query)], ..SearchRequest::default() }
}

async fn find(library: &TestLibrary, request: &SearchRequest) -> Found {
    library.retriever.find(request).await.unwrap()
}

/// A document of long sections, so that one section has several passages; its letters take one to four bytes.
fn long_document(sections: usize) -> String {
    let mut text = String::new();
    for section in 0..sections {
        text.push_str(&format!("# Über Fähre {section} 🛳\n\n"));
        for paragraph in 0..6 {
            for sentence in 0..7 {
                text.push_str(&format!(
                    "Ferry number {section} passes buoy {paragraph} at “{sentence} o’clock” — naïvely speaking, 東京 time, as the \
                     harbour of section {section} prescribes. "
                ));
            }
            text.push_str("\n\n");
        }
    }
    text
}

async fn what_the_library_says_nothing_about_has_no_strength() {
    let data = tempfile::tempdir().unwrap();
    let library = library(data.path()).await;
    for (query, expected) in [
        ("When does the ferry leave the harbour?", Strength::Strong),
        ("Put the person before the condition", Strength::Strong),
        ("quantum chromodynamics of heavy quarks", Strength::None),
        ("vegan chocolate cake", Strength::None),
        ("football world cup results", Strength::None),
    ] {
        let found = find(&library, &request(query)).await;
        assert_eq!(found.strength, expected, "{query}: {:?}", found.hits.first());
    }
}

async fn marks_and_neighbouring_sentences_come_with_a_hit() {
    let data = tempfile::tempdir().unwrap();
    let library = TestLibrary::open(data.path()).await;
    library.add_text("long.md", &long_document(3)).await;
    let options = SearchOptions { limit: 1, per_document_cap: 1, around: true, ..SearchOptions::default() };
    let found = find(&library, &SearchRequest { options, ..request("buoys of ferries") }).await;
    let hit = &found.hits[0];
    let marked: Vec<String> = hit
        .marks
        .iter()
        .map(|mark| hit.text.chars().skip(mark.start as usize).take((mark.end - mark.start) as usize).collect())
        .collect();
    assert!(marked.iter().any(|word| word == "buoy") && marked.iter().any(|word| word == "Ferry"), "{marked:?}");
    assert!(marked.iter().all(|word| ["buoy", "Ferry"].contains(&word.as_str())), "nothing else is marked: {marked:?}");
    let document = hit.document;
    let text = library.store.read(move |brand| brand.documents().text(document)).await.unwrap().unwrap().text;
    for sentence in [&hit.before, &hit.after] {
        assert!(text.contains(sentence.as_str()), "a neighbouring sentence is the document's: {sentence}");
    }
    assert!(!(hit.before.is_empty() && hit.after.is_empty()), "a passage of many has a neighbour");
}

async fn neighbours_are_joined_verbatim_and_the_same_every_time() {
    let data = tempfile::tempdir().unwrap();
    let library = TestLibrary::open(data.path()).await;
    library.add_text("long.md", &long_document(4)).await;
    let document = library.documents().await[0].id;
    let text = library.store.read(move |brand| brand.documents().text(document)).await.unwrap().unwrap().text;
    let mut joined = 0;
    for query in ["ferry 2 at the buoy", "harbour of section 1", "東京", "o'clock", "Über Fähre"] {
        let options = SearchOptions { limit: 9, per_document_cap: 9, ..SearchOptions::default() };
        let request = SearchRequest { options, ..request(query) };
        let found = find(&library, &request).await;
        assert_eq!(found, find(&library, &request).await, "{query}: the same again");
        for hit in &found.hits {
            let slice: String = text.chars().skip(hit.start as usize).take((hit.end - hit.start) as usize).collect();
            assert_eq!(slice, hit.text, "{query}: a joined hit is verbatim");
            assert!(hit.passages.contains(&hit.passage));
            assert!(hit.blocks.iter().all(|block| block.start >= hit.start && block.end <= hit.end));
            joined += usize::from(hit.passages.len() > 1);
        }
        let mut spans: Vec<(u32, u32)> = found.hits.iter().map(|hit| (hit.start, hit.end)).collect();
        spans.sort_unstable();
        assert!(spans.windows(2).all(|two| two[0].1 <= two[1].0), "{query}: hits do not overlap");
    }
    assert!(joined > 0, "the document gives neighbours to join");
}

async fn a_budget_of_tokens_is_kept() {
    let data = tempfile::tempdir().unwrap();
    let library = TestLibrary::open(data.path()).await;
    library.add_text("long.md", &long_document(4)).await;
    for budget in [0, 100, 300, 700, 5_000] {
        let options = SearchOptions { per_document_cap: 20, budget_tokens: Some(budget), ..SearchOptions::default() };
        let found = find(&library, &SearchRequest { options, ..request("ferry at the buoy") }).await;
        let spent: u32 = found.hits.iter().map(|hit| hit.token_count).sum();
        assert!(spent <= budget, "{spent} of {budget}");
        assert!(budget > 0 || found.hits.is_empty(), "nothing fits into nothing");
        assert!(budget < 300 || !found.hits.is_empty(), "a whole passage fits into {budget} tokens");
    }
}

async fn documents_are_chosen_by_language_tag_and_day() {
    let data = tempfile::tempdir().unwrap();
    let library = library(data.path()).await;
    let german = "# Fahrplan\n\nDie Fähre verlässt den Hafen am Mittag und kehrt vor der Dunkelheit zurück. Im Winter \
                  dauert die Überfahrt doppelt so lange, und das Café an Bord bleibt geschlossen.\n";
    library.add_text("fahrplan.md", german).await;
    let ferry = library.documents().await.into_iter().find(|document| document.name == "ferry.md").unwrap().id;
    library
        .store
        .write(move |brand| brand.documents().set_tags(ferry, &["Prices".to_owned()], "2026-11-21T12:00:00Z"))
        .await
        .unwrap();
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let everything = DocumentChoice::default;
    for (choice, expected) in [
        (DocumentChoice { languages: words(&["de"]), ..everything() }, &["fahrplan.md"][..]),
        (DocumentChoice { languages: words(&["fr"]), ..everything() }, &[]),
        (DocumentChoice { tags: words(&["prices", "other"]), ..everything() }, &["ferry.md"]),
        (DocumentChoice { tags: words(&["price"]), ..everything() }, &[]),
        (DocumentChoice { languages: words(&["de"]), tags: words(&["Prices"]), ..everything() }, &[]),
        (DocumentChoice { added_from: Some("2026-11-22".to_owned()), ..everything() }, &[]),
        (DocumentChoice { added_to: Some("2026-11-20".to_owned()), ..everything() }, &[]),
    ] {
        let found = find(&library, &SearchRequest { choice: choice.clone(), ..request("ferry Fähre winter") }).await;
        let mut names: Vec<&str> = found.hits.iter().map(|hit| hit.document_name.as_str()).collect();
        names.dedup();
        assert_eq!(names, expected, "{choice:?}");
        assert!(found.hits.iter().all(|hit| hit.reason.ends_with("among the documents you chose")));
    }
    let today = DocumentChoice {
        added_from: Some("2026-11-21".to_owned()),
        added_to: Some("2026-11-21".to_owned()),
        ..everything()
    };
    let found = find(&library, &SearchRequest { choice: today, ..request("ferry Fähre winter") }).await;
    assert!(found.hits.len() >= 2, "both days are part of the time asked for");
}

async fn added_words_find_more_and_never_change_from_one_search_to_the_next() {
    let data = tempfile::tempdir().unwrap();
    let library = library(data.path()).await;
    let options = SearchOptions { expand: true, ..SearchOptions::default() };
    let request = SearchRequest { options, ..request("ferry in winter") };
    let found = find(&library, &request).await;
    assert_eq!(found.strength, Strength::Strong);
    for _ in 0..3 {
        let fresh = Retriever::new(
            library.store.clone(),
            Some(library.index.clone()),
            Some(Arc::new(minilm()) as Arc<dyn Embedder>),
        );
        assert_eq!(fresh.find(&request).await.unwrap(), found, "what is remembered changes nothing");
        assert_eq!(find(&library, &request).await, found);
    }
}

/// Prefers short passages, or fails.
struct Shortest {
    fails: bool,
}

#[async_trait]
impl Reranker for Shortest {
    fn id(&self) -> &'static str {
        "shortest"
    }

    async fn scores(&self, _query: &str, passages: Vec<String>) -> Result<Vec<f32>, EmbedError> {
        if self.fails {
            return Err(EmbedError::Failed { reason: "asked to".to_owned() });
        }
        Ok(passages.iter().map(|passage| -(passage.len() as f32)).collect())
    }
}

async fn a_reranker_orders_what_was_found_and_its_failure_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let library = library(data.path()).await;
    library.add_text("note.md", "# Ferry\n\nThe ferry is late.\n").await;
    let request = request("When does the ferry leave?");
    let plain = find(&library, &request).await;
    let with = |fails| library.retriever.clone().reranked_by(Some(Arc::new(Shortest { fails })));
    let reranked = with(false).find(&request).await.unwrap();
    assert_eq!(reranked.hits[0].document_name, "note.md", "the shortest comes first");
    assert_eq!(reranked.hits[0].why.reranked, Some(1));
    assert_eq!(reranked.hits.len(), plain.hits.len(), "none is added or lost");
    assert_eq!(with(true).find(&request).await.unwrap(), plain, "a reranker that fails is not missed");
}

async fn vectors_in_memory_follow_what_comes_and_goes() {
    let data = tempfile::tempdir().unwrap();
    let library = library(data.path()).await;
    assert_eq!(library.index.resident_rows(), None, "nothing is loaded before it is needed");
    search(&library.retriever, "ferry").await;
    let before = library.index.resident_rows().unwrap();
    assert_eq!(before, library.passage_count().await);
    library
        .add_text("note.md", "# Otters\n\nOtters hold hands when they sleep, so that they do not drift apart.\n")
        .await;
    assert_eq!(library.index.resident_rows(), Some(before + 1), "a new passage is there at once");
    let hits = search(&library.retriever, "sleeping otters").await;
    assert_eq!((hits[0].document_name.as_str(), hits[0].why.vector_rank), ("note.md", Some(1)));
    library.ingest.erase(hits[0].document, Vec::new()).await.unwrap();
    assert_eq!(library.index.resident_rows(), Some(before), "and a removed one is gone");
    let (document, hits) = (hits[0].document, search(&library.retriever, "sleeping otters").await);
    assert!(hits.iter().all(|hit| hit.document != document));
}
