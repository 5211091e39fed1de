//! A text against its brand's kit: the brand's words, and the voice its own texts have.
//!
//! Invariants
//! - A replacement is offered only where code can be sure of it: another spelling of the same word, or a word of the same
//!   kind in the same form. Everything else is pointed out and left to somebody who reads.
//! - What stands in quotation marks is somebody's wording and is neither counted nor changed.

mod term;
mod tone;
mod voice;

use quillhouse_domain::{BrandKit, Language, Measured, SaidTerm};

pub use term::{TermHit, TermRules};
pub use tone::{ToneCounts, band, manner, manner_word, tone_words};
pub use voice::{VoiceCounts, VoiceScale, measured, outside, profile, scale, summary};

use crate::{
    check::{Check, CheckId, FixHint, SentenceSpan, told},
    markdown,
    text::sentences,
};

/// The checks that the kit asks for; none without rules and without a voice. `markdown` tells whether headings and list
/// marks are to be read as such.
pub fn checks(text: &str, markdown: bool, kit: &BrandKit, language: Language) -> Vec<Check> {
    let mut checks = Vec::new();
    let lines = lines(text, markdown, language);
    if !kit.terms.is_empty() {
        checks.push(terms(&lines, &kit.terms, language));
    }
    checks.extend(voice(&lines, kit, language));
    checks
}

struct Line {
    text: String,
    span: SentenceSpan,
    is_heading: bool,
}

fn lines(text: &str, is_markdown: bool, language: Language) -> Vec<Line> {
    if is_markdown {
        let outline = markdown::outline(text, language);
        let headings = outline.headings.into_iter().map(|heading| Line {
            text: heading.text,
            span: heading.span,
            is_heading: true,
        });
        let running = outline.sentences.into_iter().map(|sentence| Line {
            text: sentence.text,
            span: sentence.span,
            is_heading: false,
        });
        return headings.chain(running).collect();
    }
    sentences(text, language)
        .into_iter()
        .map(|sentence| Line {
            text: sentence.text.to_owned(),
            span: SentenceSpan { start: sentence.span.start, end: sentence.span.end },
            is_heading: false,
        })
        .collect()
}

/// No word the brand does not say is good; where every one of them has its place in some context, attention.
fn terms(lines: &[Line], rules: &[quillhouse_domain::TermRule], language: Language) -> Check {
    let matcher = TermRules::new(rules, language);
    let mut spans = Vec::new();
    let mut found: Vec<(String, String)> = Vec::new();
    let (mut clear, mut doubtful) = (0_usize, 0_usize);
    for line in lines {
        let hits = matcher.hits(&line.text);
        if hits.is_empty() {
            continue;
        }
        spans.push(line.span);
        for hit in hits {
            let rule = &rules[hit.rule];
            *(if rule.conditional { &mut doubtful } else { &mut clear }) += 1;
            let pair = (hit.found, rule.say.first().cloned().unwrap_or_default());
            if !found.contains(&pair) {
                found.push(pair);
            }
        }
    }
    spans.sort_by_key(|span| (span.start, span.end));
    let points = match (clear, doubtful) {
        (0, 0) => 9.0,
        // A context may allow it: worth a look, not worth a rewrite.
        (0, 1..=3) => 7.5,
        (0..=2, _) => 6.0,
        _ => 3.0,
    };
    let measured = match found.as_slice() {
        [] => Measured::Nothing,
        found => {
            Measured::Terms { found: found.iter().take(6).cloned().map(|(not, say)| SaidTerm { not, say }).collect() }
        }
    };
    Check::new(CheckId::BrandTerms, points, measured, FixHint::UseBrandTerms { found }).at(spans)
}

/// Fewest sentences that have a voice.
const VOICE_SENTENCES: u32 = 8;

/// Every measure in the brand's range is good; more than two outside it ask for attention.
fn voice(lines: &[Line], kit: &BrandKit, language: Language) -> Option<Check> {
    if kit.voice.is_empty() {
        return None;
    }
    let texts: Vec<&str> = lines.iter().filter(|line| !line.is_heading).map(|line| line.text.as_str()).collect();
    let counts = VoiceCounts::of(&texts, language);
    if counts.sentences < VOICE_SENTENCES {
        return None;
    }
    let outside = outside(&counts, &kit.voice);
    let points = match outside.len() {
        0 => 9.0,
        1 | 2 => 7.5,
        3 | 4 => 6.0,
        _ => 4.5,
    };
    let all = kit.voice.len();
    let fix = FixHint::FitVoice { outside: outside.iter().map(ToString::to_string).collect() };
    let measured = Measured::Voice { inside: told(all - outside.len()), all: told(all), outside };
    Some(Check::new(CheckId::BrandVoice, points, measured, fix))
}

#[cfg(test)]
mod tests;
