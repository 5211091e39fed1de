//! Table `revision`: versions of a piece. A revision never changes; editing adds one.

use quillhouse_domain::{Language, PieceId, RevisionId};
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};

use crate::{StoreError, columns::Text, table::table_handles};

/// One version of a piece.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionRow {
    /// Its id.
    pub id: RevisionId,
    /// The piece.
    pub piece_id: PieceId,
    /// 1 for the first, unique within the piece.
    pub number: u32,
    /// The text as it would be published.
    pub text: String,
    /// Its length in words.
    pub words: u32,
    /// 0 to 10; nothing for pieces that are not scored.
    pub score: Option<f64>,
    /// Its language.
    pub language: Language,
    /// Title, description, slug and the like, as JSON.
    pub meta_json: String,
    /// How each section was made, as JSON.
    pub sections_json: String,
    /// Who stands behind each sentence, as JSON.
    pub support_json: String,
    /// The citations, as JSON.
    pub citations_json: String,
    /// The results of the checks, as JSON.
    pub checks_json: String,
    /// Who made it: the crew or the user.
    pub author: String,
    /// RFC 3339 UTC.
    pub created_at: String,
}

impl RevisionRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, Text<RevisionId>>("id")?.0,
            piece_id: row.get::<_, Text<PieceId>>("piece_id")?.0,
            number: row.get("number")?,
            text: row.get("text")?,
            words: row.get("words")?,
            score: row.get("score")?,
            language: row.get::<_, Text<Language>>("language")?.0,
            meta_json: row.get("meta_json")?,
            sections_json: row.get("sections_json")?,
            support_json: row.get("support_json")?,
            citations_json: row.get("citations_json")?,
            checks_json: row.get("checks_json")?,
            author: row.get("author")?,
            created_at: row.get("created_at")?,
        })
    }
}

table_handles! {
    /// Reads `revision`.
    RevisionReader,
    /// Writes `revision`.
    RevisionWriter
}

impl RevisionReader<'_> {
    /// The revision, or `NotFound`.
    pub fn get(&self, id: RevisionId) -> Result<RevisionRow, StoreError> {
        self.connection
            .prepare_cached("SELECT * FROM revision WHERE id = ?1")?
            .query_row([Text(id)], RevisionRow::from_row)
            .optional()?
            .ok_or_else(|| StoreError::NotFound { noun: "revision", name: id.to_string() })
    }

    /// The newest revision of a piece.
    pub fn latest(&self, piece: PieceId) -> Result<Option<RevisionRow>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT * FROM revision WHERE piece_id = ?1 ORDER BY number DESC LIMIT 1")?
            .query_row([Text(piece)], RevisionRow::from_row)
            .optional()?)
    }

    /// All revisions of a piece, the first first.
    pub fn list(&self, piece: PieceId) -> Result<Vec<RevisionRow>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM revision WHERE piece_id = ?1 ORDER BY number")?;
        let rows = statement.query_map([Text(piece)], RevisionRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl RevisionWriter<'_> {
    /// Adds a revision; `AlreadyExists` when the piece has one of this number.
    pub fn insert(&mut self, row: &RevisionRow) -> Result<(), StoreError> {
        insert(self.connection, row)
    }
}

pub(super) fn insert(connection: &Connection, row: &RevisionRow) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO revision (id, piece_id, number, text, words, score, language, meta_json, sections_json,
                 support_json, citations_json, checks_json, author, created_at)
             VALUES (:id, :piece_id, :number, :text, :words, :score, :language, :meta_json, :sections_json,
                 :support_json, :citations_json, :checks_json, :author, :created_at)",
        )?
        .execute(named_params! {
            ":id": Text(row.id),
            ":piece_id": Text(row.piece_id),
            ":number": row.number,
            ":text": row.text,
            ":words": row.words,
            ":score": row.score,
            ":language": Text(row.language),
            ":meta_json": row.meta_json,
            ":sections_json": row.sections_json,
            ":support_json": row.support_json,
            ":citations_json": row.citations_json,
            ":checks_json": row.checks_json,
            ":author": row.author,
            ":created_at": row.created_at,
        })
        .map_err(|error| StoreError::unique(error, "revision", || row.number.to_string()))?;
    Ok(())
}
