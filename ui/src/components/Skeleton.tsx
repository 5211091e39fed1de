import { useTranslation } from "react-i18next";
import { Delayed } from "./Delayed";

const WIDTHS = ["w-3/5", "w-4/5", "w-2/3", "w-11/12", "w-1/2", "w-3/4", "w-5/6", "w-2/5"];

/** Lines where text will stand. */
export function Skeleton({ lines = 8 }: { lines?: number }) {
  const { t } = useTranslation("common");
  return (
    <Delayed>
      <div role="status" className="appear flex flex-col gap-3.5 p-6">
        <span className="sr-only">{t("loading")}</span>
        {Array.from({ length: lines }, (_, line) => line).map((line) => (
          <div key={line} className={`h-3.5 rounded-sm bg-sunk ${WIDTHS[line % WIDTHS.length]}`} />
        ))}
      </div>
    </Delayed>
  );
}
