//! States of runs and steps, and how much of the writing is left to the model.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Steps are being done, or will be when the application comes back.
    Running,
    /// The process that did it ended; resume continues at the first unfinished step.
    Interrupted,
    /// Every step is done.
    Done,
    /// Stopped by the user; the best draft is kept.
    Cancelled,
    /// A step cannot be done; the reason is on the step and the draft is kept.
    Failed,
}

impl RunState {
    /// True when no further step will be done without the user asking.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed)
    }
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Known, and waiting for the steps before it.
    Waiting,
    /// Being done.
    Running,
    /// Done, its output stored.
    Done,
    /// Not needed for this run.
    Skipped,
    /// Failed; the reason is stored.
    Failed,
}

/// The three ways of working, chosen from the model's probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WayOfWorking {
    /// The model writes whole sections; every sentence is checked.
    Free,
    /// The model ranks and makes small edits; each is checked.
    Guided,
    /// The model writes nothing; sections are composed from the brand's own sentences.
    Composed,
}
