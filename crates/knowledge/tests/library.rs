//! Stories about a brand's library: adding files and finding passages, with the real reader, embedder, index and database.
//!
//! This program is its own worker: started with `worker parse` or `worker embed` it becomes one. It speaks enough of the test
//! harness's command line for `cargo test` and `nextest`; measurements run only when they are named.

#![expect(clippy::print_stdout, reason = "a test harness reports on standard output")]
#![expect(clippy::unwrap_used, reason = "what a test cannot do without is a failure of the test")]

use std::{
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
};

#[path = "library/adding.rs"]
mod adding;
#[path = "library/brand.rs"]
mod brand;
#[path = "library/cranfield.rs"]
mod cranfield;
#[path = "library/damage.rs"]
mod damage;
#[path = "library/embedders.rs"]
mod embedders;
#[path = "library/embedding.rs"]
mod embedding;
#[path = "library/finding.rs"]
mod finding;
#[path = "library/flow.rs"]
mod flow;
#[path = "library/support.rs"]
mod support;
#[path = "../src/test_models.rs"]
mod test_models;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.iter().map(String::as_str).eq(["worker", "parse"]) {
        return quillhouse_knowledge::parse::worker_main();
    }
    if let [worker, embed, models] = &arguments[..]
        && worker == "worker"
        && embed == "embed"
    {
        return quillhouse_knowledge::embed::worker_main(models.into());
    }
    let tests: Vec<support::Test> =
        [adding::TESTS, damage::TESTS, embedders::TESTS, embedding::TESTS, finding::TESTS, flow::TESTS].concat();
    let measures: Vec<support::Test> = [brand::MEASURES, cranfield::MEASURES].concat();
    if arguments.iter().any(|argument| argument == "--list") {
        if !arguments.iter().any(|argument| argument == "--ignored") {
            for (name, _) in tests {
                println!("{name}: test");
            }
        }
        return ExitCode::SUCCESS;
    }
    let exact = arguments.iter().any(|argument| argument == "--exact");
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let named =
        |name: &str| wanted.iter().any(|wanted| if exact { name == *wanted } else { name.contains(wanted.as_str()) });
    let tests = tests.into_iter().filter(|(name, _)| wanted.is_empty() || named(name));
    let mut failed = 0;
    for (name, test) in tests.chain(measures.into_iter().filter(|(name, _)| named(name))) {
        let passed = catch_unwind(AssertUnwindSafe(test)).is_ok();
        failed += usize::from(!passed);
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
