//! Check digits: each function takes ASCII digits (and letters where said) and says whether they belong together.

fn digits(text: &str) -> impl DoubleEndedIterator<Item = u32> + '_ {
    text.bytes().map(|byte| u32::from(byte.wrapping_sub(b'0')))
}

fn weighted(text: &str, weights: &[u32]) -> u32 {
    digits(text).zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// True when all are the same: placeholders such as 000000.
pub(super) fn is_monotone(text: &str) -> bool {
    text.bytes().all(|byte| Some(byte) == text.bytes().next())
}

/// Payment cards, IMEI, Canadian and Swedish numbers.
pub(super) fn luhn(text: &str) -> bool {
    let sum: u32 = digits(text)
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit * 2) {
            (0, _) => digit,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// IBAN: letters count from 10, the first four come last, the rest over 97 is 1. Capital letters and digits only.
pub(super) fn iban(text: &str) -> bool {
    let (Some(head), Some(body)) = (text.get(..4), text.get(4..)) else { return false };
    let rest = body.bytes().chain(head.bytes()).fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        b'A'..=b'Z' => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        _ => 98,
    });
    rest == 1
}

/// Verhoeff's: Aadhaar.
pub(super) fn verhoeff(text: &str) -> bool {
    const TIMES: [[u8; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const TURNS: [[u8; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    let step =
        |state: u8, (at, digit): (usize, u32)| TIMES[state as usize][TURNS[at % 8][digit as usize % 10] as usize];
    digits(text).rev().enumerate().fold(0, step) == 0
}

/// National health number of England: ten digits.
pub(super) fn nhs(text: &str) -> bool {
    let check = (11 - weighted(text, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    text.len() == 10 && check != 10 && digits(text).next_back() == Some(check)
}

/// German tax number of persons: eleven digits after ISO 7064, in the first ten one digit twice or thrice.
pub(super) fn german_tax(text: &str) -> bool {
    if text.len() != 11 || text.starts_with('0') {
        return false;
    }
    let mut seen = [0; 10];
    digits(&text[..10]).for_each(|digit| seen[digit as usize] += 1);
    let (twice, thrice) =
        (seen.iter().filter(|count| **count == 2).count(), seen.iter().filter(|count| **count == 3).count());
    if seen.iter().any(|count| *count > 3) || twice + thrice != 1 {
        return false;
    }
    let product = digits(&text[..10]).fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    let check = (11 - product) % 10;
    digits(text).next_back() == Some(check)
}

/// French number: thirteen digits and a key of two.
pub(super) fn french(text: &str) -> bool {
    let (Ok(number), Ok(key)) = (text[..13].parse::<u64>(), text[13..].parse::<u64>()) else { return false };
    matches!(text.as_bytes()[0], b'1' | b'2') && 97 - number % 97 == key
}

/// Spanish identity number: eight digits, their rest over 23 is the letter. X, Y, Z at the beginning stand for 0, 1, 2.
pub(super) fn spanish(text: &str) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let number = text[..text.len() - 1].replacen('X', "0", 1).replacen('Y', "1", 1).replacen('Z', "2", 1);
    number.parse::<usize>().is_ok_and(|number| text.as_bytes().last() == Some(&LETTERS[number % 23]))
}

/// Italian fiscal code: fifteen characters and a letter.
pub(super) fn italian(text: &str) -> bool {
    const ODD: [u32; 36] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
        10, 22, 25, 24, 23,
    ];
    let values = text.bytes().map(|byte| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        _ => u32::from(byte.wrapping_sub(b'A')) + 10,
    });
    let sum: u32 = values
        .take(15)
        .enumerate()
        .map(|(at, value)| match at % 2 {
            0 => ODD.get(value as usize).copied().unwrap_or(0),
            _ if value >= 10 => value - 10,
            _ => value,
        })
        .sum();
    text.as_bytes().get(15) == Some(&(b'A' + (sum % 26) as u8))
}

/// Dutch number: nine digits after the test of eleven.
pub(super) fn dutch(text: &str) -> bool {
    let Some(last) = digits(text).next_back() else { return false };
    let sum = weighted(&text[..text.len() - 1], &[9, 8, 7, 6, 5, 4, 3, 2]);
    text.len() == 9 && !is_monotone(text) && sum >= last && (sum - last).is_multiple_of(11)
}

/// Belgian number: nine digits and a key of two; those born from 2000 on count with a 2 before.
pub(super) fn belgian(text: &str) -> bool {
    let (Ok(number), Ok(key)) = (text[..9].parse::<u64>(), text[9..].parse::<u64>()) else { return false };
    97 - number % 97 == key || 97 - (number + 2_000_000_000) % 97 == key
}

/// Polish number: eleven digits.
pub(super) fn polish(text: &str) -> bool {
    let sum = weighted(text, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    digits(text).next_back() == Some((10 - sum % 10) % 10)
}

/// Finnish number: six digits of a date and three more over 31.
pub(super) fn finnish(date: &str, rest: &str) -> bool {
    const LETTERS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let number = format!("{date}{}", &rest[..3]).parse::<usize>();
    number.is_ok_and(|number| rest.as_bytes()[3] == LETTERS[number % 31])
}

/// Brazilian number: nine digits and two check digits.
pub(super) fn brazilian(text: &str) -> bool {
    let check = |length: usize| {
        let weights: Vec<u32> = (2..=length as u32 + 1).rev().collect();
        let rest = weighted(&text[..length], &weights) * 10 % 11;
        digits(text).nth(length) == Some(rest % 10)
    };
    text.len() == 11 && !is_monotone(text) && check(9) && check(10)
}

/// Chinese number: seventeen digits and a digit or X.
pub(super) fn chinese(text: &str) -> bool {
    const CHECKS: &[u8; 11] = b"10X98765432";
    let sum = weighted(&text[..17], &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    text.as_bytes().get(17) == Some(&CHECKS[sum as usize % 11])
}

/// Swiss number: thirteen digits like a product's.
pub(super) fn ean(text: &str) -> bool {
    let sum: u32 = digits(text).enumerate().map(|(at, digit)| if at % 2 == 0 { digit } else { digit * 3 }).sum();
    sum.is_multiple_of(10)
}

/// American bank routing number: nine digits.
pub(super) fn routing(text: &str) -> bool {
    text.len() == 9 && !is_monotone(text) && weighted(text, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// Vehicles: seventeen letters and digits, the ninth is the check.
pub(super) fn vehicle(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'H' => u32::from(byte - b'A') + 1,
        b'J'..=b'N' => u32::from(byte - b'J') + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => u32::from(byte - b'S') + 2,
        _ => 0,
    };
    let rest = text.bytes().zip(WEIGHTS).map(|(byte, weight)| value(byte) * weight).sum::<u32>() % 11;
    text.as_bytes().get(8) == Some(&(if rest == 10 { b'X' } else { b'0' + rest as u8 }))
}

/// American prescribers: two letters and seven digits.
pub(super) fn prescriber(text: &str) -> bool {
    let sum: u32 =
        digits(text).take(6).enumerate().map(|(at, digit)| if at % 2 == 0 { digit } else { digit * 2 }).sum();
    digits(text).next_back() == Some(sum % 10)
}
