import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Field } from "@/components/Field";

interface Props {
  open: boolean;
  onClose(): void;
  onAdd(addresses: string[]): void;
}

function addressOf(text: string): string | undefined {
  try {
    const address = new URL(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
    return /^https?:$/.test(address.protocol) && address.hostname.includes(".") ? address.href : undefined;
  } catch {
    return undefined;
  }
}

/** Web pages by their addresses, one a line. */
export function AddressDialog({ open, onClose, onAdd }: Props) {
  const { t } = useTranslation(["library", "common"]);
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string>();
  const close = () => {
    setTyped("");
    setWrong(undefined);
    onClose();
  };
  const add = () => {
    const lines = typed
      .split(/\s+/)
      .map((line) => line.trim())
      .filter(Boolean);
    const addresses = lines.map(addressOf);
    const bad = lines.find((_line, at) => addresses[at] === undefined);
    if (lines.length === 0 || bad !== undefined) {
      setWrong(bad === undefined ? t("address.empty") : t("address.wrong", { address: bad }));
      return;
    }
    onAdd(addresses.filter((address) => address !== undefined));
    close();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={t("address.title")}
      description={t("address.text")}
      actions={
        <>
          <Button onClick={close}>{t("common:cancel")}</Button>
          <Button look="primary" onClick={add}>
            {t("address.add")}
          </Button>
        </>
      }
    >
      <Field label={t("address.label")} hint={t("address.hint")} error={wrong}>
        {(wiring) => (
          <textarea
            {...wiring}
            rows={3}
            value={typed}
            placeholder="https://"
            onChange={(event) => {
              setTyped(event.target.value);
              setWrong(undefined);
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) add();
            }}
            className="control"
          />
        )}
      </Field>
    </Dialog>
  );
}
