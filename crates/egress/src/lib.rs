//! The one HTTP client of Quillhouse: an allow-list, a ledger of every attempt, and sealed mode.
//!
//! Invariants
//! - No other crate opens a connection beyond this machine's child processes.
//! - Every attempt, also a refused one, is one entry in the ledger.
//! - This machine is always reachable; everything else only when the policy names it and sealed mode is off.

mod client;
mod error;
mod ledger;
mod policy;
mod resolver;

pub use client::{Egress, LineStream, Method, Patience, Request, Response};
pub use error::EgressError;
pub use ledger::{Clock, Ledger, LedgerEntry, Outcome, Purpose};
pub use policy::Policy;
pub use resolver::{Resolver, SystemResolver};
