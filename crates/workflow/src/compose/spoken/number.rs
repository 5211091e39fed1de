//! Whole numbers, decimals, ordinals and years in English and German words.
//!
//! Invariants
//! - Numbers of a thousand billions and more stay digits; nobody hears them right.

use quillhouse_domain::Language;

const ENGLISH_ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const ENGLISH_TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const GERMAN_ONES: [&str; 20] = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
];
const GERMAN_TENS: [&str; 10] =
    ["", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"];

/// A whole number in words; nothing in other languages or beyond a thousand billions.
pub(super) fn whole(number: u64, language: Language) -> Option<String> {
    if number >= 1_000_000_000_000 {
        return None;
    }
    match language {
        Language::En => Some(english(number)),
        Language::De => Some(german(number)),
        _ => None,
    }
}

fn english(number: u64) -> String {
    match number {
        0..20 => ENGLISH_ONES[number as usize].to_owned(),
        20..100 => {
            let tens = ENGLISH_TENS[(number / 10) as usize];
            if number.is_multiple_of(10) {
                tens.to_owned()
            } else {
                format!("{tens}-{}", ENGLISH_ONES[(number % 10) as usize])
            }
        }
        100..1_000 => scaled(number, 100, "hundred", english),
        1_000..1_000_000 => scaled(number, 1_000, "thousand", english),
        1_000_000..1_000_000_000 => scaled(number, 1_000_000, "million", english),
        _ => scaled(number, 1_000_000_000, "billion", english),
    }
}

fn scaled(number: u64, scale: u64, name: &str, say: fn(u64) -> String) -> String {
    let front = format!("{} {name}", say(number / scale));
    if number.is_multiple_of(scale) { front } else { format!("{front} {}", say(number % scale)) }
}

fn german(number: u64) -> String {
    match number {
        0..20 => GERMAN_ONES[number as usize].to_owned(),
        20..100 => {
            let tens = GERMAN_TENS[(number / 10) as usize];
            match number % 10 {
                0 => tens.to_owned(),
                one => format!("{}und{tens}", compound(one)),
            }
        }
        100..1_000 => joined(number, 100, "hundert"),
        1_000..1_000_000 => joined(number, 1_000, "tausend"),
        1_000_000..1_000_000_000 => german_scaled(number, 1_000_000, "Million", "Millionen"),
        _ => german_scaled(number, 1_000_000_000, "Milliarde", "Milliarden"),
    }
}

/// `eins` loses its s inside a longer number.
fn compound(number: u64) -> String {
    if number == 1 { "ein".to_owned() } else { german(number) }
}

fn joined(number: u64, scale: u64, name: &str) -> String {
    let front = format!("{}{name}", compound(number / scale));
    if number.is_multiple_of(scale) { front } else { format!("{front}{}", german(number % scale)) }
}

fn german_scaled(number: u64, scale: u64, one: &str, many: &str) -> String {
    let front = if number / scale == 1 { format!("eine {one}") } else { format!("{} {many}", german(number / scale)) };
    if number.is_multiple_of(scale) { front } else { format!("{front} {}", german(number % scale)) }
}

/// A number with its figures behind the point said one by one.
pub(super) fn decimal(front: u64, back: &str, language: Language) -> Option<String> {
    let point = match language {
        Language::En => "point",
        Language::De => "Komma",
        _ => return None,
    };
    let figures: Option<Vec<String>> =
        back.chars().map(|figure| figure.to_digit(10).and_then(|figure| whole(u64::from(figure), language))).collect();
    Some(format!("{} {point} {}", whole(front, language)?, figures?.join(" ")))
}

/// `twenty-first`, `dritten`: German in the form behind a preposition with article.
pub(super) fn ordinal(number: u64, language: Language) -> String {
    if language == Language::De {
        let base = german(number);
        return match number {
            1 => "ersten".to_owned(),
            3 => "dritten".to_owned(),
            7 => "siebten".to_owned(),
            8 => "achten".to_owned(),
            0..20 => format!("{base}ten"),
            _ => format!("{base}sten"),
        };
    }
    let base = english(number);
    let (front, last) = match base.rfind(['-', ' ']) {
        Some(at) => base.split_at(at + 1),
        None => ("", base.as_str()),
    };
    let turned = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        other => other.strip_suffix('y').map_or_else(|| format!("{other}th"), |stem| format!("{stem}ieth")),
    };
    format!("{front}{turned}")
}

/// A year as it is said.
pub(super) fn year(number: u64, language: Language) -> Option<String> {
    let (century, rest) = (number / 100, number % 100);
    match language {
        Language::En => Some(match (number, rest) {
            (2000..2010, _) => english(number),
            (_, 0) => format!("{} hundred", english(century)),
            (_, 1..10) => format!("{} oh {}", english(century), english(rest)),
            _ => format!("{} {}", english(century), english(rest)),
        }),
        Language::De => Some(if (2000..2100).contains(&number) || number < 1100 {
            german(number)
        } else if rest == 0 {
            format!("{}hundert", german(century))
        } else {
            format!("{}hundert{}", german(century), german(rest))
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_words() {
        for (number, english, german) in [
            (0, "zero", "null"),
            (21, "twenty-one", "einundzwanzig"),
            (101, "one hundred one", "einhunderteins"),
            (1_600_000, "one million six hundred thousand", "eine Million sechshunderttausend"),
        ] {
            assert_eq!(whole(number, Language::En).as_deref(), Some(english));
            assert_eq!(whole(number, Language::De).as_deref(), Some(german));
        }
        assert_eq!(whole(u64::MAX, Language::En), None, "nobody hears twenty figures right");
        assert_eq!(ordinal(20, Language::En), "twentieth");
    }
}
