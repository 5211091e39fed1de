//! Numbers as a sheet displays them: dates, percentages, currencies, by Excel's format codes.
//!
//! Not a whole implementation: what changes the meaning of a number is kept (date, percent, currency, decimals), colours,
//! fill characters and fractions are not. A code that is not understood shows the plain number.

/// The code behind Excel's built-in numbers; dates in the system's own order are shown year first.
pub(super) fn built_in(id: u32) -> Option<&'static str> {
    Some(match id {
        1 => "0",
        2 => "0.00",
        3 | 37 | 38 => "#,##0",
        4 | 39 | 40 => "#,##0.00",
        5..=8 => "$#,##0.00",
        9 => "0%",
        10 => "0.00%",
        14 | 27..=31 | 36 | 50..=54 | 57 | 58 => "yyyy-mm-dd",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 | 32 => "h:mm",
        21 | 33 => "h:mm:ss",
        22 => "yyyy-mm-dd h:mm",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        _ => return None,
    })
}

/// A number under a format code.
pub(super) fn display(value: f64, code: &str, epoch_1904: bool) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let sections = sections(code);
    let (section, value) = match sections.len() {
        0 => return general(value),
        1 => (&sections[0], value),
        _ if value < 0.0 => (&sections[1], -value),
        2 => (&sections[0], value),
        _ if value == 0.0 => (&sections[2], value),
        _ => (&sections[0], value),
    };
    if is_date(section) {
        return date(value, section, epoch_1904).unwrap_or_else(|| general(value));
    }
    number(value, section)
}

/// A number without a format: at most 15 digits, as Excel keeps no more.
pub(super) fn general(value: f64) -> String {
    if value.fract().abs() < f64::MIN_POSITIVE && value.abs() < 1e15 {
        return format!("{value:.0}");
    }
    if value != 0.0 && (value.abs() < 1e-9 || value.abs() >= 1e15) {
        return format!("{value:e}");
    }
    let whole_digits = (value.abs().log10().floor() as i32 + 1).max(1);
    let decimals = (15 - whole_digits).clamp(0, 12) as usize;
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// Characters shown as they are.
    Literal(String),
    /// A run of one letter or digit place.
    Run(char, usize),
    /// `AM/PM`.
    Noon,
    /// `[h]`: hours that count on.
    Elapsed(char),
    Percent,
    Comma,
    Point,
    General,
}

fn sections(code: &str) -> Vec<Vec<Token>> {
    let mut sections = vec![Vec::new()];
    let characters: Vec<char> = code.chars().take(300).collect();
    let mut at = 0;
    while at < characters.len() {
        let character = characters[at];
        let Some(current) = sections.last_mut() else { break };
        match character {
            ';' => sections.push(Vec::new()),
            '"' => {
                let end =
                    characters[at + 1..].iter().position(|c| *c == '"').map_or(characters.len(), |end| at + 1 + end);
                current.push(Token::Literal(characters[at + 1..end].iter().collect()));
                at = end;
            }
            '\\' => {
                at += 1;
                current.extend(characters.get(at).map(|literal| Token::Literal(literal.to_string())));
            }
            // Room for a character's width, and a character that fills the cell.
            '_' | '*' => at += 1,
            '[' => {
                let end = characters[at..].iter().position(|c| *c == ']').map_or(characters.len(), |end| at + end);
                let inside: String = characters[at + 1..end.max(at + 1)].iter().collect();
                if let Some(currency) = inside.strip_prefix('$') {
                    current.push(Token::Literal(currency.split('-').next().unwrap_or("").to_owned()));
                } else if let Some(first @ ('h' | 'H' | 'm' | 'M' | 's' | 'S')) = inside.chars().next()
                    && inside.chars().all(|c| c == first)
                {
                    current.push(Token::Elapsed(first.to_ascii_lowercase()));
                }
                at = end;
            }
            'A' | 'a' if matches_at(&characters, at, "AM/PM") => {
                current.push(Token::Noon);
                at += 4;
            }
            'A' | 'a' if matches_at(&characters, at, "A/P") => {
                current.push(Token::Noon);
                at += 2;
            }
            'G' | 'g' if matches_at(&characters, at, "General") => {
                current.push(Token::General);
                at += 6;
            }
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' | '0' | '#' | '?' | 'E' | 'e' => {
                let letter = character.to_ascii_lowercase();
                let count = characters[at..].iter().take_while(|c| c.to_ascii_lowercase() == letter).count();
                current.push(Token::Run(letter, count));
                at += count - 1;
            }
            '%' => current.push(Token::Percent),
            ',' => current.push(Token::Comma),
            '.' => current.push(Token::Point),
            '@' => current.push(Token::General),
            other => current.push(Token::Literal(other.to_string())),
        }
        at += 1;
    }
    if code.is_empty() { Vec::new() } else { sections }
}

fn matches_at(characters: &[char], at: usize, wanted: &str) -> bool {
    wanted.chars().enumerate().all(|(offset, letter)| {
        characters.get(at + offset).is_some_and(|character| character.eq_ignore_ascii_case(&letter))
    })
}

fn is_date(section: &[Token]) -> bool {
    section.iter().any(|token| matches!(token, Token::Run('y' | 'm' | 'd' | 'h' | 's', _) | Token::Elapsed(_)))
        && !section.iter().any(|token| matches!(token, Token::Run('0' | '#', _)) && !section.contains(&Token::Point))
}

fn number(value: f64, section: &[Token]) -> String {
    let places = section.iter().any(|token| matches!(token, Token::Run('0' | '#' | '?', _)));
    if section.contains(&Token::General) || section.contains(&Token::Literal("/".to_owned())) {
        return surrounded(section, &general(value));
    }
    if !places {
        let words: String = section.iter().filter_map(literal).collect();
        return if words.trim().is_empty() { general(value) } else { words };
    }
    let percent = section.contains(&Token::Percent);
    let value = if percent { value * 100.0 } else { value };
    if section.iter().any(|token| matches!(token, Token::Run('e', _))) {
        return format!("{value:e}");
    }
    let point = section.iter().position(|token| *token == Token::Point);
    let last_place = section.iter().rposition(|token| matches!(token, Token::Run('0' | '#' | '?', _))).unwrap_or(0);
    let count = |tokens: &[Token], wanted: &[char]| -> usize {
        tokens
            .iter()
            .map(|token| match token {
                Token::Run(letter, count) if wanted.contains(letter) => *count,
                _ => 0,
            })
            .sum()
    };
    let (least, most) =
        point.map_or((0, 0), |point| (count(&section[point..], &['0']), count(&section[point..], &['0', '#', '?'])));
    // A comma after the last place divides by a thousand.
    let scale = section[last_place..].iter().filter(|token| **token == Token::Comma).count() as i32;
    let value = value / 1000_f64.powi(scale.min(4));
    let most = most.min(12);
    // Halves go up, as on screen; the smallest step makes up for those that binary numbers fall short of.
    let step = 10_f64.powi(most as i32);
    let scaled = value.abs() * step;
    let rounded = if scaled < 1e15 { (scaled + scaled * f64::EPSILON).round() / step } else { value.abs() };
    let mut digits = format!("{rounded:.most$}");
    while most > least && digits.ends_with('0') && digits.rsplit_once('.').is_some_and(|(_, rest)| rest.len() > least) {
        digits.pop();
    }
    let digits = digits.trim_end_matches('.').to_owned();
    let grouped = section[..last_place].contains(&Token::Comma);
    let digits = if grouped { group(&digits) } else { digits };
    let zero = digits.chars().all(|digit| matches!(digit, '0' | '.' | ','));
    let sign = if value < 0.0 && !zero { "-" } else { "" };
    surrounded(section, &format!("{sign}{digits}"))
}

fn group(digits: &str) -> String {
    let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let whole = whole.parse::<u64>().map_or_else(|_| whole.to_owned(), super::thousands);
    rest.map_or(whole.clone(), |rest| format!("{whole}.{rest}"))
}

fn literal(token: &Token) -> Option<&str> {
    match token {
        Token::Literal(text) => Some(text),
        Token::Percent => Some("%"),
        _ => None,
    }
}

/// The digits with what the code writes before and after them.
fn surrounded(section: &[Token], digits: &str) -> String {
    let is_place = |token: &Token| matches!(token, Token::Run('0' | '#' | '?', _) | Token::General);
    let first = section.iter().position(is_place).unwrap_or(0);
    let last = section.iter().rposition(is_place).unwrap_or(0);
    let before: String = section[..first].iter().filter_map(literal).collect();
    let after: String = section[(last + 1).min(section.len())..].iter().filter_map(literal).collect();
    format!("{before}{digits}{after}").trim().to_owned()
}

const MONTHS: [&str; 12] = [
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
const DAYS: [&str; 7] = ["Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];

/// A serial number as a date; `None` outside the years Excel knows.
fn date(serial: f64, section: &[Token], epoch_1904: bool) -> Option<String> {
    let serial = if epoch_1904 { serial + 1462.0 } else { serial };
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    // Seconds are rounded first, so that 14:29:59.9999 is half past two.
    let seconds_in_all = (serial * 86_400.0).round();
    let day_number = (seconds_in_all / 86_400.0).floor();
    let seconds = (seconds_in_all - day_number * 86_400.0) as u64;
    // Excel counts a 29 February 1900 that never was.
    let days = if day_number >= 60.0 { day_number as i64 - 25_569 } else { day_number as i64 - 25_568 };
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let noon = section.contains(&Token::Noon);
    let mut text = String::new();
    for (index, token) in section.iter().enumerate() {
        let after_hours = section[..index].iter().rev().find_map(|token| match token {
            Token::Run(letter @ ('h' | 'd' | 'y' | 's'), _) | Token::Elapsed(letter) => Some(*letter == 'h'),
            _ => None,
        });
        let before_seconds = section[index + 1..].iter().find_map(|token| match token {
            Token::Run(letter @ ('h' | 'd' | 'y' | 's' | 'm'), _) => Some(*letter == 's'),
            _ => None,
        });
        match token {
            Token::Run('y', count) if *count <= 2 => text.push_str(&format!("{:02}", year % 100)),
            Token::Run('y', _) => text.push_str(&year.to_string()),
            Token::Run('m', count) if *count <= 2 && (after_hours == Some(true) || before_seconds == Some(true)) => {
                text.push_str(&format!("{minute:02}"));
            }
            Token::Run('m', 1) => text.push_str(&month.to_string()),
            Token::Run('m', 2) => text.push_str(&format!("{month:02}")),
            Token::Run('m', 3) => text.push_str(&MONTHS[month as usize - 1][..3]),
            Token::Run('m', _) => text.push_str(MONTHS[month as usize - 1]),
            Token::Run('d', 1) => text.push_str(&day.to_string()),
            Token::Run('d', 2) => text.push_str(&format!("{day:02}")),
            Token::Run('d', count) => {
                let name = DAYS[(day_number as usize) % 7];
                text.push_str(if *count == 3 { &name[..3] } else { name });
            }
            Token::Run('h', count) => {
                let hour = if noon { (hour + 11) % 12 + 1 } else { hour };
                text.push_str(&if *count > 1 { format!("{hour:02}") } else { hour.to_string() });
            }
            Token::Run('s', _) => text.push_str(&format!("{second:02}")),
            Token::Elapsed('h') => text.push_str(&format!("{:.0}", (seconds_in_all / 3600.0).floor())),
            Token::Elapsed('m') => text.push_str(&format!("{:.0}", (seconds_in_all / 60.0).floor())),
            Token::Elapsed(_) => text.push_str(&format!("{seconds_in_all:.0}")),
            Token::Noon => text.push_str(if hour < 12 { "AM" } else { "PM" }),
            Token::Literal(words) => text.push_str(words),
            Token::Comma => text.push(','),
            Token::Point if !matches!(section.get(index + 1), Some(Token::Run('0', _))) => text.push('.'),
            _ => {}
        }
    }
    Some(text.trim().to_owned())
}

/// Year, month and day of a number of days since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_index + 2) / 5 + 1) as u32;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_on_screen() {
        let cases = [
            (0.25, "0%", "25%"),
            (0.1234, "0.0%", "12.3%"),
            (1234.5, "#,##0.00", "1,234.50"),
            (1234.5, "\"$\"#,##0", "$1,235"),
            (19.9, "#,##0.00 [$€-407]", "19.90 €"),
            (-5.0, "#,##0;(#,##0)", "(5)"),
            (-5.0, "0.0", "-5.0"),
            (5.0, "0.##", "5"),
            (0.1 + 0.2, "General", "0.3"),
            (45_366.0, "yyyy-mm-dd", "2024-03-15"),
            (45_366.604_166_67, "d.m.yyyy h:mm", "15.3.2024 14:30"),
            (45_366.75, "d mmmm yyyy", "15 March 2024"),
            (45_366.0, "dddd", "Friday"),
            (732.0, "yyyy", "1902"),
            (0.5, "h:mm AM/PM", "12:00 PM"),
            (1.5, "[h]:mm", "36:00"),
            (12_345.0, "0.0,\"k\"", "12.3k"),
            (2.0, "", "2"),
            (1e300, "yyyy", &general(1e300)),
        ];
        for (value, code, wanted) in cases {
            assert_eq!(display(value, code, false), wanted, "{value} as {code}");
        }
        assert_eq!(display(43_904.0, "yyyy-mm-dd", true), "2024-03-15", "the other epoch is four years later");
    }

    #[test]
    fn plain_numbers_show_no_noise() {
        for (value, wanted) in [(3.0, "3"), (-0.5, "-0.5"), (1.0 / 3.0, "0.333333333333"), (1e21, "1e21")] {
            assert_eq!(general(value), wanted);
        }
    }
}
