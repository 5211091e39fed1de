//! Does what was typed, through the command list.

mod library;
mod models;
mod providers;
mod write;

pub(crate) use write::Written;

use quillhouse_studio::{
    CommandError, Studio,
    views::{
        app::{NoParams, Verdict},
        brand::{BrandCreateParams, BrandParams, BrandSetParams},
        document::{DataEraseParams, ErasureReceiptView},
        kit::{BrandKitView, KitHistoryParams, KitLogView, KitRewordParams, KitShowParams},
        piece::{ExportFormat, ExportView, PieceExportParams, PieceListParams, PieceParams},
        run::{RunParams, RunView},
    },
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    arguments::{
        Arguments, BrandCommand, Command, DataCommand, ExportArguments, ExportTo, KitCommand, PieceCommand, RunCommand,
    },
    progress::Bar,
    show::{self, Show},
};

/// Calls a command and reads its view.
pub(crate) async fn call<V: DeserializeOwned>(
    studio: &Studio,
    command: &str,
    params: impl Serialize,
) -> Result<V, CommandError> {
    let payload = serde_json::to_value(params).map_err(|error| CommandError::invalid_input(error.to_string()))?;
    read(studio.call(command, payload).await?)
}

/// As [`call`], for a command that streams.
pub(crate) async fn stream<V: DeserializeOwned>(
    studio: &Studio,
    command: &str,
    params: impl Serialize,
    sink: quillhouse_studio::rpc::EventSink,
) -> Result<V, CommandError> {
    let payload = serde_json::to_value(params).map_err(|error| CommandError::invalid_input(error.to_string()))?;
    read(studio.stream(command, payload, sink).await?)
}

fn read<V: DeserializeOwned>(value: serde_json::Value) -> Result<V, CommandError> {
    serde_json::from_value(value).map_err(|error| {
        CommandError::new(quillhouse_domain::ErrorCode::Internal, format!("The answer is not understood: {error}"))
    })
}

/// Prints a view and says that all went well.
fn done<V: Serialize + Show>(view: &V, json: bool) -> u8 {
    show::print(view, json);
    0
}

/// Does the command; the number is the exit code of a command that worked.
pub(crate) async fn run(studio: &Studio, arguments: Arguments) -> Result<u8, CommandError> {
    let json = arguments.json;
    match arguments.command {
        Command::Doctor => {
            let view: quillhouse_studio::views::app::DoctorView = call(studio, "app_doctor", NoParams {}).await?;
            show::print(&view, json);
            Ok(u8::from(view.verdict == Verdict::Wrong))
        }
        Command::Brand(command) => brand(studio, command, json).await,
        Command::Library(command) => library::run(studio, command, json).await,
        Command::Data(DataCommand::Erase { confirm }) => {
            let view: ErasureReceiptView = call(studio, "data_erase", DataEraseParams { confirm }).await?;
            Ok(done(&view, json))
        }
        Command::Kit(command) => kit(studio, command, json).await,
        Command::Write(arguments) => write::run(studio, &arguments, json).await,
        Command::Run(command) => run_command(studio, command, json).await,
        Command::Piece(command) => piece(studio, command, json).await,
        Command::Export(arguments) => export(studio, &arguments, json).await,
        Command::Models(command) => models::run(studio, command, json).await,
        Command::Providers(command) => providers::run(studio, command, json).await,
        Command::Ledger(command) => providers::ledger(studio, command, json).await,
        Command::Usage(arguments) => providers::usage(studio, arguments, json).await,
    }
}

async fn brand(studio: &Studio, command: BrandCommand, json: bool) -> Result<u8, CommandError> {
    match command {
        BrandCommand::Create { name } => {
            let view: quillhouse_studio::views::brand::BrandView =
                call(studio, "brand_create", BrandCreateParams { name }).await?;
            Ok(done(&view, json))
        }
        BrandCommand::List => {
            let view: quillhouse_studio::views::brand::BrandListView = call(studio, "brand_list", NoParams {}).await?;
            Ok(done(&view, json))
        }
        BrandCommand::LocalOnly { brand, state } => {
            let params = BrandSetParams { brand, local_only: Some(state == "on") };
            let view: quillhouse_studio::views::brand::BrandView = call(studio, "brand_set", params).await?;
            Ok(done(&view, json))
        }
        BrandCommand::Erase { brand, yes } => {
            if !yes {
                return Err(CommandError::invalid_input(format!(
                    "This erases `{brand}` with its documents, runs and pieces, and cannot be undone. Nothing was erased; say `--yes` to do it"
                )));
            }
            let view: ErasureReceiptView = call(studio, "brand_erase", BrandParams { brand }).await?;
            Ok(done(&view, json))
        }
    }
}

async fn kit(studio: &Studio, command: KitCommand, json: bool) -> Result<u8, CommandError> {
    match command {
        KitCommand::Build { brand, with_model, model } => {
            let bar = Bar::new();
            let params = BrandParams { brand: brand.clone() };
            let mut view: Result<BrandKitView, _> = stream(studio, "kit_build", params, bar.kit()).await;
            if with_model && view.is_ok() {
                view = stream(studio, "kit_reword", KitRewordParams { brand, model }, bar.kit()).await;
            }
            bar.finish();
            Ok(done(&view?, json))
        }
        KitCommand::Show { brand, version } => {
            let view: BrandKitView = call(studio, "kit_show", KitShowParams { brand, version }).await?;
            Ok(done(&view, json))
        }
        KitCommand::History { brand, limit } => {
            let view: KitLogView = call(studio, "kit_history", KitHistoryParams { brand, limit }).await?;
            Ok(done(&view, json))
        }
    }
}

async fn run_command(studio: &Studio, command: RunCommand, json: bool) -> Result<u8, CommandError> {
    let params = |run: String| RunParams { brand: String::new(), run };
    match command {
        RunCommand::List { brand } => {
            let view: quillhouse_studio::views::run::RunListView =
                call(studio, "run_list", BrandParams { brand }).await?;
            Ok(done(&view, json))
        }
        RunCommand::Show { run } => {
            let view: quillhouse_studio::views::run::RunDetailView = call(studio, "run_show", params(run)).await?;
            Ok(done(&view, json))
        }
        RunCommand::Watch { run } => {
            let bar = Bar::new();
            let view: Result<RunView, _> = stream(studio, "run_watch", params(run), bar.run()).await;
            bar.finish();
            Ok(done(&view?, json))
        }
        RunCommand::Resume { run } => {
            let started = std::time::Instant::now();
            let view: RunView = call(studio, "run_resume", params(run)).await?;
            write::follow(studio, view, started, json).await
        }
        RunCommand::Cancel { run } => {
            let view: RunView = call(studio, "run_cancel", params(run)).await?;
            Ok(done(&view, json))
        }
    }
}

async fn piece(studio: &Studio, command: PieceCommand, json: bool) -> Result<u8, CommandError> {
    match command {
        PieceCommand::List { brand } => {
            let view: quillhouse_studio::views::piece::PieceListView =
                call(studio, "piece_list", PieceListParams { brand, activity: None }).await?;
            Ok(done(&view, json))
        }
        PieceCommand::Show { piece } => {
            let view: quillhouse_studio::views::piece::PieceDetailView =
                call(studio, "piece_show", PieceParams { brand: String::new(), piece }).await?;
            Ok(done(&view, json))
        }
    }
}

async fn export(studio: &Studio, arguments: &ExportArguments, json: bool) -> Result<u8, CommandError> {
    let format = match arguments.to {
        ExportTo::Md => ExportFormat::Md,
        ExportTo::Html => ExportFormat::Html,
    };
    let params = PieceExportParams {
        brand: String::new(),
        piece: arguments.piece.clone(),
        format,
        sources: !arguments.no_sources,
    };
    let view: ExportView = call(studio, "piece_export", params).await?;
    let output = arguments.output.display().to_string();
    write_file(&arguments.output, &view.content).map_err(|error| {
        CommandError::new(
            write_code(&error),
            format!("`{output}` cannot be written: {error}. The piece itself is safe"),
        )
    })?;
    Ok(done(&show::Exported { output, byte_count: view.content.len() as u64 }, json))
}

/// Writes beside the file first, so that an older export is replaced whole or not at all.
fn write_file(path: &std::path::Path, content: &str) -> std::io::Result<()> {
    let beside = path.with_added_extension("part");
    let written = std::fs::write(&beside, content).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

fn write_code(error: &std::io::Error) -> quillhouse_domain::ErrorCode {
    match error.kind() {
        std::io::ErrorKind::StorageFull => quillhouse_domain::ErrorCode::DiskFull,
        std::io::ErrorKind::PermissionDenied => quillhouse_domain::ErrorCode::PermissionDenied,
        _ => quillhouse_domain::ErrorCode::InvalidInput,
    }
}
