//! The part of a file that has come, and the journal beside it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{DownloadError, DownloadRequest, blocking};
use crate::digest::RunningDigest;

/// Bytes read at once when a part is read again.
const BLOCK_BYTES: usize = 1 << 20;

/// What must be known to go on after the process ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Journal {
    /// Where the file is fetched from.
    url: String,
    /// Its checksum, when known.
    sha256: Option<String>,
    /// The server's strong mark of the version.
    version: Option<String>,
    /// Size of the whole, when the server said.
    total_bytes: Option<u64>,
    /// So much of the part was on the disk when this was written.
    synced_bytes: u64,
}

/// An open part. At most one exists for a file, on the whole machine.
pub(super) struct Part {
    /// None only while the work is elsewhere.
    open: Option<Open>,
}

struct Open {
    file: File,
    path: PathBuf,
    journal: Journal,
    journal_path: PathBuf,
    digest: RunningDigest,
    done_bytes: u64,
    written_journal: bool,
}

fn beside(target: &Path, end: &str) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_os_string();
    name.push(end);
    target.with_file_name(name)
}

impl Part {
    /// Opens the part of a file, as far as it can be trusted, or begins it.
    pub(super) fn open(request: &DownloadRequest) -> Result<Self, DownloadError> {
        let (path, journal_path) = (beside(&request.target, ".part"), beside(&request.target, ".part.json"));
        let disk = |source: io::Error| DownloadError::Disk { path: path.clone(), source };
        if let Some(folder) = request.target.parent() {
            fs::create_dir_all(folder).map_err(disk)?;
        }
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(disk)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(DownloadError::UnderWay),
            // A file system without locks: the checksum finds out what two writers made.
            Err(TryLockError::Error(error)) => tracing::debug!(%error, "a part of a download cannot be locked"),
        }
        let fresh = Journal {
            url: request.url.to_string(),
            sha256: request.sha256.clone(),
            version: None,
            total_bytes: None,
            synced_bytes: 0,
        };
        let stored = fs::read(&journal_path).ok().and_then(|bytes| serde_json::from_slice::<Journal>(&bytes).ok());
        let stored = stored.filter(|stored| stored.url == fresh.url && stored.sha256 == fresh.sha256);
        let journal = stored.unwrap_or(fresh);
        let length = file.metadata().map_err(disk)?.len();
        // More than the journal says may never have reached the disk.
        let done_bytes = journal.synced_bytes.min(length);
        if length != done_bytes {
            file.set_len(done_bytes).map_err(disk)?;
        }
        let mut digest = RunningDigest::default();
        let mut block = vec![0; BLOCK_BYTES];
        let mut left_bytes = done_bytes;
        while left_bytes > 0 {
            let most = left_bytes.min(BLOCK_BYTES as u64) as usize;
            let read = file.read(&mut block[..most]).map_err(disk)?;
            if read == 0 {
                return Err(disk(io::ErrorKind::UnexpectedEof.into()));
            }
            digest.take(&block[..read]);
            left_bytes -= read as u64;
        }
        let open = Open { file, path: path.clone(), journal, journal_path, digest, done_bytes, written_journal: false };
        Ok(Self { open: Some(open) })
    }

    /// Takes it away for work elsewhere; what is left must be replaced before it is used.
    pub(super) const fn take(&mut self) -> Self {
        Self { open: self.open.take() }
    }

    fn get(&self) -> &Open {
        self.open.as_ref().expect("BUG: a part that was taken is replaced before it is used")
    }

    fn get_mut(&mut self) -> &mut Open {
        self.open.as_mut().expect("BUG: a part that was taken is replaced before it is used")
    }

    pub(super) fn path(&self) -> &Path {
        &self.get().path
    }

    pub(super) fn folder(&self) -> &Path {
        self.get().path.parent().unwrap_or_else(|| Path::new("."))
    }

    pub(super) fn done_bytes(&self) -> u64 {
        self.get().done_bytes
    }

    pub(super) fn total_bytes(&self) -> Option<u64> {
        self.get().journal.total_bytes
    }

    /// The server's strong mark of the version that is being fetched.
    pub(super) fn version(&self) -> Option<&str> {
        self.get().journal.version.as_deref()
    }

    pub(super) fn unsynced_bytes(&self) -> u64 {
        self.get().done_bytes - self.get().journal.synced_bytes.min(self.get().done_bytes)
    }

    /// The SHA-256 of what is there.
    pub(super) fn digest(&self) -> String {
        self.get().digest.clone().finish()
    }

    /// Notes what the server says about the file.
    pub(super) fn describe(&mut self, version: Option<String>, total_bytes: Option<u64>) {
        let journal = &mut self.get_mut().journal;
        // A part of the answer may leave the mark out; then the one that was asked with stands.
        if version.is_some() || journal.synced_bytes == 0 {
            journal.version = version;
        }
        journal.total_bytes = total_bytes.or(journal.total_bytes);
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), DownloadError> {
        let open = self.get_mut();
        let written = open.file.seek(SeekFrom::Start(open.done_bytes)).and_then(|_| open.file.write_all(bytes));
        written.map_err(|source| DownloadError::Disk { path: open.path.clone(), source })?;
        open.digest.take(bytes);
        open.done_bytes += bytes.len() as u64;
        Ok(())
    }

    /// Puts what is there on the disk, and says so in the journal.
    pub(super) fn sync(&mut self) -> Result<(), DownloadError> {
        let open = self.get_mut();
        if open.written_journal && open.journal.synced_bytes == open.done_bytes {
            return Ok(());
        }
        let synced = open.file.sync_data();
        synced.map_err(|source| DownloadError::Disk { path: open.path.clone(), source })?;
        let journal = Journal { synced_bytes: open.done_bytes, ..open.journal.clone() };
        let new_path = beside(&open.journal_path, ".new");
        let written = serde_json::to_vec(&journal).map_err(io::Error::other).and_then(|json| {
            let mut file = File::create(&new_path)?;
            file.write_all(&json)?;
            file.sync_data()?;
            fs::rename(&new_path, &open.journal_path)
        });
        written.map_err(|source| DownloadError::Disk { path: open.journal_path.clone(), source })?;
        open.journal = journal;
        open.written_journal = true;
        Ok(())
    }

    pub(super) fn checkpoint(mut self) -> Result<Self, DownloadError> {
        self.sync()?;
        Ok(self)
    }

    /// The same with nothing in it.
    pub(super) fn restarted(mut self) -> Result<Self, DownloadError> {
        let open = self.get_mut();
        // The journal first: a part that is longer than it says is cut, one that is shorter would be believed.
        open.done_bytes = 0;
        open.digest = RunningDigest::default();
        (open.journal.version, open.journal.total_bytes, open.written_journal) = (None, None, false);
        self.sync()?;
        let open = self.get_mut();
        open.file.set_len(0).map_err(|source| DownloadError::Disk { path: open.path.clone(), source })?;
        Ok(self)
    }

    pub(super) async fn into_restarted(self) -> Result<Self, DownloadError> {
        blocking(move || self.restarted()).await
    }

    /// Deletes it.
    pub(super) fn discard(&self) -> Result<(), DownloadError> {
        let open = self.get();
        for path in [&open.path, &open.journal_path] {
            match fs::remove_file(path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(DownloadError::Disk { path: path.clone(), source });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Gives it the file's name.
    pub(super) fn complete(mut self, target: &Path) -> Result<PathBuf, DownloadError> {
        let open = self.get_mut();
        let disk = |source: io::Error| DownloadError::Disk { path: target.to_owned(), source };
        open.file.sync_all().map_err(disk)?;
        fs::rename(&open.path, target).map_err(disk)?;
        #[cfg(unix)]
        if let Some(folder) = target.parent() {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(disk)?;
        }
        // A journal that stays belongs to no part and is not believed.
        if let Err(error) = fs::remove_file(&open.journal_path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %open.journal_path.display(), %error, "the journal of a download could not be deleted");
        }
        Ok(target.to_owned())
    }
}
