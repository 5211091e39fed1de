//! Stories over the whole of Quillhouse, in one binary.

mod architecture;
mod generated;
#[cfg(unix)]
mod kills;
mod models;
mod refusals;
mod writing;
