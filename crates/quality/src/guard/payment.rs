//! IBANs, cards, and accounts with a label.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Confidence, GuardClass, GuardReason, Hit, checksum,
    scan::{Scan, Words, pattern},
};

/// Lengths by country (the IBAN registry).
const IBAN_LENGTHS: [(&str, usize); 62] = [
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PK", 24),
    ("PL", 28),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("TR", 26),
    ("UA", 29),
];

/// How far before a value a word is looked for, in bytes.
const NEAR: usize = 48;

static IBAN_START: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i-u)\b[A-Z]{2}[ -]?[0-9]{2}[ -]?[A-Z0-9]"));
static IBAN_WORD: Words = Words::new(|| pattern(r"\b(?:iban|bank account|bankverbindung|konto)\b"));
static CARD_WORD: Words = Words::new(|| {
    pattern(
        r"(?-u:\b)(?:card|visa|mastercard|amex|american express|credit|debit|kreditkarte|karte|carte|tarjeta)(?-u:\b)",
    )
});
/// Words after which a long number is of a thing and not of a person.
static THING_WORD: Words = Words::new(|| {
    pattern(
        r"(?-u:\b)(?:orders?|invoice|tracking|shipment|parcel|serial|sku|ean|gtin|isbn|issn|doi|part|article|item|ticket|build|commit|hash|bestell\w*|rechnung\w*|sendung\w*|artikel\w*)(?-u:\b)[^.;\n]{0,24}$",
    )
});
static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:(?:bank )?account (?:number|no\.?|#)|acct\.? ?(?:number|no\.?|#)|kontonummer|konto-?nr\.?|num[eé]ro de compte|n[uú]mero de cuenta)[ :#=]{0,4}(?:is |lautet )?([0-9][0-9 -]{4,20}[0-9])",
    )
});
static ROUTING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i-u)\b(?:routing|aba|transit)(?: (?:number|no\.?|#))?[ :#=]{0,4}(?:is )?([0-9]{9})\b")
});
static SORT_CODE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i-u)\bsort code[ :#=]{0,4}(?:is )?([0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2})\b"));

pub(super) fn find(scan: &Scan, hits: &mut Vec<Hit>) {
    ibans(scan, hits);
    cards(scan, hits);
    for rule in [&*ACCOUNT, &*SORT_CODE] {
        hits.extend(rule.captures_iter(&scan.text).filter_map(|found| {
            let value = found.get(1)?;
            Some(Hit::new((value.start(), value.end()), GuardClass::BankAccount, Confidence::High, GuardReason::Label))
        }));
    }
    hits.extend(ROUTING.captures_iter(&scan.text).filter_map(|found| {
        let value = found.get(1)?;
        let right = checksum::routing(value.as_str());
        let confidence = if right { Confidence::High } else { Confidence::Low };
        let reason = if right { GuardReason::ChecksumAndContext } else { GuardReason::Label };
        Some(Hit::new((value.start(), value.end()), GuardClass::BankAccount, confidence, reason))
    }));
}

fn ibans(scan: &Scan, hits: &mut Vec<Hit>) {
    for found in IBAN_START.find_iter(&scan.text) {
        let country = scan.text[found.start()..found.start() + 2].to_ascii_uppercase();
        let Some((_, length)) = IBAN_LENGTHS.iter().find(|(code, _)| *code == country) else { continue };
        let Some((value, end)) = collected(scan, found.start(), *length) else { continue };
        let labelled = IBAN_WORD.stand_in(scan.left(found.start(), NEAR));
        let hit = |confidence, reason| Hit::new((found.start(), end), GuardClass::Iban, confidence, reason);
        if checksum::iban(&value) {
            hits.push(hit(
                Confidence::High,
                if labelled { GuardReason::ChecksumAndContext } else { GuardReason::Checksum },
            ));
        } else if labelled {
            hits.push(hit(Confidence::Medium, GuardReason::Context));
        }
    }
}

/// So many letters and digits from a place on, in capitals, with at most one space or dash between them.
fn collected(scan: &Scan, start: usize, length: usize) -> Option<(String, usize)> {
    let mut value = String::with_capacity(length);
    let mut between = false;
    for (at, byte) in scan.text.as_bytes()[start..].iter().enumerate() {
        if byte.is_ascii_alphanumeric() {
            value.push(byte.to_ascii_uppercase() as char);
            between = false;
            if value.len() == length {
                return Some((value, start + at + 1));
            }
        } else if matches!(byte, b' ' | b'-') && !between {
            between = true;
        } else {
            return None;
        }
    }
    None
}

fn cards(scan: &Scan, hits: &mut Vec<Hit>) {
    for (at, group) in scan.groups.iter().enumerate() {
        if group.len() < 4 || group.len() > 19 {
            continue;
        }
        for window in scan.windows(at, &[' ', '-'], 19) {
            if !is_card(&window.digits) || !is_card_shape(&window.lengths) {
                continue;
            }
            let (start, end) = (window.start, window.end);
            let inside = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
            if inside(scan.before(start)) || inside(scan.after(end)) {
                continue;
            }
            let named = CARD_WORD.stand_in(scan.left(start, NEAR));
            if !named && THING_WORD.stand_in(scan.left(start, NEAR)) {
                continue;
            }
            let (confidence, reason) = match (named, window.lengths.len()) {
                (true, _) => (Confidence::High, GuardReason::ChecksumAndContext),
                (false, 1) => (Confidence::Medium, GuardReason::Checksum),
                (false, _) => (Confidence::High, GuardReason::Checksum),
            };
            hits.push(Hit::new((start, end), GuardClass::Card, confidence, reason));
        }
    }
}

/// As cards are printed, or without gaps.
fn is_card_shape(lengths: &[usize]) -> bool {
    matches!(lengths, [12..=19] | [4, 4, 4, 1..=4] | [4, 4, 4, 4, 1..=3] | [4, 6, 4 | 5])
}

fn is_card(digits: &str) -> bool {
    let head = |length: usize| digits.get(..length).and_then(|head| head.parse::<u32>().ok()).unwrap_or(0);
    let issued = match digits.len() {
        13 | 16 | 19 if digits.starts_with('4') => true,
        16 if matches!(head(2), 51..=55) || matches!(head(4), 2_221..=2_720) => true,
        15 => matches!(head(2), 34 | 37),
        14 => matches!(head(2), 36 | 38 | 39) || matches!(head(3), 300..=305),
        16..=19 if matches!(head(4), 6_011) || matches!(head(3), 644..=649) || matches!(head(2), 62 | 65) => true,
        16..=19 if matches!(head(4), 3_528..=3_589) => true,
        12..=19 => matches!(head(4), 5_018 | 5_020 | 5_038 | 5_893 | 6_304 | 6_759 | 6_761..=6_763),
        _ => false,
    };
    issued && !checksum::is_monotone(digits) && checksum::luhn(digits)
}
