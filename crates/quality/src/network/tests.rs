//! Tests of [`crate::network`].

use super::*;

#[test]
fn x_counts_as_twitter_text_does() {
    let table: &[(&str, u32)] = &[
        ("", 0),
        ("hello", 5),
        ("Hi http://test.co", 26),
        ("see test.com now", 31),
        ("see https://example.com/a/very/long/path?with=query#and-fragment.", 28),
        ("mail me@test.com", 16),
        ("it is.it fine", 13),
        ("go to t.co/abc", 29),
        ("漢字", 4),
        ("é", 1),
        ("e\u{301}", 1),
        ("😀", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("👍🏽", 2),
        ("🇩🇪", 2),
        ("1️⃣", 2),
        ("❤️", 2),
        ("“quoted” – dash…", 17),
    ];
    for (text, expected) in table {
        assert_eq!(count(Network::X, text).used, *expected, "{text:?}");
    }
    assert_eq!(count(Network::X, &"字".repeat(160)).used, 320, "160 CJK characters weigh 320");
    assert_eq!(count(Network::X, &"😀".repeat(160)).used, 320, "160 emoji weigh 320");
    assert!(fits(Network::X, &"a".repeat(280)) && !fits(Network::X, &"a".repeat(281)));
}

#[test]
fn bluesky_counts_graphemes_and_bytes() {
    assert!(fits(Network::Bluesky, &"é".repeat(300)));
    assert!(!fits(Network::Bluesky, &"é".repeat(301)));
    let family = "👨‍👩‍👧‍👦".repeat(130);
    let found = count(Network::Bluesky, &family);
    assert_eq!(
        (found.unit, found.fits()),
        (CountUnit::Bytes, false),
        "130 families are few graphemes and too many bytes"
    );
}

#[test]
fn threads_counts_an_emoji_as_its_bytes() {
    assert_eq!(count(Network::Threads, "a😀é").used, 6);
    assert!(!fits(Network::Threads, &"😀".repeat(126)), "126 emoji are 504 bytes");
    assert!(fits(Network::Threads, &"字".repeat(500)), "letters count one each");
}

#[test]
fn mastodon_counts_links_and_hosts_short() {
    let table: &[(&str, u32)] = &[
        ("https://example.com/a/very/long/path/indeed", 23),
        ("example.com", 11),
        ("@user@example.social hello", 11),
        ("@user hello", 11),
        ("mail@example.com", 16),
        ("👨‍👩‍👧‍👦", 1),
    ];
    for (text, expected) in table {
        assert_eq!(count(Network::Mastodon, text).used, *expected, "{text:?}");
    }
}

#[test]
fn the_others_count_units_of_utf16() {
    for (network, amount) in [(Network::Linkedin, 3_000), (Network::Facebook, 63_206), (Network::Instagram, 2_200)] {
        let full = "a".repeat(amount as usize);
        assert!(fits(network, &full), "{network} takes exactly its limit");
        assert!(!fits(network, &format!("{full}a")), "{network} takes no more");
        assert_eq!(count(network, "😀").used, 2);
    }
}

#[test]
fn instagram_takes_five_hashtags() {
    assert!(fits(Network::Instagram, "#a #b #c #d #e"));
    assert!(!fits(Network::Instagram, "#a #b #c #d #e #f"));
    assert_eq!(hashtags("Buy #now, not #1 or #Später! C# is not one."), ["#now", "#Später"]);
}

#[test]
fn a_thread_keeps_every_word_and_every_part_fits() {
    let text = "Readers scan pages. They look for answers! ".repeat(40)
        + "\n\n- A list item.\n- Another one.\n\n"
        + &"x".repeat(900);
    for network in [Network::X, Network::Bluesky, Network::Threads, Network::Mastodon] {
        let parts = split_thread(network, &text);
        assert!(parts.len() > 3, "the text is longer than three posts");
        let mut words = String::new();
        for (at, part) in parts.iter().enumerate() {
            assert!(count(network, part).fits(), "{network} part {at} is too long: {:?}", count(network, part));
            let number = format!(" ({}/{})", at + 1, parts.len());
            assert!(part.ends_with(&number), "parts are numbered: {part:?}");
            words.push_str(part.trim_end_matches(&number));
        }
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(squeezed(&words), squeezed(&text), "nothing is lost or added");
    }
    assert_eq!(split_thread(Network::X, "Short."), ["Short."], "what fits is not numbered");
    assert!(split_thread(Network::X, "  ").is_empty());
}
