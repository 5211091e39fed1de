/** What people do with a library, through the whole window on a platform that answers from a table. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { IngestEventView } from "@/generated/rpc";
import { samplePlatform } from "@/test/answers";
import { failure } from "@/test/fakePlatform";
import { calls, renderApp } from "@/test/renderApp";
import { documents } from "@/test/samples/library";

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
    act(() => platform.drop?.drop([{ kind: "path", path: "/documents/a.pdf" }]));
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
    act(() => platform.drop?.drop([{ kind: "path", path: "/documents/a.pdf" }]));
    await waitFor(() =>
      expect(calls(platform, "document_add")).toEqual([
        { brand: "b1", sources: [{ kind: "path", path: "/documents/a.pdf" }] },
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
