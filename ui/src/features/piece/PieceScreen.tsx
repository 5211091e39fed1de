import { Tabs } from "@base-ui/react/tabs";
import { Link } from "@tanstack/react-router";
import { AudioLines, Clapperboard, Copy, Download, type LucideIcon, MessagesSquare, NotebookText } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { classes } from "@/components/classes";
import { ErrorNote } from "@/components/ErrorNote";
import { Menu } from "@/components/Menu";
import { notify } from "@/components/notices";
import { Screen } from "@/components/Screen";
import { Skeleton } from "@/components/Skeleton";
import { Status } from "@/components/Status";
import type { BrandView, CitationView, ExportFormat, PieceDetailView, PieceView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { CONTENT_TYPES, contentTypeOf, networkOf } from "@/i18n/names";
import { useSaid } from "@/i18n/useSaid";
import { platform } from "@/platform/current";
import { asCommandError, call } from "@/rpc/call";
import { useCommand } from "@/rpc/query";
import { keyLabel } from "@/shortcuts/table";
import { useShortcut } from "@/shortcuts/useShortcut";
import { ArticleBody, AudioBody, PostBody, VideoBody } from "./Bodies";
import { OriginsTab } from "./OriginsTab";
import { placeText, sentencesIn } from "./pieceText";
import { ScoreTab } from "./ScoreTab";
import { SourcesTab } from "./SourcesTab";
import { usePassageInView } from "./usePassageInView";

const TYPE_ICONS: Record<string, LucideIcon> = {
  blog: NotebookText,
  social: MessagesSquare,
  audio: AudioLines,
  video: Clapperboard,
};
const STATES = ["draft", "in_review", "ready"] as const;

interface Props {
  brand: BrandView;
  piece: string;
  /** Draws the document behind a citation; the composition above knows how. */
  source(citation: CitationView, close: () => void): ReactNode;
}

function useChannelName() {
  const { t } = useTranslation(["piece", "common"]);
  return (piece: PieceView) => {
    const network = networkOf(piece.network);
    if (network) return t(`common:network.${network}`);
    const type = contentTypeOf(piece.type);
    return type ? t(`type.${type}`) : piece.type;
  };
}

/** The order of the form: the article first, then the posts, then the scripts. */
const channelOrder = (piece: PieceView) => CONTENT_TYPES.indexOf(contentTypeOf(piece.type) ?? "video");

function Channels({ brand, current }: { brand: string; current: PieceView }) {
  const { t } = useTranslation("piece");
  const name = useChannelName();
  const { data } = useCommand("piece_list", { brand, activity: current.activity });
  const pieces = (data?.pieces ?? [current])
    .filter(({ run }) => run === current.run)
    .sort((left, right) => channelOrder(left) - channelOrder(right));
  if (pieces.length < 2) return null;
  return (
    <nav aria-label={t("channels")} className="flex flex-none gap-1 overflow-x-auto px-5 pb-2">
      {pieces.map((piece) => {
        const Icon = TYPE_ICONS[piece.type] ?? NotebookText;
        return (
          <Link
            key={piece.id}
            to="/b/$brand/pieces/$piece"
            params={{ brand, piece: piece.id }}
            className="flex h-7 items-center gap-1.5 rounded px-2.5 whitespace-nowrap text-muted hover:text-ink data-[status=active]:bg-sunk data-[status=active]:font-medium data-[status=active]:text-ink"
          >
            <Icon size={14} strokeWidth={1.75} aria-hidden />
            {name(piece)}
          </Link>
        );
      })}
    </nav>
  );
}

function Meter({ detail, onUnsupported }: { detail: PieceDetailView; onUnsupported(): void }) {
  const { t } = useTranslation("piece");
  const formats = useFormats();
  const { support, score, words } = detail.piece;
  const supported = support.fact + support.user;
  const claims = supported + support.unsupported;
  return (
    <div className="flex flex-none flex-wrap items-center gap-x-5 gap-y-1 px-6 pb-2.5 tabular-nums">
      <Status tone="ok">
        <span className="text-ink">
          <Trans
            t={t}
            i18nKey="meter.supported"
            values={{ supported: formats.number(supported), claims: formats.number(claims) }}
            components={{ b: <b className="font-strong" /> }}
          />
        </span>
      </Status>
      {support.unsupported > 0 ? (
        <button type="button" onClick={onUnsupported} className="rounded-sm hover:underline">
          <Status tone="attention">{t("meter.unsupported", { count: support.unsupported })}</Status>
        </button>
      ) : null}
      <span>
        {t("meter.score")} <b className="font-strong">{formats.number(score, 1)}</b>
      </span>
      {detail.reading_ease === null ? null : (
        <span>
          {t("meter.ease")} <b className="font-strong">{formats.number(detail.reading_ease)}</b>
        </span>
      )}
      <span>
        <Trans
          t={t}
          i18nKey="meter.words"
          count={words}
          values={{ amount: formats.number(words) }}
          components={{ b: <b className="font-strong" /> }}
        />
      </span>
      {detail.piece.erased_sources ? (
        <Status tone="attention">{t("meter.erased", { count: detail.piece.erased_sources })}</Status>
      ) : null}
      {detail.sections.some(({ origin }) => origin === "composed") ? (
        <span className="text-muted">
          {t(detail.sections.every(({ origin }) => origin === "composed") ? "meter.composed" : "meter.partlyComposed")}
        </span>
      ) : null}
    </div>
  );
}

function useExport(brand: string, piece: string) {
  const { t } = useTranslation(["piece", "common"]);
  const say = useSaid();
  return async (format: ExportFormat, sources: boolean) => {
    try {
      const file = await call("piece_export", { brand, piece, format, sources });
      if (await platform().saveFile(file.file_name, file.content)) notify(t("exported", { name: file.file_name }));
    } catch (error) {
      notify(say.error(asCommandError(error)), "wrong");
    }
  };
}

const TAB =
  "h-12 whitespace-nowrap border-b-2 border-transparent text-small text-muted hover:text-ink data-active:border-accent data-active:font-strong data-active:text-ink";

function Review({ brand, detail, source }: { brand: BrandView; detail: PieceDetailView; source: Props["source"] }) {
  const { t } = useTranslation(["piece", "common"]);
  const piece = useMemo(() => placeText(detail), [detail]);
  const scroller = useRef<HTMLDivElement>(null);
  const [range, look] = usePassageInView(scroller, piece);
  const [selected, setSelected] = useState<number>();
  const [opened, setOpened] = useState<CitationView>();
  const [tab, setTab] = useState("sources");
  const save = useExport(brand.id, detail.piece.id);
  const unsupported = piece.sentences.filter(({ support }) => support.label === "unsupported");
  const troubled = detail.checks.filter(({ rating }) => rating !== "good").length;

  const show = useCallback((index: number) => {
    setSelected(index);
    // `nearest` after a click in the text itself moves nothing.
    scroller.current?.querySelector(`[data-sentence="${index}"]`)?.scrollIntoView?.({ block: "nearest" });
  }, []);
  const center = (index: number) => {
    setSelected(index);
    scroller.current?.querySelector(`[data-sentence="${index}"]`)?.scrollIntoView?.({ block: "center" });
  };
  const openCitation = useCallback((citation: CitationView, sentence: number | undefined) => {
    // Of a document that was erased only the quote is left, and that stands among the sources.
    setOpened(citation.erased ? undefined : citation);
    if (citation.erased) setTab("sources");
    if (sentence !== undefined) setSelected(sentence);
  }, []);
  const stepUnsupported = (step: 1 | -1) => {
    if (unsupported.length === 0) return;
    const at = unsupported.findIndex(({ index }) => index === selected);
    const next =
      unsupported[
        at < 0 ? (step > 0 ? 0 : unsupported.length - 1) : (at + step + unsupported.length) % unsupported.length
      ];
    if (next) center(next.index);
  };
  const copy = () => {
    void navigator.clipboard.writeText(detail.text).then(() => notify(t("common:copied")));
  };
  useShortcut("next_unsupported", () => stepUnsupported(1), unsupported.length > 0);
  useShortcut("previous_unsupported", () => stepUnsupported(-1), unsupported.length > 0);
  useShortcut("copy_text", copy);
  useShortcut("stop", () => setOpened(undefined), opened !== undefined);

  const Body = { blog: ArticleBody, social: PostBody, audio: AudioBody, video: VideoBody }[
    contentTypeOf(detail.piece.type) ?? "blog"
  ];
  const state = STATES.find((known) => known === detail.piece.state);
  const exports: [string, ExportFormat, boolean][] = [
    ["md", "md", false],
    ["mdSources", "md", true],
    ["html", "html", false],
    ["htmlSources", "html", true],
  ];
  const selectedHere = selected === undefined ? undefined : piece.sentences[selected];
  // A post is read at one glance, whatever its length.
  const here = detail.piece.type === "social" ? piece.sentences : range ? sentencesIn(piece.sentences, range) : [];
  const inView = selectedHere && !here.includes(selectedHere) ? [...here, selectedHere] : here;

  return (
    <div
      className={classes(
        "grid min-h-0 flex-1 max-[760px]:grid-cols-1 max-[760px]:grid-rows-[minmax(0,1fr)_32%]",
        opened
          ? "grid-cols-[minmax(0,1fr)_clamp(300px,31vw,430px)]"
          : "grid-cols-[minmax(0,1fr)_clamp(260px,25vw,344px)]",
      )}
    >
      <div className="flex min-h-0 min-w-0 flex-col">
        <Screen
          title={
            <>
              <Link
                to="/b/$brand/runs/$run"
                params={{ brand: brand.id, run: detail.piece.run }}
                className="font-book text-muted hover:text-ink"
              >
                {t("madeBy")}
              </Link>
              <span className="mx-1.5 font-book text-muted">/</span>
              {detail.piece.title}
            </>
          }
          actions={
            <>
              <span
                className={classes(
                  "rounded px-2.5 py-0.5 font-medium",
                  state === "ready" ? "bg-accent-soft text-ok" : "bg-amber-soft text-amber",
                )}
              >
                {state ? t(`state.${state}`) : detail.piece.state}
              </span>
              <Button icon={Copy} onClick={copy} title={keyLabel("copy_text")}>
                {t("copy")}
              </Button>
              <Menu
                align="end"
                trigger={
                  <Button look="primary" icon={Download}>
                    {t("export.button")}
                  </Button>
                }
                entries={exports.map(([id, format, sources]) => {
                  const text = t(`export.${id as "md"}`);
                  return { id, text, label: text, onSelect: () => void save(format, sources) };
                })}
              />
            </>
          }
        >
          <Meter detail={detail} onUnsupported={() => stepUnsupported(1)} />
          <Channels brand={brand.id} current={detail.piece} />
          <section
            ref={scroller}
            data-pane
            aria-label={t("text")}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
            tabIndex={0}
            onScroll={look}
            className="min-h-0 flex-1 overflow-auto border-t border-line -outline-offset-2"
          >
            <Body
              detail={detail}
              brand={brand.name}
              piece={piece}
              selected={selected}
              opened={opened}
              onSentence={show}
              onCitation={openCitation}
            />
          </section>
        </Screen>
      </div>
      <aside
        aria-label={t("margin")}
        data-pane
        tabIndex={-1}
        className="flex min-h-0 min-w-0 flex-col border-line outline-none max-[760px]:border-t min-[761px]:border-l"
      >
        {opened ? (
          source(opened, () => setOpened(undefined))
        ) : (
          <Tabs.Root
            value={tab}
            onValueChange={(value) => setTab(String(value))}
            className="flex min-h-0 flex-1 flex-col"
          >
            <Tabs.List className="flex h-13 flex-none items-end gap-x-3.5 overflow-x-auto border-b border-line px-4">
              <Tabs.Tab value="sources" className={TAB}>
                {t("tab.sources")}
              </Tabs.Tab>
              <Tabs.Tab value="score" className={TAB}>
                {t("tab.score")}
                {troubled > 0 ? (
                  <span className="ml-1.5 rounded-full bg-sunk px-1.5 text-[10.5px] font-medium tabular-nums">
                    {troubled}
                  </span>
                ) : null}
              </Tabs.Tab>
              <Tabs.Tab value="origins" className={TAB}>
                {t("tab.origins")}
              </Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="sources" className="min-h-0 flex-1 overflow-auto px-4 -outline-offset-2">
              <SourcesTab
                here={inView}
                all={piece.sentences}
                citations={detail.citations}
                selected={selected}
                onOpen={openCitation}
                onSentence={center}
              />
            </Tabs.Panel>
            <Tabs.Panel value="score" className="min-h-0 flex-1 overflow-auto px-4 -outline-offset-2">
              <ScoreTab detail={detail} sentences={piece.sentences} onSentence={center} />
            </Tabs.Panel>
            <Tabs.Panel value="origins" className="min-h-0 flex-1 overflow-auto px-4 -outline-offset-2">
              <OriginsTab sections={detail.sections} />
            </Tabs.Panel>
          </Tabs.Root>
        )}
      </aside>
    </div>
  );
}

export function PieceScreen({ brand, piece, source }: Props) {
  const { data, error, refetch } = useCommand("piece_show", { brand: brand.id, piece });
  if (error) {
    return (
      <div className="p-6">
        <ErrorNote error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  if (!data) return <Skeleton lines={12} />;
  return <Review brand={brand} detail={data} source={source} />;
}
