import { describe, expect, it, vi } from "vitest";
import { runDetail } from "@/test/samples/runs";
import { createLiveText } from "./liveText";
import { applyEvent, canResume, sectionHeading, sectionOrigins, sectionProgress } from "./runState";

describe("a watched run", () => {
  const step = runDetail.steps[5];

  it("takes over a step that changed, in its place", () => {
    if (!step) throw new Error("the sample has a sixth step");
    const after = applyEvent(runDetail, { type: "step", step: { ...step, state: "done", seconds: 31 } });
    expect(after.steps[5]?.state).toBe("done");
    expect(after.steps).toHaveLength(runDetail.steps.length);
    expect(runDetail.steps[5]?.state, "the former detail is left as it was").toBe("running");
  });

  it("puts a step it did not know at the end", () => {
    if (!step) throw new Error("the sample has a sixth step");
    const after = applyEvent(runDetail, { type: "step", step: { ...step, key: "edit-2" } });
    expect(after.steps.at(-1)?.key).toBe("edit-2");
  });

  it("takes over the draft and the end", () => {
    const after = applyEvent(applyEvent(runDetail, { type: "draft", markdown: "# New" }), {
      type: "ended",
      state: "done",
    });
    expect([after.draft_markdown, after.run.state]).toEqual(["# New", "done"]);
  });

  it("can go on from everything but running and done", () => {
    expect((["running", "interrupted", "done", "cancelled", "failed"] as const).filter(canResume)).toEqual([
      "interrupted",
      "cancelled",
      "failed",
    ]);
  });

  it("knows which section is being written", () => {
    expect(sectionProgress(runDetail.steps, "section-2")).toEqual({ number: 2, count: 3 });
    expect(sectionProgress(runDetail.steps, "section-2-repair")).toEqual({ number: 2, count: 3 });
    expect(sectionProgress(runDetail.steps, "outline")).toBeUndefined();
  });

  it("lets a repair speak for its section", () => {
    if (!step) throw new Error("the sample has a sixth step");
    const repaired = [
      ...runDetail.steps,
      { ...step, key: "section-1-repair", title: "Why the quay matters more than the boat", origin: "edited" as const },
    ];
    expect(sectionOrigins(runDetail.steps).get("Why the quay matters more than the boat")).toBe("composed");
    expect(sectionOrigins(repaired).get("Why the quay matters more than the boat")).toBe("edited");
  });
});

describe("a section's heading", () => {
  it.each([
    ["section-2", "Write section 2: Heated ramps", "Heated ramps"],
    ["section-2", "Write section 2: Ramps: what they do", "Ramps: what they do"],
    ["section-2-repair", "Write section 2: Ramps, heated, second try", "Ramps, heated"],
    ["section-2", "Heated ramps", "Heated ramps"],
    ["section-2", "", ""],
  ])("of %s is read from “%s”", (key, title, expected) => {
    expect(sectionHeading({ key, title })).toBe(expected);
  });
});

describe("text as it is written", () => {
  function frames() {
    const waiting: (() => void)[] = [];
    return {
      next: (work: () => void) => waiting.push(work),
      draw: () =>
        waiting.splice(0).forEach((work) => {
          work();
        }),
    };
  }

  it("is handed on once a frame, however many tokens arrive", () => {
    const { next, draw } = frames();
    const live = createLiveText(next);
    const listener = vi.fn();
    live.subscribe(listener);
    for (const token of ["Stand ", "behind ", "the line"]) live.push("section-2", token);
    expect(listener, "nothing before the frame").not.toHaveBeenCalled();
    draw();
    expect(listener).toHaveBeenCalledOnce();
    expect(live.current()).toEqual({ step: "section-2", text: "Stand behind the line" });
  });

  it("begins anew with another step, and is forgotten once the draft has it", () => {
    const { next, draw } = frames();
    const live = createLiveText(next);
    live.push("section-1", "one");
    live.push("section-2", "two");
    draw();
    expect(live.current().text).toBe("two");
    live.clear();
    draw();
    expect(live.current().text).toBe("");
  });
});
