//! What an embedder is: where its files lie, how it is run, by which name its vectors are known.
//!
//! Shipped ones stand in the catalogue with their checksums. Imported ones lie in `<models>/embedders/<id>` with a manifest
//! that [`super::import`] writes.
//!
//! Invariants
//! - A file is given to the runtime only when its SHA-256 is the one in the catalogue or the manifest.
//! - Vectors of two embedders have the same name only when files and settings are the same.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use quillhouse_llm::{
    EmbedError,
    catalogue::{Catalogue, EmbedderEntry, EmbedderLanguages, FEWEST_TOKENS, Pooling, is_embedder_id},
    digest::bytes_digest,
};
use serde::{Deserialize, Serialize};

use super::MINILM_ID;

/// Folder of imported embedders inside the models folder.
pub const IMPORTED_FOLDER: &str = "embedders";
/// What an embedder consists of; the weights come first.
pub const EMBEDDER_FILES: [&str; 5] =
    ["model.onnx", "tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"];
/// The manifest of an imported one.
pub(super) const MANIFEST: &str = "embedder.json";
/// Longest manifest, in bytes.
const MANIFEST_BYTES: u64 = 64 << 10;
/// Most numbers in a vector: twice what the largest common embedders have.
pub(super) const MOST_DIMENSIONS: usize = 8_192;
/// Most tokens read together: what the longest common embedders read.
pub(super) const MOST_TOKENS: usize = 8_192;
/// Longest prefix, in bytes.
pub(super) const PREFIX_BYTES: usize = 256;

/// One file of an embedder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbedderFile {
    /// One of [`EMBEDDER_FILES`].
    pub name: String,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Size.
    pub size_bytes: u64,
}

/// What nobody said about an imported embedder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assumed {
    /// The vectors of the tokens become one by their mean.
    MeanPooling,
    /// Neither queries nor passages get a prefix.
    NoPrefix,
    /// The languages it knows.
    Languages,
}

/// An embedder that is installed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmbedderSpec {
    /// Its name.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// SPDX identifier, when it is known.
    pub licence: Option<String>,
    /// Its folder, relative to the models folder.
    pub folder: String,
    /// How the vectors of the tokens become one.
    pub pooling: Pooling,
    /// What is put before a query.
    pub query_prefix: String,
    /// What is put before a passage.
    pub passage_prefix: String,
    /// Numbers in a vector.
    pub dimensions: usize,
    /// Tokens that it reads together, its marks and the prefix included.
    pub max_tokens: usize,
    /// What it was trained on.
    pub languages: EmbedderLanguages,
    /// Memory it takes.
    pub memory_bytes: u64,
    /// See [`quillhouse_llm::Embedder::unrelated_cosine`].
    pub unrelated_cosine: f32,
    /// Its files, in the order of [`EMBEDDER_FILES`].
    pub files: Vec<EmbedderFile>,
    /// What nobody said about it.
    pub assumed: Vec<Assumed>,
}

/// An embedder that is installed or could be.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownEmbedder {
    /// Its name.
    pub id: String,
    /// The catalogue's entry, when it has one.
    pub entry: Option<EmbedderEntry>,
    /// How it is run, when it is installed.
    pub spec: Option<EmbedderSpec>,
    /// Why it cannot be used although its folder is there, in a sentence.
    pub problem: Option<String>,
}

impl EmbedderSpec {
    /// all-MiniLM-L6-v2, which comes with the program.
    pub fn shipped() -> Self {
        let catalogue = Catalogue::built_in();
        let entry = catalogue.embedder(MINILM_ID).expect("BUG: the built-in catalogue is checked by a test");
        let files = EMBEDDER_FILES.iter().map(|name| {
            let path = format!("{MINILM_ID}/{name}");
            let file = entry.files.iter().find(|file| file.path == path);
            let file = file.expect("BUG: the built-in catalogue is checked by a test");
            EmbedderFile { name: (*name).to_owned(), sha256: file.sha256.clone(), size_bytes: file.size_bytes }
        });
        Self {
            id: entry.id.clone(),
            name: entry.name.clone(),
            licence: Some(entry.licence.clone()),
            folder: MINILM_ID.to_owned(),
            pooling: entry.pooling,
            query_prefix: entry.query_prefix.clone(),
            passage_prefix: entry.passage_prefix.clone(),
            dimensions: entry.dimensions,
            max_tokens: entry.max_tokens,
            languages: entry.languages,
            memory_bytes: entry.memory_bytes,
            unrelated_cosine: 0.0,
            files: files.collect(),
            assumed: Vec::new(),
        }
    }

    /// True for the one that comes with the program.
    pub fn is_shipped(&self) -> bool {
        self.id == MINILM_ID
    }

    /// The name its vectors are known by: with a digest of files and settings when it was imported, because other files may
    /// be imported under the same name later.
    pub fn vectors_id(&self) -> String {
        if self.is_shipped() {
            return self.id.clone();
        }
        let files: Vec<&str> = self.files.iter().map(|file| file.sha256.as_str()).collect();
        let how = serde_json::json!([files, self.pooling, self.query_prefix, self.passage_prefix, self.max_tokens]);
        format!("{}@{}", self.id, &bytes_digest(how.to_string().as_bytes())[..12])
    }

    /// Where its files lie.
    pub fn path_in(&self, models: &Path) -> PathBuf {
        models.join(&self.folder)
    }

    /// The content of a file, when it is the one that is known.
    pub(super) fn read(&self, models: &Path, name: &str) -> Result<Vec<u8>, EmbedError> {
        let path = self.path_in(models).join(name);
        let known = self.files.iter().find(|file| file.name == name);
        let known = known.ok_or_else(|| self.damaged(&path, "nothing is known of it"))?;
        let metadata = fs::metadata(&path).map_err(|error| self.unreadable(&path, &error))?;
        if !metadata.is_file() || metadata.len() != known.size_bytes {
            let detail = if metadata.len() == 0 { "it is empty" } else { "it does not have its size" };
            return Err(self.damaged(&path, detail));
        }
        let bytes = fs::read(&path).map_err(|error| self.unreadable(&path, &error))?;
        if bytes_digest(&bytes) != known.sha256 {
            return Err(self.damaged(&path, "its checksum differs"));
        }
        Ok(bytes)
    }

    /// What brings its files back.
    fn remedy(&self) -> String {
        if self.is_shipped() {
            "run the set-up again to fetch the models".to_owned()
        } else {
            format!("import it again with `quillhouse models import FOLDER --as {}`", self.id)
        }
    }

    fn unreadable(&self, path: &Path, error: &io::Error) -> EmbedError {
        let reason = if error.kind() == io::ErrorKind::NotFound {
            format!("the file `{}` is missing; {}", path.display(), self.remedy())
        } else {
            format!("the file `{}` cannot be read ({error}); check its permissions", path.display())
        };
        EmbedError::Unavailable { reason }
    }

    pub(super) fn damaged(&self, path: &Path, detail: &str) -> EmbedError {
        EmbedError::Unavailable { reason: format!("`{}` is damaged ({detail}); {}", path.display(), self.remedy()) }
    }

    /// Nothing in it can do harm: it may come from a file that somebody else wrote.
    fn is_sound(&self) -> bool {
        let sha256 =
            |text: &str| text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_embedder_id(&self.id)
            && (1..=MOST_DIMENSIONS).contains(&self.dimensions)
            && (FEWEST_TOKENS..=MOST_TOKENS).contains(&self.max_tokens)
            && self.query_prefix.len() <= PREFIX_BYTES
            && self.passage_prefix.len() <= PREFIX_BYTES
            && (0.0..1.0).contains(&self.unrelated_cosine)
            && self.files.iter().map(|file| file.name.as_str()).eq(EMBEDDER_FILES)
            && self.files.iter().all(|file| sha256(&file.sha256))
    }
}

/// The embedders of the catalogue in its order, then the others that were imported, by name.
pub fn known_embedders(models: &Path) -> Vec<KnownEmbedder> {
    let mut imported = imported(models);
    let mut known: Vec<KnownEmbedder> = Catalogue::built_in()
        .embedder
        .into_iter()
        .map(|entry| {
            if entry.id == MINILM_ID {
                let spec = EmbedderSpec::shipped();
                let missing = EMBEDDER_FILES.iter().find(|name| !spec.path_in(models).join(name).is_file());
                let problem =
                    missing.map(|name| format!("`{name}` is missing; run the set-up again to fetch the models"));
                let spec = problem.is_none().then_some(spec);
                return KnownEmbedder { id: entry.id.clone(), spec, problem, entry: Some(entry) };
            }
            let own = imported.iter().position(|found| found.id == entry.id).map(|at| imported.remove(at));
            match own {
                Some(found) => KnownEmbedder { entry: Some(entry), ..found },
                None => KnownEmbedder { id: entry.id.clone(), entry: Some(entry), spec: None, problem: None },
            }
        })
        .collect();
    known.extend(imported);
    known
}

/// The installed embedder of that name.
pub fn installed_embedder(models: &Path, id: &str) -> Option<EmbedderSpec> {
    known_embedders(models).into_iter().find(|known| known.id == id)?.spec
}

/// The installed embedder whose vectors have that name.
pub fn embedder_of_vectors(models: &Path, vectors_id: &str) -> Option<EmbedderSpec> {
    let id = vectors_id.split('@').next().unwrap_or_default();
    installed_embedder(models, id).filter(|spec| spec.vectors_id() == vectors_id)
}

fn imported(models: &Path) -> Vec<KnownEmbedder> {
    let Ok(entries) = fs::read_dir(models.join(IMPORTED_FOLDER)) else { return Vec::new() };
    let mut found: Vec<KnownEmbedder> = entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|id| is_embedder_id(id) && id != MINILM_ID)
        .map(|id| match manifest(models, &id) {
            Ok(spec) => KnownEmbedder { id, entry: None, spec: Some(spec), problem: None },
            Err(reason) => KnownEmbedder { id, entry: None, spec: None, problem: Some(reason) },
        })
        .collect();
    found.sort_by(|left, right| left.id.cmp(&right.id));
    found
}

fn manifest(models: &Path, id: &str) -> Result<EmbedderSpec, String> {
    let path = models.join(IMPORTED_FOLDER).join(id).join(MANIFEST);
    let damaged = |detail: String| {
        format!("Its manifest `{}` cannot be used ({detail}); remove it and import it again", path.display())
    };
    let mut text = String::new();
    fs::File::open(&path)
        .and_then(|file| file.take(MANIFEST_BYTES).read_to_string(&mut text))
        .map_err(|error| damaged(error.to_string()))?;
    let spec: EmbedderSpec = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    let spec = EmbedderSpec { id: id.to_owned(), folder: format!("{IMPORTED_FOLDER}/{id}"), ..spec };
    if spec.is_sound() { Ok(spec) } else { Err(damaged("its values make no sense".to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported_spec(id: &str) -> EmbedderSpec {
        EmbedderSpec { id: id.to_owned(), folder: format!("{IMPORTED_FOLDER}/{id}"), ..EmbedderSpec::shipped() }
    }

    fn write(models: &Path, id: &str, manifest: &str) {
        let folder = models.join(IMPORTED_FOLDER).join(id);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(MANIFEST), manifest).unwrap();
    }

    #[test]
    fn vectors_have_another_name_when_files_or_settings_are_others() {
        let spec = imported_spec("bge");
        let mut names = vec![spec.vectors_id()];
        names.push(EmbedderSpec { pooling: Pooling::Cls, ..spec.clone() }.vectors_id());
        names.push(EmbedderSpec { query_prefix: "query: ".to_owned(), ..spec.clone() }.vectors_id());
        names.push(EmbedderSpec { max_tokens: 128, ..spec.clone() }.vectors_id());
        let mut other = spec.clone();
        other.files[0].sha256 = "0".repeat(64);
        names.push(other.vectors_id());
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all, "vectors that must not be compared have different names: {names:?}");
        assert_eq!(spec.vectors_id(), imported_spec("bge").vectors_id(), "and always the same");
        assert_eq!(EmbedderSpec::shipped().vectors_id(), MINILM_ID, "libraries that are there stay as they are");
    }

    #[test]
    fn manifests_are_believed_only_when_nothing_in_them_can_do_harm() {
        let models = tempfile::tempdir().unwrap();
        let good = imported_spec("good");
        write(models.path(), "good", &serde_json::to_string(&good).unwrap());
        let bad: [(&str, EmbedderSpec); 4] = [
            ("a", EmbedderSpec { dimensions: 0, ..good.clone() }),
            ("b", EmbedderSpec { max_tokens: 1_000_000, ..good.clone() }),
            ("c", EmbedderSpec { files: Vec::new(), ..good.clone() }),
            ("d", EmbedderSpec { unrelated_cosine: 1.0, ..good.clone() }),
        ];
        for (id, spec) in &bad {
            write(models.path(), id, &serde_json::to_string(spec).unwrap());
        }
        write(models.path(), "e", "not JSON");
        write(models.path(), "minilm-l6-v2-int8", &serde_json::to_string(&good).unwrap());
        write(models.path(), ".importing-1", &serde_json::to_string(&good).unwrap());
        let escaped = EmbedderSpec { folder: "../../etc".to_owned(), id: "../up".to_owned(), ..good };
        write(models.path(), "f", &serde_json::to_string(&escaped).unwrap());
        let known = known_embedders(models.path());
        let usable: Vec<(&str, &str)> =
            known.iter().filter_map(|known| Some((&*known.id, &*known.spec.as_ref()?.folder))).collect();
        assert_eq!(usable, [("f", "embedders/f"), ("good", "embedders/good")], "a folder is never left");
        let refused: Vec<&str> = known.iter().filter(|known| known.problem.is_some()).map(|known| &*known.id).collect();
        assert_eq!(refused, ["minilm-l6-v2-int8", "a", "b", "c", "d", "e"], "what cannot be used is said, not hidden");
        let id = imported_spec("good").vectors_id();
        assert_eq!(embedder_of_vectors(models.path(), &id).unwrap().id, "good");
        assert_eq!(embedder_of_vectors(models.path(), "good@000000000000"), None, "vectors of other files");
        assert_eq!(known.iter().find(|known| known.id == "multilingual-e5-small").unwrap().spec, None);
    }
}
