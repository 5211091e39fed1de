//! `worker infer` as a program of its own: packages build it once for each level of processors (docs/adr/0010).

use std::process::ExitCode;

fn main() -> ExitCode {
    quillhouse_llm::worker_infer_main()
}
