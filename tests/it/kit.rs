//! The brand kit, through the real program: built from the documents, edited, kept through builds, and held to.

use std::fs;

use quillhouse_tests::{Quillhouse, corpus, demo_documents};
use serde_json::Value;

/// Every citation's quote stands at its place in the text that was read from its document.
fn assert_citations_hold(quillhouse: &Quillhouse, brand: &str, kit: &Value) -> usize {
    let mut texts: std::collections::HashMap<String, Vec<char>> = std::collections::HashMap::new();
    let mut held = 0;
    for list in ["facts", "terms", "products", "audiences", "tone"] {
        for entry in kit[list].as_array().unwrap() {
            let citation = &entry["citation"];
            let document =
                citation["document"].as_str().unwrap_or_else(|| panic!("an entry that was found is cited: {entry}"));
            let text = texts.entry(document.to_owned()).or_insert_with(|| {
                let shown = quillhouse.run(&["library", "show", brand, document]).done();
                shown["text"].as_str().unwrap().chars().collect()
            });
            let place = citation["start"].as_u64().unwrap() as usize..citation["end"].as_u64().unwrap() as usize;
            let at: String = text[place].iter().collect();
            assert_eq!(at, citation["quote"].as_str().unwrap(), "a quote stands where its citation says");
            held += 1;
        }
    }
    held
}

fn rule<'a>(kit: &'a Value, not: &str) -> &'a Value {
    kit["terms"]
        .as_array()
        .unwrap()
        .iter()
        .find(|term| term["not"].as_array().unwrap().iter().any(|word| word == not))
        .unwrap_or_else(|| panic!("there is a rule against `{not}`: {}", kit["terms"]))
}

#[test]
fn the_kit_of_the_demo_brand_is_cited_and_a_piece_follows_its_words() {
    let quillhouse = Quillhouse::new();
    quillhouse.brand_with("Halden", &demo_documents());
    let empty = quillhouse.run(&["kit", "show", "Halden"]).done();
    assert_eq!(
        (empty["version"].as_u64(), empty["stale_documents"].as_u64()),
        (Some(0), Some(9)),
        "nothing is built yet"
    );
    let kit = quillhouse.run(&["kit", "build", "Halden"]).done();
    assert_eq!((kit["version"].as_u64(), kit["stale_documents"].as_u64()), (Some(1), Some(0)));
    assert!(assert_citations_hold(&quillhouse, "Halden", &kit) >= 15);
    assert_eq!(rule(&kit, "voyage")["say"], "crossing");
    assert_eq!(rule(&kit, "terminal")["say"], "quay");
    assert!(kit["facts"].as_array().unwrap().len() >= 10, "the demo brand states facts: {}", kit["facts"]);
    let voice = kit["voice"].as_array().unwrap();
    assert!(voice.len() >= 6 && voice.iter().all(|measure| measure["low"].as_f64() <= measure["value"].as_f64()));
    let tone: Vec<&str> = kit["tone"].as_array().unwrap().iter().map(|tone| tone["text"].as_str().unwrap()).collect();
    for word in ["calm", "exact", "friendly"] {
        assert!(tone.contains(&word), "the guide says how the brand sounds: {tone:?}");
    }
    let again = quillhouse.run(&["kit", "build", "Halden"]).done();
    assert_eq!(again["version"], kit["version"], "building over the same documents changes nothing");
    let history = quillhouse.run(&["kit", "history", "Halden"]).done();
    let versions = history["versions"].as_array().unwrap();
    assert_eq!((versions.len(), versions[0]["cause"].as_str()), (1, Some("build")), "nor does it make a version");

    // A text that says what the brand does not.
    let file = quillhouse.scratch().join("Old brochure.md");
    fs::write(
        &file,
        "# Winter voyages\n\nA winter voyage with Halden Ferry takes 18 minutes. Every voyage is heated to 21 degrees. \
         Each voyage leaves on time in winter, and a winter voyage costs 38 kroner.\n",
    )
    .unwrap();
    quillhouse.run(&["library", "add", "Halden", &file.to_string_lossy()]).done();
    let brief = [
        "write",
        "Halden",
        "--topic",
        "Winter crossings",
        "--keywords",
        "winter crossing",
        "--words",
        "300",
        "--types",
        "blog",
        "--model",
        "none",
    ];
    let written = quillhouse.run(&brief).done();
    let piece = &written["pieces"][0];
    let text = piece["text"].as_str().unwrap().to_lowercase();
    assert!(!text.contains("voyage"), "the brand's word stands in its place: {text}");
    for citation in piece["citations"].as_array().unwrap() {
        let (sentence, quote) = (citation["sentence"].as_str().unwrap(), citation["quote"].as_str().unwrap());
        let replaced = quote.to_lowercase().contains("voyage");
        assert!(!replaced || sentence.to_lowercase().contains("crossing"), "only the sentence changes: {citation}");
    }
    let shown = quillhouse.run(&["piece", "show", piece["id"].as_str().unwrap()]).done();
    assert_eq!(shown["kit_version"], kit["version"], "a piece remembers the kit it was written with");
    let checks = shown["checks"].as_array().unwrap();
    let words =
        checks.iter().find(|check| check["id"] == "brand_terms").expect("the piece is checked against the words");
    assert_eq!(words["rating"], "good", "{words}");
    assert!(checks.iter().any(|check| check["id"] == "brand_voice"), "and against the voice: {checks:?}");
}

#[test]
fn the_rules_of_a_real_style_guide_are_found() {
    let Some(folder) = corpus("brand-18f") else { return };
    let quillhouse = Quillhouse::new();
    quillhouse.brand_with("18F", &folder);
    let began = std::time::Instant::now();
    let kit = quillhouse.run(&["kit", "build", "18F"]).done();
    assert!(began.elapsed().as_secs() < 20, "a kit is built while one waits, also by a program built for tests");
    assert!(assert_citations_hold(&quillhouse, "18F", &kit) >= 80);
    for (not, say) in [
        ("e-mail", "email"),
        ("D.C.", "DC"),
        ("utilize", "use"),
        ("purchase", "buy"),
        ("opposite sex", "different sex"),
        ("fireman", "firefighter"),
        ("elderly", "older person, senior"),
        ("in order to", "to"),
    ] {
        assert_eq!(rule(&kit, not)["say"], say, "the organisation's own rule about `{not}`");
    }
    for not in ["leverage", "non-white", "guys", "dropdown", "Federal Government"] {
        rule(&kit, not);
    }
    let tone: Vec<&str> = kit["tone"].as_array().unwrap().iter().map(|tone| tone["text"].as_str().unwrap()).collect();
    for word in ["authoritative", "conversational", "friendly", "instructive", "welcoming", "straightforward"] {
        assert!(tone.contains(&word), "the organisation says how it sounds: {tone:?}");
    }
    for term in kit["terms"].as_array().unwrap() {
        let words = term["say"].as_str().unwrap().len() + term["not"].as_array().unwrap().len();
        assert!(words > 0 && term["say"].as_str().unwrap().split_whitespace().count() <= 16, "{term}");
    }
}

#[test]
fn the_kit_as_it_was_can_be_shown_and_old_figures_are_doubted() {
    let quillhouse = Quillhouse::new();
    let folder = quillhouse.scratch().join("brand");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("plan.md"),
        "# Plan\n\nIn 2019 Halden Ferry carried 900,000 passengers on 3 routes.\n\nHalden Ferry runs 11 boats every day.\n",
    )
    .unwrap();
    quillhouse.brand_with("Halden", &folder);
    let first = quillhouse.run(&["kit", "build", "Halden"]).done();
    let facts = first["facts"].as_array().unwrap();
    let of = |facts: &[Value], text: &str| {
        facts.iter().find(|fact| fact["text"].as_str().unwrap().contains(text)).cloned().unwrap_or(Value::Null)
    };
    assert_eq!(of(facts, "900,000")["reason"], "aged", "a figure of long ago: {facts:?}");
    assert_eq!(of(facts, "11 boats")["reason"], Value::Null);

    let file = quillhouse.scratch().join("prices.md");
    fs::write(
        &file,
        "# Prices\n\n| Ticket | Price |\n|---|---|\n| Single crossing | 38 euro |\n| Month pass | 690 euro |\n",
    )
    .unwrap();
    quillhouse.run(&["library", "add", "Halden", &file.to_string_lossy()]).done();
    let second = quillhouse.run(&["kit", "build", "Halden"]).done();
    let row = of(second["facts"].as_array().unwrap(), "Month pass");
    assert_eq!(row["text"], "Month pass — price: 690 euro", "{second}");
    assert_citations_hold(&quillhouse, "Halden", &second);

    let former = quillhouse.run(&["kit", "show", "Halden", "--version", "1"]).done();
    assert_eq!(former["version"], 1);
    assert_eq!(former["facts"], first["facts"], "the kit as it was");
    let missing = quillhouse.run(&["kit", "show", "Halden", "--version", "9"]).refused(2);
    assert!(missing.contains("There is no version 9"), "{missing}");
    let history = quillhouse.run(&["kit", "history", "Halden"]).done();
    assert_eq!(history["versions"][0]["added"], 2, "{history}");

    quillhouse.run(&["library", "remove", "Halden", "prices.md"]).done();
    let history = quillhouse.run(&["kit", "history", "Halden"]).done();
    assert_eq!(history["versions"][0]["cause"], "document_gone");
    assert!(!history.to_string().contains("690 euro"), "what was erased is gone from the history too: {history}");
}
