//! Wire types: what crosses to the window, the command line and the development server.
//!
//! Invariants
//! - A view is neither a row nor a domain noun; it is built at the edge and read by nobody inside.
//! - Numbers fit into a JavaScript number; times are RFC 3339 in UTC.

pub mod app;
pub mod brand;
pub mod document;
pub mod embedder;
pub mod kit;
pub mod model;
pub mod piece;
pub mod provider;
pub mod run;
