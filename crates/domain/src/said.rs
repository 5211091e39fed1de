//! What the program has to say, as kinds with values: a window tells it in its own language, `Display` is English.
//!
//! Invariants
//! - A value is a number, a name or a quotation, never a part of a sentence.
//! - A number that a sentence counts things by is called `count`; its plural forms follow from it.
//! - A test of the window compares every kind with its words in each language.

mod draft;
mod measured;
mod probe;

pub use draft::{ArticleNote, DraftReason, LeftOut};
pub use measured::{Measured, SaidTerm, VoiceOutside};
pub use probe::ProbeReason;
