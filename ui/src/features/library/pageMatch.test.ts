import { describe, expect, it } from "vitest";
import { fold, outline, place } from "./pageMatch";

const strings = (items: string[], found: { item: number; start: number; end: number }[] | undefined) =>
  found?.map(({ item, start, end }) => items[item]?.slice(start, end));

describe("a text on a drawn page", () => {
  it("is found over lines, hyphens, ligatures and curly quotes", () => {
    const items = ["The ﬁrst boats are “re-", "furbished” every", "autumn. Others wait."];
    const found = place(fold(items), {
      text: 'The first boats are "refurbished" every autumn.',
      marks: [{ start: 21, end: 32 }],
    });
    expect(strings(items, found?.all)).toEqual(["The ﬁrst boats are “re", "furbished” every", "autumn"]);
    expect(strings(items, found?.marks), "the marked word stands on two lines").toEqual(["re", "furbished"]);
  });

  it("is found in stretches where the readers took lines in another order", () => {
    const items = [
      "Left column begins here and goes on",
      "Right column stands beside it all along",
      "with a second line of its own words",
    ];
    const found = place(fold(items), {
      text: "Left column begins here and goes on with a second line of its own words",
      marks: [],
    });
    expect(strings(items, found?.all)).toEqual([items[0], items[2]]);
  });

  it("is not found where only a little of it stands", () => {
    expect(
      place(fold(["Heated ramps at the winter quay and nothing else of what was asked"]), {
        text: `Heated ramps at the winter quay ${"are described on quite another page of this long document ".repeat(4)}`,
        marks: [],
      }),
    ).toBeUndefined();
  });

  it("is looked for from where the former text ended, so that a repeated sentence gets its own place", () => {
    const items = ["Stand clear.", "Stand clear."];
    const page = fold(items);
    const first = place(page, { text: "Stand clear", marks: [] });
    const second = place(page, { text: "Stand clear", marks: [] }, first?.next);
    expect([first?.all[0]?.item, second?.all[0]?.item]).toEqual([0, 1]);
  });

  it("keeps every index on a whole character", () => {
    const items = ["🛥 Quay at Sletta"];
    const found = place(fold(items), { text: "Quay at Sletta", marks: [] });
    expect(strings(items, found?.all)).toEqual(["Quay at Sletta"]);
  });
});

describe("the outline of a passage", () => {
  const line = (left: number, top: number, right = left + 100) => ({ left, top, right, bottom: top + 10 });

  it("joins lines of one column and keeps columns apart", () => {
    const boxes = outline([line(0, 0), line(0, 14), line(0, 28), line(300, 0), line(300, 14)]);
    expect(boxes).toEqual([
      { left: 0, top: 0, right: 100, bottom: 38 },
      { left: 300, top: 0, right: 400, bottom: 24 },
    ]);
  });

  it("leaves out what has no size", () => {
    expect(outline([line(0, 0, 0)])).toEqual([]);
  });
});
