import { Link } from "@tanstack/react-router";
import { ArrowRight, FilePlus2, PenLine } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "@/components/classes";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Progress } from "@/components/Progress";
import { Screen } from "@/components/Screen";
import { Skeleton } from "@/components/Skeleton";
import { Status } from "@/components/Status";
import type { BrandView, PieceView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { CONTENT_TYPES, contentTypeOf, NETWORKS, networkOf } from "@/i18n/names";
import { useCommand } from "@/rpc/query";
import { perform, useShortcut } from "@/shortcuts/useShortcut";

const RECENT = 12;

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="mb-8">
      <h2 className="mb-2 text-small font-medium text-muted">{title}</h2>
      {children}
    </section>
  );
}

/** Newest run first; within a run the article, then its posts and scripts. */
function inOrder(pieces: readonly PieceView[]): PieceView[] {
  const order = ({ type, network }: PieceView) =>
    CONTENT_TYPES.indexOf(contentTypeOf(type) ?? "video") * NETWORKS.length +
    NETWORKS.indexOf(networkOf(network) ?? "linkedin");
  const runs = [...new Set(pieces.map(({ run }) => run))];
  return [...pieces].sort(
    (left, right) => runs.indexOf(left.run) - runs.indexOf(right.run) || order(left) - order(right),
  );
}

function PieceRow({ brand, piece, first }: { brand: string; piece: PieceView; first: boolean }) {
  const { t } = useTranslation(["home", "common"]);
  const formats = useFormats();
  const network = networkOf(piece.network);
  const type = contentTypeOf(piece.type);
  return (
    <li className={first ? "border-t border-line" : "border-t border-line/50"}>
      <Link
        to="/b/$brand/pieces/$piece"
        params={{ brand, piece: piece.id }}
        className="grid min-h-9 grid-cols-[minmax(0,1fr)_110px_150px_44px_120px] items-center gap-4 rounded-sm px-1 hover:bg-sunk max-[800px]:grid-cols-[minmax(0,1fr)_100px_44px]"
      >
        <span className={classes("truncate font-serif", first ? "text-[16px]" : "pl-4 text-[14.5px] text-muted")}>
          {piece.title}
        </span>
        <span className="text-muted">
          {network ? t(`common:network.${network}`) : type ? t(`common:type.${type}`) : piece.type}
        </span>
        <span className="max-[800px]:hidden">
          {piece.support.unsupported > 0 ? (
            <Status tone="attention">{t("unsupported", { count: piece.support.unsupported })}</Status>
          ) : (
            <Status tone="ok">{t("supported")}</Status>
          )}
        </span>
        <span className="text-right font-strong tabular-nums">{formats.number(piece.score, 1)}</span>
        <span className="text-right text-muted tabular-nums max-[800px]:hidden">{formats.date(piece.created_at)}</span>
      </Link>
    </li>
  );
}

/** Continue where you were; with nothing to continue, the one next step. */
export function HomeScreen({ brand }: { brand: BrandView }) {
  const { t } = useTranslation("home");
  const formats = useFormats();
  const runs = useCommand("run_list", { brand: brand.id }, { refetchMs: 3_000 });
  const pieces = useCommand("piece_list", { brand: brand.id, activity: null });
  const error = runs.error ?? pieces.error;
  const open = runs.data?.runs.filter(({ state }) => state === "running" || state === "interrupted") ?? [];
  const last = pieces.data?.pieces[0];
  // The article is what one comes back to; its posts and scripts lie beside it.
  const newest = pieces.data?.pieces.find(({ run, type }) => run === last?.run && type === "blog") ?? last;
  const nothing = runs.data?.runs.length === 0 && pieces.data?.pieces.length === 0;
  useShortcut("run", () => perform("new_activity"), nothing === true && brand.documents > 0);

  const body = () => {
    if (error) return <ErrorNote error={error} onRetry={() => void Promise.all([runs.refetch(), pieces.refetch()])} />;
    if (!runs.data || !pieces.data) return <Skeleton />;
    if (nothing && brand.documents === 0) {
      return (
        <EmptyState
          icon={FilePlus2}
          title={t("empty.documents.title")}
          text={t("empty.documents.text", { brand: brand.name })}
          action={
            <Link
              to="/b/$brand/library"
              params={{ brand: brand.id }}
              className="inline-flex h-7 items-center gap-1.5 rounded bg-accent px-2.5 font-medium text-on-accent hover:bg-accent-strong"
            >
              {t("empty.documents.action")}
            </Link>
          }
        />
      );
    }
    if (nothing) {
      return (
        <EmptyState
          icon={PenLine}
          title={t("empty.activity.title")}
          text={t("empty.activity.text", { count: brand.documents, amount: formats.number(brand.documents) })}
          action={
            <Link
              to="/b/$brand/new"
              params={{ brand: brand.id }}
              className="inline-flex h-7 items-center gap-1.5 rounded bg-accent px-2.5 font-medium text-on-accent hover:bg-accent-strong"
            >
              <PenLine size={14} strokeWidth={1.75} aria-hidden />
              {t("empty.activity.action")}
            </Link>
          }
        />
      );
    }
    return (
      <>
        {newest ? (
          <Section title={t("continue")}>
            <Link
              to="/b/$brand/pieces/$piece"
              params={{ brand: brand.id, piece: newest.id }}
              className="group block rounded border border-line bg-raised px-6 py-5 hover:border-line-strong"
            >
              <span className="block font-serif text-[26px] leading-[34px] font-strong text-balance">
                {newest.title}
              </span>
              <span className="mt-2 flex flex-wrap items-center gap-x-5 text-muted">
                <span>{t("score", { score: formats.number(newest.score, 1) })}</span>
                <span>{t("words", { count: newest.words, amount: formats.number(newest.words) })}</span>
                <span>{formats.date(newest.created_at)}</span>
                <span className="ml-auto inline-flex items-center gap-1.5 font-medium text-accent">
                  {t("open")}
                  <ArrowRight size={14} strokeWidth={1.75} aria-hidden />
                </span>
              </span>
            </Link>
          </Section>
        ) : null}
        {open.length > 0 ? (
          <Section title={t("runs")}>
            <ul>
              {open.map((run) => (
                <li key={run.id} className="border-t border-line">
                  <Link
                    to="/b/$brand/runs/$run"
                    params={{ brand: brand.id, run: run.id }}
                    className="grid min-h-10 grid-cols-[minmax(0,1fr)_200px_130px] items-center gap-5 rounded-sm px-1 hover:bg-sunk"
                  >
                    <span className="truncate font-medium">{run.title}</span>
                    <Progress value={run.progress} label={t("progress", { title: run.title })} />
                    <Status tone={run.state === "running" ? "busy" : "paused"}>
                      {t(run.state === "running" ? "running" : "interrupted")}
                    </Status>
                  </Link>
                </li>
              ))}
            </ul>
          </Section>
        ) : null}
        {brand.attention > 0 ? (
          <Section title={t("attention.title")}>
            <Link
              to="/b/$brand/library"
              params={{ brand: brand.id }}
              className="flex min-h-10 items-center justify-between gap-4 rounded-sm border-t border-line px-1 hover:bg-sunk"
            >
              <Status tone="attention">{t("attention.text", { count: brand.attention })}</Status>
              <ArrowRight size={14} strokeWidth={1.75} aria-hidden className="text-muted" />
            </Link>
          </Section>
        ) : null}
        {pieces.data.pieces.length > 0 ? (
          <Section title={t("recent")}>
            <ul>
              {inOrder(pieces.data.pieces)
                .slice(0, RECENT)
                .map((piece, at, shown) => (
                  <PieceRow key={piece.id} brand={brand.id} piece={piece} first={shown[at - 1]?.run !== piece.run} />
                ))}
            </ul>
          </Section>
        ) : null}
      </>
    );
  };

  return (
    <Screen
      title={t("title")}
      note={t("documents", { count: brand.documents, amount: formats.number(brand.documents) })}
    >
      <div data-pane tabIndex={-1} className="min-h-0 flex-1 overflow-auto border-t border-line outline-none">
        <div className="mx-auto max-w-[940px] px-6 py-7">{body()}</div>
      </div>
    </Screen>
  );
}
