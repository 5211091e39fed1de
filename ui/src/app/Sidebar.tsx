import { Link } from "@tanstack/react-router";
import { Activity, Fingerprint, House, LibraryBig, type LucideIcon, PenLine, Settings } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useCommand } from "@/rpc/query";

interface EntryProps {
  to: "/b/$brand" | "/b/$brand/library" | "/b/$brand/kit" | "/b/$brand/new" | "/b/$brand/runs" | "/b/$brand/settings";
  brand: string;
  icon: LucideIcon;
  label: string;
  count?: number;
  countLabel?: string;
}

function Entry({ to, brand, icon: Icon, label, count = 0, countLabel }: EntryProps) {
  return (
    <Link
      to={to}
      params={{ brand }}
      activeOptions={{ exact: to === "/b/$brand", includeSearch: false }}
      title={label}
      className="flex h-8 flex-none items-center gap-2.5 rounded px-2.5 text-muted hover:text-ink data-[status=active]:bg-sunk data-[status=active]:font-medium data-[status=active]:text-ink"
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden className="shrink-0" />
      <span className="max-[1099px]:sr-only">{label}</span>
      {count > 0 ? (
        <span className="ml-auto rounded-full bg-accent-soft px-1.5 text-tiny font-strong text-accent max-[1099px]:sr-only">
          <span aria-hidden>{count}</span>
          <span className="sr-only">{countLabel}</span>
        </span>
      ) : null}
    </Link>
  );
}

export function Sidebar({ brand, attention }: { brand: string; attention: number }) {
  const { t } = useTranslation("frame");
  const runs = useCommand("run_list", { brand }, { refetchMs: 5_000 });
  const active = runs.data?.runs.filter(({ state }) => state === "running").length ?? 0;
  return (
    <div className="flex flex-col gap-0.5">
      <Entry to="/b/$brand" brand={brand} icon={House} label={t("section.home")} />
      <Entry
        to="/b/$brand/library"
        brand={brand}
        icon={LibraryBig}
        label={t("section.library")}
        count={attention}
        countLabel={t("attention", { count: attention })}
      />
      <Entry to="/b/$brand/kit" brand={brand} icon={Fingerprint} label={t("section.kit")} />
      <Entry to="/b/$brand/new" brand={brand} icon={PenLine} label={t("section.new")} />
      <Entry
        to="/b/$brand/runs"
        brand={brand}
        icon={Activity}
        label={t("section.runs")}
        count={active}
        countLabel={t("running", { count: active })}
      />
      <hr className="mx-2.5 my-2 border-line" />
      <Entry to="/b/$brand/settings" brand={brand} icon={Settings} label={t("section.settings")} />
    </div>
  );
}
