//! The library of a brand: reading files, cutting them into passages, embedding, indexing, finding.
//!
//! Invariants
//! - SQLite is the truth; the vector index is rebuilt from it without embedding again.
//! - Foreign files are read in a child process only.
//! - A file is either in the library with everything it needs to be found, or stands there with the reason why not.
//! - Offsets into extracted text count Unicode scalar values.

pub mod busy;
pub mod chunk;
pub mod embed;
pub mod index;
pub mod ingest;
pub mod kit;
mod language;
pub mod parse;
pub mod retrieve;
#[cfg(test)]
mod test_models;
