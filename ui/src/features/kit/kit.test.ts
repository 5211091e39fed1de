import { describe, expect, it } from "vitest";
import { kit } from "@/test/samples/kit";
import { needsLook, shownOf, spoken, standing } from "./entries";
import { ease, often, share } from "./voice";
import { listed } from "./WordTable";

describe("an entry of the kit", () => {
  const entry = {
    state: "found" as const,
    pinned: false,
    out_of_date: false,
    edited_by: "quillhouse" as const,
    reason: null,
  };

  it.each([
    ["found", entry],
    ["approved", { ...entry, state: "approved" as const }],
    ["pinned", { ...entry, state: "approved" as const, pinned: true }],
    ["changed", { ...entry, pinned: true, out_of_date: true, reason: "document_changed" }],
    ["gone", { ...entry, out_of_date: true, reason: "no_longer_said" }],
    ["gone", { ...entry, out_of_date: true, reason: "document_gone" }],
    ["aged", { ...entry, out_of_date: true, reason: "aged" }],
    ["expired", { ...entry, pinned: true, out_of_date: true, reason: "expired" }],
    ["yours", { ...entry, edited_by: "you" as const }],
    ["hidden", { ...entry, state: "hidden" as const, out_of_date: true }],
  ])("stands as %s, what needs the user first", (expected, given) => {
    expect(standing(given)).toBe(expected);
  });

  it("that was hidden is left out, and never asks for a look", () => {
    const [first, ...others] = kit.facts;
    if (!first) throw new Error("the samples have facts");
    const facts = [{ ...first, state: "hidden" as const, out_of_date: true }, ...others];
    expect(shownOf(facts, { look: false, hidden: false })).toHaveLength(others.length);
    expect(shownOf(facts, { look: false, hidden: true })).toHaveLength(facts.length);
    expect(shownOf(facts, { look: true, hidden: true }).map(({ id }) => id)).toEqual(["f4"]);
    expect(facts.filter(needsLook)).toHaveLength(1);
  });

  it.each([
    ["Price list 2025.pdf", "Price list 2025"],
    ["haldenferry.example/about", "haldenferry.example/about"],
    ["notes", "notes"],
    ["v1.2 plan.docx", "v1.2 plan"],
  ])("names its document %s as one says it", (name, expected) => {
    expect(spoken(name)).toBe(expected);
  });
});

describe("a voice in words", () => {
  it.each([
    [0, { word: "never" }],
    [0.02, { word: "hardly" }],
    [0.1, { word: "one_in", of: 10 }],
    [0.26, { word: "one_in", of: 4 }],
    [0.36, { word: "one_in", of: 3 }],
    [0.37, { word: "of_ten", count: 4 }],
    [0.72, { word: "of_ten", count: 7 }],
    [0.98, { word: "always" }],
    [1.4, { word: "always" }],
  ])("says how often %d is", (value, expected) => {
    expect(often(value)).toEqual(expected);
  });

  it("says how easy it reads by Flesch's bands", () => {
    expect([85, 72, 64, 50, 20, -5].map(ease)).toEqual(["very_easy", "easy", "plain", "demanding", "hard", "hard"]);
  });

  it("keeps every value on its scale", () => {
    const measure = {
      measure: "passive" as const,
      value: 0,
      low: 0,
      high: 0,
      scale_low: 0,
      scale_high: 0.5,
      words: "",
      band: null,
    };
    expect([-1, 0, 0.25, 9].map((value) => share(measure, value))).toEqual([0, 0, 0.5, 1]);
    expect(share({ ...measure, scale_high: 0 }, 3), "a scale without length").toBe(0);
  });
});

describe("words that are typed", () => {
  it("are cut at commas, and what is empty is left out", () => {
    expect(listed(" trip, journey ;, ")).toEqual(["trip", "journey"]);
  });
});
