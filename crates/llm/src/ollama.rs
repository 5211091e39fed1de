//! Models served by Ollama, over its native interface.
//!
//! Invariants
//! - One context size for the whole life of a model instance: changing it makes the server load the model again.
//! - The server is told not to cut and not to shift, and what it says it read is compared with what was sent.
//! - Liveness is the last line, not the clock; dropping the call closes the connection, which stops the server.
//! - A model that the server would have answered elsewhere is not asked: this server counts as this computer.

mod address;
mod details;
mod embed;
mod model;
mod pull;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use quillhouse_domain::ModelId;
use quillhouse_egress::{Egress, EgressError, Patience, Pauses, Purpose, Request, Retry, SystemPauses};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

pub use self::{
    details::{OllamaDetails, OllamaRunning},
    embed::OllamaEmbedder,
    model::OllamaModel,
    pull::PullProgress,
};
use crate::chat::{ChatError, ModelLimits};

/// A server on this machine says its version at once; a busy one within two seconds.
const PROBE_PATIENCE: Duration = Duration::from_secs(2);
/// The first token waits for the model to be loaded, minutes on a slow disk; later ones for a slow processor.
const CHAT_PATIENCE: Patience = Patience { first: Duration::from_mins(5), next: Duration::from_mins(1) };
/// Empty lines and thinking keep an answer alive, but not for ever.
const QUIET_PATIENCE: Duration = Duration::from_mins(10);
/// The first version whose handling of `truncate` and `shift` is relied upon.
const OLDEST_VERSION: [u32; 3] = [0, 17, 1];

/// An Ollama server that answered.
#[derive(Clone)]
pub struct OllamaServer {
    egress: Egress,
    base: Url,
    version: String,
    patience: Patience,
    quiet: Duration,
    retry: Retry,
    pauses: Arc<dyn Pauses>,
}

/// A model the server has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OllamaListing {
    /// The server's name of it, with its tag.
    pub name: String,
    /// Digest of weights and template.
    #[serde(default)]
    pub digest: String,
    /// Bytes on disk.
    #[serde(default, rename = "size")]
    pub size_bytes: u64,
    /// Where it runs, when that is not where the server is; texts would leave this computer.
    #[serde(default)]
    pub remote_host: Option<String>,
}

impl OllamaServer {
    /// Looks for a server: at the configured address, which may lack scheme and port, or on this machine.
    pub async fn find(egress: &Egress, configured: Option<&str>) -> Result<Self, ChatError> {
        let candidates = address::candidates(configured).map_err(|reason| ChatError::Unavailable { reason })?;
        Self::find_among(egress, candidates).await
    }

    async fn find_among(egress: &Egress, candidates: Vec<Url>) -> Result<Self, ChatError> {
        let tried: Vec<String> = candidates.iter().map(shown).collect();
        let mut trouble = None;
        for base in candidates {
            let server = Self {
                egress: egress.clone(),
                base,
                version: String::new(),
                patience: CHAT_PATIENCE,
                quiet: QUIET_PATIENCE,
                retry: Retry::BRIEF,
                pauses: Arc::new(SystemPauses),
            };
            match server.ask_version().await {
                Ok(version) => return Ok(Self { version, ..server }),
                // Something that answers wrongly, or may not be asked, says more than a closed port.
                Err((definite, reason)) if definite || trouble.is_none() => trouble = Some((definite, reason)),
                Err(_) => {}
            }
        }
        let reason = match trouble {
            Some((true, reason)) => reason,
            _ => format!(
                "no Ollama server answers at {}; start it with `ollama serve` or check the address",
                tried.join(", ")
            ),
        };
        Err(ChatError::Unavailable { reason })
    }

    async fn ask_version(&self) -> Result<String, (bool, String)> {
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        let request = self.probe("api/version", None).map_err(|error| (true, error.to_string()))?;
        match self.egress.request(request).await {
            Ok(response) if response.is_success() => match response.json::<Version>() {
                Ok(answer) => Ok(answer.version),
                Err(_) => Err((true, self.somebody_else())),
            },
            Ok(_) => Err((true, self.somebody_else())),
            Err(EgressError::Unreachable { .. }) => Err((false, String::new())),
            Err(EgressError::Broken { .. } | EgressError::Redirected { .. } | EgressError::TooLarge { .. }) => {
                Err((true, self.somebody_else()))
            }
            Err(error) => Err((true, error.to_string())),
        }
    }

    fn somebody_else(&self) -> String {
        format!("what answers at {} is not Ollama; start Ollama there or check the address", shown(&self.base))
    }

    fn probe(&self, path: &str, body: Option<Value>) -> Result<Request, ChatError> {
        let url = self.url(path)?;
        let request = match body {
            Some(body) => Request::post(url, Purpose::ModelProbe, body),
            None => Request::get(url, Purpose::ModelProbe),
        };
        Ok(request.patience(PROBE_PATIENCE, PROBE_PATIENCE))
    }

    fn url(&self, path: &str) -> Result<Url, ChatError> {
        self.base.join(path).map_err(|error| ChatError::Unavailable { reason: error.to_string() })
    }

    /// Where the server is, as it is shown.
    pub fn address(&self) -> String {
        shown(&self.base)
    }

    /// What the server calls its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A sentence for the user when this version is older than what is relied upon.
    pub fn version_warning(&self) -> Option<String> {
        let mut numbers = self.version.split(['.', '-', '+']).map(|part| part.parse::<u32>().unwrap_or(0));
        let found = [(); 3].map(|()| numbers.next().unwrap_or(0));
        // Development builds call themselves 0.0.0.
        (found < OLDEST_VERSION && found != [0, 0, 0]).then(|| {
            let [major, minor, patch] = OLDEST_VERSION;
            format!(
                "Ollama {} may cut long prompts without saying so; update it to {major}.{minor}.{patch} or newer",
                self.version
            )
        })
    }

    /// Waits longer or shorter for bytes of answers, and for the next line with something in it.
    #[must_use]
    pub const fn with_patience(mut self, patience: Patience, quiet: Duration) -> Self {
        self.patience = patience;
        self.quiet = quiet;
        self
    }

    /// Asks a busy server more or less often, with other pauses.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry, pauses: Arc<dyn Pauses>) -> Self {
        self.retry = retry;
        self.pauses = pauses;
        self
    }

    /// The models the server has.
    pub async fn models(&self) -> Result<Vec<OllamaListing>, ChatError> {
        #[derive(Deserialize)]
        struct Tags {
            #[serde(default)]
            models: Vec<OllamaListing>,
        }
        let response =
            self.egress.request(self.probe("api/tags", None)?).await.map_err(|error| self.translate(error))?;
        if !response.is_success() {
            return Err(self.refusal(response.status, &response.body, ""));
        }
        Ok(response.json::<Tags>().map_err(|error| self.translate(error))?.models)
    }

    /// Opens a model with one context size for all its calls; a size beyond what the model was trained for is lowered.
    pub async fn open(&self, name: &str, context_tokens: u32) -> Result<OllamaModel, ChatError> {
        let id: ModelId = format!("ollama/{name}")
            .parse()
            .map_err(|_| ChatError::ModelMissing { model: name.to_owned(), hint: "check its name".to_owned() })?;
        let details = self.show(name).await?;
        if let Some(host) = &details.remote_host {
            return Err(ChatError::Unavailable {
                reason: format!(
                    "`{name}` runs at `{host}` and not on this computer, so nothing was sent; choose a model that is installed here"
                ),
            });
        }
        let context_tokens = details.context_tokens.map_or(context_tokens, |trained| context_tokens.min(trained));
        let listed = self.models().await?;
        let with_tag = format!("{name}:latest");
        let digest = listed.into_iter().find(|model| model.name == name || model.name == with_tag);
        let fingerprint = digest.map_or_else(|| "unknown".to_owned(), |model| format!("ollama:{}", model.digest));
        let limits = ModelLimits { context_tokens };
        Ok(OllamaModel::new(self.clone(), id, name.to_owned(), fingerprint, limits, &details))
    }

    fn translate(&self, error: EgressError) -> ChatError {
        match error {
            EgressError::Unreachable { .. } => ChatError::Unavailable {
                reason: format!("no Ollama server answers at {}; start it with `ollama serve`", self.address()),
            },
            EgressError::Stalled { seconds, .. } => ChatError::Stalled { seconds },
            EgressError::Broken { .. } => ChatError::Unavailable {
                reason: format!("the connection to {} broke before an answer came; try again", self.address()),
            },
            EgressError::TooLarge { .. } | EgressError::BadAnswer { .. } => {
                ChatError::BadAnswer { reason: error.to_string() }
            }
            EgressError::BadAddress { .. }
            | EgressError::Sealed { .. }
            | EgressError::NotAllowed { .. }
            | EgressError::LocalhostElsewhere
            | EgressError::NotRecorded { .. }
            | EgressError::Redirected { .. }
            | EgressError::Setup { .. } => ChatError::Unavailable { reason: error.to_string() },
        }
    }

    /// What went wrong with an answer that had begun.
    fn within_answer(&self, error: EgressError) -> ChatError {
        match error {
            EgressError::Broken { .. } => ChatError::Cut { host: self.address() },
            other => self.translate(other),
        }
    }

    /// What a status that is not success means.
    fn refusal(&self, status: u16, body: &[u8], model: &str) -> ChatError {
        let said = said_in(body);
        match status {
            404 if !model.is_empty() => missing(model),
            429 | 503 => ChatError::Overloaded,
            401 | 403 => ChatError::Unavailable {
                reason: format!(
                    "the server at {} does not let us in (status {status}); check its address",
                    self.address()
                ),
            },
            _ => ChatError::Unavailable {
                reason: format!("the server at {} said `{said}` (status {status})", self.address()),
            },
        }
    }
}

fn missing(model: &str) -> ChatError {
    ChatError::ModelMissing { model: model.to_owned(), hint: format!("fetch it with `ollama pull {model}`") }
}

/// The servers' wordings: `input length exceeds the context length`, `exceeds the available context size`.
fn is_overflow(said: &str) -> bool {
    said.contains("context") && (said.contains("exceed") || said.contains("too long"))
}

fn said_in(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Said {
        error: String,
    }
    let said = serde_json::from_slice::<Said>(body)
        .map_or_else(|_| String::from_utf8_lossy(body).into_owned(), |said| said.error);
    said.trim().chars().take(300).collect()
}

fn shown(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    base.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
