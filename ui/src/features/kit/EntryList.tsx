import { Plus } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import type { KitEntryView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { EditField, type EntryActions, EntryRow } from "./EntryRow";
import { type KitFilter, shownOf } from "./entries";

interface Props {
  title: string;
  empty: string;
  entries: readonly KitEntryView[];
  filter: KitFilter;
  /** How many are shown before the reader asks for all. */
  first: number;
  actions: EntryActions;
  onAdd(text: string): void;
}

/** Entries of one kind, the first of them at once, the others when asked for. */
export function EntryList({ title, empty, entries, filter, first, actions, onAdd }: Props) {
  const { t } = useTranslation("kit");
  const formats = useFormats();
  const id = useId();
  const [all, setAll] = useState(false);
  const [adding, setAdding] = useState(false);
  const known = shownOf(entries, filter);
  const shown = all ? known : known.slice(0, first);
  return (
    <section aria-labelledby={id}>
      <div className="mb-1 flex min-h-7 items-center justify-between gap-3">
        <h2 id={id} className="text-lead font-strong">
          {title}{" "}
          <span className="ml-1 text-base font-book text-muted tabular-nums">{formats.number(known.length)}</span>
        </h2>
        {filter.look ? null : (
          <Button look="quiet" icon={Plus} className="-mr-2.5" onClick={() => setAdding(true)}>
            {t("entry.add")}
          </Button>
        )}
      </div>
      {adding ? (
        <EditField
          text=""
          label={t("entry.text")}
          onSave={(text) => {
            onAdd(text);
            setAdding(false);
          }}
          onCancel={() => setAdding(false)}
        />
      ) : null}
      {known.length === 0 && !adding ? (
        <p className="border-t border-line py-2.5 text-muted">{filter.look ? t("nothingToLook") : empty}</p>
      ) : (
        <ul className={adding ? "border-t border-line" : undefined}>
          {shown.map((entry) => (
            <EntryRow key={entry.id} entry={entry} actions={actions} />
          ))}
        </ul>
      )}
      {known.length > first ? (
        <Button look="quiet" className="mt-1 -ml-2.5" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("fewer") : t("all", { count: known.length, amount: formats.number(known.length) })}
        </Button>
      ) : null}
    </section>
  );
}
