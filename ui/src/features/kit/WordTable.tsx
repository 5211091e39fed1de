/** Words to say and not to say, changed where they stand: Enter or leaving the field keeps a change, Escape takes it back. */
import { Plus } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { classes } from "@/components/classes";
import type { KitCitationView, KitTermView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { EntryMenu } from "./EntryMenu";
import { SourceChip } from "./EntryRow";
import { isAttention, type KitFilter, shownOf, standing } from "./entries";

export interface TermChange {
  say: string;
  not: string[];
  because: string;
}

interface Props {
  terms: readonly KitTermView[];
  filter: KitFilter;
  first: number;
  onSource(citation: KitCitationView): void;
  onSave(
    term: KitTermView | undefined,
    change: Partial<TermChange> & Partial<Pick<KitTermView, "state" | "pinned">>,
  ): void;
  onRemove(id: string): void;
  onHistory(id: string, text: string): void;
}

const FIELD =
  "h-7 w-full min-w-0 rounded-sm border border-transparent bg-transparent px-1.5 text-ellipsis hover:border-line focus:border-accent focus:bg-raised";

function Cell(props: {
  value: string;
  label: string;
  className?: string;
  placeholder?: string;
  onSave(value: string): void;
}) {
  const [typed, setTyped] = useState(props.value);
  useEffect(() => setTyped(props.value), [props.value]);
  const save = () => {
    const value = typed.trim();
    if (value !== props.value) props.onSave(value);
  };
  return (
    <input
      aria-label={props.label}
      value={typed}
      title={typed}
      placeholder={props.placeholder}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape" && typed !== props.value) {
          event.stopPropagation();
          setTyped(props.value);
        }
      }}
      className={classes(FIELD, "-ml-1.5", props.className)}
    />
  );
}

export const listed = (text: string) =>
  text
    .split(/[,;]/)
    .map((word) => word.trim())
    .filter(Boolean);

function TermRow({ term, ...on }: { term: KitTermView } & Omit<Props, "terms" | "filter" | "first">) {
  const { t } = useTranslation("kit");
  const formats = useFormats();
  const how = standing(term);
  const attention = isAttention(how);
  return (
    <tr className={classes("h-9 border-b border-line", how === "hidden" && "text-muted")}>
      <td className="pr-3">
        <Cell
          value={term.say}
          label={t("words.sayOf", { word: term.say })}
          className="font-medium"
          placeholder={t("words.leave")}
          onSave={(say) => on.onSave(term, { say })}
        />
      </td>
      <td className="pr-3">
        <Cell
          value={term.not.join(", ")}
          label={t("words.notOf", { word: term.say })}
          className="text-muted line-through decoration-red"
          onSave={(not) => on.onSave(term, { not: listed(not) })}
        />
      </td>
      <td className="pr-3">
        <span className="flex min-w-0 items-center gap-2 text-muted">
          {term.citation ? (
            <SourceChip citation={term.citation} onSource={on.onSource} />
          ) : term.count > 1 && term.because === "" ? (
            <span className="truncate">
              {t("words.used", { count: term.count, amount: formats.number(term.count) })}
            </span>
          ) : null}
          {term.because !== "" || !(term.citation || term.count > 1) ? (
            <Cell
              value={term.because}
              label={t("words.becauseOf", { word: term.say })}
              onSave={(because) => on.onSave(term, { because })}
            />
          ) : null}
        </span>
      </td>
      <td className="w-px whitespace-nowrap">
        <span className="flex items-center justify-end gap-2">
          {how === "found" ? null : (
            <span className={classes("text-small font-medium", attention ? "text-amber" : "text-muted")}>
              {t(`standing.${how}`)}
            </span>
          )}
          <EntryMenu
            label={t("words.more", { word: term.say || term.not.join(", ") })}
            state={term.state}
            approve={attention ? "stillTrue" : term.state === "approved" ? undefined : "approve"}
            own={[
              {
                id: "pin",
                text: t(term.pinned ? "entry.unpin" : "entry.pin"),
                label: t(term.pinned ? "entry.unpin" : "entry.pin"),
                onSelect: () => on.onSave(term, { pinned: !term.pinned }),
              },
              {
                id: "history",
                text: t("entry.history"),
                label: t("entry.history"),
                onSelect: () => on.onHistory(term.id, term.say),
              },
            ]}
            onState={(state) => on.onSave(term, { state })}
            onRemove={() => on.onRemove(term.id)}
          />
        </span>
      </td>
    </tr>
  );
}

export function WordTable({ terms, filter, first, ...on }: Props) {
  const { t } = useTranslation("kit");
  const formats = useFormats();
  const id = useId();
  const [all, setAll] = useState(false);
  const [adding, setAdding] = useState<{ say: string; not: string; because: string }>();
  const known = shownOf(terms, filter);
  const shown = all ? known : known.slice(0, first);
  const add = () => {
    if (!adding) return;
    if (adding.say.trim() === "" && adding.not.trim() === "") return setAdding(undefined);
    on.onSave(undefined, { say: adding.say.trim(), not: listed(adding.not), because: adding.because.trim() });
    setAdding(undefined);
  };
  return (
    <section aria-labelledby={id}>
      <div className="mb-1 flex min-h-7 items-center justify-between gap-3">
        <h2 id={id} className="text-lead font-strong">
          {t("words.title")}{" "}
          <span className="ml-1 text-base font-book text-muted tabular-nums">{formats.number(known.length)}</span>
        </h2>
        {filter.look ? null : (
          <Button
            look="quiet"
            icon={Plus}
            className="-mr-2.5"
            onClick={() => setAdding({ say: "", not: "", because: "" })}
          >
            {t("words.add")}
          </Button>
        )}
      </div>
      {known.length === 0 && !adding ? (
        <p className="border-t border-line py-2.5 text-muted">{filter.look ? t("nothingToLook") : t("words.empty")}</p>
      ) : (
        <table className="w-full table-fixed">
          <colgroup>
            <col className="w-[24%]" />
            <col className="w-[32%]" />
            <col />
            <col className="w-36" />
          </colgroup>
          <thead>
            <tr className="h-8 border-b border-line text-left text-small text-muted">
              <th className="font-medium">{t("words.say")}</th>
              <th className="font-medium">{t("words.not")}</th>
              <th className="font-medium">{t("words.because")}</th>
              <th>
                <span className="sr-only">{t("words.tools")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {adding ? (
              <tr
                className="h-10 border-b border-line"
                onKeyDown={(event) => {
                  if (event.key === "Enter") add();
                  if (event.key === "Escape") {
                    event.stopPropagation();
                    setAdding(undefined);
                  }
                }}
              >
                {(["say", "not", "because"] as const).map((part) => (
                  <td key={part} className="pr-3">
                    <input
                      // biome-ignore lint/a11y/noAutofocus: the reader has just asked to type here
                      autoFocus={part === "say"}
                      aria-label={t(`words.${part}`)}
                      placeholder={t(`words.hint.${part}`)}
                      value={adding[part]}
                      onChange={(event) => setAdding({ ...adding, [part]: event.target.value })}
                      className="control h-7!"
                    />
                  </td>
                ))}
                <td className="text-right">
                  <Button look="primary" onClick={add}>
                    {t("entry.save")}
                  </Button>
                </td>
              </tr>
            ) : null}
            {shown.map((term) => (
              <TermRow key={term.id} term={term} {...on} />
            ))}
          </tbody>
        </table>
      )}
      {known.length > first ? (
        <Button look="quiet" className="mt-1 -ml-2.5" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t("fewer") : t("all", { count: known.length, amount: formats.number(known.length) })}
        </Button>
      ) : null}
    </section>
  );
}
