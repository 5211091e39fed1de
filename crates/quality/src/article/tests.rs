//! Tests of [`crate::article`].

use quillhouse_domain::{Citation, DocumentId};

use super::*;

fn fact(document: u128) -> Support {
    let document: DocumentId = format!("018f0000-0000-7000-8000-{document:012x}").parse().unwrap();
    let citation = Citation {
        document,
        document_name: "a.md".into(),
        page: 1,
        start: 0,
        end: 5,
        quote: "Other words entirely.".into(),
    };
    Support::Fact { citation, strength: 1.0 }
}

const GOOD: &str = "# Plain language for websites

Plain language helps people act. It saves them time because they find answers sooner.

## Write short sentences

A short sentence holds one thought. Cut words that add nothing, so that nobody has to guess. For example, read each draft \
aloud before you publish. If you run out of breath, the sentence is too long.

Lists help too. However, keep each item short and begin all of them in the same way.

## Choose plain language

A plain word is one that your reader says at home. Plain language does not mean simple ideas; it means clear ones. \
When a term of law is needed, explain it once and then use it again. Otherwise people look it up and may not come back.

Ask a friend from outside your office to mark what is hard. Then change it.

## Test plain language

A test shows where readers stop. First, watch one person use the page while you stay silent. Next, ask what they would do \
now. Because plain language is a promise to the reader, only a reader can say whether you kept it.

Five tests are enough to find most faults. After that, repair the page and test with somebody new.

## Keep improving pages

A page is never done. Old numbers, dead links and names of former staff confuse visitors. Therefore, review the text each \
spring and remove what is wrong. Plain language makes these reviews quick, since every change is easy to see.
";

fn good_article() -> String {
    GOOD.to_owned()
}

fn input<'a>(markdown: &'a str, support: &'a [Support]) -> ArticleInput<'a> {
    ArticleInput {
        markdown,
        title: "Plain language for websites",
        description: "Plain language helps people act on what they read. Learn how to write, choose, test and improve the words on your pages, step by step.",
        slug: "plain-language-websites",
        keyphrase: "plain language",
        related: &[],
        language: Language::En,
        target_words: Some(260),
        support,
    }
}

fn points(report: &ArticleReport, id: CheckId) -> f32 {
    report.check(id).map_or(-1.0, |check| check.points)
}

#[test]
fn a_good_article_passes() {
    let text = good_article();
    let support: Vec<Support> = (0..8).map(|number| fact(number % 4)).collect();
    let report = score(&input(&text, &support));
    assert!(report.score >= PASSING, "{} {:#?}", report.score, report.problems());
    assert_eq!(
        report.checks.len(),
        report.checks.iter().map(|check| check.id).collect::<HashSet<_>>().len(),
        "each check is made once"
    );
}

#[test]
fn each_fault_is_found_by_its_check() {
    let text = good_article();
    let lines: Vec<&str> = text.lines().collect();
    let repeated = text.clone() + "A short sentence holds one thought.\n";
    let table: Vec<(&str, String, CheckId)> = vec![
        ("two titles", text.clone() + "# Another title\n\nText.\n", CheckId::SingleTitle),
        ("no title", lines[1..].join("\n"), CheckId::SingleTitle),
        ("a repeated sentence", repeated, CheckId::RepeatedSentences),
        ("a repeated heading", text.clone() + "## Write short sentences\n\nMore.\n", CheckId::HeadingsUnique),
        ("an opening of a chat", text.replace("A page is never done", "Sure, here is the text"), CheckId::Leftovers),
        ("a placeholder", text.replace("A page is never done", "At [Your company] we care"), CheckId::Leftovers),
        ("a template mark", text.replace("A page is never done", "Dear {{ name }} you win"), CheckId::Leftovers),
        ("a role tag", text.replace("A page is never done", "<|assistant|> yes"), CheckId::Leftovers),
        (
            "an announcement",
            text.replace("A page is never done", "In this section we will look at pages"),
            CheckId::Leftovers,
        ),
        ("too short", lines[..9].join("\n"), CheckId::TextLength),
        ("too long", text.repeat(2), CheckId::TextLength),
        (
            "no keyphrase first",
            text.replacen("Plain language helps", "Good writing helps", 1),
            CheckId::KeyphraseIntroduction,
        ),
        ("keyphrase everywhere", text.replace(". ", ". Plain language, plain language. "), CheckId::KeyphraseDensity),
        ("no keyphrase", text.replace("lain language", "lainness"), CheckId::KeyphraseDensity),
        ("one huge paragraph", format!("# Title\n\n{}", text.replace(['\n', '#'], " ")), CheckId::ParagraphLength),
    ];
    let good = score(&input(&text, &[]));
    for (fault, markdown, id) in table {
        let report = score(&input(&markdown, &[]));
        assert!(points(&good, id) > 7.0, "{id:?} is good without the fault");
        assert!(points(&report, id) <= 7.0, "{fault} must be found by {id:?}: {:?}", report.check(id));
        if check::caps(id) {
            assert!(report.score < PASSING, "{fault} must hold the score below passing, not {}", report.score);
        }
    }
}

#[test]
fn title_description_and_slug_are_judged() {
    let text = good_article();
    let good = input(&text, &[]);
    let table = [
        (ArticleInput { title: "", ..good }, CheckId::TitleWidth),
        (ArticleInput { title: &"Plain language WWW ".repeat(5), ..good }, CheckId::TitleWidth),
        (ArticleInput { title: "Ferries and harbours", ..good }, CheckId::KeyphraseTitle),
        (ArticleInput { title: "Better pages by plain language", ..good }, CheckId::KeyphraseTitle),
        (ArticleInput { description: "", ..good }, CheckId::DescriptionLength),
        (ArticleInput { description: "Nothing about it.", ..good }, CheckId::KeyphraseDescription),
        (ArticleInput { slug: "ferries", ..good }, CheckId::KeyphraseSlug),
        (
            ArticleInput { keyphrase: "one two three four red blue green white black pink", ..good },
            CheckId::KeyphraseLength,
        ),
    ];
    for (input, id) in table {
        assert!(points(&score(&input), id) <= 7.0, "{id:?} must not be good: {:?}", score(&input).check(id));
    }
}

#[test]
fn unsupported_sentences_hold_the_score_below_passing() {
    let text = good_article();
    let mut support: Vec<Support> = (0..30).map(|number| fact(number % 5)).collect();
    support.push(Support::Unsupported { missing: vec!["99 %".into()] });
    let report = score(&input(&text, &support));
    assert!(report.score < PASSING, "one invented claim is enough");
    assert_eq!(
        report.problems().first().map(|check| check.id),
        Some(CheckId::UnsupportedShare),
        "and it is told first"
    );
}

#[test]
fn another_language_is_noticed_when_it_is_certain() {
    let german = "# Titel\n\nMenschen überfliegen Seiten, bis sie die Informationen finden, die sie brauchen. Deshalb steht das Wichtigste am Anfang jeder Seite und jedes Absatzes.\n";
    assert!(points(&score(&input(german, &[])), CheckId::WrongLanguage) < 1.0);
    assert!(points(&score(&input("# Titel\n\nKurz.\n", &[])), CheckId::WrongLanguage) > 8.0, "too short to tell");
}

#[test]
fn nothing_and_nonsense_do_not_panic() {
    for markdown in [
        "",
        "#",
        "# ",
        "\n\n\n",
        "[](",
        "](",
        "![",
        "- ",
        "```",
        "\u{0}\u{feff}",
        "é".repeat(5_000).as_str(),
        "a. ".repeat(2_000).as_str(),
    ] {
        let report =
            score(&ArticleInput { title: "", description: "", slug: "", keyphrase: "", ..input(markdown, &[]) });
        assert!((0.0..=10.0).contains(&report.score), "a score is a score");
    }
}

#[test]
fn title_widths_are_those_of_arial() {
    // Arial's advance widths at 20 px: `i` 4.44, `W` 18.88, space 5.56.
    assert!((title_pixels("i") - 4.44).abs() < 0.01);
    assert!((title_pixels("W W") - (18.88 * 2.0 + 5.56)).abs() < 0.02);
}
