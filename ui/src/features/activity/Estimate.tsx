import { useTranslation } from "react-i18next";
import { ErrorNote } from "@/components/ErrorNote";
import { Status } from "@/components/Status";
import type { CommandError, EstimateView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";

interface Props {
  estimate: EstimateView | undefined;
  error: CommandError | null;
  /** True while there is too little in the form to estimate anything. */
  idle: boolean;
  modelName: string;
}

/** What it will take, before the button. */
export function Estimate({ estimate, error, idle, modelName }: Props) {
  const { t } = useTranslation("activity");
  const formats = useFormats();
  const say = useSaid();
  if (idle) return <p className="text-muted">{t("estimate.idle")}</p>;
  if (error) return <ErrorNote error={error} />;
  if (!estimate) return <p className="text-muted">{t("estimate.asking")}</p>;
  const note = say.estimate(estimate);
  const low = formats.roughDuration(estimate.seconds_low);
  const high = formats.roughDuration(estimate.seconds_high);
  const lines: [string, string][] = [
    [t("estimate.documents"), formats.number(estimate.documents)],
    [t("estimate.tokens"), estimate.tokens > 0 ? formats.number(estimate.tokens) : t("estimate.noTokens")],
    [t("estimate.model"), modelName],
    [t("estimate.way"), t(`way.${estimate.way}.title`)],
  ];
  return (
    <div>
      <p className="font-serif text-title font-strong">
        {low === high ? t("estimate.about", { time: low }) : t("estimate.between", { low, high })}
      </p>
      <dl className="mt-3">
        {lines.map(([name, value]) => (
          <div key={name} className="flex min-h-8 items-center justify-between gap-4 border-t border-line">
            <dt className="text-muted">{name}</dt>
            <dd className="text-right font-medium">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="border-t border-line pt-2 text-small text-muted">{t(`way.${estimate.way}.text`)}</p>
      {note ? (
        <p className="mt-2 text-small">
          <Status tone="attention">
            <span className="whitespace-normal">{note}</span>
          </Status>
        </p>
      ) : null}
    </div>
  );
}
