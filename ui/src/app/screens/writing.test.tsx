/** From a brief over its run to a piece, through the whole window on a platform that answers from a table. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { useBriefs } from "@/features/activity/brief";
import type { CitationView, PieceDetailView, RunEventView } from "@/generated/rpc";
import { samplePlatform } from "@/test/answers";
import { calls, renderApp } from "@/test/renderApp";
import { pieceDetails } from "@/test/samples/pieces";
import { run, runDetail } from "@/test/samples/runs";

describe("a new activity", () => {
  it("says what it will take before it is started, and starts with Ctrl Enter", async () => {
    useBriefs.setState({ drafts: {} });
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/new");
    await user.type(await screen.findByLabelText("What is it about?"), "Winter berths");
    await user.click(screen.getByRole("button", { name: /^Posts/ }));
    await user.click(screen.getByRole("button", { name: "Mastodon" }));
    expect(await screen.findByText("5 min to 8 min")).toBeTruthy();
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => expect(window.location.hash).toBe("#/b/b1/runs/r1"));
    expect(calls(platform, "activity_start")).toMatchObject([
      {
        brand: "b1",
        model: null,
        use_cache: true,
        brief: { topic: "Winter berths", content_types: ["blog", "social"], networks: ["linkedin", "mastodon"] },
      },
    ]);
  });

  it("is not started without a topic, and says so", async () => {
    useBriefs.setState({ drafts: {} });
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/new");
    await user.click(await screen.findByRole("button", { name: "Write it" }));
    expect(await screen.findByText("Say in a few words what it is about")).toBeTruthy();
    expect(calls(platform, "activity_start")).toEqual([]);
  });

  it("is still there after one has looked elsewhere", async () => {
    useBriefs.setState({ drafts: {} });
    const { user } = renderApp(samplePlatform(), "/b/b1/new");
    await user.type(await screen.findByLabelText("What is it about?"), "Winter berths");
    await user.click(screen.getByRole("link", { name: /^Runs/ }));
    await screen.findByText("Why we heat the ramps");
    await user.click(screen.getByRole("link", { name: "New activity" }));
    expect(await screen.findByDisplayValue("Winter berths")).toBeTruthy();
  });
});

describe("a run", () => {
  function watched() {
    let emit: (event: RunEventView) => void = () => {};
    let end: () => void = () => {};
    const platform = samplePlatform(
      {},
      {
        run_watch: (_params, send, signal) => {
          emit = send;
          return new Promise((resolve) => {
            end = () => resolve({ ...run, state: "done", progress: 1 });
            signal?.addEventListener("abort", () => resolve(run));
          });
        },
      },
    );
    return { platform, emit: (event: RunEventView) => act(() => emit(event)), end: () => act(async () => end()) };
  }

  it("shows words as they are written and steps as they are done", async () => {
    const { platform, emit } = watched();
    renderApp(platform, "/b/b1/runs/r1");
    await screen.findByText("Writing section 2 of 3");
    emit({ type: "token", step: "section-2", text: "Stand behind " });
    emit({ type: "token", step: "section-2", text: "the yellow line" });
    expect(await screen.findByText(/Stand behind the yellow line/)).toBeTruthy();
    const step = runDetail.steps[6];
    if (step) emit({ type: "step", step: { ...step, state: "running" } });
    expect(platform.title).toBe("61% · Winter berths, explained – Quillhouse");
  });

  it("shows what the model saw and that nothing was cut", async () => {
    renderApp(watched().platform, "/b/b1/runs/r1");
    expect(await screen.findByText(/3,280 of 4,096 tokens/)).toBeTruthy();
    expect(screen.getByText("passages 1,680")).toBeTruthy();
  });

  it("does not move under a reader who has scrolled away", async () => {
    const { platform, emit } = watched();
    renderApp(platform, "/b/b1/runs/r1");
    const draft = await screen.findByRole("region", { name: "Draft" });
    Object.defineProperties(draft, { scrollHeight: { value: 4_000 }, clientHeight: { value: 600 } });
    draft.scrollTop = 100;
    fireEvent.scroll(draft);
    emit({ type: "token", step: "section-2", text: "More words" });
    await screen.findByText(/More words/);
    expect(draft.scrollTop, "the reader decides").toBe(100);
    fireEvent.click(screen.getByRole("button", { name: "Follow the writing" }));
    expect(draft.scrollTop, "and comes back when they want").toBe(4_000);
  });

  it("asks before Escape stops it, and keeps the text", async () => {
    const { platform } = watched();
    const { user } = renderApp(platform, "/b/b1/runs/r1");
    await screen.findByText("Writing section 2 of 3");
    await user.keyboard("{Escape}");
    expect(calls(platform, "run_cancel")).toEqual([]);
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Stop, keep the text" }));
    await waitFor(() => expect(calls(platform, "run_cancel")).toEqual([{ brand: "b1", run: "r1" }]));
  });

  it("is resumed where it was interrupted", async () => {
    const { platform } = watched();
    const { user } = renderApp(platform, "/b/b1/runs/r2");
    await user.click(await screen.findByRole("button", { name: "Resume" }));
    await waitFor(() => expect(calls(platform, "run_resume")).toEqual([{ brand: "b1", run: "r2" }]));
  });

  it("leads to its piece once it is done", async () => {
    renderApp(samplePlatform(), "/b/b1/runs/r3");
    const link = await screen.findByRole("link", { name: "Review the draft" });
    expect(link.getAttribute("href")).toBe("/#/b/b1/pieces/w1");
  });
});

describe("a piece", () => {
  it("says how many of its claims are supported", async () => {
    renderApp(samplePlatform(), "/b/b1/pieces/w1");
    const words = (_: string, element: Element | null) => element?.textContent === "31 of 32 claims supported";
    expect((await screen.findAllByText(words)).length).toBeGreaterThan(0);
    expect(screen.getByText("1 needs a source")).toBeTruthy();
  });

  it("says what was erased since, marks its citations, and keeps the quotation in sight", async () => {
    const w1 = pieceDetails.w1 as PieceDetailView;
    const [first, ...rest] = w1.citations as [CitationView, ...CitationView[]];
    const erased = {
      ...w1,
      piece: { ...w1.piece, erased_sources: 1 },
      citations: [{ ...first, erased: true }, ...rest],
    };
    const platform = samplePlatform({ piece_show: () => erased });
    const { user } = renderApp(platform, "/b/b1/pieces/w1");
    expect(await screen.findByText("1 document it quotes was erased")).toBeTruthy();
    const before = calls(platform, "document_show").length;
    await user.click(screen.getByRole("button", { name: /^Source 1: .*erased from the library$/ }));
    expect(screen.getByText("Erased from the library; the quotation stays")).toBeTruthy();
    expect(calls(platform, "document_show").length, "nobody asks for what is gone").toBe(before);
  });

  it("opens the document at the span behind a citation", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/pieces/w1");
    await user.click(await screen.findByRole("button", { name: "Source 3: Sletta quay, as built.pdf, page 2" }));
    expect(await screen.findByRole("heading", { name: "Sletta quay, as built.pdf" })).toBeTruthy();
    expect(calls(platform, "document_show")).toEqual([{ brand: "b1", document: "d2" }]);
    await user.click(screen.getByRole("button", { name: "Close the preview" }));
    expect(await screen.findByRole("tab", { name: "Sources" })).toBeTruthy();
  });

  it("groups its checks, what is wrong first, and names the sentence", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1/pieces/w1");
    await user.click(await screen.findByRole("tab", { name: /Score/ }));
    const groups = (await screen.findAllByRole("heading", { name: /wrong|look at|good/ })).map(
      ({ textContent }) => textContent,
    );
    expect(groups).toEqual(["1 wrong", "2 to look at", "2 good"]);
    await user.click(screen.getByRole("button", { name: /three deckhands/ }));
    expect(document.querySelector(".sentence-selected")?.textContent).toContain("three deckhands");
  });

  it("is exported with its sources", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/pieces/w1");
    await user.click(await screen.findByRole("button", { name: "Export" }));
    await user.click(await screen.findByRole("menuitem", { name: "Web page with sources" }));
    await waitFor(() => expect(platform.saved).toEqual([{ name: "winter-berths.html", content: "# Winter berths" }]));
    expect(calls(platform, "piece_export")).toEqual([{ brand: "b1", piece: "w1", format: "html", sources: true }]);
  });

  it("says by how much a post is too long", async () => {
    renderApp(samplePlatform(), "/b/b1/pieces/w3");
    expect(await screen.findByText("12 too many")).toBeTruthy();
  });
});
