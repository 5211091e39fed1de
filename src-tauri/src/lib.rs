//! The desktop shell: one window over the command list.
//!
//! Invariants
//! - The only crate that knows Tauri. No rule, no SQL, no prompt: a command is handed to the studio as it came.
//! - The window shows nothing but the built UI; every other address and every new window is refused.
//! - The webview reads and writes no file: it gets paths from dialogs and drops, and texts leave by [`save_file`],
//!   which asks where to.

use std::{path::Path, process::ExitCode, sync::Arc};

use quillhouse_studio::{CommandError, Streams, Studio, places};
use serde_json::Value;
use tauri::{
    AppHandle, Manager, State, Url, WebviewWindow, WebviewWindowBuilder,
    ipc::Channel,
    webview::{NewWindowResponse, PageLoadEvent},
};
use tauri_plugin_dialog::DialogExt;
use tokio::sync::{OnceCell, oneshot};
use tracing_subscriber::EnvFilter;

/// The studio, opened by the first command that needs it. A data folder that cannot be opened is that command's
/// error, and the next command tries again.
#[derive(Default)]
struct Desk {
    studio: OnceCell<Studio>,
    streams: Streams,
}

impl Desk {
    async fn studio(&self) -> Result<&Studio, CommandError> {
        self.studio
            .get_or_try_init(|| async {
                let options = places::options(places::data_folder())
                    .map_err(|error| failed("Quillhouse cannot find its own program; install it again", &error))?;
                let studio = Studio::open(options).await?;
                studio.start_watching().await?;
                Ok(studio)
            })
            .await
    }
}

fn failed(message: impl Into<String>, error: &dyn std::error::Error) -> CommandError {
    let code = quillhouse_domain::ErrorCode::Internal;
    CommandError { detail: Some(error.to_string()), ..CommandError::new(code, message) }
}

/// Does a command that answers once.
#[tauri::command]
async fn rpc(desk: State<'_, Desk>, cmd: String, payload: Value) -> Result<Value, CommandError> {
    desk.studio().await?.call(&cmd, payload).await
}

/// Does a command that sends events before it answers. `stream` is the page's own name for it, used once.
#[tauri::command]
async fn rpc_stream(
    desk: State<'_, Desk>,
    stream: String,
    cmd: String,
    payload: Value,
    channel: Channel<Value>,
) -> Result<Value, CommandError> {
    let sink = Arc::new(move |event| {
        // A window that was closed does not stop the work.
        let _ = channel.send(event);
    });
    let studio = desk.studio().await?;
    desk.streams.run(studio, &stream, &cmd, payload, sink).await
}

/// Stops a stream: its viewer has left the screen, or somebody pressed stop.
#[tauri::command]
fn rpc_stop(desk: State<'_, Desk>, stream: String) {
    desk.streams.stop(&stream);
}

/// Asks where to save a text and writes it there; false when the user changed their mind.
#[tauri::command]
async fn save_file(window: WebviewWindow, file_name: String, content: String) -> Result<bool, CommandError> {
    let name = Path::new(&file_name).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (chosen, answer) = oneshot::channel();
    window.dialog().file().set_parent(&window).set_file_name(name).save_file(move |path| {
        let _ = chosen.send(path);
    });
    let Ok(Some(path)) = answer.await else { return Ok(false) };
    let path = path.into_path().map_err(|error| failed("This place cannot be written to; choose another", &error))?;
    tokio::fs::write(&path, content).await.map_err(|error| {
        failed(format!("`{}` was not written; the piece is safe, choose another place", path.display()), &error)
    })?;
    Ok(true)
}

fn is_own_page(url: &Url) -> bool {
    // Windows serves the same pages over HTTP on a host that never leaves the process.
    url.scheme() == "tauri" && url.host_str() == Some("localhost")
        || url.scheme() == "http" && url.host_str() == Some("tauri.localhost")
}

fn open_window(app: &AppHandle) -> tauri::Result<()> {
    let Some(config) = app.config().app.windows.first() else { return Ok(()) };
    WebviewWindowBuilder::from_config(app, config)?
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_page_load(|window, load| {
            // The page before this one cannot say that it left.
            if matches!(load.event(), PageLoadEvent::Started) {
                window.state::<Desk>().streams.viewer_left();
            }
        })
        .build()?;
    Ok(())
}

fn focus(app: &AppHandle) {
    for window in app.webview_windows().values() {
        // Each is a wish that the system may refuse.
        let _ = (window.unminimize(), window.show(), window.set_focus());
    }
}

/// Opens the window and works until it is closed.
pub fn run() -> ExitCode {
    let filter = EnvFilter::try_from_env("QUILLHOUSE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let ran = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _, _| focus(app)))
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .manage(Desk::default())
        .invoke_handler(tauri::generate_handler![rpc, rpc_stream, rpc_stop, save_file])
        .setup(|app| Ok(open_window(app.handle())?))
        .run(tauri::generate_context!());
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the window cannot be opened");
            ExitCode::FAILURE
        }
    }
}

/// Starts this program again with `WebKit`'s DMA-BUF renderer off, unless somebody decided about it: with it, windows
/// stay empty on many graphics drivers. Replacing the process is the way to set a variable before threads run.
#[cfg(target_os = "linux")]
pub fn without_dmabuf() {
    use std::{env, os::unix::process::CommandExt, process::Command};

    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if env::var_os(SWITCH).is_some() {
        return;
    }
    if let Ok(program) = env::current_exe() {
        // Only returns when it failed; the window may still work without.
        let _ = Command::new(program).args(env::args_os().skip(1)).env(SWITCH, "1").exec();
    }
}
