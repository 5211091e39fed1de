/** One entry of the kit: its words, where they stand, how it stands with the user, and what can be done with it. */
import { Check, Pencil, Pin, PinOff } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { classes } from "@/components/classes";
import { IconButton } from "@/components/IconButton";
import type { KitCitationView, KitEntryView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { EntryMenu } from "./EntryMenu";
import { isAttention, spoken, standing } from "./entries";

export interface EntryActions {
  onSource(citation: KitCitationView): void;
  onSave(entry: KitEntryView, change: Partial<Pick<KitEntryView, "text" | "state" | "pinned">>): void;
  onRemove(id: string): void;
  onHistory(id: string, text: string): void;
}

export function SourceChip({
  citation,
  onSource,
}: {
  citation: KitCitationView;
  onSource(citation: KitCitationView): void;
}) {
  const { t } = useTranslation("kit");
  return (
    <button
      type="button"
      title={t("entry.source", { quote: citation.quote })}
      onClick={() => onSource(citation)}
      className="inline-flex min-h-6 max-w-full min-w-0 items-center gap-2 rounded-sm text-small text-accent hover:underline"
    >
      <span className="truncate">{spoken(citation.document_name)}</span>{" "}
      <span className="shrink-0 text-muted">{t("entry.page", { page: citation.page })}</span>
    </button>
  );
}

/** A text that is being changed: Enter keeps it, Escape leaves it as it was. */
export function EditField(props: { text: string; label: string; onSave(text: string): void; onCancel(): void }) {
  const { t } = useTranslation(["kit", "common"]);
  const [typed, setTyped] = useState(props.text);
  const save = () => {
    const text = typed.trim().replace(/\s+/g, " ");
    if (text === "" || text === props.text) props.onCancel();
    else props.onSave(text);
  };
  return (
    <div className="py-1">
      <textarea
        // biome-ignore lint/a11y/noAutofocus: the reader has just asked to type here
        autoFocus
        rows={2}
        aria-label={props.label}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            save();
          }
          if (event.key === "Escape") {
            event.stopPropagation();
            props.onCancel();
          }
        }}
        className="control font-serif text-[15.5px]! leading-[23px]!"
      />
      <div className="mt-1.5 flex gap-2">
        <Button look="primary" onClick={save}>
          {t("entry.save")}
        </Button>
        <Button onClick={props.onCancel}>{t("common:cancel")}</Button>
      </div>
    </div>
  );
}

/** How an entry stands, in a word; a doubt about its date says the date. */
function Standing({ how, entry }: { how: Exclude<ReturnType<typeof standing>, "found">; entry: KitEntryView }) {
  const { t } = useTranslation("kit");
  const formats = useFormats();
  if (how === "aged" && entry.as_of) return t("dated.aged", { date: formats.day(entry.as_of) });
  if (how === "expired" && entry.valid_until) return t("dated.expired", { date: formats.day(entry.valid_until) });
  return t(`standing.${how}`);
}

export function EntryRow({ entry, actions }: { entry: KitEntryView; actions: EntryActions }) {
  const { t } = useTranslation("kit");
  const [editing, setEditing] = useState(false);
  const how = standing(entry);
  const attention = isAttention(how);
  if (editing) {
    return (
      <li className="border-b border-line py-1">
        <EditField
          text={entry.text}
          label={t("entry.text")}
          onSave={(text) => {
            actions.onSave(entry, { text });
            setEditing(false);
          }}
          onCancel={() => setEditing(false)}
        />
      </li>
    );
  }
  return (
    <li className={classes("entry border-b border-line py-2", how === "hidden" && "text-muted")}>
      <p className="pr-2 font-serif text-[15.5px] leading-[23px] text-pretty">{entry.text}</p>
      {entry.suggestion ? (
        <p className="flex items-baseline gap-2 text-muted">
          <span className="min-w-0 font-serif text-[15px] leading-[22px] italic">{entry.suggestion}</span>
          <button
            type="button"
            className="shrink-0 text-small text-accent hover:underline"
            onClick={() => actions.onSave(entry, { text: entry.suggestion ?? entry.text })}
          >
            {t("entry.takeSuggestion")}
          </button>
        </p>
      ) : null}
      <div className="flex min-h-6 items-center">
        {entry.citation ? (
          <SourceChip citation={entry.citation} onSource={actions.onSource} />
        ) : (
          <span className="text-small text-muted">{t("entry.own")}</span>
        )}
        <span className="flex-1" />
        {/* The tools take the place of the word while the reader is here; both are always there for assistive technology. */}
        <span
          className={classes(
            "entry-word ml-3 shrink-0 text-small font-medium",
            attention ? "text-amber" : "text-muted",
          )}
        >
          {how === "found" ? null : <Standing how={how} entry={entry} />}
        </span>
        <span className="entry-tools -my-0.5 flex shrink-0">
          {entry.state !== "approved" || attention ? (
            <IconButton
              icon={Check}
              label={t(attention ? "entry.stillTrue" : "entry.approve")}
              onClick={() => actions.onSave(entry, { state: "approved" })}
            />
          ) : null}
          <IconButton
            icon={entry.pinned ? PinOff : Pin}
            label={t(entry.pinned ? "entry.unpin" : "entry.pin")}
            onClick={() => actions.onSave(entry, { pinned: !entry.pinned })}
          />
          <IconButton icon={Pencil} label={t("entry.edit")} onClick={() => setEditing(true)} />
          <EntryMenu
            label={t("entry.more")}
            state={entry.state}
            own={[
              {
                id: "history",
                text: t("entry.history"),
                label: t("entry.history"),
                onSelect: () => actions.onHistory(entry.id, entry.text),
              },
            ]}
            onState={(state) => actions.onSave(entry, { state })}
            onRemove={() => actions.onRemove(entry.id)}
          />
        </span>
      </div>
    </li>
  );
}
