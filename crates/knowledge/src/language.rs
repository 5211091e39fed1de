//! The language a document is written in.

/// Characters looked at: enough to be sure, little enough to cost nothing.
const SAMPLE_CHARACTERS: usize = 4_000;

/// ISO code of the language, two letters for those that scoring knows and three for others; `None` when the text is too short or mixed to tell.
pub(crate) fn detect(text: &str) -> Option<String> {
    // The middle of a document is prose more often than its beginning.
    let length = text.chars().count();
    let skipped = length.saturating_sub(SAMPLE_CHARACTERS) / 3;
    let sample: String = text.chars().skip(skipped).take(SAMPLE_CHARACTERS).collect();
    let detected = quillhouse_quality::language::detect(&sample);
    match detected.language {
        _ if !detected.certain => None,
        Some(language) => Some(language.code().to_owned()),
        // Not one that can be scored, but worth naming: the embedder may not understand it.
        None => whatlang::detect(&sample).map(|found| found.lang().code().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart_and_scraps_are_not_guessed() {
        let cases = [
            (
                "Write in plain language so that everybody who reads the page understands what it says and what to do.",
                Some("en"),
            ),
            (
                "Schreiben Sie in einfacher Sprache, damit alle, die die Seite lesen, verstehen, was dort steht und was zu tun ist.",
                Some("de"),
            ),
            ("Hello there", None),
            ("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", None),
        ];
        for (text, expected) in cases {
            assert_eq!(detect(text).as_deref(), expected, "{text}");
        }
    }
}
