/** What turns texts into vectors: which there are, which one libraries are searched with, and how one is brought. */
import { CircleCheck, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { FolderForm } from "@/components/FolderForm";
import { IconButton } from "@/components/IconButton";
import { Progress } from "@/components/Progress";
import { Skeleton } from "@/components/Skeleton";
import { Status } from "@/components/Status";
import type { EmbedderBrandView, EmbedderView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { useAction, useCommand } from "@/rpc/query";

/** Between two looks at a change that is under way. */
const LOOK_MS = 1_000;

function Embedder({ embedder }: { embedder: EmbedderView }) {
  const { t } = useTranslation("settings");
  const formats = useFormats();
  const use = useAction("embedder_use", ["embedder_list", "library_status"]);
  const remove = useAction("embedder_remove", ["embedder_list"]);
  const error = use.error ?? remove.error;
  const problem = useSaid().plain(embedder.problem, "embedderProblem");
  return (
    <li className="border-b border-line py-3 first:pt-0 last:border-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-medium">{embedder.name}</span>
        {embedder.chosen ? (
          <span className="inline-flex items-center gap-1 rounded bg-accent-soft px-1.5 text-small font-medium text-accent">
            <CircleCheck size={12} strokeWidth={2} aria-hidden />
            {t("embedders.current")}
          </span>
        ) : null}
        <span className="text-small text-muted">
          {[
            t(`embedders.languages.${embedder.languages}`),
            embedder.licence ?? undefined,
            t("embedders.memory", { size: formats.bytes(embedder.memory_bytes) }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
        <span className="ml-auto flex items-center gap-2">
          {!embedder.installed ? (
            <Status tone="waiting">{t("models.notInstalled")}</Status>
          ) : embedder.chosen ? null : (
            <Button disabled={use.isPending} onClick={() => use.mutate({ embedder: embedder.id })}>
              {t("embedders.use")}
            </Button>
          )}
          {embedder.installed && !embedder.shipped && !embedder.chosen ? (
            <IconButton
              icon={Trash2}
              label={t("embedders.remove", { name: embedder.name })}
              disabled={remove.isPending}
              onClick={() => remove.mutate({ embedder: embedder.id })}
            />
          ) : null}
        </span>
      </div>
      {embedder.published_as && !embedder.installed ? (
        <p className="text-small text-muted">{t("embedders.bring", { from: embedder.published_as })}</p>
      ) : null}
      {embedder.assumed.length > 0 ? (
        <p className="text-small text-muted">
          {t("embedders.assumed", {
            what: formats.list(embedder.assumed.map((one) => t(`embedders.assumption.${one}`))),
          })}
        </p>
      ) : null}
      {problem ? <p className="text-small text-muted">{problem}</p> : null}
      {error ? (
        <div className="mt-2">
          <ErrorNote error={error} />
        </div>
      ) : null}
    </li>
  );
}

/** A brand that is being brought over, was not yet, or could not be. */
function Changing({ brand }: { brand: EmbedderBrandView }) {
  const { t } = useTranslation("settings");
  const formats = useFormats();
  const say = useSaid();
  const use = useAction("embedder_use", ["embedder_list", "library_status"]);
  if (brand.share === null) {
    if (brand.embedder === null || brand.embedder === brand.chosen) return null;
    const problem = use.error ? say.error(use.error) : say.plain(brand.problem, "changeProblem");
    return (
      <div className="mt-2 flex flex-wrap items-center gap-x-3 text-small" role="status">
        <Status tone={problem ? "attention" : "paused"}>{t("embedders.unchanged", { brand: brand.name })}</Status>
        <Button
          disabled={use.isPending}
          onClick={() => use.mutate({ embedder: brand.chosen, ...(brand.own ? { brand: brand.brand } : {}) })}
        >
          {t("embedders.goOn")}
        </Button>
        {problem ? <span className="w-full text-muted">{problem}</span> : null}
      </div>
    );
  }
  const label = t("embedders.changing", { brand: brand.name, share: formats.percent(brand.share) });
  return (
    <div className="mt-2">
      <Progress value={brand.share} label={label} />
      <p className="mt-1 text-small text-muted">{label}</p>
    </div>
  );
}

function Import() {
  const { t } = useTranslation("settings");
  const say = useSaid();
  const bring = useAction("embedder_import", ["embedder_list"]);
  return (
    <div className="mt-4 border-t border-line pt-4">
      <FolderForm
        label={t("embedders.folder")}
        hint={t("embedders.folderHint")}
        error={bring.error ? say.error(bring.error) : undefined}
        busy={bring.isPending}
        choose={t("embedders.choose")}
        submit={t(bring.isPending ? "embedders.importing" : "embedders.import")}
        onFolder={(path, done) => bring.mutate({ path }, { onSuccess: done })}
      />
    </div>
  );
}

export function Embedders() {
  const { t } = useTranslation("settings");
  const [changing, setChanging] = useState(false);
  const { data, error, refetch } = useCommand("embedder_list", {}, changing ? { refetchMs: LOOK_MS } : {});
  const underWay = data?.brands.some((brand) => brand.share !== null) ?? false;
  if (underWay !== changing) setChanging(underWay);
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton lines={3} />;
  return (
    <>
      <ul aria-label={t("embedders.title")}>
        {data.embedders.map((embedder) => (
          <Embedder key={embedder.id} embedder={embedder} />
        ))}
      </ul>
      {data.brands.map((brand) => (
        <Changing key={brand.brand} brand={brand} />
      ))}
      <Import />
    </>
  );
}
