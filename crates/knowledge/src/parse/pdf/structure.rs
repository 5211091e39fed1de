//! What lopdf knows: pages, encryption, pictures, the title, and a plain reading of each page.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

use crate::parse::limits::INFLATED_LIMIT_BYTES;

/// Deepest nesting of `Form` objects searched for pictures.
const FORM_DEPTH: usize = 4;

/// An opened file; `unreadable` when only other engines may open it.
pub(super) struct Structure {
    document: Option<Document>,
    pages: BTreeMap<u32, ObjectId>,
    any_picture: bool,
    /// True when a password is needed that we do not have.
    pub(super) needs_password: bool,
    /// True when some object is a font.
    pub(super) has_fonts: bool,
    /// The title its writer gave it, when that is more than a file name.
    pub(super) title: Option<String>,
}

impl Structure {
    pub(super) fn open(bytes: &[u8]) -> Self {
        let options = LoadOptions { max_decompressed_size: Some(INFLATED_LIMIT_BYTES), ..LoadOptions::default() };
        let document = match Document::load_mem_with_options(bytes, options) {
            Ok(document) => document,
            Err(error) => {
                let needs_password = matches!(error, lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_));
                return Self { needs_password, ..Self::unreadable_with(contains(bytes, b"/Image")) };
            }
        };
        if document.is_encrypted() && !document.was_encrypted() {
            return Self { needs_password: true, ..Self::unreadable() };
        }
        let pages: BTreeMap<u32, ObjectId> = document
            .page_iter()
            .take(super::PAGE_LIMIT)
            .enumerate()
            .map(|(index, id)| (index as u32 + 1, id))
            .collect();
        let has_fonts = document.objects.values().any(|object| {
            object.as_dict().is_ok_and(|dictionary| {
                dictionary.get(b"Type").and_then(Object::as_name).is_ok_and(|name| name == b"Font")
            })
        });
        let title = title(&document);
        Self { document: Some(document), pages, any_picture: false, needs_password: false, has_fonts, title }
    }

    pub(super) fn unreadable() -> Self {
        Self::unreadable_with(false)
    }

    fn unreadable_with(any_picture: bool) -> Self {
        Self {
            document: None,
            pages: BTreeMap::new(),
            any_picture,
            needs_password: false,
            has_fonts: true,
            title: None,
        }
    }

    pub(super) fn is_unreadable(&self) -> bool {
        self.document.is_none()
    }

    pub(super) fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// Looks through the page each time: asked only for pages without text.
    pub(super) fn has_picture(&self, page: u32) -> bool {
        let shown = || Some(page_has_picture(self.document.as_ref()?, *self.pages.get(&page)?));
        self.any_picture || shown().unwrap_or(false)
    }

    /// Text of a page in the order it is drawn.
    pub(super) fn page_text(&self, page: u32) -> String {
        let Some(document) = &self.document else { return String::new() };
        document.extract_text_chunks_with_limit(&[page], INFLATED_LIMIT_BYTES).into_iter().flatten().collect()
    }
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

fn page_has_picture(document: &Document, page: ObjectId) -> bool {
    let Ok((own, inherited)) = document.get_page_resources(page) else { return false };
    let mut seen = BTreeSet::new();
    own.into_iter()
        .chain(inherited.iter().filter_map(|id| document.get_dictionary(*id).ok()))
        .any(|resources| resources_have_picture(document, resources, FORM_DEPTH, &mut seen))
        || inline_picture(document, page)
}

fn resources_have_picture(
    document: &Document,
    resources: &Dictionary,
    depth: usize,
    seen: &mut BTreeSet<ObjectId>,
) -> bool {
    let Some(objects) = resources
        .get(b"XObject")
        .and_then(|object| document.dereference(object))
        .ok()
        .and_then(|(_, object)| object.as_dict().ok())
    else {
        return false;
    };
    objects.iter().any(|(_, object)| {
        let Ok((id, object)) = document.dereference(object) else { return false };
        if id.is_some_and(|id| !seen.insert(id)) {
            return false;
        }
        let Ok(stream) = object.as_stream() else { return false };
        match stream.dict.get(b"Subtype").and_then(Object::as_name) {
            Ok(b"Image") => true,
            Ok(b"Form") if depth > 0 => stream
                .dict
                .get(b"Resources")
                .and_then(|object| document.dereference(object))
                .ok()
                .and_then(|(_, object)| object.as_dict().ok())
                .is_some_and(|resources| resources_have_picture(document, resources, depth - 1, seen)),
            _ => false,
        }
    })
}

/// Pictures may stand in the page's own instructions.
fn inline_picture(document: &Document, page: ObjectId) -> bool {
    let content = document.get_page_content_with_limit(page, INFLATED_LIMIT_BYTES).unwrap_or_default();
    contains(&content, b" ID ") || contains(&content, b"\nID ") || contains(&content, b"\nID\n")
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
