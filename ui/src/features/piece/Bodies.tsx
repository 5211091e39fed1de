/** The four shapes a piece is shown in: an article, a post as its network shows it, an audio script, a video script. */
import { Heart, MessageCircle, Repeat2 } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Progress } from "@/components/Progress";
import { Status } from "@/components/Status";
import { readDraft } from "@/components/text/markdown";
import type { Range } from "@/components/text/marks";
import type { PieceDetailView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { networkOf } from "@/i18n/names";
import { MarkedRange, type MarkedRangeProps } from "./MarkedRange";
import { readAudio, readVideo } from "./scripts";

interface Props extends Omit<MarkedRangeProps, "range"> {
  detail: PieceDetailView;
  /** Name of the brand, over a post. */
  brand: string;
}

/** Marks an element as a stretch of text that can be in view. */
const stretch = (range: Range) => ({ "data-start": range.start, "data-end": range.end });

export function ArticleBody({ detail, ...marked }: Props) {
  const blocks = useMemo(() => readDraft(marked.piece.text), [marked.piece.text]);
  const titled = blocks.some((block) => block.kind === "heading" && block.level === 1);
  return (
    <article className="draft" lang={detail.piece.language}>
      {titled ? null : <h1>{detail.piece.title}</h1>}
      {blocks.map((block) => {
        if (block.kind === "list") {
          return (
            <ul key={block.start} {...stretch(block)}>
              {block.items.map((item) => (
                <li key={item.start}>
                  <MarkedRange {...marked} range={item} />
                </li>
              ))}
            </ul>
          );
        }
        const Tag = block.kind === "paragraph" ? "p" : (`h${block.level}` as const);
        return (
          <Tag key={block.start} {...(block.kind === "paragraph" ? stretch(block) : {})}>
            <MarkedRange {...marked} range={block} />
          </Tag>
        );
      })}
    </article>
  );
}

/** Paragraphs of a plain text, split at empty lines. */
function paragraphs(text: string): Range[] {
  return [...text.matchAll(/[^\n]+(?:\n(?!\n)[^\n]+)*/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
}

export function PostBody({ detail, brand, ...marked }: Props) {
  const { t } = useTranslation(["piece", "common"]);
  const formats = useFormats();
  const network = networkOf(detail.piece.network);
  const name = network ? t(`common:network.${network}`) : (detail.piece.network ?? "");
  const over = detail.count ? detail.count.used - detail.count.limit : 0;
  return (
    <div className="mx-auto w-full max-w-[600px] px-6 py-9">
      <article
        aria-label={t("post.preview", { network: name })}
        lang={detail.piece.language}
        className="rounded border border-line bg-raised px-5 py-4"
      >
        <header className="mb-3 flex items-center gap-3">
          <span
            aria-hidden
            className="grid size-9 place-items-center rounded-full bg-accent-soft font-strong text-accent"
          >
            {[...brand][0]?.toUpperCase()}
          </span>
          <span>
            <span className="block font-strong">{brand}</span>
            <span className="block text-small text-muted">{name}</span>
          </span>
        </header>
        <div className="text-[15px] leading-[23px] [overflow-wrap:anywhere]">
          {paragraphs(marked.piece.text).map((range) => (
            <p key={range.start} {...stretch(range)} className="mb-3 whitespace-pre-line last:mb-0">
              {/^#\S+(\s+#\S+)*$/.test(marked.piece.text.slice(range.start, range.end)) ? (
                <span className="text-accent">{marked.piece.text.slice(range.start, range.end)}</span>
              ) : (
                <MarkedRange {...marked} range={range} />
              )}
            </p>
          ))}
        </div>
        <footer aria-hidden className="mt-4 flex gap-8 border-t border-line pt-3 text-muted">
          <Heart size={16} strokeWidth={1.5} />
          <MessageCircle size={16} strokeWidth={1.5} />
          <Repeat2 size={16} strokeWidth={1.5} />
        </footer>
      </article>
      {detail.count ? (
        <div className="mt-4">
          <Progress
            value={detail.count.used / Math.max(1, detail.count.limit)}
            label={t("post.count")}
            over={over > 0}
          />
          <p className="mt-1.5 flex justify-between">
            <span>
              {t("post.used", {
                used: formats.number(detail.count.used),
                limit: formats.number(detail.count.limit),
                network: name,
              })}
            </span>
            {over > 0 ? (
              <Status tone="wrong">{t("post.over", { count: over, amount: formats.number(over) })}</Status>
            ) : (
              <Status tone="ok">{t("post.fits")}</Status>
            )}
          </p>
        </div>
      ) : null}
    </div>
  );
}

export function AudioBody({ detail, ...marked }: Props) {
  const parts = useMemo(() => readAudio(marked.piece.text), [marked.piece.text]);
  if (parts.length === 0) return <ArticleBody detail={detail} {...marked} />;
  return (
    <article className="draft" lang={detail.piece.language}>
      <h1>{detail.piece.title}</h1>
      {parts.map((part) => (
        <section key={`${part.from} ${part.label}`} className="mb-6 grid grid-cols-[92px_1fr] gap-x-5">
          <span className="pt-[5px] font-sans text-base text-muted">
            {part.from}–{part.to}
          </span>
          <div>
            <h2 className="mt-0!">{part.label}</h2>
            {part.body.map((range) => (
              <p key={range.start} {...stretch(range)}>
                <MarkedRange {...marked} range={range} />
              </p>
            ))}
          </div>
        </section>
      ))}
    </article>
  );
}

export function VideoBody({ detail, ...marked }: Props) {
  const { t } = useTranslation("piece");
  const scenes = useMemo(() => readVideo(marked.piece.text), [marked.piece.text]);
  if (scenes.length === 0) return <ArticleBody detail={detail} {...marked} />;
  return (
    <div className="mx-auto w-full max-w-[1040px] px-6 py-9" lang={detail.piece.language}>
      <h2 className="mb-5 font-serif text-[28px] leading-[36px] font-strong text-balance">{detail.piece.title}</h2>
      <table className="w-full">
        <thead>
          <tr className="border-b border-line text-left text-small text-muted">
            <th className="h-8 w-20 font-medium">{t("video.scene")}</th>
            <th className="w-1/4 pr-5 font-medium">{t("video.picture")}</th>
            <th className="w-1/5 pr-5 font-medium">{t("video.onScreen")}</th>
            <th className="font-medium">{t("video.voice")}</th>
          </tr>
        </thead>
        <tbody>
          {scenes.map((scene) => (
            <tr key={scene.number} {...stretch(scene.voice)} className="border-b border-line align-top">
              <th scope="row" className="py-3 pr-3 text-left font-book">
                <span className="block font-strong">{scene.number}</span>
                <span className="block text-small whitespace-nowrap text-muted">
                  {scene.from}–{scene.to}
                </span>
              </th>
              <td className="py-3 pr-5 text-muted">{scene.picture}</td>
              <td className="py-3 pr-5 font-medium">{scene.onScreen}</td>
              <td className="py-3 font-serif text-[16px] leading-[25px]">
                <MarkedRange {...marked} range={scene.voice} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
