//! Views of the application itself: status, settings, ledger, doctor.

use quillhouse_domain::WayOfWorking;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::views::model::EngineView;

/// Nothing to say.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

/// Done, and nothing to tell.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
pub struct DoneView {}

/// What the privacy light shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PrivacyView {
    /// True when everything but this computer is blocked.
    pub sealed: bool,
    /// Hosts beyond this computer that were reached, each once.
    pub hosts: Vec<String>,
}

/// The state of the application.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AppStatusView {
    /// Version of the program.
    pub version: String,
    /// Where everything lives.
    pub data_folder: String,
    /// The privacy light.
    pub privacy: PrivacyView,
    /// The engine that would write now.
    pub engine: EngineView,
}

/// One connection that was made or refused.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LedgerEntryView {
    /// When.
    pub at: String,
    /// Host as it was asked for.
    pub host: String,
    /// Port.
    pub port: u16,
    /// What for.
    pub purpose: String,
    /// Bytes sent.
    pub bytes_out: f64,
    /// Bytes received.
    pub bytes_in: f64,
    /// How long it took.
    pub duration_ms: f64,
    /// What came of it, in a word.
    pub outcome: String,
    /// The address it was connected to, or the first that was tried.
    pub address: Option<String>,
    /// Id of the brand it was for.
    pub brand: Option<String>,
    /// Id of the run it was for.
    pub run: Option<String>,
    /// Id of the document it was for.
    pub document: Option<String>,
}

/// The newest entries of the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LedgerListView {
    /// Newest first.
    pub entries: Vec<LedgerEntryView>,
}

/// Names a setting.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SettingGetParams {
    /// Its name, `theme`.
    pub key: String,
}

/// Sets a setting.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SettingSetParams {
    /// Its name.
    pub key: String,
    /// Its value; `null` removes it.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
}

/// A setting.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SettingView {
    /// Its name.
    pub key: String,
    /// Its value, `null` when it was never set.
    #[ts(type = "unknown")]
    pub value: serde_json::Value,
}

/// How an examination came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Works, with a limit that is named.
    Attention,
    /// Does not work; the note says what to do.
    Wrong,
}

/// One thing the doctor looked at.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DoctorCheckView {
    /// What was looked at: `machine`, `data folder`, `embedder`, `model`, `ollama`, `keychain`, `parse worker`,
    /// `network`, `languages`.
    pub name: String,
    /// How it came out.
    pub verdict: Verdict,
    /// A plain sentence.
    pub note: String,
    /// The same as a kind with values, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub found: Option<DoctorFindingView>,
}

/// What the doctor found where it looked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DoctorFindingView {
    /// The system does not tell its memory.
    #[error("The system does not tell its memory")]
    MemoryUnknown,
    /// What the computer has.
    #[error("{count} cores, {:.1} GiB of memory, {:.1} GiB of it free", gibibytes(*.total_bytes), gibibytes(*.free_bytes))]
    Machine {
        /// Cores.
        count: u32,
        /// Memory.
        total_bytes: f64,
        /// Memory that is free.
        free_bytes: f64,
    },
    /// Every database is sound.
    #[error("`{path}`, brands: {count}, all databases are sound")]
    DataSound {
        /// The data folder.
        path: String,
        /// Brands.
        count: u32,
    },
    /// A database is not.
    #[error("`{path}`: {detail}")]
    DataDamaged {
        /// The data folder.
        path: String,
        /// What was found.
        detail: String,
    },
    /// Files can be read.
    #[error("Files are read in a process of their own, without network")]
    ReaderWorks,
    /// Files cannot be read.
    #[error("Files cannot be read: {detail}")]
    ReaderBroken {
        /// What was found.
        detail: String,
    },
    /// The embedder is loaded.
    #[error("all-MiniLM-L6-v2 is loaded; the library is searched by meaning and words")]
    EmbedderLoaded,
    /// The embedder cannot be used.
    #[error("{detail}")]
    EmbedderBroken {
        /// What was found.
        detail: String,
    },
    /// There is no model.
    #[error("There is no model; articles are composed from the brand's own sentences")]
    NoModel,
    /// The model was examined.
    #[error("`{model}` works {}, {tokens_per_second:.0} tokens a second", way_word(*.way))]
    ModelWorks {
        /// The model.
        model: String,
        /// How it works.
        way: WayOfWorking,
        /// How fast it writes.
        tokens_per_second: f32,
    },
    /// The model has not been examined yet.
    #[error("`{model}` is there and is examined before its first run")]
    ModelUnexamined {
        /// The model.
        model: String,
    },
    /// The model cannot be used.
    #[error("{detail}")]
    ModelBroken {
        /// What was found.
        detail: String,
    },
    /// Ollama has no model.
    #[error("Ollama answers and has no model; `ollama pull llama3.2` fetches one")]
    OllamaEmpty,
    /// Ollama has models.
    #[error("Ollama answers with {count} models")]
    OllamaModels {
        /// How many.
        count: u32,
    },
    /// Ollama does not answer.
    #[error("{detail}")]
    OllamaAbsent {
        /// What was found.
        detail: String,
    },
    /// The keychain answers.
    #[error("The keychain of this computer answers")]
    KeychainAnswers,
    /// There is no keychain.
    #[error("There is no keychain here ({detail}); no key is stored yet, so nothing is at risk")]
    KeychainAbsent {
        /// What the system said.
        detail: String,
    },
    /// Documents in languages that their brand's embedder does not know, or an embedder that is gone.
    #[error("{detail}")]
    LanguagesUnknown {
        /// What was found.
        detail: String,
    },
    /// Sealed mode is on.
    #[error("Sealed: nothing but this computer can be reached")]
    NetworkSealed,
    /// No host is allowed.
    #[error("No host beyond this computer is allowed")]
    NetworkOff,
}

fn gibibytes(bytes: f64) -> f64 {
    bytes / f64::from(1 << 30)
}

const fn way_word(way: WayOfWorking) -> &'static str {
    match way {
        WayOfWorking::Free => "free",
        WayOfWorking::Guided => "guided",
        WayOfWorking::Composed => "composed",
    }
}

/// What the doctor found.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DoctorView {
    /// The worst of all.
    pub verdict: Verdict,
    /// One by one.
    pub checks: Vec<DoctorCheckView>,
}
