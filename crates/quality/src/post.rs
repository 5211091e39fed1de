//! The score of a post. How checks become a score: [`crate::check`].

use quillhouse_domain::{Language, Measured, Network, Support};

use crate::{
    check::{self, Check, CheckId, FixHint, Place, SentenceSpan, told},
    network::{self, count, hashtags},
    phrase::{Phrase, counted},
    prose::{self, Line},
    text::{sentences, stems, word_count},
};

/// What is scored.
#[derive(Debug, Clone, Copy)]
pub struct PostInput<'a> {
    /// Where it goes.
    pub network: Network,
    /// As it would be pasted.
    pub text: &'a str,
    /// The phrase it is about; may be empty.
    pub keyphrase: &'a str,
    /// The language it should be in.
    pub language: Language,
    /// The label of each sentence; may be empty.
    pub support: &'a [Support],
}

/// The outcome.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PostReport {
    /// 0 to 10 with one decimal; 8 and more passes.
    pub score: f32,
    /// All checks, in a fixed order.
    pub checks: Vec<Check>,
}

/// Characters of the first sentence that phones show before a post is folded.
pub const HOOK_CHARACTERS: usize = 140;
/// Hashtags beyond which a post reads as advertising, where the network sets no limit.
const READABLE_HASHTAGS: usize = 5;

/// Scores a post.
pub fn score(input: &PostInput<'_>) -> PostReport {
    let lines = lines(input.text, input.language);
    let mut checks = vec![fits(input), hashtag_count(input), hook(&lines)];
    checks.extend(keyphrase(&lines, input.keyphrase, input.text, input.language));
    checks.push(prose::sentence_length(&lines, input.language));
    checks.push(prose::repetition(&lines));
    checks.push(prose::language(input.text, input.language));
    checks.push(prose::leftovers(&lines, &[], input.text, input.language));
    checks.extend(prose::unsupported(&lines, input.support));
    PostReport { score: check::score(&checks), checks }
}

/// Sentences of plain text; lines of nothing but hashtags are none.
pub(crate) fn lines(text: &str, language: Language) -> Vec<Line> {
    sentences(text, language)
        .into_iter()
        .filter(|sentence| !sentence.text.split_whitespace().all(|word| word.starts_with('#')))
        .map(|sentence| Line {
            text: sentence.text.to_owned(),
            span: SentenceSpan { start: sentence.span.start, end: sentence.span.end },
            words: word_count(sentence.text),
        })
        .collect()
}

pub(crate) fn keyphrase(lines: &[Line], keyphrase: &str, text: &str, language: Language) -> Option<Check> {
    let phrase = Phrase::new(keyphrase, language);
    if phrase.words() == 0 {
        return None;
    }
    let together = phrase.hits(&counted(&stems(text, language))) > 0;
    let found = lines.iter().filter(|line| phrase.hits(&counted(&stems(&line.text, language))) > 0).count();
    let points = match (found, together) {
        (1.., _) => 9.0,
        (0, true) => 6.0,
        (0, false) => 3.0,
    };
    let fix = FixHint::AddKeyphrase { place: Place::Text };
    Some(Check::new(CheckId::KeyphrasePresent, points, Measured::InSentences { count: told(found) }, fix))
}

fn fits(input: &PostInput<'_>) -> Check {
    let count = count(input.network, input.text);
    let points = if count.used == 0 || !count.fits() { 0.0 } else { 9.0 };
    let fix = FixHint::ShortenPost { network: input.network, over: count.used.saturating_sub(count.limit) };
    Check::new(CheckId::FitsNetwork, points, Measured::Of { found: count.used, of: count.limit }, fix)
}

fn hashtag_count(input: &PostInput<'_>) -> Check {
    let found = hashtags(input.text).len();
    let most = network::hashtag_limit(input.network).map_or(READABLE_HASHTAGS, |limit| limit as usize);
    let points = if found <= most { 9.0 } else { 3.0 };
    Check::new(
        CheckId::Hashtags,
        points,
        Measured::Hashtags { count: told(found) },
        FixHint::FewerHashtags { found, most },
    )
}

fn hook(lines: &[Line]) -> Check {
    let characters = lines.first().map_or(0, |line| line.text.chars().count());
    let points = if characters == 0 {
        0.0
    } else if characters <= HOOK_CHARACTERS {
        9.0
    } else {
        6.0
    };
    let fix = FixHint::ShortenHook { characters, most: HOOK_CHARACTERS };
    Check::new(CheckId::Hook, points, Measured::Characters { count: told(characters) }, fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(text: &str) -> PostInput<'_> {
        PostInput { network: Network::X, text, keyphrase: "plain language", language: Language::En, support: &[] }
    }

    fn points(report: &PostReport, id: CheckId) -> f32 {
        report.checks.iter().find(|check| check.id == id).map_or(-1.0, |check| check.points)
    }

    #[test]
    fn a_good_post_passes() {
        let report =
            score(&input("Plain language helps readers act. Test your draft with one reader today.\n\n#PlainLanguage"));
        assert!(report.score >= check::PASSING, "{report:?}");
    }

    #[test]
    fn faults_are_told_apart() {
        let long = format!("Plain language helps. {}", "More words follow here. ".repeat(20));
        let report = score(&input(&long));
        assert!(points(&report, CheckId::FitsNetwork).abs() < f32::EPSILON, "too long for X");
        assert!(points(&report, CheckId::RepeatedSentences) < 4.0, "a repeated sentence");
        assert!(report.score < check::PASSING);
        let report = score(&input("Sure! Here is your post about ferries."));
        assert!(points(&report, CheckId::Leftovers).abs() < f32::EPSILON, "a chat's opening");
        assert!(points(&report, CheckId::KeyphrasePresent) < 4.0, "without the keyphrase");
        assert!(score(&input("")).score < check::PASSING, "nothing is no post");
    }
}
