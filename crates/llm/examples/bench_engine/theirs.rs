//! llama.cpp's side: `llama-bench` for one sequence, `llama-server` with four slots for four.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures::future::try_join_all;
use quillhouse_llm::Message;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{Options, Outcome, ours::CONTEXT_TOKENS};

pub(crate) struct LlamaBench {
    program: PathBuf,
    model: PathBuf,
    threads: u32,
}

impl LlamaBench {
    pub(crate) fn new(options: &Options) -> Self {
        let program = options.tools.join("llama-bench");
        Self { program, model: options.model.clone(), threads: options.threads }
    }

    /// Tokens a second of reading so many.
    pub(crate) fn read(&self, tokens: u32, attention: &str) -> Outcome<f64> {
        self.speed(&["-p", &tokens.to_string(), "-n", "0", "-fa", attention])
    }

    /// Tokens a second of writing so many behind so many.
    pub(crate) fn write(&self, tokens: u32, depth: u32, attention: &str) -> Outcome<f64> {
        self.speed(&["-p", "0", "-n", &tokens.to_string(), "-d", &depth.to_string(), "-fa", attention])
    }

    fn speed(&self, arguments: &[&str]) -> Outcome<f64> {
        let output = Command::new(&self.program)
            .arg("-m")
            .arg(&self.model)
            .args(["-t", &self.threads.to_string(), "-r", "1", "-o", "json"])
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .map_err(|error| format!("`{}` cannot be run: {error}", self.program.display()))?;
        let results: Value = serde_json::from_slice(&output.stdout)
            .map_err(|_| format!("`{}` {} gave no figures", self.program.display(), arguments.join(" ")))?;
        results[0]["avg_ts"].as_f64().ok_or_else(|| "llama-bench's figures have no speed".into())
    }
}

pub(crate) struct LlamaServer {
    child: Child,
    address: String,
}

impl Drop for LlamaServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl LlamaServer {
    /// Four slots with as much context each as the engine's.
    pub(crate) async fn start(options: &Options) -> Outcome<Self> {
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let child = Command::new(options.tools.join("llama-server"))
            .arg("-m")
            .arg(&options.model)
            .args(["-t", &options.threads.to_string(), "-np", "4", "-c", &(4 * CONTEXT_TOKENS).to_string()])
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("`llama-server` cannot be run: {error}"))?;
        let server = Self { child, address: format!("127.0.0.1:{port}") };
        let started = Instant::now();
        while !server.is_ready().await {
            if started.elapsed() > Duration::from_mins(1) {
                return Err("`llama-server` was not ready within a minute".into());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(server)
    }

    async fn is_ready(&self) -> bool {
        self.exchange("GET /health HTTP/1.1", "").await.is_ok_and(|answer| answer.contains(" 200 "))
    }

    pub(crate) async fn in_turn(&self, calls: &[Vec<Message>], lengths: &[u32]) -> Outcome<f64> {
        let started = Instant::now();
        for (messages, tokens) in calls.iter().zip(lengths) {
            self.complete(messages, *tokens).await?;
        }
        Ok(started.elapsed().as_secs_f64())
    }

    pub(crate) async fn together(&self, calls: &[Vec<Message>], lengths: &[u32]) -> Outcome<f64> {
        let started = Instant::now();
        try_join_all(calls.iter().zip(lengths).map(|(messages, tokens)| self.complete(messages, *tokens))).await?;
        Ok(started.elapsed().as_secs_f64())
    }

    async fn complete(&self, messages: &[Message], tokens: u32) -> Outcome<()> {
        let prompt: String = messages
            .iter()
            .map(|message| format!("<|im_start|>{}\n{}<|im_end|>\n", message.role.as_str(), message.content))
            .collect();
        // The engine reuses whole blocks of 64 only, and these prompts are shorter: nothing is reused on either side.
        let body = json!({
            "prompt": format!("{prompt}<|im_start|>assistant\n"), "n_predict": tokens, "ignore_eos": true,
            "temperature": 0.0, "cache_prompt": false,
        });
        let answer = self.exchange("POST /completion HTTP/1.1", &body.to_string()).await?;
        let (_, body) = answer.split_once("\r\n\r\n").ok_or("`llama-server` gave half an answer")?;
        let written = serde_json::from_str::<Value>(body)?["tokens_predicted"].as_u64();
        if written == Some(u64::from(tokens)) {
            Ok(())
        } else {
            Err(format!("`llama-server` wrote {written:?} tokens instead of {tokens}").into())
        }
    }

    #[expect(clippy::disallowed_methods, reason = "to a server on this computer that this program started itself")]
    async fn exchange(&self, request: &str, body: &str) -> Outcome<String> {
        let mut stream = TcpStream::connect(&self.address).await?;
        let head = format!(
            "{request}\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}
