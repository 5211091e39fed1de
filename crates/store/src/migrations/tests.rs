//! The schema as shipped, the version gate, and the copy made before a migration.

use std::{fmt::Write as _, fs};

use tempfile::TempDir;

use super::*;
use crate::connection::open_writer;

const SHIPPED: &str = include_str!("../../../../migrations/shipped.txt");

const FIRST: Migration =
    Migration { name: "1_create_ferry.sql", sql: "CREATE TABLE ferry (name TEXT NOT NULL) STRICT;" };
const SECOND: Migration = Migration { name: "2_add_port.sql", sql: "ALTER TABLE ferry ADD COLUMN port TEXT;" };
const BROKEN: Migration =
    Migration { name: "2_add_twice.sql", sql: "ALTER TABLE ferry ADD COLUMN port TEXT; CREATE TABLE ferry (x INT);" };

/// Every statement of the schema, without what the full-text index keeps for itself.
fn schema(migrations: &[Migration]) -> String {
    let folder = TempDir::new().unwrap();
    let connection = open_writer(&folder.path().join("x.db"), migrations).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT sql FROM sqlite_schema
             WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT IN
                 ('passage_fts_data', 'passage_fts_idx', 'passage_fts_docsize', 'passage_fts_config')
             ORDER BY type = 'trigger', type = 'index', rowid",
        )
        .unwrap();
    let statements: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    statements.join(";\n\n")
}

fn ferries(connection: &Connection) -> u32 {
    connection.query_row("SELECT count(*) FROM ferry", [], |row| row.get(0)).unwrap()
}

#[test]
fn the_schemas_are_as_committed() {
    insta::assert_snapshot!("app_schema", schema(&app()));
    insta::assert_snapshot!("brand_schema", schema(&brand()));
}

#[test]
fn a_shipped_migration_never_changes() {
    let mut found = String::new();
    for (folder, migrations) in [("app", app()), ("brand", brand())] {
        for migration in migrations {
            // Line ends differ between checkouts; statements do not.
            let sql = migration.sql.replace("\r\n", "\n");
            writeln!(found, "{}  {folder}/{}", blake3::hash(sql.as_bytes()).to_hex(), migration.name).unwrap();
        }
    }
    assert_eq!(
        SHIPPED.replace("\r\n", "\n"),
        found,
        "shipped files are compared by hash; correct a mistake with a new file, and append the line of a new one"
    );
}

#[test]
fn migrations_are_named_by_time_verb_and_noun() {
    for migration in app().iter().chain(&brand()) {
        let (time, rest) = migration.name.split_once('_').expect("a time, then words");
        assert!(time.len() == 14 && time.bytes().all(|digit| digit.is_ascii_digit()), "{}", migration.name);
        assert!(rest.contains('_'), "{} needs a verb and a noun", migration.name);
    }
}

#[test]
fn a_newer_database_is_refused_and_not_changed() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("x.db");
    drop(open_writer(&file, &[FIRST, SECOND]).unwrap());
    let before = fs::read(&file).unwrap();
    let error = open_writer(&file, &[FIRST]).unwrap_err();
    assert!(matches!(error, StoreError::NewerVersion { found: 2, known: 1, .. }), "{error}");
    assert_eq!(fs::read(&file).unwrap(), before, "not one byte differs");
    assert!(!copy_name(&file, 1).exists(), "nothing is copied for a database that is not opened");
}

#[test]
fn a_newer_version_that_stands_only_in_the_log_is_refused_as_well() {
    let (live, copy) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let connection = open_writer(&live.path().join("x.db"), &[FIRST, SECOND]).unwrap();
    for name in ["x.db", "x.db-wal"] {
        fs::copy(live.path().join(name), copy.path().join(name)).unwrap();
    }
    drop(connection);
    let file = copy.path().join("x.db");
    let files = || (fs::read(&file).unwrap(), fs::read(copy.path().join("x.db-wal")).unwrap());
    let before = files();
    let error = open_writer(&file, &[FIRST]).unwrap_err();
    assert!(matches!(error, StoreError::NewerVersion { .. }), "{error}");
    assert!(files() == before, "neither the file nor its log differs");
}

#[test]
fn an_existing_database_is_copied_before_it_is_migrated() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("x.db");
    let connection = open_writer(&file, &[FIRST]).unwrap();
    connection.execute("INSERT INTO ferry VALUES ('Vega')", []).unwrap();
    drop(connection);
    assert!(!copy_name(&file, 1).exists(), "a new database has nothing to keep");

    let migrated = open_writer(&file, &[FIRST, SECOND]).unwrap();
    assert_eq!((version(&migrated).unwrap(), ferries(&migrated)), (2, 1), "newest version, same rows");
    let copy = open_writer(&copy_name(&file, 2), &[FIRST]).expect("the copy opens with the version that wrote it");
    assert_eq!((version(&copy).unwrap(), ferries(&copy)), (1, 1));
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("x.db");
    drop(open_writer(&file, &[FIRST]).unwrap());
    assert!(open_writer(&file, &[FIRST, BROKEN]).is_err());
    let found = open_writer(&file, &[FIRST]).expect("the version it had still opens it");
    let port: bool = found
        .query_row("SELECT EXISTS (SELECT 1 FROM pragma_table_info('ferry') WHERE name = 'port')", [], |row| row.get(0))
        .unwrap();
    assert!(!port, "the first statement of the failed file is undone");
    drop(found);
    assert!(open_writer(&file, &[FIRST, SECOND]).is_ok(), "a corrected file runs, over the copy of the failed try");
}

#[test]
fn a_database_of_another_program_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("x.db");
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE holiday (day TEXT)").unwrap();
    let error = open_writer(&file, &[FIRST]).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[test]
fn the_linked_sqlite_does_not_lose_pages() {
    assert!(rusqlite::version_number() >= 3_051_003, "{} has the fault of 3.7.0 to 3.51.2", rusqlite::version());
}

#[test]
fn vectors_that_stood_with_their_passages_are_kept_by_content() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("brand.db");
    let migrations = brand();
    let before = migrations.iter().position(|migration| migration.name.ends_with("_extend_library.sql")).unwrap();
    let connection = open_writer(&file, &migrations[..before]).unwrap();
    connection
        .execute_batch(
            "INSERT INTO document VALUES ('d', printf('%064d', 1), 'a.md', NULL, 'd.md', 'markdown', 1, 'ready', NULL, NULL,
                 1, 3, 9, '[]', 1, '2026-11-21T10:00:00Z', '2026-11-21T10:00:00Z');
             INSERT INTO passage (id, document_id, ordinal, page, start_character, end_character, heading_path_json, text,
                 token_count, embedder, vector)
             VALUES ('1', 'd', 0, 1, 0, 1, '[\"H\"]', 'same', 1, 'minilm', x'00000000'),
                    ('2', 'd', 1, 1, 0, 1, '[\"H\"]', 'same', 1, 'minilm', x'00000000'),
                    ('3', 'd', 2, 1, 0, 1, '[]', 'words only', 1, NULL, NULL);",
        )
        .unwrap();
    drop(connection);
    let connection = open_writer(&file, &migrations).unwrap();
    let found: (u32, u32, Vec<u8>, String) = connection
        .query_row(
            "SELECT (SELECT count(*) FROM embedding), (SELECT count(*) FROM passage WHERE vector IS NOT NULL),
                 (SELECT text_hash FROM passage WHERE id = '1'), (SELECT id FROM embedder WHERE in_use = 1)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .unwrap();
    let hash = crate::brand::passage_hash(&["H".to_owned()], "same");
    assert_eq!(found, (1, 0, hash.to_vec(), "minilm".to_owned()), "one vector for one text, found by the text's hash");
}
