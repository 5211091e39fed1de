/** Models that write: which there are, how they fit into this computer, what each can do, and how one is brought. */
import { CircleCheck, Download, Gauge, Info, Pause, Trash2 } from "lucide-react";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { Field } from "@/components/Field";
import { IconButton } from "@/components/IconButton";
import { Progress } from "@/components/Progress";
import { Skeleton } from "@/components/Skeleton";
import { Status } from "@/components/Status";
import type { FitView, ModelProgressView, ModelView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { useAction, useCommand } from "@/rpc/query";
import { useBringing } from "./bringing";

function FitWords({ fit }: { fit: FitView }) {
  const { t } = useTranslation("settings");
  const formats = useFormats();
  const minutes = fit.article_minutes;
  return (
    <p className="flex flex-wrap gap-x-2 text-small text-muted">
      <span className={fit.fits === "well" ? undefined : "text-amber"}>{t(`models.fits.${fit.fits}`)}</span>
      <span>{t("models.memory", { size: formats.bytes(fit.memory_bytes) })}</span>
      {minutes !== null && fit.fits !== "too_large" ? (
        <span>
          {t(fit.minutes_from === "measured" ? "models.minutes" : "models.aboutMinutes", {
            time: formats.roughDuration(minutes * 60),
          })}
        </span>
      ) : null}
    </p>
  );
}

function Bringing({ name, progress, onStop }: { name: string; progress: ModelProgressView; onStop(): void }) {
  const { t } = useTranslation("settings");
  const formats = useFormats();
  const total = progress.total_bytes ?? 0;
  const label = t("models.bringing", {
    name,
    done: formats.bytes(progress.done_bytes),
    total: formats.bytes(total),
  });
  return (
    <div className="mt-2">
      <Progress value={total > 0 ? progress.done_bytes / total : 0} label={label} />
      <p className="mt-1 flex flex-wrap items-center gap-x-3 text-small text-muted">
        <span>{label}</span>
        {progress.seconds_left === null ? null : (
          <span>{t("models.left", { time: formats.roughDuration(progress.seconds_left) })}</span>
        )}
        <Button look="quiet" icon={Pause} onClick={onStop}>
          {t("models.pause")}
        </Button>
      </p>
    </div>
  );
}

/** A GGUF file of this computer becomes a model. */
function Import() {
  const { t } = useTranslation("settings");
  const say = useSaid();
  const { bringing, failed, bring, stop } = useBringing("import");
  const [path, setPath] = useState("");
  const [inPlace, setInPlace] = useState(true);
  return (
    <form
      className="mt-3 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (path.trim() === "") return;
        void bring("model_import", { path: path.trim(), keep_in_place: inPlace }, "import").then((isDone) => {
          if (isDone) setPath("");
        });
      }}
    >
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <Field label={t("models.file")} hint={t("models.fileHint")} error={failed ? say.error(failed) : undefined}>
            {(wiring) => (
              <input {...wiring} value={path} onChange={(event) => setPath(event.target.value)} className="control" />
            )}
          </Field>
        </div>
        <Button type="submit" className="mb-[23px] h-8!" disabled={bringing !== undefined || path.trim() === ""}>
          {t("models.import")}
        </Button>
      </div>
      <label className="flex items-center gap-2 text-muted">
        <input type="checkbox" checked={inPlace} onChange={(event) => setInPlace(event.target.checked)} />
        {t("models.inPlace")}
      </label>
      {bringing ? <Bringing name={path} progress={bringing} onStop={() => stop("import")} /> : null}
    </form>
  );
}

function Model({ model, current }: { model: ModelView; current: boolean }) {
  const { t } = useTranslation(["settings", "frame"]);
  const formats = useFormats();
  const probe = useAction("model_probe", ["model_list", "app_status"]);
  const remove = useAction("model_remove", ["model_list", "app_status"]);
  const { bringing, failed, bring, stop } = useBringing(model.id);
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
          {model.can === "fetch" ? (
            bringing ? null : (
              <Button
                icon={Download}
                disabled={model.fit?.fits === "too_large"}
                onClick={() => void bring("model_fetch", { model: model.id }, model.id)}
              >
                {t("models.fetch")}
              </Button>
            )
          ) : model.installed ? (
            model.id === "none" ? null : (
              <Button icon={Gauge} disabled={probe.isPending} onClick={() => probe.mutate({ model: model.id })}>
                {probe.isPending ? t("models.probing") : t(model.way ? "models.probeAgain" : "models.probe")}
              </Button>
            )
          ) : (
            <Status tone="waiting">{t("models.notInstalled")}</Status>
          )}
          {model.can === "remove" ? (
            <IconButton
              icon={Trash2}
              label={t("models.remove", { name: model.name })}
              disabled={remove.isPending}
              onClick={() => remove.mutate({ model: model.id })}
            />
          ) : null}
        </span>
      </div>
      {model.fit ? <FitWords fit={model.fit} /> : null}
      {bringing ? <Bringing name={model.name} progress={bringing} onStop={() => stop(model.id)} /> : null}
      {failed ? (
        <div className="mt-2">
          <ErrorNote error={failed} onRetry={() => void bring("model_fetch", { model: model.id }, model.id)} />
        </div>
      ) : null}
      {remove.error ? <ErrorNote error={remove.error} /> : null}
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

export function Models({ current }: { current: string | undefined }) {
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
      <Import />
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
