//! The TypeScript types of the command list, written into the UI's sources.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};
use quillhouse_studio::rpc::typescript;

const FILE: &str = "ui/src/generated/rpc.ts";

fn file() -> PathBuf {
    crate::workspace().join(FILE)
}

/// Writes the file, unless it says the same already.
pub(crate) fn write() -> Result<()> {
    let (file, wanted) = (file(), typescript());
    if fs::read_to_string(&file).is_ok_and(|known| known == wanted) {
        println!("the types are current");
        return Ok(());
    }
    fs::write(&file, wanted).with_context(|| format!("writing `{}`", file.display()))?;
    println!("wrote {FILE}");
    Ok(())
}

/// Fails with the first line that differs when the file is not current.
pub(crate) fn check() -> Result<()> {
    let known = fs::read_to_string(file()).unwrap_or_default();
    let wanted = typescript();
    if known == wanted {
        return Ok(());
    }
    let number = known.lines().zip(wanted.lines()).take_while(|(known, wanted)| known == wanted).count();
    bail!(
        "{FILE} is not current from line {} on, where `{}` belongs; run `cargo xtask gen`",
        number + 1,
        wanted.lines().nth(number).unwrap_or("nothing")
    )
}
