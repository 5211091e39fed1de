//! Documents come in: files, folders, bytes and pages are added, read again, stopped and resumed.

use std::path::PathBuf;

use quillhouse_domain::{DocumentId, Secret};
use quillhouse_knowledge::ingest::{IngestError, IngestEvent, IngestSource, IngestSummary};
use quillhouse_llm::CancelToken;
use quillhouse_store::{BrandStore, StoreError};
use tokio::sync::mpsc;

use super::{BrandLibrary, find, page, showing::document_view};
use crate::{
    CommandError, ErrorReason, Studio,
    rpc::Events,
    views::{
        app::DoneView,
        brand::BrandParams,
        document::{
            DocumentAddParams, DocumentAddView, DocumentRetryParams, DocumentSource, DocumentView, IngestEventView,
            SkippedFileView,
        },
    },
};

/// States a batch may be behind its viewer before reading waits for it.
const EVENTS_AHEAD: usize = 256;
/// Seconds after which the time that is left can be told from the pace.
const SECONDS_TO_TELL: f64 = 2.0;

async fn source(studio: &Studio, source: DocumentSource) -> Result<IngestSource, CommandError> {
    match source {
        DocumentSource::Path { path } if path.trim().is_empty() => {
            Err(CommandError::invalid_input("No file or folder was named").because(ErrorReason::NothingNamed))
        }
        DocumentSource::Path { path } => Ok(IngestSource::Path(PathBuf::from(path))),
        DocumentSource::Bytes { name, base64 } => {
            let bytes = decoded(&base64)
                .ok_or_else(|| CommandError::invalid_input(format!("The bytes of `{name}` are not base64")))?;
            Ok(IngestSource::Bytes { name, bytes })
        }
        DocumentSource::Url { url } => page::fetch(studio, &url).await,
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

fn event_view(event: &IngestEvent, seconds: f64) -> IngestEventView {
    let batch = event.batch;
    let per_second = |count: u32| if seconds > 0.0 { f64::from(count) / seconds } else { 0.0 };
    let seconds_left =
        (seconds > SECONDS_TO_TELL && batch.share > 0.0).then(|| seconds * (1.0 - batch.share) / batch.share);
    IngestEventView {
        document: event.document,
        name: event.name.clone(),
        state: event.state,
        pages: event.pages.max(event.pages_read),
        passages: event.passages,
        problem: event.problems.first().map(|problem| problem.message.clone()),
        done: batch.files_done,
        total: batch.files,
        pages_done: batch.pages_done,
        pages_total: batch.pages,
        files_per_minute: per_second(batch.files_done) * 60.0,
        passages_per_second: per_second(batch.passages_done),
        seconds_left,
    }
}

/// Runs a batch while its events go to its viewer and to everybody who watches the library; tells which documents it
/// touched.
pub(super) async fn told<T>(
    studio: &Studio,
    library: &BrandLibrary,
    events: Option<&Events<IngestEventView>>,
    work: impl AsyncFnOnce(mpsc::Sender<IngestEvent>) -> T,
) -> (T, Vec<DocumentId>) {
    let (sender, mut receiver) = mpsc::channel::<IngestEvent>(EVENTS_AHEAD);
    let started_ms = studio.host().elapsed_ms();
    let forward = async move {
        let mut touched = Vec::new();
        while let Some(event) = receiver.recv().await {
            if let Some(id) = event.document
                && !touched.contains(&id)
            {
                touched.push(id);
            }
            let seconds = studio.host().elapsed_ms().saturating_sub(started_ms) as f64 / 1_000.0;
            let view = event_view(&event, seconds);
            if let Some(events) = events {
                events.send(&view);
            }
            // Nobody watching is no reason to stop.
            let _ = library.events.send(view);
        }
        touched
    };
    tokio::join!(work(sender), forward)
}

/// What a batch came to. A document that gave its place to another one meanwhile is not listed.
async fn added(
    studio: &Studio,
    store: &BrandStore,
    summary: IngestSummary,
    touched: Vec<DocumentId>,
    started_ms: u64,
) -> Result<DocumentAddView, CommandError> {
    let documents = store
        .read(move |brand| {
            let mut rows = Vec::with_capacity(touched.len());
            for id in touched {
                match brand.documents().get(id) {
                    Ok(row) => rows.push(row),
                    Err(StoreError::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(rows)
        })
        .await?;
    Ok(DocumentAddView {
        added: summary.ready + summary.partial,
        unchanged: summary.unchanged,
        moved: summary.moved,
        replaced: summary.replaced,
        cancelled: summary.cancelled,
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
                kind: skipped.problem.kind,
                reason: skipped.problem.message.clone(),
            })
            .collect(),
    })
}

async fn add_all(
    library: &BrandLibrary,
    sources: Vec<IngestSource>,
    sender: mpsc::Sender<IngestEvent>,
    cancel: &CancelToken,
) -> Result<IngestSummary, IngestError> {
    // What a kill left unfinished comes first: it was promised before.
    if library.ingest.has_unfinished().await? {
        let resumed = library.ingest.resume(sender.clone(), cancel).await?;
        if resumed.cancelled {
            return Ok(resumed);
        }
    }
    library.ingest.add(sources, sender, cancel).await
}

pub(crate) async fn add(
    studio: &Studio,
    params: DocumentAddParams,
    events: Events<IngestEventView>,
) -> Result<DocumentAddView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    if params.sources.is_empty() {
        return Err(CommandError::invalid_input("No file or folder was named").because(ErrorReason::NothingNamed));
    }
    let started_ms = studio.host().elapsed_ms();
    let mut sources = Vec::with_capacity(params.sources.len());
    for given in params.sources {
        sources.push(source(studio, given).await?);
    }
    let library = studio.library(&brand).await?;
    let cancel = library.batch();
    let (outcome, touched) =
        told(studio, &library, Some(&events), async |sender| add_all(&library, sources, sender, &cancel).await).await;
    added(studio, &store, outcome?, touched, started_ms).await
}

pub(crate) async fn resume(
    studio: &Studio,
    params: BrandParams,
    events: Events<IngestEventView>,
) -> Result<DocumentAddView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let library = studio.library(&brand).await?;
    let started_ms = studio.host().elapsed_ms();
    let cancel = library.batch();
    let (outcome, touched) =
        told(studio, &library, Some(&events), async |sender| library.ingest.resume(sender, &cancel).await).await;
    added(studio, &store, outcome?, touched, started_ms).await
}

pub(crate) async fn stop(studio: &Studio, params: BrandParams) -> Result<DoneView, CommandError> {
    let (brand, _) = studio.brand(&params.brand).await?;
    if let Some(library) = studio.open_library(brand.id).await {
        library.stop_batches();
    }
    Ok(DoneView {})
}

pub(crate) async fn retry(
    studio: &Studio,
    params: DocumentRetryParams,
    events: Events<IngestEventView>,
) -> Result<DocumentView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let row = find(&store, &params.document).await?;
    let library = studio.library(&brand).await?;
    let cancel = library.batch();
    let password: Option<Secret<String>> = params.password.map(|password| password.0);
    let (outcome, _) = told(studio, &library, Some(&events), async |sender| {
        library.ingest.read_again(row.id, password, sender, &cancel).await
    })
    .await;
    outcome?;
    Ok(document_view(&store.read(move |brand| brand.documents().get(row.id)).await?))
}
