//! The command list: every command is declared once, with what it takes, gives and streams.
//!
//! Invariants
//! - The window, the command line and the development server know no other commands.
//! - The router and the TypeScript types come from the one list in [`with_commands`].
//! - A panic in a command ends that command with `internal`, never the application.

use std::sync::Arc;

use futures::FutureExt;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{CommandError, Studio};

/// Where a stream's events go; called from any thread.
pub type EventSink = Arc<dyn Fn(Value) + Send + Sync>;

/// A sink that takes only the events of its command.
pub struct Events<E> {
    sink: EventSink,
    event: std::marker::PhantomData<fn(E)>,
}

impl<E> Clone for Events<E> {
    fn clone(&self) -> Self {
        Self { sink: Arc::clone(&self.sink), event: std::marker::PhantomData }
    }
}

impl<E: Serialize> Events<E> {
    /// Wraps an untyped sink.
    pub const fn new(sink: EventSink) -> Self {
        Self { sink, event: std::marker::PhantomData }
    }

    /// Sends one event; a viewer that has gone away changes nothing.
    pub fn send(&self, event: &E) {
        if let Ok(value) = serde_json::to_value(event) {
            (self.sink)(value);
        }
    }
}

/// The list. `calls` answer once; `streams` send events before they answer; `watches` are streams that do nothing else and
/// end with their viewer.
macro_rules! with_commands {
    ($apply:ident) => {
        $apply! {
            calls {
                app_status(app::NoParams) -> app::AppStatusView = crate::application::status;
                app_doctor(app::NoParams) -> app::DoctorView = crate::doctor::examine;
                ledger_list(app::NoParams) -> app::LedgerListView = crate::application::ledger_list;
                setting_get(app::SettingGetParams) -> app::SettingView = crate::application::setting_get;
                setting_set(app::SettingSetParams) -> app::SettingView = crate::application::setting_set;
                brand_create(brand::BrandCreateParams) -> brand::BrandView = crate::brand::create;
                brand_list(app::NoParams) -> brand::BrandListView = crate::brand::list;
                brand_set(brand::BrandSetParams) -> brand::BrandView = crate::brand::set;
                brand_erase(brand::BrandParams) -> document::ErasureReceiptView = crate::brand::erase;
                data_erase(document::DataEraseParams) -> document::ErasureReceiptView = crate::brand::erase_everything;
                document_list(brand::BrandParams) -> document::DocumentListView = crate::library::list;
                document_show(document::DocumentParams) -> document::DocumentDetailView = crate::library::show;
                document_file(document::DocumentFileParams) -> document::DocumentFileView = crate::library::file;
                document_tag(document::DocumentTagParams) -> document::DocumentView = crate::library::tag;
                document_erase(document::DocumentParams) -> document::ErasureReceiptView = crate::library::erase;
                library_status(brand::BrandParams) -> document::LibraryStatusView = crate::library::status;
                library_stop(brand::BrandParams) -> app::DoneView = crate::library::stop;
                watched_folder_add(document::WatchedFolderAddParams) -> document::WatchedFolderView = crate::library::watching::add;
                watched_folder_list(brand::BrandParams) -> document::WatchedFolderListView = crate::library::watching::list;
                watched_folder_remove(document::WatchedFolderParams) -> app::DoneView = crate::library::watching::remove;
                library_search(document::LibrarySearchParams) -> document::LibrarySearchView = crate::library::search;
                kit_show(kit::KitShowParams) -> kit::BrandKitView = crate::kit::show;
                kit_history(kit::KitHistoryParams) -> kit::KitLogView = crate::kit::history;
                kit_entry_save(kit::KitEntrySaveParams) -> kit::KitEntrySavedView = crate::kit::entry_save;
                kit_entry_remove(kit::KitEntryParams) -> app::DoneView = crate::kit::entry_remove;
                kit_entry_history(kit::KitEntryParams) -> kit::KitHistoryView = crate::kit::entry_history;
                activity_estimate(run::ActivityParams) -> run::EstimateView = crate::activity::estimate;
                activity_start(run::ActivityParams) -> run::RunView = crate::activity::start;
                run_list(brand::BrandParams) -> run::RunListView = crate::run::list;
                run_show(run::RunParams) -> run::RunDetailView = crate::run::show;
                run_resume(run::RunParams) -> run::RunView = crate::run::resume;
                run_cancel(run::RunParams) -> run::RunView = crate::run::cancel;
                piece_list(piece::PieceListParams) -> piece::PieceListView = crate::piece::list;
                piece_show(piece::PieceParams) -> piece::PieceDetailView = crate::piece::show;
                piece_export(piece::PieceExportParams) -> piece::ExportView = crate::piece::export;
                model_list(app::NoParams) -> model::ModelListView = crate::model::list;
                model_probe(model::ModelParams) -> model::ModelProbeView = crate::model::probe;
                model_remove(model::ModelParams) -> app::DoneView = crate::model::bring::remove;
                provider_list(app::NoParams) -> provider::ProviderListView = crate::provider::list;
                provider_add(provider::ProviderAddParams) -> provider::ProviderListView = crate::provider::add;
                provider_set(provider::ProviderSetParams) -> provider::ProviderListView = crate::provider::set;
                provider_remove(provider::ProviderParams) -> app::DoneView = crate::provider::remove;
                account_set(provider::AccountSetParams) -> provider::ProviderListView = crate::provider::account_set;
                account_test(provider::AccountParams) -> provider::ProviderTestView = crate::provider::test;
                account_remove(provider::AccountParams) -> provider::ProviderListView = crate::provider::account_remove;
                keys_unlock(provider::KeysUnlockParams) -> provider::KeysView = crate::provider::unlock;
                usage_list(provider::UsageListParams) -> provider::UsageListView = crate::usage::list;
                embedder_list(app::NoParams) -> embedder::EmbedderListView = crate::embedder::list;
                embedder_use(embedder::EmbedderUseParams) -> embedder::EmbedderListView = crate::embedder::choose;
                embedder_import(embedder::EmbedderImportParams) -> embedder::EmbedderView = crate::embedder::import;
                embedder_remove(embedder::EmbedderParams) -> app::DoneView = crate::embedder::remove;
            }
            streams {
                document_add(document::DocumentAddParams) -> document::DocumentAddView, document::IngestEventView = crate::library::add;
                document_retry(document::DocumentRetryParams) -> document::DocumentView, document::IngestEventView = crate::library::retry;
                library_resume(brand::BrandParams) -> document::DocumentAddView, document::IngestEventView = crate::library::resume;
                model_fetch(model::ModelParams) -> model::ModelListView, model::ModelProgressView = crate::model::bring::fetch;
                model_import(model::ModelImportParams) -> model::ModelListView, model::ModelProgressView = crate::model::bring::import;
                kit_build(brand::BrandParams) -> kit::BrandKitView, kit::KitBuildEventView = crate::kit::build;
                kit_reword(kit::KitRewordParams) -> kit::BrandKitView, kit::KitBuildEventView = crate::kit::reword;
            }
            watches {
                library_watch(brand::BrandParams) -> app::DoneView, document::IngestEventView = crate::library::watching::watch;
                run_watch(run::RunParams) -> run::RunView, run::RunEventView = crate::run::watch;
            }
        }
    };
}

fn read<P: DeserializeOwned>(command: &str, payload: Value) -> Result<P, CommandError> {
    serde_json::from_value(payload)
        .map_err(|error| CommandError::invalid_input(format!("`{command}` was called with a wrong payload: {error}")))
}

fn written<V: Serialize>(view: V) -> Result<Value, CommandError> {
    serde_json::to_value(view).map_err(|error| CommandError::internal(&error))
}

async fn guarded<V>(
    command: &str,
    work: impl std::future::Future<Output = Result<V, CommandError>>,
) -> Result<V, CommandError> {
    let Ok(result) = std::panic::AssertUnwindSafe(work).catch_unwind().await else {
        tracing::error!(command, "command panicked");
        return Err(CommandError::panicked(command));
    };
    result.inspect_err(|error| {
        tracing::warn!(command, code = ?error.code, message = %error.message, "command failed");
    })
}

macro_rules! router {
    (
        calls { $($call:ident($call_params:ty) -> $call_view:ty = $call_path:path;)+ }
        streams { $($stream:ident($stream_params:ty) -> $stream_view:ty, $stream_event:ty = $stream_path:path;)+ }
        watches { $($watch:ident($watch_params:ty) -> $watch_view:ty, $watch_event:ty = $watch_path:path;)+ }
    ) => {
        impl Studio {
            /// Does a command that answers once.
            pub async fn call(&self, command: &str, payload: Value) -> Result<Value, CommandError> {
                use crate::views::{app, brand, document, embedder, kit, model, piece, provider, run};
                match command {
                    $(stringify!($call) => {
                        let params: $call_params = read(command, payload)?;
                        written(guarded(command, Box::pin($call_path(self, params))).await?)
                    })+
                    _ => Err(CommandError::invalid_input(format!("There is no command `{command}`"))),
                }
            }

            /// Does a command that sends events before it answers.
            pub async fn stream(&self, command: &str, payload: Value, sink: EventSink) -> Result<Value, CommandError> {
                use crate::views::{brand, document, kit, model, run};
                match command {
                    $(stringify!($stream) => {
                        let params: $stream_params = read(command, payload)?;
                        let events = Events::<$stream_event>::new(sink);
                        written(guarded(command, Box::pin($stream_path(self, params, events))).await?)
                    })+
                    $(stringify!($watch) => {
                        let params: $watch_params = read(command, payload)?;
                        let events = Events::<$watch_event>::new(sink);
                        written(guarded(command, Box::pin($watch_path(self, params, events))).await?)
                    })+
                    _ => Err(CommandError::invalid_input(format!("There is no streaming command `{command}`"))),
                }
            }

            /// Names of all commands, calls first.
            pub const COMMANDS: &'static [&'static str] =
                &[$(stringify!($call),)+ $(stringify!($stream),)+ $(stringify!($watch),)+];

            /// Names of the streams that only watch.
            pub const WATCHES: &'static [&'static str] = &[$(stringify!($watch),)+];
        }

        mod typescript {
            //! The list as TypeScript.

            use std::collections::BTreeMap;

            use ts_rs::{Config, TS, TypeVisitor};

            use crate::views::{app, brand, document, embedder, kit, model, piece, provider, run};

            struct Declarations<'a> {
                config: &'a Config,
                by_name: BTreeMap<String, String>,
            }

            impl TypeVisitor for Declarations<'_> {
                fn visit<T: TS + 'static + ?Sized>(&mut self) {
                    if T::output_path().is_none() || self.by_name.contains_key(&T::ident(self.config)) {
                        return;
                    }
                    self.by_name.insert(T::ident(self.config), T::decl(self.config));
                    T::visit_dependencies(self);
                }
            }

            /// The whole of `ui/src/generated/rpc.ts`.
            pub fn typescript() -> String {
                let config = Config::new();
                let mut declarations = Declarations { config: &config, by_name: BTreeMap::new() };
                $(declarations.visit::<$call_params>(); declarations.visit::<$call_view>();)+
                $(declarations.visit::<$stream_params>(); declarations.visit::<$stream_view>();
                  declarations.visit::<$stream_event>();)+
                $(declarations.visit::<$watch_params>(); declarations.visit::<$watch_view>();
                  declarations.visit::<$watch_event>();)+
                declarations.visit::<crate::CommandError>();
                let mut text = String::from("// Written by `cargo xtask gen` from crates/studio/src/rpc.rs. Do not edit.\n\n");
                for declaration in declarations.by_name.values() {
                    text.push_str("export ");
                    text.push_str(declaration);
                    text.push_str("\n\n");
                }
                text.push_str("export type RpcSchema = {\n");
                $(text.push_str(&format!("\t{}: [{}, {}];\n", stringify!($call),
                    <$call_params>::ident(&config), <$call_view>::ident(&config)));)+
                text.push_str("};\n\nexport type StreamSchema = {\n");
                $(text.push_str(&format!("\t{}: [{}, {}, {}];\n", stringify!($stream),
                    <$stream_params>::ident(&config), <$stream_view>::ident(&config), <$stream_event>::ident(&config)));)+
                $(text.push_str(&format!("\t{}: [{}, {}, {}];\n", stringify!($watch),
                    <$watch_params>::ident(&config), <$watch_view>::ident(&config), <$watch_event>::ident(&config)));)+
                text.push_str("};\n");
                text
            }
        }
        pub use typescript::typescript;
    };
}

with_commands!(router);
