/** What calls of models used in the last month, by model. */
import { useTranslation } from "react-i18next";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import type { UsageView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";
import { useCommand } from "@/rpc/query";

const DAYS = 30;

export function Usage() {
  const { t } = useTranslation("settings");
  const formats = useFormats();
  const { data, error, refetch } = useCommand("usage_list", { by: "model", days: DAYS });
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton lines={3} />;
  if (data.usage.length === 0) return <p className="text-muted">{t("usage.none")}</p>;
  const cost = (view: UsageView) =>
    view.costs.length > 0 ? formats.list(view.costs.map((one) => one.text)) : t("usage.unknown");
  const row = (view: UsageView, name: string) => (
    <>
      <th scope="row" className="py-1.5 pr-3 text-left font-medium [overflow-wrap:anywhere]">
        {name}
      </th>
      {[formats.number(view.calls), formats.number(view.tokens_in), formats.number(view.tokens_out), cost(view)].map(
        (text, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the columns never move
          <td key={at} className="pl-3 text-right tabular-nums">
            {text}
          </td>
        ),
      )}
    </>
  );
  return (
    <table className="w-full">
      <thead>
        <tr className="border-b border-line text-small text-muted">
          <th className="py-1 text-left font-medium">{t("usage.model")}</th>
          {(["calls", "in", "out", "cost"] as const).map((column) => (
            <th key={column} className="pl-3 text-right font-medium">
              {t(`usage.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {data.usage.map((view) => (
          <tr key={view.name} className="border-b border-line">
            {row(view, view.name)}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>{row(data.total, t("usage.total"))}</tr>
      </tfoot>
    </table>
  );
}
