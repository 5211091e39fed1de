/**
 * Commands that the window uses ahead of `generated/rpc.ts`. A command that is generated wins over its entry here, which can then go.
 */
import type {
  BrandId,
  DocumentAddParams,
  DocumentAddView,
  DocumentDetailView,
  DocumentSource,
  DocumentView,
  HitView,
  IngestEventView,
  LibrarySearchParams,
  LibrarySearchView,
} from "@/generated/rpc";

export interface ErasureReceiptView {
  scope: "document" | "brand" | "everything";
  name: string;
  erased_at: string;
  items: { what: string; count: number; byte_count: number }[];
  verified: boolean;
  note: string | null;
}

export interface WatchedFolderView {
  id: string;
  path: string;
  state: "watching" | "missing";
  note: string | null;
  documents: number;
}

export interface LibraryStatusView {
  documents: number;
  passages: number;
  ready: number;
  partial: number;
  rejected: number;
  failed: number;
  in_progress: number;
  index: "ready" | "rebuilding" | "off";
  /** 0 to 1. */
  index_share: number;
  index_note: string | null;
  embedder: string;
  watched: WatchedFolderView[];
}

export interface DocumentFileView {
  base64: string;
  offset_bytes: number;
  total_bytes: number;
  media_type: string;
}

export interface DocumentTagged {
  tags: string[];
  dated: string | null;
  source: string | null;
}

export type LibraryDocument = DocumentView & Partial<DocumentTagged>;
export type LibrarySource = DocumentSource | { kind: "url"; url: string };

export interface IngestPace {
  files_per_minute: number;
  passages_per_second: number;
  seconds_left: number | null;
  pages_done: number;
  pages_total: number;
}

export interface KitCitationView {
  document: string;
  document_name: string;
  page: number;
  start: number;
  end: number;
  quote: string;
}

export type KitEntryState = "found" | "approved" | "edited" | "hidden";

export interface KitEntryView {
  id: string;
  kind: "fact" | "claim" | "product" | "audience";
  text: string;
  citation: KitCitationView | null;
  state: KitEntryState;
  pinned: boolean;
  out_of_date: boolean;
  reason: string | null;
  edited_by: "quillhouse" | "you";
  changed_at: string;
  uses: number;
}

export interface KitTermView {
  id: string;
  say: string;
  not: string[];
  because: string;
  citation: KitCitationView | null;
  count: number;
  state: KitEntryState;
  pinned: boolean;
  out_of_date: boolean;
  reason: string | null;
  edited_by: "quillhouse" | "you";
  changed_at: string;
}

export interface VoiceMeasureView {
  measure:
    | "sentence_length"
    | "reading_ease"
    | "person"
    | "contractions"
    | "passive"
    | "numbers"
    | "questions"
    | "exclamations";
  value: number;
  low: number;
  high: number;
  scale_low: number;
  scale_high: number;
  words: string;
}

export interface BrandKitView {
  version: number;
  built_at: string | null;
  documents: number;
  stale_documents: number;
  needs_look: number;
  facts: KitEntryView[];
  terms: KitTermView[];
  voice: VoiceMeasureView[];
  voice_documents: number;
  products: KitEntryView[];
  audiences: KitEntryView[];
}

export interface KitEntrySaveParams {
  brand: string;
  id?: string;
  kind: "fact" | "claim" | "product" | "audience" | "term";
  text: string;
  say?: string;
  not?: string[];
  state?: KitEntryState;
  pinned?: boolean;
}

interface BrandParams {
  brand: string;
}

interface DocumentParams extends BrandParams {
  document: string;
}

export type ContractRpc = {
  document_file: [DocumentParams & { offset_bytes: number; length_bytes: number }, DocumentFileView];
  document_list: [BrandParams, { brand: BrandId; documents: LibraryDocument[] }];
  document_show: [DocumentParams, DocumentDetailView & { document: LibraryDocument }];
  document_tag: [DocumentParams & { tags: string[] }, LibraryDocument];
  document_erase: [DocumentParams, ErasureReceiptView];
  brand_erase: [BrandParams, ErasureReceiptView];
  data_erase: [{ confirm: string }, ErasureReceiptView];
  library_status: [BrandParams, LibraryStatusView];
  library_stop: [BrandParams, Record<symbol, never>];
  watched_folder_add: [BrandParams & { path: string }, WatchedFolderView];
  watched_folder_remove: [BrandParams & { id: string }, Record<symbol, never>];
  library_search: [
    LibrarySearchParams & { documents?: string[]; languages?: string[]; tags?: string[] },
    Omit<LibrarySearchView, "hits"> & { strength?: "strong" | "weak" | "none"; hits: LibraryHit[] },
  ];
  kit_show: [BrandParams, BrandKitView];
  kit_entry_save: [KitEntrySaveParams, { entry: KitEntryView | null; term: KitTermView | null }];
  kit_entry_remove: [BrandParams & { id: string }, Record<symbol, never>];
  kit_entry_history: [BrandParams & { id: string }, { versions: { text: string; edited_by: string; at: string }[] }];
};

export interface HitMarks {
  marks?: { start: number; end: number }[];
  before?: string;
  after?: string;
}

export type LibraryEvent = IngestEventView & Partial<IngestPace>;
export type LibraryAdded = DocumentAddView & { moved?: number; replaced?: number; cancelled?: boolean };
export type LibraryHit = HitView & HitMarks;

export type ContractStreams = {
  document_add: [Omit<DocumentAddParams, "sources"> & { sources: LibrarySource[] }, LibraryAdded, LibraryEvent];
  library_resume: [BrandParams, LibraryAdded, LibraryEvent];
  document_retry: [DocumentParams & { password?: string }, LibraryDocument, LibraryEvent];
  library_watch: [BrandParams, Record<symbol, never>, LibraryEvent];
  kit_build: [BrandParams, BrandKitView, { done: number; total: number; entries: number }];
};
