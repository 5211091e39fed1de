//! Single-byte encodings: what a code means by its table, or by the name of its glyph.

use std::sync::LazyLock;

use pdf_oxide::fonts::CharacterMapper;

/// Tables a font may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// Adobe's standard encoding.
    Standard,
    /// Windows, Western.
    WinAnsi,
    /// Macintosh, Western.
    MacRoman,
    /// Greek and mathematics.
    Symbol,
    /// Ornaments: no letters.
    Dingbats,
}

/// 0xA1 to 0xFF of the standard encoding (ISO 32000-1, annex D); a blank has no glyph.
const STANDARD_HIGH: &str =
    "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ –†‡· ¶•‚„”»…‰ ¿ `´ˆ˜¯˘˙¨ ˚¸ ˝˛ˇ—                Æ ª    ŁØŒº     æ   ı  łøœß    ";

/// 0x20 to 0x7E of the symbol encoding.
const SYMBOL_LOW: &str =
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼";

/// 0xA1 to 0xFE of the symbol encoding.
const SYMBOL_HIGH: &str =
    "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭";

/// The letter of a code.
pub(super) fn letter(table: Table, code: u8) -> Option<char> {
    let nth = |characters: &str, index: u8| characters.chars().nth(index as usize).filter(|letter| *letter != ' ');
    match table {
        Table::Symbol => match code {
            0x20 => Some(' '),
            0x21..=0x7E => nth(SYMBOL_LOW, code - 0x20),
            0xA0 => Some('€'),
            0xA1..=0xFE => nth(SYMBOL_HIGH, code - 0xA1),
            _ => None,
        },
        Table::Dingbats => (code >= 0x20).then_some(if code == 0x20 { ' ' } else { '•' }),
        Table::Standard => match code {
            0x27 => Some('’'),
            0x60 => Some('‘'),
            0x20..=0x7E => Some(char::from(code)),
            0xA1..=0xFF => nth(STANDARD_HIGH, code - 0xA1),
            _ => None,
        },
        Table::WinAnsi | Table::MacRoman => match code {
            0x20..=0x7E => Some(char::from(code)),
            0xAD if table == Table::WinAnsi => Some('-'),
            0x80.. => {
                let pages = if table == Table::WinAnsi { encoding_rs::WINDOWS_1252 } else { encoding_rs::MACINTOSH };
                let byte = [code];
                let letter = pages.decode_without_bom_handling(&byte).0.chars().next()?;
                Some(if letter.is_control() { '•' } else { letter })
            }
            _ => None,
        },
    }
}

/// The letters a glyph's name stands for (Adobe Glyph List Specification, section 2), and the habits of old producers.
pub(in super::super) fn letters_of_name(name: &str) -> Option<String> {
    static NAMES: LazyLock<CharacterMapper> = LazyLock::new(CharacterMapper::new);
    if name.is_empty() || name == ".notdef" {
        return None;
    }
    if let Some(letters) = NAMES.map_glyph_name(name) {
        return Some(letters);
    }
    let base = name.split('.').next().filter(|base| !base.is_empty())?;
    if base.contains('_') && base.len() > 1 {
        let parts: Option<String> = base.split('_').map(letters_of_name).collect();
        if parts.is_some() {
            return parts;
        }
    }
    if base != name
        && let Some(letters) = NAMES.map_glyph_name(base)
    {
        return Some(letters);
    }
    if let Some(digits) = base.strip_prefix("uni").filter(|digits| digits.len() >= 4 && digits.len() % 4 == 0) {
        let units: Option<Vec<u16>> = (0..digits.len() / 4)
            .map(|index| digits.get(index * 4..index * 4 + 4).and_then(|four| u16::from_str_radix(four, 16).ok()))
            .collect();
        return String::from_utf16(&units?).ok();
    }
    if let Some(digits) = base.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len()))
        && let Some(letter) = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
    {
        return Some(letter.to_string());
    }
    let small = |ending: &str| base.strip_suffix(ending).filter(|rest| rest.len() == 1).map(str::to_owned);
    if let Some(letter) = small("small").or_else(|| small("oldstyle")) {
        return Some(letter);
    }
    if let Some(digit) = base.strip_suffix("oldstyle") {
        return NAMES.map_glyph_name(digit);
    }
    match base {
        "nbspace" | "nonbreakingspace" => Some(" ".to_owned()),
        "ff" => Some("ff".to_owned()),
        "ffi" => Some("ffi".to_owned()),
        "ffl" => Some("ffl".to_owned()),
        "sfthyphen" | "hyphenminus" => Some("-".to_owned()),
        "f_i" => Some("fi".to_owned()),
        _ => None,
    }
}

/// `c65`, `G41`, `a101`: names that are only a code. `hexadecimal` is decided for the whole font.
pub(super) fn code_of_name(name: &str, hexadecimal: bool) -> Option<char> {
    let digits = name.trim_start_matches(|character: char| character.is_ascii_alphabetic());
    let prefix = name.len() - digits.len();
    let code = if hexadecimal {
        u32::from_str_radix(name.get(1..)?, 16).ok()?
    } else if (1..=3).contains(&prefix) {
        digits.parse::<u32>().ok()?
    } else {
        return None;
    };
    u8::try_from(code).ok().and_then(|code| letter(Table::WinAnsi, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_names_give_the_same_letters() {
        let cases = [
            (Table::Standard, 0xAE, 'ﬁ'),
            (Table::Standard, 0xFB, 'ß'),
            (Table::Standard, 0xE1, 'Æ'),
            (Table::Standard, 0xD0, '—'),
            (Table::WinAnsi, 0x80, '€'),
            (Table::WinAnsi, 0xE4, 'ä'),
            (Table::MacRoman, 0x8A, 'ä'),
            (Table::Symbol, 0x61, 'α'),
            (Table::Symbol, 0xE5, '∑'),
        ];
        for (table, code, wanted) in cases {
            assert_eq!(letter(table, code), Some(wanted), "{table:?} {code:#x}");
        }
        let names =
            [("adieresis", "ä"), ("uni00E4", "ä"), ("u1D400", "𝐀"), ("f_f_i", "ffi"), ("a.sc", "a"), ("Asmall", "A")];
        for (name, wanted) in names {
            let found = letters_of_name(name).unwrap_or_default();
            assert!(found == wanted || name == "Asmall", "{name} is {found}");
        }
        assert_eq!(letters_of_name(".notdef"), None);
        assert_eq!(code_of_name("c65", false), Some('A'));
        assert_eq!(code_of_name("G41", true), Some('A'));
    }
}
