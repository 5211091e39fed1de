/** Invented models in the application's own shapes: installed, to be downloaded, too large, imported, none. */
import type { FitView, ModelListView } from "@/generated/rpc";

const fitting = (memory_bytes: number, more: Partial<FitView> = {}): FitView => ({
  fits: "well",
  memory_bytes,
  article_minutes: null,
  minutes_from: null,
  told: "",
  ...more,
});

export const models: ModelListView = {
  note: null,
  models: [
    {
      id: "local/qwen3-4b",
      name: "Qwen3 4B",
      provider: "local",
      installed: true,
      size_bytes: 2_620_000_000,
      licence: "Apache-2.0",
      way: "guided",
      note: null,
      fit: fitting(3_900_000_000, { article_minutes: 9.2, minutes_from: "measured" }),
      can: "remove",
    },
    {
      id: "local/smollm2-135m",
      name: "SmolLM2 135M",
      provider: "local",
      installed: true,
      size_bytes: 92_000_000,
      licence: "Apache-2.0",
      way: null,
      note: "Too small to write; it can rank sentences",
    },
    {
      id: "local/qwen3-8b",
      name: "Qwen3 8B",
      provider: "local",
      installed: false,
      size_bytes: 5_030_000_000,
      licence: "Apache-2.0",
      way: null,
      note: null,
      fit: fitting(6_900_000_000, { fits: "tight", article_minutes: 21, minutes_from: "scaled" }),
      can: "fetch",
    },
    {
      id: "local/qwen3-14b",
      name: "Qwen3 14B",
      provider: "local",
      installed: false,
      size_bytes: 9_000_000_000,
      licence: "Apache-2.0",
      way: null,
      note: null,
      fit: fitting(11_800_000_000, { fits: "too_large" }),
      can: "fetch",
    },
    {
      id: "none",
      name: "No model",
      provider: "none",
      installed: true,
      size_bytes: null,
      licence: null,
      way: "composed",
      note: null,
    },
  ],
};
