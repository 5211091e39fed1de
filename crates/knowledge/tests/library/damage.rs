//! Every file of the index in turn is deleted, cut short, or filled with zeros: the brand opens, search answers the same,
//! and the index is rebuilt without embedding anything again.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use quillhouse_domain::PassageId;
use quillhouse_knowledge::{
    index::{DocumentFilter, IndexHealth},
    retrieve::SearchOptions,
};

use crate::support::{CountingEmbedder, Test, TestLibrary, test};

pub(crate) const TESTS: &[Test] = &[test!(each_damaged_file_of_the_index_costs_nothing_but_its_rebuild)];

const QUERIES: [&str; 3] = ["When does the boat depart?", "short words", "winter timetable of the ferry"];

fn text(number: usize) -> String {
    let topics = ["ferries at noon", "plain words", "winter boots", "coffee and cake", "the museum's opening hours"];
    let topic = topics[number % topics.len()];
    format!("# Part {number}\n\nThis is chapter {number}, which tells everything about {topic} on day {number}.\n")
}

async fn top_ten(library: &TestLibrary) -> Vec<Vec<PassageId>> {
    let mut all = Vec::new();
    for query in QUERIES {
        let options = SearchOptions { limit: 10, per_document_cap: 10, ..SearchOptions::default() };
        let hits = library.retriever.search(&[query.to_owned()], &DocumentFilter::default(), options).await.unwrap();
        all.push(hits.into_iter().map(|hit| hit.passage).collect());
    }
    all
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// What is done to a file, and its name.
type Damage = (&'static str, fn(&Path));

const DAMAGES: [Damage; 3] = [
    ("deleted", |file| fs::remove_file(file).unwrap()),
    ("cut short", |file| {
        let length = fs::metadata(file).unwrap().len();
        fs::File::options().write(true).open(file).unwrap().set_len(length / 2).unwrap();
    }),
    ("zeroed", |file| fs::write(file, vec![0; fs::metadata(file).unwrap().len() as usize]).unwrap()),
];

async fn each_damaged_file_of_the_index_costs_nothing_but_its_rebuild() {
    let good = tempfile::tempdir().unwrap();
    let embedder = CountingEmbedder::new();
    let (expected, count, index_folder) = {
        let library = TestLibrary::open_with(good.path(), Some(Arc::clone(&embedder) as _)).await;
        // In several writes, so that there is more than one of each kind of file.
        for number in 0..24 {
            library.add_text(&format!("{number}.md"), &text(number)).await;
        }
        (top_ten(&library).await, library.passage_count().await, library.index_folder.clone())
    };
    let files = files_below(&index_folder);
    // One of each kind: files of a kind are alike.
    let mut kinds: Vec<(String, PathBuf)> = Vec::new();
    for file in files {
        let folder = file.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let kind = format!("{folder}/{}", file.extension().unwrap_or_default().to_string_lossy());
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            // The newest counts: older ones are not read.
            Some((_, known)) => *known = file,
            None => kinds.push((kind, file)),
        }
    }
    assert!(kinds.len() >= 3, "pointer, manifest and data at least: {kinds:?}");
    embedder.taken();
    for (kind, file) in &kinds {
        for (name, damage) in DAMAGES {
            let case = format!("{kind} {name}");
            let copy = tempfile::tempdir().unwrap();
            copy_folder(good.path(), copy.path());
            damage(&copy.path().join(file.strip_prefix(good.path()).unwrap()));
            let library = TestLibrary::open_with(copy.path(), Some(Arc::clone(&embedder) as _)).await;
            let sound = library.ingest.index_is_sound().await.unwrap();
            assert_eq!(top_ten(&library).await, expected, "{case}: search answers the same before the rebuild");
            if !sound {
                assert_eq!(library.ingest.rebuild_index().await.unwrap(), count, "{case}");
            }
            assert_eq!(library.index.health(count).await, IndexHealth::Healthy, "{case}: healed");
            assert!(library.ingest.index_is_sound().await.unwrap(), "{case}: and every vector can be read");
            assert_eq!(top_ten(&library).await, expected, "{case}: and after it");
            assert_eq!(embedder.taken(), 6, "{case}: only the queries were embedded");
        }
    }
}
