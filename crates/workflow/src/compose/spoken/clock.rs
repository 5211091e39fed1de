//! Times of day, dates and decades as they are said.
//!
//! Invariants
//! - What is no valid time or date is left to the caller.

use quillhouse_domain::Language;

use super::number::{ordinal, whole, year};

/// `8:05` as it is said; `next` is the word behind it, without marks.
pub(super) fn time(hours: u64, minutes: u64, next: Option<&str>, language: Language) -> String {
    let say = |number: u64| whole(number, language).unwrap_or_else(|| number.to_string());
    match language {
        Language::De => {
            let clock = if next == Some("Uhr") { "" } else { " Uhr" };
            if minutes == 0 {
                format!("{}{clock}", say(hours))
            } else {
                format!("{}{clock} {}", say(hours), say(minutes))
            }
        }
        Language::En if minutes == 0 => {
            let half = next
                .is_some_and(|word| matches!(word.to_lowercase().trim_end_matches('.'), "a.m" | "p.m" | "am" | "pm"));
            if half { say(hours) } else { format!("{} o'clock", say(hours)) }
        }
        Language::En if minutes < 10 => format!("{} oh {}", say(hours), say(minutes)),
        Language::En => format!("{} {}", say(hours), say(minutes)),
        _ => format!("{hours}:{minutes:02}"),
    }
}

/// `2015-10-13` as a person says it.
pub(super) fn date(core: &str, language: Language) -> Option<String> {
    const ENGLISH: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const GERMAN: [&str; 12] = [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ];
    let parts: Vec<&str> = core.split('-').collect();
    let [years, months, days] = parts.as_slice() else { return None };
    if years.len() != 4 || months.len() != 2 || days.len() != 2 {
        return None;
    }
    let (years, month, day): (u64, usize, u64) = (years.parse().ok()?, months.parse().ok()?, days.parse().ok()?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    match language {
        Language::En => Some(format!("{} {}, {}", ENGLISH[month - 1], ordinal(day, language), year(years, language)?)),
        Language::De => Some(format!("{} {} {}", ordinal(day, language), GERMAN[month - 1], year(years, language)?)),
        _ => None,
    }
}

/// `1990s`, given as 1990.
pub(super) fn decade(number: u64, language: Language) -> Option<String> {
    if language != Language::En || !(1100..2100).contains(&number) || !number.is_multiple_of(10) {
        return None;
    }
    let said = year(number, language)?;
    let plural = said.strip_suffix('y').map_or_else(|| format!("{said}s"), |stem| format!("{stem}ies"));
    Some(plural)
}

/// `3. Mai`: a full stop behind a small number and before a month.
pub(super) fn is_ordinal_day(core: &str, close: &str, next: Option<&str>, language: Language) -> bool {
    const MONTHS: [&str; 12] = [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ];
    language == Language::De && core.len() <= 2 && close == "." && next.is_some_and(|next| MONTHS.contains(&next))
}
