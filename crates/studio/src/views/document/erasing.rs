//! Views of what is erased, with the receipt.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErasureScope {
    /// One document.
    Document,
    /// A brand with all it had.
    Brand,
    /// Everything.
    Everything,
}

/// One kind of thing that was erased.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ErasedItemView {
    /// What, as a word.
    pub what: String,
    /// How many.
    pub count: f64,
    /// Bytes they took.
    pub byte_count: f64,
}

/// What stays, or what could not be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ErasureNoteView {
    /// Pieces that quote a document.
    #[error("{}", quoting(*.count))]
    PiecesStay {
        /// How many.
        count: u32,
    },
    /// What was erased may still stand in a log of the database for a moment.
    #[error("Somebody was reading the database, so its log could not be emptied; it is emptied with the next change")]
    LogNotEmpty,
    /// Files that still hold parts of it.
    #[error("{count} files still hold parts of it; erase the brand to be rid of them")]
    TracesLeft {
        /// How many.
        count: u32,
    },
    /// Nothing of it stands nowhere else, so that there was nothing to look for.
    #[error("All of its text also stands in other documents or in pieces")]
    NothingOfItsOwn,
    /// A setting of the application still has the name.
    #[error("Its name still stands in a setting of the application")]
    NameInSettings,
    /// What erasing everything leaves.
    #[error("Models, which hold nothing of yours, and sealed mode, when it was on, stay as they were")]
    ModelsStay,
}

fn quoting(count: u32) -> String {
    let pieces = if count == 1 { "1 piece".to_owned() } else { format!("{count} pieces") };
    let verb = if count == 1 { "quotes" } else { "quote" };
    format!("{pieces} that you made {verb} it; they are yours, stay as they are and are marked")
}

/// Says what was erased, and whether it was searched for afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ErasureReceiptView {
    /// What was erased.
    pub scope: ErasureScope,
    /// Name of the document or brand.
    pub name: String,
    /// When.
    pub erased_at: String,
    /// What it consisted of.
    pub items: Vec<ErasedItemView>,
    /// True when every file of the data folder was searched for parts of it and none was found.
    pub verified: bool,
    /// What stays, or what could not be erased, in sentences.
    pub note: Option<String>,
    /// The same as kinds with values.
    pub notes: Vec<ErasureNoteView>,
}

/// Confirms erasing everything.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DataEraseParams {
    /// The words `erase everything`.
    pub confirm: String,
}
