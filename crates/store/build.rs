//! Rebuilds the crate when a migration is added: `include_dir` does not tell cargo which files it read.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
