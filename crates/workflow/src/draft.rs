//! Drafts: what the agents hand to each other and what finally becomes pieces.
//!
//! Invariants
//! - A draft is built of sentences; text is only ever made from them, so that a citation belongs to exactly one sentence.
//! - `evidence` of a sentence names an entry of the run's evidence list; nothing else may be cited.

use quillhouse_domain::{DraftReason, Network, SectionOrigin};
use serde::{Deserialize, Serialize};

/// What the SEO researcher found out from the brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeoPlan {
    /// The phrase that scoring looks for.
    pub keyphrase: String,
    /// Further phrases worth using, the most important first.
    pub related: Vec<String>,
    /// Queries for the library, the most important first.
    pub queries: Vec<String>,
}

/// The plan of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// The article's H1, at most 60 characters.
    pub title: String,
    /// Meta description, 70 to 156 characters.
    pub description: String,
    /// Last part of the address: lower case, words joined by `-`.
    pub slug: String,
    /// Evidence for the introduction.
    pub introduction: Vec<u32>,
    /// At least three for an article.
    pub sections: Vec<SectionPlan>,
    /// Evidence for the close; never used elsewhere.
    pub close: Vec<u32>,
}

/// The plan of one section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionPlan {
    /// H2 without markup; unique in the outline.
    pub heading: String,
    /// Length to aim at, in words.
    pub budget_words: u32,
    /// Evidence of this section, in the order in which it is to be used. No sentence stands in two sections.
    pub claims: Vec<u32>,
}

/// One sentence of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftSentence {
    /// The sentence with its closing mark.
    pub text: String,
    /// The evidence it was taken or written from.
    pub evidence: Option<u32>,
}

/// A paragraph or a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DraftBlock {
    /// Running text.
    Paragraph {
        /// In order.
        sentences: Vec<DraftSentence>,
    },
    /// A bulleted list, one sentence or phrase an item.
    List {
        /// In order.
        items: Vec<DraftSentence>,
    },
}

impl DraftBlock {
    /// Its sentences or items in order.
    pub fn sentences(&self) -> &[DraftSentence] {
        match self {
            Self::Paragraph { sentences } => sentences,
            Self::List { items } => items,
        }
    }
}

/// One section of an article: the introduction and the close have an empty heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionDraft {
    /// H2 without markup, or empty.
    pub heading: String,
    /// Its text.
    pub blocks: Vec<DraftBlock>,
    /// How it was made.
    pub origin: SectionOrigin,
    /// Why the model's text does not stand here, when it was asked and not used.
    pub reason: Option<DraftReason>,
}

impl SectionDraft {
    /// All sentences in reading order.
    pub fn sentences(&self) -> impl Iterator<Item = &DraftSentence> {
        self.blocks.iter().flat_map(DraftBlock::sentences)
    }

    /// The section as Markdown, with its heading when it has one.
    pub fn to_markdown(&self) -> String {
        let mut markdown = String::new();
        if !self.heading.is_empty() {
            markdown.push_str("## ");
            markdown.push_str(&self.heading);
            markdown.push_str("\n\n");
        }
        for block in &self.blocks {
            match block {
                DraftBlock::Paragraph { sentences } => {
                    let text: Vec<&str> = sentences.iter().map(|sentence| sentence.text.as_str()).collect();
                    markdown.push_str(&text.join(" "));
                    markdown.push_str("\n\n");
                }
                DraftBlock::List { items } => {
                    for item in items {
                        markdown.push_str("- ");
                        markdown.push_str(&item.text);
                        markdown.push('\n');
                    }
                    markdown.push('\n');
                }
            }
        }
        markdown
    }
}

/// A whole article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleDraft {
    /// H1.
    pub title: String,
    /// Meta description.
    pub description: String,
    /// Last part of the address.
    pub slug: String,
    /// Introduction first (empty heading), then the sections, then a close.
    pub sections: Vec<SectionDraft>,
}

impl ArticleDraft {
    /// The article as Markdown: one H1, then the sections.
    pub fn to_markdown(&self) -> String {
        let mut markdown = format!("# {}\n\n", self.title);
        for section in &self.sections {
            markdown.push_str(&section.to_markdown());
        }
        format!("{}\n", markdown.trim_end())
    }

    /// All sentences in reading order.
    pub fn sentences(&self) -> impl Iterator<Item = &DraftSentence> {
        self.sections.iter().flat_map(SectionDraft::sentences)
    }
}

/// A post for one network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostDraft {
    /// Where it goes.
    pub network: Network,
    /// Paragraphs of sentences: hook, support, ask.
    pub paragraphs: Vec<Vec<DraftSentence>>,
    /// Without `#`.
    pub hashtags: Vec<String>,
    /// How it was made.
    pub origin: SectionOrigin,
    /// Why the model's text does not stand here.
    pub reason: Option<DraftReason>,
}

impl PostDraft {
    /// The text as it would be pasted.
    pub fn to_text(&self) -> String {
        let mut parts: Vec<String> = self
            .paragraphs
            .iter()
            .filter(|paragraph| !paragraph.is_empty())
            .map(|paragraph| paragraph.iter().map(|sentence| sentence.text.as_str()).collect::<Vec<_>>().join(" "))
            .collect();
        if !self.hashtags.is_empty() {
            parts.push(self.hashtags.iter().map(|tag| format!("#{tag}")).collect::<Vec<_>>().join(" "));
        }
        parts.join("\n\n")
    }

    /// All sentences in reading order.
    pub fn sentences(&self) -> impl Iterator<Item = &DraftSentence> {
        self.paragraphs.iter().flatten()
    }
}

/// One stretch of an audio script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioSegment {
    /// What the stretch is: `Opening`, a section's heading, `Close`.
    pub label: String,
    /// Seconds from the beginning.
    pub start_seconds: u32,
    /// One past its last second.
    pub end_seconds: u32,
    /// Spoken sentences, numbers written as they are said.
    pub sentences: Vec<DraftSentence>,
}

/// An audio script at 150 words a minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioDraft {
    /// Title of the episode.
    pub title: String,
    /// In order, without gaps.
    pub segments: Vec<AudioSegment>,
    /// How it was made.
    pub origin: SectionOrigin,
    /// Why the model's text does not stand here.
    pub reason: Option<DraftReason>,
}

/// One scene of a video script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoScene {
    /// Counted from 1.
    pub number: u32,
    /// Seconds from the beginning.
    pub start_seconds: u32,
    /// One past its last second.
    pub end_seconds: u32,
    /// What is to be seen, in words.
    pub picture: String,
    /// At most seven words.
    pub on_screen_text: String,
    /// Spoken sentences.
    pub voice_over: Vec<DraftSentence>,
}

/// A video script: one scene a section, an opening and a close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoDraft {
    /// Title of the video.
    pub title: String,
    /// In order, without gaps.
    pub scenes: Vec<VideoScene>,
    /// How it was made.
    pub origin: SectionOrigin,
    /// Why the model's text does not stand here.
    pub reason: Option<DraftReason>,
}

/// Minutes and seconds, `1:05`.
pub(crate) fn clock(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

impl AudioDraft {
    /// The script as Markdown with a timing before each stretch.
    pub fn to_markdown(&self) -> String {
        let mut markdown = format!("# {}\n\n", self.title);
        for segment in &self.segments {
            let text: Vec<&str> = segment.sentences.iter().map(|sentence| sentence.text.as_str()).collect();
            markdown.push_str(&format!(
                "**[{}–{}] {}**\n\n{}\n\n",
                clock(segment.start_seconds),
                clock(segment.end_seconds),
                segment.label,
                text.join(" ")
            ));
        }
        format!("{}\n", markdown.trim_end())
    }

    /// All spoken sentences in order.
    pub fn sentences(&self) -> impl Iterator<Item = &DraftSentence> {
        self.segments.iter().flat_map(|segment| &segment.sentences)
    }
}

impl VideoDraft {
    /// The script as Markdown, one heading a scene.
    pub fn to_markdown(&self) -> String {
        let mut markdown = format!("# {}\n\n", self.title);
        for scene in &self.scenes {
            let text: Vec<&str> = scene.voice_over.iter().map(|sentence| sentence.text.as_str()).collect();
            markdown.push_str(&format!(
                "## Scene {} ({}–{})\n\n**Picture:** {}\n\n**On screen:** {}\n\n**Voice-over:** {}\n\n",
                scene.number,
                clock(scene.start_seconds),
                clock(scene.end_seconds),
                scene.picture,
                scene.on_screen_text,
                text.join(" ")
            ));
        }
        format!("{}\n", markdown.trim_end())
    }

    /// All spoken sentences in order.
    pub fn sentences(&self) -> impl Iterator<Item = &DraftSentence> {
        self.scenes.iter().flat_map(|scene| &scene.voice_over)
    }
}
