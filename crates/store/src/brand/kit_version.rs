//! Tables `kit_version` and `kit_change`: what each version of the kit changed, by which any of them can be shown again.
//!
//! Invariants
//! - A version holds each entry as it was before it; going back from the present, all versions come out.
//! - What a document said leaves the history with the document.

use std::collections::BTreeMap;

use quillhouse_domain::{KitCause, KitChange, KitEntryId, KitKind, VoiceProfile};
use rusqlite::Row;

use super::{KitEntryRow, KitReader, KitRow, KitWriter};
use crate::{
    StoreError,
    columns::{Json, Text, Word},
};

/// Versions that are kept; older ones go.
const MOST_VERSIONS: u32 = 500;

/// What a version did to one entry.
#[derive(Debug, Clone, PartialEq)]
pub struct KitChangeRow {
    /// The entry.
    pub entry_id: KitEntryId,
    /// What happened to it.
    pub change: KitChange,
    /// What it is.
    pub kind: KitKind,
    /// The entry before; `None` for one that was added, and for one whose document was erased since.
    pub before: Option<KitEntryRow>,
}

/// One version of the kit.
#[derive(Debug, Clone, PartialEq)]
pub struct KitVersionRecord {
    /// Its number.
    pub number: u32,
    /// RFC 3339 UTC; `None` where only the database knows that something changed.
    pub at: Option<String>,
    /// Why there is one.
    pub cause: KitCause,
    /// The voice before it, when it changed the voice.
    pub voice_before: Option<Vec<VoiceProfile>>,
    /// What it did to entries.
    pub changes: Vec<KitChangeRow>,
}

impl KitVersionRecord {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get("number")?,
            at: row.get("at")?,
            cause: row.get::<_, Word<KitCause>>("cause")?.0,
            voice_before: row.get::<_, Option<Json<Vec<VoiceProfile>>>>("voice_json")?.map(|voice| voice.0),
            changes: Vec::new(),
        })
    }
}

impl KitChangeRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            entry_id: row.get::<_, Text<KitEntryId>>("entry_id")?.0,
            change: row.get::<_, Word<KitChange>>("change")?.0,
            kind: row.get::<_, Word<KitKind>>("kind")?.0,
            before: row.get::<_, Option<Json<KitEntryRow>>>("before_json")?.map(|before| before.0),
        })
    }
}

impl KitReader<'_> {
    /// The versions after `number`, the newest first.
    pub fn versions_after(&self, number: u32) -> Result<Vec<KitVersionRecord>, StoreError> {
        let mut changes: BTreeMap<u32, Vec<KitChangeRow>> = BTreeMap::new();
        let mut statement = self
            .connection
            .prepare_cached("SELECT * FROM kit_change WHERE version > ?1 ORDER BY version, kind, entry_id")?;
        let rows = statement.query_map([number], |row| Ok((row.get("version")?, KitChangeRow::from_row(row)?)))?;
        for row in rows {
            let (version, change) = row?;
            changes.entry(version).or_default().push(change);
        }
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM kit_version WHERE number > ?1 ORDER BY number DESC")?;
        let rows = statement.query_map([number], KitVersionRecord::from_row)?;
        let mut versions = rows.collect::<Result<Vec<_>, _>>()?;
        for version in &mut versions {
            version.changes = changes.remove(&version.number).unwrap_or_default();
        }
        Ok(versions)
    }

    /// The oldest version that is kept; `None` before the first.
    pub fn oldest_version(&self) -> Result<Option<u32>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT min(number) FROM kit_version")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}

impl KitWriter<'_> {
    /// Stores the kit as its next version with what that changed; the number in the row is not looked at.
    pub fn put_version(
        &mut self,
        row: KitRow,
        cause: KitCause,
        at: &str,
        changes: &[KitChangeRow],
    ) -> Result<KitRow, StoreError> {
        let former = self.get()?;
        let row = KitRow { version: former.version + 1, ..row };
        let voice = (former.voice != row.voice).then_some(&former.voice);
        self.put(&row)?;
        self.connection
            .prepare_cached(
                "INSERT INTO kit_version (number, at, cause, voice_json) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (number) DO UPDATE SET at = excluded.at, cause = excluded.cause,
                     voice_json = excluded.voice_json",
            )?
            .execute((row.version, at, Word(cause), voice.map(Json)))?;
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO kit_change (version, entry_id, change, kind, before_json) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for change in changes {
            insert.execute((
                row.version,
                Text(change.entry_id),
                Word(change.change),
                Word(change.kind),
                change.before.as_ref().map(Json),
            ))?;
        }
        self.connection
            .prepare_cached("DELETE FROM kit_version WHERE number + ?2 <= ?1")?
            .execute((row.version, MOST_VERSIONS))?;
        Ok(row)
    }

    /// Counts an edit of one entry.
    pub fn put_edit(&mut self, at: &str, change: KitChangeRow) -> Result<KitRow, StoreError> {
        let row = self.get()?;
        self.put_version(row, KitCause::Edit, at, &[change])
    }
}
