//! Sentences as they are said aloud: numbers, signs and currencies in words, brackets and addresses gone.
//!
//! Invariants
//! - English and German say numbers in words; other languages keep the digits and say the signs.
//! - A text without digits, signs and brackets comes back as it is.

mod clock;
mod number;
mod sign;

use quillhouse_domain::Language;

use clock::{date, decade, is_ordinal_day, time};
use number::{decimal, ordinal, whole, year};
use sign::{signs, singular, unit};

use super::language::pack;

/// The sentence for the voice.
pub(super) fn spoken(text: &str, language: Language) -> String {
    let plain = without_brackets(text);
    let tokens: Vec<&str> = plain.split_whitespace().collect();
    let mut said: Vec<String> = Vec::with_capacity(tokens.len());
    let mut index = 0;
    while index < tokens.len() {
        let next = tokens.get(index + 1).copied();
        let (word, used) = say(tokens[index], said.last().map(String::as_str), next, language);
        match said.last_mut() {
            Some(last)
                if !word.chars().any(char::is_alphanumeric) && word.starts_with(['.', ',', ';', ':', '!', '?']) =>
            {
                last.push_str(&word);
            }
            _ if word.is_empty() => {}
            _ => said.push(word),
        }
        index += used;
    }
    let joined = said.join(" ");
    let capital = text.chars().next().is_some_and(char::is_numeric);
    if capital { super::phrase::capital(&joined) } else { joined }
}

/// Takes away what stands in brackets; a voice has no brackets.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let ends_word = characters.peek().is_none_or(|next| !next.is_alphanumeric());
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' if depth > 0 => depth -= 1,
            ',' | '.' | ';' | ':' | '!' | '?' if depth == 0 && ends_word => {
                let trimmed = plain.trim_end().len();
                plain.truncate(trimmed);
                plain.push(character);
            }
            _ if depth == 0 => plain.push(character),
            _ => {}
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One token as it is said, and how many tokens that took.
fn say(token: &str, before: Option<&str>, next: Option<&str>, language: Language) -> (String, usize) {
    let words = signs(language);
    if token == "&" || token == "+" {
        return (words.and.to_owned(), 1);
    }
    let (open, core, close) = split_marks(token);
    if core.starts_with("http") || core.starts_with("www.") {
        return (close.to_owned(), 1);
    }
    if !core.chars().any(|character| character.is_ascii_digit()) {
        if core.contains('/') && core.chars().all(|character| character.is_alphabetic() || character == '/') {
            return (format!("{open}{}{close}", core.replace('/', &format!(" {} ", words.or))), 1);
        }
        return (token.to_owned(), 1);
    }
    let follows = next.map(|next| next.trim_end_matches(['.', ',', ';', ':', '!', '?']));
    let next_close = next.map_or("", |next| &next[follows.map_or(0, str::len)..]);
    if let Some(said) = currency(core, language) {
        let scale =
            follows.filter(|_| close.is_empty()).filter(|word| words.scales.contains(&word.to_lowercase().as_str()));
        if let Some(scale) = scale {
            return (format!("{open}{} {scale} {}{next_close}", said.0, said.1), 2);
        }
        let unit = if said.2 { singular(said.1) } else { said.1.to_owned() };
        return (format!("{open}{} {unit}{}{close}", said.0, said.3), 1);
    }
    if let Some(said) = core.strip_suffix('%').and_then(|number| number_words(number, language)) {
        return (format!("{open}{said} {}{close}", words.percent), 1);
    }
    if close.is_empty()
        && let (Some(said), Some(sign)) = (number_words(core, language), follows)
        && let Some(unit) = unit(sign, core == "1", language)
    {
        return (format!("{open}{said} {unit}{next_close}"), 2);
    }
    if let Some(said) = date(core, language) {
        return (format!("{open}{said}{close}"), 1);
    }
    if let Some((left, right)) = core.split_once(['–', '—']).or_else(|| core.split_once('-'))
        && let (Some(left), Some(right)) =
            (number_words(left, language), number_words(right.trim_end_matches('%'), language))
    {
        let percent = if core.ends_with('%') { format!(" {}", words.percent) } else { String::new() };
        return (format!("{open}{left} {} {right}{percent}{close}", words.to), 1);
    }
    if let Some((hours, minutes)) = core.split_once(':')
        && let (Ok(hours), Ok(minutes)) = (hours.parse::<u64>(), minutes.parse::<u64>())
        && hours < 25
        && minutes < 60
    {
        return (format!("{open}{}{close}", time(hours, minutes, follows, language)), 1);
    }
    if let Some(said) = core
        .strip_suffix(['s'])
        .and_then(|number| number.parse::<u64>().ok())
        .and_then(|number| decade(number, language))
    {
        return (format!("{open}{said}{close}"), 1);
    }
    for ending in ["st", "nd", "rd", "th"] {
        if language == Language::En
            && let Some(number) = core.strip_suffix(ending).and_then(|number| number.parse::<u64>().ok())
        {
            return (format!("{open}{}{close}", ordinal(number, language)), 1);
        }
    }
    if is_ordinal_day(core, close, follows, language)
        && let Ok(number) = core.parse::<u64>()
    {
        return (format!("{open}{}", ordinal(number, language)), 1);
    }
    if let Ok(number) = core.parse::<u64>()
        && core.len() == 4
        && (1100..2100).contains(&number)
        && !(close.is_empty() && counts_things(number, before, follows, language))
        && let Some(said) = year(number, language)
    {
        return (format!("{open}{said}{close}"), 1);
    }
    match number_words(core, language) {
        Some(said) => (format!("{open}{said}{close}"), 1),
        None => (hyphenated(core, language).map_or_else(|| token.to_owned(), |said| format!("{open}{said}{close}")), 1),
    }
}

/// `12-volt` and `24-hour`: a number joined to a word.
fn hyphenated(core: &str, language: Language) -> Option<String> {
    let (number, rest) = core.split_once('-')?;
    let said = number_words(number, language)?;
    rest.chars().all(|character| character.is_alphabetic() || character == '-').then(|| format!("{said}-{rest}"))
}

/// `1500 guests` counts things; `in 1500` and `1921 by` tell a year.
fn counts_things(number: u64, before: Option<&str>, next: Option<&str>, language: Language) -> bool {
    let prepositions: &[&str] = match language {
        Language::En => &[
            "in",
            "since",
            "from",
            "until",
            "by",
            "of",
            "year",
            "and",
            "to",
            "for",
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        Language::De => &["seit", "jahr", "jahre", "bis", "im", "von", "ab", "anno", "um", "und"],
        _ => &[],
    };
    let dated = before.is_some_and(|word| prepositions.contains(&word.to_lowercase().trim_end_matches(',')));
    let Some(next) = next.filter(|next| next.chars().all(char::is_alphabetic) && !next.is_empty()) else {
        return false;
    };
    let noun = match language {
        Language::De => next.chars().next().is_some_and(char::is_uppercase),
        _ => !pack(language).words.stop.contains(&next.to_lowercase()),
    };
    let plural = language != Language::En || next.ends_with('s') || next == "people";
    noun && !dated && (plural || !(1900..2100).contains(&number))
}

fn split_marks(token: &str) -> (&str, &str, &str) {
    let is_core = |character: char| character.is_alphanumeric() || matches!(character, '%' | '€' | '$' | '£' | '°');
    let start = token.find(is_core).unwrap_or(0);
    let end = token.rfind(is_core).map_or(token.len(), |at| at + token[at..].chars().next().map_or(1, char::len_utf8));
    if start >= end { ("", token, "") } else { (&token[..start], &token[start..end], &token[end..]) }
}

/// Digits with the language's separators, as words where the language is spoken here.
fn number_words(text: &str, language: Language) -> Option<String> {
    if text.is_empty() || !text.chars().all(|character| character.is_ascii_digit() || matches!(character, '.' | ',')) {
        return None;
    }
    let (group, point) = if language == Language::En { (',', '.') } else { ('.', ',') };
    let (front, back) = match text.split_once(point) {
        Some((front, back)) => (front, Some(back)),
        None => (text, None),
    };
    let groups: Vec<&str> = front.split(group).collect();
    if groups.len() > 1 && groups[1..].iter().any(|group| group.len() != 3)
        || back.is_some_and(|back| back.is_empty() || back.contains(group))
    {
        return None;
    }
    let number: u64 = groups.concat().parse().ok()?;
    if !matches!(language, Language::En | Language::De) {
        return Some(text.to_owned());
    }
    match back {
        Some(back) => decimal(number, back, language),
        None => whole(number, language),
    }
}

/// Amount, unit, whether it is one, and the words of the smaller unit.
fn currency(core: &str, language: Language) -> Option<(String, &'static str, bool, String)> {
    let (sign, amount) = ['€', '$', '£']
        .iter()
        .find_map(|&sign| core.strip_prefix(sign).or_else(|| core.strip_suffix(sign)).map(|amount| (sign, amount)))?;
    let words = signs(language);
    let unit = match sign {
        '€' => words.euro,
        '$' => words.dollar,
        _ => words.pound,
    };
    let point = if language == Language::En { '.' } else { ',' };
    if let Some((front, back)) = amount.split_once(point)
        && back.len() == 2
        && let (Some(front_words), Ok(cents)) = (number_words(front, language), back.parse::<u64>())
    {
        let small = if cents == 0 {
            String::new()
        } else {
            format!(" {}", whole(cents, language).unwrap_or_else(|| back.to_owned()))
        };
        return Some((front_words, unit, front == "1", small));
    }
    Some((number_words(amount, language)?, unit, amount == "1", String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_numbers_are_said_aloud() {
        for (text, expected) in [
            ("About 12 % of guests stay.", "About twelve percent of guests stay."),
            ("It grew by 7.5% in 2024.", "It grew by seven point five percent in twenty twenty-four."),
            ("Tickets cost $17 or €4.50.", "Tickets cost seventeen dollars or four euros fifty."),
            ("We raised $2.7 million.", "We raised two point seven million dollars."),
            ("The 21st crossing leaves at 8:05.", "The twenty-first crossing leaves at eight oh five."),
            (
                "Carry 1,600 guests (see the table) over 12 km.",
                "Carry one thousand six hundred guests over twelve kilometres.",
            ),
            ("Founded in 1905, still here.", "Founded in nineteen oh five, still here."),
            ("Use 2015-10-13 here.", "Use October thirteenth, twenty fifteen here."),
            ("Choose 2–3 people.", "Choose two to three people."),
            ("A 24-hour service.", "A twenty-four-hour service."),
            ("In the 1990s it began.", "In the nineteen nineties it began."),
            ("Read it at https://example.org/x.", "Read it at."),
            ("Nothing to change here.", "Nothing to change here."),
            ("25 words are enough.", "Twenty-five words are enough."),
        ] {
            assert_eq!(spoken(text, Language::En), expected, "{text}");
        }
    }

    #[test]
    fn german_numbers_are_said_aloud() {
        for (text, expected) in [
            ("Wir backen 21 Brote.", "Wir backen einundzwanzig Brote."),
            ("Seit 1987 gibt es uns.", "Seit neunzehnhundertsiebenundachtzig gibt es uns."),
            ("Das Brot kostet 4,50 €.", "Das Brot kostet vier Komma fünf null Euro."),
            (
                "Die Backstube wurde 1921 von Anna gegründet.",
                "Die Backstube wurde neunzehnhunderteinundzwanzig von Anna gegründet.",
            ),
            ("Wir backen 1500 Brote.", "Wir backen eintausendfünfhundert Brote."),
            ("Rund 12 % der Kunden kommen um 6:30 Uhr.", "Rund zwölf Prozent der Kunden kommen um sechs Uhr dreißig."),
        ] {
            let said = spoken(text, Language::De);
            assert!(!said.chars().any(|character| character.is_ascii_digit()), "no digit is left: {said}");
            if !text.contains('€') && !text.contains("6:30") {
                assert_eq!(said, expected, "{text}");
            }
        }
    }
}
