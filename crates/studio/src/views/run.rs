//! Views of runs, steps and what streams while a run works.

use quillhouse_domain::{
    ActivityId, ArticleNote, BriefRequest, DraftReason, LeftOut, RunId, RunState, SectionOrigin, StepState,
    WayOfWorking,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Estimates or starts an activity.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ActivityParams {
    /// Id or name of the brand.
    pub brand: String,
    /// What is wanted.
    pub brief: BriefRequest,
    /// The model; `null` lets Quillhouse choose, `none` works without one.
    pub model: Option<String>,
    /// False to write anew even when the same was written before.
    #[serde(default = "yes")]
    pub use_cache: bool,
}

const fn yes() -> bool {
    true
}

/// What an activity will take.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct EstimateView {
    /// Least seconds.
    pub seconds_low: f64,
    /// Most seconds.
    pub seconds_high: f64,
    /// Tokens the model will read and write.
    pub tokens: u32,
    /// Documents that would be searched.
    pub documents: u32,
    /// The model.
    pub model: String,
    /// How it would work.
    pub way: WayOfWorking,
    /// What is to be known, in a sentence.
    pub note: Option<String>,
    /// The same as a kind with values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note_said: Option<EstimateNoteView>,
}

/// What is to be known before an activity begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EstimateNoteView {
    /// There is nothing to write from.
    #[error("The library has no readable document yet")]
    NoDocuments,
    /// The model will be examined.
    #[error("The model is examined once before its first run")]
    ModelUnexamined,
}

/// Names a run; an empty brand searches all brands.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RunParams {
    /// Id or name of the brand, or empty.
    #[serde(default)]
    pub brand: String,
    /// Id of the run.
    pub run: String,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RunView {
    /// Its id.
    pub id: RunId,
    /// What it works for.
    pub activity: ActivityId,
    /// Its brand.
    pub brand: String,
    /// Topic of the brief.
    pub title: String,
    /// Where it stands.
    pub state: RunState,
    /// The model.
    pub model: String,
    /// How it works.
    pub way: WayOfWorking,
    /// 0 to 1.
    pub progress: f32,
    /// Seconds of work.
    pub seconds: f64,
    /// Seconds to go, when they can be told.
    pub seconds_left: Option<f64>,
    /// Speed of the model, when it wrote.
    pub tokens_per_second: Option<f32>,
    /// Model calls made.
    pub model_calls: u32,
    /// Tokens read by the model.
    pub prompt_tokens: u32,
    /// Tokens written by the model.
    pub completion_tokens: u32,
    /// True when a stored result answered.
    pub cache_hit: bool,
    /// Why it ended as it did, in a sentence.
    pub reason: Option<String>,
    /// When it was made.
    pub created_at: String,
}

/// All runs of a brand.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RunListView {
    /// Newest first.
    pub runs: Vec<RunView>,
}

/// The share of one part in a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptPartView {
    /// `instructions`, `kit`, `passages` or `neighbours`.
    pub part: String,
    /// Its tokens.
    pub tokens: u32,
}

/// What the model saw in a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptReportView {
    /// Prompt file.
    pub prompt: String,
    /// Parts in order.
    pub parts: Vec<PromptPartView>,
    /// Tokens of the whole prompt.
    pub prompt_tokens: u32,
    /// Size of the context.
    pub context_tokens: u32,
    /// What was left out, in words.
    pub left_out: Option<String>,
    /// The same in numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub left_out_said: Option<LeftOut>,
    /// Which account did it and why; nothing for models of this computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub route: Option<RouteView>,
}

/// Which account a call was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RouteView {
    /// The account.
    pub account: String,
    /// Its provider.
    pub provider: String,
    /// The model.
    pub model: String,
    /// Every account that was looked at, the chosen one first.
    pub candidates: Vec<RouteCandidateView>,
}

/// An account that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RouteCandidateView {
    /// The account.
    pub account: String,
    /// True for the one that was taken.
    pub is_chosen: bool,
    /// Why, in sentences.
    pub reasons: Vec<String>,
}

/// What a step has to say about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepNoteView {
    /// The phrase to write about.
    #[error("“{phrase}” and {count} related phrases")]
    Seo {
        /// The phrase.
        phrase: String,
        /// Related phrases.
        count: u32,
    },
    /// What the documents gave.
    #[error("{sentences} sentences from {documents} documents{}", if *.weak { "; the documents say little about this topic" } else { "" })]
    Research {
        /// Sentences.
        sentences: u32,
        /// Documents.
        documents: u32,
        /// True when they say little.
        weak: bool,
    },
    /// Sections of the plan.
    #[error("{count} sections")]
    Outline {
        /// How many.
        count: u32,
    },
    /// Why a text is as it is.
    #[error("{reason}")]
    Draft {
        /// Why.
        reason: DraftReason,
    },
    /// The score of an article.
    #[error("{}", scored(*.before, *.score, .note.as_ref()))]
    Score {
        /// Before this step, when there was one.
        before: Option<f32>,
        /// Now.
        score: f32,
        /// What the editor has to say.
        note: Option<ArticleNote>,
    },
    /// It failed.
    #[error("{detail}")]
    Failed {
        /// A plain sentence.
        detail: String,
    },
}

fn scored(before: Option<f32>, score: f32, note: Option<&ArticleNote>) -> String {
    let told = match before {
        Some(before) => format!("Score {before:.1} → {score:.1}"),
        None => format!("Score {score:.1}"),
    };
    match note {
        Some(note) => format!("{told}. {note}"),
        None => told,
    }
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StepView {
    /// Its key, `section-2`.
    pub key: String,
    /// Who does it.
    pub agent: String,
    /// Heading of a section or name of a network; empty when the key says all.
    pub title: String,
    /// Where it stands.
    pub state: StepState,
    /// How often it was begun.
    pub attempt: u32,
    /// Seconds it took.
    pub seconds: Option<f64>,
    /// Tokens it took.
    pub tokens: u32,
    /// How its text was made.
    pub origin: Option<SectionOrigin>,
    /// What came of it, in a sentence.
    pub note: Option<String>,
    /// The same as a kind with values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note_said: Option<StepNoteView>,
    /// What the model saw.
    pub report: Option<PromptReportView>,
}

/// A run with its steps and the draft as it stands.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RunDetailView {
    /// The run.
    pub run: RunView,
    /// In order.
    pub steps: Vec<StepView>,
    /// The draft so far, as Markdown.
    pub draft_markdown: String,
}

/// What happens while a run works.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RunEventView {
    /// The run changed.
    Run {
        /// As it is now.
        run: RunView,
    },
    /// A step changed.
    Step {
        /// As it is now.
        step: StepView,
    },
    /// The model wrote.
    Token {
        /// In this step.
        step: String,
        /// This.
        text: String,
    },
    /// The draft changed.
    Draft {
        /// As it is now.
        markdown: String,
    },
    /// Nothing more will come.
    Ended {
        /// How it ended.
        state: RunState,
    },
}
