//! The judgement by table, and the probe against scripted models.

use super::*;
use crate::{chat::Finish, scripted::ScriptedModel};

/// Answers as a capable model gives them.
const GOOD: [(AskKind, &str); 7] = [
    (AskKind::List, "- Apple\n- Pear\n- Sweet cherry"),
    (AskKind::Json, r#"{"name": "The Harbour Bakery", "city": "Leeds", "opened": 1987, "employees": 24}"#),
    (AskKind::Rewrite, "With a Marlow Bank account, you can withdraw up to 350 pounds per day at any cash machine."),
    (
        AskKind::OnlyTheSentence,
        "Come to our garden shop this weekend and find everything for spring at half the price!",
    ),
    (
        AskKind::Paragraph,
        "The library in Ashford opens at 8 in the morning. Inside there are 40 quiet desks. Come to the library early for \
         a quiet desk.",
    ),
    (AskKind::German, "Frisches Brot duftet herrlich und ist mit Butter ein Genuss."),
    (
        AskKind::Summary,
        "Every spring, volunteers plant 600 tulips along the main path of Kelso Park. In June the bulbs are dug up, dried \
         and sorted, and small ones are given to schools.",
    ),
];

fn answers(changed: &[(AskKind, &str)]) -> Vec<Answered> {
    GOOD.iter()
        .map(|(kind, text)| {
            let text = changed.iter().find(|(other, _)| other == kind).map_or(*text, |(_, text)| text);
            let speed = Speed { tokens: 100, seconds: 2.0 };
            Answered { kind: *kind, text: Some(text.to_owned()), reading: speed, writing: speed }
        })
        .collect()
}

#[test]
fn a_model_that_does_everything_right_writes_freely() {
    let result = judge_plan(&answers(&[]));
    assert_eq!((result.way, result.json), (WayOfWorking::Free, true), "{:?}", result.reasons);
    assert!((result.instructions - 1.0).abs() < f32::EPSILON && (result.faithful - 1.0).abs() < f32::EPSILON);
    assert!((result.completion_tokens_per_second - 50.0).abs() < 0.1);
    assert_eq!(result.reasons.len(), 1, "there is nothing to complain about: {:?}", result.reasons);
}

#[test]
fn one_invented_fact_costs_free_writing() {
    let cases = [
        (AskKind::Rewrite, "You can withdraw up to 530 pounds per day at any Marlow Bank machine."),
        (AskKind::Rewrite, "You can withdraw up to 350 pounds per day at any cash machine."),
        (AskKind::Rewrite, "At Marlow Bank you can withdraw 350 pounds per day at any cash machine in London."),
        (AskKind::Json, r#"{"name": "The Harbour Bakery", "city": "Leeds", "opened": 1978, "employees": 24}"#),
        (AskKind::Json, r#"{"name": "John Smith", "city": "Leeds", "opened": 1987, "employees": 24}"#),
        (AskKind::Json, "I would love to help"),
        (AskKind::Paragraph, "The library in Ashford opens at 8. It has 40 desks. It was built in 1890."),
        (AskKind::Paragraph, "The library in Ashford opens at 8. It has 40 desks. Doctor Miller founded it."),
        (AskKind::Paragraph, "The library in Ashford opens early. It has many quiet desks. Come and sit."),
        (
            AskKind::Summary,
            "The gardeners plant 600 tulips. Experts everywhere praise beautiful magnificent award winning colours enjoyed \
             by thousands.",
        ),
        (AskKind::Summary, ""),
    ];
    for (kind, text) in cases {
        let result = judge_plan(&answers(&[(kind, text)]));
        assert_ne!(result.way, WayOfWorking::Free, "{kind:?} {text:?}");
        assert!(result.faithful < 1.0, "{kind:?} {text:?}");
        assert!(result.reasons.len() > 1, "the reason is said: {:?}", result.reasons);
    }
}

#[test]
fn instructions_are_judged_one_by_one() {
    let cases = [
        (AskKind::List, "Apple, pear, cherry", 2),
        (AskKind::List, "- Apple\n- Apple\n- Pear", 1),
        (AskKind::List, "Here are three fruits:\n- Apple\n- Pear\n- Cherry", 2),
        (AskKind::Rewrite, "Sure! Here is a shorter sentence: You can get 350 pounds at Marlow Bank.", 1),
        (AskKind::Rewrite, ask::REWRITE_SOURCE, 2),
        (AskKind::OnlyTheSentence, "Here is a sentence: Come to our garden shop!", 1),
        (AskKind::OnlyTheSentence, "Come to our garden shop! We are open. Bring friends.", 1),
        (AskKind::Paragraph, "The library in Ashford opens at 8. It has 40 desks.", 1),
        (AskKind::German, "Fresh bread is the best of all.", 1),
        (AskKind::German, "Das Brot ist frisch. Es ist gut.", 1),
    ];
    for (kind, text, expected) in cases {
        let failed = judge_answer(kind, text)
            .into_iter()
            .filter(|check| check.kind == CheckKind::Instruction && !check.passed)
            .count();
        assert_eq!(failed, expected, "{kind:?} {text:?}");
    }
}

#[test]
fn a_missing_answer_fails_all_its_checks() {
    for (kind, _) in GOOD {
        let passed: Vec<Check> = judge_answer(kind, "").into_iter().filter(|check| check.passed).collect();
        let harmless = passed.iter().all(|check| {
            matches!(check.fault, ProbeReason::Chatty | ProbeReason::ParagraphInvents | ProbeReason::SummaryInvents)
        });
        assert!(harmless, "{kind:?} lets silence pass {passed:?}");
    }
}

#[test]
fn a_rambling_model_composes_and_a_slow_one_too() {
    let noise = "The the the of and the of the and the of the and the of the.";
    let all: Vec<(AskKind, &str)> = GOOD.iter().map(|(kind, _)| (*kind, noise)).collect();
    assert_eq!(judge_plan(&answers(&all)).way, WayOfWorking::Composed);

    let mut slow = answers(&[]);
    for answer in &mut slow {
        answer.writing = Speed { tokens: 10, seconds: 10.0 };
    }
    let result = judge_plan(&slow);
    assert_eq!(result.way, WayOfWorking::Composed, "right, but one token a second is no use");
    assert!(
        result.reasons.iter().any(|reason| reason.to_string().contains("1.0 tokens a second")),
        "{:?}",
        result.reasons
    );
}

#[test]
fn the_questions_are_deterministic_and_different() {
    let plan = ProbePlan::standard();
    assert_eq!(plan, ProbePlan::standard());
    assert!(plan.asks.iter().all(|ask| ask.request.temperature == 0.0 && ask.request.max_tokens <= 120));
    let kinds: std::collections::HashSet<AskKind> = plan.asks.iter().map(|ask| ask.kind).collect();
    assert_eq!(kinds.len(), plan.asks.len());
    assert_eq!(kinds.len(), GOOD.len(), "the table of good answers is complete");
}

fn scripted() -> ScriptedModel {
    GOOD.iter().fold(ScriptedModel::new("scripted/good".parse().unwrap()), |model, (_, text)| model.then(*text))
}

#[tokio::test]
async fn the_probe_asks_everything_once_and_keeps_its_result_through_storage() {
    let model = scripted();
    let result = probe(&model, &CancelToken::new()).await.unwrap();
    assert_eq!(result.way, WayOfWorking::Free, "{:?}", result.reasons);
    assert_eq!(model.calls().len(), 7);
    let stored = serde_json::to_string(&result).unwrap();
    assert_eq!(serde_json::from_str::<ProbeResult>(&stored).unwrap(), result);
}

#[tokio::test]
async fn a_bad_answer_is_a_failed_question_and_real_trouble_ends_the_probe() {
    let bad = ChatError::BadAnswer { reason: "no JSON".to_owned() };
    let result = probe(&scripted().fail_at(2, bad), &CancelToken::new()).await.unwrap();
    assert!(!result.json, "the form was not filled");
    assert_ne!(result.way, WayOfWorking::Free);

    let error = probe(&scripted().fail_at(3, ChatError::Overloaded), &CancelToken::new()).await.unwrap_err();
    assert_eq!(error, ChatError::Overloaded);
    let cancel = CancelToken::new();
    cancel.cancel();
    assert_eq!(probe(&scripted(), &cancel).await.unwrap_err(), ChatError::Cancelled);
}

#[test]
fn speed_counts_only_what_was_read() {
    let now = std::time::Instant::now();
    let later = now + std::time::Duration::from_secs(2);
    let reply = ChatReply {
        text: String::new(),
        prompt_tokens: 100,
        reused_tokens: 60,
        completion_tokens: 5,
        finish: Finish::Stop,
        duration_ms: 0,
    };
    let answered = answered(AskKind::List, reply, now, later, later);
    assert!((answered.reading.tokens_per_second() - 20.0).abs() < 0.01, "reused tokens were not read");
    assert!(answered.writing.tokens_per_second().abs() < f32::EPSILON, "no time, no speed");
}
