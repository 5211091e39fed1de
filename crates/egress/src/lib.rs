//! The one HTTP client of Quillhouse: an allow-list, a ledger of every attempt, and sealed mode.
//!
//! Invariants
//! - No other crate opens a connection beyond this machine's child processes.
//! - Every attempt, also a refused one, is one entry in the ledger, which is begun before anything is looked up.
//! - This machine is always reachable; everything else only when the policy names it and sealed mode is off.

mod client;
mod context;
mod error;
mod event;
mod ledger;
mod policy;
mod resolver;
mod retry;

pub use client::{Egress, LineStream, Method, Patience, Request, Response};
pub use context::{Context, about};
pub use error::EgressError;
pub use event::ServerEvent;
pub use ledger::{AttemptId, Clock, Ledger, LedgerEntry, Outcome, Purpose};
pub use policy::Policy;
pub use resolver::{Resolver, SystemResolver};
pub use retry::{Pauses, Retry, SystemPauses, retry_after};
