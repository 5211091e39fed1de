// Written by `cargo xtask gen` from crates/studio/src/rpc.rs. Do not edit.

export type ActivityId = string;

export type ActivityParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * What is wanted.
 */
brief: BriefRequest, 
/**
 * The model; `null` lets Quillhouse choose, `none` works without one.
 */
model: string | null, 
/**
 * False to write anew even when the same was written before.
 */
use_cache: boolean, };

export type AppStatusView = { 
/**
 * Version of the program.
 */
version: string, 
/**
 * Where everything lives.
 */
data_folder: string, 
/**
 * The privacy light.
 */
privacy: PrivacyView, 
/**
 * The engine that would write now.
 */
engine: EngineView, };

export type Block = { 
/**
 * First character, in Unicode scalar values.
 */
start: number, 
/**
 * One past the last character.
 */
end: number, 
/**
 * Page of its first character, counted from 1.
 */
page: number, 
/**
 * Where it stands in a sheet, as a range of cells such as `Prices!B4:C25`.
 */
anchor?: string, } & ({ "kind": "heading", 
/**
 * 1 to 6.
 */
level: number, } | { "kind": "paragraph" } | { "kind": "list_item" } | { "kind": "table_row" } | { "kind": "code" } | { "kind": "quote" });

export type BrandCreateParams = { 
/**
 * Its name, 1 to 120 characters, unique.
 */
name: string, };

export type BrandId = string;

export type BrandListView = { 
/**
 * By name.
 */
brands: Array<BrandView>, };

export type BrandParams = { 
/**
 * Id or name.
 */
brand: string, };

export type BrandView = { 
/**
 * Its id.
 */
id: BrandId, 
/**
 * Its name.
 */
name: string, 
/**
 * Which of the twelve brand colours it has.
 */
color: number, 
/**
 * Documents in its library.
 */
documents: number, 
/**
 * Passages in its library.
 */
passages: number, 
/**
 * Documents that need the user.
 */
attention: number, 
/**
 * When it was made.
 */
created_at: string, };

export type BriefRequest = { 
/**
 * What it is about.
 */
topic: string, 
/**
 * Keyphrases, the most important first.
 */
keywords: Array<string>, 
/**
 * Who reads it.
 */
audience: string, 
/**
 * How it should sound.
 */
tone: string, 
/**
 * Length of the article in words.
 */
words: number, 
/**
 * What to make.
 */
content_types: Array<ContentType>, 
/**
 * Where posts go.
 */
networks: Array<Network>, 
/**
 * Language of the output.
 */
language: Language, 
/**
 * Statements the user vouches for, one sentence each.
 */
facts: Array<string>, 
/**
 * Only these documents; empty means all.
 */
include_documents: Array<DocumentId>, 
/**
 * None of these documents.
 */
exclude_documents: Array<DocumentId>, };

export type CheckView = { 
/**
 * Its name, `keyphrase_in_title`.
 */
id: string, 
/**
 * `seo`, `readability`, `structure`, `evidence` or `originality`.
 */
group: string, 
/**
 * `wrong`, `attention` or `good`.
 */
rating: string, 
/**
 * What was measured, in words or numbers.
 */
measured: string, 
/**
 * The sentences concerned.
 */
sentences: Array<string>, };

export type Citation = { 
/**
 * The document.
 */
document: DocumentId, 
/**
 * The document's name as the user knows it.
 */
document_name: string, 
/**
 * Page, counted from 1; formats without pages have one page.
 */
page: number, 
/**
 * First character of the quote, counted in Unicode scalar values.
 */
start: number, 
/**
 * One past the last character of the quote.
 */
end: number, 
/**
 * The text of the span.
 */
quote: string, };

export type CitationView = { 
/**
 * Number of its chip, counted from 1.
 */
number: number, 
/**
 * The sentence it stands behind.
 */
sentence: string, 
/**
 * The document.
 */
document: DocumentId, 
/**
 * Its name.
 */
document_name: string, 
/**
 * Page, counted from 1.
 */
page: number, 
/**
 * First character of the quote in the document's extracted text.
 */
start: number, 
/**
 * One past its last character.
 */
end: number, 
/**
 * The quote, verbatim.
 */
quote: string, };

export type CommandError = { 
/**
 * What went wrong, as the caller can act on it.
 */
code: ErrorCode, 
/**
 * What happened, what is safe, what to do next.
 */
message: string, 
/**
 * The chain of causes, for a report.
 */
detail: string | null, };

export type ContentType = "blog" | "social" | "audio" | "video";

export type CountView = { 
/**
 * What is used.
 */
used: number, 
/**
 * What is allowed.
 */
limit: number, };

export type DoctorCheckView = { 
/**
 * What was looked at: `machine`, `data folder`, `embedder`, `model`, `ollama`, `keychain`, `parse worker`.
 */
name: string, 
/**
 * How it came out.
 */
verdict: Verdict, 
/**
 * A plain sentence.
 */
note: string, };

export type DoctorView = { 
/**
 * The worst of all.
 */
verdict: Verdict, 
/**
 * One by one.
 */
checks: Array<DoctorCheckView>, };

export type DocumentAddParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * What to add.
 */
sources: Array<DocumentSource>, };

export type DocumentAddView = { 
/**
 * Newly readable documents.
 */
added: number, 
/**
 * Files that were there already.
 */
unchanged: number, 
/**
 * Documents of which a part is missing.
 */
partial: number, 
/**
 * Files that cannot be read.
 */
failed: number, 
/**
 * Passages made.
 */
passages: number, 
/**
 * Seconds it took.
 */
seconds: number, 
/**
 * Every file of the batch as it stands now.
 */
documents: Array<DocumentView>, 
/**
 * Files that are not documents and were passed over, with the reason.
 */
skipped: Array<SkippedFileView>, };

export type DocumentDetailView = { 
/**
 * The document.
 */
document: DocumentView, 
/**
 * The extracted text; all offsets count its Unicode scalar values.
 */
text: string, 
/**
 * Its pages.
 */
pages: Array<PageSpan>, 
/**
 * Its structure.
 */
blocks: Array<Block>, 
/**
 * Its passages.
 */
passages: Array<PassageView>, };

export type DocumentFormat = "pdf" | "docx" | "html" | "markdown" | "text" | "pptx" | "xlsx" | "ods" | "csv" | "eml";

export type DocumentId = string;

export type DocumentListView = { 
/**
 * The brand.
 */
brand: BrandId, 
/**
 * By name.
 */
documents: Array<DocumentView>, };

export type DocumentParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * Id or name of the document.
 */
document: string, };

export type DocumentSource = { "kind": "path", 
/**
 * Absolute path.
 */
path: string, } | { "kind": "bytes", 
/**
 * File name with its ending.
 */
name: string, 
/**
 * The bytes in base64.
 */
base64: string, };

export type DocumentState = "queued" | "reading" | "chunking" | "embedding" | "ready" | "partial" | "rejected" | "failed";

export type DocumentView = { 
/**
 * Its id.
 */
id: DocumentId, 
/**
 * Its name.
 */
name: string, 
/**
 * Its format, when it is known.
 */
format: DocumentFormat | null, 
/**
 * Where it stands.
 */
state: DocumentState, 
/**
 * Title from metadata or the first heading.
 */
title: string | null, 
/**
 * ISO 639-1 code of its language, when it is known.
 */
language: string | null, 
/**
 * Pages.
 */
pages: number, 
/**
 * Passages.
 */
passages: number, 
/**
 * Size of the file.
 */
byte_count: number, 
/**
 * What is missing or doubtful.
 */
problems: Array<Problem>, 
/**
 * When it was added.
 */
added_at: string, };

export type DoneView = Record<symbol, never>;

export type EngineView = { 
/**
 * Its model, `none` when there is none.
 */
model: string, 
/**
 * Its name as the user knows it.
 */
name: string, 
/**
 * How it would work, when it was probed.
 */
way: WayOfWorking | null, 
/**
 * What is to be known about it, in a sentence.
 */
note: string | null, };

export type ErrorCode = "invalid_input" | "not_found" | "already_exists" | "data_folder_in_use" | "data_from_newer_version" | "data_damaged" | "disk_full" | "permission_denied" | "document_unreadable" | "no_evidence" | "model_unavailable" | "runtime_unavailable" | "context_overflow" | "model_failed" | "cancelled" | "internal";

export type EstimateView = { 
/**
 * Least seconds.
 */
seconds_low: number, 
/**
 * Most seconds.
 */
seconds_high: number, 
/**
 * Tokens the model will read and write.
 */
tokens: number, 
/**
 * Documents that would be searched.
 */
documents: number, 
/**
 * The model.
 */
model: string, 
/**
 * How it would work.
 */
way: WayOfWorking, 
/**
 * What is to be known, in a sentence.
 */
note: string | null, };

export type ExportFormat = "md" | "html";

export type ExportView = { 
/**
 * A file name that is safe on every system.
 */
file_name: string, 
/**
 * Its content.
 */
content: string, };

export type HitView = { 
/**
 * The passage.
 */
passage: PassageId, 
/**
 * Its document.
 */
document: DocumentId, 
/**
 * Name of the document.
 */
document_name: string, 
/**
 * Page of its first character.
 */
page: number, 
/**
 * First character in the extracted text.
 */
start: number, 
/**
 * One past its last character.
 */
end: number, 
/**
 * Headings above it.
 */
heading_path: Array<string>, 
/**
 * The text at `start..end`.
 */
text: string, 
/**
 * Relevance, 0 to 1.
 */
relevance: number, 
/**
 * The query's words that stand in it.
 */
matched_terms: Array<string>, 
/**
 * Why it was found, in words.
 */
why: string, };

export type IngestEventView = { 
/**
 * The document, once it is known.
 */
document: DocumentId | null, 
/**
 * Its name.
 */
name: string, 
/**
 * Where it stands.
 */
state: DocumentState, 
/**
 * Pages read so far.
 */
pages: number, 
/**
 * Passages made.
 */
passages: number, 
/**
 * What is wrong, in a sentence.
 */
problem: string | null, 
/**
 * Files done.
 */
done: number, 
/**
 * Files in this batch.
 */
total: number, };

export type Language = "en" | "de" | "fr" | "es" | "it" | "nl" | "pt";

export type LedgerEntryView = { 
/**
 * When.
 */
at: string, 
/**
 * Host as it was asked for.
 */
host: string, 
/**
 * Port.
 */
port: number, 
/**
 * What for.
 */
purpose: string, 
/**
 * Bytes sent.
 */
bytes_out: number, 
/**
 * Bytes received.
 */
bytes_in: number, 
/**
 * How long it took.
 */
duration_ms: number, 
/**
 * What came of it, in a word.
 */
outcome: string, };

export type LedgerListView = { 
/**
 * Newest first.
 */
entries: Array<LedgerEntryView>, };

export type LibrarySearchParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * What to look for, in words.
 */
query: string, 
/**
 * Most hits, 1 to 100.
 */
limit: number, };

export type LibrarySearchView = { 
/**
 * The query as it was searched.
 */
query: string, 
/**
 * Best first.
 */
hits: Array<HitView>, 
/**
 * What the search had to do without, in a sentence.
 */
note: string | null, };

export type ModelListView = { 
/**
 * The built-in ones first.
 */
models: Array<ModelView>, 
/**
 * What could not be asked, in a sentence.
 */
note: string | null, };

export type ModelParams = { 
/**
 * Its id.
 */
model: string, };

export type ModelProbeView = { 
/**
 * The model.
 */
model: string, 
/**
 * How it will work.
 */
way: WayOfWorking, 
/**
 * True when it kept to a JSON schema with sensible values.
 */
json: boolean, 
/**
 * Share of the instructions it followed, 0 to 1.
 */
instructions: number, 
/**
 * Share of the facts it kept, 0 to 1.
 */
faithful: number, 
/**
 * Tokens read a second.
 */
prompt_tokens_per_second: number, 
/**
 * Tokens written a second.
 */
completion_tokens_per_second: number, 
/**
 * Why this way, in sentences.
 */
reasons: Array<string>, 
/**
 * When it was probed.
 */
probed_at: string, };

export type ModelView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * `local`, `ollama` or `none`.
 */
provider: string, 
/**
 * True when it can be used now.
 */
installed: boolean, 
/**
 * Size of its weights.
 */
size_bytes: number | null, 
/**
 * Its licence.
 */
licence: string | null, 
/**
 * How it would work, when it was probed.
 */
way: WayOfWorking | null, 
/**
 * What is to be known about it, in a sentence.
 */
note: string | null, };

export type Network = "linkedin" | "x" | "facebook" | "instagram" | "threads" | "bluesky" | "mastodon";

export type NoParams = Record<symbol, never>;

export type PageSpan = { 
/**
 * Page number, counted from 1.
 */
number: number, 
/**
 * First character.
 */
start: number, 
/**
 * One past the last character.
 */
end: number, 
/**
 * What its readers call it: a sheet's name, a slide's title, a printed page number that differs.
 */
label?: string, };

export type PassageId = string;

export type PassageView = { 
/**
 * Its id.
 */
id: PassageId, 
/**
 * Page of its first character.
 */
page: number, 
/**
 * First character in the extracted text.
 */
start: number, 
/**
 * One past its last character.
 */
end: number, 
/**
 * Headings above it.
 */
heading_path: Array<string>, };

export type PieceDetailView = { 
/**
 * The piece.
 */
piece: PieceView, 
/**
 * Its text: Markdown, or plain text for a post.
 */
text: string, 
/**
 * Meta description of an article.
 */
description: string | null, 
/**
 * Last part of an article's address.
 */
slug: string | null, 
/**
 * How its sections were made.
 */
sections: Array<SectionRecord>, 
/**
 * Its sentences in reading order.
 */
sentences: Array<SentenceView>, 
/**
 * Its citations in reading order.
 */
citations: Array<CitationView>, 
/**
 * The checks of its score.
 */
checks: Array<CheckView>, 
/**
 * Flesch reading ease, 0 to 100.
 */
reading_ease: number | null, 
/**
 * Length of a post as its network counts it, and the limit.
 */
count: CountView | null, };

export type PieceExportParams = { 
/**
 * Id or name of the brand, or empty.
 */
brand: string, 
/**
 * Id of the piece.
 */
piece: string, 
/**
 * As what.
 */
format: ExportFormat, 
/**
 * True to add the list of sources.
 */
sources: boolean, };

export type PieceId = string;

export type PieceListParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * Only this activity.
 */
activity: ActivityId | null, };

export type PieceListView = { 
/**
 * Newest first.
 */
pieces: Array<PieceView>, };

export type PieceParams = { 
/**
 * Id or name of the brand, or empty.
 */
brand: string, 
/**
 * Id of the piece.
 */
piece: string, };

export type PieceView = { 
/**
 * Its id.
 */
id: PieceId, 
/**
 * What it was made for.
 */
activity: ActivityId, 
/**
 * The run that made it.
 */
run: RunId, 
/**
 * `blog`, `social`, `audio` or `video`.
 */
type: string, 
/**
 * Network of a post.
 */
network: string | null, 
/**
 * Its title.
 */
title: string, 
/**
 * Its length.
 */
words: number, 
/**
 * 0 to 10.
 */
score: number, 
/**
 * ISO 639-1 code.
 */
language: string, 
/**
 * `draft`, `in_review` or `ready`.
 */
state: string, 
/**
 * When it was made.
 */
created_at: string, 
/**
 * Who stands behind its sentences.
 */
support: SupportCounts, };

export type PrivacyView = { 
/**
 * True when everything but this computer is blocked.
 */
sealed: boolean, 
/**
 * Hosts beyond this computer that were reached, each once.
 */
hosts: Array<string>, };

export type Problem = { 
/**
 * What kind.
 */
kind: ProblemKind, 
/**
 * A sentence for the user: what, and what to do.
 */
message: string, 
/**
 * The pages concerned, counted from 1; empty when it is the whole file.
 */
pages: Array<number>, };

export type ProblemKind = "empty" | "encrypted" | "scanned" | "garbled" | "damaged" | "wrong_type" | "unsupported_type" | "too_large" | "timed_out" | "too_much_memory" | "worker_crashed" | "not_readable" | "text_missing" | "archive_bomb" | "left_out" | "hidden" | "ocr_used";

export type PromptPartView = { 
/**
 * `instructions`, `kit`, `passages` or `neighbours`.
 */
part: string, 
/**
 * Its tokens.
 */
tokens: number, };

export type PromptReportView = { 
/**
 * Prompt file.
 */
prompt: string, 
/**
 * Parts in order.
 */
parts: Array<PromptPartView>, 
/**
 * Tokens of the whole prompt.
 */
prompt_tokens: number, 
/**
 * Size of the context.
 */
context_tokens: number, 
/**
 * What was left out, in words.
 */
left_out: string | null, };

export type RunDetailView = { 
/**
 * The run.
 */
run: RunView, 
/**
 * In order.
 */
steps: Array<StepView>, 
/**
 * The draft so far, as Markdown.
 */
draft_markdown: string, };

export type RunEventView = { "type": "run", 
/**
 * As it is now.
 */
run: RunView, } | { "type": "step", 
/**
 * As it is now.
 */
step: StepView, } | { "type": "token", 
/**
 * In this step.
 */
step: string, 
/**
 * This.
 */
text: string, } | { "type": "draft", 
/**
 * As it is now.
 */
markdown: string, } | { "type": "ended", 
/**
 * How it ended.
 */
state: RunState, };

export type RunId = string;

export type RunListView = { 
/**
 * Newest first.
 */
runs: Array<RunView>, };

export type RunParams = { 
/**
 * Id or name of the brand, or empty.
 */
brand: string, 
/**
 * Id of the run.
 */
run: string, };

export type RunState = "running" | "interrupted" | "done" | "cancelled" | "failed";

export type RunView = { 
/**
 * Its id.
 */
id: RunId, 
/**
 * What it works for.
 */
activity: ActivityId, 
/**
 * Its brand.
 */
brand: string, 
/**
 * Topic of the brief.
 */
title: string, 
/**
 * Where it stands.
 */
state: RunState, 
/**
 * The model.
 */
model: string, 
/**
 * How it works.
 */
way: WayOfWorking, 
/**
 * 0 to 1.
 */
progress: number, 
/**
 * Seconds of work.
 */
seconds: number, 
/**
 * Seconds to go, when they can be told.
 */
seconds_left: number | null, 
/**
 * Speed of the model, when it wrote.
 */
tokens_per_second: number | null, 
/**
 * Model calls made.
 */
model_calls: number, 
/**
 * Tokens read by the model.
 */
prompt_tokens: number, 
/**
 * Tokens written by the model.
 */
completion_tokens: number, 
/**
 * True when a stored result answered.
 */
cache_hit: boolean, 
/**
 * Why it ended as it did, in a sentence.
 */
reason: string | null, 
/**
 * When it was made.
 */
created_at: string, };

export type SectionOrigin = "composed" | "edited" | "written";

export type SectionRecord = { 
/**
 * Heading without markup; empty for an introduction or a close without one.
 */
heading: string, 
/**
 * How it was made.
 */
origin: SectionOrigin, 
/**
 * Why a model's text was not used, in words, when it was not.
 */
reason: string | null, };

export type SentenceView = { 
/**
 * The sentence.
 */
text: string, 
/**
 * First character in the piece's text, in Unicode scalar values.
 */
start: number, 
/**
 * One past its last character.
 */
end: number, 
/**
 * Its label.
 */
support: Support, };

export type SettingGetParams = { 
/**
 * Its name, `theme`.
 */
key: string, };

export type SettingSetParams = { 
/**
 * Its name.
 */
key: string, 
/**
 * Its value; `null` removes it.
 */
value: unknown, };

export type SettingView = { 
/**
 * Its name.
 */
key: string, 
/**
 * Its value, `null` when it was never set.
 */
value: unknown, };

export type SkippedFileView = { 
/**
 * Its name.
 */
name: string, 
/**
 * Why, in a sentence.
 */
reason: string, };

export type StepState = "waiting" | "running" | "done" | "skipped" | "failed";

export type StepView = { 
/**
 * Its key, `section-2`.
 */
key: string, 
/**
 * Who does it.
 */
agent: string, 
/**
 * Heading of a section or name of a network; empty when the key says all.
 */
title: string, 
/**
 * Where it stands.
 */
state: StepState, 
/**
 * How often it was begun.
 */
attempt: number, 
/**
 * Seconds it took.
 */
seconds: number | null, 
/**
 * Tokens it took.
 */
tokens: number, 
/**
 * How its text was made.
 */
origin: SectionOrigin | null, 
/**
 * What came of it, in a sentence.
 */
note: string | null, 
/**
 * What the model saw.
 */
report: PromptReportView | null, };

export type Support = { "label": "fact", 
/**
 * Where.
 */
citation: Citation, 
/**
 * Strength of the agreement, 0 to 1.
 */
strength: number, } | { "label": "user" } | { "label": "general" } | { "label": "unsupported", 
/**
 * The parts that lack a source: numbers, names, superlatives.
 */
missing: Array<string>, };

export type SupportCounts = { 
/**
 * Backed by a document.
 */
fact: number, 
/**
 * From the brief.
 */
user: number, 
/**
 * General.
 */
general: number, 
/**
 * Backed by nobody.
 */
unsupported: number, };

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
