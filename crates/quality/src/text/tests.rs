//! Tests of [`crate::text`].

use super::*;
use Language::{De, En};

fn cut(text: &str, language: Language) -> Vec<&str> {
    sentences(text, language).into_iter().map(|sentence| sentence.text).collect()
}

#[test]
fn sentences_end_where_a_reader_ends_them() {
    let table: &[(Language, &str, &[&str])] = &[
        (En, "One. Two! Three?", &["One.", "Two!", "Three?"]),
        (En, "Dr. Smith lives in the U.S. He moved there.", &["Dr. Smith lives in the U.S.", "He moved there."]),
        (En, "The U.S. Government acts.", &["The U.S. Government acts."]),
        (En, "Use lists, e.g. Bullets, i.e. dots. Stop.", &["Use lists, e.g. Bullets, i.e. dots.", "Stop."]),
        (En, "It costs 3.50 dollars. Pay now.", &["It costs 3.50 dollars.", "Pay now."]),
        (En, "J. R. R. Tolkien wrote it. We read it.", &["J. R. R. Tolkien wrote it.", "We read it."]),
        (En, "Choose plan B. We did.", &["Choose plan B.", "We did."]),
        (En, "See https://example.com/a.b?c=d. It works.", &["See https://example.com/a.b?c=d.", "It works."]),
        (En, "“Stop.” She left.", &["“Stop.”", "She left."]),
        (En, "“Really?” she asked. He nodded.", &["“Really?” she asked.", "He nodded."]),
        (En, "He said “I came. I saw.” and left.", &["He said “I came. I saw.” and left."]),
        (En, "Wait... what? Fine… Then go.", &["Wait... what?", "Fine…", "Then go."]),
        (En, "Write (it is short. Really.) and stop. Go.", &["Write (it is short. Really.) and stop.", "Go."]),
        (En, "- First item\n- Second item. With more\n", &["First item", "Second item.", "With more"]),
        (En, "1. Do this.\n2. Do that.", &["Do this.", "Do that."]),
        (En, "# Title\nText here. More.", &["Title", "Text here.", "More."]),
        (En, "A line that is\nwrapped here. Next.", &["A line that is\nwrapped here.", "Next."]),
        (En, "Open at 9 a.m. on weekdays. Call us.", &["Open at 9 a.m. on weekdays.", "Call us."]),
        (En, "Lists, tables, etc. They help.", &["Lists, tables, etc.", "They help."]),
        (En, "See No. 5 for more. No. That is all.", &["See No. 5 for more.", "No.", "That is all."]),
        (En, "It is true.[12] We know.", &["It is true.[12]", "We know."]),
        (En, "Buy it. iPhone users agree.", &["Buy it.", "iPhone users agree."]),
        (En, "Omit it. `www.` is unnecessary.", &["Omit it.", "`www.` is unnecessary."]),
        (En, "**Bold text.** Plain text.", &["**Bold text.**", "Plain text."]),
        (De, "Am 3. Oktober ist Feiertag. Alle ruhen.", &["Am 3. Oktober ist Feiertag.", "Alle ruhen."]),
        (De, "Das war 2020. Die Firma wuchs.", &["Das war 2020.", "Die Firma wuchs."]),
        (De, "Nutzen Sie z. B. Listen. Das hilft.", &["Nutzen Sie z. B. Listen.", "Das hilft."]),
        (De, "Er sagte: „Komm. Geh.“ Dann ging er.", &["Er sagte: „Komm. Geh.“", "Dann ging er."]),
        (En, "", &[]),
        (En, " \n ... \n", &[]),
    ];
    for (language, text, expected) in table {
        assert_eq!(cut(text, *language), *expected, "borders of {text:?}");
    }
}

#[test]
fn spans_count_characters_and_lead_back_to_the_sentence() {
    let text = "Größe zählt – „ja“! 🎉 Über alles. - nein\n\n• Ein Punkt";
    let characters: Vec<char> = text.chars().collect();
    for sentence in sentences(text, De) {
        let cut: String = characters[sentence.span.start as usize..sentence.span.end as usize].iter().collect();
        assert_eq!(cut, sentence.text, "a span must give back its sentence");
    }
}

#[test]
fn words_are_counted_as_writers_count_them() {
    let table = [
        ("plain-language rules", 2),
        ("don’t stop", 2),
        ("1,200.50 dollars", 2),
        ("visit example.com now", 3),
        ("and/or", 2),
        ("", 0),
        ("— … 🎉", 0),
        ("AT&T grows", 2),
    ];
    for (text, expected) in table {
        assert_eq!(word_count(text), expected, "{text:?} as {:?}", words(text));
        assert_eq!(words(text).len(), expected, "counting and listing agree for {text:?}");
    }
}

#[test]
fn folding_makes_spelling_variants_equal() {
    assert_eq!(fold("Café — “Don’t”, GROßE  ﬁnal!"), "cafe don't grosse final");
    assert_eq!(fold("İstanbul"), "istanbul");
}

#[test]
fn syllables_follow_the_ear_for_common_words() {
    for (word, expected) in [
        ("plain", 1),
        ("language", 2),
        ("content", 2),
        ("website", 2),
        ("made", 1),
        ("table", 2),
        ("readers", 2),
        ("used", 1),
        ("needed", 2),
        ("people", 2),
        ("information", 4),
        ("create", 2),
        ("idea", 3),
        ("the", 1),
        ("government", 3),
        ("usability", 5),
        ("changes", 2),
        ("makes", 1),
        ("rules", 1),
        ("business", 2),
    ] {
        assert_eq!(syllables(word, En), expected, "{word}");
    }
    for (word, expected) in [("Haus", 1), ("Häuser", 2), ("Information", 5), ("Liebe", 2), ("Bauer", 2), ("Texte", 2)]
    {
        assert_eq!(syllables(word, De), expected, "{word}");
    }
}

fn values(text: &str, language: Language) -> Vec<(String, Unit)> {
    numbers(text, language).into_iter().map(|number| (number.value, number.unit)).collect()
}

type NumberRow<'a> = (Language, &'a str, &'a [(&'a str, Unit)]);

#[test]
fn numbers_come_to_one_form() {
    let table: &[NumberRow<'_>] = &[
        (En, "1,200 users", &[("1200", Unit::Plain)]),
        (De, "1.200 Leute und 3,5 %", &[("1200", Unit::Plain), ("3.5", Unit::Percent)]),
        (En, "12 % or 12 percent or 12%", &[("12", Unit::Percent), ("12", Unit::Percent), ("12", Unit::Percent)]),
        (En, "$5 and 5 dollars", &[("5", Unit::Currency("USD")), ("5", Unit::Currency("USD"))]),
        (En, "$2.7 million", &[("2700000", Unit::Currency("USD"))]),
        (De, "2,7 Millionen Euro", &[("2700000", Unit::Currency("EUR"))]),
        (En, "twelve people, twenty-five cats", &[("12", Unit::Plain), ("25", Unit::Plain)]),
        (En, "in 2019 and the 1990s", &[("2019", Unit::Plain), ("1990", Unit::Plain)]),
        (
            En,
            "10–15 pages or 10-15 pages",
            &[("10", Unit::Plain), ("15", Unit::Plain), ("10", Unit::Plain), ("15", Unit::Plain)],
        ),
        (En, "12 months, a 12-month plan", &[("12", Unit::Measure("month")), ("12", Unit::Measure("month"))]),
        (En, "at 3 p.m. or 10:30", &[("900", Unit::Time), ("630", Unit::Time)]),
        (En, "the third time, 21st place", &[("3", Unit::Ordinal), ("21", Unit::Ordinal)]),
        (En, "18F and H1 are names", &[]),
        (En, "one of them, no one, the right one", &[]),
        (En, "one team", &[("1", Unit::Plain)]),
        (En, "wait a second", &[]),
        (En, "two hundred people", &[("200", Unit::Plain)]),
        (En, "5GB of space", &[("5", Unit::Measure("gb"))]),
        (En, "version 1.2.3", &[("1.2.3", Unit::Plain)]),
    ];
    for (language, text, expected) in table {
        let expected: Vec<(String, Unit)> =
            expected.iter().map(|(value, unit)| ((*value).to_owned(), unit.clone())).collect();
        assert_eq!(values(text, *language), expected, "{text:?}");
    }
}

#[test]
fn a_bound_is_part_of_a_number() {
    let at_least = &numbers("at least 12 pages", En)[0];
    let up_to = &numbers("up to 12 pages", En)[0];
    let about = &numbers("about 12 pages", En)[0];
    let plain = &numbers("12 pages", En)[0];
    assert!(!at_least.agrees(up_to), "at least and up to are different claims");
    assert!(about.agrees(plain), "about 12 may be retold as 12");
    assert!(!plain.agrees(at_least), "a bound cannot be dropped");
}

fn name_texts(text: &str, language: Language, certain: bool) -> Vec<String> {
    names(text, language).into_iter().filter(|name| name.certain == certain).map(|name| name.text).collect()
}

#[test]
fn names_are_found_by_their_spelling() {
    let table: &[(&str, &[&str])] = &[
        ("The team at Harbour Lines met John Smith.", &["Harbour Lines", "John Smith"]),
        ("We use LinkedIn, 18F and gsa.gov daily.", &["LinkedIn", "18F", "gsa.gov"]),
        ("Acme Corp sells boats.", &["Acme Corp"]),
        ("HTML helps readers.", &["HTML"]),
        ("Readers scan pages. Writers help.", &[]),
        ("Ask Acme about prices.", &["Acme"]),
        ("We meet on Monday.", &["Monday"]),
    ];
    for (text, expected) in table {
        assert_eq!(name_texts(text, En, true), *expected, "{text:?}");
    }
    assert_eq!(name_texts("Berlin has offices.", En, false), ["Berlin"], "a first word may be a name");
    assert!(name_texts("Die Leserinnen mögen kurze Sätze.", De, true).is_empty(), "German nouns are not names");
}

#[test]
fn negations_know_what_they_bear_on() {
    let found = negations("Do not use long sentences, but write lists.", En);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].scope, stems("use long sentences", En), "the scope ends with the clause");
    assert_eq!(negations("Readers don’t read pages.", En).len(), 1, "contractions negate");
    assert_eq!(negations("Das ist nicht erlaubt.", De).len(), 1);
}

#[test]
fn superlatives_and_absolutes_are_found() {
    assert_eq!(superlatives("The best team is always first.", En), ["best", "always"]);
}
