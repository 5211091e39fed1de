//! The date a sentence speaks of: how things stood, or until when they hold. Days as `YYYY-MM-DD`, the last of the period.
//!
//! Invariant: what happened once and stays true has no date here, however long ago it was.

use quillhouse_domain::Language;
use serde::{Deserialize, Serialize};

use super::super::rules::{self, DateWords};

/// The date of a fact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kit) struct FactDate {
    /// How things stood on this day.
    pub(in crate::kit) as_of: Option<String>,
    /// It holds up to this day.
    pub(in crate::kit) valid_until: Option<String>,
}

/// Years that are taken for years.
const YEARS: std::ops::RangeInclusive<u32> = 1950..=2099;

/// The date of a sentence; `None` when it has none.
pub(super) fn dated(sentence: &str, language: Language) -> Option<FactDate> {
    let words = &rules::of(language).dates;
    let lower = sentence.to_lowercase().replace('’', "'");
    let tokens: Vec<&str> = lower
        .split_whitespace()
        .map(|token| token.trim_matches(|mark: char| !mark.is_alphanumeric()))
        .filter(|token| !token.is_empty())
        .collect();
    let happened = tokens.iter().any(|token| words.events.has(token));
    let mut date = FactDate::default();
    for at in 0..tokens.len() {
        let Some((start, day)) = day_at(&tokens, at, words) else { continue };
        let start = if start > 0 && matches!(tokens[start - 1], "the" | "zum" | "dem") { start - 1 } else { start };
        let follows = |phrases: &[String]| phrases.iter().any(|phrase| ends_with(&tokens[..start], phrase));
        if follows(&words.until) {
            date.valid_until = Some(day);
        } else if follows(&words.surely_as_of) || follows(&words.as_of) && !happened {
            // The latest of several: `in 2022 and in 2023`
            date.as_of = date.as_of.max(Some(day));
        }
    }
    (date != FactDate::default()).then_some(date)
}

fn ends_with(tokens: &[&str], phrase: &str) -> bool {
    let wanted: Vec<&str> = phrase.split(' ').map(|word| word.trim_end_matches(':')).collect();
    tokens.ends_with(&wanted)
}

/// The date whose year stands at `at`: its first token and its last day.
fn day_at(tokens: &[&str], at: usize, words: &DateWords) -> Option<(usize, String)> {
    if let Some(whole) = whole_date(tokens[at]) {
        return Some((at, whole));
    }
    let year = year_of(tokens[at])?;
    let month = |at: Option<usize>| {
        let token = tokens.get(at?)?;
        let place = |list: &[String]| list.iter().position(|month| month == token);
        place(&words.months).or_else(|| place(&words.short_months)).map(|month| month as u32 + 1)
    };
    let day = |at: Option<usize>| {
        let token = tokens.get(at?)?.trim_end_matches("st").trim_end_matches("nd").trim_end_matches("rd");
        token.trim_end_matches("th").parse::<u32>().ok().filter(|day| (1..=31).contains(day))
    };
    let (one, two) = (at.checked_sub(1), at.checked_sub(2));
    if let Some(month_number) = month(one) {
        // `5 March 2024`
        return match day(two) {
            Some(day) => Some((at - 2, written(year, month_number, day))),
            None => Some((at - 1, written(year, month_number, last_day(year, month_number)))),
        };
    }
    if let (Some(day), Some(month_number)) = (day(one), month(two)) {
        // `March 5, 2024`
        return Some((at - 2, written(year, month_number, day)));
    }
    Some((at, written(year, 12, 31)))
}

fn year_of(token: &str) -> Option<u32> {
    if token.len() != 4 || !token.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    token.parse().ok().filter(|year| YEARS.contains(year))
}

/// `2024-03-05` and `5.3.2024`.
fn whole_date(token: &str) -> Option<String> {
    let parts: Vec<&str> = token.split(['-', '.']).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let (year, month, day) = if first.len() == 4 {
        (year_of(first)?, second.parse().ok()?, third.parse().ok()?)
    } else if token.contains('.') {
        (year_of(third)?, second.parse().ok()?, first.parse().ok()?)
    } else {
        return None;
    };
    ((1..=12).contains(&month) && (1..=last_day(year, month)).contains(&day)).then(|| written(year, month, day))
}

fn last_day(year: u32, month: u32) -> u32 {
    let leaps = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        2 if leaps => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn written(year: u32, month: u32, day: u32) -> String {
    format!("{year:04}-{month:02}-{:02}", day.min(last_day(year, month)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(sentence: &str, language: Language) -> (String, String) {
        let date = dated(sentence, language).unwrap_or_default();
        (date.as_of.unwrap_or_default(), date.valid_until.unwrap_or_default())
    }

    #[test]
    fn a_sentence_says_how_things_stood_or_until_when_they_hold() {
        for (sentence, as_of, until) in [
            ("As of March 2024, we run eleven boats.", "2024-03-31", ""),
            ("As of 5 March 2024 the fleet has 11 boats.", "2024-03-05", ""),
            ("In 2023 we carried 1.2 million passengers.", "2023-12-31", ""),
            ("In 2022 we carried 1.1 million and in 2023 1.2 million passengers.", "2023-12-31", ""),
            ("The offer of 20 percent is valid until March 31, 2025.", "", "2025-03-31"),
            ("The ticket costs 38 kroner and is valid through 2026-02-30.", "", ""),
            ("The ticket costs 38 kroner and is valid through 2026-02-28.", "", "2026-02-28"),
            ("In February 2024 we sold 900 passes.", "2024-02-29", ""),
            // What happened once stays true.
            ("The company was founded in 1962.", "", ""),
            ("In 2019 we opened a second pier for 4 million kroner.", "", ""),
            ("Halden Ferry has carried people since 1962.", "", ""),
            ("The boat holds 2024 passengers.", "", ""),
            ("May we help you in 3 ways?", "", ""),
        ] {
            assert_eq!(days(sentence, Language::En), (as_of.to_owned(), until.to_owned()), "{sentence}");
        }
        for (sentence, as_of, until) in [
            ("Im Jahr 2023 haben wir 120 Räder verkauft.", "2023-12-31", ""),
            ("Stand März 2024 haben wir 12 Filialen.", "2024-03-31", ""),
            ("Der Preis von 38 Euro ist gültig bis 31.12.2025.", "", "2025-12-31"),
            ("Der Betrieb wurde im Jahr 1962 gegründet.", "", ""),
        ] {
            assert_eq!(days(sentence, Language::De), (as_of.to_owned(), until.to_owned()), "{sentence}");
        }
    }
}
