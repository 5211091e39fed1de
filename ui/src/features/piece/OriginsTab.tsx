import { PenLine, Quote, Scissors } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { SectionRecord } from "@/generated/rpc";
import { useSaid } from "@/i18n/useSaid";

const ICONS = { composed: Quote, edited: Scissors, written: PenLine } as const;

/** What a section without a heading is: a post is one, an article begins and ends with one. */
const unnamed = (at: number, count: number) => (count === 1 ? "whole" : at === count - 1 ? "close" : "introduction");

/** How each section was made, and why the model's text does not stand there. */
export function OriginsTab({ sections }: { sections: SectionRecord[] }) {
  const { t } = useTranslation("piece");
  const say = useSaid();
  if (sections.length === 0) return <p className="mt-4 text-muted">{t("origins.none")}</p>;
  return (
    <ol className="mt-2 pb-6">
      {sections.map((section, at) => {
        const Icon = ICONS[section.origin];
        const reason = say.section(section);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two sections may have the same heading and never change places
          <li key={`${at} ${section.heading}`} className="flex gap-2.5 border-b border-line py-2.5">
            <Icon
              size={14}
              strokeWidth={1.75}
              aria-hidden
              className={section.origin === "composed" ? "mt-1 shrink-0 text-amber" : "mt-1 shrink-0 text-accent"}
            />
            <div className="min-w-0">
              <p className="font-medium">{section.heading || t(`origins.${unnamed(at, sections.length)}`)}</p>
              <p className="text-muted">{t(`origins.${section.origin}`)}</p>
              {reason ? <p className="text-small text-muted">{reason}</p> : null}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
