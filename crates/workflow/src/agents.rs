//! Agents: what a step needs next, as a pure function of its context and of the results so far.

use crate::{
    machine::StepSpec,
    step::{StepContext, Work, WorkResult},
};

/// What the step needs next. Asked again with the same results it gives the same work.
pub fn next(spec: &StepSpec, _context: &StepContext, _results: &[WorkResult]) -> Work {
    Work::Failed { reason: format!("The step `{}` cannot be done", spec.key) }
}
