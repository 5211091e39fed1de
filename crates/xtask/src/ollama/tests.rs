//! The building of the server with a Go that is a script.
#![expect(clippy::unwrap_used, reason = "helpers of tests are not known to be tests")]

use std::{
    os::unix::fs::PermissionsExt as _,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::*;

#[test]
fn versions_of_go_are_compared_as_numbers() {
    for (version, is_enough) in [
        ("go1.24.1", true),
        ("go1.26.8", true),
        ("go1.100", true),
        ("go2.0", true),
        ("go1.27rc1", true),
        ("go1.24", false),
        ("go1.9.7", false),
        ("go1.19.8", false),
        ("devel", false),
        ("", false),
    ] {
        assert_eq!(numbers(version) >= OLDEST_GO, is_enough, "`{version}`");
    }
}

#[test]
fn only_a_processor_with_all_the_instructions_gets_them() {
    assert_eq!(compiler_flags("flags\t\t: fpu avx avx2 fma f16c\n"), "-O2 -mavx2 -mfma -mf16c");
    assert_eq!(compiler_flags("flags\t\t: fpu avx avx2 fma\n"), "-O2", "one is missing");
    assert_eq!(compiler_flags("flags\t\t: fpu avx2_not fma f16c\n"), "-O2", "names are whole words");
    assert_eq!(compiler_flags(""), "-O2", "nothing is known of the processor");
}

/// One test at a time writes and starts programs: a program that another test's child has open for a moment cannot be run.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A folder whose headers are there, and a Go that does this when it is asked to install.
fn workshop(sum: &str, install: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("headers")).unwrap();
    let go = folder.path().join("go");
    let script = format!(
        "#!/bin/sh\necho \"$1\" >> \"{}\"\ncase \"$1\" in\nenv) echo go1.26.8;;\n\
         mod) echo 'go: downloading' >&2; echo '{{\"Sum\": \"{sum}\"}}';;\ninstall) {install};;\nesac\n",
        folder.path().join("asked").display()
    );
    fs::write(&go, script).unwrap();
    fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).unwrap();
    (folder, go)
}

fn asked(folder: &tempfile::TempDir) -> Vec<String> {
    fs::read_to_string(folder.path().join("asked")).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[test]
fn a_program_is_built_once() {
    let _turn = turn();
    let (folder, go) = workshop(MODULE_SUM, "echo \"$CGO_CFLAGS\" > \"$GOBIN/ollama\"");
    let program = built(folder.path(), go.as_os_str(), "-O2 -mavx2").unwrap();
    assert_eq!(fs::read_to_string(&program).unwrap(), "-O2 -mavx2\n", "it is built for this processor");
    assert_eq!(asked(&folder), ["env", "mod", "install"]);
    assert_eq!(built(folder.path(), go.as_os_str(), "-O2 -mavx2").unwrap(), program);
    assert_eq!(asked(&folder).len(), 3, "the second time nothing is started");
    assert_ne!(built(folder.path(), go.as_os_str(), "-O2").unwrap(), program, "another processor gets its own");
    assert!(!folder.path().join("work").exists(), "nothing is left of the work");
}

#[test]
fn a_build_that_fails_leaves_no_program_and_says_why() {
    let _turn = turn();
    let (folder, go) =
        workshop(MODULE_SUM, "echo half > \"$GOBIN/ollama\"; echo first; echo 'json.hpp: No such file' >&2; exit 1");
    for _ in 0..2 {
        let reason = built(folder.path(), go.as_os_str(), "-O2").unwrap_err().to_string();
        assert!(reason.contains("json.hpp: No such file") && !reason.contains("first"), "the last line: {reason}");
        assert!(!folder.path().join("ollama").exists(), "half a program is none");
    }
    let (folder, go) = workshop(MODULE_SUM, "exit 0");
    let reason = built(folder.path(), go.as_os_str(), "-O2").unwrap_err().to_string();
    assert_eq!(reason, "Go left no program");
}

#[test]
fn sources_that_are_not_the_known_ones_are_not_built() {
    let _turn = turn();
    let (folder, go) = workshop("h1:other", "echo built > \"$GOBIN/ollama\"");
    let reason = built(folder.path(), go.as_os_str(), "-O2").unwrap_err().to_string();
    assert!(reason.contains("h1:other"), "{reason}");
    assert_eq!(asked(&folder), ["env", "mod"], "nothing is compiled");
}

#[test]
fn a_computer_without_go_and_one_with_an_old_go_are_told_apart() {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    let reason = built(folder.path(), folder.path().join("nowhere").as_os_str(), "-O2").unwrap_err().to_string();
    assert!(reason.contains("Go is not installed"), "{reason}");
    let (folder, go) = workshop(MODULE_SUM, "exit 0");
    let script = fs::read_to_string(&go).unwrap().replace("go1.26.8", "go1.19.8");
    fs::write(&go, script).unwrap();
    let reason = built(folder.path(), go.as_os_str(), "-O2").unwrap_err().to_string();
    assert!(reason.contains("`go1.19.8` is too old"), "{reason}");
}

#[test]
fn a_program_that_takes_too_long_is_ended() {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let started = Instant::now();
    let outcome = Program::new("sleep").unwrap().args(["60"]).run_until(started + Duration::from_millis(50), &log);
    assert!(started.elapsed() < Duration::from_secs(30), "it was not waited for");
    let reason = outcome.unwrap_err().to_string();
    assert!(reason.contains("took too long"), "{reason}");
}
