/** Erasing documents: what goes, a last question, and then the receipt of what is gone. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { CopyReceipt, ErasureReceipt } from "@/components/ErasureReceipt";
import { ErrorNote } from "@/components/ErrorNote";
import type { CommandError, DocumentView, ErasureReceiptView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { asCommandError, call } from "@/rpc/call";
import { useRefresh } from "@/rpc/query";

interface Props {
  brand: string;
  documents: readonly DocumentView[];
  onClose(): void;
  /** After at least one document is gone. */
  onErased(): void;
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
            <CopyReceipt receipts={receipts} />
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
        <ErasureReceipt key={`${receipt.name} ${receipt.erased_at}`} receipt={receipt} />
      ))}
    </Dialog>
  );
}
