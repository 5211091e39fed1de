/** What people see and do of embedders: languages that are not known, a choice, a change under way, a folder that is none. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { EmbedderListView, LanguageGapView } from "@/generated/rpc";
import { samplePlatform } from "@/test/answers";
import { failure } from "@/test/fakePlatform";
import { calls, renderApp } from "@/test/renderApp";

const gap = (kind: LanguageGapView["kind"], foreign: number): LanguageGapView => ({
  kind,
  documents: 52,
  foreign,
  languages: [
    { language: "de", documents: foreign - 1 },
    { language: "fr", documents: 1 },
  ],
});

function libraryWith(status: object) {
  const platform = samplePlatform();
  const usual = platform.call.bind(platform);
  platform.call = async (command, payload) => {
    const answer = await usual(command, payload);
    return command === "library_status" ? { ...(answer as object), ...status } : answer;
  };
  return platform;
}

describe("embedders", () => {
  it("says in words when most documents are in languages the embedder does not know", async () => {
    renderApp(libraryWith({ language_gap: gap("most", 37) }), "/b/b1/library");
    expect(await screen.findByText(/37 of 52 documents .*\(German and French\)/)).toBeTruthy();
    expect(screen.getByText(/Import a multilingual embedder/)).toBeTruthy();
  });

  it("is silent when they are few, and while another embedder is being prepared", async () => {
    renderApp(
      libraryWith({ language_gap: gap("most", 37), changing_to: "e5", index: "rebuilding", index_share: 0.4 }),
      "/b/b1/library",
    );
    expect(await screen.findByText(/Another embedder is being prepared, 40/)).toBeTruthy();
    expect(screen.queryByText(/does not know/)).toBeNull();
  });

  it("is chosen in the settings, and a change under way is shown with its share", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/settings");
    const list = await screen.findByRole("list", { name: "Search by meaning" });
    const shipped = within(list).getByText("all-MiniLM-L6-v2, int8").closest("li");
    expect(shipped && within(shipped).queryByRole("button", { name: "Use" })).toBeNull();
    const own = within(list).getByText("house-model").closest("li");
    if (!own) throw new Error("the samples have an imported embedder");
    expect(within(own).getByText(/Assumed, .*the mean of a text's tokens/)).toBeTruthy();
    await user.click(within(own).getByRole("button", { name: "Use" }));
    await waitFor(() => expect(calls(platform, "embedder_use")).toEqual([{ embedder: "house-model" }]));
  });

  it("shows the share of a change, and goes on with one that stopped", async () => {
    const list = (share: number | null): EmbedderListView => ({
      embedders: [],
      brands: [
        { brand: "b1", name: "Halden", embedder: "a", chosen: "b", own: true, share, problem: null },
        { brand: "b2", name: "Quay", embedder: "b", chosen: "b", own: false, share: null, problem: null },
      ],
    });
    const under = renderApp(samplePlatform({ embedder_list: () => list(0.37) }), "/b/b1/settings");
    expect((await screen.findByRole("progressbar", { name: /Halden.*37/ })).getAttribute("aria-valuenow")).toBe("37");
    under.unmount();
    const platform = samplePlatform({ embedder_list: () => list(null) });
    const { user } = renderApp(platform, "/b/b1/settings");
    await user.click(await screen.findByRole("button", { name: "Embed anew" }));
    await waitFor(() => expect(calls(platform, "embedder_use")).toEqual([{ embedder: "b", brand: "b1" }]));
  });

  it("says at the field why a folder is no embedder", async () => {
    const refuse = () => {
      throw failure(
        "invalid_input",
        "`/documents/embedder` holds neither `model.onnx` nor `onnx/model.onnx`. Nothing was imported",
      );
    };
    const platform = samplePlatform({ embedder_import: refuse });
    const { user } = renderApp(platform, "/b/b1/settings");
    const field = await screen.findByLabelText("Folder of an embedder");
    await user.type(field, "/documents/embedder{Enter}");
    expect(await screen.findByText(/holds neither/)).toBeTruthy();
    expect(field.getAttribute("aria-invalid")).toBe("true");
    expect(calls(platform, "embedder_import")).toEqual([{ path: "/documents/embedder" }]);
  });
});
