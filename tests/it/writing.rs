//! The main job: documents and a brief become cited pieces, through the real program.

use std::{collections::BTreeSet, fs, path::Path};

use quillhouse_tests::{Quillhouse, corpus, demo_documents};
use serde_json::Value;

fn characters(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// Every quote stands verbatim at its place in the text that was read from its document.
fn assert_citations_hold(quillhouse: &Quillhouse, brand: &str, piece: &Value) -> (usize, usize) {
    let citations = piece["citations"].as_array().unwrap();
    let mut documents: BTreeSet<&str> = BTreeSet::new();
    for citation in citations {
        let document = citation["document_id"].as_str().unwrap();
        let shown = quillhouse.run(&["library", "show", brand, document]).done();
        let text = characters(shown["text"].as_str().unwrap());
        let (start, end) = (citation["start"].as_u64().unwrap() as usize, citation["end"].as_u64().unwrap() as usize);
        let at: String = text[start..end].iter().collect();
        assert_eq!(at, citation["quote"].as_str().unwrap(), "a quote stands where its citation says");
        let sentence = citation["sentence"].as_str().unwrap();
        assert!(piece["text"].as_str().unwrap().contains(sentence), "the cited sentence is in the piece: {sentence}");
        documents.insert(document);
    }
    (citations.len(), documents.len())
}

fn assert_readable_article(article: &Value, words: std::ops::RangeInclusive<u64>) {
    let text = article["text"].as_str().unwrap();
    let count = article["words"].as_u64().unwrap();
    assert!(words.contains(&count), "the length is near what was asked for: {count} words");
    assert_eq!(text.lines().filter(|line| line.starts_with("# ")).count(), 1, "one H1");
    assert!(text.lines().filter(|line| line.starts_with("## ")).count() >= 3, "at least three H2");
    let lower = text.to_lowercase();
    for leftover in ["{{", "{%", "as an ai", "here is the", "sure,", "<|", "[your", "lorem ipsum", "```"] {
        assert!(!lower.contains(leftover), "nothing of a prompt or template is left: `{leftover}`");
    }
    let mut sentences: Vec<String> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split(". "))
        .map(|sentence| sentence.trim().trim_end_matches('.').to_lowercase())
        .filter(|sentence| sentence.split_whitespace().count() > 4)
        .collect();
    let all = sentences.len();
    sentences.sort();
    sentences.dedup();
    assert_eq!(sentences.len(), all, "no sentence stands twice");
}

fn piece<'a>(written: &'a Value, piece_type: &str, network: Option<&str>) -> &'a Value {
    written["pieces"]
        .as_array()
        .unwrap()
        .iter()
        .find(|piece| piece["type"] == piece_type && piece["network"].as_str() == network)
        .unwrap_or_else(|| panic!("there is a {piece_type} {network:?}"))
}

fn assert_posts_fit(written: &Value) {
    for (network, limit) in [("x", 280), ("linkedin", 3_000), ("facebook", 63_206)] {
        let post = piece(written, "social", Some(network));
        let length = post["text"].as_str().unwrap().chars().count();
        assert!(length > 40 && length <= limit, "the post for {network} is inside its limit: {length}");
    }
}

fn write<'a>(brand: &'a str, model: &'a str) -> Vec<&'a str> {
    vec![
        "write",
        brand,
        "--topic",
        "Plain language for government websites",
        "--keywords",
        "plain language,content design",
        "--audience",
        "content designers",
        "--words",
        "800",
        "--types",
        "blog,social,audio,video",
        "--networks",
        "linkedin,x,facebook",
        "--model",
        model,
    ]
}

fn writes_over_the_content_guide(model: &str, documents: &Path) {
    let quillhouse = Quillhouse::new();
    quillhouse.brand_with("18F", documents);
    let written = quillhouse.run(&write("18F", model)).done();
    assert_eq!(written["state"], "done");
    let article = piece(&written, "blog", None);
    assert_readable_article(article, 560..=1_040);
    let (citations, cited_documents) = assert_citations_hold(&quillhouse, "18F", article);
    assert!(citations >= 8 && cited_documents >= 4, "{citations} citations over {cited_documents} documents");
    assert_eq!(article["support"]["unsupported"], 0, "nothing in it is without support");
    assert!(article["score"].as_f64().unwrap() >= 8.0, "the article passes its own checks: {}", article["score"]);
    assert_posts_fit(&written);
    assert!(
        piece(&written, "audio", None)["text"].as_str().unwrap().contains("[0:00–"),
        "the audio script has timings"
    );
    assert!(
        piece(&written, "video", None)["text"].as_str().unwrap().contains("## Scene 2"),
        "the video script has scenes"
    );
    let again = quillhouse.run(&write("18F", model)).done();
    assert_eq!(again["cache_hit"], true, "the same brief over the same documents is answered from the cache");
    assert_eq!(again["pieces"], written["pieces"], "and with the same pieces");
    assert!(again["seconds"].as_f64().unwrap() < 1.0, "in under a second: {}", again["seconds"]);
}

#[test]
fn a_brief_over_a_real_content_guide_becomes_cited_pieces_without_a_model() {
    if let Some(documents) = corpus("brand-18f") {
        writes_over_the_content_guide("none", &documents);
    }
}

#[test]
fn the_weak_model_makes_nothing_worse() {
    if let Some(documents) = corpus("brand-18f") {
        writes_over_the_content_guide("local/smollm2-135m", &documents);
    }
}

#[test]
fn the_demo_brand_gets_its_article_from_all_four_formats() {
    let quillhouse = Quillhouse::new();
    let added = quillhouse.brand_with("Halden Ferry Co.", &demo_documents());
    let formats: BTreeSet<&str> =
        added["documents"].as_array().unwrap().iter().map(|document| document["format"].as_str().unwrap()).collect();
    assert_eq!(formats, BTreeSet::from(["docx", "html", "markdown", "pdf"]), "the demo shows every format");
    let brief = quillhouse_tests::workspace().join("assets/demo/brief.toml");
    let written =
        quillhouse.run(&["write", "Halden Ferry Co.", "--brief", &brief.to_string_lossy(), "--model", "none"]).done();
    let article = piece(&written, "blog", None);
    let (citations, documents) = assert_citations_hold(&quillhouse, "Halden Ferry Co.", article);
    assert!(citations >= 8 && documents >= 4, "{citations} citations over {documents} documents");
    assert_eq!(article["support"]["unsupported"], 0);
}

#[test]
fn a_topic_the_documents_say_nothing_about_is_said_and_not_invented() {
    let quillhouse = Quillhouse::new();
    quillhouse.brand_with("Ferry", &demo_documents());
    let written = quillhouse
        .run(&[
            "write",
            "Ferry",
            "--topic",
            "Reef aquarium lighting",
            "--types",
            "blog",
            "--words",
            "400",
            "--model",
            "none",
        ])
        .done();
    let article = piece(&written, "blog", None);
    let text = article["text"].as_str().unwrap().to_lowercase();
    assert!(
        ["holds no source", "says nothing", "little about"].iter().any(|phrase| text.contains(phrase)),
        "the draft says that the library does not cover it: {text}"
    );
    assert_eq!(article["support"]["unsupported"], 0, "and claims nothing");
}

#[test]
fn only_what_was_asked_for_is_made() {
    let quillhouse = Quillhouse::new();
    quillhouse.brand_with("Ferry", &demo_documents());
    let written = quillhouse
        .run(&[
            "write",
            "Ferry",
            "--topic",
            "Winter crossings",
            "--types",
            "social",
            "--networks",
            "x",
            "--model",
            "none",
        ])
        .done();
    let pieces = written["pieces"].as_array().unwrap();
    assert_eq!(pieces.len(), 1, "one network, one post: {pieces:?}");
    let run = written["run"].as_str().unwrap();
    let shown = quillhouse.run(&["run", "show", run]).done();
    let keys: Vec<&str> = shown["steps"].as_array().unwrap().iter().map(|step| step["key"].as_str().unwrap()).collect();
    assert!(
        keys.iter().all(|key| !key.starts_with("section") && !key.starts_with("edit")),
        "no article was written for it: {keys:?}"
    );
}

#[test]
fn a_library_that_changed_is_written_from_anew() {
    let quillhouse = Quillhouse::new();
    quillhouse.brand_with("Ferry", &demo_documents());
    let post =
        ["write", "Ferry", "--topic", "Winter crossings", "--types", "social", "--networks", "x", "--model", "none"];
    let is_from_cache = || quillhouse.run(&post).done()["cache_hit"] == true;
    assert!(!is_from_cache(), "nothing was written before");
    assert!(is_from_cache(), "nothing has changed");
    let more = quillhouse.scratch().join("more.md");
    fs::write(&more, "# Winter crossings\n\nIn winter the first crossing leaves at half past five.\n").unwrap();
    quillhouse.run(&["library", "add", "Ferry", &more.to_string_lossy()]).done();
    assert!(!is_from_cache(), "a document was added");
    assert!(is_from_cache(), "nothing has changed since");
    fs::write(&more, "# Winter crossings\n\nIn winter the first crossing leaves at half past six.\n").unwrap();
    quillhouse.run(&["library", "add", "Ferry", &more.to_string_lossy()]).done();
    assert!(!is_from_cache(), "a document says something else");
    let listed = quillhouse.run(&["library", "list", "Ferry"]).done();
    let document =
        listed["documents"].as_array().unwrap().iter().find(|document| document["name"] == "more.md").unwrap();
    quillhouse.run(&["library", "remove", "Ferry", document["id"].as_str().unwrap()]).done();
    let written = quillhouse.run(&post).done();
    assert!(!written.to_string().contains("half past six"), "what was removed is not written: {written}");
}
