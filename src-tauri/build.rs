//! Declares the shell's own commands, so that no window may call one that its capability does not grant.

use std::process::ExitCode;

#[expect(clippy::print_stderr, reason = "cargo shows what a build script says there when it fails")]
fn main() -> ExitCode {
    let commands = tauri_build::AppManifest::new().commands(&["rpc", "rpc_stream", "rpc_stop", "save_file"]);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands)) {
        eprintln!("the desktop shell's settings cannot be built: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
