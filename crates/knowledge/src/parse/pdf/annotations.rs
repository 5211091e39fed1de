//! What lies on a page beside its content: notes, stamps, and the values of form fields.

use lopdf::{Dictionary, Document, Object};

use super::{
    glyphs::{Direction, Style},
    interpret::{Interpreter, Resources},
    matrix::Matrix,
    objects::{as_dictionary, dictionary, name, number, numbers, rectangle, resolve},
};

/// Most annotations of one page that are looked at.
const ANNOTATION_LIMIT: usize = 5_000;

/// Longest chain of parents of a field.
const PARENT_LIMIT: usize = 16;

/// `Hidden` and `NoView` (ISO 32000-1, table 165).
const UNSEEN: u32 = 1 << 1 | 1 << 5;

/// Letters of a field without an appearance, in points, when it does not say.
const FIELD_SIZE: f64 = 10.0;

/// Draws the appearances of the page's annotations, and the values of fields that have none.
pub(super) fn draw<'a>(
    interpreter: &mut Interpreter<'a, '_>,
    document: &'a Document,
    page: &'a Dictionary,
    resources: &Resources<'a>,
    matrix: Matrix,
) {
    let Some(Object::Array(found)) = resolve(document, page, b"Annots") else { return };
    for annotation in found.iter().take(ANNOTATION_LIMIT) {
        let Some(annotation) = document.dereference(annotation).ok().and_then(|(_, object)| as_dictionary(object))
        else {
            continue;
        };
        let flags = number(document, annotation, b"F").unwrap_or(0.0) as u32;
        let kind = name(document, annotation, b"Subtype").unwrap_or(b"");
        let Some(place) = rectangle(document, annotation, b"Rect") else { continue };
        if flags & UNSEEN != 0 || kind == b"Popup" || kind == b"Link" {
            continue;
        }
        // What stands in neighbouring fields is not one word.
        interpreter.page.part();
        let before = interpreter.page.glyphs.len();
        if let Some((id, appearance)) = appearance(document, annotation) {
            appearance_matrix(document, appearance, place)
                .map(|placed| interpreter.form(id, appearance, resources, placed.then(matrix)))
                .unwrap_or_default();
        }
        if interpreter.page.glyphs.len() > before {
            continue;
        }
        let text = match kind {
            b"Widget" => field_text(document, annotation),
            b"FreeText" => text_of(document, annotation, b"Contents"),
            _ => None,
        };
        if let Some(text) = text {
            write(interpreter, &text, place, matrix);
        }
    }
}

/// The normal appearance, of the state the field is in.
fn appearance<'a>(document: &'a Document, annotation: &'a Dictionary) -> Option<(Option<(u32, u16)>, &'a Object)> {
    let states = dictionary(document, annotation, b"AP")?;
    let normal = states.get(b"N").ok()?;
    let (id, object) = document.dereference(normal).ok()?;
    match object {
        Object::Stream(_) => Some((id, object)),
        Object::Dictionary(choices) => {
            let state = name(document, annotation, b"AS")?;
            document.dereference(choices.get(state).ok()?).ok()
        }
        _ => None,
    }
}

/// Puts the appearance's box into the annotation's place (ISO 32000-1, 12.5.5); the form's own matrix is applied later.
fn appearance_matrix(document: &Document, appearance: &Object, place: [f64; 4]) -> Option<Matrix> {
    let form = as_dictionary(appearance)?;
    let edges = rectangle(document, form, b"BBox")?;
    let own = numbers(document, form, b"Matrix").and_then(|numbers| Matrix::from_numbers(&numbers));
    let own = own.unwrap_or(Matrix::IDENTITY);
    let corners = [(0, 1), (0, 3), (2, 1), (2, 3)].map(|(x, y)| own.apply(edges[x], edges[y]));
    let low = corners.iter().fold((f64::MAX, f64::MAX), |low, corner| (low.0.min(corner.0), low.1.min(corner.1)));
    let high = corners.iter().fold((f64::MIN, f64::MIN), |high, corner| (high.0.max(corner.0), high.1.max(corner.1)));
    let scale = |from: f64, to: f64| if from.abs() < 1e-6 { 1.0 } else { to / from };
    let across = scale(high.0 - low.0, place[2] - place[0]);
    let up = scale(high.1 - low.1, place[3] - place[1]);
    Some(Matrix::new([across, 0.0, 0.0, up, place[0] - low.0 * across, place[1] - low.1 * up]))
}

/// The value of a text or choice field. Passwords stay hidden; buttons show pictures.
fn field_text(document: &Document, widget: &Dictionary) -> Option<String> {
    let inherited = |key: &[u8]| {
        let mut node = widget;
        for _ in 0..PARENT_LIMIT {
            if let Some(found) = resolve(document, node, key) {
                return Some(found);
            }
            node = dictionary(document, node, b"Parent")?;
        }
        None
    };
    let kind = inherited(b"FT")?.as_name().ok()?;
    let flags = inherited(b"Ff").and_then(|flags| flags.as_i64().ok()).unwrap_or(0);
    let is_password = kind == b"Tx" && flags & 1 << 13 != 0;
    if is_password || !matches!(kind, b"Tx" | b"Ch") {
        return None;
    }
    match inherited(b"V")? {
        value @ Object::String(..) => lopdf::decode_text_string(value).ok(),
        Object::Array(values) => {
            let words: Vec<String> =
                values.iter().take(100).filter_map(|value| lopdf::decode_text_string(value).ok()).collect();
            Some(words.join("\n"))
        }
        _ => None,
    }
    .filter(|text| !text.trim().is_empty())
}

fn text_of(document: &Document, annotation: &Dictionary, key: &[u8]) -> Option<String> {
    lopdf::decode_text_string(resolve(document, annotation, key)?).ok().filter(|text| !text.trim().is_empty())
}

/// Writes lines into a rectangle from its top.
fn write(interpreter: &mut Interpreter<'_, '_>, text: &str, place: [f64; 4], matrix: Matrix) {
    let size = FIELD_SIZE.min(((place[3] - place[1]) * 0.8).max(2.0));
    let style = Style { size: size as f32, direction: Direction::Right, bold: false, slanted: false };
    for (row, line) in text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).enumerate().take(200) {
        let y = place[3] - size * (1.0 + 1.2 * row as f64);
        let mut x = place[0];
        for letter in line.chars().take(2_000) {
            let step = size * if letter.is_ascii() { 0.5 } else { 1.0 };
            let (from, to) = (matrix.apply(x, y), matrix.apply(x + step, y));
            interpreter.page.push(letter.encode_utf8(&mut [0; 4]), from, to, style);
            x += step;
        }
    }
}
