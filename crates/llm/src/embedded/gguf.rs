//! A look at a model file before llama.cpp gets it: is it a GGUF file, and is all of it there.
//!
//! Reads the header and the tensor list only. What it cannot judge it lets pass: llama.cpp's own checks come after it, in
//! the child process. It never reads more than the file's header claims to need, bounded by the constants below.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

/// Vocabularies have up to 300,000 entries; a header that claims more than this is damaged.
const MAX_ITEMS: u64 = 4_000_000;
/// Chat templates are the longest strings, some tens of kilobytes.
const MAX_STRING_BYTES: u64 = 16 << 20;
/// A header with a large vocabulary and its merges takes 10 to 20 MB.
const MAX_HEADER_BYTES: u64 = 256 << 20;
/// GGUF's own default, when the file does not say otherwise.
const DEFAULT_ALIGNMENT: u64 = 32;

/// Says in one sentence why the file cannot be a whole model, or nothing when no fault was found.
pub(crate) fn check(path: &Path) -> Result<(), String> {
    let shown = path.display();
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("the model file `{shown}` does not exist; fetch or choose it again"),
        io::ErrorKind::PermissionDenied => format!("the model file `{shown}` may not be read; change its rights"),
        _ => format!("the model file `{shown}` cannot be read: {error}"),
    })?;
    if !metadata.is_file() {
        return Err(format!("`{shown}` is not a file; choose a GGUF file"));
    }
    let size = metadata.len();
    if size == 0 {
        return Err(format!("the model file `{shown}` is empty; fetch it again"));
    }
    let file = File::open(path).map_err(|error| format!("the model file `{shown}` cannot be read: {error}"))?;
    let mut reader = Reader { inner: BufReader::new(file), read: 0, size };
    match reader.needed_bytes() {
        Ok(needed) if needed > size => Err(format!(
            "the model file `{shown}` is cut off: {size} of at least {needed} bytes are there; fetch it again"
        )),
        Ok(_) => Ok(()),
        Err(Fault::NotGguf) => Err(format!("`{shown}` is not a GGUF model file; choose another file")),
        Err(Fault::Version(version)) => Err(format!(
            "the model file `{shown}` has GGUF version {version}, which is not known; choose a file of version 2 or 3"
        )),
        Err(Fault::CutOff) => Err(format!("the model file `{shown}` is cut off in its header; fetch it again")),
        Err(Fault::Damaged(what)) => Err(format!("the model file `{shown}` is damaged: {what}; fetch it again")),
        Err(Fault::Io(error)) => Err(format!("the model file `{shown}` cannot be read: {error}")),
    }
}

enum Fault {
    NotGguf,
    Version(u32),
    CutOff,
    Damaged(&'static str),
    Io(io::Error),
}

struct Reader<R> {
    inner: R,
    read: u64,
    size: u64,
}

impl<R: Read> Reader<R> {
    /// The size the file must have for every tensor whose extent is known; 0 when nothing can be said.
    fn needed_bytes(&mut self) -> Result<u64, Fault> {
        match self.bytes::<4>() {
            Ok(magic) if &magic == b"GGUF" => {}
            Ok(_) | Err(Fault::CutOff) => return Err(Fault::NotGguf),
            Err(fault) => return Err(fault),
        }
        let version = self.u32()?;
        if !(2..=3).contains(&version) {
            return Err(Fault::Version(version));
        }
        let tensors = self.items("its list of tensors")?;
        let values = self.items("its list of values")?;
        let mut alignment = DEFAULT_ALIGNMENT;
        for _ in 0..values {
            let key = self.string()?;
            let kind = self.u32()?;
            if key == b"general.alignment" && kind == 4 {
                alignment = u64::from(self.u32()?);
            } else {
                self.skip_value(kind, 0)?;
            }
        }
        if !alignment.is_power_of_two() {
            return Err(Fault::Damaged("its alignment is not a power of two"));
        }
        let mut needed = 0;
        for _ in 0..tensors {
            self.string()?;
            let dimensions = self.u32()?;
            if dimensions > 8 {
                return Err(Fault::Damaged("a tensor has too many dimensions"));
            }
            let mut elements = 1_u64;
            for _ in 0..dimensions {
                elements =
                    elements.checked_mul(self.u64()?).ok_or(Fault::Damaged("a tensor is larger than any machine"))?;
            }
            let kind = self.u32()?;
            let offset = self.u64()?;
            let bytes = block_of(kind).map_or(1, |(in_block, bytes)| elements.div_ceil(in_block).saturating_mul(bytes));
            needed = needed.max(offset.saturating_add(bytes));
        }
        if needed == 0 {
            return Err(Fault::Damaged("it holds no tensors"));
        }
        let start = self.read.div_ceil(alignment) * alignment;
        Ok(start.saturating_add(needed))
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Fault> {
        self.read += bytes.len() as u64;
        if self.read > MAX_HEADER_BYTES {
            return Err(Fault::Damaged("its header has no end"));
        }
        self.inner.read_exact(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Fault::CutOff,
            _ => Fault::Io(error),
        })
    }

    fn u32(&mut self) -> Result<u32, Fault> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn u64(&mut self) -> Result<u64, Fault> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    fn items(&mut self, what: &'static str) -> Result<u64, Fault> {
        let items = self.u64()?;
        if items > MAX_ITEMS { Err(Fault::Damaged(what)) } else { Ok(items) }
    }

    fn string(&mut self) -> Result<Vec<u8>, Fault> {
        let length = self.u64()?;
        if length > MAX_STRING_BYTES {
            return Err(Fault::Damaged("a string has no end"));
        }
        if self.read + length > self.size {
            return Err(Fault::CutOff);
        }
        let mut bytes = vec![0; length as usize];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn skip_value(&mut self, kind: u32, depth: u32) -> Result<(), Fault> {
        match kind {
            0 | 1 | 7 => self.bytes::<1>().map(drop),
            2 | 3 => self.bytes::<2>().map(drop),
            4..=6 => self.bytes::<4>().map(drop),
            8 => self.string().map(drop),
            10..=12 => self.bytes::<8>().map(drop),
            9 if depth < 4 => {
                let kind = self.u32()?;
                for _ in 0..self.items("a list has no end")? {
                    self.skip_value(kind, depth + 1)?;
                }
                Ok(())
            }
            _ => Err(Fault::Damaged("a value is of no known kind")),
        }
    }
}

/// Elements and bytes of a block of a tensor type; none for types that are not listed here.
const fn block_of(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 | 26 => (1, 4),
        1 | 25 | 30 => (1, 2),
        2 | 20 => (32, 18),
        3 => (32, 20),
        6 => (32, 22),
        7 => (32, 24),
        8 => (32, 34),
        10 => (256, 84),
        11 => (256, 110),
        12 => (256, 144),
        13 => (256, 176),
        14 => (256, 210),
        24 => (1, 1),
        27 | 28 => (1, 8),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &mut Vec<u8>, text: &str) {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    }

    /// One F32 tensor of `elements` numbers, with a string list among the values.
    fn model(elements: u64) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3_u32.to_le_bytes());
        bytes.extend(1_u64.to_le_bytes());
        bytes.extend(2_u64.to_le_bytes());
        text(&mut bytes, "general.name");
        bytes.extend(8_u32.to_le_bytes());
        text(&mut bytes, "tiny");
        text(&mut bytes, "tokenizer.ggml.tokens");
        bytes.extend(9_u32.to_le_bytes());
        bytes.extend(8_u32.to_le_bytes());
        bytes.extend(2_u64.to_le_bytes());
        text(&mut bytes, "a");
        text(&mut bytes, "b");
        text(&mut bytes, "weight");
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(elements.to_le_bytes());
        bytes.extend(0_u32.to_le_bytes());
        bytes.extend(0_u64.to_le_bytes());
        bytes.resize(bytes.len().next_multiple_of(32) + usize::try_from(elements).unwrap() * 4, 0);
        bytes
    }

    fn verdict(bytes: &[u8]) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.gguf");
        std::fs::write(&path, bytes).unwrap();
        check(&path)
    }

    #[test]
    fn a_whole_file_passes_and_every_cut_of_it_is_called_cut_off() {
        let whole = model(16);
        assert_eq!(verdict(&whole), Ok(()));
        for length in 5..whole.len() {
            let said = verdict(&whole[..length]).unwrap_err();
            assert!(said.contains("cut off"), "at {length} of {} bytes: {said}", whole.len());
        }
    }

    #[test]
    fn other_files_are_named_for_what_they_are() {
        let mut old = model(1);
        old[4] = 1;
        let mut endless = model(1);
        endless[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
        let cases: [(&[u8], &str); 5] = [
            (b"", "is empty"),
            (b"GG", "not a GGUF"),
            (b"# Notes\n\nJust some text that somebody wrote", "not a GGUF"),
            (&old, "version 1"),
            (&endless, "damaged"),
        ];
        for (bytes, expected) in cases {
            let said = verdict(bytes).unwrap_err();
            assert!(said.contains(expected), "expected `{expected}` in: {said}");
        }
    }

    #[test]
    fn a_missing_file_and_a_folder_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check(&folder.path().join("none.gguf")).unwrap_err().contains("does not exist"));
        assert!(check(folder.path()).unwrap_err().contains("not a file"));
    }
}
