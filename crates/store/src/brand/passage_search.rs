//! Full-text search over `passage_fts`. Words are stemmed and accents do not matter.
//!
//! Invariant: no input is a syntax error. Every term is quoted, so nothing in it is an operator.

use quillhouse_domain::{DocumentId, PassageId};
use rusqlite::named_params;

use super::PassageReader;
use crate::{
    StoreError,
    columns::{Json, Text},
};

/// The terms as an FTS5 expression: any of them, each taken literally; `None` when nothing can be searched for.
fn match_expression(terms: &[String]) -> Option<String> {
    let mut quoted: Vec<String> = Vec::new();
    for term in terms {
        // Control characters separate no words for a reader, and a zero byte would end the expression.
        let term: String = term.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        let term = format!("\"{}\"", term.trim().replace('"', "\"\""));
        if term.len() > 2 && !quoted.contains(&term) {
            quoted.push(term);
        }
    }
    (!quoted.is_empty()).then(|| quoted.join(" OR "))
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
        let Some(expression) = match_expression(match_terms) else { return Ok(Vec::new()) };
        let mut statement = self.connection.prepare_cached(
            "SELECT passage.id, -bm25(passage_fts) AS score
             FROM passage_fts
             JOIN passage ON passage.rowid = passage_fts.rowid
             WHERE passage_fts MATCH :expression
               AND (:everywhere OR passage.document_id IN (SELECT value FROM json_each(:include)))
               AND passage.document_id NOT IN (SELECT value FROM json_each(:exclude))
             ORDER BY score DESC, passage.rowid
             LIMIT :limit",
        )?;
        let rows = statement.query_map(
            named_params! {
                ":expression": expression,
                ":everywhere": include.is_empty(),
                ":include": Json(include),
                ":exclude": Json(exclude),
                ":limit": limit,
            },
            |row| Ok((row.get::<_, Text<PassageId>>(0)?.0, row.get(1)?)),
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
