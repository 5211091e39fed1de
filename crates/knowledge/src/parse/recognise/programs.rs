//! The child's side of text recognition: a page is drawn by one program and read by another, from pipe to pipe, without a
//! file of their own. Both inherit this process's limits.

use std::{
    io::{self, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use super::languages::{Choice, choose, listed};
use crate::parse::frame::Recognition;

/// Points per inch of the drawn page: what Tesseract's manual asks for at least is 300; half of it costs few letters and a
/// quarter of the time for print of usual size.
const RESOLUTION: &str = "200";

/// Most text taken of one page.
const TEXT_LIMIT_BYTES: u64 = 1 << 20;

/// Largest drawn page: A3 at 200 points per inch in grey is 8 MB.
const PICTURE_LIMIT_BYTES: u64 = 200 << 20;

/// The data that is installed for the wanted languages.
pub(crate) fn installed_languages(recognition: &Recognition) -> Choice {
    let output = start(&recognition.recogniser, &["--list-langs"]).and_then(|child| child.wait_with_output().ok());
    let output = output.map(|output| [output.stdout, output.stderr].concat()).unwrap_or_default();
    let output = String::from_utf8_lossy(&output).into_owned();
    choose(&recognition.languages, &listed(&output))
}

/// The text of one page; `None` when a program failed or there is nothing to read.
pub(crate) fn page_text(recognition: &Recognition, languages: &str, bytes: &[u8], page: u32) -> Option<String> {
    let number = page.to_string();
    let arguments = ["-f", &number, "-l", &number, "-r", RESOLUTION, "-gray", "-"];
    let picture = through(start(&recognition.renderer, &arguments)?, bytes, PICTURE_LIMIT_BYTES)?;
    let mut arguments = vec!["stdin", "stdout", "--psm", "3"];
    if !languages.is_empty() {
        arguments.extend(["-l", languages]);
    }
    let text = through(start(&recognition.recogniser, &arguments)?, &picture, TEXT_LIMIT_BYTES)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    (!text.trim().is_empty()).then_some(text)
}

fn start(program: &Path, arguments: &[&str]) -> Option<Child> {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().env("OMP_THREAD_LIMIT", "1").env("LC_ALL", "C.UTF-8");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().ok()
}

/// What a program makes of its input, when it ends well.
fn through(mut child: Child, input: &[u8], limit_bytes: u64) -> Option<Vec<u8>> {
    let (mut stdin, stdout) = (child.stdin.take()?, child.stdout.take()?);
    let mut output = Vec::new();
    let read = thread::scope(|scope| {
        // A program that ends early closes its pipe; what it wrote and its end tell the rest.
        scope.spawn(move || stdin.write_all(input).and_then(|()| stdin.flush()));
        let read = stdout.take(limit_bytes + 1).read_to_end(&mut output);
        if output.len() as u64 > limit_bytes {
            let _ = child.kill();
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        read
    });
    let ended = child.wait().ok()?;
    (read.is_ok() && ended.success() && !output.is_empty()).then_some(output)
}
