//! Why a batch stopped.

use std::path::PathBuf;

use quillhouse_domain::{Coded, ErrorCode};
use quillhouse_llm::EmbedError;
use quillhouse_store::StoreError;

use super::scan::SkippedFile;
use crate::index::IndexError;

/// Why a batch stopped.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Nothing that was given can be a document.
    #[error(
        "There is no file to read in {}. Quillhouse reads PDF, DOCX, PPTX, XLSX, ODS, CSV, HTML, EML, Markdown and plain text; check the path or convert the files",
        list(.paths)
    )]
    NothingToRead {
        /// What was given.
        paths: Vec<PathBuf>,
        /// What was there instead.
        skipped: Vec<SkippedFile>,
    },
    /// The library's folder cannot be written.
    #[error(
        "A copy could not be written to `{}` ({source}). The files added before are safe; make room or check the folder's rights, then add the rest again",
        path.display()
    )]
    Folder {
        /// The files folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The embedder failed for reasons that are not one text's.
    #[error("{0}. The files added before are safe and the rest is kept in the queue")]
    Embed(#[from] EmbedError),
    /// The index could not be rebuilt.
    #[error(transparent)]
    Index(#[from] IndexError),
}

fn list(paths: &[PathBuf]) -> String {
    match paths {
        [] => "what was given".to_owned(),
        [path] => format!("`{}`", path.display()),
        [first, ..] => format!("`{}` and {} more", first.display(), paths.len() - 1),
    }
}

impl Coded for IngestError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NothingToRead { .. } => ErrorCode::InvalidInput,
            Self::Folder { source, .. } => match source.kind() {
                std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
                std::io::ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
                _ => ErrorCode::Internal,
            },
            Self::Store(error) => error.code(),
            Self::Embed(error) => error.code(),
            Self::Index(error) => error.code(),
        }
    }
}
