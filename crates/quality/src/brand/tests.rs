//! Tests of [`crate::brand`].

use quillhouse_domain::{BrandKit, Language, TermRule, VoiceKind};

use super::*;
use crate::check::{Rating, score};

fn rule(say: &[&str], not: &[&str]) -> TermRule {
    TermRule {
        say: say.iter().map(|term| (*term).to_owned()).collect(),
        not: not.iter().map(|term| (*term).to_owned()).collect(),
        ..TermRule::default()
    }
}

#[test]
fn sure_replacements_keep_form_case_and_article() {
    let rules = TermRules::new(
        &[
            rule(&["crossing"], &["voyage"]),
            rule(&["email"], &["e-mail"]),
            rule(&["use"], &["utilize"]),
            rule(&["buy"], &["purchase"]),
            rule(&["GitHub"], &[]),
            rule(&["federal government"], &["Federal Government"]),
            rule(&["to"], &["in order to"]),
            rule(&["ice road"], &["winter road"]),
            rule(&["U.S."], &["US", "USA"]),
        ],
        Language::En,
    );
    for (text, wanted, why) in [
        (
            "Two voyages leave. Voyage by night.",
            Some("Two crossings leave. Crossing by night."),
            "plural and capital go over",
        ),
        ("Send an e-mail or e-mails.", Some("Send an email or emails."), "another spelling is the same word"),
        (
            "We utilize tides. By utilizing tides, it is utilized.",
            Some("We use tides. By using tides, it is used."),
            "a verb keeps its form",
        ),
        ("You can purchase tickets.", Some("You can buy tickets."), "behind `can` stands a verb"),
        ("Your purchase is final.", None, "a noun is not replaced by a verb"),
        ("We purchased it.", None, "an irregular past is not guessed"),
        (
            "See github and Github and GitHub.",
            Some("See GitHub and GitHub and GitHub."),
            "capitals inside a word are part of it",
        ),
        ("See github.com for more.", None, "an address is not a name"),
        ("The Federal Government pays.", Some("The federal government pays."), "a rule about capitals"),
        ("He said “no voyage today” to us.", None, "a quotation is somebody's wording"),
        ("A winter road opens.", Some("An ice road opens."), "the article follows"),
        ("Let us go to the US today.", Some("Let us go to the U.S. today."), "`us` is not `US`"),
        ("A crossing by email.", None, "what is right stays"),
    ] {
        assert_eq!(rules.fixed(text).as_deref(), wanted, "{why}: {text}");
    }
}

#[test]
fn what_is_not_sure_is_found_and_left() {
    let rules = [
        rule(&["work with"], &["collaborate"]),
        TermRule { conditional: true, ..rule(&["boat"], &["vessel"]) },
        rule(&[], &["leverage"]),
        rule(&["transgender person"], &["transgender"]),
        rule(&["percent"], &["%"]),
    ];
    let matcher = TermRules::new(&rules, Language::En);
    for (text, found) in [
        ("The collaborating vessels leverage wind.", vec!["collaborating", "vessels", "leverage"]),
        ("Ten % of us.", vec!["%"]),
        ("A transgender person came.", vec![]),
        ("Transgender is no noun.", vec!["Transgender"]),
        ("The lever agent left.", vec![]),
    ] {
        let hits = matcher.hits(text);
        assert_eq!(hits.iter().map(|hit| hit.found.as_str()).collect::<Vec<_>>(), found, "{text}");
        let characters: Vec<char> = text.chars().collect();
        for hit in &hits {
            let cut: String = characters[hit.span.start as usize..hit.span.end as usize].iter().collect();
            assert_eq!(cut, hit.found, "spans count characters");
            assert_eq!(hit.replacement, None, "nothing here is sure: {text}");
        }
    }
}

#[test]
fn a_replacement_is_never_what_another_rule_refuses() {
    let rules = TermRules::new(
        &[rule(&["collaborate", "partner with"], &["liaise"]), rule(&["work with"], &["collaborate"])],
        Language::En,
    );
    assert_eq!(rules.fixed("We liaise daily.").as_deref(), Some("We partner with daily."), "the second form is free");
}

#[test]
fn the_voice_of_documents_is_a_value_with_a_range() {
    let short = ["You board at nine.", "We sail at ten.", "It's cold outside.", "Are you ready?"];
    let long = [
        "The vessel was loaded by the crew with forty containers of fresh fish from the northern harbours.",
        "The schedule is published by the harbour office every Monday in the early morning before the tide.",
    ];
    let documents: Vec<VoiceCounts> =
        [&short[..], &long[..]].iter().map(|text| VoiceCounts::of(text, Language::En)).collect();
    let profile = profile(&documents);
    let of = |kind| *profile.iter().find(|measure| measure.kind == kind).unwrap();
    assert!((of(VoiceKind::SentenceLength).value - 4.0).abs() < 0.01, "the median sentence: {profile:?}");
    assert!((of(VoiceKind::Person).value - 0.5).abs() < 0.01, "three of six speak of us or you");
    assert!((of(VoiceKind::Passive).value - 2.0 / 6.0).abs() < 0.01);
    assert!((of(VoiceKind::Questions).value - 1.0 / 6.0).abs() < 0.01);
    for measure in &profile {
        assert!(measure.low <= measure.value && measure.value <= measure.high, "{measure:?}");
        assert!(!summary(measure).is_empty());
    }
    let kit = BrandKit { voice: profile, ..BrandKit::default() };
    let dull = "The form must be filled in by the applicant in accordance with all applicable regulations of the agency concerned. ".repeat(9);
    let found = checks(&dull, false, &kit, Language::En);
    assert_eq!(found.len(), 1, "without rules only the voice is checked");
    let told = found[0].measured.to_string();
    assert!(told.contains("outside"), "{told}");
    assert!(super::profile(&[]).is_empty(), "no documents have no voice");
}

#[test]
fn plain_words_name_the_measure() {
    let measure = |kind, value| VoiceMeasure { kind, value, low: 9.0, high: 19.0 };
    for (kind, value, wanted) in [
        (VoiceKind::SentenceLength, 14.2, "14 words, spread 9–19"),
        (VoiceKind::ReadingEase, 64.0, "64, plain"),
        (VoiceKind::Person, 0.71, "in 7 of 10 sentences"),
        (VoiceKind::Contractions, 0.01, "almost never"),
        (VoiceKind::Passive, 0.06, "6 %"),
        (VoiceKind::Numbers, 0.25, "one in four sentences"),
        (VoiceKind::Questions, 0.0, "never"),
    ] {
        assert_eq!(summary(&measure(kind, value)), wanted);
    }
}

#[test]
fn words_the_brand_does_not_say_cost_points_and_name_their_sentences() {
    let kit = BrandKit { terms: vec![rule(&["crossing"], &["voyage"])], ..BrandKit::default() };
    let text = "# The voyage\n\nA crossing takes an hour. Every voyage is calm. The voyage ends.";
    let found = checks(text, true, &kit, Language::En);
    assert_eq!((found[0].rating, found[0].spans.len()), (Rating::Wrong, 3), "two sentences and the title");
    assert_eq!(found[0].measured.to_string(), "`voyage` (say `crossing`)");
    let good = checks("A crossing takes an hour.", true, &kit, Language::En);
    assert_eq!(good[0].rating, Rating::Good);
    assert!(score(&found) < score(&good));
    assert!(checks(text, true, &BrandKit::default(), Language::En).is_empty(), "without a kit nothing is checked");
}

use quillhouse_domain::VoiceMeasure;
