//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use quillhouse_studio::views::{
    document::LibrarySearchParams,
    embedder::{EmbedderImportParams, PoolingView},
    model::ModelImportParams,
};

/// Turns a brand's own documents and a short brief into cited content, on this computer.
#[derive(Debug, Parser)]
#[command(name = "quillhouse", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// Where everything lives [default: the system's place for application data]
    #[arg(long, global = true, env = "QUILLHOUSE_DATA", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Look at machine, models, runtimes, keychain and data folder
    Doctor,
    /// Brands
    #[command(subcommand)]
    Brand(BrandCommand),
    /// A brand's documents
    #[command(subcommand)]
    Library(LibraryCommand),
    /// All data of Quillhouse
    #[command(subcommand)]
    Data(DataCommand),
    /// What the documents say about the brand
    #[command(subcommand)]
    Kit(KitCommand),
    /// Write an article, posts and scripts
    Write(Box<WriteArguments>),
    /// Runs
    #[command(subcommand)]
    Run(RunCommand),
    /// Pieces
    #[command(subcommand)]
    Piece(PieceCommand),
    /// Export a piece to a file
    Export(ExportArguments),
    /// Models
    #[command(subcommand)]
    Models(ModelsCommand),
    /// Providers of models elsewhere, and their accounts
    #[command(subcommand)]
    Providers(ProvidersCommand),
    /// Every connection that was made, and sealed mode
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// What calls of models used
    Usage(UsageArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProvidersCommand {
    /// List the providers with accounts, models, and where keys are kept
    List,
    /// Add an account; its key is read from standard input and sealed
    Add {
        /// `openai`, `anthropic`, `mistral`, `gemini`, `xai` or `openai_compatible`
        provider: String,
        /// Where it answers, unless it is the usual place
        #[arg(long, value_name = "URL")]
        address: Option<String>,
        /// The account's name for people
        #[arg(long)]
        label: Option<String>,
        /// The server wants no key
        #[arg(long)]
        no_key: bool,
    },
    /// Agree that texts are sent to a provider; nothing is before
    Agree {
        /// The provider
        provider: String,
        /// Take it back
        #[arg(long)]
        take_back: bool,
    },
    /// Prove address and keys; no text is sent
    Test {
        /// The provider
        provider: String,
    },
    /// Change an account
    Set {
        /// Id of the account
        account: String,
        /// Tokens it may use a month; 0 for no limit
        #[arg(long, value_name = "NUMBER")]
        limit_tokens: Option<u64>,
        /// Turn it off
        #[arg(long, conflicts_with = "on")]
        off: bool,
        /// Turn it on
        #[arg(long)]
        on: bool,
    },
    /// Remove a provider with its accounts and keys
    Remove {
        /// The provider
        provider: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Show the connections, the newest first
    Show,
    /// Let nothing but this computer be reached
    Seal,
    /// Let the providers that were added be reached
    Unseal,
}

#[derive(Debug, Args)]
pub(crate) struct UsageArguments {
    /// One line each: step, run, brand, provider, account, model, month
    #[arg(long, default_value = "model", value_enum)]
    by: UsageGroup,
    /// Only the last so many days
    #[arg(long, value_name = "NUMBER")]
    days: Option<u32>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum UsageGroup {
    Step,
    Run,
    Brand,
    Provider,
    Account,
    Model,
    Month,
}

impl UsageArguments {
    pub(crate) fn params(&self) -> serde_json::Value {
        let by = match self.by {
            UsageGroup::Step => "step",
            UsageGroup::Run => "run",
            UsageGroup::Brand => "brand",
            UsageGroup::Provider => "provider",
            UsageGroup::Account => "account",
            UsageGroup::Model => "model",
            UsageGroup::Month => "month",
        };
        serde_json::json!({ "by": by, "days": self.days })
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum BrandCommand {
    /// Make a brand
    Create {
        /// Its name
        name: String,
    },
    /// List the brands
    List,
    /// Say whether a brand's texts stay on this computer
    LocalOnly {
        /// Name or id
        brand: String,
        /// `on` or `off`
        #[arg(value_parser = ["on", "off"])]
        state: String,
    },
    /// Erase a brand with everything in it
    Erase {
        /// Name or id
        brand: String,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    /// Erase every brand with all it has, the ledger and the settings
    Erase {
        /// The words `erase everything`
        #[arg(long, value_name = "WORDS", default_value = "")]
        confirm: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LibraryCommand {
    /// Add files and folders
    Add {
        /// Name or id of the brand
        brand: String,
        /// Files, folders with them, or addresses of pages (PDF, DOCX, PPTX, XLSX, ODS, CSV, HTML, EML, Markdown, text)
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Finish the documents that were left unfinished
    Resume {
        /// Name or id of the brand
        brand: String,
    },
    /// Read a document again
    Retry {
        /// Name or id of the brand
        brand: String,
        /// Name or id of the document
        document: String,
        /// Read the document's password from standard input; it is kept nowhere
        #[arg(long)]
        password_stdin: bool,
    },
    /// Show how the library stands
    Status {
        /// Name or id of the brand
        brand: String,
    },
    /// Watch a folder: what is put into it is added. Runs until Ctrl-C; the folder is followed again by every program that stays
    Watch {
        /// Name or id of the brand
        brand: String,
        /// The folder; without one the folders that are watched already
        path: Option<PathBuf>,
    },
    /// Watch a folder no more; its documents stay
    Unwatch {
        /// Name or id of the brand
        brand: String,
        /// Path or id of the folder
        folder: String,
    },
    /// Give a document tags, in place of those it has
    Tag {
        /// Name or id of the brand
        brand: String,
        /// Name or id of the document
        document: String,
        /// Its tags
        tags: Vec<String>,
    },
    /// List the documents
    List {
        /// Name or id of the brand
        brand: String,
    },
    /// Show what was read from a document
    Show {
        /// Name or id of the brand
        brand: String,
        /// Name or id of the document
        document: String,
    },
    /// Erase a document with everything that was made from it, and print the receipt
    #[command(alias = "erase")]
    Remove {
        /// Name or id of the brand
        brand: String,
        /// Name or id of the document
        document: String,
    },
    /// Search the documents
    Search(SearchArguments),
}

#[derive(Debug, Args)]
pub(crate) struct SearchArguments {
    /// Name or id of the brand
    brand: String,
    /// What to look for
    query: String,
    /// Most hits
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: u32,
    /// Only this document, by name or id; may be given several times
    #[arg(long, value_name = "DOCUMENT")]
    document: Vec<String>,
    /// Only documents in this language, such as `en`; may be given several times
    #[arg(long, value_name = "CODE")]
    language: Vec<String>,
    /// Only documents with this tag; may be given several times
    #[arg(long)]
    tag: Vec<String>,
    /// Only documents added on this day or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<String>,
    /// Only documents added on this day or earlier
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<String>,
    /// Show what is nearest even when it has nothing to do with the query
    #[arg(long)]
    unrelated: bool,
}

impl SearchArguments {
    pub(crate) fn params(self) -> LibrarySearchParams {
        let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
        LibrarySearchParams {
            documents: some(self.document),
            languages: some(self.language),
            tags: some(self.tag),
            added_from: self.from,
            added_to: self.to,
            unrelated: self.unrelated.then_some(true),
            ..LibrarySearchParams::everywhere(self.brand, self.query, self.limit)
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum KitCommand {
    /// Bring the brand kit up to the documents
    Build {
        /// Name or id of the brand
        brand: String,
        /// Ask the model for plainer wordings of facts; they are suggestions, nothing is changed
        #[arg(long)]
        with_model: bool,
        /// Which model to ask, in place of the one that writes
        #[arg(long, requires = "with_model")]
        model: Option<String>,
    },
    /// Show the brand kit
    Show {
        /// Name or id of the brand
        brand: String,
        /// A former version
        #[arg(long, value_name = "NUMBER")]
        version: Option<u32>,
    },
    /// Show what each version of the brand kit changed
    History {
        /// Name or id of the brand
        brand: String,
        /// Only the newest so many
        #[arg(long, value_name = "NUMBER")]
        limit: Option<u32>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct WriteArguments {
    /// Name or id of the brand
    pub(crate) brand: String,
    /// The brief as a TOML file; options given beside it win
    #[arg(long, value_name = "FILE")]
    pub(crate) brief: Option<PathBuf>,
    /// What it is about
    #[arg(long, required_unless_present = "brief")]
    pub(crate) topic: Option<String>,
    /// Keyphrases, the most important first
    #[arg(long, value_delimiter = ',')]
    pub(crate) keywords: Option<Vec<String>>,
    /// Who reads it
    #[arg(long)]
    pub(crate) audience: Option<String>,
    /// How it should sound
    #[arg(long)]
    pub(crate) tone: Option<String>,
    /// Length of the article in words
    #[arg(long)]
    pub(crate) words: Option<u32>,
    /// What to make: blog, social, audio, video
    #[arg(long, value_delimiter = ',')]
    pub(crate) types: Option<Vec<String>>,
    /// Where posts go: linkedin, x, facebook, instagram, threads, bluesky, mastodon
    #[arg(long, value_delimiter = ',')]
    pub(crate) networks: Option<Vec<String>>,
    /// Language of the output: en, de, fr, es, it, nl, pt
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// A statement you vouch for; may be given several times
    #[arg(long = "fact", value_name = "SENTENCE")]
    pub(crate) facts: Option<Vec<String>>,
    /// The model, or `none` [default: the built-in one]
    #[arg(long, value_name = "ID")]
    pub(crate) model: Option<String>,
    /// Write anew even when the same was written within the last hour
    #[arg(long)]
    pub(crate) no_cache: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RunCommand {
    /// List the runs of a brand
    List {
        /// Name or id of the brand
        brand: String,
    },
    /// Show a run with its steps
    Show {
        /// Id of the run
        run: String,
    },
    /// Follow a run to its end
    Watch {
        /// Id of the run
        run: String,
    },
    /// Go on with an interrupted run and follow it to its end
    Resume {
        /// Id of the run
        run: String,
    },
    /// Stop a run and keep its best draft
    Cancel {
        /// Id of the run
        run: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PieceCommand {
    /// List the pieces of a brand
    List {
        /// Name or id of the brand
        brand: String,
    },
    /// Show a piece
    Show {
        /// Id of the piece
        piece: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ExportTo {
    /// Markdown
    Md,
    /// A self-contained web page
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// Id of the piece
    pub(crate) piece: String,
    /// Format
    #[arg(long)]
    pub(crate) to: ExportTo,
    /// File to write; an existing one is replaced
    #[arg(long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Leave the list of sources out
    #[arg(long)]
    pub(crate) no_sources: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// List the models that can be chosen
    List,
    /// Examine a model and choose how it works
    Probe {
        /// Id of the model
        model: String,
    },
    /// Download a model of the catalogue; stopped, it goes on where it was when asked again
    Fetch {
        /// Id of the model
        model: String,
    },
    /// Bring a model: a GGUF file that writes, or a folder of an embedder with `model.onnx`, `tokenizer.json`, `config.json`
    Import(ImportArguments),
    /// Choose the embedder that libraries are searched with, and embed them anew; what was embedded is kept when it is stopped
    Use {
        /// Name of the embedder
        embedder: String,
        /// Only for this brand, by name or id
        #[arg(long)]
        brand: Option<String>,
    },
    /// Delete a model that was downloaded or imported
    Remove {
        /// Id of the model, as `local/name`, or name of the embedder
        model: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The file or folder
    path: PathBuf,
    /// Use a GGUF file where it is, instead of copying it
    #[arg(long)]
    in_place: bool,
    /// Its name [default: the catalogue's, or that of the folder]
    #[arg(long = "as", value_name = "ID")]
    id: Option<String>,
    /// How the vectors of a text's tokens become one [default: the catalogue's, or what the folder says, or mean]
    #[arg(long)]
    pooling: Option<Pooling>,
    /// What the model wants before a query
    #[arg(long, value_name = "TEXT")]
    query_prefix: Option<String>,
    /// What the model wants before a passage
    #[arg(long, value_name = "TEXT")]
    passage_prefix: Option<String>,
    /// Tokens it reads together, when that is less than its files say
    #[arg(long, value_name = "N")]
    max_tokens: Option<u32>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Pooling {
    /// Their mean
    Mean,
    /// That of the first mark
    Cls,
}

impl ImportArguments {
    /// What to take in when it is the file of a model that writes.
    pub(crate) fn model(&self) -> Option<ModelImportParams> {
        let is_file = self.path.is_file() || self.path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gguf"));
        is_file.then(|| ModelImportParams { path: self.path.display().to_string(), keep_in_place: self.in_place })
    }

    pub(crate) fn params(self) -> EmbedderImportParams {
        EmbedderImportParams {
            path: self.path.display().to_string(),
            id: self.id,
            pooling: self.pooling.map(|pooling| match pooling {
                Pooling::Mean => PoolingView::Mean,
                Pooling::Cls => PoolingView::Cls,
            }),
            query_prefix: self.query_prefix,
            passage_prefix: self.passage_prefix,
            max_tokens: self.max_tokens,
        }
    }
}
