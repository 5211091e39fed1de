/** The voice as measured: for each measure a line, the range of the documents on it, and the middle. A table says the same. */
import { useTranslation } from "react-i18next";
import type { VoiceMeasureView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { ease, isTone, often, share } from "./voice";

const WIDTH = 1000;

function useVoiceWords() {
  const { t } = useTranslation("kit");
  const formats = useFormats();
  return (measure: VoiceMeasureView): string => {
    const { value, low, high } = measure;
    if (measure.band && isTone(measure.measure)) return t(`voice.tone.${measure.measure}.${measure.band}`);
    switch (measure.measure) {
      case "sentence_length":
        return t("voice.words.sentence_length", {
          count: Math.round(value),
          low: formats.number(Math.round(low)),
          high: formats.number(Math.round(high)),
        });
      case "reading_ease":
        return t("voice.words.reading_ease", {
          value: formats.number(Math.round(value)),
          word: t(`voice.ease.${ease(value)}`),
        });
      case "passive":
        return value < 0.002 ? t("voice.often.never") : formats.percent(value);
      default: {
        const how = often(value);
        if (how.word === "one_in") return t("voice.often.one_in", { of: formats.number(how.of) });
        if (how.word === "of_ten") return t("voice.often.of_ten", { count: how.count });
        return t(`voice.often.${how.word}`);
      }
    }
  };
}

function useVoiceValue() {
  const formats = useFormats();
  return (measure: VoiceMeasureView, value: number) =>
    measure.measure === "sentence_length" || measure.measure === "reading_ease"
      ? formats.number(value, measure.measure === "sentence_length" ? 1 : 0)
      : formats.percent(value);
}

export function VoiceChart({ voice, documents }: { voice: readonly VoiceMeasureView[]; documents: number }) {
  const { t } = useTranslation("kit");
  const formats = useFormats();
  const words = useVoiceWords();
  const value = useVoiceValue();
  return (
    <>
      <div aria-hidden>
        {voice.map((measure) => {
          const [low, high] = [share(measure, measure.low), share(measure, measure.high)];
          const at = share(measure, measure.value);
          return (
            <div
              key={measure.measure}
              className="grid h-8 grid-cols-[124px_minmax(80px,1fr)_168px] items-center gap-3.5 max-[700px]:grid-cols-[110px_minmax(60px,1fr)_110px]"
              title={t("voice.range", { low: value(measure, measure.low), high: value(measure, measure.high) })}
            >
              <span className="truncate">{t(`voice.measure.${measure.measure}`)}</span>
              <svg
                viewBox={`0 0 ${WIDTH} 16`}
                preserveAspectRatio="none"
                aria-hidden
                className="h-4 w-full overflow-visible"
              >
                <line x1={0} x2={WIDTH} y1={8} y2={8} className="stroke-line" vectorEffect="non-scaling-stroke" />
                <rect
                  x={low * WIDTH}
                  y={1.5}
                  width={Math.max(12, (high - low) * WIDTH)}
                  height={13}
                  className="fill-accent-soft"
                />
                {/* A line of no length with a round end stays a circle however the drawing is stretched. */}
                <line
                  x1={at * WIDTH}
                  x2={at * WIDTH}
                  y1={8}
                  y2={8}
                  strokeWidth={9}
                  strokeLinecap="round"
                  className="stroke-accent"
                  vectorEffect="non-scaling-stroke"
                />
              </svg>
              <span className="truncate text-muted tabular-nums">{words(measure)}</span>
            </div>
          );
        })}
      </div>
      <table className="sr-only">
        <caption>{t("voice.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("voice.column.measure")}</th>
            <th scope="col">{t("voice.column.value")}</th>
            <th scope="col">{t("voice.column.low")}</th>
            <th scope="col">{t("voice.column.high")}</th>
            <th scope="col">{t("voice.column.words")}</th>
          </tr>
        </thead>
        <tbody>
          {voice.map((measure) => (
            <tr key={measure.measure}>
              <th scope="row">{t(`voice.measure.${measure.measure}`)}</th>
              <td>{value(measure, measure.value)}</td>
              <td>{value(measure, measure.low)}</td>
              <td>{value(measure, measure.high)}</td>
              <td>{words(measure)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-1 text-small text-muted">
        {t("voice.drawn", { count: documents, amount: formats.number(documents) })}
      </p>
    </>
  );
}
