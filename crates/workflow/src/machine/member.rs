//! The steps that one step of a definition stands for: sections, posts, rounds, repairs. They follow from the outputs.

use quillhouse_domain::{Network, SectionOrigin, WayOfWorking};

use super::{MOST_SECTIONS, RunMachine, network_label, outline_of};
use crate::{
    definition::{Repeat, StepDefinition, StepTask},
    step::{StepKey, StepOutput},
};

/// One of the steps that a step of the definition stands for.
pub(super) struct Member {
    pub(super) key: StepKey,
    pub(super) title: String,
    pub(super) place: u32,
    pub(super) section: Option<usize>,
    pub(super) network: Option<Network>,
    pub(super) after: Option<StepKey>,
    pub(super) repair: bool,
}

impl Member {
    fn new(key: String) -> Self {
        Self {
            key: StepKey::new(key),
            title: String::new(),
            place: 0,
            section: None,
            network: None,
            after: None,
            repair: false,
        }
    }
}

impl RunMachine {
    pub(super) fn members(&self, step: &StepDefinition) -> Vec<Member> {
        match (step.repeat, step.task) {
            (Some(Repeat::Section), _) => {
                let Some(outline) = outline_of(&self.outputs) else { return Vec::new() };
                let mut members = Vec::new();
                for (index, section) in outline.sections.iter().take(MOST_SECTIONS).enumerate() {
                    let member = Member {
                        title: format!("{} {}: {}", step.title, index + 1, section.heading),
                        place: u32::try_from(index).unwrap_or(0) * 2,
                        section: Some(index),
                        ..Member::new(format!("{}-{}", step.key, index + 1))
                    };
                    self.push_with_repair(step, member, &mut members);
                }
                members
            }
            (Some(Repeat::Network), _) => (0_u32..)
                .zip(self.input.brief.networks())
                .map(|(place, network)| Member {
                    title: format!("{} for {}", step.title, network_label(*network)),
                    place,
                    network: Some(*network),
                    ..Member::new(format!("{}-{network}", step.key))
                })
                .collect(),
            (None, StepTask::Improve) => self.rounds(step),
            (None, _) => {
                let member = Member { title: step.title.clone(), ..Member::new(step.key.clone()) };
                let mut members = Vec::new();
                self.push_with_repair(step, member, &mut members);
                members
            }
        }
    }

    fn push_with_repair(&self, step: &StepDefinition, member: Member, members: &mut Vec<Member>) {
        let repair = match self.outputs.get(&member.key) {
            Some(StepOutput::Section(section))
                if step.repair
                    && self.input.way() == WayOfWorking::Free
                    && section.origin == SectionOrigin::Composed
                    && section.reason.is_some() =>
            {
                Some(Member {
                    title: format!("{}, second try", member.title),
                    place: member.place + 1,
                    section: member.section,
                    after: Some(member.key.clone()),
                    repair: true,
                    ..Member::new(format!("{}-repair", member.key))
                })
            }
            _ => None,
        };
        members.push(member);
        members.extend(repair);
    }

    /// One round more while the score is below the threshold and the round before has gained.
    fn rounds(&self, step: &StepDefinition) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        let Some(StepOutput::Article { score, .. }) = self.outputs.get(&StepKey::new("assemble")) else {
            return members;
        };
        let mut known = *score;
        for round in 1..=step.rounds {
            if known >= step.threshold {
                break;
            }
            let member = Member {
                title: format!("{}, round {round}", step.title),
                place: round,
                after: members.last().map(|member| member.key.clone()),
                ..Member::new(format!("{}-{round}", step.key))
            };
            let gained = match self.outputs.get(&member.key) {
                Some(StepOutput::Article { score, score_before, .. }) if *score > score_before.unwrap_or(known) => {
                    known = *score;
                    true
                }
                _ => false,
            };
            members.push(member);
            if !gained {
                break;
            }
        }
        members
    }
}
