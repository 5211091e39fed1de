//! A download whose process is killed at random moments: the file is whole or absent, and the next process goes on.
//!
//! The test binary is its own child process.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use quillhouse_egress::{Egress, Ledger, LedgerEntry, Patience, Policy};
use quillhouse_llm::{
    digest::bytes_digest,
    download::{ChecksumSource, DownloadControl, DownloadRequest, DownloadSettings, download},
    routing::RetryPolicy,
};

const TASK: &str = "QUILLHOUSE_TEST_DOWNLOAD";
/// Twelve blocks: what is written at once is a mebibyte.
const BYTES: usize = 12_600_000;

fn content() -> Vec<u8> {
    let mut state = 3_u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    (0..BYTES).map(next).collect()
}

struct Nobody;

impl Ledger for Nobody {
    fn record(&self, _: LedgerEntry) {}
}

/// In the child: downloads what the parent named, and says how far it is.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
#[tokio::test]
async fn child_downloads_when_it_is_told_to() {
    let Ok(task) = std::env::var(TASK) else { return };
    let (url, target) = task.split_once(' ').unwrap();
    let request = DownloadRequest {
        url: url.parse().unwrap(),
        target: target.into(),
        sha256: Some(bytes_digest(&content())),
        known_from: ChecksumSource::Catalogue,
        size_bytes: Some(BYTES as u64),
        gguf: false,
    };
    let patience = Duration::from_secs(20);
    let settings = DownloadSettings {
        checkpoint_bytes: 1,
        reserve_bytes: 0,
        retry: RetryPolicy { first_wait_ms: 0, longest_wait_ms: 0, most_attempts: 2 },
        patience: Patience { first: patience, next: patience },
        room: Arc::new(|_| None),
    };
    let egress = Egress::new(Arc::new(Nobody), Policy::loopback_only(), Arc::new(|| 0));
    let watch = |progress: quillhouse_llm::download::DownloadProgress| println!("at {}", progress.done_bytes);
    download(&egress, &request, &settings, &DownloadControl::new(), &watch).await.unwrap();
}

fn spawn(port: u16, target: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_downloads_when_it_is_told_to", "--nocapture"])
        .env(TASK, format!("http://127.0.0.1:{port}/m {}", target.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Answers one request with the rest of the content, as long as it is read; says from where.
fn serve(mut stream: TcpStream, content: &[u8]) -> Option<usize> {
    let mut start = 0;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(range) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            start = range.trim().trim_end_matches('-').parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let (total, rest) = (content.len(), &content[start..]);
    let status = if start > 0 {
        format!("206 Partial Content\r\ncontent-range: bytes {start}-{}/{total}", total - 1)
    } else {
        "200 OK".to_owned()
    };
    let length = rest.len();
    let head = format!("HTTP/1.1 {status}\r\netag: \"one\"\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    // A child that was killed reads no more.
    let _ = stream.write_all(rest);
    Some(start)
}

/// Reads what the child says until it is so far, or has ended.
fn wait_until(child: &mut Child, bytes: usize) {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        let at = line.rsplit_once("at ").and_then(|(_, at)| at.trim().parse::<usize>().ok());
        if at.is_some_and(|at| at >= bytes) {
            return;
        }
    }
}

#[test]
fn a_killed_download_leaves_a_whole_file_or_none_and_goes_on_from_what_was_on_the_disk() {
    if std::env::var(TASK).is_ok() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let target: PathBuf = folder.path().join("m.gguf");
    let content = content();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let whole_or_absent =
        || std::fs::read(&target).map_or_else(|_| (), |bytes| assert!(bytes == content, "half a file"));
    let mut resumed = 0;
    let mut random = 12_345_usize;
    for round in 1..=12_usize {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let kill_at = round * BYTES / 13 + (random >> 33) % (BYTES / 26);
        let mut child = spawn(port, &target);
        let (stream, _) = listener.accept().unwrap();
        let start = std::thread::scope(|scope| {
            let server = scope.spawn(|| serve(stream, &content));
            wait_until(&mut child, kill_at);
            child.kill().unwrap();
            child.wait().unwrap();
            server.join().unwrap()
        });
        whole_or_absent();
        assert!(!target.exists(), "round {round}: it was killed before the end");
        resumed += u32::from(start.is_some_and(|start| start > 0));
    }
    assert!(resumed >= 8, "later processes go on where earlier ones were killed: {resumed} of 12 did");
    let mut child = spawn(port, &target);
    let (stream, _) = listener.accept().unwrap();
    let start = std::thread::scope(|scope| {
        let server = scope.spawn(|| serve(stream, &content));
        wait_until(&mut child, usize::MAX);
        assert!(child.wait().unwrap().success());
        server.join().unwrap().unwrap()
    });
    assert!(start > BYTES / 2, "most of it was there: {start}");
    whole_or_absent();
    assert!(target.exists());
    let mut rest = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        rest.push(entry.unwrap().file_name());
    }
    assert_eq!(rest, ["m.gguf"], "neither a part nor a journal stays");
}
