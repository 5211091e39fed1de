//! Frames between the application and `worker parse`: four bytes of length (little endian), then JSON.
//!
//! The request frame is followed by exactly `size_bytes` bytes of the file.

use std::io::{self, Read, Write};

use quillhouse_domain::{ParsedDocument, Problem};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::limits::ParseLimits;

/// Longest request frame: a file name and three numbers.
pub(crate) const REQUEST_LIMIT_BYTES: usize = 64 << 10;

/// What the child is asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The name the user knows the file by; its ending is the promise that the bytes are checked against.
    pub(crate) file_name: String,
    /// Bytes that follow this frame.
    pub(crate) size_bytes: u64,
    /// What it may cost.
    pub(crate) limits: ParseLimits,
}

/// How far the child is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParseProgress {
    /// Pages read.
    pub page: u32,
    /// Pages in all.
    pub pages: u32,
}

/// What the child says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    /// How well the child is locked in; the first frame.
    Sandbox {
        /// True when system calls are filtered.
        filtered: bool,
        /// What could not be set up, empty when all is well.
        missing: String,
    },
    /// Pages read so far.
    Progress(ParseProgress),
    /// A document that may be replaced by a better one; it counts if nothing follows.
    Provisional(ParsedDocument),
    /// The document.
    Document(ParsedDocument),
    /// The file will never be readable as it is.
    Rejected(Problem),
    /// Reading failed and may go better another time.
    Failed(Problem),
}

/// Writes one frame and flushes.
pub(crate) fn write<T: Serialize>(output: &mut impl Write, value: &T, limit_bytes: usize) -> io::Result<()> {
    let body = serde_json::to_vec(value)?;
    if body.len() > limit_bytes {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the frame is longer than its limit"));
    }
    let length = u32::try_from(body.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(&body)?;
    output.flush()
}

/// Reads one frame of at most `limit_bytes`.
pub(crate) fn read<T: DeserializeOwned>(input: &mut impl Read, limit_bytes: usize) -> io::Result<T> {
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > limit_bytes {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the frame is longer than its limit"));
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_reads_back_what_was_written() {
        let reply = Reply::Progress(ParseProgress { page: 3, pages: 7 });
        let mut bytes = Vec::new();
        write(&mut bytes, &reply, 1000).unwrap();
        assert_eq!(read::<Reply>(&mut bytes.as_slice(), 1000).unwrap(), reply, "both ends share one form");
    }

    #[test]
    fn a_frame_that_announces_too_much_is_refused_before_memory_is_taken() {
        let bytes = u32::MAX.to_le_bytes();
        let error = read::<Reply>(&mut bytes.as_slice(), 1000).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge, "the length comes from the child and is not trusted");
    }
}
