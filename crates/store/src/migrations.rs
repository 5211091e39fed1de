//! The migrations compiled into this build, and how a database is brought to them.
//!
//! Invariant: an existing database is copied before the first statement that changes it.

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
};

use include_dir::{Dir, include_dir};
use rusqlite::{
    Connection,
    types::{ToSqlOutput, ValueRef},
};
use rusqlite_migration::{M, Migrations};

use crate::StoreError;

static APP: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../migrations/app");
static BRAND: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../migrations/brand");

/// One migration file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    /// File name; the order of the names is the order of the migrations.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

/// All migrations of `app.db`, in order.
pub(crate) fn app() -> Vec<Migration> {
    files(&APP)
}

/// All migrations of `brand.db`, in order.
pub(crate) fn brand() -> Vec<Migration> {
    files(&BRAND)
}

fn files(folder: &'static Dir<'static>) -> Vec<Migration> {
    let mut migrations: Vec<Migration> = folder
        .files()
        .filter_map(|file| {
            let name = file.path().file_name()?.to_str()?;
            if file.path().extension()? != "sql" {
                return None;
            }
            Some(Migration { name, sql: file.contents_utf8()? })
        })
        .collect();
    migrations.sort_unstable_by_key(|migration| migration.name);
    migrations
}

/// The number of migrations that have run on this database.
pub(crate) fn version(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Runs what is missing, all of it in one transaction. `found` is the version the database has.
pub(crate) fn migrate(
    connection: &mut Connection,
    file: &Path,
    found: u32,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    let known = migrations.len() as u32;
    if found == known {
        return Ok(());
    }
    let tables: u32 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if found > 0 {
        copy_before(connection, file, known)?;
    } else if tables > 0 {
        return Err(StoreError::Damaged {
            file: file.to_owned(),
            detail: "it has tables but no format number, so it was not made by Quillhouse".to_owned(),
        });
    }
    let steps = migrations.iter().map(|migration| M::up(migration.sql).comment(migration.name)).collect();
    Migrations::new(steps).to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => StoreError::Sqlite(err),
        other => StoreError::Damaged { file: file.to_owned(), detail: other.to_string() },
    })?;
    tracing::info!(file = %file.display(), found, known, "database migrated");
    Ok(())
}

/// Name of the copy made before a database is brought to `version`.
fn copy_name(file: &Path, version: u32) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(format!(".before-{version}"));
    PathBuf::from(name)
}

/// Writes a complete copy beside the database; a copy that is there under its final name is whole.
fn copy_before(connection: &Connection, file: &Path, version: u32) -> Result<(), StoreError> {
    let finished = copy_name(file, version);
    let mut name = finished.clone().into_os_string();
    name.push(".partial");
    let partial = PathBuf::from(name);
    match fs::remove_file(&partial) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(StoreError::from_io("remove", &partial, error)),
    }
    // Bytes and not a string: a path need not be UTF-8.
    let path = ToSqlOutput::Borrowed(ValueRef::Text(partial.as_os_str().as_encoded_bytes()));
    connection.execute("VACUUM INTO ?1", [path])?;
    let write = |error| StoreError::from_io("write", &partial, error);
    File::options().write(true).open(&partial).and_then(|copy| copy.sync_all()).map_err(write)?;
    fs::rename(&partial, &finished).map_err(write)?;
    Ok(())
}

/// Deletes every copy beside the database, whole or not; answers how many there were and their bytes. They hold what has
/// been erased since.
pub(crate) fn delete_copies(file: &Path) -> Result<(u32, u64), StoreError> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else { return Ok((0, 0)) };
    let mut prefix = name.to_owned();
    prefix.push(".before-");
    let list = |error| StoreError::from_io("list the folder", folder, error);
    let (mut copies, mut bytes) = (0, 0);
    for entry in fs::read_dir(folder).map_err(list)? {
        let entry = entry.map_err(list)?;
        if entry.file_name().as_encoded_bytes().starts_with(prefix.as_encoded_bytes()) {
            bytes += entry.metadata().map_or(0, |metadata| metadata.len());
            copies += 1;
            fs::remove_file(entry.path()).map_err(|error| StoreError::from_io("remove", &entry.path(), error))?;
        }
    }
    Ok((copies, bytes))
}

#[cfg(test)]
mod tests;
