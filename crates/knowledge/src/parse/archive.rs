//! The ZIP around office documents, with limits on what is really inflated, never on what the archive says about itself.
//!
//! Nothing is ever written anywhere, so names with `..` or a leading `/` can do no harm; of two entries with one name the
//! first counts. Archives inside the archive are not opened.

use std::{
    cell::Cell,
    collections::HashMap,
    io::{self, BufReader, Cursor, Read},
    ops::ControlFlow,
};

use quillhouse_domain::{Problem, ProblemKind};
use zip::ZipArchive;

use super::{
    encoding,
    limits::INFLATED_LIMIT_BYTES,
    reader::problem,
    xml::{self, Walk, Xml},
};

/// Most entries; the largest real documents have a few thousand pictures.
const ENTRY_LIMIT: usize = 10_000;

/// Most that all entries together may inflate to when they are held whole.
const TOTAL_LIMIT_BYTES: u64 = 256 << 20;

/// Most that one entry may inflate to when it is read as a stream and not held: a sheet of a million rows.
const STREAM_LIMIT_BYTES: u64 = 1 << 30;

/// DEFLATE reaches 1,032:1 on nothing but repetition; prose in XML stays under 60:1.
const RATIO_LIMIT: u64 = 200;

/// Entries that stay below this may be as repetitive as they like: empty tables are.
const RATIO_FREE_BYTES: u64 = 4 << 20;

/// An open archive of one document.
pub(crate) struct Archive<'a> {
    file_name: &'a str,
    /// What it is called in sentences: `a Word document`.
    what: &'static str,
    zip: ZipArchive<Cursor<&'a [u8]>>,
    indexes: HashMap<String, usize>,
    inflated_bytes: u64,
}

impl<'a> Archive<'a> {
    pub(crate) fn open(file_name: &'a str, what: &'static str, bytes: &'a [u8]) -> Result<Self, Problem> {
        if announced_entries(bytes).is_some_and(|count| count > ENTRY_LIMIT) {
            return Err(bomb(file_name));
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged(file_name, what, "its archive is broken"))?;
        if zip.len() > ENTRY_LIMIT {
            return Err(bomb(file_name));
        }
        let mut indexes = HashMap::new();
        for index in 0..zip.len() {
            if let Some(Ok(name)) = zip.name_for_index(index) {
                indexes.entry(normal(&name)).or_insert(index);
            }
        }
        Ok(Self { file_name, what, zip, indexes, inflated_bytes: 0 })
    }

    /// A sentence about a file that cannot be read.
    pub(crate) fn damaged(&self, why: &str) -> Problem {
        damaged(self.file_name, self.what, why)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.indexes.contains_key(&normal(name))
    }

    /// Names of all entries, in lower case with `/` between their parts.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.indexes.keys().map(String::as_str)
    }

    /// Where the main part is: named by the package's relationships, by custom `usual`.
    pub(crate) fn main_part(&mut self, usual: &str) -> Result<String, Problem> {
        let named = self
            .part("_rels/.rels")?
            .and_then(|relationships| xml::relationship_target(&relationships, "/officeDocument"))
            .map(|target| target.trim_start_matches('/').to_owned());
        Ok(named.filter(|name| self.has(name)).unwrap_or_else(|| usual.to_owned()))
    }

    /// What a part points to, by the ids it uses.
    pub(crate) fn relationships(&mut self, part: &str) -> Result<Vec<xml::Relationship>, Problem> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let relationships = self.part(&format!("{folder}/_rels/{name}.rels"))?;
        Ok(relationships.map(|source| xml::relationships(&source, folder)).unwrap_or_default())
    }

    /// The decoded contents of an entry, `None` when there is no such entry.
    pub(crate) fn part(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let mut bytes = Vec::new();
        let read = self.with_entry(name, INFLATED_LIMIT_BYTES as u64, |entry| entry.read_to_end(&mut bytes))?;
        match read {
            None => Ok(None),
            Some(Err(_)) => Err(self.damaged("a part of its archive is broken")),
            Some(Ok(_)) => Ok(Some(encoding::decode(&bytes))),
        }
    }

    /// Shows an entry's XML to a visitor without holding it. `None` when there is no such entry.
    pub(crate) fn walk(
        &mut self,
        name: &str,
        visitor: &mut dyn FnMut(Xml<'_>) -> ControlFlow<()>,
    ) -> Result<Option<Walk>, Problem> {
        let walked = self.with_entry(name, STREAM_LIMIT_BYTES, |entry| {
            xml::walk(BufReader::with_capacity(64 << 10, entry), visitor)
        })?;
        if walked == Some(Walk::Refused) {
            return Err(self.damaged("it declares its own XML entities or nests deeper than any real document"));
        }
        Ok(walked)
    }

    fn with_entry<T>(
        &mut self,
        name: &str,
        limit_bytes: u64,
        read: impl FnOnce(&mut dyn Read) -> T,
    ) -> Result<Option<T>, Problem> {
        let Some(index) = self.indexes.get(&normal(name)).copied() else { return Ok(None) };
        let (file_name, what) = (self.file_name, self.what);
        let entry = self
            .zip
            .by_index(index)
            .map_err(|_| damaged(file_name, what, "a part of its archive is broken or encrypted"))?;
        let packed_bytes = entry.compressed_size().max(1);
        let held = limit_bytes <= INFLATED_LIMIT_BYTES as u64;
        let left = if held { TOTAL_LIMIT_BYTES.saturating_sub(self.inflated_bytes) } else { u64::MAX };
        let tripped = Cell::new(false);
        let mut counted = Counted {
            inner: entry,
            inflated_bytes: 0,
            limit_bytes: limit_bytes.min(left),
            packed_bytes,
            tripped: &tripped,
        };
        let result = read(&mut counted);
        if held {
            self.inflated_bytes += counted.inflated_bytes;
        }
        if tripped.get() {
            return Err(bomb(file_name));
        }
        Ok(Some(result))
    }
}

/// Counts the bytes that really come out and ends when they are too many.
struct Counted<'c, R> {
    inner: R,
    inflated_bytes: u64,
    limit_bytes: u64,
    packed_bytes: u64,
    tripped: &'c Cell<bool>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.inflated_bytes += count as u64;
        let repetitive =
            self.inflated_bytes > RATIO_FREE_BYTES && self.inflated_bytes / self.packed_bytes > RATIO_LIMIT;
        if self.inflated_bytes > self.limit_bytes || repetitive {
            self.tripped.set(true);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the entry inflates past its limit"));
        }
        Ok(count)
    }
}

/// Entries the end of the archive announces, before memory is taken for them.
fn announced_entries(bytes: &[u8]) -> Option<usize> {
    let tail = &bytes[bytes.len().saturating_sub(66_000)..];
    let at = tail.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let count = tail.get(at + 10..at + 12)?;
    Some(usize::from(u16::from_le_bytes([count[0], count[1]])))
}

fn normal(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase()
}

fn bomb(file_name: &str) -> Problem {
    problem(
        ProblemKind::ArchiveBomb,
        format!(
            "`{file_name}` unpacks to far more than it is worth reading and may be made to exhaust the computer. It was not opened. If you trust it, save it again from where it was made"
        ),
    )
}

fn damaged(file_name: &str, what: &str, why: &str) -> Problem {
    problem(
        ProblemKind::Damaged,
        format!(
            "`{file_name}` cannot be read as {what}: {why}. Open it in the program it was made with, save it again and add that"
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    /// An archive with these parts, named from the root.
    fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, contents) in parts {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(contents.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        let bytes = zipped(&[("Word\\Document.XML", "<a/>"), ("../evil", "x"), ("/etc/passwd", "y")]);
        let mut archive = Archive::open("a.docx", "a Word document", &bytes).unwrap();
        assert_eq!(archive.part("word/document.xml").unwrap().as_deref(), Some("<a/>"), "part names know no case");
        assert_eq!(archive.part("etc/passwd").unwrap().as_deref(), Some("y"), "a name is a key, never a path");
    }

    #[test]
    fn what_comes_out_is_counted_not_what_is_announced() {
        let spaces = " ".repeat(70 << 20);
        let bytes = zipped(&[("bomb.xml", &spaces)]);
        let mut archive = Archive::open("a.xlsx", "an Excel workbook", &bytes).unwrap();
        let whole = archive.part("bomb.xml").unwrap_err();
        assert_eq!(whole.kind, ProblemKind::ArchiveBomb, "{}", whole.message);
        let streamed = archive.walk("bomb.xml", &mut |_| ControlFlow::Continue(())).unwrap_err();
        assert_eq!(streamed.kind, ProblemKind::ArchiveBomb, "a stream has the same ratio: {}", streamed.message);
    }

    #[test]
    fn many_entries_are_refused_before_they_are_listed() {
        let names: Vec<String> = (0..=ENTRY_LIMIT).map(|number| format!("{number}.xml")).collect();
        let parts: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
        let refusal = Archive::open("a.pptx", "a presentation", &zipped(&parts)).err().map(|problem| problem.kind);
        assert_eq!(refusal, Some(ProblemKind::ArchiveBomb));
    }
}
