//! Fonts: which letters the codes of a string mean, and how wide they are.
//!
//! In order: the font's own map to letters, the names of its glyphs, the table it names, what the embedded font program
//! says, the collection of an Asian font.

use std::cell::OnceCell;

use lopdf::{Dictionary, Document, Object};
use pdf_oxide::fonts::{TrueTypeCMap, cid_mappings as collections};

use super::objects::{as_dictionary, dictionary, name, number, numbers, resolve, stream};

pub(super) mod cmap;
pub(super) mod encoding;
mod simple;
mod widths;

use cmap::CMap;
use widths::Widths;

/// A font, ready to decode strings.
#[derive(Debug)]
pub(super) struct Font {
    kind: Kind,
    widths: Widths,
    to_letters: Option<CMap>,
    /// True when its strokes are heavy.
    pub(super) bold: bool,
    /// True when it leans.
    pub(super) slanted: bool,
    /// True when lines run from top to bottom.
    pub(super) vertical: bool,
    /// Height of its letters in ems: 1 but for fonts whose glyphs are drawings of their own.
    pub(super) height: f64,
}

#[derive(Debug)]
enum Kind {
    Simple(Vec<Option<String>>),
    Composite(Box<(Codes, Glyphs)>),
}

/// How strings of a composite font are cut into codes.
#[derive(Debug)]
enum Codes {
    /// Two bytes each, the code is the glyph's number.
    Identity,
    /// Two bytes each, the code is UTF-16.
    Utf16,
    /// One or two bytes of a national character set.
    National(&'static encoding_rs::Encoding),
    /// JIS X 0208 in two seven-bit bytes.
    Jis,
    Map(CMap),
}

/// What the glyph numbers mean.
#[derive(Debug)]
enum Glyphs {
    Collection(fn(u16) -> Option<u32>),
    Program(Box<Program>),
    Unknown,
}

/// An embedded font program, looked into only when the font's own map to letters leaves a gap.
#[derive(Debug)]
struct Program {
    file: Object,
    numbers: Option<Object>,
    read: OnceCell<Option<(TrueTypeCMap, Option<Vec<u8>>)>>,
}

impl Program {
    fn letter(&self, glyph: u32) -> Option<char> {
        let read = self.read.get_or_init(|| {
            let map = stream(&self.file).and_then(|bytes| TrueTypeCMap::from_font_data(&bytes).ok())?;
            Some((map, self.numbers.as_ref().and_then(stream)))
        });
        let (map, numbers) = read.as_ref()?;
        let index = match numbers {
            None => u16::try_from(glyph).ok()?,
            Some(bytes) => {
                let at = glyph as usize * 2;
                u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])
            }
        };
        map.get_unicode(index)
    }
}

/// One code of a string.
pub(super) struct Shown<'a> {
    pub(super) letters: Letters<'a>,
    /// Thousandths of the font's size.
    pub(super) width: f64,
    /// True for the one-byte code that word spacing counts for.
    pub(super) is_space: bool,
}

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters<'a> {
    None,
    One(char),
    Several(&'a str),
}

impl Font {
    pub(super) fn load(document: &Document, font: &Dictionary) -> Self {
        let subtype = name(document, font, b"Subtype").unwrap_or(b"");
        let to_letters = resolve(document, font, b"ToUnicode").and_then(stream).map(|map| CMap::parse(&map));
        let to_letters = to_letters.filter(|map| !map.is_empty());
        let descendant = resolve(document, font, b"DescendantFonts")
            .and_then(|object| match object {
                Object::Array(fonts) => document.dereference(fonts.first()?).ok().map(|(_, object)| object),
                other => Some(other),
            })
            .and_then(as_dictionary);
        let described = descendant.unwrap_or(font);
        let base_name = String::from_utf8_lossy(name(document, font, b"BaseFont").unwrap_or(b"")).to_lowercase();
        let descriptor = dictionary(document, described, b"FontDescriptor");
        let flags = descriptor.and_then(|found| number(document, found, b"Flags")).unwrap_or(0.0) as u32;
        let weight = descriptor.and_then(|found| number(document, found, b"FontWeight")).unwrap_or(400.0);
        let bold = weight >= 600.0 || flags & 1 << 18 != 0 || is_bold_name(&base_name);
        let slanted = flags & 1 << 6 != 0 || ["italic", "oblique"].iter().any(|word| base_name.contains(word));
        if let (b"Type0", Some(descendant)) = (subtype, descendant) {
            let (codes, vertical) = codes(document, font);
            let glyphs = glyphs(document, descendant);
            let widths = Widths::composite(document, descendant);
            let kind = Kind::Composite(Box::new((codes, glyphs)));
            return Self { kind, widths, to_letters, bold, slanted, vertical, height: 1.0 };
        }
        let matrix = numbers(document, font, b"FontMatrix").filter(|_| subtype == b"Type3");
        let scale = matrix.as_ref().and_then(|matrix| matrix.first()).map_or(1.0, |scale| scale.abs() * 1000.0);
        let widths = Widths::simple(document, font, &base_name, scale);
        let height = matrix.map_or(1.0, |matrix| {
            let box_height = numbers(document, font, b"FontBBox")
                .and_then(|edges| Some((edges.get(3)? - edges.get(1)?).abs()))
                .unwrap_or(0.0);
            let height = box_height * matrix.get(3).map_or(0.0, |scale| scale.abs());
            if (0.01..100.0).contains(&height) { height } else { 1.0 }
        });
        let letters = simple::letters(document, font, descriptor, &base_name, subtype, to_letters.is_some());
        Self { kind: Kind::Simple(letters), widths, to_letters, bold, slanted, vertical: false, height }
    }

    /// A font for text of the form `/Helv 12 Tf` whose resources are missing.
    pub(super) fn plain() -> Self {
        Self::load(&Document::new(), &Dictionary::new())
    }

    /// Calls `show` for every code of a string.
    pub(super) fn decode(&self, bytes: &[u8], mut show: impl FnMut(Shown<'_>)) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (code, length) = self.next_code(rest);
            at += length.max(1);
            let (letters, width) = self.look_up(code, &rest[..length.min(rest.len())]);
            show(Shown { letters, width, is_space: code == 32 && length == 1 });
        }
    }

    fn next_code(&self, bytes: &[u8]) -> (u32, usize) {
        let two = |bytes: &[u8]| match bytes {
            [high, low, ..] => (u32::from(*high) << 8 | u32::from(*low), 2),
            [only] => (u32::from(*only), 1),
            [] => (0, 1),
        };
        match &self.kind {
            Kind::Simple(_) => (u32::from(bytes[0]), 1),
            Kind::Composite(composite) => match &composite.0 {
                Codes::National(set) => {
                    let lead = bytes[0];
                    let single = lead <= 0x80
                        || lead == 0xFF
                        || (*set == encoding_rs::SHIFT_JIS && (0xA0..=0xDF).contains(&lead));
                    if single { (u32::from(lead), 1) } else { two(bytes) }
                }
                Codes::Map(map) if map.has_spaces() => map.next_code(bytes),
                Codes::Identity | Codes::Utf16 | Codes::Jis | Codes::Map(_) => two(bytes),
            },
        }
    }

    fn look_up(&self, code: u32, bytes: &[u8]) -> (Letters<'_>, f64) {
        let mapped = self.to_letters.as_ref().and_then(|map| map.letters(code));
        match &self.kind {
            Kind::Simple(letters) => {
                let known = || letters.get(code as usize)?.as_deref().map(Letters::Several);
                (mapped.or_else(known).unwrap_or(Letters::None), self.widths.get(code))
            }
            Kind::Composite(composite) => {
                let (codes, glyphs) = &**composite;
                let one = |letter: Option<char>| letter.map_or(Letters::None, Letters::One);
                let (letters, glyph) = match codes {
                    Codes::Utf16 => (one(char::from_u32(code)), None),
                    Codes::National(set) => (one(first_letter(set, bytes)), None),
                    Codes::Jis => {
                        let shifted: Vec<u8> = bytes.iter().map(|byte| byte | 0x80).collect();
                        (one(first_letter(encoding_rs::EUC_JP, &shifted)), None)
                    }
                    Codes::Identity if mapped.is_some() => (Letters::None, Some(code)),
                    Codes::Identity => (one(glyphs.letter(code)), Some(code)),
                    Codes::Map(map) => {
                        let glyph = map.glyph(code).unwrap_or(if map.has_spaces() { 0 } else { code });
                        let own = map.letters(code);
                        let from_glyph = || if mapped.is_some() { Letters::None } else { one(glyphs.letter(glyph)) };
                        (own.unwrap_or_else(from_glyph), Some(glyph))
                    }
                };
                let narrow = bytes.len() == 1 || (matches!(codes, Codes::Utf16) && code < 0x100);
                let width = match glyph {
                    Some(glyph) => self.widths.get(glyph),
                    // Without the collection's numbers only the shape of the script is known.
                    None => {
                        if narrow {
                            500.0
                        } else {
                            1000.0
                        }
                    }
                };
                (mapped.unwrap_or(letters), width)
            }
        }
    }
}

impl Glyphs {
    fn letter(&self, glyph: u32) -> Option<char> {
        match self {
            Self::Collection(look_up) => look_up(u16::try_from(glyph).ok()?).and_then(char::from_u32),
            Self::Program(program) => program.letter(glyph),
            Self::Unknown => None,
        }
    }
}

fn first_letter(set: &'static encoding_rs::Encoding, bytes: &[u8]) -> Option<char> {
    set.decode_without_bom_handling(bytes).0.chars().next().filter(|letter| *letter != '\u{FFFD}')
}

/// Fonts that are bold without saying so in their descriptor; `SFBX` and `CMBX` are TeX's.
fn is_bold_name(name: &str) -> bool {
    ["bold", "black", "heavy", "sfbx", "cmbx", "semibold", "demi"].iter().any(|word| name.contains(word))
}

/// How a composite font cuts its strings, and whether it writes downwards.
fn codes(document: &Document, font: &Dictionary) -> (Codes, bool) {
    match resolve(document, font, b"Encoding") {
        Some(Object::Name(map)) => named_codes(map),
        Some(object @ Object::Stream(map)) => {
            let parsed = stream(object).map(|bytes| CMap::parse(&bytes)).unwrap_or_default();
            let vertical = parsed.vertical || number(document, &map.dict, b"WMode").is_some_and(|mode| mode > 0.5);
            let base = parsed.base.clone().or_else(|| name(document, &map.dict, b"UseCMap").map(<[u8]>::to_vec));
            match base {
                Some(base) if !parsed.has_spaces() => (named_codes(&base).0, vertical),
                _ => (Codes::Map(parsed), vertical),
            }
        }
        _ => (Codes::Identity, false),
    }
}

/// The predefined maps (ISO 32000-1, table 118).
fn named_codes(map: &[u8]) -> (Codes, bool) {
    let map = String::from_utf8_lossy(map);
    let vertical = map.ends_with("-V") || map == "V";
    let has = |words: &[&str]| words.iter().any(|word| map.contains(word));
    let codes = if map.starts_with("Identity") {
        Codes::Identity
    } else if has(&["UCS2", "UTF16"]) {
        Codes::Utf16
    } else if has(&["GBK2K"]) {
        Codes::National(encoding_rs::GB18030)
    } else if has(&["GB-EUC", "GBpc", "GBK", "GBT-EUC"]) {
        Codes::National(encoding_rs::GBK)
    } else if has(&["RKSJ"]) {
        Codes::National(encoding_rs::SHIFT_JIS)
    } else if has(&["B5pc", "B5-", "ETen", "HKscs", "CNS-EUC"]) {
        Codes::National(encoding_rs::BIG5)
    } else if has(&["KSC"]) {
        Codes::National(encoding_rs::EUC_KR)
    } else if map.starts_with("EUC") {
        Codes::National(encoding_rs::EUC_JP)
    } else if matches!(map.as_ref(), "H" | "V" | "Ext-H" | "Ext-V" | "Add-H" | "Add-V") {
        Codes::Jis
    } else {
        Codes::Identity
    };
    (codes, vertical)
}

fn glyphs(document: &Document, descendant: &Dictionary) -> Glyphs {
    let ordering = dictionary(document, descendant, b"CIDSystemInfo")
        .and_then(|system| resolve(document, system, b"Ordering"))
        .and_then(|ordering| ordering.as_str().ok())
        .unwrap_or(b"");
    match ordering {
        b"Japan1" => return Glyphs::Collection(collections::lookup_adobe_japan1),
        b"GB1" => return Glyphs::Collection(collections::lookup_adobe_gb1),
        b"CNS1" => return Glyphs::Collection(collections::lookup_adobe_cns1),
        b"Korea1" | b"KR" => return Glyphs::Collection(collections::lookup_adobe_korea1),
        _ => {}
    }
    let program = dictionary(document, descendant, b"FontDescriptor").and_then(|descriptor| {
        resolve(document, descriptor, b"FontFile2").or_else(|| resolve(document, descriptor, b"FontFile3"))
    });
    let numbers = resolve(document, descendant, b"CIDToGIDMap").cloned();
    program.map_or(Glyphs::Unknown, |file| {
        Glyphs::Program(Box::new(Program { file: file.clone(), numbers, read: OnceCell::new() }))
    })
}
