import { AudioLines, Clapperboard, type LucideIcon, MessagesSquare, NotebookText, Play } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { classes } from "@/components/classes";
import { ErrorNote } from "@/components/ErrorNote";
import { Field } from "@/components/Field";
import { Kbd } from "@/components/Kbd";
import { notify } from "@/components/notices";
import { Screen } from "@/components/Screen";
import type { BrandView, ContentType } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { CONTENT_TYPES, NETWORKS } from "@/i18n/names";
import { usePreferences } from "@/preferences/preferences";
import { useAction, useCommand } from "@/rpc/query";
import { keyLabel } from "@/shortcuts/table";
import { useShortcut } from "@/shortcuts/useShortcut";
import {
  activityParams,
  BRIEF_LANGUAGES,
  type BriefDraft,
  briefProblems,
  emptyBrief,
  FIELD_CHARACTERS,
  toggled,
  useBriefs,
  WORDS,
} from "./brief";
import { Estimate } from "./Estimate";
import { Sources } from "./Sources";
import { ToggleCard } from "./ToggleCard";

const TYPE_ICONS: Record<ContentType, LucideIcon> = {
  blog: NotebookText,
  social: MessagesSquare,
  audio: AudioLines,
  video: Clapperboard,
};

const LENGTHS = [400, 800, 1_200, 2_000] as const;
const ESTIMATE_AFTER_MS = 400;

interface Props {
  brand: BrandView;
  onStarted(run: string): void;
  onRemedy(to: "settings" | "library"): void;
}

/** The value once it has not changed for a while. */
function useSettled<T>(value: T, afterMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), afterMs);
    return () => clearTimeout(timer);
  }, [value, afterMs]);
  return settled;
}

function useBrief(brand: string): [BriefDraft, (change: Partial<BriefDraft>) => void] {
  const language = usePreferences((state) => state.language);
  const [fresh] = useState(() => emptyBrief(language));
  const draft = useBriefs((state) => state.drafts[brand]) ?? fresh;
  const change = (part: Partial<BriefDraft>) =>
    useBriefs.setState(({ drafts }) => ({ drafts: { ...drafts, [brand]: { ...(drafts[brand] ?? fresh), ...part } } }));
  return [draft, change];
}

export function NewActivityScreen({ brand, onStarted, onRemedy }: Props) {
  const { t } = useTranslation(["activity", "common"]);
  const formats = useFormats();
  const [draft, change] = useBrief(brand.id);
  const [tried, setTried] = useState(false);
  const documents = useCommand("document_list", { brand: brand.id });
  const models = useCommand("model_list", {});
  const start = useAction("activity_start", ["run_list"]);
  const problems = briefProblems(draft);
  const params = useSettled(draft, ESTIMATE_AFTER_MS);
  const idle = problems.length > 0;
  const estimate = useCommand("activity_estimate", activityParams(brand.id, params), {
    enabled: !idle && briefProblems(params).length === 0,
    keepFormer: true,
  });

  const run = () => {
    setTried(true);
    if (problems.length > 0 || start.isPending) {
      if (problems[0] === "topic") document.getElementById("brief-topic")?.focus();
      return;
    }
    start.mutate(activityParams(brand.id, draft), {
      onSuccess: ({ id, cache_hit }) => {
        if (cache_hit) notify(t("answeredFromMemory"));
        onStarted(id);
      },
    });
  };
  useShortcut("run", run);

  const modelName = (id: string | undefined) =>
    id === "none" ? t("model.none") : (models.data?.models.find((model) => model.id === id)?.name ?? id ?? "");
  const problem = (kind: (typeof problems)[number]) =>
    tried && problems.includes(kind)
      ? t(`problem.${kind}`, { least: formats.number(WORDS.least), most: formats.number(WORDS.most) })
      : undefined;
  const choosable = (models.data?.models ?? []).filter(({ installed, id }) => installed && id !== "none");

  return (
    <Screen title={t("title")} note={brand.name}>
      <div className="grid min-h-0 flex-1 grid-cols-1 border-t border-line min-[1080px]:grid-cols-[minmax(0,1fr)_344px]">
        <form
          data-pane
          tabIndex={-1}
          className="min-h-0 overflow-auto px-6 py-7 outline-none"
          onSubmit={(event) => {
            event.preventDefault();
            run();
          }}
        >
          <div className="mx-auto flex max-w-[680px] flex-col gap-6">
            <div>
              <label htmlFor="brief-topic" className="mb-1 block font-medium">
                {t("topic.label")}
              </label>
              <input
                id="brief-topic"
                aria-invalid={problem("topic") !== undefined}
                aria-describedby="brief-topic-note"
                value={draft.topic}
                maxLength={FIELD_CHARACTERS}
                autoComplete="off"
                placeholder={t("topic.placeholder")}
                onChange={(event) => change({ topic: event.target.value })}
                className="w-full border-b border-line bg-transparent pb-1.5 font-serif text-[26px] leading-[34px] font-strong outline-none placeholder:font-book placeholder:text-muted focus:border-accent"
              />
              <p
                id="brief-topic-note"
                className={classes("mt-1 text-small", problem("topic") ? "text-red" : "text-muted")}
              >
                {problem("topic") ?? t("topic.hint")}
              </p>
            </div>

            <fieldset>
              <legend className="mb-1.5 font-medium">{t("types.label")}</legend>
              <div className="grid gap-2 sm:grid-cols-2">
                {CONTENT_TYPES.map((type) => (
                  <ToggleCard
                    key={type}
                    icon={TYPE_ICONS[type]}
                    label={t(`types.${type}.title`)}
                    text={t(`types.${type}.text`, { words: formats.number(draft.words) })}
                    on={draft.contentTypes.includes(type)}
                    onToggle={() => change({ contentTypes: toggled(CONTENT_TYPES, draft.contentTypes, type) })}
                  />
                ))}
              </div>
              {problem("types") ? <p className="mt-1 text-small text-red">{problem("types")}</p> : null}
            </fieldset>

            {draft.contentTypes.includes("social") ? (
              <fieldset>
                <legend className="mb-1.5 font-medium">{t("networks.label")}</legend>
                <div className="flex flex-wrap gap-1.5">
                  {NETWORKS.map((network) => {
                    const on = draft.networks.includes(network);
                    return (
                      <button
                        key={network}
                        type="button"
                        aria-pressed={on}
                        onClick={() => change({ networks: toggled(NETWORKS, draft.networks, network) })}
                        className={classes(
                          "h-7 rounded-full border px-3",
                          on
                            ? "border-accent bg-accent-soft font-medium text-accent"
                            : "border-line bg-raised hover:border-line-strong",
                        )}
                      >
                        {t(`common:network.${network}`)}
                      </button>
                    );
                  })}
                </div>
                {problem("networks") ? <p className="mt-1 text-small text-red">{problem("networks")}</p> : null}
              </fieldset>
            ) : null}

            <div className="grid gap-x-6 gap-y-5 sm:grid-cols-2">
              <div className="sm:col-span-2">
                <Field label={t("keywords.label")} hint={t("keywords.hint")}>
                  {(wiring) => (
                    <input
                      {...wiring}
                      className="control"
                      value={draft.keywords}
                      autoComplete="off"
                      placeholder={t("keywords.placeholder")}
                      onChange={(event) => change({ keywords: event.target.value })}
                    />
                  )}
                </Field>
              </div>
              <Field label={t("audience.label")}>
                {(wiring) => (
                  <input
                    {...wiring}
                    className="control"
                    value={draft.audience}
                    maxLength={FIELD_CHARACTERS}
                    placeholder={t("audience.placeholder")}
                    onChange={(event) => change({ audience: event.target.value })}
                  />
                )}
              </Field>
              <Field label={t("tone.label")}>
                {(wiring) => (
                  <input
                    {...wiring}
                    className="control"
                    value={draft.tone}
                    maxLength={FIELD_CHARACTERS}
                    placeholder={t("tone.placeholder")}
                    onChange={(event) => change({ tone: event.target.value })}
                  />
                )}
              </Field>
              <Field label={t("words.label")} error={problem("words")}>
                {(wiring) => (
                  <div className="flex gap-1.5">
                    <input
                      {...wiring}
                      type="number"
                      className="control w-24! flex-none"
                      value={draft.words || ""}
                      min={WORDS.least}
                      max={WORDS.most}
                      step={50}
                      onChange={(event) => change({ words: event.target.valueAsNumber || 0 })}
                    />
                    {LENGTHS.map((length) => (
                      <button
                        key={length}
                        type="button"
                        aria-pressed={draft.words === length}
                        onClick={() => change({ words: length })}
                        className={classes(
                          "h-8 flex-1 rounded border px-1 text-small",
                          draft.words === length
                            ? "border-accent bg-accent-soft text-accent"
                            : "border-line bg-raised text-muted hover:border-line-strong",
                        )}
                      >
                        {formats.number(length)}
                      </button>
                    ))}
                  </div>
                )}
              </Field>
              <Field label={t("language.label")}>
                {(wiring) => (
                  <select
                    {...wiring}
                    className="control"
                    value={draft.language}
                    onChange={(event) => {
                      const language = BRIEF_LANGUAGES.find((code) => code === event.target.value);
                      if (language) change({ language });
                    }}
                  >
                    {BRIEF_LANGUAGES.map((language) => (
                      <option key={language} value={language}>
                        {formats.language(language)}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
              <div className="sm:col-span-2">
                <Field label={t("facts.label")} hint={t("facts.hint")}>
                  {(wiring) => (
                    <textarea
                      {...wiring}
                      rows={3}
                      className="control"
                      value={draft.facts}
                      placeholder={t("facts.placeholder")}
                      onChange={(event) => change({ facts: event.target.value })}
                    />
                  )}
                </Field>
              </div>
            </div>

            <Sources
              documents={documents.data?.documents ?? []}
              excluded={draft.excluded}
              onToggle={(document) =>
                change({
                  excluded: draft.excluded.includes(document)
                    ? draft.excluded.filter((known) => known !== document)
                    : [...draft.excluded, document],
                })
              }
            />

            <Field label={t("model.label")} hint={t("model.hint")}>
              {(wiring) => (
                <select
                  {...wiring}
                  className="control"
                  value={draft.model ?? ""}
                  onChange={(event) => change({ model: event.target.value || null })}
                >
                  <option value="">{t("model.auto")}</option>
                  {choosable.map((model) => (
                    <option key={model.id} value={model.id}>
                      {model.name}
                    </option>
                  ))}
                  <option value="none">{t("model.none")}</option>
                </select>
              )}
            </Field>
            <label className="flex min-h-6 items-center gap-2.5">
              <input
                type="checkbox"
                className="accent-accent"
                checked={draft.anew}
                onChange={(event) => change({ anew: event.target.checked })}
              />
              {t("anew")}
            </label>
          </div>
        </form>
        <aside
          aria-label={t("estimate.title")}
          className="flex min-h-0 flex-col overflow-auto border-line px-5 py-5 max-[1079px]:border-t min-[1080px]:border-l"
        >
          <h2 className="mb-3 text-small font-medium text-muted">{t("estimate.title")}</h2>
          <div aria-live="polite">
            <Estimate
              estimate={estimate.data}
              error={estimate.error}
              idle={idle}
              modelName={modelName(estimate.data?.model)}
            />
          </div>
          <div className="mt-6">
            {start.error ? (
              <div className="mb-3">
                <ErrorNote error={start.error} onRetry={run} onRemedy={onRemedy} />
              </div>
            ) : null}
            <Button
              look="primary"
              icon={Play}
              onClick={run}
              disabled={start.isPending}
              className="h-9! w-full justify-center"
            >
              {start.isPending ? t("starting") : t("start")}
            </Button>
            <p className="mt-2 text-center text-small text-muted">
              <Kbd>{keyLabel("run")}</Kbd>
            </p>
          </div>
        </aside>
      </div>
    </Screen>
  );
}
