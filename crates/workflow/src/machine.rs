//! The run as a machine: events in, effects out.
//!
//! Everything the machine knows follows from its definition, its input and its events, so replaying the events restores
//! it exactly. Which steps there are follows from the outputs alone, never from the order in which they came, so every
//! order of completion ends in the same outputs.
//!
//! Invariants
//! - Between two of `Started`, `StepFailed` and `Resumed` a step begins at most once; a step that is done never begins.
//! - A step is tried at most three times before the user is asked, and an edit loop has at most two rounds.
//! - `Finish` comes once for each time the run starts or resumes, always after `KeepBest`.

mod event;
mod member;

use std::collections::{BTreeMap, BTreeSet};

use quillhouse_domain::{Network, RunState, StepState};

use crate::{
    definition::{StepDefinition, StepTask, WorkflowDefinition},
    draft::{ArticleDraft, Outline, SectionDraft},
    step::{StepKey, StepOutput},
};
pub use event::{Effect, Event, KeptDrafts, ReplayError, RunInput, StepSpec, StepStatus};

/// How often a step that fails for a passing reason is tried in one life of the run.
pub(crate) const MOST_ATTEMPTS: u32 = 3;

/// Most sections an outline may have; a 5,000-word article at the shortest section is below it.
pub(crate) const MOST_SECTIONS: usize = 40;

/// Room for a definition's step among the ordinals: two for each section, the second for its repair.
const ORDINALS_A_STEP: u32 = 100;

/// The run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunMachine {
    definition: WorkflowDefinition,
    input: RunInput,
    started: bool,
    finished: Option<RunState>,
    outputs: BTreeMap<StepKey, StepOutput>,
    planned: BTreeSet<StepKey>,
    begun: BTreeSet<StepKey>,
    attempts: BTreeMap<StepKey, u32>,
    failed: BTreeMap<StepKey, String>,
}

/// The best article among a run's outputs with its score; of two equally good ones the earlier.
pub fn best_article(outputs: &BTreeMap<StepKey, StepOutput>) -> Option<(&ArticleDraft, f32)> {
    let mut best: Option<(&ArticleDraft, f32)> = None;
    for output in outputs.values() {
        if let StepOutput::Article { article, score, .. } = output
            && best.is_none_or(|(_, known)| *score > known)
        {
            best = Some((article, *score));
        }
    }
    best
}

/// The section that stands: of its repair when there is one.
pub(crate) fn standing_section<'a>(outputs: &'a BTreeMap<StepKey, StepOutput>, key: &str) -> Option<&'a SectionDraft> {
    let repaired = outputs.get(&StepKey::new(format!("{key}-repair")));
    match repaired.or_else(|| outputs.get(&StepKey::new(key))) {
        Some(StepOutput::Section(section)) => Some(section),
        _ => None,
    }
}

pub(crate) fn outline_of(outputs: &BTreeMap<StepKey, StepOutput>) -> Option<&Outline> {
    match outputs.get(&StepKey::new("outline")) {
        Some(StepOutput::Outline(outline)) => Some(outline),
        _ => None,
    }
}

pub(crate) fn network_label(network: Network) -> &'static str {
    match network {
        Network::Linkedin => "LinkedIn",
        Network::X => "X",
        Network::Facebook => "Facebook",
        Network::Instagram => "Instagram",
        Network::Threads => "Threads",
        Network::Bluesky => "Bluesky",
        Network::Mastodon => "Mastodon",
    }
}

fn fits(task: StepTask, output: &StepOutput) -> bool {
    match output {
        StepOutput::Seo(_) => task == StepTask::Plan,
        StepOutput::Research(_) => task == StepTask::Evidence,
        StepOutput::Outline(_) => task == StepTask::Outline,
        StepOutput::Section(_) => matches!(task, StepTask::Introduction | StepTask::Section | StepTask::Close),
        StepOutput::Article { .. } => matches!(task, StepTask::Assemble | StepTask::Improve),
        StepOutput::Post(_) => task == StepTask::Post,
        StepOutput::Audio(_) => task == StepTask::AudioScript,
        StepOutput::Video(_) => task == StepTask::VideoScript,
        StepOutput::Finished => task == StepTask::Finalise,
    }
}

impl RunMachine {
    /// A run that has not started.
    pub fn new(definition: WorkflowDefinition, input: RunInput) -> Self {
        Self {
            definition,
            input,
            started: false,
            finished: None,
            outputs: BTreeMap::new(),
            planned: BTreeSet::new(),
            begun: BTreeSet::new(),
            attempts: BTreeMap::new(),
            failed: BTreeMap::new(),
        }
    }

    /// The run as it stood after these events.
    pub fn replay(
        definition: WorkflowDefinition,
        input: RunInput,
        events: impl IntoIterator<Item = Event>,
    ) -> Result<Self, ReplayError> {
        let mut machine = Self::new(definition, input);
        for (index, event) in events.into_iter().enumerate() {
            if let Event::StepDone { key, .. } | Event::StepFailed { key, .. } = &event
                && !machine.begun.contains(key)
                && !machine.outputs.contains_key(key)
            {
                return Err(ReplayError::StepNotBegun { position: index + 1, key: key.clone() });
            }
            machine.apply(event);
        }
        Ok(machine)
    }

    /// Takes an event and says what follows. An event that cannot be true changes nothing.
    pub fn apply(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Started => {
                if self.started {
                    return Vec::new();
                }
                self.started = true;
            }
            Event::StepDone { key, output } => {
                if !self.begun.contains(&key) || self.outputs.contains_key(&key) {
                    return Vec::new();
                }
                let Some(step) = self.spec(&key) else { return Vec::new() };
                if fits(step.task, &output) {
                    self.failed.remove(&key);
                    self.outputs.insert(key, output);
                } else {
                    let reason = format!("The step `{key}` gave the output of another kind of step");
                    self.failed.insert(key, reason);
                }
            }
            Event::StepFailed { key, reason, retryable } => {
                if !self.begun.contains(&key) || self.outputs.contains_key(&key) {
                    return Vec::new();
                }
                if retryable && self.attempts.get(&key).copied().unwrap_or(0) < MOST_ATTEMPTS {
                    self.begun.remove(&key);
                } else {
                    self.failed.insert(key, reason);
                }
            }
            Event::CancelRequested => {
                if !self.started || self.finished.is_some() {
                    return Vec::new();
                }
                return self.finish(RunState::Cancelled);
            }
            Event::Resumed => {
                if !self.started {
                    return Vec::new();
                }
                if self.finished == Some(RunState::Done) {
                    return self.finish(RunState::Done);
                }
                self.finished = None;
                self.begun.retain(|key| self.outputs.contains_key(key));
                self.attempts.clear();
                self.failed.clear();
            }
        }
        self.advance()
    }

    /// What the executor still owes: the steps that have begun and are not done, or the end.
    pub fn pending(&self) -> Vec<Effect> {
        if let Some(state) = self.finished {
            return vec![Effect::KeepBest, Effect::Finish { state }];
        }
        self.specs().into_iter().filter(|step| self.in_flight(&step.key)).map(|step| Effect::Begin { step }).collect()
    }

    /// Where the run stands; never `Interrupted`, which only the owner of the process can know.
    pub fn state(&self) -> RunState {
        self.finished.unwrap_or(RunState::Running)
    }

    /// The definition.
    pub const fn definition(&self) -> &WorkflowDefinition {
        &self.definition
    }

    /// The input.
    pub const fn input(&self) -> &RunInput {
        &self.input
    }

    /// All outputs so far.
    pub const fn outputs(&self) -> &BTreeMap<StepKey, StepOutput> {
        &self.outputs
    }

    /// What the step of this key may look at: outputs of the steps before it, directly or through others. Giving a step
    /// exactly these makes its output independent of what happens to run beside it.
    pub fn outputs_for(&self, key: &StepKey) -> BTreeMap<StepKey, StepOutput> {
        let needs: BTreeMap<StepKey, Vec<StepKey>> =
            self.specs().into_iter().map(|step| (step.key, step.needs)).collect();
        let mut before: BTreeSet<&StepKey> = BTreeSet::new();
        let mut open: Vec<&StepKey> = needs.get(key).into_iter().flatten().collect();
        while let Some(key) = open.pop() {
            if before.insert(key) {
                open.extend(needs.get(key).into_iter().flatten());
            }
        }
        before.into_iter().filter_map(|key| self.outputs.get(key).map(|output| (key.clone(), output.clone()))).collect()
    }

    /// All known steps in order.
    pub fn steps(&self) -> Vec<StepStatus> {
        self.specs()
            .into_iter()
            .map(|step| {
                let state = if self.outputs.contains_key(&step.key) {
                    StepState::Done
                } else if self.failed.contains_key(&step.key) {
                    StepState::Failed
                } else if self.begun.contains(&step.key) && self.finished.is_none() {
                    StepState::Running
                } else if self.finished.is_some() {
                    StepState::Skipped
                } else {
                    StepState::Waiting
                };
                StepStatus {
                    state,
                    attempts: self.attempts.get(&step.key).copied().unwrap_or(0),
                    reason: self.failed.get(&step.key).cloned(),
                    step,
                }
            })
            .collect()
    }

    /// What the run has to show so far: the best of it.
    pub fn kept(&self) -> KeptDrafts {
        let mut kept = KeptDrafts::default();
        if let Some((article, score)) = best_article(&self.outputs) {
            kept.article = Some(article.clone());
            kept.score = Some(score);
            kept.whole = true;
        } else {
            kept.article = self.partial_article();
        }
        for network in self.input.brief.networks() {
            if let Some(StepOutput::Post(post)) = self.outputs.get(&StepKey::new(format!("social-{network}"))) {
                kept.posts.push(post.clone());
            }
        }
        if let Some(StepOutput::Audio(audio)) = self.outputs.get(&StepKey::new("audio")) {
            kept.audio = Some(audio.clone());
        }
        if let Some(StepOutput::Video(video)) = self.outputs.get(&StepKey::new("video")) {
            kept.video = Some(video.clone());
        }
        kept
    }

    fn partial_article(&self) -> Option<ArticleDraft> {
        let outline = outline_of(&self.outputs)?;
        let keys = std::iter::once("introduction".to_owned())
            .chain((1..=outline.sections.len()).map(|number| format!("section-{number}")))
            .chain(std::iter::once("close".to_owned()));
        let sections: Vec<SectionDraft> =
            keys.filter_map(|key| standing_section(&self.outputs, &key).cloned()).collect();
        if sections.is_empty() {
            return None;
        }
        Some(ArticleDraft {
            title: outline.title.clone(),
            description: outline.description.clone(),
            slug: outline.slug.clone(),
            sections,
        })
    }

    fn finish(&mut self, state: RunState) -> Vec<Effect> {
        self.finished = Some(state);
        vec![Effect::KeepBest, Effect::Finish { state }]
    }

    fn in_flight(&self, key: &StepKey) -> bool {
        self.begun.contains(key) && !self.outputs.contains_key(key) && !self.failed.contains_key(key)
    }

    fn advance(&mut self) -> Vec<Effect> {
        if !self.started || self.finished.is_some() {
            return Vec::new();
        }
        let mut effects = Vec::new();
        let specs = self.specs();
        let new: Vec<StepSpec> = specs.iter().filter(|step| !self.planned.contains(&step.key)).cloned().collect();
        if !new.is_empty() {
            self.planned.extend(new.iter().map(|step| step.key.clone()));
            effects.push(Effect::Plan { steps: new });
        }
        if self.outputs.contains_key(&StepKey::new("finalise")) {
            effects.extend(self.finish(RunState::Done));
            return effects;
        }
        for step in &specs {
            if !self.begun.contains(&step.key) && !self.outputs.contains_key(&step.key) && self.is_ready(step) {
                self.begun.insert(step.key.clone());
                *self.attempts.entry(step.key.clone()).or_insert(0) += 1;
                effects.push(Effect::Begin { step: step.clone() });
            }
        }
        if !specs.iter().any(|step| self.in_flight(&step.key)) {
            effects.extend(self.finish(RunState::Failed));
        }
        effects
    }

    fn runs(&self, step: &StepDefinition) -> bool {
        self.input.brief.content_types().iter().any(|kind| step.runs_for(*kind))
    }

    fn is_ready(&self, step: &StepSpec) -> bool {
        self.definition
            .steps()
            .iter()
            .find(|definition| definition.task == step.task)
            .is_some_and(|definition| definition.needs.iter().all(|need| self.is_settled(need)))
    }

    /// Nothing more will come from this step of the definition.
    fn is_settled(&self, key: &str) -> bool {
        let Some(step) = self.definition.step(key) else { return true };
        step.needs.iter().all(|need| self.is_settled(need))
            && (!self.runs(step)
                || self.members(step).iter().all(|member| {
                    self.outputs.contains_key(&member.key) || (step.optional && self.failed.contains_key(&member.key))
                }))
    }

    fn spec(&self, key: &StepKey) -> Option<StepSpec> {
        self.specs().into_iter().find(|step| step.key == *key)
    }

    fn specs(&self) -> Vec<StepSpec> {
        let mut specs = Vec::new();
        for (index, step) in self.definition.steps().iter().enumerate() {
            if !self.runs(step) {
                continue;
            }
            let needs = self.concrete_needs(step);
            for member in self.members(step) {
                specs.push(StepSpec {
                    needs: member.after.map_or_else(|| needs.clone(), |key| vec![key]),
                    key: member.key,
                    agent: step.agent,
                    task: step.task,
                    title: member.title,
                    ordinal: u32::try_from(index).unwrap_or(u32::MAX / ORDINALS_A_STEP) * ORDINALS_A_STEP
                        + member.place,
                    section: member.section,
                    network: member.network,
                    repair: member.repair,
                });
            }
        }
        specs
    }

    /// Keys of the steps directly before; a step that does not run hands on what it would have waited for.
    fn concrete_needs(&self, step: &StepDefinition) -> Vec<StepKey> {
        let mut keys: Vec<StepKey> = Vec::new();
        for need in step.needs.iter().filter_map(|need| self.definition.step(need)) {
            let mut found: Vec<StepKey> = Vec::new();
            if self.runs(need) {
                found = self.members(need).into_iter().map(|member| member.key).collect();
                found.retain(|key| !self.failed.contains_key(key));
            }
            if found.is_empty() {
                found = self.concrete_needs(need);
            }
            for key in found {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        keys
    }
}

#[cfg(test)]
mod tests;
