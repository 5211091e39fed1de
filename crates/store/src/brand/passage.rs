//! Table `passage`: chunks of documents. With `embedding` this is the truth the vector index is rebuilt from.
//!
//! Passages are written only as a whole document's, by `DocumentWriter::finish`, and with their outbox entries.

use quillhouse_domain::{DocumentId, PassageId};
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};

use super::{embedding, index_outbox};
use crate::{
    StoreError,
    columns::{Json, Text, Vector},
    table::table_handles,
};

/// A passage with its vector of the embedder in use.
macro_rules! select_passage {
    ($($more:literal),*) => {
        concat!(
            "SELECT passage.rowid, passage.id, passage.document_id, passage.ordinal, passage.page,
                 passage.start_character, passage.end_character, passage.heading_path_json, passage.text,
                 passage.token_count, embedding.embedder AS embedder, embedding.vector AS vector",
            $($more,)*
            " LEFT JOIN embedding ON embedding.text_hash = passage.text_hash
                 AND embedding.embedder = (SELECT id FROM embedder WHERE in_use = 1) "
        )
    };
}

/// One passage.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageRow {
    /// Its id.
    pub id: PassageId,
    /// Its document.
    pub document_id: DocumentId,
    /// Position in its document, from 0.
    pub ordinal: u32,
    /// Page of its first character, counted from 1.
    pub page: u32,
    /// First character in the document's text.
    pub start_character: u32,
    /// One past the last character.
    pub end_character: u32,
    /// Headings above it, outermost first.
    pub heading_path: Vec<String>,
    /// The text at `start_character..end_character`, verbatim.
    pub text: String,
    /// Its length in the embedder's tokens.
    pub token_count: u32,
    /// Which embedder made the vector; set exactly when `vector` is. When read it is the embedder in use.
    pub embedder: Option<String>,
    /// The embedding. One that is written here is kept for every passage of the same headings and text.
    pub vector: Option<Vec<f32>>,
}

impl PassageRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, Text<PassageId>>("id")?.0,
            document_id: row.get::<_, Text<DocumentId>>("document_id")?.0,
            ordinal: row.get("ordinal")?,
            page: row.get("page")?,
            start_character: row.get("start_character")?,
            end_character: row.get("end_character")?,
            heading_path: row.get::<_, Json<Vec<String>>>("heading_path_json")?.0,
            text: row.get("text")?,
            token_count: row.get("token_count")?,
            embedder: row.get("embedder")?,
            vector: row.get::<_, Option<Vector>>("vector")?.map(|vector| vector.0),
        })
    }
}

/// A passage with its document's name.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundPassage {
    /// The passage.
    pub passage: PassageRow,
    /// The document's name as the user knows it.
    pub document_name: String,
}

/// Some of all passages, in the order in which they were stored.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageBatch {
    /// At most as many as were asked for.
    pub passages: Vec<PassageRow>,
    /// Where the next batch begins; `None` when this was the last.
    pub next: Option<i64>,
}

table_handles! {
    /// Reads `passage` and searches it.
    PassageReader,
    /// Writes `passage`.
    PassageWriter
}

impl PassageReader<'_> {
    /// The passages with these ids, in the order of the ids; ids without a passage are left out.
    pub fn by_ids(&self, ids: &[PassageId]) -> Result<Vec<FoundPassage>, StoreError> {
        let mut statement = self.connection.prepare_cached(concat!(
            select_passage!(
                ", document.name AS document_name
                 FROM json_each(?1) AS wanted
                 JOIN passage ON passage.id = wanted.value
                 JOIN document ON document.id = passage.document_id"
            ),
            "ORDER BY wanted.key"
        ))?;
        let rows = statement.query_map([Json(ids)], |row| {
            Ok(FoundPassage { passage: PassageRow::from_row(row)?, document_name: row.get("document_name")? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All passages of a document in order.
    pub fn by_document(&self, id: DocumentId) -> Result<Vec<PassageRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(concat!(
            select_passage!(" FROM passage"),
            "WHERE passage.document_id = ?1 ORDER BY passage.ordinal"
        ))?;
        let rows = statement.query_map([Text(id)], PassageRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// At most `limit` passages from `from` on, for rebuilding the index: begin with 0, go on with `next`.
    pub fn batch(&self, from: i64, limit: u32) -> Result<PassageBatch, StoreError> {
        let mut statement = self.connection.prepare_cached(concat!(
            select_passage!(" FROM passage"),
            "WHERE passage.rowid >= ?1 ORDER BY passage.rowid LIMIT ?2"
        ))?;
        // One more than asked for tells whether there is a next batch, and where.
        let mut rows = statement.query((from, i64::from(limit) + 1))?;
        let mut passages = Vec::new();
        while let Some(row) = rows.next()? {
            if passages.len() == limit as usize {
                return Ok(PassageBatch { passages, next: Some(row.get("rowid")?) });
            }
            passages.push(PassageRow::from_row(row)?);
        }
        Ok(PassageBatch { passages, next: None })
    }

    /// How many there are.
    pub fn count(&self) -> Result<u32, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT count(*) FROM passage")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// How many have no vector of this embedder.
    pub fn count_without(&self, embedder: &str) -> Result<u32, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT count(*) FROM passage
             WHERE NOT EXISTS (SELECT 1 FROM embedding
                               WHERE embedding.embedder = ?1 AND embedding.text_hash = passage.text_hash)",
        )?;
        Ok(statement.query_row([embedder], |row| row.get(0))?)
    }
}

impl PassageWriter<'_> {
    /// Keeps the vector of a passage and tells the vector index.
    pub fn set_vector(&mut self, id: PassageId, embedder: &str, vector: &[f32]) -> Result<(), StoreError> {
        let hash: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT text_hash FROM passage WHERE id = ?1")?
            .query_row([Text(id)], |row| row.get(0))
            .optional()?;
        let hash = hash.and_then(|hash| hash.try_into().ok());
        let hash = hash.ok_or_else(|| StoreError::NotFound { noun: "passage", name: id.to_string() })?;
        embedding::put(self.connection, embedder, hash, vector)?;
        index_outbox::add_upsert(self.connection, id)
    }
}

/// Puts a document's passages in place of those it has.
pub(super) fn replace(
    connection: &Connection,
    document: DocumentId,
    passages: &[PassageRow],
) -> Result<(), StoreError> {
    index_outbox::add_deletions(connection, document)?;
    let former = embedding::hashes_of(connection, document)?;
    connection.prepare_cached("DELETE FROM passage WHERE document_id = ?1")?.execute([Text(document)])?;
    for passage in passages {
        if passage.document_id != document {
            return Err(StoreError::InvalidInput {
                field: "passage",
                reason: format!("it belongs to document {} and not to {document}", passage.document_id),
            });
        }
        insert(connection, passage)?;
        index_outbox::add_upsert(connection, passage.id)?;
    }
    // Last, so that a section that is there as before keeps its vector.
    embedding::drop_unneeded(connection, &former)?;
    Ok(())
}

fn insert(connection: &Connection, passage: &PassageRow) -> Result<(), StoreError> {
    let hash = embedding::passage_hash(&passage.heading_path, &passage.text);
    if let (Some(embedder), Some(vector)) = (&passage.embedder, &passage.vector) {
        embedding::put(connection, embedder, hash, vector)?;
    }
    connection
        .prepare_cached(
            "INSERT INTO passage (id, document_id, ordinal, page, start_character, end_character, heading_path_json,
                 text, token_count, text_hash)
             VALUES (:id, :document_id, :ordinal, :page, :start_character, :end_character, :heading_path_json, :text,
                 :token_count, :text_hash)",
        )?
        .execute(named_params! {
            ":id": Text(passage.id),
            ":document_id": Text(passage.document_id),
            ":ordinal": passage.ordinal,
            ":page": passage.page,
            ":start_character": passage.start_character,
            ":end_character": passage.end_character,
            ":heading_path_json": Json(&passage.heading_path),
            ":text": passage.text,
            ":token_count": passage.token_count,
            ":text_hash": hash.as_slice(),
        })
        .map_err(|error| StoreError::unique(error, "passage", || passage.id.to_string()))?;
    Ok(())
}
