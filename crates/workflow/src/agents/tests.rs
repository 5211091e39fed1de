//! Agents: work follows from results, one model call a step at most, and nothing unchecked stands.

use std::collections::BTreeMap;

use quillhouse_domain::{
    ArticleNote, Block, BlockKind, BrandKit, Brief, BriefRequest, Citation, ContentType, DocumentId, DraftReason,
    EvidenceSentence, ModelId, Network, RunState, SectionOrigin, WayOfWorking,
};

use super::{ask::sources_to_send, *};
use crate::{
    definition::WorkflowDefinition,
    draft::{DraftBlock, DraftSentence, SectionDraft, SectionPlan},
    machine::{Effect, Event, RunInput, RunMachine},
    prompt::PromptLibrary,
    step::{ModelAsk, RetrievedPassage},
};

const FACTS: [&str; 8] = [
    "Bicycles board the ferry before cars, ten minutes before departure.",
    "A bicycle ticket for the lake crossing costs 4 euros in summer.",
    "The bicycle deck of the Lakeline ferry holds 60 bicycles on racks.",
    "Passengers with bicycles walk on the ramp and do not ride on it.",
    "Folding bicycles travel free of charge when they are packed in a bag.",
    "The ferry crosses the lake in 25 minutes, six times a day in summer.",
    "Groups of more than ten cyclists reserve places on the deck by telephone the day before the crossing so that the crew can prepare the racks and keep the lane free for them.",
    "Electric bicycles board with the battery switched off, and charging on the deck is not allowed.",
];

fn document(number: usize) -> DocumentId {
    format!("00000000-0000-7000-8000-{number:012}").parse().unwrap()
}

static NO_KIT: BrandKit = BrandKit {
    version: 0,
    terms: Vec::new(),
    voice: Vec::new(),
    preferred: Vec::new(),
    hidden: Vec::new(),
    aged: Vec::new(),
    tone: Vec::new(),
};

fn evidence() -> Evidence {
    let sentences = FACTS
        .iter()
        .enumerate()
        .map(|(index, text)| EvidenceSentence {
            id: u32::try_from(index).unwrap(),
            citation: Citation {
                document: document(index % 4),
                document_name: format!("Guide {}.md", index % 4),
                page: 1,
                start: 0,
                end: u32::try_from(text.chars().count()).unwrap(),
                quote: (*text).to_owned(),
            },
            text: (*text).to_owned(),
            heading_path: vec!["Bicycles".into()],
            block: u32::try_from(index * 3).unwrap(),
            position: 0,
            list_item: false,
            relevance: 0.9,
            vector: Vec::new(),
        })
        .collect();
    Evidence { sentences, passages: 8, documents: 4, weak: false, kit: BrandKit::default() }
}

fn plan() -> Outline {
    let section = |heading: &str, claims: &[u32]| SectionPlan {
        heading: heading.into(),
        budget_words: 40,
        claims: claims.to_vec(),
    };
    Outline {
        title: "Ferry with a bicycle: what to know".into(),
        description: "What cyclists should know.".into(),
        slug: "ferry-with-a-bicycle".into(),
        introduction: vec![5],
        sections: vec![section("Boarding", &[0, 3]), section("Tickets", &[1, 4]), section("On deck", &[2, 6])],
        close: vec![7],
    }
}

fn brief() -> Brief {
    Brief::parse(BriefRequest {
        topic: "Travelling by ferry with a bicycle".into(),
        keywords: vec!["ferry with a bicycle".into()],
        audience: "weekend cyclists".into(),
        words: 320,
        content_types: vec![ContentType::Blog, ContentType::Social, ContentType::Audio, ContentType::Video],
        networks: vec![Network::Linkedin, Network::X],
        ..BriefRequest::default()
    })
    .unwrap()
}

struct Desk {
    brief: Brief,
    prompts: PromptLibrary,
    outputs: BTreeMap<StepKey, StepOutput>,
    way: WayOfWorking,
}

impl Desk {
    fn new(way: WayOfWorking) -> Self {
        let seo = SeoPlan {
            keyphrase: "ferry with a bicycle".into(),
            related: vec![],
            queries: vec!["ferry with a bicycle".into()],
        };
        Self {
            brief: brief(),
            prompts: PromptLibrary::builtin().with_seed("run"),
            outputs: BTreeMap::from([
                (StepKey::new("seo"), StepOutput::Seo(seo)),
                (StepKey::new("research"), StepOutput::Research(evidence())),
                (StepKey::new("outline"), StepOutput::Outline(plan())),
            ]),
            way,
        }
    }

    fn context(&self) -> StepContext<'_> {
        StepContext {
            brief: &self.brief,
            brand_name: "Lakeline",
            kit: &NO_KIT,
            way: self.way,
            context_tokens: 4096,
            prompts: &self.prompts,
            outputs: &self.outputs,
        }
    }
}

fn spec(key: &str, agent: crate::step::Agent, task: StepTask) -> StepSpec {
    StepSpec {
        key: StepKey::new(key),
        agent,
        task,
        title: String::new(),
        ordinal: 0,
        needs: vec![],
        section: (task == StepTask::Section).then_some(0),
        network: (task == StepTask::Post).then_some(Network::X),
        repair: key.ends_with("-repair"),
    }
}

fn section_spec() -> StepSpec {
    spec("section-1", crate::step::Agent::Writer, StepTask::Section)
}

fn section_of(work: Work) -> SectionDraft {
    match work {
        Work::Done(output) => match *output {
            StepOutput::Section(section) => section,
            other => panic!("a section, not {other:?}"),
        },
        other => panic!("done, not {other:?}"),
    }
}

fn ask_of(work: Work) -> ModelAsk {
    match work {
        Work::Ask(ask) => *ask,
        other => panic!("a question, not {other:?}"),
    }
}

fn answered(text: &str, sentences: usize) -> Vec<WorkResult> {
    vec![WorkResult::Answered(text.into()), WorkResult::Embedded(vec![Vec::new(); sentences])]
}

const GOOD: &str = "Bicycles board the ferry before cars, ten minutes before departure. Passengers with bicycles walk on \
    the ramp and do not ride on it.\n\nThe ferry crosses the lake in 25 minutes, six times a day in summer.";

#[test]
fn a_written_section_stands_when_every_sentence_has_its_source() {
    let desk = Desk::new(WayOfWorking::Free);
    let ask = ask_of(next(&section_spec(), &desk.context(), &[]));
    assert_eq!(ask.prompt, "writer/section");
    assert!(ask.user.contains(FACTS[0]) && ask.user.contains("SOURCE "), "the claims are there, fenced: {}", ask.user);
    assert_eq!(ask.left_out, None);
    let Work::Embed { texts } = next(&section_spec(), &desk.context(), &[WorkResult::Answered(GOOD.into())]) else {
        panic!("the sentences are embedded before they are judged");
    };
    assert_eq!(texts.len(), 3);
    let section = section_of(next(&section_spec(), &desk.context(), &answered(GOOD, 3)));
    assert_eq!((section.origin, section.reason.clone()), (SectionOrigin::Written, None));
    let cited: Vec<Option<u32>> = section.sentences().map(|sentence| sentence.evidence).collect();
    assert_eq!(cited, [Some(0), Some(3), Some(5)], "each sentence names what stands behind it");
    assert_eq!(section.blocks.len(), 2, "paragraphs stay");
}

#[test]
fn what_no_source_says_is_taken_out_and_too_little_left_means_the_composed_text() {
    let desk = Desk::new(WayOfWorking::Free);
    let with_invention = format!("{GOOD} Lakeline won the Golden Anchor prize in 2019.");
    let section = section_of(next(&section_spec(), &desk.context(), &answered(&with_invention, 4)));
    assert_eq!(section.origin, SectionOrigin::Written);
    assert!(!section.to_markdown().contains("Golden Anchor"), "an invented prize never stands");
    let cases = [
        ("Lakeline won the Golden Anchor prize in 2019. It has 4,000 employees in Oslo.", 2, "Only 0 of 40 words"),
        ("Here is the section you asked for:", 0, "gave no whole sentence"),
        ("", 0, "gave no whole sentence"),
        (
            "Ferries are nice. Lakes are wide. Trips are good. Summer is warm. People like boats. Water is wet. The sea is calm today. Boats are fun for all of us here.",
            8,
            "have a source",
        ),
        ("A bicycle ticket for the lake crossing costs 9 euros in summer.", 1, "`9"),
    ];
    for (answer, sentences, reason) in cases {
        let section = section_of(next(&section_spec(), &desk.context(), &answered(answer, sentences)));
        assert_eq!(section.origin, SectionOrigin::Composed, "`{answer}` cannot stand");
        let said = section.reason.expect("the reason is told").to_string();
        assert!(said.contains(reason), "`{said}` should say `{reason}`");
    }
}

#[test]
fn a_prompt_that_does_not_fit_loses_its_least_relevant_sources_and_then_gives_up() {
    let desk = Desk::new(WayOfWorking::Free);
    let full = ask_of(next(&section_spec(), &desk.context(), &[]));
    let mut results = vec![WorkResult::DidNotFit { prompt_tokens: 900, limit_tokens: 700 }];
    let smaller = ask_of(next(&section_spec(), &desk.context(), &results));
    assert!(smaller.user.len() < full.user.len());
    assert!(smaller.left_out.is_some_and(|note| note.left_out > 0 && note.left_out < note.count));
    assert!(smaller.user.contains(FACTS[0]), "the first claim is the last to go");
    for _ in 0..8 {
        results.push(WorkResult::DidNotFit { prompt_tokens: 900, limit_tokens: 100 });
    }
    let section = section_of(next(&section_spec(), &desk.context(), &results));
    assert_eq!(section.origin, SectionOrigin::Composed);
    assert_eq!(section.reason, Some(DraftReason::SectionSourcesDoNotFit), "and it says why");
}

#[test]
fn fewer_sources_are_sent_after_each_refusal() {
    type Case = (usize, usize, &'static [(u32, u32)], Option<usize>);
    let cases: [Case; 6] = [
        (10, 10, &[], Some(10)),
        (10, 4, &[], Some(4)),
        (10, 10, &[(1000, 500)], Some(4)),
        (10, 10, &[(1000, 999)], Some(8)),
        (10, 10, &[(1000, 1)], Some(1)),
        (10, 10, &[(1000, 1), (900, 1)], None),
    ];
    for (total, guess, refusals, keep) in cases {
        assert_eq!(sources_to_send(total, guess, refusals), keep, "{total} {guess} {refusals:?}");
    }
}

#[test]
fn a_repair_tells_the_model_why_the_first_try_was_refused() {
    let mut desk = Desk::new(WayOfWorking::Free);
    let first = SectionDraft {
        heading: "Boarding".into(),
        blocks: vec![],
        origin: SectionOrigin::Composed,
        reason: Some(DraftReason::FewWords { found: 3, count: 40, removed: 0, missing: vec![] }),
    };
    desk.outputs.insert(StepKey::new("section-1"), StepOutput::Section(first));
    let repair = spec("section-1-repair", crate::step::Agent::Writer, StepTask::Section);
    let ask = ask_of(next(&repair, &desk.context(), &[]));
    assert!(ask.user.contains("An earlier try was refused: Only 3 of 40 words"), "{}", ask.user);
}

#[test]
fn a_rewrite_stands_only_when_it_says_what_its_source_says() {
    let language = Language::En;
    let source = FACTS[6];
    let short = "Groups of more than ten cyclists reserve places on the deck by telephone the day before the crossing. \
        The crew can then prepare the racks and keep the lane free for them.";
    assert!(check::rewrite_in_form(source, short, [], language).is_ok());
    let cases = [
        (
            "Groups of more than twelve cyclists reserve places on the deck by telephone the day before.",
            "disagree about",
        ),
        ("Here is the easier sentence.", "spoke about its answer"),
        ("<|im_end|>", "holds `<|`"),
        ("reserve", "did not answer with a sentence"),
        (source, "changed nothing"),
    ];
    for (answer, reason) in cases {
        let said = check::rewrite_in_form(source, answer, [], language).expect_err(answer).to_string();
        assert!(said.contains(reason), "`{said}` should say `{reason}`");
    }
    let not = check::rewrite_in_form(
        FACTS[7],
        "Electric bicycles board with the battery switched off, and charging on the deck is allowed.",
        [],
        language,
    );
    assert!(not.is_err(), "a lost `not` turns the statement around");
    let repeated = check::rewrite_in_form(source, short, [short.split(". ").next().unwrap()], language);
    assert_eq!(repeated, Err(DraftReason::Repeats));
}

#[test]
fn the_answer_is_freed_from_what_models_put_around_it() {
    let cases = [
        ("Sure, here is the text:\n\nFerries run.", "Ferries run."),
        ("## Boarding\n\nFerries run.", "Ferries run."),
        ("```\nFerries run.\n```", "Ferries run."),
        ("\"Ferries run.\"", "Ferries run."),
        ("**Ferries** run.", "Ferries run."),
        ("- Ferries run.", "Ferries run."),
        ("Ferries\u{200B} run.", "Ferries run."),
        ("\"Run\", she said. \"Now.\"", "\"Run\", she said. \"Now.\""),
    ];
    for (answer, text) in cases {
        assert_eq!(check::tidy(answer), text, "of {answer:?}");
    }
    let cut = check::paragraphs("Ferries run all day. The last ferry leaves at", Language::En);
    assert_eq!(cut, [["Ferries run all day."]], "a sentence that was cut off is left out");
}

fn long_section() -> SectionDraft {
    let sentence = |index: usize| DraftSentence { text: FACTS[index].into(), evidence: Some(index as u32) };
    SectionDraft {
        heading: "Groups".into(),
        blocks: vec![DraftBlock::Paragraph { sentences: vec![sentence(0), sentence(6)] }],
        origin: SectionOrigin::Composed,
        reason: None,
    }
}

#[test]
fn related_phrases_must_belong_to_the_brief_and_stand_in_the_library() {
    for (way, kept, queries) in [
        (WayOfWorking::Free, vec!["folding bicycle ferry", "bicycle bag charge"], true),
        (WayOfWorking::Guided, vec!["folding bicycle ferry"], false),
    ] {
        let desk = Desk::new(way);
        let plan = spec("seo", crate::step::Agent::Seo, StepTask::Plan);
        let ask = ask_of(next(&plan, &desk.context(), &[]));
        assert!(ask.schema.is_some_and(|schema| schema["required"][0] == "related"), "the form is asked for");
        let answer = r#"Here: {"related": ["Folding bicycle ferry", "cheap watches", "ferry 2024", "bicycle bag charge", "ferry bicycle airport", "ferry with a bicycle", "folding bicycle ferry"]}"#;
        let mut results = vec![WorkResult::Answered(answer.into())];
        let Work::Retrieve { queries: asked, .. } = next(&plan, &desk.context(), &results) else {
            panic!("phrases are looked up in the library")
        };
        assert!(asked.iter().any(|phrase| phrase == "ferry bicycle airport"), "it belongs to the brief: {asked:?}");
        results.push(WorkResult::Retrieved(passages()));
        let Work::Done(output) = next(&plan, &desk.context(), &results) else { panic!("one question is enough") };
        let StepOutput::Seo(seo) = *output else { panic!("a plan") };
        let taken: Vec<&str> = seo.related.iter().map(String::as_str).filter(|phrase| kept.contains(phrase)).collect();
        assert_eq!(taken, kept, "{way:?}");
        for phrase in &seo.related {
            assert!(
                !["watches", "2024", "airport"].iter().any(|word| phrase.contains(word)),
                "`{phrase}` has no place"
            );
        }
        assert_eq!(seo.queries.iter().any(|query| query == kept[0]), queries, "a weak model adds no query");
    }
}

#[test]
fn answers_without_the_form_change_nothing() {
    for answer in ["", "no", "{", "{\"related\": 3}", "[\"ferry\"]", "}{"] {
        let desk = Desk::new(WayOfWorking::Free);
        let plan = spec("seo", crate::step::Agent::Seo, StepTask::Plan);
        let work = next(&plan, &desk.context(), &[WorkResult::Answered(answer.into())]);
        assert_eq!(work, done(StepOutput::Seo(crate::compose::seo(&desk.brief))), "of {answer:?}");
    }
}

#[test]
fn a_missing_output_is_a_plain_failure() {
    let mut desk = Desk::new(WayOfWorking::Free);
    desk.outputs.clear();
    for (key, agent, task) in [
        ("research", crate::step::Agent::Researcher, StepTask::Evidence),
        ("outline", crate::step::Agent::Writer, StepTask::Outline),
        ("section-1", crate::step::Agent::Writer, StepTask::Section),
        ("assemble", crate::step::Agent::Editor, StepTask::Assemble),
        ("edit-1", crate::step::Agent::Editor, StepTask::Improve),
        ("social-x", crate::step::Agent::Social, StepTask::Post),
        ("audio", crate::step::Agent::Audio, StepTask::AudioScript),
        ("video", crate::step::Agent::Video, StepTask::VideoScript),
    ] {
        let Work::Failed { reason } = next(&spec(key, agent, task), &desk.context(), &[]) else {
            panic!("`{key}` cannot be done without what is before it")
        };
        assert!(reason.starts_with("The output of the step `"), "{reason}");
    }
}

/// A library of four documents about ferries and a model that says what the test wants.
fn passages() -> Vec<RetrievedPassage> {
    (0..4)
        .map(|number| {
            let lines: Vec<String> = (0..2).flat_map(|turn| [FACTS[number + turn * 4].to_owned()]).collect();
            let text = lines.join("\n\n");
            let mut start = 0;
            let blocks = lines
                .iter()
                .map(|line| {
                    let end = start + u32::try_from(line.chars().count()).unwrap();
                    let block =
                        Block { kind: BlockKind::Paragraph, start, end, page: 1, anchor: None, marks: Vec::new() };
                    start = end + 2;
                    block
                })
                .collect();
            RetrievedPassage {
                document: document(number),
                document_name: format!("Guide {number}.md"),
                heading_path: vec![format!("Bicycles {number}")],
                start: 0,
                end: u32::try_from(text.chars().count()).unwrap(),
                text,
                blocks,
                relevance: 0.9,
            }
        })
        .collect()
}

/// Runs a whole run; `model` answers questions. Returns the machine, and the model calls of each step.
fn whole_run(way: WayOfWorking, model: &dyn Fn(&Work) -> WorkResult) -> (RunMachine, BTreeMap<StepKey, u32>) {
    let prompts = PromptLibrary::builtin().with_seed("run");
    let input = RunInput { brief: brief(), model: "local/test".parse::<ModelId>().unwrap(), way };
    let mut machine = RunMachine::new(WorkflowDefinition::builtin(), input);
    let mut calls = BTreeMap::new();
    let mut effects = machine.apply(Event::Started);
    let mut open: Vec<StepSpec> = Vec::new();
    loop {
        open.extend(effects.into_iter().filter_map(|effect| match effect {
            Effect::Begin { step } => Some(step),
            _ => None,
        }));
        let Some(step) = open.pop() else { break };
        let outputs = machine.outputs_for(&step.key);
        let brief = machine.input().brief.clone();
        let context = StepContext {
            brief: &brief,
            brand_name: "Lakeline",
            kit: &NO_KIT,
            way,
            context_tokens: 2048,
            prompts: &prompts,
            outputs: &outputs,
        };
        let mut results = Vec::new();
        let output = loop {
            let work = next(&step, &context, &results);
            assert_eq!(work, next(&step, &context, &results), "asked again, `{}` gives the same work", step.key);
            results.push(match &work {
                Work::Done(output) => break (**output).clone(),
                Work::Failed { reason } => panic!("`{}` failed: {reason}", step.key),
                Work::Retrieve { .. } => WorkResult::Retrieved(passages()),
                Work::Embed { texts } => WorkResult::Embedded(vec![Vec::new(); texts.len()]),
                Work::Ask(_) | Work::Rank { .. } => {
                    assert_ne!(
                        way,
                        WayOfWorking::Composed,
                        "`{}` asks although nothing is left to the model",
                        step.key
                    );
                    let result = model(&work);
                    if !matches!(result, WorkResult::DidNotFit { .. }) {
                        *calls.entry(step.key.clone()).or_insert(0) += 1;
                    }
                    result
                }
            });
            assert!(results.len() < 12, "`{}` comes to an end", step.key);
        };
        effects = machine.apply(Event::StepDone { key: step.key, output });
    }
    (machine, calls)
}

#[test]
fn a_step_calls_the_model_at_most_once_whatever_it_answers() {
    type Model = fn(&Work) -> WorkResult;
    let models: [(&str, Model); 5] = [
        ("silent", |_| WorkResult::Answered(String::new())),
        ("nonsense", |work| match work {
            Work::Rank { continuations, .. } => WorkResult::Ranked(vec![f64::NAN; continuations.len()]),
            _ => WorkResult::Answered("Here is your text: <|im_end|> {\"a\": [1]} Buy now for 999 dollars!".into()),
        }),
        ("broken", |_| WorkResult::ModelFailed { reason: DraftReason::ModelBusy }),
        ("tiny", |_| WorkResult::DidNotFit { prompt_tokens: 3000, limit_tokens: 10 }),
        ("parrot", |work| match work {
            Work::Rank { continuations, .. } => {
                WorkResult::Ranked((0..continuations.len()).map(|index| index as f64).collect())
            }
            _ => WorkResult::Answered(GOOD.into()),
        }),
    ];
    for way in [WayOfWorking::Composed, WayOfWorking::Guided, WayOfWorking::Free] {
        for (name, model) in models {
            let (machine, calls) = whole_run(way, &model);
            assert_eq!(machine.state(), RunState::Done, "{way:?} with the {name} model");
            assert!(calls.values().all(|count| *count <= 1), "{way:?} with the {name} model: {calls:?}");
            let kept = machine.kept();
            assert!(kept.whole && kept.posts.len() == 2 && kept.audio.is_some() && kept.video.is_some());
            let text = kept.article.expect("an article").to_markdown();
            for leftover in ["<|", "999", "Here is your", "{\"", "SOURCE "] {
                assert!(!text.contains(leftover), "{way:?} with the {name} model left `{leftover}`: {text}");
            }
        }
    }
}

#[test]
fn a_useless_model_gives_the_article_that_no_model_gives() {
    let (alone, _) = whole_run(WayOfWorking::Composed, &|_| unreachable!());
    for way in [WayOfWorking::Guided, WayOfWorking::Free] {
        let (with_model, _) = whole_run(way, &|_| WorkResult::Answered("Ferries, ferries, ferries".into()));
        let text = |machine: &RunMachine| machine.kept().article.unwrap().to_markdown();
        assert_eq!(text(&with_model), text(&alone), "{way:?}: never worse than the sources");
    }
}

#[test]
fn a_long_sentence_is_offered_for_shortening_and_only_a_faithful_rewrite_stands() {
    let desk = Desk::new(WayOfWorking::Guided);
    let context = desk.context();
    let section = long_section();
    let ask = ask_of(writer::guided(&context, section.clone(), &[]));
    assert_eq!(ask.prompt, "writer/edit");
    assert!(ask.user.contains(FACTS[6]));
    let short = "Groups of more than ten cyclists reserve places on the deck by telephone the day before the crossing. \
        The crew can then prepare the racks and keep the lane free for them.";
    let near = vec![vec![100, 10], vec![99, 12]];
    let far = vec![vec![100, 0], vec![0, 100]];
    for (vectors, origin) in [(near, SectionOrigin::Edited), (far, SectionOrigin::Composed)] {
        let results = [WorkResult::Answered(short.into()), WorkResult::Embedded(vectors)];
        let edited = section_of(writer::guided(&context, section.clone(), &results));
        assert_eq!(edited.origin, origin);
        if origin == SectionOrigin::Edited {
            let cited: Vec<Option<u32>> = edited.sentences().map(|sentence| sentence.evidence).collect();
            assert_eq!(cited, [Some(0), Some(6), Some(6)], "both halves keep their source");
        } else {
            assert_eq!(edited.reason, Some(DraftReason::MovedAway));
            assert_eq!(edited.blocks, section.blocks, "the composed text stands");
        }
    }
}

#[test]
fn paragraphs_change_places_only_when_the_model_clearly_prefers_it() {
    let desk = Desk::new(WayOfWorking::Guided);
    let context = desk.context();
    let paragraph = |index: usize| DraftBlock::Paragraph {
        sentences: vec![DraftSentence { text: FACTS[index].into(), evidence: Some(index as u32) }],
    };
    let section = SectionDraft {
        heading: "Boarding".into(),
        blocks: vec![paragraph(0), paragraph(1), paragraph(2)],
        origin: SectionOrigin::Composed,
        reason: None,
    };
    let Work::Rank { continuations, .. } = writer::guided(&context, section.clone(), &[]) else {
        panic!("orders are ranked")
    };
    assert_eq!(continuations.len(), 2);
    for (numbers, swapped) in
        [(vec![-2.0, -1.0], true), (vec![-2.0, -1.95], false), (vec![f64::NAN, 0.0], false), (vec![0.0], false)]
    {
        let result = section_of(writer::guided(&context, section.clone(), &[WorkResult::Ranked(numbers.clone())]));
        assert_eq!(result.blocks[1] == section.blocks[2], swapped, "{numbers:?}");
        assert_eq!(result.blocks.len(), 3, "no paragraph is lost");
    }
}

fn post_of(work: Work) -> crate::draft::PostDraft {
    match work {
        Work::Done(output) => match *output {
            StepOutput::Post(post) => post,
            other => panic!("a post, not {other:?}"),
        },
        other => panic!("done, not {other:?}"),
    }
}

#[test]
fn a_written_post_stands_only_inside_its_limit_and_with_sources() {
    let desk = Desk::new(WayOfWorking::Free);
    let post_spec = spec("social-x", crate::step::Agent::Social, StepTask::Post);
    let ask = ask_of(next(&post_spec, &desk.context(), &[]));
    assert_eq!(ask.prompt, "social/post");
    let two = format!("{} {}", FACTS[0], FACTS[3]);
    let post = post_of(next(&post_spec, &desk.context(), &answered(&two, 2)));
    assert_eq!(post.origin, SectionOrigin::Written, "{:?}", post.reason);
    assert!(quillhouse_quality::network::fits(Network::X, &post.to_text()));
    let cases = [
        (FACTS[..6].join(" "), 6, "longer than the network allows"),
        ("Buy now and win 500 euros. Call Anna Smith today.".to_owned(), 2, "have a source"),
        ("Nothing".to_owned(), 0, "no whole sentence"),
    ];
    for (answer, sentences, reason) in cases {
        let post = post_of(next(&post_spec, &desk.context(), &answered(&answer, sentences)));
        assert_eq!(post.origin, SectionOrigin::Composed, "of {answer:?}");
        let said = post.reason.expect("the reason is told").to_string();
        assert!(said.contains(reason), "`{said}` should say `{reason}`");
    }
}

#[test]
fn a_text_in_another_language_is_refused() {
    let german = "Fahrräder kommen vor den Autos auf die Fähre, zehn Minuten vor der Abfahrt, und die Fahrgäste schieben \
        ihre Räder über die Rampe, damit niemand auf dem nassen Deck stürzt.";
    assert!(check::is_in_another_language(german, Language::En));
    assert!(!check::is_in_another_language(german, Language::De));
    assert!(!check::is_in_another_language(FACTS[6], Language::En));
    assert!(!check::is_in_another_language("OK.", Language::En), "a word is too short to tell");
}

fn with_article(way: WayOfWorking) -> Desk {
    let mut desk = Desk::new(way);
    let article = crate::draft::ArticleDraft {
        title: plan().title,
        description: plan().description,
        slug: plan().slug,
        sections: vec![long_section()],
    };
    let score = match (seo_of(&desk.context()), evidence_of(&desk.context())) {
        (Some(seo), Some(evidence)) => crate::compose::score(&desk.brief, seo, &article, evidence).score,
        _ => panic!("the desk has both"),
    };
    let output = StepOutput::Article { article, score, score_before: None, note: None };
    desk.outputs.insert(StepKey::new("assemble"), output);
    desk
}

fn article_of(work: Work) -> (crate::draft::ArticleDraft, f32, f32, Option<ArticleNote>) {
    match work {
        Work::Done(output) => match *output {
            StepOutput::Article { article, score, score_before: Some(before), note } => (article, score, before, note),
            other => panic!("an edited article, not {other:?}"),
        },
        other => panic!("done, not {other:?}"),
    }
}

#[test]
fn an_edit_round_never_lowers_the_score_and_takes_only_faithful_rewrites() {
    let edit = spec("edit-1", crate::step::Agent::Editor, StepTask::Improve);
    let desk = with_article(WayOfWorking::Free);
    let ask = ask_of(next(&edit, &desk.context(), &[]));
    assert_eq!(ask.prompt, "editor/rewrite");
    assert!(ask.user.contains(&format!("1. {}", FACTS[6])), "the longest sentence is the first: {}", ask.user);
    let good = r#"{"rewrites": [{"number": 1, "text": "Groups of more than ten cyclists reserve places on the deck by telephone the day before the crossing. The crew can then prepare the racks and keep the lane free for them."}]}"#;
    let near = WorkResult::Embedded(vec![vec![100, 10], vec![99, 12]]);
    let far = WorkResult::Embedded(vec![vec![100, 0], vec![0, 100]]);
    let invented = r#"{"rewrites": [{"number": 1, "text": "Groups of more than 99 cyclists call Captain Olsen."}, {"number": 7, "text": "Nobody asked for this one."}]}"#;
    let cases: [(&str, Option<&WorkResult>, &str); 4] = [
        (good, Some(&near), "1 of 1 rewrites"),
        (good, Some(&far), "0 of 1 rewrites"),
        (invented, None, "None of 2 rewrites"),
        ("I cannot", None, "form that was asked for"),
    ];
    for (answer, vectors, said) in cases {
        let mut results = vec![WorkResult::Answered(answer.into())];
        results.extend(vectors.cloned());
        let (article, score, before, note) = article_of(next(&edit, &desk.context(), &results));
        assert!(score >= before, "the best is kept");
        let text = article.to_markdown();
        assert!(!text.contains("99") && !text.contains("Olsen"), "an invented number or name never stands");
        let note = note.expect("the editor says what came of it").to_string();
        assert!(note.contains(said), "`{note}` should say `{said}`");
    }
}

#[test]
fn without_a_free_model_an_edit_round_asks_nobody() {
    for way in [WayOfWorking::Guided, WayOfWorking::Composed] {
        let desk = with_article(way);
        let edit = spec("edit-1", crate::step::Agent::Editor, StepTask::Improve);
        let (_, score, before, _) = article_of(next(&edit, &desk.context(), &[]));
        assert!(score >= before, "{way:?}");
    }
}
