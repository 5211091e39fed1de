//! The library: add, list, show, remove; `search` finds in it.

mod search;

use std::{path::PathBuf, sync::Arc};

use quillhouse_domain::{DocumentId, DocumentState};
use quillhouse_knowledge::{
    embed::{MINILM_DIMENSIONS, MINILM_ID},
    index::Index,
    ingest::{Ingest, IngestEvent, IngestParts, IngestSource},
    parse::{ParseLimits, ParseWorker},
    retrieve::{DocumentFilter, Retriever, SearchOptions},
};
use quillhouse_llm::{CancelToken, Embedder};
use quillhouse_store::{BrandRow, BrandStore, DocumentRow, StoreError};
use quillhouse_workflow::RetrievedPassage;
use tokio::sync::mpsc;

pub(crate) use self::search::search;
use crate::{
    CommandError, Studio,
    rpc::Events,
    views::{
        app::DoneView,
        brand::BrandParams,
        document::{
            DocumentAddParams, DocumentAddView, DocumentDetailView, DocumentListView, DocumentParams, DocumentSource,
            DocumentView, IngestEventView, PassageView, SkippedFileView,
        },
    },
};

/// Passages of one document in the evidence of a run: enough to carry a section, too few to carry the article.
const PER_DOCUMENT_PASSAGES: usize = 6;

/// States a batch may be behind its viewer before reading waits for it.
const EVENTS_AHEAD: usize = 256;

/// A brand's library with its index.
pub(crate) struct BrandLibrary {
    ingest: Ingest,
    retriever: Retriever,
    note: Option<String>,
}

impl BrandLibrary {
    pub(crate) async fn open(studio: &Studio, row: &BrandRow) -> Result<Self, CommandError> {
        let store = studio.data().open_brand(row.id)?;
        let index_folder = studio.data().index_folder(row.id);
        // Both take a while and neither needs the other.
        let (embedder, index) =
            tokio::join!(studio.embedder(), Index::open_or_create(&index_folder, MINILM_ID, MINILM_DIMENSIONS));
        let (embedder, index) = (embedder?, Arc::new(index?));
        let tokenizer = Arc::clone(embedder.tokenizer());
        let embedder = embedder as Arc<dyn Embedder>;
        let (clock, ids) = (Arc::clone(studio.host()), Arc::clone(studio.host()));
        let ingest = Ingest::new(IngestParts {
            store: Arc::clone(&store),
            files_folder: studio.data().files_folder(row.id),
            worker: ParseWorker {
                program: studio.options().worker_program.clone(),
                arguments: vec!["worker".into(), "parse".into()],
                limits: ParseLimits::default(),
            },
            embedder: Some(Arc::clone(&embedder)),
            index: Arc::clone(&index),
            tokenizer,
            clock: Arc::new(move || clock.now()),
            ids: Arc::new(move || ids.new_id()),
        })
        .measured_by(Arc::clone(studio.busy()));
        let note = match ingest.reconcile_index().await {
            Ok(_) => None,
            Err(error) => Some(format!("The vector index is not in use ({error}); the library itself is searched")),
        };
        let retriever = Retriever::new(Arc::clone(&store), Some(index), Some(embedder));
        Ok(Self { ingest, retriever, note })
    }

    /// The way passages are found.
    pub(crate) const fn retriever(&self) -> &Retriever {
        &self.retriever
    }

    /// Passages for a run's queries.
    pub(crate) async fn retrieve(
        &self,
        queries: Vec<String>,
        include: Vec<DocumentId>,
        exclude: Vec<DocumentId>,
        limit: u32,
    ) -> Result<Vec<RetrievedPassage>, CommandError> {
        let filter = DocumentFilter { include, exclude };
        let options = SearchOptions { limit: limit as usize, per_document_cap: PER_DOCUMENT_PASSAGES };
        let hits = self.retriever.search(&queries, &filter, options).await?;
        Ok(hits
            .into_iter()
            .map(|hit| RetrievedPassage {
                document: hit.document,
                document_name: hit.document_name,
                heading_path: hit.heading_path,
                start: hit.start,
                end: hit.end,
                text: hit.text,
                blocks: hit.blocks,
                relevance: hit.relevance,
            })
            .collect())
    }
}

fn document_view(row: &DocumentRow) -> DocumentView {
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
    }
}

/// A document by id or name.
async fn find(store: &BrandStore, name: &str) -> Result<DocumentRow, CommandError> {
    let wanted = name.trim().to_owned();
    let id = wanted.parse::<DocumentId>().ok();
    store
        .read(move |brand| match id {
            Some(id) => brand.documents().get(id).map(Some),
            None => brand.documents().get_by_name(&wanted),
        })
        .await?
        .ok_or_else(|| CommandError::not_found("document", name))
}

fn source(source: DocumentSource) -> Result<IngestSource, CommandError> {
    match source {
        DocumentSource::Path { path } if path.trim().is_empty() => {
            Err(CommandError::invalid_input("No file or folder was named"))
        }
        DocumentSource::Path { path } => Ok(IngestSource::Path(PathBuf::from(path))),
        DocumentSource::Bytes { name, base64 } => {
            let bytes = decoded(&base64)
                .ok_or_else(|| CommandError::invalid_input(format!("The bytes of `{name}` are not base64")))?;
            Ok(IngestSource::Bytes { name, bytes })
        }
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

fn event_view(event: &IngestEvent, done: u32, total: u32) -> IngestEventView {
    IngestEventView {
        document: event.document,
        name: event.name.clone(),
        state: event.state,
        pages: event.pages.max(event.pages_read),
        passages: event.passages,
        problem: event.problems.first().map(|problem| problem.message.clone()),
        done,
        total,
    }
}

/// Runs a batch while its events go to the viewer, and tells which documents it touched.
async fn watched<T>(
    events: &Events<IngestEventView>,
    work: impl AsyncFnOnce(mpsc::Sender<IngestEvent>) -> T,
) -> (T, Vec<DocumentId>) {
    let (sender, mut receiver) = mpsc::channel::<IngestEvent>(EVENTS_AHEAD);
    let viewer = events.clone();
    let forward = async move {
        let (mut touched, mut seen, mut done) = (Vec::new(), 0_u32, 0_u32);
        while let Some(event) = receiver.recv().await {
            if let Some(id) = event.document
                && !touched.contains(&id)
            {
                touched.push(id);
            }
            if event.state == DocumentState::Queued || event.unchanged || event.document.is_none() {
                seen += 1;
            }
            if event.state.is_final() {
                done += 1;
            }
            viewer.send(&event_view(&event, done, seen.max(done)));
        }
        touched
    };
    tokio::join!(work(sender), forward)
}

pub(crate) async fn add(
    studio: &Studio,
    params: DocumentAddParams,
    events: Events<IngestEventView>,
) -> Result<DocumentAddView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    if params.sources.is_empty() {
        return Err(CommandError::invalid_input("No file or folder was named"));
    }
    let sources = params.sources.into_iter().map(source).collect::<Result<Vec<_>, _>>()?;
    let library = studio.library(&brand).await?;
    let started_ms = studio.host().elapsed_ms();
    let cancel = CancelToken::new();
    let (outcome, touched) = watched(&events, async |sender| {
        // What a kill left unfinished comes first: it was promised before.
        library.ingest.resume(sender.clone(), &cancel).await?;
        library.ingest.add(sources, sender, &cancel).await
    })
    .await;
    let summary = outcome?;
    let documents = store
        .read(move |brand| {
            touched.into_iter().map(|id| brand.documents().get(id)).collect::<Result<Vec<_>, StoreError>>()
        })
        .await?;
    Ok(DocumentAddView {
        added: summary.ready + summary.partial,
        unchanged: summary.unchanged,
        partial: summary.partial,
        failed: summary.rejected + summary.failed,
        passages: summary.passages,
        seconds: studio.host().elapsed_ms().saturating_sub(started_ms) as f64 / 1_000.0,
        documents: documents.iter().map(document_view).collect(),
        skipped: summary
            .skipped
            .iter()
            .map(|skipped| SkippedFileView {
                name: skipped.path.display().to_string(),
                reason: skipped.problem.message.clone(),
            })
            .collect(),
    })
}

pub(crate) async fn retry(
    studio: &Studio,
    params: DocumentParams,
    events: Events<IngestEventView>,
) -> Result<DocumentView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let row = find(&store, &params.document).await?;
    let library = studio.library(&brand).await?;
    let cancel = CancelToken::new();
    let (outcome, _) = watched(&events, async |sender| library.ingest.read_again(row.id, sender, &cancel).await).await;
    outcome?;
    Ok(document_view(&store.read(move |brand| brand.documents().get(row.id)).await?))
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

pub(crate) async fn remove(studio: &Studio, params: DocumentParams) -> Result<DoneView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let row = find(&store, &params.document).await?;
    studio.library(&brand).await?.ingest.remove(row.id).await?;
    Ok(DoneView {})
}
