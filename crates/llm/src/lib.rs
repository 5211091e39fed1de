//! Models: the two traits the crew sees, their providers, the capability probe and the catalogue.
//!
//! Invariants
//! - Nothing here opens a connection; servers are reached through `quillhouse-egress`.
//! - llama.cpp runs only in the child process [`worker_infer_main`]; whatever it does there cannot end the caller.

mod cancel;
pub mod catalogue;
mod chat;
mod cloud;
pub mod digest;
pub mod download;
mod embedded;
mod embedder;
mod estimate;
pub mod fit;
pub mod local;
mod ollama;
pub mod probe;
pub mod routing;
mod scripted;

pub use cancel::CancelToken;
pub use chat::{ChatError, ChatEvent, ChatModel, ChatReply, ChatRequest, Finish, Message, ModelLimits, Role};
pub use cloud::{CloudModel, CloudModelListing, CloudPatience, CloudPreview, CloudProvider, CloudTest};
pub use embedded::{EmbeddedConfig, EmbeddedModel, worker_infer_main};
pub use embedder::{EmbedError, Embedder};
pub use ollama::{
    OllamaDetails, OllamaEmbedder, OllamaListing, OllamaModel, OllamaRunning, OllamaServer, PullProgress,
};
pub use probe::{PROBE_VERSION, ProbeResult, probe};
pub use scripted::{ScriptedAnswer, ScriptedCall, ScriptedModel};
