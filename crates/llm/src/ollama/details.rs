//! What a server says about its models: what they can do, and which are loaded.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::OllamaServer;
use crate::chat::ChatError;

/// What a model can do, as this version of the server knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OllamaDetails {
    /// What it was trained for, in tokens, when the server knows it.
    pub context_tokens: Option<u32>,
    /// Numbers of its vectors, when the server knows it.
    pub vector_dimensions: Option<usize>,
    /// The server's words: `completion`, `thinking`, `embedding`, `vision`, `tools`. Empty in old versions.
    pub capabilities: Vec<String>,
    /// Its architecture, such as `llama`.
    pub family: String,
    /// Its size in words, such as `1.2B`.
    pub parameters: String,
    /// How its weights are packed, such as `Q4_K_M`.
    pub quantization: String,
    /// Where it runs, when that is not where the server is.
    pub remote_host: Option<String>,
}

impl OllamaDetails {
    /// True when the server names this capability.
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|known| known == capability)
    }
}

/// A model that is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OllamaRunning {
    /// The server's name of it, with its tag.
    pub name: String,
    /// Memory it takes, in bytes.
    #[serde(default, rename = "size")]
    pub size_bytes: u64,
    /// Of that, memory of a graphics card.
    #[serde(default, rename = "size_vram")]
    pub vram_bytes: u64,
    /// The context it was loaded with, in tokens; 0 in old versions.
    #[serde(default, rename = "context_length")]
    pub context_tokens: u32,
}

impl OllamaServer {
    /// What a model can do.
    pub async fn show(&self, name: &str) -> Result<OllamaDetails, ChatError> {
        #[derive(Deserialize)]
        struct Shown {
            #[serde(default)]
            model_info: Map<String, Value>,
            #[serde(default)]
            capabilities: Vec<String>,
            #[serde(default)]
            details: Details,
            #[serde(default)]
            remote_host: String,
        }
        #[derive(Default, Deserialize)]
        struct Details {
            #[serde(default)]
            family: String,
            #[serde(default)]
            parameter_size: String,
            #[serde(default)]
            quantization_level: String,
        }
        let request = self.probe("api/show", Some(json!({"model": name})))?;
        let response = self.egress.request(request).await.map_err(|error| self.translate(error))?;
        if !response.is_success() {
            return Err(self.refusal(response.status, &response.body, name));
        }
        let shown: Shown = response.json().map_err(|error| self.translate(error))?;
        let number = |ending: &str| {
            let found = shown.model_info.iter().find(|(key, _)| key.ends_with(ending));
            found.and_then(|(_, value)| value.as_u64())
        };
        Ok(OllamaDetails {
            context_tokens: number(".context_length").and_then(|tokens| u32::try_from(tokens).ok()),
            vector_dimensions: number(".embedding_length").and_then(|length| usize::try_from(length).ok()),
            capabilities: shown.capabilities,
            family: shown.details.family,
            parameters: shown.details.parameter_size,
            quantization: shown.details.quantization_level,
            remote_host: Some(shown.remote_host).filter(|host| !host.is_empty()),
        })
    }

    /// The models that are loaded now.
    pub async fn running(&self) -> Result<Vec<OllamaRunning>, ChatError> {
        #[derive(Deserialize)]
        struct Running {
            #[serde(default)]
            models: Vec<OllamaRunning>,
        }
        let response = self.egress.request(self.probe("api/ps", None)?).await.map_err(|error| self.translate(error))?;
        if !response.is_success() {
            return Err(self.refusal(response.status, &response.body, ""));
        }
        Ok(response.json::<Running>().map_err(|error| self.translate(error))?.models)
    }
}
