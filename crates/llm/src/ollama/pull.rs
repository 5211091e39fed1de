//! Has a server fetch a model: it is the server that connects to the model's library, and it goes on where it was stopped.

use quillhouse_egress::{EgressError, Purpose, Request};
use serde::Deserialize;
use serde_json::json;

use super::{OllamaServer, said_in};
use crate::{cancel::CancelToken, chat::ChatError};

/// How far a server has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullProgress {
    /// What it does, in its own words.
    pub status: String,
    /// Bytes of the current part that are there.
    pub done_bytes: u64,
    /// Bytes of the current part; 0 when there is nothing to measure.
    pub total_bytes: u64,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    status: String,
    #[serde(default)]
    completed: u64,
    #[serde(default)]
    total: u64,
    error: Option<String>,
}

impl OllamaServer {
    /// Fetches a model. Stopping keeps what is there; the next fetch goes on from it. Sealed mode refuses, because the server
    /// would connect to the model's library on our behalf.
    pub async fn pull(
        &self,
        name: &str,
        progress: &mut (dyn FnMut(PullProgress) + Send),
        cancel: &CancelToken,
    ) -> Result<(), ChatError> {
        if self.egress.policy().is_sealed() {
            return Err(ChatError::Unavailable {
                reason: "sealed mode is on, so the server was not asked to fetch a model; turn it off in the settings"
                    .to_owned(),
            });
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(ChatError::Cancelled),
            result = self.follow(name, progress) => result,
        }
    }

    async fn follow(&self, name: &str, progress: &mut (dyn FnMut(PullProgress) + Send)) -> Result<(), ChatError> {
        let body = json!({"model": name, "stream": true});
        let request = Request::post(self.url("api/pull")?, Purpose::ModelFetch, body)
            .patience(self.patience.first, self.patience.first);
        let mut stream = self.egress.stream(request).await.map_err(|error| self.translate(error))?;
        if !stream.is_success() {
            let status = stream.status;
            let body = stream.read_to_end(64 << 10).await.unwrap_or_default();
            return Err(self.refused_fetch(name, &said_in(&body)).unwrap_or_else(|| self.refusal(status, &body, name)));
        }
        loop {
            let line = stream.next_line().await.map_err(|error| match error {
                EgressError::Broken { .. } => ChatError::Cut { host: self.address() },
                other => self.translate(other),
            })?;
            let Some(line) = line else { return Err(ChatError::Cut { host: self.address() }) };
            let line: Line = serde_json::from_slice(&line)
                .map_err(|_| ChatError::BadAnswer { reason: "a line of the progress is not JSON".to_owned() })?;
            if let Some(said) = line.error {
                let short: String = said.chars().take(300).collect();
                return Err(self.refused_fetch(name, &said).unwrap_or_else(|| ChatError::Unavailable {
                    reason: format!("the server could not fetch `{name}`: `{short}`; what is there is kept, try again"),
                }));
            }
            if line.status == "success" {
                stream.is_enough().await;
                return Ok(());
            }
            let done_bytes = line.completed.min(line.total);
            progress(PullProgress { status: line.status, done_bytes, total_bytes: line.total });
        }
    }

    fn refused_fetch(&self, name: &str, said: &str) -> Option<ChatError> {
        let said = said.to_lowercase();
        if said.contains("file does not exist") || said.contains("not found") {
            return Some(ChatError::ModelMissing {
                model: name.to_owned(),
                hint: "its library has no such model".to_owned(),
            });
        }
        if said.contains("newer version of ollama") || said.contains("requires a newer version") {
            return Some(ChatError::Unavailable {
                reason: format!("`{name}` needs a newer Ollama than {}; update it", self.version()),
            });
        }
        None
    }
}
