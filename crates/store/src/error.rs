//! What can go wrong with the data, in sentences for the user.
//!
//! SQLite's errors are sorted once, where a read or a write ends, because only there the file is known.

use std::{
    io,
    path::{Path, PathBuf},
};

use quillhouse_domain::{Coded, ErrorCode};
use rusqlite::ffi;

/// A failure of the store. Whenever one is returned from a write, nothing of that write was kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another Quillhouse holds the folder.
    #[error(
        "Another Quillhouse{} is using `{}`. Nothing was changed. Close the other one, or choose another data folder",
        describe_holder(*.holder_pid),
        .folder.display()
    )]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// Process id of the holder, when it could be read.
        holder_pid: Option<u32>,
    },
    /// The database was written by a newer version.
    #[error(
        "`{}` was written by a newer Quillhouse (format {found}, this one knows {known}). It was not changed. \
         Install the newer version to open it",
        .file.display()
    )]
    NewerVersion {
        /// The database.
        file: PathBuf,
        /// Format number in the file.
        found: u32,
        /// Newest format number this version knows.
        known: u32,
    },
    /// The database cannot be read.
    #[error(
        "`{}` is damaged: {detail}. Your original documents are not affected. Close Quillhouse, keep a copy of the \
         data folder, then restore a backup",
        .file.display()
    )]
    Damaged {
        /// The database.
        file: PathBuf,
        /// What SQLite or a row's type said.
        detail: String,
    },
    /// No room left.
    #[error(
        "The disk is full. What was saved before is safe; the last change was not kept. Free some space and try again"
    )]
    DiskFull,
    /// The operating system refused access.
    #[error("Quillhouse may not read or write `{}`. Nothing was changed. Check the rights of the folder", .path.display())]
    PermissionDenied {
        /// The file or folder.
        path: PathBuf,
    },
    /// What was named does not exist.
    #[error("There is no {noun} `{name}`")]
    NotFound {
        /// The noun, `brand`.
        noun: &'static str,
        /// The name or id that was given.
        name: String,
    },
    /// What was to be made exists.
    #[error("A {noun} `{name}` exists already. Nothing was changed. Choose another name")]
    AlreadyExists {
        /// The noun, `brand`.
        noun: &'static str,
        /// The name or id that was given.
        name: String,
    },
    /// A value breaks a rule that the message names.
    #[error("The {field} cannot be saved: {reason}. Nothing was changed")]
    InvalidInput {
        /// The field in words, `name of the brand`.
        field: &'static str,
        /// The rule.
        reason: String,
    },
    /// The database was closed while somebody still held it.
    #[error("`{}` is closed. What was saved before is safe. Open it again", .file.display())]
    Closed {
        /// The database.
        file: PathBuf,
    },
    /// The work given to the store panicked.
    #[error("Quillhouse made a mistake while it used its data: {detail}. Nothing of that change was kept. Try again")]
    Panicked {
        /// The panic's message.
        detail: String,
    },
    /// The linked SQLite has a known fault that loses pages.
    #[error("This build has SQLite {found}, which can lose data; 3.51.3 or newer is needed. Nothing was opened")]
    UnsafeSqlite {
        /// Version of the linked library.
        found: &'static str,
    },
    /// Any other failure of SQLite.
    #[error("The database did not do what it was asked: {0}. Nothing of that change was kept. Try again")]
    Sqlite(#[source] rusqlite::Error),
    /// A file or folder could not be used.
    #[error("Quillhouse could not {action} `{}`: {source}", .path.display())]
    Io {
        /// What was tried, `create the folder`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's answer.
        #[source]
        source: io::Error,
    },
}

fn describe_holder(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl StoreError {
    /// Sorts an operating system error on `path`.
    pub(crate) fn from_io(action: &'static str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::PermissionDenied { path: path.to_owned() }
            }
            _ => Self::Io { action, path: path.to_owned(), source },
        }
    }

    /// Sorts what SQLite said about `file`; every other error stays as it is.
    pub(crate) fn located(self, file: &Path) -> Self {
        let Self::Sqlite(error) = self else { return self };
        let damaged = |error: &rusqlite::Error| Self::Damaged { file: file.to_owned(), detail: error.to_string() };
        match &error {
            rusqlite::Error::SqliteFailure(failure, _) => match (failure.code, failure.extended_code) {
                // A full disk shows as a failure to grow the shared memory file before any page is written.
                (rusqlite::ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE) => Self::DiskFull,
                (rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase, _) => damaged(&error),
                (
                    rusqlite::ErrorCode::ReadOnly
                    | rusqlite::ErrorCode::PermissionDenied
                    | rusqlite::ErrorCode::CannotOpen,
                    _,
                ) => Self::PermissionDenied { path: file.to_owned() },
                _ => Self::Sqlite(error),
            },
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => damaged(&error),
            _ => Self::Sqlite(error),
        }
    }

    /// Turns a broken UNIQUE rule into "exists already".
    pub(crate) fn unique(error: rusqlite::Error, noun: &'static str, name: impl FnOnce() -> String) -> Self {
        match &error {
            rusqlite::Error::SqliteFailure(failure, _)
                if matches!(
                    failure.extended_code,
                    ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID
                ) =>
            {
                Self::AlreadyExists { noun, name: name() }
            }
            _ => Self::Sqlite(error),
        }
    }

    /// Fails when an UPDATE or DELETE that names one row met none.
    pub(crate) fn unless_found(changed_rows: usize, noun: &'static str, name: impl ToString) -> Result<(), Self> {
        if changed_rows == 0 { Err(Self::NotFound { noun, name: name.to_string() }) } else { Ok(()) }
    }
}

impl Coded for StoreError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::InUse { .. } => ErrorCode::DataFolderInUse,
            Self::NewerVersion { .. } => ErrorCode::DataFromNewerVersion,
            Self::Damaged { .. } => ErrorCode::DataDamaged,
            Self::DiskFull => ErrorCode::DiskFull,
            Self::PermissionDenied { .. } => ErrorCode::PermissionDenied,
            Self::NotFound { .. } => ErrorCode::NotFound,
            Self::AlreadyExists { .. } => ErrorCode::AlreadyExists,
            Self::InvalidInput { .. } => ErrorCode::InvalidInput,
            Self::Closed { .. }
            | Self::Panicked { .. }
            | Self::UnsafeSqlite { .. }
            | Self::Sqlite(_)
            | Self::Io { .. } => ErrorCode::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sqlite(code: i32) -> StoreError {
        StoreError::Sqlite(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None))
    }

    #[test]
    fn what_sqlite_says_is_sorted_by_what_the_user_can_do() {
        for (code, wanted) in [
            (ffi::SQLITE_FULL, ErrorCode::DiskFull),
            (ffi::SQLITE_IOERR_SHMSIZE, ErrorCode::DiskFull),
            (ffi::SQLITE_CORRUPT, ErrorCode::DataDamaged),
            (ffi::SQLITE_CORRUPT_INDEX, ErrorCode::DataDamaged),
            (ffi::SQLITE_NOTADB, ErrorCode::DataDamaged),
            (ffi::SQLITE_READONLY, ErrorCode::PermissionDenied),
            (ffi::SQLITE_CANTOPEN, ErrorCode::PermissionDenied),
            (ffi::SQLITE_BUSY, ErrorCode::Internal),
            (ffi::SQLITE_CONSTRAINT_CHECK, ErrorCode::Internal),
        ] {
            let error = sqlite(code).located(Path::new("/data/app.db"));
            assert_eq!(error.code(), wanted, "{code}: {error}");
        }
    }

    #[test]
    fn what_the_operating_system_says_is_sorted_by_what_the_user_can_do() {
        for (kind, wanted) in [
            (io::ErrorKind::StorageFull, ErrorCode::DiskFull),
            (io::ErrorKind::QuotaExceeded, ErrorCode::DiskFull),
            (io::ErrorKind::PermissionDenied, ErrorCode::PermissionDenied),
            (io::ErrorKind::ReadOnlyFilesystem, ErrorCode::PermissionDenied),
            (io::ErrorKind::NotADirectory, ErrorCode::Internal),
        ] {
            let error = StoreError::from_io("open", Path::new("/data"), kind.into());
            assert_eq!(error.code(), wanted, "{kind}: {error}");
        }
    }

    #[test]
    fn messages_are_sentences_that_name_the_thing() {
        let file = PathBuf::from("/data/app.db");
        for (error, part) in [
            (
                StoreError::InUse { folder: file.clone(), holder_pid: None },
                "Another Quillhouse is using `/data/app.db`",
            ),
            (StoreError::NewerVersion { file: file.clone(), found: 3, known: 2 }, "(format 3, this one knows 2)"),
            (StoreError::Damaged { file: file.clone(), detail: "bad page".to_owned() }, "bad page"),
            (StoreError::DiskFull, "Free some space"),
            (StoreError::PermissionDenied { path: file.clone() }, "`/data/app.db`"),
            (StoreError::NotFound { noun: "brand", name: "Acme".to_owned() }, "no brand `Acme`"),
            (StoreError::AlreadyExists { noun: "brand", name: "Acme".to_owned() }, "A brand `Acme` exists"),
            (StoreError::Closed { file }, "Open it again"),
        ] {
            let text = error.to_string();
            assert!(text.contains(part), "{text}");
            assert!(!text.ends_with('.'), "no final period: {text}");
            assert!(!text.contains("  "), "no gap where a line was broken: {text}");
        }
    }
}
