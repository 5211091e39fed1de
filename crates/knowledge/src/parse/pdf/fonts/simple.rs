//! Fonts with single-byte codes: the letters of all 256 of them, from tables, names of glyphs and the embedded program.

use lopdf::{Dictionary, Document, Object};
use pdf_oxide::fonts::{TrueTypeCMap, cff_encoding::parse_cff_encoding, type1_encoding::parse_type1_encoding};

use super::{
    super::objects::{as_dictionary, name, resolve, stream},
    encoding::{self, Table},
};

/// The letters of all 256 codes.
pub(super) fn letters(
    document: &Document,
    font: &Dictionary,
    descriptor: Option<&Dictionary>,
    base_name: &str,
    subtype: &[u8],
    mapped: bool,
) -> Vec<Option<String>> {
    let encoding = resolve(document, font, b"Encoding");
    let named = match encoding {
        Some(Object::Name(table)) => table_named(table),
        Some(object) => {
            as_dictionary(object).and_then(|encoding| name(document, encoding, b"BaseEncoding")).and_then(table_named)
        }
        None => None,
    };
    let symbolic = if base_name.contains("zapfdingbats") || base_name.contains("wingdings") {
        Some(Table::Dingbats)
    } else if base_name.contains("symbol") && !base_name.contains("segoe") {
        Some(Table::Symbol)
    } else {
        None
    };
    let table = named.or(symbolic).unwrap_or(if subtype == b"TrueType" { Table::WinAnsi } else { Table::Standard });
    let mut letters: Vec<Option<String>> =
        (0..=255).map(|code| encoding::letter(table, code).map(String::from)).collect();
    if named.is_none()
        && let Some(descriptor) = descriptor
    {
        take_program(document, descriptor, symbolic.is_some() || mapped, &mut letters);
    }
    let differences = encoding
        .and_then(as_dictionary)
        .and_then(|encoding| resolve(document, encoding, b"Differences"))
        .and_then(|differences| differences.as_array().ok());
    if let Some(differences) = differences {
        take_differences(document, differences, mapped, &mut letters);
    }
    letters
}

fn table_named(name: &[u8]) -> Option<Table> {
    match name {
        b"WinAnsiEncoding" => Some(Table::WinAnsi),
        b"MacRomanEncoding" => Some(Table::MacRoman),
        b"StandardEncoding" => Some(Table::Standard),
        _ => None,
    }
}

/// What the embedded font program says of its codes.
fn take_program(document: &Document, descriptor: &Dictionary, keep: bool, letters: &mut [Option<String>]) {
    let file = |key: &[u8]| resolve(document, descriptor, key).and_then(stream);
    let encoded = match (file(b"FontFile"), file(b"FontFile3")) {
        (Some(program), _) => parse_type1_encoding(&program),
        (None, Some(program)) => parse_cff_encoding(&program),
        (None, None) => None,
    };
    if let Some(encoded) = encoded {
        for (code, letter) in encoded {
            if !letter.is_control() {
                letters[usize::from(code)] = Some(letter.to_string());
            }
        }
        return;
    }
    if keep {
        return;
    }
    let Some(map) = file(b"FontFile2").and_then(|program| TrueTypeCMap::from_font_data(&program).ok()) else { return };
    for (code, letter) in letters.iter_mut().enumerate() {
        if let Some(found) = map.code_to_gid(code as u16).and_then(|glyph| map.get_unicode(glyph))
            && !found.is_control()
            && !matches!(found, '\u{E000}'..='\u{F8FF}')
        {
            *letter = Some(found.to_string());
        }
    }
}

fn take_differences(document: &Document, differences: &[Object], mapped: bool, letters: &mut [Option<String>]) {
    let names = || {
        differences.iter().filter_map(|entry| {
            let name = document.dereference(entry).ok()?.1.as_name().ok()?;
            std::str::from_utf8(name).ok()
        })
    };
    // `G4E`: two hexadecimal digits after one letter, in all names that are only a code.
    let coded = |name: &str| name.len() == 3 && u8::from_str_radix(&name[1..], 16).is_ok();
    let hexadecimal = !mapped
        && names()
            .filter(|name| name.is_ascii())
            .filter(|name| encoding::letters_of_name(name).is_none())
            .all(|name| name.is_ascii() && coded(name))
        && names().any(|name| {
            name.is_ascii() && coded(name) && name[1..].contains(|digit: char| digit.is_ascii_alphabetic())
        });
    let mut code: usize = 0;
    for entry in differences {
        let Ok((_, entry)) = document.dereference(entry) else { continue };
        match entry {
            Object::Integer(first) => code = usize::try_from(*first).unwrap_or(0),
            Object::Real(first) => code = *first as usize,
            Object::Name(glyph) => {
                if let (Some(slot), Ok(glyph)) = (letters.get_mut(code), std::str::from_utf8(glyph)) {
                    let known = encoding::letters_of_name(glyph).filter(|_| !hexadecimal);
                    let coded = || encoding::code_of_name(glyph, hexadecimal && glyph.is_ascii()).map(String::from);
                    let keep = slot.take().filter(|_| glyph != ".notdef" && !glyph.is_empty());
                    *slot = known.or_else(coded).or(keep);
                }
                code += 1;
            }
            _ => {}
        }
    }
}
