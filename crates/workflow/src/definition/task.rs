//! The tasks that steps may have: who does each, under which key, and what it reads.

use crate::step::Agent;

/// What a step does. Each task has one agent and one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepTask {
    /// Keyphrase, related phrases, queries.
    Plan,
    /// Evidence from the library.
    Evidence,
    /// The outline.
    Outline,
    /// The introduction.
    Introduction,
    /// One section.
    Section,
    /// The close.
    Close,
    /// The article from its sections.
    Assemble,
    /// One edit round.
    Improve,
    /// A post for one network.
    Post,
    /// The audio script.
    AudioScript,
    /// The video script.
    VideoScript,
    /// The end of the run.
    Finalise,
}

pub(super) struct TaskRule {
    pub(super) task: StepTask,
    pub(super) agent: Agent,
    pub(super) word: &'static str,
    pub(super) key: &'static str,
    pub(super) before: &'static [&'static str],
}

/// Agent, word in the file, key, and the keys whose outputs the task reads.
pub(super) const RULES: [TaskRule; 12] = [
    TaskRule { task: StepTask::Plan, agent: Agent::Seo, word: "plan", key: "seo", before: &[] },
    TaskRule {
        task: StepTask::Evidence,
        agent: Agent::Researcher,
        word: "evidence",
        key: "research",
        before: &["seo"],
    },
    TaskRule {
        task: StepTask::Outline,
        agent: Agent::Writer,
        word: "outline",
        key: "outline",
        before: &["seo", "research"],
    },
    TaskRule {
        task: StepTask::Introduction,
        agent: Agent::Writer,
        word: "introduction",
        key: "introduction",
        before: &["outline"],
    },
    TaskRule { task: StepTask::Section, agent: Agent::Writer, word: "section", key: "section", before: &["outline"] },
    TaskRule { task: StepTask::Close, agent: Agent::Writer, word: "close", key: "close", before: &["outline"] },
    TaskRule {
        task: StepTask::Assemble,
        agent: Agent::Editor,
        word: "assemble",
        key: "assemble",
        before: &["introduction", "section", "close"],
    },
    TaskRule { task: StepTask::Improve, agent: Agent::Editor, word: "improve", key: "edit", before: &["assemble"] },
    TaskRule { task: StepTask::Post, agent: Agent::Social, word: "post", key: "social", before: &["outline"] },
    TaskRule { task: StepTask::AudioScript, agent: Agent::Audio, word: "script", key: "audio", before: &["outline"] },
    TaskRule { task: StepTask::VideoScript, agent: Agent::Video, word: "script", key: "video", before: &["outline"] },
    TaskRule {
        task: StepTask::Finalise,
        agent: Agent::Editor,
        word: "finalise",
        key: "finalise",
        before: &["outline"],
    },
];

pub(super) fn agent_word(agent: Agent) -> &'static str {
    match agent {
        Agent::Seo => "seo",
        Agent::Researcher => "researcher",
        Agent::Writer => "writer",
        Agent::Editor => "editor",
        Agent::Social => "social",
        Agent::Audio => "audio",
        Agent::Video => "video",
    }
}

pub(super) fn rule_of(task: StepTask) -> &'static TaskRule {
    RULES.iter().find(|rule| rule.task == task).expect("BUG: every task has its rule")
}

impl StepTask {
    /// The word in definitions; audio and video both say `script`.
    pub fn word(self) -> &'static str {
        rule_of(self).word
    }
}
