/** An invented brand kit in the application's own shapes, for tests and for looking at screens while they are built. */
import type { BrandKitView, KitCitationView, KitEntryView, KitLogVersionView, KitTermView } from "@/generated/rpc";
import { pageTexts } from "./library";

const cited = (document: string, document_name: string, page: number, quote: string): KitCitationView => ({
  document,
  document_name,
  page,
  start: 0,
  end: quote.length,
  quote,
});

const entry = (id: string, text: string, citation: KitCitationView | null, part: Partial<KitEntryView> = {}) => ({
  id,
  kind: "fact" as const,
  text,
  citation,
  state: "found" as const,
  pinned: false,
  out_of_date: false,
  reason: null,
  edited_by: "quillhouse" as const,
  changed_at: "2026-11-12T08:12:00.000Z",
  as_of: null,
  valid_until: null,
  uses: 0,
  ...part,
});

const term = (
  id: string,
  say: string,
  not: string[],
  because: string,
  citation: KitCitationView | null,
  count = 4,
) => ({
  id,
  say,
  not,
  because,
  citation,
  count,
  state: "found" as const,
  pinned: false,
  out_of_date: false,
  reason: null,
  edited_by: "quillhouse" as const,
  changed_at: "2026-11-12T08:12:00.000Z",
});

const tone = (page: number) => cited("d5", "Tone of voice.docx", page, "Say crossing, not trip or journey.");

export const kitTerms: KitTermView[] = [
  term("t1", "crossing", ["trip", "journey"], "", tone(3)),
  term("t2", "boat", ["vessel (to passengers)"], "", tone(3)),
  term("t3", "we", ["the company"], "", tone(2)),
  term("t4", "late", ["delayed due to operational reasons"], "", tone(5)),
  term("t5", "Sletta quay", ["Terminal 2"], "", null, 41),
];

export const kitVersions: KitLogVersionView[] = [
  {
    version: 12,
    at: "2026-11-12T08:20:00.000Z",
    cause: "build",
    added: 1,
    changed: 1,
    removed: 0,
    voice: true,
    changes: [
      { entry: "f2", change: "added", kind: "fact", text: "22 departures a day, 05:40 to 23:15", before: null },
      {
        entry: "t1",
        change: "changed",
        kind: "term",
        text: "crossing, not trip, journey",
        before: "crossing, not trip",
      },
    ],
  },
  { version: 11, at: null, cause: "document_gone", added: 0, changed: 0, removed: 0, voice: false, changes: [] },
];

export const kit: BrandKitView = {
  version: 12,
  built_at: "2026-11-12T08:20:00.000Z",
  documents: 10,
  stale_documents: 2,
  needs_look: 1,
  voice_documents: 8,
  facts: [
    entry("f1", "11 vessels in winter service", cited("d1", "Winter operations plan 2025.pdf", 4, "11 vessels"), {
      suggestion: "11 boats sail in winter",
    }),
    entry("f2", "22 departures a day, 05:40 to 23:15", cited("d3", "Timetable W25.xlsx", 1, "22 departures")),
    entry(
      "f3",
      "99.2 % of winter departures within five minutes",
      cited("d6", "Punctuality report Q1.docx", 2, "99.2 %"),
      {
        kind: "claim",
        state: "approved",
      },
    ),
    entry("f4", "Ramps heated to −20 °C since 2019", cited("d2", "Sletta quay, as built.pdf", 2, pageTexts[2] ?? ""), {
      out_of_date: true,
      reason: "document_changed",
    }),
    entry("f5", "A single crossing is 38 kr", cited("d9", "Price list 2025.pdf", 2, "38 kr"), { pinned: true }),
    entry("f6", "Nobody waits on an icy ramp", null, { kind: "claim", state: "edited", edited_by: "you" }),
  ],
  terms: kitTerms,
  voice: [
    {
      measure: "sentence_length",
      value: 14,
      low: 9,
      high: 19,
      scale_low: 0,
      scale_high: 35,
      words: "14 words, spread 9–19",
      band: null,
    },
    {
      measure: "reading_ease",
      value: 64,
      low: 55,
      high: 73,
      scale_low: 0,
      scale_high: 100,
      words: "64, plain",
      band: null,
    },
    {
      measure: "person",
      value: 0.72,
      low: 0.6,
      high: 0.8,
      scale_low: 0,
      scale_high: 1,
      words: "in 7 of 10 sentences",
      band: null,
    },
    {
      measure: "contractions",
      value: 0.02,
      low: 0,
      high: 0.06,
      scale_low: 0,
      scale_high: 0.6,
      words: "almost never",
      band: null,
    },
    { measure: "passive", value: 0.06, low: 0.03, high: 0.12, scale_low: 0, scale_high: 0.7, words: "6 %", band: null },
    {
      measure: "numbers",
      value: 0.26,
      low: 0.2,
      high: 0.33,
      scale_low: 0,
      scale_high: 0.5,
      words: "one in four sentences",
      band: null,
    },
    {
      measure: "plainness",
      value: 0.9,
      low: 0.7,
      high: 1,
      scale_low: 0,
      scale_high: 1,
      words: "plain",
      band: "high",
    },
  ],
  tone: [
    entry("v1", "calm", cited("d5", "Tone of voice.docx", 1, "We sound calm and exact, never stiff."), {
      kind: "tone",
    }),
    entry("v2", "not stiff", cited("d5", "Tone of voice.docx", 1, "We sound calm and exact, never stiff."), {
      kind: "tone",
    }),
  ],
  manner: [{ word: "exact", count: 14, documents: 4 }],
  products: [
    entry("p1", "Winter crossing", cited("d9", "Price list 2025.pdf", 1, "Winter crossing"), { kind: "product" }),
    entry("p2", "Month pass", cited("d9", "Price list 2025.pdf", 2, "Month pass"), { kind: "product" }),
  ],
  audiences: [
    entry("a1", "Commuters between Halden and Sletta", tone(1), { kind: "audience" }),
    entry("a2", "Families with prams and bicycles", tone(1), { kind: "audience", pinned: true }),
  ],
};
