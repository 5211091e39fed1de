//! May a sentence of a document stand in a piece, and what does it need beside it?
//!
//! Invariants
//! - The judgement depends on the sentence and its language alone, so that it can be asked again at any step.

use quillhouse_quality::{LeaningKind, is_fragment, leans_on_outside, without_connective};

use super::{
    language::LanguagePack,
    terms::{word_count, words},
};

/// What a sentence needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing.
    Alone,
    /// The sentence right before it.
    AfterPrevious,
    /// The whole list that follows it.
    Lead,
    /// It cannot be used.
    Never,
}

/// Fewest words of a sentence that says something.
const FEWEST_WORDS: usize = 4;
/// Longer sentences are hard to read and mostly badly extracted.
const MOST_WORDS: usize = 42;

/// Folds white space and takes list marks and stray marks at the ends away.
pub(super) fn fold(text: &str) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let without_mark = folded.trim_start_matches(|character: char| {
        matches!(character, '•' | '‣' | '◦' | '▪' | '·' | '–' | '—' | '*' | '●' | '■' | '►' | '✓' | '✔' | '➤')
            || character.is_whitespace()
    });
    let without_mark = without_mark.strip_prefix("- ").unwrap_or(without_mark);
    without_number(without_mark).to_owned()
}

/// Takes `1.`, `2)` or `a)` before a sentence away.
fn without_number(text: &str) -> &str {
    let Some((mark, rest)) = text.split_once(' ') else { return text };
    let Some(label) = mark.strip_suffix(['.', ')']) else { return text };
    let number = !label.is_empty() && label.len() <= 2 && label.chars().all(|character| character.is_ascii_digit());
    let letter =
        mark.ends_with(')') && label.len() == 1 && label.chars().all(|character| character.is_ascii_lowercase());
    if number || letter { rest.trim_start() } else { text }
}

/// Judges a folded sentence of running text.
pub(super) fn standing(text: &str, pack: &LanguagePack) -> Standing {
    let count = word_count(text);
    let lead = text.ends_with(':');
    if count > MOST_WORDS || count < FEWEST_WORDS && !(lead && count >= 2) || is_dirty(text) {
        return Standing::Never;
    }
    let lower = lowered(text);
    if pack.sentence.page_phrases.iter().any(|phrase| contains_phrase(&lower, phrase)) && !lead {
        return Standing::Never;
    }
    if lead {
        return lead_standing(&lower, pack);
    }
    if !text.ends_with(['.', '!', '…', '”', '"', '“', '»', ')'])
        || text.ends_with('?')
        || text.contains("?\"")
        || text.contains("?”")
    {
        return Standing::Never;
    }
    if begins_low(text)
        || text.starts_with(['(', '['])
        || opens_with(&lower, &pack.sentence.barred_openers)
        || !has_stop_word(text, pack)
    {
        return Standing::Never;
    }
    // `Use buy instead of purchase, help instead of assist`: specimens whose italics are lost.
    if shouts(text) || has_run_in_label(text) || lower.matches(" instead of ").count() > 1 {
        return Standing::Never;
    }
    let own = opens_with(&lower, &pack.sentence.leaning) && !opens_with(&lower, &pack.sentence.standing);
    match leans_on_outside(text, pack.language) {
        None if own || named_elsewhere(&lower) => after_previous(text, pack),
        None => Standing::Alone,
        Some(LeaningKind::Pronoun | LeaningKind::Connective) => after_previous(text, pack),
        Some(LeaningKind::Pointer) if own => Standing::AfterPrevious,
        Some(
            LeaningKind::Pointer
            | LeaningKind::Question
            | LeaningKind::Meta
            | LeaningKind::OpenEnd
            | LeaningKind::Fragment
            | LeaningKind::Unbalanced,
        ) => Standing::Never,
    }
}

/// `The content they contain …`: the pronoun right behind the first noun stands for something before.
fn named_elsewhere(lower: &str) -> bool {
    let words: Vec<&str> = lower.split_whitespace().take(4).collect();
    matches!(
        words.as_slice(),
        ["the", _, "they" | "it" | "he" | "she", ..] | [_, "that", "leads" | "means" | "makes", ..]
    )
}

/// Behind its neighbour, unless what remains without the joining words is no sentence: `For example, 5 cents.`
fn after_previous(text: &str, pack: &LanguagePack) -> Standing {
    let Some(rest) = without_connective(text, pack.language) else { return Standing::AfterPrevious };
    // The specimen itself, its italics lost: `For example, We're glad.`, `For example, 10 leaders to know.`
    let joined = text.len() - rest.len().min(text.len());
    let begin =
        text.chars().skip(text[..joined.min(text.len())].chars().count()).find(|character| character.is_alphanumeric());
    let specimen = begin.is_some_and(|character| {
        character.is_numeric()
            || character.is_uppercase() && words(&rest).first().is_some_and(|word| is_everyday(word, pack))
    });
    if specimen || is_fragment(&rest, pack.language) { Standing::Never } else { Standing::AfterPrevious }
}

fn is_everyday(word: &str, pack: &LanguagePack) -> bool {
    pack.words.stop.contains(word) || pack.words.lowerable.contains(word) || pack.style.imperatives.contains(word)
}

/// `Manuals and long documents: These are …`: a label run into its text needs the layout it came from.
fn has_run_in_label(text: &str) -> bool {
    text.split_once(": ").is_some_and(|(label, rest)| {
        word_count(label) <= 9 && rest.chars().next().is_some_and(char::is_uppercase) && word_count(rest) >= 3
    })
}

/// A lead-in may speak of "the following", as its list does follow.
fn lead_standing(lower: &str, pack: &LanguagePack) -> Standing {
    const HARMLESS: [&str; 12] = [
        "the following",
        "following",
        "here are",
        "as follows",
        "below:",
        "folgende",
        "folgenden",
        "suivant",
        "siguiente",
        "seguenti",
        "volgende",
        "seguintes",
    ];
    let about_the_page = pack
        .sentence
        .page_phrases
        .iter()
        .filter(|phrase| !HARMLESS.contains(&phrase.as_str()))
        .any(|phrase| contains_phrase(lower, phrase));
    let barred = pack
        .sentence
        .barred_openers
        .iter()
        .filter(|phrase| !HARMLESS.contains(&phrase.as_str()))
        .any(|phrase| opens(lower, phrase));
    let leaning = opens_with(lower, &pack.sentence.leaning) && !opens_with(lower, &pack.sentence.standing);
    if about_the_page || barred || leaning || word_count(lower) < 3 { Standing::Never } else { Standing::Lead }
}

/// Judges an item of a list that has its lead-in.
pub(super) fn item_is_usable(text: &str, pack: &LanguagePack) -> bool {
    let count = word_count(text);
    if count == 0 || count > 32 || is_dirty(text) || text.ends_with([':', '?']) {
        return false;
    }
    let lower = lowered(text);
    !lower.contains(": ") && !pack.sentence.page_phrases.iter().any(|phrase| contains_phrase(&lower, phrase))
}

/// Lower case with straight apostrophes, for comparing with the phrases of a language file.
pub(super) fn lowered(text: &str) -> String {
    text.to_lowercase().replace('’', "'")
}

/// True when the text begins with one of the phrases and a word ends there.
pub(super) fn opens_with(lower: &str, phrases: &[String]) -> bool {
    let bare = lower.trim_start_matches(['"', '“', '„', '(', '\'', '«', '¿', '¡']);
    phrases.iter().any(|phrase| opens(bare, phrase))
}

fn opens(lower: &str, phrase: &str) -> bool {
    lower.strip_prefix(phrase).is_some_and(|rest| {
        phrase.ends_with([':', ',', '\'', ' '])
            || !rest.starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '\'')
    })
}

fn contains_phrase(lower: &str, phrase: &str) -> bool {
    let mut from = 0;
    while let Some(found) = lower[from..].find(phrase) {
        let start = from + found;
        let before = lower[..start].chars().next_back();
        let after = lower[start + phrase.len()..].chars().next();
        let open_start = !phrase.starts_with(char::is_alphanumeric) || !before.is_some_and(char::is_alphanumeric);
        let open_end = !phrase.ends_with(char::is_alphanumeric) || !after.is_some_and(char::is_alphanumeric);
        if open_start && open_end {
            return true;
        }
        from = start + phrase.len();
    }
    false
}

/// Markup, addresses, gaps and unclosed brackets: leftovers of a file, not language.
pub(super) fn is_dirty(text: &str) -> bool {
    const MARKS: [&str; 24] = [
        "](", "[[", "]]", "{{", "}}", "{%", "</", "/>", "**", "__", "```", "`", "http://", "https://", "www.", "@",
        "|", "\u{fffd}", "<", ">", "…….", "....", "##", "\\",
    ];
    if MARKS.iter().any(|mark| text.contains(mark)) || text.chars().any(char::is_control) {
        return true;
    }
    if text.split_whitespace().any(is_address) {
        return true;
    }
    let balance = |open: char, close: char| text.matches(open).count() == text.matches(close).count();
    if !balance('(', ')') || !balance('[', ']') || text.matches('"').count() % 2 == 1 {
        return true;
    }
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    let visible = text.chars().filter(|character| !character.is_whitespace()).count();
    letters * 10 < visible * 6
}

/// Paths, file endings and bare domains: they are read on a screen, not in a sentence.
fn is_address(word: &str) -> bool {
    const DOMAINS: [&str; 14] =
        [".com", ".org", ".net", ".gov", ".edu", ".io", ".de", ".eu", ".co.uk", ".info", ".ch", ".at", ".fr", ".nl"];
    let bare = word
        .trim_matches(|character: char| !(character.is_alphanumeric() || matches!(character, '/' | '.')))
        .trim_end_matches('.');
    let ending = bare.starts_with('.') && bare.chars().skip(1).all(char::is_alphanumeric) && bare.chars().count() > 2;
    let path =
        bare.starts_with('/') && bare.chars().count() > 1 || bare.matches('/').count() > 1 || bare.ends_with('/');
    let lower = bare.to_lowercase();
    ending || path || DOMAINS.iter().any(|domain| lower.ends_with(domain) && lower.len() > domain.len())
}

fn begins_low(text: &str) -> bool {
    let mut characters = text.trim_start_matches(['"', '“', '„', '(', '\'', '«', '¿', '¡']).chars();
    match (characters.next(), characters.next()) {
        (Some(first), second) => {
            !(first.is_uppercase() || first.is_numeric() || second.is_some_and(char::is_uppercase))
        }
        (None, _) => true,
    }
}

/// A sentence without any everyday word is a caption, a menu or another language.
fn has_stop_word(text: &str, pack: &LanguagePack) -> bool {
    let words = words(text);
    words.len() < 5 || words.iter().any(|word| pack.words.stop.contains(word))
}

/// Titles run into the text and shouting: most longer words begin with or are capitals.
fn shouts(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().filter(|word| word.chars().count() > 3).collect();
    let loud =
        words.iter().filter(|word| word.chars().filter(|character| character.is_uppercase()).count() > 1).count();
    words.len() >= 4 && loud * 2 > words.len()
}

/// True when the sentence begins by telling the reader to do something.
pub(super) fn is_imperative(text: &str, pack: &LanguagePack) -> bool {
    // `Walk-up tickets` is no order to walk.
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    pack.style.imperatives.contains(first.trim_end_matches([',', '.', '!', ':']).replace('’', "'").as_str())
}

/// True when a pronoun among the first words may stand for something in the sentence before.
pub(super) fn has_early_pronoun(text: &str, pack: &LanguagePack) -> bool {
    const EARLY_WORDS: usize = 6;
    let lower = lowered(text);
    !opens_with(&lower, &pack.sentence.standing)
        && words(text).iter().take(EARLY_WORDS).any(|word| pack.sentence.pronouns.contains(word))
}

/// True when a pronoun anywhere may stand for something outside the sentence.
pub(super) fn has_pronoun(text: &str, pack: &LanguagePack) -> bool {
    words(text).iter().any(|word| pack.sentence.pronouns.contains(word))
}

/// True when the sentence tells the reader not to do something.
pub(super) fn is_negative(text: &str, pack: &LanguagePack) -> bool {
    opens_with(&lowered(text), &pack.style.negatives)
}

/// True when the sentence speaks to the reader.
pub(super) fn addresses_reader(text: &str, pack: &LanguagePack) -> bool {
    is_imperative(text, pack) || words(text).iter().any(|word| pack.style.reader.contains(word))
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::Language;

    use super::{super::language::pack, *};

    #[test]
    fn sentences_about_the_page_and_leftovers_never_stand() {
        let pack = pack(Language::En);
        for text in [
            "In this section, we will explain how to make it easier for all users to read your content.",
            "See the inclusive language section for further guidance.",
            "Here is a simple way to recognize it.",
            "Who is going to read this?",
            "Use `code` where you can.",
            "Write to us at info@example.org for help.",
            "and then it stops.",
            "Ferry Timetable Prices",
        ] {
            assert_eq!(standing(text, pack), Standing::Never, "{text}");
        }
    }

    #[test]
    fn a_sentence_that_points_backwards_needs_its_neighbour() {
        let pack = pack(Language::En);
        for (text, expected) in [
            ("This tactic will also give you better control of the tone.", Standing::AfterPrevious),
            ("However, presenting content in PDF can make it harder to use.", Standing::AfterPrevious),
            ("It’s important to keep refining your content.", Standing::Alone),
            ("Thistle oil keeps the dough soft for two days.", Standing::Alone),
            ("To keep content understandable, it should be:", Standing::Lead),
            ("For example:", Standing::Never),
        ] {
            assert_eq!(standing(text, pack), expected, "{text}");
        }
    }

    #[test]
    fn list_marks_go_and_the_words_stay() {
        for (text, expected) in [
            ("• Bring  a\nbag", "Bring a bag"),
            ("1. Open the door.", "Open the door."),
            ("- x", "x"),
            ("2024 was good.", "2024 was good."),
        ] {
            assert_eq!(fold(text), expected);
        }
    }
}
