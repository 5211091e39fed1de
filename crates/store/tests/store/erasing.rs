//! What is left of a document after it was erased: nothing, in no file of the brand.

use std::{fs, path::Path};

use quillhouse_domain::PieceKind;
use quillhouse_store::{PassageRow, StepRow};

use crate::fixtures::{Fixture, activity, document, finish, id, passage, piece, revision, run, step};

const CANARY: &str = "zylquavern";

fn holds(folder: &Path, needle: &str) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds(&path, needle);
        }
        let bytes = fs::read(&path).unwrap().to_ascii_lowercase();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}

async fn with_canary() -> Fixture {
    let fixture = Fixture::new().await;
    fixture
        .brand
        .write(|brand| {
            brand.documents().insert(&document(1, &format!("{CANARY}.pdf")))?;
            brand.documents().insert(&document(2, "Other.pdf"))?;
            let told = |number, ordinal| passage(number, id(1), ordinal, &format!("{CANARY} sails at {ordinal}"));
            let passages: Vec<PassageRow> = (0..40).map(|ordinal| told(100 + ordinal, ordinal)).collect();
            brand.documents().finish(&finish(id(1), passages))?;
            brand.documents().finish(&finish(id(2), vec![passage(21, id(2), 0, "The ferry leaves")]))?;
            brand.activities().insert(&activity(1))?;
            brand.runs().insert(&run(1, 1))?;
            let research = format!(r#"{{"document":"{}","text":"{CANARY}"}}"#, id::<quillhouse_domain::DocumentId>(1));
            brand.steps().upsert(&StepRow { output_json: Some(research), ..step(1, "research", 0) })?;
            let section = format!(r#"{{"text":"{CANARY}"}}"#);
            brand.steps().upsert(&StepRow { output_json: Some(section), ..step(1, "section", 1) })
        })
        .await
        .unwrap();
    fixture
}

#[tokio::test]
async fn an_erased_document_is_in_no_byte_of_the_database() {
    let fixture = with_canary().await;
    fs::write(fixture.brand.file().with_extension("db.before-2"), CANARY).unwrap();
    assert!(holds(fixture.disk.path(), CANARY), "the test would otherwise say nothing");
    let erased = fixture.brand.write(|brand| brand.documents().erase(id(1))).await.unwrap();
    assert_eq!((erased.passages, erased.vectors, erased.step_records), (40, 40, 2), "{erased:?}");
    let purged = fixture.brand.purge().await.unwrap();
    assert!(purged.log_is_empty && purged.copies == 1, "{purged:?}");
    assert!(!holds(fixture.disk.path(), CANARY), "neither table, index, free page, log nor copy has it");
    let left = fixture.brand.read(|brand| brand.passages().search(&["ferry".to_owned()], &[], &[], 9)).await.unwrap();
    assert_eq!(left.len(), 1, "the other document is found as before");
    assert_eq!(fixture.brand.integrity_check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_piece_that_quotes_an_erased_document_stays_and_is_marked() {
    let fixture = with_canary().await;
    let document = id::<quillhouse_domain::DocumentId>(1);
    let erased = fixture
        .brand
        .write(move |brand| {
            let mut quoting = revision(1, 1, 1);
            quoting.citations_json = format!(r#"[{{"document":"{document}","quote":"{CANARY}"}}]"#);
            brand.pieces().insert_with_revision(&piece(1, 1, 1, PieceKind::Blog), &quoting)?;
            brand.pieces().insert_with_revision(&piece(2, 1, 1, PieceKind::Audio), &revision(2, 2, 1))?;
            brand.documents().erase(document)
        })
        .await
        .unwrap();
    assert_eq!(erased.quoting_pieces, 1);
    let marked = fixture.brand.read(|brand| brand.pieces().erased_sources()).await.unwrap();
    assert_eq!(marked.into_iter().collect::<Vec<_>>(), [(id(1), 1)], "only the one that quotes it");
}
