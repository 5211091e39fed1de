//! Documents, their text and passages, and the outbox for the vector index.

use quillhouse_domain::{Coded as _, DocumentState, ErrorCode, Problem, ProblemKind};
use quillhouse_store::{DocumentRow, FoundPassage, IndexOperation, PassageRow};

use crate::fixtures::{Fixture, LATER, NOW, document, finish, id, passage};

async fn with_two_passages() -> Fixture {
    let fixture = Fixture::new().await;
    fixture
        .brand
        .write(|brand| {
            brand.documents().insert(&document(1, "Guide.pdf"))?;
            brand.documents().finish(&finish(
                id(1),
                vec![passage(11, id(1), 0, "The ferry leaves"), passage(12, id(1), 1, "at nine o’clock")],
            ))
        })
        .await
        .unwrap();
    fixture
}

#[tokio::test]
async fn a_document_reads_back_as_it_was_inserted() {
    let fixture = Fixture::new().await;
    let mut row = document(1, "Guide.pdf");
    row.problems =
        vec![Problem { kind: ProblemKind::Scanned, message: "Page 2 is a picture".to_owned(), pages: vec![2] }];
    let inserted = row.clone();
    fixture.brand.write(move |brand| brand.documents().insert(&inserted)).await.unwrap();
    let hash = row.content_hash.clone();
    let found = fixture.brand.read(move |brand| brand.documents().find_by_hash(&hash)).await.unwrap();
    assert_eq!(found, Some(row.clone()));
    assert_eq!(fixture.brand.read(|brand| brand.documents().get(id(1))).await.unwrap(), row);
    assert_eq!(fixture.brand.read(|brand| brand.documents().count()).await.unwrap(), 1);
    assert_eq!(fixture.brand.read(|brand| brand.documents().text(id(1))).await.unwrap(), None, "nothing read yet");

    let mut same_bytes = document(2, "Copy.pdf");
    same_bytes.content_hash = row.content_hash;
    let error = fixture.brand.write(move |brand| brand.documents().insert(&same_bytes)).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::AlreadyExists, "the same bytes are one document: {error}");
}

#[tokio::test]
async fn a_name_is_found_exactly_before_it_is_found_in_another_case() {
    let fixture = Fixture::new().await;
    fixture
        .brand
        .write(|brand| {
            brand.documents().insert(&document(1, "GUIDE.pdf"))?;
            brand.documents().insert(&document(2, "guide.pdf"))
        })
        .await
        .unwrap();
    for (name, wanted) in [("guide.pdf", Some(2)), ("GUIDE.pdf", Some(1)), ("Guide.PDF", Some(1)), ("guide", None)] {
        let found = fixture.brand.read(move |brand| brand.documents().get_by_name(name)).await.unwrap();
        assert_eq!(found.map(|row| row.id), wanted.map(id), "{name}");
    }
    fixture.brand.write(|brand| brand.documents().rename(id(2), "other.pdf", LATER)).await.unwrap();
    let found = fixture.brand.read(|brand| brand.documents().get(id(2))).await.unwrap();
    assert_eq!((found.name.as_str(), found.changed_at.as_str()), ("other.pdf", LATER));
}

#[tokio::test]
async fn documents_on_which_work_is_planned_are_listed_after_a_restart() {
    let fixture = Fixture::new().await;
    let states = [
        DocumentState::Queued,
        DocumentState::Reading,
        DocumentState::Chunking,
        DocumentState::Embedding,
        DocumentState::Ready,
        DocumentState::Partial,
        DocumentState::Rejected,
        DocumentState::Failed,
    ];
    fixture
        .brand
        .write(move |brand| {
            for (number, state) in (1..).zip(states) {
                brand.documents().insert(&document(number, &format!("{number}.pdf")))?;
                brand.documents().set_state(id(number), state, &[], LATER)?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let unfinished = fixture.brand.read(|brand| brand.documents().unfinished()).await.unwrap();
    let numbers: Vec<_> = unfinished.iter().map(|row| row.id).collect();
    assert_eq!(numbers, [id(1), id(2), id(3), id(4)]);
    let attempts: Vec<_> = unfinished.iter().map(|row| row.attempt).collect();
    assert_eq!(attempts, [0, 1, 0, 0], "only reading counts as an attempt");
    let error = fixture.brand.write(|brand| brand.documents().set_state(id(99), DocumentState::Ready, &[], NOW)).await;
    assert_eq!(error.unwrap_err().code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn finishing_makes_a_document_findable_in_one_go() {
    let fixture = with_two_passages().await;
    let row = fixture.brand.read(|brand| brand.documents().get(id(1))).await.unwrap();
    assert_eq!((row.state, row.page_count, row.passage_count), (DocumentState::Ready, 1, 2));
    assert_eq!(row.character_count, 32, "characters are counted, not bytes: the apostrophe is one");
    assert_eq!((row.title.as_deref(), row.language.as_deref()), (Some("Ferries"), Some("en")));
    let text = fixture.brand.read(|brand| brand.documents().text(id(1))).await.unwrap().unwrap();
    let wanted =
        finish(id(1), vec![passage(11, id(1), 0, "The ferry leaves"), passage(12, id(1), 1, "at nine o’clock")]);
    assert_eq!((text.text, text.pages, text.blocks), (wanted.text, wanted.pages, wanted.blocks));
    let passages = fixture.brand.read(|brand| brand.passages().by_document(id(1))).await.unwrap();
    assert_eq!(passages, wanted.passages, "vectors come back bit by bit");
}

#[tokio::test]
async fn reading_again_replaces_everything_and_tells_the_index() {
    let fixture = with_two_passages().await;
    fixture
        .brand
        .write(|brand| {
            brand.outbox().acknowledge(i64::MAX)?;
            brand.documents().finish(&finish(id(1), vec![passage(13, id(1), 0, "The train leaves")]))
        })
        .await
        .unwrap();
    let outbox = fixture.brand.read(|brand| brand.outbox().take(10)).await.unwrap();
    let operations: Vec<_> = outbox.iter().map(|row| (row.passage_id, row.operation)).collect();
    assert_eq!(
        operations,
        [(id(11), IndexOperation::Delete), (id(12), IndexOperation::Delete), (id(13), IndexOperation::Upsert)]
    );
    assert_eq!(fixture.brand.read(|brand| brand.passages().count()).await.unwrap(), 1);
    let search = |term: &str| {
        let terms = vec![term.to_owned()];
        fixture.brand.read(move |brand| brand.passages().search(&terms, &[], &[], 10))
    };
    assert!(search("ferry").await.unwrap().is_empty(), "the old text is out of the full-text index");
    assert_eq!(search("train").await.unwrap().len(), 1);
    assert_eq!(fixture.brand.integrity_check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_passage_of_another_document_undoes_the_whole_finish() {
    let fixture = with_two_passages().await;
    let outcome = fixture
        .brand
        .write(|brand| brand.documents().finish(&finish(id(1), vec![passage(13, id(2), 0, "Stray")])))
        .await;
    assert_eq!(outcome.unwrap_err().code(), ErrorCode::InvalidInput);
    assert_eq!(fixture.brand.read(|brand| brand.passages().count()).await.unwrap(), 2, "the old passages are back");
}

#[tokio::test]
async fn a_removed_document_takes_its_passages_along_and_tells_the_index() {
    let fixture = with_two_passages().await;
    fixture
        .brand
        .write(|brand| {
            brand.outbox().acknowledge(i64::MAX)?;
            brand.documents().remove(id(1))
        })
        .await
        .unwrap();
    let outbox = fixture.brand.read(|brand| brand.outbox().take(10)).await.unwrap();
    assert!(outbox.iter().all(|row| row.operation == IndexOperation::Delete));
    assert_eq!(outbox.len(), 2);
    assert_eq!(fixture.brand.read(|brand| brand.passages().count()).await.unwrap(), 0);
    assert_eq!(fixture.brand.read(|brand| brand.documents().text(id(1))).await.unwrap(), None);
    assert_eq!(fixture.brand.integrity_check().await.unwrap(), Vec::<String>::new(), "the full-text index followed");
    let error = fixture.brand.write(|brand| brand.documents().remove(id(1))).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotFound);
    assert_eq!(fixture.brand.read(|brand| brand.outbox().length()).await.unwrap(), 2, "and added nothing");
}

#[tokio::test]
async fn passages_come_in_the_order_of_the_ids_with_their_documents_name() {
    let fixture = with_two_passages().await;
    let found = fixture.brand.read(|brand| brand.passages().by_ids(&[id(12), id(99), id(11)])).await.unwrap();
    let wanted = [passage(12, id(1), 1, "at nine o’clock"), passage(11, id(1), 0, "The ferry leaves")]
        .map(|passage| FoundPassage { passage, document_name: "Guide.pdf".to_owned() });
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn all_passages_come_in_batches_without_gap_or_repeat() {
    let fixture = Fixture::new().await;
    fixture
        .brand
        .write(|brand| {
            brand.documents().insert(&document(1, "Guide.pdf"))?;
            let passages = (0..7).map(|number| passage(10 + number, id(1), number, "Ferry")).collect();
            brand.documents().finish(&finish(id(1), passages))
        })
        .await
        .unwrap();
    for size in [1, 3, 7, 8] {
        let mut from = Some(0);
        let mut ids = Vec::new();
        while let Some(start) = from {
            let batch = fixture.brand.read(move |brand| brand.passages().batch(start, size)).await.unwrap();
            assert!(batch.passages.len() <= size as usize);
            ids.extend(batch.passages.iter().map(|passage| passage.id));
            from = batch.next;
        }
        assert_eq!(ids, (10..17).map(id).collect::<Vec<_>>(), "batches of {size}");
    }
}

#[tokio::test]
async fn two_embedders_live_side_by_side_and_the_one_in_use_is_read() {
    let fixture = with_two_passages().await;
    let missing = || fixture.brand.read(|brand| brand.passages().count_without("bge"));
    let vector = || async {
        let found = fixture.brand.read(|brand| brand.passages().by_ids(&[id(12)])).await.unwrap();
        (found[0].passage.embedder.clone().unwrap(), found[0].passage.vector.clone().unwrap())
    };
    assert_eq!(missing().await.unwrap(), 2);
    fixture
        .brand
        .write(|brand| {
            brand.outbox().acknowledge(i64::MAX)?;
            brand.passages().set_vector(id(12), "bge", &[1.0, 0.0])
        })
        .await
        .unwrap();
    assert_eq!(missing().await.unwrap(), 1);
    let unembedded = fixture.brand.read(|brand| brand.embeddings().without("bge", 9)).await.unwrap();
    assert_eq!(unembedded.iter().map(|row| row.passage).collect::<Vec<_>>(), [id(11)]);
    let outbox = fixture.brand.read(|brand| brand.outbox().take(10)).await.unwrap();
    assert_eq!(outbox.iter().map(|row| row.passage_id).collect::<Vec<_>>(), [id(12)]);
    assert_eq!(vector().await.0, "minilm", "the first embedder stays in use until another one is taken into use");
    fixture.brand.write(|brand| brand.embeddings().use_embedder("bge")).await.unwrap();
    assert_eq!(vector().await, ("bge".to_owned(), vec![1.0, 0.0]));
    let batch = fixture.brand.read(|brand| brand.embeddings().batch("minilm", 0, 9)).await.unwrap();
    assert_eq!(batch.rows.len(), 2, "the other one's vectors are still there");
    assert_eq!(fixture.brand.write(|brand| brand.embeddings().keep_only("bge", 100)).await.unwrap(), 2);
    assert_eq!(fixture.brand.read(|brand| brand.embeddings().count()).await.unwrap(), 1);
}

#[tokio::test]
async fn equal_passages_share_a_vector_and_the_last_one_takes_it_along() {
    let fixture = Fixture::new().await;
    let vectors = || fixture.brand.read(|brand| brand.embeddings().count());
    fixture
        .brand
        .write(|brand| {
            brand.documents().insert(&document(1, "One.pdf"))?;
            brand.documents().insert(&document(2, "Two.pdf"))?;
            brand
                .documents()
                .finish(&finish(id(1), vec![passage(11, id(1), 0, "Same"), passage(12, id(1), 1, "Own")]))?;
            brand.documents().finish(&finish(id(2), vec![passage(21, id(2), 0, "Same")]))
        })
        .await
        .unwrap();
    assert_eq!(vectors().await.unwrap(), 2, "two texts, three passages");
    let again = finish(id(1), vec![PassageRow { embedder: None, vector: None, ..passage(13, id(1), 0, "Own") }]);
    fixture.brand.write(move |brand| brand.documents().finish(&again)).await.unwrap();
    let found = fixture.brand.read(|brand| brand.passages().by_document(id(1))).await.unwrap();
    assert!(found[0].vector.is_some(), "a section that is there as before keeps its vector");
    fixture.brand.write(|brand| brand.documents().remove(id(2))).await.unwrap();
    assert_eq!(vectors().await.unwrap(), 1, "nobody needs the other one any more");
}

#[tokio::test]
async fn a_newer_edition_takes_the_place_of_the_older_one_with_its_id_and_tags() {
    let fixture = with_two_passages().await;
    let file = fixture
        .brand
        .write(|brand| {
            let newer = DocumentRow { tags: Vec::new(), source_url: None, ..document(2, "Guide.pdf") };
            brand.documents().insert(&newer)?;
            let file = brand.documents().take_place(id(2), id(1))?;
            brand.documents().finish(&finish(id(1), vec![passage(21, id(1), 0, "At ten")]))?;
            Ok(file)
        })
        .await
        .unwrap();
    assert_eq!(file, "1.pdf", "the older copy is the caller's to delete");
    let rows = fixture.brand.read(|brand| brand.documents().list()).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].id, rows[0].file_name.as_str(), rows[0].tags.len()), (id(1), "2.pdf", 1));
    assert_eq!(rows[0].content_hash, format!("{:064x}", 2));
}

#[tokio::test]
async fn the_outbox_keeps_what_was_not_acknowledged_and_never_reuses_a_number() {
    let fixture = with_two_passages().await;
    let outbox = fixture.brand.read(|brand| brand.outbox().take(1)).await.unwrap();
    assert_eq!(outbox.len(), 1, "the limit holds");
    let up_to = outbox[0].sequence;
    fixture.brand.write(move |brand| brand.outbox().acknowledge(up_to)).await.unwrap();
    assert_eq!(fixture.brand.read(|brand| brand.outbox().length()).await.unwrap(), 1);
    let last = fixture.brand.read(|brand| brand.outbox().last_sequence()).await.unwrap();
    fixture.brand.write(move |brand| brand.outbox().acknowledge(last)).await.unwrap();
    assert_eq!(fixture.brand.read(|brand| brand.outbox().length()).await.unwrap(), 0);
    fixture.brand.write(|brand| brand.documents().remove(id(1))).await.unwrap();
    let next = fixture.brand.read(|brand| brand.outbox().take(1)).await.unwrap();
    assert!(next[0].sequence > last, "a late acknowledgement must not remove a new entry");
}
