//! The typed context of each prompt, with a typical and an empty sample by which changed prompts are checked.

use serde::Serialize;

use super::{FencedSource, InlineSource, PromptLibrary};

/// What one prompt may use. `NAME` is the file's path below the prompts' folder, without its ending.
pub(crate) trait PromptContext: Serialize {
    const NAME: &'static str;

    /// Every field filled.
    fn typical(prompts: &PromptLibrary) -> Self;

    /// As little as there can be.
    fn empty(prompts: &PromptLibrary) -> Self;
}

/// What the brief says, in words.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct KitContext {
    pub(crate) brand: String,
    pub(crate) topic: String,
    pub(crate) keyphrase: String,
    pub(crate) keywords: Vec<String>,
    pub(crate) audience: String,
    pub(crate) tone: String,
    /// Name of the language in English.
    pub(crate) language: &'static str,
    /// What the user vouches for.
    pub(crate) facts: Vec<String>,
    /// How the brand sounds; empty when that is not known.
    pub(crate) voice: InlineSource,
    /// The brand's rules for words, one a line.
    pub(crate) words_to_use: Vec<InlineSource>,
}

impl KitContext {
    fn typical() -> Self {
        Self {
            brand: "Lakeline Ferries".into(),
            topic: "Travelling by ferry with a bicycle".into(),
            keyphrase: "ferry with a bicycle".into(),
            keywords: vec!["bicycle deck".into(), "lake crossing".into()],
            audience: "weekend cyclists".into(),
            tone: "calm and practical".into(),
            language: "English",
            facts: vec!["The summer timetable starts on 1 May.".into()],
            voice: InlineSource::new("sentences of 9 to 17 words, no contractions"),
            words_to_use: vec![InlineSource::new("say \"crossing\", not \"voyage\"")],
        }
    }

    fn empty() -> Self {
        Self { topic: "Ferries".into(), keyphrase: "Ferries".into(), language: "English", ..Self::default() }
    }
}

macro_rules! kit_only {
    ($($(#[$doc:meta])* $type:ident = $name:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize)]
        pub(crate) struct $type {
            #[serde(flatten)]
            pub(crate) kit: KitContext,
        }

        impl PromptContext for $type {
            const NAME: &'static str = $name;

            fn typical(_: &PromptLibrary) -> Self {
                Self { kit: KitContext::typical() }
            }

            fn empty(_: &PromptLibrary) -> Self {
                Self { kit: KitContext::empty() }
            }
        }
    )+};
}

kit_only! {
    /// Related phrases.
    RelatedContext = "seo/related";
    /// Beginning for titles.
    TitleContext = "writer/title";
}

/// One section, the introduction or the close.
#[derive(Debug, Serialize)]
pub(crate) struct SectionText {
    #[serde(flatten)]
    pub(crate) kit: KitContext,
    /// The article's title.
    pub(crate) title: InlineSource,
    /// The section's heading; empty for introduction and close.
    pub(crate) heading: InlineSource,
    pub(crate) words: u32,
    /// Heading before, empty when there is none.
    pub(crate) previous: InlineSource,
    /// Heading after, empty when there is none.
    pub(crate) next: InlineSource,
    /// The claims as one numbered source.
    pub(crate) claims: Option<FencedSource>,
    pub(crate) passages: Vec<FencedSource>,
    /// Why an earlier try was refused.
    pub(crate) complaint: Option<InlineSource>,
}

impl SectionText {
    fn typical(prompts: &PromptLibrary) -> Self {
        Self {
            kit: KitContext::typical(),
            title: InlineSource::new("Ferry with a bicycle: what to know"),
            heading: InlineSource::new("Boarding with a bicycle"),
            words: 120,
            previous: InlineSource::new("Buying a ticket"),
            next: InlineSource::new("On the bicycle deck"),
            claims: Some(prompts.fence(
                "claims",
                "1. Bicycles board before cars, ten minutes before departure.\n2. A bicycle ticket costs 4 euros.",
            )),
            passages: vec![
                prompts.fence("Passenger guide.pdf", "Bicycles board before cars. Please walk on the ramp."),
            ],
            complaint: Some(InlineSource::new("It names the number `7`, which no source has")),
        }
    }

    fn empty() -> Self {
        Self {
            kit: KitContext::empty(),
            title: InlineSource::new("Ferries"),
            heading: InlineSource::default(),
            words: 60,
            previous: InlineSource::default(),
            next: InlineSource::default(),
            claims: None,
            passages: Vec::new(),
            complaint: None,
        }
    }
}

macro_rules! section_like {
    ($($(#[$doc:meta])* $type:ident = $name:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize)]
        #[serde(transparent)]
        pub(crate) struct $type(pub(crate) SectionText);

        impl PromptContext for $type {
            const NAME: &'static str = $name;

            fn typical(prompts: &PromptLibrary) -> Self {
                Self(SectionText::typical(prompts))
            }

            fn empty(_: &PromptLibrary) -> Self {
                Self(SectionText::empty())
            }
        }
    )+};
}

section_like! {
    /// A section.
    SectionContext = "writer/section";
    /// The introduction.
    IntroductionContext = "writer/introduction";
    /// The close.
    CloseContext = "writer/close";
}

/// One long sentence.
#[derive(Debug, Serialize)]
pub(crate) struct EditContext {
    #[serde(flatten)]
    pub(crate) kit: KitContext,
    pub(crate) sentence: FencedSource,
}

impl PromptContext for EditContext {
    const NAME: &'static str = "writer/edit";

    fn typical(prompts: &PromptLibrary) -> Self {
        let sentence = "Bicycles, which are carried on all crossings, board before cars, ten minutes before departure.";
        Self { kit: KitContext::typical(), sentence: prompts.fence("", sentence) }
    }

    fn empty(prompts: &PromptLibrary) -> Self {
        Self { kit: KitContext::empty(), sentence: prompts.fence("", "Ferries run.") }
    }
}

/// One statement of the brand kit.
#[derive(Debug, Serialize)]
pub(crate) struct RewordContext {
    pub(crate) language: &'static str,
    pub(crate) statement: FencedSource,
}

impl PromptContext for RewordContext {
    const NAME: &'static str = "kit/reword";

    fn typical(prompts: &PromptLibrary) -> Self {
        Self { language: "English", statement: prompts.fence("", "Large press cabinet — price: 1,240 euro") }
    }

    fn empty(prompts: &PromptLibrary) -> Self {
        Self { language: "German", statement: prompts.fence("", "Ferries run.") }
    }
}

/// Sentences that failed a check.
#[derive(Debug, Serialize)]
pub(crate) struct RewriteContext {
    #[serde(flatten)]
    pub(crate) kit: KitContext,
    pub(crate) problems: Vec<String>,
    /// Numbered.
    pub(crate) sentences: FencedSource,
}

impl PromptContext for RewriteContext {
    const NAME: &'static str = "editor/rewrite";

    fn typical(prompts: &PromptLibrary) -> Self {
        Self {
            kit: KitContext::typical(),
            problems: vec!["Sentences are too long".into()],
            sentences: prompts.fence("", "1. Bicycles board before cars.\n2. A bicycle ticket costs 4 euros."),
        }
    }

    fn empty(prompts: &PromptLibrary) -> Self {
        Self { kit: KitContext::empty(), problems: Vec::new(), sentences: prompts.fence("", "") }
    }
}

/// One post.
#[derive(Debug, Serialize)]
pub(crate) struct PostContext {
    #[serde(flatten)]
    pub(crate) kit: KitContext,
    pub(crate) network: &'static str,
    pub(crate) characters: u32,
    pub(crate) claims: Option<FencedSource>,
}

impl PromptContext for PostContext {
    const NAME: &'static str = "social/post";

    fn typical(prompts: &PromptLibrary) -> Self {
        Self {
            kit: KitContext::typical(),
            network: "LinkedIn",
            characters: 900,
            claims: Some(prompts.fence("claims", "1. Bicycles board before cars.")),
        }
    }

    fn empty(_: &PromptLibrary) -> Self {
        Self { kit: KitContext::empty(), network: "X", characters: 240, claims: None }
    }
}

/// Beginning for hooks.
#[derive(Debug, Serialize)]
pub(crate) struct HookContext {
    #[serde(flatten)]
    pub(crate) kit: KitContext,
    pub(crate) network: &'static str,
}

impl PromptContext for HookContext {
    const NAME: &'static str = "social/hook";

    fn typical(_: &PromptLibrary) -> Self {
        Self { kit: KitContext::typical(), network: "LinkedIn" }
    }

    fn empty(_: &PromptLibrary) -> Self {
        Self { kit: KitContext::empty(), network: "X" }
    }
}

/// Words on screen.
#[derive(Debug, Serialize)]
pub(crate) struct OnScreenContext {
    #[serde(flatten)]
    pub(crate) kit: KitContext,
    /// Numbered voice-overs.
    pub(crate) scenes: FencedSource,
}

impl PromptContext for OnScreenContext {
    const NAME: &'static str = "video/on_screen";

    fn typical(prompts: &PromptLibrary) -> Self {
        let scenes = "1. Bicycles board before cars.\n2. A bicycle ticket costs 4 euros.";
        Self { kit: KitContext::typical(), scenes: prompts.fence("", scenes) }
    }

    fn empty(prompts: &PromptLibrary) -> Self {
        Self { kit: KitContext::empty(), scenes: prompts.fence("", "") }
    }
}

fn both<C: PromptContext>() -> Vec<minijinja::Value> {
    let prompts = PromptLibrary::builtin();
    vec![
        minijinja::Value::from(minijinja::value::Serde(C::typical(&prompts))),
        minijinja::Value::from(minijinja::value::Serde(C::empty(&prompts))),
    ]
}

/// Samples of the prompt of this name; none for a name that nobody uses.
pub(crate) fn samples(name: &str) -> Vec<minijinja::Value> {
    match name {
        RelatedContext::NAME => both::<RelatedContext>(),
        TitleContext::NAME => both::<TitleContext>(),
        SectionContext::NAME => both::<SectionContext>(),
        IntroductionContext::NAME => both::<IntroductionContext>(),
        CloseContext::NAME => both::<CloseContext>(),
        EditContext::NAME => both::<EditContext>(),
        RewordContext::NAME => both::<RewordContext>(),
        RewriteContext::NAME => both::<RewriteContext>(),
        PostContext::NAME => both::<PostContext>(),
        HookContext::NAME => both::<HookContext>(),
        OnScreenContext::NAME => both::<OnScreenContext>(),
        _ => Vec::new(),
    }
}
