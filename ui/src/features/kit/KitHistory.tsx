/** What each version of the kit changed, the newest first. */
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import type { KitChangeView, KitLogVersionView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useCommand } from "@/rpc/query";

/** Changes of a version that are listed; more of them are counted. */
const SHOWN = 8;

function Change({ change }: { change: KitChangeView }) {
  const { t } = useTranslation("kit");
  const text = change.text ?? change.before;
  return (
    <li className="flex gap-3 py-0.5">
      <span className="w-16 shrink-0 text-small text-muted">{t(`log.change.${change.change}`)}</span>
      <span className="min-w-0 font-serif text-[15px] leading-[22px]">
        {text ?? <span className="font-sans text-muted">{t("log.erased")}</span>}
        {change.text && change.before ? (
          <span className="block text-muted line-through decoration-1">{change.before}</span>
        ) : null}
      </span>
    </li>
  );
}

function Version({ version }: { version: KitLogVersionView }) {
  const { t } = useTranslation("kit");
  const formats = useFormats();
  const counts = [
    version.added > 0 ? t("log.added", { count: version.added, amount: formats.number(version.added) }) : null,
    version.changed > 0 ? t("log.changed", { count: version.changed, amount: formats.number(version.changed) }) : null,
    version.removed > 0 ? t("log.removed", { count: version.removed, amount: formats.number(version.removed) }) : null,
    version.voice ? t("log.voice") : null,
  ].filter((part) => part !== null);
  const more = version.added + version.changed + version.removed - Math.min(SHOWN, version.changes.length);
  return (
    <li className="border-t border-line py-2.5">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-strong">{t("versionOnly", { version: formats.number(version.version) })}</span>
        <span className="text-small text-muted">
          {[t(`log.cause.${version.cause}`), version.at ? formats.date(version.at) : null, ...counts]
            .filter((part) => part !== null)
            .join(" · ")}
        </span>
      </p>
      {version.changes.length > 0 ? (
        <ul className="mt-1">
          {version.changes.slice(0, SHOWN).map((change) => (
            <Change key={change.entry} change={change} />
          ))}
        </ul>
      ) : null}
      {more > 0 ? (
        <p className="pl-19 text-small text-muted">{t("log.more", { count: more, amount: formats.number(more) })}</p>
      ) : null}
    </li>
  );
}

export function KitHistory({ brand, onClose }: { brand: string; onClose(): void }) {
  const { t } = useTranslation(["kit", "common"]);
  const { data, error } = useCommand("kit_history", { brand });
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t("log.title")}
      actions={<Button onClick={onClose}>{t("common:close")}</Button>}
    >
      {error ? <ErrorNote error={error} /> : null}
      {!data && !error ? <Skeleton lines={4} /> : null}
      {data?.versions.length === 0 ? <p className="text-muted">{t("log.none")}</p> : null}
      <ol>
        {data?.versions.map((version) => (
          <Version key={version.version} version={version} />
        ))}
      </ol>
    </Dialog>
  );
}
