//! Protected files whose trailer holds the dictionary of the encryption itself. lopdf looks for it only behind a reference, so
//! such a file gets an update at its end that names it by one, as a writer would append it.

use lopdf::{Dictionary, Document, LoadOptions, Object};

use super::structure::find;
use crate::parse::limits::INFLATED_LIMIT_BYTES;

/// Deepest nesting in a trailer that is written again; an encryption dictionary needs three.
const DEPTH_LIMIT: usize = 8;

/// Entries of a trailer that is a stream, which say how its own bytes are read.
const OF_STREAMS: [&[u8]; 8] = [b"Type", b"W", b"Index", b"Length", b"Filter", b"DecodeParms", b"XRefStm", b"Encrypt"];

/// The same file with the dictionary behind a reference; `None` when it is not in the trailer.
pub(super) fn behind_a_reference(bytes: &[u8]) -> Option<Vec<u8>> {
    if !names_a_dictionary(bytes) {
        return None;
    }
    let options = LoadOptions { max_decompressed_size: Some(INFLATED_LIMIT_BYTES), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).ok()?;
    let encryption = document.trailer.get(b"Encrypt").and_then(Object::as_dict).ok()?;
    let number = document.max_id.checked_add(1)?;
    let mut trailer = Dictionary::new();
    for (key, value) in document.trailer.iter().filter(|(key, _)| !OF_STREAMS.contains(&key.as_slice())) {
        trailer.set(key.clone(), value.clone());
    }
    trailer.set("Encrypt", Object::Reference((number, 0)));
    trailer.set("Size", i64::from(number) + 1);
    trailer.set("Prev", i64::try_from(last_table(bytes)?).ok()?);

    // Offsets count from the header, which junk may precede.
    let junk = find(bytes, b"%PDF-").unwrap_or(0);
    let mut updated = bytes.to_vec();
    updated.push(b'\n');
    let object = updated.len() - junk;
    updated.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    write_dictionary(&mut updated, encryption, 0)?;
    updated.extend_from_slice(b"\nendobj\n");
    let table = updated.len() - junk;
    updated.extend_from_slice(format!("xref\n{number} 1\n{object:010} 00000 n \ntrailer\n").as_bytes());
    write_dictionary(&mut updated, &trailer, 0)?;
    updated.extend_from_slice(format!("\nstartxref\n{table}\n%%EOF\n").as_bytes());
    Some(updated)
}

fn names_a_dictionary(bytes: &[u8]) -> bool {
    let name = b"/Encrypt";
    let mut rest = bytes;
    while let Some(at) = find(rest, name) {
        rest = &rest[at + name.len()..];
        if rest.trim_ascii_start().starts_with(b"<<") {
            return true;
        }
    }
    false
}

/// Where the newest table of objects begins, as the file says.
fn last_table(bytes: &[u8]) -> Option<usize> {
    let word = b"startxref";
    let at = bytes.windows(word.len()).rposition(|window| window == word)?;
    let digits = bytes[at + word.len()..].trim_ascii_start();
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

fn write_dictionary(output: &mut Vec<u8>, dictionary: &Dictionary, depth: usize) -> Option<()> {
    output.extend_from_slice(b"<<");
    for (key, value) in dictionary {
        write_name(output, key);
        output.push(b' ');
        write(output, value, depth + 1)?;
    }
    output.extend_from_slice(b">>");
    Some(())
}

fn write_name(output: &mut Vec<u8>, name: &[u8]) {
    output.push(b'/');
    for byte in name {
        if byte.is_ascii_alphanumeric() {
            output.push(*byte);
        } else {
            output.extend_from_slice(format!("#{byte:02X}").as_bytes());
        }
    }
}

fn write(output: &mut Vec<u8>, object: &Object, depth: usize) -> Option<()> {
    if depth > DEPTH_LIMIT {
        return None;
    }
    match object {
        Object::Null => output.extend_from_slice(b"null"),
        Object::Boolean(value) => output.extend_from_slice(value.to_string().as_bytes()),
        Object::Integer(value) => output.extend_from_slice(value.to_string().as_bytes()),
        Object::Real(value) => output.extend_from_slice(value.to_string().as_bytes()),
        Object::Name(name) => write_name(output, name),
        Object::String(bytes, _) => {
            output.push(b'<');
            for byte in bytes {
                output.extend_from_slice(format!("{byte:02X}").as_bytes());
            }
            output.push(b'>');
        }
        Object::Array(items) => {
            output.push(b'[');
            for item in items {
                write(output, item, depth + 1)?;
                output.push(b' ');
            }
            output.push(b']');
        }
        Object::Dictionary(dictionary) => write_dictionary(output, dictionary, depth)?,
        Object::Reference((number, generation)) => {
            output.extend_from_slice(format!("{number} {generation} R").as_bytes());
        }
        Object::Stream(_) => return None,
    }
    Some(())
}
