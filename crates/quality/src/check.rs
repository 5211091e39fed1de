//! Checks, their ratings and weights, and the one way in which they become a score.
//!
//! Score: the mean of the checks' points (each 0 to 9), weighted by [`weight`], brought to 0 to 10, then held below
//! [`PASSING`] by [`caps`]: what must not be published cannot be outweighed by good headings.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use quillhouse_domain::{Language, Measured, Network};

/// From this score on a piece is good enough to stop editing.
pub const PASSING: f32 = 8.0;
/// The most points of a check.
pub const FULL_POINTS: f32 = 9.0;

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CheckId {
    /// Content words of the keyphrase.
    KeyphraseLength,
    /// Keyphrase in the first paragraph.
    KeyphraseIntroduction,
    /// Keyphrase in the title.
    KeyphraseTitle,
    /// Keyphrase in the subheadings.
    KeyphraseHeadings,
    /// Keyphrase in the slug.
    KeyphraseSlug,
    /// Keyphrase in the description.
    KeyphraseDescription,
    /// How often the keyphrase occurs.
    KeyphraseDensity,
    /// Whether the topic runs through the whole text.
    KeyphraseDistribution,
    /// Keyphrase anywhere in a post or script.
    KeyphrasePresent,
    /// Related phrases that occur.
    RelatedPhrases,
    /// Width of the title in a result list.
    TitleWidth,
    /// Length of the description.
    DescriptionLength,
    /// Length of the text against its target.
    TextLength,
    /// Exactly one H1.
    SingleTitle,
    /// Enough H2.
    HeadingCount,
    /// Words between subheadings.
    SubheadingDistribution,
    /// No heading twice.
    HeadingsUnique,
    /// Headings built alike.
    HeadingsParallel,
    /// Flesch reading ease.
    ReadingEase,
    /// Share of long sentences.
    SentenceLength,
    /// Longest paragraph.
    ParagraphLength,
    /// Share of sentences with a transition.
    TransitionWords,
    /// Share of sentences in the passive voice.
    PassiveVoice,
    /// Runs of sentences that open alike.
    RepeatedOpenings,
    /// Sentences nobody stands behind.
    UnsupportedShare,
    /// Documents that are cited.
    CitationSpread,
    /// The same sentence twice.
    RepeatedSentences,
    /// Text in another language.
    WrongLanguage,
    /// Remains of a prompt, a template or a chat.
    Leftovers,
    /// Sentences that stand word for word in a source.
    SourceOverlap,
    /// The post fits its network.
    FitsNetwork,
    /// Hashtags of a post.
    Hashtags,
    /// Length of a post's first sentence.
    Hook,
    /// Spoken words a minute.
    Pace,
    /// Digits in text that is to be spoken.
    SpokenNumbers,
    /// Words the brand does not say.
    BrandTerms,
    /// Measures of the voice outside the brand's range.
    BrandVoice,
}

/// Where a check belongs on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckGroup {
    /// Being found.
    Seo,
    /// Being understood.
    Readability,
    /// Being well built.
    Structure,
    /// Being true.
    Evidence,
    /// Being one's own, and finished.
    Originality,
    /// Sounding like the brand.
    Brand,
}

/// How good it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// Up to 4 points.
    Wrong,
    /// More than 4, up to 7 points.
    Attention,
    /// More than 7 points.
    Good,
}

/// A stretch of the text that a check is about, in Unicode scalar values of the text that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SentenceSpan {
    /// First character.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

/// Where a keyphrase is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// First paragraph.
    Introduction,
    /// Title.
    Title,
    /// Subheadings.
    Headings,
    /// Slug.
    Slug,
    /// Description.
    Description,
    /// Anywhere in the text.
    Text,
}

/// What would make a check good.
#[derive(Debug, Clone, PartialEq)]
pub enum FixHint {
    /// Nothing to do.
    Nothing,
    /// Use the keyphrase there.
    AddKeyphrase {
        /// Where.
        place: Place,
    },
    /// Begin the title with the keyphrase.
    MoveKeyphraseForward,
    /// Use a keyphrase of fewer words.
    ShortenKeyphrase {
        /// Its content words now.
        words: usize,
    },
    /// Use the keyphrase between so many and so many times.
    UseKeyphrase {
        /// Times now.
        found: usize,
        /// Least.
        least: usize,
        /// Most.
        most: usize,
    },
    /// Use these related phrases.
    AddRelated {
        /// Not found in the text.
        missing: Vec<String>,
    },
    /// Make the title narrower, or write one.
    FitTitle {
        /// Width now.
        pixels: f32,
        /// Most.
        limit: f32,
    },
    /// Bring the description to this length.
    FitDescription {
        /// Characters now.
        characters: usize,
        /// Least.
        least: usize,
        /// Most.
        most: usize,
    },
    /// Bring the text to this length.
    FitLength {
        /// Words now.
        words: usize,
        /// Least.
        least: usize,
        /// Most.
        most: usize,
    },
    /// Have exactly one H1.
    UseOneTitle {
        /// H1 now.
        found: usize,
    },
    /// Add so many H2.
    AddHeadings {
        /// How many.
        missing: usize,
    },
    /// Divide the section.
    DivideSection {
        /// Its heading; empty before the first.
        heading: String,
        /// Its words.
        words: usize,
    },
    /// Give each heading its own words.
    RenameHeadings {
        /// Those that repeat.
        headings: Vec<String>,
    },
    /// Build all headings alike.
    MakeHeadingsParallel,
    /// Use shorter words and sentences.
    Simplify {
        /// Reading ease now.
        ease: f32,
    },
    /// Shorten sentences to at most so many words.
    ShortenSentences {
        /// How many are too long.
        count: usize,
        /// Most words.
        most: usize,
    },
    /// Divide paragraphs.
    DivideParagraphs {
        /// How many are too long.
        count: usize,
    },
    /// Say how sentences follow from each other.
    AddTransitions {
        /// In how many more sentences.
        missing: usize,
    },
    /// Say who does it.
    UseActiveVoice {
        /// Sentences in the passive voice.
        count: usize,
    },
    /// Open sentences differently.
    VaryOpenings,
    /// Support with a source, or remove.
    SupportOrRemove {
        /// How many sentences.
        count: usize,
        /// What lacks a source.
        missing: Vec<String>,
    },
    /// Cite more documents.
    CiteMore {
        /// Documents cited now.
        documents: usize,
        /// Documents wanted.
        wanted: usize,
    },
    /// Say each thing once.
    RemoveRepetition {
        /// Sentences that repeat.
        count: usize,
    },
    /// Write in this language.
    WriteIn {
        /// The language of the brief.
        language: Language,
    },
    /// Take this out.
    RemoveLeftovers {
        /// As found.
        found: Vec<String>,
    },
    /// Say it in the piece's own words.
    Reword {
        /// Sentences taken over word for word.
        count: usize,
    },
    /// Shorten the post, or make it a thread.
    ShortenPost {
        /// The network.
        network: Network,
        /// How much too long, in the network's unit.
        over: u32,
    },
    /// Use at most so many hashtags.
    FewerHashtags {
        /// Now.
        found: usize,
        /// Most.
        most: usize,
    },
    /// Begin with a shorter sentence.
    ShortenHook {
        /// Characters now.
        characters: usize,
        /// Most.
        most: usize,
    },
    /// Bring the script to this length for its time.
    FitPace {
        /// Words a minute now.
        words_per_minute: u32,
    },
    /// Write numbers as they are said.
    SayNumbers {
        /// As written.
        found: Vec<String>,
    },
    /// Say what the brand says.
    UseBrandTerms {
        /// As found, with what to say; that is empty where there is only something to avoid.
        found: Vec<(String, String)>,
    },
    /// Come nearer to how the brand sounds.
    FitVoice {
        /// The measures outside their range, with both numbers.
        outside: Vec<String>,
    },
}

/// One check with its outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What was looked at.
    pub id: CheckId,
    /// Where it belongs.
    pub group: CheckGroup,
    /// How good it is; follows from the points.
    pub rating: Rating,
    /// 0 to 9.
    pub points: f32,
    /// What was measured.
    pub measured: Measured,
    /// The places concerned, in order; empty when it is the whole text.
    pub spans: Vec<SentenceSpan>,
    /// What would make it good.
    pub fix: FixHint,
}

impl Check {
    pub(crate) fn new(id: CheckId, points: f32, measured: Measured, fix: FixHint) -> Self {
        let points = points.clamp(0.0, FULL_POINTS);
        let rating = if points > 7.0 {
            Rating::Good
        } else if points > 4.0 {
            Rating::Attention
        } else {
            Rating::Wrong
        };
        let fix = if rating == Rating::Good { FixHint::Nothing } else { fix };
        Self { id, group: group(id), rating, points, measured, spans: Vec::new(), fix }
    }

    pub(crate) fn at(mut self, spans: Vec<SentenceSpan>) -> Self {
        self.spans = spans;
        self
    }
}

/// A count as it is told; no text has more of anything.
pub(crate) fn told(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

const fn group(id: CheckId) -> CheckGroup {
    use CheckId as Id;
    match id {
        Id::KeyphraseLength
        | Id::KeyphraseIntroduction
        | Id::KeyphraseTitle
        | Id::KeyphraseHeadings
        | Id::KeyphraseSlug
        | Id::KeyphraseDescription
        | Id::KeyphraseDensity
        | Id::KeyphraseDistribution
        | Id::KeyphrasePresent
        | Id::RelatedPhrases
        | Id::TitleWidth
        | Id::DescriptionLength
        | Id::Hashtags => CheckGroup::Seo,
        Id::ReadingEase
        | Id::SentenceLength
        | Id::ParagraphLength
        | Id::TransitionWords
        | Id::PassiveVoice
        | Id::RepeatedOpenings
        | Id::Hook
        | Id::SpokenNumbers => CheckGroup::Readability,
        Id::TextLength
        | Id::SingleTitle
        | Id::HeadingCount
        | Id::SubheadingDistribution
        | Id::HeadingsUnique
        | Id::HeadingsParallel
        | Id::FitsNetwork
        | Id::Pace => CheckGroup::Structure,
        Id::UnsupportedShare | Id::CitationSpread => CheckGroup::Evidence,
        Id::RepeatedSentences | Id::WrongLanguage | Id::Leftovers | Id::SourceOverlap => CheckGroup::Originality,
        Id::BrandTerms | Id::BrandVoice => CheckGroup::Brand,
    }
}

/// How much a check counts. The one table: change a weight here, with its reason.
pub const fn weight(id: CheckId) -> f32 {
    use CheckId as Id;
    match id {
        // The promise of the product: what is said is true and said by somebody. Nothing counts more.
        Id::UnsupportedShare => 6.0,
        // A reader who sees one of these stops reading; a post that does not fit cannot be sent.
        Id::RepeatedSentences | Id::Leftovers | Id::WrongLanguage | Id::FitsNetwork => 4.0,
        // What the brief asked for by name, and what makes a piece a piece of its length.
        Id::TextLength | Id::CitationSpread | Id::KeyphraseDensity | Id::KeyphrasePresent | Id::HeadingCount => 3.0,
        // Strong single signals for search and for reading.
        Id::KeyphraseTitle
        | Id::KeyphraseIntroduction
        | Id::KeyphraseDistribution
        | Id::ReadingEase
        | Id::SentenceLength
        | Id::SingleTitle
        | Id::Pace
        // The brand's own rules: seen at once by those who wrote them.
        | Id::BrandTerms => 2.0,
        // Useful, seldom decisive, easy to repair.
        Id::KeyphraseHeadings
        | Id::KeyphraseSlug
        | Id::KeyphraseDescription
        | Id::RelatedPhrases
        | Id::TitleWidth
        | Id::DescriptionLength
        | Id::SubheadingDistribution
        | Id::HeadingsUnique
        | Id::ParagraphLength
        | Id::TransitionWords
        | Id::RepeatedOpenings
        | Id::Hook
        | Id::Hashtags
        | Id::SpokenNumbers => 1.0,
        // Matters of taste, or wanted on purpose: a composed text is made of the brand's own sentences.
        Id::KeyphraseLength | Id::HeadingsParallel | Id::PassiveVoice | Id::SourceOverlap | Id::BrandVoice => 0.5,
    }
}

/// Checks that hold the score below [`PASSING`] unless they are good.
pub const fn caps(id: CheckId) -> bool {
    matches!(
        id,
        CheckId::UnsupportedShare
            | CheckId::Leftovers
            | CheckId::RepeatedSentences
            | CheckId::WrongLanguage
            | CheckId::FitsNetwork
    )
}

/// Just below passing: shows how near the rest is.
const CAPPED: f32 = 7.9;

/// The score of checks, 0 to 10 with one decimal; 0 without any.
pub fn score(checks: &[Check]) -> f32 {
    let weights: f32 = checks.iter().map(|check| weight(check.id)).sum();
    if weights <= 0.0 {
        return 0.0;
    }
    let points: f32 = checks.iter().map(|check| weight(check.id) * check.points).sum();
    let score = ((points / weights / FULL_POINTS * 100.0).round() / 10.0).clamp(0.0, 10.0);
    let capped = checks.iter().any(|check| caps(check.id) && check.rating != Rating::Good);
    if capped { score.min(CAPPED) } else { score }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: CheckId, points: f32) -> Check {
        Check::new(id, points, Measured::Nothing, FixHint::Nothing)
    }

    #[test]
    fn ratings_follow_the_points() {
        for (points, expected) in [
            (0.0, Rating::Wrong),
            (4.0, Rating::Wrong),
            (6.0, Rating::Attention),
            (7.0, Rating::Attention),
            (9.0, Rating::Good),
            (99.0, Rating::Good),
        ] {
            assert_eq!(check(CheckId::Hook, points).rating, expected, "{points} points");
        }
    }

    #[test]
    fn what_must_not_be_published_cannot_be_outweighed() {
        let mut checks: Vec<Check> = vec![check(CheckId::Leftovers, 0.0)];
        checks.extend((0..100).map(|_| check(CheckId::TextLength, 9.0)));
        assert!(score(&checks) < PASSING, "a leftover of a prompt holds the score below passing");
        checks[0] = check(CheckId::Leftovers, 9.0);
        assert!((score(&checks) - 10.0).abs() < f32::EPSILON, "without it everything is good");
        assert!(score(&[]).abs() < f32::EPSILON, "nothing checked is nothing earned");
    }
}
