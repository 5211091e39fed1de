//! The ZIP around a document, with limits on what is really inflated, never on what the archive says about itself.

use std::io::{Cursor, Read};

use quillhouse_domain::{Problem, ProblemKind};
use zip::ZipArchive;

use super::{damaged, xml};
use crate::parse::{encoding, limits::INFLATED_LIMIT_BYTES, reader::problem};

/// Most entries; the largest real documents have a few thousand pictures.
const ENTRY_LIMIT: usize = 10_000;

/// Most that all entries together may inflate to.
const TOTAL_LIMIT_BYTES: u64 = 256 << 20;

/// DEFLATE reaches 1,032:1 on nothing but repetition; prose in XML stays under 60:1.
const RATIO_LIMIT: u64 = 200;

/// Entries that stay below this may be as repetitive as they like: empty tables are.
const RATIO_FREE_BYTES: u64 = 4 << 20;

pub(super) struct Archive<'a> {
    file_name: &'a str,
    zip: ZipArchive<Cursor<&'a [u8]>>,
    inflated_bytes: u64,
}

impl<'a> Archive<'a> {
    pub(super) fn open(file_name: &'a str, bytes: &'a [u8]) -> Result<Self, Problem> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged(file_name, "its archive is broken"))?;
        if zip.len() > ENTRY_LIMIT {
            return Err(problem(
                ProblemKind::TooLarge,
                format!(
                    "`{file_name}` holds {} parts; real documents have at most {ENTRY_LIMIT}. It was not opened",
                    zip.len()
                ),
            ));
        }
        Ok(Self { file_name, zip, inflated_bytes: 0 })
    }

    /// Where the main text is: named by the package's relationships, by custom `word/document.xml`.
    pub(super) fn main_part(&mut self) -> Result<String, Problem> {
        let named = self
            .part("_rels/.rels")?
            .and_then(|relationships| xml::relationship_target(&relationships, "/officeDocument"))
            .map(|target| target.trim_start_matches('/').to_owned());
        Ok(named
            .filter(|name| self.zip.index_for_name(name).is_some())
            .unwrap_or_else(|| "word/document.xml".to_owned()))
    }

    /// The decoded contents of an entry, `None` when there is no such entry.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let name = name.trim_start_matches('/');
        if self.zip.index_for_name(name).is_none() {
            return Ok(None);
        }
        let too_large = || {
            problem(
                ProblemKind::TooLarge,
                format!(
                    "`{}` unpacks to far more than it is worth reading and may be made to exhaust the computer. It was not opened",
                    self.file_name
                ),
            )
        };
        let entry = self
            .zip
            .by_name(name)
            .map_err(|_| damaged(self.file_name, "a part of its archive is broken or encrypted"))?;
        let packed_bytes = entry.compressed_size().max(1);
        let mut bytes = Vec::new();
        let limit = INFLATED_LIMIT_BYTES as u64;
        entry
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| damaged(self.file_name, "a part of its archive is broken"))?;
        let inflated_bytes = bytes.len() as u64;
        self.inflated_bytes += inflated_bytes;
        let repetitive = inflated_bytes > RATIO_FREE_BYTES && inflated_bytes / packed_bytes > RATIO_LIMIT;
        if inflated_bytes > limit || self.inflated_bytes > TOTAL_LIMIT_BYTES || repetitive {
            return Err(too_large());
        }
        Ok(Some(encoding::decode(&bytes)))
    }
}
