//! Widths of glyphs, in thousandths of the font's size.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object};

use super::super::objects::{array, number};

/// Helvetica, 0x20 to 0x7E: stands in where a font states no widths.
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// Widths by code or glyph.
#[derive(Debug)]
pub(super) struct Widths {
    by_code: HashMap<u32, f64>,
    fallback: f64,
    /// Set where the font states nothing: how much narrower than Helvetica it is, 0 for a typewriter's.
    guessed: Option<f64>,
}

impl Widths {
    /// Of a font with single-byte codes. `scale` turns its units into thousandths.
    pub(super) fn simple(document: &Document, font: &Dictionary, name: &str, scale: f64) -> Self {
        let mut by_code = HashMap::new();
        let first = number(document, font, b"FirstChar").unwrap_or(0.0).clamp(0.0, 255.0) as u32;
        for (index, width) in
            array(document, font, b"Widths").iter().flat_map(|widths| widths.iter()).take(256).enumerate()
        {
            let width = document.dereference(width).ok().and_then(|(_, width)| width.as_float().ok());
            if let Some(width) = width.filter(|width| width.is_finite()) {
                by_code.insert(first + index as u32, f64::from(width) * scale);
            }
        }
        let descriptor = font.get_deref(b"FontDescriptor", document).and_then(Object::as_dict).ok();
        let missing = descriptor.and_then(|found| number(document, found, b"MissingWidth"));
        let name = name.to_lowercase();
        let guessed = by_code.is_empty().then_some(if name.contains("courier") || name.contains("mono") {
            0.0
        } else if name.contains("times") || name.contains("serif") || name.contains("roman") {
            0.9
        } else {
            1.0
        });
        Self { by_code, fallback: missing.unwrap_or(0.0), guessed }
    }

    /// Of a composite font, by glyph number.
    pub(super) fn composite(document: &Document, descendant: &Dictionary) -> Self {
        let fallback = number(document, descendant, b"DW").unwrap_or(1000.0);
        let mut by_code = HashMap::new();
        let entries = array(document, descendant, b"W").map_or(&[][..], |entries| &entries[..]);
        let value = |object: &Object| {
            document.dereference(object).ok().and_then(|(_, object)| object.as_float().ok()).map(f64::from)
        };
        let mut at = 0;
        while let Some(first) = entries.get(at).and_then(value) {
            let first = first.clamp(0.0, 1e6) as u32;
            let singles = entries.get(at + 1).and_then(|object| document.dereference(object).ok());
            if let Some(singles) = singles.and_then(|(_, object)| object.as_array().ok()) {
                for (index, width) in singles.iter().enumerate().take(70_000) {
                    by_code.insert(first + index as u32, value(width).unwrap_or(fallback));
                }
                at += 2;
            } else {
                let (Some(last), Some(width)) =
                    (entries.get(at + 1).and_then(value), entries.get(at + 2).and_then(value))
                else {
                    break;
                };
                for code in first..=(last.clamp(0.0, 1e6) as u32).min(first + 70_000) {
                    by_code.insert(code, width);
                }
                at += 3;
            }
        }
        Self { by_code, fallback, guessed: None }
    }

    pub(super) fn get(&self, code: u32) -> f64 {
        if let Some(narrower) = self.guessed {
            if narrower == 0.0 {
                return 600.0;
            }
            let listed = code.checked_sub(0x20).and_then(|index| HELVETICA.get(index as usize));
            return f64::from(listed.copied().unwrap_or(556)) * narrower;
        }
        self.by_code.get(&code).copied().unwrap_or(self.fallback)
    }
}
