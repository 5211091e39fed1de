//! Stories over the whole of Quillhouse, in one binary.
#![expect(clippy::unwrap_used, reason = "what a test cannot do without is a failure of the test")]
#![expect(clippy::disallowed_types, reason = "a story looks into the database behind the program's back")]

mod architecture;
#[cfg(target_os = "linux")]
mod egress;
#[cfg(unix)]
mod embedders;
mod generated;
#[cfg(unix)]
mod kills;
mod kit;
mod library;
mod models;
#[cfg(unix)]
mod ollama;
mod providers;
mod refusals;
mod streams;
mod writing;
