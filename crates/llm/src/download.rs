//! Fetching a model's file: resumed where it stopped, checked before it counts, whole or absent.
//!
//! What comes lies in `<file>.part` beside the target, with a small journal. Only a part that is complete and has the right
//! checksum gets the file's name, after it is on the disk.
//!
//! Invariants
//! - The target is never half: it appears by one rename, after `fsync`.
//! - Bytes of two versions of a file are never mixed: a range is asked for with `If-Range`, and where the server gives no
//!   strong mark of its version and no checksum is known, the file is fetched from its beginning.
//! - After a kill or a power failure the part counts only as far as the journal says that it was synced.
//! - Nothing is fetched but through the egress client; every hop of a redirect is judged by its policy.

mod control;
mod error;
mod hub;
mod pace;
mod part;
#[cfg(test)]
pub(crate) mod tests;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use quillhouse_domain::Secret;
use quillhouse_egress::{Egress, EgressError, LineStream, Patience, Purpose, Request};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    digest::file_digest,
    embedded::gguf,
    routing::{Failure, FailureKind, Retry, RetryPolicy, retry},
};

pub use control::DownloadControl;
use control::DownloadStop;
pub use error::DownloadError;
pub use hub::{HubFile, hub_file};
use pace::{ContentRange, Pace};
use part::Part;

/// Bytes collected before they are written.
const BLOCK_BYTES: usize = 1 << 20;
/// Redirects that are followed: hubs send on once or twice.
const MOST_HOPS: usize = 5;
/// Fresh starts after a server's ranges could not be used or the file changed in between.
const MOST_STARTS: u32 = 4;

/// Who says what the checksum is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ChecksumSource {
    /// The catalogue that ships with the program.
    Catalogue,
    /// The hub that publishes the file; it proves that all came, not that nobody changed it there.
    Hub,
    /// Nobody; the file was counted and its header read, no more.
    Nobody,
}

/// A file to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadRequest {
    /// Where it is.
    pub url: Url,
    /// Where it goes; its folder is made.
    pub target: PathBuf,
    /// Its SHA-256 in lower-case hexadecimal, when somebody says so.
    pub sha256: Option<String>,
    /// Who.
    pub known_from: ChecksumSource,
    /// Its size, when known.
    pub size_bytes: Option<u64>,
    /// True for a GGUF file, whose header is read before it counts.
    pub gguf: bool,
}

/// Tells how many bytes are free in a folder; none when nobody knows.
pub type Room = Arc<dyn Fn(&Path) -> Option<u64> + Send + Sync>;

/// How a download goes about it.
#[derive(Clone)]
pub struct DownloadSettings {
    /// After so many bytes the part is synced and the journal written.
    pub checkpoint_bytes: u64,
    /// What stays free on the disk.
    pub reserve_bytes: u64,
    /// How failures are retried; a try that brought something does not count.
    pub retry: RetryPolicy,
    /// How long the server may be silent.
    pub patience: Patience,
    /// How much room there is.
    pub room: Room,
}

impl DownloadSettings {
    /// Every 32 MiB, 512 MiB stay free, six tries, a minute of silence.
    pub fn usual() -> Self {
        Self {
            checkpoint_bytes: 32 << 20,
            reserve_bytes: 512 << 20,
            retry: RetryPolicy { first_wait_ms: 1_000, longest_wait_ms: 30_000, most_attempts: 6 },
            patience: Patience { first: Duration::from_mins(1), next: Duration::from_mins(1) },
            room: Arc::new(free_bytes),
        }
    }
}

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadProgress {
    /// Bytes that are there.
    pub done_bytes: u64,
    /// Bytes there will be; none when the server does not say.
    pub total_bytes: Option<u64>,
    /// Bytes in a second, over the last seconds.
    pub bytes_per_second: u64,
    /// Seconds left at this speed; none when it cannot be told.
    pub left_seconds: Option<u64>,
}

/// A file that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Downloaded {
    /// Where.
    pub path: PathBuf,
    /// Its size.
    pub size_bytes: u64,
    /// Its SHA-256 as it was measured.
    pub sha256: String,
    /// Against what it was checked.
    pub checked: ChecksumSource,
}

/// Why one answer did not bring the rest of the file.
enum Interruption {
    Stopped(DownloadStop),
    /// Try again from here.
    Again {
        error: DownloadError,
        retry_at_ms: Option<i64>,
    },
    /// What is there cannot be used with this server.
    FromStart,
    Final(DownloadError),
}

impl From<DownloadError> for Interruption {
    fn from(error: DownloadError) -> Self {
        Self::Final(error)
    }
}

/// Fetches a file, or what is missing of it. A file that is there and right is not fetched again. `watch` is told of every
/// piece that comes, some hundred times a second. A future that is dropped keeps what was synced.
pub async fn download(
    egress: &Egress,
    request: &DownloadRequest,
    settings: &DownloadSettings,
    control: &DownloadControl,
    watch: &(dyn Fn(DownloadProgress) + Send + Sync),
) -> Result<Downloaded, DownloadError> {
    if let Some(there) = already(request).await? {
        return Ok(there);
    }
    let mut part = blocking({
        let request = request.clone();
        move || Part::open(&request)
    })
    .await?;
    let (mut attempts, mut starts) = (0, 0);
    loop {
        let before = part.done_bytes();
        let resumed = before > 0;
        let fetched = fetch(egress, request, settings, control, watch, &mut part).await;
        match fetched {
            Ok(()) => match finish(request, part).await? {
                Finished::Whole(done) => return Ok(done),
                // Parts of one file that do not fit together may be the server's doing: once more, all of it.
                Finished::Wrong { again, .. } if resumed && starts == 0 => {
                    part = *again;
                    starts = MOST_STARTS;
                }
                Finished::Wrong { again, error } => {
                    blocking(move || again.discard()).await?;
                    return Err(error);
                }
            },
            Err(Interruption::Stopped(DownloadStop::Pause)) => {
                let done_bytes = part.done_bytes();
                blocking(move || part.checkpoint().map(|_| ())).await?;
                return Err(DownloadError::Paused { done_bytes });
            }
            Err(Interruption::Stopped(DownloadStop::Cancel)) => {
                blocking(move || part.discard()).await?;
                return Err(DownloadError::Cancelled);
            }
            Err(Interruption::FromStart) => {
                starts += 1;
                if starts > MOST_STARTS {
                    blocking(move || part.discard()).await?;
                    return Err(DownloadError::Inconsistent);
                }
                part = blocking(move || part.restarted()).await?;
            }
            Err(Interruption::Again { error, retry_at_ms }) => {
                let gained = part.done_bytes() > before;
                part = blocking(move || part.checkpoint()).await?;
                attempts = if gained { 1 } else { attempts + 1 };
                let failure = Failure { at_ms: egress.now_ms(), kind: FailureKind::Unreachable, attempts, retry_at_ms };
                match retry(failure, settings.retry, part.done_bytes()) {
                    Retry::At { at_ms } => wait(control, at_ms - failure.at_ms, &mut part).await?,
                    Retry::NeedsUser | Retry::TriedOften { .. } => return Err(error),
                }
            }
            Err(Interruption::Final(error)) => {
                // What cannot be synced now is fetched again later.
                let _ = blocking(move || part.checkpoint().map(|_| ())).await;
                return Err(error);
            }
        }
    }
}

/// Waits before the next try; the wish to stop ends it.
async fn wait(control: &DownloadControl, wait_ms: i64, part: &mut Part) -> Result<(), DownloadError> {
    let time = Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0));
    tokio::select! {
        stop = control.stopped() => match stop {
            DownloadStop::Pause => Err(DownloadError::Paused { done_bytes: part.done_bytes() }),
            DownloadStop::Cancel => {
                part.discard()?;
                Err(DownloadError::Cancelled)
            }
        },
        () = tokio::time::sleep(time) => Ok(()),
    }
}

/// Runs file work beside the async threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DownloadError> + Send + 'static,
) -> Result<T, DownloadError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(DownloadError::Disk {
            path: PathBuf::new(),
            source: io::Error::other(format!("the work ended early: {error}")),
        })
    })
}

/// The target, when it is there and right. Without a checksum its size and header must do; without either it is not known.
async fn already(request: &DownloadRequest) -> Result<Option<Downloaded>, DownloadError> {
    let request = request.clone();
    blocking(move || {
        let Ok(metadata) = std::fs::metadata(&request.target) else { return Ok(None) };
        let size_bytes = metadata.len();
        if !metadata.is_file() || request.size_bytes.is_some_and(|expected| expected != size_bytes) {
            return Ok(None);
        }
        if request.sha256.is_none() && request.size_bytes.is_none() {
            return Ok(None);
        }
        let read = file_digest(&request.target);
        let sha256 = read.map_err(|source| DownloadError::Disk { path: request.target.clone(), source })?;
        let right = request.sha256.as_ref().is_none_or(|expected| *expected == sha256)
            && (!request.gguf || gguf::check(&request.target).is_ok());
        let checked = if request.sha256.is_some() { request.known_from } else { ChecksumSource::Nobody };
        Ok(right.then_some(Downloaded { path: request.target, size_bytes, sha256, checked }))
    })
    .await
}

enum Finished {
    Whole(Downloaded),
    Wrong { again: Box<Part>, error: DownloadError },
}

/// Checks what came, and gives it its name.
async fn finish(request: &DownloadRequest, part: Part) -> Result<Finished, DownloadError> {
    let request = request.clone();
    blocking(move || {
        let (size_bytes, sha256) = (part.done_bytes(), part.digest());
        let wrong = match &request.sha256 {
            _ if request.size_bytes.is_some_and(|expected| expected != size_bytes) => {
                let expected = request.size_bytes.unwrap_or_default();
                Some(DownloadError::WrongSize { expected, found: size_bytes })
            }
            Some(expected) if *expected != sha256 => {
                Some(DownloadError::WrongChecksum { expected: expected.clone(), found: sha256.clone() })
            }
            _ => None,
        };
        if let Some(error) = wrong {
            return Ok(Finished::Wrong { again: Box::new(part.restarted()?), error });
        }
        if request.gguf
            && let Err(reason) = gguf::check(part.path())
        {
            return Ok(Finished::Wrong {
                again: Box::new(part.restarted()?),
                error: DownloadError::NotAModel { reason },
            });
        }
        let path = part.complete(&request.target)?;
        let checked = if request.sha256.is_some() { request.known_from } else { ChecksumSource::Nobody };
        Ok(Finished::Whole(Downloaded { path, size_bytes, sha256, checked }))
    })
    .await
}

/// One answer: asks for what is missing and writes what comes.
async fn fetch(
    egress: &Egress,
    request: &DownloadRequest,
    settings: &DownloadSettings,
    control: &DownloadControl,
    watch: &(dyn Fn(DownloadProgress) + Send + Sync),
    part: &mut Part,
) -> Result<(), Interruption> {
    if part.done_bytes() > 0 && part.version().is_none() && request.sha256.is_none() {
        return Err(Interruption::FromStart);
    }
    let asked = ask(egress, request, settings, part);
    let mut stream = tokio::select! {
        stop = control.stopped() => return Err(Interruption::Stopped(stop)),
        stream = asked => stream?,
    };
    let total_bytes = accept(&stream, request, part, egress.now_ms()).await?;
    if let (Some(total), Some(free)) = (total_bytes, (settings.room)(part.folder())) {
        let (needed_bytes, free_bytes) = (total - part.done_bytes(), free.saturating_sub(settings.reserve_bytes));
        if needed_bytes > free_bytes {
            return Err(DownloadError::NoRoom { needed_bytes, free_bytes }.into());
        }
    }
    let mut pace = Pace::new(part.done_bytes());
    let mut block = Vec::with_capacity(BLOCK_BYTES);
    loop {
        let chunk = tokio::select! {
            biased;
            stop = control.stopped() => Err(Interruption::Stopped(stop)),
            chunk = stream.next_chunk() => chunk.map_err(|error| Interruption::Again { error: error.into(), retry_at_ms: None }),
        };
        let (ended, interruption) = match chunk {
            Ok(Some(chunk)) => {
                block.extend_from_slice(&chunk);
                (false, None)
            }
            Ok(None) => (true, None),
            Err(interruption) => (true, Some(interruption)),
        };
        if block.len() >= BLOCK_BYTES || (ended && !block.is_empty()) {
            let come = part.done_bytes() + block.len() as u64;
            if total_bytes.is_some_and(|total| come > total) {
                return Err(Interruption::FromStart);
            }
            write(part, settings, total_bytes, &mut block).await?;
        }
        watch(pace.progress(part.done_bytes() + block.len() as u64, total_bytes));
        if let Some(interruption) = interruption {
            return Err(interruption);
        }
        if ended {
            break;
        }
    }
    let done_bytes = part.done_bytes();
    match total_bytes {
        Some(total) if done_bytes < total => {
            Err(Interruption::Again { error: DownloadError::CutOff { done_bytes }, retry_at_ms: None })
        }
        _ => Ok(()),
    }
}

/// Sends the request, and follows where it is sent on to.
async fn ask(
    egress: &Egress,
    request: &DownloadRequest,
    settings: &DownloadSettings,
    part: &Part,
) -> Result<LineStream, Interruption> {
    let mut url = request.url.clone();
    for _ in 0..=MOST_HOPS {
        let (first, next) = (settings.patience.first, settings.patience.next);
        let mut call = Request::get(url.clone(), Purpose::ModelDownload).patience(first, next);
        if part.done_bytes() > 0 {
            call = call.header("range", Secret::new(format!("bytes={}-", part.done_bytes())));
            if let Some(version) = part.version() {
                call = call.header("if-range", Secret::new(version.to_owned()));
            }
        }
        match egress.stream(call).await {
            Ok(stream) => return Ok(stream),
            Err(EgressError::Redirected { target, .. }) => {
                let next = url.join(&target).map_err(|_| Interruption::Final(DownloadError::Redirects))?;
                // From an encrypted connection never to an open one.
                if next.scheme() != url.scheme() && next.scheme() != "https" {
                    return Err(DownloadError::Redirects.into());
                }
                url = next;
            }
            Err(
                error @ (EgressError::Unreachable { .. } | EgressError::Stalled { .. } | EgressError::Broken { .. }),
            ) => return Err(Interruption::Again { error: error.into(), retry_at_ms: None }),
            Err(error) => return Err(Interruption::Final(error.into())),
        }
    }
    Err(DownloadError::Redirects.into())
}

/// Looks at the head of an answer: is it the rest that was asked for, the whole, or neither. Gives the size of the whole.
async fn accept(
    stream: &LineStream,
    request: &DownloadRequest,
    part: &mut Part,
    now_ms: i64,
) -> Result<Option<u64>, Interruption> {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let length = stream.header("content-length").and_then(number);
    let version = stream.header("etag").map(str::trim).filter(|tag| tag.starts_with('"')).map(str::to_owned);
    let total_bytes = match stream.status {
        200 => {
            if part.done_bytes() > 0 {
                *part = part.take().into_restarted().await?;
            }
            length
        }
        206 => {
            let range = stream.header("content-range").and_then(ContentRange::read);
            let range = range.filter(|range| range.start == part.done_bytes()).ok_or(Interruption::FromStart)?;
            if length.is_some_and(|length| length != range.end + 1 - range.start) {
                return Err(Interruption::FromStart);
            }
            let other_size = range.total.zip(part.total_bytes()).is_some_and(|(now, before)| now != before);
            let other_version = version.as_deref().zip(part.version()).is_some_and(|(now, before)| now != before);
            if other_size || other_version {
                return Err(Interruption::FromStart);
            }
            range.total
        }
        416 => return Err(Interruption::FromStart),
        status @ (408 | 425 | 429 | 500..=599) => {
            let asked = stream.header("retry-after").and_then(number).filter(|seconds| *seconds <= 3_600);
            let retry_at_ms = asked.map(|seconds| now_ms + seconds as i64 * 1_000);
            return Err(Interruption::Again { error: DownloadError::Status { status }, retry_at_ms });
        }
        status => return Err(DownloadError::Status { status }.into()),
    };
    if let (Some(expected), Some(found)) = (request.size_bytes, total_bytes)
        && expected != found
    {
        return Err(DownloadError::WrongSize { expected, found }.into());
    }
    part.describe(version, total_bytes);
    Ok(total_bytes)
}

async fn write(
    part: &mut Part,
    settings: &DownloadSettings,
    total_bytes: Option<u64>,
    block: &mut Vec<u8>,
) -> Result<(), Interruption> {
    let bytes = std::mem::take(block);
    let (checkpoint_bytes, reserve_bytes, room) =
        (settings.checkpoint_bytes, settings.reserve_bytes, Arc::clone(&settings.room));
    let taken = part.take();
    let (written, bytes) = blocking(move || {
        let mut part = taken;
        let mut result = part.append(&bytes);
        if result.is_ok() && part.unsynced_bytes() >= checkpoint_bytes {
            result = part.sync();
            let needed_bytes = total_bytes.map_or(0, |total| total.saturating_sub(part.done_bytes()));
            let free_bytes = room(part.folder()).map(|free| free.saturating_sub(reserve_bytes));
            if let Some(free_bytes) = free_bytes.filter(|free| *free < needed_bytes) {
                result = result.and(Err(DownloadError::NoRoom { needed_bytes, free_bytes }));
            }
        }
        Ok(((part, result), bytes))
    })
    .await?;
    *part = written.0;
    written.1?;
    *block = bytes;
    block.clear();
    Ok(())
}

/// Bytes that may be written in the file system of a folder, or of the nearest folder above that exists; none where the
/// system cannot be asked.
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.exists())?;
    free_in(there)
}

#[cfg(unix)]
fn free_in(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn free_in(_: &Path) -> Option<u64> {
    None
}
