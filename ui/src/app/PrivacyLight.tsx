import { Globe, Lock, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { useFormats } from "@/i18n/format";
import { useCommand } from "@/rpc/query";
import { Ledger } from "./Ledger";

/** Says at every moment whether anything left this computer, and opens the list of every connection. */
export function PrivacyLight() {
  const { t } = useTranslation(["frame", "common"]);
  const formats = useFormats();
  const [open, setOpen] = useState(false);
  const { data } = useCommand("app_status", {}, { refetchMs: 5_000 });
  if (!data) return <span />;
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
        className={`flex h-[30px] max-w-[38vw] min-w-0 items-center justify-self-end gap-1.5 rounded px-2 font-medium hover:bg-sunk ${left ? "text-amber" : "text-ok"}`}
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
