/** Files dropped anywhere in the window go to the library of the brand that is open; what comes into it by itself is followed. */
import { useNavigate } from "@tanstack/react-router";
import { FileDown } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { BrandDot } from "@/features/brand/BrandDot";
import { useAddDocuments } from "@/features/library/useAddDocuments";
import { useLibraryWatch } from "@/features/library/useLibraryWatch";
import type { BrandView } from "@/generated/rpc";
import { platform } from "@/platform/current";
import { useShortcut } from "@/shortcuts/useShortcut";

export function DropTarget({ brand }: { brand: BrandView }) {
  const { t } = useTranslation("library");
  const navigate = useNavigate();
  const [over, setOver] = useState(false);
  const { add, pick } = useAddDocuments(brand.id);
  useLibraryWatch(brand.id);

  useEffect(
    () =>
      platform().onFilesDropped({
        over: () => setOver(true),
        leave: () => setOver(false),
        drop: (sources) => {
          void navigate({ to: "/b/$brand/library", params: { brand: brand.id } });
          void add(sources);
        },
      }),
    [add, brand.id, navigate],
  );

  useShortcut("add_documents", () => {
    void navigate({ to: "/b/$brand/library", params: { brand: brand.id } });
    void pick("files");
  });

  if (!over) return null;
  return (
    <div className="pointer-events-none fixed inset-0 z-40 grid place-items-center bg-paper/85">
      <div className="flex flex-col items-center gap-3 rounded border-2 border-dashed border-accent px-16 py-12 text-center">
        <FileDown size={24} strokeWidth={1.5} aria-hidden className="text-accent" />
        <p className="font-serif text-title">{t("drop.title")}</p>
        <p className="flex items-center gap-2 text-muted">
          <BrandDot color={brand.color} />
          {t("drop.text", { brand: brand.name })}
        </p>
      </div>
    </div>
  );
}
