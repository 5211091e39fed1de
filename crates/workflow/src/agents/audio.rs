//! The audio agent: the spoken script is composed from sentences that are already checked, so no model is asked.

use super::{done, evidence_of, given, plan_of};
use crate::{
    compose,
    machine::best_article,
    step::{StepContext, StepOutput, Work},
};

pub(super) fn next(context: &StepContext) -> Work {
    let outline = given!(plan_of(context), "outline");
    let evidence = given!(evidence_of(context), "research");
    let article = best_article(context.outputs).map(|(article, _)| article);
    done(StepOutput::Audio(compose::audio(context.brief, outline, article, evidence)))
}
