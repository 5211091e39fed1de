//! Table `document_text`: what was read from a document. Offsets count Unicode scalar values.

use quillhouse_domain::{Block, DocumentId, PageSpan};
use rusqlite::{OptionalExtension as _, Row};

use super::{DocumentReader, DocumentWriter};
use crate::{
    StoreError,
    columns::{Json, Text},
};

/// The text of one document with its pages and structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentTextRow {
    /// The document.
    pub document_id: DocumentId,
    /// The extracted text.
    pub text: String,
    /// Its pages.
    pub pages: Vec<PageSpan>,
    /// Its structure.
    pub blocks: Vec<Block>,
}

impl DocumentTextRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            document_id: row.get::<_, Text<DocumentId>>("document_id")?.0,
            text: row.get("text")?,
            pages: row.get::<_, Json<Vec<PageSpan>>>("pages_json")?.0,
            blocks: row.get::<_, Json<Vec<Block>>>("blocks_json")?.0,
        })
    }
}

impl DocumentReader<'_> {
    /// What was read from the document; nothing before its first `finish`.
    pub fn text(&self, id: DocumentId) -> Result<Option<DocumentTextRow>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT * FROM document_text WHERE document_id = ?1")?
            .query_row([Text(id)], DocumentTextRow::from_row)
            .optional()?)
    }
}

impl DocumentWriter<'_> {
    pub(super) fn put_text(
        &mut self,
        id: DocumentId,
        text: &str,
        pages: &[PageSpan],
        blocks: &[Block],
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO document_text (document_id, text, pages_json, blocks_json) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (document_id) DO UPDATE SET
                     text = excluded.text, pages_json = excluded.pages_json, blocks_json = excluded.blocks_json",
            )?
            .execute((Text(id), text, Json(pages), Json(blocks)))?;
        Ok(())
    }
}
