//! Tests of [`crate::support`].

use Language::{De, En};
use quillhouse_domain::{Citation, DocumentId};

use super::*;

fn evidence(texts: &[&str]) -> Vec<EvidenceSentence> {
    let document: DocumentId = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
    texts
        .iter()
        .enumerate()
        .map(|(at, text)| EvidenceSentence {
            id: at as u32,
            citation: Citation {
                document,
                document_name: "guide.md".into(),
                page: 1,
                start: at as u32 * 1_000,
                end: at as u32 * 1_000 + text.chars().count() as u32,
                quote: (*text).into(),
            },
            text: (*text).into(),
            heading_path: vec![],
            block: at as u32 * 2,
            position: 0,
            list_item: false,
            relevance: 1.0,
            vector: vec![],
        })
        .collect()
}

const SOURCES: &[&str] = &[
    "Most people will only read 25 percent of a web page.",
    "The ferry from Kiel to Oslo takes at least 12 hours and carries 1,200 passengers.",
    "Do not use FAQs on government websites.",
    "Harbour Lines was founded in 1998 by Anna Berg in Hamburg.",
    "Sales increased by 12 % in Germany last year.",
    "Berlin has 12 offices and Paris has 15 offices.",
    "Tickets for children under six years are free of charge on every route.",
    "Content designers should test drafts with real users before they publish a page.",
];

fn label(sentence: &str) -> Support {
    SupportIndex::new(&evidence(SOURCES), &[], En).label(sentence, None, None)
}

#[test]
fn a_sentence_of_the_documents_is_a_fact_with_its_citation() {
    for (at, source) in SOURCES.iter().enumerate() {
        match label(source) {
            Support::Fact { citation, strength } => {
                assert_eq!(citation.quote, SOURCES[at], "the citation is the sentence itself");
                assert!(strength > 0.99, "the very words are the strongest agreement");
            }
            other => panic!("{source:?} must be a fact, not {other:?}"),
        }
    }
}

#[test]
fn small_changes_of_form_stay_facts() {
    for sentence in [
        "However, most people will only read 25 percent of a web page.",
        "Sales increased by 12 percent in Germany last year.",
        "Harbour Lines was founded in Hamburg in 1998 by Anna Berg.",
        "The ferry from Kiel to Oslo takes at least twelve hours and carries 1200 passengers.",
    ] {
        let found = label(sentence);
        if sentence.contains("Hamburg in 1998") {
            assert!(!matches!(found, Support::General), "a reordered fact never becomes general: {found:?}");
        } else {
            assert!(matches!(found, Support::Fact { .. }), "{sentence:?}: {found:?}");
        }
    }
}

#[test]
fn a_changed_statement_is_never_a_fact() {
    for sentence in [
        "Most people will only read 15 percent of a web page.",
        "Most people will only read 25 percentage points of a web page.",
        "All people will only read 25 percent of a web page.",
        "Most people will read 25 percent of a web page.",
        "Most developers will only read 25 percent of a web page.",
        "The ferry from Kiel to Oslo takes at least 15 hours and carries 1,200 passengers.",
        "The ferry from Kiel to Oslo takes at most 12 hours and carries 1,200 passengers.",
        "The ferry from Kiel to Oslo takes at least 12 days and carries 1,200 passengers.",
        "The ferry from Kiel to Bergen takes at least 12 hours and carries 1,200 passengers.",
        "The ferry from Oslo to Kiel takes at least 12 hours and carries 1,200 passengers.",
        "The ferry from Kiel to Oslo takes at least 12 hours and carries 12,000 passengers.",
        "Use FAQs on government websites.",
        "Do use FAQs on government websites.",
        "Always use FAQs on government websites.",
        "Harbour Lines was founded in 1989 by Anna Berg in Hamburg.",
        "Harbour Lines was founded in 1998 by Anna Stein in Hamburg.",
        "Harbour Lines was not founded in 1998 by Anna Berg in Hamburg.",
        "Sales decreased by 12 % in Germany last year.",
        "Sales increased by 12 % in France last year.",
        "Sales increased by $12 in Germany last year.",
        "Sales never increased by 12 % in Germany last year.",
        "Munich has 12 offices and Paris has 15 offices.",
        "Berlin has 15 offices and Paris has 12 offices.",
        "Paris has 12 offices and Berlin has 15 offices.",
        "Tickets for children over six years are free of charge on every route.",
        "Tickets for children under seven years are free of charge on every route.",
        "Content designers should test drafts with real users after they publish a page.",
        "Content designers should not test drafts with real users before they publish a page.",
        "Content designers must test drafts with real users before they publish a page.",
    ] {
        let found = label(sentence);
        assert!(!matches!(found, Support::Fact { .. }), "{sentence:?} was called a fact: {found:?}");
    }
}

#[test]
fn a_strong_vector_does_not_excuse_a_changed_number_or_name() {
    let mut sources = evidence(SOURCES);
    for source in &mut sources {
        source.vector = vec![100, 20, 5];
    }
    let index = SupportIndex::new(&sources, &[], En);
    for sentence in [
        "Most people will only read 15 percent of a web page.",
        "The ferry from Kiel to Bergen takes at least 12 hours and carries 1,200 passengers.",
        "Use FAQs on government websites.",
    ] {
        let found = index.label(sentence, Some(&[100, 20, 5]), None);
        assert!(!matches!(found, Support::Fact { .. }), "{sentence:?}: {found:?}");
    }
    let retold = index.label(
        "Before publishing, content designers should test drafts with users.",
        Some(&[100, 20, 5]),
        Some(7),
    );
    assert!(matches!(retold, Support::Fact { .. }), "a paraphrase with a strong vector is a fact: {retold:?}");
}

#[test]
fn what_is_missing_is_named() {
    match label("Sales increased by 19 % in Germany last year.") {
        Support::Unsupported { missing } => assert_eq!(missing, ["19"], "the changed number is named"),
        other => panic!("expected unsupported, got {other:?}"),
    }
    match label("Ninety-nine of Acme's best captains agree.") {
        Support::Unsupported { missing } => {
            assert!(missing.iter().any(|part| part == "best"), "superlatives need a source: {missing:?}");
        }
        other => panic!("expected unsupported, got {other:?}"),
    }
}

#[test]
fn a_statement_without_particulars_is_general() {
    for sentence in [
        "Good writing starts with the reader.",
        "Short sentences help readers.",
        "What do readers need?",
        "Start with the reader and choose simple words.",
    ] {
        assert_eq!(label(sentence), Support::General, "{sentence:?}");
    }
    for sentence in [
        "Our team tested this on the ferry.",
        "Research shows that short sentences help readers.",
        "The product costs nothing at Acme.",
        "It guarantees success.",
    ] {
        assert!(matches!(label(sentence), Support::Unsupported { .. }), "{sentence:?}: {:?}", label(sentence));
    }
}

#[test]
fn a_known_name_alone_is_no_claim() {
    let index = SupportIndex::new(&[], &[], En).with_known_names(&["Harbour Lines"]);
    assert_eq!(index.label("Good travel starts with Harbour Lines.", None, None), Support::General);
}

#[test]
fn the_users_own_facts_count_as_theirs() {
    let facts = vec!["Harbour Lines opens a new route to Bergen in May 2027.".to_owned()];
    let index = SupportIndex::new(&evidence(SOURCES), &facts, En);
    assert_eq!(index.label("In May 2027, Harbour Lines opens a new route to Bergen.", None, None), Support::User);
    let changed = index.label("Harbour Lines opens a new route to Bergen in May 2028.", None, None);
    assert!(matches!(changed, Support::Unsupported { .. }), "another year is not what the user said: {changed:?}");
}

#[test]
fn a_neighbour_may_complete_a_fact() {
    let mut sources = evidence(&["The museum opens daily.", "Entry costs 9 euros for adults and children."]);
    sources[1].block = sources[0].block;
    sources[1].position = 1;
    let sentence = "The museum opens daily and entry costs 9 euros for adults.";
    let index = SupportIndex::new(&sources, &[], En);
    assert!(
        matches!(index.label(sentence, None, None), Support::Fact { .. }),
        "{:?}",
        index.label(sentence, None, None)
    );
    sources[1].block = 40;
    let apart = SupportIndex::new(&sources, &[], En);
    assert!(!matches!(apart.label(sentence, None, None), Support::Fact { .. }), "sentences far apart do not add up");
}

#[test]
fn rewrites_agree_only_with_the_same_particulars() {
    let source = "Do not use more than 5 lists on a page of the Acme guide.";
    for rewrite in [
        "Do not use more than five lists on a page of the Acme guide.",
        "On a page of the Acme guide, do not use more than 5 lists.",
    ] {
        assert_eq!(agrees(source, rewrite, En), Ok(()), "{rewrite:?}");
    }
    for rewrite in [
        "Use more than 5 lists on a page of the Acme guide.",
        "Do not use more than 6 lists on a page of the Acme guide.",
        "Do not use more than 5 lists on a page of the Apex guide.",
        "Do not use many lists on a page of the Acme guide.",
        "Do not use more than 5 lists on a page.",
        "Never, at any price, do not use more than 5 lists on a page of the best Acme guide.",
    ] {
        assert!(agrees(source, rewrite, En).is_err(), "{rewrite:?} must not agree");
    }
    assert!(agrees("Nutzen Sie keine langen Sätze.", "Nutzen Sie lange Sätze.", De).is_err(), "German negations count");
}

#[test]
fn similarity_is_high_for_the_same_words_only() {
    assert!((similarity("Readers scan pages.", "Pages are scanned by readers.", En) - 1.0).abs() < 0.01);
    assert!(similarity("Readers scan pages.", "Ferries carry cars.", En) < 0.01);
    assert!(similarity("", "", En).abs() < f32::EPSILON);
}

#[test]
fn changed_statements_are_caught_in_every_language() {
    use quillhouse_domain::Language::{Es, Fr, It, Nl, Pt};
    let table = [
        (
            De,
            "Die Fähre von Kiel nach Oslo braucht mindestens 12 Stunden.",
            [
                "Die Fähre von Kiel nach Oslo braucht mindestens 15 Stunden.",
                "Die Fähre von Kiel nach Bergen braucht mindestens 12 Stunden.",
                "Die Fähre von Kiel nach Oslo braucht nicht mindestens 12 Stunden.",
            ],
        ),
        (
            Fr,
            "Le ferry de Kiel à Oslo transporte 1 200 passagers et dure 12 heures.",
            [
                "Le ferry de Kiel à Oslo transporte 1 200 passagers et dure 15 heures.",
                "Le ferry de Kiel à Bergen transporte 1 200 passagers et dure 12 heures.",
                "Le ferry de Kiel à Oslo ne transporte pas 1 200 passagers et dure 12 heures.",
            ],
        ),
        (
            Es,
            "El ferry de Kiel a Oslo transporta pasajeros durante 12 horas.",
            [
                "El ferry de Kiel a Oslo transporta pasajeros durante 12 días.",
                "El ferry de Kiel a Bergen transporta pasajeros durante 12 horas.",
                "El ferry de Kiel a Oslo no transporta pasajeros durante 12 horas.",
            ],
        ),
        (
            It,
            "Il traghetto da Kiel a Oslo trasporta passeggeri per dodici ore.",
            [
                "Il traghetto da Kiel a Oslo trasporta passeggeri per quindici ore.",
                "Il traghetto da Kiel a Bergen trasporta passeggeri per dodici ore.",
                "Il traghetto da Kiel a Oslo non trasporta passeggeri per dodici ore.",
            ],
        ),
        (
            Nl,
            "De veerboot van Kiel naar Oslo vaart twaalf uur.",
            [
                "De veerboot van Kiel naar Oslo vaart vijftien uur.",
                "De veerboot van Kiel naar Bergen vaart twaalf uur.",
                "De veerboot van Kiel naar Oslo vaart geen twaalf uur.",
            ],
        ),
        (
            Pt,
            "A balsa de Kiel a Oslo transporta passageiros por doze horas.",
            [
                "A balsa de Kiel a Oslo transporta passageiros por quinze horas.",
                "A balsa de Kiel a Bergen transporta passageiros por doze horas.",
                "A balsa de Kiel a Oslo não transporta passageiros por doze horas.",
            ],
        ),
    ];
    for (language, source, changes) in table {
        let index = SupportIndex::new(&evidence(&[source]), &[], language);
        let kept = index.label(source, None, None);
        assert!(matches!(kept, Support::Fact { .. }), "{source:?} itself: {kept:?}");
        for change in changes {
            let found = index.label(change, None, None);
            assert!(!matches!(found, Support::Fact { .. }), "{change:?} was called a fact");
        }
    }
}
