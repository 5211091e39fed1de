import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DocumentView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";

const MOST_SHOWN = 200;

interface Props {
  documents: DocumentView[];
  excluded: readonly string[];
  onToggle(document: string): void;
}

/** The documents that may be used; each can be ticked out. */
export function Sources({ documents, excluded, onToggle }: Props) {
  const { t } = useTranslation("activity");
  const formats = useFormats();
  const [filter, setFilter] = useState("");
  const usable = documents.filter(({ passages }) => passages > 0);
  const found = usable.filter(({ name }) => name.toLowerCase().includes(filter.trim().toLowerCase()));
  const used = usable.filter(({ id }) => !excluded.includes(id)).length;
  return (
    <details className="rounded border border-line bg-raised">
      <summary className="flex h-9 cursor-default items-center gap-2 px-3">
        <span className="font-medium">{t("sources.title")}</span>
        <span className="text-muted">
          {t("sources.used", { count: usable.length, used: formats.number(used), all: formats.number(usable.length) })}
        </span>
      </summary>
      <div className="border-t border-line p-3">
        <input
          className="control mb-2"
          value={filter}
          aria-label={t("sources.filter")}
          placeholder={t("sources.filter")}
          onChange={(event) => setFilter(event.target.value)}
        />
        <ul className="max-h-56 overflow-auto">
          {found.slice(0, MOST_SHOWN).map((document) => (
            <li key={document.id}>
              <label className="flex min-h-7 items-center gap-2.5 rounded-sm px-1.5 hover:bg-sunk">
                <input
                  type="checkbox"
                  className="accent-accent"
                  checked={!excluded.includes(document.id)}
                  onChange={() => onToggle(document.id)}
                />
                <span className="min-w-0 flex-1 truncate">{document.name}</span>
                <span className="text-small text-muted">
                  {t("sources.passages", { count: document.passages, amount: formats.number(document.passages) })}
                </span>
              </label>
            </li>
          ))}
        </ul>
        {found.length > MOST_SHOWN ? (
          <p className="mt-2 text-small text-muted">{t("sources.more", { count: found.length - MOST_SHOWN })}</p>
        ) : null}
      </div>
    </details>
  );
}
