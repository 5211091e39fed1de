//! The brand kit from the brand's documents: facts and claims, words, voice, products, audiences. No model is asked.
//!
//! Entry points: [`KitBuilder::build`] brings a brand's kit up to its documents; [`extract`] reads one document and
//! [`merge`] puts all extracts together, both pure.
//!
//! Invariants
//! - The same documents give the same kit.
//! - Every entry that was found has a place whose quote is the document's own text at these characters.
//! - What the user wrote, approved, pinned or hid is never taken away by a build, and never comes back once removed.

mod build;
mod extract;
mod fact;
mod line;
mod merge;
mod name;
mod rules;
mod scan;
mod term;
mod tone;
mod usage;

pub use build::{KitBuildError, KitBuilder, KitProgress};
pub use extract::{Extract, KitDocument, extract, extractor};
pub use merge::{Candidate, Kit, Place, ReadDocument, Vectors, doubtful, fingerprint_of, merge};

#[cfg(test)]
mod tests;
