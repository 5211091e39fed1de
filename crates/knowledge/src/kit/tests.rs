//! Patterns by table, and the kit of a small brand.

use quillhouse_domain::{Block, BlockKind, DocumentId, KitKind, Language, PageSpan, TextMark};

use super::{
    extract::{Extract, KitDocument, What, extract},
    merge::{ReadDocument, Vectors, merge},
};

/// A document of lines: `# ` heading, `- ` item, `| ` row of a table, else a paragraph; `_x_` and `*x*` are set off.
struct Written {
    text: String,
    blocks: Vec<Block>,
}

fn written(lines: &[&str]) -> Written {
    let mut text = String::new();
    let mut blocks = Vec::new();
    let mut length = 0_u32;
    for line in lines {
        let (kind, body) = match line.split_once(' ') {
            Some(("#", body)) => (BlockKind::Heading { level: 2 }, body),
            Some(("-", body)) => (BlockKind::ListItem, body),
            Some(("|", body)) => (BlockKind::TableRow, body),
            _ => (BlockKind::Paragraph, *line),
        };
        if length > 0 {
            text.push_str("\n\n");
            length += 2;
        }
        let start = length;
        let mut marks = Vec::new();
        let mut open: Option<(u32, char)> = None;
        for character in body.chars() {
            if matches!(character, '_' | '*') {
                match open.take() {
                    Some((start, mark)) if mark == character => {
                        marks.push(TextMark { start, end: length, strong: mark == '*' });
                    }
                    _ => open = Some((length, character)),
                }
                continue;
            }
            text.push(character);
            length += 1;
        }
        blocks.push(Block { kind, start, end: length, page: 1, anchor: None, marks });
    }
    Written { text, blocks }
}

fn read(name: &str, lines: &[&str], language: Language) -> (Extract, Vec<char>) {
    let Written { text, blocks } = written(lines);
    let characters: Vec<char> = text.chars().collect();
    let pages = [PageSpan { number: 1, start: 0, end: characters.len() as u32, label: None }];
    let extract = extract(&KitDocument {
        name,
        title: None,
        language: Some(language.code()),
        text: &text,
        pages: &pages,
        blocks: &blocks,
    });
    for found in &extract.found {
        let at: String = characters[found.start as usize..found.end as usize].iter().collect();
        assert_eq!(at, found.quote, "a quote stands at its place");
    }
    (extract, characters)
}

/// Rules as `say / not`, conditional ones with a question mark.
fn rules(lines: &[&str], language: Language) -> Vec<String> {
    let (extract, _) = read("style-guide.md", lines, language);
    extract
        .found
        .iter()
        .filter_map(|found| match &found.what {
            What::Term { rule } => {
                for term in rule.say.iter().chain(&rule.not) {
                    assert!(found.quote.contains(term.as_str()), "`{term}` stands in its quote: {}", found.quote);
                }
                let mark = if rule.conditional { " ?" } else { "" };
                Some(format!("{} / {}{mark}", rule.say.join(", "), rule.not.join(", ")))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn sentences_of_a_guide_give_their_rules() {
    for (line, wanted) in [
        (
            "Use _buy_ instead of _purchase_, _help_ instead of _assist_, and so on.",
            &["buy / purchase", "help / assist"][..],
        ),
        ("Use buy instead of purchase, help instead of assist.", &["buy / purchase", "help / assist"]),
        ("We write \"crossing\", not \"voyage\" or \"journey by sea\".", &["crossing / voyage, journey by sea"]),
        ("Say “sign in” rather than “log in”.", &["sign in / log in"]),
        ("Instead of _leverage_, use _use_.", &["use / leverage"]),
        ("Don't use _utilize_ instead of _use_.", &["use / utilize"]),
        ("We prefer _older person_ or _senior_ to _elderly_.", &["older person, senior / elderly"]),
        (
            "For example, we prefer _firefighter_ to _fireman_ and _chairperson_ to _chairman_.",
            &["firefighter / fireman", "chairperson / chairman"],
        ),
        ("Avoid _guys_ as a way to refer to mixed-gender groups.", &[" / guys"]),
        ("Avoid the term _non-white_, or other terms that treat whiteness as a default.", &[" / non-white"]),
        ("Avoid words that add to stigmas around illness: _crazy_, _dumb_, or _lame_.", &[" / crazy, dumb, lame"]),
        ("Never say \"cheap\". Say \"good value\" instead.", &["good value / cheap"]),
        ("Be careful with _Americans_ or _the public_.", &[" / Americans, the public ?"]),
        ("Use _they_ instead of _he/she_ when you don't know.", &["they / he/she ?"]),
        ("Use _Labor_ in place of _Department of Labor_, rather than _DOL_.", &["Labor / Department of Labor, DOL"]),
        ("Don't capitalize _agile_ unless it opens a sentence.", &["agile /  ?"]),
        ("*percent* is preferred over the % symbol.", &["percent / %"]),
        // Not rules about words.
        ("Avoid the passive voice.", &[]),
        ("Avoid **jargon**.", &[]),
        ("Avoid duplication and long sentences.", &[]),
        ("Use adjectives, not nouns.", &[]),
        ("Don't use women or older relatives as substitute for _novice_ or _beginner_.", &[]),
        ("Abbreviations are shortened words, for example writing _St._ instead of _Street_.", &[]),
        ("Use dashes in addresses (_/make-thing/_ instead of _/making-thing/_).", &[]),
        ("Lists are useful, not boring.", &[]),
        ("We do _not_ use cookies.", &[]),
        ("Don't put the most important words last.", &[]),
        ("Try to use a generic word — like _tissue_ — instead of a brand name.", &[]),
    ] {
        assert_eq!(rules(&[line], Language::En), wanted, "{line}");
    }
}

#[test]
fn entries_of_lists_give_their_rules() {
    let avoid = [
        "# Words to avoid",
        "- agenda (unless you’re talking about a meeting)",
        "- collaborate (use _working with_)",
        "- execute (use _run_ or _do_)",
        "- impact or impactful",
        "- in order to (use _to_)",
        "- simple (use _clear_, or leave it out)",
        "- Using long sentences",
        "- robust",
    ];
    let wanted = [
        " / agenda ?",
        "working with / collaborate",
        "run, do / execute",
        " / impact, impactful",
        "to / in order to",
        "clear / simple",
        " / robust",
    ];
    assert_eq!(rules(&avoid, Language::En), wanted);
    let words = [
        "# Specific words and phrases",
        "- *email*, not e-mail",
        "- *DC*, not D.C.",
        "- *GitHub*",
        "- *18F employees* or *18F staffers*. Avoid all iterations of _18F-r_.",
        "- *federal*, unless part of a proper noun. For example, _Federal Bureau_",
        "- *drop-down* when used as an adjective. *drop down* when used as a noun. Never _dropdown_.",
        "- *U.S.*, not US or USA",
        "- ages, avoid hyphens in ages",
        "- website (not web site)",
    ];
    let wanted = [
        "email / e-mail",
        "DC / D.C.",
        "GitHub / ",
        "18F employees, 18F staffers / 18F-r",
        "federal /  ?",
        "drop-down, drop down / dropdown ?",
        "U.S. / US, USA",
        "website / web site",
    ];
    assert_eq!(rules(&words, Language::En), wanted);
    let alternatives =
        ["# Trademarked words (with alternative terms)", "- Kleenex (tissue)", "- Xerox (photocopy, copy)"];
    assert_eq!(rules(&alternatives, Language::En), ["tissue / Kleenex ?", "photocopy, copy / Xerox ?"]);
    let arrows = ["# Plain words", "- utilize → use", "- at this point in time → now"];
    assert_eq!(rules(&arrows, Language::En), ["use / utilize", "now / at this point in time"]);
}

#[test]
fn headings_that_are_terms_give_their_rules() {
    for (lines, wanted) in [
        (&["# email", "One word, no hyphen. Not _e-mail_."][..], &["email / e-mail"][..]),
        (&["# sign in", "Not \"log in\"."], &["sign in / log in"]),
        (&["# utilize", "Don't use. Use \"use\" instead."], &["use / utilize"]),
        (&["# blacklist", "Avoid. Use _blocklist_ instead."], &["blocklist / blacklist"]),
        (&["# e-commerce", "Don't use _ecommerce_."], &["e-commerce / ecommerce"]),
        (&["# Nationality", "Avoid using _citizen_ as a generic term."], &[" / citizen"]),
        (&["# Dates", "Spell out the month rather than using numbers."], &[]),
        (&["# Passive voice", "Avoid it."], &[]),
    ] {
        assert_eq!(rules(lines, Language::En), wanted, "{lines:?}");
    }
}

#[test]
fn tables_give_their_rules() {
    for (rows, wanted) in [
        (
            &[
                "| Say | Not | Why",
                "| boat | vessel (to passengers) | ",
                "| late | delayed due to operational reasons | It is honest",
            ][..],
            &["boat / vessel ?", "late / delayed due to operational reasons"][..],
        ),
        (
            &["| Instead of | Use", "| commence | start", "| prior to; in advance of | before"],
            &["start / commence", "before / prior to, in advance of"],
        ),
        (&["| Do | Don't", "| We'll fix it as soon as we possibly can today. | The issue will be resolved."], &[]),
        (&["| Avoid | Better", "| whitelist | allowlist, safe list"], &["allowlist, safe list / whitelist"]),
        (&["| Term | Definition", "| Boat | A vessel that floats"], &[]),
        (&["| Year | Price", "| 2024 | 38 kr"], &[]),
    ] {
        assert_eq!(rules(rows, Language::En), wanted, "{rows:?}");
    }
}

#[test]
fn german_guides_are_read_as_well() {
    for (lines, wanted) in [
        (&["Wir schreiben „Überfahrt“, nicht „Seereise“."][..], &["Überfahrt / Seereise"][..]),
        (&["Verwenden Sie _E-Mail_ statt _Email_."], &["E-Mail / Email"]),
        (&["Vermeiden Sie das Wort _leider_."], &[" / leider"]),
        (&["| Statt | Besser", "| Kunde | Gast"], &["Gast / Kunde"]),
        (&["Vermeiden Sie Fremdwörter."], &[]),
    ] {
        assert_eq!(rules(lines, Language::De), wanted, "{lines:?}");
    }
}

#[test]
fn a_manual_of_a_product_is_no_guide_for_writers() {
    let lines = ["Use Settings instead of Options to change the port.", "Choose _Save_, not _Close_.", "Avoid water."];
    let (extract, _) = read("pump-manual.pdf", &lines, Language::En);
    assert!(!extract.found.iter().any(|found| matches!(found.what, What::Term { .. })), "{:?}", extract.found);
    let quoted = ["We say “crossing”, never “voyage”."];
    let (extract, _) = read("about.pdf", &quoted, Language::En);
    assert_eq!(extract.found.len(), 1, "who speaks of words gives a rule wherever it stands");
}

fn document(number: u128, name: &str, lines: &[&str]) -> ReadDocument {
    ReadDocument {
        id: format!("018f0000-0000-7000-8000-{number:012x}").parse::<DocumentId>().unwrap(),
        content_hash: format!("{number:064x}"),
        extract: read(name, lines, Language::En).0,
    }
}

#[test]
fn facts_are_whole_checkable_and_said_once() {
    let plan = [
        "The main route between Sletta quay and Nordvik takes 18 minutes.",
        "It costs 38 kroner.",
        "You should arrive 10 minutes early.",
        "Book 2 tickets for 76 kroner today.",
        "How long does the trip of 12 kilometres take?",
        "We guarantee a refund when Halden Ferry cancels a departure.",
        "Boats are nice and the sea is blue.",
    ];
    let faq = [
        "The main route between Sletta quay and Nordvik takes 18 minutes, summer and winter.",
        "A single crossing with Halden Ferry costs 38 kroner.",
    ];
    let documents = [document(1, "plan.pdf", &plan), document(2, "faq.html", &faq)];
    let kit = merge(&documents, "Halden Ferry", &Vectors::new());
    let facts: Vec<(&str, KitKind, usize)> = kit
        .entries
        .iter()
        .filter(|entry| matches!(entry.kind, KitKind::Fact | KitKind::Claim))
        .map(|entry| (entry.text.as_str(), entry.kind, entry.places.len()))
        .collect();
    assert_eq!(facts.len(), 3, "{facts:?}");
    assert!(
        facts.contains(&("We guarantee a refund when Halden Ferry cancels a departure.", KitKind::Claim, 1)),
        "{facts:?}"
    );
    assert!(facts.contains(&("A single crossing with Halden Ferry costs 38 kroner.", KitKind::Fact, 1)), "{facts:?}");
    assert!(
        facts.iter().any(|(text, _, places)| text.starts_with("The main route") && *places == 2),
        "one fact, two places: {facts:?}"
    );
    let mut turned = documents.to_vec();
    turned.reverse();
    assert_eq!(merge(&turned, "Halden Ferry", &Vectors::new()), kit, "the order of the documents does not matter");
}

#[test]
fn products_are_defined_and_audiences_named() {
    let lines = [
        "The Fjordpass is a monthly ticket for all three routes.",
        "Halden is a town by the sea.",
        "Our customers are commuters and families who cross all year.",
        "This guide is made for people who write for us.",
    ];
    let offered =
        ["# Products", "*Halden Freight* carries goods at night. *Halden Plus* is quiet.", "*Important*: book early."];
    let lines = [&lines[..], &offered].concat();
    let kit = merge(&[document(1, "about.md", &lines)], "Halden Ferry Co.", &Vectors::new());
    let of = |kind| {
        kit.entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.text.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of(KitKind::Product), ["Fjordpass", "Halden Freight", "Halden Plus"]);
    assert_eq!(of(KitKind::Audience), ["Our customers are commuters and families who cross all year."]);
}

#[test]
fn a_habit_is_a_rule_when_the_other_spelling_never_occurs() {
    let line = "Send an email to the office and another email to the quay, because email is read every hour.";
    let documents = [document(1, "a.md", &[line]), document(2, "b.md", &[line])];
    let habit = |documents: &[ReadDocument]| {
        merge(documents, "", &Vectors::new())
            .entries
            .into_iter()
            .find(|entry| entry.kind == KitKind::Term)
            .map(|entry| (entry.text, entry.count))
    };
    assert_eq!(habit(&documents), Some(("email".to_owned(), 6)));
    let mixed =
        [documents[0].clone(), documents[1].clone(), document(3, "c.md", &["Please do not send any e-mail at night."])];
    assert_eq!(habit(&mixed), None, "a brand that writes both has no habit");
}

#[test]
fn no_text_makes_the_reader_fail() {
    for text in [
        "",
        "“",
        "((((",
        "Use instead of",
        "Avoid",
        "not",
        ", not ,",
        "use “” instead of “”",
        "| | |",
        "→",
        "\u{10FFFF}’’''",
    ] {
        for kind in ["", "# ", "- ", "| "] {
            let line = format!("{kind}{text}");
            let _ = read("style.md", &[&line, &line], Language::En);
        }
    }
}

/// The facts of a kit with the number of their places.
fn facts_of(documents: &[ReadDocument], vectors: &Vectors) -> Vec<(String, usize)> {
    merge(documents, "", vectors)
        .entries
        .into_iter()
        .filter(|entry| matches!(entry.kind, KitKind::Fact | KitKind::Claim))
        .map(|entry| (entry.text, entry.places.len()))
        .collect()
}

#[test]
fn rows_of_tables_are_facts_in_their_own_words() {
    let facts = |lines: &[&str]| -> Vec<String> {
        facts_of(&[document(1, "price-list.md", lines)], &Vectors::new()).into_iter().map(|(text, _)| text).collect()
    };
    for (lines, wanted) in [
        (
            &["| Product | Price | Weight", "| Large press cabinet | 1,240 euro | 85 kg", "| Stool | 90 euro | –"][..],
            &["Large press cabinet — price: 1,240 euro, weight: 85 kg", "Stool — price: 90 euro"][..],
        ),
        // A sheet's rows carry their columns' names.
        (&["| Route | Price", "| Route: Halden to Sletta | Price: 38 kr"], &["Halden to Sletta — price: 38 kr"]),
        (&["| Item | Price (EUR)", "| Small cabinet | 540"], &["Small cabinet — price (EUR): 540"]),
        (&["| Length | 42 metres", "| Passengers | 250"], &["Length: 42 metres", "Passengers: 250"]),
        // No names, no facts.
        (&["| 2021 | 2022", "| 12 | 14"], &[]),
        (&["| Year | A | B | C | D | E | F | G", "| Total | 1 | 2 | 3 | 4 | 5 | 6 | 7"], &[]),
        (&["| Person | Task", "| Kari | Timetable"], &[]),
    ] {
        assert_eq!(facts(lines), wanted, "{lines:?}");
    }
}

#[test]
fn what_means_the_same_is_one_fact_and_what_differs_stays_apart() {
    let (one, other) = (
        "A single crossing with Halden Ferry costs 38 kroner.",
        "Halden Ferry asks 38 kroner for each single trip across the fjord.",
    );
    let documents = [document(1, "a.md", &[one]), document(2, "b.md", &[other])];
    assert_eq!(facts_of(&documents, &Vectors::new()).len(), 2, "without vectors words alone tell");
    let asked = super::merge::doubtful(&documents, "");
    assert_eq!(asked.len(), 2, "their words leave a doubt: {asked:?}");
    let near: Vectors = asked.iter().map(|text| (text.clone(), vec![1.0, 0.0])).collect();
    let merged = facts_of(&documents, &near);
    assert_eq!(merged.iter().map(|(_, places)| *places).collect::<Vec<_>>(), [2], "one fact, two places: {merged:?}");
    let ordered = [
        document(
            1,
            "a.md",
            &["99.2 percent of departures in the last three winters left within five minutes of the plan."],
        ),
        document(
            2,
            "b.md",
            &["Over the last three winters, 99.2 percent of departures left within five minutes of the plan."],
        ),
    ];
    assert_eq!(facts_of(&ordered, &Vectors::new()).len(), 1, "another order of the same numbers of the same things");
    let swapped = [
        document(1, "a.md", &["The Sletta route takes 18 minutes and the Nordvik route takes 25 minutes in winter."]),
        document(2, "b.md", &["The Nordvik route takes 18 minutes and the Sletta route takes 25 minutes in winter."]),
    ];
    assert_eq!(facts_of(&swapped, &Vectors::new()).len(), 2, "the same numbers of other things");
    let far: Vectors =
        asked.iter().enumerate().map(|(at, text)| (text.clone(), vec![at as f32, 1.0 - at as f32])).collect();
    assert_eq!(facts_of(&documents, &far).len(), 2, "what the vectors keep apart stays apart");
    for different in [
        "A single crossing with Halden Ferry costs 39 kroner.",
        "A single crossing with Nordvik Lines costs 38 kroner.",
        "A single crossing with Halden Ferry does not cost 38 kroner.",
    ] {
        assert_eq!(facts_of(&[document(2, "b.md", &[different])], &Vectors::new()).len(), 1, "a fact: {different}");
        let documents = [document(1, "a.md", &[one]), document(2, "b.md", &[different])];
        let everything: Vectors = [one, different].iter().map(|text| ((*text).to_owned(), vec![1.0, 0.0])).collect();
        assert_eq!(facts_of(&documents, &everything).len(), 2, "{different}");
    }
}

#[test]
fn a_word_of_tone_that_is_wanted_and_refused_goes_with_the_more_frequent() {
    let guide = "Our tone is friendly, clear and direct, never stiff.";
    let documents = [
        document(1, "voice.md", &[guide]),
        document(2, "tone.md", &["Our tone is clear and calm."]),
        document(3, "style.md", &["Our tone is calm, not direct."]),
    ];
    let kit = merge(&documents, "", &Vectors::new());
    let tones: Vec<(&str, u32)> = kit
        .entries
        .iter()
        .filter(|entry| entry.kind == KitKind::Tone)
        .map(|entry| (entry.text.as_str(), entry.count))
        .collect();
    assert_eq!(tones, [("calm", 2), ("clear", 2), ("direct", 1), ("friendly", 1), ("not stiff", 1)]);
}
