/** What people do, through the whole window on a platform that answers from a table. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { useBriefs } from "@/features/activity/brief";
import type { IngestEventView, RunEventView } from "@/generated/rpc";
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
    await user.keyboard("{End}{ArrowUp}{ArrowUp}{ArrowUp}{ArrowUp}");
    expect(await screen.findByRole("heading", { name: "Sletta quay, as built.pdf" })).toBeTruthy();
    expect(screen.getByText(/These pages are pictures of text/, { selector: "p" })).toBeTruthy();
    expect(await screen.findByText(/pages 7–8, 22/)).toBeTruthy();
  });

  it("erases a document only after it was confirmed, and gives a receipt", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/library?document=d9");
    await user.click(await screen.findByRole("button", { name: "Erase…" }));
    expect(calls(platform, "document_erase")).toEqual([]);
    const dialog = await screen.findByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "Erase" }));
    await waitFor(() => expect(calls(platform, "document_erase")).toEqual([{ brand: "b1", document: "d9" }]));
    const receipt = await screen.findByRole("region", { name: "Receipt for Price list 2025.pdf" });
    expect(within(receipt).getByRole("row", { name: "Passages 15 18 kB" })).toBeTruthy();
    expect(within(receipt).getByText("Checked: nothing of it is left")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Done" }));
    await waitFor(() => expect(window.location.hash, "the preview of what is gone is closed").toBe("#/b/b1/library"));
  });

  it("asks for the password of an encrypted document and hands it over once", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/library?document=d8");
    await user.type(await screen.findByLabelText("Password of the file"), "sesame{Enter}");
    await waitFor(() =>
      expect(calls(platform, "document_retry")).toEqual([{ brand: "b1", document: "d8", password: "sesame" }]),
    );
    await waitFor(() =>
      expect(screen.getByLabelText<HTMLInputElement>("Password of the file").value, "it does not stay on screen").toBe(
        "",
      ),
    );
  });

  it("shows what needs the user, and tries again what may succeed", async () => {
    const broken = documents.map((document) =>
      document.id === "d3" ? { ...document, state: "failed" as const } : document,
    );
    const platform = samplePlatform({ document_list: () => ({ brand: "b1", documents: broken }) });
    const { user } = renderApp(platform, "/b/b1/library");
    await user.click(await screen.findByRole("button", { name: "3 need you" }));
    expect(screen.getAllByRole("row")).toHaveLength(4);
    await user.click(screen.getByRole("button", { name: "Try it again" }));
    await waitFor(() => expect(calls(platform, "document_retry")).toEqual([{ brand: "b1", document: "d3" }]));
  });

  it("selects with the keys, and tags what is selected", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/library");
    const grid = await screen.findByRole("grid");
    grid.focus();
    await user.keyboard("{ArrowDown}{Shift>}{ArrowDown}{ArrowDown}{/Shift}");
    expect(await screen.findByText("3 selected")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Tag…" }));
    await user.type(screen.getByLabelText("New tag"), "season{Enter}");
    await waitFor(() => expect(calls(platform, "document_tag")).toHaveLength(3));
    grid.focus();
    await user.keyboard("{Escape}");
    expect(screen.queryByText("3 selected")).toBeNull();
  });

  it("orders by a column, and the other way round", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1/library");
    await screen.findByRole("grid");
    const first = () => within(screen.getAllByRole("row")[1] as HTMLElement).getAllByRole("gridcell")[0]?.textContent;
    expect(first(), "by name at first").toBe("Board minutes (signed).pdf");
    await user.click(screen.getByRole("button", { name: "Passages" }));
    await user.click(screen.getByRole("button", { name: "Passages" }));
    expect(first()).toBe("Winter operations plan 2025.pdf");
    expect(screen.getByRole("columnheader", { name: "Passages" }).getAttribute("aria-sort")).toBe("descending");
  });

  it("watches folders, says which are not there, and lets go of them", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/library");
    await user.click(await screen.findByRole("button", { name: "Watch a folder" }));
    const dialog = await screen.findByRole("dialog", { name: "Watched folders" });
    expect(await within(dialog).findByText("Not there")).toBeTruthy();
    await user.type(within(dialog).getByLabelText("Folder"), "/srv/brand{Enter}");
    await waitFor(() => expect(calls(platform, "watched_folder_add")).toEqual([{ brand: "b1", path: "/srv/brand" }]));
    await user.click(within(dialog).getByRole("button", { name: "Stop watching /media/stick/plans" }));
    await waitFor(() => expect(calls(platform, "watched_folder_remove")).toEqual([{ brand: "b1", id: "w2" }]));
  });

  it("adds web pages by their addresses and refuses what is none", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/library");
    await user.click(await screen.findByRole("button", { name: "More ways to add" }));
    await user.click(await screen.findByRole("menuitem", { name: "A web page…" }));
    await user.type(await screen.findByLabelText("Addresses"), "not-an-address");
    await user.click(screen.getByRole("button", { name: "Add" }));
    expect(await screen.findByText("“not-an-address” is not the address of a web page")).toBeTruthy();
    await user.clear(screen.getByLabelText("Addresses"));
    await user.type(screen.getByLabelText("Addresses"), "haldenferry.example/about");
    await user.click(screen.getByRole("button", { name: "Add" }));
    await waitFor(() =>
      expect(calls(platform, "document_add")).toEqual([
        { brand: "b1", sources: [{ kind: "url", url: "https://haldenferry.example/about" }] },
      ]),
    );
  });

  it("says how far a batch is, how fast, and stops it", async () => {
    let end = () => {};
    const nothing = {
      added: 0,
      unchanged: 0,
      moved: 0,
      replaced: 0,
      partial: 0,
      failed: 0,
      passages: 0,
      seconds: 1,
      documents: [],
      skipped: [],
    };
    const platform = samplePlatform(
      {
        library_stop: () => {
          end();
          return {};
        },
      },
      {
        document_add: (_params, emit) => {
          const paced = { files_per_minute: 60, passages_per_second: 41.6, seconds_left: 100 };
          emit({
            document: null,
            name: "a.pdf",
            state: "reading",
            pages: 3,
            passages: 0,
            problem: null,
            done: 17,
            total: 473,
            pages_done: 204,
            pages_total: 900,
            ...paced,
          });
          return new Promise((resolve) => {
            end = () => resolve({ ...nothing, cancelled: true });
          });
        },
      },
    );
    const { user } = renderApp(platform, "/b/b1/library");
    await screen.findByText("Price list 2025.pdf");
    act(() => platform.drop?.drop([{ kind: "path", path: "/tmp/a.pdf" }]));
    expect(await screen.findByText("17 of 473 files · 204 of 900 pages · 42 passages a second")).toBeTruthy();
    expect(screen.getByText(/about 2 min left/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Stop" }));
    expect(await screen.findByText("Stopped. What was read is in the library, the rest waits")).toBeTruthy();
    expect(screen.queryByText(/473 files/)).toBeNull();
  });

  it("shows what comes into the library by itself, and follows it only once", async () => {
    let emit: (event: IngestEventView) => void = () => {};
    // A brand of its own: right after a batch its echo is no new one.
    const platform = samplePlatform(
      { document_list: () => ({ brand: "b2", documents }) },
      {
        library_watch: (_params, send, signal) => {
          emit = send;
          return new Promise((resolve) => signal?.addEventListener("abort", () => resolve({})));
        },
      },
    );
    const { user } = renderApp(platform, "/b/b2/library");
    await screen.findByText("Price list 2025.pdf");
    const event = {
      ...{ document: null, name: "new.pdf", pages: 1, passages: 0, problem: null, total: 3 },
      ...{ pages_done: 0, pages_total: 0, files_per_minute: 0, passages_per_second: 0, seconds_left: null },
    };
    act(() => emit({ ...event, state: "reading", done: 1 }));
    expect(await screen.findByText("1 of 3 files")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Stop" }), "it was not begun here").toBeNull();
    act(() => emit({ ...event, state: "ready", done: 3 }));
    await waitFor(() => expect(screen.queryByText(/of 3 files/)).toBeNull());
    await user.type(screen.getByLabelText("Search the library"), "ramps");
    expect(calls(platform, "library_watch")).toEqual([{ brand: "b2" }]);
  });

  it("says when nothing speaks about it, and not the nearest of the far", async () => {
    const platform = samplePlatform({
      library_search: ({ query }) => ({ query, hits: [], note: null, strength: "none" }),
    });
    const { user } = renderApp(platform, "/b/b1/library");
    await user.type(await screen.findByLabelText("Search the library"), "submarines");
    expect(await screen.findByText("Nothing in your documents speaks about this")).toBeTruthy();
  });

  it("goes from the search to what was found and opens it with the keys", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1/library?q=heated");
    const group = await screen.findByRole("region", { name: "Sletta quay, as built.pdf" });
    await user.click(screen.getByLabelText("Search the library"));
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(document.activeElement).toBe(within(group).getAllByRole("button")[1]);
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("heading", { name: "Sletta quay, as built.pdf", level: 2 })).toBeTruthy();
    await waitFor(() => expect(window.location.hash).toContain("start="));
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
    renderApp(platform, "/b/b1/library");
    const field = await screen.findByLabelText("Search the library");
    // All letters at once: a loaded machine would make pauses between them.
    for (let end = 1; end <= "heated ramps".length; end += 1) {
      fireEvent.change(field, { target: { value: "heated ramps".slice(0, end) } });
    }
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

describe("the brand kit", () => {
  it("shows how the brand sounds, also to those who do not see the charts", async () => {
    renderApp(samplePlatform(), "/b/b1/kit");
    const table = await screen.findByRole("table", { name: "Voice, as measured" });
    expect(
      within(table).getByRole("row", { name: "Sentence length 14.0 9.0 19.0 14 words, spread 9–19" }),
    ).toBeTruthy();
    expect(within(table).getByRole("row", { name: /Numbers 26% 20% 33% in one of 4 sentences/ })).toBeTruthy();
  });

  it("opens the document behind an entry", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/kit");
    await user.click(await screen.findByRole("button", { name: "Sletta quay, as built p. 2" }));
    expect(await screen.findByRole("heading", { name: "Sletta quay, as built.pdf" })).toBeTruthy();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("button", { name: "Close the preview" })).toBeNull());
    expect(document.activeElement?.textContent, "and back to where one was").toBe("Sletta quay, as built p. 2");
  });

  it("keeps what is changed, approved, pinned, hidden and added", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/kit");
    const entry = (await screen.findByText("11 vessels in winter service")).closest("li") as HTMLElement;
    await user.click(within(entry).getByRole("button", { name: "Approve" }));
    await user.click(within(entry).getByRole("button", { name: "Pin" }));
    await user.click(within(entry).getByRole("button", { name: "Edit" }));
    const field = screen.getByLabelText("Text of the entry");
    await user.clear(field);
    await user.type(field, "11 boats in winter service{Enter}");
    const facts = screen.getByRole("region", { name: /Facts and claims/ });
    await user.click(within(facts).getByRole("button", { name: "Add" }));
    await user.type(screen.getByLabelText("Text of the entry"), "We sail on Christmas Day{Enter}");
    await waitFor(() =>
      expect(calls(platform, "kit_entry_save")).toEqual([
        { brand: "b1", id: "f1", kind: "fact", text: "11 vessels in winter service", state: "approved" },
        { brand: "b1", id: "f1", kind: "fact", text: "11 vessels in winter service", pinned: true },
        { brand: "b1", id: "f1", kind: "fact", text: "11 boats in winter service" },
        { brand: "b1", kind: "fact", text: "We sail on Christmas Day" },
      ]),
    );
  });

  it("changes words where they stand, and takes a change back with Escape", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/kit");
    const not = await screen.findByLabelText<HTMLInputElement>("Not, in place of crossing");
    await user.type(not, ", ride{Escape}");
    expect(not.value).toBe("trip, journey");
    await user.type(not, ", ride{Enter}");
    await waitFor(() =>
      expect(calls(platform, "kit_entry_save")).toMatchObject([
        { brand: "b1", id: "t1", kind: "term", say: "crossing", not: ["trip", "journey", "ride"] },
      ]),
    );
  });

  it("shows what needs a look alone", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1/kit");
    await user.click(await screen.findByRole("button", { name: "one entry needs a look" }));
    expect(screen.getByText("Ramps heated to −20 °C since 2019")).toBeTruthy();
    expect(screen.queryByText("11 vessels in winter service")).toBeNull();
  });

  it("tells the one next step where there is no kit yet", async () => {
    const platform = samplePlatform({
      brand_list: () => ({ brands: [{ ...brand, id: "b2", documents: 3 }] }),
    });
    const { user } = renderApp(platform, "/b/b2/kit");
    await user.click(await screen.findByRole("button", { name: "Build the kit" }));
    await waitFor(() => expect(calls(platform, "kit_build")).toEqual([{ brand: "b2" }]));
    expect(await screen.findByText("Version 12 of the kit is ready")).toBeTruthy();
  });

  it("names the tone of the guides with its place, and what the brand does not want to sound like", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/kit");
    expect(await screen.findByRole("button", { name: "calm" })).toBeTruthy();
    expect(screen.getByRole("button", { name: "not stiff" })).toBeTruthy();
    expect(screen.getByText("exact")).toBeTruthy();
    const table = screen.getByRole("table", { name: "Voice, as measured" });
    expect(within(table).getByRole("row", { name: "Plain words 90% 70% 100% plain" })).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "More for calm" }));
    await user.click(await screen.findByRole("menuitem", { name: "Hide from drafts" }));
    await waitFor(() =>
      expect(calls(platform, "kit_entry_save")).toMatchObject([{ id: "v1", kind: "tone", state: "hidden" }]),
    );
  });

  it("takes a suggested wording only when the reader says so", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/kit");
    const entry = (await screen.findByText("11 vessels in winter service")).closest("li") as HTMLElement;
    expect(calls(platform, "kit_reword"), "no model is asked by itself").toEqual([]);
    await user.click(screen.getByRole("button", { name: "Suggest wordings" }));
    await waitFor(() => expect(calls(platform, "kit_reword")).toEqual([{ brand: "b1" }]));
    await user.click(within(entry).getByRole("button", { name: "Use this wording" }));
    await waitFor(() =>
      expect(calls(platform, "kit_entry_save")).toMatchObject([{ id: "f1", text: "11 boats sail in winter" }]),
    );
  });

  it("shows what each version changed", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1/kit");
    await user.click(await screen.findByRole("button", { name: "History" }));
    const log = await screen.findByRole("dialog", { name: "History of the brand kit" });
    expect(await within(log).findByText("crossing, not trip, journey")).toBeTruthy();
    expect(within(log).getByText("crossing, not trip")).toBeTruthy();
    expect(within(log).getByText(/from the documents .* 1 new · 1 changed · voice measured anew/)).toBeTruthy();
    expect(within(log).getByText("a document was removed")).toBeTruthy();
  });

  it("shows the history of an entry", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1/kit");
    const entry = (await screen.findByText("A single crossing is 38 kr")).closest("li") as HTMLElement;
    await user.click(within(entry).getByRole("button", { name: "More" }));
    await user.click(await screen.findByRole("menuitem", { name: "History" }));
    expect(await screen.findByText("A single crossing costs 38 kr in winter")).toBeTruthy();
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

describe("erasing", () => {
  it("takes a brand away once its name was typed, gives a receipt, and leaves", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/settings");
    await user.click(await screen.findByRole("button", { name: "Erase Halden Ferry Co.…" }));
    const dialog = await screen.findByRole("dialog");
    const erase = within(dialog).getByRole<HTMLButtonElement>("button", { name: "Erase" });
    expect(erase.disabled, "a slip of the mouse erases nothing").toBe(true);
    await user.type(within(dialog).getByLabelText("Type “Halden Ferry Co.” to confirm"), "Halden Ferry Co.");
    await user.click(erase);
    await waitFor(() => expect(calls(platform, "brand_erase")).toEqual([{ brand: "b1" }]));
    expect(await screen.findByText("Checked: nothing of it is left")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Done" }));
    await waitFor(() => expect(window.location.hash).not.toContain("settings"));
  });

  it("asks for its own words before everything goes, and says them to the application in its language", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/settings");
    await user.click(await screen.findByRole("button", { name: "Erase everything…" }));
    await user.type(await screen.findByLabelText("Type “erase everything” to confirm"), "erase everything");
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Erase" }));
    await waitFor(() => expect(calls(platform, "data_erase")).toEqual([{ confirm: "erase everything" }]));
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
