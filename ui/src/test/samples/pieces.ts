/** Invented pieces in the application's own shapes, for tests and for looking at screens while they are built. */
import type { PieceDetailView, PieceView, SentenceView } from "@/generated/rpc";
import { quay } from "./library";
import { article } from "./runs";

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
