//! A server of raw bytes: it answers each connection with the next script, cut and ended as the script says.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What follows the bytes of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The connection is closed.
    Close,
    /// Nothing more comes, and the connection stays.
    Silence,
    /// This comes again and again.
    Forever(Vec<u8>),
}

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    /// Written one after the other.
    pub(crate) parts: Vec<Vec<u8>>,
    /// What follows.
    pub(crate) ending: Ending,
}

impl Script {
    /// These bytes, then the end.
    pub(crate) fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self { parts: vec![bytes.into()], ending: Ending::Close }
    }

    /// An answer of this status, kind and body, ended by closing.
    pub(crate) fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let head = format!("HTTP/1.1 {status} Said\r\nconnection: close\r\n{headers}\r\n");
        Self { parts: vec![head.into_bytes(), body.as_ref().to_vec()], ending: Ending::Close }
    }

    pub(crate) fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// The same bytes, each on its own.
    pub(crate) fn byte_by_byte(mut self) -> Self {
        self.parts = self.parts.concat().into_iter().map(|byte| vec![byte]).collect();
        self
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Method, path and headers.
    pub(crate) head: String,
    /// Its body.
    pub(crate) body: Vec<u8>,
}

/// A server on this machine that plays scripts.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Plays one script for each request to `path`, the last one again and again; other paths are answered by `aside`.
    pub(crate) async fn start(path: &'static str, scripts: Vec<Script>, aside: fn(&str) -> Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let seen = asked.clone();
        tokio::spawn(async move {
            let mut played = 0;
            while let Ok((connection, _)) = listener.accept().await {
                let mut connection = connection;
                connection.set_nodelay(true).unwrap();
                let Some(request) = read(&mut connection).await else { continue };
                let script = if request.head.contains(path) {
                    seen.lock().unwrap().push(request);
                    played += 1;
                    scripts[(played - 1).min(scripts.len() - 1)].clone()
                } else {
                    match aside(&request.head) {
                        Some(body) => Script::answer(200, "content-type: application/json\r\n", body),
                        None => Script::answer(404, "", ""),
                    }
                };
                tokio::spawn(play(connection, script));
            }
        });
        Self { address, asked }
    }

    /// The requests that scripts were played for.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn read(connection: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = connection.read(&mut chunk).await.ok()?;
        bytes.extend_from_slice(&chunk[..read]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase().strip_prefix("content-length: ")?.trim().parse::<usize>().ok()
                })
                .unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return Some(Asked { head, body: bytes.split_off(end + 4) });
            }
        }
        if read == 0 {
            return None;
        }
    }
}

async fn play(mut connection: TcpStream, script: Script) {
    for part in &script.parts {
        if connection.write_all(part).await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
    match script.ending {
        Ending::Close => {}
        Ending::Silence => {
            let _ = connection.read(&mut [0; 1]).await;
        }
        Ending::Forever(part) => {
            while connection.write_all(&part).await.is_ok() {
                tokio::task::yield_now().await;
            }
        }
    }
}
