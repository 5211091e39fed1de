//! A real Ollama server writes: started here on a free port with a folder of its own, and ended by its process id.
//!
//! `cargo xtask test` builds the server's program where it can and names it in `QUILLHOUSE_OLLAMA`.

use std::{
    fs::{self, File},
    io::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use quillhouse_domain::{ModelId, WayOfWorking};
use quillhouse_llm::ProbeResult;
use quillhouse_store::DataFolder;
use quillhouse_tests::{Quillhouse, demo_documents, models_folder};
use serde_json::Value;

const MODEL: &str = "ollama/smollm2";

/// A loaded computer needs many seconds to start a program of 70 MB.
const START_LIMIT: Duration = Duration::from_mins(1);

struct Server {
    child: Child,
    program: PathBuf,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked to end, it ends what it started as well; killed, it would leave it behind.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(program: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let log = File::create(folder.path().join("server.log")).unwrap();
        let child = command(program, port, folder.path())
            .arg("serve")
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { child, program: program.to_owned(), port, folder }
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }

    /// Takes the file over as a model, as soon as the server answers.
    fn create(&mut self, name: &str, model: &Path) {
        assert!(model.is_file(), "{} is missing: run `cargo xtask setup`", model.display());
        let modelfile = self.folder.path().join("Modelfile");
        fs::write(&modelfile, format!("FROM {}\n", model.display())).unwrap();
        let started = Instant::now();
        loop {
            let output = command(&self.program, self.port, self.folder.path())
                .args(["create", name, "-f"])
                .arg(&modelfile)
                .output()
                .unwrap();
            if output.status.success() {
                return;
            }
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(self.child.try_wait().unwrap().is_none(), "the server ended: {}", self.log());
            assert!(started.elapsed() < START_LIMIT, "`ollama create` fails: {said}\n{}", self.log());
        }
    }

    /// How often it answered this well.
    fn answered(&self, path: &str) -> usize {
        self.log().lines().filter(|line| line.contains("| 200 |") && line.contains(&format!("\"{path}\""))).count()
    }
}

fn command(program: &Path, port: u16, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env("OLLAMA_HOST", format!("127.0.0.1:{port}"))
        .env("OLLAMA_MODELS", folder.join("models"))
        .env("OLLAMA_NUM_PARALLEL", "1")
        .env("HOME", folder)
        .env("TMPDIR", folder)
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// What a person wants to read of a story that passed or was skipped.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The small model would only be let choose among sentences, for which nobody asks it anything. As one that may write, it is
/// asked for every section.
async fn let_it_write(data: &Path) {
    let model: ModelId = MODEL.parse().unwrap();
    let opened = DataFolder::open(data).unwrap();
    let mut row = opened.app().read(move |app| app.model_probes().get(&model)).await.unwrap().unwrap();
    let mut found: ProbeResult = serde_json::from_str(&row.result_json).unwrap();
    assert!(row.fingerprint.starts_with("ollama:"), "what was found holds for these weights: {}", row.fingerprint);
    assert!(found.completion_tokens_per_second > 0.0, "it answered the examination: {found:?}");
    say(&format!(
        "reads {:.0} and writes {:.0} tokens a second, would work {:?}",
        found.prompt_tokens_per_second, found.completion_tokens_per_second, found.way
    ));
    found.way = WayOfWorking::Free;
    row.result_json = serde_json::to_string(&found).unwrap();
    opened.app().write(move |app| app.model_probes().put(&row)).await.unwrap();
    opened.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_ollama_server_writes_an_article_and_everything_it_was_asked_is_listed() {
    let Some(program) = std::env::var_os("QUILLHOUSE_OLLAMA").map(PathBuf::from) else {
        say("skipped: `QUILLHOUSE_OLLAMA` does not name the program of an Ollama server");
        return;
    };
    let mut server = Server::start(&program);
    server.create("smollm2", &models_folder().join("smollm2-135m-instruct/model.gguf"));
    let quillhouse = Quillhouse::with_ollama(&server.address());

    let listed = quillhouse.run(&["models", "list"]).done();
    let model = listed["models"].as_array().unwrap().iter().find(|model| model["provider"] == "ollama");
    let model = model.unwrap_or_else(|| panic!("the server's model is listed: {listed}"));
    assert_eq!((&model["id"], &model["installed"]), (&"ollama/smollm2:latest".into(), &true.into()), "{model}");
    assert!(model["size_bytes"].as_f64().unwrap() > 50e6, "with its size: {model}");

    quillhouse.run(&["models", "probe", MODEL]).done();
    let examined = server.answered("/api/chat");
    assert!(examined > 0, "the examination asked the server: {}", server.log());
    let_it_write(&quillhouse.data()).await;

    quillhouse.brand_with("Ferry", &demo_documents());
    let brief = ["--topic", "Crossing the fjord in winter", "--keywords", "winter crossing", "--words", "300"];
    let rest = ["--types", "blog", "--model", MODEL, "--no-cache"];
    let started = Instant::now();
    let written = quillhouse.run(&[["write", "Ferry"].as_slice(), &brief, &rest].concat()).done();
    say(&format!("{} calls, {} in {} s", written["model_calls"], written["tokens"], started.elapsed().as_secs()));
    assert_eq!((&written["state"], &written["model"]), (&"done".into(), &MODEL.into()), "{written}");
    let [article] = &written["pieces"].as_array().unwrap()[..] else { panic!("one piece was asked for: {written}") };
    assert_eq!((&article["type"], &article["support"]["unsupported"]), (&"blog".into(), &0.into()), "{article}");
    assert!(article["words"].as_u64().unwrap() > 150, "it is an article: {article}");
    assert!(!article["citations"].as_array().unwrap().is_empty(), "its sentences have sources: {article}");

    let usage = quillhouse.run(&["usage", "--by", "model"]).done();
    let calls = usage["total"]["calls"].as_f64().unwrap() as usize;
    assert!(calls >= 4, "the introduction and the sections were asked for: {usage}");
    assert!(server.answered("/api/chat") >= examined + calls, "by the server: {}", server.log());
    everything_is_listed(&quillhouse, &written, &usage, server.port);
}

/// The ledger, the usage and the steps say the same of a run.
fn everything_is_listed(quillhouse: &Quillhouse, written: &Value, usage: &Value, port: u16) {
    let calls = usage["total"]["calls"].as_f64().unwrap();
    let ledger = quillhouse.run(&["ledger", "show"]).done();
    let entries = ledger["entries"].as_array().unwrap();
    assert!(entries.iter().all(|entry| entry["host"] == "127.0.0.1"), "nothing but this computer was asked: {ledger}");
    let of_run: Vec<&Value> =
        entries.iter().filter(|entry| entry["purpose"] == "model_chat" && entry["run"] == written["run"]).collect();
    assert!(of_run.len() as f64 >= calls, "every call of the run: {} of {calls}", of_run.len());
    assert!(of_run.iter().all(|entry| entry["port"] == port && entry["bytes_in"].as_f64() > Some(0.0)), "{of_run:?}");

    assert_eq!((&usage["usage"][0]["name"], &usage["usage"][0]["calls"]), (&MODEL.into(), &calls.into()), "{usage}");
    let counted = written["tokens"]["prompt"].as_f64().unwrap();
    assert_eq!(usage["total"]["tokens_in"].as_f64(), Some(counted), "the run and its usage agree: {usage}");

    // What the program reckons before a call is on the high side, so a sum below it was counted by the server.
    let shown = quillhouse.run(&["run", "show", written["run"].as_str().unwrap()]).done();
    let asked: Vec<&Value> =
        shown["steps"].as_array().unwrap().iter().filter(|step| step["tokens"].as_u64() > Some(0)).collect();
    assert_eq!(asked.len(), calls as usize, "every call belongs to a step: {shown}");
    let reckoned: f64 = asked.iter().map(|step| step["report"]["prompt_tokens"].as_f64().unwrap()).sum();
    assert!(counted > 0.0 && counted < reckoned, "{counted} tokens were counted, {reckoned} reckoned: {shown}");
}
