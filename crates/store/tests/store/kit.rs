//! The brand kit: entries, their places and wordings, and what goes with a document.

use quillhouse_domain::{KitAuthor, KitCause, KitChange, KitKind, KitReason, KitState, TermRule};
use quillhouse_store::{KitChangeRow, KitEntryRow, KitExtractRow, KitRewordingRow, KitRow, KitSourceRow};

use crate::fixtures::{Fixture, LATER, NOW, document, id};

fn source(document: u32, text: &str) -> KitSourceRow {
    KitSourceRow {
        document_id: id(document),
        content_hash: format!("{document:064x}"),
        page: 1,
        start: 10,
        end: 10 + text.chars().count() as u32,
        quote: text.to_owned(),
        text: text.to_owned(),
        term: None,
    }
}

fn entry(number: u32, text: &str, sources: Vec<KitSourceRow>) -> KitEntryRow {
    KitEntryRow {
        id: id(number),
        kind: KitKind::Fact,
        fingerprint: format!("{number:064x}"),
        text: text.to_owned(),
        term: None,
        state: KitState::Found,
        pinned: false,
        reason: None,
        rank: 1.0,
        count: sources.len() as u32,
        edited_by: KitAuthor::Quillhouse,
        changed_at: NOW.to_owned(),
        as_of: None,
        valid_until: None,
        sources,
    }
}

async fn with_documents() -> Fixture {
    let fixture = Fixture::new().await;
    fixture
        .brand
        .write(|brand| {
            brand.documents().insert(&document(1, "Plan.pdf"))?;
            brand.documents().insert(&document(2, "Guide.pdf"))
        })
        .await
        .unwrap();
    fixture
}

#[tokio::test]
async fn an_entry_reads_back_with_its_places_and_every_wording() {
    let fixture = with_documents().await;
    let mut row = entry(
        7,
        "crossing",
        vec![KitSourceRow {
            term: Some(TermRule { say: vec!["crossing".to_owned()], ..TermRule::default() }),
            ..source(1, "crossing")
        }],
    );
    row.kind = KitKind::Term;
    row.term = Some(TermRule {
        say: vec!["crossing".to_owned()],
        not: vec!["voyage".to_owned()],
        because: "it is shorter".to_owned(),
        conditional: true,
    });
    let put = row.clone();
    fixture.brand.write(move |brand| brand.kit().put_entry(&put)).await.unwrap();
    assert_eq!(fixture.brand.read(|brand| brand.kit().entry(id(7))).await.unwrap(), row);

    row.term = Some(TermRule { say: vec!["trip".to_owned()], ..TermRule::default() });
    row.edited_by = KitAuthor::You;
    row.changed_at = LATER.to_owned();
    let put = row.clone();
    let twice = row.clone();
    fixture.brand.write(move |brand| brand.kit().put_entry(&put)).await.unwrap();
    fixture.brand.write(move |brand| brand.kit().put_entry(&twice)).await.unwrap();
    let history = fixture.brand.read(|brand| brand.kit().history(id(7))).await.unwrap();
    let wordings: Vec<(&str, KitAuthor)> =
        history.iter().map(|version| (version.text.as_str(), version.edited_by)).collect();
    assert_eq!(
        wordings,
        [("trip", KitAuthor::You), ("crossing, not voyage", KitAuthor::Quillhouse)],
        "the newest first, and saving without a change adds nothing"
    );
}

#[tokio::test]
async fn what_was_removed_is_remembered_without_its_words() {
    let fixture = with_documents().await;
    fixture
        .brand
        .write(|brand| {
            brand.kit().put_entry(&entry(7, "Eleven boats", vec![source(1, "Eleven boats")]))?;
            brand.kit().remove_entry(id(7), true)
        })
        .await
        .unwrap();
    let removed = fixture.brand.read(|brand| brand.kit().removed()).await.unwrap();
    assert!(removed.contains(&(KitKind::Fact, format!("{:064x}", 7))), "a build asks by fingerprint");
    assert!(fixture.brand.read(|brand| brand.kit().entries()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_document_that_goes_takes_along_what_only_it_said() {
    let fixture = with_documents().await;
    fixture
        .brand
        .write(|brand| {
            brand.kit().put(&KitRow { version: 4, ..KitRow::default() })?;
            brand.kit().put_extract(&KitExtractRow {
                document_id: id(1),
                content_hash: "a".to_owned(),
                extractor: 1,
                extract_json: "{}".to_owned(),
            })?;
            brand.kit().put_entry(&entry(7, "only the plan", vec![source(1, "only the plan")]))?;
            brand.kit().put_entry(&entry(8, "plan words", vec![source(1, "plan words"), source(2, "guide words")]))?;
            let edited = entry(9, "plan fact", vec![source(1, "plan fact")]);
            brand.kit().put_entry(&edited)?;
            brand.kit().put_entry(&KitEntryRow {
                text: "my own words".to_owned(),
                state: KitState::Edited,
                edited_by: KitAuthor::You,
                ..edited
            })?;
            brand.documents().remove(id(1))
        })
        .await
        .unwrap();
    let entries = fixture.brand.read(|brand| brand.kit().entries()).await.unwrap();
    let kept: Vec<(&str, usize, Option<KitReason>)> =
        entries.iter().map(|entry| (entry.text.as_str(), entry.sources.len(), entry.reason)).collect();
    assert_eq!(
        kept,
        [("guide words", 1, None), ("my own words", 0, Some(KitReason::DocumentGone))],
        "what another document says stays in that one's words, what the user wrote stays and says why it has no place"
    );
    for number in [8, 9] {
        let history = fixture.brand.read(move |brand| brand.kit().history(id(number))).await.unwrap();
        assert!(
            history.iter().all(|version| !version.text.contains("plan")),
            "no wording of the erased document stays in the history: {history:?}"
        );
    }
    let (kit, extracts) = fixture.brand.read(|brand| Ok((brand.kit().get()?, brand.kit().extracts()?))).await.unwrap();
    assert_eq!(kit.version, 5, "whoever used the kit learns that it changed");
    assert!(extracts.is_empty());
}

#[tokio::test]
async fn what_was_read_from_a_document_that_has_gone_is_passed_over() {
    let fixture = with_documents().await;
    fixture
        .brand
        .write(|brand| {
            brand.documents().remove(id(1))?;
            brand.kit().put_extract(&KitExtractRow {
                document_id: id(1),
                content_hash: "a".to_owned(),
                extractor: 1,
                extract_json: "{}".to_owned(),
            })?;
            brand.kit().put_entry(&entry(8, "words", vec![source(1, "words"), source(2, "words")]))
        })
        .await
        .expect("a document erased during a build is no failure of the build");
    let entry = fixture.brand.read(|brand| brand.kit().entry(id(8))).await.unwrap();
    assert_eq!(entry.sources, [source(2, "words")]);
}

#[tokio::test]
async fn each_version_holds_what_it_changed_and_forgets_what_a_gone_document_said() {
    let fixture = with_documents().await;
    let (plan, guide) =
        (entry(7, "plan words", vec![source(1, "plan words")]), entry(8, "guide", vec![source(2, "guide")]));
    let change = |change, entry: &KitEntryRow, before: Option<&KitEntryRow>| KitChangeRow {
        entry_id: entry.id,
        change,
        kind: entry.kind,
        before: before.cloned(),
    };
    let edited =
        KitEntryRow { text: "guide, edited".to_owned(), as_of: Some("2024-03-31".to_owned()), ..guide.clone() };
    let built = [change(KitChange::Added, &plan, None), change(KitChange::Added, &guide, None)];
    let (edit, removal) =
        (change(KitChange::Changed, &edited, Some(&guide)), change(KitChange::Removed, &plan, Some(&plan)));
    let (put_plan, put_guide, put_edited) = (plan.clone(), guide.clone(), edited.clone());
    fixture
        .brand
        .write(move |brand| {
            brand.kit().put_entry(&put_plan)?;
            brand.kit().put_entry(&put_guide)?;
            let row = brand.kit().put_version(KitRow::default(), KitCause::Build, NOW, &built)?;
            assert_eq!(row.version, 1);
            brand.kit().put_entry(&put_edited)?;
            brand.kit().put_edit(LATER, edit)?;
            brand.kit().put_edit(LATER, removal)?;
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(fixture.brand.read(|brand| brand.kit().entry(id(8))).await.unwrap(), edited, "dates are kept");
    let versions = fixture.brand.read(|brand| brand.kit().versions_after(0)).await.unwrap();
    let told: Vec<(u32, Option<&str>, KitCause, usize)> = versions
        .iter()
        .map(|version| (version.number, version.at.as_deref(), version.cause, version.changes.len()))
        .collect();
    assert_eq!(
        told,
        [(3, Some(LATER), KitCause::Edit, 1), (2, Some(LATER), KitCause::Edit, 1), (1, Some(NOW), KitCause::Build, 2)],
        "the newest first"
    );
    assert_eq!(versions[1].changes[0].before.as_ref(), Some(&guide), "an entry as it was, with its places");
    assert_eq!(fixture.brand.read(|brand| brand.kit().versions_after(2)).await.unwrap().len(), 1);

    fixture
        .brand
        .write(|brand| {
            brand.kit().put_extract(&KitExtractRow {
                document_id: id(1),
                content_hash: "a".to_owned(),
                extractor: 1,
                extract_json: "{}".to_owned(),
            })?;
            brand.documents().remove(id(1))
        })
        .await
        .unwrap();
    let versions = fixture.brand.read(|brand| brand.kit().versions_after(0)).await.unwrap();
    assert_eq!(
        (versions[0].number, versions[0].cause, versions[0].at.as_deref()),
        (4, KitCause::DocumentGone, None),
        "the database counts a version of its own"
    );
    assert_eq!(versions[1].changes[0].before, None, "what the erased document said is gone from the history");
    assert_eq!(versions[2].changes[0].before.as_ref(), Some(&guide), "what another said stays");
}

#[tokio::test]
async fn a_suggestion_is_kept_until_its_document_goes() {
    let fixture = with_documents().await;
    let row = |entry: u32, text: &str| KitRewordingRow {
        entry_id: id(entry),
        asked: "a".repeat(64),
        said: "b".repeat(64),
        text: text.to_owned(),
        model: "local/test".to_owned(),
        at: NOW.to_owned(),
    };
    let (first, second, gone) = (row(7, "Plainer."), row(8, ""), row(9, "Nobody's."));
    let (put_first, put_second) = (first.clone(), second.clone());
    fixture
        .brand
        .write(move |brand| {
            brand.kit().put_entry(&entry(7, "plan words", vec![source(1, "plan words")]))?;
            brand.kit().put_entry(&entry(8, "guide", vec![source(2, "guide")]))?;
            brand.kit().put_rewording(&KitRewordingRow { text: "Former.".to_owned(), ..put_first.clone() })?;
            brand.kit().put_rewording(&put_first)?;
            brand.kit().put_rewording(&put_second)?;
            brand.kit().put_rewording(&gone)
        })
        .await
        .expect("an entry that has gone meanwhile is passed over");
    let kept = fixture.brand.read(|brand| brand.kit().rewordings()).await.unwrap();
    assert_eq!((kept.get(&id(7)), kept.get(&id(8)), kept.len()), (Some(&first), Some(&second), 2));
    fixture.brand.write(|brand| brand.documents().remove(id(1))).await.unwrap();
    let kept = fixture.brand.read(|brand| brand.kit().rewordings()).await.unwrap();
    assert_eq!(kept.into_keys().collect::<Vec<_>>(), [id(8)], "nothing made of an erased document's words stays");
}
