import { Plus, X } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  tags: readonly string[];
  /** Tags that are in use elsewhere in the library. */
  known: readonly string[];
  onChange(tags: string[]): void;
}

/** A document's tags: each can be taken off, new ones are typed. */
export function TagEditor({ tags, known, onChange }: Props) {
  const { t } = useTranslation("library");
  const list = useId();
  const [typed, setTyped] = useState<string>();
  const add = () => {
    const tag = typed?.trim() ?? "";
    setTyped(undefined);
    if (tag !== "" && !tags.includes(tag)) onChange([...tags, tag]);
  };
  return (
    <span className="inline-flex min-w-0 flex-wrap items-center gap-1">
      {tags.map((tag) => (
        <span key={tag} className="inline-flex items-center rounded-sm bg-sunk pl-1.5 text-ink">
          {tag}
          <button
            type="button"
            aria-label={t("tags.remove", { tag })}
            onClick={() => onChange(tags.filter((other) => other !== tag))}
            className="grid size-6 place-items-center text-muted hover:text-ink"
          >
            <X size={12} strokeWidth={1.75} aria-hidden />
          </button>
        </span>
      ))}
      {typed === undefined ? (
        <button
          type="button"
          onClick={() => setTyped("")}
          className="inline-flex min-h-6 items-center gap-1 rounded-sm px-1 text-muted hover:bg-sunk hover:text-ink"
        >
          <Plus size={12} strokeWidth={1.75} aria-hidden />
          {t("tags.add")}
        </button>
      ) : (
        <>
          <input
            // biome-ignore lint/a11y/noAutofocus: the reader has just asked to type here
            autoFocus
            aria-label={t("tags.new")}
            list={list}
            value={typed}
            maxLength={40}
            onChange={(event) => setTyped(event.target.value)}
            onBlur={add}
            onKeyDown={(event) => {
              if (event.key === "Enter") add();
              if (event.key === "Escape") {
                event.stopPropagation();
                setTyped(undefined);
              }
            }}
            className="h-6 w-24 rounded-sm border border-line bg-raised px-1.5 text-ink"
          />
          <datalist id={list}>
            {known
              .filter((tag) => !tags.includes(tag))
              .map((tag) => (
                <option key={tag} value={tag} />
              ))}
          </datalist>
        </>
      )}
    </span>
  );
}
