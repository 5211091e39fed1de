//! Batches over real files: what happens to each, what survives a stop, a kill and a failure, and what is left on disk.

use std::{fs, path::Path, sync::Arc};

use quillhouse_domain::{Coded, DocumentState, ErrorCode, ProblemKind};
use quillhouse_knowledge::{
    index::{DocumentFilter, IndexHealth},
    ingest::{IngestError, IngestSource},
    retrieve::SearchOptions,
};
use quillhouse_llm::{CancelToken, EmbedError};
use tokio::sync::mpsc;

use crate::support::{FailingEmbedder, Test, TestLibrary, test};

pub(crate) const TESTS: &[Test] = &[
    test!(a_folder_becomes_documents_that_can_be_found),
    test!(the_same_bytes_are_added_once),
    test!(a_changed_file_takes_the_place_of_its_older_self),
    test!(one_bad_file_costs_only_itself),
    test!(an_empty_folder_is_an_error_that_says_what_is_read),
    test!(what_a_stop_left_is_finished_by_resume_without_reading_finished_files_again),
    test!(a_batch_dropped_in_the_middle_is_finished_after_opening_again),
    test!(a_removed_document_leaves_no_trace),
    test!(an_index_lost_between_two_starts_is_rebuilt_without_embedding_again),
    test!(passages_wait_in_the_outbox_while_the_index_is_broken),
    test!(tags_of_the_author_are_taken_where_the_user_gave_none),
    test!(an_embedder_that_is_gone_stops_the_batch_and_loses_nothing),
    test!(a_text_the_embedder_cannot_take_costs_its_vector_only),
    test!(without_an_embedder_words_find_documents_and_vectors_can_come_later),
    test!(a_library_folder_that_cannot_be_written_is_said_and_nothing_is_queued),
];

const PLAIN: &str = "# Plain language\n\nUse words that your readers know. Short sentences are easier to read than long ones.\n\n# Headings\n\nHeadings help people to scan a page and to find what they need.\n";
const FERRY: &str = "# Timetable\n\nThe ferry leaves the harbour at noon and returns before dark.\n";

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

async fn found(library: &TestLibrary, query: &str) -> Vec<String> {
    let hits = library
        .retriever
        .search(&[query.to_owned()], &DocumentFilter::default(), SearchOptions::default())
        .await
        .unwrap();
    hits.into_iter().map(|hit| hit.document_name).collect()
}

async fn a_folder_becomes_documents_that_can_be_found() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(source.path(), &[("plain.md", PLAIN), ("deep/er/ferry.md", FERRY), ("photo.png", "x"), (".hidden.md", "x")]);
    let library = TestLibrary::open(data.path()).await;
    let (summary, events) = library.add_path(source.path()).await;
    assert_eq!((summary.ready, summary.partial, summary.rejected, summary.failed), (2, 0, 0, 0), "{summary:?}");
    assert_eq!(summary.skipped.len(), 1, "the picture is named: {:?}", summary.skipped);
    assert_eq!(library.passage_count().await, summary.passages as usize);
    assert_eq!(library.index.health(summary.passages as usize).await, IndexHealth::Healthy, "the index has them all");
    let documents = library.documents().await;
    assert!(documents.iter().all(|document| document.state == DocumentState::Ready && document.attempt == 1));
    for document in &documents {
        let copy = fs::read(library.files.join(&document.file_name)).unwrap();
        assert_eq!(blake3::hash(&copy).to_hex().to_string(), document.content_hash, "the copy is the file");
    }
    let states: Vec<DocumentState> =
        events.iter().filter(|event| event.name == "plain.md").map(|event| event.state).collect();
    for state in [
        DocumentState::Queued,
        DocumentState::Reading,
        DocumentState::Chunking,
        DocumentState::Embedding,
        DocumentState::Ready,
    ] {
        assert!(states.contains(&state), "{state:?} is told: {states:?}");
    }
    assert_eq!(
        found(&library, "When does the boat depart?").await[0],
        "ferry.md",
        "found by meaning, without a shared word"
    );
}

async fn the_same_bytes_are_added_once() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(source.path(), &[("a.md", PLAIN), ("copy.md", PLAIN)]);
    let library = TestLibrary::open(data.path()).await;
    let (summary, _) = library.add_path(source.path()).await;
    assert_eq!((summary.ready, summary.unchanged), (1, 1), "a copy in the same batch is known");
    let (again, events) = library.add_path(source.path()).await;
    assert_eq!((again.ready, again.unchanged, again.passages), (0, 2, 0));
    assert!(events.iter().all(|event| event.unchanged), "each is told as unchanged: {events:?}");
    assert_eq!(library.documents().await.len(), 1);
    assert_eq!(fs::read_dir(&library.files).unwrap().count(), 1, "no second copy stays");
}

async fn a_changed_file_takes_the_place_of_its_older_self() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(source.path(), &[("a.md", PLAIN)]);
    let library = TestLibrary::open(data.path()).await;
    library.add_path(source.path()).await;
    write(source.path(), &[("a.md", FERRY)]);
    let (summary, _) = library.add_path(source.path()).await;
    assert_eq!((summary.ready, summary.replaced), (1, 1));
    let documents = library.documents().await;
    assert_eq!(documents.len(), 1, "one path, one document");
    assert_eq!(fs::read_dir(&library.files).unwrap().count(), 1, "the older copy is gone");
    assert_eq!(library.index.count().await.unwrap(), library.passage_count().await, "and so are its vectors");
}

async fn one_bad_file_costs_only_itself() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(source.path(), &[("a.md", PLAIN), ("empty.md", ""), ("z.md", FERRY)]);
    fs::write(source.path().join("fake.docx"), b"no archive at all").unwrap();
    let library = TestLibrary::open(data.path()).await;
    let (summary, events) = library.add_path(source.path()).await;
    assert_eq!(summary.ready, 2, "the others are read: {summary:?}");
    assert_eq!(summary.rejected + summary.failed, 2);
    for name in ["empty.md", "fake.docx"] {
        let last = events.iter().rfind(|event| event.name == name).unwrap();
        assert!(last.state.is_final() && !last.state.is_searchable(), "{name}: {last:?}");
        assert!(!last.problems[0].message.is_empty(), "{name}: the reason is told");
        let row = library.documents().await.into_iter().find(|document| document.name == name).unwrap();
        assert_eq!((row.state, &row.problems), (last.state, &last.problems), "{name}: and stored");
        assert_eq!(row.passage_count, 0, "{name}: nothing of it is found");
    }
}

async fn an_empty_folder_is_an_error_that_says_what_is_read() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(source.path(), &[("photo.png", "x")]);
    let library = TestLibrary::open(data.path()).await;
    let given = vec![IngestSource::Path(source.path().into())];
    let error = library.try_add(given, &CancelToken::new()).await.0.unwrap_err();
    assert!(error.to_string().contains("Markdown and plain text"), "{error}");
    assert_eq!(error.code(), ErrorCode::InvalidInput);
    let IngestError::NothingToRead { skipped, .. } = error else { panic!("another error") };
    assert_eq!(skipped[0].problem.kind, ProblemKind::UnsupportedType, "what was there is named");
}

async fn what_a_stop_left_is_finished_by_resume_without_reading_finished_files_again() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let texts: Vec<(String, String)> =
        (0..6).map(|number| (format!("{number}.md"), format!("{PLAIN}\nNumber {number} of the series.\n"))).collect();
    for (name, text) in &texts {
        write(source.path(), &[(name, text)]);
    }
    let library = TestLibrary::open(data.path()).await;
    let cancel = CancelToken::new();
    let (events, mut received) = mpsc::channel(8);
    let (summary, ()) =
        tokio::join!(library.ingest.add(vec![IngestSource::Path(source.path().into())], events, &cancel), async {
            while let Some(event) = received.recv().await {
                if event.state == DocumentState::Ready {
                    cancel.cancel();
                }
            }
        });
    let summary = summary.unwrap();
    assert!(summary.cancelled && summary.ready >= 1 && summary.ready < 6, "stopped in the middle: {summary:?}");
    let documents = library.documents().await;
    assert!(
        documents.iter().all(|document| matches!(document.state, DocumentState::Ready | DocumentState::Queued)),
        "finished or queued, nothing between: {documents:?}"
    );
    let queued = documents.len() as u32 - summary.ready;
    let resumed = library.resume().await;
    assert_eq!(resumed.ready, queued, "exactly what was queued");
    let documents = library.documents().await;
    assert!(documents.iter().all(|document| document.state == DocumentState::Ready));
    assert_eq!(library.index.count().await.unwrap(), library.passage_count().await);
    assert_eq!(library.resume().await.ready, 0, "nothing is left to do");
}

async fn a_batch_dropped_in_the_middle_is_finished_after_opening_again() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for number in 0..6 {
        write(source.path(), &[(&format!("{number}.md"), &format!("{PLAIN}\nNumber {number} of the series.\n"))]);
    }
    {
        let library = TestLibrary::open(data.path()).await;
        let cancel = CancelToken::new();
        let (events, mut received) = mpsc::channel(8);
        tokio::select! {
            _ = library.ingest.add(vec![IngestSource::Path(source.path().into())], events, &cancel) => {
                panic!("the batch ended before it could be dropped")
            }
            () = async {
                while let Some(event) = received.recv().await {
                    if event.state == DocumentState::Embedding {
                        return;
                    }
                }
            } => {}
        }
        fs::write(library.files.join(".left.part"), b"half").unwrap();
        fs::write(library.files.join("orphan.md"), b"no row names it").unwrap();
    }
    let library = TestLibrary::open(data.path()).await;
    let queued = library.documents().await.iter().filter(|document| !document.state.is_final()).count() as u32;
    assert!(queued > 0, "the drop came while work was left");
    let summary = library.resume().await;
    assert_eq!(summary.ready, queued);
    let documents = library.documents().await;
    assert_eq!(fs::read_dir(&library.files).unwrap().count(), documents.len(), "remains of copies are swept away");
    assert_eq!(library.index.count().await.unwrap(), library.passage_count().await);
}

async fn a_removed_document_leaves_no_trace() {
    let data = tempfile::tempdir().unwrap();
    let library = TestLibrary::open(data.path()).await;
    library.add_text("ferry.md", FERRY).await;
    library.add_text("plain.md", PLAIN).await;
    let ferry = library.documents().await.into_iter().find(|document| document.name == "ferry.md").unwrap();
    let passages = library.store.read(move |brand| brand.passages().by_document(ferry.id)).await.unwrap();
    // An embedding can be turned back into words, so it counts as text.
    let vector: Vec<u8> =
        passages[0].vector.as_ref().unwrap()[..4].iter().flat_map(|part| part.to_le_bytes()).collect();
    assert_eq!(files_with(&library.index_folder, &vector).len(), 1, "the index keeps vectors as they are");
    let erased = library.ingest.erase(ferry.id, Vec::new()).await.unwrap();
    assert!(erased.samples > 0 && erased.traces.is_empty(), "what is said to be gone was searched for: {erased:?}");
    assert!(!found(&library, "ferry timetable noon").await.contains(&"ferry.md".to_owned()), "it does not answer");
    assert!(!library.files.join(&ferry.file_name).exists(), "its copy is gone");
    assert_eq!(library.index.count().await.unwrap(), library.passage_count().await);
    assert_eq!(files_with(data.path(), &vector), [""; 0], "its vector is in no file");
    assert_eq!(files_with(data.path(), b"leaves the harbour at noon"), [""; 0], "its text is in no file");
}

fn files_with(folder: &Path, needle: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, needle));
        } else if fs::read(&path).unwrap_or_default().windows(needle.len()).any(|window| window == needle) {
            found.push(path.display().to_string());
        }
    }
    found
}

async fn an_index_lost_between_two_starts_is_rebuilt_without_embedding_again() {
    let data = tempfile::tempdir().unwrap();
    let passages = {
        let library = TestLibrary::open(data.path()).await;
        library.add_text("plain.md", PLAIN).await.passages as usize
    };
    let folder = TestLibrary::open(data.path()).await.index_folder.clone();
    fs::remove_dir_all(folder.join("1")).unwrap();
    let library = TestLibrary::open(data.path()).await;
    assert!(library.index.broken_reason().is_some(), "the damage is seen at the start");
    assert_eq!(found(&library, "short words").await[0], "plain.md", "search goes on meanwhile");
    assert!(library.ingest.reconcile_index().await.unwrap(), "it was rebuilt");
    assert_eq!(library.index.health(passages).await, IndexHealth::Healthy);
    assert!(!library.ingest.reconcile_index().await.unwrap(), "and needs nothing more");
}

async fn passages_wait_in_the_outbox_while_the_index_is_broken() {
    let data = tempfile::tempdir().unwrap();
    let folder = TestLibrary::open(data.path()).await.index_folder.clone();
    fs::write(folder.join("current"), b"garbage").unwrap();
    let library = TestLibrary::open(data.path()).await;
    let summary = library.add_text("plain.md", PLAIN).await;
    assert_eq!(summary.ready, 1, "a broken index does not stop a batch");
    assert!(summary.index_problem.is_some(), "but it is said");
    assert!(library.ingest.reconcile_index().await.unwrap());
    assert_eq!(library.index.count().await.unwrap(), summary.passages as usize);
    assert_eq!(library.store.read(|brand| brand.outbox().length()).await.unwrap(), 0, "nothing waits any more");
}

async fn tags_of_the_author_are_taken_where_the_user_gave_none() {
    let data = tempfile::tempdir().unwrap();
    let library = TestLibrary::open_with(data.path(), None).await;
    library
        .add_text("a.md", "---\ntags: [Prices, Winter]\n---\n# Boats\n\nA ticket costs 40 kroner in winter.\n")
        .await;
    let document = library.documents().await.remove(0);
    assert_eq!(document.tags, ["Prices", "Winter"]);
    let own = vec!["Mine".to_owned()];
    let id = document.id;
    library.store.write(move |brand| brand.documents().set_tags(id, &own, "2026-11-21T12:00:00Z")).await.unwrap();
    let (events, received) = mpsc::channel(8);
    drop(received);
    library.ingest.read_again(id, None, events, &CancelToken::new()).await.unwrap();
    assert_eq!(library.documents().await[0].tags, ["Mine"], "what the user said is not said over");
}

async fn an_embedder_that_is_gone_stops_the_batch_and_loses_nothing() {
    let data = tempfile::tempdir().unwrap();
    let gone = FailingEmbedder { fails: |_| Some(EmbedError::Unavailable { reason: "the file is missing".into() }) };
    let library = TestLibrary::open_with(data.path(), Some(Arc::new(gone))).await;
    let bytes = IngestSource::Bytes { name: "plain.md".into(), bytes: PLAIN.into() };
    let error = library.try_add(vec![bytes], &CancelToken::new()).await.0.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ModelUnavailable);
    assert!(error.to_string().contains("kept in the queue"), "{error}");
    assert_eq!(library.passage_count().await, 0, "no half document");
    drop(library);
    let library = TestLibrary::open(data.path()).await;
    assert_eq!(library.resume().await.ready, 1, "with an embedder it goes on");
}

async fn a_text_the_embedder_cannot_take_costs_its_vector_only() {
    let data = tempfile::tempdir().unwrap();
    let picky = FailingEmbedder {
        fails: |texts| {
            texts
                .iter()
                .any(|text| text.contains("find what they need"))
                .then(|| EmbedError::Failed { reason: "no".into() })
        },
    };
    let library = TestLibrary::open_with(data.path(), Some(Arc::new(picky))).await;
    // Two sections that do not fit one passage together.
    let words = "Use words that your readers know, and keep sentences short. ".repeat(12);
    let headings = "Headings help people to scan a page and to find what they need. ".repeat(12);
    let summary = library.add_text("plain.md", &format!("# Words\n\n{words}\n\n# Headings\n\n{headings}\n")).await;
    assert_eq!((summary.ready, summary.partial), (0, 1), "{summary:?}");
    assert!(library.documents().await[0].problems[0].message.contains("by their words only"));
    let indexed = library.index.count().await.unwrap();
    assert!(indexed > 0 && indexed < library.passage_count().await, "the other passages have their vectors");
    assert_eq!(found(&library, "scan a page").await[0], "plain.md", "words still find it");
}

async fn without_an_embedder_words_find_documents_and_vectors_can_come_later() {
    let data = tempfile::tempdir().unwrap();
    {
        let library = TestLibrary::open_with(data.path(), None).await;
        assert_eq!(library.add_text("ferry.md", FERRY).await.ready, 1);
        assert_eq!(found(&library, "ferries at noon").await, ["ferry.md"], "stems match");
        assert!(found(&library, "boat").await.is_empty(), "no word in common, nothing found");
    }
    let library = TestLibrary::open(data.path()).await;
    let count = library.passage_count().await;
    assert_eq!(library.ingest.embed_missing(&CancelToken::new()).await.unwrap() as usize, count);
    assert_eq!(library.index.count().await.unwrap(), count);
    assert_eq!(found(&library, "boat").await, ["ferry.md"], "now meaning finds it");
    assert_eq!(library.ingest.embed_missing(&CancelToken::new()).await.unwrap(), 0);
}

async fn a_library_folder_that_cannot_be_written_is_said_and_nothing_is_queued() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(source.path(), &[("a.md", PLAIN)]);
    let library = TestLibrary::open(data.path()).await;
    fs::remove_dir_all(&library.files).unwrap();
    fs::write(&library.files, b"a file where a folder should be").unwrap();
    let given = vec![IngestSource::Path(source.path().into())];
    let error = library.try_add(given, &CancelToken::new()).await.0.unwrap_err();
    assert!(error.to_string().contains("The files added before are safe"), "{error}");
    assert!(library.documents().await.is_empty());
}
