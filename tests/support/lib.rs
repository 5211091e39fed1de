//! What stories share: the real program in a data folder of its own, documents, the databases behind it.
//!
//! Nothing here leaves the story's own folder; every process that is started is ended.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace is there")
}

/// A folder of the shared corpora, when they stand beside the checkout.
pub fn corpus(name: &str) -> Option<PathBuf> {
    let folder = workspace().join("../shared/corpora").join(name);
    folder.is_dir().then_some(folder)
}

/// The documents of the demo brand.
pub fn demo_documents() -> PathBuf {
    workspace().join("assets/demo/documents")
}

/// A program of the workspace, built beside the tests.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    let folder = test.parent().and_then(Path::parent).expect("tests are built into deps");
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "`{name}` is not built; run `cargo build --workspace --all-features` first");
    path
}

/// Where `cargo xtask setup` put the models.
pub fn models_folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("QUILLHOUSE_MODELS") {
        return folder.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").expect("there is a home")).join(".cache"),
        PathBuf::from,
    );
    cache.join("quillhouse/models")
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// Exit code; `None` when it was killed.
    pub code: Option<i32>,
    /// The JSON document on stdout; `Null` when there was none.
    pub json: Value,
    /// What went to stderr.
    pub stderr: String,
}

impl Ended {
    /// What a program printed.
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            json: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The JSON of a command that must have worked.
    #[track_caller]
    pub fn done(self) -> Value {
        assert_eq!(self.code, Some(0), "the command failed: {} {}", self.stderr, self.json);
        assert!(!self.json.is_null(), "--json prints one document");
        self.json
    }

    /// The sentence of a command that must have failed, as wrong usage or otherwise.
    #[track_caller]
    pub fn refused_somehow(self) -> String {
        let code = self.code.unwrap_or(0);
        assert!(code == 1 || code == 2, "expected a refusal: {} {}", self.stderr, self.json);
        self.refused(code)
    }

    /// The sentence of a command that must have failed with this exit code.
    #[track_caller]
    pub fn refused(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "expected a refusal: {} {}", self.stderr, self.json);
        let message = self.json["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(message.contains(' '), "a refusal is a sentence: `{message}` {}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "a refusal is no panic: {}", self.stderr);
        message
    }
}

/// The real program with a data folder of its own.
pub struct Quillhouse {
    folder: TempDir,
    models: PathBuf,
    ollama: String,
}

impl Default for Quillhouse {
    fn default() -> Self {
        Self::new()
    }
}

impl Quillhouse {
    /// A new, empty data folder.
    pub fn new() -> Self {
        // A port nobody listens on: no story finds an Ollama by chance.
        let ollama = "127.0.0.1:9".to_owned();
        Self { folder: tempfile::tempdir().expect("a folder of its own"), models: models_folder(), ollama }
    }

    /// The same, with other models.
    pub fn with_models(models: &Path) -> Self {
        Self { models: models.to_owned(), ..Self::new() }
    }

    /// The same, with the Ollama server at this address.
    pub fn with_ollama(address: &str) -> Self {
        Self { ollama: address.to_owned(), ..Self::new() }
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder beside the data folder, for files of the story.
    pub fn scratch(&self) -> PathBuf {
        let scratch = self.folder.path().join("scratch");
        fs::create_dir_all(&scratch).expect("a folder for files");
        scratch
    }

    /// A command with `--json`, ready to be changed further.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("quillhouse"));
        command
            .args(arguments)
            .arg("--json")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("QUILLHOUSE_DATA", self.data())
            .env("QUILLHOUSE_MODELS", &self.models)
            .env("OLLAMA_HOST", &self.ollama)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(&self.command(arguments).output().expect("the program starts"))
    }

    /// Starts a command in a process group of its own.
    #[cfg(unix)]
    pub fn start(&self, arguments: &[&str]) -> Child {
        use std::os::unix::process::CommandExt as _;
        self.command(arguments).process_group(0).spawn().expect("the program starts")
    }

    /// A brand with these documents.
    pub fn brand_with(&self, name: &str, documents: &Path) -> Value {
        self.run(&["brand", "create", name]).done();
        self.run(&["library", "add", name, &documents.to_string_lossy()]).done()
    }

    /// The database file of the only brand.
    pub fn brand_database(&self) -> PathBuf {
        let brands = fs::read_dir(self.data().join("brands")).expect("there is a brand");
        let mut files: Vec<PathBuf> =
            brands.map(|entry| entry.expect("a readable folder").path().join("brand.db")).collect();
        assert_eq!(files.len(), 1, "the story has one brand");
        files.remove(0)
    }
}

/// Ends a whole process group at once, as a power cut would.
#[cfg(unix)]
pub fn kill_group(child: &mut Child) {
    let group = format!("-{}", child.id());
    let _ = Command::new("kill").args(["-9", "--", &group]).stderr(Stdio::null()).status();
    let _ = child.wait();
}
