//! Erasing a document so that nothing of it is left on disk, and looking whether that is so.
//!
//! Invariants
//! - A batch that is under way does not delay erasing, and loses only that document.
//! - What is said to be verified was searched for in every byte of every file.

use std::{
    collections::{BTreeSet, HashMap},
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use quillhouse_domain::DocumentId;
use quillhouse_store::{BrandReader, DocumentErased, StoreError};

use super::{Ingest, IngestError, copy, on_blocking_thread};

/// Stretches of the text that are searched for.
const SAMPLES: usize = 32;
/// Their length in characters: long enough to be the document's own.
const SAMPLE_CHARACTERS: usize = 32;
/// Shortest name that is searched for; a shorter one stands in other files by chance.
const NAME_CHARACTERS: usize = 8;
/// Bytes read at once.
const BUFFER_BYTES: usize = 1 << 20;

/// What erasing a document came to.
#[derive(Debug, Clone, PartialEq)]
pub struct ErasedDocument {
    /// What the database held of it.
    pub document: DocumentErased,
    /// Bytes by which the index became smaller.
    pub index_bytes: u64,
    /// Copies of the database from before an update, which held it too.
    pub copies: u32,
    /// Bytes of those.
    pub copy_bytes: u64,
    /// Stretches that were searched for afterwards; 0 when every one of them also stands in another document or a piece.
    pub samples: u32,
    /// Files that still hold one of them.
    pub traces: Vec<PathBuf>,
    /// False when somebody who was reading kept the database's log from being emptied.
    pub log_is_empty: bool,
}

impl Ingest {
    /// Erases a document: its row, text, passages, vectors, its copy, the records of steps that quote it, and what the
    /// index held of it, on disk as well. `beside` are further files and folders that are searched for what is left.
    pub async fn erase(&self, document: DocumentId, beside: Vec<PathBuf>) -> Result<ErasedDocument, IngestError> {
        let samples = self.store.read(move |brand| samples(*brand, document)).await?;
        let erased = self.store.write(move |brand| brand.documents().erase(document)).await?;
        let files = [self.files.join(&erased.file_name), self.files.join(format!(".{document}.part"))];
        on_blocking_thread(move || files.iter().for_each(|file| copy::discard(file))).await;
        let index_bytes = self.erase_from_index().await?;
        let purged = self.store.purge().await?;
        let mut places = beside;
        places.extend(self.store.file().parent().map(Path::to_path_buf));
        let wanted = samples.clone();
        let traces = on_blocking_thread(move || find_traces(&places, &wanted)).await;
        Ok(ErasedDocument {
            document: erased,
            index_bytes,
            copies: purged.copies,
            copy_bytes: purged.copy_bytes,
            samples: samples.len() as u32,
            traces,
            log_is_empty: purged.log_is_empty,
        })
    }

    /// Deletes the erased passages and every older version from the index; an index that cannot do that is thrown away
    /// and rebuilt.
    async fn erase_from_index(&self) -> Result<u64, IngestError> {
        // Held to the end: the index may not be exchanged for that of another embedder in between.
        let _turn = self.outbox_turn.lock().await;
        let index = self.index();
        if self.apply_waiting(&index).await?.is_none() {
            match index.optimise().await {
                Ok(report) => return Ok(report.bytes_before.saturating_sub(report.bytes_after)),
                Err(error) => tracing::warn!(%error, "the index is thrown away to erase what it held"),
            }
        }
        Ok(index.discard().await)
    }

    /// Takes a document out of the library and tells the index's outbox.
    pub(super) async fn forget(&self, document: DocumentId) -> Result<(), IngestError> {
        let file_name = self
            .store
            .write(move |brand| {
                let file_name = brand.documents().get(document)?.file_name;
                brand.documents().remove(document)?;
                Ok(file_name)
            })
            .await?;
        let path = self.files.join(file_name);
        on_blocking_thread(move || copy::discard(&path)).await;
        Ok(())
    }
}

/// Stretches of the document that stand nowhere else: some of its text and its name.
fn samples(brand: BrandReader<'_>, document: DocumentId) -> Result<Vec<String>, StoreError> {
    let row = brand.documents().get(document)?;
    let mut samples = Vec::new();
    if let Some(text) = brand.documents().text(document)? {
        let own = stretches(&text.text);
        let step = own.len().div_ceil(SAMPLES).max(1);
        for stretch in own.into_iter().step_by(step) {
            if !brand.documents().is_said_elsewhere(document, stretch)? {
                samples.push(stretch.to_owned());
            }
        }
    }
    let alone = brand.documents().all_by_name(&row.name)?.len() == 1;
    if alone
        && row.name.chars().count() >= NAME_CHARACTERS
        && !brand.documents().is_said_elsewhere(document, &row.name)?
    {
        samples.push(row.name);
    }
    Ok(samples)
}

/// Stretches that every way of writing a text leaves as they are: no sign that JSON escapes.
fn stretches(text: &str) -> Vec<&str> {
    let plain = |letter: char| !letter.is_control() && letter != '"' && letter != '\\';
    let mut stretches = Vec::new();
    for part in text.split(|letter| !plain(letter)) {
        let mut rest = part.trim();
        while let Some((end, _)) = rest.char_indices().nth(SAMPLE_CHARACTERS) {
            stretches.push(&rest[..end]);
            rest = &rest[end..];
        }
    }
    stretches
}

/// The files in these places that hold one of the stretches, byte by byte. A file that cannot be read counts as one.
pub fn find_traces(places: &[PathBuf], stretches: &[String]) -> Vec<PathBuf> {
    let needles = Needles::of(stretches);
    let mut found = BTreeSet::new();
    let mut waiting = places.to_vec();
    while let Some(path) = waiting.pop() {
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if metadata.is_dir() {
            waiting.extend(fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        } else if metadata.is_file() && needles.are_in(&path).unwrap_or(true) {
            found.insert(path);
        }
    }
    found.into_iter().collect()
}

/// Byte strings by their first two bytes.
struct Needles<'a> {
    by_start: HashMap<[u8; 2], Vec<&'a [u8]>>,
    /// Whether any begins with these two bytes.
    starts: Vec<bool>,
    longest: usize,
}

impl<'a> Needles<'a> {
    fn of(stretches: &'a [String]) -> Self {
        let mut needles = Self { by_start: HashMap::new(), starts: vec![false; 1 << 16], longest: 0 };
        for needle in stretches.iter().map(String::as_bytes).filter(|needle| needle.len() >= 2) {
            let start = [needle[0], needle[1]];
            needles.starts[usize::from(u16::from_le_bytes(start))] = true;
            needles.by_start.entry(start).or_default().push(needle);
            needles.longest = needles.longest.max(needle.len());
        }
        needles
    }

    fn are_in(&self, path: &Path) -> io::Result<bool> {
        if self.longest == 0 {
            return Ok(false);
        }
        let mut file = File::open(path)?;
        let mut buffer = vec![0; BUFFER_BYTES + self.longest];
        let mut kept = 0;
        loop {
            let count = file.read(&mut buffer[kept..])?;
            let filled = kept + count;
            if self.hit(&buffer[..filled]) {
                return Ok(true);
            }
            if count == 0 {
                return Ok(false);
            }
            // What begins at the end of this part goes on in the next one.
            let from = filled.saturating_sub(self.longest - 1);
            buffer.copy_within(from..filled, 0);
            kept = filled - from;
        }
    }

    fn hit(&self, bytes: &[u8]) -> bool {
        bytes.windows(2).enumerate().any(|(position, pair)| {
            self.starts[usize::from(u16::from_le_bytes([pair[0], pair[1]]))]
                && self.by_start[&[pair[0], pair[1]]].iter().any(|needle| bytes[position..].starts_with(needle))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_found_wherever_it_lies_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let needle = "the whispering lighthouse of Skagen".to_owned();
        for (name, before, holds) in
            [("a", 0, true), ("deep/b", BUFFER_BYTES - 7, true), ("c", 2 * BUFFER_BYTES + 1, true), ("d", 100, false)]
        {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let mut bytes = vec![b't'; before];
            bytes.extend_from_slice(if holds { needle.as_bytes() } else { b"the whispering lighthouse of Skage" });
            bytes.extend_from_slice(&[0; 50]);
            fs::write(path, bytes).unwrap();
        }
        let found = find_traces(&[folder.path().to_path_buf()], &[needle, "zz".to_owned()]);
        let names: Vec<_> =
            found.iter().map(|path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a", "c", "deep/b"], "across the border of two parts as well");
    }

    #[test]
    fn stretches_hold_nothing_that_is_written_in_another_way() {
        let text =
            "Short\nA line that is long enough to be worth a search\tand \"quoted speech which is long as well\"";
        assert_eq!(stretches(text), ["A line that is long enough to be", "quoted speech which is long as w"]);
    }
}
