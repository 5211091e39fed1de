//! What the examination of a model found.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a model works as it does, or what it did not do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProbeReason {
    /// It writes freely.
    #[error("It follows instructions and keeps to the facts, so it writes whole sections")]
    Free,
    /// It is guided.
    #[error("It is not reliable enough to write whole sections, so it ranks and makes small edits that are checked")]
    Guided,
    /// It writes nothing.
    #[error("It is not reliable or fast enough to write, so sections are composed from your own documents")]
    Composed,
    /// It is too slow to write whole sections.
    #[error("It writes {tokens_per_second:.1} tokens a second on this machine")]
    Slow {
        /// Its speed.
        tokens_per_second: f32,
    },
    /// A form came back with wrong values.
    #[error("It does not fill a form with the right values")]
    Form,
    /// A list was too long or too short.
    #[error("It does not give the number of items asked for")]
    ItemCount,
    /// A list was no list.
    #[error("It does not keep to the form of a list")]
    ListForm,
    /// It spoke about the task.
    #[error("It talks about its task instead of doing it")]
    Chatty,
    /// The reader was not addressed.
    #[error("It does not speak to the reader when asked to")]
    Address,
    /// A sentence was not shortened.
    #[error("It does not shorten a sentence")]
    NotShorter,
    /// A rewrite changed facts.
    #[error("It loses or adds facts when it rewrites a sentence")]
    RewriteFacts,
    /// More than one sentence came.
    #[error("It writes more than the one sentence asked for")]
    MoreThanOneSentence,
    /// Another number of sentences came.
    #[error("It does not keep to the number of sentences")]
    SentenceCount,
    /// Facts of a paragraph were lost or invented.
    #[error("It leaves facts out or invents numbers in a paragraph")]
    ParagraphFacts,
    /// A paragraph says more than its facts.
    #[error("It invents or repeats things in a paragraph")]
    ParagraphInvents,
    /// Another language came.
    #[error("It does not keep to the language")]
    Language,
    /// A summary says more than its source.
    #[error("It invents or repeats things in a summary")]
    SummaryInvents,
    /// Names in a form are wrong.
    #[error("It puts wrong names into a form")]
    FormNames,
    /// Numbers in a form are wrong.
    #[error("It puts wrong numbers into a form")]
    FormNumbers,
}
