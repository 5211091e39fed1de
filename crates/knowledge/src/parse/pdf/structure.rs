//! The file as lopdf opens it: password, repair, pages, title.

use lopdf::{Document, LoadOptions, Object, ObjectId};

use super::{encryption, pages};
use crate::parse::limits::INFLATED_LIMIT_BYTES;

/// Most brackets opened in a row.
const NESTING_LIMIT: usize = 2_000;

/// An opened file.
pub(super) struct Structure {
    pub(super) document: Document,
    pub(super) pages: Vec<ObjectId>,
    /// True when its table of objects had to be made again.
    pub(super) repaired: bool,
    /// The title its writer gave it, when that is more than a file name.
    pub(super) title: Option<String>,
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unopened {
    /// A password is needed, or the given one is wrong.
    Locked,
    /// Nothing can be made of it.
    Damaged,
    /// It is built to make a reader fail; no other engine is asked.
    Hostile,
}

impl Structure {
    pub(super) fn open(bytes: &[u8], password: Option<&str>) -> Result<Self, Unopened> {
        // The parser follows brackets by calling itself; no honest file opens so many in a row.
        if opens_too_deep(bytes) {
            return Err(Unopened::Hostile);
        }
        let updated = encryption::behind_a_reference(bytes);
        let bytes = updated.as_deref().unwrap_or(bytes);
        match Self::load(bytes, password, false) {
            Ok(structure) if !structure.pages.is_empty() => Ok(structure),
            Err(Unopened::Locked) => Err(Unopened::Locked),
            first => Self::load(bytes, password, true).or(first),
        }
    }

    fn load(bytes: &[u8], password: Option<&str>, force_reconstruct: bool) -> Result<Self, Unopened> {
        let options = LoadOptions {
            max_decompressed_size: Some(INFLATED_LIMIT_BYTES),
            password: password.map(str::to_owned),
            force_reconstruct,
            ..LoadOptions::default()
        };
        let mut document = Document::load_mem_with_options(bytes, options).map_err(|error| match error {
            lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => Unopened::Locked,
            _ => Unopened::Damaged,
        })?;
        if document.trailer.has(b"Encrypt") && !document.was_encrypted() {
            return Err(Unopened::Locked);
        }
        if !document.was_encrypted() {
            fill_empty_streams(&mut document, bytes);
        }
        let pages = pages::find(&document, super::PAGE_LIMIT);
        let title = title(&document);
        Ok(Self { document, pages, repaired: force_reconstruct, title })
    }
}

/// True when brackets are opened one after the other far beyond what any writer nests. Streams are passed over: there they
/// are pixels.
fn opens_too_deep(bytes: &[u8]) -> bool {
    let mut run = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'[' | b'<' => {
                run += 1;
                if run > NESTING_LIMIT {
                    return true;
                }
            }
            b's' if bytes[at..].starts_with(b"tream") => {
                run = 0;
                let Some(end) = find(&bytes[at..], b"endstream") else { return false };
                at += end + b"endstream".len();
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => run = 0,
        }
    }
    false
}

/// Streams whose length is missing or wrong are taken up to the word that ends them.
fn fill_empty_streams(document: &mut Document, bytes: &[u8]) {
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object
            && stream.content.is_empty()
            && let Some(rest) = stream.start_position.and_then(|start| bytes.get(start..))
            && let Some(end) = find(rest, b"endstream")
            && end > 0
        {
            stream.content = rest[..end].to_vec();
        }
    }
}

pub(super) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut at = 0;
    while let Some(next) = bytes.get(at..)?.iter().position(|byte| *byte == first) {
        at += next;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn title(document: &Document) -> Option<String> {
    let information = document.trailer.get(b"Info").and_then(|object| document.dereference(object)).ok()?.1;
    let title = information.as_dict().ok()?.get(b"Title").and_then(|object| document.dereference(object)).ok()?.1;
    let title = lopdf::decode_text_string(title).ok()?;
    let title = title.trim();
    let lower = title.to_lowercase();
    let is_file_name = [
        ".doc", ".docx", ".indd", ".qxd", ".tex", ".dvi", ".pdf", ".ppt", ".pptx", ".xls", ".fm", ".pmd", ".ai",
        ".rtf", ".txt", ".odt",
    ]
    .iter()
    .any(|ending| lower.ends_with(ending));
    let says_nothing = lower.starts_with("microsoft ")
        || lower.starts_with("untitled")
        || lower.starts_with("powerpoint ")
        || lower == "title";
    let readable =
        title.chars().filter(|character| character.is_alphabetic()).count() >= 3 && !title.contains('\u{FFFD}');
    (readable && !is_file_name && !says_nothing).then(|| title.to_owned())
}
