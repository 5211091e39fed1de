//! Sentences of a block with their exact character ranges.
//!
//! Invariants
//! - Ranges count Unicode scalar values, are in order, do not overlap, and neither begin nor end with white space.

/// A sentence's range in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Short forms whose full stop ends no sentence, in lower case without it.
const ABBREVIATIONS: [&str; 62] = [
    "dr", "mr", "mrs", "ms", "prof", "st", "no", "nr", "vs", "e.g", "i.e", "eg", "ie", "approx", "ca", "inc", "ltd",
    "co", "corp", "dept", "est", "fig", "jr", "sr", "u.s", "u.k", "u.n", "d.c", "a.m", "p.m", "z.b", "d.h", "u.a",
    "bzw", "usw", "inkl", "zzgl", "max", "min", "tel", "str", "abs", "art", "vgl", "evtl", "ggf", "o.ä", "sog", "p.ex",
    "cf", "env", "sra", "dra", "sig", "dott", "bijv", "d.w.z", "enz", "av", "núm", "jan", "feb",
];

/// Cuts a block's characters into sentences.
pub(super) fn sentences(characters: &[char]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = skip_white(characters, 0);
    let mut at = start;
    while at < characters.len() {
        if matches!(characters[at], '.' | '!' | '?' | '…') {
            let mut end = at + 1;
            while end < characters.len() && matches!(characters[end], '.' | '!' | '?' | '…') {
                end += 1;
            }
            while end < characters.len() && matches!(characters[end], '"' | '”' | '’' | '“' | '»' | ')' | ']' | '\'')
            {
                end += 1;
            }
            if ends_sentence(characters, start, at, end) {
                spans.push(Span { start, end });
                start = skip_white(characters, end);
                at = start;
                continue;
            }
            at = end;
        } else {
            at += 1;
        }
    }
    let mut end = characters.len();
    while end > start && characters[end - 1].is_whitespace() {
        end -= 1;
    }
    if end > start {
        spans.push(Span { start, end });
    }
    spans
}

fn skip_white(characters: &[char], mut at: usize) -> usize {
    while at < characters.len() && characters[at].is_whitespace() {
        at += 1;
    }
    at
}

fn ends_sentence(characters: &[char], start: usize, mark: usize, end: usize) -> bool {
    if end >= characters.len() {
        return true;
    }
    if !characters[end].is_whitespace() {
        return false;
    }
    let next = skip_white(characters, end);
    let Some(&following) = characters.get(next) else {
        return true;
    };
    if following.is_lowercase() {
        return false;
    }
    if characters[mark] != '.' || end > mark + 1 {
        return true;
    }
    let mut word_start = mark;
    while word_start > start && !characters[word_start - 1].is_whitespace() && characters[word_start - 1] != '(' {
        word_start -= 1;
    }
    let word: String = characters[word_start..mark].iter().flat_map(|character| character.to_lowercase()).collect();
    let single_letter = word.chars().count() == 1 && word.chars().all(char::is_alphabetic) && word != "i";
    // "Am 3. Mai" and "1. Choose": an ordinal's full stop ends nothing.
    let ordinal = !word.is_empty() && word.len() <= 2 && word.chars().all(|character| character.is_ascii_digit());
    let numbered_opening = ordinal && word_start == start;
    let ordinal_inside = ordinal && following.is_alphabetic() && is_month(characters, next);
    !(single_letter || numbered_opening || ordinal_inside || ABBREVIATIONS.contains(&word.as_str()))
}

fn is_month(characters: &[char], at: usize) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez"];
    let beginning: String = characters.iter().skip(at).take(3).flat_map(|character| character.to_lowercase()).collect();
    MONTHS.contains(&beginning.as_str())
}

#[cfg(test)]
mod tests {
    use super::sentences;

    fn split(text: &str) -> Vec<String> {
        let characters: Vec<char> = text.chars().collect();
        sentences(&characters).into_iter().map(|span| characters[span.start..span.end].iter().collect()).collect()
    }

    #[test]
    fn a_full_stop_ends_a_sentence_only_where_a_new_one_begins() {
        for (text, expected) in [
            ("One. Two.", vec!["One.", "Two."]),
            (
                "U.S. government websites are for everyone. Next.",
                vec!["U.S. government websites are for everyone.", "Next."],
            ),
            ("Ask Dr. Rebecca Johnson. She knows.", vec!["Ask Dr. Rebecca Johnson.", "She knows."]),
            ("It costs 4.50 a day. Pay at 8 a.m. or later.", vec!["It costs 4.50 a day.", "Pay at 8 a.m. or later."]),
            ("Wir öffnen am 3. Mai um 6 Uhr. Kommen Sie!", vec!["Wir öffnen am 3. Mai um 6 Uhr.", "Kommen Sie!"]),
            ("He said “no.” Then left", vec!["He said “no.”", "Then left"]),
            ("  ", vec![]),
            ("Read it at example.com today. Done.", vec!["Read it at example.com today.", "Done."]),
        ] {
            assert_eq!(split(text), expected, "{text}");
        }
    }
}
