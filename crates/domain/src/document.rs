//! What was read from a file: text, pages, blocks and problems.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// File formats the library reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum DocumentFormat {
    /// Portable Document Format.
    Pdf,
    /// Office Open XML text.
    Docx,
    /// Web page.
    Html,
    /// Markdown.
    Markdown,
    /// Plain text.
    Text,
    /// Office Open XML slides; a page is a slide.
    Pptx,
    /// An Excel workbook of any age; a page is a sheet.
    Xlsx,
    /// An `OpenDocument` spreadsheet; a page is a sheet.
    Ods,
    /// Values separated by commas, semicolons or tabs.
    Csv,
    /// One message of electronic mail.
    Eml,
}

impl DocumentFormat {
    /// The format a file name promises; the parser checks the bytes as well.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
        match extension.as_str() {
            "pdf" => Some(Self::Pdf),
            "docx" | "docm" | "dotx" => Some(Self::Docx),
            "html" | "htm" | "xhtml" => Some(Self::Html),
            "md" | "markdown" => Some(Self::Markdown),
            "txt" | "text" => Some(Self::Text),
            "pptx" | "pptm" | "ppsx" | "potx" => Some(Self::Pptx),
            "xlsx" | "xlsm" | "xlsb" | "xltx" | "xls" => Some(Self::Xlsx),
            "ods" => Some(Self::Ods),
            "csv" | "tsv" => Some(Self::Csv),
            "eml" => Some(Self::Eml),
            _ => None,
        }
    }

    /// The word stored and shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Text => "text",
            Self::Pptx => "pptx",
            Self::Xlsx => "xlsx",
            Self::Ods => "ods",
            Self::Csv => "csv",
            Self::Eml => "eml",
        }
    }
}

/// Where a document stands on its way into the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// Known, not begun.
    Queued,
    /// Being read by the parse worker.
    Reading,
    /// Being cut into passages.
    Chunking,
    /// Passages are being embedded.
    Embedding,
    /// Everything in it can be found.
    Ready,
    /// Some of it can be found; the problems say what is missing.
    Partial,
    /// It will never be readable as it is; the problems say why.
    Rejected,
    /// Reading failed and may succeed when tried again.
    Failed,
}

impl DocumentState {
    /// True when no further work is planned.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Ready | Self::Partial | Self::Rejected | Self::Failed)
    }

    /// True when its passages can be found.
    pub const fn is_searchable(self) -> bool {
        matches!(self, Self::Ready | Self::Partial)
    }
}

/// What a block of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BlockKind {
    /// A heading; level 1 is the outermost.
    Heading {
        /// 1 to 6.
        level: u8,
    },
    /// Running text.
    Paragraph,
    /// One item of a list, without its mark.
    ListItem,
    /// One row of a table, cells joined by ` | `.
    TableRow,
    /// Code or preformatted text.
    Code,
    /// A quotation.
    Quote,
}

/// A stretch of the extracted text. Blocks are in order and do not overlap; between two blocks stands only white space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Block {
    /// What it is.
    #[serde(flatten)]
    pub kind: BlockKind,
    /// First character, in Unicode scalar values.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// Page of its first character, counted from 1.
    pub page: u32,
    /// Where it stands in a sheet, as a range of cells such as `Prices!B4:C25`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub anchor: Option<String>,
    /// What its author set off inside it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(skip)]
    pub marks: Vec<TextMark>,
}

/// Words that an author set off by emphasis: in a style guide, the words it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextMark {
    /// First character, in Unicode scalar values of the document's text.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// True for strong emphasis, mostly bold; false for emphasis, code and quotations, mostly italic.
    pub strong: bool,
}

/// The part of the extracted text that stands on one page: of a book, a slide of a deck, a sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PageSpan {
    /// Page number, counted from 1.
    pub number: u32,
    /// First character.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// What its readers call it: a sheet's name, a slide's title, a printed page number that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub label: Option<String>,
}

/// Why something of a file is missing or may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// Nothing in the file.
    Empty,
    /// A password is needed.
    Encrypted,
    /// Pages hold pictures of text.
    Scanned,
    /// Text came out as nonsense.
    Garbled,
    /// The file is broken.
    Damaged,
    /// The bytes are not what the name says.
    WrongType,
    /// The format is not read.
    UnsupportedType,
    /// Bigger than the limit.
    TooLarge,
    /// Reading took longer than the limit.
    TimedOut,
    /// Reading needed more memory than the limit.
    TooMuchMemory,
    /// The parse worker ended without an answer.
    WorkerCrashed,
    /// The file could not be opened.
    NotReadable,
    /// Less text was read than the file holds.
    TextMissing,
    /// An archive that unpacks to far more than it is worth reading.
    ArchiveBomb,
    /// Parts were not read on purpose: comments, attachments.
    LeftOut,
    /// Slides or sheets that their author hid were read.
    Hidden,
    /// Pictures of text were read with OCR, which makes mistakes.
    OcrUsed,
}

impl ProblemKind {
    /// True when trying the same bytes again may go better.
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::TimedOut | Self::TooMuchMemory | Self::WorkerCrashed | Self::NotReadable)
    }

    /// True when nothing that should be found is missing: worth a sentence, but the document is whole.
    pub const fn is_notice(self) -> bool {
        matches!(self, Self::LeftOut | Self::Hidden | Self::OcrUsed)
    }
}

/// One problem in a plain sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// A sentence for the user: what, and what to do.
    pub message: String,
    /// The pages concerned, counted from 1; empty when it is the whole file.
    pub pages: Vec<u32>,
}

/// Everything the parse worker read from one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedDocument {
    /// The format the bytes have.
    pub format: DocumentFormat,
    /// Title from metadata or the first heading.
    pub title: Option<String>,
    /// The extracted text. All offsets count its Unicode scalar values.
    pub text: String,
    /// At least one page when there is text.
    pub pages: Vec<PageSpan>,
    /// The structure.
    pub blocks: Vec<Block>,
    /// What is missing or doubtful.
    pub problems: Vec<Problem>,
    /// Tags its author gave it; a document that has none yet takes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// Most tags of a document.
pub const MOST_TAGS: usize = 32;
/// Longest tag, in characters.
pub const TAG_CHARACTERS: usize = 60;

/// A tag as it is kept: without white space around it; `None` when it is empty, too long or not one line of text.
pub fn tidy_tag(tag: &str) -> Option<String> {
    let tag = tag.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = tag.chars().count();
    ((1..=TAG_CHARACTERS).contains(&length) && !tag.chars().any(char::is_control)).then_some(tag)
}

/// Adds a tag unless there is one that differs from it in case only.
pub fn add_tag(tags: &mut Vec<String>, tag: String) {
    if !tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase()) {
        tags.push(tag);
    }
}
