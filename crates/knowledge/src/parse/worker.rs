//! The child: reads one request and one file from standard input, answers in frames, ends.
//!
//! Standard output carries frames only. Nothing of the file is looked at before the limits are in place.

use std::{
    io::{self, Read, Write},
    panic,
    process::ExitCode,
    thread,
    time::Instant,
};

use quillhouse_domain::{Problem, ProblemKind};

use super::{
    frame::{self, ParseProgress, Password, REQUEST_LIMIT_BYTES, Recognition, Reply, Request, Task},
    limits::{ANSWER_LIMIT_BYTES, READER_STACK_BYTES},
    reader::{self, Observer},
    recognise::programs as recognise,
    sandbox,
};

/// Entry point of `quillhouse worker parse`. Ends with success whenever a final frame was written.
pub fn worker_main() -> ExitCode {
    // The owner reads standard error to tell out-of-memory from other ends; a library's panic text would only add noise.
    panic::set_hook(Box::new(|_| {}));
    let Ok(request) = frame::read::<Request>(&mut io::stdin().lock(), REQUEST_LIMIT_BYTES) else {
        return ExitCode::from(2);
    };
    let outcome = match &request.task {
        Task::Read => sandbox::enter(&request.limits),
        Task::Recognise(_) => sandbox::enter_with_programs(&request.limits),
    };
    if send(&Reply::Sandbox { filtered: outcome.filtered, missing: outcome.missing }).is_err() {
        return ExitCode::from(3);
    }
    let Some(bytes) = receive(&request) else { return ExitCode::from(3) };
    if let Task::Recognise(recognition) = &request.task {
        return recognise(recognition, &bytes);
    }
    let deadline = Instant::now() + request.limits.reading_time();
    let (file_name, password) = (request.file_name, request.password);
    let name = file_name.clone();
    let reading = thread::Builder::new().stack_size(READER_STACK_BYTES).spawn(move || {
        let password = password.as_ref().map(Password::expose);
        reader::read_document(&name, &bytes, password, deadline, &mut Sender::default())
    });
    let reply = match reading.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(document))) => Reply::Document(document),
        Ok(Ok(Err(problem))) if problem.kind.is_retryable() => Reply::Failed(problem),
        Ok(Ok(Err(problem))) => Reply::Rejected(problem),
        Ok(Err(_)) => Reply::Failed(Problem {
            kind: ProblemKind::WorkerCrashed,
            message: format!(
                "The reader stopped while reading `{file_name}`. No other file is affected. Add it again, or save it in another format"
            ),
            pages: Vec::new(),
        }),
        Err(_) => Reply::Failed(Problem {
            kind: ProblemKind::TooMuchMemory,
            message: format!(
                "There was not enough memory to begin reading `{file_name}`. Close other programs and try again"
            ),
            pages: Vec::new(),
        }),
    };
    let too_large = Reply::Rejected(Problem {
        kind: ProblemKind::TooLarge,
        message: format!(
            "`{file_name}` holds more text than one document may have (64 MB). Split it and add the parts"
        ),
        pages: Vec::new(),
    });
    let sent = match send(&reply) {
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => send(&too_large),
        other => other,
    };
    if sent.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(3) }
}

/// Sends the text of each page as soon as it is there.
fn recognise(recognition: &Recognition, bytes: &[u8]) -> ExitCode {
    let languages = recognise::installed_languages(recognition);
    if !languages.missing.is_empty() && send(&Reply::Unread { languages: languages.missing }).is_err() {
        return ExitCode::from(3);
    }
    for page in &recognition.pages {
        let text = recognise::page_text(recognition, &languages.data, bytes, *page).unwrap_or_default();
        if send(&Reply::Recognised { page: *page, text }).is_err() {
            return ExitCode::from(3);
        }
    }
    if send(&Reply::RecognisedAll).is_ok() { ExitCode::SUCCESS } else { ExitCode::from(3) }
}

fn send(reply: &Reply) -> io::Result<()> {
    let mut output = io::stdout().lock();
    frame::write(&mut output, reply, ANSWER_LIMIT_BYTES)?;
    output.flush()
}

fn receive(request: &Request) -> Option<Vec<u8>> {
    if request.size_bytes > request.limits.input_bytes {
        return None;
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(request.size_bytes).ok()?).ok()?;
    io::stdin().lock().take(request.size_bytes).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == request.size_bytes).then_some(bytes)
}

/// Passes progress on, at most once for every hundredth of the document.
#[derive(Default)]
struct Sender {
    last_page: u32,
}

impl Observer for Sender {
    fn progress(&mut self, progress: ParseProgress) {
        let step = (progress.pages / 100).max(1);
        if progress.page >= self.last_page + step || progress.page == progress.pages {
            self.last_page = progress.page;
            // A closed pipe is noticed when the answer is sent.
            let _ = send(&Reply::Progress(progress));
        }
    }

    fn provisional(&mut self, document: &quillhouse_domain::ParsedDocument) {
        let _ = send(&Reply::Provisional(document.clone()));
    }
}
