//! The composer over whole corpora: a real style guide when it is there, and three small brands of our own.
//!
//! With `QUILLHOUSE_COMPOSE_OUT` set to a folder every piece is written there, to be read by a person.

#![expect(clippy::unwrap_used, reason = "a test whose fixture cannot be read has failed")]

#[path = "compose_corpus/reader.rs"]
mod reader;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use quillhouse_domain::{Brief, BriefRequest, DocumentId, Language, Network, Support, SupportCounts};
use quillhouse_workflow::{ArticleDraft, AudioDraft, Evidence, Outline, PostDraft, VideoDraft, compose};
use reader::{Document, read, read_folder, retrieve, vector};

const NETWORKS: [Network; 7] = [
    Network::Linkedin,
    Network::X,
    Network::Facebook,
    Network::Instagram,
    Network::Threads,
    Network::Bluesky,
    Network::Mastodon,
];

/// Everything made for one brief.
struct Made {
    outline: Outline,
    evidence: Evidence,
    article: ArticleDraft,
    posts: Vec<PostDraft>,
    audio: AudioDraft,
    video: VideoDraft,
}

fn brief(topic: &str, keywords: &[&str], audience: &str, words: u32, language: Language) -> Brief {
    Brief::parse(BriefRequest {
        topic: topic.to_owned(),
        keywords: keywords.iter().map(|&keyword| keyword.to_owned()).collect(),
        audience: audience.to_owned(),
        words,
        language,
        ..BriefRequest::default()
    })
    .unwrap()
}

fn make(brief: &Brief, documents: &[Document], vectors: bool) -> Made {
    let seo = compose::seo(brief);
    let passages = retrieve(documents, &seo.queries, 30);
    let mut sentences = compose::evidence(brief, &passages);
    let mut queries = Vec::new();
    if let Ok(folder) = std::env::var("QUILLHOUSE_COMPOSE_OUT") {
        let texts: Vec<&str> = sentences
            .iter()
            .map(|sentence| sentence.text.as_str())
            .chain(seo.queries.iter().map(String::as_str))
            .collect();
        std::fs::write(Path::new(&folder).join(format!("{}.texts", seo.keyphrase)), texts.join("\n")).unwrap();
    }
    if vectors {
        for sentence in &mut sentences {
            sentence.vector = vector(&sentence.text);
        }
        queries = seo.queries.iter().map(|query| vector(query)).collect();
    }
    let evidence = compose::select(brief, sentences, &queries);
    let outline = compose::outline(brief, &seo, &evidence);
    let article = compose::assemble(
        brief,
        &outline,
        compose::introduction(brief, &outline, &evidence),
        (0..outline.sections.len()).map(|index| compose::section(brief, &outline, index, &evidence)).collect(),
        compose::close(brief, &outline, &evidence),
    );
    let report = compose::score(brief, &seo, &article, &evidence);
    let article = compose::improve(brief, &seo, &outline, &evidence, &article, &report);
    let posts =
        NETWORKS.iter().map(|&network| compose::post(brief, network, &outline, Some(&article), &evidence)).collect();
    let audio = compose::audio(brief, &outline, Some(&article), &evidence);
    let video = compose::video(brief, &outline, Some(&article), &evidence);
    Made { outline, evidence, article, posts, audio, video }
}

fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

fn write_down(name: &str, brief: &Brief, made: &Made) {
    let Ok(folder) = std::env::var("QUILLHOUSE_COMPOSE_OUT") else { return };
    let report = compose::score(brief, &compose::seo(brief), &made.article, &made.evidence);
    let labels = compose::labels(brief, &made.evidence, made.article.sentences());
    std::fs::create_dir_all(&folder).unwrap();
    for (label, sentence) in labels.iter().zip(made.article.sentences()) {
        if matches!(label, Support::Unsupported { .. }) {
            std::fs::write(
                Path::new(&folder).join(format!("{name}.unsupported")),
                format!("{} {label:?}", sentence.text),
            )
            .unwrap();
        }
    }
    let mut text = format!(
        "<!-- {} | {} | slug {} | {} words | score {:?} | {:?} -->\n",
        made.article.description,
        made.article.description.chars().count(),
        made.article.slug,
        words(&made.article.to_markdown()),
        (
            report.score,
            report.problems().iter().map(|check| format!("{:?} {}", check.id, check.measured)).collect::<Vec<_>>()
        ),
        SupportCounts::of(&labels),
    );
    text.push_str(&made.article.to_markdown());
    for post in &made.posts {
        text.push_str(&format!("\n---\n### {} ({})\n\n{}\n", post.network, words(&post.to_text()), post.to_text()));
    }
    text.push_str(&format!("\n---\nAUDIO\n{}\n---\nVIDEO\n{}", made.audio.to_markdown(), made.video.to_markdown()));
    std::fs::write(Path::new(&folder).join(format!("{name}.md")), text).unwrap();
}

/// What holds for every piece, weak or not.
fn check_form(brief: &Brief, documents: &[Document], made: &Made) {
    let texts: BTreeMap<DocumentId, Vec<char>> =
        documents.iter().map(|document| (document.id, document.text.chars().collect())).collect();
    let markdown = made.article.to_markdown();
    assert_eq!(markdown.lines().filter(|line| line.starts_with("# ")).count(), 1, "one H1:\n{markdown}");
    assert!(made.article.title.chars().count() <= 60, "the title fits into a search result: {}", made.article.title);
    let description = made.article.description.chars().count();
    assert!((70..=156).contains(&description), "description of {description}: {}", made.article.description);
    assert!(
        made.article
            .slug
            .chars()
            .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'),
        "{}",
        made.article.slug
    );
    let headings: Vec<&str> = made
        .article
        .sections
        .iter()
        .map(|section| section.heading.as_str())
        .filter(|heading| !heading.is_empty())
        .collect();
    let unique: BTreeSet<String> = headings.iter().map(|heading| heading.to_lowercase()).collect();
    assert!(headings.len() >= 3, "at least three headings: {headings:?}");
    assert_eq!(unique.len(), headings.len(), "headings are unique: {headings:?}");
    for leftover in ["{", "}", "](", "**", "`", "<", "http", "{{", "  ", "..", " ,", " ."] {
        for sentence in made.article.sentences() {
            assert!(!sentence.text.contains(leftover), "leftover `{leftover}` in: {}", sentence.text);
        }
    }
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for sentence in made.article.sentences() {
        assert!(seen.insert(sentence.text.to_lowercase()), "said twice: {}", sentence.text);
    }
    for sentence in made
        .article
        .sentences()
        .chain(made.posts.iter().flat_map(PostDraft::sentences))
        .chain(made.audio.sentences())
        .chain(made.video.sentences())
    {
        let Some(id) = sentence.evidence else { continue };
        let evidence = made.evidence.sentences.get(id as usize).expect("evidence exists");
        assert_eq!(evidence.id, id, "ids are indexes");
        let citation = &evidence.citation;
        let quote: String = texts[&citation.document][citation.start as usize..citation.end as usize].iter().collect();
        assert_eq!(quote, citation.quote, "the quote stands at its span");
        let folded = |text: &str| {
            text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches(['.', ';', ',']).to_lowercase()
        };
        assert!(
            folded(&citation.quote).ends_with(&folded(&evidence.text)),
            "the sentence is its quote: {} / {}",
            evidence.text,
            citation.quote
        );
    }
    for post in &made.posts {
        let limit = match post.network {
            Network::X => 280,
            Network::Bluesky => 300,
            Network::Threads | Network::Mastodon => 500,
            Network::Instagram => 2_200,
            Network::Linkedin => 3_000,
            Network::Facebook => 63_206,
        };
        let text = post.to_text();
        assert!(text.chars().count() <= limit, "{} fits: {text}", post.network);
        assert!(!text.trim().is_empty() && !text.contains('…'), "{} is whole: {text}", post.network);
        assert!(post.hashtags.len() <= 5 && (post.network != Network::X || post.hashtags.len() <= 2));
    }
    let mut reached = 0;
    for segment in &made.audio.segments {
        assert_eq!(segment.start_seconds, reached, "no gap before {}", segment.label);
        assert!(segment.end_seconds > segment.start_seconds);
        reached = segment.end_seconds;
    }
    assert!(made.audio.segments.len() >= 5, "an opening, sections, a close");
    for (index, scene) in made.video.scenes.iter().enumerate() {
        assert_eq!(scene.number as usize, index + 1);
        assert!(words(&scene.on_screen_text) <= 7, "{}", scene.on_screen_text);
        assert!(!scene.on_screen_text.is_empty() && !scene.picture.is_empty() && !scene.voice_over.is_empty());
        assert!(scene.voice_over.len() <= 3, "a scene is short");
    }
    assert!(made.video.scenes.len() >= 5);
    if brief.language() == Language::En {
        for sentence in made.audio.sentences().chain(made.video.sentences()) {
            let digits = sentence.text.chars().any(|character| character.is_ascii_digit());
            let name = sentence
                .text
                .split_whitespace()
                .any(|word| word.chars().any(|c| c.is_ascii_digit()) && word.chars().any(char::is_alphabetic));
            assert!(!digits || name, "numbers are said aloud: {}", sentence.text);
        }
    }
}

/// What holds when the library knows the topic.
fn check_strong(brief: &Brief, made: &Made) {
    assert!(!made.evidence.weak, "the library knows {}", brief.topic());
    let markdown = made.article.to_markdown();
    let count = words(&markdown);
    let wish = brief.words() as usize;
    assert!((wish * 7 / 10..=wish * 13 / 10).contains(&count), "{count} words of {wish}:\n{markdown}");
    let cited: Vec<u32> = made.article.sentences().filter_map(|sentence| sentence.evidence).collect();
    assert!(cited.len() >= 8, "{} citations", cited.len());
    let unique: BTreeSet<u32> = cited.iter().copied().collect();
    assert_eq!(unique.len(), cited.len(), "no evidence is used twice");
    let documents: BTreeSet<DocumentId> =
        cited.iter().map(|&id| made.evidence.sentences[id as usize].citation.document).collect();
    assert!(documents.len() >= 4.min(made.evidence.documents as usize), "{} documents", documents.len());
    let ours: usize = made
        .article
        .sentences()
        .filter(|sentence| sentence.evidence.is_none())
        .map(|sentence| words(&sentence.text))
        .sum();
    assert!(ours * 100 <= count * 18, "{ours} of {count} words are ours");
    let first = made.article.sentences().next().unwrap().text.to_lowercase();
    assert!(first.contains(&brief.keyphrase().to_lowercase()), "the first sentence has the keyphrase: {first}");
    let labels = compose::labels(brief, &made.evidence, made.article.sentences());
    for (label, sentence) in labels.iter().zip(made.article.sentences()) {
        assert!(!matches!(label, Support::Unsupported { .. }), "nobody stands behind: {} {label:?}", sentence.text);
    }
    for (piece, sentences) in [
        ("posts", made.posts.iter().flat_map(PostDraft::sentences).collect::<Vec<_>>()),
        ("audio", made.audio.sentences().collect()),
        ("video", made.video.sentences().collect()),
    ] {
        let labels = compose::labels(brief, &made.evidence, sentences.iter().copied());
        for (label, sentence) in labels.iter().zip(&sentences) {
            assert!(
                !matches!(label, Support::Unsupported { .. }),
                "{piece}: nobody stands behind: {} {label:?}",
                sentence.text
            );
        }
    }
    let linkedin = words(&made.posts[0].to_text());
    assert!((40..=190).contains(&linkedin), "LinkedIn has {linkedin} words");
    let hooks: BTreeSet<&str> = made.posts.iter().map(|post| post.paragraphs[0][0].text.as_str()).collect();
    assert!(hooks.len() >= 3, "networks open differently");
    let _ = &made.outline;
}

fn check_weak(brief: &Brief, made: &Made) {
    let labels = compose::labels(brief, &made.evidence, made.article.sentences());
    for (label, sentence) in labels.iter().zip(made.article.sentences()) {
        assert!(
            !matches!(label, Support::Unsupported { .. }),
            "an honest draft claims nothing: {} {label:?}",
            sentence.text
        );
    }
    assert!(made.evidence.weak, "the library knows nothing of this");
    let first = made.article.sections[0].sentences().next().unwrap();
    assert!(first.text.contains("library") || first.text.contains("Bibliothek"), "it says so at once: {}", first.text);
    assert!(
        made.article.sections.iter().any(|section| section.sentences().any(|sentence| sentence.text.ends_with('?')))
    );
}

/// One brief and whether the library knows its topic.
struct Case {
    name: String,
    brief: Brief,
    strong: bool,
}

/// Makes and writes everything before anything is judged, so that a failure can be read in its surroundings.
fn try_all(cases: &[Case], documents: &[Document]) {
    let mut all = Vec::new();
    for case in cases {
        for vectors in [false, true] {
            let made = make(&case.brief, documents, vectors);
            write_down(&format!("{}-{}", case.name, if vectors { "vectors" } else { "bare" }), &case.brief, &made);
            all.push((case, made));
        }
    }
    for (case, made) in &all {
        check_form(&case.brief, documents, made);
        if case.strong { check_strong(&case.brief, made) } else { check_weak(&case.brief, made) }
    }
}

#[test]
fn a_real_style_guide_becomes_articles_posts_and_scripts() {
    let Some(folder) = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|above| above.join("shared/corpora/brand-18f"))
        .find(|folder| folder.is_dir())
    else {
        return;
    };
    let documents = read_folder(&folder);
    let mut all = Vec::new();
    for (name, topic, keywords, strong) in [
        ("plain", "Plain language for government websites", vec!["plain language", "content design"], true),
        ("active", "Writing in active voice", vec![], true),
        ("inclusive", "Inclusive language", vec![], true),
        ("numbers", "How to write numbers and dates", vec![], true),
        ("reef", "Reef aquarium lighting", vec![], false),
    ] {
        let brief = brief(topic, &keywords, "content designers", 800, Language::En);
        all.push(Case { name: format!("18f-{name}"), brief, strong });
    }
    try_all(&all, &documents);
}

/// Files of one fixture, each behind a line `=== name`.
fn fixture(text: &str) -> Vec<Document> {
    text.split("=== ")
        .filter(|part| !part.trim().is_empty())
        .enumerate()
        .map(|(index, part)| {
            let (name, body) = part.split_once('\n').unwrap();
            read(index, name.trim(), body)
        })
        .collect()
}

#[test]
fn small_brands_become_articles_in_their_language() {
    for (name, text, topic, keywords, audience, language) in [
        (
            "ferry",
            include_str!("fixtures/ferry.md"),
            "Planning island crossings with Tern Ferries",
            vec!["island crossings", "ferry tickets"],
            "day trippers",
            Language::En,
        ),
        (
            "software",
            include_str!("fixtures/software.md"),
            "How invoice reminders get studios paid",
            vec!["invoice reminders"],
            "",
            Language::En,
        ),
        (
            "bakery",
            include_str!("fixtures/bakery.md"),
            "Sauerteigbrot aus der eigenen Backstube",
            vec!["Sauerteigbrot", "Brot lagern"],
            "Stammkunden",
            Language::De,
        ),
    ] {
        let documents = fixture(text);
        let case =
            Case { name: name.to_owned(), brief: brief(topic, &keywords, audience, 400, language), strong: true };
        try_all(&[case], &documents);
    }
}

#[test]
fn a_topic_that_shares_one_word_with_the_library_is_still_unknown_to_it() {
    let documents = fixture(include_str!("fixtures/ferry.md"));
    let cases: Vec<Case> = ["Leasing coffee machines for the office", "Winter tyres for lorries"]
        .iter()
        .enumerate()
        .map(|(index, topic)| Case {
            name: format!("off-{index}"),
            brief: brief(topic, &[], "", 600, Language::En),
            strong: false,
        })
        .collect();
    try_all(&cases, &documents);
}

#[test]
fn documents_in_another_language_than_the_brief_are_no_evidence() {
    let documents = fixture(include_str!("fixtures/bakery.md"));
    let brief = brief("Sourdough bread", &["Sauerteigbrot"], "", 400, Language::En);
    let made = make(&brief, &documents, false);
    assert!(made.evidence.sentences.is_empty(), "German sentences do not make an English article");
    check_weak(&brief, &made);
}

#[test]
fn two_hundred_sentences_are_composed_quickly_and_always_alike() {
    let documents = fixture(include_str!("fixtures/ferry.md"));
    let brief = brief("Island crossings", &[], "", 800, Language::En);
    let (first, second) = (make(&brief, &documents, true), make(&brief, &documents, true));
    assert_eq!(first.article, second.article, "the same brief and evidence give the same article");
    assert_eq!(first.posts, second.posts);
}

#[test]
fn empty_and_odd_input_gives_an_honest_draft() {
    for (topic, text) in
        [("?", ""), ("…", "=== a.md\n# \n\n:\n\n- \n"), ("x y z", "=== b.md\n\u{fffd}\u{fffd} 日本語のテキスト。\n")]
    {
        let documents = fixture(text);
        let brief = brief(topic, &[], "", 150, Language::En);
        let made = make(&brief, &documents, false);
        assert!(made.evidence.weak, "{topic}");
        assert!(made.article.sections.len() >= 4, "an introduction, headings, a close");
        assert!(!made.article.slug.is_empty());
    }
}
