/** How the brand says it sounds, each word with its place, and the words of manner its documents keep to. */
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { classes } from "@/components/classes";
import type { KitEntryView, MannerWord } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { EntryMenu } from "./EntryMenu";
import { EditField, type EntryActions } from "./EntryRow";
import { type KitFilter, needsLook, shownOf, spoken, standing } from "./entries";

/** What the brand does not want to sound like is written with this in front. */
const REFUSED = /^not /;

function ToneWord({ entry, actions }: { entry: KitEntryView; actions: EntryActions }) {
  const { t } = useTranslation("kit");
  const refused = REFUSED.test(entry.text);
  const word = entry.text.replace(REFUSED, "");
  const how = standing(entry);
  const citation = entry.citation;
  return (
    <li
      className={classes(
        "inline-flex items-center gap-1 rounded border border-line py-0.5 pr-0.5 pl-2",
        how === "hidden" && "text-muted",
        needsLook(entry) && "border-amber",
      )}
    >
      {citation ? (
        <button
          type="button"
          aria-label={refused ? t("tone.refused", { word }) : word}
          title={t("tone.source", { name: spoken(citation.document_name), quote: citation.quote })}
          onClick={() => actions.onSource(citation)}
          className={classes("min-h-6 hover:underline", refused && "text-muted line-through decoration-red")}
        >
          {word}
        </button>
      ) : (
        <span className={classes("min-h-6", refused && "text-muted line-through decoration-red")}>
          {refused ? <span className="sr-only">{t("tone.refused", { word })}</span> : null}
          <span aria-hidden={refused}>{word}</span>
        </span>
      )}
      <EntryMenu
        small
        label={t("words.more", { word: entry.text })}
        state={entry.state}
        approve={entry.out_of_date ? "stillTrue" : entry.state === "approved" ? undefined : "approve"}
        onState={(state) => actions.onSave(entry, { state })}
        onRemove={() => actions.onRemove(entry.id)}
      />
    </li>
  );
}

export function TonePanel(props: {
  tone: readonly KitEntryView[];
  manner: readonly MannerWord[];
  filter: KitFilter;
  actions: EntryActions;
  onAdd(text: string): void;
}) {
  const { t } = useTranslation("kit");
  const formats = useFormats();
  const [adding, setAdding] = useState(false);
  const tone = shownOf(props.tone, props.filter);
  return (
    <div className="mt-3 flex flex-col gap-2">
      <div className="grid grid-cols-[124px_minmax(0,1fr)] gap-3.5 max-[700px]:grid-cols-1">
        <h3 className="pt-1 font-book">{t("tone.guides")}</h3>
        <div className="flex flex-wrap items-center gap-1.5">
          {tone.length > 0 ? (
            <ul className="contents">
              {tone.map((entry) => (
                <ToneWord key={entry.id} entry={entry} actions={props.actions} />
              ))}
            </ul>
          ) : null}
          {adding ? (
            <div className="w-full">
              <EditField
                text=""
                label={t("tone.text")}
                onSave={(text) => {
                  props.onAdd(text);
                  setAdding(false);
                }}
                onCancel={() => setAdding(false)}
              />
            </div>
          ) : (
            <Button look="quiet" icon={Plus} onClick={() => setAdding(true)}>
              {t("tone.add")}
            </Button>
          )}
        </div>
      </div>
      {props.manner.length > 0 ? (
        <div className="grid grid-cols-[124px_minmax(0,1fr)] gap-3.5 max-[700px]:grid-cols-1">
          <h3 className="font-book">{t("tone.manner")}</h3>
          <p className="text-muted">
            {props.manner.map(({ word, count }, at) => (
              <span key={word} title={t("tone.used", { count, amount: formats.number(count) })}>
                {at > 0 ? ", " : ""}
                <span className="text-ink">{word}</span>{" "}
                <span className="text-small tabular-nums">{formats.number(count)}</span>
              </span>
            ))}
          </p>
        </div>
      ) : null}
    </div>
  );
}
