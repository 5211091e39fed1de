import { describe, expect, it } from "vitest";
import { characterMap } from "./characters";
import { readDraft, strongRanges } from "./markdown";
import { cut, findTerms } from "./marks";

describe("character offsets", () => {
  it.each([
    ["plain text", "abc", [0, 1, 2, 3]],
    ["letters with marks of one unit", "äß–“", [0, 1, 2, 3, 4]],
    ["a character of two units first", "🛥ab", [0, 2, 3, 4]],
    ["several of them", "a🛥b🛳c", [0, 1, 3, 4, 6, 7]],
  ])("convert %s", (_case, text, indexes) => {
    const map = characterMap(text);
    expect(indexes.map((_index, offset) => map.toIndex(offset))).toEqual(indexes);
    expect(
      indexes.map((index) => map.toOffset(index)),
      "the way back",
    ).toEqual(indexes.map((_index, offset) => offset));
  });

  it("stay within the text", () => {
    expect([characterMap("ab").toIndex(9), characterMap("🛥").toIndex(9), characterMap("ab").toIndex(-1)]).toEqual([
      2, 2, 0,
    ]);
  });

  it("cut the same sentence out of a text as the application does", () => {
    const text = "🛥🛳 Boats. The quay is heated. End";
    const characters = [...text];
    const start = characters.join("").indexOf("The") - 2;
    const map = characterMap(text);
    expect(text.slice(map.toIndex(start), map.toIndex(start + 19))).toBe("The quay is heated.");
  });
});

describe("marks", () => {
  const mark = (start: number, end: number, name: string) => ({ start, end, name });

  it("cut a text into pieces that join to the whole", () => {
    const pieces = cut("abcdef", [mark(1, 4, "x"), mark(3, 5, "y")]);
    expect(pieces.map(({ text, marks }) => [text, marks.map(({ name }) => name).join("")])).toEqual([
      ["a", ""],
      ["bc", "x"],
      ["d", "xy"],
      ["e", "y"],
      ["f", ""],
    ]);
  });

  it("are clipped to the text, and empty ones dropped", () => {
    expect(
      cut("ab", [mark(-3, 1, "x"), mark(1, 1, "y"), mark(9, 12, "z")]).map(({ text, marks }) => [text, marks.length]),
    ).toEqual([
      ["a", 1],
      ["b", 0],
    ]);
  });

  it("give nothing for an empty text", () => {
    expect(cut("", [mark(0, 1, "x")])).toEqual([]);
  });

  it.each([
    ["in any case", "Heated ramps", ["heated"], ["Heated"]],
    ["at the beginning of a word only", "preheated heating", ["heat"], ["heat"]],
    ["the longest first", "heated ramps", ["heated", "heated ramps"], ["heated ramps"]],
    ["with signs of patterns in them", "costs 3.5 (net)", ["(net)", "3.5"], ["3.5", "(net)"]],
    ["in other alphabets", "Über die Fähre", ["fähre", "über"], ["Über", "Fähre"]],
    ["and nowhere for no terms", "abc", ["", " "], []],
  ])("find terms %s", (_case, text, terms, found) => {
    expect(findTerms(text, terms).map(({ start, end }) => text.slice(start, end))).toEqual(found);
  });
});

describe("a draft", () => {
  it("is read with the place of every part", () => {
    const markdown = "# Title\n\nFirst line\ngoes on.\n\n## Part **two**\n\n- one\n- two\nAfter";
    const shown = readDraft(markdown).map((block) =>
      block.kind === "list"
        ? block.items.map(({ start, end }) => markdown.slice(start, end))
        : [block.kind, markdown.slice(block.start, block.end)],
    );
    expect(shown).toEqual([
      ["heading", "Title"],
      ["paragraph", "First line\ngoes on."],
      ["heading", "Part **two**"],
      ["one", "two"],
      ["paragraph", "After"],
    ]);
  });

  it("is empty when its text is", () => {
    expect(readDraft(" \n\n")).toEqual([]);
  });

  it("has strong words only between closed signs", () => {
    const text = "**a** b ** c **d**";
    expect(strongRanges(text).map(({ inner }) => text.slice(inner.start, inner.end))).toEqual(["a", "d"]);
  });
});
