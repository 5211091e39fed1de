/** What people do with a brand kit, through the whole window on a platform that answers from a table. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { samplePlatform } from "@/test/answers";
import { calls, renderApp } from "@/test/renderApp";
import { brand } from "@/test/samples/library";

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

  it("shows the history of an entry", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1/kit");
    const entry = (await screen.findByText("A single crossing is 38 kr")).closest("li") as HTMLElement;
    await user.click(within(entry).getByRole("button", { name: "More" }));
    await user.click(await screen.findByRole("menuitem", { name: "History" }));
    expect(await screen.findByText("A single crossing costs 38 kr in winter")).toBeTruthy();
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
});
