/** What the documents say about the brand: how it sounds, what is true of it, which words it uses. Everything cited, everything editable. */
import { Eye, EyeOff, Fingerprint, History as Past, PenLine, RefreshCw, Square } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { classes } from "@/components/classes";
import { Dialog } from "@/components/Dialog";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { notify } from "@/components/notices";
import { Progress } from "@/components/Progress";
import { Screen } from "@/components/Screen";
import { Skeleton } from "@/components/Skeleton";
import { present } from "@/errors/presentation";
import type {
  BrandKitView,
  BrandView,
  CommandError,
  KitCitationView,
  KitEntrySaveParams,
  KitEntryView,
} from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { asCommandError, stream } from "@/rpc/call";
import { useAction, useCommand, useRefresh } from "@/rpc/query";
import { useShortcut } from "@/shortcuts/useShortcut";
import { EntryList } from "./EntryList";
import type { EntryActions } from "./EntryRow";
import { type KitFilter, needsLook } from "./entries";
import { KitHistory } from "./KitHistory";
import { noteBuild, useBuilds } from "./kitState";
import { TonePanel } from "./TonePanel";
import { VoiceChart } from "./VoiceChart";
import { WordTable } from "./WordTable";

interface Props {
  brand: BrandView;
  /** Leads to the library, where documents are added. */
  onLibrary(): void;
  /** The document behind a citation, beside the kit. */
  source(citation: KitCitationView, close: () => void): ReactNode;
}

const FIRST_FACTS = 6;
const FIRST_OTHERS = 4;
const FIRST_WORDS = 20;

/** Ends the builds of this window, by brand. */
const stops = new Map<string, AbortController>();

const suggestions = (kit: BrandKitView) => kit.facts.filter(({ suggestion }) => suggestion !== undefined).length;

function useBuild(brand: string) {
  const { t } = useTranslation("kit");
  const refresh = useRefresh();
  const [error, setError] = useState<CommandError>();
  const work = async (done: (kit: BrandKitView) => string, command: "kit_build" | "kit_reword") => {
    const stopping = new AbortController();
    stops.set(brand, stopping);
    noteBuild(brand, { done: 0, total: 0, entries: 0 });
    setError(undefined);
    try {
      notify(done(await stream(command, { brand }, (event) => noteBuild(brand, event), stopping.signal)));
    } catch (failure) {
      const known = asCommandError(failure);
      if (!stopping.signal.aborted && present(known.code).severity !== "silent") setError(known);
    } finally {
      stops.delete(brand);
      noteBuild(brand, undefined);
      refresh("kit_show", "kit_history");
    }
  };
  const build = () => work((kit) => t("build.done", { version: kit.version }), "kit_build");
  const reword = () => work((kit) => t("build.reworded", { count: suggestions(kit) }), "kit_reword");
  return { build, reword, error };
}

function History({ brand, id, text, onClose }: { brand: string; id: string; text: string; onClose(): void }) {
  const { t } = useTranslation(["kit", "common"]);
  const formats = useFormats();
  const { data, error } = useCommand("kit_entry_history", { brand, id });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("history.title")}
      description={text}
      actions={<Button onClick={onClose}>{t("common:close")}</Button>}
    >
      {error ? <ErrorNote error={error} /> : null}
      {!data && !error ? <Skeleton lines={3} /> : null}
      <ol>
        {data?.versions.map((version) => (
          <li key={`${version.at} ${version.text}`} className="border-t border-line py-2">
            <p className="font-serif text-[15px] leading-[22px]">{version.text}</p>
            <p className="text-small text-muted">
              {t(version.edited_by === "you" ? "history.you" : "history.quillhouse")} · {formats.date(version.at)}
            </p>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

export function KitScreen({ brand, onLibrary, source }: Props) {
  const { t } = useTranslation("kit");
  const formats = useFormats();
  const { data, error, refetch } = useCommand("kit_show", { brand: brand.id });
  const building = useBuilds((state) => state.builds[brand.id]);
  const { build, reword, error: failed } = useBuild(brand.id);
  const save = useAction("kit_entry_save", ["kit_show", "kit_history"]);
  const remove = useAction("kit_entry_remove", ["kit_show", "kit_history"]);
  const [filter, setFilter] = useState<KitFilter>({ look: false, hidden: false });
  const [cited, setCited] = useState<KitCitationView>();
  const [history, setHistory] = useState<{ id: string; text: string }>();
  const [log, setLog] = useState(false);
  const opener = useRef<HTMLElement>(null);

  const close = () => {
    setCited(undefined);
    opener.current?.focus();
  };
  // With the source beside it the kit is drawn anew in less room: what was clicked stays in sight.
  const beside = cited !== undefined;
  useEffect(() => {
    if (beside) opener.current?.scrollIntoView({ block: "center" });
  }, [beside]);
  useShortcut("stop", close, cited !== undefined);
  useShortcut("run", () => void build(), data !== undefined && building === undefined && brand.documents > 0);

  const say = useSaid();
  const wrong = save.error ?? remove.error;
  useEffect(() => {
    if (wrong) notify(say.error(wrong), "wrong");
  }, [wrong, say]);

  const put = (params: Omit<KitEntrySaveParams, "brand">) => save.mutate({ brand: brand.id, ...params });
  const actions: EntryActions = {
    onSource: (citation) => {
      opener.current = document.activeElement as HTMLElement | null;
      setCited(citation);
    },
    onSave: (entry, change) => put({ id: entry.id, kind: entry.kind, text: change.text ?? entry.text, ...change }),
    onRemove: (id) => remove.mutate({ brand: brand.id, id }),
    onHistory: (id, text) => setHistory({ id, text }),
  };
  const adder = (kind: KitEntryView["kind"]) => (text: string) => put({ kind, text });

  const everything = data ? [...data.facts, ...data.products, ...data.audiences, ...data.tone, ...data.terms] : [];
  const look = everything.filter(needsLook).length;
  const hidden = everything.filter(({ state }) => state === "hidden").length;
  const built = data !== undefined && (data.built_at !== null || everything.length > 0);

  useEffect(() => {
    if (look === 0) setFilter((former) => (former.look ? { ...former, look: false } : former));
  }, [look]);

  const note =
    data && built ? (
      <>
        {t("from", { count: data.documents, amount: formats.number(data.documents) })}
        {look > 0 ? (
          <>
            {" · "}
            <button
              type="button"
              aria-pressed={filter.look}
              onClick={() => setFilter({ ...filter, look: !filter.look })}
              className={classes(
                "-ml-1 min-h-6 rounded px-1 font-medium text-amber",
                filter.look ? "bg-amber-soft" : "hover:bg-amber-soft",
              )}
            >
              {t("look", { count: look, amount: formats.number(look) })}
            </button>
          </>
        ) : null}
      </>
    ) : null;

  const body = () => {
    if (error) {
      return (
        <div className="p-6">
          <ErrorNote error={error} onRetry={() => void refetch()} />
        </div>
      );
    }
    if (!data) return <Skeleton />;
    if (!built) {
      return brand.documents === 0 ? (
        <EmptyState
          icon={Fingerprint}
          title={t("empty.documents.title")}
          text={t("empty.documents.text", { brand: brand.name })}
          action={
            <Button look="primary" onClick={onLibrary}>
              {t("empty.documents.action")}
            </Button>
          }
        />
      ) : building ? null : (
        <EmptyState
          icon={Fingerprint}
          title={t("empty.kit.title")}
          text={t("empty.kit.text", { count: brand.documents, amount: formats.number(brand.documents) })}
          action={
            <Button look="primary" icon={Fingerprint} onClick={() => void build()}>
              {t("empty.kit.action")}
            </Button>
          }
        />
      );
    }
    return (
      <div className="@container px-6 py-4.5">
        <div
          className={classes(
            "grid grid-cols-1 gap-x-10 gap-y-6",
            !filter.look && "@min-[860px]:grid-cols-2 @min-[860px]:grid-rows-[auto_1fr_auto]",
          )}
        >
          {filter.look ? null : (
            <section aria-label={t("voice.title")} className="min-w-0">
              <h2 className="mb-1 flex min-h-7 items-center text-lead font-strong">{t("voice.title")}</h2>
              {data.voice.length > 0 ? (
                <VoiceChart voice={data.voice} documents={data.voice_documents} />
              ) : (
                <p className="border-t border-line py-2.5 text-muted">{t("voice.none")}</p>
              )}
              <TonePanel
                tone={data.tone}
                manner={data.manner}
                filter={filter}
                actions={actions}
                onAdd={adder("tone")}
              />
            </section>
          )}
          <div className="min-w-0 @min-[860px]:row-span-2">
            <EntryList
              title={t("facts.title")}
              empty={t("facts.empty")}
              entries={filter.look ? [...data.facts, ...data.products, ...data.audiences, ...data.tone] : data.facts}
              filter={filter}
              first={FIRST_FACTS}
              actions={actions}
              onAdd={adder("fact")}
            />
          </div>
          {filter.look ? null : (
            <div className="flex min-w-0 flex-col gap-6">
              <EntryList
                title={t("products.title")}
                empty={t("products.empty")}
                entries={data.products}
                filter={filter}
                first={FIRST_OTHERS}
                actions={actions}
                onAdd={adder("product")}
              />
              <EntryList
                title={t("audiences.title")}
                empty={t("audiences.empty")}
                entries={data.audiences}
                filter={filter}
                first={FIRST_OTHERS}
                actions={actions}
                onAdd={adder("audience")}
              />
            </div>
          )}
          <div className={classes("min-w-0", !filter.look && "@min-[860px]:col-span-2")}>
            <WordTable
              terms={data.terms}
              filter={filter}
              first={FIRST_WORDS}
              onSource={actions.onSource}
              onRemove={actions.onRemove}
              onHistory={actions.onHistory}
              onSave={(term, change) =>
                put({
                  ...(term ? { id: term.id } : {}),
                  kind: "term",
                  text: change.because ?? term?.because ?? "",
                  say: change.say ?? term?.say ?? "",
                  not: change.not ?? term?.not ?? [],
                  ...(change.state ? { state: change.state } : {}),
                  ...(change.pinned !== undefined ? { pinned: change.pinned } : {}),
                })
              }
            />
          </div>
        </div>
        {hidden > 0 && !filter.look ? (
          <Button
            look="quiet"
            icon={filter.hidden ? EyeOff : Eye}
            className="mt-4 -ml-2.5"
            onClick={() => setFilter({ ...filter, hidden: !filter.hidden })}
          >
            {filter.hidden ? t("hidden.leave") : t("hidden.show", { count: hidden, amount: formats.number(hidden) })}
          </Button>
        ) : null}
      </div>
    );
  };

  return (
    <Screen
      title={t("title")}
      note={note}
      actions={
        data && built ? (
          <>
            <span className="px-1 text-muted tabular-nums">
              {data.built_at
                ? t("version", { version: formats.number(data.version), date: formats.date(data.built_at) })
                : t("versionOnly", { version: formats.number(data.version) })}
            </span>
            <Button look="quiet" icon={Past} compact onClick={() => setLog(true)}>
              {t("log.open")}
            </Button>
            <Button
              look="quiet"
              icon={PenLine}
              compact
              disabled={building !== undefined || data.facts.length === 0}
              onClick={() => void reword()}
            >
              {t("build.reword")}
            </Button>
            <Button
              icon={RefreshCw}
              disabled={building !== undefined || brand.documents === 0}
              onClick={() => void build()}
            >
              {data.stale_documents > 0
                ? t("build.updateCount", { count: data.stale_documents, amount: formats.number(data.stale_documents) })
                : t("build.update")}
            </Button>
          </>
        ) : null
      }
    >
      {building ? (
        <section aria-label={t("build.label")} className="flex-none px-6 pb-3">
          <Progress value={building.total > 0 ? building.done / building.total : 0} label={t("build.label")} />
          <div className="mt-1.5 flex items-center gap-4" aria-live="polite">
            <span className="flex-1 font-strong tabular-nums">
              {building.total > 0
                ? t("build.of", { done: formats.number(building.done), total: formats.number(building.total) })
                : t("build.looking")}
              {building.entries > 0
                ? ` · ${t("build.entries", { count: building.entries, amount: formats.number(building.entries) })}`
                : null}
            </span>
            <Button icon={Square} onClick={() => stops.get(brand.id)?.abort()}>
              {t("build.stop")}
            </Button>
          </div>
        </section>
      ) : null}
      {failed ? (
        <div className="flex-none px-6 pb-3">
          <ErrorNote error={failed} onRetry={() => void build()} onRemedy={onLibrary} />
        </div>
      ) : null}
      <div
        className={classes(
          "grid min-h-0 flex-1 border-t border-line",
          cited
            ? "grid-cols-[minmax(0,1fr)_clamp(300px,34vw,430px)] max-[760px]:grid-cols-1 max-[760px]:grid-rows-[40%_minmax(0,1fr)]"
            : "grid-cols-1",
        )}
      >
        <div data-pane tabIndex={-1} className="relative min-h-0 min-w-0 overflow-auto outline-none">
          {body()}
        </div>
        {cited ? (
          <div className="min-h-0 min-w-0 border-line max-[760px]:border-t min-[761px]:border-l">
            {source(cited, close)}
          </div>
        ) : null}
      </div>
      {log ? <KitHistory brand={brand.id} onClose={() => setLog(false)} /> : null}
      {history ? <History brand={brand.id} {...history} onClose={() => setHistory(undefined)} /> : null}
    </Screen>
  );
}
