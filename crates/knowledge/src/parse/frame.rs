//! Frames between the application and `worker parse`: four bytes of length (little endian), then JSON.
//!
//! The request frame is followed by exactly `size_bytes` bytes of the file.

use std::io::{self, Read, Write};

use quillhouse_domain::{ParsedDocument, Problem};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::limits::ParseLimits;

/// Longest request frame: a file name, a few numbers, page numbers.
pub(crate) const REQUEST_LIMIT_BYTES: usize = 64 << 10;

/// Longest password taken, in bytes: that of the newest kind of PDF (ISO 32000-2, 7.6.4).
const PASSWORD_LIMIT_BYTES: usize = 127;

/// A password on its way to the child. It never prints.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Password(String);

impl Password {
    /// Takes as much as any PDF can have.
    pub(crate) fn new(password: &str) -> Self {
        let mut end = password.len().min(PASSWORD_LIMIT_BYTES);
        while !password.is_char_boundary(end) {
            end -= 1;
        }
        Self(password[..end].to_owned())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("<redacted>")
    }
}

/// What to do with the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Read it in this process, locked in.
    Read,
    /// Have the programs for text recognition read pages of it, with less of a lock but the same limits.
    Recognise(Recognition),
}

/// Text recognition with two programs of the system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recognition {
    /// Draws pages: `pdftoppm`.
    pub(crate) renderer: std::path::PathBuf,
    /// Reads pictures: `tesseract`.
    pub(crate) recogniser: std::path::PathBuf,
    /// Page numbers, counted from 1.
    pub(crate) pages: Vec<u32>,
    /// Languages wanted, the most likely one first; none when nothing is known.
    pub(crate) languages: Vec<String>,
}

/// What the child is asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The name the user knows the file by; its ending is the promise that the bytes are checked against.
    pub(crate) file_name: String,
    /// Bytes that follow this frame.
    pub(crate) size_bytes: u64,
    /// What it may cost.
    pub(crate) limits: ParseLimits,
    /// Opens a protected file.
    pub(crate) password: Option<Password>,
    /// What to do.
    pub(crate) task: Task,
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
    /// Wanted languages that text recognition has no data for.
    Unread {
        /// As they were wanted.
        languages: Vec<String>,
    },
    /// The recognised text of one page; empty when there is none.
    Recognised {
        /// Counted from 1.
        page: u32,
        /// As the program wrote it.
        text: String,
    },
    /// All pages were tried.
    RecognisedAll,
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
    fn a_password_reaches_the_child_and_no_log() {
        let password = Password::new("öpen sesame");
        assert_eq!(format!("{password:?}"), "<redacted>");
        let mut bytes = Vec::new();
        write(&mut bytes, &password, 1000).unwrap();
        assert_eq!(read::<Password>(&mut bytes.as_slice(), 1000).unwrap().expose(), "öpen sesame");
        assert_eq!(Password::new(&"ö".repeat(100)).expose().len(), 126, "cut between letters");
    }

    #[test]
    fn a_frame_that_announces_too_much_is_refused_before_memory_is_taken() {
        let bytes = u32::MAX.to_le_bytes();
        let error = read::<Reply>(&mut bytes.as_slice(), 1000).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge, "the length comes from the child and is not trusted");
    }
}
