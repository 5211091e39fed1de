//! The use cases of Quillhouse, by noun: brand, library, activity, run, piece, model, provider, embedder.
//!
//! Entry points: [`Studio::open`], then [`Studio::call`] and [`Studio::stream`] with a command of [`rpc`].
//!
//! Invariants
//! - The only crate that executes the workflow's effects; a step's output, its state and the next steps are written
//!   in one transaction.
//! - Everything that leaves here is a view or a [`CommandError`].
//! - No window, no terminal, no clock of its own: time and ids come from [`Host`].

mod activity;
mod application;
mod brand;
mod cloud;
mod doctor;
mod embedder;
mod error;
mod host;
mod kit;
mod ledger;
mod library;
pub mod measure;
mod model;
mod piece;
pub mod places;
mod provider;
pub mod rpc;
mod run;
mod secrets;
mod streams;
mod studio;
mod usage;
pub mod views;

pub use error::{CommandError, ErrorReason, Field, Noun};
pub use host::{Host, SystemHost};
pub use streams::Streams;
pub use studio::{Studio, StudioOptions};
