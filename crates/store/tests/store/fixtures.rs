//! A data folder with one brand, and rows that only need what a test is about.

use std::{fmt::Debug, str::FromStr, sync::Arc};

use quillhouse_domain::{
    Block, BlockKind, DocumentFormat, DocumentId, DocumentState, Language, PageSpan, PieceKind, RunState, StepState,
    WayOfWorking,
};
use quillhouse_store::{
    ActivityRow, BrandRow, BrandStore, DataFolder, DocumentFinish, DocumentRow, PassageRow, PieceRow, RevisionRow,
    RunRow, StepRow,
};
use tempfile::TempDir;

pub(crate) const NOW: &str = "2026-11-21T10:00:00Z";
pub(crate) const LATER: &str = "2026-11-21T11:00:00Z";

pub(crate) fn id<T: FromStr<Err: Debug>>(number: u32) -> T {
    format!("00000000-0000-7000-8000-{number:012x}").parse().unwrap()
}

pub(crate) struct Fixture {
    // Before the folder on disk, so that the databases are closed when it is removed.
    pub(crate) brand: Arc<BrandStore>,
    pub(crate) data: DataFolder,
    pub(crate) disk: TempDir,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        let disk = TempDir::new().unwrap();
        let data = DataFolder::open(disk.path()).unwrap();
        let brand = data.create_brand(brand(1, "Acme")).await.unwrap();
        Self { brand, data, disk }
    }
}

pub(crate) fn brand(number: u32, name: &str) -> BrandRow {
    BrandRow { id: id(number), name: name.to_owned(), color: 3, created_at: NOW.to_owned(), local_only: false }
}

pub(crate) fn document(number: u32, name: &str) -> DocumentRow {
    DocumentRow {
        id: id(number),
        content_hash: format!("{number:064x}"),
        name: name.to_owned(),
        source_path: Some(format!("/home/ada/{name}")),
        file_name: format!("{number}.pdf"),
        format: DocumentFormat::Pdf,
        byte_count: 12_345_678_901,
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
        tags: vec!["timetable".to_owned()],
        dated: Some("2026-11-20".to_owned()),
        source_url: None,
        source_modified_ns: Some(1_795_000_000_000_000_000),
        source_missing: false,
    }
}

pub(crate) fn passage(number: u32, document_id: DocumentId, ordinal: u32, text: &str) -> PassageRow {
    PassageRow {
        id: id(number),
        document_id,
        ordinal,
        page: 1,
        start_character: 0,
        end_character: text.chars().count() as u32,
        heading_path: vec!["Timetable".to_owned()],
        text: text.to_owned(),
        token_count: 4,
        embedder: Some("minilm".to_owned()),
        vector: Some(vec![0.25, -1.5, f32::MIN_POSITIVE]),
    }
}

pub(crate) fn finish(document_id: DocumentId, passages: Vec<PassageRow>) -> DocumentFinish {
    let text: String = passages.iter().map(|passage| passage.text.as_str()).collect::<Vec<_>>().join("\n");
    let end = text.chars().count() as u32;
    DocumentFinish {
        id: document_id,
        title: Some("Ferries".to_owned()),
        language: Some("en".to_owned()),
        state: DocumentState::Ready,
        problems: Vec::new(),
        text,
        pages: vec![PageSpan { number: 1, start: 0, end, label: None }],
        blocks: vec![Block {
            kind: BlockKind::Heading { level: 2 },
            start: 0,
            end,
            page: 1,
            anchor: None,
            marks: Vec::new(),
        }],
        passages,
        changed_at: LATER.to_owned(),
    }
}

pub(crate) fn activity(number: u32) -> ActivityRow {
    ActivityRow {
        id: id(number),
        title: "Ferries".to_owned(),
        brief_json: r#"{"topic":"Ferries"}"#.to_owned(),
        created_at: NOW.to_owned(),
    }
}

pub(crate) fn run(number: u32, activity: u32) -> RunRow {
    RunRow {
        id: id(number),
        activity_id: id(activity),
        state: RunState::Running,
        workflow: "article".to_owned(),
        workflow_version: 1,
        model: "local/smollm2-135m".parse().unwrap(),
        way: WayOfWorking::Guided,
        input_json: "{}".to_owned(),
        cache_key: "key".to_owned(),
        reason: None,
        created_at: NOW.to_owned(),
        changed_at: NOW.to_owned(),
        finished_at: None,
    }
}

pub(crate) fn step(run: u32, key: &str, ordinal: u32) -> StepRow {
    StepRow {
        run_id: id(run),
        key: key.to_owned(),
        agent: "writer".to_owned(),
        title: "Section".to_owned(),
        ordinal,
        state: StepState::Waiting,
        attempt: 0,
        input_hash: None,
        output_json: None,
        note: None,
        model_calls: 0,
        prompt_tokens: 0,
        completion_tokens: 0,
        report_json: None,
        started_at: None,
        finished_at: None,
    }
}

pub(crate) fn piece(number: u32, run: u32, activity: u32, kind: PieceKind) -> PieceRow {
    PieceRow {
        id: id(number),
        activity_id: id(activity),
        run_id: id(run),
        kind,
        title: "Ferries".to_owned(),
        state: "draft".to_owned(),
        created_at: NOW.to_owned(),
    }
}

pub(crate) fn revision(number_of_id: u32, piece: u32, number: u32) -> RevisionRow {
    RevisionRow {
        id: id(number_of_id),
        piece_id: id(piece),
        number,
        text: "# Ferries\n".to_owned(),
        words: 1,
        score: Some(7.5),
        language: Language::En,
        meta_json: "{}".to_owned(),
        sections_json: "[]".to_owned(),
        support_json: "[]".to_owned(),
        citations_json: "[]".to_owned(),
        checks_json: "[]".to_owned(),
        author: "crew".to_owned(),
        created_at: NOW.to_owned(),
    }
}
