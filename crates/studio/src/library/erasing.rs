//! A document is erased, and a receipt says what that was.

use quillhouse_knowledge::ingest::ErasedDocument;
use quillhouse_store::BrandRow;

use super::find;
use crate::{
    CommandError, Studio, run,
    views::{
        document::{DocumentParams, ErasedItemView, ErasureNoteView, ErasureReceiptView, ErasureScope},
        run::RunParams,
    },
};

/// One line of a receipt; `None` when there was none of it.
pub(crate) fn item(what: &str, count: impl Into<f64>, byte_count: u64) -> Option<ErasedItemView> {
    let count = count.into();
    (count > 0.0).then(|| ErasedItemView { what: what.to_owned(), count, byte_count: byte_count as f64 })
}

pub(crate) async fn erase(studio: &Studio, params: DocumentParams) -> Result<ErasureReceiptView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let row = find(&store, &params.document).await?;
    let library = studio.library(&brand).await?;
    let id = row.id;
    stop_quoting_runs(studio, &brand, store.read(move |brand| brand.documents().quoting_runs(id)).await?).await?;
    let root = studio.data().path().to_path_buf();
    let beside = ["app.db", "app.db-wal", "app.db-shm", "logs"].map(|name| root.join(name)).to_vec();
    let erased = library.ingest.erase(id, beside).await?;
    library.heal();
    Ok(receipt(studio.host().now(), &erased))
}

/// A run that is under way holds the document's sentences in memory and would write them again.
async fn stop_quoting_runs(studio: &Studio, brand: &BrandRow, quoting: Vec<String>) -> Result<(), CommandError> {
    let active: Vec<String> = studio.active_runs().keys().map(ToString::to_string).collect();
    for run in quoting.into_iter().filter(|run| active.contains(run)) {
        run::cancel(studio, RunParams { brand: brand.id.to_string(), run }).await?;
    }
    Ok(())
}

fn receipt(erased_at: String, erased: &ErasedDocument) -> ErasureReceiptView {
    let document = &erased.document;
    let items = [
        item("file", 1, document.file_bytes),
        item("text", u32::from(document.text_bytes > 0), document.text_bytes),
        item("passages", document.passages, document.passage_bytes),
        item("full_text", document.passages, 0),
        item("vectors", document.vectors, document.vector_bytes),
        item("index", document.passages, erased.index_bytes),
        item("steps", document.step_records, document.step_bytes),
        item("caches", document.cache_entries, 0),
        item("kit", document.kit_records, 0),
        item("database_copies", erased.copies, erased.copy_bytes),
    ];
    let mut notes = Vec::new();
    if document.quoting_pieces > 0 {
        notes.push(ErasureNoteView::PiecesStay { count: document.quoting_pieces });
    }
    if !erased.log_is_empty {
        notes.push(ErasureNoteView::LogNotEmpty);
    }
    if !erased.traces.is_empty() {
        notes.push(ErasureNoteView::TracesLeft { count: erased.traces.len() as u32 });
    }
    if erased.samples == 0 {
        notes.push(ErasureNoteView::NothingOfItsOwn);
    }
    ErasureReceiptView {
        scope: ErasureScope::Document,
        name: document.name.clone(),
        erased_at,
        items: items.into_iter().flatten().collect(),
        verified: erased.samples > 0 && erased.traces.is_empty() && erased.log_is_empty,
        note: sentences(&notes),
        notes,
    }
}

/// Notes as they are read on a terminal.
pub(crate) fn sentences(notes: &[ErasureNoteView]) -> Option<String> {
    let told: Vec<String> = notes.iter().map(ToString::to_string).collect();
    (!told.is_empty()).then(|| told.join(". "))
}
