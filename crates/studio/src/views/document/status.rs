//! Views of how a library stands: counts, its index, the folders that are watched.

use quillhouse_domain::WatchedFolderId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whether the vector index answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum IndexState {
    /// It answers.
    Ready,
    /// It is being rebuilt; words, and the library's own vectors, answer meanwhile.
    Rebuilding,
    /// It is not in use.
    Off,
}

/// What there is to say about a library and its index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LibraryNoteView {
    /// The vector index is being rebuilt.
    #[error("The vector index is being rebuilt ({:.0} %); the library itself is searched meanwhile", .share * 100.0)]
    Rebuilding {
        /// How much is done, 0 to 1.
        share: f32,
    },
    /// The vector index is not in use.
    #[error("The vector index is not in use ({detail}); the library itself is searched")]
    IndexOff {
        /// What was found.
        detail: String,
    },
}

/// What there is to say about a watched folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FolderNoteView {
    /// It is not there.
    #[error("The folder is not there. Its documents stay in the library; it is followed again when it comes back")]
    NotThere,
    /// The system watches no further folders.
    #[error("The system watches no further folders; this one is looked at once a minute")]
    LookedAtNowAndThen,
    /// Files of it were deleted.
    #[error("{count} of its files {}; the documents stay in the library until you erase them", if *.count == 1 { "was deleted" } else { "were deleted" })]
    FilesDeleted {
        /// How many.
        count: u32,
    },
}

/// How a watched folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WatchState {
    /// It is there.
    Watching,
    /// It is not there, and followed again when it comes back.
    Missing,
}

/// A folder whose changes come into the library.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct WatchedFolderView {
    /// Its id.
    pub id: WatchedFolderId,
    /// Absolute path.
    pub path: String,
    /// Whether it is there.
    pub state: WatchState,
    /// What there is to say about it, in a sentence.
    pub note: Option<String>,
    /// The same as a kind with values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note_said: Option<FolderNoteView>,
    /// Documents that came from it.
    pub documents: u32,
}

/// The watched folders of a brand.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct WatchedFolderListView {
    /// In the order in which they were added.
    pub folders: Vec<WatchedFolderView>,
}

/// Watches a folder.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WatchedFolderAddParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Absolute path of a folder.
    pub path: String,
}

/// Names a watched folder.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct WatchedFolderParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Id or path of the folder.
    pub id: String,
}

/// How much of a library an embedder does not know the language of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LanguageGapKind {
    /// Half of the documents or fewer.
    Some,
    /// More than half.
    Most,
}

/// Documents in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LanguageCountView {
    /// Code of the language.
    pub language: String,
    /// Documents in it.
    pub documents: u32,
}

/// Documents that are found by their words only, because the embedder does not know their language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LanguageGapView {
    /// How much of the library that is.
    pub kind: LanguageGapKind,
    /// Documents that can be found.
    pub documents: u32,
    /// Of those, in languages the embedder does not know.
    pub foreign: u32,
    /// One by one, the most frequent first.
    pub languages: Vec<LanguageCountView>,
}

impl LanguageGapView {
    /// The same in an English sentence, for a terminal.
    pub fn sentence(&self) -> String {
        let languages: Vec<String> = self
            .languages
            .iter()
            .map(|count| format!("{} {}", count.documents, english_name(&count.language)))
            .collect();
        format!(
            "{} of {} documents {} in languages that the English embedder does not know ({}); it finds {} by {} words only",
            self.foreign,
            self.documents,
            if self.foreign == 1 { "is" } else { "are" },
            languages.join(", "),
            if self.foreign == 1 { "it" } else { "them" },
            if self.foreign == 1 { "its" } else { "their" },
        )
    }
}

/// Names of the languages that are recognised with two letters; others keep their code.
fn english_name(code: &str) -> &str {
    match code {
        "de" => "German",
        "fr" => "French",
        "es" => "Spanish",
        "it" => "Italian",
        "nl" => "Dutch",
        "pt" => "Portuguese",
        other => other,
    }
}

/// How a library stands.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LibraryStatusView {
    /// Documents.
    pub documents: u32,
    /// Passages.
    pub passages: u32,
    /// Documents that can be found completely.
    pub ready: u32,
    /// Documents of which something is missing.
    pub partial: u32,
    /// Documents that cannot be read.
    pub rejected: u32,
    /// Documents whose reading failed.
    pub failed: u32,
    /// Documents that are being worked on or wait.
    pub in_progress: u32,
    /// Whether the vector index answers.
    pub index: IndexState,
    /// How much of it has been built, 0 to 1.
    pub index_share: f32,
    /// Why it does not answer, in a sentence.
    pub index_note: Option<String>,
    /// The same as a kind with values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub index_note_said: Option<LibraryNoteView>,
    /// The embedder in use.
    pub embedder: String,
    /// The embedder that is being prepared beside it; `index_share` tells how far it is.
    pub changing_to: Option<String>,
    /// Why the last change of the embedder was not finished, in a sentence.
    pub change_problem: Option<String>,
    /// Documents in languages that the embedder does not know; `None` when there are none.
    pub language_gap: Option<LanguageGapView>,
    /// Folders that are watched.
    pub watched: Vec<WatchedFolderView>,
}
