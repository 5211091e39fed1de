/** The samples as answers to every command. */
import { findTerms } from "@/components/text/marks";
import type {
  BrandKitView,
  BriefRequest,
  DocumentView,
  EmbedderListView,
  EmbedderView,
  ErasureReceiptView,
  EstimateView,
} from "@/generated/rpc";
import { createFakePlatform, type FakePlatform, failure } from "./fakePlatform";
import { kit, kitTerms, kitVersions } from "./samples/kit";
import { brand, documents, otherBrand, quay } from "./samples/library";
import { models } from "./samples/models";
import { pieceDetails, pieces } from "./samples/pieces";
import { mistral, providers, usage } from "./samples/providers";
import { run, runDetail, runs } from "./samples/runs";

const estimate = (brief: BriefRequest): EstimateView => ({
  seconds_low: brief.words * 0.35,
  seconds_high: brief.words * 0.6,
  tokens: brief.words * 24,
  documents: documents.length - brief.exclude_documents.length,
  model: "local/qwen3-4b",
  way: "guided",
  note: null,
});

export const receipt = (name: string): ErasureReceiptView => ({
  scope: "document",
  name,
  erased_at: "2026-11-21T09:00:00.000Z",
  items: [
    { what: "file", count: 1, byte_count: 412_300 },
    { what: "passages", count: 15, byte_count: 18_200 },
    { what: "vectors", count: 15, byte_count: 23_040 },
  ],
  verified: true,
  note: null,
  notes: [],
});

const emptyKit: BrandKitView = {
  version: 0,
  built_at: null,
  documents: 0,
  stale_documents: 0,
  needs_look: 0,
  facts: [],
  terms: [],
  voice: [],
  voice_documents: 0,
  tone: [],
  manner: [],
  products: [],
  audiences: [],
};

const embedder = (id: string, name: string, more: Partial<EmbedderView>): EmbedderView => ({
  id,
  name,
  licence: "Apache-2.0",
  languages: "many",
  dimensions: 384,
  max_tokens: 256,
  memory_bytes: 700_000_000,
  installed: false,
  shipped: false,
  chosen: false,
  published_as: null,
  assumed: [],
  problem: null,
  ...more,
});

const embedders: EmbedderListView = {
  embedders: [
    embedder("minilm-l6-v2-int8", "all-MiniLM-L6-v2, int8", {
      languages: "en",
      memory_bytes: 150_000_000,
      installed: true,
      shipped: true,
      chosen: true,
    }),
    embedder("multilingual-e5-small", "Multilingual E5 small", {
      licence: "MIT",
      published_as: "intfloat/multilingual-e5-small",
    }),
    embedder("house-model", "house-model", { licence: null, installed: true, assumed: ["mean_pooling", "languages"] }),
  ],
  brands: [
    {
      brand: brand.id,
      name: brand.name,
      embedder: "minilm-l6-v2-int8",
      chosen: "minilm-l6-v2-int8",
      own: false,
      share: null,
      problem: null,
    },
  ],
};

const named = (id: string): DocumentView =>
  documents.find((known) => known.id === id) ?? (documents[0] as DocumentView);

export function samplePlatform(
  calls: Parameters<typeof createFakePlatform>[0] = {},
  streams: Parameters<typeof createFakePlatform>[1] = {},
): FakePlatform {
  const settings = new Map<string, unknown>();
  return createFakePlatform(
    {
      app_status: () => ({
        version: "0.1.0",
        data_folder: "/data/quillhouse",
        privacy: { sealed: false, hosts: [] },
        engine: { model: "local/qwen3-4b", name: "Qwen3 4B · 11 tok/s · 9 min an article", way: "guided", note: null },
      }),
      app_doctor: () => ({
        verdict: "attention",
        checks: [
          { name: "machine", verdict: "ok", note: "2 cores, 23 GB of memory" },
          { name: "ollama", verdict: "attention", note: "Ollama does not answer; the built-in engine is used" },
        ],
      }),
      ledger_list: () => ({ entries: [] }),
      setting_get: ({ key }) => ({ key, value: settings.get(key) ?? null }),
      setting_set: ({ key, value }) => {
        settings.set(key, value);
        return { key, value };
      },
      brand_list: () => ({ brands: [brand, otherBrand] }),
      brand_set: ({ local_only }) => ({ ...brand, local_only: local_only ?? brand.local_only }),
      provider_list: () => providers,
      provider_add: () => providers,
      provider_set: () => providers,
      provider_remove: () => ({}),
      account_set: () => providers,
      account_remove: () => providers,
      account_test: ({ account }) => ({
        account,
        ok: true,
        latency_ms: 214,
        models: mistral.models.length,
        problem: null,
      }),
      keys_unlock: () => ({ place: "passphrase", exists: true, unlocked: true }),
      usage_list: () => usage,
      brand_create: ({ name }) => ({ ...otherBrand, id: "b3", name }),
      brand_erase: () => ({ ...receipt(brand.name), scope: "brand" }),
      data_erase: () => ({ ...receipt("/data"), scope: "everything" }),
      document_list: ({ brand: id }) => ({ brand: id, documents: id === brand.id ? documents : [] }),
      document_show: ({ document }) => ({
        ...quay,
        document: documents.find(({ id }) => id === document) ?? quay.document,
      }),
      document_erase: ({ document }) => receipt(named(document).name),
      document_tag: ({ document, tags }) => ({ ...named(document), tags }),
      document_file: () => {
        throw failure("not_found", "The sample has no file");
      },
      library_status: ({ brand: id }) => ({
        documents: id === brand.id ? documents.length : 0,
        passages: 488,
        ready: 8,
        partial: 1,
        rejected: 1,
        failed: 0,
        in_progress: 0,
        index: "ready",
        index_share: 1,
        index_note: null,
        embedder: "minilm-l6-v2-int8",
        changing_to: null,
        change_problem: null,
        language_gap: null,
        watched: [
          { id: "w1", path: "/documents/Halden/Press", state: "watching", note: null, documents: 3 },
          { id: "w2", path: "/media/stick/plans", state: "missing", note: null, documents: 0 },
        ],
      }),
      library_stop: () => ({}),
      watched_folder_add: ({ path }) => ({ id: "w3", path, state: "watching", note: null, documents: 0 }),
      watched_folder_remove: () => ({}),
      kit_show: ({ brand: id }) => (id === brand.id ? kit : emptyKit),
      kit_entry_save: (params) =>
        params.kind === "term"
          ? {
              entry: null,
              term: { ...(kitTerms[0] as (typeof kitTerms)[number]), say: params.say ?? "", not: params.not ?? [] },
            }
          : {
              term: null,
              entry: { ...(kit.facts[0] as (typeof kit.facts)[number]), text: params.text, state: "edited" },
            },
      kit_history: () => ({ versions: kitVersions }),
      kit_entry_remove: () => ({}),
      kit_entry_history: () => ({
        versions: [
          { text: "A single crossing is 38 kr", edited_by: "you", at: "2026-11-14T10:00:00.000Z" },
          { text: "A single crossing costs 38 kr in winter", edited_by: "quillhouse", at: "2026-11-12T08:20:00.000Z" },
        ],
      }),
      library_search: ({ query, limit }) => ({
        query,
        note: null,
        strength: "strong",
        hits: quay.passages
          .filter(({ id }) => id.endsWith("a"))
          .slice(0, limit)
          .map((passage, at) => ({
            ...passage,
            passage: passage.id,
            document: "d2",
            document_name: "Sletta quay, as built.pdf",
            text: quay.text.slice(passage.start, passage.end),
            relevance: 0.94 - at * 0.07,
            matched_terms: query.split(/\s+/),
            marks: findTerms(quay.text.slice(passage.start, passage.end), query.split(/\s+/)),
            before: "",
            after: "",
            nearness: "close" as const,
            why: "It says the words you looked for and its meaning is close",
          })),
      }),
      activity_estimate: ({ brief }) => estimate(brief),
      activity_start: () => run,
      run_list: ({ brand: id }) => ({ runs: id === brand.id ? runs : [] }),
      run_show: ({ run: id }) => ({ ...runDetail, run: runs.find((known) => known.id === id) ?? run }),
      run_resume: () => run,
      run_cancel: () => ({ ...run, state: "cancelled" }),
      piece_list: ({ brand: id }) => ({ pieces: id === brand.id ? pieces : [] }),
      piece_show: ({ piece }) => {
        const detail = pieceDetails[piece];
        if (!detail) throw failure("not_found", `There is no piece \`${piece}\``);
        return detail;
      },
      piece_export: ({ format }) => ({ file_name: `winter-berths.${format}`, content: "# Winter berths" }),
      model_list: () => models,
      model_remove: () => ({}),
      embedder_list: () => embedders,
      embedder_use: () => embedders,
      embedder_import: () => embedders.embedders[0] as EmbedderView,
      embedder_remove: () => ({}),
      model_probe: ({ model }) => ({
        model,
        way: "guided",
        json: true,
        instructions: 0.7,
        faithful: 0.9,
        prompt_tokens_per_second: 245,
        completion_tokens_per_second: 10.8,
        reasons: ["It does not keep to the number of sentences"],
        reasons_said: [{ kind: "sentence_count" as const }],
        probed_at: "2026-11-21T09:00:00.000Z",
      }),
      ...calls,
    },
    {
      run_watch: async (_params, emit, signal) => {
        emit({ type: "token", step: "section-2", text: "Stand behind the yellow line until the" });
        await new Promise((resolve) => signal?.addEventListener("abort", resolve));
        return run;
      },
      document_add: async ({ sources }) => ({
        added: sources.length,
        unchanged: 0,
        moved: 0,
        replaced: 0,
        cancelled: false,
        partial: 0,
        failed: 0,
        passages: 12,
        seconds: 1,
        documents: [],
        skipped: [],
      }),
      library_watch: (_params, _emit, signal) =>
        new Promise((resolve) => signal?.addEventListener("abort", () => resolve({}))),
      kit_reword: async (_params, emit) => {
        emit({ done: 1, total: 1, entries: 1 });
        return kit;
      },
      kit_build: async (_params, emit) => {
        emit({ done: 2, total: 2, entries: 14 });
        return kit;
      },
      model_fetch: async (_params, emit) => {
        emit({
          done_bytes: 1_200_000_000,
          total_bytes: 5_030_000_000,
          bytes_per_second: 21_000_000,
          seconds_left: 182,
        });
        return models;
      },
      model_import: async () => models,
      document_retry: async () => ({ ...(documents[1] as (typeof documents)[number]), state: "ready", problems: [] }),
      ...streams,
    },
  );
}
