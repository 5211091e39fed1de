//! What must hold for any input.

use quillhouse_domain::{Language, Network};

use crate::{
    article::{self, ArticleInput},
    is_fragment, is_meta, leans_on_outside, network, originality, post, readability, script, support, text,
    without_connective,
};

/// Pieces that have broken text tools: every mark the rules look at, letters of two to four bytes, lone combining marks.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "“",
    "”",
    "„",
    "\"",
    "`",
    "'",
    "’",
    ".",
    "...",
    "…",
    "!",
    "?",
    ":",
    ",",
    "-",
    "–",
    "—",
    " ",
    "\n",
    "\n\n",
    "# ",
    "- ",
    "> ",
    "1. ",
    "*",
    "_",
    "|",
    "@",
    "#",
    "$",
    "€",
    "%",
    "http://",
    "www.",
    ".com",
    "a@b.c",
    "@a@b.cc",
    "1",
    "1,2",
    "1.2.3",
    "12-15",
    "9:75",
    "0,0,0",
    "٣",
    "½",
    "²",
    "not",
    "n't",
    "The",
    "it's",
    "ed",
    "ing",
    "ge",
    "werden",
    "倀",
    "倀ed",
    "ß",
    "İ",
    "ﬁ",
    "\u{301}",
    "\u{200d}",
    "\u{feff}",
    "\0",
    "😀",
    "👨‍👩‍👧",
    "🇩",
    "1️⃣",
    "e\u{301}",
    "999999999999999999999999999999999999",
    "1e",
    "-1",
    "twenty",
    "million",
    "at least",
];

/// A fixed sequence that looks random, so that a failure can be repeated.
fn soup(seed: u64, length: usize) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            PIECES[(state % PIECES.len() as u64) as usize]
        })
        .collect()
}

#[test]
fn no_text_makes_any_function_panic() {
    for seed in 1..80 {
        let soup = soup(seed, 1 + (seed % 60) as usize);
        let language = Language::ALL[(seed % 7) as usize];
        let characters: Vec<char> = soup.chars().collect();
        for sentence in text::sentences(&soup, language) {
            let span = &characters[sentence.span.start as usize..sentence.span.end as usize];
            assert_eq!(span.iter().collect::<String>(), sentence.text, "spans lead back in {soup:?}");
            let _ = leans_on_outside(sentence.text, language);
        }
        let _ = (is_fragment(&soup, language), is_meta(&soup, language), without_connective(&soup, language));
        let _ = (text::names(&soup, language), text::numbers(&soup, language), text::fold(&soup));
        let _ = (text::superlatives(&soup, language), text::negations(&soup, language));
        let _ = (readability::flesch(&[&soup], language), readability::is_passive(&soup, language));
        let _ = support::SupportIndex::new(&[], std::slice::from_ref(&soup), language).label(&soup, None, None);
        assert!(
            originality::near_duplicate(&soup, &soup) || text::fold(&soup).is_empty(),
            "a text is like itself: {soup:?}"
        );
        for network in [Network::X, Network::Bluesky, Network::Threads, Network::Mastodon, Network::Instagram] {
            for part in network::split_thread(network, &soup.repeat(9)) {
                let single = text::word_count(&part) <= 3;
                assert!(network::count(network, &part).fits() || single, "{network}: {part:?}");
            }
        }
        let report = article::score(&ArticleInput {
            markdown: &soup,
            title: &soup,
            description: &soup,
            slug: &soup,
            keyphrase: &soup,
            related: std::slice::from_ref(&soup),
            language,
            target_words: Some(300),
            support: &[],
        });
        assert!((0.0..=10.0).contains(&report.score), "a score stays a score");
        let _ = post::score(&post::PostInput {
            network: Network::X,
            text: &soup,
            keyphrase: &soup,
            language,
            support: &[],
        });
        let _ = script::score(&script::ScriptInput {
            text: &soup,
            keyphrase: &soup,
            language,
            seconds: Some(1),
            support: &[],
        });
        assert_eq!(support::agrees(&soup, &soup, language), Ok(()), "a text agrees with itself: {soup:?}");
    }
}
