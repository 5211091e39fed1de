//! Wrong input gets a clear sentence and a code, and loses nothing.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use quillhouse_tests::{Quillhouse, demo_documents, models_folder, workspace};
use serde_json::Value;

fn brand() -> Quillhouse {
    let quillhouse = Quillhouse::new();
    quillhouse.run(&["brand", "create", "Acme"]).done();
    quillhouse
}

fn add(quillhouse: &Quillhouse, path: &Path) -> (Option<i32>, Value) {
    let ended = quillhouse.run(&["library", "add", "Acme", &path.to_string_lossy()]);
    assert!(!ended.stderr.contains("panicked"), "no panic: {}", ended.stderr);
    (ended.code, ended.json)
}

fn only_problem(added: &Value) -> (String, String) {
    let document = &added["documents"][0];
    let problem = &document["problems"][0];
    (document["state"].as_str().unwrap().to_owned(), problem["kind"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn an_empty_folder_has_nothing_to_add() {
    let quillhouse = brand();
    let folder = quillhouse.scratch().join("empty");
    fs::create_dir(&folder).unwrap();
    let message = quillhouse.run(&["library", "add", "Acme", &folder.to_string_lossy()]).refused(2);
    assert!(message.contains("no file"), "{message}");
}

#[test]
fn bad_files_are_named_with_their_reason() {
    let quillhouse = brand();
    let scratch = quillhouse.scratch();
    let empty = scratch.join("empty.pdf");
    File::create(&empty).unwrap();
    let renamed = scratch.join("really-a-pdf.docx");
    fs::write(&renamed, b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF").unwrap();
    let picture = scratch.join("picture.txt");
    fs::write(&picture, [0x89, b'P', b'N', b'G', 0, 1, 2, 3, 0, 0, 0, 0]).unwrap();
    for (path, kind) in [(&empty, "empty"), (&renamed, "wrong_type"), (&picture, "wrong_type")] {
        let (code, added) = add(&quillhouse, path);
        assert_eq!(code, Some(1), "nothing was added: {added}");
        let (state, found) = only_problem(&added);
        assert_eq!(state, "rejected", "{added}");
        assert!(found == kind || found == "unsupported_type", "{}: {found}", path.display());
        let message = added["documents"][0]["problems"][0]["message"].as_str().unwrap();
        assert!(message.split(' ').count() > 4, "the reason is a sentence: {message}");
    }
}

#[test]
fn a_bad_file_does_not_stop_the_good_ones() {
    let quillhouse = brand();
    let scratch = quillhouse.scratch().join("batch");
    fs::create_dir(&scratch).unwrap();
    File::create(scratch.join("broken.pdf")).unwrap().write_all(b"%PDF-1.7 and then nothing").unwrap();
    fs::write(scratch.join("good.md"), "# Ferries\n\nThe ferry leaves at seven in the morning.\n").unwrap();
    let (code, added) = add(&quillhouse, &scratch);
    assert_eq!(code, Some(0), "the good file is in: {added}");
    assert_eq!(added["added"], 1, "{added}");
    assert_eq!(added["failed"], 1, "{added}");
    let hits = quillhouse.run(&["library", "search", "Acme", "when does the ferry leave"]).done();
    assert_eq!(hits["hits"][0]["document_name"], "good.md");
}

#[test]
fn a_missing_file_and_an_unknown_brand_are_refused() {
    let quillhouse = brand();
    let missing = quillhouse.scratch().join("nowhere.pdf");
    let ended = quillhouse.run(&["library", "add", "Acme", &missing.to_string_lossy()]);
    assert_ne!(ended.code, Some(0), "a missing file is not added: {}", ended.json);
    let message = quillhouse.run(&["library", "list", "Nobody"]).refused(1);
    assert!(message.contains("Nobody"), "{message}");
    let message = quillhouse.run(&["write", "Nobody", "--topic", "Anything"]).refused(1);
    assert!(message.contains("Nobody"), "{message}");
}

#[test]
fn writing_from_an_empty_library_is_refused() {
    let message = brand().run(&["write", "Acme", "--topic", "Ferries", "--model", "none"]).refused(1);
    assert!(message.contains("Add documents"), "the sentence says what to do: {message}");
}

#[test]
fn a_brief_of_a_megabyte_is_refused() {
    let quillhouse = brand();
    let path = quillhouse.scratch().join("brief.toml");
    fs::write(&path, format!("topic = \"{}\"", "word ".repeat(210_000))).unwrap();
    let message = quillhouse.run(&["write", "Acme", "--brief", &path.to_string_lossy()]).refused(2);
    assert!(message.contains("bytes long"), "{message}");
    fs::write(&path, "topic = 7").unwrap();
    quillhouse.run(&["write", "Acme", "--brief", &path.to_string_lossy()]).refused(2);
    let topic = "word ".repeat(20_000);
    let message = quillhouse.run(&["write", "Acme", "--topic", &topic]).refused(2);
    assert!(message.contains("characters long"), "{message}");
}

#[test]
fn a_wrong_command_line_is_wrong_usage() {
    let quillhouse = brand();
    for arguments in [
        vec!["write", "Acme"],
        vec!["write", "Acme", "--topic", "Ferries", "--words", "many"],
        vec!["library", "search", "Acme", "x", "--limit", "0"],
        vec!["no-such-command"],
    ] {
        assert_eq!(quillhouse.run(&arguments).code, Some(2), "{arguments:?}");
    }
    quillhouse.run(&["write", "Acme", "--topic", "Ferries", "--types", "opera"]).refused(2);
    quillhouse.run(&["write", "Acme", "--topic", "Ferries", "--networks", "myspace"]).refused(2);
    quillhouse.run(&["write", "Acme", "--topic", "Ferries", "--words", "7"]).refused(2);
}

#[test]
#[cfg(unix)]
fn a_data_folder_in_use_is_refused_with_its_holder() {
    let quillhouse = brand();
    let folder = quillhouse_store::DataFolder::open(quillhouse.data()).unwrap();
    let message = quillhouse.run(&["brand", "list"]).refused(1);
    assert!(message.contains(&std::process::id().to_string()), "the sentence names the process: {message}");
    drop(folder);
    quillhouse.run(&["brand", "list"]).done();
}

#[test]
fn a_model_file_cut_in_half_is_refused_and_nothing_is_written() {
    let scratch = tempfile::tempdir().unwrap();
    for (folder, file) in [
        ("minilm-l6-v2-int8", "model.onnx"),
        ("minilm-l6-v2-int8", "tokenizer.json"),
        ("minilm-l6-v2-int8", "config.json"),
        ("minilm-l6-v2-int8", "special_tokens_map.json"),
        ("minilm-l6-v2-int8", "tokenizer_config.json"),
        ("onnxruntime", "libonnxruntime.so"),
    ] {
        fs::create_dir_all(scratch.path().join(folder)).unwrap();
        fs::copy(models_folder().join(folder).join(file), scratch.path().join(folder).join(file)).unwrap();
    }
    let whole = fs::read(models_folder().join("smollm2-135m-instruct/model.gguf")).unwrap();
    let folder = scratch.path().join("smollm2-135m-instruct");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("model.gguf"), &whole[..whole.len() / 2]).unwrap();
    let quillhouse = Quillhouse::with_models(scratch.path());
    quillhouse.brand_with("Acme", &demo_documents());
    let message =
        quillhouse.run(&["write", "Acme", "--topic", "Winter crossings", "--model", "local/smollm2-135m"]).refused(1);
    assert!(message.to_lowercase().contains("model"), "{message}");
    quillhouse.run(&["write", "Acme", "--topic", "Winter crossings", "--types", "social", "--model", "none"]).done();
}

#[test]
fn ollama_that_does_not_run_is_said_in_a_sentence() {
    let quillhouse = brand();
    quillhouse.brand_with("Ferry", &demo_documents());
    let message = quillhouse.run(&["write", "Ferry", "--topic", "Ferries", "--model", "ollama/llama3.2"]).refused(1);
    assert!(message.contains("127.0.0.1:9"), "the sentence names where it was looked for: {message}");
    let message = quillhouse.run(&["write", "Ferry", "--topic", "Ferries", "--model", "cloud/unknown"]).refused(1);
    assert!(message.contains("models list"), "{message}");
}

/// Answers like an Ollama that runs and has no model at all; stops when it is dropped.
struct EmptyOllama {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    serving: Option<thread::JoinHandle<()>>,
}

impl EmptyOllama {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let serving = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let mut stream = stream.unwrap();
                let mut request = BufReader::new(stream.try_clone().unwrap());
                let mut line = String::new();
                request.read_line(&mut line).unwrap();
                let mut header = String::new();
                while request.read_line(&mut header).unwrap() > 2 {
                    header.clear();
                }
                let (status, body) = match line.split(' ').nth(1).unwrap_or_default() {
                    "/" => ("200 OK", "Ollama is running"),
                    "/api/version" => ("200 OK", r#"{"version":"0.12.6"}"#),
                    "/api/tags" | "/api/ps" => ("200 OK", r#"{"models":[]}"#),
                    _ => ("404 Not Found", r#"{"error":"model 'llama3.2' not found"}"#),
                };
                let length = body.len();
                write!(stream, "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").unwrap();
            }
        });
        Self { address, stop, serving: Some(serving) }
    }
}

impl Drop for EmptyOllama {
    #[expect(clippy::disallowed_methods, reason = "the story wakes its own server")]
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        if let Some(serving) = self.serving.take() {
            serving.join().ok();
        }
    }
}

#[test]
fn ollama_that_runs_without_the_model_says_how_to_fetch_it() {
    let ollama = EmptyOllama::start();
    let quillhouse = brand();
    quillhouse.brand_with("Ferry", &demo_documents());
    let write = ["write", "Ferry", "--topic", "Ferries", "--types", "social", "--model", "ollama/llama3.2"];
    let output = quillhouse.command(&write).env("OLLAMA_HOST", ollama.address.to_string()).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{answer}");
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("llama3.2") && message.contains("pull"),
        "it names the model and the way to it: {message}"
    );
    let runs = quillhouse.run(&["run", "list", "Ferry"]).done();
    assert_eq!(runs["runs"].as_array().unwrap().len(), 0, "nothing was begun: {runs}");
}

/// A file system of a few megabytes; unmounted when it is dropped.
#[cfg(target_os = "linux")]
struct SmallDisk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    /// `None` where mounting is not allowed.
    fn mount(folder: &Path, mebibytes: u32) -> Option<Self> {
        fs::create_dir_all(folder).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "tmpfs"])
            .arg(folder)
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then(|| Self(folder.to_owned()))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg("--lazy").arg(&self.0).status().ok();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said_and_what_was_there_stays() {
    let quillhouse = Quillhouse::new();
    let Some(disk) = SmallDisk::mount(&quillhouse.data(), 6) else {
        // Where mounting is not allowed no disk can be filled.
        return;
    };
    let small = quillhouse.scratch().join("ferries.md");
    fs::write(&small, "# Ferries\n\nThe ferry leaves at seven in the morning.\n").unwrap();
    quillhouse.run(&["brand", "create", "Acme"]).done();
    quillhouse.run(&["library", "add", "Acme", &small.to_string_lossy()]).done();
    let large = quillhouse.scratch().join("large.txt");
    let sentence = "The quay was rebuilt in stone and the boats are painted green. ";
    fs::write(&large, sentence.repeat(8 << 20 >> 6)).unwrap();
    let message = quillhouse.run(&["library", "add", "Acme", &large.to_string_lossy()]).refused(1);
    assert!(message.contains("room") || message.contains("full") || message.contains("space"), "{message}");
    let listed = quillhouse.run(&["library", "list", "Acme"]).done();
    assert_eq!(listed["documents"][0]["name"], "ferries.md", "the earlier document stays: {listed}");
    let hits = quillhouse.run(&["library", "search", "Acme", "when does the ferry leave"]).done();
    assert_eq!(hits["hits"][0]["document_name"], "ferries.md", "and is found: {hits}");
    drop(disk);
}

#[test]
#[cfg(target_os = "linux")]
fn an_embedder_that_does_not_fit_on_the_disk_leaves_nothing_behind() {
    let scratch = tempfile::tempdir().unwrap();
    let models = scratch.path().join("models");
    let Some(disk) = SmallDisk::mount(&models, 6) else {
        // Where mounting is not allowed no disk can be filled.
        return;
    };
    for name in ["minilm-l6-v2-int8", "onnxruntime"] {
        std::os::unix::fs::symlink(models_folder().join(name), models.join(name)).unwrap();
    }
    let quillhouse = Quillhouse::with_models(&models);
    let folder = models_folder().join("minilm-l6-v2-int8");
    let message = quillhouse.run(&["models", "import", &folder.to_string_lossy(), "--as", "other"]).refused(1);
    assert!(message.contains("Nothing was imported") && message.contains("make room"), "{message}");
    let left = fs::read_dir(models.join("embedders")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "what was copied is gone again");
    drop(disk);
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_without_permission_is_named_and_the_others_are_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let quillhouse = brand();
    let folder = quillhouse.scratch().join("mixed");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("good.md"), "# Ferries\n\nThe ferry leaves at seven in the morning.\n").unwrap();
    let secret = folder.join("secret.md");
    fs::write(&secret, "# Secret\n\nNobody may read this.\n").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    let mut adding = quillhouse.command(&["library", "add", "Acme", &folder.to_string_lossy()]);
    if fs::read(&secret).is_ok() {
        // Root reads everything unless it gives that right away.
        let mut bound = Command::new("setpriv");
        bound.arg("--bounding-set=-dac_override,-dac_read_search").arg(adding.get_program()).args(adding.get_args());
        bound.env_clear().envs(adding.get_envs().filter_map(|(name, value)| Some((name, value?))));
        adding = bound;
    }
    let output = adding.stdin(Stdio::null()).output().unwrap();
    let added: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(added["added"], 1, "the readable file is in: {added}");
    let told = added.to_string();
    assert!(told.contains("secret.md") && told.contains("permission"), "the other is named with its reason: {added}");
}

#[test]
fn hostile_files_each_end_in_a_state_within_their_limits() {
    let maker = workspace().join("../shared/tools/make_hostile_pdfs.py");
    if !maker.is_file() {
        return;
    }
    let quillhouse = brand();
    let folder = quillhouse.scratch().join("hostile");
    fs::create_dir(&folder).unwrap();
    assert!(Command::new("python3").arg(&maker).arg(&folder).status().unwrap().success(), "the files are made");
    let (_, added) = add(&quillhouse, &folder);
    let documents = added["documents"].as_array().unwrap();
    assert_eq!(documents.len(), fs::read_dir(&folder).unwrap().count(), "every file has its state");
    for document in documents {
        let state = document["state"].as_str().unwrap();
        assert!(["ready", "partial", "rejected", "failed"].contains(&state), "{document}");
        if state != "ready" {
            assert!(document["problems"][0]["message"].as_str().unwrap().contains(' '), "{document}");
        }
    }
    quillhouse.run(&["brand", "list"]).done();
}
