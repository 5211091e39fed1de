//! The machine: steps follow from outputs, every order ends alike, replay restores, failures and cancels end well.

use std::collections::BTreeSet;

use quillhouse_domain::{Brief, BriefRequest, ContentType, DraftReason, ModelId, SectionOrigin, WayOfWorking};

use super::*;
use crate::{
    draft::{AudioDraft, DraftBlock, DraftSentence, PostDraft, SectionPlan, SeoPlan, VideoDraft},
    step::Evidence,
};

fn brief(types: &[ContentType]) -> Brief {
    Brief::parse(BriefRequest {
        topic: "Ferries".into(),
        content_types: types.to_vec(),
        networks: vec![Network::Linkedin, Network::X],
        ..BriefRequest::default()
    })
    .unwrap()
}

const ALL: [ContentType; 4] = [ContentType::Blog, ContentType::Social, ContentType::Audio, ContentType::Video];

fn machine(types: &[ContentType], way: WayOfWorking) -> RunMachine {
    let input = RunInput { brief: brief(types), model: "local/test".parse().unwrap(), way };
    RunMachine::new(WorkflowDefinition::builtin(), input)
}

/// A small source of numbers for shuffling; the same seed gives the same order.
struct Shuffler(u64);

impl Shuffler {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// What the pretended steps make.
#[derive(Clone, Copy)]
struct Script {
    sections: usize,
    scores: [f32; 3],
    refused_section: Option<usize>,
}

const SCRIPT: Script = Script { sections: 3, scores: [6.0, 7.0, 7.5], refused_section: None };

fn section(text: &str, reason: Option<DraftReason>) -> StepOutput {
    StepOutput::Section(SectionDraft {
        heading: text.to_owned(),
        blocks: vec![DraftBlock::Paragraph {
            sentences: vec![DraftSentence { text: format!("{text}."), evidence: None }],
        }],
        origin: if reason.is_some() { SectionOrigin::Composed } else { SectionOrigin::Written },
        reason,
    })
}

/// The output depends on nothing but the step and what it may look at.
fn output(step: &StepSpec, seen: &BTreeMap<StepKey, StepOutput>, script: Script) -> StepOutput {
    match step.task {
        StepTask::Plan => {
            StepOutput::Seo(SeoPlan { keyphrase: "ferries".into(), related: vec![], queries: vec!["ferries".into()] })
        }
        StepTask::Evidence => StepOutput::Research(Evidence {
            sentences: vec![],
            passages: 0,
            documents: 0,
            weak: true,
            kit: quillhouse_domain::BrandKit::default(),
        }),
        StepTask::Outline => StepOutput::Outline(Outline {
            title: "Ferries".into(),
            description: String::new(),
            slug: "ferries".into(),
            introduction: vec![],
            sections: (0..script.sections)
                .map(|index| SectionPlan { heading: format!("H{index}"), budget_words: 100, claims: vec![] })
                .collect(),
            close: vec![],
        }),
        StepTask::Introduction | StepTask::Section | StepTask::Close => {
            let refused = !step.repair && step.section.is_some() && step.section == script.refused_section;
            section(step.key.as_str(), refused.then_some(DraftReason::Repeats))
        }
        StepTask::Assemble | StepTask::Improve => {
            let round: usize = step.key.as_str().strip_prefix("edit-").map_or(0, |round| round.parse().unwrap());
            let mut texts: Vec<String> = seen.keys().map(ToString::to_string).collect();
            texts.sort_unstable();
            StepOutput::Article {
                article: ArticleDraft {
                    title: format!("round {round} of {}", texts.join(" ")),
                    description: String::new(),
                    slug: String::new(),
                    sections: vec![],
                },
                score: script.scores[round],
                score_before: round.checked_sub(1).map(|before| script.scores[before]),
                note: None,
            }
        }
        StepTask::Post => StepOutput::Post(PostDraft {
            network: step.network.unwrap(),
            paragraphs: vec![vec![DraftSentence {
                text: best_article(seen).map_or_else(|| "outline".into(), |(article, _)| article.title.clone()),
                evidence: None,
            }]],
            hashtags: vec![],
            origin: SectionOrigin::Composed,
            reason: None,
        }),
        StepTask::AudioScript => StepOutput::Audio(AudioDraft {
            title: "audio".into(),
            segments: vec![],
            origin: SectionOrigin::Composed,
            reason: None,
        }),
        StepTask::VideoScript => StepOutput::Video(VideoDraft {
            title: "video".into(),
            scenes: vec![],
            origin: SectionOrigin::Composed,
            reason: None,
        }),
        StepTask::Finalise => StepOutput::Finished,
    }
}

fn begun(effects: &[Effect]) -> Vec<StepSpec> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Begin { step } => Some(step.clone()),
            _ => None,
        })
        .collect()
}

fn finished(effects: &[Effect]) -> Option<RunState> {
    effects.iter().find_map(|effect| match effect {
        Effect::Finish { state } => Some(*state),
        _ => None,
    })
}

fn done(machine: &RunMachine, step: &StepSpec, script: Script) -> Event {
    let output = output(step, &machine.outputs_for(&step.key), script);
    Event::StepDone { key: step.key.clone(), output }
}

/// Runs to the end in the shuffler's order; returns the machine, its log, and how often each step began.
fn run(mut machine: RunMachine, script: Script, seed: u64) -> (RunMachine, Vec<Event>, Vec<String>) {
    let mut shuffler = Shuffler(seed);
    let mut log = vec![Event::Started];
    let mut open = begun(&machine.apply(Event::Started));
    let mut order: Vec<String> = open.iter().map(|step| step.key.to_string()).collect();
    while !open.is_empty() {
        let step = open.remove(shuffler.below(open.len()));
        let event = done(&machine, &step, script);
        log.push(event.clone());
        let new = begun(&machine.apply(event));
        order.extend(new.iter().map(|step| step.key.to_string()));
        open.extend(new);
    }
    (machine, log, order)
}

#[test]
fn every_order_of_completion_ends_in_the_same_outputs() {
    for script in [SCRIPT, Script { refused_section: Some(1), ..SCRIPT }, Script { scores: [9.0; 3], ..SCRIPT }] {
        let (first, ..) = run(machine(&ALL, WayOfWorking::Free), script, 1);
        assert_eq!(first.state(), RunState::Done);
        for seed in 2..60 {
            let (other, _, order) = run(machine(&ALL, WayOfWorking::Free), script, seed);
            assert_eq!(other.outputs(), first.outputs(), "order {order:?} must not change what is made");
            assert_eq!(other.kept(), first.kept());
            assert_eq!(
                other.steps().iter().map(|s| &s.step).collect::<Vec<_>>(),
                first.steps().iter().map(|s| &s.step).collect::<Vec<_>>()
            );
            let distinct: BTreeSet<&String> = order.iter().collect();
            assert_eq!(distinct.len(), order.len(), "no step begins twice: {order:?}");
        }
    }
}

#[test]
fn replaying_any_prefix_of_the_log_restores_the_machine() {
    for seed in 0..12 {
        let (_, log, _) = run(machine(&ALL, WayOfWorking::Free), Script { refused_section: Some(0), ..SCRIPT }, seed);
        let mut live = machine(&ALL, WayOfWorking::Free);
        for length in 0..=log.len() {
            if let Some(index) = length.checked_sub(1) {
                live.apply(log[index].clone());
            }
            let json = serde_json::to_string(&log[..length]).unwrap();
            let stored: Vec<Event> = serde_json::from_str(&json).unwrap();
            let replayed =
                RunMachine::replay(live.definition().clone(), live.input().clone(), stored).expect("its own log");
            assert_eq!(replayed, live, "after {length} events, through JSON");
            assert_eq!(replayed.pending(), live.pending());
        }
    }
}

#[test]
fn resuming_begins_what_was_running_and_nothing_that_is_done() {
    let (_, log, _) = run(machine(&ALL, WayOfWorking::Free), SCRIPT, 5);
    for length in 1..log.len() {
        let mut replayed = RunMachine::replay(
            WorkflowDefinition::builtin(),
            machine(&ALL, WayOfWorking::Free).input().clone(),
            log[..length].to_vec(),
        )
        .unwrap();
        let before: Vec<StepKey> = begun(&replayed.pending()).into_iter().map(|step| step.key).collect();
        let again: Vec<StepKey> = begun(&replayed.apply(Event::Resumed)).into_iter().map(|step| step.key).collect();
        assert_eq!(again, before, "exactly the unfinished steps begin again after {length} events");
        assert!(again.iter().all(|key| !replayed.outputs().contains_key(key)), "a step that is done never begins");
    }
}

#[test]
fn cancelling_at_each_point_keeps_the_best_draft_and_can_be_resumed() {
    let (_, log, _) = run(machine(&ALL, WayOfWorking::Free), SCRIPT, 3);
    for length in 1..log.len() {
        let mut cancelled = RunMachine::replay(
            WorkflowDefinition::builtin(),
            machine(&ALL, WayOfWorking::Free).input().clone(),
            log[..length].to_vec(),
        )
        .unwrap();
        let best = best_article(cancelled.outputs()).map(|(article, _)| article.clone());
        let open = begun(&cancelled.pending());
        let effects = cancelled.apply(Event::CancelRequested);
        assert_eq!(effects, [Effect::KeepBest, Effect::Finish { state: RunState::Cancelled }]);
        if best.is_some() {
            assert_eq!(cancelled.kept().article, best, "the best whole article is kept");
        }
        assert!(cancelled.apply(Event::CancelRequested).is_empty(), "a second stop changes nothing");
        let late = done(&cancelled, &open[0], SCRIPT);
        assert!(cancelled.apply(late).is_empty(), "a step that ends after the stop begins nothing");
        let resumed = begun(&cancelled.apply(Event::Resumed));
        assert!(resumed.iter().all(|step| step.key != open[0].key), "and its output is not thrown away");
        let last = open[0].key.as_str() == "finalise";
        assert_eq!(cancelled.state(), if last { RunState::Done } else { RunState::Running });
    }
}

#[test]
fn finished_sections_are_kept_when_a_run_is_cancelled_before_they_are_put_together() {
    let mut machine = machine(&[ContentType::Blog], WayOfWorking::Free);
    let mut open = begun(&machine.apply(Event::Started));
    while let Some(index) = open.iter().position(|step| step.key.as_str() != "section-2") {
        if machine.outputs().contains_key(&StepKey::new("section-3")) {
            break;
        }
        let step = open.remove(index);
        let event = done(&machine, &step, SCRIPT);
        open.extend(begun(&machine.apply(event)));
    }
    machine.apply(Event::CancelRequested);
    let kept = machine.kept();
    let headings: Vec<String> = kept.article.unwrap().sections.into_iter().map(|section| section.heading).collect();
    assert_eq!(headings, ["introduction", "section-1", "section-3"], "in reading order, without the missing one");
    let seen = machine.outputs_for(&StepKey::new("finalise"));
    assert!(seen.contains_key(&StepKey::new("research")), "what was found is seen across steps that are not done");
    assert!(!kept.whole);
}

#[test]
fn only_the_steps_that_the_content_types_need_are_run() {
    let cases: [(&[ContentType], &[&str]); 3] = [
        (&[ContentType::Social], &["seo", "research", "outline", "social-linkedin", "social-x", "finalise"]),
        (&[ContentType::Audio, ContentType::Video], &["seo", "research", "outline", "audio", "video", "finalise"]),
        (
            &[ContentType::Blog],
            &[
                "seo",
                "research",
                "outline",
                "introduction",
                "section-1",
                "section-2",
                "section-3",
                "close",
                "assemble",
                "edit-1",
                "edit-2",
                "finalise",
            ],
        ),
    ];
    for (types, keys) in cases {
        let (machine, _, order) = run(machine(types, WayOfWorking::Composed), SCRIPT, 7);
        let wanted: BTreeSet<&str> = keys.iter().copied().collect();
        assert_eq!(order.iter().map(String::as_str).collect::<BTreeSet<_>>(), wanted, "{types:?}");
        assert_eq!(machine.state(), RunState::Done);
    }
}

#[test]
fn specialists_begin_side_by_side_after_the_last_edit() {
    let mut machine = machine(&ALL, WayOfWorking::Composed);
    let mut open = begun(&machine.apply(Event::Started));
    while let Some(step) = open.pop() {
        let event = done(&machine, &step, SCRIPT);
        let effects = machine.apply(event);
        if step.key.as_str() == "edit-2" {
            let keys: Vec<String> = begun(&effects).iter().map(|step| step.key.to_string()).collect();
            assert_eq!(keys, ["social-linkedin", "social-x", "audio", "video"]);
            let Some(Effect::Begin { step }) = effects.into_iter().next() else { panic!("a post begins") };
            let seen = machine.outputs_for(&step.key);
            assert!(seen.contains_key(&StepKey::new("edit-2")) && seen.contains_key(&StepKey::new("research")));
            return;
        }
        open.extend(begun(&effects));
    }
    panic!("the second edit round never came");
}

#[test]
fn edit_rounds_end_at_the_threshold_or_when_a_round_gains_nothing() {
    let cases = [
        ([8.0, 9.0, 9.0], 0),
        ([7.9, 8.1, 9.0], 1),
        ([6.0, 6.0, 9.0], 1),
        ([6.0, 5.0, 9.0], 1),
        ([5.0, 6.0, 7.0], 2),
        ([5.0, 6.0, 6.0], 2),
    ];
    for (scores, rounds) in cases {
        let (machine, _, order) =
            run(machine(&[ContentType::Blog], WayOfWorking::Free), Script { scores, ..SCRIPT }, 1);
        assert_eq!(order.iter().filter(|key| key.starts_with("edit-")).count(), rounds, "scores {scores:?}");
        let best = scores[..=rounds].iter().copied().fold(0.0, f32::max);
        assert_eq!(machine.kept().score, Some(best), "the best of {scores:?} is kept");
    }
}

#[test]
fn a_refused_section_gets_one_repair_only_when_the_model_writes_freely() {
    for (way, repairs) in [(WayOfWorking::Free, 1), (WayOfWorking::Guided, 0), (WayOfWorking::Composed, 0)] {
        let script = Script { refused_section: Some(1), ..SCRIPT };
        let (machine, _, order) = run(machine(&[ContentType::Blog], way), script, 1);
        assert_eq!(order.iter().filter(|key| *key == "section-2-repair").count(), repairs, "{way:?}");
        let seen = machine.outputs_for(&StepKey::new("assemble"));
        assert_eq!(seen.contains_key(&StepKey::new("section-2-repair")), repairs == 1, "assembly waits for the repair");
    }
}

#[test]
fn without_a_model_nothing_is_left_to_it() {
    let input = RunInput { brief: brief(&ALL), model: ModelId::none(), way: WayOfWorking::Free };
    assert_eq!(input.way(), WayOfWorking::Composed);
}

fn fail(key: &str, retryable: bool) -> Event {
    Event::StepFailed { key: StepKey::new(key), reason: "The index is missing".into(), retryable }
}

#[test]
fn a_passing_failure_is_tried_again_a_bounded_number_of_times() {
    let mut machine = machine(&ALL, WayOfWorking::Free);
    machine.apply(Event::Started);
    for attempt in 2..=MOST_ATTEMPTS {
        assert_eq!(begun(&machine.apply(fail("seo", true))).len(), 1, "attempt {attempt}");
    }
    assert_eq!(finished(&machine.apply(fail("seo", true))), Some(RunState::Failed));
    assert_eq!(machine.steps()[0].reason.as_deref(), Some("The index is missing"));
    assert_eq!(begun(&machine.apply(Event::Resumed)).len(), 1, "the user may try once more");
}

#[test]
fn a_lasting_failure_ends_the_run_once_everything_beside_it_is_done() {
    let mut machine = machine(&[ContentType::Social, ContentType::Audio], WayOfWorking::Free);
    let mut open = begun(&machine.apply(Event::Started));
    while open.len() == 1 {
        let event = done(&machine, &open.remove(0), SCRIPT);
        open.extend(begun(&machine.apply(event)));
    }
    assert!(machine.apply(fail("social-x", false)).is_empty(), "the other specialists go on");
    let linkedin = done(&machine, &open[0], SCRIPT);
    assert!(machine.apply(linkedin).is_empty());
    let audio = done(&machine, &open[2], SCRIPT);
    assert_eq!(machine.apply(audio), [Effect::KeepBest, Effect::Finish { state: RunState::Failed }]);
    assert_eq!((machine.kept().posts.len(), machine.kept().audio.is_some()), (1, true), "what was made is kept");
}

#[test]
fn a_failed_edit_round_leaves_the_article_as_it_was() {
    let mut machine = machine(&[ContentType::Blog], WayOfWorking::Free);
    let mut open = begun(&machine.apply(Event::Started));
    while let Some(step) = open.pop() {
        let event = if step.key.as_str() == "edit-1" { fail("edit-1", false) } else { done(&machine, &step, SCRIPT) };
        open.extend(begun(&machine.apply(event)));
    }
    assert_eq!(machine.state(), RunState::Done);
    assert_eq!(machine.kept().score, Some(SCRIPT.scores[0]));
}

#[test]
fn events_that_cannot_be_true_change_nothing() {
    let mut machine = machine(&ALL, WayOfWorking::Free);
    for event in [Event::CancelRequested, Event::Resumed, fail("seo", true)] {
        assert!(machine.apply(event).is_empty(), "nothing happens before the start");
    }
    machine.apply(Event::Started);
    let before = machine.clone();
    let early = Event::StepDone { key: StepKey::new("audio"), output: StepOutput::Finished };
    for event in [Event::Started, early, fail("nobody", false)] {
        assert!(machine.apply(event).is_empty());
        assert_eq!(machine, before);
    }
    let wrong = Event::StepDone { key: StepKey::new("seo"), output: StepOutput::Finished };
    assert_eq!(finished(&machine.apply(wrong)), Some(RunState::Failed), "an output of another kind fails the step");
}

#[test]
fn a_log_of_another_run_is_refused_with_its_place() {
    let input = machine(&ALL, WayOfWorking::Free).input().clone();
    let log = [Event::Started, Event::StepDone { key: StepKey::new("poem"), output: StepOutput::Finished }];
    let error = RunMachine::replay(WorkflowDefinition::builtin(), input, log).unwrap_err();
    assert!(error.to_string().starts_with("Entry 2 of the run's log speaks of step `poem`"), "{error}");
}

#[test]
fn random_failures_cancels_and_resumes_always_end() {
    for seed in 0..300 {
        let mut shuffler = Shuffler(seed);
        let mut machine = machine(&ALL, WayOfWorking::Free);
        let script = Script { refused_section: Some(2), ..SCRIPT };
        let mut effects = machine.apply(Event::Started);
        let mut open = begun(&effects);
        let mut completions: BTreeMap<StepKey, u32> = BTreeMap::new();
        for turn in 0..400 {
            if machine.state() == RunState::Done {
                break;
            }
            let calm = turn > 120;
            let event = if open.is_empty() || (!calm && shuffler.below(12) == 0) {
                open.clear();
                if shuffler.below(2) == 0 {
                    machine.apply(Event::CancelRequested);
                }
                Event::Resumed
            } else {
                let step = open.remove(shuffler.below(open.len()));
                if !calm && shuffler.below(5) == 0 {
                    Event::StepFailed { key: step.key, reason: "x".into(), retryable: shuffler.below(2) == 0 }
                } else {
                    *completions.entry(step.key.clone()).or_insert(0) += 1;
                    done(&machine, &step, script)
                }
            };
            effects = machine.apply(event);
            open.extend(begun(&effects));
        }
        assert_eq!(machine.state(), RunState::Done, "seed {seed}");
        assert!(completions.values().all(|count| *count == 1), "no step is done twice, seed {seed}");
    }
}
