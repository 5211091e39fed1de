//! Taking out and putting back.

use proptest::prelude::*;

use super::{redact::words, *};

#[test]
fn one_value_has_one_placeholder_in_all_texts_of_a_map() {
    let mut map = RedactionMap::new();
    let first = redact("Mail anna@example.org or bert@example.org, not anna@example.org", Confidence::Medium, &mut map);
    assert_eq!(first.text, "Mail [EMAIL_1] or [EMAIL_2], not [EMAIL_1]");
    let second = redact("bert@example.org wrote; call +49 30 1234567", Confidence::Medium, &mut map);
    assert_eq!(second.text, "[EMAIL_2] wrote; call [PHONE_1]");
    let stored = serde_json::to_string(&map).unwrap();
    let mut read: RedactionMap = serde_json::from_str(&stored).unwrap();
    let third = redact("carl@example.org and anna@example.org", Confidence::Medium, &mut read);
    assert_eq!(third.text, "[EMAIL_3] and [EMAIL_1]", "a map that was stored goes on counting");
    assert!(!format!("{map:?}").contains("anna"), "a map does not print its values");
    assert_eq!(map.len(), 3);
}

#[test]
fn what_a_model_makes_of_placeholders_is_put_back_and_what_it_made_up_is_told() {
    let mut map = RedactionMap::new();
    redact("anna@example.org, +49 30 1234567", Confidence::Medium, &mut map);
    let restored = restore("Write to [email_1] or [EMAIL 1]; [PHONE_7] is new, [NOTE_1] too.", &map);
    assert_eq!(restored.text, "Write to anna@example.org or anna@example.org; [PHONE_7] is new, [NOTE_1] too.");
    assert_eq!(restored.unused, ["[PHONE_1]"]);
    assert_eq!(restored.unknown, ["[PHONE_7]", "[NOTE_1]"]);
}

#[test]
fn what_looked_like_a_placeholder_before_is_not_mistaken_for_one() {
    let mut map = RedactionMap::new();
    let text = "Template: [EMAIL_1], [name 2]. Real: anna@example.org";
    let redacted = redact(text, Confidence::Medium, &mut map);
    assert_eq!(redacted.text, "Template: [TEXT_1], [TEXT_2]. Real: [EMAIL_1]");
    assert_eq!(restore(&redacted.text, &map).text, text);
}

#[test]
fn words_of_placeholders_are_plain_and_differ() {
    assert_eq!(words().len(), GuardClass::ALL.len() + 1);
    for word in words() {
        assert!(word.bytes().all(|byte| byte.is_ascii_uppercase()) && (2..=9).contains(&word.len()), "{word}");
    }
}

#[test]
fn nothing_of_a_value_is_left_behind() {
    let cases = [
        ("anna.b+news@mail.example.co.uk", "anna"),
        ("müller.jörg@bäckerei-müller.de", "müller"),
        ("4111 1111 1111 1111", "1111"),
        ("DE89 3704 0044 0532 0130 00", "3704"),
        ("+49 (0)30 123 45 67-89", "123"),
        ("sk-ant-abcdefghij0123456789ABCDEF", "abcdef"),
        ("2001:db8:85a3::8a2e:370:7334", "85a3"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r", "dBj"),
    ];
    for (value, part) in cases {
        for frame in ["@", "x @ y", "(@)", "a,@;b", "\"@\".", "–@–", "\u{200b}@\u{200b}", "Tel: @", "IBAN @ usw."] {
            let mut map = RedactionMap::new();
            let text = frame.replace('@', "\u{1}").replace('\u{1}', value);
            let redacted = redact(&text, Confidence::Medium, &mut map);
            assert!(!redacted.text.contains(part), "`{part}` is left of `{text}`: {}", redacted.text);
            assert_eq!(restore(&redacted.text, &map).text, text);
        }
    }
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----\nand more";
    assert_eq!(redact(key, Confidence::Medium, &mut RedactionMap::new()).text, "[SECRET_1]\nand more");
    let open = "see -----BEGIN PRIVATE KEY-----\nMIIEow\nIBAAK";
    assert_eq!(redact(open, Confidence::Medium, &mut RedactionMap::new()).text, "see [SECRET_1]");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn putting_back_gives_the_text_again(
        pieces in proptest::collection::vec(prop_oneof![
            any::<String>(),
            "[0-9 .+()/:@a-zA-Z_\\[\\]-]{0,40}",
            "\\[(EMAIL|TEXT|ID)_[0-9]{1,2}\\]",
            Just("anna@example.org".to_owned()),
            Just("4111 1111 1111 1111".to_owned()),
            Just("DE89370400440532013000".to_owned()),
            Just("He has asthma. DOB 1/2/1950".to_owned()),
            Just("\u{200b}\u{301}１２３-45-6789\u{fdfa}".to_owned()),
        ], 0..8),
    ) {
        let text = pieces.concat();
        let mut map = RedactionMap::new();
        let redacted = redact(&text, Confidence::Low, &mut map);
        prop_assert_eq!(&restore(&redacted.text, &map).text, &text);
        let characters = text.chars().count();
        let mut done = 0;
        for finding in &redacted.findings {
            prop_assert!(finding.start >= done && finding.start < finding.end && finding.end <= characters, "{:?}", finding);
            done = finding.end;
        }
    }
}
