//! A server of one file, with habits.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::Url;

/// How it behaves.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each habit is on or off by itself")]
pub(super) struct Habit {
    /// Knows ranges.
    pub(super) ranges: bool,
    /// Gives a strong mark of the version.
    pub(super) etag: bool,
    /// A range begins so many bytes later than was asked for.
    pub(super) shifted_by: usize,
    /// A range is said to be right, and is the beginning.
    pub(super) sends_beginning: bool,
    /// Does not say where a range lies.
    pub(super) no_content_range: bool,
    /// Does not say how long the file is.
    pub(super) chunked: bool,
    /// Sends piece by piece, each when the one before is on its way.
    pub(super) slow: bool,
}

impl Default for Habit {
    fn default() -> Self {
        Self {
            ranges: true,
            etag: true,
            shifted_by: 0,
            sends_beginning: false,
            no_content_range: false,
            chunked: false,
            slow: false,
        }
    }
}

struct Shared {
    file: Mutex<(Vec<u8>, String)>,
    habit: Habit,
    cut_after: AtomicUsize,
    cuts_left: AtomicUsize,
    requests: AtomicUsize,
}

pub(super) struct Server {
    port: u16,
    shared: Arc<Shared>,
    /// Bytes of bodies that were sent.
    pub(super) sent_bytes: Arc<AtomicUsize>,
    /// Requests for a range.
    pub(super) ranged: Arc<AtomicUsize>,
}

impl Server {
    pub(super) async fn start(content: Vec<u8>, habit: Habit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            file: Mutex::new((content, "\"one\"".to_owned())),
            habit,
            cut_after: AtomicUsize::new(usize::MAX),
            cuts_left: AtomicUsize::new(usize::MAX),
            requests: AtomicUsize::new(0),
        });
        let (sent_bytes, ranged) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (state, sent, with_range) = (Arc::clone(&shared), Arc::clone(&sent_bytes), Arc::clone(&ranged));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (state, sent, with_range) = (Arc::clone(&state), Arc::clone(&sent), Arc::clone(&with_range));
                tokio::spawn(async move {
                    let _ = answer(stream, &state, &sent, &with_range).await;
                });
            }
        });
        Self { port, shared, sent_bytes, ranged }
    }

    pub(super) fn url(&self) -> Url {
        format!("http://127.0.0.1:{}/file", self.port).parse().unwrap()
    }

    pub(super) fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// Every body ends after so many bytes.
    pub(super) fn cut_after(&self, bytes: usize) {
        self.shared.cuts_left.store(usize::MAX, Ordering::SeqCst);
        self.shared.cut_after.store(bytes, Ordering::SeqCst);
    }

    /// The next body ends after so many bytes.
    pub(super) fn cut_once_after(&self, bytes: usize) {
        self.shared.cuts_left.store(1, Ordering::SeqCst);
        self.shared.cut_after.store(bytes, Ordering::SeqCst);
    }

    pub(super) fn replace(&self, content: Vec<u8>, etag: &str) {
        *self.shared.file.lock().unwrap() = (content, etag.to_owned());
    }
}

const TREE: &str = r#"[{"type":"file","path":"README.md","size":20},
{"type":"file","path":"small-Q4_K_M.gguf","size":1234,"lfs":{"oid":"abababababababababababababababababababababababababababababababab","size":1234,"pointerSize":130}}]"#;

async fn answer(
    mut stream: TcpStream,
    state: &Shared,
    sent: &AtomicUsize,
    with_range: &AtomicUsize,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).await? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    state.requests.fetch_add(1, Ordering::SeqCst);
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let simple = |status: &str, more: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    };
    let fixed = match path {
        "/file" => None,
        "/to-file" => Some(simple("302 Found", "location: /file\r\n", "")),
        "/round" => Some(simple("302 Found", "location: /round\r\n", "")),
        "/away" => Some(simple("302 Found", "location: https://files.elsewhere.example/m\r\n", "")),
        "/busy" => Some(simple("503 Service Unavailable", "retry-after: 0\r\n", "")),
        "/forbidden" => Some(simple("403 Forbidden", "", "no")),
        "/api/models/acme/small-GGUF/tree/main" => Some(simple("200 OK", "content-type: application/json\r\n", TREE)),
        _ => Some(simple("404 Not Found", "", "")),
    };
    if let Some(fixed) = fixed {
        return stream.write_all(fixed.as_bytes()).await;
    }
    let header = |name: &str| {
        head.lines()
            .find_map(|line| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)))
            .map(|(_, value)| value)
    };
    let (content, etag) = state.file.lock().unwrap().clone();
    let wanted =
        header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    with_range.fetch_add(usize::from(wanted.is_some()), Ordering::SeqCst);
    let fits = header("if-range").is_none_or(|mark| mark == etag);
    let wanted = wanted.filter(|_| state.habit.ranges && fits);
    let total = content.len();
    let (status, range, body) = match wanted {
        Some(start) if start >= total => {
            ("416 Range Not Satisfiable", format!("content-range: bytes */{total}\r\n"), &[][..])
        }
        Some(start) => {
            let from = (start + state.habit.shifted_by).min(total);
            let range = format!("content-range: bytes {from}-{}/{total}\r\n", total - 1);
            let range = if state.habit.no_content_range { String::new() } else { range };
            let body = if state.habit.sends_beginning { &content[..total - from] } else { &content[from..] };
            ("206 Partial Content", range, body)
        }
        None => ("200 OK", String::new(), &content[..]),
    };
    let mark = if state.habit.etag { format!("etag: {etag}\r\n") } else { String::new() };
    let length = if state.habit.chunked {
        "transfer-encoding: chunked\r\n".to_owned()
    } else {
        format!("content-length: {}\r\n", body.len())
    };
    let head = format!("HTTP/1.1 {status}\r\n{range}{mark}{length}connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let one_less = |left: usize| if left == usize::MAX { Some(left) } else { left.checked_sub(1) };
    let cuts = state.cuts_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok();
    let end = if cuts { state.cut_after.load(Ordering::SeqCst).min(body.len()) } else { body.len() };
    for piece in body[..end].chunks(4_096) {
        if state.habit.chunked {
            stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await?;
        }
        stream.write_all(piece).await?;
        sent.fetch_add(piece.len(), Ordering::SeqCst);
        if state.habit.chunked {
            stream.write_all(b"\r\n").await?;
        }
        if state.habit.slow {
            stream.flush().await?;
            tokio::task::yield_now().await;
        }
    }
    if state.habit.chunked {
        stream.write_all(b"0\r\n\r\n").await?;
    }
    stream.flush().await
}
