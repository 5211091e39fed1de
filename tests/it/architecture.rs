//! The house keeps its plan: which crate uses which, what every file opens with, who names what.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, MetadataCommand};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The rows of the table in docs/ARCHITECTURE.md.
fn planned() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(workspace().join("docs/ARCHITECTURE.md")).unwrap();
    text.lines()
        .skip_while(|line| *line != "| crate | uses |")
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let uses = cells[1].split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
            (cells[0].to_owned(), uses)
        })
        .collect()
}

#[test]
fn crates_use_each_other_as_the_plan_says() {
    let metadata = MetadataCommand::new().manifest_path(workspace().join("Cargo.toml")).no_deps().exec().unwrap();
    let ours = |name: &str| name.strip_prefix("quillhouse-").map(str::to_owned);
    let found: BTreeMap<String, BTreeSet<String>> = metadata
        .packages
        .iter()
        .filter_map(|package| {
            let uses = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind == DependencyKind::Normal)
                .filter_map(|dependency| ours(&dependency.name))
                .collect();
            Some((ours(package.name.as_str())?, uses))
        })
        .collect();
    assert_eq!(found, planned(), "the table in docs/ARCHITECTURE.md and the manifests must say the same");
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !["target", "node_modules", "dist", ".git"].contains(&name.as_str()) {
                files(&path, ending, found);
            }
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
}

fn rust_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["crates", "src-tauri", "tests"] {
        files(&workspace().join(folder), "rs", &mut found);
    }
    assert!(found.len() > 50, "the search found the sources: {}", found.len());
    found
}

#[test]
fn every_rust_file_says_first_what_it_is() {
    let silent: Vec<PathBuf> =
        rust_files().into_iter().filter(|path| !fs::read_to_string(path).unwrap().starts_with("//!")).collect();
    assert!(silent.is_empty(), "these files do not open with //!: {silent:?}");
}

#[test]
fn only_the_rooms_of_a_library_name_it() {
    let rules = [
        ("tauri::", vec!["src-tauri"]),
        ("lancedb::", vec!["crates/knowledge"]),
        ("arrow_array::", vec!["crates/knowledge"]),
        ("rusqlite::", vec!["crates/store", "tests"]),
        ("reqwest::", vec!["crates/egress"]),
        ("llama_cpp_2::", vec!["crates/llm"]),
        ("fastembed::", vec!["crates/knowledge"]),
    ];
    let root = workspace();
    let mut wrong = Vec::new();
    for path in rust_files() {
        let relative = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        if relative == "tests/it/architecture.rs" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for (name, rooms) in &rules {
            let mentioned = text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(name));
            if mentioned && !rooms.iter().any(|room| relative.starts_with(room)) {
                wrong.push(format!("{relative} names {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "a library is named outside its room: {wrong:?}");
}

#[test]
fn only_the_platform_folder_of_the_ui_names_tauri() {
    let mut found = Vec::new();
    let root = workspace().join("ui/src");
    for ending in ["ts", "tsx"] {
        files(&root, ending, &mut found);
    }
    let wrong: Vec<PathBuf> = found
        .into_iter()
        .filter(|path| !path.starts_with(root.join("platform")))
        .filter(|path| fs::read_to_string(path).unwrap().contains("@tauri-apps"))
        .collect();
    assert!(wrong.is_empty(), "these files go around the platform: {wrong:?}");
}

#[test]
fn exactly_one_sqlite_is_linked() {
    let lock = fs::read_to_string(workspace().join("Cargo.lock")).unwrap();
    let count = lock.matches("name = \"libsqlite3-sys\"").count();
    assert_eq!(count, 1, "two SQLite libraries in one process corrupt databases");
}
