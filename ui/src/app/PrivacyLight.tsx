import { Globe, Lock, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import { useFormats } from "@/i18n/format";
import { useCommand } from "@/rpc/query";

function Ledger() {
  const { t } = useTranslation("frame");
  const formats = useFormats();
  const { data, error } = useCommand("ledger_list", {}, { refetchMs: 5_000 });
  if (error) return <ErrorNote error={error} />;
  if (!data) return <Skeleton lines={3} />;
  if (data.entries.length === 0) return <p className="text-muted">{t("ledger.empty")}</p>;
  return (
    <table className="w-full">
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
        {data.entries.map((entry) => (
          <tr
            key={`${entry.at} ${entry.host}:${entry.port} ${entry.purpose} ${entry.duration_ms}`}
            className="h-8 border-b border-line"
          >
            <td className="pr-3 whitespace-nowrap text-muted">{formats.date(entry.at)}</td>
            <td className="pr-3 font-medium">
              {entry.host}:{entry.port}
            </td>
            <td className="pr-3">{entry.purpose}</td>
            <td className="pr-4 text-right whitespace-nowrap">{formats.bytes(entry.bytes_out)}</td>
            <td className="pr-4 text-right whitespace-nowrap">{formats.bytes(entry.bytes_in)}</td>
            <td>{entry.outcome}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Says at every moment whether anything left this computer, and opens the list of every connection. */
export function PrivacyLight() {
  const { t } = useTranslation(["frame", "common"]);
  const formats = useFormats();
  const [open, setOpen] = useState(false);
  const { data } = useCommand("app_status", {}, { refetchMs: 5_000 });
  if (!data) return <span className="w-[188px]" />;
  const { hosts, sealed } = data.privacy;
  const left = hosts.length > 0;
  const Icon = left ? Globe : sealed ? Lock : ShieldCheck;
  const words = left
    ? t("privacy.left", { hosts: formats.list(hosts.slice(0, 2)), count: hosts.length })
    : sealed
      ? t("privacy.sealed")
      : t("privacy.nothing");
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className={`flex h-[30px] max-w-[34vw] shrink-0 items-center gap-1.5 rounded px-2 font-medium hover:bg-sunk ${left ? "text-amber" : "text-ok"}`}
      >
        <Icon size={14} strokeWidth={1.75} aria-hidden className="shrink-0" />
        <span className="truncate">{words}</span>
      </button>
      <Dialog
        wide
        open={open}
        onClose={() => setOpen(false)}
        title={t("ledger.title")}
        description={t("ledger.text")}
        actions={<Button onClick={() => setOpen(false)}>{t("common:close")}</Button>}
      >
        <Ledger />
      </Dialog>
    </>
  );
}
