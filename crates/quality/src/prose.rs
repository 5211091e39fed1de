//! The checks that articles, posts and scripts have in common.

use std::collections::HashSet;

use quillhouse_domain::{Language, Measured, Support};

use crate::{
    check::{Check, CheckId, FixHint, SentenceSpan, told},
    language::detect,
    lexicon::lexicon,
    originality::{overlap_with_sources, repeated_sentences},
    readability::{has_transition, is_passive, long_sentence_words, repeated_openings},
};

/// A sentence with its place.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) span: SentenceSpan,
    pub(crate) words: usize,
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

pub(crate) fn share(count: usize, all: usize) -> f32 {
    if all == 0 { 0.0 } else { count as f32 * 100.0 / all as f32 }
}

fn spans(lines: &[Line], at: impl IntoIterator<Item = usize>) -> Vec<SentenceSpan> {
    at.into_iter().filter_map(|at| lines.get(at)).map(|line| line.span).collect()
}

/// Share of long sentences: up to 25 % good, up to 30 % attention.
pub(crate) fn sentence_length(lines: &[Line], language: Language) -> Check {
    let most = long_sentence_words(language);
    let long: Vec<usize> = (0..lines.len()).filter(|&at| lines[at].words > most).collect();
    let percent = share(long.len(), lines.len());
    let points = if percent <= 25.0 {
        9.0
    } else if percent <= 30.0 {
        6.0
    } else {
        3.0
    };
    let fix = FixHint::ShortenSentences { count: long.len(), most };
    let measured = Measured::LongSentences { percent, count: told(most) };
    Check::new(CheckId::SentenceLength, points, measured, fix).at(spans(lines, long))
}

/// Share of sentences with a transition: from 30 % good, from 20 % attention; short texts are always good.
pub(crate) fn transitions(lines: &[Line], words: usize, language: Language) -> Check {
    let found = lines.iter().filter(|line| has_transition(&line.text, language)).count();
    let percent = share(found, lines.len());
    let points = if words < 200 || percent >= 30.0 {
        9.0
    } else if percent >= 20.0 {
        6.0
    } else {
        3.0
    };
    let missing = (lines.len() * 3).div_ceil(10).saturating_sub(found);
    Check::new(CheckId::TransitionWords, points, Measured::Percent { percent }, FixHint::AddTransitions { missing })
}

/// Share of sentences in the passive voice: up to 10 % good, up to 15 % attention.
pub(crate) fn passive(lines: &[Line], language: Language) -> Check {
    let found: Vec<usize> = (0..lines.len()).filter(|&at| is_passive(&lines[at].text, language)).collect();
    let percent = share(found.len(), lines.len());
    let points = if percent <= 10.0 {
        9.0
    } else if percent <= 15.0 {
        6.0
    } else {
        3.0
    };
    let fix = FixHint::UseActiveVoice { count: found.len() };
    Check::new(CheckId::PassiveVoice, points, Measured::Percent { percent }, fix).at(spans(lines, found))
}

/// Three or more sentences in a row that open alike.
pub(crate) fn openings(lines: &[Line], language: Language) -> Check {
    let runs = repeated_openings(&texts(lines), language);
    let points = if runs.is_empty() { 9.0 } else { 3.0 };
    let places = runs.iter().flat_map(|&(start, end)| start..end).collect::<Vec<_>>();
    Check::new(CheckId::RepeatedOpenings, points, Measured::Runs { count: told(runs.len()) }, FixHint::VaryOpenings)
        .at(spans(lines, places))
}

/// The same sentence, or nearly the same, twice.
pub(crate) fn repetition(lines: &[Line]) -> Check {
    let repeated = repeated_sentences(&texts(lines));
    let points = if repeated.is_empty() { 9.0 } else { (4.0 - repeated.len() as f32).max(0.0) };
    let fix = FixHint::RemoveRepetition { count: repeated.len() };
    Check::new(CheckId::RepeatedSentences, points, Measured::Repeated { found: told(repeated.len()) }, fix)
        .at(spans(lines, repeated.into_iter().map(|(at, _)| at)))
}

/// Remains of a prompt, a template or a chat, as found.
pub(crate) fn leftovers_in(text: &str, language: Language) -> Vec<String> {
    let lower = text.to_lowercase().replace('’', "'");
    let start =
        lower.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '"' | '“' | '#' | '>' | '-'));
    let english = if language == Language::En { &[][..] } else { lexicon(Language::En).leftovers.as_slice() };
    let mut found: Vec<String> = Vec::new();
    for (phrase, at_start) in lexicon(language).leftovers.iter().chain(english) {
        let hit = if *at_start {
            start.strip_prefix(phrase).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        } else {
            lower.match_indices(phrase).any(|(at, _)| {
                // A phrase of letters must not be a part of a longer word.
                let before = lower[..at].chars().next_back();
                let after = lower[at + phrase.len()..].chars().next();
                let wordy = |edge: Option<char>| edge.is_some_and(char::is_alphanumeric);
                !(phrase.starts_with(char::is_alphanumeric) && wordy(before)
                    || phrase.ends_with(char::is_alphanumeric) && wordy(after))
            })
        };
        if hit && !found.iter().any(|known| known == phrase) {
            found.push((*phrase).to_owned());
        }
    }
    found
}

/// Leftovers in sentences and other parts of the piece. `raw` is the text with its markup, which may hide marks.
pub(crate) fn leftovers(lines: &[Line], others: &[&str], raw: &str, language: Language) -> Check {
    let lower = raw.to_lowercase().replace('’', "'");
    let english = if language == Language::En { &[][..] } else { lexicon(Language::En).leftovers.as_slice() };
    let all = lexicon(language).leftovers.iter().chain(english);
    // Most texts hold none, which one pass over the whole shows; only then is each sentence looked at.
    let suspicious = all.into_iter().any(|(phrase, _)| lower.contains(phrase));
    let mut found: Vec<String> = Vec::new();
    let mut places = Vec::new();
    if suspicious {
        for line in lines {
            let here = leftovers_in(&line.text, language);
            if !here.is_empty() {
                places.push(line.span);
                found.extend(here);
            }
        }
        found.extend(leftovers_in(raw, language));
    }
    for other in others {
        found.extend(leftovers_in(other, language));
    }
    let mut seen = HashSet::new();
    found.retain(|phrase| seen.insert(phrase.clone()));
    let points = if found.is_empty() { 9.0 } else { 0.0 };
    let measured = if found.is_empty() { Measured::Nothing } else { Measured::Quoted { parts: found.clone() } };
    Check::new(CheckId::Leftovers, points, measured, FixHint::RemoveLeftovers { found }).at(places)
}

/// Characters of each of the three samples by which the language of a long text is told.
const SAMPLE_CHARACTERS: usize = 1_000;

/// Beginning, middle and end: a long text is not detected as a whole, which would cost more than all other checks.
fn sampled(text: &str) -> String {
    let length = text.chars().count();
    if length <= 3 * SAMPLE_CHARACTERS {
        return text.to_owned();
    }
    [0, (length - SAMPLE_CHARACTERS) / 2, length - SAMPLE_CHARACTERS]
        .into_iter()
        .map(|start| text.chars().skip(start).take(SAMPLE_CHARACTERS).chain([' ']).collect::<String>())
        .collect()
}

/// The language of the text against that of the brief. Text too short or unclear to tell is taken as right.
pub(crate) fn language(text: &str, wanted: Language) -> Check {
    let detected = detect(&sampled(text));
    let wrong = detected.certain && detected.language != Some(wanted);
    let measured = detected.language.map_or(Measured::LanguageUnknown, |language| Measured::LanguageFound { language });
    Check::new(CheckId::WrongLanguage, if wrong { 0.0 } else { 9.0 }, measured, FixHint::WriteIn { language: wanted })
}

/// Sentences nobody stands behind. None is good; up to one in twenty is attention. `None` without labels.
pub(crate) fn unsupported(lines: &[Line], support: &[Support]) -> Option<Check> {
    if support.is_empty() {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for (at, label) in support.iter().enumerate() {
        if let Support::Unsupported { missing } = label {
            found.push(at);
            parts.extend(missing.iter().cloned());
        }
    }
    let mut seen = HashSet::new();
    parts.retain(|part| seen.insert(part.clone()));
    let percent = share(found.len(), support.len());
    let points = if found.is_empty() {
        9.0
    } else if percent <= 5.0 {
        5.0
    } else {
        (4.0 - percent / 10.0).max(0.0)
    };
    let measured = Measured::SentencesOf { found: told(found.len()), count: told(support.len()) };
    let fix = FixHint::SupportOrRemove { count: found.len(), missing: parts };
    // Labels point at sentences only when there is one for each.
    let places = if support.len() == lines.len() { spans(lines, found) } else { Vec::new() };
    Some(Check::new(CheckId::UnsupportedShare, points, measured, fix).at(places))
}

/// Share of sentences that stand word for word in what they cite. `None` without citations.
pub(crate) fn source_overlap(lines: &[Line], support: &[Support]) -> Option<Check> {
    let quotes: Vec<&str> = support
        .iter()
        .filter_map(|label| match label {
            Support::Fact { citation, .. } => Some(citation.quote.as_str()),
            _ => None,
        })
        .collect();
    if quotes.is_empty() {
        return None;
    }
    let overlap = overlap_with_sources(&texts(lines), &quotes);
    let percent = overlap.share * 100.0;
    let points = if percent <= 50.0 {
        9.0
    } else if percent <= 80.0 {
        7.0
    } else {
        5.0
    };
    let fix = FixHint::Reword { count: overlap.verbatim.len() };
    Some(
        Check::new(CheckId::SourceOverlap, points, Measured::Percent { percent }, fix)
            .at(spans(lines, overlap.verbatim)),
    )
}
