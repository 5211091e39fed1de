import { Stethoscope } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { classes } from "@/components/classes";
import { ErrorNote } from "@/components/ErrorNote";
import { Screen } from "@/components/Screen";
import { Status, type Tone } from "@/components/Status";
import type { BrandView, Verdict } from "@/generated/rpc";
import { LANGUAGES, ownName } from "@/i18n";
import { useSaid } from "@/i18n/useSaid";
import { chooseLanguage, chooseTheme, THEMES, usePreferences } from "@/preferences/preferences";
import { useAction, useCommand } from "@/rpc/query";
import { Embedders } from "./Embedders";
import { Erasing } from "./Erasing";
import { Models } from "./Models";
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
