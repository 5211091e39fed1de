/** Invented data in the application's own shapes, for tests and for looking at screens while they are built. */
import type {
  BrandKitView,
  BrandView,
  DocumentDetailView,
  DocumentView,
  KitCitationView,
  KitEntryView,
  KitLogVersionView,
  KitTermView,
  PieceDetailView,
  PieceView,
  RunDetailView,
  RunView,
  SentenceView,
} from "@/generated/rpc";

export const brand: BrandView = {
  id: "b1",
  name: "Halden Ferry Co.",
  color: 0,
  documents: 10,
  passages: 488,
  attention: 2,
  created_at: "2026-11-01T09:00:00.000Z",
};

export const otherBrand: BrandView = {
  ...brand,
  id: "b2",
  name: "Nordlys Bakery",
  color: 2,
  documents: 0,
  passages: 0,
  attention: 0,
};

const document = (id: string, name: string, part: Partial<DocumentView>): DocumentView => ({
  id,
  name,
  format: "pdf",
  state: "ready",
  title: null,
  language: "en",
  pages: 6,
  passages: 19,
  byte_count: 412_300,
  problems: [],
  added_at: "2026-11-12T08:12:00.000Z",
  tags: [],
  dated: null,
  source: null,
  source_missing: false,
  ...part,
});

export const documents: DocumentView[] = [
  document("d1", "Winter operations plan 2025.pdf", { pages: 48, passages: 212, language: "no", tags: ["winter"] }),
  document("d2", "Sletta quay, as built.pdf", {
    pages: 31,
    passages: 104,
    state: "partial",
    problems: [
      {
        kind: "scanned",
        message: "3 of 31 pages are scans without text; the rest was read",
        pages: [7, 8, 22],
      },
    ],
  }),
  document("d3", "Timetable W25.xlsx", { format: "xlsx", pages: 4, passages: 38, language: null }),
  document("d4", "Season kick-off.pptx", { format: "pptx", pages: 26, passages: 61, state: "reading" }),
  document("d5", "Tone of voice.docx", { format: "docx", pages: 9, passages: 27 }),
  document("d6", "Punctuality report Q1.docx", { format: "docx" }),
  document("d7", "haldenferry.example/about", {
    format: "html",
    pages: 1,
    passages: 8,
    source: "https://haldenferry.example/about",
  }),
  document("d8", "Board minutes (signed).pdf", {
    pages: 0,
    passages: 0,
    state: "rejected",
    language: null,
    problems: [
      { kind: "encrypted", message: "The file is encrypted; save it without a password and add it again", pages: [] },
    ],
  }),
  document("d9", "Price list 2025.pdf", { pages: 4, passages: 15 }),
  document("d10", "Winter crew numbers.eml", {
    format: "eml",
    pages: 1,
    passages: 4,
    byte_count: 3_120,
    tags: ["winter", "crew"],
  }),
];

const pageTexts = [
  "4.2 Ramps and heating",
  "Both ramps were replaced during the summer of 2019. The deck is galvanised steel with a brushed surface.",
  "Both ramps have electric heating rated to −20 °C, completed 2019. The heated ramps are switched on when the deck sensor reads below +2 °C.",
  "Loads: 3.5 kN/m². Maximum gradient at lowest tide 1:12, which meets the requirement for unassisted wheelchair use.",
  "Maintenance: the circuits are measured every autumn before relocation.",
  "4.3 Lighting",
  "Every lamp along the walkway is doubled. A lamp that fails is replaced before the next departure.",
  "The crew reports a failed lamp by radio",
  "The quay office switches to the second circuit",
];

function documentDetail(): DocumentDetailView {
  const view = documents[1] as DocumentView;
  const detail: DocumentDetailView = { document: view, text: "", pages: [], blocks: [], passages: [] };
  for (let page = 1; page <= 6; page += 1) {
    const start = detail.text.length;
    for (const [at, text] of pageTexts.entries()) {
      const from = detail.text.length;
      detail.text += `${text}\n\n`;
      const place = { start: from, end: from + text.length, page };
      detail.blocks.push(
        at === 0 || at === 5
          ? { ...place, kind: "heading", level: 2 }
          : at > 6
            ? { ...place, kind: "list_item" }
            : { ...place, kind: "paragraph" },
      );
    }
    const second = detail.text.indexOf("4.3 Lighting", start);
    detail.passages.push(
      { id: `p${page}a`, page, start, end: second - 2, heading_path: ["Sletta quay", "Ramps and heating"] },
      { id: `p${page}b`, page, start: second, end: detail.text.length - 2, heading_path: ["Sletta quay", "Lighting"] },
    );
    detail.pages.push({ number: page, start, end: detail.text.length });
  }
  return detail;
}

export const quay: DocumentDetailView = documentDetail();

export const run: RunView = {
  id: "r1",
  activity: "a1",
  brand: "b1",
  title: "Winter berths, explained",
  state: "running",
  model: "local/qwen3-4b",
  way: "guided",
  progress: 0.61,
  seconds: 312,
  seconds_left: 200,
  tokens_per_second: 10.8,
  model_calls: 9,
  prompt_tokens: 18_400,
  completion_tokens: 2_900,
  cache_hit: false,
  reason: null,
  created_at: "2026-11-21T08:40:00.000Z",
};

const article = `# Winter berths, explained: what changes when the ice comes

Every November, before the first thin ice closes the inner channel, our crews move eleven boats to the winter quay at Sletta. It takes four days. Passengers notice little of it, because the timetable stays the same: 22 departures a day, from 05:40 to 23:15.

## Why the quay matters more than the boat

The winter quay was rebuilt in 2019 with heated ramps, so that a wheelchair, a pram or a loaded bicycle can board at minus fifteen. We test each ramp at dawn. If one fails, the next boat waits, and we say so on the boards and by text message.

That figure comes from people, not from steel. A winter crew has three deckhands instead of two, and crossings cost half as much as driving around the fjord. You will hear them call the step before you feel it.

## What you can do to cross faster

Buy the ticket before you come: the queue at the machine is the one delay that we cannot heat. Stand behind the yellow line until the ramp has stopped moving.

- Keep your bicycle light on, so that the crew can see how many of you there are.
- Fold the pram only once you are aboard.
`;

export const runDetail: RunDetailView = {
  run,
  draft_markdown: article.slice(0, article.indexOf("Stand behind")).trimEnd(),
  steps: [
    {
      key: "seo",
      agent: "seo",
      title: "",
      state: "done",
      attempt: 1,
      seconds: 14,
      tokens: 1_020,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "research",
      agent: "researcher",
      title: "",
      state: "done",
      attempt: 1,
      seconds: 6,
      tokens: 0,
      origin: null,
      note: "24 passages from 9 documents; 17 claims kept, 3 dropped as out of date",
      report: null,
    },
    {
      key: "outline",
      agent: "writer",
      title: "",
      state: "done",
      attempt: 1,
      seconds: 21,
      tokens: 640,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "introduction",
      agent: "writer",
      title: "",
      state: "done",
      attempt: 1,
      seconds: 48,
      tokens: 512,
      origin: "edited",
      note: null,
      report: null,
    },
    {
      key: "section-1",
      agent: "writer",
      title: "Write section 1: Why the quay matters more than the boat",
      state: "done",
      attempt: 1,
      seconds: 39,
      tokens: 480,
      origin: "composed",
      note: "Two sentences failed their check; your own words stand in",
      report: {
        prompt: "writer/section",
        parts: [
          { part: "instructions", tokens: 740 },
          { part: "passages", tokens: 1_200 },
        ],
        prompt_tokens: 1_940,
        context_tokens: 4_096,
        left_out: "2 passages were left out so that the prompt fits",
      },
    },
    {
      key: "section-2",
      agent: "writer",
      title: "Write section 2: What you can do to cross faster",
      state: "running",
      attempt: 1,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: {
        prompt: "writer/section",
        parts: [
          { part: "instructions", tokens: 740 },
          { part: "kit", tokens: 490 },
          { part: "passages", tokens: 1_680 },
          { part: "neighbours", tokens: 370 },
        ],
        prompt_tokens: 3_280,
        context_tokens: 4_096,
        left_out: null,
      },
    },
    {
      key: "section-3",
      agent: "writer",
      title: "Write section 3: What a winter day looks like",
      state: "waiting",
      attempt: 0,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "edit-1",
      agent: "editor",
      title: "",
      state: "waiting",
      attempt: 0,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "social-linkedin",
      agent: "social",
      title: "",
      state: "waiting",
      attempt: 0,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "audio",
      agent: "audio",
      title: "",
      state: "waiting",
      attempt: 0,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "video",
      agent: "video",
      title: "",
      state: "skipped",
      attempt: 0,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "finalise",
      agent: "editor",
      title: "",
      state: "waiting",
      attempt: 0,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: null,
    },
  ],
};

export const runs: RunView[] = [
  run,
  {
    ...run,
    id: "r2",
    title: "Why we heat the ramps",
    state: "interrupted",
    progress: 0.4,
    reason: "The computer was switched off; nothing was lost",
    created_at: "2026-11-20T15:10:00.000Z",
  },
  {
    ...run,
    id: "r3",
    title: "A day with the winter crew",
    state: "done",
    progress: 1,
    way: "composed",
    model: "none",
    seconds: 14,
    created_at: "2026-11-18T10:02:00.000Z",
  },
  {
    ...run,
    id: "r4",
    title: "Prices for the coming season",
    state: "failed",
    progress: 0.2,
    reason: "Your documents say too little about prices; add a document about them",
    created_at: "2026-11-17T11:30:00.000Z",
  },
];

const piece = (id: string, part: Partial<PieceView>): PieceView => ({
  id,
  activity: "a1",
  run: "r3",
  type: "blog",
  network: null,
  title: "Winter berths, explained: what changes when the ice comes",
  words: 1_184,
  score: 8.6,
  language: "en",
  state: "in_review",
  created_at: "2026-11-21T09:02:00.000Z",
  support: { fact: 31, user: 0, general: 6, unsupported: 1 },
  ...part,
});

export const pieces: PieceView[] = [
  piece("w1", {}),
  piece("w2", {
    type: "social",
    network: "linkedin",
    words: 64,
    title: "Eleven boats, four days",
    support: { fact: 3, user: 0, general: 1, unsupported: 0 },
  }),
  piece("w3", {
    type: "social",
    network: "x",
    words: 38,
    title: "Heated ramps",
    support: { fact: 2, user: 0, general: 1, unsupported: 0 },
  }),
  piece("w4", {
    type: "audio",
    words: 180,
    score: 8.1,
    title: "Winter berths in ninety seconds",
    support: { fact: 9, user: 0, general: 3, unsupported: 0 },
  }),
  piece("w5", {
    type: "video",
    words: 120,
    score: 7.9,
    title: "How eleven boats move in four days",
    support: { fact: 7, user: 0, general: 2, unsupported: 0 },
  }),
];

const quotes: Record<string, [name: string, document: string, page: number, quote: string]> = {
  "eleven boats": [
    "Winter operations plan 2025.pdf",
    "d1",
    4,
    "Between 3 and 7 November eleven vessels are relocated to the winter quay at Sletta.",
  ],
  "22 departures": ["Timetable W25.xlsx", "d3", 2, "First departure 05:40, last 23:15, 22 departures."],
  "heated ramps": [
    "Sletta quay, as built.pdf",
    "d2",
    2,
    "Both ramps have electric heating rated to −20 °C, completed 2019.",
  ],
  "text message": [
    "Winter operations plan 2025.pdf",
    "d1",
    17,
    "A delayed departure is announced on the boards and by text message.",
  ],
  deckhands: ["Winter crew numbers.eml", "d10", 1, "Winter: three deckhands a boat. Summer: two."],
  "yellow line": [
    "Winter operations plan 2025.pdf",
    "d1",
    31,
    "Passengers wait behind the yellow line until the ramp has come to rest.",
  ],
};

/** Sentences of a text with their places; what quotes one of the documents is a fact. */
function labelled(text: string, unsupported: string): Pick<PieceDetailView, "sentences" | "citations"> {
  const sentences: SentenceView[] = [];
  const citations: PieceDetailView["citations"] = [];
  const span = quay.text.indexOf("Both ramps have electric", quay.pages[1]?.start);
  for (const match of text.matchAll(/[A-Z][^.\n#*]*?(?::[^.\n*]*?)?\.(?=\s|$)/g)) {
    const at = [...text.slice(0, match.index)].length;
    const sentence = match[0];
    const key = Object.keys(quotes).find((words) => sentence.includes(words));
    const base = { text: sentence, start: at, end: at + [...sentence].length };
    if (sentence.includes(unsupported)) {
      sentences.push({ ...base, support: { label: "unsupported", missing: ["half as much"] } });
    } else if (key) {
      const [document_name, id, page, quote] = quotes[key] as (typeof quotes)[string];
      const citation = { document: id, document_name, page, start: span, end: span + 65, quote };
      sentences.push({ ...base, support: { label: "fact", citation, strength: 0.9 } });
      citations.push({ ...citation, number: citations.length + 1, sentence });
    } else {
      sentences.push({ ...base, support: { label: "general" } });
    }
  }
  return { sentences, citations };
}

const detail = (view: PieceView | undefined, text: string, part: Partial<PieceDetailView> = {}): PieceDetailView => ({
  piece: view as PieceView,
  text,
  description: null,
  slug: null,
  sections: [],
  checks: [],
  reading_ease: null,
  count: null,
  ...labelled(text, "half as much"),
  ...part,
});

export const pieceDetails: Record<string, PieceDetailView> = {
  w1: detail(pieces[0], article, {
    description:
      "What changes for passengers when the boats move to the winter quay at Sletta, and what you can do to cross faster.",
    slug: "winter-berths-explained",
    reading_ease: 64,
    sections: [
      { heading: "", origin: "edited", reason: null },
      {
        heading: "Why the quay matters more than the boat",
        origin: "composed",
        reason: "Two rewritten sentences changed a number; your own words stand in",
      },
      { heading: "What you can do to cross faster", origin: "edited", reason: null },
    ],
    checks: [
      {
        id: "keyphrase_title",
        group: "seo",
        rating: "good",
        measured: "“winter berths” stands at the beginning",
        sentences: [],
      },
      {
        id: "unsupported_share",
        group: "evidence",
        rating: "wrong",
        measured: "1 claim has no source",
        sentences: [
          "A winter crew has three deckhands instead of two, and crossings cost half as much as driving around the fjord.",
        ],
      },
      {
        id: "sentence_length",
        group: "readability",
        rating: "attention",
        measured: "2 sentences have more than 25 words",
        sentences: [
          "Every November, before the first thin ice closes the inner channel, our crews move eleven boats to the winter quay at Sletta.",
        ],
      },
      {
        id: "transition_words",
        group: "readability",
        rating: "attention",
        measured: "18 % of sentences; 20 % is a good start",
        sentences: [],
      },
      {
        id: "heading_count",
        group: "structure",
        rating: "good",
        measured: "4 headings for 1,184 words",
        sentences: [],
      },
    ],
  }),
  w2: detail(
    pieces[1],
    "Every November our crews move eleven boats to the winter quay at Sletta.\n\nThe timetable stays the same: 22 departures a day, from 05:40 to 23:15.\n\nWhat would you like to know about the winter quay?\n\n#WinterBerths #Ferries #Sletta",
    { count: { used: 221, limit: 3_000 } },
  ),
  w3: detail(
    pieces[2],
    "The winter quay has heated ramps, so that a wheelchair can board at minus fifteen.\n\nRead how it works.\n\n#WinterBerths",
    { count: { used: 292, limit: 280 } },
  ),
  w4: detail(
    pieces[3],
    "# Winter berths in ninety seconds\n\n**[0:00–0:12] Opening**\n\nEvery November our crews move eleven boats to the winter quay at Sletta.\n\n**[0:12–0:48] Why the quay matters**\n\nThe winter quay was rebuilt in twenty nineteen with heated ramps. We test each ramp at dawn.\n\n**[0:48–1:05] Close**\n\nStand behind the yellow line until the ramp has stopped moving.\n",
  ),
  w5: detail(
    pieces[4],
    "# How eleven boats move in four days\n\n## Scene 1 (0:00–0:08)\n\n**Picture:** The inner channel at dawn, the first thin ice\n\n**On screen:** Eleven boats, four days\n\n**Voice-over:** Every November our crews move eleven boats to the winter quay at Sletta.\n\n## Scene 2 (0:08–0:21)\n\n**Picture:** A ramp, steam rising from the deck\n\n**On screen:** Heated to minus twenty\n\n**Voice-over:** The winter quay has heated ramps. We test each ramp at dawn.\n",
  ),
};

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
