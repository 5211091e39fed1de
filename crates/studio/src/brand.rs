//! Brands: made, listed, erased.

use std::path::{Path, PathBuf};

use quillhouse_domain::{BrandId, DocumentState};
use quillhouse_knowledge::ingest::find_traces;
use quillhouse_store::{BrandRow, BrandStore};

use crate::{
    CommandError, ErrorReason, Studio,
    library::{item, sentences},
    provider,
    secrets::Secrets,
    views::{
        app::NoParams,
        brand::{BrandCreateParams, BrandListView, BrandParams, BrandSetParams, BrandView},
        document::{DataEraseParams, ErasedItemView, ErasureNoteView, ErasureReceiptView, ErasureScope},
        run::RunParams,
    },
};

/// Brand colours there are.
const COLORS: u32 = 12;

async fn view(row: &BrandRow, store: &BrandStore) -> Result<BrandView, CommandError> {
    let (documents, passages, attention) = store
        .read(|brand| {
            let rows = brand.documents().list()?;
            let attention = rows
                .iter()
                .filter(|row| {
                    matches!(row.state, DocumentState::Partial | DocumentState::Rejected | DocumentState::Failed)
                })
                .count();
            Ok((rows.len() as u32, brand.passages().count()?, attention as u32))
        })
        .await?;
    Ok(BrandView {
        id: row.id,
        name: row.name.clone(),
        color: row.color,
        documents,
        passages,
        attention,
        created_at: row.created_at.clone(),
        local_only: row.local_only,
    })
}

pub(crate) async fn create(studio: &Studio, params: BrandCreateParams) -> Result<BrandView, CommandError> {
    let name = params.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > 120 {
        return Err(CommandError::invalid_input("A brand's name has 1 to 120 characters")
            .because(ErrorReason::BrandNameLength { limit: 120 }));
    }
    if name.parse::<BrandId>().is_ok() {
        return Err(
            CommandError::invalid_input("A brand's name may not look like an id").because(ErrorReason::BrandNameIsId)
        );
    }
    let color = studio.brands().await?.len() as u32 % COLORS;
    let row = BrandRow {
        id: BrandId::from_uuid(studio.host().new_id()),
        name,
        color,
        created_at: studio.host().now(),
        local_only: false,
    };
    let store = studio.data().create_brand(row.clone()).await?;
    view(&row, &store).await
}

pub(crate) async fn list(studio: &Studio, _: NoParams) -> Result<BrandListView, CommandError> {
    let mut brands = Vec::new();
    for row in studio.brands().await? {
        let store = studio.data().open_brand(row.id)?;
        brands.push(view(&row, &store).await?);
    }
    Ok(BrandListView { brands })
}

pub(crate) async fn set(studio: &Studio, params: BrandSetParams) -> Result<BrandView, CommandError> {
    let (mut row, store) = studio.brand(&params.brand).await?;
    if let Some(local_only) = params.local_only {
        let id = row.id;
        studio.data().app().write(move |app| app.brands().set_local_only(id, local_only)).await?;
        row.local_only = local_only;
    }
    view(&row, &store).await
}

/// What erasing everything has to be confirmed with.
const CONFIRMATION: &str = "erase everything";

/// What a brand held.
#[derive(Default)]
struct Held {
    documents: u32,
    file_bytes: u64,
    passages: u32,
    vectors: u32,
    pieces: u32,
    runs: u32,
    folder_bytes: u64,
    /// Names of its documents that no other brand has, and its own.
    names: Vec<String>,
}

impl Held {
    fn add(&mut self, other: Self) {
        self.documents += other.documents;
        self.file_bytes += other.file_bytes;
        self.passages += other.passages;
        self.vectors += other.vectors;
        self.pieces += other.pieces;
        self.runs += other.runs;
        self.folder_bytes += other.folder_bytes;
        self.names.extend(other.names);
    }

    fn items(&self) -> Vec<ErasedItemView> {
        [
            item("files", self.documents, self.file_bytes),
            item("passages", self.passages, 0),
            item("vectors", self.vectors, 0),
            item("runs", self.runs, 0),
            item("pieces", self.pieces, 0),
            item("database", 1, self.folder_bytes.saturating_sub(self.file_bytes)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn folder_bytes(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => folder_bytes(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

/// Shortest name that is searched for; a shorter one stands in files by chance.
const SEARCHED_CHARACTERS: usize = 8;

async fn held(studio: &Studio, row: &BrandRow, store: &BrandStore) -> Result<Held, CommandError> {
    let (documents, mut held) = store
        .read(|brand| {
            let documents = brand.documents().list()?;
            let held = Held {
                documents: documents.len() as u32,
                file_bytes: documents.iter().map(|document| document.byte_count).sum(),
                passages: brand.passages().count()?,
                vectors: brand.embeddings().count()?,
                pieces: brand.pieces().list()?.len() as u32,
                runs: brand.runs().list()?.len() as u32,
                ..Held::default()
            };
            Ok((documents, held))
        })
        .await?;
    held.names = documents.into_iter().map(|document| document.name).chain([row.name.clone()]).collect();
    held.names.retain(|name| name.chars().count() >= SEARCHED_CHARACTERS);
    let folder = studio.data().brand_folder(row.id);
    held.folder_bytes = tokio::task::spawn_blocking(move || folder_bytes(&folder)).await.unwrap_or_default();
    Ok(held)
}

/// Stops what goes on in the brand and deletes its folder and row.
async fn take_away(studio: &Studio, row: &BrandRow, store: &BrandStore) -> Result<Held, CommandError> {
    let held = held(studio, row, store).await?;
    let runs = store.read(|brand| brand.runs().unfinished()).await?;
    for run in runs {
        let is_active = studio.active_runs().contains_key(&run.id);
        if is_active {
            let params = RunParams { brand: row.id.to_string(), run: run.id.to_string() };
            crate::run::cancel(studio, params).await?;
        }
    }
    studio.forget_library(row.id).await;
    studio.data().erase_brand(row.id).await?;
    crate::embedder::forget_choice(studio, row.id).await?;
    Ok(held)
}

/// Looks for what is left in the application's own files, and in the brand's folder, which should be gone.
async fn traces(studio: &Studio, folders: Vec<PathBuf>, names: Vec<String>) -> usize {
    let root = studio.data().path().to_path_buf();
    let mut places = folders;
    places.extend(["app.db", "app.db-wal", "app.db-shm", "logs"].map(|name| root.join(name)));
    tokio::task::spawn_blocking(move || find_traces(&places, &names)).await.map_or(1, |found| found.len())
}

pub(crate) async fn erase(studio: &Studio, params: BrandParams) -> Result<ErasureReceiptView, CommandError> {
    let (row, store) = studio.brand(&params.brand).await?;
    let folder = studio.data().brand_folder(row.id);
    let held = take_away(studio, &row, &store).await?;
    let purged = studio.data().app().purge().await?;
    let is_gone = !folder.exists();
    let found = traces(studio, vec![folder], held.names.clone()).await;
    let notes = match (purged.log_is_empty, found) {
        (false, _) => vec![ErasureNoteView::LogNotEmpty],
        (true, 0) => Vec::new(),
        (true, _) => vec![ErasureNoteView::NameInSettings],
    };
    Ok(ErasureReceiptView {
        scope: ErasureScope::Brand,
        name: row.name,
        erased_at: studio.host().now(),
        items: held.items(),
        verified: is_gone && purged.log_is_empty && found == 0,
        note: sentences(&notes),
        notes,
    })
}

pub(crate) async fn erase_everything(
    studio: &Studio,
    params: DataEraseParams,
) -> Result<ErasureReceiptView, CommandError> {
    if params.confirm.trim() != CONFIRMATION {
        return Err(CommandError::invalid_input(format!(
            "This erases every brand with all it has, the ledger and the settings, and cannot be undone. Nothing was erased; \
             confirm it with the words `{CONFIRMATION}`"
        ))
        .because(ErrorReason::NotConfirmed));
    }
    let (mut held, mut folders, mut brands) = (Held::default(), Vec::new(), 0_u32);
    for row in studio.brands().await? {
        let store = studio.data().open_brand(row.id)?;
        folders.push(studio.data().brand_folder(row.id));
        held.add(take_away(studio, &row, &store).await?);
        brands += 1;
    }
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the path is not general enough over lifetimes")]
    let records = studio.data().app().write(|app| app.erase_all()).await?;
    provider::with_secrets(studio, Secrets::erase).await?;
    provider::allow_hosts(studio).await?;
    let logs = studio.data().path().join("logs");
    // A log that cannot be deleted is found by the search below.
    let _ = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(logs)).await;
    let purged = studio.data().app().purge().await?;
    let found = traces(studio, folders, held.names.clone()).await;
    let mut items: Vec<ErasedItemView> = item("brands", brands, 0).into_iter().collect();
    items.extend(held.items());
    items.extend(item("application_records", records, 0));
    let notes = vec![ErasureNoteView::ModelsStay];
    Ok(ErasureReceiptView {
        scope: ErasureScope::Everything,
        name: studio.data().path().display().to_string(),
        erased_at: studio.host().now(),
        items,
        verified: purged.log_is_empty && found == 0,
        note: sentences(&notes),
        notes,
    })
}
