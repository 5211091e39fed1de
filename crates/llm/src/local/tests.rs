//! Files that are brought, used where they are, refused, and taken away again.

use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use super::*;
use crate::{
    cancel::CancelToken,
    catalogue::Catalogue,
    digest::bytes_digest,
    download::tests::{
        egress,
        server::{Habit, Server},
        settings,
    },
};

/// Writes a small GGUF file by hand.
#[derive(Default)]
struct Gguf(Vec<u8>, u64);

impl Gguf {
    fn text(mut self, key: &str, value: &str) -> Self {
        self.key(key, 8);
        put_text(&mut self.0, value);
        self
    }

    fn number(mut self, key: &str, value: u32) -> Self {
        self.key(key, 4);
        self.0.extend(value.to_le_bytes());
        self
    }

    fn numbers(mut self, key: &str, values: &[u32]) -> Self {
        self.key(key, 9);
        self.0.extend(4_u32.to_le_bytes());
        self.0.extend((values.len() as u64).to_le_bytes());
        for value in values {
            self.0.extend(value.to_le_bytes());
        }
        self
    }

    fn key(&mut self, key: &str, kind: u32) {
        self.1 += 1;
        put_text(&mut self.0, key);
        self.0.extend(kind.to_le_bytes());
    }

    /// With one tensor of 64 times 2 numbers of 32 bits.
    fn finish(self, salt: u8) -> Vec<u8> {
        let mut out = b"GGUF".to_vec();
        out.extend(3_u32.to_le_bytes());
        out.extend(1_u64.to_le_bytes());
        out.extend(self.1.to_le_bytes());
        out.extend(self.0);
        put_text(&mut out, "output.weight");
        out.extend(2_u32.to_le_bytes());
        out.extend(64_u64.to_le_bytes());
        out.extend(2_u64.to_le_bytes());
        out.extend(0_u32.to_le_bytes());
        out.extend(0_u64.to_le_bytes());
        out.resize(out.len().div_ceil(32) * 32, 0);
        out.extend([salt; 512]);
        out
    }
}

fn put_text(to: &mut Vec<u8>, text: &str) {
    to.extend((text.len() as u64).to_le_bytes());
    to.extend(text.as_bytes());
}

fn llama(salt: u8) -> Vec<u8> {
    Gguf::default()
        .text("general.architecture", "llama")
        .text("general.name", "Tiny\u{7} Llama")
        .text("general.license", "mit")
        .number("general.file_type", 15)
        .number("llama.context_length", 4_096)
        .number("llama.block_count", 12)
        .number("llama.embedding_length", 768)
        .number("llama.attention.head_count", 12)
        .number("llama.attention.head_count_kv", 4)
        .numbers("tokenizer.ggml.token_type", &[1, 2, 3])
        .text("tokenizer.chat_template", "{{ messages }}")
        .finish(salt)
}

struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn models(&self) -> PathBuf {
        self.folder.path().join("models")
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn import(&self, path: &Path, id: Option<&str>, how: ImportHow) -> Result<LocalModel, ChatImportError> {
        let import = ChatImport { path: path.to_owned(), id: id.map(str::to_owned), how };
        import_chat_model(&self.models(), &import, 5, &CancelToken::new(), &|_, _| {})
    }

    /// Everything below the folder of chat models.
    fn found(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.models().join(CHAT_FOLDER))
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

#[test]
fn a_file_is_copied_with_what_its_header_says() {
    let bench = Bench::new();
    let bytes = llama(1);
    let path = bench.file("My Llama (v2) ÄÖ.Q4_K_M.gguf", &bytes);
    let seen = AtomicU64::new(0);
    let import = ChatImport { path: path.clone(), id: None, how: ImportHow::Copy };
    let watch = |done: u64, whole: u64| {
        assert!(done <= whole);
        seen.store(done, Ordering::SeqCst);
    };
    let model = import_chat_model(&bench.models(), &import, 5, &CancelToken::new(), &watch).unwrap();
    assert_eq!(model.id, "my-llama-v2-.q4_k_m", "a name that is safe as a folder's");
    assert_eq!(seen.into_inner(), bytes.len() as u64);
    assert_eq!((model.name.as_str(), model.licence.as_deref()), ("Tiny Llama", Some("mit")));
    assert_eq!((model.sha256.as_str(), model.checked), (bytes_digest(&bytes).as_str(), ChecksumSource::Nobody));
    let facts = &model.facts;
    assert_eq!((facts.architecture.as_str(), facts.context_tokens, facts.parameters), ("llama", Some(4_096), 128));
    assert_eq!(facts.geometry.unwrap().bytes_per_token(), 12 * 4 * 64 * 4);
    assert_eq!((facts.quantisation.as_deref(), facts.chat_template, facts.files), (Some("Q4_K_M"), true, 1));
    assert_eq!(fs::read(model.path_in(&bench.models())).unwrap(), bytes);
    assert_eq!(chat_models(&bench.models()), std::slice::from_ref(&model));
    assert_eq!(model.state_in(&bench.models()), ModelFileState::There);
    assert_eq!(bench.found(), ["my-llama-v2-.q4_k_m"], "nothing else stays");

    assert!(remove_chat_model(&bench.models(), &model.id).unwrap());
    assert!(!remove_chat_model(&bench.models(), &model.id).unwrap(), "there is none any more");
    assert!(path.exists() && bench.found().is_empty());
}

#[test]
fn a_file_is_used_where_it_is_and_survives_its_removal() {
    let bench = Bench::new();
    let path = bench.file("m.gguf", &llama(1));
    let model = bench.import(&path, Some("mine"), ImportHow::Reference).unwrap();
    assert_eq!(model.path_in(&bench.models()), path.canonicalize().unwrap());
    assert_eq!(model.state_in(&bench.models()), ModelFileState::There);
    fs::write(&path, &llama(2)[1..]).unwrap();
    assert_eq!(model.state_in(&bench.models()), ModelFileState::Changed, "another file stands there now");
    fs::remove_file(&path).unwrap();
    assert_eq!(model.state_in(&bench.models()), ModelFileState::Gone);
    let path = bench.file("n.gguf", &llama(3));
    let model = bench.import(&path, None, ImportHow::Reference).unwrap();
    assert!(remove_chat_model(&bench.models(), &model.id).unwrap());
    assert!(path.exists(), "the user's file is the user's");
}

#[test]
fn a_file_is_known_by_its_content_and_a_name_is_given_once() {
    let bench = Bench::new();
    let first = bench.file("a.gguf", &llama(1));
    let model = bench.import(&first, None, ImportHow::Copy).unwrap();
    assert_eq!(model.id, "a");
    let same = bench.file("b.gguf", &llama(1));
    let error = bench.import(&same, None, ImportHow::Copy).unwrap_err();
    assert!(matches!(&error, ChatImportError::Known { id } if id == "a"), "{error}");
    let other = bench.file("c.gguf", &llama(2));
    let error = bench.import(&other, Some("a"), ImportHow::Copy).unwrap_err();
    assert!(matches!(error, ChatImportError::Exists { .. }), "{error}");
    for taken in ["smollm2-135m", "qwen3-4b"] {
        let error = bench.import(&other, Some(taken), ImportHow::Copy).unwrap_err();
        assert!(matches!(error, ChatImportError::Exists { .. }), "`{taken}` is the catalogue's: {error}");
    }
    fs::create_dir(bench.folder.path().join("d")).unwrap();
    let namesake = bench.file("d/a.gguf", &llama(3));
    assert_eq!(bench.import(&namesake, None, ImportHow::Copy).unwrap().id, "a-2");
    assert_eq!(bench.found(), ["a", "a-2"]);
}

#[test]
fn what_is_no_chat_model_is_refused_and_nothing_stays() {
    let bench = Bench::new();
    let bert = Gguf::default().text("general.architecture", "bert").number("bert.block_count", 6).finish(1);
    let part = Gguf::default().text("general.architecture", "llama").number("split.count", 3).finish(1);
    let mut cut = llama(1);
    cut.truncate(cut.len() - 100);
    let cases: [(&str, &[u8], &str); 6] = [
        ("bert.gguf", &bert, "does not write"),
        ("part.gguf", &part, "one of 3 parts"),
        ("cut.gguf", &cut, "cut off"),
        ("text.gguf", b"hello", "not a GGUF"),
        ("empty.gguf", b"", "empty"),
        ("head.gguf", b"GGUF\x03\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f\0\0\0\0\0\0\0\0", "damaged"),
    ];
    for (name, bytes, expected) in cases {
        let path = bench.file(name, bytes);
        let error = bench.import(&path, None, ImportHow::Copy).unwrap_err();
        assert!(error.to_string().contains(expected), "{name}: {error}");
        assert_eq!(error.code(), ErrorCode::InvalidInput, "{name}");
    }
    let good = bench.file("good.gguf", &llama(1));
    for name in ["../up", "Upper", "", "a/b", ".hidden"] {
        let error = bench.import(&good, Some(name), ImportHow::Copy).unwrap_err();
        assert!(matches!(error, ChatImportError::Unusable { .. }), "`{name}`: {error}");
    }
    let error = bench.import(&bench.folder.path().join("none.gguf"), None, ImportHow::Copy).unwrap_err();
    assert!(error.to_string().starts_with("There is no file"), "{error}");
    assert!(bench.found().is_empty(), "{:?}", bench.found());
}

#[test]
fn a_cancelled_import_and_one_that_was_killed_leave_nothing() {
    let bench = Bench::new();
    let path = bench.file("a.gguf", &llama(1));
    let cancel = CancelToken::new();
    cancel.cancel();
    let import = ChatImport { path: path.clone(), id: None, how: ImportHow::Copy };
    let error = import_chat_model(&bench.models(), &import, 5, &cancel, &|_, _| {}).unwrap_err();
    assert_eq!(error.code(), ErrorCode::Cancelled);
    assert!(bench.found().is_empty());
    // Of a process that was killed in the middle.
    let left = bench.models().join(CHAT_FOLDER).join(format!("{STAGED}999999-0"));
    fs::create_dir(&left).unwrap();
    fs::write(left.join(WEIGHTS), b"half").unwrap();
    fs::create_dir(bench.models().join(CHAT_FOLDER).join("half")).unwrap();
    assert!(chat_models(&bench.models()).is_empty(), "a folder without its manifest is no model");
    bench.import(&path, None, ImportHow::Copy).unwrap();
    assert_eq!(bench.found(), ["a", "half"], "what was hidden is swept");
    let damaged = bench.models().join(CHAT_FOLDER).join("half").join(MANIFEST);
    for manifest in ["{", "", "{\"id\":\"other\"}"] {
        fs::write(&damaged, manifest).unwrap();
        assert_eq!(chat_models(&bench.models()).len(), 1, "`{manifest}` is no manifest");
    }
}

#[test]
fn a_download_becomes_a_model_with_the_name_of_the_catalogue() {
    let bench = Bench::new();
    let catalogue = Catalogue::built_in();
    let model = catalogue.hub_model("mistral-7b-v0.3").unwrap();
    let target = download_target(&bench.models(), model);
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    let bytes = llama(9);
    fs::write(&target, &bytes).unwrap();
    assert!(chat_models(&bench.models()).is_empty(), "it counts when it is complete and written down");
    let done = Downloaded {
        path: target.clone(),
        size_bytes: bytes.len() as u64,
        sha256: bytes_digest(&bytes),
        checked: ChecksumSource::Hub,
    };
    let kept = keep_download(&bench.models(), model, &done, "https://hub.example/m.gguf", 7).unwrap();
    assert_eq!((kept.model_id().as_str(), kept.checked), ("local/mistral-7b-v0.3", ChecksumSource::Hub));
    assert_eq!(chat_model(&bench.models(), "mistral-7b-v0.3"), Some(kept.clone()));
    assert_eq!(kept.path_in(&bench.models()), target);
}

#[tokio::test]
async fn a_model_of_the_hub_is_fetched_with_the_hubs_checksum_and_kept() {
    let bench = Bench::new();
    let bytes = llama(4);
    let server = Server::start(bytes.clone(), Habit::default()).await;
    let hub = HubAt { address: server.url().join("/").unwrap(), hosts: Vec::new() };
    let mut model = Catalogue::built_in().hub_model("mistral-7b-v0.3").unwrap().clone();
    model.files[0].repository = "acme/small-GGUF".to_owned();
    model.files[0].source = "small-Q4_K_M.gguf".to_owned();
    let (egress, _) = egress();
    let (settings, control) = (settings(), DownloadControl::new());
    let fetch = |model: HubModel| {
        let (egress, settings, control, hub, models) = (&egress, &settings, &control, &hub, bench.models());
        async move { fetch_hub_model(egress, &models, hub, &model, settings, control, &|_| {}).await }
    };
    let kept = fetch(model.clone()).await.unwrap();
    assert_eq!((kept.checked, kept.sha256.as_str()), (ChecksumSource::Hub, bytes_digest(&bytes).as_str()));
    assert_eq!(fs::read(kept.path_in(&bench.models())).unwrap(), bytes);
    assert_eq!(chat_models(&bench.models()), [kept]);
    let requests = server.requests();
    fetch(model.clone()).await.unwrap();
    assert_eq!(server.requests() - requests, 1, "the list is asked, the file is there");

    let text = HubModel { id: "text".to_owned(), ..model.clone() };
    server.replace(b"a text".to_vec(), "\"two\"");
    let error = fetch(text).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::ModelUnavailable, "{error}");
    let error = fetch(HubModel { offered: false, ..model }).await.unwrap_err();
    assert!(matches!(error, FetchModelError::NotOffered { .. }), "{error}");
    assert_eq!(chat_models(&bench.models()).len(), 1);
}

#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
#[test]
fn a_real_file_tells_what_is_known_of_it() {
    let folder = crate::catalogue::models_folder(|name| std::env::var_os(name));
    let entry = Catalogue::built_in().chat[0].clone();
    let Some(path) = folder.map(|folder| entry.file.path_in(&folder)).filter(|path| path.is_file()) else {
        eprintln!("skipped: the small model is not in the models folder");
        return;
    };
    let facts = gguf_facts(&path).unwrap();
    assert_eq!((facts.architecture.as_str(), facts.quantisation.as_deref()), ("llama", Some("Q4_1")));
    assert_eq!((facts.context_tokens, facts.geometry.unwrap().bytes_per_token()), (Some(8_192), 30 * 3 * 64 * 4));
    assert!((130_000_000..170_000_000).contains(&facts.parameters), "{}", facts.parameters);
    assert!(facts.chat_template && !facts.reads_only && facts.files == 1);
}
