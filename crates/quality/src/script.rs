//! The score of a spoken script. How checks become a score: [`crate::check`].

use quillhouse_domain::{Language, Measured, Support};

use crate::{
    check::{self, Check, CheckId, FixHint, told},
    post::{keyphrase, lines},
    prose,
    text::word_count,
};

/// What is scored.
#[derive(Debug, Clone, Copy)]
pub struct ScriptInput<'a> {
    /// Only what is spoken, without timings, labels and descriptions of pictures.
    pub text: &'a str,
    /// The phrase it is about; may be empty.
    pub keyphrase: &'a str,
    /// The language it should be in.
    pub language: Language,
    /// The time it is to take.
    pub seconds: Option<u32>,
    /// The label of each sentence; may be empty.
    pub support: &'a [Support],
}

/// The outcome.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScriptReport {
    /// 0 to 10 with one decimal; 8 and more passes.
    pub score: f32,
    /// All checks, in a fixed order.
    pub checks: Vec<Check>,
}

/// Words a minute that listeners follow with ease; 150 is the middle.
pub const PACE_WORDS_PER_MINUTE: std::ops::RangeInclusive<u32> = 120..=180;

/// Scores a script.
pub fn score(input: &ScriptInput<'_>) -> ScriptReport {
    let lines = lines(input.text, input.language);
    let mut checks: Vec<Check> = keyphrase(&lines, input.keyphrase, input.text, input.language).into_iter().collect();
    checks.extend(pace(input));
    checks.push(spoken_numbers(input.text));
    checks.push(prose::sentence_length(&lines, input.language));
    checks.push(prose::openings(&lines, input.language));
    checks.push(prose::repetition(&lines));
    checks.push(prose::language(input.text, input.language));
    checks.push(prose::leftovers(&lines, &[], input.text, input.language));
    checks.extend(prose::unsupported(&lines, input.support));
    ScriptReport { score: check::score(&checks), checks }
}

fn pace(input: &ScriptInput<'_>) -> Option<Check> {
    let seconds = input.seconds.filter(|&seconds| seconds > 0)?;
    let words = u64::try_from(word_count(input.text)).unwrap_or(u64::MAX);
    let pace = u32::try_from(words.saturating_mul(60) / u64::from(seconds)).unwrap_or(u32::MAX);
    let points = if PACE_WORDS_PER_MINUTE.contains(&pace) {
        9.0
    } else if (100..=200).contains(&pace) {
        6.0
    } else {
        2.0
    };
    let fix = FixHint::FitPace { words_per_minute: pace };
    Some(Check::new(CheckId::Pace, points, Measured::Pace { count: pace }, fix))
}

fn spoken_numbers(text: &str) -> Check {
    let found: Vec<String> = text
        .split_whitespace()
        .filter(|word| {
            // Names such as `18F` are said as they are written.
            word.chars().any(|c| c.is_ascii_digit()) && !word.chars().any(char::is_alphabetic)
        })
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '%' | '$' | '€')).to_owned())
        .collect();
    let points = match found.len() {
        0 => 9.0,
        1..=2 => 6.0,
        _ => 3.0,
    };
    let measured = Measured::Digits { found: told(found.len()) };
    Check::new(CheckId::SpokenNumbers, points, measured, FixHint::SayNumbers { found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_judged_by_ear() {
        let text = "Plain language helps listeners follow. Short sentences are easy to say.";
        let good =
            ScriptInput { text, keyphrase: "plain language", language: Language::En, seconds: Some(5), support: &[] };
        let report = score(&good);
        assert!(report.score >= check::PASSING, "{report:?}");
        let hurried = score(&ScriptInput { seconds: Some(2), ..good });
        assert!(hurried.score < report.score, "twelve words in two seconds are too fast");
        let digits =
            score(&ScriptInput { text: "In 2019, 25 % of 18F users read 12 pages about plain language.", ..good });
        let check = digits.checks.iter().find(|check| check.id == CheckId::SpokenNumbers).unwrap();
        assert!(check.points < 9.0, "numbers are written as they are said: {check:?}");
    }
}
