//! Where and how often the keyphrase occurs.

use std::collections::HashMap;

use quillhouse_domain::Measured;

use super::ArticleInput;
use crate::{
    check::{Check, CheckId, FixHint, Place, told},
    markdown::Outline,
    phrase::{Phrase, Presence, counted},
    text::stems,
};

/// Bounds of the density in per cent, for a search that knows inflected forms.
const LEAST_DENSITY: f32 = 0.5;
const MOST_DENSITY: f32 = 3.5;
const TOO_DENSE: f32 = 4.0;

pub(super) fn checks(input: &ArticleInput<'_>, phrase: &Phrase, outline: &Outline) -> Vec<Check> {
    let sentences: Vec<HashMap<String, usize>> =
        outline.sentences.iter().map(|sentence| counted(&stems(&sentence.text, input.language))).collect();
    vec![
        length(phrase),
        introduction(phrase, outline, &sentences),
        title(phrase, input.title),
        headings(phrase, outline),
        slug(phrase, input.slug),
        description(phrase, input),
        density(phrase, outline, &sentences),
        distribution(phrase, input, &sentences),
    ]
}

fn length(phrase: &Phrase) -> Check {
    let words = phrase.words();
    let points = match words {
        1..=4 => 9.0,
        5..=8 => 6.0,
        _ => 3.0,
    };
    Check::new(
        CheckId::KeyphraseLength,
        points,
        Measured::Words { count: told(words) },
        FixHint::ShortenKeyphrase { words },
    )
}

/// All words in one sentence of the first paragraph is good; in the paragraph, attention.
fn introduction(phrase: &Phrase, outline: &Outline, sentences: &[HashMap<String, usize>]) -> Check {
    let first = outline.sentences.first().map(|sentence| sentence.paragraph);
    let opening: Vec<&HashMap<String, usize>> = outline
        .sentences
        .iter()
        .zip(sentences)
        .take_while(|(sentence, _)| Some(sentence.paragraph) == first)
        .map(|(_, stems)| stems)
        .collect();
    let mut together: HashMap<String, usize> = HashMap::new();
    for stems in &opening {
        for (stem, count) in *stems {
            *together.entry(stem.clone()).or_default() += count;
        }
    }
    let (points, measured) = if opening.iter().any(|stems| phrase.hits(stems) > 0) {
        (9.0, Measured::InOneSentence)
    } else if phrase.hits(&together) > 0 {
        (6.0, Measured::SpreadOverParagraph)
    } else {
        (3.0, Measured::NotThere)
    };
    let fix = FixHint::AddKeyphrase { place: Place::Introduction };
    Check::new(CheckId::KeyphraseIntroduction, points, measured, fix)
}

fn title(phrase: &Phrase, title: &str) -> Check {
    let (points, measured, fix) = match phrase.presence(title) {
        Presence::First => (9.0, Measured::AtBeginning, FixHint::Nothing),
        Presence::Exact => (6.0, Measured::NotAtBeginning, FixHint::MoveKeyphraseForward),
        Presence::Words => (6.0, Measured::OtherWords, FixHint::MoveKeyphraseForward),
        Presence::Some | Presence::Absent => (2.0, Measured::NotThere, FixHint::AddKeyphrase { place: Place::Title }),
    };
    Check::new(CheckId::KeyphraseTitle, points, measured, fix)
}

/// 30 to 75 % of the subheadings is good.
fn headings(phrase: &Phrase, outline: &Outline) -> Check {
    let subheadings: Vec<&str> = outline
        .headings
        .iter()
        .filter(|heading| matches!(heading.level, 2 | 3))
        .map(|heading| heading.text.as_str())
        .collect();
    let with = subheadings
        .iter()
        .filter(|heading| matches!(phrase.presence(heading), Presence::First | Presence::Exact | Presence::Words))
        .count();
    let percent = super::prose::share(with, subheadings.len());
    let points = if subheadings.is_empty() {
        if outline.words > 300 { 2.0 } else { 9.0 }
    } else if (30.0..=75.0).contains(&percent) || (subheadings.len() == 1 && with == 1) {
        9.0
    } else {
        3.0
    };
    let measured = Measured::Of { found: told(with), of: told(subheadings.len()) };
    Check::new(CheckId::KeyphraseHeadings, points, measured, FixHint::AddKeyphrase { place: Place::Headings })
}

/// Short phrases must be there in full, longer ones by more than half.
fn slug(phrase: &Phrase, slug: &str) -> Check {
    let (found, all) = phrase.in_slug(slug);
    let good = if all < 3 { found == all } else { found * 2 > all };
    let points = if slug.trim().is_empty() {
        3.0
    } else if good {
        9.0
    } else {
        6.0
    };
    let fix = FixHint::AddKeyphrase { place: Place::Slug };
    let measured = Measured::WordsOf { found: told(found), count: told(all) };
    Check::new(CheckId::KeyphraseSlug, points, measured, fix)
}

/// Once or twice is good.
fn description(phrase: &Phrase, input: &ArticleInput<'_>) -> Check {
    let found = phrase.hits(&counted(&stems(input.description, input.language)));
    let points = if (1..=2).contains(&found) { 9.0 } else { 3.0 };
    let fix = FixHint::AddKeyphrase { place: Place::Description };
    Check::new(CheckId::KeyphraseDescription, points, Measured::Times { count: told(found) }, fix)
}

fn density(phrase: &Phrase, outline: &Outline, sentences: &[HashMap<String, usize>]) -> Check {
    let found: usize = sentences.iter().map(|stems| phrase.hits(stems)).sum();
    let words = outline.words.max(1) as f32;
    // Longer phrases cannot occur as often.
    let factor = 0.7 + phrase.words() as f32 / 3.0;
    let percent = found as f32 / words * 100.0 * factor;
    let least = ((LEAST_DENSITY * words / (100.0 * factor)).ceil() as usize).max(2);
    let most = ((MOST_DENSITY * words / (100.0 * factor)).floor() as usize).max(2);
    let points = if found == 2 && least == 2 {
        9.0
    } else if percent < LEAST_DENSITY || found <= 1 {
        4.0
    } else if percent <= MOST_DENSITY {
        9.0
    } else if percent <= TOO_DENSE {
        1.0
    } else {
        0.0
    };
    let measured = Measured::Density { percent_exact: percent, count: told(found) };
    Check::new(CheckId::KeyphraseDensity, points, measured, FixHint::UseKeyphrase { found, least, most })
}

/// The longest run of sentences without the topic: up to 30 % is good, up to 50 % attention. A sentence has the topic when
/// it holds half of the keyphrase's words or all of a related phrase's.
fn distribution(phrase: &Phrase, input: &ArticleInput<'_>, sentences: &[HashMap<String, usize>]) -> Check {
    let related: Vec<Phrase> = input.related.iter().map(|text| Phrase::new(text, input.language)).collect();
    let mut longest = 0;
    let mut run = 0;
    let mut full = false;
    for stems in sentences {
        full |= phrase.hits(stems) > 0;
        let on_topic =
            phrase.share(stems) >= 0.5 || related.iter().any(|other| other.words() > 0 && other.hits(stems) > 0);
        run = if on_topic { 0 } else { run + 1 };
        longest = longest.max(run);
    }
    let percent = super::prose::share(longest, sentences.len());
    let points = if sentences.len() < 15 {
        if full { 9.0 } else { 1.0 }
    } else if percent <= 30.0 {
        9.0
    } else if percent <= 50.0 {
        6.0
    } else {
        1.0
    };
    let measured = Measured::Gap { count: told(longest), percent };
    Check::new(CheckId::KeyphraseDistribution, points, measured, FixHint::AddKeyphrase { place: Place::Text })
}

/// Half of the related phrases is good, a quarter attention. `None` without any.
pub(super) fn related(input: &ArticleInput<'_>, outline: &Outline) -> Option<Check> {
    let phrases: Vec<(&String, Phrase)> = input
        .related
        .iter()
        .map(|text| (text, Phrase::new(text, input.language)))
        .filter(|(_, phrase)| phrase.words() > 0)
        .collect();
    if phrases.is_empty() {
        return None;
    }
    let places: Vec<HashMap<String, usize>> = outline
        .sentences
        .iter()
        .map(|sentence| sentence.text.as_str())
        .chain(outline.headings.iter().map(|heading| heading.text.as_str()))
        .map(|text| counted(&stems(text, input.language)))
        .collect();
    let missing: Vec<String> = phrases
        .iter()
        .filter(|(_, phrase)| !places.iter().any(|stems| phrase.hits(stems) > 0))
        .map(|(text, _)| (*text).clone())
        .collect();
    let found = phrases.len() - missing.len();
    let points = if found * 2 >= phrases.len() {
        9.0
    } else if found * 4 >= phrases.len() {
        6.0
    } else {
        3.0
    };
    let measured = Measured::Of { found: told(found), of: told(phrases.len()) };
    Some(Check::new(CheckId::RelatedPhrases, points, measured, FixHint::AddRelated { missing }))
}
