//! Builds over a real database: what the user made stays, what documents no longer say goes or is marked.

use std::sync::atomic::{AtomicU32, Ordering};

use quillhouse_domain::{
    Block, BlockKind, BrandId, DocumentFormat, DocumentState, KitAuthor, KitCause, KitChange, KitEntryId, KitReason,
    KitState, PageSpan, TermRule,
};
use quillhouse_store::{BrandRow, DataFolder, DocumentFinish, DocumentRow, KitEntryRow};
use tempfile::TempDir;

use super::*;

const NOW: &str = "2026-11-21T10:00:00Z";

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(number: u32) -> T {
    format!("00000000-0000-7000-8000-{number:012x}").parse().unwrap()
}

struct Brand {
    builder: KitBuilder,
    _data: DataFolder,
    _disk: TempDir,
}

impl Brand {
    async fn new() -> Self {
        let disk = TempDir::new().unwrap();
        let data = DataFolder::open(disk.path()).unwrap();
        let row = BrandRow {
            id: id::<BrandId>(1),
            name: "Halden Ferry".to_owned(),
            color: 1,
            created_at: NOW.to_owned(),
            local_only: false,
        };
        let store = data.create_brand(row).await.unwrap();
        let next = Arc::new(AtomicU32::new(1_000));
        let builder = KitBuilder {
            store,
            brand: "Halden Ferry".to_owned(),
            embedder: None,
            clock: Arc::new(|| NOW.to_owned()),
            ids: Arc::new(move || *id::<KitEntryId>(next.fetch_add(1, Ordering::Relaxed)).as_uuid()),
        };
        Self { builder, _data: data, _disk: disk }
    }

    async fn add(&self, number: u32, name: &str, lines: &[&str]) {
        let document = DocumentRow {
            id: id(number),
            content_hash: format!("{number:064x}"),
            name: name.to_owned(),
            source_path: None,
            file_name: format!("{number}.md"),
            format: DocumentFormat::Markdown,
            byte_count: 1,
            state: DocumentState::Queued,
            title: None,
            language: Some("en".to_owned()),
            page_count: 0,
            passage_count: 0,
            character_count: 0,
            problems: Vec::new(),
            attempt: 0,
            added_at: NOW.to_owned(),
            changed_at: NOW.to_owned(),
            ..row_defaults()
        };
        let text = lines.join("\n\n");
        let mut start = 0;
        let blocks = lines
            .iter()
            .map(|line| {
                let end = start + line.chars().count() as u32;
                let block = Block { kind: BlockKind::Paragraph, start, end, page: 1, anchor: None, marks: Vec::new() };
                start = end + 2;
                block
            })
            .collect();
        let pages = vec![PageSpan { number: 1, start: 0, end: text.chars().count() as u32, label: None }];
        let finish = DocumentFinish {
            id: id(number),
            title: None,
            language: Some("en".to_owned()),
            state: DocumentState::Ready,
            problems: Vec::new(),
            text,
            pages,
            blocks,
            passages: Vec::new(),
            changed_at: NOW.to_owned(),
        };
        self.builder
            .store
            .write(move |brand| {
                brand.documents().insert(&document)?;
                brand.documents().finish(&finish)
            })
            .await
            .unwrap();
    }

    async fn build(&self) -> KitRow {
        self.builder.build(|_| (), &CancelToken::new()).await.unwrap()
    }

    async fn entries(&self) -> Vec<KitEntryRow> {
        self.builder.store.read(|brand| brand.kit().entries()).await.unwrap()
    }

    async fn change(&self, change: impl FnOnce(&mut KitEntryRow), text: &str) {
        let mut entry = self.entries().await.into_iter().find(|entry| entry.text.contains(text)).unwrap();
        change(&mut entry);
        self.builder.store.write(move |brand| brand.kit().put_entry(&entry)).await.unwrap();
    }
}

/// Columns that this test is not about.
fn row_defaults() -> DocumentRow {
    DocumentRow {
        id: id(0),
        content_hash: String::new(),
        name: String::new(),
        source_path: None,
        source_url: None,
        source_modified_ns: None,
        source_missing: false,
        tags: Vec::new(),
        dated: None,
        file_name: String::new(),
        format: DocumentFormat::Markdown,
        byte_count: 0,
        state: DocumentState::Queued,
        title: None,
        language: None,
        page_count: 0,
        passage_count: 0,
        character_count: 0,
        problems: Vec::new(),
        attempt: 0,
        added_at: NOW.to_owned(),
        changed_at: NOW.to_owned(),
    }
}

const PLAN: [&str; 3] = [
    "The main route of Halden Ferry takes 18 minutes.",
    "A single crossing with Halden Ferry costs 38 kroner.",
    "Halden Ferry carries 6,400 passengers on a weekday.",
];
const TONE: [&str; 2] = ["We write \"crossing\", not \"voyage\".", "We write \"quay\", not \"terminal\"."];

#[tokio::test(flavor = "multi_thread")]
async fn building_again_changes_nothing_and_reads_nothing() {
    let brand = Brand::new().await;
    brand.add(1, "plan.md", &PLAN).await;
    brand.add(2, "tone-of-voice.md", &TONE).await;
    let first = brand.build().await;
    let entries = brand.entries().await;
    assert_eq!((first.version, entries.len()), (1, 5), "three facts and two rules: {entries:?}");
    let read = AtomicU32::new(0);
    let second = brand
        .builder
        .build(|progress| read.store(progress.entries, Ordering::Relaxed), &CancelToken::new())
        .await
        .unwrap();
    assert_eq!(second.version, 1, "nothing has changed");
    assert_eq!(read.load(Ordering::Relaxed), 0, "known documents are not read again");
    assert_eq!(brand.entries().await, entries, "the same entries with the same ids");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_user_made_stays_through_builds() {
    let brand = Brand::new().await;
    brand.add(1, "plan.md", &PLAN).await;
    brand.add(2, "tone-of-voice.md", &TONE).await;
    brand.build().await;
    brand
        .change(
            |entry| {
                entry.text = "The main route takes 18 minutes, winter and summer.".to_owned();
                entry.edited_by = KitAuthor::You;
                entry.state = KitState::Edited;
            },
            "main route",
        )
        .await;
    brand.change(|entry| entry.state = KitState::Hidden, "38 kroner").await;
    brand
        .change(
            |entry| {
                entry.term =
                    Some(TermRule { say: vec!["crossing".to_owned(), "trip".to_owned()], ..TermRule::default() });
                entry.text = "crossing, trip".to_owned();
                entry.edited_by = KitAuthor::You;
            },
            "crossing",
        )
        .await;
    let quay = brand.entries().await.into_iter().find(|entry| entry.text == "quay").unwrap().id;
    brand.builder.store.write(move |brand| brand.kit().remove_entry(quay, true)).await.unwrap();
    brand.add(3, "news.md", &["Halden Ferry opened a second pier in 2019."]).await;
    assert_eq!(brand.build().await.version, 2, "a new document is something new");
    let entries = brand.entries().await;
    let of = |text: &str| entries.iter().find(|entry| entry.text.contains(text));
    assert!(of("winter and summer").is_some_and(|entry| entry.edited_by == KitAuthor::You && entry.sources.len() == 1));
    assert_eq!(of("38 kroner").unwrap().state, KitState::Hidden);
    assert_eq!(of("crossing, trip").unwrap().term.as_ref().unwrap().say.len(), 2, "the user's rule");
    assert!(of("quay").is_none(), "what was removed does not come back");
    assert!(of("second pier").is_some());
    assert_eq!(entries.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_documents_no_longer_say_goes_or_is_marked() {
    let brand = Brand::new().await;
    brand.add(1, "plan.md", &PLAN).await;
    brand.build().await;
    brand.change(|entry| entry.pinned = true, "38 kroner").await;
    // The document is removed and comes back with other words.
    let pinned = brand.entries().await.into_iter().find(|entry| entry.pinned).unwrap();
    brand
        .builder
        .store
        .write(move |brand| {
            let text = "The main route of Halden Ferry takes 18 minutes.".to_owned();
            let end = text.chars().count() as u32;
            let block = Block { kind: BlockKind::Paragraph, start: 0, end, page: 1, anchor: None, marks: Vec::new() };
            brand.documents().finish(&DocumentFinish {
                id: id(1),
                title: None,
                language: Some("en".to_owned()),
                state: DocumentState::Ready,
                problems: Vec::new(),
                text,
                pages: vec![PageSpan { number: 1, start: 0, end, label: None }],
                blocks: vec![block],
                passages: Vec::new(),
                changed_at: NOW.to_owned(),
            })?;
            // Its bytes are others now; what was read of the old ones is not asked for again.
            brand.kit().put_extract(&KitExtractRow {
                document_id: id(1),
                content_hash: "0".repeat(64),
                extractor: extractor(),
                extract_json: "{}".to_owned(),
            })
        })
        .await
        .unwrap();
    brand.build().await;
    let entries = brand.entries().await;
    assert_eq!(entries.len(), 2, "what nobody chose goes with its sentence: {entries:?}");
    let kept = entries.iter().find(|entry| entry.id == pinned.id).unwrap();
    assert_eq!(kept.reason, Some(KitReason::NoLongerSaid), "what was pinned stays and says why it needs a look");

    brand.builder.store.write(|brand| brand.documents().remove(id(1))).await.unwrap();
    assert!(brand.entries().await.is_empty(), "erasing a document leaves none of its words, pinned or not");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_build_changes_nothing() {
    let brand = Brand::new().await;
    brand.add(1, "plan.md", &PLAN).await;
    let cancel = CancelToken::new();
    cancel.cancel();
    let outcome = brand.builder.build(|_| (), &cancel).await;
    assert!(matches!(outcome, Err(KitBuildError::Cancelled)), "{outcome:?}");
    assert!(brand.entries().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_build_that_changes_something_is_a_version_that_says_what() {
    let brand = Brand::new().await;
    brand.add(1, "plan.md", &PLAN).await;
    brand.build().await;
    brand.add(2, "tone-of-voice.md", &TONE).await;
    brand.build().await;
    brand.build().await;
    let versions = brand.builder.store.read(|brand| brand.kit().versions_after(0)).await.unwrap();
    let told: Vec<(u32, KitCause, usize)> =
        versions.iter().map(|version| (version.number, version.cause, version.changes.len())).collect();
    assert_eq!(told, [(2, KitCause::Build, 2), (1, KitCause::Build, 3)], "a build that changes nothing is none");
    assert!(versions.iter().flat_map(|version| &version.changes).all(|change| change.change == KitChange::Added));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dated_fact_keeps_its_date() {
    let brand = Brand::new().await;
    brand.add(1, "plan.md", &["In 2023 Halden Ferry carried 1.2 million passengers on 3 routes."]).await;
    brand.build().await;
    let entries = brand.entries().await;
    assert_eq!(entries.first().and_then(|entry| entry.as_of.as_deref()), Some("2023-12-31"), "{entries:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_that_another_wording_leads_now_stays_the_users() {
    let brand = Brand::new().await;
    brand
        .add(2, "plan.md", &["The main route between Sletta quay and Nordvik takes 18 minutes, summer and winter."])
        .await;
    brand.build().await;
    brand.change(|entry| entry.pinned = true, "main route").await;
    let pinned = brand.entries().await[0].id;
    // Without what only one document says it leads.
    brand.add(1, "about.md", &["The main route between Sletta quay and Nordvik takes 18 minutes."]).await;
    brand.build().await;
    let entries = brand.entries().await;
    let told: Vec<(&str, bool, Option<KitReason>, usize)> = entries
        .iter()
        .map(|entry| (entry.text.as_str(), entry.id == pinned && entry.pinned, entry.reason, entry.sources.len()))
        .collect();
    let text = "The main route between Sletta quay and Nordvik takes 18 minutes.";
    assert_eq!(told, [(text, true, None, 2)], "one entry, still pinned, with both places");
}
