/** Models on their way to this computer. They go on while another screen is open. */
import { create } from "zustand";
import { present } from "@/errors/presentation";
import type { CommandError, ModelProgressView } from "@/generated/rpc";
import { asCommandError, stream } from "@/rpc/call";
import { useRefresh } from "@/rpc/query";

interface OnTheirWay {
  progress: Record<string, ModelProgressView | undefined>;
  failed: Record<string, CommandError | undefined>;
}

const useStore = create<OnTheirWay>(() => ({ progress: {}, failed: {} }));
const stops = new Map<string, AbortController>();
const BEGINNING: ModelProgressView = { done_bytes: 0, total_bytes: null, bytes_per_second: 0, seconds_left: null };

const note = (name: string, progress: ModelProgressView | undefined, failed?: CommandError) =>
  useStore.setState((state) => ({
    progress: { ...state.progress, [name]: progress },
    failed: { ...state.failed, [name]: failed },
  }));

type Bring = ["model_fetch", { model: string }] | ["model_import", { path: string; keep_in_place: boolean }];

/** What is on its way under a name, and how to begin and stop it; stopping a download keeps what came. */
export function useBringing(name: string) {
  const refresh = useRefresh();
  const bringing = useStore((state) => state.progress[name]);
  const failed = useStore((state) => state.failed[name]);
  const bring = async (...[command, params, under]: [...Bring, string]) => {
    const stopping = new AbortController();
    stops.set(under, stopping);
    note(under, BEGINNING);
    try {
      await (command === "model_fetch"
        ? stream(command, params, (event) => note(under, event), stopping.signal)
        : stream(command, params, (event) => note(under, event), stopping.signal));
      note(under, undefined);
      return true;
    } catch (failure) {
      const known = asCommandError(failure);
      note(under, undefined, stopping.signal.aborted || present(known.code).severity === "silent" ? undefined : known);
      return false;
    } finally {
      stops.delete(under);
      refresh("model_list", "app_status");
    }
  };
  return { bringing, failed, bring, stop: (under: string) => stops.get(under)?.abort() };
}
