//! Table `piece`: deliverables. A run makes at most one of each type, and one post for each network.

use quillhouse_domain::{ActivityId, Network, PieceId, PieceKind, RunId};
use rusqlite::{OptionalExtension as _, Row, named_params};

use super::{RevisionRow, revision};
use crate::{
    StoreError,
    columns::{Text, Word},
    table::table_handles,
};

/// One deliverable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceRow {
    /// Its id.
    pub id: PieceId,
    /// The activity it belongs to.
    pub activity_id: ActivityId,
    /// The run that made it.
    pub run_id: RunId,
    /// What it is; the columns `type` and `network`.
    pub kind: PieceKind,
    /// Its title.
    pub title: String,
    /// Where it stands on its way to being published: `draft`.
    pub state: String,
    /// RFC 3339 UTC.
    pub created_at: String,
}

impl PieceRow {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get::<_, Text<PieceId>>("id")?.0,
            activity_id: row.get::<_, Text<ActivityId>>("activity_id")?.0,
            run_id: row.get::<_, Text<RunId>>("run_id")?.0,
            kind: kind_from_row(row)?,
            title: row.get("title")?,
            state: row.get("state")?,
            created_at: row.get("created_at")?,
        })
    }
}

fn kind_from_row(row: &Row<'_>) -> rusqlite::Result<PieceKind> {
    let (word, network) = (row.get::<_, String>("type")?, row.get::<_, Option<Word<Network>>>("network")?);
    let kind = match (word.as_str(), network) {
        ("blog", None) => PieceKind::Blog,
        ("social", Some(Word(network))) => PieceKind::Social { network },
        ("audio", None) => PieceKind::Audio,
        ("video", None) => PieceKind::Video,
        _ => {
            let column = row.as_ref().column_index("type")?;
            let detail = format!("`{word}` is not a type of piece");
            return Err(rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, detail.into()));
        }
    };
    Ok(kind)
}

/// What `insert_with_revision` found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceInserted {
    /// The piece and its first revision were stored.
    New,
    /// The run has made this piece before; it was left as it is.
    Existing(PieceId),
}

table_handles! {
    /// Reads `piece`.
    PieceReader,
    /// Writes `piece`.
    PieceWriter
}

impl PieceReader<'_> {
    /// The piece, or `NotFound`.
    pub fn get(&self, id: PieceId) -> Result<PieceRow, StoreError> {
        self.connection
            .prepare_cached("SELECT * FROM piece WHERE id = ?1")?
            .query_row([Text(id)], PieceRow::from_row)
            .optional()?
            .ok_or_else(|| StoreError::NotFound { noun: "piece", name: id.to_string() })
    }

    /// All pieces, the newest first.
    pub fn list(&self) -> Result<Vec<PieceRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM piece ORDER BY created_at DESC, id DESC")?;
        let rows = statement.query_map([], PieceRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The pieces a run has made, in the order in which they were made.
    pub fn by_run(&self, id: RunId) -> Result<Vec<PieceRow>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT * FROM piece WHERE run_id = ?1 ORDER BY rowid")?;
        let rows = statement.query_map([Text(id)], PieceRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The pieces of an activity, in the order in which they were made.
    pub fn by_activity(&self, id: ActivityId) -> Result<Vec<PieceRow>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT * FROM piece WHERE activity_id = ?1 ORDER BY rowid")?;
        let rows = statement.query_map([Text(id)], PieceRow::from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl PieceWriter<'_> {
    /// Stores a piece with its first revision. When the run has made this piece before, nothing is changed: finalising
    /// again after a crash makes no second one.
    pub fn insert_with_revision(
        &mut self,
        piece: &PieceRow,
        revision: &RevisionRow,
    ) -> Result<PieceInserted, StoreError> {
        let known = self
            .connection
            .prepare_cached("SELECT id FROM piece WHERE run_id = ?1 AND type = ?2 AND network IS ?3")?
            .query_row((Text(piece.run_id), piece.kind.word(), piece.kind.network().map(Word)), |row| {
                row.get::<_, Text<PieceId>>(0)
            })
            .optional()?;
        if let Some(Text(id)) = known {
            return Ok(PieceInserted::Existing(id));
        }
        self.connection
            .prepare_cached(
                "INSERT INTO piece (id, activity_id, run_id, type, network, title, state, created_at)
                 VALUES (:id, :activity_id, :run_id, :type, :network, :title, :state, :created_at)",
            )?
            .execute(named_params! {
                ":id": Text(piece.id),
                ":activity_id": Text(piece.activity_id),
                ":run_id": Text(piece.run_id),
                ":type": piece.kind.word(),
                ":network": piece.kind.network().map(Word),
                ":title": piece.title,
                ":state": piece.state,
                ":created_at": piece.created_at,
            })
            .map_err(|error| StoreError::unique(error, "piece", || piece.id.to_string()))?;
        revision::insert(self.connection, revision)?;
        Ok(PieceInserted::New)
    }
}
