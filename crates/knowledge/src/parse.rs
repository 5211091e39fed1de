//! Reading untrusted files: `worker parse` (the child) and `ParseWorker` (its owner in the application).
//!
//! Invariants
//! - No byte of a foreign file is looked at in the application's own process: a file that loops, explodes or crashes its
//!   reader costs that file only.
//! - Whatever the child answers is checked again before anybody sees it: offsets, order, sizes, hidden characters.
//! - Every file ends in exactly one of: a document (its problems say what is missing), `Rejected`, `Failed`, `Cancelled`.

mod archive;
mod assemble;
mod chart;
mod check;
mod clean;
mod docx;
mod eml;
mod encoding;
pub(crate) mod frame;
mod html;
mod limits;
mod markdown;
mod pdf;
mod plain;
mod pptx;
mod reader;
mod recognise;
pub(crate) mod sandbox;
mod sheet;
mod sniff;
mod supervise;
mod worker;
mod xml;

pub use frame::ParseProgress;
pub use limits::ParseLimits;
pub use recognise::RecognitionPrograms;
pub use supervise::{ParseFailure, ParseOptions, ParseSource, ParseWorker};
pub use worker::worker_main;
