//! A source file as the library remembers it: where it stands, how large it is and when it was changed.
//!
//! Invariant: a time of change is remembered only when a later change is sure to have another one.

use std::{
    fs::{self, Metadata},
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use quillhouse_store::DocumentRow;

/// A file changed less than this before it was copied may be changed again within the same tick of the file system's clock
/// (FAT counts in two seconds).
const UNSURE: Duration = Duration::from_secs(2);

/// Nanoseconds since 1970 of a file's last change.
pub(super) fn modified_ns(metadata: &Metadata) -> Option<i64> {
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_nanos()).ok()
}

/// The time of change worth remembering, given the copy that was just made of the file.
pub(super) fn reliable_modified_ns(source: &Metadata, copy: &Path) -> Option<i64> {
    let copied_at = fs::metadata(copy).and_then(|copy| copy.modified()).ok()?;
    let changed_at = source.modified().ok()?;
    (copied_at.duration_since(changed_at).ok()? >= UNSURE).then(|| modified_ns(source))?
}

/// True when the file at the document's path is, by size and time, the one that was copied.
pub(super) fn still_there(row: &DocumentRow) -> bool {
    let Some(path) = &row.source_path else { return false };
    fs::metadata(path).is_ok_and(|metadata| {
        metadata.is_file()
            && metadata.len() == row.byte_count
            && row.source_modified_ns.is_none_or(|known| modified_ns(&metadata) == Some(known))
    })
}

/// True when the document was read completely from a file of this size and time.
pub(super) fn is_same(row: &DocumentRow, metadata: &Metadata) -> bool {
    row.source_modified_ns.is_some()
        && row.source_modified_ns == modified_ns(metadata)
        && row.byte_count == metadata.len()
        && !row.source_missing
}

/// The day of a moment in UTC, `YYYY-MM-DD`.
pub(super) fn day(moment: SystemTime) -> Option<String> {
    let days = i64::try_from(moment.duration_since(UNIX_EPOCH).ok()?.as_secs() / 86_400).ok()?;
    // Days to a date of the Gregorian calendar, counted in eras of 400 years that begin in March.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year <= 9_999).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_709_164_800, "2024-02-29"),
            (1_709_251_199, "2024-02-29"),
            (1_709_251_200, "2024-03-01"),
            (1_795_219_200, "2026-11-21"),
            (4_107_542_399, "2100-02-28"),
            (4_107_542_400, "2100-03-01"),
        ] {
            let moment = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(day(moment).as_deref(), Some(expected), "{seconds} seconds");
        }
    }
}
