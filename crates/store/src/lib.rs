//! The truth of Quillhouse: SQLite databases in one data folder.
//!
//! Entry points: [`DataFolder::open`], then [`DataFolder::app`] and [`DataFolder::open_brand`]; both stores have
//! `write` (one closure, one transaction, on the one writer thread) and `read` (a snapshot on a read-only connection).
//!
//! Invariants
//! - Exactly one process holds a data folder, and within it exactly one thread writes a database.
//! - A `write` happens wholly or not at all, whether its closure fails, panics or the process is killed.
//! - A database written by a newer version, or one that is damaged, is refused and not changed.
//! - Nothing outside this crate names SQLite. Times are RFC 3339 UTC text given by the caller.
#![expect(clippy::disallowed_types, reason = "store is the crate that knows SQLite")]

mod app;
mod brand;
mod columns;
mod connection;
mod database;
mod error;
mod folder;
mod migrations;
mod table;

pub use app::{
    AccountRow, AppReader, AppStore, AppWriter, BrandRow, BrandTableReader, BrandTableWriter, LedgerEntryReader,
    LedgerEntryRow, LedgerEntryWriter, ModelProbeReader, ModelProbeRow, ModelProbeWriter, ProviderModelRow,
    ProviderReader, ProviderRow, ProviderWriter, SettingReader, SettingRow, SettingWriter, UsageReader, UsageRecordRow,
    UsageWriter,
};
pub use brand::{
    ActivityReader, ActivityRow, ActivityWriter, Around, BrandReader, BrandStore, BrandWriter, ContentCacheReader,
    ContentCacheRow, ContentCacheWriter, DocumentChoice, DocumentEdition, DocumentErased, DocumentFinish,
    DocumentReader, DocumentRow, DocumentTextRow, DocumentWriter, EmbeddingReader, EmbeddingWriter, FoundPassage,
    IndexOperation, KitChangeRow, KitEntryRow, KitExtractRow, KitReader, KitRewordingRow, KitRow, KitSourceRow,
    KitVersionRecord, KitVersionRow, KitWriter, ModelCallReader, ModelCallRow, ModelCallWriter, ModelReplyRow,
    OutboxReader, OutboxRow, OutboxWriter, PassageBatch, PassageReader, PassageRow, PassageWriter, PieceInserted,
    PieceReader, PieceRow, PieceWriter, RevisionReader, RevisionRow, RevisionWriter, RunEventRow, RunReader, RunRow,
    RunWriter, StepDraftRow, StepFinish, StepReader, StepRow, StepWriter, TextHash, UnembeddedRow, VectorBatch,
    VectorRow, WatchedFolderReader, WatchedFolderRow, WatchedFolderWriter, WordMatch, passage_hash,
};
pub use database::Purged;
pub use error::StoreError;
pub use folder::DataFolder;
