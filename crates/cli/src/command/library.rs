//! `quillhouse library …`.

use std::{io::BufRead as _, path::PathBuf, sync::Arc};

use quillhouse_studio::{
    CommandError, Studio,
    rpc::EventSink,
    views::{
        app::DoneView,
        brand::BrandParams,
        document::{
            DocumentAddParams, DocumentAddView, DocumentDetailView, DocumentListView, DocumentParams, DocumentSource,
            DocumentTagParams, DocumentView, ErasureReceiptView, IngestEventView, LibrarySearchView, LibraryStatusView,
            WatchedFolderAddParams, WatchedFolderParams, WatchedFolderView,
        },
    },
};
use serde_json::{Value, json};

use super::{call, done, stream};
use crate::{
    arguments::LibraryCommand,
    progress::Bar,
    show::{self, Unwatched},
};

pub(crate) async fn run(studio: &Studio, command: LibraryCommand, json: bool) -> Result<u8, CommandError> {
    match command {
        LibraryCommand::Add { brand, paths } => {
            let sources = paths.into_iter().map(source).collect();
            add(studio, "document_add", &brand.clone(), DocumentAddParams { brand, sources }, json).await
        }
        LibraryCommand::Resume { brand } => {
            add(studio, "library_resume", &brand.clone(), BrandParams { brand }, json).await
        }
        LibraryCommand::Retry { brand, document, password_stdin } => {
            let password = if password_stdin { Some(typed_line()?) } else { None };
            let bar = Bar::new();
            let params = json!({ "brand": brand, "document": document, "password": password });
            let view: Result<DocumentView, _> = stream(studio, "document_retry", params, bar.ingest()).await;
            bar.finish();
            let view = view?;
            let readable = view.state.is_searchable();
            show::print(&view, json);
            Ok(u8::from(!readable))
        }
        LibraryCommand::List { brand } => {
            let view: DocumentListView = call(studio, "document_list", BrandParams { brand }).await?;
            Ok(done(&view, json))
        }
        LibraryCommand::Show { brand, document } => {
            let view: DocumentDetailView = call(studio, "document_show", DocumentParams { brand, document }).await?;
            Ok(done(&view, json))
        }
        LibraryCommand::Tag { brand, document, tags } => {
            let view: DocumentView = call(studio, "document_tag", DocumentTagParams { brand, document, tags }).await?;
            Ok(done(&view, json))
        }
        LibraryCommand::Remove { brand, document } => {
            let view: ErasureReceiptView = call(studio, "document_erase", DocumentParams { brand, document }).await?;
            Ok(done(&view, json))
        }
        LibraryCommand::Search(search) => {
            let view: LibrarySearchView = call(studio, "library_search", search.params()).await?;
            Ok(done(&view, json))
        }
        LibraryCommand::Status { brand } => {
            let view: LibraryStatusView = call(studio, "library_status", BrandParams { brand }).await?;
            Ok(done(&view, json))
        }
        LibraryCommand::Watch { brand, path } => watch(studio, brand, path, json).await,
        LibraryCommand::Unwatch { brand, folder } => {
            let _: DoneView = call(studio, "watched_folder_remove", WatchedFolderParams { brand, id: folder }).await?;
            Ok(done(&Unwatched {}, json))
        }
    }
}

/// An address of a page, or a path.
fn source(given: PathBuf) -> DocumentSource {
    if let Some(url) = given.to_str().filter(|text| text.starts_with("https://") || text.starts_with("http://")) {
        return DocumentSource::Url { url: url.to_owned() };
    }
    let absolute = std::path::absolute(&given).unwrap_or(given);
    DocumentSource::Path { path: absolute.to_string_lossy().into_owned() }
}

/// Does a batch; Ctrl-C stops it after the step it is at, and what is finished stays.
async fn add(
    studio: &Studio,
    command: &str,
    brand: &str,
    params: impl serde::Serialize,
    json: bool,
) -> Result<u8, CommandError> {
    let bar = Bar::new();
    let mut batch = std::pin::pin!(stream::<DocumentAddView>(studio, command, params, bar.ingest()));
    let view = tokio::select! {
        view = &mut batch => view,
        Ok(()) = tokio::signal::ctrl_c() => {
            let _: DoneView = call(studio, "library_stop", BrandParams { brand: brand.to_owned() }).await?;
            batch.await
        }
    };
    bar.finish();
    let view = view?;
    show::print(&view, json);
    let nothing_worked = view.added == 0 && view.unchanged == 0 && (view.failed > 0 || !view.skipped.is_empty());
    Ok(u8::from(nothing_worked || view.cancelled))
}

async fn watch(studio: &Studio, brand: String, path: Option<PathBuf>, json: bool) -> Result<u8, CommandError> {
    if let Some(path) = path {
        let path = std::path::absolute(&path).unwrap_or(path).to_string_lossy().into_owned();
        let view: WatchedFolderView =
            call(studio, "watched_folder_add", WatchedFolderAddParams { brand: brand.clone(), path }).await?;
        eprintln!("Watching {}; Ctrl-C ends it", view.path);
    }
    let sink: EventSink = Arc::new(move |event: Value| {
        if json {
            println!("{event}");
        } else if let Ok(event) = serde_json::from_value::<IngestEventView>(event)
            && let Some(line) = show::event_line(&event)
        {
            println!("{line}");
        }
    });
    tokio::select! {
        ended = stream::<DoneView>(studio, "library_watch", BrandParams { brand }, sink) => ended.map(|_| 0),
        _ = tokio::signal::ctrl_c() => Ok(0),
    }
}

/// One line from standard input, without its end.
fn typed_line() -> Result<String, CommandError> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| CommandError::invalid_input(format!("No password could be read: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
