//! An embedder is brought by the user: its folder is checked, copied, tried in a child process, and only then taken in.
//!
//! Invariants
//! - The folder of an embedder appears with everything in it or not at all; what a failure or a kill leaves is hidden and
//!   swept with the next import.
//! - Nothing foreign is interpreted in this process but small JSON: tokenizer and model are loaded by `worker embed`.
//! - What is copied is bounded, whatever the folder says about itself.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use quillhouse_domain::{Coded, ErrorCode};
use quillhouse_llm::{
    EmbedError, Embedder as _,
    catalogue::{Catalogue, EmbedderEntry, EmbedderLanguages, FEWEST_TOKENS, Pooling, is_embedder_id},
    digest::RunningDigest,
};
use serde_json::Value;

use super::{
    EMBEDDER_FILES, EmbedWorker, EmbedderFile, EmbedderSpec, MINILM_ID,
    spec::{Assumed, IMPORTED_FOLDER, MANIFEST, MOST_DIMENSIONS, MOST_TOKENS, PREFIX_BYTES},
};

/// Largest weights: a file of ONNX cannot be larger.
const WEIGHTS_BYTES: u64 = 2 << 30;
/// Largest tokenizer; the ones of multilingual models have 17 MB.
const TOKENIZER_BYTES: u64 = 64 << 20;
/// Largest of the other files.
const SETTINGS_BYTES: u64 = 1 << 20;
/// Bytes copied at once.
const BLOCK_BYTES: usize = 1 << 20;
/// How long loading and the first texts may take: the largest usual model needs a fifth of it on a slow disk.
const TRIAL_TIME: Duration = Duration::from_mins(2);
/// Folders of imports that are under way.
const STAGED: &str = ".importing-";
/// Memory beside the weights that a model takes, in bytes.
const WORKING_BYTES: u64 = 200 << 20;

/// Pairs of a question and a text that answers it, each about something else.
const PAIRS: [(&str, &str); 8] = [
    ("When does the ferry leave?", "The boat departs from the harbour at noon and returns before dark."),
    ("How do I cook rice?", "Put one cup of grains into two cups of boiling water and wait for a quarter of an hour."),
    ("What is the price of a ticket?", "Admission costs twelve euros for adults, and children pay half."),
    ("Who wrote the report?", "The study was prepared by two economists of the central bank."),
    ("Why do leaves turn red?", "In autumn trees stop making chlorophyll, and other pigments become visible."),
    ("How is the engine repaired?", "Remove the cover, replace the worn belt and tighten all four screws."),
    ("Where do penguins live?", "These birds are found on the coasts of the southern oceans."),
    ("What helps against a headache?", "Rest in a dark room and drink water; see a doctor if the pain lasts."),
];
/// Mean cosine of the shipped model for a question and the answers to the others (measured).
const USUAL_UNRELATED: f32 = 0.05;
/// A model that finds everything this much alike does not tell texts apart.
const NOTHING_TOLD: f32 = 0.995;

/// What is to be imported, and what the user says about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportRequest {
    /// The folder with the files.
    pub folder: PathBuf,
    /// The name it gets; without one the catalogue's, or the folder's.
    pub id: Option<String>,
    /// How the vectors of the tokens become one.
    pub pooling: Option<Pooling>,
    /// What it wants before a query.
    pub query_prefix: Option<String>,
    /// What it wants before a passage.
    pub passage_prefix: Option<String>,
    /// Tokens that it reads together, when that is less than its files say.
    pub max_tokens: Option<usize>,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder or one of its files cannot be used.
    #[error("{reason}. Nothing was imported")]
    Unusable {
        /// What is wrong and what to do.
        reason: String,
    },
    /// There is such an embedder already.
    #[error(
        "There is an embedder `{id}` already. Nothing was imported; remove it with `quillhouse models remove {id}`, or import this one under another name with `--as`"
    )]
    Exists {
        /// Its name.
        id: String,
    },
    /// It was copied, but does not work.
    #[error("The model does not work: {reason}. Nothing was imported")]
    Failed {
        /// What the trial said.
        reason: String,
    },
    /// The models folder cannot be written.
    #[error(
        "The model could not be copied to `{}` ({source}). Nothing was imported; make room or check the folder's rights, then import it again",
        path.display()
    )]
    Folder {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Coded for ImportError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unusable { .. } => ErrorCode::InvalidInput,
            Self::Exists { .. } => ErrorCode::AlreadyExists,
            Self::Failed { .. } => ErrorCode::ModelFailed,
            Self::Folder { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::DiskFull,
                io::ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
                _ => ErrorCode::Internal,
            },
        }
    }
}

fn unusable(reason: impl Into<String>) -> ImportError {
    ImportError::Unusable { reason: reason.into() }
}

/// A folder that is deleted again unless it was taken in.
struct Staged {
    path: PathBuf,
    kept: bool,
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.kept {
            discard(&self.path);
        }
    }
}

fn discard(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(folder = %folder.display(), %error, "a folder of an import could not be deleted");
    }
}

/// Checks a folder, copies it into the models folder, and tries it in `program worker embed`.
pub async fn import_embedder(
    models: &Path,
    request: ImportRequest,
    program: PathBuf,
    arguments: Vec<OsString>,
) -> Result<EmbedderSpec, ImportError> {
    let folder = models.to_owned();
    let copied = tokio::task::spawn_blocking(move || copy(&folder, &request)).await;
    let (mut staged, mut spec) =
        copied.map_err(|error| ImportError::Failed { reason: format!("copying ended early: {error}") })??;
    let trial = try_out(models, &spec, program, arguments);
    spec.unrelated_cosine = tokio::time::timeout(TRIAL_TIME, trial).await.unwrap_or_else(|_| {
        let reason = format!("it did not answer within {} seconds", TRIAL_TIME.as_secs());
        Err(ImportError::Failed { reason })
    })?;
    let models = models.to_owned();
    let taken = tokio::task::spawn_blocking(move || {
        let target = models.join(IMPORTED_FOLDER).join(&spec.id);
        spec.folder = format!("{IMPORTED_FOLDER}/{}", spec.id);
        take_in(&mut staged, &target, &spec).map(|()| spec)
    });
    taken.await.map_err(|error| ImportError::Failed { reason: format!("copying ended early: {error}") })?
}

/// Deletes an imported embedder; false when there is none of that name.
pub fn remove_embedder(models: &Path, id: &str) -> io::Result<bool> {
    let folder = models.join(IMPORTED_FOLDER).join(id);
    if !is_embedder_id(id) || id == MINILM_ID || !folder.is_dir() {
        return Ok(false);
    }
    // Out of sight first, so that half of one is never found.
    let hidden = models.join(IMPORTED_FOLDER).join(format!("{STAGED}removed-{id}"));
    discard(&hidden);
    fs::rename(&folder, &hidden)?;
    fs::remove_dir_all(&hidden)?;
    Ok(true)
}

fn copy(models: &Path, request: &ImportRequest) -> Result<(Staged, EmbedderSpec), ImportError> {
    let shown = request.folder.display();
    let folder = request.folder.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => unusable(format!("There is no folder `{shown}`")),
        _ => unusable(format!("The folder `{shown}` cannot be opened ({error})")),
    })?;
    if !folder.is_dir() {
        return Err(unusable(format!(
            "`{shown}` is not a folder; name the folder that holds `model.onnx` and `tokenizer.json`"
        )));
    }
    let sources = EMBEDDER_FILES.map(|name| source(&folder, name));
    let sources = sources.into_iter().collect::<Result<Vec<_>, _>>()?;
    let settings = Settings::read(&folder, &sources)?;
    let mut spec = settings.spec(&folder, request)?;
    let home = models.join(IMPORTED_FOLDER);
    if home.join(&spec.id).exists() {
        return Err(ImportError::Exists { id: spec.id });
    }
    let failed = |path: &Path, source: io::Error| ImportError::Folder { path: path.to_owned(), source };
    fs::create_dir_all(&home).map_err(|error| failed(&home, error))?;
    sweep(&home);
    let staged = Staged { path: home.join(format!("{STAGED}{}-{}", std::process::id(), spec.id)), kept: false };
    discard(&staged.path);
    fs::create_dir(&staged.path).map_err(|error| failed(&staged.path, error))?;
    for (name, source) in EMBEDDER_FILES.iter().zip(&sources) {
        spec.files.push(copy_file(source, &staged.path.join(name), name)?);
    }
    spec.memory_bytes =
        spec.memory_bytes.max(spec.files.iter().map(|file| file.size_bytes).sum::<u64>() + WORKING_BYTES);
    let staged_name = staged.path.file_name().unwrap_or_default().to_string_lossy();
    spec.folder = format!("{IMPORTED_FOLDER}/{staged_name}");
    Ok((staged, spec))
}

/// What imports that were killed left behind.
fn sweep(home: &Path) {
    let own = format!("{STAGED}{}-", std::process::id());
    for entry in fs::read_dir(home).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(STAGED) && !name.starts_with(&own) {
            discard(&entry.path());
        }
    }
}

const fn limit_bytes(name: &str) -> u64 {
    match name.as_bytes() {
        b"model.onnx" => WEIGHTS_BYTES,
        b"tokenizer.json" => TOKENIZER_BYTES,
        _ => SETTINGS_BYTES,
    }
}

/// Where a file lies: links are followed, as caches of models are full of them.
fn source(folder: &Path, name: &str) -> Result<PathBuf, ImportError> {
    let mut path = folder.join(name);
    if name == "model.onnx" && fs::symlink_metadata(&path).is_err() {
        path = folder.join("onnx").join(name);
    }
    let metadata = fs::metadata(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if name == "model.onnx" => {
            unusable(format!("`{}` holds neither `model.onnx` nor `onnx/model.onnx`", folder.display()))
        }
        io::ErrorKind::NotFound => unusable(format!(
            "`{name}` is missing in `{}`; an embedder consists of {}",
            folder.display(),
            EMBEDDER_FILES.map(|name| format!("`{name}`")).join(", ")
        )),
        _ => unusable(format!("`{}` cannot be read ({error})", path.display())),
    })?;
    if !metadata.is_file() {
        return Err(unusable(format!("`{}` is not a file", path.display())));
    }
    if metadata.len() == 0 {
        return Err(unusable(format!("`{}` is empty", path.display())));
    }
    if metadata.len() > limit_bytes(name) {
        return Err(too_large(&path, name));
    }
    Ok(path)
}

fn too_large(path: &Path, name: &str) -> ImportError {
    unusable(format!("`{}` is larger than {} MB, which no such file is", path.display(), limit_bytes(name) >> 20))
}

/// Copies at most as much as such a file may have, also from one that grows meanwhile.
fn copy_file(source: &Path, target: &Path, name: &str) -> Result<EmbedderFile, ImportError> {
    let unreadable = |error: &io::Error| unusable(format!("`{}` cannot be read ({error})", source.display()));
    let unwritten = |error: io::Error| ImportError::Folder { path: target.to_owned(), source: error };
    let mut from = File::open(source).map_err(|error| unreadable(&error))?.take(limit_bytes(name) + 1);
    let mut to = File::create_new(target).map_err(unwritten)?;
    let (mut digest, mut size_bytes) = (RunningDigest::default(), 0);
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let read = from.read(&mut block).map_err(|error| unreadable(&error))?;
        if read == 0 {
            break;
        }
        size_bytes += read as u64;
        if size_bytes > limit_bytes(name) {
            return Err(too_large(source, name));
        }
        digest.take(&block[..read]);
        to.write_all(&block[..read]).map_err(unwritten)?;
    }
    to.sync_all().map_err(unwritten)?;
    Ok(EmbedderFile { name: name.to_owned(), sha256: digest.finish(), size_bytes })
}

/// What the small files say.
struct Settings {
    config: Value,
    /// Of sentence-transformers, when it is there.
    pooling: Option<Pooling>,
    /// Fewest tokens that one of the files allows.
    max_tokens: usize,
}

impl Settings {
    fn read(folder: &Path, sources: &[PathBuf]) -> Result<Self, ImportError> {
        let config = json(&sources[2])?;
        json(&sources[3])?;
        let tokenizer = json(&sources[4])?;
        let sentence = json(&folder.join("sentence_bert_config.json")).unwrap_or_default();
        let pooling = json(&folder.join("1_Pooling").join("config.json")).unwrap_or_default();
        let pooling = match (&pooling["pooling_mode_cls_token"], &pooling["pooling_mode_mean_tokens"]) {
            (Value::Bool(true), _) => Some(Pooling::Cls),
            (_, Value::Bool(true)) => Some(Pooling::Mean),
            _ => None,
        };
        // RoBERTa counts positions from 2.
        let from = match config["model_type"].as_str() {
            Some("roberta" | "xlm-roberta" | "camembert") => 2.0,
            _ => 0.0,
        };
        let limits = [
            config["max_position_embeddings"].as_f64().map(|tokens| tokens - from),
            tokenizer["model_max_length"].as_f64(),
            sentence["max_seq_length"].as_f64(),
        ];
        let max_tokens = limits.into_iter().flatten().filter(|tokens| *tokens >= 1.0).fold(f64::INFINITY, f64::min);
        let max_tokens = if max_tokens.is_finite() { max_tokens.min(MOST_TOKENS as f64) as usize } else { 0 };
        Ok(Self { config, pooling, max_tokens })
    }

    /// Everything but the files.
    fn spec(&self, folder: &Path, request: &ImportRequest) -> Result<EmbedderSpec, ImportError> {
        let catalogue = Catalogue::built_in();
        let (id, entry) = self.named(folder, request, &catalogue)?;
        let dimensions =
            self.config["hidden_size"].as_u64().map_or(0, |size| usize::try_from(size).unwrap_or(usize::MAX));
        if let Some(entry) = entry
            && dimensions != 0
            && dimensions != entry.dimensions
        {
            return Err(unusable(format!(
                "`config.json` speaks of vectors of {dimensions} numbers, but `{id}` has {}; import it under another name with `--as`",
                entry.dimensions
            )));
        }
        let dimensions = entry.map_or(dimensions, |entry| entry.dimensions);
        if !(1..=MOST_DIMENSIONS).contains(&dimensions) {
            return Err(unusable("`config.json` does not say how many numbers a vector has (`hidden_size`)"));
        }
        let said = entry.map_or(self.max_tokens, |entry| match self.max_tokens {
            0 => entry.max_tokens,
            tokens => entry.max_tokens.min(tokens),
        });
        let max_tokens = request.max_tokens.map_or(said, |wanted| wanted.min(said.max(FEWEST_TOKENS)));
        if max_tokens < FEWEST_TOKENS {
            return Err(unusable(format!(
                "The model reads {max_tokens} tokens together as far as its files say; at least {FEWEST_TOKENS} are needed"
            )));
        }
        let prefixes = [&request.query_prefix, &request.passage_prefix];
        if prefixes.into_iter().flatten().any(|prefix| prefix.len() > PREFIX_BYTES) {
            return Err(unusable(format!("A prefix has at most {PREFIX_BYTES} bytes")));
        }
        let mut assumed = Vec::new();
        let pooling = request.pooling.or(entry.map(|entry| entry.pooling)).or(self.pooling).unwrap_or_else(|| {
            assumed.push(Assumed::MeanPooling);
            Pooling::Mean
        });
        if entry.is_none() {
            if prefixes.into_iter().all(Option::is_none) {
                assumed.push(Assumed::NoPrefix);
            }
            assumed.push(Assumed::Languages);
        }
        let prefix =
            |wanted: &Option<String>, usual: Option<&String>| wanted.as_ref().or(usual).cloned().unwrap_or_default();
        Ok(EmbedderSpec {
            name: entry.map_or_else(|| id.clone(), |entry| entry.name.clone()),
            licence: entry.map(|entry| entry.licence.clone()),
            folder: String::new(),
            pooling,
            query_prefix: prefix(&request.query_prefix, entry.map(|entry| &entry.query_prefix)),
            passage_prefix: prefix(&request.passage_prefix, entry.map(|entry| &entry.passage_prefix)),
            dimensions,
            max_tokens,
            languages: entry.map_or(EmbedderLanguages::Unknown, |entry| entry.languages),
            memory_bytes: entry.map_or(0, |entry| entry.memory_bytes),
            unrelated_cosine: 0.0,
            files: Vec::new(),
            assumed,
            id,
        })
    }

    /// The name the user gave, or the catalogue's for a folder or model of that name, or the folder's own.
    fn named<'a>(
        &self,
        folder: &Path,
        request: &ImportRequest,
        catalogue: &'a Catalogue,
    ) -> Result<(String, Option<&'a EmbedderEntry>), ImportError> {
        let slug = |name: &str| name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase().replace(' ', "-");
        let of_folder = slug(&folder.file_name().unwrap_or_default().to_string_lossy());
        let of_config = self.config["_name_or_path"].as_str().map(slug).unwrap_or_default();
        let id = match &request.id {
            Some(id) => id.trim().to_owned(),
            None => [&of_folder, &of_config]
                .into_iter()
                .find(|id| catalogue.embedder(id).is_some())
                .unwrap_or(&of_folder)
                .clone(),
        };
        if !is_embedder_id(&id) {
            return Err(unusable(format!(
                "`{id}` cannot be the name of an embedder; give it one of small letters, digits, `-`, `_` and `.` with `--as`"
            )));
        }
        if id == MINILM_ID {
            return Err(unusable(format!(
                "`{id}` is the embedder that comes with Quillhouse; give this one another name with `--as`"
            )));
        }
        let entry = catalogue.embedder(&id);
        Ok((id, entry))
    }
}

fn json(path: &Path) -> Result<Value, ImportError> {
    let shown = path.display();
    let mut text = String::new();
    fs::metadata(path)
        .and_then(
            |metadata| if metadata.is_file() { File::open(path) } else { Err(io::ErrorKind::InvalidInput.into()) },
        )
        .and_then(|file| file.take(SETTINGS_BYTES).read_to_string(&mut text))
        .map_err(|error| unusable(format!("`{shown}` cannot be read ({error})")))?;
    serde_json::from_str(&text).map_err(|error| unusable(format!("`{shown}` is not JSON ({error})")))
}

/// Loads it and embeds a few texts; tells how much alike it finds texts that have nothing to do with each other.
async fn try_out(
    models: &Path,
    spec: &EmbedderSpec,
    program: PathBuf,
    arguments: Vec<OsString>,
) -> Result<f32, ImportError> {
    let failed = |error: EmbedError| {
        let (EmbedError::Unavailable { reason } | EmbedError::Failed { reason }) = error;
        // The remedy for one that was imported is to import it, which is what is tried here.
        let told = reason.split("; import it again").next().unwrap_or_default();
        let staged = spec.folder.rsplit('/').next().unwrap_or_default();
        let place = models.join(IMPORTED_FOLDER).join(staged);
        ImportError::Failed { reason: told.replace(&format!("{}/", place.display()), "") }
    };
    let worker = EmbedWorker::open_as(models, spec.clone(), program, arguments).map_err(failed)?;
    let (queries, passages): (Vec<String>, Vec<String>) =
        PAIRS.iter().map(|(query, passage)| ((*query).to_owned(), (*passage).to_owned())).unzip();
    let queries = worker.embed_queries(queries).await.map_err(failed)?;
    let passages = worker.embed(passages).await.map_err(failed)?;
    let cosine = |left: &[f32], right: &[f32]| left.iter().zip(right).map(|(left, right)| left * right).sum::<f32>();
    let (mut sum, mut pairs) = (0.0, 0.0);
    for (number, query) in queries.iter().enumerate() {
        for passage in passages.iter().enumerate().filter(|(other, _)| *other != number).map(|(_, passage)| passage) {
            sum += cosine(query, passage);
            pairs += 1.0;
        }
    }
    let unrelated: f32 = sum / pairs;
    if !unrelated.is_finite() || unrelated > NOTHING_TOLD {
        let reason = "it gives every text the same vector, so it is no embedder or needs another pooling".to_owned();
        return Err(ImportError::Failed { reason });
    }
    Ok(((unrelated - USUAL_UNRELATED) / (1.0 - USUAL_UNRELATED)).clamp(0.0, NOTHING_TOLD))
}

/// Writes the manifest and gives the folder its name.
fn take_in(staged: &mut Staged, target: &Path, spec: &EmbedderSpec) -> Result<(), ImportError> {
    let failed = |source: io::Error| ImportError::Folder { path: target.to_owned(), source };
    let manifest = serde_json::to_vec_pretty(spec).map_err(|error| failed(error.into()))?;
    let mut file = File::create(staged.path.join(MANIFEST)).map_err(failed)?;
    file.write_all(&manifest).and_then(|()| file.sync_all()).map_err(failed)?;
    if target.exists() {
        return Err(ImportError::Exists { id: spec.id.clone() });
    }
    fs::rename(&staged.path, target).map_err(failed)?;
    staged.kept = true;
    Ok(())
}
