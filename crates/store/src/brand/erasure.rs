//! Erasing a document: everything in the database that holds its text, and a count of what that was.
//!
//! Pieces are the user's own work and stay; those that quote the document are counted and marked.

use std::collections::BTreeMap;

use quillhouse_domain::{DocumentId, PieceId};
use rusqlite::Connection;

use super::{DocumentReader, DocumentWriter, PieceReader, embedding, index_outbox};
use crate::{
    StoreError,
    columns::{Count, Text},
};

/// What was erased with a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocumentErased {
    /// Its name.
    pub name: String,
    /// Name of its copy in the brand's files folder, which the caller deletes.
    pub file_name: String,
    /// Size of that copy.
    pub file_bytes: u64,
    /// Bytes of its extracted text.
    pub text_bytes: u64,
    /// Passages, and with them their entries in the full-text index.
    pub passages: u32,
    /// Bytes of the passages.
    pub passage_bytes: u64,
    /// Vectors that no other passage needs.
    pub vectors: u32,
    /// Bytes of the vectors.
    pub vector_bytes: u64,
    /// Outputs and reports of steps that quoted it, or came after one that did.
    pub step_records: u32,
    /// Bytes of those.
    pub step_bytes: u64,
    /// Entries of the content cache.
    pub cache_entries: u32,
    /// Entries, wordings and extracts of the brand kit that only it gave.
    pub kit_records: u32,
    /// Pieces that quote it and stay.
    pub quoting_pieces: u32,
}

/// Runs in which a step names the document: its evidence names every document it is from.
const QUOTING_RUNS: &str = "SELECT DISTINCT run_id FROM step
     WHERE instr(output_json, ?1) > 0 OR instr(report_json, ?1) > 0";

/// Pieces whose revisions cite the document.
const QUOTING_PIECES: &str = "SELECT DISTINCT piece_id FROM revision
     WHERE instr(citations_json, ?1) > 0 OR instr(support_json, ?1) > 0 OR instr(sections_json, ?1) > 0";

impl DocumentReader<'_> {
    /// Ids, as text, of the runs whose steps name the document.
    pub fn quoting_runs(&self, id: DocumentId) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare(QUOTING_RUNS)?;
        let rows = statement.query_map([Text(id)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// True when another document or a piece has this stretch of text as well.
    pub fn is_said_elsewhere(&self, id: DocumentId, stretch: &str) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM document_text WHERE document_id <> ?1 AND instr(text, ?2) > 0)
                 OR EXISTS (SELECT 1 FROM revision
                            WHERE instr(text, ?2) > 0 OR instr(citations_json, ?2) > 0 OR instr(support_json, ?2) > 0)
                 OR EXISTS (SELECT 1 FROM activity WHERE instr(brief_json, ?2) > 0)
                 OR EXISTS (SELECT 1 FROM kit_entry WHERE edited_by = 'you' AND instr(text, ?2) > 0)
                 OR EXISTS (SELECT 1 FROM kit_source WHERE document_id <> ?1 AND instr(quote, ?2) > 0)",
        )?;
        Ok(statement.query_row((Text(id), stretch), |row| row.get(0))?)
    }
}

impl PieceReader<'_> {
    /// The pieces that quote documents which have been erased since, with how many.
    pub fn erased_sources(&self) -> Result<BTreeMap<PieceId, u32>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT id, erased_sources FROM piece WHERE erased_sources > 0")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, Text<PieceId>>(0)?.0, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl DocumentWriter<'_> {
    /// Removes the document with everything that was made from it but pieces, and tells the vector index.
    pub fn erase(&mut self, id: DocumentId) -> Result<DocumentErased, StoreError> {
        let row = self.get(id)?;
        let connection = self.connection;
        let mut erased = DocumentErased {
            name: row.name,
            file_name: row.file_name,
            file_bytes: row.byte_count,
            ..DocumentErased::default()
        };
        (erased.passages, erased.passage_bytes) = connection.query_row(
            "SELECT count(*), coalesce(sum(octet_length(text)), 0) FROM passage WHERE document_id = ?1",
            [Text(id)],
            |row| Ok((row.get(0)?, row.get::<_, Count>(1)?.0)),
        )?;
        erased.text_bytes = connection.query_row(
            "SELECT coalesce(sum(octet_length(text)), 0) FROM document_text WHERE document_id = ?1",
            [Text(id)],
            |row| Ok(row.get::<_, Count>(0)?.0),
        )?;
        erase_step_records(connection, id, &mut erased)?;
        erased.quoting_pieces = connection.execute(
            &format!("UPDATE piece SET erased_sources = erased_sources + 1 WHERE id IN ({QUOTING_PIECES})"),
            [Text(id)],
        )? as u32;
        let (kit_before, vectors_before) = (kit_records(connection)?, vectors(connection)?);
        index_outbox::add_deletions(connection, id)?;
        connection.execute("DELETE FROM document WHERE id = ?1", [Text(id)])?;
        embedding::drop_all_unneeded(connection)?;
        let (kit_after, vectors_after) = (kit_records(connection)?, vectors(connection)?);
        erased.kit_records = kit_before.saturating_sub(kit_after);
        erased.vectors = vectors_before.0.saturating_sub(vectors_after.0);
        erased.vector_bytes = vectors_before.1.saturating_sub(vectors_after.1);
        Ok(erased)
    }
}

fn erase_step_records(connection: &Connection, id: DocumentId, erased: &mut DocumentErased) -> Result<(), StoreError> {
    let runs: Vec<String> = DocumentReader { connection }.quoting_runs(id)?;
    for run in runs {
        let (count, bytes): (u32, u64) = connection.query_row(
            "SELECT count(*), coalesce(sum(coalesce(octet_length(output_json), 0)
                                           + coalesce(octet_length(report_json), 0)), 0)
             FROM step WHERE run_id = ?1 AND (output_json IS NOT NULL OR report_json IS NOT NULL)",
            [&run],
            |row| Ok((row.get(0)?, row.get::<_, Count>(1)?.0)),
        )?;
        connection
            .execute("UPDATE step SET output_json = NULL, report_json = NULL, note = NULL WHERE run_id = ?1", [&run])?;
        let replies = connection
            .execute("UPDATE model_call SET reply_json = NULL WHERE run_id = ?1 AND reply_json IS NOT NULL", [&run])?
            as u32;
        let drafts = connection.execute("DELETE FROM step_draft WHERE run_id = ?1", [&run])? as u32;
        erased.cache_entries += connection.execute("DELETE FROM content_cache WHERE run_id = ?1", [&run])? as u32;
        erased.step_records += count + replies + drafts;
        erased.step_bytes += bytes;
    }
    Ok(())
}

fn kit_records(connection: &Connection) -> Result<u32, StoreError> {
    Ok(connection.query_row(
        "SELECT (SELECT count(*) FROM kit_extract) + (SELECT count(*) FROM kit_source)
              + (SELECT count(*) FROM kit_entry) + (SELECT count(*) FROM kit_entry_version)
              + (SELECT count(*) FROM kit_change WHERE before_json IS NOT NULL) + (SELECT count(*) FROM kit_rewording)",
        [],
        |row| row.get(0),
    )?)
}

fn vectors(connection: &Connection) -> Result<(u32, u64), StoreError> {
    Ok(connection.query_row("SELECT count(*), coalesce(sum(length(vector)), 0) FROM embedding", [], |row| {
        Ok((row.get(0)?, row.get::<_, Count>(1)?.0))
    })?)
}
