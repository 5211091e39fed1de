import { describe, expect, it } from "vitest";
import { characterMap } from "@/components/text/characters";
import { documents, quay } from "@/test/samples/library";
import { layOut, pageOf } from "./documentLayout";
import { canRetry } from "./documentWords";
import { secondsLeft } from "./ingest";
import { passagesOnPage } from "./pagePassages";
import { pageList } from "./problemWords";
import { byDocument } from "./SearchResults";
import { between, NO_FILTER, shelved } from "./shelf";

describe("the layout of a document", () => {
  it("begins every page with its break and keeps each passage together", () => {
    const { items } = layOut(quay);
    expect(items.filter(({ type }) => type === "page")).toHaveLength(6);
    expect(items.slice(0, 3).map((item) => (item.type === "page" ? item.number : item.passage))).toEqual([
      1,
      "p1a",
      "p1b",
    ]);
    expect(pageOf(items, 4), "the fifth item stands on the second page").toBe(2);
  });

  it("shows every word of the text once", () => {
    const { items } = layOut(quay);
    const shown = items
      .flatMap((item) => (item.type === "blocks" ? item.blocks : []))
      .map(({ start, end }) => quay.text.slice(start, end));
    expect(shown.join("").replace(/\s+/g, "")).toBe(quay.text.replace(/\s+/g, ""));
  });

  it("reads a document without blocks by its paragraphs", () => {
    const { items } = layOut({ text: "One\n\nTwo\nstill two", pages: [], blocks: [], passages: [] });
    expect(items.map((item) => (item.type === "page" ? "page" : item.blocks.length))).toEqual(["page", 2]);
  });

  it("converts offsets that count characters", () => {
    const text = "🛥🛥 Quay";
    const { items } = layOut({
      text,
      pages: [{ number: 1, start: 0, end: 7 }],
      blocks: [{ kind: "paragraph", start: 3, end: 7, page: 1 }],
      passages: [],
    });
    const [, first] = items;
    expect(first?.type === "blocks" && text.slice(first.start, first.end)).toBe("Quay");
  });

  it("cuts a block that would fill the whole window", () => {
    const text = "word ".repeat(5_000);
    const { items } = layOut({
      text,
      pages: [],
      blocks: [{ kind: "paragraph", start: 0, end: text.length, page: 1 }],
      passages: [],
    });
    const blocks = items.flatMap((item) => (item.type === "blocks" ? item.blocks : []));
    expect(Math.max(...blocks.map(({ start, end }) => end - start))).toBeLessThanOrEqual(4_000);
    expect(blocks.map(({ start, end }) => text.slice(start, end)).join("")).toBe(text);
  });
});

describe("documents in words", () => {
  it.each([
    [[7, 8, 22], "7–8, 22"],
    [[3, 1, 2], "1–3"],
    [[4], "4"],
    [[], ""],
  ])("lists pages %j", (pages, expected) => {
    expect(pageList(pages)).toBe(expected);
  });

  it("offers another try only where it can end otherwise", () => {
    const problem = (kind: "encrypted" | "timed_out") => [{ kind, message: "", pages: [] }];
    expect(canRetry({ state: "rejected", problems: problem("encrypted") }), "it stays encrypted").toBe(false);
    expect(canRetry({ state: "partial", problems: problem("timed_out") })).toBe(true);
    expect(canRetry({ state: "failed", problems: [] })).toBe(true);
  });

  it("tells the time left by the pace so far", () => {
    const batch = { done: 4, total: 10, startedMs: 1_000 };
    expect(secondsLeft(batch, 9_000)).toBe(12);
    expect(secondsLeft({ ...batch, done: 0 }, 9_000), "no pace yet").toBeUndefined();
    expect(secondsLeft({ ...batch, done: 10 }, 9_000), "nothing left").toBeUndefined();
  });
});

describe("the shelf", () => {
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  const names = (shown: { name: string }[]) => shown.map(({ name }) => name);

  it("shows what needs the user when asked to", () => {
    const shown = shelved(
      documents,
      { ...NO_FILTER, states: ["attention"] },
      { key: "name", descending: false },
      compare,
    );
    expect(names(shown)).toEqual(["Board minutes (signed).pdf", "Sletta quay, as built.pdf"]);
  });

  it("shows documents that carry every chosen tag, in any of the chosen languages", () => {
    const shown = shelved(
      documents,
      { states: [], tags: ["winter"], languages: ["no", "en"] },
      { key: "size", descending: true },
      compare,
    );
    expect(names(shown)).toEqual(["Winter operations plan 2025.pdf", "Winter crew numbers.eml"]);
  });

  it("orders by number, and what is equal by name", () => {
    const shown = shelved(documents, NO_FILTER, { key: "passages", descending: true }, compare);
    expect(names(shown).slice(0, 3)).toEqual([
      "Winter operations plan 2025.pdf",
      "Sletta quay, as built.pdf",
      "Season kick-off.pptx",
    ]);
    expect(shown).toHaveLength(documents.length);
  });

  it("selects a range in the order shown, from either end", () => {
    expect(between(documents, "d3", "d1")).toEqual(["d1", "d2", "d3"]);
    expect(between(documents, undefined, "d4"), "without a beginning it is one").toEqual(["d4"]);
  });
});

describe("passages on a page", () => {
  const characters = characterMap(quay.text);

  it("are those of the page, what was asked for among them", () => {
    const [, wanted] = quay.passages.filter(({ page }) => page === 2);
    if (!wanted) throw new Error("the samples have two passages a page");
    const found = passagesOnPage(quay, characters, 2, wanted, [], []);
    expect(found.map(({ id, on }) => [id, on])).toEqual([
      ["p2a", false],
      ["p2b", true],
    ]);
    const [first] = found[1]?.marks ?? [];
    expect(found[1]?.text.slice(first?.start, first?.end), "a quote is marked as a whole").toBe(found[1]?.text);
  });

  it("are marked at the words that were looked for", () => {
    const at = quay.text.indexOf("heated ramps");
    const span = quay.passages[0];
    if (!span) throw new Error("the samples have passages");
    const [first] = passagesOnPage(quay, characters, 1, span, [{ start: at, end: at + 6 }], ["crew"]);
    expect(first?.marks.map(({ start, end }) => first.text.slice(start, end))).toEqual(["heated"]);
  });
});

describe("what was found", () => {
  it("stands by document, in the order of the best passage", () => {
    const hit = (document: string, start: number) => ({
      document,
      start,
      end: start + 1,
      document_name: document,
      passage: `${document}${start}`,
      page: 1,
      heading_path: [],
      text: "",
      relevance: 1,
      matched_terms: [],
      marks: [],
      before: "",
      after: "",
      nearness: null,
      why: "",
    });
    const groups = byDocument([hit("b", 3), hit("a", 0), hit("b", 9)]);
    expect(groups.map(({ document, hits }) => [document, hits.map(({ start }) => start)])).toEqual([
      ["b", [3, 9]],
      ["a", [0]],
    ]);
  });
});
