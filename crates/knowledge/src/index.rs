//! The vector index: a LanceDB table that can be thrown away at any time.
//!
//! Layout of the index folder: `current` names the generation in use; `<generation>/` holds one table of passage id,
//! document id and vector. SQLite holds the same vectors and is the truth.
//!
//! Invariants
//! - Whatever happens to the folder, opening it succeeds: what cannot be used is marked broken with a reason, and the
//!   caller searches elsewhere until [`Index::rebuild`] has made a new generation.
//! - Applying the same changes twice leaves the same rows: rows are matched by passage id.
//! - One writer at a time; compaction never runs beside a search or a write.
//! - A new generation is complete and on disk before `current` names it; the old one is deleted after that.

mod generation;
mod resident;
mod searcher;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Mutex as StdMutex, PoisonError},
    time::{Duration, Instant},
};

use futures::{Stream, StreamExt};
use quillhouse_domain::{Coded, DocumentId, ErrorCode, PassageId};
use tokio::sync::{Mutex, RwLock};

pub use self::resident::RESIDENT_LIMIT_BYTES;
use self::{
    generation::{Pointer, read_pointer, remove_other_generations, write_pointer},
    resident::Resident,
    table::PassageTable,
};

/// Rows of one write during a rebuild: about 6 MB of vectors.
pub const REBUILD_ROWS: usize = 4_096;
/// Writes after which the small files they leave are put together (LanceDB's own rule of thumb is 20).
const WRITES_BEFORE_OPTIMISE: u32 = 20;
/// Changed rows after which the same is done (again LanceDB's rule).
const ROWS_BEFORE_OPTIMISE: usize = 100_000;

/// One row: where a passage's vector points.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexRow {
    /// The passage.
    pub passage: PassageId,
    /// The document it is from.
    pub document: DocumentId,
    /// Its vector, of length one.
    pub vector: Vec<f32>,
}

/// A change to bring into the index.
#[derive(Debug, Clone, PartialEq)]
pub enum IndexChange {
    /// The passage exists with this vector.
    Upsert(IndexRow),
    /// The passage is gone.
    Remove(PassageId),
    /// All passages of the document are gone.
    RemoveDocument(DocumentId),
}

/// Which documents a search looks at. Empty lists mean no restriction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentFilter {
    /// Only these.
    pub include: Vec<DocumentId>,
    /// None of these.
    pub exclude: Vec<DocumentId>,
}

impl DocumentFilter {
    /// True when passages of the document may be found.
    pub fn admits(&self, document: DocumentId) -> bool {
        (self.include.is_empty() || self.include.contains(&document)) && !self.exclude.contains(&document)
    }
}

/// Whether the index can be relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexHealth {
    /// It opens and holds as many rows as SQLite.
    Healthy,
    /// It opens, but rows are missing or left over: changes were not applied, or the machine stopped in a write.
    OutOfStep {
        /// Rows it should hold.
        expected: usize,
        /// Rows it holds.
        found: usize,
    },
    /// It cannot be used.
    Broken {
        /// What was found.
        reason: String,
    },
}

/// What putting small files together did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptimiseReport {
    /// Bytes of the generation before.
    pub bytes_before: u64,
    /// Bytes of the generation after.
    pub bytes_after: u64,
    /// How long it took.
    pub elapsed: Duration,
}

/// Why the index did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The index is marked broken; rebuild it.
    #[error("The search index cannot be used ({reason}). Nothing is lost: it is rebuilt from the library's own data")]
    Broken {
        /// What was found.
        reason: String,
    },
    /// A vector has the wrong number of dimensions.
    #[error("A vector has {found} numbers, the index holds vectors of {expected}. Rebuild the index for this embedder")]
    Dimensions {
        /// What the index holds.
        expected: usize,
        /// What was given.
        found: usize,
    },
    /// The folder cannot be read or written.
    #[error("The index folder `{}` cannot be used: {source}. Nothing is lost: search goes on without it", path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The vectors for a rebuild could not be read.
    #[error("The index was not rebuilt because the library could not be read: {reason}")]
    Source {
        /// What the library said.
        reason: String,
    },
}

impl Coded for IndexError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Broken { .. } | Self::Dimensions { .. } => ErrorCode::Internal,
            Self::Folder { source, .. } => match source.kind() {
                std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
                std::io::ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
                _ => ErrorCode::Internal,
            },
            Self::Source { .. } => ErrorCode::DataDamaged,
        }
    }
}

/// The vector index of one brand.
pub struct Index {
    folder: PathBuf,
    embedder: String,
    dimensions: usize,
    /// Searches and writes hold it to read; compaction and the swap of generations hold it to write.
    current: RwLock<Option<Current>>,
    broken: StdMutex<Option<String>>,
    writer: Mutex<WriterState>,
    /// Written by whoever holds `writer`.
    resident: Resident,
    compacted: StdMutex<Option<OptimiseReport>>,
}

struct Current {
    generation: u64,
    table: PassageTable,
}

/// A generation that is complete and on disk, and not in use yet.
pub struct PreparedGeneration {
    current: Current,
    rows: usize,
}

#[derive(Default)]
struct WriterState {
    writes: u32,
    rows: usize,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Index").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index in `folder` (`brands/<id>/index`), or begins an empty one when there is none.
    ///
    /// `embedder` and `dimensions` are those of the embedder in use; an index made with another one is broken until it
    /// is rebuilt. Fails only when the folder itself cannot be made.
    pub async fn open_or_create(folder: &Path, embedder: &str, dimensions: usize) -> Result<Self, IndexError> {
        std::fs::create_dir_all(folder).map_err(|source| IndexError::Folder { path: folder.to_path_buf(), source })?;
        let index = Self::closed(folder, embedder, dimensions);
        match index.open_current().await {
            Ok(current) => *index.current.write().await = Some(current),
            Err(reason) => index.mark_broken(&reason),
        }
        Ok(index)
    }

    /// An index for another embedder in the folder of one that is in use: nothing is read or written before it is built, and
    /// until then it is broken.
    pub fn beside(folder: &Path, embedder: &str, dimensions: usize) -> Self {
        let index = Self::closed(folder, embedder, dimensions);
        *index.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some("it has not been built yet".to_owned());
        index
    }

    fn closed(folder: &Path, embedder: &str, dimensions: usize) -> Self {
        Self {
            folder: folder.to_path_buf(),
            embedder: embedder.to_owned(),
            dimensions,
            current: RwLock::new(None),
            broken: StdMutex::new(None),
            writer: Mutex::new(WriterState::default()),
            resident: Resident::new(dimensions, RESIDENT_LIMIT_BYTES),
            compacted: StdMutex::new(None),
        }
    }

    async fn open_current(&self) -> Result<Current, String> {
        let Some(pointer) = read_pointer(&self.folder)? else {
            let table = PassageTable::create(&self.generation_folder(1), self.dimensions).await?;
            let pointer = Pointer { generation: 1, embedder: self.embedder.clone(), dimensions: self.dimensions };
            write_pointer(&self.folder, &pointer).map_err(|error| error.to_string())?;
            return Ok(Current { generation: 1, table });
        };
        remove_other_generations(&self.folder, pointer.generation);
        if pointer.embedder != self.embedder || pointer.dimensions != self.dimensions {
            return Err(format!("it was made with the embedder `{}`", pointer.embedder));
        }
        let table = PassageTable::open(&self.generation_folder(pointer.generation)).await?;
        Ok(Current { generation: pointer.generation, table })
    }

    /// The embedder whose vectors it holds.
    pub fn embedder(&self) -> &str {
        &self.embedder
    }

    /// Why the index is not used, when it is not.
    pub fn broken_reason(&self) -> Option<String> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn mark_broken(&self, reason: &str) {
        tracing::warn!(folder = %self.folder.display(), reason, "the index is broken and will be rebuilt");
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.to_owned());
        self.resident.clear();
    }

    /// Does not use the index until it is rebuilt, although it opens.
    pub fn distrust(&self, reason: &str) {
        self.mark_broken(reason);
    }

    /// Deletes everything it holds, from the disk as well; answers how many bytes that was. It is broken until it is rebuilt.
    pub async fn discard(&self) -> u64 {
        let _writer = self.writer.lock().await;
        let mut current = self.current.write().await;
        self.mark_broken("what it held was erased");
        *current = None;
        let bytes = generation::bytes(&self.folder);
        generation::remove_all(&self.folder);
        bytes
    }

    /// What the last compaction did since it was opened.
    pub fn last_compaction(&self) -> Option<OptimiseReport> {
        *self.compacted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_usable(&self) -> Result<(), IndexError> {
        self.broken_reason().map_or(Ok(()), |reason| Err(IndexError::Broken { reason }))
    }

    fn fail(&self, reason: String) -> IndexError {
        self.mark_broken(&reason);
        IndexError::Broken { reason }
    }

    /// Brings changes in, in their order; of several for one passage the last counts. Repeating a call changes nothing.
    ///
    /// Give many at once: every call is one or two new files. After a failure the index is broken and the changes may
    /// be dropped, because a rebuild reads everything.
    pub async fn apply(&self, changes: Vec<IndexChange>) -> Result<(), IndexError> {
        self.check_usable()?;
        let plan = Plan::of(changes);
        if let Some(row) = plan.upserts.values().find(|row| row.vector.len() != self.dimensions) {
            return Err(IndexError::Dimensions { expected: self.dimensions, found: row.vector.len() });
        }
        let mut writer = self.writer.lock().await;
        let removes = !plan.passages.is_empty() || !plan.documents.is_empty();
        {
            let current = self.current.read().await;
            let Some(current) = current.as_ref() else {
                return Err(self.fail("it is not open".to_owned()));
            };
            let table = &current.table;
            if removes {
                table.remove(&plan.passages, &plan.documents).await.map_err(|reason| self.fail(reason))?;
                self.resident.remove(&plan.passages, &plan.documents);
                writer.writes += 1;
                writer.rows += plan.passages.len();
            }
            let rows: Vec<IndexRow> = plan.upserts.into_values().collect();
            for rows in rows.chunks(REBUILD_ROWS) {
                table.upsert(rows).await.map_err(|reason| self.fail(reason))?;
                self.resident.upsert(rows);
                writer.writes += 1;
                writer.rows += rows.len();
            }
        }
        if writer.writes >= WRITES_BEFORE_OPTIMISE || writer.rows >= ROWS_BEFORE_OPTIMISE {
            self.optimise_locked(&mut writer).await?;
        }
        Ok(())
    }

    /// Puts small files together and deletes what removed rows left on disk. Searches wait meanwhile.
    pub async fn optimise(&self) -> Result<OptimiseReport, IndexError> {
        self.check_usable()?;
        let mut writer = self.writer.lock().await;
        self.optimise_locked(&mut writer).await
    }

    async fn optimise_locked(&self, writer: &mut WriterState) -> Result<OptimiseReport, IndexError> {
        let current = self.current.write().await;
        let Some(current) = current.as_ref() else {
            return Err(self.fail("it is not open".to_owned()));
        };
        let folder = self.generation_folder(current.generation);
        let began = Instant::now();
        let bytes_before = generation::bytes(&folder);
        current.table.optimise().await.map_err(|reason| self.fail(reason))?;
        let report = OptimiseReport { bytes_before, bytes_after: generation::bytes(&folder), elapsed: began.elapsed() };
        tracing::debug!(?report, "the index was compacted");
        *self.compacted.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
        *writer = WriterState::default();
        Ok(report)
    }

    /// The passages nearest to a vector of length one, nearest first, with their cosine distance (0 to 2) to about four
    /// places. Answered from memory; while the vectors are not there, or take more than [`RESIDENT_LIMIT_BYTES`], from
    /// disk.
    pub async fn search(
        &self,
        vector: &[f32],
        limit: usize,
        filter: &DocumentFilter,
    ) -> Result<Vec<(PassageId, f32)>, IndexError> {
        self.check_usable()?;
        if vector.len() != self.dimensions {
            return Err(IndexError::Dimensions { expected: self.dimensions, found: vector.len() });
        }
        if limit == 0 {
            return Ok(Vec::new());
        }
        if self.resident.is_wanted() {
            self.load().await?;
        }
        match self.resident.search(vector, limit, filter) {
            Some(hits) => Ok(hits),
            None => self.search_on_disk(vector, limit, filter).await,
        }
    }

    /// The same, exactly and on disk: twenty times slower at 1,400 passages.
    pub async fn search_on_disk(
        &self,
        vector: &[f32],
        limit: usize,
        filter: &DocumentFilter,
    ) -> Result<Vec<(PassageId, f32)>, IndexError> {
        self.check_usable()?;
        let current = self.current.read().await;
        let Some(current) = current.as_ref() else {
            return Err(self.fail("it is not open".to_owned()));
        };
        current.table.search(vector, limit, filter).await.map_err(|reason| self.fail(reason))
    }

    /// Brings the vectors into memory, unless they are there, too many, or being changed just now. The first search does
    /// it when nobody has done it before.
    pub async fn load(&self) -> Result<(), IndexError> {
        self.check_usable()?;
        let Ok(_writer) = self.writer.try_lock() else { return Ok(()) };
        if !self.resident.is_wanted() {
            return Ok(());
        }
        let current = self.current.read().await;
        let Some(current) = current.as_ref() else {
            return Err(self.fail("it is not open".to_owned()));
        };
        let rows = current.table.count().await.map_err(|reason| self.fail(reason))?;
        if self.resident.has_room_for(rows) {
            let searcher = current.table.searcher().await.map_err(|reason| self.fail(reason))?;
            self.resident.put(searcher);
        }
        Ok(())
    }

    /// Vectors in memory; `None` when searches go to the disk.
    pub fn resident_rows(&self) -> Option<usize> {
        self.resident.len()
    }

    /// Rows in the index.
    pub async fn count(&self) -> Result<usize, IndexError> {
        self.check_usable()?;
        let current = self.current.read().await;
        let Some(current) = current.as_ref() else {
            return Err(self.fail("it is not open".to_owned()));
        };
        current.table.count().await.map_err(|reason| self.fail(reason))
    }

    /// Compares the index with the number of passages that have a vector in SQLite.
    pub async fn health(&self, expected: usize) -> IndexHealth {
        match self.count().await {
            Ok(found) if found == expected => IndexHealth::Healthy,
            Ok(found) => IndexHealth::OutOfStep { expected, found },
            Err(error) => IndexHealth::Broken { reason: error.to_string() },
        }
    }

    /// Makes a new generation from pages of rows and takes it into use; returns how many rows it holds.
    ///
    /// Until the swap the old generation goes on answering. A page may repeat no passage of another page. When it fails
    /// the old generation stays in use and the unfinished one is deleted.
    pub async fn rebuild<S, E>(&self, pages: S) -> Result<usize, IndexError>
    where
        S: Stream<Item = Result<Vec<IndexRow>, E>> + Send,
        E: std::fmt::Display,
    {
        let mut writer = self.writer.lock().await;
        let prepared = self.prepared(pages).await?;
        self.adopted(prepared, &mut writer).await
    }

    /// The first half of [`Self::rebuild`]: whatever is in use stays in use. Nobody else may build in the folder meanwhile.
    pub async fn prepare<S, E>(&self, pages: S) -> Result<PreparedGeneration, IndexError>
    where
        S: Stream<Item = Result<Vec<IndexRow>, E>> + Send,
        E: std::fmt::Display,
    {
        self.prepared(pages).await
    }

    /// The second half: the generation is taken into use and every other one is deleted; returns how many rows it holds.
    pub async fn adopt(&self, prepared: PreparedGeneration) -> Result<usize, IndexError> {
        let mut writer = self.writer.lock().await;
        self.adopted(prepared, &mut writer).await
    }

    async fn prepared<S, E>(&self, pages: S) -> Result<PreparedGeneration, IndexError>
    where
        S: Stream<Item = Result<Vec<IndexRow>, E>> + Send,
        E: std::fmt::Display,
    {
        let generation = generation::next(&self.folder);
        let folder = self.generation_folder(generation);
        match self.write_generation(&folder, pages).await {
            Ok((table, rows)) => {
                generation::sync_tree(&folder);
                Ok(PreparedGeneration { current: Current { generation, table }, rows })
            }
            Err(error) => {
                generation::remove(&folder);
                Err(error)
            }
        }
    }

    async fn adopted(&self, prepared: PreparedGeneration, writer: &mut WriterState) -> Result<usize, IndexError> {
        let PreparedGeneration { current, rows } = prepared;
        let generation = current.generation;
        let pointer = Pointer { generation, embedder: self.embedder.clone(), dimensions: self.dimensions };
        write_pointer(&self.folder, &pointer)
            .map_err(|source| IndexError::Folder { path: self.folder.clone(), source })?;
        *self.current.write().await = Some(current);
        self.resident.clear();
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *writer = WriterState::default();
        remove_other_generations(&self.folder, generation);
        Ok(rows)
    }

    async fn write_generation<S, E>(&self, folder: &Path, pages: S) -> Result<(PassageTable, usize), IndexError>
    where
        S: Stream<Item = Result<Vec<IndexRow>, E>> + Send,
        E: std::fmt::Display,
    {
        let broken = |reason| IndexError::Broken { reason };
        let table = PassageTable::create(folder, self.dimensions).await.map_err(broken)?;
        let mut pages = std::pin::pin!(pages);
        let (mut waiting, mut total) = (Vec::new(), 0);
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| IndexError::Source { reason: error.to_string() })?;
            if let Some(row) = page.iter().find(|row| row.vector.len() != self.dimensions) {
                return Err(IndexError::Dimensions { expected: self.dimensions, found: row.vector.len() });
            }
            total += page.len();
            waiting.extend(page);
            if waiting.len() >= REBUILD_ROWS {
                table.append(&std::mem::take(&mut waiting)).await.map_err(broken)?;
            }
        }
        if !waiting.is_empty() {
            table.append(&waiting).await.map_err(broken)?;
        }
        Ok((table, total))
    }

    fn generation_folder(&self, generation: u64) -> PathBuf {
        self.folder.join(generation.to_string())
    }
}

/// Changes put together: at most one per passage.
#[derive(Default)]
struct Plan {
    upserts: BTreeMap<PassageId, IndexRow>,
    passages: BTreeSet<PassageId>,
    documents: BTreeSet<DocumentId>,
}

impl Plan {
    /// Removals are carried out before insertions, so an insertion after the removal of its document survives, and one
    /// before it is dropped here.
    fn of(changes: Vec<IndexChange>) -> Self {
        let mut plan = Self::default();
        for change in changes {
            match change {
                IndexChange::Upsert(row) => {
                    plan.passages.remove(&row.passage);
                    plan.upserts.insert(row.passage, row);
                }
                IndexChange::Remove(passage) => {
                    plan.upserts.remove(&passage);
                    plan.passages.insert(passage);
                }
                IndexChange::RemoveDocument(document) => {
                    plan.upserts.retain(|_, row| row.document != document);
                    plan.documents.insert(document);
                }
            }
        }
        plan
    }
}

#[cfg(test)]
mod tests;
