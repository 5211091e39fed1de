import { Ban, Check, CircleDashed, LoaderCircle, type LucideIcon, Quote, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "@/components/classes";
import type { StepView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { SawBar } from "./SawBar";
import { useStepTitle } from "./useStepTitle";

function mark(step: StepView): [LucideIcon, string] {
  switch (step.state) {
    case "waiting":
      return [CircleDashed, "text-muted"];
    case "running":
      return [LoaderCircle, "border-accent! text-accent spin"];
    case "done":
      return step.origin === "composed" ? [Quote, "text-amber"] : [Check, "text-ok"];
    case "skipped":
      return [Ban, "text-muted"];
    case "failed":
      return [X, "text-red"];
  }
}

/** What took less is not worth a figure. */
const SHORTEST_SECONDS = 0.1;

/** Seconds since the step was first seen running. */
function useElapsed(running: boolean): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (!running) return;
    const since = Date.now();
    const timer = setInterval(() => setSeconds((Date.now() - since) / 1000), 1_000);
    return () => clearInterval(timer);
  }, [running]);
  return seconds;
}

function Step({
  step,
  open,
  onToggle,
  noModel,
}: {
  step: StepView;
  open: boolean;
  onToggle(): void;
  noModel: boolean;
}) {
  const { t } = useTranslation("run");
  const formats = useFormats();
  const title = useStepTitle();
  const note = useSaid().step(step);
  const running = step.state === "running";
  const elapsed = useElapsed(running);
  const seconds = step.seconds ?? (running ? elapsed : null);
  const plainCheck = noModel && step.state === "done";
  const [Icon, look] = plainCheck ? [Check, "text-ok"] : mark(step);
  const figures = [
    seconds === null || (!running && seconds < SHORTEST_SECONDS)
      ? undefined
      : running
        ? formats.duration(seconds)
        : formats.shortDuration(seconds),
    step.tokens > 0 ? t("tokens", { count: step.tokens, amount: formats.number(step.tokens) }) : undefined,
  ].filter(Boolean);
  const expandable = step.report !== null || (note ?? "").length > 90;
  const waiting = step.state === "waiting" || step.state === "skipped";
  const head = (
    <>
      <span
        className={classes(
          "z-10 grid size-[22px] shrink-0 place-items-center rounded-full border border-line bg-paper",
          look.replace("spin", ""),
        )}
      >
        <Icon size={14} strokeWidth={1.75} aria-hidden className={running ? "spin" : undefined} />
      </span>
      <span className="min-w-0 flex-1 text-left">
        <span className="flex justify-between gap-3">
          <span className={classes("text-pretty", waiting ? "text-muted" : "font-medium")}>{title(step)}</span>
          <span className="shrink-0 text-muted tabular-nums">
            {step.state === "skipped" ? t("step.skipped") : figures.join(" · ")}
          </span>
        </span>
        <span className="sr-only">{t(`step.state.${step.state}`)}</span>
        {note ? <span className={classes("block text-small text-muted", !open && "line-clamp-2")}>{note}</span> : null}
      </span>
    </>
  );
  return (
    <li
      title={step.origin ? t(`origin.${step.origin}`) : undefined}
      aria-current={running ? "step" : undefined}
      className={classes(
        "relative rounded px-2 py-1.5 not-last:before:absolute not-last:before:top-7 not-last:before:-bottom-1.5 not-last:before:left-[18.5px] not-last:before:w-px not-last:before:bg-line",
        open && "bg-raised shadow-[inset_0_0_0_1px_var(--line)]",
      )}
    >
      {expandable ? (
        <button type="button" aria-expanded={open} onClick={onToggle} className="flex w-full gap-2.5">
          {head}
        </button>
      ) : (
        <div className="flex gap-2.5">{head}</div>
      )}
      {open ? (
        <div className="pl-8">
          {step.report ? <SawBar report={step.report} /> : null}
          {step.origin ? <p className="text-small text-muted">{t(`origin.${step.origin}`)}</p> : null}
          {step.attempt > 1 ? (
            <p className="text-small text-muted">{t("step.attempt", { count: step.attempt })}</p>
          ) : null}
        </div>
      ) : null}
    </li>
  );
}

export function StepTrack({ steps, noModel }: { steps: StepView[]; noModel: boolean }) {
  const { t } = useTranslation("run");
  const running = steps.find(({ state, report }) => state === "running" && report)?.key;
  // What the reader opened stays as they left it; otherwise the step at work is open.
  const [chosen, setChosen] = useState<{ key: string; open: boolean }>();
  return (
    <ol
      aria-label={t("steps")}
      data-pane
      tabIndex={-1}
      className="flex min-h-0 flex-col overflow-auto border-line py-3 max-[760px]:border-b min-[761px]:border-r pr-3 pl-4 outline-none"
    >
      {steps.map((step) => {
        const open = chosen?.key === step.key ? chosen.open : step.key === running && !(chosen?.open ?? false);
        return (
          <Step
            key={step.key}
            step={step}
            noModel={noModel}
            open={open}
            onToggle={() => setChosen({ key: step.key, open: !open })}
          />
        );
      })}
    </ol>
  );
}
