//! What goes into the machine and what comes out: the input, events, effects, steps and kept drafts.

use quillhouse_domain::{Brief, ModelId, Network, RunState, StepState, WayOfWorking};
use serde::{Deserialize, Serialize};

use crate::{
    definition::StepTask,
    draft::{ArticleDraft, AudioDraft, PostDraft, VideoDraft},
    step::{Agent, StepKey, StepOutput},
};

/// What a run is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInput {
    /// The brief.
    pub brief: Brief,
    /// The model.
    pub model: ModelId,
    /// How much is left to the model; without a model nothing is.
    pub way: WayOfWorking,
}

impl RunInput {
    /// How much is left to the model.
    pub fn way(&self) -> WayOfWorking {
        if self.model.is_none() { WayOfWorking::Composed } else { self.way }
    }
}

/// What happened; stored in order as the run's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run was created.
    Started,
    /// A step was done and its output stored.
    StepDone {
        /// The step.
        key: StepKey,
        /// What it made.
        output: StepOutput,
    },
    /// A step could not be done.
    StepFailed {
        /// The step.
        key: StepKey,
        /// A plain sentence.
        reason: String,
        /// True when trying again may help.
        retryable: bool,
    },
    /// The user stops the run.
    CancelRequested,
    /// The run goes on after its process ended, after a failure or after it was stopped.
    Resumed,
}

/// A step that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSpec {
    /// Unique in the run.
    pub key: StepKey,
    /// Who does it.
    pub agent: Agent,
    /// What is done.
    pub task: StepTask,
    /// What a person reads about it, in English.
    pub title: String,
    /// Sorts the steps of a run; grows with gaps, independent of the order of completion.
    pub ordinal: u32,
    /// Steps whose outputs it reads, directly; final when the step begins.
    pub needs: Vec<StepKey>,
    /// Index of the section it writes.
    pub section: Option<usize>,
    /// Network of its post.
    pub network: Option<Network>,
    /// True for the second try of a section that failed its checks.
    pub repair: bool,
}

/// What the executor is to do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// These steps are newly known and wait. Each is planned once; what it needs may grow until it begins.
    Plan {
        /// In order.
        steps: Vec<StepSpec>,
    },
    /// Everything this step needs is there; how many run side by side is the executor's choice.
    Begin {
        /// The step, with its final needs.
        step: StepSpec,
    },
    /// Store the pieces of [`RunMachine::kept`](super::RunMachine::kept).
    KeepBest,
    /// The run has ended like this.
    Finish {
        /// `Done`, `Cancelled` or `Failed`.
        state: RunState,
    },
}

/// Where a step stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepStatus {
    /// The step.
    pub step: StepSpec,
    /// Its state.
    pub state: StepState,
    /// How often it was begun since the run was last started or resumed.
    pub attempts: u32,
    /// Why it failed.
    pub reason: Option<String>,
}

/// What a run has to show.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeptDrafts {
    /// The best article, or its finished sections when the run ended before they were put together.
    pub article: Option<ArticleDraft>,
    /// Its score, 0 to 10, when it was scored.
    pub score: Option<f32>,
    /// True when the article is whole.
    pub whole: bool,
    /// Posts in the order of the networks.
    pub posts: Vec<PostDraft>,
    /// The audio script.
    pub audio: Option<AudioDraft>,
    /// The video script.
    pub video: Option<VideoDraft>,
}

/// A log does not belong to its definition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// An event speaks of a step that was not running.
    #[error("Entry {position} of the run's log speaks of step `{key}`, which had not begun. Start a new run")]
    StepNotBegun {
        /// Counted from 1.
        position: usize,
        /// The step.
        key: StepKey,
    },
}
