//! Which of the encodings from before Unicode a text is in, by how much its letters look like a language under each.
//!
//! Words with accents are mostly made of plain Latin letters; words of any other script hold none. That tells the two
//! families apart; inside a family the commonest letters of its languages decide.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, IBM866, KOI8_R, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1253, WINDOWS_1255, WINDOWS_1256,
};

/// Encodings of scripts that are not Latin; of two with the same score the first is taken.
const SCRIPTS: [&Encoding; 11] =
    [WINDOWS_1251, KOI8_R, IBM866, WINDOWS_1253, WINDOWS_1255, WINDOWS_1256, SHIFT_JIS, EUC_JP, GBK, BIG5, EUC_KR];

/// Plain letters for each high byte in the words that hold high bytes, below which the script is not Latin. The second
/// bytes of Shift-JIS and Big5 give up to 0.3, Polish sentences made of accents alone 0.6.
const PLAIN_LETTERS: f64 = 0.4;

/// Score of a byte below which no script is believed.
const LEAST_SCORE: f64 = 0.8;

/// The most plausible encoding; `None` when nothing speaks for any.
pub(super) fn legacy(sample: &[u8]) -> Option<&'static Encoding> {
    let high = sample.iter().filter(|byte| **byte >= 0x80).count();
    if high == 0 {
        return None;
    }
    let plain: usize = sample
        .split(|byte| *byte < 0x80 && !byte.is_ascii_alphabetic())
        .filter(|word| word.iter().any(|byte| *byte >= 0x80))
        .map(|word| word.iter().filter(|byte| byte.is_ascii_alphabetic()).count())
        .sum();
    if (plain as f64) < high as f64 * PLAIN_LETTERS {
        let mut best: Option<(f64, &'static Encoding)> = None;
        for encoding in SCRIPTS {
            let score = script_score(encoding, sample) / high as f64;
            if score >= LEAST_SCORE && best.is_none_or(|(known, _)| score > known + 1e-9) {
                best = Some((score, encoding));
            }
        }
        if let Some((_, encoding)) = best {
            return Some(encoding);
        }
    }
    Some(if is_central_european(sample) { WINDOWS_1250 } else { WINDOWS_1252 })
}

#[expect(clippy::match_same_arms, reason = "one group of arms for each alphabet")]
fn script_score(encoding: &'static Encoding, sample: &[u8]) -> f64 {
    let (text, _) = encoding.decode_without_bom_handling(sample);
    let mut score = 0.0;
    let mut previous = ' ';
    for character in text.chars() {
        score += match character {
            '\u{0}'..='\u{7F}' => 0.0,
            // One broken character may be the sample's own end; each costs more than a good one gives.
            '\u{FFFD}' | '\u{80}'..='\u{9F}' => -6.0,
            'о' | 'е' | 'а' | 'и' | 'н' | 'т' | 'с' | 'р' | 'в' | 'л' => 1.4,
            '\u{430}'..='\u{45F}' => 0.9,
            '\u{400}'..='\u{42F}' if previous.is_lowercase() => -3.0,
            '\u{400}'..='\u{42F}' if previous.is_uppercase() => 0.2,
            '\u{400}'..='\u{42F}' => 0.8,
            'α' | 'ο' | 'ι' | 'ε' | 'τ' | 'σ' | 'ς' | 'ν' | 'η' | 'υ' | 'ρ' | 'π' => 1.4,
            '\u{3AC}'..='\u{3CE}' => 0.9,
            '\u{386}'..='\u{3AB}' if previous.is_lowercase() => -3.0,
            '\u{386}'..='\u{3AB}' => 0.5,
            '\u{5D0}'..='\u{5EA}' => 1.3,
            '\u{5B0}'..='\u{5CF}' => -0.5,
            'ا' | 'ل' | 'ي' | 'م' | 'و' | 'ن' | 'ر' | 'ت' | 'ب' | 'ة' | 'ه' => 1.4,
            '\u{621}'..='\u{64A}' => 0.8,
            // The rest stands for two bytes each.
            '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FC}' => 3.2,
            '\u{3001}' | '\u{3002}' | '\u{FF0C}' | '\u{FF01}' | '\u{FF1A}' => 2.4,
            '\u{AC00}'..='\u{D7A3}' => 2.6,
            '\u{4E00}'..='\u{9FFF}' => hanzi(encoding, character),
            '\u{FF61}'..='\u{FF9F}' => -0.5,
            '\u{2018}'..='\u{201E}' | '\u{2013}' | '\u{2014}' | '«' | '»' | '\u{A0}' | '№' | '…' | '€' => 0.5,
            _ => -1.5,
        };
        previous = character;
    }
    score
}

/// Chinese characters stand in the order of their use: the first rows of each table hold the common ones.
fn hanzi(encoding: &'static Encoding, character: char) -> f64 {
    let mut buffer = [0; 4];
    let (bytes, _, missing) = encoding.encode(character.encode_utf8(&mut buffer));
    let lead = bytes.first().copied().unwrap_or(0);
    let second = bytes.get(1).copied().unwrap_or(0);
    if missing {
        return -1.0;
    }
    let common = if encoding == GBK {
        (0xB0..=0xD7).contains(&lead) && second >= 0xA1
    } else if encoding == BIG5 {
        (0xA4..=0xC6).contains(&lead)
    } else if encoding == EUC_JP {
        (0xB0..=0xCF).contains(&lead)
    } else if encoding == SHIFT_JIS {
        (0x88..=0x97).contains(&lead)
    } else {
        false
    };
    if common { 2.2 } else { -0.6 }
}

/// Polish, Czech, Slovak and Hungarian, which share most places with the western letters they would otherwise be.
fn is_central_european(sample: &[u8]) -> bool {
    let letter = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 0xC0);
    let inside = |wanted: &[u8]| {
        let hits = sample.iter().enumerate().filter(|(at, byte)| {
            wanted.contains(byte)
                && (letter(at.checked_sub(1).and_then(|at| sample.get(at))) || letter(sample.get(at + 1)))
        });
        hits.count()
    };
    // `ą ł ź ż ś` are signs in the western table that no word holds; `œ` and `ß` are not among them.
    let polish = inside(&[0xB9, 0xB3, 0x9F, 0xBF, 0xA3, 0xAF, 0x8F]);
    let has = |byte: u8| sample.contains(&byte);
    let czech = has(0xF8) && has(0xEC) && (has(0xE8) || has(0x9A) || has(0x9E) || has(0xF9))
        || has(0x9D) && (has(0x9A) || has(0x9E) || has(0xE8));
    let hungarian = has(0xF5) && has(0xFB) && !has(0xE3) && (has(0xE9) || has(0xE1));
    polish * 8 > sample.iter().filter(|byte| **byte >= 0xC0).count() && polish > 0 || czech || hungarian
}
