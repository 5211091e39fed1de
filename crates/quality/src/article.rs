//! The score of an article, 0 to 10, and every check behind it. How checks become a score: [`crate::check`].

mod heading;
mod keyphrase;
mod width;

use std::collections::HashSet;

use quillhouse_domain::{Language, Measured, Support};

pub use crate::check::{Check, CheckGroup, CheckId, FixHint, PASSING, Place, Rating, SentenceSpan};
pub use width::title_pixels;

use crate::{
    check::{self, told},
    markdown::{Outline, outline},
    phrase::Phrase,
    prose::{self, Line},
    readability::flesch,
};

/// What is scored.
#[derive(Debug, Clone, Copy)]
pub struct ArticleInput<'a> {
    /// The whole article with its H1.
    pub markdown: &'a str,
    /// Title for result lists.
    pub title: &'a str,
    /// Meta description.
    pub description: &'a str,
    /// Last part of the address.
    pub slug: &'a str,
    /// The phrase it should be found by; checks on it are left out when it is empty.
    pub keyphrase: &'a str,
    /// Further phrases worth using.
    pub related: &'a [String],
    /// The language it should be in.
    pub language: Language,
    /// The length that was asked for.
    pub target_words: Option<u32>,
    /// The label of each sentence, in order; checks on evidence are left out when it is empty.
    pub support: &'a [Support],
}

/// The outcome.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ArticleReport {
    /// 0 to 10 with one decimal; 8 and more passes.
    pub score: f32,
    /// All checks, in a fixed order.
    pub checks: Vec<Check>,
}

impl ArticleReport {
    /// The check of an id, when it was made.
    pub fn check(&self, id: CheckId) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// The checks that are not good, those that would raise the score the most first.
    pub fn problems(&self) -> Vec<&Check> {
        let mut found: Vec<&Check> = self.checks.iter().filter(|check| check.rating != Rating::Good).collect();
        let gain = |found: &Check| {
            let capped = if check::caps(found.id) { 1_000.0 } else { 0.0 };
            capped + check::weight(found.id) * (check::FULL_POINTS - found.points)
        };
        found.sort_by(|left, right| gain(right).total_cmp(&gain(left)));
        found
    }
}

/// Share by which the length may miss its target: 30 % good, 45 % attention.
const LENGTH_TOLERANCE: f64 = 0.3;
const LENGTH_WIDE_TOLERANCE: f64 = 0.45;
/// Result lists cut titles that are wider, in pixels of Arial 20.
pub const TITLE_PIXELS: f32 = 600.0;
/// Result lists show about this many characters of a description.
pub const DESCRIPTION_CHARACTERS: std::ops::RangeInclusive<usize> = 121..=156;

/// Scores an article. Takes milliseconds for 5,000 words.
pub fn score(input: &ArticleInput<'_>) -> ArticleReport {
    let language = input.language;
    let outline = outline(input.markdown, language);
    let lines: Vec<Line> = outline
        .sentences
        .iter()
        .map(|sentence| Line { text: sentence.text.clone(), span: sentence.span, words: sentence.words })
        .collect();
    let mut checks = Vec::with_capacity(32);
    let keyphrase = Phrase::new(input.keyphrase, language);
    if keyphrase.words() > 0 {
        checks.extend(keyphrase::checks(input, &keyphrase, &outline));
    }
    checks.extend(keyphrase::related(input, &outline));
    checks.push(title_width(input.title));
    checks.push(description_length(input.description));
    checks.push(text_length(outline.words, input.target_words));
    checks.extend(heading::checks(&outline, language));
    checks.extend(reading_ease(&lines, language));
    checks.push(prose::sentence_length(&lines, language));
    checks.push(paragraph_length(&outline));
    checks.push(prose::transitions(&lines, outline.words, language));
    if matches!(language, Language::En | Language::De) {
        checks.push(prose::passive(&lines, language));
    }
    checks.push(prose::openings(&lines, language));
    checks.extend(prose::unsupported(&lines, input.support));
    checks.extend(citation_spread(input.support));
    checks.push(prose::repetition(&lines));
    let running: String = lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
    checks.push(prose::language(&running, language));
    let headings: Vec<&str> = outline.headings.iter().map(|heading| heading.text.as_str()).collect();
    let others: Vec<&str> = headings.into_iter().chain([input.title, input.description]).collect();
    checks.push(prose::leftovers(&lines, &others, input.markdown, language));
    checks.extend(prose::source_overlap(&lines, input.support));
    ArticleReport { score: check::score(&checks), checks }
}

fn title_width(title: &str) -> Check {
    let pixels = title_pixels(title.trim());
    let points = if pixels <= 0.0 {
        1.0
    } else if pixels <= TITLE_PIXELS {
        9.0
    } else {
        3.0
    };
    let fix = FixHint::FitTitle { pixels, limit: TITLE_PIXELS };
    Check::new(CheckId::TitleWidth, points, Measured::Width { rounded: pixels }, fix)
}

fn description_length(description: &str) -> Check {
    let characters = description.trim().chars().count();
    let points = if characters == 0 {
        1.0
    } else if DESCRIPTION_CHARACTERS.contains(&characters) {
        9.0
    } else {
        6.0
    };
    let fix = FixHint::FitDescription {
        characters,
        least: *DESCRIPTION_CHARACTERS.start(),
        most: *DESCRIPTION_CHARACTERS.end(),
    };
    Check::new(CheckId::DescriptionLength, points, Measured::Characters { count: told(characters) }, fix)
}

fn text_length(words: usize, target: Option<u32>) -> Check {
    let Some(target) = target.filter(|&target| target > 0) else {
        let points = match words {
            300.. => 9.0,
            250..=299 => 6.0,
            200..=249 => 3.0,
            _ => 0.0,
        };
        let fix = FixHint::FitLength { words, least: 300, most: usize::MAX };
        return Check::new(CheckId::TextLength, points, Measured::Words { count: told(words) }, fix);
    };
    let measured = Measured::WordsOf { found: told(words), count: target };
    let target = f64::from(target);
    let distance = (words as f64 - target).abs() / target;
    let points = if distance <= LENGTH_TOLERANCE {
        9.0
    } else if distance <= LENGTH_WIDE_TOLERANCE {
        5.0
    } else {
        1.0
    };
    let least = (target * (1.0 - LENGTH_TOLERANCE)).ceil() as usize;
    let most = (target * (1.0 + LENGTH_TOLERANCE)).floor() as usize;
    Check::new(CheckId::TextLength, points, measured, FixHint::FitLength { words, least, most })
}

/// 60 and more is good, 50 and more attention.
fn reading_ease(lines: &[Line], language: Language) -> Option<Check> {
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    let ease = flesch(&texts, language)?;
    let points = match ease {
        ease if ease >= 60.0 => 9.0,
        ease if ease >= 50.0 => 6.0,
        ease if ease >= 30.0 => 4.0,
        _ => 2.0,
    };
    Some(Check::new(CheckId::ReadingEase, points, Measured::Ease { rounded: ease }, FixHint::Simplify { ease }))
}

/// Paragraphs of up to 150 words are good, up to 200 attention.
fn paragraph_length(outline: &Outline) -> Check {
    let mut longest = 0;
    let mut long = 0;
    let mut places = Vec::new();
    for paragraph in outline.sentences.chunk_by(|left, right| left.paragraph == right.paragraph) {
        let words: usize = paragraph.iter().map(|sentence| sentence.words).sum();
        longest = longest.max(words);
        if words > 150
            && let (Some(first), Some(last)) = (paragraph.first(), paragraph.last())
        {
            long += 1;
            places.push(SentenceSpan { start: first.span.start, end: last.span.end });
        }
    }
    let points = match longest {
        0..=150 => 9.0,
        151..=200 => 6.0,
        _ => 3.0,
    };
    let measured = Measured::LongestParagraph { count: told(longest) };
    Check::new(CheckId::ParagraphLength, points, measured, FixHint::DivideParagraphs { count: long }).at(places)
}

/// Documents an article should draw on, so that it is more than one source retold.
const WANTED_DOCUMENTS: usize = 4;

fn citation_spread(support: &[Support]) -> Option<Check> {
    if support.is_empty() {
        return None;
    }
    let facts: Vec<_> = support
        .iter()
        .filter_map(|label| match label {
            Support::Fact { citation, .. } => Some(citation.document),
            _ => None,
        })
        .collect();
    let documents = facts.iter().collect::<HashSet<_>>().len();
    let points = match documents {
        0 => 0.0,
        1 => 4.0,
        found if found < WANTED_DOCUMENTS => 6.0,
        _ => 9.0,
    };
    let measured = Measured::Citations { sentences: told(facts.len()), count: told(documents) };
    let fix = FixHint::CiteMore { documents, wanted: WANTED_DOCUMENTS };
    Some(Check::new(CheckId::CitationSpread, points, measured, fix))
}

#[cfg(test)]
mod tests;
