import { useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Menu } from "@/components/Menu";
import { BrandDot } from "@/features/brand/BrandDot";
import { CreateBrandDialog } from "@/features/brand/CreateBrandDialog";
import type { BrandView } from "@/generated/rpc";

export function BrandSwitcher({ brands, current }: { brands: BrandView[]; current: BrandView | undefined }) {
  const { t } = useTranslation("frame");
  const navigate = useNavigate();
  const [creating, setCreating] = useState(false);
  const name = current?.name ?? t("brand.none");
  return (
    <>
      <Menu
        trigger={
          <button
            type="button"
            aria-label={t("brand.switch", { brand: name })}
            className="flex h-[30px] w-[188px] max-w-[30vw] items-center gap-2 rounded px-2 hover:bg-sunk"
          >
            <BrandDot color={current?.color ?? 0} />
            <span className="flex-1 truncate text-left font-strong">{name}</span>
            <ChevronsUpDown size={14} strokeWidth={1.75} aria-hidden className="text-muted" />
          </button>
        }
        entries={brands.map((brand) => ({
          id: brand.id,
          text: brand.name,
          checked: brand.id === current?.id,
          label: (
            <>
              <BrandDot color={brand.color} />
              <span className="truncate">{brand.name}</span>
            </>
          ),
          onSelect: () => void navigate({ to: "/b/$brand", params: { brand: brand.id } }),
        }))}
        last={{
          id: "new",
          text: t("brand.create"),
          label: (
            <>
              <Plus size={14} strokeWidth={1.75} aria-hidden />
              {t("brand.create")}
            </>
          ),
          onSelect: () => setCreating(true),
        }}
      />
      <CreateBrandDialog
        open={creating}
        onClose={() => setCreating(false)}
        onCreated={(brand) => void navigate({ to: "/b/$brand/library", params: { brand } })}
      />
    </>
  );
}
