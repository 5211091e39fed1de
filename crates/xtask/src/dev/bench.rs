//! Benches: what the application itself costs beside its children, and how good its search is.
//!
//! Invariants
//! - Every figure is a ratio of one run or a number of one run; nothing is compared with an earlier run or another
//!   computer.
//! - Everything happens in a temporary data folder.

mod cranfield;
mod extract;
mod ingest;
mod material;
mod memory;
mod phase;
mod pipeline;
mod retrieval;
mod structure;

use std::path::Path;

use anyhow::{Result, bail};

/// What can be measured.
pub(crate) const HELP: &str =
    "  bench pipeline [--json]                  share of time outside parsing, embedding and inference; peak memory
  bench ingest [FOLDER] [--files N] [--json]  pages and tokens a second; embedding beside the bare model; peak memory
  bench extract FOLDER [--json]            word recall over FOLDER/pdf and FOLDER/office; headings, lists, tables
  bench retrieval [--quick] [--json]       nDCG, recall and MRR over the Cranfield collection; latency by size of library";

/// Does `bench NAME [--json]`; fails when a figure is beyond what was promised.
pub(crate) fn run(arguments: impl Iterator<Item = String>) -> Result<()> {
    let arguments: Vec<String> = arguments.collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["pipeline"] => pipeline::run(false),
        ["pipeline", "--json"] => pipeline::run(true),
        ["ingest", ref options @ ..] => ingest::run(options),
        ["extract", folder] => extract::run(Path::new(folder), false),
        ["extract", folder, "--json"] | ["extract", "--json", folder] => extract::run(Path::new(folder), true),
        ["retrieval", ref options @ ..] if options.iter().all(|option| matches!(*option, "--quick" | "--json")) => {
            retrieval::run(options.contains(&"--quick"), options.contains(&"--json"))
        }
        // What `pipeline` starts, so that every phase has a process and a peak of its own.
        ["phase", task] => phase::run(task),
        _ => bail!("this can be measured:\n\n{HELP}"),
    }
}
