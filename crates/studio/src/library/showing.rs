//! The library as it stands: its documents, one of them, its file, its tags, its index.

use std::{
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use quillhouse_domain::{DocumentFormat, DocumentState, ErrorCode};
use quillhouse_store::DocumentRow;

use super::{find, watching};
use crate::{
    CommandError, Studio,
    views::{
        brand::BrandParams,
        document::{
            DocumentDetailView, DocumentFileParams, DocumentFileView, DocumentListView, DocumentParams,
            DocumentTagParams, DocumentView, IndexState, LibraryStatusView, PassageView,
        },
    },
};

/// Most bytes of a file that are given at once.
const FILE_BYTES: u64 = 1 << 20;
/// Most tags of a document.
const TAGS: usize = 32;
/// Longest tag, in characters.
const TAG_CHARACTERS: usize = 60;

pub(super) fn document_view(row: &DocumentRow) -> DocumentView {
    DocumentView {
        id: row.id,
        name: row.name.clone(),
        format: Some(row.format),
        state: row.state,
        title: row.title.clone(),
        language: row.language.clone(),
        pages: row.page_count,
        passages: row.passage_count,
        byte_count: row.byte_count as f64,
        problems: row.problems.clone(),
        added_at: row.added_at.clone(),
        tags: row.tags.clone(),
        dated: row.dated.clone(),
        source: row.source_url.clone().or_else(|| row.source_path.clone()),
        source_missing: row.source_missing,
    }
}

pub(crate) async fn list(studio: &Studio, params: BrandParams) -> Result<DocumentListView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let mut rows = store.read(|brand| brand.documents().list()).await?;
    rows.sort_by_key(|row| row.name.to_lowercase());
    Ok(DocumentListView { brand: brand.id, documents: rows.iter().map(document_view).collect() })
}

pub(crate) async fn show(studio: &Studio, params: DocumentParams) -> Result<DocumentDetailView, CommandError> {
    let (_, store) = studio.brand(&params.brand).await?;
    let row = find(&store, &params.document).await?;
    let id = row.id;
    let (text, passages) =
        store.read(move |brand| Ok((brand.documents().text(id)?, brand.passages().by_document(id)?))).await?;
    let (text, pages, blocks) = text.map(|row| (row.text, row.pages, row.blocks)).unwrap_or_default();
    Ok(DocumentDetailView {
        document: document_view(&row),
        text,
        pages,
        blocks,
        passages: passages
            .into_iter()
            .map(|passage| PassageView {
                id: passage.id,
                page: passage.page,
                start: passage.start_character,
                end: passage.end_character,
                heading_path: passage.heading_path,
            })
            .collect(),
    })
}

const fn media_type(format: DocumentFormat) -> &'static str {
    match format {
        DocumentFormat::Pdf => "application/pdf",
        DocumentFormat::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        DocumentFormat::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        DocumentFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        DocumentFormat::Ods => "application/vnd.oasis.opendocument.spreadsheet",
        DocumentFormat::Csv => "text/csv",
        DocumentFormat::Eml => "message/rfc822",
        DocumentFormat::Html => "text/html",
        DocumentFormat::Markdown => "text/markdown",
        DocumentFormat::Text => "text/plain",
    }
}

pub(crate) async fn file(studio: &Studio, params: DocumentFileParams) -> Result<DocumentFileView, CommandError> {
    use base64::Engine as _;
    let (brand, store) = studio.brand(&params.brand).await?;
    let row = find(&store, &params.document).await?;
    let whole = |number: f64| (number.is_finite() && number >= 0.0).then_some(number as u64);
    let (Some(offset), Some(length)) = (whole(params.offset_bytes), whole(params.length_bytes)) else {
        return Err(CommandError::invalid_input("Offset and length of a part of a file are numbers from 0 on"));
    };
    if length > FILE_BYTES {
        return Err(CommandError::invalid_input(format!("At most {FILE_BYTES} bytes of a file are given at once")));
    }
    let path = studio.data().files_folder(brand.id).join(&row.file_name);
    let name = row.name.clone();
    let (bytes, total) = tokio::task::spawn_blocking(move || part(&path, offset, length))
        .await
        .map_err(|error| CommandError::internal(&error))?
        .map_err(|error| {
            CommandError::new(
                ErrorCode::DataDamaged,
                format!(
                    "The copy of `{name}` cannot be read ({error}). Its text and passages are safe; add the file again"
                ),
            )
        })?;
    Ok(DocumentFileView {
        base64: base64::engine::general_purpose::STANDARD.encode(bytes),
        offset_bytes: offset as f64,
        total_bytes: total as f64,
        media_type: media_type(row.format).to_owned(),
    })
}

fn part(path: &Path, offset: u64, length: u64) -> std::io::Result<(Vec<u8>, u64)> {
    let mut file = std::fs::File::open(path)?;
    let total = file.metadata()?.len();
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok((bytes, total))
}

pub(crate) async fn tag(studio: &Studio, params: DocumentTagParams) -> Result<DocumentView, CommandError> {
    let (_, store) = studio.brand(&params.brand).await?;
    let row = find(&store, &params.document).await?;
    let mut tags: Vec<String> = Vec::new();
    for tag in &params.tags {
        let tag = tag.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = tag.chars().count();
        if length == 0 || length > TAG_CHARACTERS || tag.chars().any(char::is_control) {
            return Err(CommandError::invalid_input(format!("A tag has 1 to {TAG_CHARACTERS} characters")));
        }
        if !tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase()) {
            tags.push(tag);
        }
    }
    if tags.len() > TAGS {
        return Err(CommandError::invalid_input(format!("A document has at most {TAGS} tags")));
    }
    let (id, now) = (row.id, studio.host().now());
    let row = store
        .write(move |brand| {
            brand.documents().set_tags(id, &tags, &now)?;
            brand.documents().get(id)
        })
        .await?;
    Ok(document_view(&row))
}

pub(crate) async fn status(studio: &Studio, params: BrandParams) -> Result<LibraryStatusView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let (rows, passages, in_use) = store
        .read(|brand| Ok((brand.documents().list()?, brand.passages().count()?, brand.embeddings().in_use()?)))
        .await?;
    let library = studio.library(&brand).await?;
    library.heal();
    let count = |wanted: fn(DocumentState) -> bool| rows.iter().filter(|row| wanted(row.state)).count() as u32;
    let (index, share) = match (library.index.broken_reason(), library.ingest.rebuild_progress()) {
        (_, Some(share)) => (IndexState::Rebuilding, share),
        (Some(_), None) => (IndexState::Off, 0.0),
        (None, None) => (IndexState::Ready, 1.0),
    };
    Ok(LibraryStatusView {
        documents: rows.len() as u32,
        passages,
        ready: count(|state| state == DocumentState::Ready),
        partial: count(|state| state == DocumentState::Partial),
        rejected: count(|state| state == DocumentState::Rejected),
        failed: count(|state| state == DocumentState::Failed),
        in_progress: count(|state| !state.is_final()),
        index,
        index_share: share,
        index_note: library.note().or_else(|| foreign_note(&rows)),
        embedder: in_use.unwrap_or_else(|| library.index.embedder().to_owned()),
        watched: watching::views(&store, &library).await?,
    })
}

/// The shipped embedder was trained on English; documents in other languages are found by their words first.
fn foreign_note(rows: &[DocumentRow]) -> Option<String> {
    let foreign = rows
        .iter()
        .filter(|row| row.state.is_searchable() && row.language.as_deref().is_some_and(|language| language != "en"))
        .count();
    (foreign > 0).then(|| {
        format!(
            "{foreign} {} not in English; the embedder was trained on English, so {} found by words rather than by meaning",
            if foreign == 1 { "document is" } else { "documents are" },
            if foreign == 1 { "it is" } else { "they are" }
        )
    })
}
