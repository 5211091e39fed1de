/** Erasing documents: what goes, a last question, and then the receipt of what is gone. */
import { Copy } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { notify } from "@/components/notices";
import { Status } from "@/components/Status";
import type { CommandError } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { asCommandError, call } from "@/rpc/call";
import type { ErasureReceiptView, LibraryDocument } from "@/rpc/contract";
import { useRefresh } from "@/rpc/query";

interface Props {
  brand: string;
  documents: readonly LibraryDocument[];
  onClose(): void;
  /** After at least one document is gone. */
  onErased(): void;
}

function Receipt({ receipt }: { receipt: ErasureReceiptView }) {
  const { t, i18n } = useTranslation("library");
  const formats = useFormats();
  const what = (word: string) =>
    i18n.exists(`erase.what.${word}`, { ns: "library" }) ? t(`erase.what.${word}` as "erase.what.file") : word;
  return (
    <section className="mb-4" aria-label={t("erase.receiptOf", { name: receipt.name })}>
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
      {receipt.note ? <p className="text-small text-muted">{receipt.note}</p> : null}
    </section>
  );
}

export function EraseDialog({ brand, documents, onClose, onErased }: Props) {
  const { t } = useTranslation(["library", "common"]);
  const formats = useFormats();
  const refresh = useRefresh();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError>();
  const [receipts, setReceipts] = useState<ErasureReceiptView[]>([]);
  const done = receipts.length > 0;
  const [only] = documents;

  const close = () => {
    if (busy) return;
    setReceipts([]);
    setError(undefined);
    onClose();
    if (done) onErased();
  };
  const erase = async () => {
    setBusy(true);
    setError(undefined);
    const given: ErasureReceiptView[] = [];
    try {
      for (const document of documents) given.push(await call("document_erase", { brand, document: document.id }));
    } catch (failure) {
      setError(asCommandError(failure));
    } finally {
      setBusy(false);
      setReceipts(given);
      refresh("document_list", "brand_list", "library_search", "library_status", "kit_show", "activity_estimate");
    }
  };

  return (
    <Dialog
      open={documents.length > 0 || done}
      onClose={close}
      title={
        done
          ? t("erase.receipt")
          : documents.length === 1
            ? t("erase.title")
            : t("erase.titleMany", { count: documents.length })
      }
      {...(done
        ? {}
        : {
            description:
              documents.length === 1
                ? t("erase.text", { name: only?.name ?? "" })
                : t("erase.textMany", { count: documents.length, amount: formats.number(documents.length) }),
          })}
      actions={
        done ? (
          <>
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
            <Button look="primary" onClick={close}>
              {t("erase.done")}
            </Button>
          </>
        ) : (
          <>
            <Button disabled={busy} onClick={close}>
              {t("common:cancel")}
            </Button>
            <Button look="danger" disabled={busy} onClick={() => void erase()}>
              {busy ? t("erase.busy") : t("erase.confirm")}
            </Button>
          </>
        )
      }
    >
      {error ? <ErrorNote error={error} /> : null}
      {receipts.map((receipt) => (
        <Receipt key={`${receipt.name} ${receipt.erased_at}`} receipt={receipt} />
      ))}
    </Dialog>
  );
}
