/** Everything by name: what can be done here, where one can go, and what the brand holds. */
import { Dialog as Base } from "@base-ui/react/dialog";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Activity, FileText, type LucideIcon, NotebookPen, Search, Zap } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Kbd } from "@/components/Kbd";
import { BrandDot } from "@/features/brand/BrandDot";
import { useCommand } from "@/rpc/query";
import { ACTIONS, keyLabel } from "@/shortcuts/table";
import { perform, useRegistry } from "@/shortcuts/useShortcut";

interface Props {
  mode: "closed" | "commands" | "search";
  onClose(): void;
  brand: string;
}

const MOST_OF_A_KIND = 8;

function Row({
  value,
  icon: Icon,
  onSelect,
  children,
}: {
  value: string;
  icon?: LucideIcon;
  onSelect(): void;
  children: ReactNode;
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-9 cursor-default items-center gap-2.5 rounded-sm px-2.5 data-[selected=true]:bg-sunk"
    >
      {Icon ? <Icon size={16} strokeWidth={1.75} aria-hidden className="shrink-0 text-muted" /> : null}
      {children}
    </Command.Item>
  );
}

/** A heading and its rows; nothing at all when there are no rows. */
function Group({ heading, children }: { heading: string; children: ReactNode[] }) {
  if (children.length === 0) return null;
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-small [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  );
}

function Contents({ mode, brand, close }: { mode: "commands" | "search"; brand: string; close(): void }) {
  const { t } = useTranslation(["frame", "shortcuts", "piece"]);
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  const handlers = useRegistry((state) => state.handlers);
  const brands = useCommand("brand_list", {});
  const documents = useCommand("document_list", { brand });
  const runs = useCommand("run_list", { brand });
  const pieces = useCommand("piece_list", { brand, activity: null });
  const typed = query.trim() !== "";
  const go = (move: () => void) => {
    close();
    move();
  };
  const found = <T,>(items: readonly T[] | undefined, name: (item: T) => string): T[] => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return [];
    return (items ?? [])
      .filter((item) => words.every((word) => name(item).toLowerCase().includes(word)))
      .slice(0, MOST_OF_A_KIND);
  };
  const actions = ACTIONS.filter(
    (action) =>
      (handlers[action]?.length ?? 0) > 0 &&
      action !== "palette" &&
      // The same place as "new activity".
      action !== "go_new" &&
      t(`shortcuts:action.${action}`).toLowerCase().includes(query.toLowerCase().trim()),
  );
  return (
    <Command shouldFilter={false} loop label={t("palette.label")} className="flex min-h-0 flex-col">
      <div className="flex items-center gap-2.5 border-b border-line px-4">
        <Search size={16} strokeWidth={1.75} aria-hidden className="text-muted" />
        <Command.Input
          autoFocus
          value={query}
          onValueChange={setQuery}
          placeholder={mode === "search" ? t("palette.searchPlaceholder") : t("search")}
          className="h-12 flex-1 bg-transparent text-lead outline-none placeholder:text-muted"
        />
      </div>
      <Command.List className="min-h-0 flex-1 overflow-auto p-1.5">
        {mode === "commands" && actions.length > 0 ? (
          <Group heading={t("palette.actions")}>
            {actions.map((action) => (
              <Row key={action} value={`action ${action}`} icon={Zap} onSelect={() => go(() => perform(action))}>
                <span className="flex-1">{t(`shortcuts:action.${action}`)}</span>
                <Kbd>{keyLabel(action)}</Kbd>
              </Row>
            ))}
          </Group>
        ) : null}
        {typed ? (
          <Row
            value="search"
            icon={Search}
            onSelect={() =>
              go(() => void navigate({ to: "/b/$brand/library", params: { brand }, search: { q: query.trim() } }))
            }
          >
            {t("palette.searchLibrary", { query: query.trim() })}
          </Row>
        ) : null}
        {typed ? (
          <>
            <Group heading={t("palette.pieces")}>
              {found(pieces.data?.pieces, (piece) => piece.title).map((piece) => (
                <Row
                  key={piece.id}
                  value={`piece ${piece.id}`}
                  icon={NotebookPen}
                  onSelect={() =>
                    go(() => void navigate({ to: "/b/$brand/pieces/$piece", params: { brand, piece: piece.id } }))
                  }
                >
                  <span className="truncate">{piece.title}</span>
                </Row>
              ))}
            </Group>
            <Group heading={t("palette.documents")}>
              {found(documents.data?.documents, (document) => document.name).map((document) => (
                <Row
                  key={document.id}
                  value={`document ${document.id}`}
                  icon={FileText}
                  onSelect={() =>
                    go(
                      () =>
                        void navigate({
                          to: "/b/$brand/library",
                          params: { brand },
                          search: { document: document.id },
                        }),
                    )
                  }
                >
                  <span className="truncate">{document.name}</span>
                </Row>
              ))}
            </Group>
            <Group heading={t("palette.runs")}>
              {found(runs.data?.runs, (run) => run.title).map((run) => (
                <Row
                  key={run.id}
                  value={`run ${run.id}`}
                  icon={Activity}
                  onSelect={() =>
                    go(() => void navigate({ to: "/b/$brand/runs/$run", params: { brand, run: run.id } }))
                  }
                >
                  <span className="truncate">{run.title}</span>
                </Row>
              ))}
            </Group>
            <Group heading={t("palette.brands")}>
              {found(brands.data?.brands, ({ name }) => name).map(({ id, name, color }) => (
                <Row
                  key={id}
                  value={`brand ${id}`}
                  onSelect={() => go(() => void navigate({ to: "/b/$brand", params: { brand: id } }))}
                >
                  <BrandDot color={color} />
                  <span className="truncate">{name}</span>
                </Row>
              ))}
            </Group>
          </>
        ) : null}
      </Command.List>
    </Command>
  );
}

export function Palette({ mode, onClose, brand }: Props) {
  const { t } = useTranslation("frame");
  return (
    <Base.Root open={mode !== "closed"} onOpenChange={(next) => next || onClose()}>
      <Base.Portal>
        <Base.Backdrop className="appear fixed inset-0 z-40 bg-ink/25" />
        <Base.Popup
          aria-label={t("palette.label")}
          className="appear fixed top-[12vh] left-1/2 z-50 flex max-h-[64vh] w-[calc(100vw-32px)] max-w-xl -translate-x-1/2 flex-col overflow-hidden rounded border border-line bg-raised"
        >
          {mode === "closed" ? null : <Contents mode={mode} brand={brand} close={onClose} />}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
