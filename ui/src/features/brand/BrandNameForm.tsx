import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { useSaid } from "@/i18n/useSaid";
import { useAction } from "@/rpc/query";

interface Props {
  onCreated(brand: string): void;
  /** Stands before the button. */
  aside?: ReactNode;
}

const NAME_CHARACTERS = 120;

export function BrandNameForm({ onCreated, aside }: Props) {
  const { t } = useTranslation("brand");
  const say = useSaid();
  const [name, setName] = useState("");
  const create = useAction("brand_create", ["brand_list"]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    create.mutate({ name: name.trim() }, { onSuccess: (brand) => onCreated(brand.id) });
  };
  return (
    <form onSubmit={submit}>
      <Field label={t("name.label")} hint={t("name.hint")} error={create.error ? say.error(create.error) : undefined}>
        {(wiring) => (
          <input
            {...wiring}
            className="control"
            value={name}
            maxLength={NAME_CHARACTERS}
            autoComplete="off"
            placeholder={t("name.placeholder")}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <div className="mt-5 flex items-center justify-end gap-2">
        {aside}
        <Button look="primary" type="submit" disabled={name.trim() === "" || create.isPending}>
          {t("create")}
        </Button>
      </div>
    </form>
  );
}
