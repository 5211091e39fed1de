//! Tables `embedder` and `embedding`: vectors by embedder and content, so that equal text is embedded once and several
//! embedders live side by side.
//!
//! Invariants
//! - At most one embedder is in use; its vectors are those that passages are read with.
//! - A vector may stand before its passage does, so that embedding goes on where it was stopped; vectors without a passage
//!   go when a document goes.

use std::collections::HashSet;

use quillhouse_domain::{DocumentId, PassageId};
use rusqlite::{Connection, OptionalExtension as _};

use crate::{
    StoreError,
    columns::{Text, Vector, vector_bytes},
    table::table_handles,
};

/// Hash of what a passage is embedded as.
pub type TextHash = [u8; 32];

/// BLAKE3 of a passage's headings and text: equal when its embedding is.
pub fn passage_hash(heading_path: &[String], text: &str) -> TextHash {
    let headings = serde_json::to_string(heading_path).unwrap_or_default();
    hash_of(&headings, text)
}

/// The same from the headings as they are stored.
pub(crate) fn hash_of(headings_json: &str, text: &str) -> TextHash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(headings_json.as_bytes()).update(&[0]).update(text.as_bytes());
    *hasher.finalize().as_bytes()
}

/// A passage and its vector.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorRow {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// Its vector.
    pub vector: Vec<f32>,
}

/// Some of all vectors, in the order in which their passages were stored.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorBatch {
    /// At most as many as were asked for.
    pub rows: Vec<VectorRow>,
    /// Where the next batch begins; `None` when this was the last.
    pub next: Option<i64>,
}

/// A passage that has no vector yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnembeddedRow {
    /// The passage.
    pub passage: PassageId,
    /// Headings above it.
    pub heading_path: Vec<String>,
    /// Its text.
    pub text: String,
}

table_handles! {
    /// Reads `embedder` and `embedding`.
    EmbeddingReader,
    /// Writes `embedder` and `embedding`.
    EmbeddingWriter
}

impl EmbeddingReader<'_> {
    /// The embedder whose vectors passages are read with; none before the first vector.
    pub fn in_use(&self) -> Result<Option<String>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT id FROM embedder WHERE in_use = 1")?
            .query_row([], |row| row.get(0))
            .optional()?)
    }

    /// Which of these texts have a vector of the embedder.
    pub fn known(&self, embedder: &str, hashes: &[TextHash]) -> Result<HashSet<TextHash>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT 1 FROM embedding WHERE embedder = ?1 AND text_hash = ?2")?;
        let mut known = HashSet::new();
        for hash in hashes {
            if statement.exists((embedder, hash.as_slice()))? {
                known.insert(*hash);
            }
        }
        Ok(known)
    }

    /// At most `limit` passages with their vectors of this embedder, from `from` on: begin with 0, go on with `next`.
    pub fn batch(&self, embedder: &str, from: i64, limit: u32) -> Result<VectorBatch, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT passage.rowid, passage.id, passage.document_id, embedding.vector
             FROM passage
             JOIN embedding ON embedding.embedder = ?1 AND embedding.text_hash = passage.text_hash
             WHERE passage.rowid >= ?2 ORDER BY passage.rowid LIMIT ?3",
        )?;
        let mut rows = statement.query((embedder, from, i64::from(limit) + 1))?;
        let mut vectors = Vec::new();
        while let Some(row) = rows.next()? {
            if vectors.len() == limit as usize {
                return Ok(VectorBatch { rows: vectors, next: Some(row.get(0)?) });
            }
            vectors.push(VectorRow {
                passage: row.get::<_, Text<PassageId>>(1)?.0,
                document: row.get::<_, Text<DocumentId>>(2)?.0,
                vector: row.get::<_, Vector>(3)?.0,
            });
        }
        Ok(VectorBatch { rows: vectors, next: None })
    }

    /// At most `limit` passages without a vector of this embedder, in the order in which they were stored.
    pub fn without(&self, embedder: &str, limit: u32) -> Result<Vec<UnembeddedRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT passage.id, passage.heading_path_json, passage.text FROM passage
             WHERE NOT EXISTS (SELECT 1 FROM embedding
                               WHERE embedding.embedder = ?1 AND embedding.text_hash = passage.text_hash)
             ORDER BY passage.rowid LIMIT ?2",
        )?;
        let rows = statement.query_map((embedder, limit), |row| {
            Ok(UnembeddedRow {
                passage: row.get::<_, Text<PassageId>>(0)?.0,
                heading_path: row.get::<_, crate::columns::Json<Vec<String>>>(1)?.0,
                text: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// True when there are vectors of embedders that are not in use.
    pub fn has_others(&self) -> Result<bool, StoreError> {
        Ok(self.connection.prepare_cached("SELECT 1 FROM embedder WHERE in_use = 0")?.exists([])?)
    }

    /// Vectors there are, of all embedders.
    pub fn count(&self) -> Result<u32, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT count(*) FROM embedding")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}

impl EmbeddingWriter<'_> {
    /// Keeps vectors of texts; what is known stays as it is. The first embedder that comes is the one in use.
    pub fn put(&mut self, embedder: &str, vectors: &[(TextHash, Vec<f32>)]) -> Result<(), StoreError> {
        vectors.iter().try_for_each(|(hash, vector)| put(self.connection, embedder, *hash, vector))
    }

    /// From now on passages are read with the vectors of this embedder.
    pub fn use_embedder(&mut self, embedder: &str) -> Result<(), StoreError> {
        register(self.connection, embedder)?;
        self.connection
            .prepare_cached("UPDATE embedder SET in_use = 0 WHERE in_use = 1 AND id <> ?1")?
            .execute([embedder])?;
        self.connection.prepare_cached("UPDATE embedder SET in_use = 1 WHERE id = ?1")?.execute([embedder])?;
        Ok(())
    }

    /// Deletes at most so many vectors of the other embedders and tells how many; when there are fewer, nothing is left of
    /// those embedders.
    pub fn keep_only(&mut self, embedder: &str, most: u32) -> Result<u32, StoreError> {
        let deleted = self
            .connection
            .prepare_cached(
                "DELETE FROM embedding WHERE rowid IN (SELECT rowid FROM embedding WHERE embedder <> ?1 LIMIT ?2)",
            )?
            .execute((embedder, most))? as u32;
        if deleted < most {
            self.connection.prepare_cached("DELETE FROM embedder WHERE id <> ?1")?.execute([embedder])?;
        }
        Ok(deleted)
    }
}

fn register(connection: &Connection, embedder: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO embedder (id, in_use) VALUES (?1, NOT EXISTS (SELECT 1 FROM embedder WHERE in_use = 1))
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute([embedder])?;
    Ok(())
}

/// Keeps one vector.
pub(super) fn put(connection: &Connection, embedder: &str, hash: TextHash, vector: &[f32]) -> Result<(), StoreError> {
    register(connection, embedder)?;
    connection
        .prepare_cached("INSERT OR IGNORE INTO embedding (embedder, text_hash, vector) VALUES (?1, ?2, ?3)")?
        .execute((embedder, hash.as_slice(), vector_bytes(vector)))?;
    Ok(())
}

/// Hashes of a document's passages.
pub(super) fn hashes_of(connection: &Connection, document: DocumentId) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT DISTINCT text_hash FROM passage WHERE document_id = ?1 AND text_hash IS NOT NULL")?;
    let rows = statement.query_map([Text(document)], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Deletes those of these texts' vectors that no passage needs any more.
pub(super) fn drop_unneeded(connection: &Connection, hashes: &[Vec<u8>]) -> Result<u32, StoreError> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM embedding WHERE text_hash = ?1 AND embedder IN (SELECT id FROM embedder)
         AND NOT EXISTS (SELECT 1 FROM passage WHERE passage.text_hash = ?1)",
    )?;
    hashes.iter().try_fold(0, |deleted, hash| Ok(deleted + statement.execute([hash])? as u32))
}

/// Deletes every vector that no passage needs.
pub(super) fn drop_all_unneeded(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection
        .prepare_cached(
            "DELETE FROM embedding
             WHERE NOT EXISTS (SELECT 1 FROM passage WHERE passage.text_hash = embedding.text_hash)",
        )?
        .execute([])? as u32)
}
