//! Tables `kit`, `kit_entry`, `kit_source`, `kit_entry_version`, `kit_removed`: the brand kit and its history.
//!
//! Invariants
//! - An entry is known again by its kind and fingerprint, whatever the user made of its wording.
//! - A document that is deleted takes along the entries, wordings and places that only it gave; what the user wrote stays.

use std::collections::{HashMap, HashSet};

use quillhouse_domain::{DocumentId, KitAuthor, KitEntryId, KitKind, KitReason, KitState, TermRule, VoiceProfile};
use rusqlite::{OptionalExtension as _, Row, named_params};
use serde::{Deserialize, Serialize};

use crate::{
    StoreError,
    columns::{Json, Text, Word},
    table::table_handles,
};

/// The kit as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KitRow {
    /// Counts builds that changed something, and edits; 0 before the first.
    pub version: u32,
    /// RFC 3339 UTC of the last build.
    pub built_at: Option<String>,
    /// The voice by language, that of most documents first.
    pub voice: Vec<VoiceProfile>,
}

/// A place where an entry stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KitSourceRow {
    /// The document.
    pub document_id: DocumentId,
    /// BLAKE3 of the document's bytes when it was read.
    pub content_hash: String,
    /// Page, counted from 1.
    pub page: u32,
    /// First character of the quote.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// The document's text at `start..end`.
    pub quote: String,
    /// The entry's text as this place has it.
    pub text: String,
    /// The entry's rule as this place has it.
    pub term: Option<TermRule>,
}

/// One entry with the places where it stands, the best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KitEntryRow {
    /// Its id.
    pub id: KitEntryId,
    /// What it is.
    pub kind: KitKind,
    /// BLAKE3 of what was found, in hexadecimal; unique among the entries of a kind.
    pub fingerprint: String,
    /// The statement; of a term the words to say.
    pub text: String,
    /// The rule of a term.
    pub term: Option<TermRule>,
    /// What the user made of it.
    pub state: KitState,
    /// Kept at the top and through every build.
    pub pinned: bool,
    /// Why it needs a look.
    pub reason: Option<KitReason>,
    /// Larger is more telling.
    pub rank: f64,
    /// How often it was found.
    pub count: u32,
    /// Whose wording it is.
    pub edited_by: KitAuthor,
    /// RFC 3339 UTC.
    pub changed_at: String,
    /// The day on which things stood as it says, `YYYY-MM-DD`.
    pub as_of: Option<String>,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub valid_until: Option<String>,
    /// Where it stands.
    pub sources: Vec<KitSourceRow>,
}

/// A wording an entry has or had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitVersionRow {
    /// The wording.
    pub text: String,
    /// Whose it is.
    pub edited_by: KitAuthor,
    /// RFC 3339 UTC.
    pub at: String,
}

impl KitSourceRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            document_id: row.get::<_, Text<DocumentId>>("document_id")?.0,
            content_hash: row.get("content_hash")?,
            page: row.get("page")?,
            start: row.get("start_character")?,
            end: row.get("end_character")?,
            quote: row.get("quote")?,
            text: row.get("text")?,
            term: row.get::<_, Option<Json<TermRule>>>("term_json")?.map(|term| term.0),
        })
    }
}

impl KitEntryRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, Text<KitEntryId>>("id")?.0,
            kind: row.get::<_, Word<KitKind>>("kind")?.0,
            fingerprint: row.get("fingerprint")?,
            text: row.get("text")?,
            term: row.get::<_, Option<Json<TermRule>>>("term_json")?.map(|term| term.0),
            state: row.get::<_, Word<KitState>>("state")?.0,
            pinned: row.get("pinned")?,
            reason: row.get::<_, Option<Word<KitReason>>>("reason")?.map(|reason| reason.0),
            rank: row.get("rank")?,
            count: row.get("count")?,
            edited_by: row.get::<_, Word<KitAuthor>>("edited_by")?.0,
            changed_at: row.get("changed_at")?,
            as_of: row.get("as_of")?,
            valid_until: row.get("valid_until")?,
            sources: Vec::new(),
        })
    }
}

table_handles! {
    /// Reads the kit.
    KitReader,
    /// Writes the kit.
    KitWriter
}

impl KitReader<'_> {
    /// The kit as a whole; the default before it is first built or edited.
    pub fn get(&self) -> Result<KitRow, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT * FROM kit")?
            .query_row([], |row| {
                Ok(KitRow {
                    version: row.get("version")?,
                    built_at: row.get("built_at")?,
                    voice: row.get::<_, Json<Vec<VoiceProfile>>>("voice_json")?.0,
                })
            })
            .optional()?
            .unwrap_or_default())
    }

    /// All entries: pinned ones first, then the most telling.
    pub fn entries(&self) -> Result<Vec<KitEntryRow>, StoreError> {
        let mut sources: HashMap<KitEntryId, Vec<KitSourceRow>> = HashMap::new();
        let mut statement = self.connection.prepare_cached("SELECT * FROM kit_source ORDER BY entry_id, ordinal")?;
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, Text<KitEntryId>>("entry_id")?.0, KitSourceRow::from_row(row)?)))?;
        for row in rows {
            let (entry, source) = row?;
            sources.entry(entry).or_default().push(source);
        }
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM kit_entry ORDER BY pinned DESC, rank DESC, id")?;
        let rows = statement.query_map([], KitEntryRow::from_row)?;
        let mut entries = rows.collect::<Result<Vec<_>, _>>()?;
        for entry in &mut entries {
            entry.sources = sources.remove(&entry.id).unwrap_or_default();
        }
        Ok(entries)
    }

    /// One entry, or `NotFound`.
    pub fn entry(&self, id: KitEntryId) -> Result<KitEntryRow, StoreError> {
        let mut entry = self
            .connection
            .prepare_cached("SELECT * FROM kit_entry WHERE id = ?1")?
            .query_row([Text(id)], KitEntryRow::from_row)
            .optional()?
            .ok_or_else(|| StoreError::NotFound { noun: "entry of the brand kit", name: id.to_string() })?;
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM kit_source WHERE entry_id = ?1 ORDER BY ordinal")?;
        let rows = statement.query_map([Text(id)], KitSourceRow::from_row)?;
        entry.sources = rows.collect::<Result<_, _>>()?;
        Ok(entry)
    }

    /// Wordings of an entry, the newest first.
    pub fn history(&self, id: KitEntryId) -> Result<Vec<KitVersionRow>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT * FROM kit_entry_version WHERE entry_id = ?1 ORDER BY number DESC")?;
        let rows = statement.query_map([Text(id)], |row| {
            Ok(KitVersionRow {
                text: row.get("text")?,
                edited_by: row.get::<_, Word<KitAuthor>>("edited_by")?.0,
                at: row.get("at")?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Kinds and fingerprints of what the user removed.
    pub fn removed(&self) -> Result<HashSet<(KitKind, String)>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT kind, fingerprint FROM kit_removed")?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, Word<KitKind>>(0)?.0, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl KitWriter<'_> {
    /// Stores the kit as a whole.
    pub fn put(&mut self, row: &KitRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO kit (singleton, version, built_at, voice_json) VALUES (1, ?1, ?2, ?3)
                 ON CONFLICT (singleton) DO UPDATE SET version = excluded.version, built_at = excluded.built_at,
                     voice_json = excluded.voice_json",
            )?
            .execute((row.version, &row.built_at, Json(&row.voice)))?;
        Ok(())
    }

    /// Stores an entry with its places in place of its former state, and its wording when that is new.
    /// `AlreadyExists` when another entry of the kind has the fingerprint.
    pub fn put_entry(&mut self, row: &KitEntryRow) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO kit_entry (id, kind, fingerprint, text, term_json, state, pinned, reason, rank, count,
                     edited_by, changed_at, as_of, valid_until)
                 VALUES (:id, :kind, :fingerprint, :text, :term, :state, :pinned, :reason, :rank, :count, :edited_by,
                     :changed_at, :as_of, :valid_until)
                 ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, fingerprint = excluded.fingerprint,
                     text = excluded.text, term_json = excluded.term_json, state = excluded.state,
                     pinned = excluded.pinned, reason = excluded.reason, rank = excluded.rank, count = excluded.count,
                     edited_by = excluded.edited_by, changed_at = excluded.changed_at, as_of = excluded.as_of,
                     valid_until = excluded.valid_until",
            )?
            .execute(named_params! {
                ":id": Text(row.id),
                ":kind": Word(row.kind),
                ":fingerprint": row.fingerprint,
                ":text": row.text,
                ":term": row.term.as_ref().map(Json),
                ":state": Word(row.state),
                ":pinned": row.pinned,
                ":reason": row.reason.map(Word),
                ":rank": row.rank,
                ":count": row.count,
                ":edited_by": Word(row.edited_by),
                ":changed_at": row.changed_at,
                ":as_of": row.as_of,
                ":valid_until": row.valid_until,
            })
            .map_err(|error| StoreError::unique(error, "entry of the brand kit", || row.text.clone()))?;
        self.connection.prepare_cached("DELETE FROM kit_source WHERE entry_id = ?1")?.execute([Text(row.id)])?;
        // A document may have gone since it was read.
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO kit_source (entry_id, ordinal, document_id, content_hash, page, start_character,
                 end_character, quote, text, term_json)
             SELECT :entry, :ordinal, id, :hash, :page, :start, :end, :quote, :text, :term
             FROM document WHERE id = :document",
        )?;
        for (ordinal, source) in row.sources.iter().enumerate() {
            insert.execute(named_params! {
                ":entry": Text(row.id),
                ":ordinal": ordinal as u32,
                ":document": Text(source.document_id),
                ":hash": source.content_hash,
                ":page": source.page,
                ":start": source.start,
                ":end": source.end,
                ":quote": source.quote,
                ":text": source.text,
                ":term": source.term.as_ref().map(Json),
            })?;
        }
        self.add_version(row)
    }

    fn add_version(&mut self, row: &KitEntryRow) -> Result<(), StoreError> {
        let wording = row.term.as_ref().map_or_else(|| row.text.clone(), wording);
        self.connection
            .prepare_cached(
                "INSERT INTO kit_entry_version (entry_id, number, text, edited_by, at)
                 SELECT ?1, 1 + coalesce((SELECT max(number) FROM kit_entry_version WHERE entry_id = ?1), 0), ?2, ?3, ?4
                 WHERE ?2 IS NOT (
                     SELECT text FROM kit_entry_version WHERE entry_id = ?1 ORDER BY number DESC LIMIT 1
                 )",
            )?
            .execute((Text(row.id), wording, Word(row.edited_by), &row.changed_at))?;
        Ok(())
    }

    /// Deletes an entry with its history; `remember` keeps a later build from bringing it back.
    pub fn remove_entry(&mut self, id: KitEntryId, remember: bool) -> Result<(), StoreError> {
        if remember {
            self.connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO kit_removed (kind, fingerprint)
                     SELECT kind, fingerprint FROM kit_entry WHERE id = ?1",
                )?
                .execute([Text(id)])?;
        }
        let removed = self.connection.prepare_cached("DELETE FROM kit_entry WHERE id = ?1")?.execute([Text(id)])?;
        StoreError::unless_found(removed, "entry of the brand kit", id)
    }
}

/// A rule in one line, as its history shows it.
fn wording(rule: &TermRule) -> String {
    let (say, not) = (rule.say.join(", "), rule.not.join(", "));
    match (say.is_empty(), not.is_empty()) {
        (false, false) => format!("{say}, not {not}"),
        (true, false) => format!("not {not}"),
        _ => say,
    }
}
