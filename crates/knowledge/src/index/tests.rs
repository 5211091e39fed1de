//! The index on a real disk: idempotence, removal, filters, generations, and folders that were damaged in every way.

use std::fs;

use futures::stream;
use uuid::Uuid;

use super::*;

const DIMENSIONS: usize = 8;

fn passage(number: u128) -> PassageId {
    PassageId::from_uuid(Uuid::from_u128(number))
}

fn document(number: u128) -> DocumentId {
    DocumentId::from_uuid(Uuid::from_u128(1_000_000 + number))
}

/// A unit vector that points at an angle in the first two dimensions.
fn vector(degrees: f32) -> Vec<f32> {
    let mut vector = vec![0.0; DIMENSIONS];
    vector[0] = degrees.to_radians().cos();
    vector[1] = degrees.to_radians().sin();
    vector
}

fn row(number: u128, of: u128, degrees: f32) -> IndexRow {
    IndexRow { passage: passage(number), document: document(of), vector: vector(degrees) }
}

fn upserts(rows: impl IntoIterator<Item = IndexRow>) -> Vec<IndexChange> {
    rows.into_iter().map(IndexChange::Upsert).collect()
}

async fn open(folder: &Path) -> Index {
    Index::open_or_create(folder, "test", DIMENSIONS).await.unwrap()
}

async fn nearest(index: &Index, degrees: f32, limit: usize, filter: &DocumentFilter) -> Vec<u128> {
    let hits = index.search(&vector(degrees), limit, filter).await.unwrap();
    hits.into_iter().map(|(passage, _)| passage.as_uuid().as_u128()).collect()
}

fn pages(rows: Vec<IndexRow>) -> impl Stream<Item = Result<Vec<IndexRow>, String>> {
    stream::iter(rows.chunks(2).map(|page| Ok(page.to_vec())).collect::<Vec<_>>())
}

#[tokio::test]
async fn the_nearest_passages_come_first_with_their_cosine_distance() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path()).await;
    index.apply(upserts([row(1, 1, 0.0), row(2, 1, 90.0), row(3, 2, 30.0)])).await.unwrap();
    let hits = index.search(&vector(10.0), 2, &DocumentFilter::default()).await.unwrap();
    assert_eq!(hits.iter().map(|hit| hit.0).collect::<Vec<_>>(), [passage(1), passage(3)]);
    let expected = 1.0 - 10.0_f32.to_radians().cos();
    assert!((hits[0].1 - expected).abs() < 1e-3, "distance is one minus the cosine: {}", hits[0].1);
}

#[tokio::test]
async fn applying_the_same_changes_twice_leaves_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path()).await;
    let changes = upserts((1..=600).map(|number| row(number, number % 7, number as f32 / 4.0)));
    index.apply(changes.clone()).await.unwrap();
    index.apply(changes).await.unwrap();
    assert_eq!(index.count().await.unwrap(), 600, "rows are matched by passage");
    index.apply(upserts([row(1, 1, 359.0)])).await.unwrap();
    assert_eq!(index.count().await.unwrap(), 600, "a changed row replaces the old one");
    assert_eq!(nearest(&index, 359.0, 1, &DocumentFilter::default()).await, [1], "the new vector is the one searched");
    assert_eq!(index.health(600).await, IndexHealth::Healthy);
    assert_eq!(index.health(601).await, IndexHealth::OutOfStep { expected: 601, found: 600 });
}

#[tokio::test]
async fn the_last_change_of_a_passage_counts() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path()).await;
    index
        .apply(vec![
            IndexChange::Upsert(row(1, 1, 0.0)),
            IndexChange::Remove(passage(1)),
            IndexChange::Remove(passage(2)),
            IndexChange::Upsert(row(2, 1, 0.0)),
            IndexChange::Upsert(row(3, 2, 0.0)),
            IndexChange::RemoveDocument(document(2)),
            IndexChange::RemoveDocument(document(3)),
            IndexChange::Upsert(row(4, 3, 0.0)),
        ])
        .await
        .unwrap();
    let mut left = nearest(&index, 0.0, 10, &DocumentFilter::default()).await;
    left.sort_unstable();
    assert_eq!(left, [2, 4]);
}

#[tokio::test]
async fn a_search_keeps_to_the_documents_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path()).await;
    index.apply(upserts((1..=9).map(|number| row(number, number % 3, number as f32)))).await.unwrap();
    let only = DocumentFilter { include: vec![document(1), document(2)], exclude: vec![document(2)] };
    assert_eq!(nearest(&index, 0.0, 9, &only).await, [1, 4, 7], "include minus exclude");
    let without = DocumentFilter { include: vec![], exclude: vec![document(0)] };
    assert_eq!(nearest(&index, 0.0, 9, &without).await, [1, 2, 4, 5, 7, 8]);
}

#[tokio::test]
async fn removed_passages_are_gone_from_the_disk_after_optimise() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path()).await;
    for number in 1..=12 {
        index.apply(upserts([row(number, 1, number as f32)])).await.unwrap();
    }
    index.apply(vec![IndexChange::RemoveDocument(document(1))]).await.unwrap();
    let before = generation::bytes(folder.path());
    let report = index.optimise().await.unwrap();
    let id = passage(5).to_string();
    assert_eq!(index.count().await.unwrap(), 0);
    assert!(report.bytes_after < before, "old versions are deleted: {report:?}");
    assert!(!tree_contains(folder.path(), id.as_bytes()), "an erased passage leaves no trace in the index");
    assert!(nearest(&index, 0.0, 5, &DocumentFilter::default()).await.is_empty(), "search works after it");
}

fn tree_contains(folder: &Path, needle: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            tree_contains(&path, needle)
        } else {
            fs::read(&path).unwrap().windows(needle.len()).any(|window| window == needle)
        }
    })
}

#[tokio::test]
async fn rows_survive_closing_and_opening() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).await.apply(upserts([row(1, 1, 0.0), row(2, 1, 5.0)])).await.unwrap();
    let index = open(folder.path()).await;
    assert_eq!(index.broken_reason(), None);
    assert_eq!(nearest(&index, 4.0, 2, &DocumentFilter::default()).await, [2, 1]);
}

#[tokio::test]
async fn a_folder_name_with_blanks_signs_and_other_scripts_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["My Brand", "100% #1?", "Zoë & 東京", "a%20b"] {
        let path = folder.path().join(name);
        open(&path).await.apply(upserts([row(1, 1, 0.0)])).await.unwrap();
        assert_eq!(open(&path).await.count().await.unwrap(), 1, "{name}");
        assert!(path.join("1").is_dir(), "{name}: the files are where they were asked to be");
    }
    let names = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 4, "no other folder was made beside them");
}

/// What is done to an index, and its name.
type Damage = (&'static str, fn(&Path));

#[tokio::test]
async fn every_kind_of_damage_marks_the_index_broken_and_a_rebuild_heals_it() {
    let rows: Vec<IndexRow> = (1..=5).map(|number| row(number, number, number as f32)).collect();
    let damages: [Damage; 6] = [
        ("the pointer is garbage", |folder| fs::write(folder.join("current"), b"\0\0").unwrap()),
        ("the generation is gone", |folder| fs::remove_dir_all(folder.join("1")).unwrap()),
        ("the manifests are empty", |folder| truncate_files(folder, "manifest")),
        ("the data files are empty", |folder| truncate_files(folder, "lance")),
        ("the table is gone", |folder| {
            fs::remove_dir_all(folder.join("1/passages.lance")).unwrap();
        }),
        ("another embedder made it", |folder| {
            fs::write(folder.join("current"), br#"{"generation":1,"embedder":"other","dimensions":8}"#).unwrap();
        }),
    ];
    for (name, damage) in damages {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path()).await.apply(upserts(rows.clone())).await.unwrap();
        damage(folder.path());
        let index = open(folder.path()).await;
        let searched = index.search(&vector(0.0), 5, &DocumentFilter::default()).await;
        assert!(searched.is_err(), "{name}: a damaged index must not answer");
        assert!(matches!(index.health(5).await, IndexHealth::Broken { .. }), "{name}: it stays broken");
        assert_eq!(index.rebuild(pages(rows.clone())).await.unwrap(), 5, "{name}");
        assert_eq!(index.health(5).await, IndexHealth::Healthy, "{name}: healed");
        let again = open(folder.path()).await;
        assert_eq!(nearest(&again, 0.0, 2, &DocumentFilter::default()).await, [1, 2], "{name}: and after a restart");
    }
}

fn truncate_files(folder: &Path, extension: &str) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            truncate_files(&path, extension);
        } else if path.extension().is_some_and(|found| found == extension) {
            fs::write(&path, b"").unwrap();
        }
    }
}

#[tokio::test]
async fn a_rebuild_replaces_the_generation_and_deletes_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path()).await;
    index.apply(upserts([row(9, 9, 0.0)])).await.unwrap();
    index.rebuild(pages(vec![row(1, 1, 0.0), row(2, 1, 1.0), row(3, 1, 2.0)])).await.unwrap();
    assert_eq!(nearest(&index, 0.0, 9, &DocumentFilter::default()).await, [1, 2, 3], "only what was given");
    assert!(!folder.path().join("1").exists(), "the old generation is deleted");
    assert!(folder.path().join("2").exists());
    index.apply(upserts([row(4, 1, 3.0)])).await.unwrap();
    assert_eq!(index.count().await.unwrap(), 4, "the new generation takes changes");
}

#[tokio::test]
async fn a_rebuild_that_fails_leaves_the_old_generation_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path()).await;
    index.apply(upserts([row(1, 1, 0.0)])).await.unwrap();
    let failing = stream::iter([Ok(vec![row(2, 1, 0.0)]), Err("the database is locked".to_owned())]);
    let error = index.rebuild(failing).await.unwrap_err();
    assert!(error.to_string().contains("the database is locked"), "{error}");
    assert_eq!(nearest(&index, 0.0, 9, &DocumentFilter::default()).await, [1], "the old one answers");
    assert!(!folder.path().join("2").exists(), "nothing unfinished is left behind");
}

#[tokio::test]
async fn what_a_killed_rebuild_left_is_deleted_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).await.apply(upserts([row(1, 1, 0.0)])).await.unwrap();
    fs::create_dir_all(folder.path().join("7/passages.lance")).unwrap();
    let index = open(folder.path()).await;
    assert!(!folder.path().join("7").exists(), "leftovers would fill the disk");
    assert_eq!(index.count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_vector_of_another_length_is_refused_without_breaking_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path()).await;
    let wrong = IndexRow { passage: passage(1), document: document(1), vector: vec![1.0] };
    assert!(matches!(
        index.apply(vec![IndexChange::Upsert(wrong)]).await,
        Err(IndexError::Dimensions { expected: 8, found: 1 })
    ));
    assert!(index.search(&[1.0], 1, &DocumentFilter::default()).await.is_err());
    assert_eq!(index.health(0).await, IndexHealth::Healthy, "a caller's mistake is not damage");
}
