//! Prompts: Markdown files with front matter, rendered strictly from one typed context each.
//!
//! Invariants
//! - A variable that the context does not have is an error, never an empty string.
//! - Retrieved text enters a prompt only as a [`FencedSource`] or, a heading's few words, as an [`InlineSource`];
//!   contexts have no other fields for it. Ranking writes nothing, so what is only ranked is stripped and not marked.
//! - A user's prompt that cannot be used is reported and the built-in one stands in; a run never fails because of it.

pub(crate) mod context;
mod fence;

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use minijinja::{Environment, UndefinedBehavior, syntax::SyntaxConfig};
use quillhouse_domain::{Coded, ErrorCode};
use serde::Serialize;

use crate::step::PromptPart;
use context::PromptContext;
pub(crate) use fence::strip_hidden;
pub use fence::{FencedSource, InlineSource};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../assets/prompts");

/// Steps of the renderer; a prompt with forty sources takes about a thousand, an endless loop is stopped.
const RENDER_FUEL: u64 = 100_000;

/// A prompt cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    /// No prompt of that name.
    #[error("There is no prompt `{name}`; the prompts are {known}")]
    Unknown {
        /// The name.
        name: String,
        /// All names.
        known: String,
    },
    /// No front matter, or one without version or description.
    #[error(
        "The prompt `{name}` must begin with `---`, a line `version: NUMBER`, a line `description: TEXT` and `---`. The built-in prompt is used"
    )]
    FrontMatter {
        /// The prompt.
        name: String,
    },
    /// A block marker is missing or not understood.
    #[error("Line {line} of the prompt `{name}`: {problem}. The built-in prompt is used")]
    Block {
        /// The prompt.
        name: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The template is broken or names something that its context does not have.
    #[error("The prompt `{name}` cannot be rendered: {message}. The built-in prompt is used")]
    Template {
        /// The prompt.
        name: String,
        /// What the renderer says.
        message: String,
    },
}

impl Coded for PromptError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unknown { .. } | Self::FrontMatter { .. } | Self::Block { .. } | Self::Template { .. } => {
                ErrorCode::InvalidInput
            }
        }
    }
}

/// A prompt as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PromptInfo {
    /// `agent/task`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// `version:hash`, the hash being the first 16 hexadecimal digits of BLAKE3 over the file.
    pub version: String,
    /// True when the user's text stands instead of the built-in one.
    pub changed: bool,
    /// The whole file.
    pub text: String,
}

/// A prompt ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RenderedPrompt {
    /// `agent/task`.
    pub name: String,
    /// `version:hash` of the file.
    pub version: String,
    /// System message; may be empty.
    pub system: String,
    /// User message.
    pub user: String,
    /// The parts in order, the system's first.
    pub parts: Vec<(PromptPart, String)>,
}

impl RenderedPrompt {
    /// All text after each other, as a model that only continues text sees it.
    pub fn continuation(&self) -> String {
        [self.system.as_str(), self.user.as_str()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n")
    }
}

/// Who is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    System,
    User,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct PromptBlock {
    role: Role,
    part: PromptPart,
    template: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Prompt {
    name: String,
    version: String,
    description: String,
    text: String,
    blocks: Vec<PromptBlock>,
}

impl Prompt {
    fn parse(name: &str, text: &str) -> Result<Self, PromptError> {
        let front = || PromptError::FrontMatter { name: name.to_owned() };
        let unix = text.replace("\r\n", "\n");
        let (head, body) = unix.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).ok_or_else(front)?;
        let field = |key: &str| {
            head.lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.trim() == key)
                .map(|(_, value)| value.trim().to_owned())
        };
        let number: u32 = field("version").and_then(|value| value.parse().ok()).ok_or_else(front)?;
        let description = field("description").filter(|value| !value.is_empty()).ok_or_else(front)?;
        let hash = blake3::hash(text.as_bytes()).to_hex();
        Ok(Self {
            name: name.to_owned(),
            version: format!("{number}:{}", &hash[..16]),
            description,
            text: text.to_owned(),
            blocks: Self::blocks(name, body, head.lines().count() + 2)?,
        })
    }

    fn blocks(name: &str, body: &str, lines_before: usize) -> Result<Vec<PromptBlock>, PromptError> {
        let mut blocks: Vec<PromptBlock> = Vec::new();
        for (index, line) in body.lines().enumerate() {
            let problem =
                |problem: String| PromptError::Block { name: name.to_owned(), line: lines_before + index + 1, problem };
            let marker = line.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
            if let Some(marker) = marker {
                let (role, part) =
                    marker.split_once(':').map(|(role, part)| (role.trim(), part.trim())).unwrap_or_default();
                let role = match role {
                    "system" => Role::System,
                    "user" => Role::User,
                    _ => {
                        return Err(problem(
                            "a block begins with `<!-- system: PART -->` or `<!-- user: PART -->`".into(),
                        ));
                    }
                };
                let part = match part {
                    "instructions" => PromptPart::Instructions,
                    "kit" => PromptPart::Kit,
                    "passages" => PromptPart::Passages,
                    "neighbours" => PromptPart::Neighbours,
                    _ => return Err(problem("a part is instructions, kit, passages or neighbours".into())),
                };
                blocks.push(PromptBlock { role, part, template: String::new() });
            } else if let Some(block) = blocks.last_mut() {
                block.template.push_str(line);
                block.template.push('\n');
            } else if !line.trim().is_empty() {
                return Err(problem("text stands before the first block".into()));
            }
        }
        if blocks.iter().any(|block| block.role == Role::User) {
            Ok(blocks)
        } else {
            Err(PromptError::Block {
                name: name.to_owned(),
                line: lines_before + 1,
                problem: "there is no `<!-- user: PART -->` block".into(),
            })
        }
    }

    fn render(&self, context: &minijinja::Value) -> Result<RenderedPrompt, PromptError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(
            SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .build()
                .expect("BUG: the usual delimiters are distinct"),
        );
        environment.set_fuel(Some(RENDER_FUEL));
        let mut parts = Vec::new();
        let (mut system, mut user) = (Vec::new(), Vec::new());
        for role in [Role::System, Role::User] {
            for block in self.blocks.iter().filter(|block| block.role == role) {
                let text = environment
                    .render_named_str(&self.name, &block.template, context)
                    .map_err(|error| PromptError::Template { name: self.name.clone(), message: error.to_string() })?;
                let text = text.trim().to_owned();
                if text.is_empty() {
                    continue;
                }
                if role == Role::System { &mut system } else { &mut user }.push(text.clone());
                parts.push((block.part, text));
            }
        }
        Ok(RenderedPrompt {
            name: self.name.clone(),
            version: self.version.clone(),
            system: system.join("\n\n"),
            user: user.join("\n\n"),
            parts,
        })
    }
}

/// All prompts, with the user's changes, and the seed from which a run's fences are made.
#[derive(Debug, Clone)]
pub struct PromptLibrary {
    builtin: BTreeMap<String, Prompt>,
    changed: BTreeMap<String, Prompt>,
    seed: String,
}

impl Default for PromptLibrary {
    fn default() -> Self {
        Self::builtin()
    }
}

impl PromptLibrary {
    /// The built-in prompts.
    pub fn builtin() -> Self {
        let mut builtin = BTreeMap::new();
        for folder in FILES.dirs() {
            for file in folder.files() {
                let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) else { continue };
                let Some(name) = path.strip_suffix(".md") else { continue };
                let name = name.replace('\\', "/");
                let prompt = Prompt::parse(&name, text).expect("BUG: the built-in prompts are checked by a test");
                builtin.insert(name, prompt);
            }
        }
        Self { builtin, changed: BTreeMap::new(), seed: String::new() }
    }

    /// The built-in prompts with the user's texts by name. Texts that cannot be used are reported and left out.
    pub fn with_overrides(overrides: BTreeMap<String, String>) -> (Self, Vec<PromptError>) {
        let mut library = Self::builtin();
        let mut errors = Vec::new();
        for (name, text) in overrides {
            match library.check(&name, &text) {
                Ok(prompt) => {
                    library.changed.insert(name, prompt);
                }
                Err(error) => errors.push(error),
            }
        }
        (library, errors)
    }

    /// The same prompts for one run: the fences around sources are made from this seed, which no document can know.
    /// The same seed gives the same prompts, so a resumed run asks the same questions.
    #[must_use]
    pub fn with_seed(mut self, seed: impl Into<String>) -> Self {
        self.seed = seed.into();
        self
    }

    /// Checks a text for the prompt of this name without using it.
    pub fn validate(&self, name: &str, text: &str) -> Result<(), PromptError> {
        self.check(name, text).map(|_| ())
    }

    /// All prompts by name.
    pub fn list(&self) -> Vec<PromptInfo> {
        self.builtin
            .iter()
            .map(|(name, builtin)| {
                let changed = self.changed.get(name);
                let prompt = changed.unwrap_or(builtin);
                PromptInfo {
                    name: name.clone(),
                    description: prompt.description.clone(),
                    version: prompt.version.clone(),
                    changed: changed.is_some(),
                    text: prompt.text.clone(),
                }
            })
            .collect()
    }

    /// Marks retrieved text as data of this run.
    pub fn fence(&self, label: &str, text: &str) -> FencedSource {
        FencedSource::new(&self.seed, label, text)
    }

    pub(crate) fn render<C: PromptContext>(&self, context: &C) -> Result<RenderedPrompt, PromptError> {
        let value = minijinja::Value::from(minijinja::value::Serde(context));
        if let Some(prompt) = self.changed.get(C::NAME)
            && let Ok(rendered) = prompt.render(&value)
        {
            return Ok(rendered);
        }
        self.builtin.get(C::NAME).ok_or_else(|| self.unknown(C::NAME))?.render(&value)
    }

    fn check(&self, name: &str, text: &str) -> Result<Prompt, PromptError> {
        if !self.builtin.contains_key(name) {
            return Err(self.unknown(name));
        }
        let prompt = Prompt::parse(name, text)?;
        for sample in context::samples(name) {
            prompt.render(&sample)?;
        }
        Ok(prompt)
    }

    fn unknown(&self, name: &str) -> PromptError {
        PromptError::Unknown {
            name: name.chars().take(80).collect(),
            known: self.builtin.keys().cloned().collect::<Vec<_>>().join(", "),
        }
    }
}

#[cfg(test)]
mod tests;
