//! From a path, bytes or a page to a queued document: known files are recognised, new ones copied in.
//!
//! Invariants
//! - A file whose size and time of change are as they were is not read at all.
//! - The same bytes are in the library once; under another path or name they are the same document, which takes that name
//!   when its former place has something else or nothing.
//! - A file that changes while it is copied is copied again; one that does not come to rest is not taken.

use std::{
    fs::{self, File},
    io::{self, Cursor},
    path::{Path, PathBuf},
};

use quillhouse_domain::{DocumentFormat, DocumentId, DocumentState, Problem, ProblemKind};
use quillhouse_store::DocumentRow;

use super::{
    Ingest, IngestError, IngestSource,
    copy::{self, Copied, CopyError},
    on_blocking_thread,
    scan::{self, FoundFile, SkippedFile},
    source,
};

/// Copies of a file that keeps changing before it is left alone.
const COPIES: usize = 3;

/// A file on its way from the list to the queue.
pub(super) enum Offer {
    File(FoundFile),
    Bytes { name: String, bytes: Vec<u8>, format: DocumentFormat, url: Option<String> },
}

impl Offer {
    /// Its size as far as it is known.
    pub(super) fn byte_count(&self) -> u64 {
        match self {
            Self::File(file) => file.byte_count,
            Self::Bytes { bytes, .. } => bytes.len() as u64,
        }
    }
}

/// What became of an offered file.
pub(super) enum Admission {
    /// A document was queued.
    New(DocumentRow),
    /// Its bytes are known.
    Known {
        row: DocumentRow,
        /// The document took the file's path and name.
        moved: bool,
    },
    /// It cannot be a document.
    Skipped(SkippedFile),
}

/// What was offered, without its content.
struct Label {
    path: Option<String>,
    name: String,
    format: DocumentFormat,
    url: Option<String>,
}

/// A copy in the brand's folder, and what is worth remembering about its source.
struct Taken {
    copied: Copied,
    modified_ns: Option<i64>,
    dated: Option<String>,
}

enum CopyFailure {
    Refused(Problem),
    Target(io::Error),
}

impl Ingest {
    pub(super) async fn offers(
        &self,
        sources: Vec<IngestSource>,
    ) -> Result<(Vec<Offer>, Vec<SkippedFile>), IngestError> {
        let mut offers = Vec::new();
        let mut skipped = Vec::new();
        let mut paths = Vec::new();
        for source in sources {
            let (name, bytes, url) = match source {
                IngestSource::Path(path) => {
                    paths.push(path);
                    continue;
                }
                IngestSource::Bytes { name, bytes } => (name, bytes, None),
                IngestSource::Page { url, name, bytes } => (name, bytes, Some(url)),
            };
            if let Some(format) = DocumentFormat::from_file_name(&name) {
                offers.push(Offer::Bytes { name, bytes, format, url });
            } else {
                let problem = scan::unsupported(&name);
                skipped.push(SkippedFile { path: PathBuf::from(name), problem });
            }
        }
        let given = paths.clone();
        // `<data folder>/brands/<brand>/files`
        let own = self.files.ancestors().nth(3).map(Path::to_path_buf);
        let found = on_blocking_thread(move || scan::scan(&paths, own.as_deref())).await;
        offers.extend(found.files.into_iter().map(Offer::File));
        skipped.extend(found.skipped);
        if offers.is_empty() {
            return Err(IngestError::NothingToRead { paths: given, skipped });
        }
        Ok((offers, skipped))
    }

    /// Copies a file into the brand and queues it, unless its bytes are known.
    pub(super) async fn admit(&self, offer: Offer) -> Result<Admission, IngestError> {
        let label = label(&offer);
        if let (Offer::File(file), Some(path)) = (&offer, &label.path)
            && let Some(row) = self.unchanged(&file.path, path).await?
        {
            return Ok(Admission::Known { row, moved: false });
        }
        let id = DocumentId::from_uuid((self.ids)());
        let (folder, part, limit_bytes) = (self.files.clone(), id.to_string(), self.worker.limits.input_bytes);
        let taken = match on_blocking_thread(move || copy_offer(offer, &folder, &part, limit_bytes)).await {
            Ok(taken) => taken,
            Err(CopyFailure::Refused(problem)) => {
                let path = PathBuf::from(label.path.unwrap_or(label.name));
                return Ok(Admission::Skipped(SkippedFile { path, problem }));
            }
            Err(CopyFailure::Target(source)) => {
                return Err(IngestError::Folder { path: self.files.clone(), source });
            }
        };
        let hash = taken.copied.hash.clone();
        match self.store.read(move |brand| brand.documents().find_by_hash(&hash)).await? {
            Some(known) => {
                let temporary = taken.copied.temporary;
                on_blocking_thread(move || copy::discard(&temporary)).await;
                self.recognise(known, label, taken.modified_ns).await
            }
            None => self.queue(id, label, taken).await.map(Admission::New),
        }
    }

    /// The finished document of a file that nobody has touched since it was read.
    async fn unchanged(&self, path: &Path, source_path: &str) -> Result<Option<DocumentRow>, IngestError> {
        let wanted = source_path.to_owned();
        let rows = self.store.read(move |brand| brand.documents().by_source_path(&wanted)).await?;
        let [row] = &rows[..] else { return Ok(None) };
        let path = path.to_owned();
        let Ok(metadata) = on_blocking_thread(move || fs::metadata(path)).await else { return Ok(None) };
        let settled = row.state.is_final() && row.state != DocumentState::Failed;
        Ok((settled && source::is_same(row, &metadata)).then(|| row.clone()))
    }

    /// The bytes are known: the document keeps, takes or shares the file's place.
    async fn recognise(
        &self,
        known: DocumentRow,
        label: Label,
        modified_ns: Option<i64>,
    ) -> Result<Admission, IngestError> {
        let same_place = known.source_path == label.path;
        let row = known.clone();
        let moved = !same_place
            && label.path.is_some()
            && known.source_url.is_none()
            && !on_blocking_thread(move || source::still_there(&row)).await;
        let outdated = known.source_modified_ns != modified_ns || known.source_missing;
        if !(moved || same_place && label.path.is_some() && outdated) {
            return Ok(Admission::Known { row: known, moved: false });
        }
        let (id, now) = (known.id, (self.clock)());
        let row = self
            .store
            .write(move |brand| {
                brand.documents().set_source(id, &label.name, label.path.as_deref(), modified_ns, &now)?;
                brand.documents().get(id)
            })
            .await?;
        Ok(Admission::Known { row, moved })
    }

    async fn queue(&self, id: DocumentId, label: Label, taken: Taken) -> Result<DocumentRow, IngestError> {
        let extension = Path::new(&label.name).extension().and_then(|extension| extension.to_str());
        let extension = extension.map_or_else(|| label.format.word().to_owned(), str::to_ascii_lowercase);
        let file_name = format!("{id}.{extension}");
        let (folder, settled) = (self.files.clone(), file_name.clone());
        let Copied { temporary, hash, bytes } = taken.copied;
        on_blocking_thread(move || copy::settle(&temporary, &folder, &settled))
            .await
            .map_err(|source| IngestError::Folder { path: self.files.clone(), source })?;
        let now = (self.clock)();
        let row = DocumentRow {
            id,
            content_hash: hash,
            name: label.name,
            source_path: label.path,
            file_name,
            format: label.format,
            byte_count: bytes,
            state: DocumentState::Queued,
            title: None,
            language: None,
            page_count: 0,
            passage_count: 0,
            character_count: 0,
            problems: Vec::new(),
            attempt: 0,
            added_at: now.clone(),
            changed_at: now,
            tags: Vec::new(),
            dated: taken.dated,
            source_url: label.url,
            source_modified_ns: taken.modified_ns,
            source_missing: false,
        };
        let inserted = row.clone();
        self.store.write(move |brand| brand.documents().insert(&inserted)).await?;
        Ok(row)
    }

    /// Erases the documents whose place another document has taken and whose bytes stand nowhere else; answers how many.
    pub(super) async fn erase_displaced(&self, moved: &[DocumentRow]) -> Result<u32, IngestError> {
        let mut erased = 0;
        for row in moved {
            let (Some(path), id) = (row.source_path.clone(), row.id) else { continue };
            let rows = self.store.read(move |brand| brand.documents().by_source_path(&path)).await?;
            for displaced in rows.into_iter().filter(|other| other.id != id && other.state.is_final()) {
                self.forget(displaced.id).await?;
                erased += 1;
            }
        }
        Ok(erased)
    }
}

fn label(offer: &Offer) -> Label {
    match offer {
        Offer::File(file) => {
            let path = std::path::absolute(&file.path).unwrap_or_else(|_| file.path.clone());
            let path = Some(path.to_string_lossy().into_owned());
            Label { path, name: file.name.clone(), format: file.format, url: None }
        }
        Offer::Bytes { name, format, url, .. } => {
            Label { path: None, name: name.clone(), format: *format, url: url.clone() }
        }
    }
}

fn copy_offer(offer: Offer, folder: &Path, part: &str, limit_bytes: u64) -> Result<Taken, CopyFailure> {
    match offer {
        Offer::File(file) => copy_file(&file, folder, part, limit_bytes),
        Offer::Bytes { name, bytes, .. } => {
            check_size(&name, bytes.len() as u64, limit_bytes)?;
            let copied = copy::copy_in(Cursor::new(bytes), folder, part).map_err(|error| match error {
                CopyError::Source(error) | CopyError::Target(error) => CopyFailure::Target(error),
            })?;
            Ok(Taken { copied, modified_ns: None, dated: None })
        }
    }
}

fn copy_file(file: &FoundFile, folder: &Path, part: &str, limit_bytes: u64) -> Result<Taken, CopyFailure> {
    let refused = |error: &io::Error| CopyFailure::Refused(scan::not_readable(&file.path, error));
    for _ in 0..COPIES {
        let opened = File::open(&file.path).map_err(|error| refused(&error))?;
        let before = opened.metadata().map_err(|error| refused(&error))?;
        check_size(&file.name, before.len(), limit_bytes)?;
        let copied = copy::copy_in(opened, folder, part).map_err(|error| match error {
            CopyError::Source(error) => refused(&error),
            CopyError::Target(error) => CopyFailure::Target(error),
        })?;
        let after = fs::metadata(&file.path);
        let at_rest = after.as_ref().is_ok_and(|after| {
            after.len() == copied.bytes && source::modified_ns(after) == source::modified_ns(&before)
        });
        if at_rest {
            let modified_ns = source::reliable_modified_ns(&before, &copied.temporary);
            let dated = before.modified().ok().and_then(source::day);
            return Ok(Taken { copied, modified_ns, dated });
        }
        copy::discard(&copied.temporary);
        after.map_err(|error| refused(&error))?;
    }
    Err(CopyFailure::Refused(Problem {
        kind: ProblemKind::NotReadable,
        message: format!(
            "`{}` was changed by another program while it was read, several times. It was not added; add it again when it is finished",
            file.name
        ),
        pages: Vec::new(),
    }))
}

fn check_size(name: &str, bytes: u64, limit_bytes: u64) -> Result<(), CopyFailure> {
    if bytes <= limit_bytes {
        return Ok(());
    }
    Err(CopyFailure::Refused(Problem {
        kind: ProblemKind::TooLarge,
        message: format!(
            "`{name}` has {} MB; the limit is {} MB. Split it and add the parts, or raise the limit of memory for reading in the settings",
            bytes.div_ceil(1 << 20),
            limit_bytes >> 20
        ),
        pages: Vec::new(),
    }))
}
