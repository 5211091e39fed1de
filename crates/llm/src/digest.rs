//! SHA-256 of files, by which models are known.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use sha2::{Digest, Sha256};

/// Bytes read at once.
const BLOCK_BYTES: usize = 1 << 20;

/// SHA-256 in lower-case hexadecimal, while bytes go by.
#[derive(Debug, Clone, Default)]
pub struct RunningDigest(Sha256);

impl RunningDigest {
    /// Takes more bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all that was taken.
    pub fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// SHA-256 of a file in lower-case hexadecimal. Blocks.
pub fn file_digest(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut digest = RunningDigest::default();
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            return Ok(digest.finish());
        }
        digest.take(&block[..read]);
    }
}

/// SHA-256 of bytes in lower-case hexadecimal.
pub fn bytes_digest(bytes: &[u8]) -> String {
    let mut digest = RunningDigest::default();
    digest.take(bytes);
    digest.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_its_bytes_have_the_known_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        std::fs::write(&path, b"abc").unwrap();
        // The example of FIPS 180-2.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(file_digest(&path).unwrap(), expected);
        assert_eq!(bytes_digest(b"abc"), expected);
        assert!(file_digest(folder.path()).is_err(), "a folder has none");
    }
}
