import { describe, expect, it } from "vitest";
import { quay } from "@/test/samples";
import { pageList } from "./DocumentPreview";
import { layOut, pageOf } from "./documentLayout";
import { canRetry } from "./documentWords";
import { secondsLeft } from "./ingest";

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
