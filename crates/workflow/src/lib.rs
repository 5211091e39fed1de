//! The run: which steps there are, in which order, and what each of them needs next.
//!
//! Entry points: [`WorkflowDefinition`] says which steps there may be, [`RunMachine`] takes [`Event`]s and returns
//! [`Effect`]s, [`agents::next`] says for one step what it needs next.
//!
//! Invariants
//! - Everything here is pure: no IO, no clock, no randomness. The same events and the same results give the same run.
//! - Replaying a run's events restores its machine exactly; resume is replay.
//! - A step asks a model at most once, and what the model says is used only after code has checked it.
//! - Retrieved text enters a prompt only as a [`FencedSource`] or an [`InlineSource`].

pub mod agents;
pub mod compose;
mod definition;
mod draft;
mod machine;
mod prompt;
mod step;

pub use definition::{DefinitionError, StepDefinition, StepTask, WorkflowDefinition};
pub use draft::{
    ArticleDraft, AudioDraft, AudioSegment, DraftBlock, DraftSentence, Outline, PostDraft, SectionDraft, SectionPlan,
    SeoPlan, VideoDraft, VideoScene,
};
pub use machine::{Effect, Event, KeptDrafts, ReplayError, RunInput, RunMachine, StepSpec, StepStatus, best_article};
pub use prompt::{FencedSource, InlineSource, PromptError, PromptInfo, PromptLibrary, RenderedPrompt};
pub use step::{
    Agent, Evidence, ModelAsk, PromptPart, RetrievedPassage, StepContext, StepKey, StepOutput, Work, WorkResult,
};
