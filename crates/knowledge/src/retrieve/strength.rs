//! How strong evidence is, in numbers and in words. Pure.

use super::fusion::Why;

/// The best passage of a style guide for a query about particle physics stays below it (MiniLM).
const COSINE_OF_NOTHING: f32 = 0.15;
/// Cosine from which nothing is added: half of the hits judged relevant in the Cranfield set reach 0.60, a tenth 0.72.
const COSINE_OF_AN_ANSWER: f32 = 0.65;
/// From here on a passage answers. Twenty everyday questions asked of Cranfield's abstracts, and a hundred of Cranfield's
/// questions asked of a style guide, had nothing nearer than a cosine of 0.29; of the questions that those abstracts do
/// answer one in a hundred stayed below 0.47. With a third of the words both translate to these two.
const STRONG_FROM: f32 = 0.5;
/// Below this it is only the nearest of what has nothing to do with the question.
const WEAK_FROM: f32 = 0.3;
/// Meaning that is worth a word in the reason: the same two cosines.
const CLOSE: f32 = 0.47;
const LOOSE: f32 = 0.3;
/// Matched words that a reason names.
const NAMED_WORDS: usize = 4;

/// What the library has to say about a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Nothing.
    None,
    /// Something that may help.
    Weak,
    /// At least one passage that answers.
    Strong,
}

impl Strength {
    /// Of a passage with this relevance; of an answer with this as its best.
    pub fn of(relevance: f32) -> Self {
        if relevance >= STRONG_FROM {
            Self::Strong
        } else if relevance >= WEAK_FROM {
            Self::Weak
        } else {
            Self::None
        }
    }

    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Weak => "weak",
            Self::Strong => "strong",
        }
    }
}

/// How strong a passage is as evidence, 0 to 1. Nine tenths are absolute, so that the best of a library that says
/// nothing about the topic stays weak; one tenth is the place in the ranking.
///
/// `cosine` is `None` when there are no vectors; then the share of the query's words decides alone.
pub(super) fn relevance(cosine: Option<f32>, word_share: f32, score: f32, best_score: f32) -> f32 {
    let absolute = match cosine {
        Some(cosine) => {
            let meaning = ((cosine - COSINE_OF_NOTHING) / (COSINE_OF_AN_ANSWER - COSINE_OF_NOTHING)).clamp(0.0, 1.0);
            0.75 * meaning + 0.25 * word_share
        }
        None => word_share,
    };
    let place = if best_score > 0.0 { score / best_score } else { 0.0 };
    (absolute * (0.9 + 0.1 * place)).clamp(0.0, 1.0)
}

/// How near a passage is; `None` when it is here for its words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nearness {
    /// Its meaning is that of an answer.
    Close,
    /// Its meaning has to do with the query.
    Related,
    /// It is like the best hits.
    Resembles,
    /// Nothing in the library is nearer.
    Nearest,
}

impl Nearness {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Close => "its meaning is close",
            Self::Related => "its meaning is related",
            Self::Resembles => "it resembles the best hits",
            Self::Nearest => "nothing in the library is nearer",
        }
    }
}

pub(super) fn nearness(why: &Why, cosine: Option<f32>, has_words: bool) -> Option<Nearness> {
    match cosine {
        Some(cosine) if cosine >= CLOSE => Some(Nearness::Close),
        Some(cosine) if cosine >= LOOSE => Some(Nearness::Related),
        _ if has_words => None,
        _ if why.likeness_rank.is_some() && why.vector_rank.is_none() && why.text_rank.is_none() => {
            Some(Nearness::Resembles)
        }
        _ => Some(Nearness::Nearest),
    }
}

/// Why a passage was found, in one sentence.
pub(super) fn reason(why: &Why, cosine: Option<f32>, matched: &[String], filtered: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !matched.is_empty() {
        let named: Vec<String> = matched.iter().take(NAMED_WORDS).map(|word| format!("`{word}`")).collect();
        let more = matched.len().saturating_sub(NAMED_WORDS);
        let words = match (&named[..], more) {
            ([one], 0) => one.clone(),
            ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
            (all, more) => format!("{} and {more} more of your words", all.join(", ")),
        };
        parts.push(format!("it says {words}"));
    }
    parts.extend(nearness(why, cosine, !matched.is_empty()).map(|nearness| nearness.sentence().to_owned()));
    let ranks: Vec<String> = [
        (why.reranked, "after reading both"),
        (why.text_rank, "by words"),
        (why.vector_rank, "by meaning"),
        (why.likeness_rank.filter(|_| why.text_rank.is_none() && why.vector_rank.is_none()), "by likeness"),
    ]
    .into_iter()
    .filter_map(|(rank, how)| Some(format!("place {} {how}", rank?)))
    .collect();
    let mut sentence = parts.join(" and ");
    if let Some(first) = sentence.get(..1) {
        let first = first.to_uppercase();
        sentence.replace_range(..1, &first);
    }
    if !ranks.is_empty() {
        sentence.push_str(&format!(" ({})", ranks.join(", ")));
    }
    if filtered {
        sentence.push_str(", among the documents you chose");
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_evidence_looks_weak_even_when_it_is_the_best_there_is() {
        assert!(relevance(Some(0.1), 0.0, 1.0, 1.0) < 0.01, "unrelated stays near nothing");
        assert!(relevance(Some(0.7), 1.0, 1.0, 1.0) > 0.99, "a certain answer is near one");
        assert!(relevance(None, 0.5, 1.0, 2.0) < relevance(None, 0.5, 2.0, 2.0), "the place still counts a little");
        assert!(relevance(Some(-1.0), 0.0, 0.0, 0.0).abs() < f32::EPSILON, "no division by nothing");
    }

    #[test]
    fn strength_follows_the_cosines_it_was_measured_with() {
        for (cosine, word_share, expected) in [
            (Some(0.29), 0.33, Strength::None),
            (Some(0.29), 0.0, Strength::None),
            (Some(0.40), 0.33, Strength::Weak),
            (Some(0.47), 0.33, Strength::Strong),
            (Some(0.65), 0.0, Strength::Strong),
            (None, 0.2, Strength::None),
            (None, 0.4, Strength::Weak),
            (None, 0.5, Strength::Strong),
            (Some(f32::NAN), 0.0, Strength::None),
        ] {
            let strength = Strength::of(relevance(cosine, word_share, 1.0, 1.0));
            assert_eq!(strength, expected, "cosine {cosine:?}, words {word_share}");
        }
    }

    #[test]
    fn a_reason_is_one_sentence_about_what_there_is() {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let both = Why { vector_rank: Some(2), text_rank: Some(1), ..Why::default() };
        let alike = Why { likeness_rank: Some(3), ..Why::default() };
        for (why, cosine, matched, filtered, expected) in [
            (
                both,
                Some(0.5),
                words(&["ferry", "noon"]),
                false,
                "It says `ferry` and `noon` and its meaning is close (place 1 by words, place 2 by meaning)",
            ),
            (
                both,
                None,
                words(&["ferry"]),
                true,
                "It says `ferry` (place 1 by words, place 2 by meaning), among the documents you chose",
            ),
            (alike, Some(0.35), vec![], false, "Its meaning is related (place 3 by likeness)"),
            (alike, None, vec![], false, "It resembles the best hits (place 3 by likeness)"),
            (Why::default(), Some(0.1), vec![], false, "Nothing in the library is nearer"),
            (
                Why { reranked: Some(1), ..Why::default() },
                None,
                words(&["a", "b", "c", "d", "e", "f"]),
                false,
                "It says `a`, `b`, `c`, `d` and 2 more of your words (place 1 after reading both)",
            ),
        ] {
            assert_eq!(reason(&why, cosine, &matched, filtered), expected);
        }
    }
}
