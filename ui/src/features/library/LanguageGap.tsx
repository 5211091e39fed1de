/** Says when most documents are in languages that the embedder does not know; silent otherwise. */
import { useTranslation } from "react-i18next";
import { Status } from "@/components/Status";
import type { LibraryStatusView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";

/** Languages that are named; the rest are in the count. */
const NAMED = 3;

export function LanguageGap({ status }: { status: LibraryStatusView | undefined }) {
  const { t } = useTranslation("library");
  const formats = useFormats();
  if (!status || status.changing_to !== null) return null;
  const gap = status.language_gap;
  if (gap?.kind !== "most") return null;
  const languages = gap.languages.slice(0, NAMED).map((count) => formats.language(count.language));
  return (
    <div role="status" className="flex-none px-6 pb-2 text-small">
      <Status tone="attention">
        {t("languageGap.text", {
          count: gap.foreign,
          foreign: formats.number(gap.foreign),
          documents: formats.number(gap.documents),
          languages: formats.list(languages),
        })}
      </Status>
      <span className="block text-muted">{t("languageGap.remedy")}</span>
    </div>
  );
}
