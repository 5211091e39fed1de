//! Numbers that states give: identity, tax, social security; passports, licences, vehicles.
//!
//! A number with a shape and a checksum of its own is found by them. One that looks like any other number needs a word near
//! it that says what it is.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Confidence, GuardClass, GuardReason, Hit, checksum,
    scan::{Scan, Window, Words, pattern},
};

/// How far before and after a value a word is looked for, in bytes.
const NEAR: usize = 56;
const NEAR_AFTER: usize = 24;

macro_rules! words {
    ($($name:ident = $pattern:literal;)+) => {$(static $name: Words = Words::new(|| pattern(concat!(r"(?-u:\b)(?:", $pattern, r")(?-u:\b)")));)+};
}

words! {
    US = r"ssn|social security|itin|taxpayer|ss#";
    NHS = r"nhs|health number";
    GERMAN = r"steuer-?id\w*|steuerident\w*|steuernummer|idnr|tax id|tin";
    FRENCH = r"nir|s.curit. sociale|num.ro de s.cu|carte vitale|insee";
    DUTCH = r"bsn|burgerservicenummer|sofi\w*";
    BELGIAN = r"rijksregister\w*|registre national|national register|niss|insz";
    POLISH = r"pesel";
    CANADIAN = r"sin|social insurance";
    INDIAN = r"aadhaar|aadhar|uidai";
    AUSTRALIAN = r"tfn|tax file";
    SWEDISH = r"personnummer|personal number|pnr";
    THING = r"orders?|invoice|tracking|serial|sku|isbn|part|article|item|ticket|version|bestell\w*|rechnung\w*|artikel\w*";
}

static NINO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i-u)\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b"));
static SPANISH: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i-u)\b(?:[0-9]{8}|[XYZ]-?[0-9]{7})-?[A-Z]\b"));
static ITALIAN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i-u)\b[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]\b"));
static FINNISH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u)\b[0-3][0-9][01][0-9][0-9]{2}[-+A][0-9]{3}[0-9A-Y]\b"));
static SWEDISH_SHAPE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u)\b(?:19|20)?[0-9]{2}[01][0-9][0-3][0-9][-+][0-9]{4}\b"));
static CHINESE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u)\b[1-8][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]\b"));
static VEHICLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?-u)\b[A-HJ-NPR-Z0-9]{17}\b"));
static PASSPORT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:passport|reisepass\w*|passeport|pasaporte|(?:driver'?s?|driving) licen[cs]e|f(?:ü|ue)hrerschein\w*|personalausweis\w*|identity card|id card)(?: (?:number|num|no\.?|nr\.?|#))?[ :#=]{0,4}(?:is |lautet |ist )?([A-Z0-9]{0,3}[0-9][A-Z0-9-]{4,17})(?-u:\b)",
    )
});

pub(super) fn find(scan: &Scan, hits: &mut Vec<Hit>) {
    for at in 0..scan.groups.len() {
        if scan.groups[at].len() > 15 {
            continue;
        }
        for window in scan.windows(at, &[' ', '-', '.', '/'], 15) {
            hits.extend(number(scan, &window));
        }
    }
    shapes(scan, hits);
}

fn number(scan: &Scan, window: &Window) -> Option<Hit> {
    let (digits, lengths) = (window.digits.as_str(), window.lengths.as_slice());
    if !matches!(digits.len(), 8..=15) {
        return None;
    }
    let one = lengths.len() == 1;
    let (near, after) = (scan.left(window.start, NEAR), scan.right(window.end, NEAR_AFTER));
    let named = |words: &Words| words.stand_in(near) || words.stand_in(after);
    // A dash says that the groups belong together; a space may stand between any two numbers.
    let dashed = scan.text[window.start..window.end].contains(['-', '.']);
    let right = |context: bool, tight: bool| match (context, tight) {
        (true, _) => Some((Confidence::High, GuardReason::ChecksumAndContext)),
        (false, true) => Some((Confidence::Medium, GuardReason::Checksum)),
        (false, false) => None,
    };
    let found = match (digits.len(), lengths) {
        (9, [3, 2, 4]) if american(digits) => match (named(&US), dashed) {
            (true, _) => Some((Confidence::High, GuardReason::Context)),
            (false, true) => Some((Confidence::Medium, GuardReason::Shape)),
            (false, false) => None,
        },
        (9, [9]) if named(&US) && american(digits) => Some((Confidence::High, GuardReason::Context)),
        (9, [9] | [3, 3, 3]) if named(&CANADIAN) && checksum::luhn(digits) => right(true, false),
        (9, _) if named(&DUTCH) && checksum::dutch(digits) => right(true, false),
        (8 | 9, [8 | 9] | [3, 3, 2 | 3]) if named(&AUSTRALIAN) => Some((Confidence::High, GuardReason::Context)),
        (10, [10] | [3, 3, 4]) if checksum::nhs(digits) => right(named(&NHS), false),
        (10 | 12, [10 | 12] | [6 | 8, 4]) if named(&SWEDISH) && checksum::luhn(&digits[digits.len() - 10..]) => {
            right(true, false)
        }
        (11, [11] | [2, 3, 3, 3]) if checksum::german_tax(digits) => right(named(&GERMAN), !one),
        (11, [2, 2, 2, 3, 2]) if checksum::belgian(digits) => right(named(&BELGIAN), true),
        (11, [11]) if checksum::belgian(digits) && named(&BELGIAN) => right(true, false),
        (11, [11]) if checksum::polish(digits) && named(&POLISH) => right(true, false),
        (11, [3, 3, 3, 2]) if checksum::brazilian(digits) => right(false, dashed),
        (11, [11]) if checksum::brazilian(digits) && scan.left(window.start, NEAR).contains("cpf") => {
            right(true, false)
        }
        (12, [4, 4, 4] | [12]) if checksum::verhoeff(digits) && !digits.starts_with(['0', '1']) => {
            right(named(&INDIAN), false)
        }
        (13, [3, 4, 4, 2] | [13]) if digits.starts_with("756") && checksum::ean(digits) => right(!one, true),
        (15, [15] | [1, 2, 2, 2, 3, 3, 2]) if checksum::french(digits) => right(named(&FRENCH), true),
        _ => None,
    };
    let (confidence, reason) = found?;
    let inside = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let alone = !inside(scan.before(window.start)) && !inside(scan.after(window.end));
    // More groups of the same number on either side: then it is another, longer one.
    let longer = matches!(scan.after(window.end), Some('-' | '.'))
        && scan.text[window.end + 1..].starts_with(|next: char| next.is_ascii_digit());
    let longer = longer || scan.before(window.start) == Some('-') || scan.before(window.start) == Some('+');
    let of_thing = reason != GuardReason::ChecksumAndContext && THING.stand_in(scan.left(window.start, 32));
    (alone && !longer && !of_thing)
        .then(|| Hit::new((window.start, window.end), GuardClass::NationalId, confidence, reason))
}

/// Numbers that were never given: area 000 and 666, group 00, serial 0000. Nine at the beginning is a taxpayer's number.
fn american(digits: &str) -> bool {
    let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
    let taxpayer = area.starts_with('9') && matches!(group.parse(), Ok(50..=65 | 70..=88 | 90..=92 | 94..=99_u8));
    (taxpayer || !area.starts_with('9')) && area != "000" && area != "666" && group != "00" && serial != "0000"
}

/// Says whether the letters and digits of a number belong together.
type Check = fn(&str) -> bool;

fn shapes(scan: &Scan, hits: &mut Vec<Hit>) {
    let compact = |text: &str| {
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|character| character.to_ascii_uppercase())
            .collect::<String>()
    };
    let id = |span, reason| Hit::new(span, GuardClass::NationalId, Confidence::High, reason);
    for found in NINO.find_iter(&scan.text) {
        let value = compact(found.as_str());
        if !["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"].contains(&&value[..2]) {
            hits.push(id((found.start(), found.end()), GuardReason::Shape));
        }
    }
    let checked: [(&Regex, Check); 4] = [
        (&SPANISH, checksum::spanish),
        (&ITALIAN, checksum::italian),
        (&CHINESE, checksum::chinese),
        (&FINNISH, |value| checksum::finnish(&value[..6], &value[value.len() - 4..])),
    ];
    for (rule, is_right) in checked {
        hits.extend(
            rule.find_iter(&scan.text)
                .filter(|found| is_right(&compact(found.as_str())))
                .map(|found| id((found.start(), found.end()), GuardReason::Checksum)),
        );
    }
    hits.extend(
        SWEDISH_SHAPE
            .find_iter(&scan.text)
            .filter(|found| {
                let digits = compact(found.as_str());
                checksum::luhn(&digits[digits.len() - 10..])
            })
            .map(|found| id((found.start(), found.end()), GuardReason::Checksum)),
    );
    let mixed = |text: &str| {
        text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    hits.extend(
        VEHICLE.find_iter(&scan.text).filter(|found| mixed(found.as_str()) && checksum::vehicle(found.as_str())).map(
            |found| {
                Hit::new((found.start(), found.end()), GuardClass::Vehicle, Confidence::High, GuardReason::Checksum)
            },
        ),
    );
    hits.extend(PASSPORT.captures_iter(&scan.text).filter_map(|found| {
        let value = found.get(1)?;
        Some(Hit::new((value.start(), value.end()), GuardClass::Document, Confidence::High, GuardReason::Label))
    }));
}
