//! Values out of a file's dictionaries, references followed, wrong types taken as absent.

use lopdf::{Dictionary, Document, Object};

use crate::parse::limits::INFLATED_LIMIT_BYTES;

pub(super) fn resolve<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    dictionary.get(key).ok().and_then(|object| document.dereference(object).ok()).map(|(_, object)| object)
}

pub(super) fn number(document: &Document, dictionary: &Dictionary, key: &[u8]) -> Option<f64> {
    resolve(document, dictionary, key)?.as_float().ok().map(f64::from).filter(|number| number.is_finite())
}

pub(super) fn array<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Vec<Object>> {
    resolve(document, dictionary, key)?.as_array().ok()
}

pub(super) fn name<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
    resolve(document, dictionary, key)?.as_name().ok()
}

/// A dictionary, also that of a stream.
pub(super) fn dictionary<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    as_dictionary(resolve(document, dictionary, key)?)
}

pub(super) fn as_dictionary(object: &Object) -> Option<&Dictionary> {
    match object {
        Object::Dictionary(dictionary) => Some(dictionary),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    }
}

/// The numbers of an array, 0 for what is none.
pub(super) fn numbers(document: &Document, from: &Dictionary, key: &[u8]) -> Option<Vec<f64>> {
    let values = array(document, from, key)?.iter().take(16).map(|object| {
        let number = document.dereference(object).ok().and_then(|(_, object)| object.as_float().ok());
        number.filter(|number| number.is_finite()).map_or(0.0, f64::from)
    });
    Some(values.collect())
}

/// What a stream holds; one that is damaged is read as far as it goes.
pub(super) fn stream(object: &Object) -> Option<Vec<u8>> {
    let stream = object.as_stream().ok()?;
    stream.get_plain_content_with_limit(INFLATED_LIMIT_BYTES).ok()
}

/// The four numbers of a rectangle in order.
pub(super) fn rectangle(document: &Document, from: &Dictionary, key: &[u8]) -> Option<[f64; 4]> {
    let numbers = numbers(document, from, key)?;
    let &[left, bottom, right, top] = numbers.get(..4)? else { return None };
    Some([left.min(right), bottom.min(top), left.max(right), bottom.max(top)])
}
