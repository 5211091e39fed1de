//! `brand.db`: one brand's library, runs and pieces.

mod activity;
mod content_cache;
mod document;
mod document_text;
mod embedding;
mod erasure;
mod index_outbox;
mod kit_entry;
mod kit_extract;
mod kit_rewording;
mod kit_version;
mod model_call;
mod passage;
mod passage_search;
mod piece;
mod revision;
mod run;
mod run_event;
mod step;
mod step_draft;
mod watched_folder;

pub use activity::{ActivityReader, ActivityRow, ActivityWriter};
pub use content_cache::{ContentCacheReader, ContentCacheRow, ContentCacheWriter};
pub use document::{DocumentFinish, DocumentReader, DocumentRow, DocumentWriter};
pub use document_text::DocumentTextRow;
pub(crate) use embedding::hash_of;
pub use embedding::{EmbeddingReader, EmbeddingWriter, TextHash, UnembeddedRow, VectorBatch, VectorRow, passage_hash};
pub use erasure::DocumentErased;
pub use index_outbox::{IndexOperation, OutboxReader, OutboxRow, OutboxWriter};
pub use kit_entry::{KitEntryRow, KitReader, KitRow, KitSourceRow, KitVersionRow, KitWriter};
pub use kit_extract::KitExtractRow;
pub use kit_rewording::KitRewordingRow;
pub use kit_version::{KitChangeRow, KitVersionRecord};
pub use model_call::{ModelCallReader, ModelCallRow, ModelCallWriter, ModelReplyRow};
pub use passage::{FoundPassage, PassageBatch, PassageReader, PassageRow, PassageWriter};
pub use passage_search::{Around, DocumentChoice, DocumentEdition, WordMatch};
pub use piece::{PieceInserted, PieceReader, PieceRow, PieceWriter};
pub use revision::{RevisionReader, RevisionRow, RevisionWriter};
pub use run::{RunReader, RunRow, RunWriter};
pub use run_event::RunEventRow;
pub use step::{StepFinish, StepReader, StepRow, StepWriter};
pub use step_draft::StepDraftRow;
pub use watched_folder::{WatchedFolderReader, WatchedFolderRow, WatchedFolderWriter};

use crate::table::{database_handles, store};

store! {
    /// One brand's database.
    BrandStore, BrandReader, BrandWriter
}

database_handles! {
    /// One moment of a brand's database, for reading.
    BrandReader,
    /// One transaction on a brand's database; reads see its own writes.
    BrandWriter,
    {
        /// Documents and their text.
        documents: DocumentReader, DocumentWriter;
        /// Passages, their embeddings and full-text search.
        passages: PassageReader, PassageWriter;
        /// Vectors by embedder and content.
        embeddings: EmbeddingReader, EmbeddingWriter;
        /// Folders that are watched.
        watched_folders: WatchedFolderReader, WatchedFolderWriter;
        /// What the vector index has yet to be told.
        outbox: OutboxReader, OutboxWriter;
        /// The brand kit.
        kit: KitReader, KitWriter;
        /// Briefs.
        activities: ActivityReader, ActivityWriter;
        /// Runs and their events.
        runs: RunReader, RunWriter;
        /// Steps and their drafts.
        steps: StepReader, StepWriter;
        /// Calls of a model.
        model_calls: ModelCallReader, ModelCallWriter;
        /// Deliverables.
        pieces: PieceReader, PieceWriter;
        /// Versions of deliverables.
        revisions: RevisionReader, RevisionWriter;
        /// Finished runs by what went into them.
        content_cache: ContentCacheReader, ContentCacheWriter;
    }
}
