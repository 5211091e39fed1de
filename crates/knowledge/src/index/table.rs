//! The LanceDB table of one generation. No other file knows LanceDB or Arrow.
//!
//! Ids are stored as text because LanceDB's filters are SQL; they come from typed ids and hold no quotes.
//! The vector column has no approximate index: searches are answered from memory, and the exact scan here (150 MB for
//! 100,000 passages) serves where that is not allowed.

#![expect(clippy::disallowed_types, reason = "this is the one file that may know LanceDB")]

use std::{collections::BTreeSet, fmt::Write as _, path::Path, sync::Arc};

use arrow_array::{
    Array, FixedSizeListArray, Float32Array, RecordBatch, RecordBatchIterator, StringArray, types::Float32Type,
};
use arrow_schema::{DataType, Field, Schema};
use futures::TryStreamExt;
use lancedb::{
    Connection, DistanceType, Table,
    query::{ExecutableQuery, QueryBase, Select},
    table::{CompactionOptions, Duration, OptimizeAction},
};
use quillhouse_domain::{DocumentId, PassageId};

use super::{DocumentFilter, IndexRow, searcher::Searcher};

const TABLE: &str = "passages";
/// Ids named in one filter; longer lists are split so that the SQL parser's recursion stays shallow.
const IDS_IN_A_FILTER: usize = 512;

/// An open table; errors are sentences' reasons because nobody acts on their kind: any of them means a rebuild.
pub(super) struct PassageTable {
    table: Table,
    schema: Arc<Schema>,
    dimensions: i32,
}

impl PassageTable {
    /// Makes an empty table, deleting what stands in the folder.
    pub(super) async fn create(folder: &Path, dimensions: usize) -> Result<Self, String> {
        super::generation::remove(folder);
        let dimensions = i32::try_from(dimensions).map_err(|error| error.to_string())?;
        let item = Arc::new(Field::new("item", DataType::Float32, true));
        let schema = Arc::new(Schema::new(vec![
            Field::new("passage", DataType::Utf8, false),
            Field::new("document", DataType::Utf8, false),
            Field::new("vector", DataType::FixedSizeList(item, dimensions), false),
        ]));
        let table = connect(folder)
            .await?
            .create_empty_table(TABLE, Arc::clone(&schema))
            .execute()
            .await
            .map_err(|error| error.to_string())?;
        Ok(Self { table, schema, dimensions })
    }

    /// Opens a table and reads its schema and row count, which a half-written one does not survive.
    pub(super) async fn open(folder: &Path) -> Result<Self, String> {
        if !folder.is_dir() {
            return Err("its folder is gone".to_owned());
        }
        let table = connect(folder).await?.open_table(TABLE).execute().await.map_err(|error| error.to_string())?;
        let schema = table.schema().await.map_err(|error| error.to_string())?;
        let dimensions = match schema.field_with_name("vector").map(Field::data_type) {
            Ok(DataType::FixedSizeList(_, dimensions)) => *dimensions,
            _ => return Err("its table has other columns".to_owned()),
        };
        table.count_rows(None).await.map_err(|error| error.to_string())?;
        Ok(Self { table, schema, dimensions })
    }

    fn batch(&self, rows: &[IndexRow]) -> Result<RecordBatch, String> {
        let passages = StringArray::from_iter_values(rows.iter().map(|row| row.passage.to_string()));
        let documents = StringArray::from_iter_values(rows.iter().map(|row| row.document.to_string()));
        let vectors = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(
            rows.iter().map(|row| Some(row.vector.iter().copied().map(Some))),
            self.dimensions,
        );
        RecordBatch::try_new(Arc::clone(&self.schema), vec![Arc::new(passages), Arc::new(documents), Arc::new(vectors)])
            .map_err(|error| error.to_string())
    }

    /// Adds rows whose passages are known to be new.
    pub(super) async fn append(&self, rows: &[IndexRow]) -> Result<(), String> {
        let batch = self.batch(rows)?;
        self.table.add(batch).execute().await.map_err(|error| error.to_string())?;
        Ok(())
    }

    /// Inserts or replaces rows, by passage. The rows hold each passage once.
    pub(super) async fn upsert(&self, rows: &[IndexRow]) -> Result<(), String> {
        // Planning a merge costs more than writing a small library; an empty table has nothing to merge with.
        if self.count().await? == 0 {
            return self.append(rows).await;
        }
        let batch = self.batch(rows)?;
        let reader = RecordBatchIterator::new([Ok(batch)], Arc::clone(&self.schema));
        let mut merge = self.table.merge_insert(&["passage"]);
        merge.when_matched_update_all(None).when_not_matched_insert_all();
        merge.execute(Box::new(reader)).await.map_err(|error| error.to_string())?;
        Ok(())
    }

    /// Deletes passages and whole documents; ids that are not there are no error.
    pub(super) async fn remove(
        &self,
        passages: &BTreeSet<PassageId>,
        documents: &BTreeSet<DocumentId>,
    ) -> Result<(), String> {
        let passages: Vec<String> = passages.iter().map(ToString::to_string).collect();
        let documents: Vec<String> = documents.iter().map(ToString::to_string).collect();
        for (column, ids) in [("passage", passages), ("document", documents)] {
            for ids in ids.chunks(IDS_IN_A_FILTER) {
                let predicate = id_list(column, "IN", ids);
                self.table.delete(predicate.as_str()).await.map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    /// Nearest passages with their cosine distance.
    pub(super) async fn search(
        &self,
        vector: &[f32],
        limit: usize,
        filter: &DocumentFilter,
    ) -> Result<Vec<(PassageId, f32)>, String> {
        let mut query = self
            .table
            .vector_search(vector)
            .map_err(|error| error.to_string())?
            .column("vector")
            .distance_type(DistanceType::Cosine)
            .limit(limit)
            .select(Select::columns(&["passage", "_distance"]));
        if let Some(predicate) = predicate(filter) {
            query = query.only_if(predicate);
        }
        let batches: Vec<RecordBatch> = query
            .execute()
            .await
            .map_err(|error| error.to_string())?
            .try_collect()
            .await
            .map_err(|error| error.to_string())?;
        let mut hits = Vec::with_capacity(limit.min(1_024));
        for batch in &batches {
            let passages = batch.column_by_name("passage").and_then(|column| column.as_any().downcast_ref());
            let distances = batch.column_by_name("_distance").and_then(|column| column.as_any().downcast_ref());
            let (Some(passages), Some(distances)): (Option<&StringArray>, Option<&Float32Array>) =
                (passages, distances)
            else {
                return Err("its answer has other columns".to_owned());
            };
            for (passage, distance) in passages.iter().zip(distances) {
                let (Some(passage), Some(distance)) = (passage, distance) else { continue };
                hits.push((passage.parse().map_err(|_| "it holds an id that is none".to_owned())?, distance));
            }
        }
        hits.sort_by(|left: &(PassageId, f32), right| left.1.total_cmp(&right.1).then(left.0.cmp(&right.0)));
        Ok(hits)
    }

    /// All rows, ready to be searched in memory.
    pub(super) async fn searcher(&self) -> Result<Searcher, String> {
        let dimensions = self.dimensions as usize;
        let mut searcher = Searcher::new(dimensions);
        searcher.reserve(self.count().await?);
        let mut batches = self
            .table
            .query()
            .select(Select::columns(&["passage", "document", "vector"]))
            .execute()
            .await
            .map_err(|error| error.to_string())?;
        while let Some(batch) = batches.try_next().await.map_err(|error| error.to_string())? {
            let ids = |name| batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
            let (passages, documents): (Option<&StringArray>, Option<&StringArray>) = (ids("passage"), ids("document"));
            let vectors = batch
                .column_by_name("vector")
                .and_then(|column| column.as_any().downcast_ref::<FixedSizeListArray>())
                .and_then(|vectors| vectors.values().as_any().downcast_ref::<Float32Array>());
            let (Some(passages), Some(documents), Some(vectors)) = (passages, documents, vectors) else {
                return Err("its rows have other columns".to_owned());
            };
            let rows = passages.iter().zip(documents).zip(vectors.values().chunks_exact(dimensions));
            for ((passage, document), vector) in rows {
                let passage = passage.and_then(|id| id.parse().ok());
                let document = document.and_then(|id| id.parse().ok());
                let (Some(passage), Some(document)) = (passage, document) else {
                    return Err("it holds an id that is none".to_owned());
                };
                searcher.upsert(&IndexRow { passage, document, vector: vector.to_vec() });
            }
        }
        Ok(searcher)
    }

    /// Rows in the table.
    pub(super) async fn count(&self) -> Result<usize, String> {
        self.table.count_rows(None).await.map_err(|error| error.to_string())
    }

    /// Rewrites small files and files with deleted rows into one, then deletes every version but the last. The caller
    /// makes sure that nothing else uses the table.
    pub(super) async fn optimise(&self) -> Result<(), String> {
        let options = CompactionOptions { materialize_deletions_threshold: 0.0, ..CompactionOptions::default() };
        self.table
            .optimize(OptimizeAction::Compact { options, remap_options: None })
            .await
            .map_err(|error| error.to_string())?;
        self.table
            .optimize(OptimizeAction::Prune {
                older_than: Some(Duration::zero()),
                delete_unverified: Some(true),
                error_if_tagged_old_versions: Some(false),
            })
            .await
            .map_err(|error| error.to_string())?;
        Ok(())
    }
}

async fn connect(folder: &Path) -> Result<Connection, String> {
    let uri = folder.to_str().ok_or_else(|| "its folder's name is not valid Unicode".to_owned())?;
    lancedb::connect(uri).execute().await.map_err(|error| error.to_string())
}

fn predicate(filter: &DocumentFilter) -> Option<String> {
    let ids = |documents: &[DocumentId]| documents.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut parts = Vec::new();
    if !filter.include.is_empty() {
        parts.push(id_list("document", "IN", &ids(&filter.include)));
    }
    if !filter.exclude.is_empty() {
        parts.push(id_list("document", "NOT IN", &ids(&filter.exclude)));
    }
    (!parts.is_empty()).then(|| parts.join(" AND "))
}

fn id_list(column: &str, operator: &str, ids: &[String]) -> String {
    let mut text = format!("{column} {operator} (");
    for (position, id) in ids.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let _ = write!(text, "{comma}'{id}'");
    }
    text.push(')');
    text
}
