/** Erasing a brand or everything: asked for by typing its name, answered with a receipt. */
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { CopyReceipt, ErasureReceipt } from "@/components/ErasureReceipt";
import { ErrorNote } from "@/components/ErrorNote";
import { Field } from "@/components/Field";
import type { BrandView, CommandError, ErasureReceiptView } from "@/generated/rpc";
import { asCommandError, call } from "@/rpc/call";

/** The words by which the application knows that it is meant, in whatever language they were typed. */
const CONFIRMATION = "erase everything";

interface Props {
  brand: BrandView;
  /** After it is gone, and its receipt was read. */
  onErased(): void;
}

export function Erasing({ brand, onErased }: Props) {
  const { t } = useTranslation(["settings", "library", "common"]);
  const [scope, setScope] = useState<"brand" | "everything">();
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError>();
  const [receipt, setReceipt] = useState<ErasureReceiptView>();
  const wanted = scope === "everything" ? t("erasing.words") : brand.name;

  const close = () => {
    if (busy) return;
    const gone = receipt !== undefined;
    setScope(undefined);
    setTyped("");
    setError(undefined);
    setReceipt(undefined);
    if (gone) onErased();
  };
  const erase = async () => {
    setBusy(true);
    setError(undefined);
    try {
      setReceipt(
        scope === "everything"
          ? await call("data_erase", { confirm: CONFIRMATION })
          : await call("brand_erase", { brand: brand.id }),
      );
    } catch (failure) {
      setError(asCommandError(failure));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <div className="flex flex-wrap gap-2">
        <Button icon={Trash2} onClick={() => setScope("brand")}>
          {t("erasing.brand", { brand: brand.name })}
        </Button>
        <Button icon={Trash2} onClick={() => setScope("everything")}>
          {t("erasing.everything")}
        </Button>
      </div>
      <Dialog
        open={scope !== undefined}
        onClose={close}
        title={
          receipt
            ? t("library:erase.receipt")
            : scope === "everything"
              ? t("erasing.titleEverything")
              : t("erasing.titleBrand", { brand: brand.name })
        }
        {...(receipt
          ? {}
          : { description: t(scope === "everything" ? "erasing.textEverything" : "erasing.textBrand") })}
        actions={
          receipt ? (
            <>
              <CopyReceipt receipts={[receipt]} />
              <Button look="primary" onClick={close}>
                {t("library:erase.done")}
              </Button>
            </>
          ) : (
            <>
              <Button disabled={busy} onClick={close}>
                {t("common:cancel")}
              </Button>
              <Button look="danger" disabled={busy || typed.trim() !== wanted} onClick={() => void erase()}>
                {busy ? t("library:erase.busy") : t("library:erase.confirm")}
              </Button>
            </>
          )
        }
      >
        {error ? <ErrorNote error={error} /> : null}
        {receipt ? (
          <ErasureReceipt receipt={receipt} />
        ) : (
          <Field label={t("erasing.type", { words: wanted })}>
            {(wiring) => (
              <input
                {...wiring}
                autoComplete="off"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                className="control"
              />
            )}
          </Field>
        )}
      </Dialog>
    </>
  );
}
