//! The conversation with a child: a request and a file go in, frames come out and are checked as they arrive.

use quillhouse_domain::ParsedDocument;
use tokio::{
    io::{self, AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{ChildStderr, ChildStdin, ChildStdout},
};

use super::ParseFailure;
use crate::parse::{
    check,
    frame::{self, ParseProgress, REQUEST_LIMIT_BYTES, Reply, Request},
    limits::ANSWER_LIMIT_BYTES,
};

/// What the child said.
#[derive(Default)]
pub(super) struct Conversation {
    pub(super) document: Option<ParsedDocument>,
    pub(super) refusal: Option<ParseFailure>,
    pub(super) unsound: bool,
    pub(super) recognised: Vec<(u32, String)>,
    pub(super) recognised_all: bool,
    /// Wanted languages that there is no data for.
    pub(super) unread_languages: Vec<String>,
}

/// The bytes on their way to the child.
pub(super) enum Input<'a> {
    Bytes(&'a [u8]),
    File(tokio::fs::File),
}

/// Sends the request and the file. A child that stops listening has said, or will say, why.
pub(super) async fn feed(mut stdin: ChildStdin, request: &Request, input: &mut Input<'_>) {
    let mut header = Vec::new();
    if frame::write(&mut header, request, REQUEST_LIMIT_BYTES).is_err() || stdin.write_all(&header).await.is_err() {
        return;
    }
    // A closed pipe here means that the child answered or died early; `listen` and the exit status tell which.
    let _ = match input {
        Input::Bytes(bytes) => stdin.write_all(bytes).await.map(|()| 0),
        Input::File(file) => io::copy(&mut file.take(request.size_bytes), &mut stdin).await,
    };
    let _ = stdin.shutdown().await;
}

/// Reads frames until the child closes its output or breaks the form.
pub(super) async fn listen(
    mut stdout: ChildStdout,
    conversation: &mut Conversation,
    progress: &mut (impl FnMut(ParseProgress) + Send),
) {
    let mut budget_bytes = ANSWER_LIMIT_BYTES * 2;
    while let Some(reply) = next_reply(&mut stdout, &mut budget_bytes).await {
        match reply {
            Ok(Reply::Sandbox { filtered, missing }) => {
                if !filtered || !missing.is_empty() {
                    tracing::warn!(
                        filtered,
                        missing,
                        "the parse worker is not fully locked in; limits of time and memory still hold"
                    );
                }
            }
            Ok(Reply::Progress(step)) => progress(step),
            Ok(Reply::Recognised { page, text }) => {
                if !text.trim().is_empty() {
                    conversation.recognised.push((page, text));
                }
            }
            Ok(Reply::Unread { languages }) => conversation.unread_languages = languages,
            Ok(Reply::RecognisedAll) => conversation.recognised_all = true,
            Ok(Reply::Provisional(document) | Reply::Document(document)) => {
                if check::is_sound(&document) {
                    conversation.document = Some(check::tame_document(document));
                    conversation.unsound = false;
                } else {
                    conversation.unsound = conversation.document.is_none();
                }
            }
            Ok(Reply::Rejected(problem)) => conversation.refusal = Some(ParseFailure::Rejected(check::tame(problem))),
            Ok(Reply::Failed(problem)) => {
                if conversation.document.is_none() {
                    conversation.refusal = Some(ParseFailure::Failed(check::tame(problem)));
                }
            }
            Err(()) => {
                conversation.unsound = conversation.document.is_none();
                return;
            }
        }
    }
}

async fn next_reply(stdout: &mut (impl AsyncRead + Unpin), budget_bytes: &mut usize) -> Option<Result<Reply, ()>> {
    let mut length = [0; 4];
    stdout.read_exact(&mut length).await.ok()?;
    let length = u32::from_le_bytes(length) as usize;
    if length > ANSWER_LIMIT_BYTES || length > *budget_bytes {
        return Some(Err(()));
    }
    *budget_bytes -= length;
    let mut body = Vec::new();
    // Grows as bytes arrive: an announced length is no reason to take memory.
    let read = stdout.take(length as u64).read_to_end(&mut body).await.ok()?;
    if read < length {
        return None;
    }
    Some(serde_json::from_slice(&body).map_err(|_| ()))
}

/// Keeps the beginning of what the child writes to standard error, and reads the rest so that it cannot block.
pub(super) async fn overhear(mut stderr: ChildStderr, last_words: &mut Vec<u8>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut buffer).await {
        if last_words.len() < 16 << 10 {
            last_words.extend_from_slice(&buffer[..count]);
        }
    }
}
