//! Copying a file into the brand, hashing it on the way.
//!
//! Invariants
//! - The hash is that of the copy: a file that changes while it is read cannot get another file's hash.
//! - A name in the files folder is complete and on disk, or begins with a dot.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

const BUFFER_BYTES: usize = 1 << 20;

/// A copy that has no final name yet.
#[derive(Debug)]
pub(super) struct Copied {
    pub(super) temporary: PathBuf,
    /// BLAKE3 in lower-case hexadecimal.
    pub(super) hash: String,
    pub(super) bytes: u64,
}

/// Which side failed: the user's file, which costs that file, or our folder, which stops the batch.
#[derive(Debug)]
pub(super) enum CopyError {
    Source(io::Error),
    Target(io::Error),
}

/// Copies into `folder` under a dotted name and brings the copy to disk.
pub(super) fn copy_in(source: impl Read, folder: &Path, name: &str) -> Result<Copied, CopyError> {
    fs::create_dir_all(folder).map_err(CopyError::Target)?;
    let temporary = folder.join(format!(".{name}.part"));
    let copied = copy_to(source, &temporary);
    if copied.is_err() {
        discard(&temporary);
    }
    copied
}

fn copy_to(mut source: impl Read, temporary: &Path) -> Result<Copied, CopyError> {
    let mut target = File::create(temporary).map_err(CopyError::Target)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut bytes = 0;
    loop {
        let count = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CopyError::Source(error)),
        };
        hasher.update(&buffer[..count]);
        target.write_all(&buffer[..count]).map_err(CopyError::Target)?;
        bytes += count as u64;
    }
    target.sync_all().map_err(CopyError::Target)?;
    Ok(Copied { temporary: temporary.to_path_buf(), hash: hasher.finalize().to_hex().to_string(), bytes })
}

/// Gives a copy its name.
pub(super) fn settle(temporary: &Path, folder: &Path, name: &str) -> io::Result<()> {
    fs::rename(temporary, folder.join(name))?;
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Deletes a file; one that is gone is as good.
pub(super) fn discard(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), %error, "a file of the library could not be deleted");
    }
}

/// Deletes what no document names: the remains of a copy that was interrupted.
pub(super) fn sweep(folder: &Path, is_named: impl Fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let known = entry.file_name().to_str().is_some_and(&is_named);
        if !known && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            discard(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing;

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the drive is gone"))
        }
    }

    #[test]
    fn a_copy_has_the_bytes_and_the_hash_of_its_source() {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| number as u8).collect();
        let copied = copy_in(bytes.as_slice(), folder.path(), "a").unwrap();
        assert_eq!(copied.bytes, 3_000_000);
        assert_eq!(copied.hash, blake3::hash(&bytes).to_hex().to_string());
        settle(&copied.temporary, folder.path(), "a.md").unwrap();
        assert_eq!(fs::read(folder.path().join("a.md")).unwrap(), bytes);
    }

    #[test]
    fn a_source_that_fails_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(copy_in(Failing, folder.path(), "a"), Err(CopyError::Source(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "no half copy stays");
    }

    #[test]
    fn sweeping_keeps_what_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".x.part", "orphan.pdf", "kept.pdf"] {
            fs::write(folder.path().join(name), b"x").unwrap();
        }
        sweep(folder.path(), |name| name == "kept.pdf");
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left, ["kept.pdf"]);
    }
}
