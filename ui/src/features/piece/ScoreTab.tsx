import { useTranslation } from "react-i18next";
import { Status, type Tone } from "@/components/Status";
import type { CheckView, PieceDetailView } from "@/generated/rpc";
import { useSaid } from "@/i18n/useSaid";
import type { PlacedSentence } from "./pieceText";

const RATINGS = ["wrong", "attention", "good"] as const;
const TONES: Record<(typeof RATINGS)[number], Tone> = { wrong: "wrong", attention: "attention", good: "ok" };
const GROUPS = ["seo", "readability", "structure", "evidence", "originality", "brand"] as const;

/** `keyphrase_in_title` as words, for a check that has no name of its own yet. */
const spelled = (id: string) => {
  const words = id.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

interface Props {
  detail: PieceDetailView;
  sentences: PlacedSentence[];
  onSentence(index: number): void;
}

export function ScoreTab({ detail, sentences, onSentence }: Props) {
  const { t, i18n } = useTranslation("piece");
  const say = useSaid();
  const name = (check: CheckView) =>
    i18n.exists(`piece:check.${check.id}`) ? i18n.t(`piece:check.${check.id}` as never) : spelled(check.id);
  const group = (check: CheckView) => {
    const known = GROUPS.find((each) => each === check.group);
    return known ? t(`group.${known}`) : check.group;
  };
  const indexOf = (text: string) => sentences.find((sentence) => sentence.text === text)?.index;
  return (
    <div className="pb-6">
      {detail.description || detail.slug ? (
        <section className="mt-4 rounded border border-line bg-raised px-3 py-2.5">
          <h2 className="text-[11.5px] font-medium text-muted">{t("result.title")}</h2>
          {detail.slug ? <p className="truncate text-small text-muted">{detail.slug}</p> : null}
          <p className="text-lead text-accent">{detail.piece.title}</p>
          {detail.description ? <p className="text-muted">{detail.description}</p> : null}
        </section>
      ) : null}
      {detail.checks.length === 0 ? <p className="mt-4 text-muted">{t("score.none")}</p> : null}
      {RATINGS.map((rating) => {
        const checks = detail.checks.filter((check) => check.rating === rating);
        if (checks.length === 0) return null;
        return (
          <section key={rating}>
            <h2 className="mt-4 mb-1 text-[11.5px] font-medium text-muted">
              {t(`rating.${rating}`, { count: checks.length })}
            </h2>
            <ul>
              {checks.map((check) => {
                const places = check.sentences.map(indexOf).filter((index) => index !== undefined);
                return (
                  <li key={check.id} className="border-b border-line py-2">
                    <div className="flex items-start justify-between gap-3">
                      <Status tone={TONES[rating]}>
                        <span className="font-medium whitespace-normal text-ink">{name(check)}</span>
                      </Status>
                      <span className="shrink-0 text-small leading-5! text-muted">{group(check)}</span>
                    </div>
                    <p className="pl-5 text-muted">{say.measured(check)}</p>
                    {rating !== "good" && places.length > 0 ? (
                      <ul className="mt-1 flex flex-col gap-1 pl-5">
                        {places.slice(0, 5).map((index) => (
                          <li key={index}>
                            <button
                              type="button"
                              onClick={() => onSentence(index)}
                              className="line-clamp-2 rounded-sm text-left font-serif text-[14px] leading-[21px] underline decoration-line-strong decoration-1 underline-offset-3 hover:decoration-accent"
                            >
                              {sentences[index]?.text}
                            </button>
                          </li>
                        ))}
                      </ul>
                    ) : null}
                  </li>
                );
              })}
            </ul>
          </section>
        );
      })}
    </div>
  );
}
