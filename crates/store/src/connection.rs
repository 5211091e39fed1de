//! Opening a database: settings, the version gate, migrations.
//!
//! Invariant: until the version gate has passed nothing is written, neither to the file nor by closing it.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, config::DbConfig, functions::FunctionFlags};

use crate::{
    StoreError,
    migrations::{self, Migration},
};

/// 3.51.3: before it, two connections that write and checkpoint at once can lose pages of the write-ahead log.
const SAFE_SQLITE: i32 = 3_051_003;

/// Settings of a connection, each with its reason.
const SETTINGS: &str = "
    -- Readers never wait for the writer, and a killed process leaves a log that is replayed.
    PRAGMA journal_mode = WAL;
    -- A commit that was reported survives a power cut; NORMAL would lose the last ones.
    PRAGMA synchronous = FULL;
    -- SQLite does not check references unless asked.
    PRAGMA foreign_keys = ON;
    -- Another program, a backup or a virus scanner, may hold the file for a moment.
    PRAGMA busy_timeout = 5000;
    -- A schema that somebody else wrote must not call functions with side effects.
    PRAGMA trusted_schema = OFF;
    -- Finds damage when a page is read and not when its content is used.
    PRAGMA cell_size_check = ON;
    -- Mapped memory turns a stray write or a bad disk into silent damage.
    PRAGMA mmap_size = 0;
    -- After a large import the log file shrinks back to 64 MiB.
    PRAGMA journal_size_limit = 67108864;
    -- Overwrites deleted content with zeros, so that removed text does not linger.
    PRAGMA secure_delete = ON;
    -- macOS only, ignored elsewhere: a plain fsync there does not reach the platter.
    PRAGMA checkpoint_fullfsync = ON;
";

/// Settings of a read-only connection; those that concern writing are left to the writer.
const READER_SETTINGS: &str = "
    PRAGMA query_only = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA busy_timeout = 5000;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA mmap_size = 0;
    -- 16 MiB: the keys alone of 100,000 passages and their vectors are 13 MiB, and each search looks some hundred of them up.
    PRAGMA cache_size = -16384;
";

/// Prepared statements kept for each connection: more than the store has, so that none is prepared twice.
const STATEMENTS: usize = 128;

/// Opens or creates the database for the writer thread and brings it to the newest version.
pub(crate) fn open_writer(file: &Path, migrations: &[Migration]) -> Result<Connection, StoreError> {
    prepare(file, migrations).map_err(|error| error.located(file))
}

fn prepare(file: &Path, migrations: &[Migration]) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < SAFE_SQLITE {
        return Err(StoreError::UnsafeSqlite { found: rusqlite::version() });
    }
    let mut connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let known = migrations.len() as u32;
    let found = migrations::version(&connection)?;
    if found > known {
        return Err(StoreError::NewerVersion { file: file.to_owned(), found, known });
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.execute_batch(SETTINGS)?;
    add_functions(&connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    migrations::migrate(&mut connection, file, found, migrations)?;
    Ok(connection)
}

/// Functions that migrations call.
fn add_functions(connection: &Connection) -> Result<(), StoreError> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("passage_hash", 2, flags, |context| {
        let (headings, text) = (context.get::<String>(0)?, context.get::<String>(1)?);
        Ok(crate::brand::hash_of(&headings, &text).to_vec())
    })?;
    Ok(())
}

/// Opens a database that a writer has prepared, for reading only.
pub(crate) fn open_reader(file: &Path) -> Result<Connection, StoreError> {
    let open = || -> Result<Connection, StoreError> {
        let connection =
            Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.execute_batch(READER_SETTINGS)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    };
    open().map_err(|error| error.located(file))
}
