//! The desktop program: a worker when it is started as one, else the window.
//!
//! Invariants
//! - Workers start before anything of the window is touched.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = quillhouse_studio::places::worker(std::env::args_os()) {
        return code;
    }
    #[cfg(target_os = "linux")]
    quillhouse_desktop::without_dmabuf();
    quillhouse_desktop::run()
}
