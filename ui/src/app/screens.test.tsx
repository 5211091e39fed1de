/** What people do, through the whole window on a platform that answers from a table. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { useBriefs } from "@/features/activity/brief";
import type { RunEventView } from "@/generated/rpc";
import { samplePlatform } from "@/test/answers";
import { failure } from "@/test/fakePlatform";
import { calls, renderApp } from "@/test/renderApp";
import { brand, documents, run, runDetail } from "@/test/samples";

describe("the first start", () => {
  it("asks for a brand and leads to its library", async () => {
    const platform = samplePlatform({ brand_list: () => ({ brands: [] }) });
    const { user } = renderApp(platform, "/");
    await user.type(await screen.findByLabelText("Brand name"), " Nordlys ");
    await user.click(screen.getByRole("button", { name: "Create brand" }));
    expect(calls(platform, "brand_create"), "the name without the spaces around it").toEqual([{ name: "Nordlys" }]);
    await waitFor(() => expect(window.location.hash).toBe("#/b/b3/library"));
  });

  it("says what is wrong with a name where it was typed", async () => {
    const platform = samplePlatform({
      brand_list: () => ({ brands: [] }),
      brand_create: () => {
        throw failure("already_exists", "There is a brand `Nordlys` already");
      },
    });
    const { user } = renderApp(platform, "/");
    const name = await screen.findByLabelText("Brand name");
    await user.type(name, "Nordlys{Enter}");
    expect(await screen.findByText("There is a brand `Nordlys` already")).toBeTruthy();
    expect(name.getAttribute("aria-invalid")).toBe("true");
  });
});

describe("the library", () => {
  it("shows every document with its state in words", async () => {
    renderApp(samplePlatform(), "/b/b1/library");
    const row = (await screen.findByText("Board minutes (signed).pdf")).closest<HTMLElement>('[role="row"]');
    expect(row && within(row).getByText("Not read")).toBeTruthy();
    expect(screen.getByText(/488 passages/)).toBeTruthy();
  });

  it("draws only what is in view of ten thousand documents", async () => {
    const [sheet] = documents;
    if (!sheet) throw new Error("the samples have a document");
    const many = Array.from({ length: 10_000 }, (_, at) => ({
      ...sheet,
      id: `d${at}`,
      name: `Sheet ${at}.pdf`,
    }));
    renderApp(samplePlatform({ document_list: () => ({ brand: "b1", documents: many }) }), "/b/b1/library");
    await screen.findByText("Sheet 0.pdf");
    expect(screen.getAllByRole("row").length).toBeLessThan(100);
    expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("10001");
  });

  it("moves the selection by arrow keys and opens what is selected", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1/library");
    const grid = await screen.findByRole("grid");
    grid.focus();
    await user.keyboard("{ArrowDown}");
    await user.keyboard("{ArrowDown}");
    expect(await screen.findByRole("heading", { name: "Sletta quay, as built.pdf" })).toBeTruthy();
    expect(screen.getByText(/These pages are pictures of text/, { selector: "p" })).toBeTruthy();
    expect(await screen.findByText(/pages 7–8, 22/)).toBeTruthy();
  });

  it("removes a document only after it was confirmed", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/library?document=d9");
    await user.click(await screen.findByRole("button", { name: "Remove from the library" }));
    expect(calls(platform, "document_remove")).toEqual([]);
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Remove" }));
    await waitFor(() => expect(calls(platform, "document_remove")).toEqual([{ brand: "b1", document: "d9" }]));
  });

  it("adds files that are dropped anywhere to the brand that is open", async () => {
    const platform = samplePlatform();
    renderApp(platform, "/b/b1");
    await screen.findByRole("heading", { name: "Home" });
    await waitFor(() => expect(platform.drop).toBeDefined());
    act(() => platform.drop?.drop([{ kind: "path", path: "/tmp/a.pdf" }]));
    await waitFor(() =>
      expect(calls(platform, "document_add")).toEqual([
        { brand: "b1", sources: [{ kind: "path", path: "/tmp/a.pdf" }] },
      ]),
    );
    expect(await screen.findByText("1 document added")).toBeTruthy();
    expect(window.location.hash).toContain("/b/b1/library");
  });

  it("searches once the reader rests and marks the words", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/library");
    await user.type(await screen.findByLabelText("Search the library"), "heated ramps");
    expect((await screen.findAllByText("heated", { selector: "mark" })).length).toBeGreaterThan(0);
    expect(calls(platform, "library_search"), "one search, not one a letter").toEqual([
      { brand: "b1", query: "heated ramps", limit: 40 },
    ]);
  });

  it("says what happened and what to do when the list cannot be read", async () => {
    const platform = samplePlatform({
      document_list: () => {
        throw failure("data_damaged", "The brand's database failed its check. Restore it from the backup of yesterday");
      },
    });
    renderApp(platform, "/b/b1/library");
    const alert = await screen.findByRole("alert");
    expect(within(alert).getByText("The data cannot be read")).toBeTruthy();
    expect(within(alert).getByText(/Restore it from the backup/)).toBeTruthy();
  });

  it("tells an empty library what to do next", async () => {
    renderApp(samplePlatform(), "/b/b2/library");
    expect(await screen.findByText("An empty shelf")).toBeTruthy();
  });
});

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

describe("the frame", () => {
  it("names every host that was reached in place of the calm words", async () => {
    const status = {
      version: "0.1.0",
      data_folder: "/data",
      privacy: { sealed: false, hosts: ["api.example.com"] },
      engine: { model: "none", name: "No model", way: null, note: null },
    };
    renderApp(samplePlatform({ app_status: () => status }), "/b/b1");
    expect(await screen.findByRole("button", { name: /Reached api.example.com/ })).toBeTruthy();
    expect(screen.queryByText("Nothing left this computer")).toBeNull();
  });

  it("reaches everything from the palette", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1");
    await screen.findByRole("heading", { name: "Home" });
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "ninety seconds");
    await user.click(await screen.findByRole("option", { name: "Winter berths in ninety seconds" }));
    await waitFor(() => expect(window.location.hash).toBe("#/b/b1/pieces/w4"));
  });

  it("shows the shortcuts of the table", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1");
    await screen.findByRole("heading", { name: "Home" });
    await user.keyboard("{Control>}/{/Control}");
    const sheet = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    expect(within(sheet).getByText("Ctrl Shift F")).toBeTruthy();
  });

  it("keeps the brand in every address, so that two clients never mix", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1/library");
    await screen.findByText("Price list 2025.pdf");
    await user.click(screen.getByRole("button", { name: /Switch brand/ }));
    await user.click(await screen.findByRole("menuitem", { name: /Nordlys/ }));
    await waitFor(() => expect(window.location.hash).toBe("#/b/b2"));
    expect(screen.queryByText("Price list 2025.pdf")).toBeNull();
    expect(brand.id).not.toBe("b2");
  });

  it("speaks German from the next word on", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/settings");
    await user.click(await screen.findByRole("button", { name: "Deutsch" }));
    expect(await screen.findByRole("heading", { name: "Einstellungen" })).toBeTruthy();
    expect(calls(platform, "setting_set")).toContainEqual({ key: "window_language", value: "de" });
    await user.click(screen.getByRole("button", { name: "English" }));
    expect(await screen.findByRole("heading", { name: "Settings" })).toBeTruthy();
  });
});
