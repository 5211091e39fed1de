//! Full-text search: finds what a reader would, and no input is a syntax error.

use quillhouse_domain::{DocumentId, PassageId};
use quillhouse_store::WordMatch;

use crate::fixtures::{Fixture, document, finish, id, passage};

async fn library() -> Fixture {
    let fixture = Fixture::new().await;
    fixture
        .brand
        .write(|brand| {
            brand.documents().insert(&document(1, "Guide.pdf"))?;
            brand.documents().insert(&document(2, "Menu.pdf"))?;
            let guide = vec![
                passage(11, id(1), 0, "The ferries leave from the harbour. A ferry is never late."),
                passage(12, id(1), 1, "Tickets are sold at the café near the pier."),
            ];
            brand.documents().finish(&finish(id(1), guide))?;
            let mut menu = passage(21, id(2), 0, "Fish soup is served on the ferry");
            menu.heading_path = vec!["Dinner aboard".to_owned()];
            brand.documents().finish(&finish(id(2), vec![menu]))
        })
        .await
        .unwrap();
    fixture
}

async fn search(
    fixture: &Fixture,
    terms: &[&str],
    include: &[DocumentId],
    exclude: &[DocumentId],
    limit: u32,
) -> Vec<(PassageId, f64)> {
    let terms: Vec<String> = terms.iter().map(|term| (*term).to_owned()).collect();
    let (include, exclude) = (include.to_vec(), exclude.to_vec());
    fixture
        .brand
        .read(move |brand| brand.passages().search(&terms, &include, &exclude, limit))
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

fn ids(found: &[(PassageId, f64)]) -> Vec<PassageId> {
    found.iter().map(|(id, _)| *id).collect()
}

#[tokio::test]
async fn words_are_found_by_their_stem_without_accents_and_in_headings() {
    let fixture = library().await;
    for (terms, wanted) in [
        (&["ferrying"][..], vec![id(11), id(21)]),
        (&["CAFE"], vec![id(12)]),
        (&["dinner"], vec![id(21)]),
        (&["fish soup"], vec![id(21)]),
        (&["soup fish"], vec![]),
        (&["tickets", "soup"], vec![id(12), id(21)]),
        (&["submarine"], vec![]),
    ] {
        let mut found = ids(&search(&fixture, terms, &[], &[], 10).await);
        found.sort_unstable();
        assert_eq!(found, wanted, "{terms:?}");
    }
}

#[tokio::test]
async fn the_best_passage_comes_first_with_the_greatest_score() {
    let fixture = library().await;
    let found = search(&fixture, &["ferry"], &[], &[], 10).await;
    assert_eq!(ids(&found), [id(11), id(21)], "it says ferry twice");
    assert!(found[0].1 > found[1].1, "{found:?}");
    assert_eq!(search(&fixture, &["ferry"], &[], &[], 1).await.len(), 1, "the limit holds");
}

#[tokio::test]
async fn documents_can_be_chosen_and_left_out() {
    let fixture = library().await;
    for (include, exclude, wanted) in [
        (&[id(2)][..], &[][..], vec![id(21)]),
        (&[], &[id(2)], vec![id(11)]),
        (&[id(1), id(2)], &[id(2)], vec![id(11)]),
        (&[id(9)], &[], vec![]),
    ] {
        assert_eq!(ids(&search(&fixture, &["ferry"], include, exclude, 10).await), wanted, "{include:?} {exclude:?}");
    }
}

#[tokio::test]
async fn no_input_is_a_syntax_error() {
    let fixture = library().await;
    let long = "x".repeat(100_000);
    let hostile = [
        "",
        " ",
        "\"",
        "\"\"",
        "\"\"\"",
        "'",
        "''",
        "*",
        "fer*",
        "^ferry",
        "-",
        "+",
        "(",
        ")",
        "()",
        ":",
        "text:",
        "text : ferry",
        "{text heading} : ferry",
        "NEAR",
        "NEAR(",
        "NEAR(ferry harbour, 2)",
        "AND",
        "OR",
        "NOT",
        "ferry AND",
        "NOT ferry",
        "ferry\" OR \"soup",
        "\\",
        "\\\"",
        ";",
        "--",
        "/*",
        "'; DROP TABLE passage; --",
        "\0",
        "ferry\0soup",
        "\u{7}",
        "\t\n",
        "🚢",
        "🚢🚢",
        "渡し船",
        "مرحبا",
        "\u{202e}yrref",
        "\u{200b}",
        "\u{feff}",
        "a\u{300}\u{301}\u{302}",
        "ß",
        "İ",
        "ﬁ",
        "%",
        "_",
        "?1",
        ":name",
        "@x",
        "$x",
        &long,
    ];
    for term in hostile {
        search(&fixture, &[term], &[], &[], 5).await;
        let found = search(&fixture, &[term, "tickets"], &[], &[], 5).await;
        assert!(ids(&found).contains(&id(12)), "a strange term must not hide a good one: {term:?}");
    }
    assert!(search(&fixture, &[], &[], &[], 5).await.is_empty(), "no terms, no passages");
    assert!(search(&fixture, &["", "\"", "\0"], &[], &[], 5).await.is_empty(), "nothing to look for, nothing found");
}

#[tokio::test]
async fn operators_are_words_and_not_operators() {
    let fixture = library().await;
    assert!(search(&fixture, &["ferry NOT harbour"], &[], &[], 5).await.is_empty(), "read as a phrase nobody wrote");
    assert!(search(&fixture, &["fer*"], &[], &[], 5).await.is_empty(), "a star is no prefix search");
}

#[tokio::test]
async fn a_query_of_thousands_of_terms_is_answered() {
    let fixture = library().await;
    let terms: Vec<String> = (0..5_000).map(|number| format!("word{number}")).chain(["soup".to_owned()]).collect();
    let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
    assert_eq!(ids(&search(&fixture, &terms, &[], &[], 5).await), [id(21)]);
}

#[tokio::test]
async fn common_words_count_only_together_and_the_cost_is_bounded() {
    let fixture = library().await;
    let words = |any: &[&str], together: &[&str]| WordMatch {
        any: any.iter().map(|&term| term.to_owned()).collect(),
        together: together.iter().map(|&term| term.to_owned()).collect(),
    };
    for (words, most_ranked, wanted) in [
        (words(&["soup"], &["harbour", "ferry"]), 9, vec![id(11), id(21)]),
        (words(&[], &["ferry", "harbour", "soup"]), 9, vec![id(11), id(21)]),
        (words(&[], &["ferry", "pier"]), 9, vec![]),
        (words(&[], &["ferry"]), 9, vec![]),
        (words(&["\" OR *"], &["(", ")"]), 9, vec![]),
        (words(&["ferry", "pier"], &[]), 1, vec![id(11)]),
        (words(&["ferry", "pier"], &[]), 0, vec![]),
    ] {
        let asked = words.clone();
        let found = fixture.brand.read(move |brand| brand.passages().search_words(&asked, &[], &[], most_ranked, 9));
        let mut found = ids(&found.await.unwrap());
        found.sort_unstable();
        assert_eq!(found, wanted, "{words:?}, {most_ranked} ranked");
    }
}

#[tokio::test]
async fn frequencies_are_counted_as_far_as_asked() {
    let fixture = library().await;
    let terms = ["ferry", "café", "submarine", "\0", "fish soup"].map(str::to_owned).to_vec();
    for (most, expected) in [(9, [2, 1, 0, 0, 1]), (1, [1, 1, 0, 0, 1]), (0, [0; 5])] {
        let asked = terms.clone();
        let counted = fixture.brand.read(move |brand| brand.passages().frequencies(&asked, most)).await.unwrap();
        assert_eq!(counted, expected, "up to {most}");
    }
    let extent = fixture.brand.read(|brand| brand.passages().extent()).await.unwrap();
    assert_eq!(extent, (3, 2), "three passages of two documents");
}

#[tokio::test]
async fn neighbours_and_slices_are_those_of_the_document() {
    let fixture = library().await;
    let around = fixture
        .brand
        .read(|brand| brand.passages().around(&[(id(1), 0, 0), (id(1), 1, 1), (id(1), 0, 1), (id(9), 0, 0)]))
        .await
        .unwrap();
    let texts: Vec<(bool, bool)> = around.iter().map(|(before, after)| (before.is_some(), after.is_some())).collect();
    assert_eq!(texts, [(false, true), (true, false), (false, false), (false, false)]);
    let whole = fixture.brand.read(|brand| brand.documents().text(id(1))).await.unwrap().unwrap().text;
    let slices = fixture
        .brand
        .read(|brand| brand.passages().slices(&[(id(1), 2, 6), (id(1), 6, 2), (id(9), 0, 4)]))
        .await
        .unwrap();
    let expected: String = whole.chars().skip(2).take(4).collect();
    assert_eq!(slices, [Some(expected), Some(String::new()), None]);
}
