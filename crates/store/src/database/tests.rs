//! What a database keeps through errors, panics, a full disk, damage and a sudden end.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::migrations;

fn open(folder: &TempDir) -> Result<Database, StoreError> {
    let lock = Arc::new(FolderLock::take(folder.path())?);
    Database::open(&folder.path().join("brand.db"), &migrations::brand(), lock)
}

fn add_activity(connection: &Connection, id: &str) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO activity (id, title, brief_json, created_at) VALUES (?1, 'Ferries', '{}', '2026-11-21T10:00:00Z')",
        [id],
    )?;
    Ok(())
}

async fn count(database: &Database) -> u32 {
    database
        .read(|connection| Ok(connection.query_row("SELECT count(*) FROM activity", [], |row| row.get(0))?))
        .await
        .unwrap()
}

#[tokio::test]
async fn whoever_remembers_the_number_of_writes_knows_that_nothing_changed() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder).unwrap();
    let before = database.writes();
    count(&database).await;
    assert_eq!(database.writes(), before, "a read changes nothing");
    database.write(|connection| add_activity(connection, "a")).await.unwrap();
    let after = database.writes();
    assert!(after > before, "the number has changed by the time the writer answers");
    database.write(|connection| add_activity(connection, "a")).await.unwrap_err();
    assert!(database.writes() > after, "a write that failed may count, a write that is kept must");
    assert_eq!(count(&database).await, 1);
}

#[tokio::test]
async fn the_settings_that_keep_data_safe_are_in_force() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder).unwrap();
    for (setting, wanted) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
        ("busy_timeout", "5000"),
        ("trusted_schema", "0"),
        ("cell_size_check", "1"),
        ("mmap_size", "0"),
        ("journal_size_limit", "67108864"),
        ("secure_delete", "1"),
    ] {
        let found = database
            .on_writer(move |connection| {
                Ok(connection.pragma_query_value(None, setting, |row| {
                    Ok(match row.get_ref(0)? {
                        rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                        other => other.as_str()?.to_owned(),
                    })
                })?)
            })
            .await
            .unwrap();
        assert_eq!(found, wanted, "{setting} of the writer");
    }
}

#[tokio::test]
async fn a_failed_write_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder).unwrap();
    let outcome = database
        .write(|connection| {
            add_activity(connection, "a")?;
            Err::<(), _>(StoreError::NotFound { noun: "brand", name: "x".to_owned() })
        })
        .await;
    assert!(matches!(outcome, Err(StoreError::NotFound { .. })), "the closure's error comes back: {outcome:?}");
    assert_eq!(count(&database).await, 0, "what was written before the error is undone");
}

#[tokio::test]
async fn a_panic_undoes_its_write_and_the_writer_lives_on() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder).unwrap();
    let outcome = database
        .write(|connection| {
            add_activity(connection, "a")?;
            assert!(count_of(connection) == 0, "the ferry sank");
            Ok(())
        })
        .await;
    assert!(
        matches!(&outcome, Err(StoreError::Panicked { detail }) if detail == "the ferry sank"),
        "the reason is kept: {outcome:?}"
    );
    database.write(|connection| add_activity(connection, "b")).await.unwrap();
    assert_eq!(count(&database).await, 1, "the first is undone, the second is kept");
}

fn count_of(connection: &Connection) -> u32 {
    connection.query_row("SELECT count(*) FROM activity", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_panic_in_a_read_leaves_the_readers_usable() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder).unwrap();
    for _ in 0..=READERS {
        let outcome = database.read(|_| -> Result<(), StoreError> { panic!("no luck") }).await;
        assert!(matches!(outcome, Err(StoreError::Panicked { .. })), "{outcome:?}");
    }
    assert_eq!(count(&database).await, 0, "more panics than readers must not use them up");
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder).unwrap();
    let outcome = database.read(|connection| add_activity(connection, "a")).await;
    assert!(outcome.is_err(), "only the writer thread writes");
    assert_eq!(count(&database).await, 0);
}

#[tokio::test]
async fn a_full_disk_is_said_and_what_was_saved_stays() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder).unwrap();
    database.write(|connection| add_activity(connection, "kept")).await.unwrap();
    let limit = |pages: &'static str| {
        database.on_writer(move |connection| {
            Ok(connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?)
        })
    };
    // The smallest limit SQLite takes is the size the file has: the next new page does not fit.
    limit("1").await.unwrap();
    let outcome = database
        .write(|connection| {
            for number in 0..10_000 {
                add_activity(connection, &format!("{number}"))?;
            }
            Ok(())
        })
        .await;
    assert!(matches!(outcome, Err(StoreError::DiskFull)), "{outcome:?}");
    assert_eq!(count(&database).await, 1, "all or nothing");
    limit("1000000").await.unwrap();
    database.write(|connection| add_activity(connection, "later")).await.unwrap();
    assert_eq!(count(&database).await, 2, "with space again, work goes on");
    assert_eq!(database.integrity_check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn tables_refuse_values_of_the_wrong_type() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder).unwrap();
    for statement in [
        "INSERT INTO activity VALUES (x'00', 'title', '{}', '2026-11-21T10:00:00Z')",
        "INSERT INTO activity VALUES ('a', 'title', 'not json', '2026-11-21T10:00:00Z')",
        "INSERT INTO activity VALUES ('a', 'title', '{}', '21.11.2026')",
        "INSERT INTO activity VALUES ('a', 'title', '{}', '2026-11-21T10:00:00+01:00')",
        "INSERT INTO index_outbox (passage_id, operation) VALUES ('a', 'rename')",
        "INSERT INTO run_event VALUES ('no such run', 1, '{}', '2026-11-21T10:00:00Z')",
        "INSERT INTO document_text VALUES ('no such document', '', '[]', '[]')",
        "INSERT INTO document VALUES ('a', hex(zeroblob(32)), 'n', NULL, 'f', 'pdf', 'many', 'ready', NULL, NULL,
             0, 0, 0, '[]', 0, '2026-11-21T10:00:00Z', '2026-11-21T10:00:00Z')",
    ] {
        let outcome = database.write(move |connection| Ok(connection.execute(statement, [])?)).await;
        assert!(outcome.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn a_process_that_ends_without_closing_loses_nothing() {
    let (live, copy) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let database = open(&live).unwrap();
    database.write(|connection| add_activity(connection, "a")).await.unwrap();
    // The files as they are while the database is open: what a killed process leaves.
    for name in ["brand.db", "brand.db-wal"] {
        fs::copy(live.path().join(name), copy.path().join(name)).unwrap();
    }
    let found = open(&copy).unwrap();
    assert_eq!(count(&found).await, 1, "a reported commit is in the log and is replayed");
    assert_eq!(found.integrity_check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_checkpoint_moves_everything_into_the_file() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder).unwrap();
    database.write(|connection| add_activity(connection, "a")).await.unwrap();
    database.checkpoint().await.unwrap();
    let log = folder.path().join("brand.db-wal");
    assert_eq!(fs::metadata(&log).unwrap().len(), 0, "the log is empty");
    database.close();
    assert!(!log.exists(), "a closed database is one file");
}

#[test]
fn a_file_that_is_no_database_is_called_damaged_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("brand.db");
    let bytes = b"This is a letter and not a database.\n".repeat(200);
    fs::write(&file, &bytes).unwrap();
    let outcome = open(&folder).map(|_| ());
    assert!(matches!(&outcome, Err(StoreError::Damaged { file: named, .. }) if *named == file), "{outcome:?}");
    assert_eq!(fs::read(&file).unwrap(), bytes, "nothing was written to it");
}

#[tokio::test]
async fn a_row_that_cannot_be_understood_is_damage_and_not_a_default() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder).unwrap();
    let outcome = database
        .read(|connection| {
            Ok(connection.query_row("SELECT 'melted'", [], |row| {
                row.get::<_, crate::columns::Word<quillhouse_domain::RunState>>(0).map(|_| ())
            })?)
        })
        .await;
    assert!(matches!(outcome, Err(StoreError::Damaged { .. })), "{outcome:?}");
}

#[tokio::test]
async fn the_integrity_check_finds_lost_parents_and_a_stale_full_text_index() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder).unwrap();
    assert_eq!(database.integrity_check().await.unwrap(), Vec::<String>::new(), "a new database is whole");
    database
        .on_writer(|connection| {
            connection.execute_batch(
                "PRAGMA foreign_keys = OFF;
                 DROP TRIGGER passage_fts_insert;
                 INSERT INTO passage (id, document_id, ordinal, page, start_character, end_character,
                     heading_path_json, text, token_count)
                 VALUES ('p', 'gone', 0, 1, 0, 5, '[]', 'ferry', 1);",
            )?;
            Ok(())
        })
        .await
        .unwrap();
    let problems = database.integrity_check().await.unwrap();
    assert!(problems.iter().any(|problem| problem.contains("`passage` belongs to")), "{problems:?}");
    assert!(problems.iter().any(|problem| problem.contains("full-text index")), "{problems:?}");
}

#[tokio::test]
async fn the_last_handle_may_be_dropped_by_its_own_writer() {
    let folder = TempDir::new().unwrap();
    let database = open(&folder).unwrap();
    let clone = database.clone();
    let (done, waiting) = oneshot::channel();
    let (go, gone) = mpsc::channel::<()>();
    let job: Job = Box::new(move |_| {
        let _ = gone.recv();
        drop(clone);
        let _ = done.send(());
    });
    locked(&database.inner.writer).as_ref().unwrap().jobs.send(job).unwrap();
    // The writer now holds the only other handle; once ours is gone, it drops the last one while it works.
    let ours = thread::spawn(move || drop(database));
    ours.join().unwrap();
    go.send(()).unwrap();
    waiting.await.expect("a thread that waited for its own end would never answer");
}
