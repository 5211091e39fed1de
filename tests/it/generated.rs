//! Files that are written from code stand in the repository as the code would write them now.

use std::fs;

use quillhouse_studio::{Studio, rpc::typescript};
use quillhouse_tests::workspace;

#[test]
fn the_types_of_the_window_are_those_of_the_command_list() {
    let file = workspace().join("ui/src/generated/rpc.ts");
    let committed = fs::read_to_string(&file).unwrap();
    let wanted = typescript();
    for (number, (known, wanted)) in committed.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(known, wanted, "line {} is not current; run `cargo xtask gen`", number + 1);
    }
    assert_eq!(committed, wanted, "the window would compile against commands that are not there");
}

#[test]
fn every_command_of_the_list_can_be_called_from_the_window() {
    let types = typescript();
    for command in Studio::COMMANDS {
        assert!(types.contains(&format!("\t{command}: [")), "`{command}` has no payload and result in TypeScript");
    }
}
