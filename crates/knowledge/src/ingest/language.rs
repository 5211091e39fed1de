//! The language a document is written in.

/// Characters looked at: enough to be sure, little enough to cost nothing.
const SAMPLE_CHARACTERS: usize = 4_000;
/// Below this the detector guesses (its own documentation calls short texts unreliable).
const FEWEST_LETTERS: usize = 80;

/// ISO code of the language, two letters where there are two; `None` when the text is too short or mixed to tell.
pub(super) fn detect(text: &str) -> Option<String> {
    // The middle of a document is prose more often than its beginning.
    let length = text.chars().count();
    let skipped = length.saturating_sub(SAMPLE_CHARACTERS) / 3;
    let sample: String = text.chars().skip(skipped).take(SAMPLE_CHARACTERS).collect();
    if sample.chars().filter(|character| character.is_alphabetic()).count() < FEWEST_LETTERS {
        return None;
    }
    let found = whatlang::detect(&sample).filter(whatlang::Info::is_reliable)?;
    let code = match found.lang() {
        whatlang::Lang::Eng => "en",
        whatlang::Lang::Deu => "de",
        whatlang::Lang::Fra => "fr",
        whatlang::Lang::Spa => "es",
        whatlang::Lang::Ita => "it",
        whatlang::Lang::Nld => "nl",
        whatlang::Lang::Por => "pt",
        other => other.code(),
    };
    Some(code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart_and_scraps_are_not_guessed() {
        let cases = [
            ("Write in plain language so that everybody who reads the page understands what it says and what to do.", Some("en")),
            ("Schreiben Sie in einfacher Sprache, damit alle, die die Seite lesen, verstehen, was dort steht und was zu tun ist.", Some("de")),
            ("Hello there", None),
            ("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", None),
        ];
        for (text, expected) in cases {
            assert_eq!(detect(text).as_deref(), expected, "{text}");
        }
    }
}
