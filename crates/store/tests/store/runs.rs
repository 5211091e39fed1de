//! Activities, runs, steps, model calls, pieces and the content cache.

use quillhouse_domain::{Coded as _, ErrorCode, Network, PieceKind, RunState, StepState, WayOfWorking};
use quillhouse_store::{ContentCacheRow, ModelCallRow, ModelReplyRow, PieceInserted, StepFinish};

use crate::fixtures::{Fixture, LATER, NOW, activity, id, piece, revision, run, step};

async fn with_run() -> Fixture {
    let fixture = Fixture::new().await;
    fixture
        .brand
        .write(|brand| {
            brand.activities().insert(&activity(1))?;
            brand.runs().insert(&run(2, 1))
        })
        .await
        .unwrap();
    fixture
}

#[tokio::test]
async fn an_activity_is_stored_listed_and_deleted_with_all_it_has() {
    let fixture = with_run().await;
    fixture
        .brand
        .write(|brand| {
            brand.steps().upsert(&step(2, "seo", 0))?;
            brand.runs().append_event(id(2), "{}", NOW)?;
            brand.pieces().insert_with_revision(&piece(3, 2, 1, PieceKind::Blog), &revision(4, 3, 1))
        })
        .await
        .unwrap();
    assert_eq!(fixture.brand.read(|brand| brand.activities().get(id(1))).await.unwrap(), activity(1));
    assert_eq!(fixture.brand.read(|brand| brand.activities().list()).await.unwrap(), [activity(1)]);
    fixture.brand.write(|brand| brand.activities().delete(id(1))).await.unwrap();
    assert_eq!(
        fixture.brand.read(|brand| brand.activities().get(id(1))).await.unwrap_err().code(),
        ErrorCode::NotFound
    );
    assert!(fixture.brand.read(|brand| brand.runs().list()).await.unwrap().is_empty());
    assert!(fixture.brand.read(|brand| brand.pieces().list()).await.unwrap().is_empty());
    assert_eq!(fixture.brand.integrity_check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_run_moves_through_its_states() {
    let fixture = with_run().await;
    assert_eq!(fixture.brand.read(|brand| brand.runs().get(id(2))).await.unwrap(), run(2, 1));
    assert_eq!(fixture.brand.read(|brand| brand.runs().unfinished()).await.unwrap(), [run(2, 1)]);
    assert_eq!(fixture.brand.read(|brand| brand.runs().by_activity(id(1))).await.unwrap(), [run(2, 1)]);
    for (state, finished_at) in [
        (RunState::Interrupted, None),
        (RunState::Running, None),
        (RunState::Failed, Some(LATER)),
        (RunState::Running, None),
        (RunState::Cancelled, Some(LATER)),
        (RunState::Done, Some(LATER)),
    ] {
        fixture.brand.write(move |brand| brand.runs().set_state(id(2), state, Some("why"), LATER)).await.unwrap();
        let row = fixture.brand.read(|brand| brand.runs().get(id(2))).await.unwrap();
        assert_eq!((row.state, row.finished_at.as_deref()), (state, finished_at), "a run taken up again has no end");
        assert_eq!((row.reason.as_deref(), row.changed_at.as_str()), (Some("why"), LATER));
    }
    assert!(fixture.brand.read(|brand| brand.runs().unfinished()).await.unwrap().is_empty());
    fixture.brand.write(|brand| brand.runs().set_way(id(2), WayOfWorking::Composed, LATER)).await.unwrap();
    let row = fixture.brand.read(|brand| brand.runs().get(id(2))).await.unwrap();
    assert_eq!(row.way, WayOfWorking::Composed);
    let error = fixture.brand.write(|brand| brand.runs().set_state(id(9), RunState::Done, None, NOW)).await;
    assert_eq!(error.unwrap_err().code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_run_without_its_activity_is_refused() {
    let fixture = Fixture::new().await;
    assert!(fixture.brand.write(|brand| brand.runs().insert(&run(2, 1))).await.is_err(), "references are checked");
}

#[tokio::test]
async fn events_are_numbered_without_gaps_for_each_run() {
    let fixture = with_run().await;
    let sequences = fixture
        .brand
        .write(|brand| {
            brand.runs().insert(&run(3, 1))?;
            Ok([
                brand.runs().append_event(id(2), r#"{"n":1}"#, NOW)?,
                brand.runs().append_event(id(2), r#"{"n":2}"#, NOW)?,
                brand.runs().append_event(id(3), r#"{"n":1}"#, LATER)?,
            ])
        })
        .await
        .unwrap();
    assert_eq!(sequences, [1, 2, 1]);
    let events = fixture.brand.read(|brand| brand.runs().events(id(2))).await.unwrap();
    assert_eq!(events.iter().map(|event| event.event_json.as_str()).collect::<Vec<_>>(), [r#"{"n":1}"#, r#"{"n":2}"#]);
    assert!(fixture.brand.write(|brand| brand.runs().append_event(id(9), "{}", NOW)).await.is_err(), "no such run");
}

#[tokio::test]
async fn a_step_is_put_started_and_finished() {
    let fixture = with_run().await;
    fixture
        .brand
        .write(|brand| {
            brand.steps().upsert(&step(2, "outline", 1))?;
            brand.steps().upsert(&step(2, "seo", 0))?;
            brand.steps().upsert(&step(2, "seo", 0))?;
            brand.steps().start(id(2), "seo", 1, NOW)?;
            brand.steps().put_draft(id(2), "seo", "Fer", NOW)?;
            brand.steps().put_draft(id(2), "seo", "Ferries", LATER)
        })
        .await
        .unwrap();
    let keys: Vec<String> =
        fixture.brand.read(|brand| brand.steps().list(id(2))).await.unwrap().into_iter().map(|row| row.key).collect();
    assert_eq!(keys, ["seo", "outline"], "by position; putting twice makes one");
    let drafts = fixture.brand.read(|brand| brand.steps().drafts(id(2))).await.unwrap();
    assert_eq!(drafts.iter().map(|draft| draft.text.as_str()).collect::<Vec<_>>(), ["Ferries"]);

    let finish = |state: StepState| StepFinish {
        run_id: id(2),
        key: "seo".to_owned(),
        state,
        output_json: Some(r#"{"output":"seo"}"#.to_owned()),
        note: Some("Three phrases".to_owned()),
        model_calls: 1,
        prompt_tokens: 100,
        completion_tokens: 20,
        report_json: Some("{}".to_owned()),
        finished_at: LATER.to_owned(),
    };
    let failed = finish(StepState::Failed);
    fixture.brand.write(move |brand| brand.steps().finish(&failed)).await.unwrap();
    assert_eq!(
        fixture.brand.read(|brand| brand.steps().drafts(id(2))).await.unwrap().len(),
        1,
        "the draft of a failed step is kept"
    );
    let done = finish(StepState::Done);
    fixture.brand.write(move |brand| brand.steps().finish(&done)).await.unwrap();
    assert!(fixture.brand.read(|brand| brand.steps().drafts(id(2))).await.unwrap().is_empty());
    let row = fixture.brand.read(|brand| brand.steps().get(id(2), "seo")).await.unwrap().unwrap();
    assert_eq!((row.state, row.attempt, row.model_calls), (StepState::Done, 1, 1));
    assert_eq!((row.started_at.as_deref(), row.finished_at.as_deref()), (Some(NOW), Some(LATER)));
    assert_eq!(row.output_json.as_deref(), Some(r#"{"output":"seo"}"#));

    fixture.brand.write(|brand| brand.steps().start(id(2), "seo", 2, LATER)).await.unwrap();
    let row = fixture.brand.read(|brand| brand.steps().get(id(2), "seo")).await.unwrap().unwrap();
    assert_eq!((row.state, row.output_json, row.finished_at), (StepState::Running, None, None), "begun anew");
    let error = fixture.brand.write(|brand| brand.steps().start(id(2), "none", 1, NOW)).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_model_call_is_begun_once_and_a_crash_leaves_it_open() {
    let fixture = with_run().await;
    let call = ModelCallRow {
        idempotency_key: "k".to_owned(),
        run_id: id(2),
        step_key: "seo".to_owned(),
        attempt: 1,
        input_hash: "question".to_owned(),
        started_at: NOW.to_owned(),
        finished_at: None,
        prompt_tokens: None,
        completion_tokens: None,
    };
    let (first, again) = (call.clone(), call.clone());
    fixture.brand.write(move |brand| brand.model_calls().begin(&first)).await.unwrap();
    let error = fixture.brand.write(move |brand| brand.model_calls().begin(&again)).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::AlreadyExists, "the same call is not made twice unnoticed");
    assert_eq!(fixture.brand.read(|brand| brand.model_calls().get("k")).await.unwrap(), Some(call));
    let known = || fixture.brand.read(|brand| brand.model_calls().reply(id(2), "seo", "question"));
    assert_eq!(known().await.unwrap(), None, "a call without an end has no answer");
    let reply = ModelReplyRow { reply_json: "\"yes\"".to_owned(), prompt_tokens: 100, completion_tokens: 20 };
    let told = reply.clone();
    fixture.brand.write(move |brand| brand.model_calls().finish("k", LATER, &told)).await.unwrap();
    assert_eq!(known().await.unwrap(), Some(reply.clone()), "the same question has its answer");
    let other = |step: &'static str, question: &'static str| {
        fixture.brand.read(move |brand| brand.model_calls().reply(id(2), step, question))
    };
    assert_eq!(other("seo", "another").await.unwrap(), None, "another question has none");
    assert_eq!(other("outline", "question").await.unwrap(), None, "nor has another step");
    fixture.brand.write(|brand| brand.model_calls().forget_replies(id(2), "seo")).await.unwrap();
    assert_eq!(known().await.unwrap(), None, "what is not needed any more is forgotten");
    let calls = fixture.brand.read(|brand| brand.model_calls().list(id(2))).await.unwrap();
    assert_eq!((calls[0].finished_at.as_deref(), calls[0].prompt_tokens), (Some(LATER), Some(100)));
    assert_eq!(fixture.brand.read(|brand| brand.model_calls().count(id(2))).await.unwrap(), 1);
    assert_eq!(fixture.brand.read(|brand| brand.model_calls().get("other")).await.unwrap(), None);
    let error = fixture.brand.write(move |brand| brand.model_calls().finish("other", NOW, &reply)).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn finalising_twice_makes_one_piece_of_each_kind() {
    let fixture = with_run().await;
    let kinds = [
        PieceKind::Blog,
        PieceKind::Social { network: Network::X },
        PieceKind::Social { network: Network::Linkedin },
        PieceKind::Audio,
        PieceKind::Video,
    ];
    let finalise = |first: u32| {
        fixture.brand.write(move |brand| {
            let mut outcomes = Vec::new();
            for (number, kind) in (first..).step_by(2).zip(kinds) {
                outcomes.push(
                    brand
                        .pieces()
                        .insert_with_revision(&piece(number, 2, 1, kind), &revision(number + 1, number, 1))?,
                );
            }
            Ok(outcomes)
        })
    };
    assert_eq!(finalise(10).await.unwrap(), [PieceInserted::New; 5]);
    let again: Vec<_> = [10, 12, 14, 16, 18].map(|number| PieceInserted::Existing(id(number))).to_vec();
    assert_eq!(finalise(100).await.unwrap(), again);
    let pieces = fixture.brand.read(|brand| brand.pieces().by_run(id(2))).await.unwrap();
    assert_eq!(pieces.iter().map(|piece| piece.kind).collect::<Vec<_>>(), kinds);
    assert_eq!(fixture.brand.read(|brand| brand.pieces().by_activity(id(1))).await.unwrap(), pieces);
    assert_eq!(fixture.brand.read(|brand| brand.pieces().list()).await.unwrap().len(), 5);
    assert_eq!(fixture.brand.read(|brand| brand.pieces().get(id(12))).await.unwrap(), pieces[1]);
    assert_eq!(fixture.brand.read(|brand| brand.pieces().get(id(99))).await.unwrap_err().code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_piece_without_its_revision_is_not_stored() {
    let fixture = with_run().await;
    let mut broken = revision(4, 3, 1);
    broken.meta_json = "not json".to_owned();
    let outcome = fixture
        .brand
        .write(move |brand| brand.pieces().insert_with_revision(&piece(3, 2, 1, PieceKind::Blog), &broken))
        .await;
    assert!(outcome.is_err());
    assert!(fixture.brand.read(|brand| brand.pieces().list()).await.unwrap().is_empty(), "both or none");
}

#[tokio::test]
async fn revisions_are_added_and_the_latest_is_the_highest() {
    let fixture = with_run().await;
    fixture
        .brand
        .write(|brand| {
            brand.pieces().insert_with_revision(&piece(3, 2, 1, PieceKind::Blog), &revision(4, 3, 1))?;
            brand.revisions().insert(&revision(5, 3, 2))
        })
        .await
        .unwrap();
    assert_eq!(fixture.brand.read(|brand| brand.revisions().latest(id(3))).await.unwrap(), Some(revision(5, 3, 2)));
    assert_eq!(fixture.brand.read(|brand| brand.revisions().get(id(4))).await.unwrap(), revision(4, 3, 1));
    assert_eq!(
        fixture.brand.read(|brand| brand.revisions().list(id(3))).await.unwrap(),
        [revision(4, 3, 1), revision(5, 3, 2)]
    );
    let error = fixture.brand.write(|brand| brand.revisions().insert(&revision(6, 3, 2))).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::AlreadyExists, "two windows cannot both save number 2");
    assert_eq!(fixture.brand.read(|brand| brand.revisions().latest(id(9))).await.unwrap(), None);
    assert_eq!(fixture.brand.read(|brand| brand.revisions().get(id(9))).await.unwrap_err().code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn the_content_cache_forgets_what_has_expired() {
    let fixture = with_run().await;
    let entry = |expires_at: &str| ContentCacheRow {
        key: "k".to_owned(),
        run_id: id(2),
        created_at: NOW.to_owned(),
        expires_at: expires_at.to_owned(),
    };
    let (first, second) = (entry(NOW), entry(LATER));
    fixture.brand.write(move |brand| brand.content_cache().put(&first)).await.unwrap();
    assert_eq!(fixture.brand.read(|brand| brand.content_cache().get("k", NOW)).await.unwrap(), None, "expired");
    fixture.brand.write(move |brand| brand.content_cache().put(&second)).await.unwrap();
    assert_eq!(fixture.brand.read(|brand| brand.content_cache().get("k", NOW)).await.unwrap(), Some(entry(LATER)));
    assert_eq!(fixture.brand.write(|brand| brand.content_cache().clear()).await.unwrap(), 1);
    assert_eq!(fixture.brand.read(|brand| brand.content_cache().get("k", NOW)).await.unwrap(), None);
}
