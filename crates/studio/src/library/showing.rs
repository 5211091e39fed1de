//! The library as it stands: its documents, one of them, its file, its tags, its index.

use std::{
    collections::BTreeMap,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use quillhouse_domain::{DocumentFormat, DocumentState, ErrorCode, MOST_TAGS, TAG_CHARACTERS, add_tag, tidy_tag};
use quillhouse_knowledge::embed::embedder_of_vectors;
use quillhouse_llm::catalogue::EmbedderLanguages;
use quillhouse_store::DocumentRow;

use super::{find, watching};
use crate::{
    CommandError, ErrorReason, Studio, embedder,
    views::{
        brand::BrandParams,
        document::{
            DocumentDetailView, DocumentFileParams, DocumentFileView, DocumentListView, DocumentParams,
            DocumentTagParams, DocumentView, IndexState, LanguageCountView, LanguageGapKind, LanguageGapView,
            LibraryStatusView, PassageView,
        },
    },
};

/// Most bytes of a file that are given at once.
const FILE_BYTES: u64 = 1 << 20;

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
            .because(ErrorReason::CopyUnreadable { name })
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
        let Some(tag) = tidy_tag(tag) else {
            return Err(CommandError::invalid_input(format!("A tag has 1 to {TAG_CHARACTERS} characters"))
                .because(ErrorReason::TagLength { limit: TAG_CHARACTERS as u32 }));
        };
        add_tag(&mut tags, tag);
    }
    if tags.len() > MOST_TAGS {
        return Err(CommandError::invalid_input(format!("A document has at most {MOST_TAGS} tags"))
            .because(ErrorReason::TooManyTags { limit: MOST_TAGS as u32 }));
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
    let used = library.ingest.index();
    let progress = library.ingest.rebuild_progress().or_else(|| library.change_share());
    let (index, share) = match (used.broken_reason(), progress) {
        (_, Some(share)) => (IndexState::Rebuilding, share),
        (Some(_), None) => (IndexState::Off, 0.0),
        (None, None) => (IndexState::Ready, 1.0),
    };
    let in_use = in_use.unwrap_or_else(|| used.embedder().to_owned());
    let (models, vectors) = (studio.options().models_folder.clone(), in_use.clone());
    let spec = tokio::task::spawn_blocking(move || embedder_of_vectors(&models, &vectors))
        .await
        .map_err(|error| CommandError::internal(&error))?;
    let note = library.note();
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
        index_note: note.as_ref().map(ToString::to_string),
        index_note_said: note,
        language_gap: spec.and_then(|spec| language_gap(&rows, spec.languages)),
        embedder: embedder::name_of(&in_use).to_owned(),
        changing_to: library.changing_to().map(|id| embedder::name_of(&id).to_owned()),
        change_problem: library.change_problem(),
        watched: watching::views(&store, &library).await?,
    })
}

/// The documents whose language the embedder does not know; they are found by their words only.
pub(crate) fn language_gap(rows: &[DocumentRow], languages: EmbedderLanguages) -> Option<LanguageGapView> {
    if languages != EmbedderLanguages::En {
        return None;
    }
    let (mut documents, mut counts) = (0, BTreeMap::<&str, u32>::new());
    for row in rows.iter().filter(|row| row.state.is_searchable()) {
        documents += 1;
        if let Some(language) = row.language.as_deref().filter(|language| *language != "en") {
            *counts.entry(language).or_default() += 1;
        }
    }
    let foreign: u32 = counts.values().sum();
    let mut languages: Vec<LanguageCountView> = counts
        .into_iter()
        .map(|(language, documents)| LanguageCountView { language: language.to_owned(), documents })
        .collect();
    languages.sort_by_key(|count| std::cmp::Reverse(count.documents));
    let kind = if foreign * 2 > documents { LanguageGapKind::Most } else { LanguageGapKind::Some };
    (foreign > 0).then_some(LanguageGapView { kind, documents, foreign, languages })
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::DocumentId;
    use uuid::Uuid;

    use super::*;

    fn row(number: u128, language: Option<&str>, state: DocumentState) -> DocumentRow {
        DocumentRow {
            id: DocumentId::from_uuid(Uuid::from_u128(number)),
            content_hash: String::new(),
            name: number.to_string(),
            source_path: None,
            file_name: String::new(),
            format: DocumentFormat::Text,
            byte_count: 1,
            state,
            title: None,
            language: language.map(str::to_owned),
            page_count: 1,
            passage_count: 1,
            character_count: 1,
            problems: Vec::new(),
            attempt: 1,
            added_at: String::new(),
            changed_at: String::new(),
            tags: Vec::new(),
            dated: None,
            source_url: None,
            source_modified_ns: None,
            source_missing: false,
        }
    }

    #[test]
    fn documents_in_languages_the_embedder_does_not_know_are_counted() {
        let ready = DocumentState::Ready;
        let of = |languages: &[Option<&str>]| -> Vec<DocumentRow> {
            languages.iter().enumerate().map(|(number, language)| row(number as u128, *language, ready)).collect()
        };
        let told = |rows: &[DocumentRow]| {
            language_gap(rows, EmbedderLanguages::En).map(|gap| {
                let languages: Vec<(String, u32)> =
                    gap.languages.into_iter().map(|count| (count.language, count.documents)).collect();
                (gap.kind, gap.foreign, gap.documents, languages)
            })
        };
        let (en, de, fr) = (Some("en"), Some("de"), Some("fr"));
        assert_eq!(told(&of(&[en, en, None])), None, "what is not known is not counted against it");
        let counts = |pairs: &[(&str, u32)]| pairs.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect();
        let mostly = of(&[en, de, fr, de, None]);
        assert_eq!(told(&mostly), Some((LanguageGapKind::Most, 3, 5, counts(&[("de", 2), ("fr", 1)]))));
        assert_eq!(told(&of(&[en, en, de, None])), Some((LanguageGapKind::Some, 1, 4, counts(&[("de", 1)]))));
        assert_eq!(told(&of(&[en, de])), Some((LanguageGapKind::Some, 1, 2, counts(&[("de", 1)]))), "half is not most");
        let unread = [row(1, de, DocumentState::Failed)];
        assert_eq!(told(&unread), None, "what cannot be found at all is another matter");
        assert!(language_gap(&mostly, EmbedderLanguages::Many).is_none(), "an embedder of many languages knows them");
        assert!(language_gap(&mostly, EmbedderLanguages::Unknown).is_none(), "nothing is claimed of an unknown one");
    }
}
