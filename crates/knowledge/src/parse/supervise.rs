//! Owns the child: starts it, feeds it, watches the clock, judges how it ended, checks what it said.

use std::{
    ffi::OsString,
    future::Future,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use quillhouse_domain::{DocumentFormat, ParsedDocument, Problem, ProblemKind, Secret};
use tokio::{
    io,
    process::{Child, Command},
};

use super::{
    check,
    frame::{ParseProgress, Password, Recognition, Request, Task},
    limits::ParseLimits,
    plain,
    reader::problem,
    recognise::{self, RecognitionPrograms},
};

mod talk;

use talk::{Conversation, Input, feed, listen, overhear};

/// Starts one child for each file.
#[derive(Debug, Clone)]
pub struct ParseWorker {
    /// The program; usually the running one.
    pub program: PathBuf,
    /// What makes it the parse worker: `worker parse`.
    pub arguments: Vec<OsString>,
    /// What one file may cost.
    pub limits: ParseLimits,
}

/// Where the bytes come from.
#[derive(Debug, Clone, Copy)]
pub enum ParseSource<'a> {
    /// In memory.
    Bytes(&'a [u8]),
    /// A file; it is read once, from beginning to end.
    Path(&'a Path),
}

/// How a file is read, beside its bytes.
#[derive(Debug, Clone)]
pub struct ParseOptions {
    /// Opens a protected PDF. It goes to the child and nowhere else.
    pub password: Option<Secret<String>>,
    /// Reads pages that are pictures, when both programs are installed.
    pub recognition: Option<RecognitionPrograms>,
    /// Languages of the brand's other documents, the most frequent one first. Text recognition reads in them when the pages
    /// that could be read do not tell theirs; without any it reads in whatever is installed.
    pub languages: Vec<String>,
}

impl ParseOptions {
    /// No password, and text recognition when its programs are installed.
    pub fn usual() -> Self {
        Self { password: None, recognition: RecognitionPrograms::find(), languages: Vec::new() }
    }
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseFailure {
    /// The file will never be readable as it is.
    #[error("{}", .0.message)]
    Rejected(Problem),
    /// Reading failed and may go better another time.
    #[error("{}", .0.message)]
    Failed(Problem),
    /// Stopped by the user; no error.
    #[error("Reading was stopped")]
    Cancelled,
}

/// What text recognition gave.
#[derive(Default)]
struct Recognised {
    pages: Vec<(u32, ParsedDocument)>,
    /// Wanted languages that it has no data for.
    missing: Vec<String>,
}

/// What it said and how it ended.
struct Talk {
    conversation: Conversation,
    status: Option<ExitStatus>,
    last_words: Vec<u8>,
    timed_out: bool,
}

impl ParseWorker {
    /// Reads one file with `ParseOptions::usual`.
    pub async fn parse(
        &self,
        file_name: &str,
        source: ParseSource<'_>,
        progress: impl FnMut(ParseProgress) + Send,
        cancel: impl Future<Output = ()> + Send,
    ) -> Result<ParsedDocument, ParseFailure> {
        self.parse_with(file_name, source, &ParseOptions::usual(), progress, cancel).await
    }

    /// Reads one file in a child of its own, and its pictures of text in a second one. `cancel` ends it when it becomes
    /// ready; dropping the future does as well.
    pub async fn parse_with(
        &self,
        file_name: &str,
        source: ParseSource<'_>,
        options: &ParseOptions,
        mut progress: impl FnMut(ParseProgress) + Send,
        cancel: impl Future<Output = ()> + Send,
    ) -> Result<ParsedDocument, ParseFailure> {
        let mut cancel = std::pin::pin!(cancel);
        let read = self.read(file_name, source, options, &mut progress, cancel.as_mut()).await;
        let pages = match &read {
            Ok(document) => recognise::wanted_pages(&document.problems),
            Err(ParseFailure::Rejected(problem)) => recognise::wanted_pages(std::slice::from_ref(problem)),
            Err(_) => Vec::new(),
        };
        // The program that draws pages takes a password only where every process of the computer can see it.
        let programs = options.recognition.as_ref().filter(|programs| recognise::is_there(programs));
        let Some(programs) = programs.filter(|_| !pages.is_empty() && options.password.is_none()) else { return read };
        let recognition = Recognition {
            renderer: programs.renderer.clone(),
            recogniser: programs.recogniser.clone(),
            pages,
            languages: recognise::wanted_languages(read.as_ref().ok(), &options.languages),
        };
        let Recognised { pages: recognised, missing } =
            self.recognise(file_name, source, recognition, &mut progress, cancel).await?;
        if recognised.is_empty() {
            return match read {
                Ok(mut document) => {
                    recognise::name_missing(&mut document.problems, &missing);
                    Ok(document)
                }
                Err(ParseFailure::Rejected(mut problem)) => {
                    recognise::name_missing(std::slice::from_mut(&mut problem), &missing);
                    Err(ParseFailure::Rejected(problem))
                }
                other => other,
            };
        }
        let mut document = match read {
            Ok(document) => document,
            Err(ParseFailure::Rejected(problem)) => ParsedDocument {
                format: DocumentFormat::Pdf,
                title: None,
                text: String::new(),
                pages: Vec::new(),
                blocks: Vec::new(),
                problems: vec![problem],
                tags: Vec::new(),
            },
            Err(other) => return Err(other),
        };
        recognise::splice(&mut document, file_name, &recognised);
        recognise::name_missing(&mut document.problems, &missing);
        Ok(document)
    }

    async fn read(
        &self,
        file_name: &str,
        source: ParseSource<'_>,
        options: &ParseOptions,
        progress: &mut (impl FnMut(ParseProgress) + Send),
        cancel: impl Future<Output = ()> + Send,
    ) -> Result<ParsedDocument, ParseFailure> {
        let (file, size_bytes) = self.open(file_name, source).await?;
        let limits = self.limits.for_size(size_bytes);
        let password = options.password.as_ref().map(|password| Password::new(password.expose()));
        let request = Request { file_name: file_name.to_owned(), size_bytes, limits, password, task: Task::Read };
        let talk = self.converse(&request, file, limits.wall, progress, cancel).await?;
        let Talk { conversation, status, last_words, timed_out: late } = talk;
        if late && conversation.document.is_none() && conversation.refusal.is_none() {
            return Err(ParseFailure::Failed(timed_out(file_name, limits.wall)));
        }
        if let Some(refusal) = conversation.refusal {
            return Err(refusal);
        }
        if conversation.unsound {
            return Err(ParseFailure::Failed(problem(
                ProblemKind::WorkerCrashed,
                format!(
                    "The reader's answer about `{file_name}` makes no sense, so nothing of it was kept. No other file is affected"
                ),
            )));
        }
        match conversation.document {
            Some(document) => Ok(document),
            None => Err(ParseFailure::Failed(self.death(file_name, status, &last_words))),
        }
    }

    /// The texts of the pages that gave some. Only being cancelled is a failure: everything else means less text.
    async fn recognise(
        &self,
        file_name: &str,
        source: ParseSource<'_>,
        recognition: Recognition,
        progress: &mut (impl FnMut(ParseProgress) + Send),
        cancel: impl Future<Output = ()> + Send,
    ) -> Result<Recognised, ParseFailure> {
        let (file, size_bytes) = self.open(file_name, source).await?;
        let wanted = recognition.languages.clone();
        let wall = recognise::time_for(recognition.pages.len());
        let limits = ParseLimits { wall, ..self.limits };
        let task = Task::Recognise(recognition);
        let request = Request { file_name: file_name.to_owned(), size_bytes, limits, password: None, task };
        let ended = match self.converse(&request, file, wall, progress, cancel).await {
            Err(ParseFailure::Cancelled) => return Err(ParseFailure::Cancelled),
            Err(failure) => {
                tracing::warn!(%failure, "text recognition could not be started");
                return Ok(Recognised::default());
            }
            Ok(ended) => ended,
        };
        if !ended.conversation.recognised_all {
            tracing::warn!(late = ended.timed_out, "text recognition ended before its last page");
        }
        let mut missing = ended.conversation.unread_languages;
        missing.retain(|language| wanted.contains(language));
        let pages = ended.conversation.recognised.into_iter().map(|(page, text)| (page, plain::read(&text)));
        let pages = pages.filter(|(_, page)| check::is_sound(page) && !page.blocks.is_empty()).collect();
        Ok(Recognised { pages, missing })
    }

    /// Starts a child, gives it a request and a file, and listens until it ends.
    async fn converse(
        &self,
        request: &Request,
        mut file: Input<'_>,
        wall: Duration,
        progress: &mut (impl FnMut(ParseProgress) + Send),
        cancel: impl Future<Output = ()> + Send,
    ) -> Result<Talk, ParseFailure> {
        let mut child = self.spawn(&request.file_name)?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(ParseFailure::Failed(problem(
                ProblemKind::WorkerCrashed,
                not_started(&request.file_name, "it has no pipes"),
            )));
        };
        let mut conversation = Conversation::default();
        let mut last_words = Vec::new();
        let talk = async {
            let ((), (), ()) = tokio::join!(
                feed(stdin, request, &mut file),
                listen(stdout, &mut conversation, progress),
                overhear(stderr, &mut last_words),
            );
            child.wait().await
        };
        let ended = tokio::select! {
            biased;
            () = cancel => None,
            ended = tokio::time::timeout(wall, talk) => Some(ended),
        };
        let (status, timed_out) = match ended {
            None => {
                end(&mut child).await;
                return Err(ParseFailure::Cancelled);
            }
            Some(Ok(status)) => (status.ok(), false),
            Some(Err(_)) => {
                end(&mut child).await;
                (None, true)
            }
        };
        Ok(Talk { conversation, status, last_words, timed_out })
    }

    async fn open<'a>(&self, file_name: &str, source: ParseSource<'a>) -> Result<(Input<'a>, u64), ParseFailure> {
        let unreadable = |error: &io::Error| {
            ParseFailure::Failed(problem(
                ProblemKind::NotReadable,
                format!(
                    "`{file_name}` could not be opened ({error}). Check that it exists and that you may read it, then try again"
                ),
            ))
        };
        let (input, size_bytes) = match source {
            ParseSource::Bytes(bytes) => (Input::Bytes(bytes), bytes.len() as u64),
            ParseSource::Path(path) => {
                let file = tokio::fs::File::open(path).await.map_err(|error| unreadable(&error))?;
                let metadata = file.metadata().await.map_err(|error| unreadable(&error))?;
                if !metadata.is_file() {
                    return Err(unreadable(&io::Error::other("it is not a file")));
                }
                (Input::File(file), metadata.len())
            }
        };
        if size_bytes == 0 {
            return Err(ParseFailure::Rejected(problem(
                ProblemKind::Empty,
                format!("`{file_name}` is empty: it has 0 bytes. Nothing was added to the library"),
            )));
        }
        if size_bytes > self.limits.input_bytes {
            return Err(ParseFailure::Rejected(problem(
                ProblemKind::TooLarge,
                format!(
                    "`{file_name}` has {} MB; the limit is {} MB. Split it and add the parts",
                    size_bytes.div_ceil(1 << 20),
                    self.limits.input_bytes >> 20
                ),
            )));
        }
        Ok((input, size_bytes))
    }

    fn spawn(&self, file_name: &str) -> Result<Child, ParseFailure> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // Its own group, so that an interrupt typed at a terminal reaches the application only.
        #[cfg(unix)]
        command.process_group(0);
        // Windows programs do not start without it.
        #[cfg(windows)]
        if let Some(root) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", root);
        }
        command.spawn().map_err(|error| {
            ParseFailure::Failed(problem(ProblemKind::WorkerCrashed, not_started(file_name, &error.to_string())))
        })
    }

    /// A plain sentence for a child that ended without an answer.
    fn death(&self, file_name: &str, status: Option<ExitStatus>, last_words: &[u8]) -> Problem {
        let last_words = String::from_utf8_lossy(last_words);
        if last_words.contains("memory allocation of") || last_words.contains("out of memory") {
            return problem(
                ProblemKind::TooMuchMemory,
                format!(
                    "Reading `{file_name}` needed more than {} MB of memory and was stopped. No other file is affected. Split it, or save it in another format, and add that",
                    self.limits.memory_bytes >> 20
                ),
            );
        }
        let ending = status.map_or_else(|| "it was stopped".to_owned(), ending);
        if ending == CPU_LIMIT {
            return timed_out(file_name, self.limits.wall);
        }
        problem(
            ProblemKind::WorkerCrashed,
            format!(
                "The reader crashed on `{file_name}` ({ending}). No other file is affected. Save the file in another format, or export it again, and add that"
            ),
        )
    }
}

/// Ends the child and waits until it is gone. The one that reads cannot have children of its own: its system call filter denies
/// it. A program for text recognition that outlives its starter finds its pipe closed, and is bounded by its computing time.
async fn end(child: &mut Child) {
    if let Err(error) = child.kill().await {
        tracing::warn!(%error, "the parse worker could not be ended");
    }
}

fn not_started(file_name: &str, reason: &str) -> String {
    format!(
        "The reader for `{file_name}` could not be started ({reason}). The file is safe. Try again; if it stays so, install Quillhouse again"
    )
}

fn timed_out(file_name: &str, wall: Duration) -> Problem {
    problem(
        ProblemKind::TimedOut,
        format!(
            "Reading `{file_name}` took longer than {} seconds and was stopped. No other file is affected. Try again when the computer is less busy, or split the file",
            wall.as_secs().max(1)
        ),
    )
}

const CPU_LIMIT: &str = "it used up its computing time";

#[cfg(unix)]
fn ending(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;

    match status.signal() {
        Some(libc::SIGXCPU) => CPU_LIMIT.to_owned(),
        Some(libc::SIGSEGV | libc::SIGBUS) => "it touched memory that is not its own".to_owned(),
        Some(libc::SIGABRT) => "it gave up".to_owned(),
        Some(signal) => format!("signal {signal}"),
        None => format!("it ended with code {}", status.code().unwrap_or(-1)),
    }
}

#[cfg(not(unix))]
fn ending(status: ExitStatus) -> String {
    format!("it ended with code {}", status.code().unwrap_or(-1))
}
