//! Pages of a file: found through trees that may loop, read with their annotations and form fields.

use std::{collections::HashSet, time::Instant};

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::{
    annotations,
    glyphs::PageGlyphs,
    interpret::{Interpreter, Library, Resources},
    matrix::Matrix,
    objects::{as_dictionary, dictionary, number, rectangle, resolve, stream},
};

/// Longest way from a page to the root that is followed for what it inherits.
const ANCESTOR_LIMIT: usize = 64;

/// Most content read of one page.
const CONTENT_LIMIT_BYTES: usize = 64 << 20;

/// Letter paper, when a page does not say how large it is.
const PAPER: [f64; 4] = [0.0, 0.0, 612.0, 792.0];

/// The pages in order. A tree that cannot be walked is replaced by every object that says it is a page.
pub(super) fn find(document: &Document, limit: usize) -> Vec<ObjectId> {
    let mut pages = Vec::new();
    let root = document.catalog().ok().and_then(|catalog| catalog.get(b"Pages").ok());
    if let Some(root) = root.and_then(|root| root.as_reference().ok()) {
        let mut seen = HashSet::from([root]);
        let mut waiting = vec![root];
        while let Some(id) = waiting.pop() {
            let Some(node) = document.get_object(id).ok().and_then(as_dictionary) else { continue };
            let children = resolve(document, node, b"Kids").and_then(|children| children.as_array().ok());
            match children {
                Some(children) => {
                    for child in children.iter().rev().filter_map(|child| child.as_reference().ok()) {
                        if seen.insert(child) {
                            waiting.push(child);
                        }
                    }
                }
                None if node.has_type(b"Pages") => {}
                None => pages.push(id),
            }
            if pages.len() >= limit {
                return pages;
            }
        }
    }
    if pages.is_empty() {
        let is_page = |object: &Object| as_dictionary(object).is_some_and(|found| found.has_type(b"Page"));
        pages = document.objects.iter().filter(|(_, object)| is_page(object)).map(|(id, _)| *id).take(limit).collect();
    }
    pages
}

/// The page and what it hangs from.
fn ancestors<'a>(document: &'a Document, page: &'a Dictionary) -> Vec<&'a Dictionary> {
    let mut chain = vec![page];
    while chain.len() < ANCESTOR_LIMIT
        && let Some(parent) = dictionary(document, chain[chain.len() - 1], b"Parent")
        && !chain.iter().any(|known| std::ptr::eq(*known, parent))
    {
        chain.push(parent);
    }
    chain
}

/// Reads one page.
pub(super) fn read(library: &mut Library<'_>, id: ObjectId, deadline: Instant) -> PageGlyphs {
    let document = library.document;
    let Some(page) = document.get_object(id).ok().and_then(as_dictionary) else { return PageGlyphs::default() };
    let chain = ancestors(document, page);
    let inherited = |key: &[u8]| chain.iter().find_map(|node| rectangle(document, node, key));
    let whole = inherited(b"MediaBox").filter(|edges| edges[2] - edges[0] > 1.0 && edges[3] - edges[1] > 1.0);
    let [left, bottom, right, top] = whole.unwrap_or(PAPER);
    let turns = chain.iter().find_map(|node| number(document, node, b"Rotate")).unwrap_or(0.0);
    let turns = ((turns / 90.0).round() as i64).rem_euclid(4);
    let (width, height) = (right - left, top - bottom);
    let (matrix, width, height) = match turns {
        1 => (Matrix::new([0.0, -1.0, 1.0, 0.0, -bottom, right]), height, width),
        2 => (Matrix::new([-1.0, 0.0, 0.0, -1.0, right, top]), width, height),
        3 => (Matrix::new([0.0, 1.0, -1.0, 0.0, top, -left]), height, width),
        _ => (Matrix::translation(-left, -bottom), width, height),
    };
    let resources =
        Resources(chain.iter().filter_map(|node| dictionary(document, node, b"Resources")).take(8).collect());
    let mut interpreter = Interpreter::new(library, width, height, deadline);
    interpreter.run(&content(document, page), &resources, matrix);
    annotations::draw(&mut interpreter, document, page, &resources, matrix);
    interpreter.page
}

/// The page's streams one after the other; those that cannot be read are left out.
fn content(document: &Document, page: &Dictionary) -> Vec<u8> {
    let mut content = Vec::new();
    let mut add = |object: &Object| {
        if content.len() < CONTENT_LIMIT_BYTES
            && let Some(part) = stream(object)
        {
            content.extend_from_slice(&part);
            content.push(b'\n');
        }
    };
    match resolve(document, page, b"Contents") {
        Some(Object::Array(parts)) => {
            for part in parts {
                if let Ok((_, part)) = document.dereference(part) {
                    add(part);
                }
            }
        }
        Some(object) => add(object),
        None => {}
    }
    content
}
