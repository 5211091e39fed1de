//! Files that are known, move, change, vanish or are very large, and folders that are watched.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use quillhouse_domain::{DocumentState, ProblemKind};
use quillhouse_knowledge::{
    index::Index,
    ingest::{FolderState, FolderWatch},
};
use quillhouse_llm::CancelToken;
use tokio::time::timeout;

use crate::support::{CountingEmbedder, Test, TestLibrary, test};

pub(crate) const TESTS: &[Test] = &[
    test!(a_file_that_nobody_touched_is_not_read_again),
    test!(a_moved_file_is_the_same_document_under_its_new_name),
    test!(two_files_that_change_places_keep_both_documents),
    test!(an_edited_file_keeps_its_id_and_its_unchanged_sections_keep_their_vectors),
    test!(files_of_one_name_in_two_folders_are_two_documents),
    test!(a_file_that_changes_while_it_is_read_is_left_alone),
    test!(a_file_gone_from_a_watched_folder_stays_and_is_marked),
    test!(a_watched_folder_tells_changes_goes_missing_and_comes_back),
    test!(a_loop_of_links_in_a_watched_folder_ends),
    test!(an_erased_document_costs_a_batch_nothing_else),
    test!(another_embedder_is_built_beside_the_one_in_use_and_takes_its_place),
    test!(a_table_of_a_million_rows_and_a_page_nested_without_end_are_classified),
];

const WORDS: &str = "Use words that your readers know, and keep sentences short so that nobody has to read twice. ";
const SHIPS: &str = "The ferry leaves the harbour at noon and returns before dark, also on Sundays in winter. ";

fn section(title: &str, sentence: &str) -> String {
    format!("# {title}\n\n{}\n\n", sentence.repeat(10))
}

/// Writes a file that looks as if it had been written long ago, as most files were.
fn write_old(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + text.len() as u64);
    fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
}

async fn a_file_that_nobody_touched_is_not_read_again() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = source.path().join("a.md");
    write_old(&file, &section("Words", WORDS));
    let library = TestLibrary::open(data.path()).await;
    library.add_path(source.path()).await;
    let known = library.documents().await.remove(0);
    assert_eq!(known.dated.as_deref(), Some("2023-11-14"), "the day of the file");
    // The same size and time with other bytes: only somebody who reads it could see it.
    let modified = fs::metadata(&file).unwrap().modified().unwrap();
    fs::write(&file, section("Wards", WORDS)).unwrap();
    fs::File::options().write(true).open(&file).unwrap().set_modified(modified).unwrap();
    let (summary, _) = library.add_path(source.path()).await;
    assert_eq!((summary.unchanged, summary.ready), (1, 0), "size and time tell that it is unchanged");
    fs::File::options().write(true).open(&file).unwrap().set_modified(modified + Duration::from_secs(9)).unwrap();
    let (summary, _) = library.add_path(source.path()).await;
    assert_eq!((summary.ready, summary.replaced), (1, 1), "another time is reason enough to read it");
}

async fn a_moved_file_is_the_same_document_under_its_new_name() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_old(&source.path().join("old.md"), &section("Words", WORDS));
    let embedder = CountingEmbedder::new();
    let library = TestLibrary::open_with(data.path(), Some(Arc::clone(&embedder) as _)).await;
    library.add_path(source.path()).await;
    let before = library.documents().await.remove(0);
    embedder.taken();
    fs::create_dir(source.path().join("deep")).unwrap();
    fs::rename(source.path().join("old.md"), source.path().join("deep/new.md")).unwrap();
    let (summary, events) = library.add_path(source.path()).await;
    assert_eq!((summary.ready, summary.unchanged, summary.moved, embedder.taken()), (0, 1, 1, 0), "nothing is read");
    assert!(events.iter().any(|event| event.moved), "and it is told: {events:?}");
    let after = library.documents().await;
    assert_eq!(after.len(), 1, "no duplicate");
    assert_eq!((after[0].id, after[0].name.as_str()), (before.id, "new.md"));
    assert!(after[0].source_path.as_ref().unwrap().ends_with("deep/new.md"));
    fs::copy(source.path().join("deep/new.md"), source.path().join("copy.md")).unwrap();
    let (summary, _) = library.add_path(source.path()).await;
    assert_eq!((summary.unchanged, summary.moved), (2, 0), "a copy beside it does not take its name");
}

async fn two_files_that_change_places_keep_both_documents() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = |name: &str| source.path().join(name);
    write_old(&path("a.md"), &section("Words", WORDS));
    write_old(&path("b.md"), &section("Ships", SHIPS));
    let library = TestLibrary::open(data.path()).await;
    library.add_path(source.path()).await;
    let before = library.passages().await;
    for (from, to) in [("a.md", "c.md"), ("b.md", "a.md"), ("c.md", "b.md")] {
        fs::rename(path(from), path(to)).unwrap();
    }
    let (summary, _) = library.add_path(source.path()).await;
    assert_eq!((summary.ready, summary.moved, summary.replaced), (0, 2, 0), "{summary:?}");
    let after = library.passages().await;
    assert_eq!((&after[0].1, &after[1].1), (&before[1].1, &before[0].1), "each has the other's name now");
}

async fn an_edited_file_keeps_its_id_and_its_unchanged_sections_keep_their_vectors() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = source.path().join("guide.md");
    let stays = section("Words", WORDS) + &section("Ships", SHIPS);
    write_old(&file, &(stays.clone() + &section("Old", "This section is going to be taken out of the guide soon. ")));
    let embedder = CountingEmbedder::new();
    let library = TestLibrary::open_with(data.path(), Some(Arc::clone(&embedder) as _)).await;
    library.add_path(&file).await;
    let before = library.documents().await.remove(0);
    let id = before.id;
    library
        .store
        .write(move |brand| brand.documents().set_tags(id, &["kept".to_owned()], "2026-11-21T12:00:00Z"))
        .await
        .unwrap();
    let all = embedder.taken();
    write_old(&file, &(stays + &section("New", "This section has come into the guide with its second edition only. ")));
    let (summary, events) = library.add_path(&file).await;
    let taken = embedder.taken();
    assert_eq!((summary.ready, summary.replaced), (1, 1));
    assert!(taken > 0 && taken < all, "only the changed section is embedded: {taken} of {all}");
    assert_eq!(u64::from(summary.embedded), taken);
    assert_eq!(summary.reused + summary.embedded, summary.passages, "the rest is known");
    let after = library.documents().await;
    assert_eq!(after.len(), 1);
    assert_eq!((after[0].id, &after[0].tags), (before.id, &vec!["kept".to_owned()]), "one path, one document");
    assert_ne!(after[0].content_hash, before.content_hash);
    assert_eq!(events.last().unwrap().document, Some(before.id));
    assert_eq!(fs::read_dir(&library.files).unwrap().count(), 1, "the older copy is gone");
    assert_eq!(library.index.count().await.unwrap(), library.passage_count().await, "the index has this edition only");
    let vectors = library.store.read(|brand| brand.embeddings().count()).await.unwrap();
    assert_eq!(vectors as usize, library.passage_count().await, "and so have the vectors");
}

async fn files_of_one_name_in_two_folders_are_two_documents() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_old(&source.path().join("one/guide.md"), &section("Words", WORDS));
    write_old(&source.path().join("two/guide.md"), &section("Ships", SHIPS));
    let library = TestLibrary::open(data.path()).await;
    let (summary, _) = library.add_path(source.path()).await;
    assert_eq!(summary.ready, 2);
    let documents = library.documents().await;
    assert_eq!(documents.iter().filter(|document| document.name == "guide.md").count(), 2);
    assert_ne!(documents[0].source_path, documents[1].source_path, "their paths tell them apart");
}

async fn a_file_that_changes_while_it_is_read_is_left_alone() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = source.path().join("growing.md");
    fs::write(&file, WORDS).unwrap();
    let library = TestLibrary::open(data.path()).await;
    let (stop, started) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (stopped, begun, path) = (Arc::clone(&stop), Arc::clone(&started), file.clone());
    let writer = thread::spawn(move || {
        use std::io::Write as _;
        let mut file = fs::File::options().append(true).open(path).unwrap();
        while !stopped.load(Ordering::Relaxed) {
            file.write_all(WORDS.as_bytes()).unwrap();
            begun.store(true, Ordering::Relaxed);
        }
    });
    while !started.load(Ordering::Relaxed) {
        thread::yield_now();
    }
    let (summary, events) = library.add_path(&file).await;
    stop.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    assert_eq!(summary.skipped.len(), 1, "{summary:?}");
    assert_eq!(summary.skipped[0].problem.kind, ProblemKind::NotReadable);
    assert!(events.last().unwrap().problems[0].message.contains("changed by another program"), "{events:?}");
    assert!(library.documents().await.is_empty(), "half a file is no document");
    assert_eq!(fs::read_dir(&library.files).unwrap().count(), 0, "and no copy of it stays");
    assert_eq!(library.add_path(&file).await.0.ready, 1, "at rest it is read");
}

async fn a_file_gone_from_a_watched_folder_stays_and_is_marked() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = |name: &str| source.path().join(name);
    write_old(&path("stays.md"), &section("Words", WORDS));
    write_old(&path("goes.md"), &section("Ships", SHIPS));
    let library = TestLibrary::open(data.path()).await;
    assert_eq!(library.follow(source.path()).await.ready, 2);
    let marked = || async {
        let documents = library.documents().await;
        documents.into_iter().filter(|document| document.source_missing).map(|row| row.name).collect::<Vec<_>>()
    };
    fs::remove_file(path("goes.md")).unwrap();
    library.follow(source.path()).await;
    assert_eq!(marked().await, ["goes.md"], "a deleted file does not erase its document");
    write_old(&path("goes.md"), &section("Ships", SHIPS));
    library.follow(source.path()).await;
    assert!(marked().await.is_empty(), "it is back");
    fs::remove_dir_all(source.path()).unwrap();
    library.follow(source.path()).await;
    assert!(marked().await.is_empty(), "a folder that is away says nothing about its files");
    assert_eq!(library.documents().await.len(), 2);
}

/// Waits for signals until the condition holds.
async fn until(watch: &FolderWatch, holds: impl Fn() -> bool) -> bool {
    timeout(Duration::from_secs(20), async {
        while !holds() {
            watch.changed().await;
        }
    })
    .await
    .is_ok()
}

async fn a_watched_folder_tells_changes_goes_missing_and_comes_back() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("watched");
    fs::create_dir(&folder).unwrap();
    let watch = FolderWatch::start(folder.clone());
    let watching = FolderState::Watching { note: None };
    assert!(until(&watch, || watch.state() == watching).await, "the first signal is for what is there already");
    fs::write(folder.join("a.md"), WORDS).unwrap();
    assert!(timeout(Duration::from_secs(20), watch.changed()).await.is_ok(), "a new file is told");
    fs::remove_dir_all(&folder).unwrap();
    assert!(until(&watch, || watch.state() == FolderState::Missing).await, "a folder that is removed is missing");
    fs::create_dir(&folder).unwrap();
    assert!(until(&watch, || watch.state() == watching).await, "and followed again when it comes back");
    fs::write(folder.join("b.md"), WORDS).unwrap();
    assert!(timeout(Duration::from_secs(20), watch.changed()).await.is_ok(), "with its new files");
}

#[cfg(unix)]
async fn a_loop_of_links_in_a_watched_folder_ends() {
    use std::os::unix::fs::symlink;
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_old(&source.path().join("deep/a.md"), &section("Words", WORDS));
    symlink(source.path(), source.path().join("deep/up")).unwrap();
    symlink(source.path().join("deep/up/deep"), source.path().join("round")).unwrap();
    symlink(source.path().join("nowhere"), source.path().join("nowhere")).unwrap();
    let watch = FolderWatch::start(source.path().to_path_buf());
    assert!(until(&watch, || watch.state() == FolderState::Watching { note: None }).await, "watching it begins");
    let library = TestLibrary::open(data.path()).await;
    let summary = library.follow(source.path()).await;
    assert_eq!((summary.ready, library.documents().await.len()), (1, 1), "the file is there once: {summary:?}");
}

#[cfg(not(unix))]
async fn a_loop_of_links_in_a_watched_folder_ends() {}

async fn an_erased_document_costs_a_batch_nothing_else() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for number in 0..6 {
        write_old(
            &source.path().join(format!("{number}.md")),
            &(section("Words", WORDS) + &format!("Number {number}.\n")),
        );
    }
    let library = TestLibrary::open(data.path()).await;
    let (events, mut received) = tokio::sync::mpsc::channel(8);
    let cancel = CancelToken::new();
    let given = vec![quillhouse_knowledge::ingest::IngestSource::Path(source.path().into())];
    let (summary, ()) = tokio::join!(library.ingest.add(given, events, &cancel), async {
        let mut erased = false;
        while let Some(event) = received.recv().await {
            if let Some(document) = event.document
                && event.state == DocumentState::Embedding
                && !erased
            {
                erased = true;
                library.ingest.erase(document, Vec::new()).await.unwrap();
            }
        }
    });
    assert_eq!(summary.unwrap().ready, 5, "the others are read to their end");
    assert_eq!(library.documents().await.len(), 5);
    assert_eq!(library.index.count().await.unwrap(), library.passage_count().await);
}

async fn another_embedder_is_built_beside_the_one_in_use_and_takes_its_place() {
    let data = tempfile::tempdir().unwrap();
    let library = TestLibrary::open(data.path()).await;
    library.add_text("ferry.md", &section("Ships", SHIPS)).await;
    library.add_text("plain.md", &section("Words", WORDS)).await;
    let count = library.passage_count().await;
    let other = CountingEmbedder::named("another-model");
    let index = Arc::new(Index::beside(&library.index_folder, other.id, 384));
    let (new, built, cancel) = (Arc::clone(&other) as _, Arc::clone(&index), CancelToken::new());
    let changed = library.ingest.change_embedder(new, built, &cancel, std::future::ready(())).await.unwrap();
    assert_eq!(changed, Some(()), "nothing stopped it");
    library.ingest.forget_other_embedders().await.unwrap();
    assert_eq!((other.taken() as usize, index.count().await.unwrap()), (count, count), "everything, once");
    let in_use = library.store.read(|brand| brand.embeddings().in_use()).await.unwrap();
    assert_eq!(in_use.as_deref(), Some("another-model"));
    let vectors = library.store.read(|brand| brand.embeddings().count()).await.unwrap();
    assert_eq!(vectors as usize, count, "the former one's vectors are gone");
}

async fn a_table_of_a_million_rows_and_a_page_nested_without_end_are_classified() {
    let (data, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut table = String::from("number,price\n");
    (0..1_000_000).for_each(|row| table.push_str(&format!("{row},{}\n", row % 997)));
    fs::write(source.path().join("table.csv"), table).unwrap();
    let nested =
        "<div>".repeat(100_000) + "The ferry leaves at noon from the inner harbour" + &"</div>".repeat(100_000);
    fs::write(source.path().join("nested.html"), nested).unwrap();
    // Words only: what is tried here is reading and storing.
    let library = TestLibrary::open_with(data.path(), None).await;
    let (summary, events) = library.add_path(source.path()).await;
    assert_eq!(summary.ready + summary.partial + summary.rejected + summary.failed, 2, "{summary:?}");
    for document in library.documents().await {
        assert!(document.state.is_final(), "{document:?}");
        println!(
            "{}: {:?}, {} passages, {:?}",
            document.name, document.state, document.passage_count, document.problems
        );
        if !document.state.is_searchable() {
            assert!(document.problems[0].message.contains(' '), "the reason is said: {:?}", document.problems);
        }
    }
    assert!(!events.is_empty());
}
