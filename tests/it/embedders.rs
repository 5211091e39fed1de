//! Stories about a second embedder over the real program: brought, chosen, killed in the middle, taken away again.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use quillhouse_tests::{Quillhouse, kill_group, models_folder};
use serde_json::Value;

const FILES: [&str; 5] =
    ["model.onnx", "tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"];

/// A models folder of the story's own with what is shipped in it, and the shipped model as somebody might bring it.
fn prepared(folder: &Path) -> (PathBuf, PathBuf) {
    let (models, brought) = (folder.join("models"), folder.join("brought"));
    fs::create_dir_all(&models).unwrap();
    fs::create_dir_all(&brought).unwrap();
    for name in ["minilm-l6-v2-int8", "onnxruntime"] {
        symlink(models_folder().join(name), models.join(name)).unwrap();
    }
    for file in FILES {
        fs::copy(models_folder().join("minilm-l6-v2-int8").join(file), brought.join(file)).unwrap();
    }
    (models, brought)
}

fn status(quillhouse: &Quillhouse, brand: &str) -> Value {
    quillhouse.run(&["library", "status", brand]).done()
}

fn write_documents(folder: &Path, count: usize) {
    fs::create_dir_all(folder).unwrap();
    for number in 0..count {
        let text =
            format!("# Part {number}\n\nThe ferry number {number} leaves the harbour at noon on day {number}.\n");
        fs::write(folder.join(format!("{number}.md")), text).unwrap();
    }
}

fn generations(quillhouse: &Quillhouse) -> usize {
    let index = quillhouse.brand_database().parent().unwrap().join("index");
    fs::read_dir(index).unwrap().flatten().filter(|entry| entry.path().is_dir()).count()
}

#[test]
fn a_second_embedder_is_brought_chosen_and_taken_away() {
    let scratch = tempfile::tempdir().unwrap();
    let (models, brought) = prepared(scratch.path());
    let quillhouse = Quillhouse::with_models(&models);
    let documents = quillhouse.scratch().join("papers");
    write_documents(&documents, 3);
    quillhouse.brand_with("Acme", &documents);
    assert_eq!(status(&quillhouse, "Acme")["embedder"], "minilm-l6-v2-int8");

    let refused = quillhouse.run(&["models", "use", "multilingual-e5-small"]).refused(1);
    assert!(refused.contains("models import"), "what to do is said: {refused}");
    quillhouse.run(&["models", "use", "nothing"]).refused(1);
    let folder = brought.to_string_lossy();
    let imported = quillhouse.run(&["models", "import", &folder, "--as", "minilm-cls", "--pooling", "cls"]).done();
    assert_eq!((&imported["id"], &imported["installed"]), (&"minilm-cls".into(), &true.into()));
    assert_eq!(imported["assumed"], serde_json::json!(["no_prefix", "languages"]), "what nobody said is named");
    let listed = quillhouse.run(&["models", "list"]).done();
    let ids: Vec<&str> =
        listed["embedders"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"minilm-cls") && ids.contains(&"multilingual-e5-small"), "{ids:?}");

    let used = quillhouse.run(&["models", "use", "minilm-cls"]).done();
    assert_eq!((&used["brands"][0]["embedder"], &used["brands"][0]["share"]), (&"minilm-cls".into(), &Value::Null));
    let now = status(&quillhouse, "Acme");
    assert_eq!((&now["embedder"], &now["index"]), (&"minilm-cls".into(), &"ready".into()));
    assert_eq!(generations(&quillhouse), 1, "the former index is gone");
    let found = quillhouse.run(&["library", "search", "Acme", "when does the ferry leave"]).done();
    assert!(found["hits"].as_array().unwrap().len() >= 3, "{found}");

    quillhouse.run(&["brand", "create", "Later"]).done();
    assert_eq!(status(&quillhouse, "Later")["embedder"], "minilm-cls", "new brands begin with it");
    quillhouse.run(&["models", "use", "minilm-l6-v2-int8", "--brand", "Later"]).done();
    assert_eq!(status(&quillhouse, "Later")["embedder"], "minilm-l6-v2-int8", "one brand may have its own");
    assert_eq!(status(&quillhouse, "Acme")["embedder"], "minilm-cls", "and the others keep theirs");

    let refused = quillhouse.run(&["models", "remove", "minilm-cls"]).refused(2);
    assert!(refused.contains("Acme") && refused.contains("in use"), "{refused}");
    quillhouse.run(&["models", "use", "minilm-l6-v2-int8"]).done();
    quillhouse.run(&["models", "remove", "minilm-cls"]).done();
    quillhouse.run(&["models", "remove", "minilm-cls"]).refused(1);
    quillhouse.run(&["models", "remove", "minilm-l6-v2-int8"]).refused(2);
    assert_eq!(status(&quillhouse, "Acme")["embedder"], "minilm-l6-v2-int8");
}

#[test]
fn killed_changes_of_the_embedder_go_on_and_an_embedder_that_vanished_gives_way() {
    let scratch = tempfile::tempdir().unwrap();
    let (models, brought) = prepared(scratch.path());
    let quillhouse = Quillhouse::with_models(&models);
    let documents = quillhouse.scratch().join("papers");
    write_documents(&documents, 120);
    quillhouse.brand_with("Acme", &documents);
    quillhouse.run(&["models", "import", &brought.to_string_lossy(), "--as", "other", "--pooling", "cls"]).done();
    for round in 0..5_u64 {
        let mut changing = quillhouse.start(&["models", "use", "other"]);
        let until = Instant::now() + Duration::from_millis(300 + 250 * round);
        while Instant::now() < until && changing.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        kill_group(&mut changing);
        let found = quillhouse.run(&["library", "search", "Acme", "ferry at noon"]).done();
        assert!(!found["hits"].as_array().unwrap().is_empty(), "round {round}: the library answers");
        let passages = status(&quillhouse, "Acme")["passages"].clone();
        assert_eq!(passages, 120, "round {round}: nothing is lost and nothing doubled");
    }
    quillhouse.run(&["models", "use", "other"]).done();
    let now = status(&quillhouse, "Acme");
    assert_eq!(
        (&now["embedder"], &now["index"], &now["changing_to"]),
        (&"other".into(), &"ready".into(), &Value::Null)
    );
    assert_eq!(generations(&quillhouse), 1);

    // Somebody deletes its folder: words are searched, and the shipped one takes its place.
    fs::remove_dir_all(models.join("embedders/other")).unwrap();
    let doctor = quillhouse.run(&["doctor"]).done();
    let note = doctor["checks"].as_array().unwrap().iter().find(|check| check["name"] == "languages").unwrap();
    assert!(note["note"].as_str().unwrap().contains("not installed any more"), "{note}");
    let found = quillhouse.run(&["library", "search", "Acme", "ferry at noon"]).done();
    assert!(!found["hits"].as_array().unwrap().is_empty(), "words still find");
    quillhouse.run(&["models", "use", "minilm-l6-v2-int8"]).done();
    let now = status(&quillhouse, "Acme");
    assert_eq!((&now["embedder"], &now["index"]), (&"minilm-l6-v2-int8".into(), &"ready".into()));
}

#[test]
fn a_library_in_a_language_the_embedder_does_not_know_is_told_what_to_do() {
    let quillhouse = Quillhouse::new();
    let folder = quillhouse.scratch().join("papers");
    fs::create_dir_all(&folder).unwrap();
    let german = "Schreiben Sie kurze Sätze, damit alle, die eine Seite lesen, sofort verstehen, was dort steht und was \
                  sie tun sollen. Wer fragt, bekommt eine Antwort in zwei Tagen.";
    let english = "Write short sentences so that everybody who reads a page understands at once what it says and what \
                   they should do. Whoever asks is answered within two days.";
    for (name, text) in [("a.md", german), ("b.md", german), ("c.md", english)] {
        fs::write(folder.join(name), format!("# Anfang {name}\n\n{text}\n")).unwrap();
    }
    quillhouse.brand_with("Werft", &folder);
    let gap = status(&quillhouse, "Werft")["language_gap"].clone();
    assert_eq!((&gap["kind"], &gap["foreign"], &gap["documents"]), (&"most".into(), &2.into(), &3.into()));
    assert_eq!(gap["languages"], serde_json::json!([{ "language": "de", "documents": 2 }]));
    let doctor = quillhouse.run(&["doctor"]).done();
    let check = doctor["checks"].as_array().unwrap().iter().find(|check| check["name"] == "languages").unwrap().clone();
    let note = check["note"].as_str().unwrap();
    assert!(note.contains("2 of 3 documents") && note.contains("German") && note.contains("models import"), "{note}");
}
