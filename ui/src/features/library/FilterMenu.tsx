/** Which documents are shown: by state, tag and language. */
import { Popover } from "@base-ui/react/popover";
import { ListFilter } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import type { DocumentView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import {
  type Filter,
  groupOf,
  isFiltered,
  NO_FILTER,
  type Sort,
  type SortKey,
  type StateGroup,
  toggled,
} from "./shelf";

interface Props {
  documents: readonly DocumentView[];
  filter: Filter;
  onFilter(filter: Filter): void;
  sort: Sort;
  onSort(sort: Sort): void;
}

const GROUPS: readonly StateGroup[] = ["ready", "attention", "working"];
const SORTS: readonly SortKey[] = ["name", "added", "size", "passages", "state"];

function counted(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([left, many], [right, others]) => others - many || left.localeCompare(right));
}

interface ChoicesProps {
  title: string;
  choices: readonly [value: string, label: string, count: number][];
  chosen: readonly string[];
  onToggle(value: string): void;
}

function Choices({ title, choices, chosen, onToggle }: ChoicesProps) {
  const formats = useFormats();
  if (choices.length === 0) return null;
  return (
    <fieldset className="mb-2">
      <legend className="px-2 pb-0.5 text-small font-medium text-muted">{title}</legend>
      {choices.map(([value, label, count]) => (
        <label key={value} className="flex min-h-7 items-center gap-2 rounded-sm px-2 hover:bg-sunk">
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={() => onToggle(value)}
            className="accent-accent"
          />
          <span className="min-w-0 flex-1 truncate">{label}</span>
          <span className="text-small text-muted tabular-nums">{formats.number(count)}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function FilterMenu({ documents, filter, onFilter, sort, onSort }: Props) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  const states = useMemo(() => counted(documents.map(groupOf)), [documents]);
  const tags = useMemo(() => counted(documents.flatMap((document) => document.tags ?? [])), [documents]);
  const languages = useMemo(() => counted(documents.flatMap(({ language }) => language ?? [])), [documents]);
  const active = filter.states.length + filter.tags.length + filter.languages.length;
  return (
    <Popover.Root>
      <Popover.Trigger
        render={
          <Button
            icon={ListFilter}
            aria-label={t("filter.label", { count: active })}
            title={t("filter.title")}
            className={active > 0 ? "border-accent! bg-accent-soft!" : ""}
          >
            {active > 0 ? formats.number(active) : null}
          </Button>
        }
      />
      <Popover.Portal>
        <Popover.Positioner sideOffset={4} align="end" className="z-50">
          <Popover.Popup
            aria-label={t("filter.title")}
            className="appear max-h-[70vh] w-60 overflow-auto rounded border border-line bg-raised p-2 outline-none"
          >
            <Choices
              title={t("filter.state")}
              choices={GROUPS.flatMap((group) => {
                const count = states.find(([known]) => known === group)?.[1];
                return count ? [[group, t(`filter.states.${group}`), count] as const] : [];
              }).map(([value, label, count]) => [value, label, count])}
              chosen={filter.states}
              onToggle={(value) => onFilter({ ...filter, states: toggled(filter.states, value) as StateGroup[] })}
            />
            <Choices
              title={t("filter.tag")}
              choices={tags.map(([tag, count]) => [tag, tag, count])}
              chosen={filter.tags}
              onToggle={(value) => onFilter({ ...filter, tags: toggled(filter.tags, value) })}
            />
            <Choices
              title={t("filter.language")}
              choices={languages.map(([code, count]) => [code, formats.language(code), count])}
              chosen={filter.languages}
              onToggle={(value) => onFilter({ ...filter, languages: toggled(filter.languages, value) })}
            />
            <fieldset className="mb-1 border-t border-line pt-2">
              <legend className="sr-only">{t("filter.order")}</legend>
              <label className="flex items-center justify-between gap-2 px-2">
                <span className="text-small font-medium text-muted">{t("filter.order")}</span>
                <select
                  value={sort.key}
                  onChange={(event) => {
                    const key = event.target.value as SortKey;
                    onSort({ key, descending: key === "added" });
                  }}
                  className="control h-7! w-32!"
                >
                  {SORTS.map((key) => (
                    <option key={key} value={key}>
                      {t(`table.${key}`)}
                    </option>
                  ))}
                </select>
              </label>
            </fieldset>
            {isFiltered(filter) ? (
              <Button look="quiet" className="mt-1 w-full justify-center" onClick={() => onFilter(NO_FILTER)}>
                {t("filter.clear")}
              </Button>
            ) : null}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
