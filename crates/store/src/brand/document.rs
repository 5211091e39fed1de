//! Table `document`: the files of the library, and the one transaction that makes a document findable.

use quillhouse_domain::{Block, DocumentFormat, DocumentId, DocumentState, PageSpan, Problem};
use rusqlite::{OptionalExtension as _, Row, named_params};

use super::{PassageRow, embedding, index_outbox, passage};
use crate::{
    StoreError,
    columns::{Count, Json, Text, Word},
    table::table_handles,
};

/// One document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// Its id.
    pub id: DocumentId,
    /// BLAKE3 of the bytes, 64 lower-case hexadecimal digits; unique in the brand.
    pub content_hash: String,
    /// Its name as the user knows it.
    pub name: String,
    /// Where it was copied from.
    pub source_path: Option<String>,
    /// Name of the copy in the brand's `files` folder.
    pub file_name: String,
    /// Format.
    pub format: DocumentFormat,
    /// Size of the file.
    pub byte_count: u64,
    /// Where it stands.
    pub state: DocumentState,
    /// Title from the document itself.
    pub title: Option<String>,
    /// Code of the language it is written in; it may be one that scoring does not know.
    pub language: Option<String>,
    /// Pages read.
    pub page_count: u32,
    /// Passages stored.
    pub passage_count: u32,
    /// Length of the extracted text in Unicode scalar values.
    pub character_count: u32,
    /// What is missing or doubtful.
    pub problems: Vec<Problem>,
    /// How often reading was begun.
    pub attempt: u32,
    /// RFC 3339 UTC.
    pub added_at: String,
    /// RFC 3339 UTC.
    pub changed_at: String,
    /// Words the user sorts documents by, each once.
    pub tags: Vec<String>,
    /// Day of the source file or page, `YYYY-MM-DD`.
    pub dated: Option<String>,
    /// Address it was fetched from.
    pub source_url: Option<String>,
    /// Last change of the source file in nanoseconds since 1970; `None` when it cannot be relied on.
    pub source_modified_ns: Option<i64>,
    /// True when the source file was deleted after it was added.
    pub source_missing: bool,
}

impl DocumentRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, Text<DocumentId>>("id")?.0,
            content_hash: row.get("content_hash")?,
            name: row.get("name")?,
            source_path: row.get("source_path")?,
            file_name: row.get("file_name")?,
            format: row.get::<_, Word<DocumentFormat>>("format")?.0,
            byte_count: row.get::<_, Count>("byte_count")?.0,
            state: row.get::<_, Word<DocumentState>>("state")?.0,
            title: row.get("title")?,
            language: row.get("language")?,
            page_count: row.get("page_count")?,
            passage_count: row.get("passage_count")?,
            character_count: row.get("character_count")?,
            problems: row.get::<_, Json<Vec<Problem>>>("problems_json")?.0,
            attempt: row.get("attempt")?,
            added_at: row.get("added_at")?,
            changed_at: row.get("changed_at")?,
            tags: row.get::<_, Json<Vec<String>>>("tags_json")?.0,
            dated: row.get("dated")?,
            source_url: row.get("source_url")?,
            source_modified_ns: row.get("source_modified_ns")?,
            source_missing: row.get("source_missing")?,
        })
    }
}

/// Everything that reading a document gave. Counts of pages, passages and characters are taken from it.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentFinish {
    /// The document.
    pub id: DocumentId,
    /// Its title, when it has one.
    pub title: Option<String>,
    /// Code of its language, when it was recognised.
    pub language: Option<String>,
    /// Where it stands now.
    pub state: DocumentState,
    /// What is missing or doubtful.
    pub problems: Vec<Problem>,
    /// The extracted text.
    pub text: String,
    /// Its pages.
    pub pages: Vec<PageSpan>,
    /// Its structure.
    pub blocks: Vec<Block>,
    /// Its passages in order; `document_id` of each is this document's.
    pub passages: Vec<PassageRow>,
    /// RFC 3339 UTC.
    pub changed_at: String,
}

table_handles! {
    /// Reads `document` and `document_text`.
    DocumentReader,
    /// Writes `document` and, with it, its text and passages.
    DocumentWriter
}

impl DocumentReader<'_> {
    /// The document, or `NotFound`.
    pub fn get(&self, id: DocumentId) -> Result<DocumentRow, StoreError> {
        self.connection
            .prepare_cached("SELECT * FROM document WHERE id = ?1")?
            .query_row([Text(id)], DocumentRow::from_row)
            .optional()?
            .ok_or_else(|| StoreError::NotFound { noun: "document", name: id.to_string() })
    }

    /// The document with these bytes, by their BLAKE3 in hexadecimal.
    pub fn find_by_hash(&self, content_hash: &str) -> Result<Option<DocumentRow>, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT * FROM document WHERE content_hash = ?1")?
            .query_row([content_hash], DocumentRow::from_row)
            .optional()?)
    }

    /// All documents of this name, exactly or, when there is none, without regard to the case of A to Z; oldest first.
    pub fn all_by_name(&self, name: &str) -> Result<Vec<DocumentRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT * FROM document
             WHERE name = ?1 OR (name = ?1 COLLATE NOCASE AND NOT EXISTS (SELECT 1 FROM document WHERE name = ?1))
             ORDER BY added_at, id",
        )?;
        let rows = statement.query_map([name], DocumentRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The documents that were copied from this path, oldest first: more than one while a changed file is being read.
    pub fn by_source_path(&self, path: &str) -> Result<Vec<DocumentRow>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM document WHERE source_path = ?1 ORDER BY added_at, id")?;
        let rows = statement.query_map([path], DocumentRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The documents that were fetched from this address, oldest first.
    pub fn by_source_url(&self, url: &str) -> Result<Vec<DocumentRow>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM document WHERE source_url = ?1 ORDER BY added_at, id")?;
        let rows = statement.query_map([url], DocumentRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The document of this name: exactly, else without regard to the case of A to Z; the oldest when there are several.
    pub fn get_by_name(&self, name: &str) -> Result<Option<DocumentRow>, StoreError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT * FROM document WHERE name = ?1 COLLATE NOCASE
                 ORDER BY name = ?1 DESC, added_at, id LIMIT 1",
            )?
            .query_row([name], DocumentRow::from_row)
            .optional()?)
    }

    /// All documents in the order in which they were added.
    pub fn list(&self) -> Result<Vec<DocumentRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM document ORDER BY added_at, id")?;
        let rows = statement.query_map([], DocumentRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The languages documents are written in, the most frequent one first.
    pub fn languages(&self) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT language FROM document WHERE language IS NOT NULL GROUP BY language ORDER BY count(*) DESC, language",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The documents on which work is still planned, oldest first.
    pub fn unfinished(&self) -> Result<Vec<DocumentRow>, StoreError> {
        Ok(self.list()?.into_iter().filter(|document| !document.state.is_final()).collect())
    }

    /// How many there are.
    pub fn count(&self) -> Result<u32, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT count(*) FROM document")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}

impl DocumentWriter<'_> {
    /// Adds a document; `AlreadyExists` when its bytes are in the library.
    pub fn insert(&mut self, row: &DocumentRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO document (id, content_hash, name, source_path, file_name, format, byte_count, state, title,
                     language, page_count, passage_count, character_count, problems_json, attempt, added_at, changed_at,
                     tags_json, dated, source_url, source_modified_ns, source_missing)
                 VALUES (:id, :content_hash, :name, :source_path, :file_name, :format, :byte_count, :state, :title,
                     :language, :page_count, :passage_count, :character_count, :problems_json, :attempt, :added_at,
                     :changed_at, :tags_json, :dated, :source_url, :source_modified_ns, :source_missing)",
            )?
            .execute(named_params! {
                ":id": Text(row.id),
                ":content_hash": row.content_hash,
                ":name": row.name,
                ":source_path": row.source_path,
                ":file_name": row.file_name,
                ":format": Word(row.format),
                ":byte_count": Count(row.byte_count),
                ":state": Word(row.state),
                ":title": row.title,
                ":language": row.language,
                ":page_count": row.page_count,
                ":passage_count": row.passage_count,
                ":character_count": row.character_count,
                ":problems_json": Json(&row.problems),
                ":attempt": row.attempt,
                ":added_at": row.added_at,
                ":changed_at": row.changed_at,
                ":tags_json": Json(&row.tags),
                ":dated": row.dated,
                ":source_url": row.source_url,
                ":source_modified_ns": row.source_modified_ns,
                ":source_missing": row.source_missing,
            })
            .map_err(|error| StoreError::unique(error, "document", || row.name.clone()))?;
        Ok(())
    }

    /// Moves the document to a state. Passages of an earlier reading stay until `finish` replaces them.
    /// Entering `Reading` counts as an attempt.
    pub fn set_state(
        &mut self,
        id: DocumentId,
        state: DocumentState,
        problems: &[Problem],
        changed_at: &str,
    ) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE document SET state = ?2, problems_json = ?3, changed_at = ?4, attempt = attempt + ?5
                 WHERE id = ?1",
            )?
            .execute((Text(id), Word(state), Json(problems), changed_at, state == DocumentState::Reading))?;
        StoreError::unless_found(changed, "document", id)
    }

    /// Stores what reading gave in place of what an earlier reading gave: text, passages with their vectors, the
    /// full-text index, and the outbox entries for the vector index.
    pub fn finish(&mut self, finish: &DocumentFinish) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE document SET title = :title, language = :language, state = :state, problems_json = :problems,
                     page_count = :pages, passage_count = :passages, character_count = :characters,
                     changed_at = :changed_at
                 WHERE id = :id",
            )?
            .execute(named_params! {
                ":id": Text(finish.id),
                ":title": finish.title,
                ":language": finish.language,
                ":state": Word(finish.state),
                ":problems": Json(&finish.problems),
                ":pages": finish.pages.len() as u32,
                ":passages": finish.passages.len() as u32,
                ":characters": finish.text.chars().count() as u32,
                ":changed_at": finish.changed_at,
            })?;
        StoreError::unless_found(changed, "document", finish.id)?;
        self.put_text(finish.id, &finish.text, &finish.pages, &finish.blocks)?;
        passage::replace(self.connection, finish.id, &finish.passages)
    }

    /// The source file stands elsewhere now, or is known again: its path, name and time of change.
    pub fn set_source(
        &mut self,
        id: DocumentId,
        name: &str,
        path: Option<&str>,
        modified_ns: Option<i64>,
        changed_at: &str,
    ) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE document SET name = ?2, source_path = ?3, source_modified_ns = ?4, source_missing = 0,
                     changed_at = ?5 WHERE id = ?1",
            )?
            .execute((Text(id), name, path, modified_ns, changed_at))?;
        StoreError::unless_found(changed, "document", id)
    }

    /// Marks whether the source file is gone.
    pub fn set_source_missing(&mut self, id: DocumentId, missing: bool, changed_at: &str) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE document SET source_missing = ?2, changed_at = ?3 WHERE id = ?1")?
            .execute((Text(id), missing, changed_at))?;
        StoreError::unless_found(changed, "document", id)
    }

    /// Gives the document these tags.
    pub fn set_tags(&mut self, id: DocumentId, tags: &[String], changed_at: &str) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE document SET tags_json = ?2, changed_at = ?3 WHERE id = ?1")?
            .execute((Text(id), Json(tags), changed_at))?;
        StoreError::unless_found(changed, "document", id)
    }

    /// Puts a newly read edition in the place of an older one: the older document keeps its id, tags and day of adding,
    /// and gets everything else from the newer one, which ceases to be. Answers the file that nothing names any more.
    /// `finish` for the older id belongs into the same transaction.
    pub fn take_place(&mut self, newer: DocumentId, older: DocumentId) -> Result<String, StoreError> {
        let (new, old) = (self.get(newer)?, self.get(older)?);
        index_outbox::add_deletions(self.connection, newer)?;
        self.connection.prepare_cached("DELETE FROM document WHERE id = ?1")?.execute([Text(newer)])?;
        self.connection
            .prepare_cached(
                "UPDATE document SET content_hash = :content_hash, name = :name, source_path = :source_path,
                     file_name = :file_name, format = :format, byte_count = :byte_count, dated = :dated,
                     attempt = :attempt, source_url = :source_url, source_modified_ns = :source_modified_ns,
                     source_missing = 0
                 WHERE id = :id",
            )?
            .execute(named_params! {
                ":id": Text(older),
                ":content_hash": new.content_hash,
                ":name": new.name,
                ":source_path": new.source_path,
                ":file_name": new.file_name,
                ":format": Word(new.format),
                ":byte_count": Count(new.byte_count),
                ":dated": new.dated,
                ":attempt": new.attempt,
                ":source_url": new.source_url,
                ":source_modified_ns": new.source_modified_ns,
            })?;
        Ok(old.file_name)
    }

    /// Gives the document another name.
    pub fn rename(&mut self, id: DocumentId, name: &str, changed_at: &str) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE document SET name = ?2, changed_at = ?3 WHERE id = ?1")?
            .execute((Text(id), name, changed_at))?;
        StoreError::unless_found(changed, "document", id)
    }

    /// Removes the document with its text and passages, and tells the vector index. Its file is the caller's to remove.
    pub fn remove(&mut self, id: DocumentId) -> Result<(), StoreError> {
        index_outbox::add_deletions(self.connection, id)?;
        let hashes = embedding::hashes_of(self.connection, id)?;
        let changed = self.connection.prepare_cached("DELETE FROM document WHERE id = ?1")?.execute([Text(id)])?;
        StoreError::unless_found(changed, "document", id)?;
        embedding::drop_unneeded(self.connection, &hashes)?;
        Ok(())
    }
}
