//! Exports: a piece as a file that needs nothing else.
//!
//! Invariants
//! - Text of a piece is data: HTML in it is escaped, links to scripts are dropped.
//! - A file name made here is safe on Linux, macOS and Windows.
//! - The same piece gives the same bytes.

mod file_name;
mod html;
mod markdown;

pub use file_name::file_name;
pub use html::html;
pub use markdown::markdown;

/// A source of a piece, as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Number of the citation, counted from 1.
    pub number: u32,
    /// The sentence it stands behind, as it is in the text.
    pub sentence: String,
    /// Name of the document.
    pub document_name: String,
    /// Page, counted from 1.
    pub page: u32,
    /// The quote, verbatim.
    pub quote: String,
}

/// What is to be exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedPiece {
    /// Its title.
    pub title: String,
    /// Meta description of an article.
    pub description: Option<String>,
    /// ISO 639-1 code.
    pub language: String,
    /// Markdown, or plain text for a post.
    pub text: String,
    /// The sources to print; empty prints none.
    pub sources: Vec<Source>,
    /// Heading above the sources, in the piece's language.
    pub sources_heading: String,
}
