/** The frame around every screen of a brand: which brand, where to, what left this computer, what writes. */
import { Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Kbd } from "@/components/Kbd";
import { Skeleton } from "@/components/Skeleton";
import { chooseTheme, effectiveTheme, rememberBrand, usePreferences } from "@/preferences/preferences";
import { useCommand } from "@/rpc/query";
import { keyLabel } from "@/shortcuts/table";
import { useShortcut, useShortcutKeys } from "@/shortcuts/useShortcut";
import { BrandSwitcher } from "./BrandSwitcher";
import { BrandContext } from "./brandContext";
import { DropTarget } from "./DropTarget";
import { EngineLine } from "./EngineLine";
import { PrivacyLight } from "./PrivacyLight";
import { ShortcutSheet } from "./ShortcutSheet";
import { Sidebar } from "./Sidebar";

const Palette = lazy(() => import("./Palette").then((module) => ({ default: module.Palette })));

/** Moves the focus to the next pane; panes mark themselves with `data-pane`. */
function cyclePanes(): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")];
  const now = panes.findIndex((pane) => pane.contains(document.activeElement));
  panes[(now + 1) % panes.length]?.focus();
}

export function Frame() {
  const { t } = useTranslation("frame");
  const navigate = useNavigate();
  const { brand: brandId } = useParams({ from: "/b/$brand" });
  const brands = useCommand("brand_list", {});
  const brand = brands.data?.brands.find(({ id }) => id === brandId);
  const [palette, setPalette] = useState<"closed" | "commands" | "search">("closed");
  const [sheet, setSheet] = useState(false);
  // Loaded with its first use, and kept, so that it can fade and give the focus back.
  const [opened, setOpened] = useState(false);
  if (palette !== "closed" && !opened) setOpened(true);

  useShortcutKeys();
  useShortcut("palette", () => setPalette("commands"));
  useShortcut("search_everywhere", () => setPalette("search"));
  useShortcut("sheet", () => setSheet(true));
  useShortcut("cycle_panes", cyclePanes);
  useShortcut("toggle_theme", () => {
    void chooseTheme(effectiveTheme(usePreferences.getState().theme) === "dark" ? "light" : "dark");
  });
  const params = { brand: brandId };
  useShortcut("go_home", () => void navigate({ to: "/b/$brand", params }));
  useShortcut("go_library", () => void navigate({ to: "/b/$brand/library", params }));
  useShortcut("go_kit", () => void navigate({ to: "/b/$brand/kit", params }));
  useShortcut("go_new", () => void navigate({ to: "/b/$brand/new", params }));
  useShortcut("new_activity", () => void navigate({ to: "/b/$brand/new", params }));
  useShortcut("go_runs", () => void navigate({ to: "/b/$brand/runs", params }));
  useShortcut("go_settings", () => void navigate({ to: "/b/$brand/settings", params }));

  useEffect(() => {
    if (brand) void rememberBrand(brand.id);
  }, [brand]);

  return (
    <div className="relative flex h-full flex-col overflow-clip">
      <button
        type="button"
        onClick={() => document.getElementById("main")?.focus()}
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded focus:bg-raised focus:px-3 focus:py-1"
      >
        {t("skip")}
      </button>
      <header className="grid h-11 flex-none grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-4 border-b border-line px-3 min-[1100px]:grid-cols-[minmax(0,1fr)_minmax(0,520px)_minmax(0,1fr)]">
        <BrandSwitcher brands={brands.data?.brands ?? []} current={brand} />
        <button
          type="button"
          onClick={() => setPalette("commands")}
          className="flex h-[30px] w-full min-w-0 items-center gap-2 rounded border border-line bg-raised px-2.5 text-muted hover:border-line-strong"
        >
          <Search size={14} strokeWidth={1.75} aria-hidden className="shrink-0" />
          <span className="flex-1 truncate text-left">{t("search")}</span>
          <Kbd>{keyLabel("palette")}</Kbd>
        </button>
        <PrivacyLight />
      </header>
      <div className="grid min-h-0 flex-1 grid-cols-[56px_1fr] min-[1100px]:grid-cols-[208px_1fr]">
        <nav
          aria-label={t("sections")}
          data-pane
          tabIndex={-1}
          className="flex min-h-0 flex-col overflow-y-auto border-r border-line px-2 py-2.5 outline-none"
        >
          <Sidebar brand={brandId} attention={brand?.attention ?? 0} />
          <EngineLine />
        </nav>
        <main id="main" data-pane tabIndex={-1} className="flex min-h-0 min-w-0 flex-col outline-none">
          {brands.error ? (
            <div className="p-6">
              <ErrorNote error={brands.error} onRetry={() => void brands.refetch()} />
            </div>
          ) : brand ? (
            <BrandContext value={brand}>
              <Outlet />
              <DropTarget brand={brand} />
            </BrandContext>
          ) : brands.data ? (
            <EmptyState icon={Search} title={t("noBrand.title")} text={t("noBrand.text")} />
          ) : (
            <Skeleton />
          )}
        </main>
      </div>
      {opened ? (
        <Suspense>
          <Palette mode={palette} onClose={() => setPalette("closed")} brand={brandId} />
        </Suspense>
      ) : null}
      <ShortcutSheet open={sheet} onClose={() => setSheet(false)} />
    </div>
  );
}
