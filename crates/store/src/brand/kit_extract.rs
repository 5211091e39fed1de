//! Table `kit_extract`: what each document gave for the brand kit, by which only new and changed ones are read again.

use quillhouse_domain::DocumentId;
use rusqlite::Row;

use super::{KitReader, KitWriter};
use crate::{StoreError, columns::Text};

/// What one document gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitExtractRow {
    /// The document.
    pub document_id: DocumentId,
    /// BLAKE3 of the document's bytes when it was read, in hexadecimal.
    pub content_hash: String,
    /// Version of the rules it was read by.
    pub extractor: u32,
    /// What was found, in the reader's own form.
    pub extract_json: String,
}

impl KitExtractRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            document_id: row.get::<_, Text<DocumentId>>("document_id")?.0,
            content_hash: row.get("content_hash")?,
            extractor: row.get("extractor")?,
            extract_json: row.get("extract_json")?,
        })
    }
}

impl KitReader<'_> {
    /// Document, content hash and rules of every extract, without what was found.
    pub fn extract_versions(&self) -> Result<Vec<(DocumentId, String, u32)>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT document_id, content_hash, extractor FROM kit_extract")?;
        let rows =
            statement.query_map([], |row| Ok((row.get::<_, Text<DocumentId>>(0)?.0, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All extracts, by document.
    pub fn extracts(&self) -> Result<Vec<KitExtractRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM kit_extract ORDER BY document_id")?;
        let rows = statement.query_map([], KitExtractRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl KitWriter<'_> {
    /// Stores an extract in place of the document's former one. A document that has gone meanwhile is passed over.
    pub fn put_extract(&mut self, row: &KitExtractRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO kit_extract (document_id, content_hash, extractor, extract_json)
                 SELECT id, ?2, ?3, ?4 FROM document WHERE id = ?1
                 ON CONFLICT (document_id) DO UPDATE SET content_hash = excluded.content_hash,
                     extractor = excluded.extractor, extract_json = excluded.extract_json",
            )?
            .execute((Text(row.document_id), &row.content_hash, row.extractor, &row.extract_json))?;
        Ok(())
    }
}
