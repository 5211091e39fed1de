// Written by `cargo xtask gen` from crates/studio/src/rpc.rs. Do not edit.

export type AccountParams = { 
/**
 * Which.
 */
account: string, };

export type AccountSetParams = { 
/**
 * Which.
 */
account: string, 
/**
 * Its name for people.
 */
label?: string, 
/**
 * Another key.
 */
key?: SecretParam, 
/**
 * Whether it is turned off.
 */
is_off?: boolean, 
/**
 * Tokens it may use a month; 0 takes the limit away.
 */
limit_tokens?: number, };

export type AccountView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name for people.
 */
label: string, 
/**
 * True when there is a key.
 */
has_key: boolean, 
/**
 * Turned off by the user.
 */
is_off: boolean, 
/**
 * Tokens it may use until the next reset; nothing without a limit.
 */
limit_tokens: number | null, 
/**
 * Tokens it used since the last reset; 0 without a limit.
 */
used_tokens: number, 
/**
 * When the allowance begins anew, RFC 3339 UTC.
 */
resets_at: string | null, 
/**
 * Why the provider refused the last call.
 */
refusal: RefusalKind | null, };

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

export type ArticleNote = { 
/**
 * What came of its work, when there is something to say.
 */
reason: DraftReason | null, 
/**
 * True when no edit scored higher, so that the article stayed as it was.
 */
unchanged: boolean, };

export type AssumedView = "mean_pooling" | "no_prefix" | "languages";

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

export type BrandKitView = { 
/**
 * Counts builds that changed something, and edits; 0 before the first build.
 */
version: number, 
/**
 * When it was last built.
 */
built_at: string | null, 
/**
 * Documents it was built from.
 */
documents: number, 
/**
 * Documents that are new or have changed since.
 */
stale_documents: number, 
/**
 * Entries that need a look.
 */
needs_look: number, 
/**
 * Facts and claims, pinned ones first, then the most telling.
 */
facts: Array<KitEntryView>, 
/**
 * Words.
 */
terms: Array<KitTermView>, 
/**
 * The voice in the language of most documents; empty when they say too little.
 */
voice: Array<VoiceMeasureView>, 
/**
 * Documents the voice was measured over.
 */
voice_documents: number, 
/**
 * How the guides say that the brand sounds; a text with `not ` before it is what it does not want.
 */
tone: Array<KitEntryView>, 
/**
 * Words of manner that the brand uses more than general writing does, the most telling first.
 */
manner: Array<MannerWord>, 
/**
 * Products.
 */
products: Array<KitEntryView>, 
/**
 * Audiences.
 */
audiences: Array<KitEntryView>, };

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

export type BrandSetParams = { 
/**
 * Id or name.
 */
brand: string, 
/**
 * Whether its texts stay on this computer.
 */
local_only?: boolean, };

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
created_at: string, 
/**
 * True when its texts stay on this computer.
 */
local_only: boolean, };

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

export type CheckId = "keyphrase_length" | "keyphrase_introduction" | "keyphrase_title" | "keyphrase_headings" | "keyphrase_slug" | "keyphrase_description" | "keyphrase_density" | "keyphrase_distribution" | "keyphrase_present" | "related_phrases" | "title_width" | "description_length" | "text_length" | "single_title" | "heading_count" | "subheading_distribution" | "headings_unique" | "headings_parallel" | "reading_ease" | "sentence_length" | "paragraph_length" | "transition_words" | "passive_voice" | "repeated_openings" | "unsupported_share" | "citation_spread" | "repeated_sentences" | "wrong_language" | "leftovers" | "source_overlap" | "fits_network" | "hashtags" | "hook" | "pace" | "spoken_numbers" | "brand_terms" | "brand_voice";

export type CheckView = { 
/**
 * Its name, `keyphrase_title`.
 */
id: CheckId, 
/**
 * `seo`, `readability`, `structure`, `evidence`, `originality` or `brand`.
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
 * The same as a kind with values.
 */
measured_said?: Measured, 
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
quote: string, 
/**
 * True when the document was erased since; the quote stays.
 */
erased?: boolean, };

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
detail: string | null, 
/**
 * The message as a kind with values, for those who tell it in another language.
 */
reason?: ErrorReason, };

export type ContentType = "blog" | "social" | "audio" | "video";

export type CostView = { 
/**
 * Three capital letters.
 */
currency: string, 
/**
 * For people: `0.0004 USD`.
 */
text: string, };

export type CountView = { 
/**
 * What is used.
 */
used: number, 
/**
 * What is allowed.
 */
limit: number, };

export type DataEraseParams = { 
/**
 * The words `erase everything`.
 */
confirm: string, };

export type DoctorCheckView = { 
/**
 * What was looked at: `machine`, `data folder`, `embedder`, `model`, `ollama`, `keychain`, `parse worker`,
 * `network`, `languages`.
 */
name: string, 
/**
 * How it came out.
 */
verdict: Verdict, 
/**
 * A plain sentence.
 */
note: string, 
/**
 * The same as a kind with values, where there is one.
 */
found?: DoctorFindingView, };

export type DoctorFindingView = { "kind": "memory_unknown" } | { "kind": "machine", 
/**
 * Cores.
 */
count: number, 
/**
 * Memory.
 */
total_bytes: number, 
/**
 * Memory that is free.
 */
free_bytes: number, } | { "kind": "data_sound", 
/**
 * The data folder.
 */
path: string, 
/**
 * Brands.
 */
count: number, } | { "kind": "data_damaged", 
/**
 * The data folder.
 */
path: string, 
/**
 * What was found.
 */
detail: string, } | { "kind": "reader_works" } | { "kind": "reader_broken", 
/**
 * What was found.
 */
detail: string, } | { "kind": "embedder_loaded" } | { "kind": "embedder_broken", 
/**
 * What was found.
 */
detail: string, } | { "kind": "no_model" } | { "kind": "model_works", 
/**
 * The model.
 */
model: string, 
/**
 * How it works.
 */
way: WayOfWorking, 
/**
 * How fast it writes.
 */
tokens_per_second: number, } | { "kind": "model_unexamined", 
/**
 * The model.
 */
model: string, } | { "kind": "model_broken", 
/**
 * What was found.
 */
detail: string, } | { "kind": "ollama_empty" } | { "kind": "ollama_models", 
/**
 * How many.
 */
count: number, } | { "kind": "ollama_absent", 
/**
 * What was found.
 */
detail: string, } | { "kind": "keychain_answers" } | { "kind": "keychain_absent", 
/**
 * What the system said.
 */
detail: string, } | { "kind": "languages_unknown", 
/**
 * What was found.
 */
detail: string, } | { "kind": "network_sealed" } | { "kind": "network_off" };

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
 * Of those, files that were known under another path or name.
 */
moved: number, 
/**
 * Older editions that gave way to a changed file.
 */
replaced: number, 
/**
 * True when it was stopped before the end; the rest waits in the queue.
 */
cancelled: boolean, 
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

export type DocumentFileParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * Id or name of the document.
 */
document: string, 
/**
 * First byte.
 */
offset_bytes: number, 
/**
 * How many, at most 1 MiB.
 */
length_bytes: number, };

export type DocumentFileView = { 
/**
 * The bytes in base64; fewer than were asked for at the end of the file.
 */
base64: string, 
/**
 * First byte.
 */
offset_bytes: number, 
/**
 * Size of the file.
 */
total_bytes: number, 
/**
 * Media type of the file.
 */
media_type: string, };

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

export type DocumentRetryParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * Id or name of the document.
 */
document: string, 
/**
 * Opens an encrypted document this once; kept nowhere.
 */
password?: string, };

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
base64: string, } | { "kind": "url", 
/**
 * `http` or `https`.
 */
url: string, };

export type DocumentState = "queued" | "reading" | "chunking" | "embedding" | "ready" | "partial" | "rejected" | "failed";

export type DocumentTagParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * Id or name of the document.
 */
document: string, 
/**
 * All its tags, at most 32 of 1 to 60 characters.
 */
tags: Array<string>, };

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
added_at: string, 
/**
 * Words the user sorts documents by.
 */
tags: Array<string>, 
/**
 * Day of the source file or page, `YYYY-MM-DD`.
 */
dated: string | null, 
/**
 * Path or address it came from.
 */
source: string | null, 
/**
 * True when the source file was deleted; the document stays until it is erased.
 */
source_missing: boolean, };

export type DoneView = Record<symbol, never>;

export type DraftReason = { "kind": "section_does_not_fit" } | { "kind": "sentence_does_not_fit" } | { "kind": "section_sources_do_not_fit" } | { "kind": "post_sources_do_not_fit" } | { "kind": "hooks_do_not_fit" } | { "kind": "rewrites_do_not_fit" } | { "kind": "prompt_does_not_fit" } | { "kind": "no_sentence" } | { "kind": "no_whole_sentence" } | { "kind": "other_language" } | { "kind": "wrong_form" } | { "kind": "still_long" } | { "kind": "moved_away" } | { "kind": "few_words", 
/**
 * Words that stand.
 */
found: number, 
/**
 * Words that were wanted.
 */
count: number, 
/**
 * Sentences that were taken out.
 */
removed: number, 
/**
 * What no source has, the first few.
 */
missing: Array<string>, } | { "kind": "few_sources", 
/**
 * Sentences with a source.
 */
found: number, 
/**
 * Sentences there are.
 */
count: number, 
/**
 * Sentences that were taken out.
 */
removed: number, 
/**
 * What no source has, the first few.
 */
missing: Array<string>, } | { "kind": "post_few_sources", 
/**
 * Sentences with a source.
 */
found: number, 
/**
 * Sentences there are.
 */
count: number, } | { "kind": "post_too_long" } | { "kind": "leftover", 
/**
 * As found.
 */
part: string, } | { "kind": "nothing_changed" } | { "kind": "longer" } | { "kind": "spoke_about_answer" } | { "kind": "leans_outside" } | { "kind": "disagrees", 
/**
 * As written.
 */
parts: Array<string>, } | { "kind": "repeats" } | { "kind": "on_screen_not_said" } | { "kind": "no_rewrite_passed", 
/**
 * Rewrites that were offered.
 */
count: number, } | { "kind": "rewrites_passed", 
/**
 * Rewrites that could be taken.
 */
found: number, 
/**
 * Rewrites that were offered.
 */
count: number, } | { "kind": "repeats_removed", 
/**
 * How many.
 */
count: number, } | { "kind": "no_model" } | { "kind": "model_unusable", 
/**
 * What its provider says.
 */
detail: string, } | { "kind": "model_ended", 
/**
 * Signal, exit code or what else is known.
 */
detail: string, } | { "kind": "model_silent", 
/**
 * How long was waited.
 */
seconds: number, } | { "kind": "model_busy" } | { "kind": "model_answer_unusable", 
/**
 * What is wrong with it.
 */
detail: string, };

export type EmbedderBrandView = { 
/**
 * The brand.
 */
brand: BrandId, 
/**
 * Its name.
 */
name: string, 
/**
 * The embedder whose vectors answer; `None` before the first document.
 */
embedder: string | null, 
/**
 * The one that was chosen.
 */
chosen: string, 
/**
 * True when it was chosen for this brand alone.
 */
own: boolean, 
/**
 * How much of the change to it is done, 0 to 1; `None` when nothing is under way.
 */
share: number | null, 
/**
 * Why the change was not finished, in a sentence.
 */
problem: string | null, };

export type EmbedderImportParams = { 
/**
 * Folder with `model.onnx` (or `onnx/model.onnx`), `tokenizer.json` and what belongs to them.
 */
path: string, 
/**
 * The name it gets; without one the catalogue's, or the folder's.
 */
id?: string, 
/**
 * How the vectors of the tokens become one.
 */
pooling?: PoolingView, 
/**
 * What it wants before a query.
 */
query_prefix?: string, 
/**
 * What it wants before a passage.
 */
passage_prefix?: string, 
/**
 * Tokens read together, when that is less than its files say.
 */
max_tokens?: number, };

export type EmbedderLanguagesView = "en" | "many" | "unknown";

export type EmbedderListView = { 
/**
 * The shipped one first.
 */
embedders: Array<EmbedderView>, 
/**
 * The brands.
 */
brands: Array<EmbedderBrandView>, };

export type EmbedderParams = { 
/**
 * Its name.
 */
embedder: string, };

export type EmbedderUseParams = { 
/**
 * Its name.
 */
embedder: string, 
/**
 * Id or name of the brand it is for; without one it is for all brands that have none of their own.
 */
brand?: string, };

export type EmbedderView = { 
/**
 * Its name.
 */
id: string, 
/**
 * Its name for people.
 */
name: string, 
/**
 * SPDX identifier, when it is known.
 */
licence: string | null, 
/**
 * What it was trained on.
 */
languages: EmbedderLanguagesView, 
/**
 * Numbers in a vector.
 */
dimensions: number, 
/**
 * Tokens read together; longer passages are read in parts.
 */
max_tokens: number, 
/**
 * Memory it takes.
 */
memory_bytes: number, 
/**
 * True when it can be chosen now.
 */
installed: boolean, 
/**
 * True when it comes with the program.
 */
shipped: boolean, 
/**
 * True when brands use it that were not given one of their own.
 */
chosen: boolean, 
/**
 * Who publishes its files and under which name, when the user has to bring them.
 */
published_as: string | null, 
/**
 * What was assumed because its files do not say it.
 */
assumed: Array<AssumedView>, 
/**
 * Why it cannot be used although it was imported, in a sentence.
 */
problem: string | null, };

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

export type ErasedItemView = { 
/**
 * What, as a word.
 */
what: string, 
/**
 * How many.
 */
count: number, 
/**
 * Bytes they took.
 */
byte_count: number, };

export type ErasureNoteView = { "kind": "pieces_stay", 
/**
 * How many.
 */
count: number, } | { "kind": "log_not_empty" } | { "kind": "traces_left", 
/**
 * How many.
 */
count: number, } | { "kind": "nothing_of_its_own" } | { "kind": "name_in_settings" } | { "kind": "models_stay" };

export type ErasureReceiptView = { 
/**
 * What was erased.
 */
scope: ErasureScope, 
/**
 * Name of the document or brand.
 */
name: string, 
/**
 * When.
 */
erased_at: string, 
/**
 * What it consisted of.
 */
items: Array<ErasedItemView>, 
/**
 * True when every file of the data folder was searched for parts of it and none was found.
 */
verified: boolean, 
/**
 * What stays, or what could not be erased, in sentences.
 */
note: string | null, 
/**
 * The same as kinds with values.
 */
notes: Array<ErasureNoteView>, };

export type ErasureScope = "document" | "brand" | "everything";

export type ErrorCode = "invalid_input" | "not_found" | "already_exists" | "data_folder_in_use" | "data_from_newer_version" | "data_damaged" | "disk_full" | "permission_denied" | "document_unreadable" | "no_evidence" | "model_unavailable" | "runtime_unavailable" | "context_overflow" | "model_failed" | "key_refused" | "no_credit" | "keys_locked" | "rate_limited" | "cancelled" | "internal";

export type ErrorReason = { "kind": "folder_in_use", 
/**
 * The folder.
 */
path: string, } | { "kind": "newer_version", 
/**
 * The database.
 */
path: string, } | { "kind": "database_damaged", 
/**
 * The database.
 */
path: string, } | { "kind": "disk_full" } | { "kind": "no_access", 
/**
 * The file or folder.
 */
path: string, } | { "kind": "missing", 
/**
 * What it is.
 */
noun: Noun, 
/**
 * As it was named.
 */
name: string, } | { "kind": "exists", 
/**
 * What it is.
 */
noun: Noun, 
/**
 * Its name.
 */
name: string, } | { "kind": "file_trouble", 
/**
 * The file or folder.
 */
path: string, } | { "kind": "database_trouble" } | { "kind": "model_unusable" } | { "kind": "model_missing", 
/**
 * Its provider's name of it.
 */
model: string, } | { "kind": "prompt_too_long", 
/**
 * Its tokens.
 */
tokens: number, 
/**
 * The room there is.
 */
limit: number, } | { "kind": "model_read_less" } | { "kind": "model_ended" } | { "kind": "model_silent", 
/**
 * How long was waited.
 */
seconds: number, } | { "kind": "model_answer_unusable" } | { "kind": "model_answer_cut", 
/**
 * Who answered.
 */
host: string, } | { "kind": "model_key_refused", 
/**
 * Who refused it.
 */
host: string, } | { "kind": "model_no_credit", 
/**
 * Whose account.
 */
host: string, } | { "kind": "model_rate_limited", 
/**
 * Who is limited.
 */
host: string, } | { "kind": "model_declined" } | { "kind": "model_busy" } | { "kind": "model_unsupported" } | { "kind": "embedder_unusable" } | { "kind": "embedding_failed" } | { "kind": "index_unusable" } | { "kind": "nothing_to_read", 
/**
 * The first of what was given; empty when it has no path.
 */
path: string, } | { "kind": "copy_not_written", 
/**
 * The folder of the copies.
 */
path: string, } | { "kind": "nothing_named" } | { "kind": "copy_unreadable", 
/**
 * The document.
 */
name: string, } | { "kind": "tag_length", 
/**
 * Most characters.
 */
limit: number, } | { "kind": "too_many_tags", 
/**
 * The most.
 */
limit: number, } | { "kind": "name_not_unique", 
/**
 * The name.
 */
name: string, } | { "kind": "query_length", 
/**
 * Most characters.
 */
limit: number, } | { "kind": "not_an_address", 
/**
 * As typed.
 */
address: string, } | { "kind": "address_with_password" } | { "kind": "page_too_slow", 
/**
 * Its address.
 */
address: string, 
/**
 * How long was waited.
 */
seconds: number, } | { "kind": "page_status", 
/**
 * Its address.
 */
address: string, 
/**
 * Status of the answer.
 */
status: number, } | { "kind": "other_site", 
/**
 * As typed.
 */
address: string, 
/**
 * Where it leads.
 */
target: string, } | { "kind": "redirect_circle", 
/**
 * Its address.
 */
address: string, } | { "kind": "sealed", 
/**
 * Where it would have gone.
 */
host: string, } | { "kind": "host_not_allowed", 
/**
 * Where it would have gone.
 */
host: string, } | { "kind": "host_silent", 
/**
 * Who was asked.
 */
host: string, } | { "kind": "page_too_large", 
/**
 * The most that is read.
 */
limit_bytes: number, } | { "kind": "host_answer_unreadable", 
/**
 * Who answered.
 */
host: string, } | { "kind": "no_folder", 
/**
 * As given.
 */
path: string, } | { "kind": "own_folder", 
/**
 * The folder.
 */
path: string, } | { "kind": "folder_name" } | { "kind": "passphrase_too_short", 
/**
 * Fewest characters.
 */
limit: number, } | { "kind": "no_passphrase_needed" } | { "kind": "wrong_passphrase" } | { "kind": "keys_locked" } | { "kind": "keychain_silent" } | { "kind": "provider_address" } | { "kind": "key_shape" } | { "kind": "label_length", 
/**
 * Most characters.
 */
limit: number, } | { "kind": "brand_local_only", 
/**
 * The brand.
 */
brand: string, 
/**
 * The model that was wanted.
 */
model: string, } | { "kind": "no_account", 
/**
 * The model that was wanted.
 */
model: string, } | { "kind": "no_brand_named" } | { "kind": "brand_name_length", 
/**
 * Most characters.
 */
limit: number, } | { "kind": "brand_name_is_id" } | { "kind": "brand_name" } | { "kind": "kit_entry_length", 
/**
 * Its characters.
 */
length: number, 
/**
 * Most characters.
 */
limit: number, } | { "kind": "kit_rule_words", 
/**
 * The most.
 */
limit: number, } | { "kind": "kit_rule_empty" } | { "kind": "kit_kind_changes" } | { "kind": "kit_entry_empty" } | { "kind": "topic_missing" } | { "kind": "field_too_long", 
/**
 * Which.
 */
field: Field, 
/**
 * Its characters.
 */
length: number, 
/**
 * Most characters.
 */
limit: number, } | { "kind": "too_many_in_field", 
/**
 * Which.
 */
field: Field, 
/**
 * The most.
 */
limit: number, } | { "kind": "words_out_of_range", 
/**
 * The length that was asked for.
 */
words: number, } | { "kind": "no_content_type" } | { "kind": "no_documents", 
/**
 * The brand.
 */
brand: string, } | { "kind": "no_model_to_probe" } | { "kind": "not_confirmed" };

export type EstimateNoteView = { "kind": "no_documents" } | { "kind": "model_unexamined" };

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
note: string | null, 
/**
 * The same as a kind with values.
 */
note_said?: EstimateNoteView, };

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

export type Field = "topic" | "audience" | "tone" | "keywords" | "facts" | "other";

export type FitView = { 
/**
 * Whether.
 */
fits: Fits, 
/**
 * Memory it takes.
 */
memory_bytes: number, 
/**
 * Minutes for an article of 1,000 words; nothing before a model was examined here.
 */
article_minutes: number | null, 
/**
 * Where the minutes come from.
 */
minutes_from: MinutesFrom | null, 
/**
 * All of it in a sentence.
 */
told: string, };

export type Fits = "well" | "tight" | "too_large";

export type FolderNoteView = { "kind": "not_there" } | { "kind": "looked_at_now_and_then" } | { "kind": "files_deleted", 
/**
 * How many.
 */
count: number, };

export type Health = "ok" | "degraded" | "down" | "unknown";

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
 * Where the query's words stand in `text`, in any inflection.
 */
marks: Array<MarkView>, 
/**
 * The sentence before it; empty when there is none.
 */
before: string, 
/**
 * The sentence after it; empty when there is none.
 */
after: string, 
/**
 * Relevance, 0 to 1.
 */
relevance: number, 
/**
 * The query's words that stand in it.
 */
matched_terms: Array<string>, 
/**
 * How near its meaning is, when that is why it was found; otherwise its words are why.
 */
nearness: NearnessView | null, 
/**
 * Why it was found, in a sentence.
 */
why: string, };

export type IndexState = "ready" | "rebuilding" | "off";

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
total: number, 
/**
 * Pages read in this batch.
 */
pages_done: number, 
/**
 * Pages of the files that have been opened so far.
 */
pages_total: number, 
/**
 * Files done in a minute.
 */
files_per_minute: number, 
/**
 * Passages made findable in a second.
 */
passages_per_second: number, 
/**
 * Seconds until the batch is done; unknown at its beginning.
 */
seconds_left: number | null, };

export type KeyPlaceView = "keychain" | "passphrase";

export type KeysUnlockParams = { 
/**
 * At least ten characters when it is chosen.
 */
passphrase: SecretParam, };

export type KeysView = { 
/**
 * Where they are protected, or would be.
 */
place: KeyPlaceView, 
/**
 * True when there are keys, or a passphrase was chosen for them.
 */
exists: boolean, 
/**
 * True when they can be used and changed now.
 */
unlocked: boolean, };

export type KitAuthor = "quillhouse" | "you";

export type KitBuildEventView = { 
/**
 * Documents read or known.
 */
done: number, 
/**
 * Documents there are.
 */
total: number, 
/**
 * Things found so far.
 */
entries: number, };

export type KitCause = "build" | "edit" | "document_gone";

export type KitChange = "added" | "changed" | "removed";

export type KitChangeView = { 
/**
 * The entry.
 */
entry: KitEntryId, 
/**
 * What happened to it.
 */
change: KitChange, 
/**
 * What it is.
 */
kind: KitKind, 
/**
 * What it said then, in a line; `None` when it is gone, or was erased with its document.
 */
text: string | null, 
/**
 * What it said before; `None` when that is the same, unknown, or nothing.
 */
before: string | null, };

export type KitCitationView = { 
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

export type KitEntryId = string;

export type KitEntryParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * Id of the entry.
 */
id: string, };

export type KitEntrySaveParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * The entry to change; a new one without it.
 */
id?: string, 
/**
 * What it is; the kind of an entry does not change, but for facts and claims.
 */
kind: KitKind, 
/**
 * The statement; of a term when and why.
 */
text: string, 
/**
 * Of a term: what to say, joined by commas.
 */
say?: string, 
/**
 * Of a term: what not to say.
 */
not?: Array<string>, 
/**
 * What the user makes of it.
 */
state?: KitState, 
/**
 * Whether it is pinned.
 */
pinned?: boolean, };

export type KitEntrySavedView = { 
/**
 * A fact, claim, product or audience.
 */
entry: KitEntryView | null, 
/**
 * A term.
 */
term: KitTermView | null, };

export type KitEntryView = { 
/**
 * Its id.
 */
id: KitEntryId, 
/**
 * What it is; never a term.
 */
kind: KitKind, 
/**
 * The statement.
 */
text: string, 
/**
 * Its first place; `None` when the user wrote it or its document has gone.
 */
citation: KitCitationView | null, 
/**
 * What the user made of it.
 */
state: KitState, 
/**
 * Kept at the top and preferred in every text.
 */
pinned: boolean, 
/**
 * True when it needs a look.
 */
out_of_date: boolean, 
/**
 * Why.
 */
reason: KitReason | null, 
/**
 * Whose wording it is.
 */
edited_by: KitAuthor, 
/**
 * When its wording last changed.
 */
changed_at: string, 
/**
 * The day on which things stood as it says, `YYYY-MM-DD`.
 */
as_of: string | null, 
/**
 * The last day on which it holds, `YYYY-MM-DD`.
 */
valid_until: string | null, 
/**
 * Pieces that cite it.
 */
uses: number, 
/**
 * What a model suggests to say instead; the user takes it or leaves it.
 */
suggestion?: string, };

export type KitHistoryParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * Only so many; at most 100.
 */
limit?: number, };

export type KitHistoryView = { 
/**
 * In order.
 */
versions: Array<KitVersionView>, };

export type KitKind = "fact" | "claim" | "term" | "product" | "audience" | "tone";

export type KitLogVersionView = { 
/**
 * Its number.
 */
version: number, 
/**
 * When; `None` where a document went.
 */
at: string | null, 
/**
 * Why there is one.
 */
cause: KitCause, 
/**
 * Entries that are new.
 */
added: number, 
/**
 * Entries that changed.
 */
changed: number, 
/**
 * Entries that went.
 */
removed: number, 
/**
 * True when the voice changed.
 */
voice: boolean, 
/**
 * The entries, at most 200.
 */
changes: Array<KitChangeView>, };

export type KitLogView = { 
/**
 * The newest first.
 */
versions: Array<KitLogVersionView>, };

export type KitReason = "document_changed" | "no_longer_said" | "document_gone" | "aged" | "expired";

export type KitRewordParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * The model; without it the one that writes.
 */
model?: string, };

export type KitShowParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * A former version; the present one without it.
 */
version?: number, };

export type KitState = "found" | "approved" | "edited" | "hidden";

export type KitTermView = { 
/**
 * Its id.
 */
id: KitEntryId, 
/**
 * What to say, the best first, joined by commas; empty when there is only something to avoid.
 */
say: string, 
/**
 * What not to say.
 */
not: Array<string>, 
/**
 * The rule's own words about when and why; may be empty.
 */
because: string, 
/**
 * Its first place.
 */
citation: KitCitationView | null, 
/**
 * How often it was found; for a habit, how often it is written.
 */
count: number, 
/**
 * What the user made of it.
 */
state: KitState, 
/**
 * Kept at the top.
 */
pinned: boolean, 
/**
 * True when it needs a look.
 */
out_of_date: boolean, 
/**
 * Why.
 */
reason: KitReason | null, 
/**
 * Whose wording it is.
 */
edited_by: KitAuthor, 
/**
 * When its wording last changed.
 */
changed_at: string, };

export type KitVersionView = { 
/**
 * The wording.
 */
text: string, 
/**
 * Whose it is.
 */
edited_by: KitAuthor, 
/**
 * Since when.
 */
at: string, };

export type Language = "en" | "de" | "fr" | "es" | "it" | "nl" | "pt";

export type LanguageCountView = { 
/**
 * Code of the language.
 */
language: string, 
/**
 * Documents in it.
 */
documents: number, };

export type LanguageGapKind = "some" | "most";

export type LanguageGapView = { 
/**
 * How much of the library that is.
 */
kind: LanguageGapKind, 
/**
 * Documents that can be found.
 */
documents: number, 
/**
 * Of those, in languages the embedder does not know.
 */
foreign: number, 
/**
 * One by one, the most frequent first.
 */
languages: Array<LanguageCountView>, };

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
outcome: string, 
/**
 * The address it was connected to, or the first that was tried.
 */
address: string | null, 
/**
 * Id of the brand it was for.
 */
brand: string | null, 
/**
 * Id of the run it was for.
 */
run: string | null, 
/**
 * Id of the document it was for.
 */
document: string | null, };

export type LedgerListView = { 
/**
 * Newest first.
 */
entries: Array<LedgerEntryView>, };

export type LeftOut = { 
/**
 * Sources left out.
 */
left_out: number, 
/**
 * Sources there were.
 */
count: number, };

export type LibraryNoteView = { "kind": "rebuilding", 
/**
 * How much is done, 0 to 1.
 */
share: number, } | { "kind": "index_off", 
/**
 * What was found.
 */
detail: string, };

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
limit: number, 
/**
 * Only these documents, by id or name.
 */
documents?: Array<string>, 
/**
 * Only documents in these languages, as ISO 639-1 codes.
 */
languages?: Array<string>, 
/**
 * Only documents that have one of these tags.
 */
tags?: Array<string>, 
/**
 * Only documents added on this day or later, `YYYY-MM-DD`.
 */
added_from?: string, 
/**
 * Only documents added on this day or earlier, `YYYY-MM-DD`.
 */
added_to?: string, 
/**
 * Also what has nothing to do with the query but is nearest to it. Left out when absent.
 */
unrelated?: boolean, };

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
 * What the library has to say about it.
 */
strength: StrengthView, 
/**
 * What the search had to do without, in a sentence.
 */
note: string | null, 
/**
 * The same as a kind with values.
 */
note_said?: LibraryNoteView, };

export type LibraryStatusView = { 
/**
 * Documents.
 */
documents: number, 
/**
 * Passages.
 */
passages: number, 
/**
 * Documents that can be found completely.
 */
ready: number, 
/**
 * Documents of which something is missing.
 */
partial: number, 
/**
 * Documents that cannot be read.
 */
rejected: number, 
/**
 * Documents whose reading failed.
 */
failed: number, 
/**
 * Documents that are being worked on or wait.
 */
in_progress: number, 
/**
 * Whether the vector index answers.
 */
index: IndexState, 
/**
 * How much of it has been built, 0 to 1.
 */
index_share: number, 
/**
 * Why it does not answer, in a sentence.
 */
index_note: string | null, 
/**
 * The same as a kind with values.
 */
index_note_said?: LibraryNoteView, 
/**
 * The embedder in use.
 */
embedder: string, 
/**
 * The embedder that is being prepared beside it; `index_share` tells how far it is.
 */
changing_to: string | null, 
/**
 * Why the last change of the embedder was not finished, in a sentence.
 */
change_problem: string | null, 
/**
 * Documents in languages that the embedder does not know; `None` when there are none.
 */
language_gap: LanguageGapView | null, 
/**
 * Folders that are watched.
 */
watched: Array<WatchedFolderView>, };

export type MannerWord = { 
/**
 * The word in its base form.
 */
word: string, 
/**
 * How often it stands in the documents.
 */
count: number, 
/**
 * Documents that have it.
 */
documents: number, };

export type MarkView = { 
/**
 * First character, counted from the beginning of the hit.
 */
start: number, 
/**
 * One past its last character.
 */
end: number, };

export type Measured = { "kind": "nothing" } | { "kind": "words", 
/**
 * How many.
 */
count: number, } | { "kind": "words_of", 
/**
 * How many.
 */
found: number, 
/**
 * Wanted.
 */
count: number, } | { "kind": "longest_paragraph", 
/**
 * How many.
 */
count: number, } | { "kind": "longest_section", 
/**
 * How many.
 */
count: number, } | { "kind": "characters", 
/**
 * How many.
 */
count: number, } | { "kind": "percent", 
/**
 * 0 to 100.
 */
percent: number, } | { "kind": "long_sentences", 
/**
 * 0 to 100.
 */
percent: number, 
/**
 * Words from which on a sentence is long.
 */
count: number, } | { "kind": "density", 
/**
 * 0 to 100, with one decimal.
 */
percent_exact: number, 
/**
 * Times.
 */
count: number, } | { "kind": "gap", 
/**
 * Sentences.
 */
count: number, 
/**
 * Their share of all, 0 to 100.
 */
percent: number, } | { "kind": "of", 
/**
 * How many.
 */
found: number, 
/**
 * Of how many.
 */
of: number, } | { "kind": "sentences_of", 
/**
 * How many.
 */
found: number, 
/**
 * Of how many.
 */
count: number, } | { "kind": "in_sentences", 
/**
 * How many.
 */
count: number, } | { "kind": "citations", 
/**
 * Sentences.
 */
sentences: number, 
/**
 * Documents.
 */
count: number, } | { "kind": "titles", 
/**
 * How many.
 */
found: number, } | { "kind": "headings", 
/**
 * How many.
 */
found: number, } | { "kind": "alike", 
/**
 * How many.
 */
found: number, 
/**
 * Of how many.
 */
of: number, } | { "kind": "times", 
/**
 * How many.
 */
count: number, } | { "kind": "hashtags", 
/**
 * How many.
 */
count: number, } | { "kind": "runs", 
/**
 * How many.
 */
count: number, } | { "kind": "repeated", 
/**
 * How many.
 */
found: number, } | { "kind": "ease", 
/**
 * 0 to 100.
 */
rounded: number, } | { "kind": "width", 
/**
 * In pixels.
 */
rounded: number, } | { "kind": "pace", 
/**
 * Words a minute.
 */
count: number, } | { "kind": "digits", 
/**
 * How many.
 */
found: number, } | { "kind": "quoted", 
/**
 * In order.
 */
parts: Array<string>, } | { "kind": "terms", 
/**
 * The first few.
 */
found: Array<SaidTerm>, } | { "kind": "voice", 
/**
 * Measures inside their range.
 */
inside: number, 
/**
 * Measures there are.
 */
all: number, 
/**
 * The others.
 */
outside: Array<VoiceOutside>, } | { "kind": "language_found", 
/**
 * Its code.
 */
language: Language, } | { "kind": "language_unknown" } | { "kind": "in_one_sentence" } | { "kind": "spread_over_paragraph" } | { "kind": "not_there" } | { "kind": "at_beginning" } | { "kind": "not_at_beginning" } | { "kind": "other_words" };

export type MinutesFrom = "measured" | "scaled";

export type ModelCanView = "fetch" | "remove";

export type ModelImportParams = { 
/**
 * A GGUF file.
 */
path: string, 
/**
 * True uses it where it is, false copies it.
 */
keep_in_place: boolean, };

export type ModelListView = { 
/**
 * The built-in ones first.
 */
models: Array<ModelView>, 
/**
 * What could not be asked, in a sentence.
 */
note: string | null, 
/**
 * The same as a kind with values.
 */
note_said?: ModelNoteView, };

export type ModelNoteView = { "kind": "file_missing" } | { "kind": "file_changed" } | { "kind": "context", 
/**
 * In tokens.
 */
count: number, } | { "kind": "composed" } | { "kind": "no_ollama", 
/**
 * What was found.
 */
detail: string, };

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
 * The same as kinds with values.
 */
reasons_said: Array<ProbeReason>, 
/**
 * When it was probed.
 */
probed_at: string, };

export type ModelProgressView = { 
/**
 * There.
 */
done_bytes: number, 
/**
 * Altogether, when that is known.
 */
total_bytes: number | null, 
/**
 * 0 when it is not known.
 */
bytes_per_second: number, 
/**
 * Until it is there.
 */
seconds_left: number | null, };

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
 * `local`, `ollama`, `none`, or the kind of a cloud provider.
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
note: string | null, 
/**
 * The same as a kind with values.
 */
note_said?: ModelNoteView, 
/**
 * How it fits into this computer, when that can be said.
 */
fit?: FitView, 
/**
 * What can be done with it beside using it.
 */
can?: ModelCanView, };

export type NearnessView = "close" | "related" | "resembles" | "nearest";

export type Network = "linkedin" | "x" | "facebook" | "instagram" | "threads" | "bluesky" | "mastodon";

export type NoParams = Record<symbol, never>;

export type Noun = "brand" | "document" | "passage" | "watched_folder" | "kit_entry" | "piece" | "activity" | "run" | "model" | "provider" | "account" | "budget" | "setting" | "thing";

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
count: CountView | null, 
/**
 * Version of the brand kit that it was written with; `None` without one.
 */
kit_version?: number, };

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
support: SupportCounts, 
/**
 * Documents it quotes that were erased since; the quotations stay.
 */
erased_sources?: number, };

export type PoolingView = "mean" | "cls";

export type Priority = "primary" | "secondary";

export type PrivacyView = { 
/**
 * True when everything but this computer is blocked.
 */
sealed: boolean, 
/**
 * Hosts beyond this computer that were reached, each once.
 */
hosts: Array<string>, };

export type ProbeReason = { "kind": "free" } | { "kind": "guided" } | { "kind": "composed" } | { "kind": "slow", 
/**
 * Its speed.
 */
tokens_per_second: number, } | { "kind": "form" } | { "kind": "item_count" } | { "kind": "list_form" } | { "kind": "chatty" } | { "kind": "address" } | { "kind": "not_shorter" } | { "kind": "rewrite_facts" } | { "kind": "more_than_one_sentence" } | { "kind": "sentence_count" } | { "kind": "paragraph_facts" } | { "kind": "paragraph_invents" } | { "kind": "language" } | { "kind": "summary_invents" } | { "kind": "form_names" } | { "kind": "form_numbers" };

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
left_out: string | null, 
/**
 * The same in numbers.
 */
left_out_said?: LeftOut, 
/**
 * Which account did it and why; nothing for models of this computer.
 */
route?: RouteView, };

export type ProviderAddParams = { 
/**
 * Which.
 */
kind: ProviderKind, 
/**
 * Where, unless it is the usual place.
 */
address?: string, 
/**
 * The account's name for people.
 */
label?: string, 
/**
 * Its key; some servers on this computer want none.
 */
key?: SecretParam, };

export type ProviderKind = "openai" | "openai_compatible" | "anthropic" | "mistral" | "gemini" | "xai";

export type ProviderKindView = { 
/**
 * Which.
 */
kind: ProviderKind, 
/**
 * Its name for people.
 */
name: string, 
/**
 * Where it answers; nothing when only the user can know.
 */
address: string | null, };

export type ProviderListView = { 
/**
 * Those that were added.
 */
providers: Array<ProviderView>, 
/**
 * Those there are.
 */
kinds: Array<ProviderKindView>, 
/**
 * How the keys stand.
 */
keys: KeysView, };

export type ProviderModelView = { 
/**
 * As runs name it.
 */
id: string, 
/**
 * Its name for people.
 */
name: string, 
/**
 * Prompt and answer together, when the provider says it.
 */
context_tokens: number | null, };

export type ProviderParams = { 
/**
 * Which.
 */
provider: ProviderKind, };

export type ProviderSetParams = { 
/**
 * Which.
 */
provider: ProviderKind, 
/**
 * Whether it comes first.
 */
priority?: Priority, 
/**
 * Calls at the same time, 1 to 64.
 */
concurrency?: number, 
/**
 * Whether it is turned off.
 */
is_off?: boolean, 
/**
 * True agrees to what is sent there, false takes that back.
 */
agreed?: boolean, };

export type ProviderTestView = { 
/**
 * The account.
 */
account: string, 
/**
 * True when address and key are good.
 */
ok: boolean, 
/**
 * From asking to the answer.
 */
latency_ms: number, 
/**
 * Models it may use.
 */
models: number, 
/**
 * What is wrong; nothing when all is well.
 */
problem: CommandError | null, };

export type ProviderView = { 
/**
 * Which.
 */
id: ProviderKind, 
/**
 * Its name for people.
 */
name: string, 
/**
 * Where it answers.
 */
address: string, 
/**
 * The host that texts go to.
 */
host: string, 
/**
 * True when it is on this computer, so that nothing leaves it.
 */
is_here: boolean, 
/**
 * Whether it comes first.
 */
priority: Priority, 
/**
 * Calls at the same time.
 */
concurrency: number, 
/**
 * Turned off by the user.
 */
is_off: boolean, 
/**
 * When the user agreed to what is sent there, RFC 3339 UTC.
 */
agreed_at: string | null, 
/**
 * What its last calls say.
 */
health: Health, 
/**
 * True when keys and texts can be read on their way, because the address is not encrypted.
 */
is_readable: boolean, 
/**
 * Its accounts.
 */
accounts: Array<AccountView>, 
/**
 * Its models, as it listed them last.
 */
models: Array<ProviderModelView>, };

export type RefusalKind = "key" | "payment" | "too_many" | "overloaded" | "no_such_model";

export type RouteCandidateView = { 
/**
 * The account.
 */
account: string, 
/**
 * True for the one that was taken.
 */
is_chosen: boolean, 
/**
 * Why, in sentences.
 */
reasons: Array<string>, };

export type RouteView = { 
/**
 * The account.
 */
account: string, 
/**
 * Its provider.
 */
provider: string, 
/**
 * The model.
 */
model: string, 
/**
 * Every account that was looked at, the chosen one first.
 */
candidates: Array<RouteCandidateView>, };

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

export type SaidTerm = { 
/**
 * As it stands in the text.
 */
not: string, 
/**
 * What to say; empty when there is only something to avoid.
 */
say: string, };

export type SecretParam = string;

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
reason: string | null, 
/**
 * The same as a kind with values.
 */
reason_said?: DraftReason, };

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
 * Why.
 */
kind: ProblemKind, 
/**
 * The same in a sentence.
 */
reason: string, };

export type StepNoteView = { "kind": "seo", 
/**
 * The phrase.
 */
phrase: string, 
/**
 * Related phrases.
 */
count: number, } | { "kind": "research", 
/**
 * Sentences.
 */
sentences: number, 
/**
 * Documents.
 */
documents: number, 
/**
 * True when they say little.
 */
weak: boolean, } | { "kind": "outline", 
/**
 * How many.
 */
count: number, } | { "kind": "draft", 
/**
 * Why.
 */
reason: DraftReason, } | { "kind": "score", 
/**
 * Before this step, when there was one.
 */
before: number | null, 
/**
 * Now.
 */
score: number, 
/**
 * What the editor has to say.
 */
note: ArticleNote | null, } | { "kind": "failed", 
/**
 * A plain sentence.
 */
detail: string, };

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
 * The same as a kind with values.
 */
note_said?: StepNoteView, 
/**
 * What the model saw.
 */
report: PromptReportView | null, };

export type StrengthView = "strong" | "weak" | "none";

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

export type ToneBand = "low" | "middle" | "high";

export type UsageBy = "step" | "run" | "brand" | "provider" | "account" | "model" | "month";

export type UsageListParams = { 
/**
 * One line each.
 */
by: UsageBy, 
/**
 * Only calls of the last so many days.
 */
days?: number, };

export type UsageListView = { 
/**
 * The most used first.
 */
usage: Array<UsageView>, 
/**
 * All of it.
 */
total: UsageView, };

export type UsageView = { 
/**
 * What they have in common, as people know it.
 */
name: string, 
/**
 * Calls.
 */
calls: number, 
/**
 * Tokens of the prompts.
 */
tokens_in: number, 
/**
 * Of them, those that did not have to be read again.
 */
tokens_cached: number, 
/**
 * Tokens of the answers.
 */
tokens_out: number, 
/**
 * How long they took together.
 */
seconds: number, 
/**
 * What they cost, by currency.
 */
costs: Array<CostView>, 
/**
 * Calls whose cost nobody knows: the costs are short of them.
 */
calls_without_cost: number, };

export type Verdict = "ok" | "attention" | "wrong";

export type VoiceKind = "sentence_length" | "reading_ease" | "person" | "contractions" | "passive" | "numbers" | "questions" | "exclamations" | "plainness" | "warmth" | "confidence" | "promotion";

export type VoiceMeasureView = { 
/**
 * What is measured.
 */
measure: VoiceKind, 
/**
 * Over all documents.
 */
value: number, 
/**
 * Lower end of the range.
 */
low: number, 
/**
 * Upper end of the range.
 */
high: number, 
/**
 * Left end of its chart.
 */
scale_low: number, 
/**
 * Right end of its chart.
 */
scale_high: number, 
/**
 * In plain English.
 */
words: string, 
/**
 * Where a measure of tone stands among texts of all kinds; `None` for the other measures.
 */
band: ToneBand | null, };

export type VoiceOutside = { 
/**
 * Which.
 */
measure: VoiceKind, 
/**
 * In the text.
 */
value: number, 
/**
 * Lower end of the brand's range.
 */
low: number, 
/**
 * Upper end of the brand's range.
 */
high: number, };

export type WatchState = "watching" | "missing";

export type WatchedFolderAddParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * Absolute path of a folder.
 */
path: string, };

export type WatchedFolderId = string;

export type WatchedFolderListView = { 
/**
 * In the order in which they were added.
 */
folders: Array<WatchedFolderView>, };

export type WatchedFolderParams = { 
/**
 * Id or name of the brand.
 */
brand: string, 
/**
 * Id or path of the folder.
 */
id: string, };

export type WatchedFolderView = { 
/**
 * Its id.
 */
id: WatchedFolderId, 
/**
 * Absolute path.
 */
path: string, 
/**
 * Whether it is there.
 */
state: WatchState, 
/**
 * What there is to say about it, in a sentence.
 */
note: string | null, 
/**
 * The same as a kind with values.
 */
note_said?: FolderNoteView, 
/**
 * Documents that came from it.
 */
documents: number, };

export type WayOfWorking = "free" | "guided" | "composed";

export type RpcSchema = {
	app_status: [NoParams, AppStatusView];
	app_doctor: [NoParams, DoctorView];
	ledger_list: [NoParams, LedgerListView];
	setting_get: [SettingGetParams, SettingView];
	setting_set: [SettingSetParams, SettingView];
	brand_create: [BrandCreateParams, BrandView];
	brand_list: [NoParams, BrandListView];
	brand_set: [BrandSetParams, BrandView];
	brand_erase: [BrandParams, ErasureReceiptView];
	data_erase: [DataEraseParams, ErasureReceiptView];
	document_list: [BrandParams, DocumentListView];
	document_show: [DocumentParams, DocumentDetailView];
	document_file: [DocumentFileParams, DocumentFileView];
	document_tag: [DocumentTagParams, DocumentView];
	document_erase: [DocumentParams, ErasureReceiptView];
	library_status: [BrandParams, LibraryStatusView];
	library_stop: [BrandParams, DoneView];
	watched_folder_add: [WatchedFolderAddParams, WatchedFolderView];
	watched_folder_list: [BrandParams, WatchedFolderListView];
	watched_folder_remove: [WatchedFolderParams, DoneView];
	library_search: [LibrarySearchParams, LibrarySearchView];
	kit_show: [KitShowParams, BrandKitView];
	kit_history: [KitHistoryParams, KitLogView];
	kit_entry_save: [KitEntrySaveParams, KitEntrySavedView];
	kit_entry_remove: [KitEntryParams, DoneView];
	kit_entry_history: [KitEntryParams, KitHistoryView];
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
	model_remove: [ModelParams, DoneView];
	provider_list: [NoParams, ProviderListView];
	provider_add: [ProviderAddParams, ProviderListView];
	provider_set: [ProviderSetParams, ProviderListView];
	provider_remove: [ProviderParams, DoneView];
	account_set: [AccountSetParams, ProviderListView];
	account_test: [AccountParams, ProviderTestView];
	account_remove: [AccountParams, ProviderListView];
	keys_unlock: [KeysUnlockParams, KeysView];
	usage_list: [UsageListParams, UsageListView];
	embedder_list: [NoParams, EmbedderListView];
	embedder_use: [EmbedderUseParams, EmbedderListView];
	embedder_import: [EmbedderImportParams, EmbedderView];
	embedder_remove: [EmbedderParams, DoneView];
};

export type StreamSchema = {
	document_add: [DocumentAddParams, DocumentAddView, IngestEventView];
	document_retry: [DocumentRetryParams, DocumentView, IngestEventView];
	library_resume: [BrandParams, DocumentAddView, IngestEventView];
	model_fetch: [ModelParams, ModelListView, ModelProgressView];
	model_import: [ModelImportParams, ModelListView, ModelProgressView];
	kit_build: [BrandParams, BrandKitView, KitBuildEventView];
	kit_reword: [KitRewordParams, BrandKitView, KitBuildEventView];
	library_watch: [BrandParams, DoneView, IngestEventView];
	run_watch: [RunParams, RunView, RunEventView];
};
