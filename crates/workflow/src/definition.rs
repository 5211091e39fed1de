//! Workflow definitions: which steps a run may have, read from TOML and checked.
//!
//! A definition that exists as a value is sound: every need is known, there is no circle, every step's outcome reaches
//! `finalise`, and whatever an agent reads is made by a step before it for the same content types.

mod error;
mod task;

use std::collections::{BTreeMap, BTreeSet};

use quillhouse_domain::ContentType;
use serde::Deserialize;
use toml::Spanned;

use crate::step::Agent;
pub use error::DefinitionError;
pub use task::StepTask;
use task::{RULES, TaskRule, agent_word, rule_of};

const BUILTIN: &str = include_str!("../../../assets/workflows/article.toml");

/// Most edit rounds a definition may ask for.
pub(crate) const MOST_ROUNDS: u32 = 2;

/// What a step is repeated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Repeat {
    Section,
    Network,
}

/// One step of a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct StepDefinition {
    /// Its key; repeated steps append a number or a network's name.
    pub key: String,
    /// Who does it.
    pub agent: Agent,
    /// What is done.
    pub task: StepTask,
    /// What a person reads about it.
    pub title: String,
    /// Keys of the steps before it.
    pub needs: Vec<String>,
    /// Content types that want it; empty means all.
    pub when: Vec<ContentType>,
    /// A section that failed its checks gets one more step.
    pub repair: bool,
    /// The run goes on when it fails.
    pub optional: bool,
    pub(crate) repeat: Option<Repeat>,
    pub(crate) rounds: u32,
    pub(crate) threshold: f32,
}

/// The steps a run may have. Always sound.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowDefinition {
    name: String,
    version: u32,
    source: String,
    steps: Vec<StepDefinition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DefinitionFile {
    name: String,
    version: u32,
    #[serde(default)]
    steps: Vec<StepFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    key: Spanned<String>,
    agent: String,
    task: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    when: Vec<ContentType>,
    #[serde(default)]
    repeat: Option<Repeat>,
    #[serde(default)]
    rounds: Option<u32>,
    #[serde(default)]
    threshold: Option<f32>,
    #[serde(default)]
    repair: bool,
    #[serde(default)]
    optional: bool,
}

fn line_of(source: &str, offset: usize) -> usize {
    1 + source.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

impl StepDefinition {
    fn read(file: StepFile, line: usize) -> Result<Self, DefinitionError> {
        let key = file.key.into_inner();
        let unfit = |problem: &str| DefinitionError::Unfit { key: key.clone(), problem: problem.to_owned(), line };
        let of_agent: Vec<&TaskRule> = RULES.iter().filter(|rule| agent_word(rule.agent) == file.agent).collect();
        if of_agent.is_empty() {
            return Err(DefinitionError::UnknownAgent { key, agent: file.agent, line });
        }
        let Some(rule) = of_agent.iter().find(|rule| rule.word == file.task) else {
            let known = of_agent.iter().map(|rule| rule.word).collect::<Vec<_>>().join(", ");
            return Err(DefinitionError::UnknownTask { key, agent: file.agent, task: file.task, known, line });
        };
        if key != rule.key {
            return Err(DefinitionError::WrongKey { key, task: file.task, expected: rule.key, line });
        }
        let expected_repeat = match rule.task {
            StepTask::Section => Some(Repeat::Section),
            StepTask::Post => Some(Repeat::Network),
            _ => None,
        };
        if file.repeat != expected_repeat {
            return Err(unfit(match expected_repeat {
                Some(Repeat::Section) => "sections need `repeat = \"section\"`",
                Some(Repeat::Network) => "posts need `repeat = \"network\"`",
                None => "this task cannot be repeated; remove `repeat`",
            }));
        }
        let edits = rule.task == StepTask::Improve;
        if !edits && (file.rounds.is_some() || file.threshold.is_some()) {
            return Err(unfit("only the edit loop has `rounds` and `threshold`"));
        }
        let rounds = file.rounds.unwrap_or(MOST_ROUNDS);
        if rounds > MOST_ROUNDS {
            return Err(unfit("`rounds` is at most 2"));
        }
        let threshold = file.threshold.unwrap_or(8.0);
        if !(0.0..=10.0).contains(&threshold) {
            return Err(unfit("`threshold` is a score from 0 to 10"));
        }
        if file.repair && !matches!(rule.task, StepTask::Introduction | StepTask::Section | StepTask::Close) {
            return Err(unfit("only the introduction, sections and the close can be repaired; remove `repair`"));
        }
        if file.optional && !edits {
            return Err(unfit("only the edit loop can be optional; remove `optional`"));
        }
        if rule.task == StepTask::Finalise && !file.when.is_empty() {
            return Err(unfit("the last step always runs; remove `when`"));
        }
        let title = file.title.filter(|title| !title.trim().is_empty()).unwrap_or_else(|| key.clone());
        Ok(Self {
            agent: rule.agent,
            task: rule.task,
            title,
            needs: file.needs,
            when: file.when,
            repair: file.repair,
            optional: file.optional,
            repeat: file.repeat,
            rounds,
            threshold,
            key,
        })
    }

    /// Content types for which it runs.
    pub(crate) fn runs_for(&self, content_type: ContentType) -> bool {
        self.when.is_empty() || self.when.contains(&content_type)
    }
}

impl WorkflowDefinition {
    /// The built-in workflow.
    pub fn builtin() -> Self {
        Self::parse(BUILTIN).expect("BUG: the built-in workflow is checked by a test")
    }

    /// Reads and checks a definition.
    pub fn parse(text: &str) -> Result<Self, DefinitionError> {
        let file: DefinitionFile = toml::from_str(text).map_err(|error| DefinitionError::Unreadable {
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            message: error.message().trim().to_owned(),
        })?;
        if file.name.trim().is_empty() || file.version == 0 {
            return Err(DefinitionError::Nameless);
        }
        let mut lines = Vec::new();
        let mut steps = Vec::new();
        for step in file.steps {
            let line = line_of(text, step.key.span().start);
            lines.push(line);
            steps.push(StepDefinition::read(step, line)?);
        }
        let definition =
            Self { name: file.name.trim().to_owned(), version: file.version, source: text.to_owned(), steps };
        definition.check(&lines)?;
        Ok(definition)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version, at least 1.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The text it was read from; stored with a run so that the run can be replayed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// `name:version:hash`, the hash being the first 16 hexadecimal digits of BLAKE3 over the text.
    pub fn fingerprint(&self) -> String {
        let hash = blake3::hash(self.source.as_bytes()).to_hex();
        format!("{}:{}:{}", self.name, self.version, &hash[..16])
    }

    /// Its steps in the order of the file.
    pub fn steps(&self) -> &[StepDefinition] {
        &self.steps
    }

    /// The step of that key.
    pub(crate) fn step(&self, key: &str) -> Option<&StepDefinition> {
        self.steps.iter().find(|step| step.key == key)
    }

    fn check(&self, lines: &[usize]) -> Result<(), DefinitionError> {
        if self.steps.is_empty() {
            return Err(DefinitionError::NoSteps);
        }
        let mut seen = BTreeSet::new();
        for (step, line) in self.steps.iter().zip(lines) {
            if !seen.insert(step.key.as_str()) {
                return Err(DefinitionError::StepTwice { key: step.key.clone(), line: *line });
            }
        }
        for (step, line) in self.steps.iter().zip(lines) {
            if let Some(need) = step.needs.iter().find(|need| !seen.contains(need.as_str())) {
                return Err(DefinitionError::UnknownNeed { key: step.key.clone(), need: need.clone(), line: *line });
            }
        }
        self.check_order()?;
        let before: BTreeMap<&str, BTreeSet<&str>> =
            self.steps.iter().map(|step| (step.key.as_str(), self.all_before(&step.key))).collect();
        for (step, line) in self.steps.iter().zip(lines) {
            self.check_sources(step, &before[step.key.as_str()], *line)?;
        }
        let reach = before.get("finalise");
        for (step, line) in self.steps.iter().zip(lines) {
            if step.key != "finalise" && !reach.is_some_and(|reach| reach.contains(step.key.as_str())) {
                return Err(DefinitionError::Unreachable { key: step.key.clone(), line: *line });
            }
        }
        Ok(())
    }

    /// Takes away steps whose needs are gone until none is left; what remains waits in a circle.
    fn check_order(&self) -> Result<(), DefinitionError> {
        let mut left: Vec<&StepDefinition> = self.steps.iter().collect();
        loop {
            let keys: BTreeSet<&str> = left.iter().map(|step| step.key.as_str()).collect();
            let count = left.len();
            left.retain(|step| step.needs.iter().any(|need| keys.contains(need.as_str())));
            if left.is_empty() {
                return Ok(());
            }
            if left.len() == count {
                let steps = left.iter().map(|step| format!("`{}`", step.key)).collect::<Vec<_>>().join(", ");
                return Err(DefinitionError::Circle { steps });
            }
        }
    }

    fn all_before(&self, key: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut open = vec![key];
        while let Some(key) = open.pop() {
            for need in self.step(key).into_iter().flat_map(|step| &step.needs) {
                if found.insert(need.as_str()) {
                    open.push(need);
                }
            }
        }
        found
    }

    fn check_sources(
        &self,
        step: &StepDefinition,
        before: &BTreeSet<&str>,
        line: usize,
    ) -> Result<(), DefinitionError> {
        for missing in rule_of(step.task).before {
            let Some(source) = self.step(missing).filter(|source| before.contains(source.key.as_str())) else {
                return Err(DefinitionError::MissingBefore { key: step.key.clone(), missing, line });
            };
            let types = [ContentType::Blog, ContentType::Social, ContentType::Audio, ContentType::Video];
            if let Some(content_type) = types.into_iter().find(|kind| step.runs_for(*kind) && !source.runs_for(*kind)) {
                return Err(DefinitionError::NotRunBefore {
                    key: step.key.clone(),
                    missing: source.key.clone(),
                    content_type,
                    line,
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
