//! The store as its users see it: a data folder on a real disk, every handle once.
#![expect(clippy::unwrap_used, reason = "the functions that prepare a test are tests as well")]

#[path = "store/app.rs"]
mod app;
#[path = "store/erasing.rs"]
mod erasing;
#[path = "store/fixtures.rs"]
mod fixtures;
#[path = "store/folder.rs"]
mod folder;
#[path = "store/kill.rs"]
mod kill;
#[path = "store/kit.rs"]
mod kit;
#[path = "store/library.rs"]
mod library;
#[path = "store/runs.rs"]
mod runs;
#[path = "store/search.rs"]
mod search;
