/** What was erased, how much of it there was, and whether anything is left. */
import { Copy } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ErasureReceiptView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";
import { Button } from "./Button";
import { notify } from "./notices";
import { Status } from "./Status";

export function ErasureReceipt({ receipt }: { receipt: ErasureReceiptView }) {
  const { t, i18n } = useTranslation("library");
  const formats = useFormats();
  const say = useSaid();
  const what = (word: string) =>
    i18n.exists(`erase.what.${word}`, { ns: "library" }) ? t(`erase.what.${word}` as "erase.what.file") : word;
  return (
    <section className="mb-2" aria-label={t("erase.receiptOf", { name: receipt.name })}>
      <h3 className="truncate font-medium">{receipt.name}</h3>
      <p className="mb-1.5 text-small text-muted">{t("erase.at", { date: formats.date(receipt.erased_at) })}</p>
      <table className="w-full text-small">
        <thead className="sr-only">
          <tr>
            <th>{t("erase.item")}</th>
            <th>{t("erase.count")}</th>
            <th>{t("erase.size")}</th>
          </tr>
        </thead>
        <tbody>
          {receipt.items.map((item) => (
            <tr key={item.what} className="h-7 border-t border-line/60">
              <td>{what(item.what)}</td>
              <td className="text-right tabular-nums">{formats.number(item.count)}</td>
              <td className="w-24 text-right text-muted tabular-nums">
                {item.byte_count > 0 ? formats.bytes(item.byte_count) : "–"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-1.5">
        <Status tone={receipt.verified ? "ok" : "attention"}>
          {t(receipt.verified ? "erase.verified" : "erase.notVerified")}
        </Status>
      </p>
      {say.erasure(receipt).map((note) => (
        <p key={note} className="text-small text-muted">
          {note}
        </p>
      ))}
    </section>
  );
}

/** Hands the receipt over for the files of whoever asked for the erasure. */
export function CopyReceipt({ receipts }: { receipts: readonly ErasureReceiptView[] }) {
  const { t } = useTranslation(["library", "common"]);
  return (
    <Button
      icon={Copy}
      onClick={() => {
        const text = JSON.stringify(receipts.length === 1 ? receipts[0] : receipts, null, 2);
        void navigator.clipboard.writeText(text);
        notify(t("common:copied"));
      }}
    >
      {t("erase.copy")}
    </Button>
  );
}
