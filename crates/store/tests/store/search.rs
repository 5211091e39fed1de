//! Full-text search: finds what a reader would, and no input is a syntax error.

use quillhouse_domain::{DocumentId, PassageId};

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
