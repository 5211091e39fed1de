import { CircleCheck, Gauge, Info, Stethoscope } from "lucide-react";
import type { ReactNode } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { classes } from "@/components/classes";
import { ErrorNote } from "@/components/ErrorNote";
import { Screen } from "@/components/Screen";
import { Skeleton } from "@/components/Skeleton";
import { Status, type Tone } from "@/components/Status";
import type { BrandView, ModelView, Verdict } from "@/generated/rpc";
import { LANGUAGES, ownName } from "@/i18n";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { chooseLanguage, chooseTheme, THEMES, usePreferences } from "@/preferences/preferences";
import { useAction, useCommand } from "@/rpc/query";
import { Embedders } from "./Embedders";
import { Erasing } from "./Erasing";
import { Providers } from "./Providers";
import { Usage } from "./Usage";

const VERDICTS: Record<Verdict, Tone> = { ok: "ok", attention: "attention", wrong: "wrong" };

/** Names of the checks by the application's word for them. */
const CHECKS = {
  machine: "machine",
  "data folder": "dataFolder",
  "parse worker": "parseWorker",
  embedder: "embedder",
  model: "model",
  ollama: "ollama",
  keychain: "keychain",
  network: "network",
  languages: "languages",
} as const;
const isCheck = (name: string): name is keyof typeof CHECKS => name in CHECKS;

const LEDGER_ENTRIES = 6;

function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className="grid gap-x-10 gap-y-3 border-b border-line py-7 md:grid-cols-[200px_minmax(0,1fr)]">
      <div>
        <h2 className="font-strong">{title}</h2>
        {text ? <p className="mt-1 text-small text-muted">{text}</p> : null}
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  options: readonly T[];
  value: T;
  name(option: T): string;
  onChoose(option: T): void;
}

function Choice<T extends string>({ label, options, value, name, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset>
      <legend className="sr-only">{label}</legend>
      <div className="inline-flex rounded border border-line bg-raised p-0.5">
        {options.map((option) => (
          <button
            key={option}
            type="button"
            aria-pressed={option === value}
            onClick={() => onChoose(option)}
            className={classes(
              "h-7 rounded-sm px-3",
              option === value ? "bg-accent-soft font-medium text-accent" : "text-muted hover:text-ink",
            )}
          >
            {name(option)}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function Model({ model, current }: { model: ModelView; current: boolean }) {
  const { t } = useTranslation(["settings", "frame"]);
  const formats = useFormats();
  const probe = useAction("model_probe", ["model_list", "app_status"]);
  const found = probe.data;
  const say = useSaid();
  const note = say.model(model);
  return (
    <li className="border-b border-line py-3 first:pt-0 last:border-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-medium">{model.id === "none" ? t("frame:engine.none") : model.name}</span>
        {current ? (
          <span className="inline-flex items-center gap-1 rounded bg-accent-soft px-1.5 text-small font-medium text-accent">
            <CircleCheck size={12} strokeWidth={2} aria-hidden />
            {t("models.current")}
          </span>
        ) : null}
        <span className="text-small text-muted">
          {[
            model.provider === "local" || model.provider === "ollama"
              ? t(`frame:engine.${model.provider}`)
              : model.provider === "none"
                ? undefined
                : model.provider,
            model.size_bytes === null ? undefined : formats.bytes(model.size_bytes),
            model.licence ?? undefined,
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
        <span className="ml-auto flex items-center gap-2">
          {model.installed ? (
            model.id === "none" ? null : (
              <Button icon={Gauge} disabled={probe.isPending} onClick={() => probe.mutate({ model: model.id })}>
                {probe.isPending ? t("models.probing") : t(model.way ? "models.probeAgain" : "models.probe")}
              </Button>
            )
          ) : (
            <Status tone="waiting">{t("models.notInstalled")}</Status>
          )}
        </span>
      </div>
      {model.way ? <p className="text-muted">{t(`frame:wayLong.${model.way}`)}</p> : null}
      {note && model.id !== "none" ? <p className="text-small text-muted">{note}</p> : null}
      {probe.error ? (
        <div className="mt-2">
          <ErrorNote error={probe.error} onRetry={() => probe.mutate({ model: model.id })} />
        </div>
      ) : null}
      {found ? (
        <div className="mt-2 rounded bg-sunk px-3 py-2" aria-live="polite">
          <p className="flex flex-wrap gap-x-5">
            <span>{t("probe.json", { answer: t(found.json ? "probe.yes" : "probe.no") })}</span>
            <span>{t("probe.instructions", { share: formats.percent(found.instructions) })}</span>
            <span>{t("probe.faithful", { share: formats.percent(found.faithful) })}</span>
            <span>
              {t("probe.speed", {
                read: formats.number(found.prompt_tokens_per_second),
                write: formats.number(found.completion_tokens_per_second, 1),
              })}
            </span>
          </p>
          <ul className="mt-1 text-muted">
            {say.probe(found).map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </div>
      ) : null}
    </li>
  );
}

function Models({ current }: { current: string | undefined }) {
  const { t } = useTranslation("settings");
  const { data, error, refetch } = useCommand("model_list", {});
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton lines={4} />;
  return (
    <>
      <ul>
        {data.models.map((model) => (
          <Model key={model.id} model={model} current={model.id === current} />
        ))}
      </ul>
      {data.note ? (
        <p className="mt-1 flex gap-2 border-t border-line pt-3 text-muted">
          <Info size={14} strokeWidth={1.75} aria-hidden className="mt-[3px] shrink-0" />
          <span className="text-pretty">
            <Trans
              t={t}
              i18nKey="models.ollamaQuiet"
              values={{ command: "ollama serve" }}
              components={{ code: <code className="rounded-sm bg-sunk px-1 font-sans font-medium text-ink" /> }}
            />
          </span>
        </p>
      ) : null}
    </>
  );
}

function Sealed({ sealed }: { sealed: boolean }) {
  const { t } = useTranslation("settings");
  const set = useAction("setting_set", ["app_status"]);
  return (
    <div>
      <Choice
        label={t("privacy.title")}
        options={["open", "sealed"]}
        value={sealed ? "sealed" : "open"}
        name={(option) => t(`privacy.${option}`)}
        onChoose={(option) => set.mutate({ key: "sealed", value: option === "sealed" })}
      />
      <p className="mt-2 text-muted">{t(sealed ? "privacy.sealedText" : "privacy.openText")}</p>
      {set.error ? <ErrorNote error={set.error} /> : null}
    </div>
  );
}

function LocalOnly({ brand }: { brand: BrandView }) {
  const { t } = useTranslation("settings");
  const set = useAction("brand_set", ["brand_list"]);
  return (
    <div className="mt-5">
      <Choice
        label={t("privacy.brand", { brand: brand.name })}
        options={["anywhere", "here"]}
        value={brand.local_only ? "here" : "anywhere"}
        name={(option) => t(`privacy.${option}`)}
        onChoose={(option) => set.mutate({ brand: brand.id, local_only: option === "here" })}
      />
      <p className="mt-2 text-muted">
        {t(brand.local_only ? "privacy.hereText" : "privacy.anywhereText", { brand: brand.name })}
      </p>
      {set.error ? <ErrorNote error={set.error} /> : null}
    </div>
  );
}

function Doctor() {
  const { t } = useTranslation("settings");
  const say = useSaid();
  const { data, error, isFetching, refetch } = useCommand("app_doctor", {}, { enabled: false });
  return (
    <div>
      <Button icon={Stethoscope} disabled={isFetching} onClick={() => void refetch()}>
        {t(isFetching ? "doctor.looking" : "doctor.button")}
      </Button>
      {error ? (
        <div className="mt-3">
          <ErrorNote error={error} />
        </div>
      ) : null}
      {data ? (
        <dl className="mt-3" aria-live="polite">
          {data.checks.map((check) => (
            <div key={check.name} className="grid grid-cols-[170px_1fr] gap-4 border-t border-line py-1.5">
              <dt>
                <Status tone={VERDICTS[check.verdict]}>
                  <span className="text-ink">
                    {isCheck(check.name) ? t(`doctor.check.${CHECKS[check.name]}`) : check.name}
                  </span>
                </Status>
              </dt>
              <dd className="text-pretty text-muted [overflow-wrap:anywhere]">{say.doctor(check)}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </div>
  );
}

interface Props {
  brand: BrandView;
  ledger(most: number): ReactNode;
  /** After a brand, or everything, was erased. */
  onErased(): void;
}

export function SettingsScreen({ brand, ledger, onErased }: Props) {
  const { t } = useTranslation("settings");
  const { theme, language } = usePreferences();
  const status = useCommand("app_status", {});
  return (
    <Screen title={t("title")}>
      <div data-pane tabIndex={-1} className="min-h-0 flex-1 overflow-auto border-t border-line outline-none">
        <div className="mx-auto max-w-[940px] px-6 pb-12">
          <Section title={t("appearance.title")}>
            <Choice
              label={t("appearance.theme")}
              options={THEMES}
              value={theme}
              name={(option) => t(`appearance.${option}`)}
              onChoose={(option) => void chooseTheme(option)}
            />
          </Section>
          <Section title={t("language.title")} text={t("language.text")}>
            <Choice
              label={t("language.title")}
              options={LANGUAGES}
              value={language}
              name={ownName}
              onChoose={(option) => void chooseLanguage(option)}
            />
          </Section>
          <Section title={t("privacy.title")} text={t("privacy.text")}>
            <Sealed sealed={status.data?.privacy.sealed ?? false} />
            <LocalOnly brand={brand} />
            <h3 className="mt-6 mb-1 font-medium">{t("privacy.ledger")}</h3>
            {ledger(LEDGER_ENTRIES)}
          </Section>
          <Section title={t("models.title")} text={t("models.text")}>
            <Models current={status.data?.engine.model} />
          </Section>
          <Section title={t("providers.title")} text={t("providers.text")}>
            <Providers />
          </Section>
          <Section title={t("usage.title")} text={t("usage.text")}>
            <Usage />
          </Section>
          <Section title={t("embedders.title")} text={t("embedders.text")}>
            <Embedders />
          </Section>
          <Section title={t("doctor.title")} text={t("doctor.text")}>
            <Doctor />
          </Section>
          <Section title={t("erasing.title")} text={t("erasing.text")}>
            <Erasing key={brand.id} brand={brand} onErased={onErased} />
          </Section>
          <Section title={t("about.title")}>
            {status.error ? <ErrorNote error={status.error} onRetry={() => void status.refetch()} /> : null}
            {status.data ? (
              <dl className="grid grid-cols-[130px_1fr] gap-y-1">
                <dt className="text-muted">{t("about.version")}</dt>
                <dd>{status.data.version}</dd>
                <dt className="text-muted">{t("about.folder")}</dt>
                <dd className="[overflow-wrap:anywhere] select-all">{status.data.data_folder}</dd>
              </dl>
            ) : null}
          </Section>
        </div>
      </div>
    </Screen>
  );
}
