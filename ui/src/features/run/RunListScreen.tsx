import { Link } from "@tanstack/react-router";
import { Activity, PenLine } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Progress } from "@/components/Progress";
import { Screen } from "@/components/Screen";
import { Skeleton } from "@/components/Skeleton";
import { Status } from "@/components/Status";
import type { BrandView, RunView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { useCommand } from "@/rpc/query";
import { runTone } from "./runState";

function Row({ brand, run }: { brand: string; run: RunView }) {
  const { t } = useTranslation(["run", "frame"]);
  const formats = useFormats();
  const reason = useSaid().run(run);
  return (
    <li className="border-b border-line/60">
      <Link
        to="/b/$brand/runs/$run"
        params={{ brand, run: run.id }}
        className="grid min-h-11 grid-cols-[minmax(0,2.2fr)_130px_minmax(150px,1fr)_150px] items-center gap-4 px-6 py-1.5 -outline-offset-2 hover:bg-sunk"
      >
        <span className="min-w-0">
          <span className="block truncate font-medium">{run.title}</span>
          {reason ? <span className="block truncate text-small text-muted">{reason}</span> : null}
        </span>
        <Status tone={runTone[run.state]}>{t(`state.${run.state}`)}</Status>
        <span className="text-muted">
          {run.state === "running" ? (
            <Progress value={run.progress} label={t("progress")} />
          ) : (
            <>
              {run.model === "none" ? t("noModel") : t(`frame:way.${run.way}`)} · {formats.duration(run.seconds)}
            </>
          )}
        </span>
        <span className="text-right text-muted tabular-nums">{formats.date(run.created_at)}</span>
      </Link>
    </li>
  );
}

export function RunListScreen({ brand }: { brand: BrandView }) {
  const { t } = useTranslation("run");
  const { data, error, refetch } = useCommand("run_list", { brand: brand.id }, { refetchMs: 2_000 });
  return (
    <Screen title={t("list.title")} note={brand.name}>
      <div data-pane tabIndex={-1} className="min-h-0 flex-1 overflow-auto border-t border-line outline-none">
        {error ? (
          <div className="p-6">
            <ErrorNote error={error} onRetry={() => void refetch()} />
          </div>
        ) : !data ? (
          <Skeleton />
        ) : data.runs.length === 0 ? (
          <EmptyState
            icon={Activity}
            title={t("list.empty.title")}
            text={t("list.empty.text")}
            action={
              <Link
                to="/b/$brand/new"
                params={{ brand: brand.id }}
                className="inline-flex h-7 items-center gap-1.5 rounded bg-accent px-2.5 font-medium text-on-accent hover:bg-accent-strong"
              >
                <PenLine size={14} strokeWidth={1.75} aria-hidden />
                {t("list.empty.action")}
              </Link>
            }
          />
        ) : (
          <ul>
            {data.runs.map((run) => (
              <Row key={run.id} brand={brand.id} run={run} />
            ))}
          </ul>
        )}
      </div>
    </Screen>
  );
}
