//! Headings: how many, how far apart, unique, and built alike.

use std::collections::HashSet;

use quillhouse_domain::{Language, Measured};

use crate::{
    check::{Check, CheckId, FixHint, told},
    lexicon::lexicon,
    markdown::{Heading, Outline},
    text::{fold, token::tokens},
};

/// From this length on a text needs headings.
const UNDIVIDED_WORDS: usize = 300;
/// H2 that a longer text needs.
const LEAST_HEADINGS: usize = 3;

pub(super) fn checks(outline: &Outline, language: Language) -> Vec<Check> {
    vec![single_title(outline), count(outline), distribution(outline), unique(outline), parallel(outline, language)]
}

fn single_title(outline: &Outline) -> Check {
    let titles: Vec<&Heading> = outline.headings.iter().filter(|heading| heading.level == 1).collect();
    let points = if titles.len() == 1 { 9.0 } else { 1.0 };
    let spans = if titles.len() > 1 { titles.iter().map(|heading| heading.span).collect() } else { Vec::new() };
    let measured = Measured::Titles { found: told(titles.len()) };
    Check::new(CheckId::SingleTitle, points, measured, FixHint::UseOneTitle { found: titles.len() }).at(spans)
}

fn count(outline: &Outline) -> Check {
    let found = outline.headings.iter().filter(|heading| heading.level == 2).count();
    let points = match found {
        _ if outline.words <= UNDIVIDED_WORDS => 9.0,
        LEAST_HEADINGS.. => 9.0,
        0 => 1.0,
        _ => 4.0,
    };
    let fix = FixHint::AddHeadings { missing: LEAST_HEADINGS.saturating_sub(found) };
    Check::new(CheckId::HeadingCount, points, Measured::Headings { found: told(found) }, fix)
}

/// The longest stretch between headings: up to 300 words is good, up to 350 attention.
fn distribution(outline: &Outline) -> Check {
    let mut borders: Vec<(usize, &str)> = vec![(0, "")];
    borders.extend(
        outline
            .headings
            .iter()
            .filter(|heading| heading.level > 1)
            .map(|heading| (heading.before, heading.text.as_str())),
    );
    let ends = borders.iter().skip(1).map(|&(start, _)| start).chain([outline.sentences.len()]);
    let (words, heading) = borders
        .iter()
        .zip(ends)
        .map(|(&(start, heading), end)| {
            let words: usize = outline.sentences[start.min(end)..end].iter().map(|sentence| sentence.words).sum();
            (words, heading)
        })
        .max_by_key(|&(words, _)| words)
        .unwrap_or((0, ""));
    let points = if outline.words <= UNDIVIDED_WORDS || words <= 300 {
        9.0
    } else if borders.len() == 1 {
        2.0
    } else if words <= 350 {
        6.0
    } else {
        3.0
    };
    let fix = FixHint::DivideSection { heading: heading.to_owned(), words };
    Check::new(CheckId::SubheadingDistribution, points, Measured::LongestSection { count: told(words) }, fix)
}

fn unique(outline: &Outline) -> Check {
    let mut seen = HashSet::new();
    let repeated: Vec<&Heading> = outline.headings.iter().filter(|heading| !seen.insert(fold(&heading.text))).collect();
    let points = if repeated.is_empty() { 9.0 } else { 2.0 };
    let fix = FixHint::RenameHeadings { headings: repeated.iter().map(|heading| heading.text.clone()).collect() };
    let spans = repeated.iter().map(|heading| heading.span).collect();
    Check::new(CheckId::HeadingsUnique, points, Measured::Repeated { found: told(repeated.len()) }, fix).at(spans)
}

/// How a heading is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Question,
    Gerund,
    Imperative,
    Noun,
}

fn form(heading: &str, language: Language) -> Form {
    let lexicon = lexicon(language);
    let tokens = tokens(heading);
    let first = tokens.first().map_or("", |token| token.lower.as_str());
    let asking: &[&str] = match language {
        Language::En => &["how", "what", "why", "when", "where", "who", "which"],
        Language::De => &["wie", "was", "warum", "wann", "wo", "wer", "welche", "welcher", "welches"],
        _ => &[],
    };
    if heading.trim_end().ends_with('?') || asking.contains(&first) {
        Form::Question
    } else if language == Language::En && first.len() > 5 && first.ends_with("ing") {
        Form::Gerund
    } else if lexicon.verbs.get(first).is_some_and(|&ambiguous| {
        !ambiguous || tokens.get(1).is_some_and(|token| lexicon.is_function_word(&token.lower))
    }) {
        Form::Imperative
    } else {
        Form::Noun
    }
}

/// Six in ten subheadings built alike is good.
fn parallel(outline: &Outline, language: Language) -> Check {
    let forms: Vec<Form> = outline
        .headings
        .iter()
        .filter(|heading| heading.level == 2)
        .map(|heading| form(&heading.text, language))
        .collect();
    let most = [Form::Question, Form::Gerund, Form::Imperative, Form::Noun]
        .into_iter()
        .map(|form| forms.iter().filter(|known| **known == form).count())
        .max()
        .unwrap_or(0);
    let points = if forms.len() < 3 || most * 10 >= forms.len() * 6 { 9.0 } else { 5.0 };
    let measured = Measured::Alike { found: told(most), of: told(forms.len()) };
    Check::new(CheckId::HeadingsParallel, points, measured, FixHint::MakeHeadingsParallel)
}
