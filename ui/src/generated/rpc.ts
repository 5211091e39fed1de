// Written by `cargo xtask gen` from crates/studio/src/rpc.rs. Do not edit.

export type ActivityParams = { brand: string, brief: BriefRequest, model: string | null, use_cache: boolean, };

export type AppStatusView = { version: string, data_folder: string, privacy: PrivacyView, engine: EngineView, };

export type Block = { start: number, end: number, page: number, } & ({ "kind": "heading", level: number, } | { "kind": "paragraph" } | { "kind": "list_item" } | { "kind": "table_row" } | { "kind": "code" } | { "kind": "quote" });

export type BrandCreateParams = { name: string, };

export type BrandId = string;

export type BrandListView = { brands: Array<BrandView>, };

export type BrandParams = { brand: string, };

export type BrandView = { id: BrandId, name: string, color: number, documents: number, passages: number, attention: number, created_at: string, };

export type BriefRequest = { topic: string, keywords: Array<string>, audience: string, tone: string, words: number, content_types: Array<ContentType>, networks: Array<Network>, language: Language, facts: Array<string>, include_documents: Array<DocumentId>, exclude_documents: Array<DocumentId>, };

export type CheckView = { id: string, group: string, rating: string, measured: string, sentences: Array<string>, };

export type Citation = { document: DocumentId, document_name: string, page: number, start: number, end: number, quote: string, };

export type CitationView = { number: number, sentence: string, document: DocumentId, document_name: string, page: number, start: number, end: number, quote: string, };

export type CommandError = { code: ErrorCode, message: string, detail: string | null, };

export type ContentType = "blog" | "social" | "audio" | "video";

export type CountView = { used: number, limit: number, };

export type DocumentAddParams = { brand: string, sources: Array<DocumentSource>, };

export type DocumentAddView = { added: number, unchanged: number, partial: number, failed: number, passages: number, seconds: number, documents: Array<DocumentView>, skipped: Array<SkippedFileView>, };

export type DocumentDetailView = { document: DocumentView, text: string, pages: Array<PageSpan>, blocks: Array<Block>, passages: Array<PassageView>, };

export type DocumentFormat = "pdf" | "docx" | "html" | "markdown" | "text";

export type DocumentId = string;

export type DocumentListView = { brand: BrandId, documents: Array<DocumentView>, };

export type DocumentParams = { brand: string, document: string, };

export type DocumentSource = { "kind": "path", path: string, } | { "kind": "bytes", name: string, base64: string, };

export type DocumentState = "queued" | "reading" | "chunking" | "embedding" | "ready" | "partial" | "rejected" | "failed";

export type DocumentView = { id: DocumentId, name: string, format: DocumentFormat | null, state: DocumentState, title: string | null, language: string | null, pages: number, passages: number, byte_count: number, problems: Array<Problem>, added_at: string, };

export type DoctorCheckView = { name: string, verdict: Verdict, note: string, };

export type DoctorView = { verdict: Verdict, checks: Array<DoctorCheckView>, };

export type DoneView = Record<symbol, never>;

export type EngineView = { model: string, name: string, way: WayOfWorking | null, note: string | null, };

export type ErrorCode = "invalid_input" | "not_found" | "already_exists" | "data_folder_in_use" | "data_from_newer_version" | "data_damaged" | "disk_full" | "permission_denied" | "document_unreadable" | "no_evidence" | "model_unavailable" | "runtime_unavailable" | "context_overflow" | "model_failed" | "cancelled" | "internal";

export type EstimateView = { seconds_low: number, seconds_high: number, tokens: number, documents: number, model: string, way: WayOfWorking, note: string | null, };

export type ExportFormat = "md" | "html";

export type ExportView = { file_name: string, content: string, };

export type HitView = { passage: PassageId, document: DocumentId, document_name: string, page: number, start: number, end: number, heading_path: Array<string>, text: string, relevance: number, matched_terms: Array<string>, why: string, };

export type IngestEventView = { document: DocumentId | null, name: string, state: DocumentState, pages: number, passages: number, problem: string | null, done: number, total: number, };

export type Language = "en" | "de" | "fr" | "es" | "it" | "nl" | "pt";

export type LedgerEntryView = { at: string, host: string, port: number, purpose: string, bytes_out: number, bytes_in: number, duration_ms: number, outcome: string, };

export type LedgerListView = { entries: Array<LedgerEntryView>, };

export type LibrarySearchParams = { brand: string, query: string, limit: number, };

export type LibrarySearchView = { query: string, hits: Array<HitView>, note: string | null, };

export type ModelListView = { models: Array<ModelView>, note: string | null, };

export type ModelParams = { model: string, };

export type ModelProbeView = { model: string, way: WayOfWorking, json: boolean, instructions: number, faithful: number, prompt_tokens_per_second: number, completion_tokens_per_second: number, reasons: Array<string>, probed_at: string, };

export type ModelView = { id: string, name: string, provider: string, installed: boolean, size_bytes: number | null, licence: string | null, way: WayOfWorking | null, note: string | null, };

export type Network = "linkedin" | "x" | "facebook" | "instagram" | "threads" | "bluesky" | "mastodon";

export type NoParams = Record<symbol, never>;

export type PageSpan = { number: number, start: number, end: number, };

export type PassageId = string;

export type PassageView = { id: PassageId, page: number, start: number, end: number, heading_path: Array<string>, };

export type PieceDetailView = { piece: PieceView, text: string, description: string | null, slug: string | null, sections: Array<SectionRecord>, sentences: Array<SentenceView>, citations: Array<CitationView>, checks: Array<CheckView>, reading_ease: number | null, count: CountView | null, };

export type PieceExportParams = { brand: string, piece: string, format: ExportFormat, sources: boolean, };

export type PieceListParams = { brand: string, activity: string | null, };

export type PieceListView = { pieces: Array<PieceView>, };

export type PieceParams = { brand: string, piece: string, };

export type PieceView = { id: string, activity: string, run: string, type: string, network: string | null, title: string, words: number, score: number, language: string, state: string, created_at: string, support: SupportCounts, };

export type PrivacyView = { sealed: boolean, hosts: Array<string>, };

export type Problem = { kind: ProblemKind, message: string, pages: Array<number>, };

export type ProblemKind = "empty" | "encrypted" | "scanned" | "garbled" | "damaged" | "wrong_type" | "unsupported_type" | "too_large" | "timed_out" | "too_much_memory" | "worker_crashed" | "not_readable" | "text_missing";

export type PromptPartView = { part: string, tokens: number, };

export type PromptReportView = { prompt: string, parts: Array<PromptPartView>, prompt_tokens: number, context_tokens: number, left_out: string | null, };

export type RunDetailView = { run: RunView, steps: Array<StepView>, draft_markdown: string, };

export type RunEventView = { "type": "run", run: RunView, } | { "type": "step", step: StepView, } | { "type": "token", step: string, text: string, } | { "type": "draft", markdown: string, } | { "type": "ended", state: RunState, };

export type RunListView = { runs: Array<RunView>, };

export type RunParams = { brand: string, run: string, };

export type RunState = "running" | "interrupted" | "done" | "cancelled" | "failed";

export type RunView = { id: string, activity: string, brand: string, title: string, state: RunState, model: string, way: WayOfWorking, progress: number, seconds: number, seconds_left: number | null, tokens_per_second: number | null, model_calls: number, prompt_tokens: number, completion_tokens: number, cache_hit: boolean, reason: string | null, created_at: string, };

export type SectionOrigin = "composed" | "edited" | "written";

export type SectionRecord = { heading: string, origin: SectionOrigin, reason: string | null, };

export type SentenceView = { text: string, start: number, end: number, support: Support, };

export type SettingGetParams = { key: string, };

export type SettingSetParams = { key: string, value: unknown, };

export type SettingView = { key: string, value: unknown, };

export type SkippedFileView = { name: string, reason: string, };

export type StepState = "waiting" | "running" | "done" | "skipped" | "failed";

export type StepView = { key: string, agent: string, title: string, state: StepState, attempt: number, seconds: number | null, tokens: number, origin: SectionOrigin | null, note: string | null, report: PromptReportView | null, };

export type Support = { "label": "fact", citation: Citation, strength: number, } | { "label": "user" } | { "label": "general" } | { "label": "unsupported", missing: Array<string>, };

export type SupportCounts = { fact: number, user: number, general: number, unsupported: number, };

export type Verdict = "ok" | "attention" | "wrong";

export type WayOfWorking = "free" | "guided" | "composed";

export type RpcSchema = {
	app_status: [NoParams, AppStatusView];
	app_doctor: [NoParams, DoctorView];
	ledger_list: [NoParams, LedgerListView];
	setting_get: [SettingGetParams, SettingView];
	setting_set: [SettingSetParams, SettingView];
	brand_create: [BrandCreateParams, BrandView];
	brand_list: [NoParams, BrandListView];
	brand_erase: [BrandParams, DoneView];
	document_list: [BrandParams, DocumentListView];
	document_show: [DocumentParams, DocumentDetailView];
	document_remove: [DocumentParams, DoneView];
	library_search: [LibrarySearchParams, LibrarySearchView];
	activity_estimate: [ActivityParams, EstimateView];
	activity_start: [ActivityParams, RunView];
	run_list: [BrandParams, RunListView];
	run_show: [RunParams, RunDetailView];
	run_resume: [RunParams, RunView];
	run_cancel: [RunParams, RunView];
	piece_list: [PieceListParams, PieceListView];
	piece_show: [PieceParams, PieceDetailView];
	piece_export: [PieceExportParams, ExportView];
	model_list: [NoParams, ModelListView];
	model_probe: [ModelParams, ModelProbeView];
};

export type StreamSchema = {
	document_add: [DocumentAddParams, DocumentAddView, IngestEventView];
	document_retry: [DocumentParams, DocumentView, IngestEventView];
	run_watch: [RunParams, RunView, RunEventView];
};
