//! Why a command failed, as kinds with values: a window tells them in its own language.
//!
//! Invariants
//! - A value is a number, a name or an address, never a part of a sentence.
//! - Failures without a kind of their own are told by their code; the English sentence is a detail then.

use quillhouse_domain::BriefError;
use quillhouse_egress::EgressError;
use quillhouse_knowledge::{index::IndexError, ingest::IngestError, kit::KitBuildError, retrieve::RetrieveError};
use quillhouse_llm::{ChatError, EmbedError};
use quillhouse_store::StoreError;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What does not exist, or exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Noun {
    /// A brand.
    Brand,
    /// A document.
    Document,
    /// A passage.
    Passage,
    /// A watched folder.
    WatchedFolder,
    /// An entry of the brand kit.
    KitEntry,
    /// A piece or its revision.
    Piece,
    /// An activity.
    Activity,
    /// A run.
    Run,
    /// A model.
    Model,
    /// A provider of models.
    Provider,
    /// An account at a provider.
    Account,
    /// A budget.
    Budget,
    /// A setting.
    Setting,
    /// Anything else.
    Thing,
}

impl Noun {
    pub(super) fn from_word(word: &str) -> Self {
        match word {
            "brand" => Self::Brand,
            "document" => Self::Document,
            "passage" => Self::Passage,
            "watched folder" => Self::WatchedFolder,
            "entry of the brand kit" => Self::KitEntry,
            "piece" | "revision" => Self::Piece,
            "activity" => Self::Activity,
            "run" => Self::Run,
            "model" => Self::Model,
            "provider" => Self::Provider,
            "account" => Self::Account,
            "budget" => Self::Budget,
            "setting" => Self::Setting,
            _ => Self::Thing,
        }
    }
}

/// A field of a brief.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// What it is about.
    Topic,
    /// Whom it is for.
    Audience,
    /// How it should sound.
    Tone,
    /// One keyword, or their number.
    Keywords,
    /// One fact, or their number.
    Facts,
    /// Anything else.
    Other,
}

impl Field {
    fn from_word(word: &str) -> Self {
        match word {
            "topic" => Self::Topic,
            "audience" => Self::Audience,
            "tone" => Self::Tone,
            "keywords" => Self::Keywords,
            "facts" => Self::Facts,
            _ => Self::Other,
        }
    }
}

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ErrorReason {
    /// Another program holds the data folder.
    FolderInUse {
        /// The folder.
        path: String,
    },
    /// A database is of a newer program.
    NewerVersion {
        /// The database.
        path: String,
    },
    /// A database cannot be read.
    DatabaseDamaged {
        /// The database.
        path: String,
    },
    /// There is no room left.
    DiskFull,
    /// The system refused access.
    NoAccess {
        /// The file or folder.
        path: String,
    },
    /// What was named does not exist.
    Missing {
        /// What it is.
        noun: Noun,
        /// As it was named.
        name: String,
    },
    /// What was to be made exists.
    Exists {
        /// What it is.
        noun: Noun,
        /// Its name.
        name: String,
    },
    /// A file or folder could not be used.
    FileTrouble {
        /// The file or folder.
        path: String,
    },
    /// The database refused.
    DatabaseTrouble,
    /// The model cannot be used.
    ModelUnusable,
    /// The model is not installed.
    ModelMissing {
        /// Its provider's name of it.
        model: String,
    },
    /// A prompt is too long.
    PromptTooLong {
        /// Its tokens.
        tokens: u32,
        /// The room there is.
        limit: u32,
    },
    /// A server read less than was sent.
    ModelReadLess,
    /// The model's process ended.
    ModelEnded,
    /// The model was silent for too long.
    ModelSilent {
        /// How long was waited.
        seconds: u32,
    },
    /// The model's answer cannot be used.
    ModelAnswerUnusable,
    /// The answer ended before it was complete.
    ModelAnswerCut {
        /// Who answered.
        host: String,
    },
    /// The provider did not accept the key.
    ModelKeyRefused {
        /// Who refused it.
        host: String,
    },
    /// The account has no credit left.
    ModelNoCredit {
        /// Whose account.
        host: String,
    },
    /// The provider takes no more calls for now.
    ModelRateLimited {
        /// Who is limited.
        host: String,
    },
    /// The model did not want to answer.
    ModelDeclined,
    /// The model's server is busy.
    ModelBusy,
    /// The provider cannot do this.
    ModelUnsupported,
    /// The embedding model cannot be used.
    EmbedderUnusable,
    /// Texts could not be embedded.
    EmbeddingFailed,
    /// The index does not answer.
    IndexUnusable,
    /// There is no file to read in what was given.
    NothingToRead {
        /// The first of what was given; empty when it has no path.
        path: String,
    },
    /// A copy could not be written.
    CopyNotWritten {
        /// The folder of the copies.
        path: String,
    },
    /// Nothing was named.
    NothingNamed,
    /// The kept copy of a document cannot be read.
    CopyUnreadable {
        /// The document.
        name: String,
    },
    /// A tag is empty or too long.
    TagLength {
        /// Most characters.
        limit: u32,
    },
    /// Too many tags.
    TooManyTags {
        /// The most.
        limit: u32,
    },
    /// Several documents have one name.
    NameNotUnique {
        /// The name.
        name: String,
    },
    /// A query is empty or too long.
    QueryLength {
        /// Most characters.
        limit: u32,
    },
    /// This is no address of a page.
    NotAnAddress {
        /// As typed.
        address: String,
    },
    /// An address holds a name or a password.
    AddressWithPassword,
    /// A page did not come in time.
    PageTooSlow {
        /// Its address.
        address: String,
        /// How long was waited.
        seconds: u32,
    },
    /// A page answered with an error.
    PageStatus {
        /// Its address.
        address: String,
        /// Status of the answer.
        status: u32,
    },
    /// A page leads to another site.
    OtherSite {
        /// As typed.
        address: String,
        /// Where it leads.
        target: String,
    },
    /// A page leads in a circle.
    RedirectCircle {
        /// Its address.
        address: String,
    },
    /// Sealed mode kept a request here.
    Sealed {
        /// Where it would have gone.
        host: String,
    },
    /// A host is not allowed.
    HostNotAllowed {
        /// Where it would have gone.
        host: String,
    },
    /// Nobody answers there, or the connection broke.
    HostSilent {
        /// Who was asked.
        host: String,
    },
    /// An answer is larger than is read.
    PageTooLarge {
        /// The most that is read.
        limit_bytes: u32,
    },
    /// An answer cannot be read.
    HostAnswerUnreadable {
        /// Who answered.
        host: String,
    },
    /// There is no such folder.
    NoFolder {
        /// As given.
        path: String,
    },
    /// A folder holds the program's own data.
    OwnFolder {
        /// The folder.
        path: String,
    },
    /// A folder's name cannot be stored.
    FolderName,
    /// A passphrase is too short.
    PassphraseTooShort {
        /// Fewest characters.
        limit: u32,
    },
    /// The keychain protects the keys.
    NoPassphraseNeeded,
    /// The passphrase is another one.
    WrongPassphrase,
    /// A passphrase has to be given first.
    KeysLocked,
    /// The keychain does not give what opens the keys.
    KeychainSilent,
    /// The address of a provider cannot be used.
    ProviderAddress,
    /// A key is missing, empty or too long.
    KeyShape,
    /// A label is empty or too long.
    LabelLength {
        /// Most characters.
        limit: u32,
    },
    /// The brand's texts stay on this computer.
    BrandLocalOnly {
        /// The brand.
        brand: String,
        /// The model that was wanted.
        model: String,
    },
    /// No account can take a call.
    NoAccount {
        /// The model that was wanted.
        model: String,
    },
    /// No brand was named.
    NoBrandNamed,
    /// A brand's name is empty or too long.
    BrandNameLength {
        /// Most characters.
        limit: u32,
    },
    /// A brand's name looks like an id.
    BrandNameIsId,
    /// A brand's name cannot be kept as it is.
    BrandName,
    /// An entry of the kit is too long.
    KitEntryLength {
        /// Its characters.
        length: u32,
        /// Most characters.
        limit: u32,
    },
    /// Too many words in a rule.
    KitRuleWords {
        /// The most.
        limit: u32,
    },
    /// A rule has no word.
    KitRuleEmpty,
    /// A word cannot become a fact.
    KitKindChanges,
    /// An entry has no statement.
    KitEntryEmpty,
    /// A brief has no topic.
    TopicMissing,
    /// A field of a brief is too long.
    FieldTooLong {
        /// Which.
        field: Field,
        /// Its characters.
        length: u32,
        /// Most characters.
        limit: u32,
    },
    /// A list of a brief is too long.
    TooManyInField {
        /// Which.
        field: Field,
        /// The most.
        limit: u32,
    },
    /// No article has this length.
    WordsOutOfRange {
        /// The length that was asked for.
        words: u32,
    },
    /// Nothing to write was chosen.
    NoContentType,
    /// The library has nothing to write from.
    NoDocuments {
        /// The brand.
        brand: String,
    },
    /// `none` is no model to examine.
    NoModelToProbe,
    /// The words that confirm an erasure are missing.
    NotConfirmed,
}

fn told(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl ErrorReason {
    pub(super) fn of_store(error: &StoreError) -> Option<Self> {
        let path = |path: &std::path::Path| path.display().to_string();
        Some(match error {
            StoreError::InUse { folder, .. } => Self::FolderInUse { path: path(folder) },
            StoreError::NewerVersion { file, .. } => Self::NewerVersion { path: path(file) },
            StoreError::Damaged { file, .. } => Self::DatabaseDamaged { path: path(file) },
            StoreError::DiskFull => Self::DiskFull,
            StoreError::PermissionDenied { path: place } => Self::NoAccess { path: path(place) },
            StoreError::NotFound { noun, name } => Self::Missing { noun: Noun::from_word(noun), name: name.clone() },
            StoreError::AlreadyExists { noun, name } => {
                Self::Exists { noun: Noun::from_word(noun), name: name.clone() }
            }
            StoreError::Io { path: place, .. } => Self::FileTrouble { path: path(place) },
            StoreError::Closed { .. } | StoreError::Sqlite(_) => Self::DatabaseTrouble,
            StoreError::InvalidInput { field: "name of the brand", .. } => Self::BrandName,
            StoreError::InvalidInput { .. } | StoreError::Panicked { .. } | StoreError::UnsafeSqlite { .. } => {
                return None;
            }
        })
    }

    pub(super) fn of_chat(error: &ChatError) -> Option<Self> {
        Some(match error {
            ChatError::Unavailable { .. } => Self::ModelUnusable,
            ChatError::ModelMissing { model, .. } => Self::ModelMissing { model: model.clone() },
            ChatError::ContextOverflow { prompt_tokens, limit_tokens } => {
                Self::PromptTooLong { tokens: *prompt_tokens, limit: *limit_tokens }
            }
            ChatError::Truncated { .. } => Self::ModelReadLess,
            ChatError::WorkerEnded { .. } => Self::ModelEnded,
            ChatError::Stalled { seconds } => {
                Self::ModelSilent { seconds: u32::try_from(*seconds).unwrap_or(u32::MAX) }
            }
            ChatError::BadAnswer { .. } => Self::ModelAnswerUnusable,
            ChatError::Cut { host } => Self::ModelAnswerCut { host: host.clone() },
            ChatError::KeyRefused { host } => Self::ModelKeyRefused { host: host.clone() },
            ChatError::NoCredit { host } => Self::ModelNoCredit { host: host.clone() },
            ChatError::RateLimited { host, .. } => Self::ModelRateLimited { host: host.clone() },
            ChatError::Declined { .. } => Self::ModelDeclined,
            ChatError::Overloaded => Self::ModelBusy,
            ChatError::Unsupported => Self::ModelUnsupported,
            ChatError::Cancelled => return None,
        })
    }

    pub(super) const fn of_embedder(error: &EmbedError) -> Self {
        match error {
            EmbedError::Unavailable { .. } => Self::EmbedderUnusable,
            EmbedError::Failed { .. } => Self::EmbeddingFailed,
        }
    }

    pub(super) const fn of_index(error: &IndexError) -> Self {
        match error {
            IndexError::Broken { .. }
            | IndexError::Dimensions { .. }
            | IndexError::Folder { .. }
            | IndexError::Source { .. } => Self::IndexUnusable,
        }
    }

    pub(super) fn of_ingest(error: &IngestError) -> Option<Self> {
        match error {
            IngestError::NothingToRead { paths, .. } => Some(Self::NothingToRead {
                path: paths.first().map(|path| path.display().to_string()).unwrap_or_default(),
            }),
            IngestError::Folder { path, .. } => Some(Self::CopyNotWritten { path: path.display().to_string() }),
            IngestError::Store(error) => Self::of_store(error),
            IngestError::Embed(error) => Some(Self::of_embedder(error)),
            IngestError::Index(error) => Some(Self::of_index(error)),
        }
    }

    pub(super) fn of_kit(error: &KitBuildError) -> Option<Self> {
        match error {
            // Nobody is told that they stopped it.
            KitBuildError::Cancelled => None,
            KitBuildError::Store(error) => Self::of_store(error),
        }
    }

    pub(super) fn of_search(error: &RetrieveError) -> Option<Self> {
        match error {
            RetrieveError::Store(error) => Self::of_store(error),
        }
    }

    pub(super) fn of_brief(error: &BriefError) -> Option<Self> {
        Some(match error {
            BriefError::TopicMissing => Self::TopicMissing,
            BriefError::TooLong { field, length, limit } => {
                Self::FieldTooLong { field: Field::from_word(field), length: told(*length), limit: told(*limit) }
            }
            BriefError::TooMany { field, limit, .. } => {
                Self::TooManyInField { field: Field::from_word(field), limit: told(*limit) }
            }
            BriefError::WordsOutOfRange(words) => Self::WordsOutOfRange { words: *words },
            BriefError::NoContentType => Self::NoContentType,
            // A form offers only those there are.
            BriefError::UnknownContentType(_) | BriefError::UnknownNetwork(_) => return None,
        })
    }

    /// Why a page could not be fetched.
    pub(crate) fn of_egress(error: &EgressError) -> Option<Self> {
        Some(match error {
            EgressError::BadAddress { address, .. } => Self::NotAnAddress { address: address.clone() },
            EgressError::Sealed { host } => Self::Sealed { host: host.clone() },
            EgressError::NotAllowed { host } => Self::HostNotAllowed { host: host.clone() },
            EgressError::Unreachable { host, .. }
            | EgressError::Stalled { host, .. }
            | EgressError::Broken { host, .. } => Self::HostSilent { host: host.clone() },
            EgressError::TooLarge { limit_bytes, .. } => {
                Self::PageTooLarge { limit_bytes: u32::try_from(*limit_bytes).unwrap_or(u32::MAX) }
            }
            EgressError::Redirected { host, target, .. } => {
                Self::OtherSite { address: host.clone(), target: target.clone() }
            }
            EgressError::BadAnswer { host, .. } => Self::HostAnswerUnreadable { host: host.clone() },
            EgressError::LocalhostElsewhere | EgressError::NotRecorded { .. } | EgressError::Setup { .. } => {
                return None;
            }
        })
    }
}
