//! Texts that were made to hide a value, to break the guard, or to keep it busy.

use std::time::Instant;

use super::*;

#[test]
fn look_alikes_and_invisible_characters_hide_nothing() {
    use GuardClass::*;
    let cases = [
        (Card, "⟦４１１１ １１１１ １１１１ １１１１⟧"),
        (Card, "card ⟦41\u{200b}11 1111\u{200d} 1111 1111⟧ now"),
        (Card, "⟦𝟒𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏⟧"),
        (Card, "⟦٤١١١ ١١١١ ١١١١ ١١١١⟧"),
        (Card, "⟦4111\u{a0}1111\u{2009}1111\u{202f}1111⟧"),
        (Card, "⟦4̶1̶1̶1̶ 1111 1111 1111⟧"),
        (NationalId, "SSN ⟦123‐45‑6789⟧"),
        (NationalId, "SSN ⟦१२३-४५-६७८९⟧"),
        (Email, "⟦anna＠example．org⟧ writes"),
        (Email, "⟦an\u{ad}na@exam\u{2060}ple.org⟧"),
        (Email, "⟦anna [at] example [dot] org⟧"),
        (Iban, "⟦ＤＥ８９ ３７０４ ００４４ ０５３２ ０１３０ ００⟧"),
        (Phone, "call ⟦＋４９ ３０ １２３４５６７⟧"),
        (Phone, "\u{202e}call ⟦+49 30 1234567⟧"),
        (Secret, "⟦sk-ant-api03\u{200b}-abcdefghijklmnop1234⟧"),
    ];
    for (class, text) in cases {
        let (plain, spans) = marked(text);
        let findings = find(&plain);
        let found = findings.iter().any(|finding| {
            finding.class == class
                && finding.start <= spans[0].0
                && spans[0].1 <= finding.end
                && finding.confidence >= Confidence::Medium
        });
        assert!(found, "{text}: {:?}", shown(&plain, &findings));
    }
}

const UNITS: &[&str] = &[
    "7",
    "7 ",
    "1-",
    "12 34 ",
    "4111 ",
    "4111 1111 1111 111",
    "123-45-",
    "+",
    "+4",
    "+49 ",
    "@",
    "a@",
    "a@a.",
    "a.",
    "1.",
    "1.2.3.",
    ":",
    "a:",
    "0:",
    "::",
    "aa:",
    "DE",
    "DE89",
    "DE89 ",
    "\u{200b}",
    "\u{301}",
    "e\u{301}",
    "\u{fdfa}",
    "１",
    "🙂",
    "[",
    "[EMAIL_1]",
    "[EMAIL_",
    "A",
    "Aa ",
    "Mr ",
    "Mr A",
    "Name:",
    "password",
    "password ",
    "password=",
    "sk-",
    "eyJ",
    "eyJ.",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN ",
    "http://",
    "http://a:",
    "a://a:a",
    "Patient ",
    "she has ",
    "asthma ",
    "she has asthma ",
    "born 1",
    "1/1/19",
    "1 jan ",
    "12 Street ",
    "1 A ",
    "1 A B C D ",
    "Straße ",
    "MRN ",
    "MRN 1",
    "0",
    "(0",
    "0/",
    "tel ",
    "tel 0",
    "\n",
    "\r\n",
    " ",
    ".",
    "-",
    "_",
    "X1",
    "rue de ",
    "1 rue A ",
    "passport ",
    "passport 1",
    "account number 1",
    "order ",
    "order 4111 1111 1111 1111 ",
];

#[test]
fn half_a_megabyte_of_anything_is_read_in_time() {
    const BYTES: usize = 500_000;
    // The slowest were found with all of them at full length; the others show that none falls out of line.
    const SLOWEST: [&str; 12] = [
        "1.2.3.",
        "1.",
        "1-",
        "a.",
        "sk-",
        "+4",
        "7",
        "eyJ.",
        "7 ",
        "123-45-",
        "she has asthma ",
        "4111 1111 1111 111",
    ];
    let repeated = |unit: &str| {
        let bytes = if SLOWEST.contains(&unit) { BYTES } else { BYTES / 5 };
        unit.repeat(bytes / unit.len() + 1)
    };
    let mut slowest = Vec::new();
    for unit in UNITS.iter().copied() {
        let text = repeated(unit);
        let begun = Instant::now();
        let mut map = RedactionMap::new();
        let redacted = redact(&text, Confidence::Low, &mut map);
        let took_ms = begun.elapsed().as_millis();
        assert_eq!(restore(&redacted.text, &map).text, text, "`{unit}`");
        slowest.push((took_ms, unit));
        assert!(took_ms < 6_000, "`{unit}` took {took_ms} ms");
    }
    slowest.sort_unstable();
    print(&format!("slowest: {:?}", slowest.iter().rev().take(12).collect::<Vec<_>>()));
}

#[expect(clippy::print_stdout, reason = "the figures are read by people with `--nocapture`")]
fn print(told: &str) {
    println!("{told}");
}

#[test]
fn twice_the_text_takes_about_twice_the_time() {
    let unit = "Call +49 30 1234567 or anna@example.org, SSN 123-45-6789; she has asthma since 1/2/2020. ";
    let took = |times: usize| {
        let text = unit.repeat(times);
        (0..3)
            .map(|_| {
                let begun = Instant::now();
                assert!(find(&text).len() >= times * 3, "each is found");
                begun.elapsed().as_secs_f64()
            })
            .fold(f64::INFINITY, f64::min)
    };
    let (small, large) = (took(500), took(4_000));
    assert!(large < small * 8.0 * 3.0, "eight times the text took {:.1} times as long", large / small);
}
