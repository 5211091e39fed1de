//! Agents: what a step needs next, as a pure function of its context and of the results so far.
//!
//! Invariants
//! - Asked again with the same results, a step gives the same work.
//! - A step makes at most one model call; it asks a second time only when the first prompt did not fit and nothing was
//!   sent. When nothing is left to the model, no step asks at all.
//! - What a model says stands only after code has checked it; otherwise the composer's text stands and says why.

mod ask;
mod audio;
mod check;
mod editor;
mod researcher;
pub mod rewording;
mod seo;
mod social;
mod video;
mod writer;

use quillhouse_domain::Language;

use crate::{
    compose::brand::{named_rules, voice_line},
    definition::StepTask,
    draft::{Outline, SeoPlan},
    machine::{StepSpec, outline_of},
    prompt::{InlineSource, context::KitContext},
    step::{Evidence, StepContext, StepKey, StepOutput, Work, WorkResult},
};

/// What the step needs next. `results` are the answers to the work it was given so far, in order.
pub fn next(spec: &StepSpec, context: &StepContext, results: &[WorkResult]) -> Work {
    match spec.task {
        StepTask::Plan => seo::next(context, results),
        StepTask::Evidence => researcher::next(context, results),
        StepTask::Outline => writer::outline(context, results),
        StepTask::Introduction | StepTask::Section | StepTask::Close => writer::section(spec, context, results),
        StepTask::Assemble => editor::assemble(context),
        StepTask::Improve => editor::improve(context, results),
        StepTask::Post => social::next(spec, context, results),
        StepTask::AudioScript => audio::next(context),
        StepTask::VideoScript => video::next(context, results),
        StepTask::Finalise => done(StepOutput::Finished),
    }
}

fn done(output: StepOutput) -> Work {
    Work::Done(Box::new(output))
}

/// An earlier step's output is missing; the workflow's checks keep this from happening in a run.
fn missing(key: &str) -> Work {
    Work::Failed { reason: format!("The output of the step `{key}` is missing. Start the run again") }
}

/// The output of the step on whose work the asking step builds, or the work that says it is missing.
macro_rules! given {
    ($found:expr, $key:literal) => {
        match $found {
            Some(found) => found,
            None => return $crate::agents::missing($key),
        }
    };
}
use given;

fn seo_of<'a>(context: &StepContext<'a>) -> Option<&'a SeoPlan> {
    match context.outputs.get(&StepKey::new("seo")) {
        Some(StepOutput::Seo(plan)) => Some(plan),
        _ => None,
    }
}

fn evidence_of<'a>(context: &StepContext<'a>) -> Option<&'a Evidence> {
    match context.outputs.get(&StepKey::new("research")) {
        Some(StepOutput::Research(evidence)) => Some(evidence),
        _ => None,
    }
}

fn plan_of<'a>(context: &StepContext<'a>) -> Option<&'a Outline> {
    outline_of(context.outputs)
}

fn language_name(language: Language) -> &'static str {
    match language {
        Language::En => "English",
        Language::De => "German",
        Language::Fr => "French",
        Language::Es => "Spanish",
        Language::It => "Italian",
        Language::Nl => "Dutch",
        Language::Pt => "Portuguese",
    }
}

fn kit(context: &StepContext) -> KitContext {
    let brief = context.brief;
    // Words of the kit come from documents, so they enter as any other text of theirs.
    let (voice, words) = evidence_of(context).map_or_else(Default::default, |evidence| {
        let rules = named_rules(evidence, brief.language());
        (InlineSource::new(&voice_line(&evidence.kit)), rules.iter().map(|rule| InlineSource::new(rule)).collect())
    });
    KitContext {
        brand: context.brand_name.to_owned(),
        topic: brief.topic().to_owned(),
        keyphrase: brief.keyphrase().to_owned(),
        keywords: brief.keywords().iter().skip(1).cloned().collect(),
        audience: brief.audience().to_owned(),
        tone: brief.tone().to_owned(),
        language: language_name(brief.language()),
        facts: brief.facts().to_vec(),
        voice,
        words_to_use: words,
    }
}

#[cfg(test)]
mod tests;
