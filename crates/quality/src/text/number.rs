//! Numbers in running text, brought to one form so that `1,200`, `1.200` (German) and `1.2 thousand` are equal.

use quillhouse_domain::Language;

use super::token::{Token, tokens};
use crate::lexicon::{Bound, Lexicon, lexicon};

/// What a number counts, as far as it changes the meaning of the number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Nothing that is known.
    Plain,
    /// Parts of a hundred.
    Percent,
    /// Money; an ISO 4217 code.
    Currency(&'static str),
    /// A place in an order: `third`, `21st`.
    Ordinal,
    /// A time of day; the value is in minutes after midnight.
    Time,
    /// A unit of `units.txt` by its canonical name.
    Measure(&'static str),
}

/// One number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number {
    /// The value as a plain decimal without needless zeros: `1200`, `0.5`, `2700000`.
    pub value: String,
    /// What it counts.
    pub unit: Unit,
    /// A bound in words before it: `at least`, `up to`.
    pub bound: Option<Bound>,
    /// As written.
    pub text: String,
}

impl Number {
    /// True when both state the same amount of the same thing; `about` may be missing on one side.
    pub fn agrees(&self, other: &Self) -> bool {
        let bound = |number: &Self| number.bound.filter(|&bound| bound != Bound::About);
        self.value == other.value && self.unit == other.unit && bound(self) == bound(other)
    }
}

/// The numbers of a text in order, in digits and (up to ninety-nine, and hundreds) in words.
pub fn numbers(text: &str, language: Language) -> Vec<Number> {
    numbers_of(text, &tokens(text), language)
}

pub(crate) fn numbers_of(text: &str, tokens: &[Token<'_>], language: Language) -> Vec<Number> {
    located_numbers(text, tokens, language).into_iter().flat_map(|(_, numbers)| numbers).collect()
}

/// The numbers with the positions of the words they are made of.
pub(crate) fn located_numbers(
    text: &str,
    tokens: &[Token<'_>],
    language: Language,
) -> Vec<(std::ops::Range<usize>, Vec<Number>)> {
    let lexicon = lexicon(language);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some((numbers, used)) = number_at(text, tokens, at, language, lexicon) {
            found.push((at..at + used, numbers));
            at += used;
        } else {
            at += 1;
        }
    }
    found
}

/// A decimal number kept exactly: digits and how many of them stand after the point.
#[derive(Debug, Clone, Copy)]
struct Decimal {
    digits: u128,
    scale: i32,
}

impl Decimal {
    fn text(self) -> String {
        let (mut digits, mut scale) = (self.digits, self.scale);
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        if scale <= 0 {
            let zeros = usize::try_from(-scale).unwrap_or(0).min(40);
            return if digits == 0 { "0".to_owned() } else { format!("{digits}{}", "0".repeat(zeros)) };
        }
        let text = format!("{digits:0>width$}", width = scale as usize + 1);
        let (whole, part) = text.split_at(text.len() - scale as usize);
        format!("{whole}.{part}")
    }
}

/// Reads `1,200.50` or, where a comma is the decimal mark, `1.200,50`.
fn parse_decimal(text: &str, language: Language) -> Option<Decimal> {
    let decimal_mark = if language == Language::En { '.' } else { ',' };
    let group_mark = if language == Language::En { ',' } else { '.' };
    let clean: String = text.chars().filter(|c| !matches!(c, '\'' | '’' | '_')).collect();
    let grouped = |part: &str| {
        let groups: Vec<&str> = part.split(group_mark).collect();
        groups.len() > 1
            && (1..=3).contains(&groups[0].len())
            && groups[1..].iter().all(|group| group.len() == 3)
            && groups[0] != "0"
    };
    let (whole, part) = match clean.rsplit_once(decimal_mark) {
        Some((whole, part)) if !part.contains(group_mark) && !whole.contains(decimal_mark) => (whole.to_owned(), part),
        Some(_) => {
            // Several decimal marks: groups written the other way, or a version or date.
            let groups: Vec<&str> = clean.split(decimal_mark).collect();
            if groups[1..].iter().all(|group| group.len() == 3) { (groups.concat(), "") } else { return None }
        }
        None => (clean.clone(), ""),
    };
    let (whole, part) = if whole.contains(group_mark) {
        if grouped(&whole) {
            (whole.replace(group_mark, ""), part)
        } else if part.is_empty() && whole.matches(group_mark).count() == 1 {
            // The other language's decimal mark.
            let (left, right) = whole.split_once(group_mark)?;
            return decimal(left, right);
        } else {
            return None;
        }
    } else {
        (whole, part)
    };
    decimal(&whole, part)
}

fn decimal(whole: &str, part: &str) -> Option<Decimal> {
    let digits = format!("{whole}{part}");
    if digits.is_empty() || digits.len() > 30 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(Decimal { digits: digits.parse().ok()?, scale: part.len() as i32 })
}

fn currency_before(text: &str, start: usize) -> Option<&'static str> {
    let before = text[..start].trim_end_matches([' ', '\u{a0}']);
    [
        ("$", "USD"),
        ("€", "EUR"),
        ("£", "GBP"),
        ("¥", "JPY"),
        ("EUR", "EUR"),
        ("USD", "USD"),
        ("GBP", "GBP"),
        ("CHF", "CHF"),
    ]
    .into_iter()
    .find_map(|(mark, code)| before.ends_with(mark).then_some(code))
}

fn currency_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "dollar" | "dollars" | "usd" | "dólares" | "dollari" | "us-dollar" => "USD",
        "euro" | "euros" | "eur" => "EUR",
        "gbp" => "GBP",
        "yen" | "jpy" => "JPY",
        "franken" | "chf" => "CHF",
        "cent" | "cents" | "centimes" | "céntimos" => "cent",
        _ => return None,
    })
}

fn is_percent_word(word: &str) -> bool {
    matches!(word, "percent" | "per-cent" | "prozent" | "pourcent" | "procent" | "pct")
}

/// `60`, `60th`, `10px`, `5k`, `1990s`: digits with letters right after them.
fn split_suffix(lower: &str) -> (&str, &str) {
    let end = lower.find(|c: char| c.is_alphabetic()).unwrap_or(lower.len());
    lower.split_at(end)
}

type Found = (Vec<Number>, usize);

fn number_at(text: &str, tokens: &[Token<'_>], at: usize, language: Language, lexicon: &Lexicon) -> Option<Found> {
    let token = &tokens[at];
    if token.lower.starts_with(|c: char| c.is_ascii_digit()) {
        digits_at(text, tokens, at, language, lexicon)
    } else {
        words_at(text, tokens, at, language, lexicon)
    }
}

fn digits_at(text: &str, tokens: &[Token<'_>], at: usize, language: Language, lexicon: &Lexicon) -> Option<Found> {
    let token = &tokens[at];
    // `10-15` is one token and two numbers; `2026-01-31` and `555-0100` are what they are.
    let parts: Vec<&str> = token.lower.split('-').collect();
    if parts.len() == 2 && parts.iter().all(|part| part.starts_with(|c: char| c.is_ascii_digit())) {
        let numbers = parts.iter().filter_map(|part| Some((*part, parse_decimal(split_suffix(part).0, language)?)));
        let (unit, used, magnitude) = unit_after(text, tokens, at, lexicon);
        let found = numbers
            .map(|(part, value)| Number {
                value: Decimal { digits: value.digits, scale: value.scale - magnitude }.text(),
                unit: currency_before(text, token.start).map_or_else(|| unit.clone(), Unit::Currency),
                bound: None,
                text: part.to_owned(),
            })
            .collect();
        return Some((found, used));
    }
    let (head, unit_part) = match token.lower.split_once('-') {
        // `12-month`, `10-page`
        Some((head, tail)) if tail.starts_with(|c: char| c.is_alphabetic()) => (head, Some(tail)),
        Some(_) => return Some((vec![plain(token)], 1)),
        None => (token.lower.as_str(), None),
    };
    if let Some(minutes) = clock_minutes(head, tokens.get(at + 1)) {
        let meridiem = tokens.get(at + 1).is_some_and(|next| is_meridiem(&next.lower));
        let number = Number { value: minutes.to_string(), unit: Unit::Time, bound: None, text: token.text.to_owned() };
        return Some((vec![number], 1 + usize::from(meridiem)));
    }
    let (digits, suffix) = split_suffix(head);
    let Some(value) = parse_decimal(digits.trim_end_matches('.'), language) else {
        return Some((vec![plain(token)], 1));
    };
    let bound = bound_before(tokens, at, lexicon);
    let (mut unit, mut used, mut magnitude) = unit_after(text, tokens, at, lexicon);
    if let Some(tail) = unit_part {
        (unit, used, magnitude) = (lexicon.units.get(tail).map_or(Unit::Plain, |unit| Unit::Measure(unit)), 1, 0);
    }
    match suffix {
        "" | "s" => {}
        "st" | "nd" | "rd" | "th" | "e" | "er" | "º" | "ª" | "°" => unit = Unit::Ordinal,
        "k" => magnitude = 3,
        _ => match (lexicon.magnitudes.get(suffix), lexicon.units.get(suffix)) {
            (Some(&power), _) => magnitude = power,
            (_, Some(canonical)) => (unit, used) = (Unit::Measure(canonical), 1),
            // `18F`, `3D`: a name, not an amount.
            _ => return None,
        },
    }
    if let Some(code) = currency_before(text, token.start) {
        unit = Unit::Currency(code);
    }
    let end = tokens[at + used - 1].end;
    let number = Number {
        value: Decimal { digits: value.digits, scale: value.scale - magnitude }.text(),
        unit,
        bound,
        text: text[token.start..end].to_owned(),
    };
    Some((vec![number], used))
}

fn plain(token: &Token<'_>) -> Number {
    Number { value: token.lower.clone(), unit: Unit::Plain, bound: None, text: token.text.to_owned() }
}

fn is_meridiem(word: &str) -> bool {
    matches!(word, "am" | "pm" | "a.m" | "p.m" | "uhr")
}

fn clock_minutes(word: &str, next: Option<&Token<'_>>) -> Option<u32> {
    let next = next.map(|token| token.lower.as_str()).filter(|word| is_meridiem(word));
    let (digits, glued) = split_suffix(word);
    let meridiem = if matches!(glued, "am" | "pm") { Some(glued) } else { next };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours.parse::<u32>().ok()?, minutes.parse::<u32>().ok()?),
        None if meridiem.is_some() => (digits.parse().ok()?, 0),
        _ => return None,
    };
    if hours > 24 || minutes > 59 || (!glued.is_empty() && meridiem != Some(glued)) {
        return None;
    }
    let hours = match meridiem {
        Some("pm" | "p.m") if hours < 12 => hours + 12,
        Some("am" | "a.m") if hours == 12 => 0,
        _ => hours,
    };
    Some(hours * 60 + minutes)
}

/// Unit and magnitude words after the number at `at`: (unit, tokens used with the number, power of ten).
fn unit_after(text: &str, tokens: &[Token<'_>], at: usize, lexicon: &Lexicon) -> (Unit, usize, i32) {
    let mut used = 1;
    let mut magnitude = 0;
    let gap = |index: usize| {
        let end = tokens.get(index + 1).map_or(text.len(), |next| next.start);
        text[tokens[index].end..end].trim_start_matches([' ', '\u{a0}', '\u{202f}'])
    };
    let mut mark = gap(at);
    if let Some(next) = tokens.get(at + 1)
        && let Some(&power) = lexicon.magnitudes.get(next.lower.as_str())
        && mark.is_empty()
    {
        magnitude = power;
        used += 1;
        mark = gap(at + 1);
    }
    if mark.starts_with('%') {
        return (Unit::Percent, used, magnitude);
    }
    if mark.starts_with('€') {
        return (Unit::Currency("EUR"), used, magnitude);
    }
    if mark.starts_with('$')
        && !tokens.get(at + used).is_some_and(|next| next.lower.starts_with(|c: char| c.is_ascii_digit()))
    {
        return (Unit::Currency("USD"), used, magnitude);
    }
    if let Some(next) = tokens.get(at + used)
        && mark.is_empty()
    {
        let word = next.lower.as_str();
        let two_words = tokens.get(at + used + 1).map(|token| (word, token.lower.as_str()));
        if is_percent_word(word) {
            return (Unit::Percent, used + 1, magnitude);
        }
        if matches!(two_words, Some(("per", "cent" | "cento") | ("por", "ciento" | "cento") | ("pour", "cent"))) {
            return (Unit::Percent, used + 2, magnitude);
        }
        if let Some(code) = currency_word(word) {
            return (Unit::Currency(code), used + 1, magnitude);
        }
        // A unit of one letter after a space is more often a word or a mark.
        if word.len() > 1
            && let Some(canonical) = lexicon.units.get(word)
        {
            return (Unit::Measure(canonical), used + 1, magnitude);
        }
    }
    (Unit::Plain, used, magnitude)
}

fn bound_before(tokens: &[Token<'_>], at: usize, lexicon: &Lexicon) -> Option<Bound> {
    lexicon.bounds.iter().find_map(|(bound, phrase)| {
        let start = at.checked_sub(phrase.len())?;
        phrase.iter().zip(&tokens[start..at]).all(|(word, token)| *word == token.lower).then_some(*bound)
    })
}

/// Length in words of a bound that begins at `at`.
pub(crate) fn bound_at(tokens: &[Token<'_>], at: usize, lexicon: &Lexicon) -> Option<usize> {
    lexicon
        .bounds
        .iter()
        .find(|(_, phrase)| {
            tokens.len() >= at + phrase.len()
                && phrase.iter().zip(&tokens[at..]).all(|(word, token)| *word == token.lower)
        })
        .map(|(_, phrase)| phrase.len())
}

fn words_at(text: &str, tokens: &[Token<'_>], at: usize, language: Language, lexicon: &Lexicon) -> Option<Found> {
    let token = &tokens[at];
    let word = token.lower.as_str();
    let before = at.checked_sub(1).map(|index| tokens[index].lower.as_str());
    if let Some(value) = lexicon.ordinals.get(word) {
        // `second` is a unit of time and `first` opens sentences: only a place in an order counts.
        let ranked = language != Language::En
            || !matches!(word, "first" | "second")
            || matches!(before, Some("the" | "their" | "its" | "our" | "his" | "her" | "your" | "my"));
        let number =
            Number { value: (*value).to_owned(), unit: Unit::Ordinal, bound: None, text: token.text.to_owned() };
        return ranked.then_some((vec![number], 1));
    }
    let mut used = 1;
    let value: Decimal = if let Some((tens, ones)) = word.split_once('-') {
        let (tens, ones) = (lexicon.numbers.get(tens)?, lexicon.numbers.get(ones)?);
        let (tens, ones): (u128, u128) = (tens.parse().ok()?, ones.parse().ok()?);
        Decimal { digits: tens + ones, scale: 0 }
    } else {
        let value = lexicon.numbers.get(word)?;
        if language == Language::En && word == "one" && !one_is_a_number(before, tokens.get(at + 1), lexicon) {
            return None;
        }
        let value = parse_decimal(value, Language::En)?;
        match tokens.get(at + 1).and_then(|next| lexicon.numbers.get(next.lower.as_str())) {
            // `twenty five`
            Some(ones)
                if value.scale == 0
                    && (20..100).contains(&value.digits)
                    && value.digits % 10 == 0
                    && !tokens[at + 1].after_break
                    && ones.len() == 1 =>
            {
                used = 2;
                Decimal { digits: value.digits + ones.parse::<u128>().ok()?, scale: 0 }
            }
            _ => value,
        }
    };
    let (unit, more, magnitude) = unit_after(text, tokens, at + used - 1, lexicon);
    used += more - 1;
    let number = Number {
        value: Decimal { digits: value.digits, scale: value.scale - magnitude }.text(),
        unit,
        bound: bound_before(tokens, at, lexicon),
        text: text[token.start..tokens[at + used - 1].end].to_owned(),
    };
    Some((vec![number], used))
}

/// `one team` counts; `no one`, `one of`, `the right one`, `this one` do not.
fn one_is_a_number(before: Option<&str>, after: Option<&Token<'_>>, lexicon: &Lexicon) -> bool {
    let pronoun = matches!(
        before,
        Some("no" | "any" | "every" | "each" | "some" | "this" | "that" | "which" | "the" | "another" | "good")
    );
    let counted = after.is_some_and(|next| !next.after_break && !lexicon.is_function_word(&next.lower));
    !pronoun && counted
}
