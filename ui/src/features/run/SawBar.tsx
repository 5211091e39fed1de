import { useTranslation } from "react-i18next";
import type { PromptReportView, RouteView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useSaid } from "@/i18n/useSaid";

const PARTS = ["instructions", "kit", "passages", "neighbours"] as const;
const isPart = (part: string): part is (typeof PARTS)[number] => PARTS.some((known) => known === part);

/** Which account was asked, and why this one and not the others. */
function Route({ route }: { route: RouteView }) {
  const { t } = useTranslation("run");
  return (
    <details className="mt-1 text-small text-muted">
      <summary className="cursor-pointer">{t("saw.account", { account: route.account })}</summary>
      <dl className="mt-1 grid gap-1">
        {route.candidates.map((candidate) => (
          <div key={candidate.account}>
            <dt className={candidate.is_chosen ? "font-medium text-ink" : undefined}>{candidate.account}</dt>
            {candidate.reasons.map((reason) => (
              <dd key={reason}>{reason}</dd>
            ))}
          </div>
        ))}
      </dl>
    </details>
  );
}

/** What the model saw: the share of each part in its context, and what was left out. */
export function SawBar({ report }: { report: PromptReportView }) {
  const { t } = useTranslation("run");
  const formats = useFormats();
  const say = useSaid();
  const parts = report.parts.filter(({ tokens }) => tokens > 0);
  const room = Math.max(report.context_tokens, report.prompt_tokens, 1);
  return (
    <div className="mt-2">
      <div aria-hidden className="flex h-2 gap-px overflow-hidden rounded-[3px] bg-line">
        {parts.map(({ part, tokens }) => (
          <span key={part} className="share h-full" data-part={part} style={{ width: `${(100 * tokens) / room}%` }} />
        ))}
      </div>
      <ul className="my-1.5 flex flex-wrap gap-x-3 gap-y-0.5 text-tiny">
        {parts.map(({ part, tokens }) => (
          <li key={part} className="flex items-center gap-1.5">
            <span aria-hidden className="share size-2 rounded-[2px]" data-part={part} />
            {isPart(part) ? t(`saw.${part}`) : part} {formats.number(tokens)}
          </li>
        ))}
      </ul>
      <p className="text-small text-muted">
        {t("saw.of", { tokens: formats.number(report.prompt_tokens), room: formats.number(report.context_tokens) })}{" "}
        {say.leftOut(report) ?? t("saw.nothingCut")}
      </p>
      {report.route ? <Route route={report.route} /> : null}
    </div>
  );
}
