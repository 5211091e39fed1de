//! Pure judgement of text: sentences and words, readability, scores, network counters, claim support.
//!
//! Invariants
//! - No IO, no clock, no randomness: the same input gives the same answer, and no input panics.
//! - Word lists are files under `assets/rules/<language>/`, compiled in; a rule without a list for a language does nothing.
//! - Offsets that leave this crate count Unicode scalar values, never bytes.

pub mod article;
pub mod brand;
pub mod check;
pub mod guard;
pub mod language;
mod leaning;
mod lexicon;
mod markdown;
pub mod network;
pub mod originality;
mod phrase;
pub mod post;
mod prose;
pub mod readability;
pub mod script;
pub mod support;
pub mod text;

pub use leaning::{LeaningKind, is_fragment, is_meta, is_order, leans_on_outside, without_connective};

#[cfg(test)]
mod tests;
