//! Views of the library.

use quillhouse_domain::{
    Block, BrandId, DocumentFormat, DocumentId, DocumentState, PageSpan, PassageId, Problem, Secret, WatchedFolderId,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a document comes from.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DocumentSource {
    /// A file or folder on this computer.
    Path {
        /// Absolute path.
        path: String,
    },
    /// Bytes from a browser, which has no paths.
    Bytes {
        /// File name with its ending.
        name: String,
        /// The bytes in base64.
        base64: String,
    },
    /// A page or file on the web that the user named; its host may be asked for this one request.
    Url {
        /// `http` or `https`.
        url: String,
    },
}

/// Adds documents to a brand's library.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DocumentAddParams {
    /// Id or name of the brand.
    pub brand: String,
    /// What to add.
    pub sources: Vec<DocumentSource>,
}

/// What happens while documents are added.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct IngestEventView {
    /// The document, once it is known.
    pub document: Option<DocumentId>,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: DocumentState,
    /// Pages read so far.
    pub pages: u32,
    /// Passages made.
    pub passages: u32,
    /// What is wrong, in a sentence.
    pub problem: Option<String>,
    /// Files done.
    pub done: u32,
    /// Files in this batch.
    pub total: u32,
    /// Pages read in this batch.
    pub pages_done: u32,
    /// Pages of the files that have been opened so far.
    pub pages_total: u32,
    /// Files done in a minute.
    pub files_per_minute: f64,
    /// Passages made findable in a second.
    pub passages_per_second: f64,
    /// Seconds until the batch is done; unknown at its beginning.
    pub seconds_left: Option<f64>,
}

/// How adding came out.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DocumentAddView {
    /// Newly readable documents.
    pub added: u32,
    /// Files that were there already.
    pub unchanged: u32,
    /// Of those, files that were known under another path or name.
    pub moved: u32,
    /// Older editions that gave way to a changed file.
    pub replaced: u32,
    /// True when it was stopped before the end; the rest waits in the queue.
    pub cancelled: bool,
    /// Documents of which a part is missing.
    pub partial: u32,
    /// Files that cannot be read.
    pub failed: u32,
    /// Passages made.
    pub passages: u32,
    /// Seconds it took.
    pub seconds: f64,
    /// Every file of the batch as it stands now.
    pub documents: Vec<DocumentView>,
    /// Files that are not documents and were passed over, with the reason.
    pub skipped: Vec<SkippedFileView>,
}

/// A file that was passed over.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SkippedFileView {
    /// Its name.
    pub name: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// A document of the library.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DocumentView {
    /// Its id.
    pub id: DocumentId,
    /// Its name.
    pub name: String,
    /// Its format, when it is known.
    pub format: Option<DocumentFormat>,
    /// Where it stands.
    pub state: DocumentState,
    /// Title from metadata or the first heading.
    pub title: Option<String>,
    /// ISO 639-1 code of its language, when it is known.
    pub language: Option<String>,
    /// Pages.
    pub pages: u32,
    /// Passages.
    pub passages: u32,
    /// Size of the file.
    pub byte_count: f64,
    /// What is missing or doubtful.
    pub problems: Vec<Problem>,
    /// When it was added.
    pub added_at: String,
    /// Words the user sorts documents by.
    pub tags: Vec<String>,
    /// Day of the source file or page, `YYYY-MM-DD`.
    pub dated: Option<String>,
    /// Path or address it came from.
    pub source: Option<String>,
    /// True when the source file was deleted; the document stays until it is erased.
    pub source_missing: bool,
}

/// The library of a brand.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DocumentListView {
    /// The brand.
    pub brand: BrandId,
    /// By name.
    pub documents: Vec<DocumentView>,
}

/// Names a document, by id or by name.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DocumentParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Id or name of the document.
    pub document: String,
}

/// Reads a document again.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DocumentRetryParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Id or name of the document.
    pub document: String,
    /// Opens an encrypted document this once; kept nowhere.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub password: Option<Password>,
}

/// A password on its way in. It never prints and is never written.
#[derive(Clone)]
pub struct Password(pub(crate) Secret<String>);

impl std::fmt::Debug for Password {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

/// A part of a document's file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DocumentFileParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Id or name of the document.
    pub document: String,
    /// First byte.
    pub offset_bytes: f64,
    /// How many, at most 1 MiB.
    pub length_bytes: f64,
}

/// Bytes of a document's file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DocumentFileView {
    /// The bytes in base64; fewer than were asked for at the end of the file.
    pub base64: String,
    /// First byte.
    pub offset_bytes: f64,
    /// Size of the file.
    pub total_bytes: f64,
    /// Media type of the file.
    pub media_type: String,
}

/// Gives a document tags.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DocumentTagParams {
    /// Id or name of the brand.
    pub brand: String,
    /// Id or name of the document.
    pub document: String,
    /// All its tags, at most 32 of 1 to 60 characters.
    pub tags: Vec<String>,
}

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
    /// What stays, or what could not be erased, in a sentence.
    pub note: Option<String>,
}

/// Confirms erasing everything.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DataEraseParams {
    /// The words `erase everything`.
    pub confirm: String,
}

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

/// A passage as it lies in its document.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PassageView {
    /// Its id.
    pub id: PassageId,
    /// Page of its first character.
    pub page: u32,
    /// First character in the extracted text.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// Headings above it.
    pub heading_path: Vec<String>,
}

/// A document with everything that was read from it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DocumentDetailView {
    /// The document.
    pub document: DocumentView,
    /// The extracted text; all offsets count its Unicode scalar values.
    pub text: String,
    /// Its pages.
    pub pages: Vec<PageSpan>,
    /// Its structure.
    pub blocks: Vec<Block>,
    /// Its passages.
    pub passages: Vec<PassageView>,
}

/// Searches the library.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LibrarySearchParams {
    /// Id or name of the brand.
    pub brand: String,
    /// What to look for, in words.
    pub query: String,
    /// Most hits, 1 to 100.
    pub limit: u32,
    /// Only these documents, by id or name.
    #[serde(default)]
    #[ts(optional)]
    pub documents: Option<Vec<String>>,
    /// Only documents in these languages, as ISO 639-1 codes.
    #[serde(default)]
    #[ts(optional)]
    pub languages: Option<Vec<String>>,
    /// Only documents that have one of these tags.
    #[serde(default)]
    #[ts(optional)]
    pub tags: Option<Vec<String>>,
    /// Only documents added on this day or later, `YYYY-MM-DD`.
    #[serde(default)]
    #[ts(optional)]
    pub added_from: Option<String>,
    /// Only documents added on this day or earlier, `YYYY-MM-DD`.
    #[serde(default)]
    #[ts(optional)]
    pub added_to: Option<String>,
    /// Also what has nothing to do with the query but is nearest to it. Left out when absent.
    #[serde(default)]
    #[ts(optional)]
    pub unrelated: Option<bool>,
}

impl LibrarySearchParams {
    /// A search of the whole library.
    pub fn everywhere(brand: impl Into<String>, query: impl Into<String>, limit: u32) -> Self {
        Self {
            brand: brand.into(),
            query: query.into(),
            limit,
            documents: None,
            languages: None,
            tags: None,
            added_from: None,
            added_to: None,
            unrelated: None,
        }
    }
}

/// A stretch of a hit's text.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
pub struct MarkView {
    /// First character, counted from the beginning of the hit.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
}

/// What the library has to say about a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StrengthView {
    /// At least one passage answers.
    Strong,
    /// Something may help.
    Weak,
    /// Nothing.
    None,
}

/// A passage that was found.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HitView {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// Name of the document.
    pub document_name: String,
    /// Page of its first character.
    pub page: u32,
    /// First character in the extracted text.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// Headings above it.
    pub heading_path: Vec<String>,
    /// The text at `start..end`.
    pub text: String,
    /// Where the query's words stand in `text`, in any inflection.
    pub marks: Vec<MarkView>,
    /// The sentence before it; empty when there is none.
    pub before: String,
    /// The sentence after it; empty when there is none.
    pub after: String,
    /// Relevance, 0 to 1.
    pub relevance: f32,
    /// The query's words that stand in it.
    pub matched_terms: Vec<String>,
    /// Why it was found, in a sentence.
    pub why: String,
}

/// What was found.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LibrarySearchView {
    /// The query as it was searched.
    pub query: String,
    /// Best first.
    pub hits: Vec<HitView>,
    /// What the library has to say about it.
    pub strength: StrengthView,
    /// What the search had to do without, in a sentence.
    pub note: Option<String>,
}
