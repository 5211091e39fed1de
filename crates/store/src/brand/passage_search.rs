//! Full-text search over `passage_fts`, and which documents a search looks at. Words are stemmed and accents do not matter.
//!
//! Invariants
//! - No input is a syntax error: every term is quoted, so nothing in it is an operator.
//! - What a search costs is bounded by the caller: ranking a passage takes a microsecond, and a common word stands in tens
//!   of thousands.

use quillhouse_domain::{DocumentId, PassageId};
use rusqlite::named_params;

use super::{DocumentReader, PassageReader};
use crate::{
    StoreError,
    columns::{Count, Json, Text},
};

/// The words a passage is to hold. A term of several words has to occur as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordMatch {
    /// One of these is enough.
    pub any: Vec<String>,
    /// Or the first of these together with any other of them.
    pub together: Vec<String>,
}

/// Texts of the passages right before and right after a place, where there are such.
pub type Around = (Option<String>, Option<String>);

/// What documents have to be for their passages to be found. Empty lists and `None` mean no restriction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentChoice {
    /// ISO 639-1 codes of their language.
    pub languages: Vec<String>,
    /// Tags of which they have one; the case of A to Z does not matter.
    pub tags: Vec<String>,
    /// Added on this day or later, `YYYY-MM-DD`.
    pub added_from: Option<String>,
    /// Added on this day or earlier, `YYYY-MM-DD`.
    pub added_to: Option<String>,
}

impl DocumentChoice {
    /// True when it restricts nothing.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }
}

/// A document as it is read at a moment: when it is read again, something of this changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentEdition {
    /// Which.
    pub id: DocumentId,
    /// RFC 3339 UTC.
    pub changed_at: String,
    /// Its passages.
    pub passages: u32,
    /// ISO 639-1 code, when it is known.
    pub language: Option<String>,
}

impl DocumentReader<'_> {
    /// The languages of these documents, of those that have one.
    pub fn languages_of(&self, ids: &[DocumentId]) -> Result<Vec<(DocumentId, String)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT document.id, document.language FROM json_each(?1) AS wanted
             JOIN document ON document.id = wanted.value WHERE document.language IS NOT NULL",
        )?;
        let rows = statement.query_map([Json(ids)], |row| Ok((row.get::<_, Text<DocumentId>>(0)?.0, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The documents that have passages, in the order of their ids.
    pub fn editions(&self) -> Result<Vec<DocumentEdition>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, changed_at, passage_count, language FROM document WHERE passage_count > 0 ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(DocumentEdition {
                id: row.get::<_, Text<DocumentId>>(0)?.0,
                changed_at: row.get(1)?,
                passages: row.get(2)?,
                language: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A term as FTS5 takes it literally; `None` when nothing is left to search for.
fn quoted(term: &str) -> Option<String> {
    // Control characters separate no words for a reader, and a zero byte would end the expression.
    let term: String = term.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let term = term.trim();
    (!term.is_empty()).then(|| format!("\"{}\"", term.replace('"', "\"\"")))
}

fn all_quoted(terms: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for term in terms.iter().filter_map(|term| quoted(term)) {
        if !all.contains(&term) {
            all.push(term);
        }
    }
    all
}

impl WordMatch {
    /// Any of the terms.
    pub fn any(terms: &[String]) -> Self {
        Self { any: terms.to_vec(), together: Vec::new() }
    }

    /// As an FTS5 expression; `None` when nothing can be searched for.
    fn expression(&self) -> Option<String> {
        let mut alternatives = all_quoted(&self.any);
        let together = all_quoted(&self.together);
        if let [first, rest @ ..] = &together[..]
            && !rest.is_empty()
        {
            alternatives.push(format!("({first} AND ({}))", rest.join(" OR ")));
        }
        (!alternatives.is_empty()).then(|| alternatives.join(" OR "))
    }
}

impl PassageReader<'_> {
    /// The passages in which any of the terms occurs, the best first, with their BM25 score: greater is better.
    /// A term of several words has to occur as it stands. `include` empty means all documents.
    pub fn search(
        &self,
        match_terms: &[String],
        include: &[DocumentId],
        exclude: &[DocumentId],
        limit: u32,
    ) -> Result<Vec<(PassageId, f64)>, StoreError> {
        self.search_words(&WordMatch::any(match_terms), include, exclude, u32::MAX, limit)
    }

    /// The same for more than one kind of match; at most `most_ranked` passages are ranked, those stored first.
    pub fn search_words(
        &self,
        words: &WordMatch,
        include: &[DocumentId],
        exclude: &[DocumentId],
        most_ranked: u32,
        limit: u32,
    ) -> Result<Vec<(PassageId, f64)>, StoreError> {
        let Some(expression) = words.expression() else { return Ok(Vec::new()) };
        // The inner limit bounds the cost, the outer one is carried out before ids are looked up. The plus keeps SQLite
        // from asking the full-text index once for every passage of a document.
        let filter = match (include.is_empty(), exclude.is_empty()) {
            (true, true) => "",
            (false, true) => {
                "AND +rowid IN (SELECT rowid FROM passage WHERE document_id IN (SELECT value FROM json_each(:include)))"
            }
            (true, false) => {
                "AND +rowid NOT IN
                     (SELECT rowid FROM passage WHERE document_id IN (SELECT value FROM json_each(:exclude)))"
            }
            (false, false) => {
                "AND +rowid IN (SELECT rowid FROM passage
                                WHERE document_id IN (SELECT value FROM json_each(:include))
                                  AND document_id NOT IN (SELECT value FROM json_each(:exclude)))"
            }
        };
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT passage.id, best.score
             FROM (SELECT found.rowid AS rowid, found.score AS score
                   FROM (SELECT rowid, -bm25(passage_fts) AS score FROM passage_fts
                         WHERE passage_fts MATCH :expression {filter} LIMIT :most_ranked) AS found
                   ORDER BY found.score DESC, found.rowid
                   LIMIT :limit) AS best
             JOIN passage ON passage.rowid = best.rowid
             ORDER BY best.score DESC, best.rowid"
        ))?;
        let (include, exclude) = (Json(include), Json(exclude));
        let mut parameters: Vec<(&str, &dyn rusqlite::ToSql)> =
            vec![(":expression", &expression), (":most_ranked", &most_ranked), (":limit", &limit)];
        if filter.contains(":include") {
            parameters.push((":include", &include));
        }
        if filter.contains(":exclude") {
            parameters.push((":exclude", &exclude));
        }
        let rows =
            statement.query_map(&parameters[..], |row| Ok((row.get::<_, Text<PassageId>>(0)?.0, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// In how many passages each term occurs, counted up to `most`.
    pub fn frequencies(&self, terms: &[String], most: u32) -> Result<Vec<u32>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM passage_fts WHERE passage_fts MATCH ?1 LIMIT ?2)")?;
        terms
            .iter()
            .map(|term| match quoted(term) {
                Some(term) => Ok(statement.query_row((term, most), |row| row.get(0))?),
                None => Ok(0),
            })
            .collect()
    }

    /// Two numbers that change when passages come or go: the last passage's row and the documents there are. The first is
    /// also the most passages there can be.
    pub fn extent(&self) -> Result<(u32, u32), StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT (SELECT ifnull(max(rowid), 0) FROM passage), (SELECT count(*) FROM document)")?;
        Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// What changes whenever passages come or go: how many documents and passages there are, the last passage's row, and
    /// when a document changed last.
    pub fn state(&self) -> Result<(u64, u64, u64, String), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT count(*), ifnull(sum(passage_count), 0), (SELECT ifnull(max(rowid), 0) FROM passage),
                    ifnull(max(changed_at), '') FROM document",
        )?;
        Ok(statement.query_row([], |row| {
            Ok((row.get::<_, Count>(0)?.0, row.get::<_, Count>(1)?.0, row.get::<_, Count>(2)?.0, row.get(3)?))
        })?)
    }

    /// Hands over each passage of a document: its text, and its headings as JSON.
    pub fn each_text(
        &self,
        document: DocumentId,
        mut take: impl FnMut(PassageId, &str, &str),
    ) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, text, heading_path_json FROM passage WHERE document_id = ?1 ORDER BY ordinal",
        )?;
        let mut rows = statement.query([Text(document)])?;
        while let Some(row) = rows.next()? {
            let id = row.get::<_, Text<PassageId>>(0)?.0;
            take(id, &row.get::<_, String>(1)?, &row.get::<_, String>(2)?);
        }
        Ok(())
    }

    /// The documents that a choice admits.
    pub fn documents_of(&self, choice: &DocumentChoice) -> Result<Vec<DocumentId>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM document
             WHERE (:any_language OR language IN (SELECT value FROM json_each(:languages)))
               AND (:any_tag OR EXISTS (SELECT 1 FROM json_each(document.tags_json) AS tag
                                        JOIN json_each(:tags) AS wanted ON tag.value = wanted.value COLLATE NOCASE))
               AND (:added_from IS NULL OR substr(added_at, 1, 10) >= :added_from)
               AND (:added_to IS NULL OR substr(added_at, 1, 10) <= :added_to)
             ORDER BY id",
        )?;
        let rows = statement.query_map(
            named_params! {
                ":any_language": choice.languages.is_empty(),
                ":languages": Json(&choice.languages),
                ":any_tag": choice.tags.is_empty(),
                ":tags": Json(&choice.tags),
                ":added_from": choice.added_from,
                ":added_to": choice.added_to,
            },
            |row| Ok(row.get::<_, Text<DocumentId>>(0)?.0),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The passages that stand right before and right after these places, each a document and a position in it.
    pub fn around(&self, places: &[(DocumentId, u32, u32)]) -> Result<Vec<Around>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT text FROM passage WHERE document_id = ?1 AND ordinal = ?2")?;
        let mut text = |document: DocumentId, ordinal: Option<u32>| -> Result<Option<String>, StoreError> {
            let Some(ordinal) = ordinal else { return Ok(None) };
            let mut rows = statement.query((Text(document), ordinal))?;
            Ok(match rows.next()? {
                Some(row) => Some(row.get(0)?),
                None => None,
            })
        };
        places
            .iter()
            .map(|&(document, first, last)| {
                Ok((text(document, first.checked_sub(1))?, text(document, Some(last + 1))?))
            })
            .collect()
    }

    /// The text of documents between characters, verbatim; `None` for a document without text.
    pub fn slices(&self, places: &[(DocumentId, u32, u32)]) -> Result<Vec<Option<String>>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT substr(text, ?2 + 1, ?3) FROM document_text WHERE document_id = ?1")?;
        places
            .iter()
            .map(|&(document, start, end)| {
                let mut rows = statement.query((Text(document), start, end.saturating_sub(start)))?;
                Ok(match rows.next()? {
                    Some(row) => Some(row.get(0)?),
                    None => None,
                })
            })
            .collect()
    }
}
