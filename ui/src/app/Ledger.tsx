import { useTranslation } from "react-i18next";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import type { LedgerEntryView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useCommand } from "@/rpc/query";

const PURPOSES = ["model_probe", "model_chat", "library page", "model_fetch", "embedding", "model_download"] as const;
const OUTCOMES = [
  "begun",
  "answered",
  "refused",
  "sealed",
  "unreachable",
  "stalled",
  "broken",
  "rejected",
  "abandoned",
] as const;

/** A connection to this computer itself leaves nothing. */
const isHere = ({ host }: LedgerEntryView) => /^(127\.|localhost$|\[?::1\]?$)/.test(host);

function Entry({ entry }: { entry: LedgerEntryView }) {
  const { t } = useTranslation("frame");
  const formats = useFormats();
  const purpose = PURPOSES.find((known) => known === entry.purpose);
  const [word = "", status] = entry.outcome.split(" ");
  const outcome = OUTCOMES.find((known) => known === word);
  return (
    <tr className="h-9 border-b border-line">
      <td className="pr-4 whitespace-nowrap text-muted tabular-nums">{formats.date(entry.at)}</td>
      <td className="pr-4">
        <span className="font-medium tabular-nums">
          {entry.host}:{entry.port}
        </span>
        {entry.address && entry.address !== entry.host ? (
          <span className="ml-2 text-small whitespace-nowrap text-muted tabular-nums">{entry.address}</span>
        ) : null}
        {isHere(entry) ? (
          <span className="ml-2 text-small whitespace-nowrap text-muted">{t("ledger.here")}</span>
        ) : null}
      </td>
      <td className="pr-4">{purpose ? t(`ledger.purposes.${purpose}`) : entry.purpose}</td>
      <td className="pr-4 text-right whitespace-nowrap tabular-nums">{formats.bytes(entry.bytes_out)}</td>
      <td className="pr-4 text-right whitespace-nowrap tabular-nums">{formats.bytes(entry.bytes_in)}</td>
      <td className="text-muted">
        {outcome ? [t(`ledger.outcomes.${outcome}`), status].filter(Boolean).join(" ") : entry.outcome}
      </td>
    </tr>
  );
}

/** Every connection that was made or refused, the newest first; with `most`, only so many and how many more there are. */
export function Ledger({ most = Number.POSITIVE_INFINITY }: { most?: number }) {
  const { t } = useTranslation("frame");
  const { data, error } = useCommand("ledger_list", {}, { refetchMs: 5_000 });
  if (error) return <ErrorNote error={error} />;
  if (!data) return <Skeleton lines={3} />;
  if (data.entries.length === 0) return <p className="text-muted">{t("ledger.empty")}</p>;
  const shown = data.entries.slice(0, most);
  const more = data.entries.length - shown.length;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section aria-label={t("ledger.title")} tabIndex={0} className="overflow-x-auto">
      <table className="w-full min-w-[560px]">
        <thead>
          <tr className="border-b border-line text-left text-small text-muted">
            <th className="h-8 font-medium">{t("ledger.at")}</th>
            <th className="font-medium">{t("ledger.host")}</th>
            <th className="font-medium">{t("ledger.purpose")}</th>
            <th className="pr-4 text-right font-medium">{t("ledger.out")}</th>
            <th className="pr-4 text-right font-medium">{t("ledger.in")}</th>
            <th className="font-medium">{t("ledger.outcome")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((entry) => (
            <Entry
              key={`${entry.at} ${entry.host}:${entry.port} ${entry.purpose} ${entry.duration_ms}`}
              entry={entry}
            />
          ))}
        </tbody>
      </table>
      {more > 0 ? <p className="mt-2 text-small text-muted">{t("ledger.more", { count: more })}</p> : null}
    </section>
  );
}
