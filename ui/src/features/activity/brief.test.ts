import { describe, expect, it } from "vitest";
import { activityParams, briefProblems, briefRequest, emptyBrief, toggled } from "./brief";

const draft = { ...emptyBrief("en"), topic: "Ferries" };

describe("a brief", () => {
  it("splits keywords at commas and facts at line ends, without empty ones", () => {
    const request = briefRequest({ ...draft, keywords: " a, b,,c ", facts: "One, really\n\n Two " });
    expect([request.keywords, request.facts]).toEqual([
      ["a", "b", "c"],
      ["One, really", "Two"],
    ]);
  });

  it("names no networks when no posts are wanted", () => {
    expect(briefRequest({ ...draft, contentTypes: ["blog"], networks: ["x"] }).networks).toEqual([]);
    expect(briefRequest({ ...draft, contentTypes: ["social"], networks: ["x"] }).networks).toEqual(["x"]);
  });

  it.each([
    ["without a topic", { topic: "  " }, ["topic"]],
    ["without a content type", { contentTypes: [] }, ["types"]],
    ["with posts to nowhere", { contentTypes: ["social" as const], networks: [] }, ["networks"]],
    ["too short", { words: 149 }, ["words"]],
    ["too long", { words: 5_001 }, ["words"]],
    ["that is complete", {}, []],
  ])("%s is told", (_case, part, expected) => {
    expect(briefProblems({ ...draft, ...part })).toEqual(expected);
  });

  it("asks for the stored result unless the user wants it written anew", () => {
    expect(activityParams("b", draft).use_cache).toBe(true);
    expect(activityParams("b", { ...draft, anew: true }).use_cache).toBe(false);
  });

  it("keeps chosen items in the order of the form", () => {
    expect(toggled(["a", "b", "c"], ["c"], "a")).toEqual(["a", "c"]);
    expect(toggled(["a", "b", "c"], ["a", "c"], "a")).toEqual(["c"]);
  });
});
