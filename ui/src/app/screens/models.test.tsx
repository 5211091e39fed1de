/** What people see and do of models that write: how they fit, a download that pauses, a file that is none. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { samplePlatform } from "@/test/answers";
import { failure } from "@/test/fakePlatform";
import { calls, renderApp } from "@/test/renderApp";
import { models } from "@/test/samples/models";

const SETTINGS = "/b/b1/settings";

async function row(name: string) {
  const item = (await screen.findByText(name)).closest("li");
  if (!item) throw new Error("a model stands in a list");
  return within(item);
}

describe("models", () => {
  it("say how they fit this computer before anything is downloaded", async () => {
    renderApp(samplePlatform(), SETTINGS);
    const measured = await row("Qwen3 4B");
    expect(measured.getByText("Fits")).toBeTruthy();
    expect(measured.getByText(/^9 min.* for an article of 1,000 words/)).toBeTruthy();
    const tight = await row("Qwen3 8B");
    expect(tight.getByText("Tight")).toBeTruthy();
    expect(tight.getByText(/^About 21 min.* for an article/)).toBeTruthy();
    const large = await row("Qwen3 14B");
    expect(large.getByText("Too large for this computer")).toBeTruthy();
    expect(large.queryByText(/for an article/)).toBeNull();
    expect(large.getByRole("button", { name: "Download" }).hasAttribute("disabled")).toBe(true);
  });

  it("are downloaded with their share, and what came stays when it is paused", async () => {
    let stopped = false;
    const platform = samplePlatform(
      {},
      {
        model_fetch: (_params, emit, signal) =>
          new Promise((_resolve, reject) => {
            emit({ done_bytes: 1_006_000_000, total_bytes: 5_030_000_000, bytes_per_second: 9e6, seconds_left: 447 });
            signal?.addEventListener("abort", () => {
              stopped = true;
              reject(failure("cancelled", "Stopped"));
            });
          }),
      },
    );
    const { user } = renderApp(platform, SETTINGS);
    const model = await row("Qwen3 8B");
    await user.click(model.getByRole("button", { name: "Download" }));
    const progress = await screen.findByRole("progressbar", { name: /Qwen3 8B/ });
    expect(progress.getAttribute("aria-valuenow")).toBe("20");
    expect(calls(platform, "model_fetch")).toEqual([{ model: "local/qwen3-8b" }]);
    await user.click(screen.getByRole("button", { name: "Pause" }));
    await waitFor(() => expect(stopped).toBe(true));
    expect(await model.findByRole("button", { name: "Download" })).toBeTruthy();
    expect(model.queryByRole("alert")).toBeNull();
  });

  it("are imported from a file, which says at the field why it is none", async () => {
    const platform = samplePlatform(
      {},
      {
        model_import: async ({ path }) => {
          if (path.endsWith(".txt")) throw failure("invalid_input", "This is no GGUF file. Nothing was imported");
          return models;
        },
      },
    );
    const { user } = renderApp(platform, SETTINGS);
    const field = await screen.findByLabelText("File of a model");
    await user.type(field, "/models/notes.txt{Enter}");
    expect(await screen.findByText(/no GGUF file/)).toBeTruthy();
    expect(field.getAttribute("aria-invalid")).toBe("true");
    await user.clear(field);
    await user.type(field, "/models/house.gguf{Enter}");
    await waitFor(() => expect((field as HTMLInputElement).value).toBe(""));
    expect(calls(platform, "model_import").at(-1)).toEqual({ path: "/models/house.gguf", keep_in_place: true });
  });

  it("that were brought can be taken away", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, SETTINGS);
    await user.click(await screen.findByRole("button", { name: "Remove Qwen3 4B" }));
    await waitFor(() => expect(calls(platform, "model_remove")).toEqual([{ model: "local/qwen3-4b" }]));
  });
});
