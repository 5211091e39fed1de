//! Days and months of a time, without a library: the proleptic Gregorian calendar after Howard Hinnant's algorithms.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(super) const DAY_MS: i64 = 86_400_000;

/// A month of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct Month {
    /// Year.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year, self.month)
    }
}

/// The month of a time in milliseconds since 1970, where clocks are so many minutes ahead of UTC.
pub fn month_of(at_ms: i64, offset_minutes: i32) -> Month {
    let (year, month, _) = civil(local_day(at_ms, offset_minutes));
    Month { year: year as i32, month }
}

/// Days since 1970 at that time and place.
pub(super) const fn local_day(at_ms: i64, offset_minutes: i32) -> i64 {
    at_ms.saturating_add(offset_minutes as i64 * 60_000).div_euclid(DAY_MS)
}

/// Year, month and day of a day since 1970.
pub(super) const fn civil(day: i64) -> (i64, u8, u8) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * from_march + 2) / 5 + 1) as u8;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 } as u8;
    let year = year_of_era + era * 400 + (month <= 2) as i64;
    (year, month, day)
}

/// The day since 1970 of a date.
pub(super) const fn day_of(year: i64, month: u8, day: u8) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = month as i64;
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day as i64 - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

/// Days of a month.
pub(super) const fn days_in(year: i64, month: u8) -> u8 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    (day_of(next_year, next, 1) - day_of(year, month, 1)) as u8
}

/// `2026-11-21 20:15 UTC`.
pub(super) fn utc(at_ms: i64) -> String {
    let (year, month, day) = civil(at_ms.div_euclid(DAY_MS));
    let minutes = at_ms.rem_euclid(DAY_MS) / 60_000;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree_over_eight_hundred_years() {
        let mut day = day_of(1_600, 1, 1);
        let mut expected = (1_600, 1, 1);
        while expected.0 < 2_400 {
            assert_eq!(civil(day), expected);
            assert_eq!(day_of(expected.0, expected.1, expected.2), day);
            day += 1;
            let leap = expected.0 % 4 == 0 && (expected.0 % 100 != 0 || expected.0 % 400 == 0);
            let days = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            let last = days[usize::from(expected.1) - 1];
            assert_eq!(days_in(expected.0, expected.1), last, "{expected:?}");
            expected = match expected {
                (year, 12, day) if day == last => (year + 1, 1, 1),
                (year, month, day) if day == last => (year, month + 1, 1),
                (year, month, day) => (year, month, day + 1),
            };
        }
    }

    #[test]
    fn the_month_is_that_of_the_place() {
        // 2026-11-30T23:30:00Z
        let late = 1_796_081_400_000;
        assert_eq!(month_of(late, 0).to_string(), "2026-11");
        assert_eq!(month_of(late, 60).to_string(), "2026-12", "an hour ahead the next month has begun");
        assert_eq!(utc(late), "2026-11-30 23:30 UTC");
        assert_eq!(month_of(-1, 0).to_string(), "1969-12");
    }
}
