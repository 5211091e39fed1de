//! Steps: their keys, what they put out, and the small pure conversation by which each is done.
//!
//! A step is a pure function of its context and of the results so far: asked again after a crash with the same
//! results it gives the same work. A step asks a model at most once, so model calls never exceed steps plus crashes.

use std::{collections::BTreeMap, fmt};

use quillhouse_domain::{
    ArticleNote, Block, BrandKit, Brief, DocumentId, DraftReason, EvidenceSentence, LeftOut, WayOfWorking,
};
use serde::{Deserialize, Serialize};

use crate::draft::{ArticleDraft, AudioDraft, Outline, PostDraft, SectionDraft, SeoPlan, VideoDraft};

/// Names a step within its run: `seo`, `research`, `outline`, `section-2`, `section-2-repair`, `edit-1`, `social-x`,
/// `audio`, `video`, `finalise`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepKey(String);

impl StepKey {
    /// A key from its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StepKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Who does a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agent {
    /// Keyphrase, related phrases, queries.
    Seo,
    /// Evidence from the library.
    Researcher,
    /// Outline and sections.
    Writer,
    /// The edit loop and the final assembly.
    Editor,
    /// Posts.
    Social,
    /// Audio script.
    Audio,
    /// Video script.
    Video,
}

/// A passage as the library found it, with the structure inside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetrievedPassage {
    /// The document.
    pub document: DocumentId,
    /// Its name as the user knows it.
    pub document_name: String,
    /// Headings above the passage, outermost first.
    pub heading_path: Vec<String>,
    /// First character of the passage in the document's extracted text.
    pub start: u32,
    /// One past its last character.
    pub end: u32,
    /// The text at `start..end`, verbatim.
    pub text: String,
    /// The blocks inside it; offsets count from the beginning of the document, clipped to the passage.
    pub blocks: Vec<Block>,
    /// Fused relevance, 0 to 1.
    pub relevance: f32,
}

/// What the researcher kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Clean sentences, the index of each being its `id`.
    pub sentences: Vec<EvidenceSentence>,
    /// Passages that were read.
    pub passages: u32,
    /// Documents that gave at least one sentence.
    pub documents: u32,
    /// True when the documents say too little about the topic to carry an article; the draft then says so.
    pub weak: bool,
    /// What of the brand kit the run is held to, without the places of facts: these are settled by the choice above.
    #[serde(default)]
    pub kit: BrandKit,
}

/// The output of a step; stored as JSON with the step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "output", rename_all = "snake_case")]
pub enum StepOutput {
    /// From `seo`.
    Seo(SeoPlan),
    /// From `research`.
    Research(Evidence),
    /// From `outline`.
    Outline(Outline),
    /// From `section-N`, `introduction`, `close` and their repairs.
    Section(SectionDraft),
    /// From `assemble` and `edit-N`: the best article so far.
    Article {
        /// The draft that is kept.
        article: ArticleDraft,
        /// Its score, 0 to 10.
        score: f32,
        /// The score before this step, when there was one.
        score_before: Option<f32>,
        /// What was changed or why nothing was.
        note: Option<ArticleNote>,
    },
    /// From `social-NETWORK`.
    Post(PostDraft),
    /// From `audio`.
    Audio(AudioDraft),
    /// From `video`.
    Video(VideoDraft),
    /// From `finalise`.
    Finished,
}

/// Parts of a prompt, for the bar that shows what the model saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromptPart {
    /// What to do and how to answer.
    Instructions,
    /// The brief and the brand's voice.
    Kit,
    /// Sources.
    Passages,
    /// What stands before and after.
    Neighbours,
}

/// A request to the model, rendered and ready to be counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelAsk {
    /// Prompt file it was rendered from, `writer/section`.
    pub prompt: String,
    /// Version and hash of that file, `1:af3c…`.
    pub prompt_version: String,
    /// System message.
    pub system: String,
    /// User message.
    pub user: String,
    /// The share of each part, as text, in order; together they are the system and user message.
    pub parts: Vec<(PromptPart, String)>,
    /// What was left out so that the prompt fits, when something was.
    pub left_out: Option<LeftOut>,
    /// Most tokens of the answer.
    pub max_tokens: u32,
    /// 0 is greedy.
    pub temperature: f32,
    /// JSON schema the answer must follow, when it is not free text.
    pub schema: Option<serde_json::Value>,
}

/// What a step needs next.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// Nothing: this is its output.
    Done(Box<StepOutput>),
    /// Passages from the library.
    Retrieve {
        /// Searched one by one, then fused.
        queries: Vec<String>,
        /// Most passages.
        limit: u32,
    },
    /// Unit vectors of texts, quantised to -127..=127.
    Embed {
        /// In the order in which the vectors are wanted.
        texts: Vec<String>,
    },
    /// One answer of the model.
    Ask(Box<ModelAsk>),
    /// The mean log-likelihood of each continuation after the prompt. Counts as the step's model call.
    Rank {
        /// Common beginning.
        prompt: String,
        /// What may follow.
        continuations: Vec<String>,
    },
    /// It cannot be done, and the reason is for the user.
    Failed {
        /// A plain sentence.
        reason: String,
    },
}

/// The answer to one piece of work.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkResult {
    /// To `Retrieve`.
    Retrieved(Vec<RetrievedPassage>),
    /// To `Embed`: one vector a text; empty vectors when there is no embedder.
    Embedded(Vec<Vec<i8>>),
    /// To `Ask`: the text.
    Answered(String),
    /// To `Ask`: the prompt does not fit. Nothing was sent; the step may ask again with less.
    DidNotFit {
        /// Tokens of the prompt.
        prompt_tokens: u32,
        /// Tokens there is room for, the answer's share taken off.
        limit_tokens: u32,
    },
    /// To `Ask` or `Rank`: the model failed; the step goes on without it.
    ModelFailed {
        /// Why.
        reason: DraftReason,
    },
    /// To `Rank`: one number a continuation.
    Ranked(Vec<f64>),
}

/// Everything a step may look at.
#[derive(Debug, Clone, Copy)]
pub struct StepContext<'a> {
    /// The brief.
    pub brief: &'a Brief,
    /// The brand's name.
    pub brand_name: &'a str,
    /// The brand kit as it is when the researcher chooses; later steps use the researcher's.
    pub kit: &'a BrandKit,
    /// How much is left to the model.
    pub way: WayOfWorking,
    /// Size of the model's context in tokens; 0 without a model.
    pub context_tokens: u32,
    /// The prompts, with the user's changes.
    pub prompts: &'a crate::prompt::PromptLibrary,
    /// Outputs of the steps that are done.
    pub outputs: &'a BTreeMap<StepKey, StepOutput>,
}
