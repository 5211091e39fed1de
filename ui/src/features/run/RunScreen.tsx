import { Link } from "@tanstack/react-router";
import { NotebookPen, Play, Square } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Progress } from "@/components/Progress";
import { Screen } from "@/components/Screen";
import { Skeleton } from "@/components/Skeleton";
import { Status } from "@/components/Status";
import type { BrandView, RunDetailView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { platform } from "@/platform/current";
import { useAction, useCommand } from "@/rpc/query";
import { useShortcut } from "@/shortcuts/useShortcut";
import { LiveDraft } from "./LiveDraft";
import { canResume, runTone, sectionOrigins, sectionProgress } from "./runState";
import { StepTrack } from "./StepTrack";
import { useRun } from "./useRun";
import { useStepTitle } from "./useStepTitle";

function useNow(detail: RunDetailView | undefined) {
  const { t } = useTranslation("run");
  const title = useStepTitle();
  const say = useSaid();
  const step = detail?.steps.find(({ state }) => state === "running");
  if (!detail) return { what: "", detail: "" };
  if (!step) return { what: t(`state.${detail.run.state}`), detail: say.run(detail.run) ?? "" };
  const section = sectionProgress(detail.steps, step.key);
  if (section) return { what: t("now.section", section), detail: title(step) };
  return { what: title(step), detail: "" };
}

/** `local/qwen3-4b` without the provider. */
const modelName = (id: string) => id.slice(id.indexOf("/") + 1);

function useWindowTitle(detail: RunDetailView | undefined) {
  const { t } = useTranslation("common");
  const formats = useFormats();
  const running = detail?.run.state === "running";
  const title = detail
    ? running
      ? t("window.progress", { percent: formats.percent(detail.run.progress), title: detail.run.title })
      : t("window.title", { title: detail.run.title })
    : t("app");
  useEffect(() => {
    platform().setTitle(title);
    return () => platform().setTitle(t("app"));
  }, [title, t]);
}

export function RunScreen({ brand, run: id }: { brand: BrandView; run: string }) {
  const { t } = useTranslation(["run", "common", "frame"]);
  const formats = useFormats();
  const { detail, error, live, again } = useRun(brand.id, id);
  const cancel = useAction("run_cancel", ["run_list", "run_show"]);
  const resume = useAction("run_resume", ["run_list", "run_show"]);
  const [asking, setAsking] = useState(false);
  const now = useNow(detail);
  useWindowTitle(detail);

  const run = detail?.run;
  const running = run?.state === "running";
  const pieces = useCommand(
    "piece_list",
    { brand: brand.id, activity: run?.activity ?? null },
    { enabled: run !== undefined && !running },
  );
  const piece =
    pieces.data?.pieces.find((made) => made.run === id && made.type === "blog") ??
    pieces.data?.pieces.find((made) => made.run === id);

  const actionError = cancel.error ?? resume.error;
  const stop = () => {
    setAsking(false);
    cancel.mutate({ brand: brand.id, run: id });
  };
  useShortcut("stop", () => setAsking(true), running && !asking);

  if (!detail || !run) {
    return error ? (
      <div className="p-6">
        <ErrorNote error={error} onRetry={again} />
      </div>
    ) : (
      <Skeleton />
    );
  }

  const figures = [
    formats.duration(run.seconds),
    run.tokens_per_second ? t("speed", { speed: formats.number(run.tokens_per_second, 1) }) : undefined,
    running && run.seconds_left !== null ? t("left", { time: formats.roughDuration(run.seconds_left) }) : undefined,
  ].filter(Boolean);

  return (
    <Screen
      title={
        <>
          <Link to="/b/$brand/runs" params={{ brand: brand.id }} className="font-book text-muted hover:text-ink">
            {t("list.title")}
          </Link>
          <span className="mx-1.5 font-book text-muted">/</span>
          {run.title}
        </>
      }
      actions={
        <>
          <span className="text-muted">
            {run.model === "none" ? t("noModel") : `${modelName(run.model)} · ${t(`frame:way.${run.way}`)}`}
          </span>
          {running ? (
            <Button icon={Square} onClick={stop} disabled={cancel.isPending}>
              {t("stop.button")}
            </Button>
          ) : null}
          {canResume(run.state) ? (
            <Button
              look={run.state === "interrupted" ? "primary" : "ghost"}
              icon={Play}
              disabled={resume.isPending}
              onClick={() => resume.mutate({ brand: brand.id, run: id }, { onSuccess: again })}
            >
              {t("resume")}
            </Button>
          ) : null}
          {!running && piece ? (
            <Link
              to="/b/$brand/pieces/$piece"
              params={{ brand: brand.id, piece: piece.id }}
              className="inline-flex h-7 items-center gap-1.5 rounded bg-accent px-2.5 font-medium text-on-accent hover:bg-accent-strong"
            >
              <NotebookPen size={14} strokeWidth={1.75} aria-hidden />
              {t("review")}
            </Link>
          ) : null}
        </>
      }
    >
      <div className="flex-none border-b border-line px-6 pb-3.5">
        <Progress value={run.state === "done" ? 1 : run.progress} label={t("progress")} />
        <div className="mt-2 flex flex-wrap justify-between gap-x-4">
          <span className="min-w-0" aria-live="polite">
            {running ? (
              <span className="font-strong">{now.what}</span>
            ) : (
              <Status tone={runTone[run.state]}>
                <span className="font-strong">{t(`state.${run.state}`)}</span>
              </Status>
            )}
            {now.detail ? <span> · {now.detail}</span> : null}
            {run.cache_hit ? <span className="text-muted"> · {t("cacheHit")}</span> : null}
          </span>
          <span className="text-muted">{figures.join(" · ")}</span>
        </div>
        {error ? (
          <div className="mt-3">
            <ErrorNote error={error} onRetry={again} />
          </div>
        ) : null}
        {actionError ? (
          <div className="mt-3">
            <ErrorNote error={actionError} onRetry={again} />
          </div>
        ) : null}
      </div>
      <div className="grid min-h-0 flex-1 grid-cols-[clamp(240px,28vw,372px)_minmax(0,1fr)] max-[760px]:grid-cols-1 max-[760px]:grid-rows-[34%_minmax(0,1fr)]">
        <StepTrack steps={detail.steps} noModel={run.model === "none"} />
        <LiveDraft
          markdown={detail.draft_markdown}
          live={live}
          running={running}
          waiting={t("draft.waiting")}
          origins={run.way === "composed" ? new Map() : sectionOrigins(detail.steps)}
        />
      </div>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t("stop.title")}
        description={t("stop.text")}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{t("stop.goOn")}</Button>
            <Button look="primary" icon={Square} onClick={stop}>
              {t("stop.button")}
            </Button>
          </>
        }
      />
    </Screen>
  );
}
