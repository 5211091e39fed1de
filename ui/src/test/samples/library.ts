/** Invented brands and documents in the application's own shapes, for tests and for looking at screens while they are built. */
import type { BrandView, DocumentDetailView, DocumentView } from "@/generated/rpc";

export const brand: BrandView = {
  id: "b1",
  name: "Halden Ferry Co.",
  color: 0,
  documents: 10,
  passages: 488,
  attention: 2,
  created_at: "2026-11-01T09:00:00.000Z",
  local_only: false,
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

export const pageTexts = [
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
