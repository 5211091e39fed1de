import { useCallback, useEffect, useRef, useState } from "react";
import type { CommandError, RunDetailView } from "@/generated/rpc";
import { asCommandError, call, stream } from "@/rpc/call";
import { useRefresh } from "@/rpc/query";
import { createLiveText } from "./liveText";
import { applyEvent } from "./runState";

/** Shows a run and follows it until it ends. `again` begins anew, after a resume or a lost connection. */
export function useRun(brand: string, run: string) {
  const refresh = useRefresh();
  const [detail, setDetail] = useState<RunDetailView>();
  const [error, setError] = useState<CommandError>();
  const [attempt, setAttempt] = useState(0);
  const [live] = useState(() => createLiveText());
  const refreshNow = useRef(refresh);
  refreshNow.current = refresh;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt follows the run anew
  useEffect(() => {
    const stop = new AbortController();
    const follow = async () => {
      setError(undefined);
      const shown = await call("run_show", { brand, run });
      if (stop.signal.aborted) return;
      setDetail(shown);
      if (shown.run.state !== "running") return;
      const steps = new Set(shown.steps.map(({ key }) => key));
      const last = await stream(
        "run_watch",
        { brand, run },
        (event) => {
          if (event.type === "token") {
            live.push(event.step, event.text);
            return;
          }
          if (event.type === "draft" || (event.type === "step" && event.step.state !== "running")) live.clear();
          setDetail((known) => (known ? applyEvent(known, event) : known));
          if (event.type === "step" && !steps.has(event.step.key)) {
            steps.add(event.step.key);
            // New steps stand between known ones: only the application knows their order.
            void call("run_show", { brand, run }).then(
              (now) => {
                for (const { key } of now.steps) steps.add(key);
                if (!stop.signal.aborted) setDetail(now);
              },
              () => {},
            );
          }
        },
        stop.signal,
      );
      if (stop.signal.aborted) return;
      setDetail((known) => (known ? { ...known, run: last } : known));
      setDetail(await call("run_show", { brand, run }));
      refreshNow.current("run_list", "piece_list", "ledger_list");
    };
    follow().catch((failure: unknown) => {
      if (!stop.signal.aborted) setError(asCommandError(failure));
    });
    return () => {
      stop.abort();
      live.clear();
    };
  }, [brand, run, attempt, live]);

  const again = useCallback(() => setAttempt((count) => count + 1), []);
  return { detail, error, live, again };
}
