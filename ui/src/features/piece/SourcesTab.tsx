import { CircleHelp } from "lucide-react";
import { useTranslation } from "react-i18next";
import { classes } from "@/components/classes";
import { Status } from "@/components/Status";
import type { CitationView } from "@/generated/rpc";
import type { PlacedSentence } from "./pieceText";

interface Props {
  /** Sentences of the paragraph in view. */
  here: PlacedSentence[];
  all: PlacedSentence[];
  citations: CitationView[];
  selected: number | undefined;
  onOpen(citation: CitationView, sentence: number | undefined): void;
  onSentence(index: number): void;
}

function Source({ citation, on, onOpen }: { citation: CitationView; on: boolean; onOpen(): void }) {
  const { t } = useTranslation("piece");
  return (
    <li>
      <button
        type="button"
        aria-current={on}
        onClick={onOpen}
        className={classes(
          "grid w-full grid-cols-[24px_1fr] gap-2 rounded py-2 pr-2.5 pl-1.5 text-left",
          on ? "bg-accent-soft" : "hover:bg-sunk",
        )}
      >
        <span className="text-center font-strong text-accent">{citation.number}</span>
        <span className="min-w-0">
          <span className="flex justify-between gap-2">
            <span className="truncate font-medium">{citation.document_name}</span>
            <span className="shrink-0 text-muted">{t("page", { page: citation.page })}</span>
          </span>
          {citation.erased ? (
            <span className="block text-small">
              <Status tone="attention">
                <span className="whitespace-normal">{t("sources.erased")}</span>
              </Status>
            </span>
          ) : null}
          <span className="mt-0.5 line-clamp-6 font-serif text-[14px] leading-[21px]">{citation.quote}</span>
        </span>
      </button>
    </li>
  );
}

function Label({ children }: { children: string }) {
  return <h2 className="mt-4 mb-1.5 text-[11.5px] font-medium text-muted">{children}</h2>;
}

export function SourcesTab({ here, all, citations, selected, onOpen, onSentence }: Props) {
  const { t } = useTranslation("piece");
  const cited = here.flatMap((sentence) => sentence.citations.map((citation) => ({ citation, sentence })));
  const near = new Set(cited.map(({ citation }) => citation.number));
  const elsewhere = citations.filter(
    ({ number }, at) => !near.has(number) && citations.findIndex((other) => other.number === number) === at,
  );
  const unsupported = all.filter(({ support }) => support.label === "unsupported");
  return (
    <div className="pb-6">
      <Label>{t("sources.here")}</Label>
      {cited.length === 0 ? <p className="text-muted">{t("sources.noneHere")}</p> : null}
      <ul>
        {cited.map(({ citation, sentence }) => (
          <Source
            key={`${citation.number} ${sentence.index}`}
            citation={citation}
            on={sentence.index === selected}
            onOpen={() => onOpen(citation, sentence.index)}
          />
        ))}
      </ul>
      {unsupported.length > 0 ? (
        <>
          <Label>{t("sources.needed")}</Label>
          <ul className="flex flex-col gap-1.5">
            {unsupported.map((sentence) => (
              <li key={sentence.index}>
                <button
                  type="button"
                  aria-current={sentence.index === selected}
                  onClick={() => onSentence(sentence.index)}
                  className="grid w-full grid-cols-[24px_1fr] gap-2 rounded bg-amber-soft py-2 pr-2.5 pl-1.5 text-left"
                >
                  <CircleHelp
                    size={15}
                    strokeWidth={1.75}
                    aria-hidden
                    className="mt-0.5 justify-self-center text-amber"
                  />
                  <span className="min-w-0">
                    <span className="line-clamp-3 font-medium">{t("sources.quoted", { text: sentence.text })}</span>
                    <span className="block">
                      {sentence.support.label === "unsupported" && sentence.support.missing.length > 0
                        ? t("sources.missing", { parts: [...new Set(sentence.support.missing)].join(", ") })
                        : t("sources.noDocument")}
                    </span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {elsewhere.length > 0 ? (
        <>
          <Label>{t("sources.elsewhere")}</Label>
          <ul>
            {elsewhere.map((citation) => {
              const sentence = all.find((placed) => placed.citations.some(({ number }) => number === citation.number));
              return (
                <Source
                  key={citation.number}
                  citation={citation}
                  on={false}
                  onOpen={() => onOpen(citation, sentence?.index)}
                />
              );
            })}
          </ul>
        </>
      ) : null}
    </div>
  );
}
