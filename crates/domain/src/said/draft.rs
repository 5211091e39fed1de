//! Why a draft is as it is: what kept a model's text out of it, what an editor did, what a prompt had no room for.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a model's text does not stand in a draft, or what came of an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DraftReason {
    /// A section to rank is too long.
    #[error("The section does not fit the model's context")]
    SectionDoesNotFit,
    /// A sentence to shorten is too long.
    #[error("The sentence does not fit the model's context")]
    SentenceDoesNotFit,
    /// Sources of a section are too long, even the fewest.
    #[error("The sources of this section do not fit the model's context")]
    SectionSourcesDoNotFit,
    /// Sources of a post are too long, even the fewest.
    #[error("The sources of this post do not fit the model's context")]
    PostSourcesDoNotFit,
    /// Hooks to rank are too long.
    #[error("The hooks do not fit the model's context")]
    HooksDoNotFit,
    /// Sentences to rewrite are too long.
    #[error("The sentences to rewrite do not fit the model's context")]
    RewritesDoNotFit,
    /// Another prompt is too long.
    #[error("The prompt does not fit the model's context")]
    PromptDoesNotFit,
    /// The answer is no sentence.
    #[error("The model did not answer with a sentence")]
    NoSentence,
    /// The answer ends in the middle.
    #[error("The model gave no whole sentence")]
    NoWholeSentence,
    /// The answer is in another language than the brief.
    #[error("The model answered in another language")]
    OtherLanguage,
    /// The answer is not in the form that was asked for.
    #[error("The model did not answer in the form that was asked for")]
    WrongForm,
    /// A shortened sentence is still long.
    #[error("The model's sentence is still long")]
    StillLong,
    /// A rewrite means something else.
    #[error("The model's sentence has moved away from its source")]
    MovedAway,
    /// Too little of a section stands after the check.
    #[error("Only {found} of {count} words of the model's text stand{}", removal(*.removed, .missing))]
    FewWords {
        /// Words that stand.
        found: u32,
        /// Words that were wanted.
        count: u32,
        /// Sentences that were taken out.
        removed: u32,
        /// What no source has, the first few.
        missing: Vec<String>,
    },
    /// Too few sentences of a section have a source.
    #[error("Only {found} of {count} sentences of the model's text have a source{}", removal(*.removed, .missing))]
    FewSources {
        /// Sentences with a source.
        found: u32,
        /// Sentences there are.
        count: u32,
        /// Sentences that were taken out.
        removed: u32,
        /// What no source has, the first few.
        missing: Vec<String>,
    },
    /// Too few sentences of a post have a source.
    #[error("Only {found} of {count} sentences of the model's post have a source")]
    PostFewSources {
        /// Sentences with a source.
        found: u32,
        /// Sentences there are.
        count: u32,
    },
    /// A post is too long for its network.
    #[error("The model's post is longer than the network allows")]
    PostTooLong,
    /// Remains of a prompt or template.
    #[error("The model's sentence holds `{part}`")]
    Leftover {
        /// As found.
        part: String,
    },
    /// The answer is what was sent.
    #[error("The model changed nothing")]
    NothingChanged,
    /// A rewrite is longer than its source.
    #[error("The model's sentence is longer than the old one")]
    Longer,
    /// The answer is about itself.
    #[error("The model spoke about its answer")]
    SpokeAboutAnswer,
    /// A rewrite cannot be understood alone.
    #[error("The model's sentence leans on something outside it")]
    LeansOutside,
    /// A number, name or negation differs.
    #[error("The model's sentence and its source disagree about {}", quoted(.parts))]
    Disagrees {
        /// As written.
        parts: Vec<String>,
    },
    /// A rewrite says what another sentence says.
    #[error("The model's sentence repeats another")]
    Repeats,
    /// Words on screen that nobody says.
    #[error("The words on screen that the model chose are not said in their scenes")]
    OnScreenNotSaid,
    /// No rewrite could be taken.
    #[error("None of {count} rewrites of the model passed the checks")]
    NoRewritePassed {
        /// Rewrites that were offered.
        count: u32,
    },
    /// Some rewrites could be taken.
    #[error("{found} of {count} rewrites of the model passed the checks")]
    RewritesPassed {
        /// Rewrites that could be taken.
        found: u32,
        /// Rewrites that were offered.
        count: u32,
    },
    /// Sentences that two sections had were taken out of one.
    #[error("{}", repeats_removed(*.count))]
    RepeatsRemoved {
        /// How many.
        count: u32,
    },
    /// There is no model.
    #[error("No model is chosen")]
    NoModel,
    /// The model is missing, or its file or server cannot be used.
    #[error("The model cannot be used: {detail}")]
    ModelUnusable {
        /// What its provider says.
        detail: String,
    },
    /// The model's process ended.
    #[error("The model's process ended: {detail}; nothing is lost, the next try starts a new one")]
    ModelEnded {
        /// Signal, exit code or what else is known.
        detail: String,
    },
    /// The model was silent for too long.
    #[error("The model gave no sign of life for {seconds} seconds; the call was stopped")]
    ModelSilent {
        /// How long was waited.
        seconds: u32,
    },
    /// The model's server is busy.
    #[error("The model's server is busy; wait a little and try again")]
    ModelBusy,
    /// The model's answer cannot be used.
    #[error("The model's answer cannot be used: {detail}")]
    ModelAnswerUnusable {
        /// What is wrong with it.
        detail: String,
    },
}

fn quoted(parts: &[String]) -> String {
    parts.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(", ")
}

fn removal(removed: u32, missing: &[String]) -> String {
    match (removed, missing.is_empty()) {
        (0, _) => String::new(),
        (removed, true) => format!(", {removed} sentences were taken out"),
        (removed, false) => format!(", {removed} sentences were taken out, no source has {}", quoted(missing)),
    }
}

fn repeats_removed(count: u32) -> String {
    match count {
        1 => "1 sentence that repeated another section was taken out".to_owned(),
        count => format!("{count} sentences that repeated another section were taken out"),
    }
}

/// What an editor has to say about an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ArticleNote {
    /// What came of its work, when there is something to say.
    pub reason: Option<DraftReason>,
    /// True when no edit scored higher, so that the article stayed as it was.
    pub unchanged: bool,
}

impl fmt::Display for ArticleNote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.reason, self.unchanged) {
            (Some(reason), false) => write!(formatter, "{reason}"),
            (Some(reason), true) => {
                write!(formatter, "{reason}; nothing scored higher, so the article stays as it was")
            }
            (None, true) => formatter.write_str("Nothing scored higher, so the article stays as it was"),
            (None, false) => Ok(()),
        }
    }
}

/// Sources that were not sent so that a prompt fits; the least relevant go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LeftOut {
    /// Sources left out.
    pub left_out: u32,
    /// Sources there were.
    pub count: u32,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { left_out, count } = self;
        let (noun, verb) = if *left_out == 1 { ("source", "was") } else { ("sources", "were") };
        write!(
            formatter,
            "{left_out} of {count} {noun} {verb} left out so that the prompt fits, the least relevant first"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_what_was_taken_out_and_what_no_source_has() {
        let reason = |removed, missing: &[&str]| DraftReason::FewWords {
            found: 3,
            count: 40,
            removed,
            missing: missing.iter().map(|&part| part.to_owned()).collect(),
        };
        for (reason, expected) in [
            (reason(0, &[]), "Only 3 of 40 words of the model's text stand"),
            (reason(2, &[]), "Only 3 of 40 words of the model's text stand, 2 sentences were taken out"),
            (
                reason(2, &["40 %", "Leeds"]),
                "Only 3 of 40 words of the model's text stand, 2 sentences were taken out, no source has `40 %`, `Leeds`",
            ),
        ] {
            assert_eq!(reason.to_string(), expected);
            let json = serde_json::to_string(&reason).unwrap();
            assert_eq!(serde_json::from_str::<DraftReason>(&json).unwrap(), reason, "{json}");
        }
    }
}
